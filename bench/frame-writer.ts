/**
 * Messages to frames: outer Ethernet, VLAN, IP, UDP, VXLAN, then the guest's frame, every length and checksum right.
 * Written by hand and not with the project's codecs, so that a mistake in those cannot hide in the benchmark's captures.
 */
import { Kind, type Message, MSS, Tcp, TIMESTAMPS } from './conversations.ts'
import type { Network } from './network.ts'
import { PayloadPool } from './payload.ts'
import type { Random } from './random.ts'

const VXLAN_PORT = 4789
const IPV4 = 0x0800
const IPV6 = 0x86dd
const ARP = 0x0806
const DOT1Q = 0x8100
const TCP = 6
const UDP = 17
const ICMP = 1
const ICMPV6 = 58

/** More than the headers of any frame take. */
export const MOST_HEADER_BYTES = 256

/** Where the layers of the frame just written begin, relative to its first byte; −1 for what it has not. */
export interface Offsets {
  outerIp: number
  outerUdp: number
  vxlan: number
  innerFrame: number
  innerIp: number
}

/** Writes frames into a buffer. */
export class FrameWriter {
  /** Bytes of the frame on the wire. */
  wireLength = 0
  readonly offsets: Offsets = { outerIp: -1, outerUdp: -1, vxlan: -1, innerFrame: -1, innerIp: -1 }
  readonly #network: Network
  readonly #random: Random
  readonly #pool: PayloadPool
  /** IPv4 identification by endpoint. */
  readonly #identifications: Uint16Array
  #view: DataView = new DataView(new ArrayBuffer(0))
  #bytes: Uint8Array = new Uint8Array(0)
  /** First byte of the frame at hand, the next byte to write, and how long its payload is. */
  #frameAt = 0
  #at = 0
  #payloadLength = 0

  constructor(network: Network, vteps: number, seed: number, random: Random) {
    this.#network = network
    this.#random = random
    this.#pool = new PayloadPool(seed)
    this.#identifications = new Uint16Array(vteps)
    for (let vtep = 0; vtep < vteps; vtep++) this.#identifications[vtep] = random.word()
  }

  /**
   * Writes a tunnel frame at `at`.
   * @param milliseconds - Since the capture began, for TCP timestamps.
   * @param captured - Bytes that the snap length leaves; what lies behind them is not written.
   */
  tunnel(
    view: DataView,
    bytes: Uint8Array,
    at: number,
    message: Message,
    milliseconds: number,
    captured: number,
  ): void {
    this.#begin(view, bytes, at)
    const network = this.#network
    const { vniIndex, from, to, kind } = message
    const source = network.vtepOf(vniIndex, from)
    const destination = network.vtepOf(vniIndex, to)
    const isIpv6 = network.isIpv6Vtep(source)
    this.#outerEthernet(source, destination, isIpv6)
    const outerIp = this.#at
    this.#at += isIpv6 ? 40 : 20
    const outerUdp = this.#at
    this.#at += 8
    const vxlan = this.#at
    view.setUint32(vxlan, 0x0800_0000)
    view.setUint32(vxlan + 4, network.vni(vniIndex) << 8)
    this.#at += 8
    const innerFrame = this.#at
    this.#innerEthernet(message)
    const innerIp = this.#at
    const payloadSum = kind === Kind.Arp ? this.#arp(message) : this.#innerPacket(message, milliseconds, captured)
    const end = this.#at
    view.setUint16(outerUdp, 49_152 + (hash(message.flow * 2 + Number(message.forward)) & 0x3fff))
    view.setUint16(outerUdp + 2, VXLAN_PORT)
    view.setUint16(outerUdp + 4, end - outerUdp)
    view.setUint16(outerUdp + 6, 0)
    if (isIpv6) {
      this.#ipv6(outerIp, end, UDP, hash(message.flow) & 0xf_ffff)
      this.#underlayIpv6(outerIp + 8, source)
      this.#underlayIpv6(outerIp + 24, destination)
      // Over IPv6 the checksum is there (RFC 8200 §8.1): headers that were written, payload by its sum.
      const headersEnd = end - this.#payloadLength
      const sum = this.#sum(outerIp + 8, headersEnd) + UDP + (end - outerUdp) + payloadSum
      view.setUint16(outerUdp + 6, fold(sum) || 0xffff)
    } else {
      const identification = this.#identifications[source]!++
      this.#ipv4(outerIp, end, UDP, identification, false, underlayIpv4(source), underlayIpv4(destination))
    }
    this.wireLength = end - at
    const { offsets } = this
    offsets.outerIp = outerIp - at
    offsets.outerUdp = outerUdp - at
    offsets.vxlan = vxlan - at
    offsets.innerFrame = innerFrame - at
    offsets.innerIp = kind === Kind.Arp ? -1 : innerIp - at
  }

