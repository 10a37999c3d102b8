/**
 * Ways that take longer than usual: of a satellite link, or where a queue holds packets for seconds. Pairs of one packet tell it, which the
 * search for the clocks leaves out because they are further from the others than delays usually are.
 */
import type { Directions } from '../reading/directions.ts'
import { type ClockLine, densest } from './clock.ts'
import { differenceOf } from './orientation.ts'
import { groupBy, type Pair } from './pairs.ts'

/** Nanoseconds by which the delays of a long way may differ, and that it may take. */
const WIDEST = 2_000_000_000
const LONGEST = 60_000_000_000
/** Packets of a direction that show a long way, and share of its packets in a hundred. */
const LEAST_LONG = 8
const MOST_OF = 90
/** Packets that arrive late which show that later ones must be waited for, and how many times those that would be early. */
const LEAST_LATE = 3
const LATE_TIMES = 4
/** Nanoseconds beyond the latest one. */
const SLACK = 500_000_000

/** Adds the pairs of a way back, or on one clock of any way, that all agree on another difference than the others do. */
export function withLongWays(
  found: readonly Pair[],
  agreed: readonly Pair[],
  directions: Directions,
  sameClock: boolean,
): Pair[] {
  if (agreed.length === 0 && !sameClock) return [...agreed]
  const counts = groupBy(agreed, ({ near }) => near.direction)
  const middle = agreed.reduce((sum, pair) => sum + differenceOf(pair) / agreed.length, 0)
  const all = [...agreed]
  for (const [row, pairs] of groupBy(found, ({ near }) => near.direction)) {
    const known = counts.get(row)?.length ?? 0
    const back = directions.back(row)
    if (pairs.length < LEAST_LONG || known * 100 > pairs.length * (100 - MOST_OF)) continue
    if (!sameClock && (back < 0 || !counts.has(back))) continue
    const dense = densest(pairs.map(differenceOf), WIDEST)!
    if (dense.count * 100 < pairs.length * MOST_OF) continue
    if (Math.max(Math.abs(dense.from - middle), Math.abs(dense.to - middle)) > 2 * LONGEST) continue
    const isKnown = new Set(counts.get(row))
    const own = pairs.filter((pair) => differenceOf(pair) >= dense.from && differenceOf(pair) <= dense.to)
    all.push(...own.filter((pair) => !isKnown.has(pair)))
  }
  return all
}

/** Nanoseconds that must be waited for those that arrive late, by what both samples have; 0 where none does. */
export function lateness(
  pairs: readonly Pair[],
  isForth: (row: number) => boolean,
  { at, offset, drift }: ClockLine,
): number {
  let late = 0
  let early = 0
  let most = 0
  for (const pair of pairs) {
    const ahead = differenceOf(pair) - offset - drift * (pair.near.time - at)
    const delay = isForth(pair.near.direction) ? ahead : -ahead
    // A clock that was set makes packets late one way and early the other.
    if (delay < -WIDEST) early++
    if (delay <= WIDEST || delay > LONGEST) continue
    late++
    most = Math.max(most, delay)
  }
  return late >= LEAST_LATE && late >= LATE_TIMES * early ? Math.min(LONGEST, most + SLACK) : 0
}
