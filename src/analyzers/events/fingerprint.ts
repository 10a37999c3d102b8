/**
 * What makes a packet the same packet wherever it passes again.
 *
 * Two digests, because a tunnel packet can repeat in two ways. Of the outer headers: all but link headers, TTL, DSCP, ECN and
 * checksums, so that the same datagram is known at another interface or hop. Of the inner packet: what forwarding leaves alone
 * (addresses, identification, ports, sequence numbers, payload), so that it is known in another datagram, sent on by a router, a
 * hub or a service chain, or replicated to another peer; TTL, DSCP, ECN, DF and checksums are left out, MACs and VLANs stand apart.
 */

import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import * as udp from '../../codecs/headers/udp.ts'
import * as vxlan from '../../codecs/headers/vxlan.ts'
import { EtherType } from '../../codecs/link/ethernet.ts'
import { type FrameLayer, type IpLayer, type Layers, TunnelKind } from '../../codecs/walk/layers.ts'
import { Digest, fold32 } from '../tables/hash.ts'

const SOURCE = ipv6.LAYOUT.offsets.source

/** Bytes of the payload that enter a digest. */
const SAMPLE = 160
/** Of an inner frame that is not IP: its headers and what they carry first. */
const FRAME_SAMPLE = 80
/** Of an inner IP packet, behind its header and options: the transport header and what it carries first. */
const TRANSPORT_SAMPLE = 48
/** Bytes of an ARP packet for IPv4: Ethernet padding behind it differs from hop to hop. */
const ARP_SAMPLE = 28
/** Bytes of a frame without IP that enter its digest: an ARP packet. */
const PLAIN_SAMPLE = ARP_SAMPLE

/** First word of an IPv4 header with nothing but version and header length, and with the total length as well (RFC 791 §3.1). */
const IPV4_WITHOUT_LENGTH = 0xff00_0000 | 0
const IPV4_WITH_LENGTH = 0xff00_ffff | 0
/** Second word without the MF flag. */
const IPV4_WITHOUT_MF = ~0x2000
/** First word of an IPv6 header without the traffic class (RFC 8200 §3). */
const IPV6_WITHOUT_CLASS = 0xf00f_ffff | 0

/** Offset of the word with a UDP header's checksum in its lower half. */
const UDP_CHECKSUM_WORD = 4

/** What the digest of a hop's second word begins with, so that two words that change places are another hop. */
const HOP_SEED = 0x3c6e_f372

/** Marks a VLAN id as there, so that VID 0 is not the absence of a tag. */
const TAGGED = 0x1000

/** Digests of one packet. */
export class Fingerprint {
  /** Digest of the outer headers. */
  outer = 0
  /** Digest of what they carry, in two halves. */
  high = 0
  low = 0
  readonly #digest = new Digest()

  /** Digests the packet. */
  take(layers: Layers): void {
    const { view, outerIp, tunnelAt } = layers
    let at = layers.cursor.position
    let sample = PLAIN_SAMPLE
    if (outerIp.at === NONE) {
      this.outer = fold32(0, layers.outerFrame.etherType)
      if (layers.outerFrame.etherType === NONE) at = layers.at
    } else {
      this.outer = digestIp(view, outerIp, layers.outerDestinationPort !== NONE)
      sample = SAMPLE
      at = outerIp.payloadAt === NONE ? layers.end : outerIp.payloadAt
      if (layers.outerDestinationPort !== NONE) {
        this.outer = digestUdp(this.outer, view, layers.outerTransport)
        at = layers.outerTransport + udp.LENGTH
      }
      if (layers.tunnel !== TunnelKind.None) {
        for (; at < tunnelAt + vxlan.LENGTH; at += 4) this.outer = fold32(this.outer, view.getInt32(at))
        this.#digestInner(layers, at)
        return
      }
    }
    // Behind an IP header the wire's length is the IP's; elsewhere padding may differ from hop to hop.
    const end = outerIp.at === NONE ? layers.end : Math.min(layers.end, outerIp.payloadEnd)
    this.#digestBytes(view, at, Math.min(end, at + sample), layers.innerLength)
  }

