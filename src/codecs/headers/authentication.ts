/**
 * Authentication header (AH) of IPsec, in IPv4 and IPv6: signs what follows and leaves it readable (RFC 4302 §2).
 * Its length field counts words of 4 bytes less 2, unlike every IPv6 extension header.
 */
import { getBytes, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkLength, checkRoom, checkUint } from '../core/range.ts'

/** An authentication header as a plain object. */
export interface Header {
  /** What follows, 0 to 255: see `Protocol`. */
  nextHeader: number
  /** Bytes of the whole header: 12 to 1 028, a multiple of 4 (in IPv6 of 8); the wire counts words of 4, less 2. */
  headerLength: number
  /** Reserved, 16 bits: zero on transmit, ignored on receipt. */
  reserved: number
  /** Security parameters index, 0 to 2^32 − 1. */
  securityParametersIndex: number
  /** Low 32 bits of the sequence number. */
  sequence: number
  /** Integrity check value with its padding: 12 bytes less than the header. */
  integrityCheckValue: Uint8Array
}

/** The fixed part in wire order, declared once (RFC 4302 §2): `payloadLength` counts words of 4 bytes, less 2. */
export const LAYOUT = /* @__PURE__ */ layout<
  Exclude<keyof Header, 'headerLength' | 'integrityCheckValue'> | 'payloadLength'
>({
  nextHeader: field.u8,
  payloadLength: field.u8,
  reserved: field.u16,
  securityParametersIndex: field.u32,
  sequence: field.u32,
})
/** Bytes before the integrity check value. */
export const LENGTH = LAYOUT.span
/** Bytes of the longest header (RFC 4302 §2.2). */
export const LENGTH_MAX = 1028

const NEXT_HEADER = LAYOUT.offsets.nextHeader
const PAYLOAD_LENGTH = LAYOUT.offsets.payloadLength
const RESERVED = LAYOUT.offsets.reserved
const SECURITY_PARAMETERS_INDEX = LAYOUT.offsets.securityParametersIndex
const SEQUENCE = LAYOUT.offsets.sequence

/**
 * Steps the cursor over the header and its integrity check value.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `BadHeaderLength`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  if (cursor.end - at < LENGTH) return cursor.failShort(LENGTH)
  const length = headerLength(cursor.view, at)
  if (length < LENGTH) return cursor.fail(Fault.BadHeaderLength)
  if (cursor.end - at < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** What follows, 0 to 255: see `Protocol` (RFC 4302 §2.1). */
export function nextHeader(view: DataView, at: number): number {
  return view.getUint8(at + NEXT_HEADER)
}

/** Bytes of the whole header, 12 to 1 028 once `enter` has accepted (RFC 4302 §2.2). */
export function headerLength(view: DataView, at: number): number {
  return (view.getUint8(at + PAYLOAD_LENGTH) + 2) << 2
}

/** Reserved, 16 bits (RFC 4302 §2.3). */
export function reserved(view: DataView, at: number): number {
  return view.getUint16(at + RESERVED)
}

/** Security parameters index, 0 to 2^32 − 1 (RFC 4302 §2.4). */
export function securityParametersIndex(view: DataView, at: number): number {
  return view.getUint32(at + SECURITY_PARAMETERS_INDEX)
}

/** Low 32 bits of the sequence number (RFC 4302 §2.5). */
export function sequence(view: DataView, at: number): number {
  return view.getUint32(at + SEQUENCE)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  const length = headerLength(view, at)
  return {
    nextHeader: nextHeader(view, at),
    headerLength: length,
    reserved: reserved(view, at),
    securityParametersIndex: securityParametersIndex(view, at),
    sequence: sequence(view, at),
    integrityCheckValue: getBytes(view, at + LENGTH, Math.max(0, length - LENGTH)),
  }
}

/**
 * Writes the header and steps the cursor over it. Length and reserved bits are written as given.
 * @throws RangeError when a value does not fit its field, the integrity check value is not a multiple of 4 bytes up to 1 016, or
 * the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('authentication.nextHeader', header.nextHeader, 8)
  checkLength('authentication.headerLength', header.headerLength, 4, LENGTH_MAX, 8)
  checkUint('authentication.reserved', header.reserved, 16)
  checkUint('authentication.securityParametersIndex', header.securityParametersIndex, 32)
  checkUint('authentication.sequence', header.sequence, 32)
  checkLength('authentication.integrityCheckValue.length', header.integrityCheckValue.length, 4, LENGTH_MAX - LENGTH)
  const length = LENGTH + header.integrityCheckValue.length
  checkRoom('authentication', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + NEXT_HEADER, header.nextHeader)
  view.setUint8(at + PAYLOAD_LENGTH, (header.headerLength >> 2) - 2)
  view.setUint16(at + RESERVED, header.reserved)
  view.setUint32(at + SECURITY_PARAMETERS_INDEX, header.securityParametersIndex)
  view.setUint32(at + SEQUENCE, header.sequence)
  setBytes(view, at + LENGTH, header.integrityCheckValue)
}

/** A header whose length follows from its integrity check value. */
export function header(
  nextHeader: number,
  securityParametersIndex: number,
  sequence: number,
  integrityCheckValue: Uint8Array,
): Header {
  return {
    nextHeader,
    headerLength: LENGTH + integrityCheckValue.length,
    reserved: 0,
    securityParametersIndex,
    sequence,
    integrityCheckValue,
  }
}
