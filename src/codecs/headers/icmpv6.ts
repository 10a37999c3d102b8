/**
 * ICMPv6: 4 bytes (RFC 4443 §2.1) and the word behind them, which every message has and which means something else in every
 * type. Neighbour discovery bodies are in neighbor.ts.
 */
import { isUint32 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint, refuseUint } from '../core/range.ts'

/** An ICMPv6 header as a plain object. */
export interface Header {
  /** 0 to 255: see {@link Type}; below 128 an error. */
  type: number
  /** 0 to 255: see {@link UnreachableCode} and {@link TimeExceededCode}. */
  code: number
  /** 0 to 65 535, over a pseudo-header and the whole message. */
  checksum: number
  /** The second word, 0 to 2^32 − 1: MTU, identifier and sequence, neighbour flags … by type. */
  rest: number
}

/** Wire order, declared once (RFC 4443 §2.1, §3, §4). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  type: field.u8,
  code: field.u8,
  checksum: field.u16,
  rest: field.u32,
})
/** Bytes of the header and the word behind it. */
export const LENGTH = LAYOUT.span
/** Message types (RFC 4443, RFC 4861 unless stated; IANA ICMPv6 Parameters). */
export const Type = {
  /** The packet could not be delivered; the code says why. */
  DestinationUnreachable: 1,
  /** The packet exceeds the MTU of a link; carries that MTU. */
  PacketTooBig: 2,
  /** The hop limit or the time for reassembly ran out. */
  TimeExceeded: 3,
  /** A field of a header is wrong or not known. */
  ParameterProblem: 4,
  /** A ping. */
  EchoRequest: 128,
  /** Answer to a ping. */
  EchoReply: 129,
  /** RFC 2710. */
  ListenerQuery: 130,
  /** RFC 2710. */
  ListenerReport: 131,
  /** RFC 2710. */
  ListenerDone: 132,
  /** Asks for router advertisements. */
  RouterSolicitation: 133,
  /** A router says that it is there, and what hosts should configure. */
  RouterAdvertisement: 134,
  /** Asks for the link-layer address of an IPv6 address. */
  NeighborSolicitation: 135,
  /** Says which link-layer address an IPv6 address has. */
  NeighborAdvertisement: 136,
  /** There is a better first hop. */
  Redirect: 137,
  /** RFC 9777. */
  ListenerReport2: 143,
} as const
/** Codes of {@link Type.DestinationUnreachable} (RFC 4443 §3.1). */
export const UnreachableCode = {
  /** No route to the destination. */
  NoRoute: 0,
  /** A filter forbids it. */
  Prohibited: 1,
  /** The scope of the source address does not reach the destination. */
  BeyondScope: 2,
  /** The address does not answer neighbour discovery, or is not there. */
  Address: 3,
  /** Nothing listens on the port. */
  Port: 4,
  /** The source address fails the policy. */
  SourcePolicy: 5,
  /** The route to the destination rejects. */
  RejectRoute: 6,
} as const
/** Codes of {@link Type.TimeExceeded} (RFC 4443 §3.3). */
export const TimeExceededCode = {
  /** The hop limit ran out on the way. */
  InTransit: 0,
  /** Fragments were missing when the time for reassembly ran out. */
  InReassembly: 1,
} as const
/** Router bit of a neighbour advertisement's `rest` (RFC 4861 §4.4). */
export const FLAG_ROUTER = 0x8000_0000
/** Solicited bit of a neighbour advertisement's `rest`: it answers a solicitation (RFC 4861 §4.4). */
export const FLAG_SOLICITED = 0x4000_0000
/** Override bit of a neighbour advertisement's `rest`: caches are to take the new address (RFC 4861 §4.4). */
export const FLAG_OVERRIDE = 0x2000_0000
/** Offset of the second word in the header, for those who compare identifier and sequence in one. */
export const REST = LAYOUT.offsets.rest
/** Offset of the target address in a neighbour solicitation or advertisement (RFC 4861 §4.3, §4.4). */
export const TARGET = LENGTH
/** Bytes of a neighbour solicitation or advertisement before its options (RFC 4861 §4.3, §4.4). */
export const NEIGHBOR_LENGTH = LENGTH + 16

const TYPE = LAYOUT.offsets.type
const CODE = LAYOUT.offsets.code
const CHECKSUM = LAYOUT.offsets.checksum

/**
 * Steps the cursor onto the body: the quoted packet of an error, the data of an echo, the target of neighbour discovery.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Message type, 0 to 255: see {@link Type} (RFC 4443 §2.1). */
export function type(view: DataView, at: number): number {
  return view.getUint8(at + TYPE)
}

/** Code within the type, 0 to 255 (RFC 4443 §2.1). */
export function code(view: DataView, at: number): number {
  return view.getUint8(at + CODE)
}

/** Checksum over a pseudo-header and the whole message, 0 to 65 535 (RFC 4443 §2.3). */
export function checksum(view: DataView, at: number): number {
  return view.getUint16(at + CHECKSUM)
}

