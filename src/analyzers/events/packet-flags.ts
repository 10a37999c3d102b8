/** What is remarkable about a packet's bytes, as bits of one word: what stateful analyzers are told of bytes that they never see. */

const OUTER_CHECKSUM_WRONG = 1 << 2
const OUTER_HEADER_WRONG = 1 << 3
const INNER_CHECKSUM_WRONG = 1 << 4
const INNER_HEADER_WRONG = 1 << 5
const FOREIGN_OR_LOST = 1 << 15

/** Bits of `Field.PacketFlags`. */
export const PacketFlag = {
  /** A datagram to a VXLAN port without the I flag (RFC 7348 §5). */
  FlagClear: 1 << 0,
  /** A datagram to a VXLAN port that is shorter than the header. */
  HeaderShort: 1 << 1,
  /** Some checksum of the packet is wrong: neither its addresses nor its lengths may be what was sent. */
  Damaged: OUTER_CHECKSUM_WRONG | OUTER_HEADER_WRONG | INNER_CHECKSUM_WRONG | INNER_HEADER_WRONG,
  /** The outer UDP checksum, with a partial inner one filled in. */
  OuterChecksumWrong: OUTER_CHECKSUM_WRONG,
  /** The checksum of the outer IPv4 header. */
  OuterHeaderWrong: OUTER_HEADER_WRONG,
  /** The checksum of an inner TCP, UDP, ICMP or ICMPv6 packet. */
  InnerChecksumWrong: INNER_CHECKSUM_WRONG,
  /** The checksum of the inner IPv4 header. */
  InnerHeaderWrong: INNER_HEADER_WRONG,
  /** The field holds the sum of the pseudo header alone: a network card was to fill it in. */
  OuterChecksumPartial: 1 << 6,
  InnerChecksumPartial: 1 << 7,
  /** No outer UDP checksum over IPv6 (RFC 6935, RFC 6936). */
  ZeroChecksumIpv6: 1 << 8,
  /** Bits of the tunnel header that its standard reserves; `Field.TunnelWord` and {@link lastReserved} tell which. */
  ReservedBits: 1 << 9,
  /** The header carries a group policy, and nothing that group policy does not define; its id is in `Field.TunnelWord`. */
  GroupPolicy: 1 << 10,
  /** The tunnel carries less than an inner Ethernet header. */
  InnerHeaderCut: 1 << 11,
  /** The tunnel carries less than the inner packet says that it has. */
  InnerPacketCut: 1 << 12,
  /** The inner frame has an 802.1Q tag. */
  InnerTag: 1 << 13,
  /** The inner packet goes to a tunnel port and holds a tunnel of its own: see {@link depth}, `Field.Sequence`, `Field.Acknowledgment`. */
  Nested: 1 << 14,
  /** A plausible VXLAN header with a plausible inner frame at a port that is not a tunnel's; its VNI is in `Field.Sequence`. */
  ForeignTunnel: FOREIGN_OR_LOST,
  /**
   * The outer DSCP of a whole datagram is 0 and the inner one, in `Field.TimeToLive`, is not (RFC 2983 §3.1). In a tunnel, where
   * {@link PacketFlag.ForeignTunnel} is never set: the two share a bit, as there is no other left.
   */
  DscpLost: FOREIGN_OR_LOST,
  /** The outer header is marked Congestion Experienced (RFC 3168 §5). */
  OuterCongestion: 1 << 16,
  /** The inner header of such a packet carries the mark too: it met congestion before the tunnel. */
  InnerCongestion: 1 << 17,
  /** The inner header of such a packet says that its sender does not understand the mark (RFC 6040 §4.2). */
  InnerNotCapable: 1 << 18,
  /**
   * An inner checksum is wrong because nobody computed it: its field is 0, or, beside {@link PacketFlag.InnerChecksumPartial}, it is
   * unfinished under a final outer checksum. The packet is what was sent, so it is not damaged.
   */
  InnerChecksumUnset: 1 << 19,
  /**
   * From here on: of datagrams outside a tunnel, where the bits of {@link lastReserved} are free. A datagram at a tunnel's port
   * that is some other program's; beside {@link PacketFlag.FlagClear} where that bit is clear at a VXLAN port.
   */
  NotATunnel: 1 << 24,
  /** A datagram from a tunnel's port to one that is none: a client that happens to use it asks. */
  FromTunnelPort: 1 << 25,
  /** What {@link PacketFlag.ForeignTunnel} found is a header of VXLAN-GPE. */
  ForeignGpe: 1 << 26,
  /** What {@link PacketFlag.ForeignTunnel} found has flags of a vendor's group policy. */
  ForeignPolicy: 1 << 27,
} as const

/** Bits of the TTL in `Field.TimeToLive`: a lost DSCP is above them. */
export const TTL_BITS = 8
/** Where the inner TTL begins in that field. */
export const INNER_TTL_SHIFT = 16

/** Outer TTL or hop limit in `Field.TimeToLive`. */
export function outerTtl(word: number): number {
  return word & 0xff
}

/** Inner TTL or hop limit in `Field.TimeToLive`, 0 without inner IP. */
export function innerTtl(word: number): number {
  return (word >>> INNER_TTL_SHIFT) & 0xff
}

/** The inner DSCP in `Field.TimeToLive`, where {@link PacketFlag.DscpLost} is set. */
export function lostDscp(word: number): number {
  return (word >>> TTL_BITS) & 0x3f
}

const DEPTH = 20
const DEPTH_BITS = 0xf
const LAST_RESERVED = 24

/** Most tunnels inside each other that are counted. */
export const DEEPEST = 15

/** Tunnels inside the outermost one, 0 to {@link DEEPEST}. */
export function depth(packetFlags: number): number {
  return (packetFlags >>> DEPTH) & DEPTH_BITS
}

/** Packet flags with that many tunnels inside the outermost one. */
export function withDepth(packetFlags: number, tunnels: number): number {
  return packetFlags | (tunnels << DEPTH)
}

/** Last byte of the tunnel header, reserved, where {@link PacketFlag.ReservedBits} is set. */
export function lastReserved(packetFlags: number): number {
  return packetFlags >>> LAST_RESERVED
}

/** Packet flags with that last byte of the tunnel header. */
export function withLastReserved(packetFlags: number, byte: number): number {
  return packetFlags | (byte << LAST_RESERVED)
}
