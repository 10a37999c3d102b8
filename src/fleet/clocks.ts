/**
 * All points on one clock: of the pairs that share packets those that share most make a tree, and along it every clock is held against that
 * of the first point by name.
 */
import { type ClockLine, clockLine } from '../compare/plan/clock.ts'
import { type Passages, readingsOf } from './passage.ts'
import type { Sharing } from './shared.ts'
import type { PointView } from './view.ts'

/** A point's clock as a function of the reference's: times `rate`, plus `ahead`. */
export interface Clock {
  reference: PointView
  rate: number
  ahead: number
  /** Nanoseconds by which it may be wrong; `null` where that is not known. */
  error: number | null
}

/** Two points' clocks. */
interface Edge {
  x: PointView
  y: PointView
  line: ClockLine
  count: number
}

/** Clocks of all points, by index; `null` for one that shares no packet with any other. */
export function clocksOf(
  points: readonly PointView[],
  sharings: readonly Sharing[],
  passages: Passages,
): (Clock | null)[] {
  const edges = sharings
    .flatMap((sharing): Edge[] => {
      const line = lineOf(sharing, passages)
      return line === null ? [] : [{ x: sharing.x, y: sharing.y, line, count: sharing.count }]
    })
    .sort(
      (left, right) =>
        Number(left.line.error === null) - Number(right.line.error === null) ||
        right.count - left.count ||
        left.x.index - right.x.index ||
        left.y.index - right.y.index,
    )
  const tree = treeOf(points.length, edges)
  const clocks: (Clock | null)[] = points.map(() => null)
  for (const reference of points) {
    if (clocks[reference.index] !== null || tree[reference.index]!.length === 0) continue
    clocks[reference.index] = { reference, rate: 1, ahead: 0, error: 0 }
    const waiting = [reference]
    for (let point = waiting.pop(); point !== undefined; point = waiting.pop()) {
      for (const edge of tree[point.index]!) {
        const next = edge.x === point ? edge.y : edge.x
        if (clocks[next.index] !== null) continue
        clocks[next.index] = along(edge, clocks[point.index]!, edge.x === point)
        waiting.push(next)
      }
    }
  }
  return clocks
}

/** A point's time on another point's clock, and how wrong that may be; `null` where no packets put them together. */
export function convert(
  time: number,
  from: Clock | null,
  to: Clock | null,
): { time: number; error: number | null } | null {
  if (from === null || to === null || from.reference !== to.reference) return null
  const error = from.error === null || to.error === null ? null : from.error + to.error
  return { time: ((time - from.ahead) / from.rate) * to.rate + to.ahead, error }
}

function lineOf(sharing: Sharing, passages: Passages): ClockLine | null {
  const directions = [...sharing.byDirection.keys()]
  const forth = directions.filter((direction) => passages.of(sharing, direction) > 0)
  const back = directions.filter((direction) => passages.of(sharing, direction) < 0)
  const told = forth.length + back.length > 0
  return clockLine(readingsOf(sharing, told ? forth : directions), readingsOf(sharing, told ? back : []))
}

/** Edges of each point in a tree of those that come first (Kruskal). */
function treeOf(points: number, edges: readonly Edge[]): Edge[][] {
  const tree: Edge[][] = Array.from({ length: points }, () => [])
  const parents = Array.from({ length: points }, (_, index) => index)
  const rootOf = (index: number): number => {
    let root = index
    while (parents[root] !== root) root = parents[root]!
    parents[index] = root
    return root
  }
  for (const edge of edges) {
    const [one, other] = [rootOf(edge.x.index), rootOf(edge.y.index)]
    if (one === other) continue
    parents[other] = one
    tree[edge.x.index]!.push(edge)
    tree[edge.y.index]!.push(edge)
  }
  return tree
}

/** The clock at the other end of an edge. @param isForth - Whether that is `y`. */
function along({ line }: Edge, { reference, rate, ahead, error }: Clock, isForth: boolean): Clock {
  const slope = 1 + line.drift
  const shift = line.offset - line.drift * line.at
  const sum = error === null || line.error === null ? null : error + line.error
  return isForth
    ? { reference, rate: rate * slope, ahead: ahead * slope + shift, error: sum }
    : { reference, rate: rate / slope, ahead: (ahead - shift) / slope, error: sum }
}
