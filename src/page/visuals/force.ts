/** Where nodes come to rest that repel each other and are held together by their links: d3-force, whose one importing file this is. */
import {
  forceLink,
  forceManyBody,
  forceRadial,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from 'd3-force'

/** A place on the plane, in units of the picture. */
export interface Point {
  x: number
  y: number
}

const TICKS = 300
/** After 300 ticks alpha is below d3's 0.001. A number and not a power, so that it is the same on every machine. */
const ALPHA_DECAY = 0.0228
const LINK_LENGTH = 120
const REPULSION = -600
const RING = 300

/**
 * Nodes at rest. The same input gives the same output on every machine: the start is given, and the forces need no more than square roots.
 * @param links - Pairs of indices of nodes.
 * @param isRing - Draws all nodes to a ring: where nearly all are linked with each other, nothing else can be read.
 */
export function settled(
  start: readonly Point[],
  links: readonly (readonly [number, number])[],
  isRing: boolean,
): Point[] {
  const nodes: SimulationNodeDatum[] = start.map(({ x, y }) => ({ x, y }))
  const simulation = forceSimulation(nodes)
    .stop()
    .alphaDecay(ALPHA_DECAY)
    .force('charge', forceManyBody().strength(REPULSION))
    .force('x', forceX(0).strength(0.05))
    .force('y', forceY(0).strength(0.05))
  if (isRing) simulation.force('ring', forceRadial(RING).strength(1))
  else {
    const springs = links.map(([source, target]) => ({ source, target }))
    simulation.force('links', forceLink(springs).distance(LINK_LENGTH).strength(0.4))
  }
  simulation.tick(TICKS)
  return nodes.map(({ x = 0, y = 0 }) => ({ x, y }))
}
