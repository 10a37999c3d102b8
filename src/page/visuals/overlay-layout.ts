/**
 * Where everything of the overlay's picture is, worked out when the page is made: integers alone, so that the same document gives the same
 * page. Twice: for wide pages, and for phones and narrow columns, where letters must not shrink.
 */
import { bytes } from '../../report/number.ts'
import type { Summary } from '../../summary.ts'
import { labels } from './addresses.ts'
import { type Box, intoSlots, keepWithin, pushApart } from './boxes.ts'
import { type Curve, curveAround, placeNear, placeOn } from './curves.ts'
import { type Point, settled } from './force.ts'
import { type OverlayModel, overlayModel } from './overlay-model.ts'
import { textWidth } from './text-width.ts'

/** A drawing of the graph; all lists are those of the model, flattened. */
export interface GraphLayout {
  width: number
  height: number
  /** Middle and width of each node: x, y, width. */
  nodes: number[]
  /** Control point of each link, then of each arc: x, y. */
  curves: number[]
  /** Marks of links with findings, then of arcs: index as in `curves`, x, y. */
  marks: number[]
  /** Labels of links: index, x, y, width. */
  labels: number[]
}

export interface OverlayLayout {
  /** Nodes, links and arcs that it was made for. */
  counts: [number, number, number]
  /** `null` with more endpoints than a graph can be read with. */
  wide: GraphLayout | null
  narrow: GraphLayout | null
}

/** Most VTEPs that are drawn as a graph, and most multicast groups beside them. */
const MOST_VTEPS = 20
const MOST_GROUPS = 12

export const NODE_HEIGHT = 26
export const FONT_SIZE = 12
/** Room beside a node's label: its ends, and a mark where it has findings. */
const NODE_PADDING = 22
export const MARK_ROOM = 18
export const MARK_SIZE = 20
const LABEL_HEIGHT = 16
/** With more links than these they have no labels. */
const MOST_LABELS = 6

/** Between nodes: room for a mark on the line between them, or a little less. */
const LEAST_GAP = 12
const GAPS = [MARK_SIZE + 8, 20, LEAST_GAP]
const MARGIN = 6
const WIDE = 820
/** Two endpoints need not be far apart. */
const PAIR = 480
const NARROW = 340
/** Numbers of nodes above which a picture is higher. */
const HEIGHT_STEPS = [2, 4, 8, 14, 22]
const LINK_BENDS = [0, 26, -26, 52, -52, 84, -84, 120, -120, 160, -160]
const ARC_BENDS = [44, -44, 72, -72, 104, -104, 140, -140, 180, -180]

export function overlayLayout(summary: Summary): OverlayLayout {
  const model = overlayModel(summary)
  const { nodes, links, arcs } = model
  const groups = nodes.filter(({ isGroup }) => isGroup).length
  const isGraph = nodes.length > 0 && nodes.length - groups <= MOST_VTEPS && groups <= MOST_GROUPS
  return {
    counts: [nodes.length, links.length, arcs.length],
    wide: isGraph
      ? graphLayout(model, nodes.length > 2 ? WIDE : PAIR, heightOf(nodes.length, [110, 260, 360, 460, 600, 780]))
      : null,
    narrow: isGraph ? graphLayout(model, NARROW, heightOf(nodes.length, [200, 300, 420, 640, 860, 1120])) : null,
  }
}

/** Height by number of nodes. */
function heightOf(nodes: number, heights: readonly number[]): number {
  return heights[HEIGHT_STEPS.filter((most) => nodes > most).length]!
}

