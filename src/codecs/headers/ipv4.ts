/**
 * IPv4: 20 bytes and up to 40 bytes of options (RFC 791 §3.1).
 * A total length of 0 is what segmentation offload leaves in a frame too long for 16 bits (TSO, BIG TCP): the packet then
 * reaches to the end of the frame.
 */
import { getBytes, isWord, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault, NONE } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import * as list from '../core/options.ts'
import { checkLength, checkRoom, checkUint, refuseWord } from '../core/range.ts'

/** An IPv4 header as a plain object. Lengths and the fragment offset are in bytes. */
export interface Header {
  /** 4 (RFC 791 §3.1). */
  version: number
  /** Bytes of the header with its options: 20 to 60, a multiple of 4; the wire counts words of 4. */
  headerLength: number
  /** Differentiated services code point, 0 to 63 (RFC 2474 §3). */
  dscp: number
  /** Explicit congestion notification, 0 to 3: Not-ECT, ECT(1), ECT(0), CE (RFC 3168 §5). */
  ecn: number
  /** Bytes of header and payload, 0 to 65 535; 0 = super-frame of segmentation offload. */
  totalLength: number
  /** Identifies the fragments of one datagram, 0 to 65 535 (RFC 6864). */
  identification: number
  /** Three bits: {@link FLAG_RESERVED}, {@link FLAG_DF}, {@link FLAG_MF}. */
  flags: number
  /** Where the payload lies in its datagram: bytes, 0 to 65 528, a multiple of 8; the wire counts blocks of 8. */
  fragmentOffset: number
  /** Hops left, 0 to 255. */
  timeToLive: number
  /** What the payload is, 0 to 255: see `Protocol`. */
  protocol: number
  /** Checksum of the header, 0 to 65 535. */
  checksum: number
  /** Source address, 0 to 2^32 − 1; `encode` takes the signed form too. */
  source: number
  /** Destination address, 0 to 2^32 − 1; `encode` takes the signed form too. */
  destination: number
  /** The options with their padding, 0 to 40 bytes, a multiple of 4. */
  options: Uint8Array
}

/** The fixed part in wire order, declared once (RFC 791 §3.1): `ihl` counts words of 4 bytes, `fragmentBlocks` blocks of 8. */
export const LAYOUT = /* @__PURE__ */ layout<
  Exclude<keyof Header, 'headerLength' | 'fragmentOffset' | 'options'> | 'ihl' | 'fragmentBlocks'
>({
  version: field.bits(4),
  ihl: field.bits(4),
  dscp: field.bits(6),
  ecn: field.bits(2),
  totalLength: field.u16,
  identification: field.u16,
  flags: field.bits(3),
  fragmentBlocks: field.bits(13),
  timeToLive: field.u8,
  protocol: field.u8,
  checksum: field.u16,
  source: field.u32,
  destination: field.u32,
})
/** Bytes of the header without options. */
export const LENGTH = LAYOUT.span
/** Bytes of the longest header (RFC 791 §3.1). */
export const LENGTH_MAX = 60
/** The version this codec reads (RFC 791 §3.1). */
export const VERSION = 4
/** Bit of `flags` that must be zero (RFC 791 §3.1). */
export const FLAG_RESERVED = 0b100
/** Don't fragment, a bit of `flags` (RFC 791 §3.1). */
export const FLAG_DF = 0b010
/** More fragments follow, a bit of `flags` (RFC 791 §3.1). */
export const FLAG_MF = 0b001
/** Values of `ecn` (RFC 3168 §5), in IPv6 as well. */
export const Ecn = {
  /** The sender does not support ECN. */
  NotEct: 0,
  /** The sender supports ECN, code point 1. */
  Ect1: 1,
  /** The sender supports ECN, code point 0: the usual one. */
  Ect0: 2,
  /** Congestion experienced: a router has marked the packet. */
  Ce: 3,
} as const
/** Option types (RFC 791 §3.1; IANA IP Option Numbers), copied flag and class included. */
export const OptionType = {
  /** Ends the list. */
  EndOfOptions: 0,
  /** Padding of one byte. */
  NoOperation: 1,
  /** Routers add their addresses. */
  RecordRoute: 7,
  /** Routers add the time. */
  Timestamp: 68,
  /** Security label (RFC 1108). */
  Security: 130,
  /** Passes the listed routers, and others in between. */
  LooseSourceRoute: 131,
  /** Passes the listed routers alone. */
  StrictSourceRoute: 137,
  /** RFC 2113. */
  RouterAlert: 148,
} as const

