/**
 * Whether a datagram at a tunnel's port is the tunnel's. Any client may happen to use such a port, and what a service answers it (QUIC,
 * DNS, WireGuard, RTP) looks like a header now and then; a VTEP may set bits that its standard reserves. What tells them apart: the more
 * rules the header breaks, the better must the bytes behind it fit an inner frame. A header that breaks none is believed, but before plain
 * text: a few numbers of a service's own header make one by chance (memcached's do). Of a million random datagrams about one passes.
 * Allocates nothing, never throws.
 */

import * as geneve from '../headers/geneve.ts'
import * as udp from '../headers/udp.ts'
import * as vxlan from '../headers/vxlan.ts'
import * as gbp from '../headers/vxlan-gbp.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import { EtherType } from '../link/ethernet.ts'
import { Fit, frameFit, ipFit, isKnownType, isNoise, isText, payloadFit } from './inner-frame.ts'

/** First word of a VXLAN header with nothing in it but the I flag (RFC 7348 §5). */
const PLAIN = vxlan.FLAG_I << 24
/** Bits of the first word that group policy defines: G and I; D and A; the policy id (draft-smith-vxlan-group-policy §2.1). */
const POLICY_BITS = ((gbp.FLAG_G | gbp.FLAG_I) << 24) | ((gbp.POLICY_FLAG_D | gbp.POLICY_FLAG_A) << 16) | 0xffff
/** First byte of the group policy variant that one vendor's fabric speaks between its own switches. */
const VENDOR_POLICY = 0xc8
/** Last byte of that variant: one bit that marks the packet. */
const VENDOR_LAST = 0x80
/** Bits of the first word that GPE reserves (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
const GPE_RESERVED = 0xc000_0000 | 0
/** Highest next protocol that GPE gives a meaning; shims have 0x80 and more (draft-ietf-nvo3-vxlan-gpe-12 §3.2). */
const GPE_LAST_PROTOCOL = 7
const GPE_FIRST_SHIM = 0x80
/** First port that is no well-known service's (RFC 6335 §6). */
const FIRST_REGISTERED = 1024
/** EtherTypes begin here; below are lengths. */
const FIRST_TYPE = 0x0600

/** Whether a VXLAN header has the G flag and holds nothing but what group policy defines. @param last - Its last byte. */
export function hasPolicyOnly(word: number, last: number): boolean {
  return last === 0 && word < 0 && (word & PLAIN) !== 0 && (word & ~POLICY_BITS) === 0
}

/** Whether a VXLAN header has the form of the group policy variant that one vendor's fabric speaks between its own switches. */
function hasVendorPolicy(word: number, last: number): boolean {
  return word >>> 24 === VENDOR_POLICY && (last & ~VENDOR_LAST) === 0
}

/**
 * Whether a VXLAN header is one of VXLAN-GPE: the P bit, a next protocol, and nothing that GPE reserves
 * (draft-ietf-nvo3-vxlan-gpe-12 §3.1).
 */
export function hasNextProtocol(word: number, last: number): boolean {
  const flags = word >>> 24
  const isGpe = (flags & ~(gpe.FLAG_B | gpe.FLAG_O)) === (gpe.FLAG_I | gpe.FLAG_P)
  return isGpe && last === 0 && (word & 0xff_ff00) === 0 && isNextProtocol(word & 0xff)
}

function isNextProtocol(next: number): boolean {
  return (next > 0 && next <= GPE_LAST_PROTOCOL) || next >= GPE_FIRST_SHIM
}

/**
 * EtherType of the IP packet that lies behind a GPE header at a VXLAN port, without Ethernet around it; 0 when it is a frame, or
 * when nothing says so. Some senders set the P bit before an Ethernet frame: the bytes decide.
 * @param at - Offset of the whole header, its I flag set.
 * @param end - First offset past the captured bytes.
 * @param wireEnd - First offset past the datagram on the wire.
 */