  /**
   * Digests a VXLAN packet without IP options or extension headers, as {@link take} would.
   * @param ip - Offset of the outer IP header.
   * @param transport - Offset of the outer UDP header.
   * @param innerIp - Offset of the inner IP header.
   * @param inner - Offset of the inner TCP or UDP header.
   * @param end - First offset past what was captured of the inner packet.
   */
  takeEligible(
    view: DataView,
    ip: number,
    transport: number,
    innerIp: number,
    inner: number,
    end: number,
    protocol: number,
  ): void {
    const tunnel = transport + udp.LENGTH
    let outer = transport - ip === ipv4.LENGTH ? digestIpv4(view, ip, Protocol.Udp, true) : digestIpv6(view, ip, 0, 0)
    outer = digestUdp(outer, view, transport)
    this.outer = fold32(fold32(outer, view.getInt32(tunnel)), view.getInt32(tunnel + 4))
    const digest = this.#digest
    digest.reset()
    if (inner - innerIp === ipv4.LENGTH) digest.ipv4(view, innerIp)
    else digest.ipv6(view, innerIp)
    digestTransport(digest, view, inner, end, protocol)
    this.high = digest.high
    this.low = digest.low
  }

  /** Digests what identifies the datagram that an outer fragment belongs to (RFC 791 §3.2, RFC 8200 §4.5). */
  takeDatagram(layers: Layers): void {
    const { view, outerIp } = layers
    const digest = this.#digest
    digest.reset()
    if (outerIp.version === 4) digest.bytes(view, outerIp.at + 12, outerIp.at + 20)
    else digest.bytes(view, outerIp.at + SOURCE, outerIp.at + ipv6.LENGTH)
    digest.word(outerIp.identification)
    digest.word(outerIp.version === 4 ? outerIp.protocol : Protocol.Udp)
    this.high = digest.high
    this.low = digest.low
  }

  /** @param carried - Offset behind the first 8 bytes of the tunnel header. */
  #digestInner(layers: Layers, carried: number): void {
    const { innerView: view, innerIp, innerArp, innerFrame, innerEnd } = layers
    const digest = this.#digest
    if (innerArp !== NONE) {
      this.#digestBytes(view, innerArp, Math.min(innerEnd, innerArp + ARP_SAMPLE), EtherType.Arp)
      return
    }
    if (innerIp.at === NONE) {
      // A frame that only bridges forward: its MACs are part of it.
      const at = innerFrame.at === NONE ? carried : innerFrame.at
      const end = innerFrame.at === NONE ? layers.end : innerEnd
      this.#digestBytes(view, at, Math.min(end, at + FRAME_SAMPLE), layers.innerLength)
      return
    }
    digest.reset()
    const { at, payloadAt, version } = innerIp
    const header = at + (version === 4 ? ipv4.LENGTH : ipv6.LENGTH)
    if (version === 4) digest.ipv4(view, at)
    else digest.ipv6(view, at)
    const behind = payloadAt === NONE ? header : payloadAt
    if (behind > header) digest.bytes(view, header, Math.min(behind, innerEnd))
    digestTransport(digest, view, behind, innerEnd, innerIp.fragmentOffset === 0 ? innerIp.protocol : NONE)
    this.high = digest.high
    this.low = digest.low
  }

  #digestBytes(view: DataView, at: number, end: number, innerLength: number): void {
    const digest = this.#digest
    digest.reset()
    digest.bytes(view, at, end)
    digest.word(innerLength)
    this.high = digest.high
    this.low = digest.low
  }
}

/** Digest of the MACs and VLAN tags of a frame, whose header lies at `at`; 0 without one. */
function hopOf(view: DataView, frame: FrameLayer): number {
  if (frame.at === NONE) return 0
  let tags = 0
  for (let tag = 0; tag < frame.tagCount; tag++) tags = withTag(tags, frame.vlanIds[tag]!)
  return hopOfMacs(view, frame.at, tags)
}

