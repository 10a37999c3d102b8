/** Packet to event: the one place where stateful analyzers' facts are taken from the bytes. Allocates nothing. */

import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as arp from '../../codecs/headers/arp.ts'
import * as icmp from '../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../codecs/headers/icmpv6.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import { EtherType } from '../../codecs/link/ethernet.ts'
import type { TunnelPorts } from '../../codecs/walk/dissect.ts'
import { type IpLayer, innerIpLength, type Layers, TunnelKind } from '../../codecs/walk/layers.ts'
import { Quote } from '../../codecs/walk/quote.ts'
import { dataAt } from '../../codecs/walk/reassembly.ts'
import type { Observation } from '../lookup/observation.ts'
import type { Keys } from '../tables/keys.ts'
import { Again, Bit, Field, OUTER_IDENTIFIED, quotedWord } from './event-fields.ts'
import type { EventLog } from './event-log.ts'
import { Fingerprint, innerHopOf, outerHopOf } from './fingerprint.ts'
import { FragmentSums, Summed } from './fragment-sums.ts'
import { PacketFlagReader } from './packet-flag-reader.ts'
import { INNER_TTL_SHIFT } from './packet-flags.ts'
import { fillQuestion } from './questions.ts'
import { timestampOf } from './tcp-clock.ts'
import { isTinyFragment } from './tiny-fragment.ts'

/** EPB flags bit 11: the frame is yet to be cut by segmentation offload (pcapng §4.3). */
const EPB_TSO = 1 << 11

/** `Field.Sequence` of an inner ARP packet whose sender is not the source of its frame: sent on behalf of another. */
const ON_BEHALF = 1

/** Length of a TCP header whose only option is timestamps, as most have it (RFC 7323 appendix A). */
const TIMESTAMPS_ONLY = 32

/**
 * Clears the fields that not every packet has, one by one: `TypedArray.fill` over the record costs more than all of these.
 * The fields that every packet has are written by `fill`.
 */
function clear(i32: Int32Array, at: number): void {
  i32[at + Field.InnerIpLength] = 0
  i32[at + Field.OuterPorts] = 0
  i32[at + Field.TimeToLive] = 0
  i32[at + Field.Sequence] = 0
  i32[at + Field.Acknowledgment] = 0
  i32[at + Field.Payload] = 0
  i32[at + Field.TcpFlags] = 0
  i32[at + Field.MaximumSegmentSize] = 0
  i32[at + Field.TcpWindow] = 0
  i32[at + Field.FragmentHigh] = 0
  i32[at + Field.FragmentLow] = 0
  i32[at + Field.FragmentOffset] = 0
  i32[at + Field.FragmentLength] = 0
  i32[at + Field.QuotedSource] = NONE
  i32[at + Field.QuotedDestination] = NONE
  i32[at + Field.QuotedPorts] = 0
  i32[at + Field.QuotedVni] = NONE
  i32[at + Field.InnerIdentification] = 0
  i32[at + Field.InnerMacHigh] = 0
  i32[at + Field.InnerMacLow] = 0
  i32[at + Field.TunnelWord] = 0
  i32[at + Field.PacketFlags] = 0
  i32[at + Field.Again] = 0
  i32[at + Field.InnerHop] = 0
  i32[at + Field.TcpTimestamp] = 0
}

/** Writes the records of events. */
export class EventWriter {
  readonly #fingerprint = new Fingerprint()
  readonly #sums = new FragmentSums()
  readonly #quote = new Quote()
  readonly #packetFlagReader: PacketFlagReader

  /**
   * @param keys - Interns the addresses that only events name: the underlay's ARP, what ICMP errors quote.
   * @param ports - Which UDP ports are a tunnel's.
   */
  constructor(
    private readonly keys: Keys,
    private readonly ports: TunnelPorts,
  ) {
    this.#packetFlagReader = new PacketFlagReader(ports)
  }