/** The second word as it is, 0 to 2^32 − 1 (RFC 4443 §3, §4). */
export function rest(view: DataView, at: number): number {
  return view.getUint32(at + REST)
}

/** MTU of the next hop in a packet-too-big message: IP bytes, 0 to 2^32 − 1 (RFC 4443 §3.2). */
export function mtu(view: DataView, at: number): number {
  return view.getUint32(at + REST)
}

/** Identifier of an echo, 0 to 65 535 (RFC 4443 §4.1). */
export function identifier(view: DataView, at: number): number {
  return view.getUint16(at + REST)
}

/** Sequence number of an echo, 0 to 65 535 (RFC 4443 §4.1). */
export function sequence(view: DataView, at: number): number {
  return view.getUint16(at + REST + 2)
}

/** Whether the sender of a neighbour advertisement is a router (RFC 4861 §4.4). */
export function router(view: DataView, at: number): boolean {
  return (view.getUint8(at + REST) & 0x80) !== 0
}

/** Whether a neighbour advertisement answers a solicitation (RFC 4861 §4.4). */
export function solicited(view: DataView, at: number): boolean {
  return (view.getUint8(at + REST) & 0x40) !== 0
}

/** Whether a neighbour advertisement is to replace a cached link-layer address (RFC 4861 §4.4). */
export function override(view: DataView, at: number): boolean {
  return (view.getUint8(at + REST) & 0x20) !== 0
}

/** Whether the message is an error, whose body quotes a packet (RFC 4443 §2.1). */
export function isError(view: DataView, at: number): boolean {
  return type(view, at) < 128
}

/** Whether the body is that of neighbour discovery with a target, to be entered with neighbor.ts (RFC 4861 §4.3, §4.4). */
export function hasTarget(view: DataView, at: number): boolean {
  const message = type(view, at)
  return message === Type.NeighborSolicitation || message === Type.NeighborAdvertisement
}

/** Offset of the packet that an error quotes, from its IPv6 header on; it may end anywhere (RFC 4443 §2.4). */
export function quoted(at: number): number {
  return at + LENGTH
}

/**
 * Bytes of the quoted packet with its padding, when the error says so because extensions follow: 0 to 2 040, 0 = not said and
 * up to the end of the message (RFC 4884 §4, §5.1).
 */
export function quotedLength(view: DataView, at: number): number {
  switch (type(view, at)) {
    case Type.DestinationUnreachable:
    case Type.TimeExceeded:
      return view.getUint8(at + REST) << 3
    default:
      return 0
  }
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return { type: type(view, at), code: code(view, at), checksum: checksum(view, at), rest: rest(view, at) }
}

/**
 * Writes the header and steps the cursor over it. The checksum is written as given.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('icmpv6.type', header.type, 8)
  checkUint('icmpv6.code', header.code, 8)
  checkUint('icmpv6.checksum', header.checksum, 16)
  if (!isUint32(header.rest)) refuseUint('icmpv6.rest', header.rest, 32)
  checkRoom('icmpv6', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + TYPE, header.type)
  view.setUint8(at + CODE, header.code)
  view.setUint16(at + CHECKSUM, header.checksum)
  view.setUint32(at + REST, header.rest)
}

/** An echo request, checksum left for the caller. @throws RangeError when a value is not a 16-bit integer. */
export function echoRequest(identifier: number, sequence: number): Header {
  return echo(Type.EchoRequest, identifier, sequence)
}

/** An echo reply, checksum left for the caller. @throws RangeError when a value is not a 16-bit integer. */
export function echoReply(identifier: number, sequence: number): Header {
  return echo(Type.EchoReply, identifier, sequence)
}

function echo(type: number, identifier: number, sequence: number): Header {
  checkUint('icmpv6.identifier', identifier, 16)
  checkUint('icmpv6.sequence', sequence, 16)
  return { type, code: 0, checksum: 0, rest: identifier * 0x1_0000 + sequence }
}

/** A packet-too-big error, checksum left for the caller. @throws RangeError when the MTU is not a 32-bit integer. */
export function packetTooBig(mtu: number): Header {
  checkUint('icmpv6.mtu', mtu, 32)
  return { type: Type.PacketTooBig, code: 0, checksum: 0, rest: mtu }
}

/** A neighbour solicitation, whose target and options follow; checksum left for the caller. */
export function neighborSolicitation(): Header {
  return { type: Type.NeighborSolicitation, code: 0, checksum: 0, rest: 0 }
}

/**
 * A neighbour advertisement, whose target and options follow; checksum left for the caller.
 * @param flags - {@link FLAG_ROUTER}, {@link FLAG_SOLICITED} and {@link FLAG_OVERRIDE} added up.
 */
export function neighborAdvertisement(flags: number): Header {
  return { type: Type.NeighborAdvertisement, code: 0, checksum: 0, rest: flags }
}
