/**
 * Which of two points packets pass first. What was said of VTEPs tells, then hops, then marks of the capture, then times: of two opposite
 * directions the later one's clock is further ahead in the one that comes from its side; at last, that what one point never saw was lost
 * on the way to it.
 */
import { type Reading, roundTrip } from '../compare/plan/clock.ts'
import type { HeldSight } from './held.ts'
import { aloneIn, type Both, type Sharing } from './shared.ts'
import type { FleetView, PointView } from './view.ts'

/** Packets that only one of two points saw, from which on they were lost on the way to the other. */
const LEAST_LOST = 3

/** For each pair of points and each direction that either saw: 1 where `x` sees its packets first, -1 where `y` does. */
export class Passages {
  readonly #byPair = new Map<Sharing, Map<number, number>>()
  /** By VTEP, then by both points: which of them is nearer to it. */
  readonly #nearer = new Map<string, Map<string, number>>()

  constructor(view: FleetView, sharings: readonly Sharing[]) {
    for (const sharing of sharings) this.#byPair.set(sharing, this.#passagesOf(view, sharing))
  }

  /** 1 where `x` is passed first, -1 where `y` is, 0 where nothing tells. */
  of(sharing: Sharing, direction: number): number {
    return this.#byPair.get(sharing)?.get(direction) ?? 0
  }

  /** 1 where the first point is nearer to a VTEP than the second, -1 where the second is, 0 where nothing tells. */
  nearer(vtep: string, first: PointView, second: PointView): number {
    const [x, y] = first.index < second.index ? [first, second] : [second, first]
    return Math.sign(this.#nearer.get(vtep)?.get(`${x.index} ${y.index}`) ?? 0) * (x === first ? 1 : -1) || 0
  }

  /** Whether any other point is known to be further from a VTEP. */
  isNearerThanAny(vtep: string, point: PointView): boolean {
    for (const [name, sign] of this.#nearer.get(vtep) ?? []) {
      const [x, y] = name.split(' ').map(Number)
      if ((x === point.index && sign > 0) || (y === point.index && sign < 0)) return true
    }
    return false
  }

  #passagesOf(view: FleetView, sharing: Sharing): Map<number, number> {
    const { x, y } = sharing
    const groups = new Map<string, { forth: number[]; back: number[]; ends: [string, string] }>()
    for (const direction of new Set([...x.directions, ...y.directions])) {
      const { from, to } = view.directions[direction]!.name
      const ends: [string, string] = from < to ? [from, to] : [to, from]
      const group = groups.get(ends.join(' ')) ?? { forth: [], back: [], ends }
      groups.set(ends.join(' '), group)
      if (from === ends[0]) group.forth.push(direction)
      else group.back.push(direction)
    }
    const passages = new Map<number, number>()
    for (const { forth, back, ends } of groups.values()) {
      if (![...forth, ...back].some((direction) => sharing.byDirection.has(direction))) continue
      const sign = signOf(view, sharing, forth, back, ends)
      if (sign === 0) continue
      for (const direction of forth) passages.set(direction, sign)
      for (const direction of back) passages.set(direction, -sign)
      this.#note(ends[0], sharing, sign)
      this.#note(ends[1], sharing, -sign)
    }
    return passages
  }

  #note(vtep: string, { x, y }: Sharing, sign: number): void {
    const byPair = this.#nearer.get(vtep) ?? new Map<string, number>()
    this.#nearer.set(vtep, byPair)
    const name = `${x.index} ${y.index}`
    byPair.set(name, (byPair.get(name) ?? 0) + sign)
  }
}

/** 1 where `x` is passed first by what goes from the first end to the second. */
function signOf(
  view: FleetView,
  sharing: Sharing,
  forth: readonly number[],
  back: readonly number[],
  ends: readonly [string, string],
): number {
  const { x, y } = sharing
  const said = saidOf(x, ends) - saidOf(y, ends)
  if (said !== 0) return Math.sign(said)
  const vote = (each: (x: HeldSight, y: HeldSight) => number): number => {
    const sum = (directions: readonly number[]): number =>
      directions.reduce((votes, direction) => {
        const { sights } = view.directions[direction]!
        const [one, other] = [sights.get(x.name), sights.get(y.name)]
        return votes + (one === undefined || other === undefined ? 0 : each(one, other))
      }, 0)
    return Math.sign(sum(forth) - sum(back))
  }
  return (
    vote(byHops) ||
    vote((one, other) => byMarks(one) - byMarks(other)) ||
    byTime(readingsOf(sharing, forth), readingsOf(sharing, back)) ||
    byLoss(sharing, forth, back)
  )
}

/** 1 where a point was said to have the first of two VTEPs alone, -1 where the second. */
function saidOf({ held }: PointView, [first, second]: readonly [string, string]): number {
  if (held.vteps === null) return 0
  return Number(held.vteps.includes(first)) - Number(held.vteps.includes(second))
}

/** Routers reduce the TTL: whoever sees a higher one sees it first. */
function byHops({ ttl: one }: HeldSight, { ttl: other }: HeldSight): number {
  if (one.min > other.min && one.max > other.max) return 1
  return one.min < other.min && one.max < other.max ? -1 : 0
}

/** 1 where a point sends the packets, -1 where it receives them. */
function byMarks({ inbound, outbound }: HeldSight): number {
  return Math.sign(outbound - inbound)
}

function byTime(forth: readonly Reading[], back: readonly Reading[]): number {
  const [there, here] = [roundTrip(forth, back), roundTrip(back, forth)]
  if (there === null || here === null) return 0
  if (there > 0 && here <= 0) return 1
  return here > 0 && there <= 0 ? -1 : 0
}

/** What was never seen at one of two points was lost on the way to it. */
function byLoss(sharing: Sharing, forth: readonly number[], back: readonly number[]): number {
  const alone = (directions: readonly number[]): { x: number; y: number } =>
    directions
      .map((direction) => aloneIn(sharing, direction))
      .reduce((sum, each) => ({ x: sum.x + each.x, y: sum.y + each.y }), { x: 0, y: 0 })
  const [there, here] = [alone(forth), alone(back)]
  const onlyX = there.x + here.y
  const onlyY = there.y + here.x
  if (onlyX >= LEAST_LOST && onlyX > 9 * onlyY) return 1
  return onlyY >= LEAST_LOST && onlyY > 9 * onlyX ? -1 : 0
}

/** Readings of both clocks of the packets that both points saw. */
export function readingsOf({ byDirection }: Sharing, directions: readonly number[]): Reading[] {
  return directions.flatMap((direction) => (byDirection.get(direction) ?? []).map(readingOf))
}

function readingOf({ x, y }: Both): Reading {
  return { time: x.time, difference: y.time - x.time }
}