  /** Writes the record of the packet at hand. */
  fill(log: EventLog, at: number, o: Observation): void {
    const { i32 } = log
    const { layers } = o
    const { outerIp, innerIp, innerFrame } = layers
    clear(i32, at)
    // First of all: what follows moves the walk's cursor, and the digest of a frame without IP begins where the walk stopped.
    const fingerprint = this.#fingerprint
    fingerprint.take(layers)
    i32[at + Field.OuterDigest] = fingerprint.outer
    i32[at + Field.DigestHigh] = fingerprint.high
    i32[at + Field.DigestLow] = fingerprint.low
    i32[at + Field.Hop] =
      (outerHopOf(layers) & ~OUTER_IDENTIFIED) | (outerIp.identification !== 0 ? OUTER_IDENTIFIED : 0)
    log.f64[at >> 1] = o.seconds
    i32[at + Field.Nanoseconds] = o.nanoseconds
    i32[at + Field.Number] = o.number
    i32[at + Field.Interface] = o.interfaceId ^ (layers.linkInterface << 8)
    i32[at + Field.Vni] = o.vniRow
    i32[at + Field.Pair] = o.pairRow
    i32[at + Field.Route] = o.routeRow
    i32[at + Field.Flow] = o.flowRow
    i32[at + Field.Mac] = o.macRow
    i32[at + Field.Vlans] = o.vlansRow
    i32[at + Field.Source] = o.sourceId
    i32[at + Field.Destination] = o.destinationId
    i32[at + Field.InnerSource] = o.innerSourceId
    i32[at + Field.InnerDestination] = o.innerDestinationId
    i32[at + Field.WireLength] = o.wireLength
    i32[at + Field.OuterIpLength] = outerIp.length
    i32[at + Field.KindVni] = layers.tunnel === TunnelKind.None ? NONE : (layers.tunnel << 24) | layers.vni
    if (!o.isInTime) i32[at + Field.Again] = Again.OutOfTime
    let bits = (o.pairForward ? Bit.PairForward : 0) | (o.flowForward ? Bit.FlowForward : 0)
    if (outerIp.version === 6) bits |= Bit.Ipv6Underlay
    if (outerIp.lengthUnstated || innerIp.lengthUnstated || (o.flags & EPB_TSO) !== 0) bits |= Bit.SuperFrame
    if (o.capturedLength < o.wireLength) bits |= Bit.CutShort
    if (isIdentified(layers)) bits |= Bit.Identified
    if (outerIp.at !== NONE) bits |= this.#fillOuterIp(i32, at, layers)
    if (layers.tunnel !== TunnelKind.None) {
      bits |= Bit.Tunnel
      if (o.kept) bits |= Bit.Kept
      i32[at + Field.InnerIpLength] = innerIpLength(layers)
      i32[at + Field.InnerHop] = innerHopOf(layers)
      if (innerFrame.at !== NONE) bits |= fillDestinationMac(i32, at, layers.innerView, innerFrame.at)
      if (o.kept) bits |= this.#fillInner(i32, at, layers)
    } else if (o.isInTime && outerIp.fragmentOffset === 0) bits |= this.#fillPlain(i32, at, layers)
    else if (o.isInTime && outerIp.protocol === Protocol.Udp) this.#fillEnds(i32, at, layers)
    if (o.isInTime && this.#packetFlagReader.take(i32, at, o) !== 0 && !o.kept) this.#fillEnds(i32, at, layers)
    if (outerIp.isFragment || o.firstLength !== NONE) {
      bits |= Bit.Fragment | (outerIp.moreFragments || o.firstLength !== NONE ? Bit.MoreFragments : 0)
      if (o.firstLength === NONE) {
        fingerprint.takeDatagram(layers)
        i32[at + Field.FragmentHigh] = fingerprint.high
        i32[at + Field.FragmentLow] = fingerprint.low
      } else {
        i32[at + Field.FragmentHigh] = o.datagramHigh
        i32[at + Field.FragmentLow] = o.datagramLow
        if (layers.carrierIps > 0) i32[at + Field.QuotedPorts] = Summed.Carried
      }
      i32[at + Field.FragmentOffset] = outerIp.fragmentOffset
      i32[at + Field.FragmentLength] = o.firstLength === NONE ? fragmentLength(layers) : o.firstLength
      if ((bits & Bit.IcmpError) === 0 && o.firstLength === NONE) {
        this.#sums.take(o, i32[at + Field.PacketFlags]!)
        i32[at + Field.QuotedPorts] = this.#sums.word
        i32[at + Field.QuotedVni] = this.#sums.expected
      }
      if (o.outside && i32[at + Field.PacketFlags] === 0 && isTinyFragment(layers, this.ports)) {
        bits |= Bit.TinyFragment
        this.#fillEnds(i32, at, layers)
      }
    }
    i32[at + Field.Bits] = bits
  }

  #fillOuterIp(i32: Int32Array, at: number, layers: Layers): number {
    const { view, outerIp } = layers
    if (layers.outerDestinationPort !== NONE) {
      i32[at + Field.OuterPorts] = (layers.outerSourcePort << 16) | layers.outerDestinationPort
    }
    if (outerIp.version === 4) {
      i32[at + Field.TimeToLive] = ipv4.timeToLive(view, outerIp.at)
      const toGroup = ipv4.destination(view, outerIp.at) >>> 28 === 0xe
      return (ipv4.dontFragment(view, outerIp.at) ? Bit.OuterDontFragment : 0) | (toGroup ? Bit.ToGroup : 0)
    }
    i32[at + Field.TimeToLive] = ipv6.hopLimit(view, outerIp.at)
    const toGroup = ipv6.destinationWord(view, outerIp.at, 0) >>> 24 === 0xff
    // No router may fragment IPv6 (RFC 8200 §4.5): it is as if DF were always set.
    return Bit.OuterDontFragment | (toGroup ? Bit.ToGroup : 0)
  }