const VERSION_IHL = LAYOUT.offsets.version
const DSCP_ECN = LAYOUT.offsets.dscp
const TOTAL_LENGTH = LAYOUT.offsets.totalLength
const IDENTIFICATION = LAYOUT.offsets.identification
const FLAGS_OFFSET = LAYOUT.offsets.flags
const TIME_TO_LIVE = LAYOUT.offsets.timeToLive
const PROTOCOL = LAYOUT.offsets.protocol
const CHECKSUM = LAYOUT.offsets.checksum
const SOURCE = LAYOUT.offsets.source
const DESTINATION = LAYOUT.offsets.destination
/** The first byte of a header without options: version 4, five words of 4 bytes. */
const PLAIN = (VERSION << 4) | (LENGTH >> 2)

/**
 * Steps the cursor onto the payload and narrows it to the total length, so that Ethernet padding falls away. A total length
 * of 0, or one beyond what the enclosing layer carries on the wire, leaves the window as it is: compare `totalLength` to tell.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured`, `BadVersion`, `BadHeaderLength`, or
 * `LengthTooSmall` for a total length other than 0 that is less than the header's.
 */
export function enter(cursor: Cursor): number {
  // Nearly every header is like this. The function is kept small, so that V8 takes it into its caller.
  const at = cursor.position
  const next = at + LENGTH
  if (next > cursor.end || cursor.view.getUint8(at + VERSION_IHL) !== PLAIN) return enterUnusual(cursor)
  const wireEnd = at + cursor.view.getUint16(at + TOTAL_LENGTH)
  if (wireEnd < next || wireEnd > cursor.wireEnd) return enterUnusual(cursor)
  cursor.wireEnd = wireEnd
  if (cursor.end > wireEnd) cursor.end = wireEnd
  cursor.position = next
  return at
}

/** The rest of {@link enter}, out of its way: headers with options, lengths that do not fit, and what is to be refused. */
function enterUnusual(cursor: Cursor): number {
  const at = cursor.position
  if (cursor.end - at < LENGTH) return cursor.failShort(LENGTH)
  const { view } = cursor
  const first = view.getUint8(at + VERSION_IHL)
  if (first >> 4 !== VERSION) return cursor.fail(Fault.BadVersion)
  const length = (first & 0x0f) << 2
  if (length < LENGTH) return cursor.fail(Fault.BadHeaderLength)
  if (cursor.end - at < length) return cursor.failShort(length)
  const total = totalLength(view, at)
  if (total !== 0) {
    if (total < length) return cursor.fail(Fault.LengthTooSmall)
    cursor.limit(total)
  }
  return cursor.claim(length)
}

/** IP version, 4 once `enter` has accepted (RFC 791 §3.1). */
export function version(view: DataView, at: number): number {
  return view.getUint8(at + VERSION_IHL) >> 4
}

/** Bytes of the header with its options, 20 to 60 once `enter` has accepted (RFC 791 §3.1, IHL). */
export function headerLength(view: DataView, at: number): number {
  return (view.getUint8(at + VERSION_IHL) & 0x0f) << 2
}

/** Differentiated services code point, 0 to 63 (RFC 2474 §3). */
export function dscp(view: DataView, at: number): number {
  return view.getUint8(at + DSCP_ECN) >> 2
}

/** Explicit congestion notification, 0 to 3: see {@link Ecn} (RFC 3168 §5). */
export function ecn(view: DataView, at: number): number {
  return view.getUint8(at + DSCP_ECN) & 0x03
}

