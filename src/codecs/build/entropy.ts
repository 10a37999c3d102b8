/**
 * What a tunnel sender reads of the packet it wraps: where its IP header lies, and a hash of its flow, from which the outer
 * source port and flow label come, so that the underlay spreads flows over its paths and keeps each on one (RFC 7348 §5,
 * RFC 6438). Numbers in, numbers out: nothing is allocated, and anything may be asked of any bytes.
 */

import { NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as dot1q from '../link/dot1q.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'

/** First port of the range that RFC 7348 §5 recommends for the outer source port (RFC 6335 §6: dynamic ports). */
export const PORT_MIN = 49152
/** Last port of that range. */
export const PORT_MAX = 65535

/** Most VLAN tags looked behind. */
const MAX_TAGS = 8
/** Most IPv6 extension headers looked behind. */
const MAX_EXTENSIONS = 8

/**
 * Finds the IP header of an Ethernet frame, behind any VLAN tags.
 * @param at - First byte of the frame.
 * @param end - First byte past it.
 * @returns Offset of an IPv4 or IPv6 header whose fixed part lies within the frame, or `NONE`.
 */
export function networkAt(view: DataView, at: number, end: number): number {
  if (end - at < ethernet.LENGTH) return NONE
  let etherType = ethernet.etherType(view, at)
  let position = at + ethernet.LENGTH
  for (let tags = 0; dot1q.isTag(etherType) && tags < MAX_TAGS; tags++) {
    if (end - position < dot1q.LENGTH) return NONE
    etherType = dot1q.etherType(view, position)
    position += dot1q.LENGTH
  }
  if (etherType !== EtherType.IPv4 && etherType !== EtherType.IPv6) return NONE
  return ipVersion(view, position, end) === (etherType === EtherType.IPv4 ? 4 : 6) ? position : NONE
}

/** Version of the IP header at `at`, 4 or 6; 0 when its fixed part does not lie before `end` or its version is another. */
export function ipVersion(view: DataView, at: number, end: number): number {
  if (end - at < ipv4.LENGTH) return 0
  const version = ipv4.version(view, at)
  if (version === 4) return 4
  return version === 6 && end - at >= ipv6.LENGTH ? 6 : 0
}

/**
 * Hash of an Ethernet frame's flow, the same in both directions: addresses, protocol and ports of an IP packet (without ports
 * for a fragment, so that all pieces of a datagram take one path), MAC addresses and EtherType of anything else.
 * @param at - First byte of the frame, at least 14 bytes before `end`.
 * @param end - First byte past the frame.
 * @returns 32 bits, signed.
 */
export function frameHash(view: DataView, at: number, end: number): number {
  const network = networkAt(view, at, end)
  if (network !== NONE) return packetHash(view, network, end)
  const destination = mix(mix(0, ethernet.destinationHigh16(view, at)), ethernet.destinationLow32(view, at))
  const source = mix(mix(0, ethernet.sourceHigh16(view, at)), ethernet.sourceLow32(view, at))
  return finish((destination + source) | 0, ethernet.etherType(view, at))
}

/**
 * Hash of an IP packet's flow, as {@link frameHash}.
 * @param at - First byte of an IPv4 or IPv6 header, all of whose fixed part lies before `end`.
 * @param end - First byte past the packet.
 * @returns 32 bits, signed.
 */
export function packetHash(view: DataView, at: number, end: number): number {
  return ipv4.version(view, at) === 4 ? hash4(view, at, end) : hash6(view, at, end)
}

/**
 * The port of a range that a hash stands for.
 * @param hash - 32 bits, signed or unsigned.
 * @param min - First port of the range.
 * @param max - Last port of the range.
 */
export function portOf(hash: number, min: number, max: number): number {
  return min + ((hash >>> 2) % (max - min + 1))
}

/** The IPv6 flow label that a hash stands for, 1 to 1 048 575: never 0, which says "none" (RFC 6437 §2, RFC 6438 §3). */
export function flowLabelOf(hash: number): number {
  return (hash >>> 12) & 0xf_ffff || 1
}

function hash4(view: DataView, at: number, end: number): number {
  const protocol = ipv4.protocol(view, at)
  const length = ipv4.headerLength(view, at)
  const portsAt = length < ipv4.LENGTH || ipv4.isFragment(view, at) ? NONE : at + length
  const ports = hasPorts(protocol) && portsAt !== NONE && end - portsAt >= 4 ? view.getInt32(portsAt) : 0
  const source = mix(mix(0, ipv4.source(view, at)), ports >>> 16)
  const destination = mix(mix(0, ipv4.destination(view, at)), ports & 0xffff)
  return finish((source + destination) | 0, protocol)
}

function hash6(view: DataView, at: number, end: number): number {
  let protocol = ipv6.nextHeader(view, at)
  let position = at + ipv6.LENGTH
  for (let headers = 0; headers < MAX_EXTENSIONS && end - position >= 8; headers++) {
    if (
      protocol !== Protocol.HopByHop &&
      protocol !== Protocol.Routing &&
      protocol !== Protocol.DestinationOptions &&
      protocol !== Protocol.Ah
    ) {
      break
    }
    const blocks = view.getUint8(position + 1)
    const length = protocol === Protocol.Ah ? (blocks + 2) << 2 : (blocks + 1) << 3
    protocol = view.getUint8(position)
    position += length
  }
  // Every fragment has the type of the datagram's first header in the same place; ports only the first has.
  if (protocol === Protocol.Fragment && end - position >= 8) {
    protocol = view.getUint8(position)
    position = end
  }
  const ports = hasPorts(protocol) && end - position >= 4 ? view.getInt32(position) : 0
  let source = 0
  let destination = 0
  for (let i = 0; i < 4; i++) {
    source = mix(source, ipv6.sourceWord(view, at, i))
    destination = mix(destination, ipv6.destinationWord(view, at, i))
  }
  return finish((mix(source, ports >>> 16) + mix(destination, ports & 0xffff)) | 0, protocol)
}

function hasPorts(protocol: number): boolean {
  return (
    protocol === Protocol.Tcp ||
    protocol === Protocol.Udp ||
    protocol === Protocol.Sctp ||
    protocol === Protocol.UdpLite
  )
}

/** Takes 32 bits into a hash so far. */
function mix(hash: number, word: number): number {
  const h = Math.imul(hash ^ word ^ (word >>> 15), 0x2c1b_3c6d)
  return Math.imul(h ^ (h >>> 13), 0x297a_2d39) ^ (h << 7)
}

/** Both ends and the protocol, spread over all 32 bits. */
function finish(ends: number, protocol: number): number {
  const h = mix(mix(ends, protocol), 0x5bd1_e995)
  return h ^ (h >>> 15)
}