export function bareIpType(view: DataView, at: number, end: number, wireEnd: number): number {
  if (!hasNextProtocol(view.getInt32(at), vxlan.reserved2(view, at))) return 0
  const next = gpe.nextProtocol(view, at)
  if (next !== gpe.NextProtocol.Ipv4 && next !== gpe.NextProtocol.Ipv6) return 0
  const type = next === gpe.NextProtocol.Ipv4 ? EtherType.IPv4 : EtherType.IPv6
  const inner = at + vxlan.LENGTH
  if (ipFit(view, inner, end, wireEnd, type) === Fit.None) return 0
  return frameFit(view, inner, end, wireEnd) === Fit.Sure ? 0 : type
}

/**
 * Whether a datagram at a VXLAN port is VXLAN, however wrong its header: one without the I flag is, where an inner frame lies
 * behind it.
 * @param at - Offset of the whole header. Further parameters as {@link bareIpType}.
 */
export function isVxlan(view: DataView, at: number, end: number, wireEnd: number): boolean {
  const word = view.getInt32(at)
  const last = vxlan.reserved2(view, at)
  const inner = at + vxlan.LENGTH
  // Most headers are this one.
  if (word === PLAIN && last === 0) return !isText(view, inner, end)
  const isEmpty = wireEnd - inner < 14
  if (isEmpty && (hasPolicyOnly(word, last) || (word === 0 && last === 0))) return true
  if (hasNextProtocol(word, last) || frameFit(view, inner, end, wireEnd) >= neededByVxlan(word, last)) return true
  return (word & PLAIN) === 0 && isGeneveHeader(view, at, end, wireEnd)
}

/** How well what is behind a VXLAN header must fit a frame. */
function neededByVxlan(word: number, last: number): Fit {
  if (hasPolicyOnly(word, last)) return Fit.Possible
  if (hasVendorPolicy(word, last)) return Fit.Likely
  const hasFlags = ((word >>> 24) & ~vxlan.FLAG_I) !== 0
  const hasReserved = (word & 0xff_ffff) !== 0
  const isClear = (word & PLAIN) === 0
  const broken = (hasFlags ? 1 : 0) + (hasReserved ? 1 : 0) + (last !== 0 ? 1 : 0)
  if (broken === 0 || (broken === 1 && !hasReserved && !isClear)) return Fit.Possible
  return broken === 1 ? Fit.Likely : Fit.Sure
}

/**
 * Whether a datagram at the GPE port is GPE, with whatever version and flags.
 * @param at - Offset of the whole header. Further parameters as {@link bareIpType}.
 */
export function isGpe(view: DataView, at: number, end: number, wireEnd: number): boolean {
  const word = view.getInt32(at)
  const last = gpe.reserved3(view, at)
  const flags = gpe.flags(view, at)
  const next = word & 0xff
  const isNext = (flags & gpe.FLAG_P) === 0 ? next === 0 : isNextProtocol(next)
  const isValid = gpe.version(view, at) === gpe.VERSION && (flags & gpe.FLAG_I) !== 0
  const hasReserved = (word & 0xff_ff00) !== 0
  const broken = ((word & GPE_RESERVED) !== 0 ? 1 : 0) + (hasReserved ? 1 : 0) + (last !== 0 ? 1 : 0) + (isNext ? 0 : 1)
  if (broken === 0 && isValid) return true
  // The wrong version or a clear flag alone is the sender's mistake, where nothing speaks against a frame.
  const isOneMistake = broken === 0 || (isValid && !hasReserved)
  const needed = broken > 1 ? Fit.Sure : isOneMistake ? Fit.Possible : Fit.Likely
  return gpeFit(view, at, end, wireEnd) >= needed
}

/** How well what is behind a GPE header fits what the header says that it is. */
function gpeFit(view: DataView, at: number, end: number, wireEnd: number): Fit {
  const inner = at + gpe.LENGTH
  if ((gpe.flags(view, at) & gpe.FLAG_O) !== 0) return isNoise(view, inner, end, wireEnd) ? Fit.None : Fit.Possible
  switch (gpe.payloadProtocol(view, at)) {
    case gpe.NextProtocol.Ethernet:
      return frameFit(view, inner, end, wireEnd)
    case gpe.NextProtocol.Ipv4:
      return ipFit(view, inner, end, wireEnd, EtherType.IPv4)
    case gpe.NextProtocol.Ipv6:
      return ipFit(view, inner, end, wireEnd, EtherType.IPv6)
    default:
      return isNoise(view, inner, end, wireEnd) ? Fit.None : Fit.Possible
  }
}

