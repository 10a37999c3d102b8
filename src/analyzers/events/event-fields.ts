/** The record of an event: where each field lies, and what its bits mean. Read like a header: `log.i32[at + Field.Vni]`. */

/** 32-bit words of a record. */
export const STRIDE = 48

/** Word offsets within a record. `Seconds` takes two words and is read through `f64[at >> 1]`. Rows and ids are `NONE` when absent. */
export const Field = {
  Seconds: 0,
  /** 0 to 999 999 999, or `NO_TIME`. */
  Nanoseconds: 2,
  /** Packet number. */
  Number: 3,
  /** What the packet is: {@link Bit}. */
  Bits: 4,
  /** What is remarkable about its bytes: see `PacketFlag` in packet-flags.ts. */
  PacketFlags: 5,
  /** Interface through all files, cooked captures by their interface index. */
  Interface: 6,
  /** Digests of fingerprint.ts. */
  OuterDigest: 7,
  DigestHigh: 8,
  DigestLow: 9,
  /** Rows of the shared key tables. */
  Vni: 10,
  Pair: 11,
  Route: 12,
  Flow: 13,
  Mac: 14,
  /** Address ids of the outer IP packet: of a tunnel packet that the filter keeps, of later fragments of UDP, and of marked packets outside a tunnel; who
   * sent an ICMP error outside any tunnel. */
  Source: 15,
  Destination: 16,
  /**
   * Address ids of the inner IP packet; sender and target of ARP (outer ARP included), claimed or sought address of ND;
   * of an ICMP error outside any tunnel that quotes a tunnel datagram, those of the inner packet in it.
   */
  InnerSource: 17,
  InnerDestination: 18,
  WireLength: 19,
  OuterIpLength: 20,
  InnerIpLength: 21,
  /** Outer UDP ports: source in the upper 16 bits, destination in the lower. */
  OuterPorts: 22,
  /**
   * Outer TTL or hop limit; above its 8 bits the inner DSCP, where `PacketFlag.DscpLost` is set; in the upper half the inner TTL or hop
   * limit of a tunnel packet that the filter keeps, 0 without inner IP (see packet-flags.ts).
   */
  TimeToLive: 23,
  /**
   * TCP sequence number; identifier of a question by UDP or of its answer (questions.ts); identifier and sequence number of an echo;
   * ICMP error: type × 256 + code; nested tunnel: kind and VNI of it as in `KindVni`; tunnel header at a foreign port: its VNI; inner
   * ARP: 1 where its sender is not the source of its frame.
   */
  Sequence: 24,
  /**
   * TCP acknowledgment number; address that DHCP offers, as its four bytes; ICMP error: the MTU that it names, 0 without; nested tunnel:
   * bytes from the inner IP header to the innermost one.
   */
  Acknowledgment: 25,
  /**
   * TCP payload bytes; other inner IP packets: IP payload bytes; ICMP error outside any tunnel: ports (source × 65 536 + destination)
   * of the inner packet in the tunnel datagram that it quotes.
   */
  Payload: 26,
  /**
   * Flags of a TCP segment; of a UDP datagram what it asks for or answers: bits of questions.ts; of an ICMP error what it quotes:
   * {@link quotedWord}.
   */
  TcpFlags: 27,
  /**
   * MSS option of a SYN, 0 without; who or what a question by UDP is of (questions.ts); ICMP error: IP length of the quoted packet,
   * inside its carriers.
   */
  MaximumSegmentSize: 28,
  /**
   * Window of a TCP segment; ICMP error: identifier and sequence number of the echo that it quotes, sequence number of the TCP segment,
   * 0 without.
   */
  TcpWindow: 29,
  /** Digest of what identifies an outer datagram in fragments, and the fragment's byte range in it. */
  FragmentHigh: 30,
  FragmentLow: 31,
  FragmentOffset: 32,
  FragmentLength: 33,
  /**
   * Of an ICMP error: address ids and ports (source × 65 536 + destination) of the packet it quotes, and the VNI in it. Of an outer
   * fragment that is none: `word` and `expected` of fragment-sums.ts in place of the last two.
   */
  QuotedSource: 34,
  QuotedDestination: 35,
  QuotedPorts: 36,
  QuotedVni: 37,
  /** Identification of the inner IPv4 packet, 0 without. */
  InnerIdentification: 38,
  /** VNI as on the wire and tunnel kind × 2^24, also where the filter keeps no row; `NONE` without a tunnel. */
  KindVni: 39,
  /** VLAN stack row. */
  Vlans: 40,
  /** Inner destination MAC: upper 16 and lower 32 bits; 0 without inner Ethernet. */
  InnerMacHigh: 41,
  InnerMacLow: 42,
  /**
   * First word of a VXLAN header with reserved bits or a group policy, else 0; where an outer checksum is wrong, by how much: see
   * `difference` of checksums.ts.
   */
  TunnelWord: 43,
  /** How the packet passes again, {@link Again}; set by the analyzer of copies. */
  Again: 44,
  /**
   * Digest of the outer MACs and VLAN tags, which tells one hop from the next, in the upper 31 bits; {@link OUTER_IDENTIFIED} below.
   */
  Hop: 45,
  /** Digest of the inner MACs and VLAN tags in the upper 24 bits, the inner TTL or hop limit in the lower 8 (0 without inner IP). */
  InnerHop: 46,
  /** TSval of a TCP segment whose first option is timestamps (RFC 7323 §3.2), 0 without. */
  TcpTimestamp: 47,
} as const

/** Bit of `Field.Hop`: the outer datagram has an identification, so that no other datagram of its sender looks like it. */
export const OUTER_IDENTIFIED = 1

