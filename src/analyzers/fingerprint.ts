/**
 * What makes a frame the same frame at another interface or hop: all of it but link headers, TTL, IP header checksum and
 * outer UDP checksum. The digest of the inner frame stands apart, so that replicas to other peers are found by it too.
 */

import { NONE } from '../codecs/fault.ts'
import * as ipv4 from '../codecs/ipv4.ts'
import * as ipv6 from '../codecs/ipv6.ts'
import { type IpLayer, type Layers, TunnelKind } from '../codecs/layers.ts'
import { Protocol } from '../codecs/protocol.ts'
import * as udp from '../codecs/udp.ts'
import * as vxlan from '../codecs/vxlan.ts'
import { Digest, fold32 } from './hash.ts'

const SOURCE = ipv6.LAYOUT.offsets.source

/** Bytes of the payload that enter a digest. */
const SAMPLE = 160
/** Of an inner frame: its Ethernet, IP and TCP headers, the checksum over all the rest included. */
const TUNNEL_SAMPLE = 80

/** First word of an IPv4 header without the total length; second word without the MF flag (RFC 791 §3.1). */
const IPV4_WITHOUT_LENGTH = 0xffff_0000 | 0
const IPV4_WITHOUT_MF = ~0x2000

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
        sample = TUNNEL_SAMPLE
      }
    }
    // Behind an IP header the wire's length is the IP's; elsewhere padding may differ from hop to hop.
    const end = outerIp.at === NONE ? layers.end : Math.min(layers.end, outerIp.payloadEnd)
    this.#digestCarried(view, at, Math.min(end, at + sample), layers.innerLength)
  }

  /**
   * Digests a VXLAN packet without IP options or extension headers, as {@link take} would.
   * @param ip - Offset of the outer IP header.
   * @param transport - Offset of the outer UDP header.
   * @param end - First offset past what was captured of the datagram.
   * @param innerLength - Bytes behind the tunnel header on the wire.
   */
  takeOrdinary(view: DataView, ip: number, transport: number, end: number, innerLength: number): void {
    const tunnel = transport + udp.LENGTH
    const carried = tunnel + vxlan.LENGTH
    let outer = transport - ip === ipv4.LENGTH ? digestIpv4(view, ip, Protocol.Udp, true) : digestIpv6(view, ip, 0, 0)
    outer = digestUdp(outer, view, transport)
    this.outer = fold32(fold32(outer, view.getInt32(tunnel)), view.getInt32(tunnel + 4))
    this.#digestCarried(view, carried, Math.min(end, carried + TUNNEL_SAMPLE), innerLength)
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

  #digestCarried(view: DataView, at: number, end: number, innerLength: number): void {
    const digest = this.#digest
    digest.reset()
    digest.bytes(view, at, end)
    digest.word(innerLength)
    this.high = digest.high
    this.low = digest.low
  }
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
  let digest = fold32(protocol, statesLength ? first & IPV4_WITHOUT_LENGTH : first)
  digest = fold32(digest, statesLength ? second & IPV4_WITHOUT_MF : second)
  digest = fold32(digest, view.getInt32(at + 12))
  return fold32(digest, view.getInt32(at + 16))
}

function digestIpv6(view: DataView, at: number, identification: number, fragmentOffset: number): number {
  let digest = fold32(fragmentOffset, view.getInt32(at))
  digest = fold32(digest, view.getInt32(at + 4) >>> 8)
  for (let word = at + SOURCE; word < at + ipv6.LENGTH; word += 4) digest = fold32(digest, view.getInt32(word))
  return fold32(digest, identification)
}

/** Ports and length of a UDP header. */
function digestUdp(digest: number, view: DataView, at: number): number {
  return fold32(fold32(digest, view.getInt32(at)), udp.length(view, at))
}

/** Bytes of a frame without IP that enter its digest: an ARP packet, so that Ethernet padding behind it does not. */
const PLAIN_SAMPLE = 28