function graphLayout(model: OverlayModel, width: number, height: number): GraphLayout {
  const { nodes } = model
  const { names } = labels(nodes.map(({ address }) => address))
  const boxes = nodes.map(
    ({ findings }, index): Box => ({
      x: 0,
      y: 0,
      width: textWidth(names[index]!, FONT_SIZE) + NODE_PADDING + (findings.length > 0 ? MARK_ROOM : 0),
      height: NODE_HEIGHT,
    }),
  )
  stretch(boxes, restingPlaces(model, width > height), width, height)
  if (!GAPS.some((gap) => pushApart(boxes, width, height, gap, MARGIN)))
    intoSlots(boxes, width, height, LEAST_GAP, MARGIN)
  for (const box of boxes) [box.x, box.y] = [Math.round(box.x), Math.round(box.y)]
  const curves = curvesBetween(model, boxes, width, height)
  const taken = [...boxes]
  return {
    width,
    height,
    nodes: boxes.flatMap(({ x, y, width }) => [x, y, width]),
    curves: curves.flatMap(({ control }) => [control.x, control.y]),
    marks: marksOn(model, curves, taken, width, height),
    labels: labelsOn(model, curves, taken),
  }
}

/** Links, then arcs beside them. */
function curvesBetween({ links, arcs }: OverlayModel, boxes: readonly Box[], width: number, height: number): Curve[] {
  const between = new Map<string, Point[]>()
  const curve = ({ from, to }: { from: number; to: number }, bends: readonly number[]): Curve => {
    const ends = `${Math.min(from, to)} ${Math.max(from, to)}`
    const beside = between.get(ends) ?? []
    const found = curveAround(boxes, [from, to], bends, beside, width, height)
    between.set(ends, [...beside, found.control])
    return found
  }
  return [...links.map((link) => curve(link, LINK_BENDS)), ...arcs.map((arc) => curve(arc, ARC_BENDS))]
}

/** A ring where most nodes are linked with each other; elsewhere what hangs together is near each other. */
function restingPlaces({ nodes, links }: OverlayModel, isWide: boolean): Point[] {
  const isRing = nodes.length > 5 && links.length > 2 * nodes.length
  return settled(
    nodes.map((_, index) => onCircle(index, nodes.length, isWide)),
    links.filter(({ from, to }) => from !== to).map(({ from, to }) => [from, to] as const),
    isRing,
  )
}

/** A circle by fractions: sine and cosine are not the same to the last digit everywhere. */
function onCircle(index: number, count: number, isWide: boolean): Point {
  const turn = (4 * index) / count
  const quarter = Math.floor(turn)
  const t = turn - quarter
  const [along, across] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)]
  const corners: readonly [number, number][] = [
    [-along, -across],
    [across, -along],
    [along, across],
    [-across, along],
  ]
  const [x, y] = corners[quarter]!
  return isWide ? { x: x * 300, y: y * 300 } : { x: -y * 300, y: x * 300 }
}

/** Stretches what lies anywhere so that it fills the frame. */
function stretch(boxes: readonly Box[], places: readonly Point[], width: number, height: number): void {
  const xs = places.map(({ x }) => x)
  const ys = places.map(({ y }) => y)
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  boxes.forEach((box, index) => {
    const { x, y } = places[index]!
    box.x = right - left < 1 ? width / 2 : ((x - left) / (right - left)) * (width - box.width) + box.width / 2
    box.y = bottom - top < 1 ? height / 2 : ((y - top) / (bottom - top)) * (height - box.height) + box.height / 2
    keepWithin(box, width, height, MARGIN)
  })
}

function marksOn(
  { links }: OverlayModel,
  curves: readonly Curve[],
  taken: Box[],
  width: number,
  height: number,
): number[] {
  const marks: number[] = []
  curves.forEach((curve, index) => {
    if (index < links.length && links[index]!.findings.length === 0) return
    const box = placeOn(curve, MARK_SIZE, MARK_SIZE, taken) ?? placeNear(curve, MARK_SIZE, taken, width, height)
    if (box === null) return
    taken.push(box)
    marks.push(index, box.x, box.y)
  })
  return marks
}

/** A few links have room for their bytes. */
function labelsOn({ links }: OverlayModel, curves: readonly Curve[], taken: Box[]): number[] {
  if (links.length > MOST_LABELS) return []
  return links.flatMap((link, index) => {
    const box = placeOn(curves[index]!, textWidth(bytes(link.bytes), FONT_SIZE) + 8, LABEL_HEIGHT, taken)
    if (box === null) return []
    taken.push(box)
    return [index, box.x, box.y, box.width]
  })
}
