/** What the survey's sample says of clocks, ways and usual delays: all that matching needs to know before it begins. */
import type { Place } from '../../comparison.ts'
import type { Directions } from '../reading/directions.ts'
import type { Sample, Sighting } from '../reading/sample.ts'
import type { Surveyed } from '../reading/survey.ts'
import { type ClockLine, clockLine, densest } from './clock.ts'
import { type Jump, levelJumps } from './jumps.ts'
import { lateness, withLongWays } from './long-way.ts'
import { differenceOf, Orientation } from './orientation.ts'
import { looseNameOf, type Pair, type Pairs, pairUp } from './pairs.ts'
import { rhythmOf } from './rhythm.ts'

/** Nanoseconds by which packets' clock differences may differ: their delays, and what drift adds over the time. */
const WIDEST = 2_000_000_000
const MOST_DRIFT = 1e-3
/** Share of a side's sample that is of equal packets from which on there is nothing else to tell them by. */
const MOSTLY = 0.5
/** Nanoseconds by which delays may lie outside what the sample shows. */
const SLACK = 1_000_000
/** Where a direction has no sample. */
const USUAL_HIGH = 100_000_000
/** Arrivals that nobody sent from which on captures may be unrelated. */
const LEAST_ALONE = 8
/** Nanoseconds for which a packet is waited for: at least, and at most. */
const LEAST_WAITING = 2_000_000_000
const MOST_WAITING = 60_000_000_000

/** Directions that lead into each other: one, if nothing is translated. */
export interface Channel {
  /** Its rows. */
  rows: number[]
  isForth: boolean
  /** Whether addresses or VNI are other ones at the other side. */
  isTranslated: boolean
  /** Whether the inner Ethernet header or the VNI is rewritten, so that only the inner packet is compared. */
  isRouted: boolean
  /** Pairs of inner addresses that were seen at both sides: of what is translated only those are expected. */
  ends: Set<number>
  /** Packets of the sample at both sides. */
  sampled: number
  /** Usual delay in nanoseconds, from and to. */
  low: number
  high: number
}

/** All that matching knows beforehand. */
export interface Plan {
  channels: Channel[]
  /** Channel of each row of directions. */
  channelOf: Int32Array
  clock: ClockLine | null
  sameClock: boolean
  /** Sides whose times say nothing: packets are matched by what they carry alone, and loss is not judged. */
  timeless: readonly Place[]
  /**
   * Whether packets are equal to the byte and there are no others: `counted`, where their number can be told, and neither which is which nor
   * how the clocks stand to each other; `untold`, where nothing can.
   */
  alike: 'counted' | 'untold' | null
  /** Packets that the clock rests on. */
  clockPackets: number
  /** Nanoseconds that a packet is waited for. */
  waiting: number
  /** Nanoseconds by which records are out of order, for which they are held longer until all that belongs to them has been read. */
  disorder: number
  /** Where the far clock was set. */
  jumps: readonly Jump[]
  /** Whether the clocks run so unevenly that by no straight line all packets take time: delays are not known then. */
  isUneven: boolean
}

/** Plans the matching. */
export function planOf(surveyed: Surveyed, directions: Directions, sameClock: boolean): Plan {
  const found = pairUp(surveyed.near.sample, surveyed.far.sample)
  const jumps = sameClock ? [] : levelJumps(found.same, surveyed, directions)
  return { ...planWithout(found, surveyed, directions, sameClock), jumps }
}

/** The plan by far times that jumps were taken out of. */
function planWithout(found: Pairs, surveyed: Surveyed, directions: Directions, sameClock: boolean): Plan {
  const timeless = (['near', 'far'] as const).filter((place) => surveyed[place].isTimeless)
  if (timeless.length > 0) return timelessPlan(found, surveyed, directions, sameClock, timeless)
  const { isAlike, ...pairs } = agreeing(found, surveyed, sameClock)
  const same = withLongWays(found.same, pairs.same, directions, sameClock)
  const plan = planFor({ ...pairs, same }, surveyed, directions, sameClock)
  if (plan.clock === null) return { ...plan, alike: isMostlyRepeated(found, surveyed) ? 'untold' : null }
  if (isAlike) return { ...plan, alike: 'counted' }
  const isForth = (row: number): boolean => plan.channels[plan.channelOf[row]!]!.isForth
  plan.waiting = Math.max(plan.waiting, lateness(found.same, isForth, plan.clock))
  if (sameClock || !isUnrelated(surveyed, directions, plan)) return plan
  return planFor({ same: [], translated: [] }, surveyed, directions, sameClock)
}

