/** Protocol numbers of IPv4 and next headers of IPv6: one registry (IANA Assigned Internet Protocol Numbers). */

/** The numbers that overlay traffic carries. */
export const Protocol = {
  /** IPv6 hop-by-hop options (RFC 8200 §4.3). */
  HopByHop: 0,
  /** RFC 792. */
  Icmp: 1,
  /** RFC 9776. */
  Igmp: 2,
  /** IPv4 in IP (RFC 2003). */
  Ipv4: 4,
  /** RFC 9293. */
  Tcp: 6,
  /** RFC 768. */
  Udp: 17,
  /** IPv6 in IP (RFC 4213). */
  Ipv6: 41,
  /** IPv6 routing header (RFC 8200 §4.4). */
  Routing: 43,
  /** IPv6 fragment header (RFC 8200 §4.5). */
  Fragment: 44,
  /** RFC 2784. */
  Gre: 47,
  /** Encapsulating security payload (RFC 4303): what follows is encrypted. */
  Esp: 50,
  /** Authentication header (RFC 4302). */
  Ah: 51,
  /** RFC 4443. */
  IcmpV6: 58,
  /** Nothing follows this IPv6 header (RFC 8200 §4.7). */
  NoNextHeader: 59,
  /** IPv6 destination options (RFC 8200 §4.6). */
  DestinationOptions: 60,
  /** RFC 5798. */
  Vrrp: 112,
  /** RFC 9260. */
  Sctp: 132,
  /** RFC 3828. */
  UdpLite: 136,
  /** MPLS in IP (RFC 4023 §3). */
  Mpls: 137,
} as const

/**
 * The name under which a summary lists a protocol.
 * @param protocol - Protocol number, 0 to 255.
 * @returns `TCP`, `UDP`, `ICMP`, `ICMPv6`, `IGMP`, `SCTP`, else the number as in `IP 47`.
 */
export function protocolName(protocol: number): string {
  switch (protocol) {
    case Protocol.Tcp:
      return 'TCP'
    case Protocol.Udp:
      return 'UDP'
    case Protocol.Icmp:
      return 'ICMP'
    case Protocol.IcmpV6:
      return 'ICMPv6'
    case Protocol.Igmp:
      return 'IGMP'
    case Protocol.Sctp:
      return 'SCTP'
    default:
      return `IP ${protocol}`
  }
}
