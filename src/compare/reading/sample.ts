/**
 * A sample of both sides' datagrams: the same ones at both, chosen by their digests, few enough to be held whatever the captures have.
 * From it the clocks, the ways through translators and routers, and usual delays are learned before packets are matched.
 */
import { finalize, fold32 } from '../../analyzers/tables/hash.ts'
import type { Datagram } from './datagram.ts'

/** A datagram of the sample. */
export interface Sighting {
  direction: number
  time: number
  /** Which record of its side it is. */
  position: number
  ttl: number
  taps: number
  looseHigh: number
  looseLow: number
  macs: number
  pair: number
  /** TCP data: digest of their connection in this direction, 0 without, and which bytes they are. */
  connection: number
  sequence: number
  payload: number
  isUnicast: boolean
  /** Whether it was recorded more than once in the same place, at once. */
  again: boolean
  /** Nanoseconds until then. */
  apart: number
}

/** Sightings of a side that are held. */
const MOST_SIGHTINGS = 32_768
/** Sightings of one key: heartbeats have no end. */
const MOST_ALIKE = 64
/** Nanoseconds within which a capture records one packet in several places. */
export const COPY_TIME = 1_000_000_000
/** Nanoseconds within which it records one packet twice in the same place: at most, and where nothing in the packet numbers it. */
export const TWIN_TIME = 5_000_000
export const TWICE_TIME = 500_000
/** Packets of a direction from which on it tells whether it is recorded twice. */
const LEAST_DOUBLED = 4

/** One side's sample. */
export class Sample {
  /** By key: the strict digest's 52 upper bits. */
  readonly byKey = new Map<number, Sighting[]>()
  /** Digests with any of these bits are left out. */
  mask = 0
  count = 0

  /** Takes a datagram into the sample, if its digest says so. */
  add(datagram: Datagram): void {
    const { key } = datagram
    if ((classOf(key.looseHigh === 0 ? key.strictLow : key.looseLow, key) & this.mask) !== 0) return
    const name = key.strictHigh * 2 ** 20 + (key.strictLow >>> 12)
    const alike = this.byKey.get(name)
    if (alike === undefined) this.byKey.set(name, [sightingOf(datagram)])
    else if (!isCopy(alike, datagram)) {
      if (alike.length >= MOST_ALIKE) return
      alike.push(sightingOf(datagram))
    } else return
    this.count++
    if (this.count > MOST_SIGHTINGS) this.thin(this.mask * 2 + 1)
  }

  /** Leaves out what a larger mask does. */
  thin(mask: number): void {
    if (mask === this.mask) return
    this.mask = mask
    this.count = 0
    for (const [name, alike] of this.byKey) {
      // Of packets that are not IP this is the strict digest's.
      if ((classOf(alike[0]!.looseLow, alike[0]!) & mask) !== 0) this.byKey.delete(name)
      else this.count += alike.length
    }
  }

  /**
   * Whether the capture records most packets twice in one place, as a mirror of both directions of a port does: most of each direction,
   * of two at least, because a network may duplicate one.
   */
  get isDoubled(): boolean {
    const counts = new Map<number, { all: number; again: number }>()
    for (const alike of this.byKey.values()) {
      for (const { direction, again } of alike) {
        const count = counts.get(direction) ?? { all: 0, again: 0 }
        count.all++
        if (again) count.again++
        counts.set(direction, count)
      }
    }
    const frequent = [...counts.values()].filter(({ all }) => all >= LEAST_DOUBLED)
    return frequent.length >= 2 && frequent.every(({ all, again }) => again * 2 > all)
  }
}

/** TCP data are chosen by where they begin, because segmentation offload makes other packets of them at the other side. */
function classOf(low: number, { connection, sequence }: { connection: number; sequence: number }): number {
  return finalize(connection === 0 ? low : fold32(connection, sequence)) >>> 8
}

function sightingOf({ key, direction, time, position, outerTtl, tap }: Datagram): Sighting {
  const isIp = key.looseHigh !== 0
  return {
    direction,
    time,
    position,
    ttl: outerTtl,
    taps: tap,
    looseHigh: key.looseHigh,
    looseLow: isIp ? key.looseLow : key.strictLow,
    macs: key.macs,
    pair: key.pair,
    connection: key.connection,
    sequence: key.sequence,
    payload: key.payload,
    isUnicast: key.isUnicast,
    again: false,
    apart: 0,
  }
}

/** Whether a datagram is another record of one that was sighted; that one is told of it. */
function isCopy(alike: readonly Sighting[], { direction, time, tap }: Datagram): boolean {
  for (const sighting of alike) {
    if (sighting.direction !== direction || Math.abs(time - sighting.time) > COPY_TIME) continue
    if ((sighting.taps & tap) === 0) {
      sighting.taps |= tap
      return true
    }
    if (Math.abs(time - sighting.time) <= TWICE_TIME && !sighting.again) {
      sighting.again = true
      sighting.apart = Math.abs(time - sighting.time)
      return true
    }
  }
  return false
}