  /** The inner packet of a tunnel packet that the filter keeps. */
  #fillInner(i32: Int32Array, at: number, layers: Layers): number {
    const { innerView: view, innerIp, innerArp, innerTransport } = layers
    if (innerArp !== NONE) {
      if (!isOwnArp(view, innerArp, layers.innerFrame.at)) i32[at + Field.Sequence] = ON_BEHALF
      return arpBits(view, innerArp)
    }
    let bits = 0
    if (innerIp.version === 4) {
      i32[at + Field.InnerIdentification] = innerIp.identification
      if (ipv4.dontFragment(view, innerIp.at)) bits |= Bit.InnerDontFragment
      i32[at + Field.TimeToLive]! |= ipv4.timeToLive(view, innerIp.at) << INNER_TTL_SHIFT
    } else if (innerIp.version === 6) {
      bits |= Bit.InnerDontFragment
      i32[at + Field.TimeToLive]! |= ipv6.hopLimit(view, innerIp.at) << INNER_TTL_SHIFT
    }
    if (innerIp.isFragment) bits |= Bit.InnerFragment
    if (innerTransport === NONE) return bits
    i32[at + Field.Payload] = innerIp.payloadEnd - innerTransport
    return bits | this.#fillTransport(i32, at, view, innerIp, innerTransport, layers.innerEnd)
  }

  /** A packet outside any tunnel: ARP, neighbour discovery and ICMP of the underlay, or of a guest's own interface. */
  #fillPlain(i32: Int32Array, at: number, layers: Layers): number {
    const { view, outerIp, outerFrame, outerTransport, end, cursor } = layers
    if (outerFrame.etherType === EtherType.Arp) {
      const header = arp.enter(cursor)
      if (header === NONE) return 0
      i32[at + Field.InnerSource] = this.keys.ipv4Id(arp.senderProtocol(view, header))
      i32[at + Field.InnerDestination] = this.keys.ipv4Id(arp.targetProtocol(view, header))
      return arpBits(view, header)
    }
    if (outerTransport === NONE) return 0
    const captured = Math.min(end, outerIp.payloadEnd)
    const isIcmp = outerIp.protocol === Protocol.Icmp && captured - outerTransport >= icmp.LENGTH
    const isIcmpv6 = outerIp.protocol === Protocol.IcmpV6 && captured - outerTransport >= icmpv6.LENGTH
    if (!isIcmp && !isIcmpv6) return 0
    const bits = this.#fillTransport(i32, at, view, outerIp, outerTransport, captured)
    if ((bits & Bit.IcmpError) === 0) return bits
    i32[at + Field.Source] = this.#sourceId(view, outerIp)
    if ((bits & Bit.QuotesTunnel) !== 0) this.#fillQuotedInner(i32, at)
    return bits
  }

  /** Sender and receiver of a later fragment: it has no ports, but it may belong to a tunnel between two VTEPs. */
  #fillEnds(i32: Int32Array, at: number, { view, outerIp }: Layers): void {
    i32[at + Field.Source] = this.#sourceId(view, outerIp)
    i32[at + Field.Destination] = this.#addressId(view, outerIp.version, outerIp.destinationAt)
  }

  #sourceId(view: DataView, ip: IpLayer): number {
    return this.#addressId(view, ip.version, ip.sourceAt)
  }

  #addressId(view: DataView, version: number, at: number): number {
    return version === 4 ? this.keys.ipv4Id(view.getInt32(at)) : this.keys.ipv6Id(view, at)
  }

  #fillTransport(i32: Int32Array, at: number, view: DataView, ip: IpLayer, header: number, end: number): number {
    switch (ip.protocol) {
      case Protocol.Tcp:
        return fillTcp(i32, at, view, ip, header, end)
      case Protocol.Udp:
        fillQuestion(i32, at, view, header, end)
        return Bit.Udp
      case Protocol.Icmp:
        return this.#fillIcmp(i32, at, view, header, end)
      case Protocol.IcmpV6:
        return this.#fillIcmpv6(i32, at, view, ip, header, end) | Bit.Version6
      default:
        return 0
    }
  }

  #fillIcmp(i32: Int32Array, at: number, view: DataView, header: number, end: number): number {
    const type = icmp.type(view, header)
    if (type === icmp.Type.EchoRequest || type === icmp.Type.EchoReply) {
      i32[at + Field.Sequence] = view.getInt32(header + icmp.REST)
      return type === icmp.Type.EchoRequest ? Bit.EchoRequest : Bit.EchoReply
    }
    if (!icmp.isError(view, header)) return 0
    const code = icmp.code(view, header)
    i32[at + Field.Sequence] = (type << 8) | code
    const isTooBig = type === icmp.Type.DestinationUnreachable && code === icmp.UnreachableCode.FragmentationNeeded
    i32[at + Field.Acknowledgment] = isTooBig ? icmp.nextHopMtu(view, header) : 0
    return Bit.IcmpError | this.#fillQuote(i32, at, view, icmp.quoted(header), icmp.quotedLength(view, header), end)
  }

  #fillIcmpv6(i32: Int32Array, at: number, view: DataView, ip: IpLayer, header: number, end: number): number {
    const type = icmpv6.type(view, header)
    if (type === icmpv6.Type.EchoRequest || type === icmpv6.Type.EchoReply) {
      i32[at + Field.Sequence] = view.getInt32(header + icmpv6.REST)
      return type === icmpv6.Type.EchoRequest ? Bit.EchoRequest : Bit.EchoReply
    }
    if (type === icmpv6.Type.NeighborSolicitation || type === icmpv6.Type.NeighborAdvertisement) {
      return this.#fillNeighbor(i32, at, view, ip, header, end)
    }
    if (!icmpv6.isError(view, header)) return 0
    i32[at + Field.Sequence] = (type << 8) | icmpv6.code(view, header)
    i32[at + Field.Acknowledgment] = type === icmpv6.Type.PacketTooBig ? icmpv6.mtu(view, header) : 0
    return Bit.IcmpError | this.#fillQuote(i32, at, view, icmpv6.quoted(header), icmpv6.quotedLength(view, header), end)
  }

  #fillNeighbor(i32: Int32Array, at: number, view: DataView, ip: IpLayer, header: number, end: number): number {
    if (end - header < icmpv6.NEIGHBOR_LENGTH) return 0
    const target = this.keys.ipv6Id(view, header + icmpv6.TARGET)
    if (icmpv6.type(view, header) === icmpv6.Type.NeighborAdvertisement) {
      i32[at + Field.InnerSource] = target
      // In the underlay nobody has noted yet to whom it answers.
      if (i32[at + Field.InnerDestination] === NONE) {
        i32[at + Field.InnerDestination] = this.keys.ipv6Id(view, ip.at + ipv6.LAYOUT.offsets.destination)
      }
      return icmpv6.solicited(view, header) ? Bit.AddressReply : Bit.Announcement
    }
    i32[at + Field.InnerDestination] = target
    // Duplicate address detection asks from the unspecified address (RFC 4862 §5.4.2).
    let any = 0
    for (let word = 0; word < 4; word++) any |= ipv6.sourceWord(view, ip.at, word)
    if (any === 0) return Bit.Announcement
    i32[at + Field.InnerSource] = this.keys.ipv6Id(view, ip.at + ipv6.LAYOUT.offsets.source)
    return Bit.AddressRequest
  }

  /**
   * Who sent the quoted packet to whom; its ports and VNI where the quote reaches that far.
   * @param length - Bytes of the quote where the error says so, else 0.
   */
  #fillQuote(i32: Int32Array, at: number, view: DataView, from: number, length: number, end: number): number {
    const quote = this.#quote
    if (!quote.read(view, from, length === 0 ? end : Math.min(end, from + length), this.ports)) return 0
    const { transport, protocol, layers } = quote
    i32[at + Field.QuotedSource] = this.#addressId(view, quote.version, quote.sourceAt)
    i32[at + Field.QuotedDestination] = this.#addressId(view, quote.version, quote.destinationAt)
    i32[at + Field.MaximumSegmentSize] = quote.length
    i32[at + Field.TcpFlags] = quotedWord(protocol, quote.tunnel, quote.carried)
    if (transport === NONE) return 0
    i32[at + Field.QuotedPorts] = view.getInt32(transport)
    const isNumbered = protocol === Protocol.Tcp || protocol === Protocol.Icmp || protocol === Protocol.IcmpV6
    if (isNumbered && layers.end - transport >= 8) i32[at + Field.TcpWindow] = view.getInt32(transport + 4)
    if (quote.tunnel === TunnelKind.None) return 0
    i32[at + Field.QuotedVni] = quote.vni
    return Bit.QuotesTunnel
  }

  /** The inner conversation that an error outside any tunnel quotes. */
  #fillQuotedInner(i32: Int32Array, at: number): void {
    const { view, innerIp, innerPorts } = this.#quote.layers
    if (innerIp.at === NONE) return
    i32[at + Field.InnerSource] = this.#addressId(view, innerIp.version, innerIp.sourceAt)
    i32[at + Field.InnerDestination] = this.#addressId(view, innerIp.version, innerIp.destinationAt)
    i32[at + Field.Payload] = innerPorts === NONE ? 0 : view.getInt32(innerPorts)
  }
}

