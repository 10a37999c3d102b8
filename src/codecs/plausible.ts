/**
 * Whether bytes look like an Ethernet frame or an IP packet: for carriers whose header does not say what follows (MPLS,
 * RFC 3031 §3.1). Reads nothing outside the window and allocates nothing.
 */
import { sum } from './checksum.ts'
import * as dot1q from './dot1q.ts'
import * as ethernet from './ethernet.ts'
import { EtherType } from './ethernet.ts'
import * as ipv4 from './ipv4.ts'
import * as ipv6 from './ipv6.ts'

/** How sure one may be. */
export const Likeness = {
  /** Nothing speaks for it. */
  None: 0,
  /** The type is one that frames have. */
  Some: 1,
  /** What the type announces is there. */
  Sure: 2,
} as const

/** VLAN tags that are looked through. */
const MOST_TAGS = 4
/** What the words of a valid IPv4 header add up to, checksum included (RFC 1071 §1). */
const ALL_ONES = 0xffff
/** First word of an ARP packet for Ethernet, and the protocol behind it (RFC 826). */
const ARP_ETHERNET = 1
/** Largest 802.3 length (IEEE 802.3-2018 §3.2.6). */
const LONGEST_LENGTH = 1500

/**
 * Whether an Ethernet frame begins at an offset: one of {@link Likeness}.
 * @param end - First offset past what was captured.
 * @param wireEnd - First offset past what the wire carried.
 */
export function frameLikeness(view: DataView, at: number, end: number, wireEnd: number): number {
  let next = at + ethernet.LENGTH
  if (next > end) return Likeness.None
  let type = ethernet.etherType(view, at)
  for (let tags = 0; tags < MOST_TAGS && dot1q.isTag(type); tags++) {
    if (next + dot1q.LENGTH > end) return Likeness.Some
    type = dot1q.etherType(view, next)
    next += dot1q.LENGTH
  }
  switch (type) {
    case EtherType.IPv4:
      return next >= end ? Likeness.Some : isIpv4(view, next, end, wireEnd) ? Likeness.Sure : Likeness.None
    case EtherType.IPv6:
      return next >= end ? Likeness.Some : isIpv6(view, next, end, wireEnd) ? Likeness.Sure : Likeness.None
    case EtherType.Arp:
      if (next + 4 > end) return Likeness.Some
      return view.getUint16(next) === ARP_ETHERNET && view.getUint16(next + 2) === EtherType.IPv4
        ? Likeness.Sure
        : Likeness.None
    case EtherType.ReverseArp:
    case EtherType.SlowProtocols:
    case EtherType.Mpls:
    case EtherType.MplsMulticast:
    case EtherType.PppoeDiscovery:
    case EtherType.PppoeSession:
    case EtherType.Eapol:
    case EtherType.Lldp:
    case EtherType.MacSecurity:
    case EtherType.PrecisionTime:
    case EtherType.Nsh:
    case EtherType.BackboneService:
    case EtherType.VnTag:
    case EtherType.PortExtension:
    case EtherType.CiscoMetadata:
      return Likeness.Some
    default:
      return type > 2 && type <= LONGEST_LENGTH && next + type <= wireEnd ? Likeness.Some : Likeness.None
  }
}

/** Whether an IPv4 header begins at an offset: lengths that fit, and a right checksum where all of it was captured. */
export function isIpv4(view: DataView, at: number, end: number, wireEnd: number): boolean {
  if (at >= end) return false
  const first = view.getUint8(at)
  const length = (first & 0xf) * 4
  if (first >> 4 !== 4 || length < ipv4.LENGTH) return false
  if (at + length > end) return at + length <= wireEnd
  const total = ipv4.totalLength(view, at)
  if (total !== 0 && (total < length || at + total > wireEnd)) return false
  return ipv4.checksum(view, at) === 0 || sum(view, at, at + length) === ALL_ONES
}

/** Whether an IPv6 header begins at an offset, by its version and length. */
export function isIpv6(view: DataView, at: number, end: number, wireEnd: number): boolean {
  if (at >= end || view.getUint8(at) >> 4 !== 6) return false
  if (at + ipv6.LENGTH > end) return at + ipv6.LENGTH <= wireEnd
  return at + ipv6.LENGTH + ipv6.payloadLength(view, at) <= wireEnd
}
