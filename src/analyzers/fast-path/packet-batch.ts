/**
 * Packets that were read but not counted yet: what their records say, and of those that are eligible the event without its rows
 * and the key of the path. Reading needs the bytes and nothing else, so another thread can do it.
 *
 * Eligible is a VXLAN packet with nothing remarkable about it: plain headers, no options, fragments, group addresses or faults,
 * right checksums, and UDP or TCP without options but timestamps; a SYN may have any. What is read of it is what the slow path
 * (`dissect`, `EventWriter`) would have taken from its bytes.
 */
import { fold, pseudoHeaderSum4, pseudoHeaderSum6, sum } from '../../codecs/core/checksum.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import { Ecn } from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import * as udp from '../../codecs/headers/udp.ts'
import * as vxlan from '../../codecs/headers/vxlan.ts'
import * as dot1q from '../../codecs/link/dot1q.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import { EtherType } from '../../codecs/link/ethernet.ts'
import { LinkType } from '../../codecs/link/linktype.ts'
import type { TunnelPorts } from '../../codecs/walk/dissect.ts'
import { TunnelKind } from '../../codecs/walk/layers.ts'
import { LONGEST_TRAILER } from '../../codecs/walk/record-length.ts'
import { NO_TIME, type PacketInfo } from '../../packet.ts'
import { META, PacketMeta } from '../../packet-meta.ts'
import { isHeaderWrong } from '../events/checksums.ts'
import { Bit, Field, OUTER_IDENTIFIED } from '../events/event-fields.ts'
import { EventLog, STRIDE } from '../events/event-log.ts'
import { Fingerprint, hopOfMacs, innerHop, withTag } from '../events/fingerprint.ts'
import { INNER_TTL_SHIFT, PacketFlag } from '../events/packet-flags.ts'
import { fillQuestion } from '../events/questions.ts'
import { timestampOf } from '../events/tcp-clock.ts'
import {
  PATH_KEY,
  Path,
  pathHash,
  putInnerIpv4,
  putInnerIpv6,
  putOuterIpv4,
  putOuterIpv6,
  Shape,
} from '../lookup/path-key.ts'

/** Captured bytes that the smallest eligible packet has: up to the inner ports over IPv4 in IPv4, without tags. */
const LEAST_CAPTURED = ethernet.LENGTH + ipv4.LENGTH + udp.LENGTH + vxlan.LENGTH + ethernet.LENGTH + ipv4.LENGTH + 4

/** Bytes on the wire that no eligible packet exceeds: what a record may hold. */
const LONGEST = 0xff_ffff

/** First word of a VXLAN header with nothing in it but the I flag (RFC 7348 §5). */
const PLAIN = vxlan.FLAG_I << 24
/** First byte of an IPv4 header without options; MF and the fragment offset in its seventh and eighth. */
const IPV4_PLAIN = 0x45
const FRAGMENT = 0x3fff
/** Length of a TCP header whose only option is timestamps, as most have it (RFC 7323 appendix A). */
const TIMESTAMPS_ONLY = 32
/** Largest outer IP packet whose checksums are judged by the whole of its bytes. */
const LARGEST_MTU = 9216
/** What the words of a valid packet add up to, checksum included (RFC 1071 §1). */
const ALL_ONES = 0xffff

const SOURCE = ipv6.LAYOUT.offsets.source
const DESTINATION = ipv6.LAYOUT.offsets.destination

/** What reading a packet found, in bits; 0 for one that is not eligible. */
export const Look = {
  /** The packet has an event and a key. */
  Eligible: 1 << 0,
  /** It is a SYN, with or without ACK. */
  Handshake: 1 << 1,
  /** Its outer IPv4 header has an identification. */
  Numbered: 1 << 2,
} as const

/** The buffers of {@link FastPathBatch}: what one thread hands to another. */
export interface FastPathBatchBuffers {
  meta: Int32Array
  events: Int32Array
  keys: Int32Array
  hashes: Int32Array
  innerLengths: Int32Array
  looks: Uint8Array
}