  /** Writes a keep-alive between two IPv4 endpoints, which is no tunnel. */
  other(view: DataView, bytes: Uint8Array, at: number, source: number, destination: number, count: number): void {
    this.#begin(view, bytes, at)
    this.#outerEthernet(source, destination, false)
    const ip = this.#at
    const udp = ip + 20
    const end = udp + 8 + 24
    view.setUint16(udp, 51_000)
    view.setUint16(udp + 2, 51_001)
    view.setUint16(udp + 4, end - udp)
    view.setUint16(udp + 6, 0)
    bytes.fill(0, udp + 8, end)
    view.setUint32(udp + 8, count)
    const identification = this.#identifications[source]!++
    this.#ipv4(ip, end, UDP, identification, true, underlayIpv4(source), underlayIpv4(destination))
    view.setUint16(udp + 6, fold(this.#sum(ip + 12, end) + UDP + (end - udp)) || 0xffff)
    this.wireLength = end - at
  }

  #begin(view: DataView, bytes: Uint8Array, at: number): void {
    this.#view = view
    this.#bytes = bytes
    this.#frameAt = at
    this.#at = at
    this.#payloadLength = 0
  }

  #outerEthernet(source: number, destination: number, isIpv6: boolean): void {
    const view = this.#view
    let at = this.#at
    view.setUint16(at, 0x0200)
    view.setUint32(at + 2, 0x5e00_0000 | destination)
    view.setUint16(at + 6, 0x0200)
    view.setUint32(at + 8, 0x5e00_0000 | source)
    at += 12
    const vlan = this.#network.outerVlan(source, destination)
    if (vlan !== 0) {
      view.setUint32(at, (DOT1Q << 16) | vlan)
      at += 4
    }
    view.setUint16(at, isIpv6 ? IPV6 : IPV4)
    this.#at = at + 2
  }

  #innerEthernet(message: Message): void {
    const view = this.#view
    const { vniIndex, from, to, kind, forward } = message
    let at = this.#at
    if (kind === Kind.Arp && forward) {
      view.setUint16(at, 0xffff)
      view.setUint32(at + 2, 0xffff_ffff)
    } else this.#guestMac(at, vniIndex, to)
    this.#guestMac(at + 6, vniIndex, from)
    at += 12
    const vlan = this.#network.innerVlan(vniIndex)
    if (vlan !== 0) {
      view.setUint32(at, (DOT1Q << 16) | vlan)
      at += 4
    }
    view.setUint16(at, kind === Kind.Arp ? ARP : this.#network.isIpv6Overlay(vniIndex) ? IPV6 : IPV4)
    this.#at = at + 2
  }