/** Most bytes of carriers in a {@link quotedWord}. */
const MOST_CARRIED = 0xffff

/**
 * What an ICMP error quotes, in one word.
 * @param protocol - Of the quoted IP header, `NONE` when it is not known.
 * @param tunnel - Kind of tunnel that it is a datagram of.
 * @param carried - Bytes of carriers around the tunnel's own IP header.
 */
export function quotedWord(protocol: number, tunnel: number, carried: number): number {
  return (protocol & 0xff) | (tunnel << 8) | (Math.min(carried, MOST_CARRIED) << 12)
}

/** Protocol of the quoted packet; 255, which is reserved, when it is not known. */
export function quotedProtocol(word: number): number {
  return word & 0xff
}

/** Kind of tunnel that an error quotes a datagram of. */
export function quotedTunnel(word: number): number {
  return (word >> 8) & 0xf
}

/** Bytes from the first quoted IP header to that of the tunnel. */
export function quotedCarried(word: number): number {
  return word >>> 12
}

/** Bits of `Field.Bits`. */
export const Bit = {
  PairForward: 1 << 0,
  FlowForward: 1 << 1,
  /** Carries a valid tunnel header. */
  Tunnel: 1 << 2,
  Tcp: 1 << 3,
  EchoRequest: 1 << 4,
  EchoReply: 1 << 5,
  /** One fragment of an outer IP datagram. */
  Fragment: 1 << 6,
  MoreFragments: 1 << 7,
  /** Lengths that only segmentation offload makes: an IP length of 0, or the capture says so. */
  SuperFrame: 1 << 8,
  Ipv6Underlay: 1 << 9,
  /**
   * Was seen before, and is to be judged once: the capture already holds this frame, or the same inner packet passed before in this
   * flow and is on its way ({@link Again} tells which); set by the analyzer of copies.
   */
  Copy: 1 << 10,
  /** A tunnel packet that the filter keeps. */
  Kept: 1 << 11,
  /** Carries a number that its sender changes from packet to packet: an IP identification, or an echo's sequence number. */
  Identified: 1 << 12,
  /** The same inner frame went to another peer just before; set by the analyzer of copies. */
  Replica: 1 << 13,
  /** Asks for an address by ARP or neighbour solicitation; probes and announcements are no requests. Without `Tunnel`: the underlay's. */
  AddressRequest: 1 << 14,
  /** Answers such a question: ARP reply, neighbour advertisement. */
  AddressReply: 1 << 15,
  /** Announces or probes its own address (gratuitous ARP, unsolicited advertisement, ARP probe). */
  Announcement: 1 << 16,
  /** An ICMP or ICMPv6 error; without `Tunnel` it speaks about the underlay, or the capture was taken inside a guest. */
  IcmpError: 1 << 17,
  /** That error quotes a datagram to a tunnel port. */
  QuotesTunnel: 1 << 18,
  /** The inner frame goes to the broadcast address, or to a group. */
  Broadcast: 1 << 19,
  Multicast: 1 << 20,
  OuterDontFragment: 1 << 21,
  InnerDontFragment: 1 << 22,
  /** The capture holds less than the wire carried. */
  CutShort: 1 << 23,
  /** The outer destination is a group. */
  ToGroup: 1 << 24,
  Udp: 1 << 25,
  /** A fragment of an inner IP datagram. */
  InnerFragment: 1 << 26,
  /** An ICMPv6 message in `IcmpError`, `AddressRequest` and the like. */
  Version6: 1 << 27,
  /** A TCP segment that reports data received twice (D-SACK, RFC 2883). */
  DuplicateSack: 1 << 28,
  /** A copy that is whole where its first record was a fragment, or the other way round; set by the analyzer of copies beside `Copy`. */
  Refragmented: 1 << 29,
  /** A first fragment to a tunnel's port that never was joined and is too small to hold the tunnel header. */
  TinyFragment: 1 << 30,
  /** Took the fast path: only those stateful analyzers need to see it that TCP, UDP or any packet concerns. */
  Eligible: 1 << 31,
} as const

/**
 * Bits of `Field.Again`: the inner packet passed before and is on its way, in a datagram of its own. In the flow of its former
 * passage `Bit.Copy` is set beside them; in another flow (another VNI, other VLAN tags) it is not, because that flow has it once.
 */
export const Again = {
  /** Who received the packet, or something behind that VTEP, sends it on. */
  Relayed: 1 << 0,
  /** Beside `Relayed`: with a lower TTL or other inner MACs, as a router does. */
  Routed: 1 << 1,
  /** Beside `Relayed`: to the VTEP that had sent it. */
  Returned: 1 << 2,
  /** Passes the same way once more after it had been elsewhere. */
  Circling: 1 << 3,
  /** Comes from another source to the same receiver: both ends of its path are mirrored. */
  Mirrored: 1 << 4,
  /** A copy that the capture took at another hop. */
  OtherHop: 1 << 5,
  /** A copy whose outer DSCP or ECN is not that of its first record: a router between both changed it. */
  Remarked: 1 << 6,
  /** An announcement that its sender makes by itself, right after another VTEP made the same: see announcements.ts. */
  Alike: 1 << 7,
  /** The selection leaves the packet's time out: nothing is judged by it. Set when the event is written. */
  OutOfTime: 1 << 8,
  /** TCP data that passed elsewhere in segments of other sizes: see regrouped.ts. */
  Regrouped: 1 << 9,
} as const

/** Any of those that travel in a datagram of their own. */
export const ON_ITS_WAY = Again.Relayed | Again.Circling | Again.Mirrored
