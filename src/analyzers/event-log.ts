/**
 * What an ordered analyzer needs of a packet, as a fixed-width record in one buffer, read like a header: `(log, at)`.
 * A part that begins in the middle of a capture keeps the records; merging replays them on the earlier state.
 */

import { NONE } from '../codecs/fault.ts'
import * as icmp from '../codecs/icmp.ts'
import * as icmpv6 from '../codecs/icmpv6.ts'
import { innerIpLength, type Layers, TunnelKind } from '../codecs/layers.ts'
import { Protocol } from '../codecs/protocol.ts'
import * as tcp from '../codecs/tcp.ts'
import { Fingerprint } from './fingerprint.ts'
import type { RowMaps } from './keys.ts'
import type { Observation } from './observation.ts'

/** 32-bit words of a record. */
export const STRIDE = 26

/** Word offsets within a record; `SECONDS` takes two words and is read through `f64`. */
export const Field = {
  Seconds: 0,
  Nanoseconds: 2,
  Number: 3,
  Bits: 4,
  Interface: 5,
  OuterDigest: 6,
  DigestHigh: 7,
  DigestLow: 8,
  Vni: 9,
  Pair: 10,
  Route: 11,
  Flow: 12,
  Destination: 13,
  WireLength: 14,
  OuterIpLength: 15,
  InnerIpLength: 16,
  /** TCP sequence number; identifier and sequence number of an echo. */
  Sequence: 17,
  Acknowledgment: 18,
  /** TCP payload bytes. */
  Payload: 19,
  TcpFlags: 20,
  /** MSS option of a SYN, 0 without. */
  MaximumSegmentSize: 21,
  FragmentHigh: 22,
  FragmentLow: 23,
  FragmentOffset: 24,
  FragmentLength: 25,
} as const

/** Bits of `Field.Bits`. */
export const Bit = {
  PairForward: 1 << 0,
  FlowForward: 1 << 1,
  Tunnel: 1 << 2,
  Tcp: 1 << 3,
  EchoRequest: 1 << 4,
  EchoReply: 1 << 5,
  /** One fragment of an outer IP datagram. */
  Fragment: 1 << 6,
  MoreFragments: 1 << 7,
  /** Lengths that only segmentation offload makes: an IP length of 0, or the capture says so. */
  SuperFrame: 1 << 8,
  Ipv6Underlay: 1 << 9,
  /** The capture already holds this frame; set by the copies analyzer. */
  Copy: 1 << 10,
  /** A tunnel packet that the filter keeps. */
  Kept: 1 << 11,
  /** Carries a number that its sender changes from packet to packet: an IPv4 identification, or an echo's sequence number. */
  Identified: 1 << 12,
} as const

/** EPB flags bit 11: the frame is yet to be cut by segmentation offload (pcapng §4.3). */
const EPB_TSO = 1 << 11

/** A saved log. */
export interface EventLogState {
  count: number
  overflowed: boolean
  words: Int32Array
}

/** Records of events, in packet order. */
export class EventLog {
  i32 = new Int32Array(64 * STRIDE)
  f64 = new Float64Array(this.i32.buffer)
  count = 0
  /** Whether more events came than the log holds: the part cannot be merged. */
  overflowed = false
  readonly #fingerprint = new Fingerprint()

  /** @param limit - Most records kept. */
  constructor(readonly limit: number) {}

  /** Offset of the record for the next event, the records before it being kept; `NONE` when the log is full. */
  append(): number {
    if (this.count === this.limit) {
      this.overflowed = true
      return NONE
    }
    const at = this.count++ * STRIDE
    if (at + STRIDE > this.i32.length) {
      const i32 = new Int32Array(this.i32.length * 2)
      i32.set(this.i32)
      this.i32 = i32
      this.f64 = new Float64Array(i32.buffer)
    }
    return at
  }

