/** What two points both saw: packets of both samples, by direction. */
import { densest } from '../compare/plan/clock.ts'
import { isSampled } from './sampled.ts'
import type { FleetView, PointView, Seen } from './view.ts'

/** Points of a direction up to which each is held against each other; of more, against so many. */
const MOST_TOGETHER = 16
const MOST_HELD_AGAINST = 8
/** Nanoseconds by which differences of two clocks may differ, and the part of the time that drift may add. */
const WIDEST = 2_000_000_000
const MOST_DRIFT = 1e-4
/** Packets that only one of two points saw from which on captures may be of other traffic. */
const LEAST_ALONE = 8
/** Nanoseconds around the ends of the time in common in which a packet may be missing for that. */
const EDGE = 100_000_000

/** A packet that both saw. */
export interface Both {
  x: Seen
  y: Seen
}

/** Two points that saw the same packets; `x` is the first by name. */
export interface Sharing {
  x: PointView
  y: PointView
  /** By index of direction, in the order of `x`. */
  byDirection: Map<number, Both[]>
  count: number
  /** What the clock of `y` is ahead of that of `x`, with the delay, of most packets. */
  difference: number
}

/** All pairs of points that share packets, in order of names. */
export function sharingOf(view: FleetView): Sharing[] {
  const pairs = new Map<string, [number, number, number[]]>()
  for (const [direction, points] of pointsByDirection(view).entries()) {
    for (const [one, first] of points.entries()) {
      for (const [other, second] of points.entries()) {
        if (other <= one || !isHeldAgainst(one, other, points.length)) continue
        const name = `${first} ${second}`
        const pair = pairs.get(name)
        if (pair === undefined) pairs.set(name, [first, second, [direction]])
        else pair[2].push(direction)
      }
    }
  }
  return [...pairs.values()]
    .sort((left, right) => left[0] - right[0] || left[1] - right[1])
    .flatMap(([first, second, directions]) => sharing(view.points[first]!, view.points[second]!, directions) ?? [])
}

function pointsByDirection({ points, directions }: FleetView): number[][] {
  const byDirection: number[][] = directions.map(() => [])
  for (const { index, samples } of points) for (const direction of samples.keys()) byDirection[direction]!.push(index)
  return byDirection.map((list) => list.sort((left, right) => left - right))
}

function isHeldAgainst(one: number, other: number, points: number): boolean {
  return points <= MOST_TOGETHER || one < MOST_HELD_AGAINST || other - one <= MOST_HELD_AGAINST
}

function sharing(x: PointView, y: PointView, directions: readonly number[]): Sharing | null {
  const all = new Map<number, Both[]>()
  for (const direction of directions) {
    const keys = new Map(y.samples.get(direction)!.map((seen) => [seen.key, seen]))
    const both = x.samples.get(direction)!.flatMap((seen) => {
      const other = keys.get(seen.key)
      return other === undefined ? [] : [{ x: seen, y: other }]
    })
    if (both.length > 0) all.set(direction, both)
  }
  const times = [...all.values()].flat()
  const span = times.reduce((most, each) => Math.max(most, each.x.time), 0)
  const from = times.reduce((least, each) => Math.min(least, each.x.time), span)
  const width = WIDEST + (span - from) * MOST_DRIFT
  const agreed = densest(
    times.map((both) => both.y.time - both.x.time),
    width,
  )
  if (agreed === null) return null
  const byDirection = new Map<number, Both[]>()
  let count = 0
  for (const [direction, both] of all) {
    const kept = both.filter(({ x: one, y: other }) => {
      const difference = other.time - one.time
      return difference >= agreed.from && difference <= agreed.to
    })
    if (kept.length > 0) byDirection.set(direction, kept)
    count += kept.length
  }
  const found = { x, y, byDirection, count, difference: (agreed.from + agreed.to) / 2 }
  return isUnrelated(found) ? null : found
}

/**
 * Whether the captures are of other traffic and only have a few packets alike, as two runs of one test have: in one direction each has many
 * that the other has not, where of lost packets only one has more.
 */
function isUnrelated(found: Sharing): boolean {
  let alone = 0
  for (const direction of found.byDirection.keys()) {
    const { x, y } = aloneIn(found, direction)
    alone += Math.min(x, y)
  }
  return alone >= LEAST_ALONE && alone > 9 * found.count
}

/** Packets of the samples that one of two points saw and the other did not, while both captured. */
export function aloneIn({ x, y, difference }: Sharing, direction: number): { x: number; y: number } {
  if (x.span === null || y.span === null) return { x: 0, y: 0 }
  const from = Math.max(x.span.from, y.span.from - difference) + EDGE
  const to = Math.min(x.span.to, y.span.to - difference) - EDGE
  const count = (one: PointView, other: PointView, ahead: number): number => {
    const name = other.held.directions[other.directions.indexOf(direction)]
    const oneIn = name?.sights.get(other.name)?.sampledOneIn ?? 1
    const keys = new Set(other.samples.get(direction)?.map(({ key }) => key))
    return (one.samples.get(direction) ?? []).filter(({ key, time }) => {
      const when = time - ahead
      return when >= from && when <= to && isSampled(key, Math.log2(oneIn)) && !keys.has(key)
    }).length
  }
  return { x: count(x, y, 0), y: count(y, x, difference) }
}
