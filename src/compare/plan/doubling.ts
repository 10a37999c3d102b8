/**
 * Whether a capture records some packets twice in one place, as a mirror of both ports of a bridge or of both members of a bond does.
 * What leaves once arrives once: a packet of which its sender's capture has two records and the other one has one was recorded twice. Of
 * what arrives two records of one that left may as well be the network's doing; a capture that doubles what leaves doubles that too.
 */
import type { Place } from '../../comparison.ts'
import { type Sample, type Sighting, TWIN_TIME } from '../reading/sample.ts'
import type { Surveyed } from '../reading/survey.ts'
import { groupBy, looseNameOf } from './pairs.ts'
import type { Plan } from './plan.ts'

/** Packets that a capture has twice and that arrive once from which on it is known to double. */
const LEAST_COPIED = 3
/** How much rarer than what arrives twice that may be which leaves doubled, where the capture does both. */
const RARER = 4
/** How much longer than in the sample two records of one packet may be apart. */
const LONGER = 2
/** Records of one packet at most: more of them are a train of equal ones. */
export const MOST_TWINS = 3

/** What is known of both captures. */
export interface Doubling {
  /** Whether a side records most packets twice. */
  isDoubled: Record<Place, boolean>
  /** By channel: whether what left twice arrives twice, so that it was sent so. */
  isSentTwice: boolean[]
  /** Nanoseconds between two records of one packet that arrives; 0 where it is not the capture that doubles. */
  apart: Record<Place, number>
}

/** Packets of a channel's sample. */
interface Tally {
  packets: number
  /** Recorded more than once where they leave, and as often where they arrive, or less often. */
  twice: number
  once: number
  /** Nanoseconds between the records of the latter. */
  apart: number
  /** Recorded more than once where they arrive only. */
  again: number
}

/** What the samples tell of it. */
export function doublingOf({ near, far }: Surveyed, plan: Plan): Doubling {
  // Records of one time are no records of one packet.
  if (plan.timeless.length > 0) {
    return { isDoubled: { near: false, far: false }, isSentTwice: [], apart: { near: 0, far: 0 } }
  }
  const tallies = plan.channels.map((): Tally => ({ packets: 0, twice: 0, once: 0, apart: 0, again: 0 }))
  count(near.sample, far.sample, plan, tallies, true)
  count(far.sample, near.sample, plan, tallies, false)
  const isFrom = (index: number, place: Place): boolean => plan.channels[index]!.isForth === (place === 'near')
  const apartAt = (place: Place): number =>
    apartOf(
      tallies.filter((_, index) => isFrom(index, place)),
      tallies.filter((_, index) => !isFrom(index, place)),
    )
  return {
    isDoubled: { near: near.sample.isDoubled, far: far.sample.isDoubled },
    isSentTwice: tallies.map(({ once, twice }) => twice > once),
    apart: { near: apartAt('near'), far: apartAt('far') },
  }
}

/** Counts the packets of the channels that lead from one side to the other. */
function count(from: Sample, to: Sample, { channels, channelOf }: Plan, tallies: Tally[], isForth: boolean): void {
  const loose = byLoose(to)
  for (const [name, alike] of from.byKey) {
    for (const [index, here] of byChannel(alike, channelOf)) {
      const channel = channels[index]!
      if (channel.isForth !== isForth) continue
      const { looseHigh, looseLow } = here[0]!
      const there = to.byKey.get(name) ?? (channel.isRouted ? loose.get(looseNameOf(looseHigh, looseLow)) : undefined)
      const arrived = recordsOf(byChannel(there ?? [], channelOf).get(index) ?? [])
      if (arrived === 0) continue
      const tally = tallies[index]!
      const left = recordsOf(here)
      tally.packets++
      if (left === 1 && arrived > 1) tally.again++
      const apart = left > 1 && left <= MOST_TWINS ? spanOf(here) : Number.POSITIVE_INFINITY
      if (apart > TWIN_TIME) continue
      if (arrived >= left) tally.twice++
      else {
        tally.once++
        tally.apart = Math.max(tally.apart, apart)
      }
    }
  }
}

/** How far apart a capture's records of one packet are that arrives, by those of what leaves. */
function apartOf(sent: readonly Tally[], received: readonly Tally[]): number {
  const sum = (tallies: readonly Tally[], of: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + of(tally), 0)
  const once = sum(sent, (tally) => tally.once)
  const again = sum(received, (tally) => tally.again)
  const isKnown = once >= LEAST_COPIED && once > sum(sent, ({ twice }) => twice)
  const isAlike = once * RARER * sum(received, ({ packets }) => packets) >= again * sum(sent, ({ packets }) => packets)
  return isKnown && isAlike ? LONGER * Math.max(...sent.map(({ apart }) => apart)) : 0
}

function recordsOf(sightings: readonly Sighting[]): number {
  return sightings.reduce((sum, { again }) => sum + (again ? 2 : 1), 0)
}

function spanOf(sightings: readonly Sighting[]): number {
  const times = sightings.map(({ time }) => time)
  return Math.max(...times) - Math.min(...times) + Math.max(...sightings.map(({ apart }) => apart))
}

function byChannel(sightings: readonly Sighting[], channelOf: Int32Array): Map<number, Sighting[]> {
  return groupBy(sightings, ({ direction }) => channelOf[direction]!)
}

function byLoose({ byKey }: Sample): Map<number, Sighting[]> {
  const known = [...byKey.values()].flat().filter(({ looseHigh }) => looseHigh !== 0)
  return groupBy(known, ({ looseHigh, looseLow }) => looseNameOf(looseHigh, looseLow))
}