/** Bytes of header and payload, 0 to 65 535; 0 = to the end of the frame (RFC 791 §3.1). */
export function totalLength(view: DataView, at: number): number {
  return view.getUint16(at + TOTAL_LENGTH)
}

/** Identifies the fragments of one datagram, 0 to 65 535 (RFC 791 §3.1, RFC 6864). */
export function identification(view: DataView, at: number): number {
  return view.getUint16(at + IDENTIFICATION)
}

/** Three bits: {@link FLAG_RESERVED}, {@link FLAG_DF}, {@link FLAG_MF} (RFC 791 §3.1). */
export function flags(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS_OFFSET) >> 5
}

/** Whether routers must not fragment the packet (RFC 791 §3.1). */
export function dontFragment(view: DataView, at: number): boolean {
  return (view.getUint8(at + FLAGS_OFFSET) & (FLAG_DF << 5)) !== 0
}

/** Whether more fragments of the datagram follow this one (RFC 791 §3.1). */
export function moreFragments(view: DataView, at: number): boolean {
  return (view.getUint8(at + FLAGS_OFFSET) & (FLAG_MF << 5)) !== 0
}

/** Where the payload lies in its datagram: bytes, 0 to 65 528 (RFC 791 §3.1). */
export function fragmentOffset(view: DataView, at: number): number {
  return (view.getUint16(at + FLAGS_OFFSET) & 0x1fff) << 3
}

/** Whether the packet is one fragment of a datagram, first, middle or last (RFC 791 §3.2). */
export function isFragment(view: DataView, at: number): boolean {
  return (view.getUint16(at + FLAGS_OFFSET) & 0x3fff) !== 0
}

/** Hops left, 0 to 255 (RFC 791 §3.1). */
export function timeToLive(view: DataView, at: number): number {
  return view.getUint8(at + TIME_TO_LIVE)
}

/** What the payload is, 0 to 255: see `Protocol` (RFC 791 §3.1). */
export function protocol(view: DataView, at: number): number {
  return view.getUint8(at + PROTOCOL)
}

/** Checksum of the header, 0 to 65 535 (RFC 791 §3.1). */
export function checksum(view: DataView, at: number): number {
  return view.getUint16(at + CHECKSUM)
}

/** Source address as a signed 32-bit integer, which stays out of the heap; `>>> 0` for the unsigned form (RFC 791 §3.1). */
export function source(view: DataView, at: number): number {
  return view.getInt32(at + SOURCE)
}

/** Destination address as a signed 32-bit integer, which stays out of the heap; `>>> 0` for the unsigned form (RFC 791 §3.1). */
export function destination(view: DataView, at: number): number {
  return view.getInt32(at + DESTINATION)
}

/** Bytes of options and their padding, 0 to 40 (RFC 791 §3.1). */
export function optionsLength(view: DataView, at: number): number {
  return Math.max(0, headerLength(view, at) - LENGTH)
}

/**
 * Looks for the first option of a type, without allocating.
 * @param type - 2 to 255: see {@link OptionType}.
 * @returns Offset of the option's type byte, or `NONE`.
 */
export function findOption(view: DataView, at: number, type: number): number {
  return list.findOption(view, at + LENGTH, at + headerLength(view, at), type)
}

/**
 * Where the address of the last node of a source route lies, which the pseudo header of TCP and UDP counts in place of the
 * destination while the route is not used up (RFC 791 §3.1, RFC 1122 §3.2.1.8).
 * @returns Offset of 4 bytes; `NONE` without such a route.
 */
export function finalDestination(view: DataView, at: number): number {
  const end = at + headerLength(view, at)
  let option = list.findOption(view, at + LENGTH, end, OptionType.LooseSourceRoute)
  if (option === NONE) option = list.findOption(view, at + LENGTH, end, OptionType.StrictSourceRoute)
  if (option === NONE) return NONE
  const length = view.getUint8(option + 1)
  const hops = length < 3 ? 0 : (length - 3) >> 2
  // The pointer counts from 1 and stands behind the last address once all are visited.
  if (hops === 0 || view.getUint8(option + 2) > length) return NONE
  return option + 3 + 4 * (hops - 1)
}