/** Folds one more VLAN id into the digest of those before it (0 without). */
export function withTag(tags: number, vlanId: number): number {
  return fold32(tags, vlanId | TAGGED)
}

/** Digest of the two MACs at `at` and of the VLAN tags behind them. */
export function hopOfMacs(view: DataView, at: number, tags: number): number {
  // Two words side by side: in one chain each would wait for the product of the one before.
  return fold32(fold32(tags, view.getInt32(at)) ^ fold32(HOP_SEED, view.getInt32(at + 4)), view.getInt32(at + 8))
}

/** The outer MACs and VLAN tags of a packet, and what carries it: a mirrored copy in ERSPAN is one of another hop. */
export function outerHopOf({ view, outerFrame, carriers }: Layers): number {
  const hop = hopOf(view, outerFrame)
  return carriers === 0 ? hop : fold32(hop, carriers)
}

/** The word of `Field.InnerHop`. */
export function innerHop(hop: number, timeToLive: number): number {
  return (hop & ~0xff) | timeToLive
}

/** The inner MACs, VLAN tags and TTL of a packet, as `Field.InnerHop` has them. */
export function innerHopOf({ innerView: view, innerFrame, innerIp }: Layers): number {
  const hop = innerFrame.at === NONE ? 0 : hopOf(view, innerFrame)
  if (innerIp.at === NONE) return innerHop(hop, 0)
  return innerHop(hop, innerIp.version === 4 ? ipv4.timeToLive(view, innerIp.at) : ipv6.hopLimit(view, innerIp.at))
}

/** Adds what an inner IP packet carries, without the checksum that address translation and offload change. */
function digestTransport(digest: Digest, view: DataView, at: number, end: number, protocol: number): void {
  const sampled = Math.min(end, at + TRANSPORT_SAMPLE)
  if (protocol === Protocol.Tcp && sampled >= at + tcp.LENGTH) {
    digest.tcp(view, at, sampled)
  } else if (protocol === Protocol.Udp && sampled >= at + udp.LENGTH) {
    digest.word(view.getInt32(at))
    digest.word(view.getInt32(at + UDP_CHECKSUM_WORD) & ~0xffff)
    digest.bytes(view, at + udp.LENGTH, sampled)
  } else digest.bytes(view, at, sampled)
}

function digestIp(view: DataView, ip: IpLayer, statesLength: boolean): number {
  if (ip.version === 4) return digestIpv4(view, ip.at, ip.protocol, statesLength)
  return digestIpv6(view, ip.at, ip.identification, ip.fragmentOffset)
}

function digestIpv4(view: DataView, at: number, protocol: number, statesLength: boolean): number {
  // A router may cut a datagram that was whole a hop before: its first fragment is the same frame. What MF and the total
  // length say is then in the UDP length as well.
  const first = view.getInt32(at)
  const second = view.getInt32(at + 4)
  let digest = fold32(protocol, first & (statesLength ? IPV4_WITHOUT_LENGTH : IPV4_WITH_LENGTH))
  digest = fold32(digest, statesLength ? second & IPV4_WITHOUT_MF : second)
  digest = fold32(digest, view.getInt32(at + 12))
  return fold32(digest, view.getInt32(at + 16))
}

function digestIpv6(view: DataView, at: number, identification: number, fragmentOffset: number): number {
  let digest = fold32(fragmentOffset, view.getInt32(at) & IPV6_WITHOUT_CLASS)
  digest = fold32(digest, view.getInt32(at + 4) >>> 8)
  for (let word = at + SOURCE; word < at + ipv6.LENGTH; word += 4) digest = fold32(digest, view.getInt32(word))
  return fold32(digest, identification)
}

/** Ports and length of a UDP header. */
function digestUdp(digest: number, view: DataView, at: number): number {
  return fold32(fold32(digest, view.getInt32(at)), udp.length(view, at))
}