function planFor(pairs: AgreedPairs, surveyed: Surveyed, directions: Directions, sameClock: boolean): Plan {
  const { channels, channelOf } = channelsOf(pairs, directions)
  const all = [...pairs.same, ...pairs.translated]
  const group = (row: number): number => channels[channelOf[row]!]!.rows[0]!
  const orientation = new Orientation(directions, all, group, surveyed)
  for (const channel of channels) channel.isForth = orientation.isForth(channel.rows[0]!)
  const isForth = ({ near }: Pair): boolean => channels[channelOf[near.direction]!]!.isForth
  // Directions without a vote would put the clocks as they were guessed.
  const voted = all.filter(({ near }) => orientation.isVoted(group(near.direction)))
  const told = voted.length > 0 ? voted : all
  const clock = sameClock
    ? { at: 0, offset: 0, error: 0, drift: 0 }
    : clockLine(told.filter(isForth).map(readingOf), told.filter((pair) => !isForth(pair)).map(readingOf))
  if (clock !== null) {
    if (clock.error !== null) turnByClock(channels, channelOf, all, clock, (row) => orientation.isVoted(group(row)))
    setBands(channels, channelOf, all, clock)
  }
  const widest = Math.max(0, ...channels.filter(({ sampled }) => sampled > 0).map(({ high }) => high))
  const waiting = Math.min(MOST_WAITING, Math.max(LEAST_WAITING, 3 * widest))
  return {
    channels,
    channelOf,
    clock,
    sameClock,
    timeless: [],
    alike: null,
    clockPackets: all.length,
    waiting,
    disorder: disorderOf(surveyed),
    jumps: [],
    isUneven: clock !== null && clock.error !== null && !sameClock && isUneven(clock, told, isForth),
  }
}

/** Whether packets of both directions would arrive before they left. */
function isUneven(clock: ClockLine, pairs: readonly Pair[], isForth: (pair: Pair) => boolean): boolean {
  const least = { forth: 0, back: 0 }
  for (const pair of pairs) {
    const ahead = differenceOf(pair) - offsetAt(clock, pair.near.time)
    if (isForth(pair)) least.forth = Math.min(least.forth, ahead)
    else least.back = Math.min(least.back, -ahead)
  }
  return least.forth < -SLACK && least.back < -SLACK
}

function disorderOf({ near, far }: Surveyed): number {
  return Math.max(near.disorder, far.disorder)
}

/** The plan where times say nothing: of equal packets the first is the first. */
function timelessPlan(
  found: Pairs,
  surveyed: Surveyed,
  directions: Directions,
  sameClock: boolean,
  timeless: readonly Place[],
): Plan {
  const { channels, channelOf } = channelsOf(found, directions)
  const untimed = ({ near, far }: Pair): Pair => ({ near: { ...near, time: 0 }, far: { ...far, time: 0 } })
  const group = (row: number): number => channels[channelOf[row]!]!.rows[0]!
  // Hops may tell which side is passed first.
  const orientation = new Orientation(directions, [...found.same, ...found.translated].map(untimed), group, surveyed)
  for (const channel of channels) {
    channel.isForth = orientation.isForth(channel.rows[0]!)
    channel.low = Number.NEGATIVE_INFINITY
    channel.high = Number.POSITIVE_INFINITY
  }
  const clock = { at: 0, offset: 0, error: null, drift: 0 }
  const waiting = Number.POSITIVE_INFINITY
  return {
    channels,
    channelOf,
    clock,
    sameClock,
    timeless,
    alike: null,
    clockPackets: 0,
    waiting,
    disorder: 0,
    isUneven: false,
    jumps: [],
  }
}

function readingOf(pair: Pair): { time: number; difference: number } {
  return { time: pair.near.time, difference: differenceOf(pair) }
}

/** Turns directions of which nothing else tells the way by their delays, which are not below 0. */
function turnByClock(
  channels: readonly Channel[],
  channelOf: Int32Array,
  pairs: readonly Pair[],
  clock: ClockLine,
  isVoted: (row: number) => boolean,
): void {
  const ahead = new Float64Array(channels.length)
  for (const pair of pairs) {
    if (isVoted(pair.near.direction)) continue
    ahead[channelOf[pair.near.direction]!]! += Math.sign(differenceOf(pair) - offsetAt(clock, pair.near.time))
  }
  for (const [index, channel] of channels.entries()) if (ahead[index] !== 0) channel.isForth = ahead[index]! > 0
}

/**
 * Whether the captures are of other traffic and only have a few packets alike, as two runs of one test have: of what arrives while both
 * are capturing next to nothing was seen to leave. Where packets are lost they leave and do not arrive.
 */