/** Copies the options out, up to the end of the list or the first malformed one (RFC 791 §3.1). */
export function options(view: DataView, at: number): list.Option[] {
  return list.readOptions(view, at + LENGTH, at + headerLength(view, at))
}

/** Copies the header out as a plain object, addresses unsigned. */
export function decode(view: DataView, at: number): Header {
  return {
    version: version(view, at),
    headerLength: headerLength(view, at),
    dscp: dscp(view, at),
    ecn: ecn(view, at),
    totalLength: totalLength(view, at),
    identification: identification(view, at),
    flags: flags(view, at),
    fragmentOffset: fragmentOffset(view, at),
    timeToLive: timeToLive(view, at),
    protocol: protocol(view, at),
    checksum: checksum(view, at),
    source: source(view, at) >>> 0,
    destination: destination(view, at) >>> 0,
    options: getBytes(view, at + LENGTH, optionsLength(view, at)),
  }
}

/**
 * Writes the header with its options and steps the cursor over them. Lengths and checksum are written as given.
 * @throws RangeError when a value does not fit its field, the options are no multiple of 4 bytes up to 40, or the header does
 * not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('ipv4.version', header.version, 4)
  checkLength('ipv4.headerLength', header.headerLength, 4, LENGTH_MAX)
  checkUint('ipv4.dscp', header.dscp, 6)
  checkUint('ipv4.ecn', header.ecn, 2)
  checkUint('ipv4.totalLength', header.totalLength, 16)
  checkUint('ipv4.identification', header.identification, 16)
  checkUint('ipv4.flags', header.flags, 3)
  checkLength('ipv4.fragmentOffset', header.fragmentOffset, 8, 0xfff8)
  checkUint('ipv4.timeToLive', header.timeToLive, 8)
  checkUint('ipv4.protocol', header.protocol, 8)
  checkUint('ipv4.checksum', header.checksum, 16)
  if (!isWord(header.source)) refuseWord('ipv4.source', header.source)
  if (!isWord(header.destination)) refuseWord('ipv4.destination', header.destination)
  checkLength('ipv4.options.length', header.options.length, 4, LENGTH_MAX - LENGTH)
  const length = LENGTH + header.options.length
  checkRoom('ipv4', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + VERSION_IHL, (header.version << 4) | (header.headerLength >> 2))
  view.setUint8(at + DSCP_ECN, (header.dscp << 2) | header.ecn)
  view.setUint16(at + TOTAL_LENGTH, header.totalLength)
  view.setUint16(at + IDENTIFICATION, header.identification)
  view.setUint16(at + FLAGS_OFFSET, (header.flags << 13) | (header.fragmentOffset >> 3))
  view.setUint8(at + TIME_TO_LIVE, header.timeToLive)
  view.setUint8(at + PROTOCOL, header.protocol)
  view.setUint16(at + CHECKSUM, header.checksum)
  // Not setInt32(): newer V8 gives numbers beyond it to a call, and so to the heap.
  view.setUint32(at + SOURCE, header.source)
  view.setUint32(at + DESTINATION, header.destination)
  setBytes(view, at + LENGTH, header.options)
}

/**
 * A header with the given fields; unless given: version 4, the header length that the options need, a total length without
 * payload, TTL 64, and zero or nothing for the rest. The checksum is left for the caller to fill in.
 */
export function header(fields: Pick<Header, 'source' | 'destination' | 'protocol'> & Partial<Header>): Header {
  const length = LENGTH + (fields.options?.length ?? 0)
  return {
    version: VERSION,
    headerLength: length,
    dscp: 0,
    ecn: 0,
    totalLength: length,
    identification: 0,
    flags: 0,
    fragmentOffset: 0,
    timeToLive: 64,
    checksum: 0,
    options: new Uint8Array(0),
    ...fields,
  }
}