/** Bytes of the datagram that a fragment has; 0 when nothing says where they begin. */
function fragmentLength(layers: Layers): number {
  const from = dataAt(layers)
  return from === NONE ? 0 : layers.outerIp.payloadEnd - from
}

function fillDestinationMac(i32: Int32Array, at: number, view: DataView, frame: number): number {
  i32[at + Field.InnerMacHigh] = ethernet.destinationHigh16(view, frame)
  i32[at + Field.InnerMacLow] = ethernet.destinationLow32(view, frame)
  if (!ethernet.isMulticast(view, frame)) return 0
  return ethernet.isBroadcast(view, frame) ? Bit.Broadcast : Bit.Multicast
}

function fillTcp(i32: Int32Array, at: number, view: DataView, ip: IpLayer, header: number, end: number): number {
  const flags = tcp.flags(view, header)
  i32[at + Field.Sequence] = tcp.sequence(view, header)
  i32[at + Field.Acknowledgment] = tcp.acknowledgment(view, header)
  i32[at + Field.Payload] = Math.max(0, ip.payloadEnd - header - tcp.headerLength(view, header))
  i32[at + Field.TcpFlags] = flags
  i32[at + Field.TcpWindow] = tcp.window(view, header)
  i32[at + Field.TcpTimestamp] = timestampOf(view, header, end)
  if ((flags & tcp.FLAG_SYN) !== 0) {
    const mss = tcp.maximumSegmentSize(view, header, end)
    i32[at + Field.MaximumSegmentSize] = mss === NONE ? 0 : mss
    return Bit.Tcp
  }
  // Timestamps alone fill 32 bytes: most segments need no look at their options.
  if (tcp.headerLength(view, header) <= TIMESTAMPS_ONLY || !tcp.duplicateSack(view, header, end)) return Bit.Tcp
  return Bit.Tcp | Bit.DuplicateSack
}

