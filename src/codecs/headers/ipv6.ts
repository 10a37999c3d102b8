/**
 * IPv6: the fixed 40 bytes (RFC 8200 §3); extension headers follow in modules of their own.
 * A payload length of 0 stands for a jumbogram (RFC 2675) or what segmentation offload leaves (BIG TCP): the packet then
 * reaches to the end of the frame.
 */
import { getBytes, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkBytes, checkRoom, checkUint } from '../core/range.ts'

/** An IPv6 header as a plain object. */
export interface Header {
  /** 6 (RFC 8200 §3). */
  version: number
  /** Differentiated services code point, 0 to 63: upper bits of the traffic class (RFC 2474 §3). */
  dscp: number
  /** Explicit congestion notification, 0 to 3: lower bits of the traffic class (RFC 3168 §5). */
  ecn: number
  /** 0 to 1 048 575 (RFC 6437). */
  flowLabel: number
  /** Bytes behind these 40, extension headers included, 0 to 65 535; 0 = jumbogram or super-frame. */
  payloadLength: number
  /** What follows, 0 to 255: see `Protocol`. */
  nextHeader: number
  /** Hops left, 0 to 255. */
  hopLimit: number
  /** Source address, 16 bytes. */
  source: Uint8Array
  /** Destination address, 16 bytes. */
  destination: Uint8Array
}

/** Wire order, declared once (RFC 8200 §3); `dscp` and `ecn` are the traffic class (RFC 2474, RFC 3168). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  version: field.bits(4),
  dscp: field.bits(6),
  ecn: field.bits(2),
  flowLabel: field.bits(20),
  payloadLength: field.u16,
  nextHeader: field.u8,
  hopLimit: field.u8,
  source: field.bytes(16),
  destination: field.bytes(16),
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** The version this codec reads (RFC 8200 §3). */
export const VERSION = 6
/** Bytes of an address (RFC 4291 §2). */
export const ADDRESS_LENGTH = 16
/** Offset of the source address in the header, for those who copy or hash it in place. */
export const SOURCE = LAYOUT.offsets.source
/** Offset of the destination address in the header, for those who copy or hash it in place. */
export const DESTINATION = LAYOUT.offsets.destination

const FIRST_WORD = LAYOUT.offsets.version
const PAYLOAD_LENGTH = LAYOUT.offsets.payloadLength
const NEXT_HEADER = LAYOUT.offsets.nextHeader
const HOP_LIMIT = LAYOUT.offsets.hopLimit
/**
 * Steps the cursor onto the next header and narrows it to the payload length, so that Ethernet padding falls away. A payload
 * length of 0, or one beyond what the enclosing layer carries on the wire, leaves the window as it is: compare `payloadLength`.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `BadVersion`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  if (cursor.end - at < LENGTH) return cursor.failShort(LENGTH)
  const { view } = cursor
  if (version(view, at) !== VERSION) return cursor.fail(Fault.BadVersion)
  const length = payloadLength(view, at)
  if (length !== 0) cursor.limit(LENGTH + length)
  return cursor.claim(LENGTH)
}

/** IP version, 6 once `enter` has accepted (RFC 8200 §3). */
export function version(view: DataView, at: number): number {
  return view.getUint8(at + FIRST_WORD) >> 4
}

/** Traffic class, 0 to 255: `dscp` and `ecn` in one (RFC 8200 §7). */
export function trafficClass(view: DataView, at: number): number {
  return (view.getUint16(at + FIRST_WORD) >> 4) & 0xff
}

/** Differentiated services code point, 0 to 63 (RFC 2474 §3). */
export function dscp(view: DataView, at: number): number {
  return (view.getUint16(at + FIRST_WORD) >> 6) & 0x3f
}

/** Explicit congestion notification, 0 to 3: Not-ECT, ECT(1), ECT(0), CE (RFC 3168 §5). */
export function ecn(view: DataView, at: number): number {
  return (view.getUint8(at + FIRST_WORD + 1) >> 4) & 0x03
}