  /** Locally administered, unique by VNI and guest. */
  #guestMac(at: number, vniIndex: number, host: number): void {
    const view = this.#view
    view.setUint8(at, 0x06)
    view.setUint16(at + 1, vniIndex)
    view.setUint8(at + 3, host >> 16)
    view.setUint16(at + 4, host)
  }

  #arp({ vniIndex, from, to, forward }: Message): number {
    const view = this.#view
    const at = this.#at
    view.setUint32(at, 0x0001_0800)
    view.setUint32(at + 4, forward ? 0x0604_0001 : 0x0604_0002)
    this.#guestMac(at + 8, vniIndex, from)
    view.setInt32(at + 14, guestIpv4(from))
    if (forward) {
      view.setUint16(at + 18, 0)
      view.setUint32(at + 20, 0)
    } else this.#guestMac(at + 18, vniIndex, to)
    view.setInt32(at + 24, guestIpv4(to))
    this.#at = at + 28
    return 0
  }

  /** Inner IP packet. @returns The sum of its payload's words. */
  #innerPacket(message: Message, milliseconds: number, captured: number): number {
    const { vniIndex, from, to, kind } = message
    const isIpv6 = this.#network.isIpv6Overlay(vniIndex)
    const ip = this.#at
    const transport = ip + (isIpv6 ? 40 : 20)
    this.#at = transport
    const protocol = kind === Kind.Tcp ? TCP : kind === Kind.Udp ? UDP : isIpv6 ? ICMPV6 : ICMP
    const checksumAt = this.#transport(message, isIpv6, milliseconds)
    const payloadSum = this.#payload(message, this.#frameAt + captured)
    const end = this.#at
    const headersEnd = end - this.#payloadLength
    if (isIpv6) {
      this.#ipv6(ip, end, protocol, hash(message.flow) & 0xf_ffff)
      this.#guestIpv6(ip + 8, from)
      this.#guestIpv6(ip + 24, to)
    } else {
      const dontFragment = kind === Kind.Tcp
      this.#ipv4(ip, end, protocol, message.identification, dontFragment, guestIpv4(from), guestIpv4(to))
    }
    if (kind === Kind.Udp) this.#view.setUint16(transport + 4, end - transport)
    // ICMP over IPv4 has no pseudo-header (RFC 792); everything else has.
    const pseudo =
      protocol === ICMP ? 0 : this.#sum(isIpv6 ? ip + 8 : ip + 12, transport) + protocol + (end - transport)
    const checksum = fold(pseudo + this.#sum(transport, headersEnd) + payloadSum)
    this.#view.setUint16(checksumAt, kind === Kind.Udp && checksum === 0 ? 0xffff : checksum)
    return payloadSum
  }

  /** Writes the transport header, its checksum zero. @returns Offset of the checksum. */
  #transport(message: Message, isIpv6: boolean, milliseconds: number): number {
    const view = this.#view
    const at = this.#at
    const { kind, flags, flow, forward } = message
    if (kind === Kind.Tcp) {
      const isSyn = (flags & Tcp.Syn) !== 0
      view.setUint16(at, message.fromPort)
      view.setUint16(at + 2, message.toPort)
      view.setInt32(at + 4, message.sequence)
      view.setInt32(at + 8, message.acknowledgment)
      view.setUint16(at + 12, (8 << 12) | flags)
      view.setUint16(at + 14, 64_240)
      view.setUint32(at + 16, 0)
      if (isSyn) {
        // MSS, SACK permitted, window scale 7.
        view.setUint32(at + 20, 0x0204_0000 | (MSS - (isIpv6 ? 20 : 0)))
        view.setUint32(at + 24, 0x0402_0101)
        view.setUint32(at + 28, 0x0103_0307)
      } else {
        const client = hash(flow) >>> 1
        const server = hash(flow + 0x4000_0000) >>> 1
        view.setUint32(at + 20, 0x0101_080a)
        view.setUint32(at + 24, milliseconds + (forward ? client : server))
        view.setUint32(at + 28, milliseconds + (forward ? server : client))
      }
      this.#at = at + 20 + TIMESTAMPS
      return at + 16
    }
    if (kind === Kind.Udp) {
      view.setUint16(at, message.fromPort)
      view.setUint16(at + 2, message.toPort)
      view.setUint32(at + 4, 0)
      // The first bytes of the payload tell one datagram from the next.
      view.setInt32(at + 8, flow)
      view.setInt32(at + 12, message.count)
      this.#at = at + 16
      return at + 6
    }
    const request = isIpv6 ? 128 : 8
    const reply = isIpv6 ? 129 : 0
    view.setUint32(at, (forward ? request : reply) << 24)
    view.setUint16(at + 4, flow)
    view.setUint16(at + 6, message.count)
    this.#at = at + 8
    return at + 2
  }

  /** Writes the payload as far as it is captured. @returns The sum of all its words. */
  #payload({ kind, payload, flow, count }: Message, capturedEnd: number): number {
    const length = kind === Kind.Udp ? payload - 8 : payload
    const pool = this.#pool
    // A reply repeats what the request said (RFC 792).
    const from = kind === Kind.Echo ? (hash(flow ^ count) & 0x7fff) * 2 : pool.offset(this.#random)
    this.#payloadLength = length
    const there = Math.min(length, capturedEnd - this.#at)
    if (there > 0) pool.copy(from, there, this.#bytes, this.#at)
    this.#at += length
    return pool.sum(from, length)
  }

  #ipv4(
    at: number,
    end: number,
    protocol: number,
    identification: number,
    dontFragment: boolean,
    source: number,
    destination: number,
  ): void {
    const view = this.#view
    view.setUint16(at, 0x4500)
    view.setUint16(at + 2, end - at)
    view.setUint16(at + 4, identification)
    view.setUint16(at + 6, dontFragment ? 0x4000 : 0)
    view.setUint16(at + 8, (64 << 8) | protocol)
    view.setUint16(at + 10, 0)
    view.setInt32(at + 12, source)
    view.setInt32(at + 16, destination)
    view.setUint16(at + 10, fold(this.#sum(at, at + 20)))
  }

  #ipv6(at: number, end: number, protocol: number, flowLabel: number): void {
    const view = this.#view
    view.setUint32(at, 0x6000_0000 | flowLabel)
    view.setUint16(at + 4, end - at - 40)
    view.setUint16(at + 6, (protocol << 8) | 64)
  }

  #underlayIpv6(at: number, vtep: number): void {
    this.#ipv6Address(at, 0xfd00_0099, vtep + 1)
  }

  #guestIpv6(at: number, host: number): void {
    this.#ipv6Address(at, 0xfd10_0000, host + 1)
  }

  #ipv6Address(at: number, first: number, last: number): void {
    const view = this.#view
    view.setUint32(at, first)
    view.setUint32(at + 4, 0)
    view.setUint32(at + 8, 0)
    view.setUint32(at + 12, last)
  }

  /** Sum of the 16-bit words of `[at, end)`, whose length is even. */
  #sum(at: number, end: number): number {
    const view = this.#view
    let sum = 0
    for (let position = at; position < end; position += 2) sum += view.getUint16(position)
    return sum
  }
}

/** 172.16.0.1 and up. */
function underlayIpv4(vtep: number): number {
  return (0xac10_0001 + vtep) | 0
}

/** 10.0.0.1 and up, the same in every VNI. */
function guestIpv4(host: number): number {
  return (0x0a00_0001 + host) | 0
}

/** The Internet checksum of a sum of words (RFC 1071). */
function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000)
  return ~folded & 0xffff
}

/** Spreads an integer over 32 bits. */
function hash(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x7feb_352d)
  h = Math.imul(h ^ (h >>> 15), 0x846c_a68b)
  return h ^ (h >>> 16)
}
