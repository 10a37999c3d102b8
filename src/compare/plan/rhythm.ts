/**
 * Clocks by packets that are equal to the byte, where there are no others: heartbeats, or what a short snap length leaves of packets. Sent
 * at uneven times they fit at one difference of the clocks only. Sent by an even timer they fit at many: their number is known then, and
 * neither which is which nor how the clocks stand to each other. Where they fit nowhere they are too alike to tell.
 */
import type { Surveyed } from '../reading/survey.ts'
import { densest } from './clock.ts'
import { differenceOf } from './orientation.ts'
import type { Pair, Pairs } from './pairs.ts'

/** Nanoseconds within which the clocks' readings of them agree. */
const CLOSE = 5_000_000
/** Differences that are looked at. */
const MOST_DIFFERENCES = 1_000_000
/** Nanoseconds that a packet takes at most on one clock. */
const SOON = 100_000_000
/** Share of the packets of one side that are at the other, where they fit. */
const FITTING = 0.85
/** Share of the best fit's pairs from which on another one is as good. */
const AS_GOOD = 0.6

/** What equal packets tell. */
export interface Rhythm {
  pairs: Pair[]
  /** Whether they fit at other differences as well, so that nothing but their number is known. */
  isAlike: boolean
}

type Repeated = Pairs['repeated'][number]

/** Puts the clocks together by them; `null` where they do not fit. */
export function rhythmOf({ repeated }: Pairs, surveyed: Surveyed, sameClock: boolean): Rhythm | null {
  const entries: { entry: Repeated; pairs: Pair[] }[] = []
  let count = 0
  for (const entry of repeated) {
    if (count > MOST_DIFFERENCES) break
    const pairs = entry.near.flatMap((near) => entry.far.map((far) => ({ near, far })))
    count += pairs.length
    entries.push({ entry, pairs })
  }
  if (sameClock) {
    const pairs = entries.flatMap((each) => closest(each.pairs.filter((pair) => Math.abs(differenceOf(pair)) <= SOON)))
    return { pairs, isAlike: false }
  }
  const all = entries.flatMap(({ pairs }) => pairs)
  const differences = all.map(differenceOf)
  const best = densest(differences, CLOSE)
  if (best === null) return null
  const others = differences.filter((each) => each < best.from - CLOSE || each > best.to + CLOSE)
  const isAlike = (densest(others, CLOSE)?.count ?? 0) >= AS_GOOD * best.count
  const fits = (pair: Pair): boolean => differenceOf(pair) >= best.from && differenceOf(pair) <= best.to
  const kept = entries.map(({ entry, pairs }) => ({ entry, pairs: pairs.filter(fits) }))
  if (isAlike && !kept.every((each) => isFitting(each.entry, each.pairs) && !isShifted(each.pairs, surveyed)))
    return null
  const expected = repeated.reduce((sum, { near, far }) => sum + Math.min(near.length, far.length), 0)
  return best.count * 2 < expected ? null : { pairs: kept.flatMap(({ pairs }) => pairs), isAlike }
}

/** Of the packets of one direction those pairs whose difference most have. */
function closest(pairs: readonly Pair[]): Pair[] {
  const best = densest(pairs.map(differenceOf), CLOSE)
  return best === null ? [] : pairs.filter((pair) => differenceOf(pair) >= best.from && differenceOf(pair) <= best.to)
}

/** Whether all that one side has is at the other: some may be lost on the way, or come twice, but not both. */
function isFitting({ near, far }: Repeated, pairs: readonly Pair[]): boolean {
  if (pairs.length === 0) return false
  const paired = {
    near: new Set(pairs.map((pair) => pair.near.time)),
    far: new Set(pairs.map((pair) => pair.far.time)),
  }
  return shareOf(near, paired.near) >= FITTING || shareOf(far, paired.far) >= FITTING
}

/** Share of those that are paired, of the time from the first to the last one that is. */
function shareOf(sightings: Repeated['near'], paired: ReadonlySet<number>): number {
  const times = [...paired]
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)
  const last = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY)
  const within = sightings.filter(({ time }) => time >= first && time <= last)
  return within.filter(({ time }) => paired.has(time)).length / within.length
}

/** Whether they begin and end later at one side, by one of them at least: then they would fit better at another difference. */
function isShifted(pairs: readonly Pair[], { near, far }: Surveyed): boolean {
  const { direction } = pairs[0]!.near
  const [left, arrived] = [near.seen[direction], far.seen[pairs[0]!.far.direction]]
  if (left === undefined || arrived === undefined) return false
  const difference = differenceOf(pairs[0]!)
  const half = (left.last - left.first) / (2 * Math.max(1, left.packets - 1))
  const head = arrived.first - left.first - difference
  const tail = arrived.last - left.last - difference
  return Math.sign(head) === Math.sign(tail) && Math.abs(head) > half && Math.abs(tail) > half
}
