/** Lines between nodes: straight where nothing is in the way, else bent around it. */
import { areClose, type Box, isInside } from './boxes.ts'
import type { Point } from './force.ts'

/** A quadratic curve: start, control point, end. */
export interface Curve {
  from: Point
  control: Point
  to: Point
}

const SAMPLES = 24
/** How near a line may come to a node that it does not lead to. */
const CLEARANCE = 4

/** How far control points of curves between the same nodes are apart at least. */
const APART = 40

/** The point of a curve at `t` from 0 to 1. */
function pointAt({ from, control, to }: Curve, t: number): Point {
  const at = (a: number, b: number, c: number): number => (1 - t) * (1 - t) * a + 2 * t * (1 - t) * b + t * t * c
  return { x: Math.round(at(from.x, control.x, to.x)), y: Math.round(at(from.y, control.y, to.y)) }
}

/** The curve with the control point moved sideways by `bend`, to the left as one goes. */
function bent(from: Point, to: Point, bend: number): Curve {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.max(1, Math.sqrt(dx * dx + dy * dy))
  const control = {
    x: Math.round((from.x + to.x) / 2 + (dy * bend) / length),
    y: Math.round((from.y + to.y) / 2 - (dx * bend) / length),
  }
  return { from, control, to }
}

/**
 * The first bend by which the fewest nodes are crossed, and that stays within the frame.
 * @param boxes - All nodes, those at the ends included, which `ends` names by index.
 * @param beside - Control points of other curves between the same ends, which it keeps away from.
 */
export function curveAround(
  boxes: readonly Box[],
  ends: readonly [number, number],
  bends: readonly number[],
  beside: readonly Point[],
  width: number,
  height: number,
): Curve {
  const [from, to] = [boxes[ends[0]]!, boxes[ends[1]]!]
  let best: Curve | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const bend of bends) {
    const curve = bent({ x: from.x, y: from.y }, { x: to.x, y: to.y }, bend)
    if (curve.control.x < 4 || curve.control.x > width - 4 || curve.control.y < 4 || curve.control.y > height - 4)
      continue
    if (beside.some(({ x, y }) => Math.abs(x - curve.control.x) + Math.abs(y - curve.control.y) < APART)) continue
    const crossed = boxes.filter((box, index) => !ends.includes(index) && isCrossed(curve, box)).length
    if (crossed < fewest) [best, fewest] = [curve, crossed]
    if (fewest === 0) break
  }
  return best ?? bent({ x: from.x, y: from.y }, { x: to.x, y: to.y }, 0)
}

function isCrossed(curve: Curve, box: Box): boolean {
  for (let step = 1; step < SAMPLES; step++) {
    const { x, y } = pointAt(curve, step / SAMPLES)
    if (isInside(box, x, y, CLEARANCE)) return true
  }
  return false
}

/** Places along a line to try, the middle first. */
const PLACES = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8]

/** Where on a curve a box of this size hides nothing of `taken`; `null` where there is no such place. */
export function placeOn(curve: Curve, width: number, height: number, taken: readonly Box[]): Box | null {
  for (const t of PLACES) {
    const box = { ...pointAt(curve, t), width, height }
    if (isFree(box, taken)) return box
  }
  return null
}

/** Directions around a point. */
const AROUND: readonly (readonly [number, number])[] = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
  [1, -1],
  [1, 1],
  [-1, 1],
  [-1, -1],
]
const STEP = 6
const FARTHEST = 400

/** The free place nearest to the middle of a curve, within a frame: for marks that must not be left out. */
export function placeNear(
  curve: Curve,
  size: number,
  taken: readonly Box[],
  width: number,
  height: number,
): Box | null {
  const { x, y } = pointAt(curve, 0.5)
  for (let far = STEP; far < FARTHEST; far += STEP) {
    for (const [dx, dy] of AROUND) {
      const box = { x: x + dx * far, y: y + dy * far, width: size, height: size }
      const isWithin = isInside({ x: width / 2, y: height / 2, width, height }, box.x, box.y, -size / 2)
      if (isWithin && isFree(box, taken)) return box
    }
  }
  return null
}

function isFree(box: Box, taken: readonly Box[]): boolean {
  return !taken.some((other) => areClose(box, other, 2))
}
