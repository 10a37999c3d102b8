/**
 * Clocks that were set while captures ran. A packet's delay may change as it likes; but what the far clock is ahead shows in both directions
 * alike, where a longer delay shows in one only, or in both the other way round. From a jump on the far clock's readings are set back by it.
 */
import type { Directions } from '../reading/directions.ts'
import type { Sighting } from '../reading/sample.ts'
import type { Surveyed } from '../reading/survey.ts'
import { differenceOf } from './orientation.ts'
import type { Pair } from './pairs.ts'

/** Packets of each direction on either side of a jump that must show it, and that tell how large it is. */
const SHOWING = 5
const TELLING = 32
/** Nanoseconds of a jump at least, how much larger it is than what delays vary by, and part of the time that drift may make. */
const LEAST_JUMP = 5_000_000
const LARGER = 3
const MOST_DRIFT = 2e-3
/** Jumps of one comparison. */
const MOST_JUMPS = 16

/** From which record of the far side on its clock is ahead by so much more, in nanoseconds, than at first. */
export interface Jump {
  position: number
  ahead: number
  /** When, by the near clock. */
  time: number
}

/** Finds the jumps by the pair of addresses that have the most packets in both directions, and sets far times back by them. */
export function levelJumps(pairs: readonly Pair[], { far }: Surveyed, directions: Directions): Jump[] {
  const jumps = jumpsIn(...busiest(pairs, directions))
  if (jumps.length === 0) return jumps
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const sighting of [...far.sample.byKey.values()].flat()) {
    sighting.time -= aheadAt(jumps, sighting.position)
    first = Math.min(first, sighting.time)
    last = Math.max(last, sighting.time)
  }
  far.firstTime = first
  far.lastTime = last
  return jumps
}

/** How much more a far clock is ahead at a record than at first. */
export function aheadAt(jumps: readonly Jump[], position: number): number {
  let ahead = 0
  for (const jump of jumps) if (position >= jump.position) ahead = jump.ahead
  return ahead
}

/** Pairs of two opposite directions, in the order of the far captures. */
function busiest(pairs: readonly Pair[], directions: Directions): [Pair[], Pair[]] {
  const byEnds = new Map<string, [Pair[], Pair[]]>()
  for (const pair of pairs) {
    const from = directions.from(pair.near.direction)
    const to = directions.to(pair.near.direction)
    const name = from < to ? `${from} ${to}` : `${to} ${from}`
    const both = byEnds.get(name) ?? [[], []]
    byEnds.set(name, both)
    both[from < to ? 0 : 1].push(pair)
  }
  let most: [Pair[], Pair[]] = [[], []]
  for (const both of byEnds.values()) {
    if (Math.min(both[0].length, both[1].length) > Math.min(most[0].length, most[1].length)) most = both
  }
  for (const each of most) each.sort((one, other) => one.far.position - other.far.position)
  return most
}

function jumpsIn(one: readonly Pair[], other: readonly Pair[]): Jump[] {
  const jumps: Jump[] = []
  let ahead = 0
  let from = 0
  let place = 0
  for (let at = SHOWING; at + SHOWING <= one.length && jumps.length < MOST_JUMPS; at++) {
    const { position } = one[at]!.far
    while (place < other.length && other[place]!.far.position < position) place++
    if (at - SHOWING < from) continue
    if (!isJump(one, at, other, place)) continue
    // It is where most of what follows is on the other side of it.
    let best = at
    let bestPlace = place
    for (let next = at + 1, there = place; next <= at + SHOWING && next + SHOWING <= one.length; next++) {
      while (there < other.length && other[there]!.far.position < one[next]!.far.position) there++
      if (sizeAt(one, next, other, there) <= sizeAt(one, best, other, bestPlace)) continue
      best = next
      bestPlace = there
    }
    const size = stepOf(one, best, other, bestPlace)
    ahead += size
    jumps.push({ position: firstBehind(one, best, other, bestPlace), ahead, time: one[best]!.near.time })
    from = best
    at = best + SHOWING - 1
  }
  return jumps
}

/** The first record of which the far clock's reading is on the other side of a jump. */
function firstBehind(one: readonly Pair[], at: number, other: readonly Pair[], place: number): number {
  let position = Number.POSITIVE_INFINITY
  for (const [list, middle] of [[one, at] as const, [other, place] as const]) {
    const before = median(list.slice(middle - SHOWING, middle))
    const after = median(list.slice(middle, middle + SHOWING))
    for (let i = middle - 2; i < middle + 2 && i < list.length; i++) {
      const difference = differenceOf(list[i]!)
      if (Math.abs(difference - after) >= Math.abs(difference - before)) continue
      position = Math.min(position, list[i]!.far.position)
      break
    }
  }
  return position
}

/** Whether both directions show the same jump. */
function isJump(one: readonly Pair[], at: number, other: readonly Pair[], place: number): boolean {
  const size = sizeAt(one, at, other, place)
  if (size < LEAST_JUMP) return false
  const spread = Math.max(spreadAt(one, at), spreadAt(other, place))
  const span = Math.max(spanAt(one, at), spanAt(other, place))
  return size >= LARGER * spread && size >= MOST_DRIFT * span
}

/** The smaller of what both directions show; 0 where they show other signs, or too little is known. */
function sizeAt(one: readonly Pair[], at: number, other: readonly Pair[], place: number): number {
  if (Math.min(at, place) < SHOWING || at + SHOWING > one.length || place + SHOWING > other.length) return 0
  const here = changeAt(one, at)
  const there = changeAt(other, place)
  return Math.sign(here) === Math.sign(there) ? Math.min(Math.abs(here), Math.abs(there)) : 0
}

function changeAt(list: readonly Pair[], at: number): number {
  return median(list.slice(at, at + SHOWING)) - median(list.slice(at - SHOWING, at))
}

/** How much differences vary on either side, the one that is farthest off left out: the jump may be a packet away. */
function spreadAt(list: readonly Pair[], at: number): number {
  const of = (part: readonly Pair[]): number => {
    const sorted = part.map(differenceOf).sort((left, right) => left - right)
    return Math.min(sorted.at(-1)! - sorted[1]!, sorted.at(-2)! - sorted[0]!)
  }
  return Math.max(of(list.slice(at - SHOWING, at)), of(list.slice(at, at + SHOWING)))
}

function spanAt(list: readonly Pair[], at: number): number {
  return Math.abs(list[at + SHOWING - 1]!.near.time - list[at - SHOWING]!.near.time)
}

/** How far the clock jumped: by the middle between the smallest delays of both directions, before and behind. */
function stepOf(one: readonly Pair[], at: number, other: readonly Pair[], place: number): number {
  const isForth = median(one.slice(at - SHOWING, at)) > median(other.slice(place - SHOWING, place))
  const offset = (here: readonly Pair[], there: readonly Pair[]): number => {
    const differences = [here.map(differenceOf), there.map(differenceOf)] as const
    const [forth, back] = isForth ? differences : [differences[1], differences[0]]
    return (Math.min(...forth) + Math.max(...back)) / 2
  }
  const before = offset(
    one.slice(Math.max(0, at - TELLING), at - 1),
    other.slice(Math.max(0, place - TELLING), place - 1),
  )
  return offset(one.slice(at + 1, at + TELLING), other.slice(place + 1, place + TELLING)) - before
}

function median(pairs: readonly { near: Sighting; far: Sighting }[]): number {
  const sorted = pairs.map(differenceOf).sort((left, right) => left - right)
  return sorted[sorted.length >> 1]!
}
