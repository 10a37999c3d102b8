/**
 * The frames of the last second by what they carry: the one place that remembers what has passed. An entry keeps what is compared
 * once a packet passes again: where it went, its outer headers, its hops, its time. Who asks is `copies.ts`.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { Bit, type EventLog, Field, STRIDE } from '../../events/event-log.ts'
import { PacketFlag } from '../../events/packet-flags.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'

/** Nanoseconds within which a frame may pass again. */
export const RECENT = 1_000_000_000

/** Words of an entry: with the ring's own four it fills a cache line. */
export const Frame = {
  Outer: 0,
  Interface: 1,
  Seconds: 2,
  Nanoseconds: 3,
  /** Address ids of the VTEPs, `NONE` where the filter keeps nothing of it. */
  Source: 4,
  Destination: 5,
  KindVni: 6,
  /** Route row × 2 + direction (0 = from a), `NONE` outside tunnels. */
  Way: 7,
  Flow: 8,
  Hop: 9,
  InnerHop: 10,
  /** Outer TTL, and bits of {@link FrameBit}. */
  Bits: 11,
} as const
export const WORDS = 12

/** Frames that are looked through for the other direction of a flow. */
const MOST_BETWEEN = 256

/** Bits of `Frame.Bits` above the TTL. */
export const FrameBit = {
  /** The record was a fragment. */
  Fragment: 1 << 8,
  /** Outer marks that a router between two capture points may add. */
  DscpLost: 1 << 9,
  Congestion: 1 << 10,
  /** It was on its way: it has a former passage. */
  Paired: 1 << 11,
  /** It was recorded after it had been sent on. */
  Late: 1 << 12,
  /** Its data counted as sent again. */
  Repeated: 1 << 13,
} as const

/** Bits of the outer TTL in `Frame.Bits`, and in `Field.TimeToLive`. */
export const TIME_TO_LIVE = 0xff

/** The ring of recent frames. */
export class RecentFrames {
  readonly window: RecentRing

  /** @param size - Frames remembered, a power of two. */
  constructor(size: number) {
    this.window = new RecentRing(size, WORDS)
  }

  /** The newest frame that carried the same as the event's. @returns Offset of its entry, `NONE` when there is none. */
  find({ i32 }: EventLog, at: number): number {
    return this.window.find(i32[at + Field.DigestHigh]!, i32[at + Field.DigestLow]!)
  }

  /**
   * Frames of the other direction of the event's flow since an entry, as far as `enough`.
   * @returns `enough` as well where too many frames came since to look through.
   */
  countOtherWay({ i32 }: EventLog, at: number, entry: number, enough: number): number {
    const { window } = this
    const { data } = window
    const age = window.age(entry)
    if (age > MOST_BETWEEN) return enough
    const flow = i32[at + Field.Flow]!
    const way = wayOf(i32, at)
    let count = 0
    for (let back = 0; back < age && count < enough; back++) {
      const between = window.newest(back)
      if (data[between + Frame.Flow] === flow && data[between + Frame.Way] !== way) count++
    }
    return count
  }

  /** Reads heads of the ring ahead. @returns Nothing of use. */
  prefetch({ i32 }: EventLog, from: number, to: number): number {
    let sum = 0
    for (let event = from; event < to; event++) sum ^= this.window.prefetch(i32[event * STRIDE + Field.DigestLow]!)
    return sum
  }

  /** Remembers the event's frame. @param bits - Further bits of {@link FrameBit}. */
  insert({ i32, f64 }: EventLog, at: number, bits: number): void {
    const { window } = this
    const entry = window.claim(i32[at + Field.DigestHigh]!, i32[at + Field.DigestLow]!)
    const { data } = window
    data[entry + Frame.Outer] = i32[at + Field.OuterDigest]!
    data[entry + Frame.Interface] = i32[at + Field.Interface]!
    data[entry + Frame.Seconds] = f64[at >> 1]!
    data[entry + Frame.Nanoseconds] = i32[at + Field.Nanoseconds]!
    data[entry + Frame.Source] = i32[at + Field.Source]!
    data[entry + Frame.Destination] = i32[at + Field.Destination]!
    data[entry + Frame.KindVni] = i32[at + Field.KindVni]!
    data[entry + Frame.Way] = wayOf(i32, at)
    data[entry + Frame.Flow] = i32[at + Field.Flow]!
    data[entry + Frame.Hop] = i32[at + Field.Hop]!
    data[entry + Frame.InnerHop] = i32[at + Field.InnerHop]!
    data[entry + Frame.Bits] = frameBits(i32, at) | bits
  }

  save(): RecentRingState {
    return this.window.save()
  }

  restore(state: RecentRingState): void {
    this.window.restore(state)
  }
}

/** Route row × 2 + direction (0 = from a) of a tunnel packet that the filter keeps, else `NONE`. */
export function wayOf(i32: Int32Array, at: number): number {
  const route = i32[at + Field.Route]!
  const bits = i32[at + Field.Bits]!
  if (route === NONE || (bits & (Bit.Kept | Bit.Tunnel)) !== (Bit.Kept | Bit.Tunnel)) return NONE
  return route * 2 + ((bits & Bit.PairForward) !== 0 ? 0 : 1)
}

/** `Frame.Bits` of an event. */
export function frameBits(i32: Int32Array, at: number): number {
  const packetFlags = i32[at + Field.PacketFlags]!
  let bits = i32[at + Field.TimeToLive]! & TIME_TO_LIVE
  if ((i32[at + Field.Bits]! & Bit.Fragment) !== 0) bits |= FrameBit.Fragment
  if ((i32[at + Field.Bits]! & Bit.Tunnel) !== 0 && (packetFlags & PacketFlag.DscpLost) !== 0) bits |= FrameBit.DscpLost
  if ((packetFlags & PacketFlag.OuterCongestion) !== 0) bits |= FrameBit.Congestion
  return bits
}