/** Flow label, 0 to 1 048 575 (RFC 8200 §6, RFC 6437). */
export function flowLabel(view: DataView, at: number): number {
  return view.getInt32(at + FIRST_WORD) & 0xf_ffff
}

/** Bytes behind the fixed header, extension headers included, 0 to 65 535; 0 = to the end of the frame (RFC 8200 §3, RFC 2675). */
export function payloadLength(view: DataView, at: number): number {
  return view.getUint16(at + PAYLOAD_LENGTH)
}

/** What follows, 0 to 255: an extension header or a `Protocol` (RFC 8200 §3). */
export function nextHeader(view: DataView, at: number): number {
  return view.getUint8(at + NEXT_HEADER)
}

/** Hops left, 0 to 255 (RFC 8200 §3). */
export function hopLimit(view: DataView, at: number): number {
  return view.getUint8(at + HOP_LIMIT)
}

/** Copies the source address out, 16 bytes (RFC 8200 §3). Off the hot path: it allocates. */
export function source(view: DataView, at: number): Uint8Array {
  return getBytes(view, at + SOURCE, ADDRESS_LENGTH)
}

/** Copies the destination address out, 16 bytes (RFC 8200 §3). Off the hot path: it allocates. */
export function destination(view: DataView, at: number): Uint8Array {
  return getBytes(view, at + DESTINATION, ADDRESS_LENGTH)
}

/**
 * One of the four 32-bit words of the source address, signed, so that it stays out of the heap; `>>> 0` for the unsigned form.
 * @param i - 0 (most significant) to 3.
 */
export function sourceWord(view: DataView, at: number, i: number): number {
  return view.getInt32(at + SOURCE + 4 * i)
}

/**
 * One of the four 32-bit words of the destination address, signed, so that it stays out of the heap; `>>> 0` for the unsigned form.
 * @param i - 0 (most significant) to 3.
 */
export function destinationWord(view: DataView, at: number, i: number): number {
  return view.getInt32(at + DESTINATION + 4 * i)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    version: version(view, at),
    dscp: dscp(view, at),
    ecn: ecn(view, at),
    flowLabel: flowLabel(view, at),
    payloadLength: payloadLength(view, at),
    nextHeader: nextHeader(view, at),
    hopLimit: hopLimit(view, at),
    source: source(view, at),
    destination: destination(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it. The payload length is written as given.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('ipv6.version', header.version, 4)
  checkUint('ipv6.dscp', header.dscp, 6)
  checkUint('ipv6.ecn', header.ecn, 2)
  checkUint('ipv6.flowLabel', header.flowLabel, 20)
  checkUint('ipv6.payloadLength', header.payloadLength, 16)
  checkUint('ipv6.nextHeader', header.nextHeader, 8)
  checkUint('ipv6.hopLimit', header.hopLimit, 8)
  checkBytes('ipv6.source', header.source, ADDRESS_LENGTH)
  checkBytes('ipv6.destination', header.destination, ADDRESS_LENGTH)
  checkRoom('ipv6', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setInt32(at + FIRST_WORD, (header.version << 28) | (header.dscp << 22) | (header.ecn << 20) | header.flowLabel)
  view.setUint16(at + PAYLOAD_LENGTH, header.payloadLength)
  view.setUint8(at + NEXT_HEADER, header.nextHeader)
  view.setUint8(at + HOP_LIMIT, header.hopLimit)
  setBytes(view, at + SOURCE, header.source)
  setBytes(view, at + DESTINATION, header.destination)
}

/**
 * A header with the given fields; unless given: version 6, hop limit 64, and zero for the rest.
 * @param fields - `payloadLength` 0 reads as "to the end of the frame", so give it.
 */
export function header(
  fields: Pick<Header, 'source' | 'destination' | 'nextHeader' | 'payloadLength'> & Partial<Header>,
): Header {
  return { version: VERSION, dscp: 0, ecn: 0, flowLabel: 0, hopLimit: 64, ...fields }
}
