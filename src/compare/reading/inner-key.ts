/**
 * By what a packet is told at both ends: a digest of what the tunnel carries, without what changes on the way (TTL, DSCP and ECN,
 * checksums, which offload may leave unfilled), once with VNI and inner Ethernet header and once without, for networks that route
 * inside the overlay. The outer header is no key: Open vSwitch sends identification 0, and addresses may be translated.
 */
import { Digest, fold32 } from '../../analyzers/tables/hash.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as arp from '../../codecs/headers/arp.ts'
import * as icmp from '../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../codecs/headers/icmpv6.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import { innerNetworkAt, type Layers } from '../../codecs/walk/layers.ts'

/** Bytes of an inner frame that are needed at least: Ethernet and IPv4 headers. */
export const LEAST_COMPARED = 34

/** The key of the packet at hand, and what else is compared of it. One object, filled anew by {@link read}. */
export class InnerKey {
  /** With VNI and inner Ethernet header. */
  strictHigh = 0
  strictLow = 0
  /** Of the inner IP packet alone; 0 in both where there is none. */
  looseHigh = 0
  looseLow = 0
  /** Of what is no IP packet, without the VNI: a gateway may translate that and pass the frame on. */
  bridgedHigh = 0
  bridgedLow = 0
  /** Bytes of the inner frame that were captured, where they are too few to make the key; 0 where it is made. */
  shortOf = 0
  /** Digest of the inner Ethernet header. */
  macs = 0
  /** Digest of both inner addresses, the same both ways. */
  pair = 0
  /** Whether the frame is for one receiver. */
  isUnicast = false
  /** TTL or hop limit, DSCP and ECN of the inner packet, 0 where there is none. */
  ttl = 0
  dscp = 0
  ecn = 0
  /** What the key leaves out and offload does not touch: IP checksum, TTL and DSCP; and the transport's checksum. */
  leftOut = 0
  checksum = 0
  /** Digest of a TCP connection's addresses and ports in this direction; 0 for what carries no TCP data. */
  connection = 0
  sequence = 0
  payload = 0
  /** Whether its sender numbers it, by IPv4 identification or as an echo, so that the next one has another key. */
  isNumbered = false
  readonly #digest = new Digest()

  /** @param cut - Bytes of each inner frame that are compared. */
  read(layers: Layers, cut: number): void {
    const { innerView: view, innerFrame, innerIp, innerLength } = layers
    const networkAt = innerNetworkAt(layers)
    const start = innerFrame.at === NONE ? networkAt : innerFrame.at
    this.#forget()
    if (start === NONE) {
      this.#raw(layers)
      return
    }
    const wireEnd =
      innerIp.at === NONE ? start + innerLength : Math.min(start + innerLength, innerIp.at + innerIp.length)
    const end = Math.min(wireEnd, start + cut, layers.innerArp === NONE ? wireEnd : layers.innerArp + arp.LENGTH)
    const captured = layers.innerEnd - start
    if (
      layers.innerEnd < end ||
      (innerIp.at !== NONE && end < innerIp.at + (innerIp.version === 4 ? ipv4.LENGTH : ipv6.LENGTH))
    ) {
      this.shortOf = Math.max(1, captured)
      return
    }
    const digest = this.#digest
    digest.reset()
    if (innerIp.at === NONE) digest.bytes(view, Math.min(networkAt === NONE ? start : networkAt, end), end)
    else this.#network(layers, end)
    if (innerIp.at !== NONE) {
      digest.word(innerIp.length)
      this.looseHigh = digest.high
      this.looseLow = digest.low
    }
    // Devices pad short frames, and strip that again: the IP length says how much there is.
    if (innerIp.at === NONE && layers.innerArp === NONE) digest.word(innerLength)
    this.#ethernet(layers)
    digest.word(this.macs)
    this.bridgedHigh = digest.high
    this.bridgedLow = digest.low
    digest.word(layers.vni)
    this.strictHigh = digest.high
    this.strictLow = digest.low
  }