/** Whether the sender of an ARP packet is the source of its frame. */
function isOwnArp(view: DataView, at: number, frame: number): boolean {
  return (
    arp.senderHardwareHigh16(view, at) === ethernet.sourceHigh16(view, frame) &&
    arp.senderHardwareLow32(view, at) === ethernet.sourceLow32(view, frame)
  )
}

function arpBits(view: DataView, at: number): number {
  if (arp.isProbe(view, at) || arp.isGratuitous(view, at)) return Bit.Announcement
  const operation = arp.operation(view, at)
  if (operation === arp.Operation.Request) return Bit.AddressRequest
  return operation === arp.Operation.Reply ? Bit.AddressReply : 0
}

/** IP identification 0 is what Open vSwitch always sends, and Linux with DF: it tells nothing (RFC 6864 §4.1). */
function isIdentified({ outerIp, innerIp, innerTransport, innerView }: Layers): boolean {
  if (outerIp.identification !== 0) return true
  if (innerIp.version === 4 && innerIp.identification !== 0) return true
  if (innerTransport === NONE) return false
  if (innerIp.protocol === Protocol.Icmp) {
    const type = icmp.type(innerView, innerTransport)
    return type === icmp.Type.EchoRequest || type === icmp.Type.EchoReply
  }
  if (innerIp.protocol !== Protocol.IcmpV6) return false
  const type = icmpv6.type(innerView, innerTransport)
  return type === icmpv6.Type.EchoRequest || type === icmpv6.Type.EchoReply
}