/**
 * Whether a datagram at the Geneve port is Geneve, with whatever version (RFC 8926 §3.4).
 * @param at - Offset of the whole fixed header. Further parameters as {@link bareIpType}.
 */
export function isGeneve(view: DataView, at: number, end: number, wireEnd: number): boolean {
  const protocol = geneve.protocolType(view, at)
  const isControl = geneve.control(view, at)
  const isType = protocol >= FIRST_TYPE || isControl
  const options = optionsFit(view, at, end, wireEnd)
  const others =
    (geneve.reserved1(view, at) !== 0 ? 1 : 0) + (geneve.reserved2(view, at) !== 0 ? 1 : 0) + (isType ? 0 : 1)
  const broken = others + (options === Fit.None ? 1 : 0)
  const isValid = geneve.version(view, at) === geneve.VERSION
  if (broken === 0 && isValid && (isControl || isKnown(protocol) || !isFromService(view, at))) return true
  if (!isKnown(protocol)) return false
  // One mistake in a header that is right otherwise, options included, is the sender's.
  if (others === 0 && (isValid || options !== Fit.None)) return true
  const inner = at + geneve.headerLength(view, at)
  return geneveFit(view, inner, end, wireEnd, protocol) >= (broken > 1 || !isValid ? Fit.Sure : Fit.Likely)
}

/** How well what is behind a Geneve header fits what the header says that it is. */
function geneveFit(view: DataView, at: number, end: number, wireEnd: number, protocol: number): Fit {
  if (protocol === geneve.PROTOCOL_ETHERNET) return frameFit(view, at, end, wireEnd)
  const isIp = protocol === EtherType.IPv4 || protocol === EtherType.IPv6
  return isIp ? ipFit(view, at, end, wireEnd, protocol) : payloadFit(view, at, end, wireEnd, protocol)
}

/** What Geneve carries: a frame, IP, or another protocol of Ethernet's. */
function isKnown(protocol: number): boolean {
  return protocol === EtherType.IPv4 || protocol === EtherType.IPv6 || isKnownType(protocol)
}

/**
 * Whether the datagram of a header comes from a service's port: 1 to 1023 (RFC 6335 §6). Some VTEPs send from such a port too, so
 * that it tells nothing by itself.
 */
function isFromService(view: DataView, at: number): boolean {
  if (at < udp.LENGTH) return false
  const port = udp.sourcePort(view, at - udp.LENGTH)
  return port > 0 && port < FIRST_REGISTERED
}

/** Whether a header at another tunnel's port is one of Geneve that breaks no rule, with a frame behind it. */
function isGeneveHeader(view: DataView, at: number, end: number, wireEnd: number): boolean {
  if (geneve.version(view, at) !== geneve.VERSION || geneve.protocolType(view, at) !== geneve.PROTOCOL_ETHERNET) {
    return false
  }
  if (geneve.reserved1(view, at) !== 0 || geneve.reserved2(view, at) !== 0) return false
  return frameFit(view, at + geneve.headerLength(view, at), end, wireEnd) >= Fit.Likely
}

/** Whether the options fill the room that the header gives them, their reserved bits clear (RFC 8926 §3.5). */
function optionsFit(view: DataView, at: number, end: number, wireEnd: number): Fit {
  const until = at + geneve.headerLength(view, at)
  if (until > wireEnd) return Fit.None
  let option = at + geneve.LENGTH
  while (option < until) {
    if (option + geneve.OPTION_LENGTH > end) return Fit.Possible
    const last = view.getUint8(option + 3)
    if (last >> 5 !== 0) return Fit.None
    option += geneve.OPTION_LENGTH + ((last & 0x1f) << 2)
  }
  return option === until ? Fit.Sure : Fit.None
}
