/**
 * ICMP for IPv4: 8 bytes, of which the last four mean something else in every type (RFC 792), then a body. Errors quote the
 * datagram they are about, often no more than its header and 8 bytes (RFC 792) or up to a stated length (RFC 4884).
 */
import { isUint32 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint, refuseUint } from '../core/range.ts'

/** An ICMP header as a plain object. */
export interface Header {
  /** 0 to 255: see {@link Type}. */
  type: number
  /** 0 to 255: see {@link UnreachableCode} and {@link TimeExceededCode}. */
  code: number
  /** 0 to 65 535, over the whole message. */
  checksum: number
  /** The second word, 0 to 2^32 − 1: identifier and sequence, next-hop MTU, gateway … by type. */
  rest: number
}

/** Wire order, declared once (RFC 792). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  type: field.u8,
  code: field.u8,
  checksum: field.u16,
  rest: field.u32,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** Message types (RFC 792 unless stated; IANA ICMP Parameters). */
export const Type = {
  /** Answer to a ping. */
  EchoReply: 0,
  /** The datagram could not be delivered; the code says why. */
  DestinationUnreachable: 3,
  /** Deprecated (RFC 6633). */
  SourceQuench: 4,
  /** There is a better first hop. */
  Redirect: 5,
  /** A ping. */
  EchoRequest: 8,
  /** RFC 1256. */
  RouterAdvertisement: 9,
  /** RFC 1256. */
  RouterSolicitation: 10,
  /** The time to live or the time for reassembly ran out. */
  TimeExceeded: 11,
  /** A field of the header is wrong. */
  ParameterProblem: 12,
  /** Asks for the clock of the other host. */
  TimestampRequest: 13,
  /** Answer to a timestamp request. */
  TimestampReply: 14,
  /** RFC 8335. */
  ExtendedEchoRequest: 42,
  /** RFC 8335. */
  ExtendedEchoReply: 43,
} as const
/** Codes of {@link Type.DestinationUnreachable} (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1). */
export const UnreachableCode = {
  /** No route to the network. */
  Network: 0,
  /** No route to the host, or it does not answer ARP. */
  Host: 1,
  /** The host does not know the protocol. */
  Protocol: 2,
  /** Nothing listens on the port. */
  Port: 3,
  /** Too big and DF set; carries the next-hop MTU (RFC 1191 §4). */
  FragmentationNeeded: 4,
  /** The source route cannot be followed. */
  SourceRouteFailed: 5,
  /** The network does not exist. */
  NetworkUnknown: 6,
  /** The host does not exist. */
  HostUnknown: 7,
  /** Communication with the network is prohibited. */
  NetworkProhibited: 9,
  /** Communication with the host is prohibited. */
  HostProhibited: 10,
  /** A filter forbids it. */
  Prohibited: 13,
} as const
/** Codes of {@link Type.TimeExceeded} (RFC 792). */
export const TimeExceededCode = {
  /** The time to live ran out on the way. */
  InTransit: 0,
  /** Fragments were missing when the time for reassembly ran out. */
  InReassembly: 1,
} as const
/** Offset of the second word in the header, for those who compare identifier and sequence in one. */
export const REST = LAYOUT.offsets.rest

const TYPE = LAYOUT.offsets.type
const CODE = LAYOUT.offsets.code
const CHECKSUM = LAYOUT.offsets.checksum

/**
 * Steps the cursor onto the body: the quoted datagram of an error, the data of an echo.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  const next = at + LENGTH
  if (next > cursor.end) return cursor.failShort(LENGTH)
  cursor.position = next
  return at
}

/** Message type, 0 to 255: see {@link Type} (RFC 792). */
export function type(view: DataView, at: number): number {
  return view.getUint8(at + TYPE)
}

/** Code within the type, 0 to 255 (RFC 792). */
export function code(view: DataView, at: number): number {
  return view.getUint8(at + CODE)
}

/** Checksum over the whole message, 0 to 65 535 (RFC 792). */
export function checksum(view: DataView, at: number): number {
  return view.getUint16(at + CHECKSUM)
}

/** The second word as it is, 0 to 2^32 − 1 (RFC 792). */
export function rest(view: DataView, at: number): number {
  return view.getUint32(at + REST)
}

/** Identifier of an echo, 0 to 65 535 (RFC 792, Echo). */
export function identifier(view: DataView, at: number): number {
  return view.getUint16(at + REST)
}

/** Sequence number of an echo, 0 to 65 535 (RFC 792, Echo). */
export function sequence(view: DataView, at: number): number {
  return view.getUint16(at + REST + 2)
}

/** Next-hop MTU of a fragmentation-needed message: IP bytes, 0 to 65 535; 0 = a router that does not say (RFC 1191 §4). */
export function nextHopMtu(view: DataView, at: number): number {
  return view.getUint16(at + REST + 2)
}

/** Gateway of a redirect: an address as a signed 32-bit integer (RFC 792, Redirect). */
export function gateway(view: DataView, at: number): number {
  return view.getInt32(at + REST)
}

/** Whether the message is an error, whose body quotes a datagram (RFC 1122 §3.2.2). */
export function isError(view: DataView, at: number): boolean {
  switch (type(view, at)) {
    case Type.DestinationUnreachable:
    case Type.SourceQuench:
    case Type.Redirect:
    case Type.TimeExceeded:
    case Type.ParameterProblem:
      return true
    default:
      return false
  }
}

/** Offset of the datagram that an error quotes, from its IP header on; it may end anywhere (RFC 792). */
export function quoted(at: number): number {
  return at + LENGTH
}

/**
 * Bytes of the quoted datagram with its padding, when the error says so because extensions follow: 0 to 1 020, 0 = not said
 * and up to the end of the message (RFC 4884 §4, §5.1).
 */
export function quotedLength(view: DataView, at: number): number {
  switch (type(view, at)) {
    case Type.DestinationUnreachable:
    case Type.TimeExceeded:
    case Type.ParameterProblem:
      return view.getUint8(at + REST + 1) << 2
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
  checkUint('icmp.type', header.type, 8)
  checkUint('icmp.code', header.code, 8)
  checkUint('icmp.checksum', header.checksum, 16)
  if (!isUint32(header.rest)) refuseUint('icmp.rest', header.rest, 32)
  checkRoom('icmp', cursor, LENGTH)
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
  checkUint('icmp.identifier', identifier, 16)
  checkUint('icmp.sequence', sequence, 16)
  return { type, code: 0, checksum: 0, rest: identifier * 0x1_0000 + sequence }
}

/** A fragmentation-needed error, checksum left for the caller. @throws RangeError when the MTU is not a 16-bit integer. */
export function fragmentationNeeded(nextHopMtu: number): Header {
  checkUint('icmp.nextHopMtu', nextHopMtu, 16)
  return { type: Type.DestinationUnreachable, code: UnreachableCode.FragmentationNeeded, checksum: 0, rest: nextHopMtu }
}