/**
 * Buffers for a number of packets.
 * @param memory - Makes room for a number of bytes; what several threads look at must be shared.
 */
export function batchBuffers(
  slots: number,
  memory: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes),
): FastPathBatchBuffers {
  return {
    meta: new Int32Array(memory(slots * META * 4)),
    events: new Int32Array(memory(slots * STRIDE * 4)),
    keys: new Int32Array(memory(slots * PATH_KEY * 4)),
    hashes: new Int32Array(memory(slots * 4)),
    innerLengths: new Int32Array(memory(slots * 4)),
    looks: new Uint8Array(memory(slots)),
  }
}

/** Packets that were read, by slot. */
export class FastPathBatch {
  /** The packets' records. */
  readonly meta: PacketMeta
  /** The packets' events, one behind the other. */
  readonly log: EventLog
  /** The keys of their paths, and the hashes of those. */
  readonly keys: Int32Array
  readonly hashes: Int32Array
  /** Bytes behind the tunnel header on the wire. */
  readonly innerLengths: Int32Array
  /** Bits of {@link Look}. */
  readonly looks: Uint8Array
  readonly #fingerprint = new Fingerprint()

  /** @param buffers - Filled anew, or filled by another thread. */
  constructor(readonly buffers: FastPathBatchBuffers) {
    this.meta = new PacketMeta(buffers.meta)
    this.log = new EventLog(buffers.events)
    this.keys = buffers.keys
    this.hashes = buffers.hashes
    this.innerLengths = buffers.innerLengths
    this.looks = buffers.looks
  }

  /**
   * Reads a packet into a slot.
   * @param number - Its number within the part.
   * @param interfaceId - Interface through all files.
   * @param ports - Which UDP ports are a tunnel's.
   */
  read(
    slot: number,
    view: DataView,
    packet: PacketInfo,
    number: number,
    interfaceId: number,
    ports: TunnelPorts,
  ): void {
    this.meta.put(slot, packet, number)
    this.looks[slot] = this.#read(slot, view, packet, number, interfaceId, ports)
  }