  /** The key of what is no frame, headers of the tunnel and all; none where the capture cut it. */
  #raw({ view, tunnelAt, end, wireEnd, vni }: Layers): void {
    if (end < wireEnd) {
      this.shortOf = 1
      return
    }
    const digest = this.#digest
    digest.reset()
    digest.bytes(view, tunnelAt, end)
    digest.word(vni)
    this.strictHigh = digest.high
    this.strictLow = digest.low
    this.bridgedHigh = digest.high
    this.bridgedLow = digest.low
  }

  #forget(): void {
    this.shortOf = 0
    this.looseHigh = 0
    this.looseLow = 0
    this.macs = 0
    this.pair = 0
    this.isUnicast = true
    this.ttl = 0
    this.dscp = 0
    this.ecn = 0
    this.leftOut = 0
    this.checksum = 0
    this.connection = 0
    this.sequence = 0
    this.payload = 0
    this.isNumbered = false
  }

  #ethernet({ innerView: view, innerFrame }: Layers): void {
    const { at, tagCount, vlanIds, etherType } = innerFrame
    let hash = etherType
    for (let i = 0; i < tagCount; i++) hash = fold32(hash, vlanIds[i]!)
    if (at !== NONE) {
      const to = fold32(fold32(0, view.getInt32(at)), view.getUint16(at + 4))
      const from = fold32(fold32(0, view.getUint16(at + 6)), view.getInt32(at + 8))
      hash = fold32(fold32(hash, to), from)
      this.isUnicast = (view.getUint8(at) & 1) === 0
      if (this.pair === 0) this.pair = (to + from) | 0
    }
    this.macs = hash
  }

  #network(layers: Layers, end: number): void {
    const { innerView: view, innerIp } = layers
    const { at, version } = innerIp
    const digest = this.#digest
    const words = version === 4 ? 1 : 4
    const addresses = at + (version === 4 ? 12 : 8)
    let from = 0x1f83_d9ab
    let to = 0x1f83_d9ab
    for (let i = 0; i < words; i++) {
      from = fold32(from, view.getInt32(addresses + 4 * i))
      to = fold32(to, view.getInt32(addresses + 4 * (words + i)))
    }
    this.pair = (from + to) | 0
    if (version === 4) {
      digest.ipv4(view, at)
      this.ttl = view.getUint8(at + 8)
      this.dscp = view.getUint8(at + 1) >> 2
      this.ecn = view.getUint8(at + 1) & 3
      this.isNumbered = ipv4.identification(view, at) !== 0
      this.leftOut = (view.getUint16(at + 10) << 16) | (this.ttl << 8) | view.getUint8(at + 1)
    } else {
      digest.ipv6(view, at)
      this.ttl = view.getUint8(at + 7)
      this.dscp = (view.getUint16(at) >> 6) & 0x3f
      this.ecn = (view.getUint16(at) >> 4) & 3
      this.leftOut = (this.ttl << 8) | ((view.getUint16(at) >> 4) & 0xff)
    }
    const header = at + (version === 4 ? ipv4.LENGTH : ipv6.LENGTH)
    const payloadAt = innerIp.payloadAt === NONE ? header : Math.min(innerIp.payloadAt, end)
    digest.bytes(view, header, payloadAt)
    if (innerIp.fragmentOffset > 0 || innerIp.payloadAt === NONE) digest.bytes(view, payloadAt, end)
    else this.#transport(layers, payloadAt, end, fold32(fold32(0, from), to))
  }

  /** The transport header and what follows, without its checksum. */
  #transport({ innerView: view, innerIp, innerTransport }: Layers, at: number, end: number, ends: number): void {
    const { protocol } = innerIp
    const digest = this.#digest
    if (protocol === Protocol.Tcp && end - at >= tcp.LENGTH) {
      digest.tcp(view, at, end)
      this.checksum = tcp.checksum(view, at)
      const payload = innerIp.at + innerIp.length - at - tcp.headerLength(view, at)
      if (payload <= 0 || innerTransport === NONE) return
      this.connection = fold32(ends, view.getInt32(at)) | 1
      this.sequence = tcp.sequence(view, at)
      this.payload = payload
      return
    }
    if (end > at && isEcho(protocol, view.getUint8(at))) this.isNumbered = true
    const field = checksumAt(protocol)
    const length = protocol === Protocol.Sctp ? 4 : 2
    if (field < 0 || end - at < field + length) {
      digest.bytes(view, at, field < 0 ? end : Math.min(end, at + field))
      return
    }
    digest.bytes(view, at, at + field)
    digest.bytes(view, at + field + length, end)
    this.checksum = view.getUint16(at + field)
  }
}

/** Whether an ICMP or ICMPv6 message is an echo, request or reply. */
function isEcho(protocol: number, type: number): boolean {
  if (protocol === Protocol.Icmp) return type === icmp.Type.EchoRequest || type === icmp.Type.EchoReply
  return protocol === Protocol.IcmpV6 && (type === icmpv6.Type.EchoRequest || type === icmpv6.Type.EchoReply)
}

/** Offset of a transport's checksum, below 0 for one that has none or is not known. */
function checksumAt(protocol: number): number {
  switch (protocol) {
    case Protocol.Tcp:
      return 16
    case Protocol.Udp:
      return 6
    case Protocol.Icmp:
    case Protocol.IcmpV6:
      return 2
    case Protocol.Sctp:
      return 8
    default:
      return -1
  }
}