function isUnrelated(surveyed: Surveyed, directions: Directions, { channels, channelOf, clock }: Plan): boolean {
  const { near, far } = surveyed
  const from = Math.max(near.firstTime, nearTime(clock!, far.firstTime))
  const to = Math.min(near.lastTime, nearTime(clock!, far.lastTime))
  const known = { near: keysOf(near.sample), far: keysOf(far.sample) }
  const streams = { near: streamsOf(near.sample), far: streamsOf(far.sample) }
  let paired = 0
  let alone = 0
  for (const place of ['near', 'far'] as const) {
    const other = place === 'near' ? 'far' : 'near'
    for (const [name, alike] of surveyed[place].sample.byKey) {
      for (const sighting of alike) {
        const { direction, time, looseHigh, looseLow } = sighting
        const channel = channels[channelOf[direction]!]!
        const isShared = channel.rows.some((row) => surveyed[other].seen[row] !== undefined)
        const when = place === 'near' ? time : nearTime(clock!, time)
        if (channel.isForth === (place === 'near') || !isShared || when < from || when > to) continue
        const isKnown =
          known[other].has(name) || (looseHigh !== 0 && known[other].has(looseNameOf(looseHigh, looseLow)))
        if (isKnown) paired++
        else if (!isOfStream(sighting, streams[other])) alone++
      }
    }
  }
  return directions.count > 0 && alone >= LEAST_ALONE && alone > 9 * paired
}

/** Strict and loose keys of a sample. */
function keysOf({ byKey }: Sample): Set<number> {
  const keys = new Set(byKey.keys())
  for (const alike of byKey.values()) {
    for (const { looseHigh, looseLow } of alike) if (looseHigh !== 0) keys.add(looseNameOf(looseHigh, looseLow))
  }
  return keys
}

/** Which bytes of each TCP connection a sample has: the first one of all, and how many from there on. */
function streamsOf({ byKey }: Sample): Map<number, { first: number; bytes: number }> {
  const streams = new Map<number, { first: number; bytes: number }>()
  for (const { connection, sequence, payload } of [...byKey.values()].flat()) {
    if (connection === 0) continue
    const known = streams.get(connection)
    if (known === undefined) {
      streams.set(connection, { first: sequence, bytes: payload })
      continue
    }
    const behind = (sequence - known.first) | 0
    if (behind < 0) {
      known.first = sequence
      known.bytes -= behind
    } else known.bytes = Math.max(known.bytes, behind + payload)
  }
  return streams
}

/** Whether TCP data are of a stream: segmentation offload cuts it at other places, so that no key of theirs is at both sides. */
function isOfStream(
  { connection, sequence }: Sighting,
  streams: ReadonlyMap<number, { first: number; bytes: number }>,
) {
  const stream = streams.get(connection)
  if (connection === 0 || stream === undefined) return false
  const behind = (sequence - stream.first) | 0
  return behind >= 0 && behind < stream.bytes
}

/** A far time by the near clock. */
export function nearTime({ at, offset, drift }: ClockLine, time: number): number {
  return (time - offset + drift * at) / (1 + drift)
}

/** The far clock's reading less the near one's at a time of the near clock. */
export function offsetAt({ at, offset, drift }: ClockLine, time: number): number {
  return offset + drift * (time - at)
}

/** Pairs that agree on the clocks. */
interface AgreedPairs {
  same: Pair[]
  translated: Pair[]
}

/** Leaves out pairs whose clocks' readings differ by something else than those of most. */
function agreeing(found: Pairs, surveyed: Surveyed, sameClock: boolean): AgreedPairs & { isAlike: boolean } {
  const isTold = found.same.length > 0 || found.translated.length > 2
  const equal = isTold ? null : rhythmOf(found, surveyed, sameClock)
  const rhythm = equal?.pairs ?? []
  const isAlike = equal?.isAlike ?? false
  const told = found.same.length > 0 ? found.same : isTold ? found.translated : rhythm
  if (told.length === 0) return { same: [], translated: [], isAlike }
  const times = told.map(({ near }) => near.time)
  const span =
    times.reduce((most, time) => Math.max(most, time), -Infinity) -
    times.reduce((least, time) => Math.min(least, time), Infinity)
  const width = WIDEST + 2 * MOST_DRIFT * span
  const dense = sameClock ? { from: -width, to: width } : densest(told.map(differenceOf), width)!
  const agrees = (pair: Pair): boolean => differenceOf(pair) >= dense.from && differenceOf(pair) <= dense.to
  const isNear = (pair: Pair): boolean =>
    differenceOf(pair) >= dense.from - WIDEST && differenceOf(pair) <= dense.to + WIDEST
  const isSame = ({ near, far }: Pair): boolean => near.direction === far.direction
  const same = [...found.same, ...rhythm.filter(isSame)].filter(agrees)
  const translated = [...found.translated, ...rhythm.filter((pair) => !isSame(pair))].filter(isNear)
  return { same, translated, isAlike }
}