  /** @returns Bits of {@link Look}. */
  #read(
    slot: number,
    view: DataView,
    packet: PacketInfo,
    number: number,
    interfaceId: number,
    ports: TunnelPorts,
  ): number {
    // Integers from here on: where one offset is a float, V8 reckons them all as floats.
    const start = packet.at | 0
    const capturedLength = packet.capturedLength | 0
    const { seconds, nanoseconds } = packet
    if (packet.wireLength > LONGEST) return 0
    const wireLength = packet.wireLength | 0
    if (packet.linkType !== LinkType.Ethernet || (packet.flags | packet.fcsLength) !== 0) return 0
    if (capturedLength < LEAST_CAPTURED || capturedLength > wireLength || nanoseconds === NO_TIME) return 0
    const end = start + capturedLength

    // Outer Ethernet, IP and UDP.
    let ip = start + ethernet.LENGTH
    let etherType = ethernet.etherType(view, start)
    let outerTags = 0
    if (etherType === EtherType.Vlan) {
      outerTags = withTag(0, dot1q.vlanId(view, ip))
      etherType = dot1q.etherType(view, ip)
      ip += dot1q.LENGTH
    }
    let look: number = Look.Eligible
    let shape = 0
    let transport: number
    let outerLength: number
    let outerClass: number
    let bits = Bit.Tunnel | Bit.Kept
    if (etherType === EtherType.IPv4) {
      if (view.getUint8(ip) !== IPV4_PLAIN || (view.getUint16(ip + 6) & FRAGMENT) !== 0) return 0
      if (ipv4.protocol(view, ip) !== Protocol.Udp) return 0
      if (ipv4.checksum(view, ip) !== 0 && isHeaderWrong(view, ip)) return 0
      transport = ip + ipv4.LENGTH
      outerLength = ipv4.totalLength(view, ip)
      outerClass = view.getUint8(ip + 1)
      if (ipv4.identification(view, ip) !== 0) {
        bits |= Bit.Identified
        look |= Look.Numbered
      }
      if (ipv4.dontFragment(view, ip)) bits |= Bit.OuterDontFragment
    } else if (etherType === EtherType.IPv6) {
      if (capturedLength < LEAST_CAPTURED + ipv6.LENGTH - ipv4.LENGTH || view.getUint8(ip) >> 4 !== 6) return 0
      if (ipv6.nextHeader(view, ip) !== Protocol.Udp || ipv6.payloadLength(view, ip) === 0) return 0
      shape = Shape.OuterIpv6
      transport = ip + ipv6.LENGTH
      outerLength = ipv6.LENGTH + ipv6.payloadLength(view, ip)
      outerClass = ipv6.trafficClass(view, ip)
      bits |= Bit.Ipv6Underlay | Bit.OuterDontFragment
    } else return 0
    const outerEnd = ip + outerLength
    const datagramEnd = transport + udp.length(view, transport)
    if (outerEnd > start + wireLength || datagramEnd > outerEnd) return 0
    // A record that claims more behind the IP packet than frames have there.
    if (outerEnd + LONGEST_TRAILER < start + wireLength && capturedLength < wireLength) return 0
    if (ports[udp.destinationPort(view, transport)] !== TunnelKind.Vxlan) return 0
    const isChecked = udp.checksum(view, transport) !== 0
    let packetFlags = isChecked || shape === 0 ? 0 : PacketFlag.ZeroChecksumIpv6

    // VXLAN and inner Ethernet.
    const tunnel = transport + udp.LENGTH
    const frame = tunnel + vxlan.LENGTH
    if (view.getInt32(tunnel) !== PLAIN || vxlan.reserved2(view, tunnel) !== 0 || (view.getUint8(frame) & 1) !== 0)
      return 0
    const innerLength = datagramEnd - frame
    let innerIp = frame + ethernet.LENGTH
    if (innerIp + dot1q.LENGTH + ipv4.LENGTH > end) return 0
    let vlan = 0
    let innerTags = 0
    etherType = ethernet.etherType(view, frame)
    if (etherType === EtherType.Vlan) {
      vlan = dot1q.vlanId(view, innerIp)
      innerTags = withTag(0, vlan)
      etherType = dot1q.etherType(view, innerIp)
      innerIp += dot1q.LENGTH
      shape |= Shape.Tagged
      packetFlags |= PacketFlag.InnerTag
    }

    // Inner IP.
    let inner: number
    let innerIpLength: number
    let innerClass: number
    let identification = 0
    let protocol: number
    if (etherType === EtherType.IPv4) {
      inner = innerIp + ipv4.LENGTH
      if (inner + 4 > end || view.getUint8(innerIp) !== IPV4_PLAIN || (view.getUint16(innerIp + 6) & FRAGMENT) !== 0)
        return 0
      if (isHeaderWrong(view, innerIp)) return 0
      innerIpLength = ipv4.totalLength(view, innerIp)
      innerClass = view.getUint8(innerIp + 1)
      protocol = ipv4.protocol(view, innerIp)
      identification = ipv4.identification(view, innerIp)
      if (identification !== 0) bits |= Bit.Identified
      if (ipv4.dontFragment(view, innerIp)) bits |= Bit.InnerDontFragment
    } else if (etherType === EtherType.IPv6) {
      inner = innerIp + ipv6.LENGTH
      if (inner + 4 > end || view.getUint8(innerIp) >> 4 !== 6 || ipv6.payloadLength(view, innerIp) === 0) return 0
      innerIpLength = ipv6.LENGTH + ipv6.payloadLength(view, innerIp)
      innerClass = ipv6.trafficClass(view, innerIp)
      protocol = ipv6.nextHeader(view, innerIp)
      shape |= Shape.InnerIpv6
      bits |= Bit.InnerDontFragment
    } else return 0
    const innerEnd = innerIp + innerIpLength
    if (innerEnd > datagramEnd || (outerClass & 3) === Ecn.Ce || outerClass >> 2 !== innerClass >> 2) return 0

    // TCP or UDP, the ports of which may be all that the snap length left of it.
    let sequence = 0
    let acknowledgment = 0
    let flags = 0
    let window = 0
    let payload = 0
    let timestamp = 0
    let maximumSegmentSize = 0
    if (protocol === Protocol.Tcp) {
      if (inner + tcp.LENGTH <= end) {
        flags = tcp.flags(view, inner)
        const header = tcp.headerLength(view, inner)
        if (header < tcp.LENGTH) return 0
        if ((flags & tcp.FLAG_SYN) !== 0) {
          look |= Look.Handshake
          maximumSegmentSize = Math.max(0, tcp.maximumSegmentSize(view, inner, end))
        } else if (header > TIMESTAMPS_ONLY) return 0
        payload = innerEnd - inner - header
        if (payload < 0) return 0
        sequence = view.getInt32(inner + 4)
        acknowledgment = view.getInt32(inner + 8)
        window = tcp.window(view, inner)
        timestamp = timestampOf(view, inner, Math.min(end, innerEnd))
        bits |= Bit.Tcp
      } else if (inner + tcp.LENGTH > innerEnd) return 0
    } else if (protocol === Protocol.Udp) {
      if (inner + udp.LENGTH > end || inner + udp.LENGTH > innerEnd) return 0
      if (ports[udp.destinationPort(view, inner)] !== TunnelKind.None) return 0
      payload = innerEnd - inner
      bits |= Bit.Udp
    } else return 0
    if (innerEnd <= end) {
      if (outerLength > LARGEST_MTU) return 0
      const summed = summedEnd(view, inner, innerEnd, protocol)
      const innerSum = summed === inner ? 0 : sum(view, inner, summed)
      if (summed !== inner && !isRight(view, innerIp, inner, summed, protocol, innerSum)) return 0
      if (isChecked && datagramEnd <= end) {
        // What is summed already lies at an even offset; what is behind it may not.
        const rest = sum(view, summed, datagramEnd)
        const isSwapped = ((summed - inner) & 1) !== 0
        const total = sum(view, transport, inner, innerSum + (isSwapped ? ((rest & 0xff) << 8) | (rest >>> 8) : rest))
        if (!isRight(view, ip, transport, datagramEnd, Protocol.Udp, total)) return 0
      }
    }

    // The key of its path, and its event.
    const keys = this.keys
    const key = slot * PATH_KEY
    const kindVni = (TunnelKind.Vxlan << 24) | vxlan.vni(view, tunnel)
    keys[key + Path.KindVni] = kindVni
    keys[key + Path.MacLow] = ethernet.sourceLow32(view, frame)
    keys[key + Path.MacHighVlan] = (ethernet.sourceHigh16(view, frame) << 16) | vlan
    keys[key + Path.Shape] = protocol | Shape.Ports | shape
    keys[key + Path.InnerPorts] = view.getInt32(inner)
    if ((shape & Shape.OuterIpv6) === 0) putOuterIpv4(keys, key, view, ip)
    else putOuterIpv6(keys, key, view, ip)
    if ((shape & Shape.InnerIpv6) === 0) putInnerIpv4(keys, key, view, innerIp)
    else putInnerIpv6(keys, key, view, innerIp, (shape & Shape.OuterIpv6) === 0)
    this.hashes[slot] = pathHash(keys, key)
    this.innerLengths[slot] = innerLength
    const fingerprint = this.#fingerprint
    fingerprint.takeEligible(view, ip, transport, innerIp, inner, Math.min(end, innerEnd), protocol)
    if (capturedLength < wireLength) bits |= Bit.CutShort
    const { log } = this
    const { i32 } = log
    const at = slot * STRIDE
    log.f64[at >> 1] = seconds
    i32[at + Field.Nanoseconds] = nanoseconds
    i32[at + Field.Number] = number
    i32[at + Field.Bits] = bits
    i32[at + Field.PacketFlags] = packetFlags
    i32[at + Field.Interface] = interfaceId
    i32[at + Field.OuterDigest] = fingerprint.outer
    i32[at + Field.DigestHigh] = fingerprint.high
    i32[at + Field.DigestLow] = fingerprint.low
    i32[at + Field.WireLength] = wireLength
    i32[at + Field.OuterIpLength] = outerLength
    i32[at + Field.InnerIpLength] = innerIpLength
    i32[at + Field.OuterPorts] = view.getInt32(transport)
    i32[at + Field.TimeToLive] =
      ((shape & Shape.OuterIpv6) === 0 ? ipv4.timeToLive(view, ip) : ipv6.hopLimit(view, ip)) |
      (((shape & Shape.InnerIpv6) === 0 ? ipv4.timeToLive(view, innerIp) : ipv6.hopLimit(view, innerIp)) <<
        INNER_TTL_SHIFT)
    i32[at + Field.Sequence] = sequence
    i32[at + Field.Acknowledgment] = acknowledgment
    i32[at + Field.Payload] = payload
    i32[at + Field.TcpFlags] = flags
    i32[at + Field.MaximumSegmentSize] = maximumSegmentSize
    i32[at + Field.TcpWindow] = window
    i32[at + Field.FragmentHigh] = 0
    i32[at + Field.FragmentLow] = 0
    i32[at + Field.FragmentOffset] = 0
    i32[at + Field.FragmentLength] = 0
    i32[at + Field.QuotedSource] = NONE
    i32[at + Field.QuotedDestination] = NONE
    i32[at + Field.QuotedPorts] = 0
    i32[at + Field.QuotedVni] = NONE
    i32[at + Field.InnerIdentification] = identification
    i32[at + Field.KindVni] = kindVni
    i32[at + Field.InnerMacHigh] = ethernet.destinationHigh16(view, frame)
    i32[at + Field.InnerMacLow] = ethernet.destinationLow32(view, frame)
    i32[at + Field.TunnelWord] = 0
    if (protocol === Protocol.Udp) fillQuestion(i32, at, view, inner, Math.min(innerEnd, end))
    i32[at + Field.Again] = 0
    i32[at + Field.Hop] =
      (hopOfMacs(view, start, outerTags) & ~OUTER_IDENTIFIED) | ((look & Look.Numbered) !== 0 ? OUTER_IDENTIFIED : 0)
    i32[at + Field.InnerHop] = innerHop(
      hopOfMacs(view, frame, innerTags),
      (shape & Shape.InnerIpv6) === 0 ? ipv4.timeToLive(view, innerIp) : ipv6.hopLimit(view, innerIp),
    )
    i32[at + Field.TcpTimestamp] = timestamp
    return look
  }
}

/** Where the bytes end that the checksum of a TCP or UDP header at `at` is over; `at` itself where UDP has none that can be judged. */
function summedEnd(view: DataView, at: number, end: number, protocol: number): number {
  if (protocol !== Protocol.Udp) return end
  const stated = udp.length(view, at)
  return udp.checksum(view, at) === 0 || stated < udp.LENGTH || at + stated > end ? at : at + stated
}

/** Whether the checksum of the bytes from `at` to `end`, which add up to `total`, is right (RFC 9293 §3.1, RFC 8200 §8.1). */
function isRight(view: DataView, ip: number, at: number, end: number, protocol: number, total: number): boolean {
  const pseudo =
    at - ip === ipv4.LENGTH
      ? pseudoHeaderSum4(ipv4.source(view, ip), ipv4.destination(view, ip), protocol, end - at)
      : pseudoHeaderSum6(view, ip + SOURCE, ip + DESTINATION, protocol, end - at)
  return fold(total + pseudo) === ALL_ONES
}