  /** Writes the record of the packet at hand. */
  fill(at: number, o: Observation): void {
    const { i32 } = this
    const { layers } = o
    i32.fill(0, at, at + STRIDE)
    this.f64[at >> 1] = o.seconds
    i32[at + Field.Nanoseconds] = o.nanoseconds
    i32[at + Field.Number] = o.number
    i32[at + Field.Interface] = o.interfaceId ^ (layers.linkInterface << 8)
    i32[at + Field.Vni] = o.vniRow
    i32[at + Field.Pair] = o.pairRow
    i32[at + Field.Route] = o.routeRow
    i32[at + Field.Flow] = o.flowRow
    i32[at + Field.Destination] = o.destinationId
    i32[at + Field.WireLength] = o.wireLength
    i32[at + Field.OuterIpLength] = layers.outerIp.length
    i32[at + Field.InnerIpLength] = innerIpLength(layers)
    let bits = (o.pairForward ? Bit.PairForward : 0) | (o.flowForward ? Bit.FlowForward : 0)
    if (layers.tunnel !== TunnelKind.None) {
      bits |= Bit.Tunnel
      if (o.kept) bits |= Bit.Kept
      if (o.kept && layers.innerTransport !== NONE) bits |= this.#fillTransport(at, layers)
    }
    if (layers.outerIp.version === 6) bits |= Bit.Ipv6Underlay
    if (isIdentified(layers)) bits |= Bit.Identified
    if (layers.outerIp.lengthUnstated || layers.innerIp.lengthUnstated || (o.flags & EPB_TSO) !== 0)
      bits |= Bit.SuperFrame
    const fingerprint = this.#fingerprint
    fingerprint.take(layers)
    i32[at + Field.OuterDigest] = fingerprint.outer
    i32[at + Field.DigestHigh] = fingerprint.high
    i32[at + Field.DigestLow] = fingerprint.low
    if (layers.outerIp.isFragment) {
      bits |= Bit.Fragment | (layers.outerIp.moreFragments ? Bit.MoreFragments : 0)
      fingerprint.takeDatagram(layers)
      i32[at + Field.FragmentHigh] = fingerprint.high
      i32[at + Field.FragmentLow] = fingerprint.low
      i32[at + Field.FragmentOffset] = layers.outerIp.fragmentOffset
      i32[at + Field.FragmentLength] = layers.outerIp.payloadEnd - layers.outerIp.payloadAt
    }
    i32[at + Field.Bits] = bits
  }

  /** Takes over the record of a later part: its rows become ours, its packet numbers go on from ours. */
  adopt(at: number, later: EventLog, from: number, maps: RowMaps, offset: number): void {
    const { i32 } = this
    i32.set(later.i32.subarray(from, from + STRIDE), at)
    i32[at + Field.Number] = i32[at + Field.Number]! + offset
    i32[at + Field.Vni] = mapped(maps.vnis, i32[at + Field.Vni]!)
    i32[at + Field.Pair] = mapped(maps.pairs, i32[at + Field.Pair]!)
    i32[at + Field.Route] = mapped(maps.routes, i32[at + Field.Route]!)
    i32[at + Field.Flow] = mapped(maps.flows, i32[at + Field.Flow]!)
    i32[at + Field.Destination] = mapped(maps.addresses, i32[at + Field.Destination]!)
  }

  save(): EventLogState {
    return { count: this.count, overflowed: this.overflowed, words: this.i32.slice(0, this.count * STRIDE) }
  }

  restore(state: EventLogState): void {
    this.count = state.count
    this.overflowed = state.overflowed
    this.i32 = new Int32Array(Math.max(64 * STRIDE, state.words.length))
    this.i32.set(state.words)
    this.f64 = new Float64Array(this.i32.buffer)
  }

  #fillTransport(at: number, layers: Layers): number {
    const { innerIp, innerView: view, innerTransport: header } = layers
    const { i32 } = this
    if (innerIp.protocol === Protocol.Tcp) {
      const flags = tcp.flags(view, header)
      i32[at + Field.Sequence] = tcp.sequence(view, header)
      i32[at + Field.Acknowledgment] = tcp.acknowledgment(view, header)
      i32[at + Field.Payload] = Math.max(0, innerIp.payloadEnd - header - tcp.headerLength(view, header))
      i32[at + Field.TcpFlags] = flags
      if ((flags & tcp.FLAG_SYN) !== 0) {
        const mss = tcp.maximumSegmentSize(view, header, layers.innerEnd)
        i32[at + Field.MaximumSegmentSize] = mss === NONE ? 0 : mss
      }
      return Bit.Tcp
    }
    if (innerIp.protocol === Protocol.Icmp) {
      const type = icmp.type(view, header)
      if (type !== icmp.Type.EchoRequest && type !== icmp.Type.EchoReply) return 0
      i32[at + Field.Sequence] = view.getInt32(header + icmp.REST)
      return type === icmp.Type.EchoRequest ? Bit.EchoRequest : Bit.EchoReply
    }
    if (innerIp.protocol === Protocol.IcmpV6) {
      const type = icmpv6.type(view, header)
      if (type !== icmpv6.Type.EchoRequest && type !== icmpv6.Type.EchoReply) return 0
      i32[at + Field.Sequence] = view.getInt32(header + icmpv6.REST)
      return type === icmpv6.Type.EchoRequest ? Bit.EchoRequest : Bit.EchoReply
    }
    return 0
  }
}

/** IP identification 0 is what Open vSwitch always sends, and Linux with DF: it tells nothing (RFC 6864 §4.1). */
function isIdentified({ outerIp, innerIp, innerTransport, innerView }: Layers): boolean {
  if (outerIp.version === 4 && outerIp.identification !== 0) return true
  if (innerIp.version === 4 && innerIp.identification !== 0) return true
  if (innerTransport === NONE || innerIp.protocol !== Protocol.IcmpV6) return false
  const type = icmpv6.type(innerView, innerTransport)
  return type === icmpv6.Type.EchoRequest || type === icmpv6.Type.EchoReply
}

function mapped(map: Int32Array, row: number): number {
  return row === NONE ? NONE : map[row]!
}