/** Whether most of what one side has is equal packets that are at the other too. */
function isMostlyRepeated({ repeated }: Pairs, { near, far }: Surveyed): boolean {
  const [left, arrived] = (['near', 'far'] as const).map((place) =>
    repeated.reduce((sum, pair) => sum + pair[place].length, 0),
  )
  return left! > 0 && (left! >= MOSTLY * near.sample.count || arrived! >= MOSTLY * far.sample.count)
}

/** Puts directions together that lead into each other. */
function channelsOf(pairs: AgreedPairs, directions: Directions): { channels: Channel[]; channelOf: Int32Array } {
  const parent = Int32Array.from({ length: directions.count }, (_, row) => row)
  const rootOf = (row: number): number => {
    let root = row
    while (parent[root] !== root) root = parent[root]!
    return root
  }
  const links = new Map<string, Pair[]>()
  for (const pair of pairs.translated) {
    const name = `${pair.near.direction} ${pair.far.direction}`
    const list = links.get(name)
    if (list === undefined) links.set(name, [pair])
    else list.push(pair)
  }
  const same = countBy(pairs.same)
  const believed = [...links.values()].filter((link) => isBelieved(link, same))
  for (const [pair] of believed) {
    const [left, right] = [rootOf(pair!.near.direction), rootOf(pair!.far.direction)]
    if (left !== right) parent[Math.max(left, right)] = Math.min(left, right)
  }
  const channels: Channel[] = []
  const channelOf = new Int32Array(directions.count)
  for (let row = 0; row < directions.count; row++) {
    if (rootOf(row) === row) {
      channelOf[row] = channels.length
      channels.push(newChannel())
    } else channelOf[row] = channelOf[rootOf(row)]!
    channels[channelOf[row]!]!.rows.push(row)
  }
  for (const { near } of pairs.same) {
    const channel = channels[channelOf[near.direction]!]!
    channel.sampled++
    channel.ends.add(near.pair)
  }
  for (const { near, far } of believed.flat()) {
    const channel = channels[channelOf[near.direction]!]!
    channel.sampled++
    channel.isTranslated = true
    channel.ends.add(near.pair)
    if (near.macs !== far.macs || directions.vni(near.direction) !== directions.vni(far.direction))
      channel.isRouted = true
  }
  return { channels, channelOf }
}

/** Pairs of each direction. */
function countBy(pairs: readonly Pair[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { near } of pairs) counts.set(near.direction, (counts.get(near.direction) ?? 0) + 1)
  return counts
}

/** Whether pairs show that one direction leads into another, or is routed: a single one may be a packet that was altered. */
function isBelieved(link: readonly Pair[], same: ReadonlyMap<number, number>): boolean {
  const { near, far } = link[0]!
  const others = same.get(near.direction) ?? 0
  if (near.direction === far.direction) return link.length > others
  return link.length > 1 || others === 0
}

function newChannel(): Channel {
  return {
    rows: [],
    isForth: true,
    isTranslated: false,
    isRouted: false,
    ends: new Set(),
    sampled: 0,
    low: -SLACK,
    high: USUAL_HIGH,
  }
}

/** Sets the usual delays; where a direction has none those of the others that go its way, or else back. */
function setBands(channels: readonly Channel[], channelOf: Int32Array, pairs: readonly Pair[], clock: ClockLine): void {
  const all = { forth: newRange(), back: newRange() }
  const own = channels.map(newRange)
  for (const pair of pairs) {
    const index = channelOf[pair.near.direction]!
    const { isForth } = channels[index]!
    const ahead = differenceOf(pair) - offsetAt(clock, pair.near.time)
    const delay = isForth ? ahead : -ahead
    for (const range of [own[index]!, isForth ? all.forth : all.back]) {
      range.low = Math.min(range.low, delay)
      range.high = Math.max(range.high, delay)
    }
  }
  for (const [index, channel] of channels.entries()) {
    const [same, other] = channel.isForth ? [all.forth, all.back] : [all.back, all.forth]
    const usual = same.low <= same.high ? same : other
    const range = channel.sampled >= 3 ? own[index]! : usual
    if (range.low > range.high) continue
    const wide = range.high - range.low
    channel.low = range.low - SLACK - wide / 4
    channel.high = range.high + SLACK + wide / 2
  }
}

function newRange(): { low: number; high: number } {
  return { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }
}
