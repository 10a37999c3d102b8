/** IPv6 fragment header: 8 bytes in front of a piece of a datagram (RFC 8200 §4.5). */
import { isUint32 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkLength, checkRoom, checkUint, refuseUint } from '../core/range.ts'

/** A fragment header as a plain object. */
export interface Header {
  /** First header of the datagram's fragmentable part, 0 to 255: see `Protocol`. */
  nextHeader: number
  /** Reserved, 8 bits: zero on transmit, ignored on receipt. */
  reserved: number
  /** Where the piece lies in the fragmentable part: bytes, 0 to 65 528, a multiple of 8; the wire counts blocks of 8. */
  fragmentOffset: number
  /** Three bits: two reserved ones and {@link FLAG_M}. */
  flags: number
  /** Identifies the fragments of one datagram, 0 to 2^32 − 1. */
  identification: number
}

/** Wire order, declared once (RFC 8200 §4.5): `fragmentBlocks` counts blocks of 8 bytes. */
export const LAYOUT = /* @__PURE__ */ layout<Exclude<keyof Header, 'fragmentOffset'> | 'fragmentBlocks'>({
  nextHeader: field.u8,
  reserved: field.u8,
  fragmentBlocks: field.bits(13),
  flags: field.bits(3),
  identification: field.u32,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** More fragments follow, a bit of `flags` (RFC 8200 §4.5). */
export const FLAG_M = 0b001

const NEXT_HEADER = LAYOUT.offsets.nextHeader
const RESERVED = LAYOUT.offsets.reserved
const OFFSET_FLAGS = LAYOUT.offsets.fragmentBlocks
const IDENTIFICATION = LAYOUT.offsets.identification

/**
 * Steps the cursor onto the piece of datagram.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** First header of the datagram's fragmentable part, 0 to 255: see `Protocol` (RFC 8200 §4.5). */
export function nextHeader(view: DataView, at: number): number {
  return view.getUint8(at + NEXT_HEADER)
}

/** Reserved, 8 bits (RFC 8200 §4.5). */
export function reserved(view: DataView, at: number): number {
  return view.getUint8(at + RESERVED)
}

/** Where the piece lies in the fragmentable part: bytes, 0 to 65 528 (RFC 8200 §4.5). */
export function fragmentOffset(view: DataView, at: number): number {
  return view.getUint16(at + OFFSET_FLAGS) & 0xfff8
}

/** Three bits: two reserved ones and {@link FLAG_M} (RFC 8200 §4.5). */
export function flags(view: DataView, at: number): number {
  return view.getUint16(at + OFFSET_FLAGS) & 0x07
}

/** Whether more fragments of the datagram follow this one (RFC 8200 §4.5). */
export function moreFragments(view: DataView, at: number): boolean {
  return (flags(view, at) & FLAG_M) !== 0
}

/** Identifies the fragments of one datagram, 0 to 2^32 − 1 (RFC 8200 §4.5). */
export function identification(view: DataView, at: number): number {
  return view.getUint32(at + IDENTIFICATION)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    nextHeader: nextHeader(view, at),
    reserved: reserved(view, at),
    fragmentOffset: fragmentOffset(view, at),
    flags: flags(view, at),
    identification: identification(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it. Reserved bits are written as given.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('ipv6-fragment.nextHeader', header.nextHeader, 8)
  checkUint('ipv6-fragment.reserved', header.reserved, 8)
  checkLength('ipv6-fragment.fragmentOffset', header.fragmentOffset, 8, 0xfff8)
  checkUint('ipv6-fragment.flags', header.flags, 3)
  if (!isUint32(header.identification)) refuseUint('ipv6-fragment.identification', header.identification, 32)
  checkRoom('ipv6-fragment', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + NEXT_HEADER, header.nextHeader)
  view.setUint8(at + RESERVED, header.reserved)
  view.setUint16(at + OFFSET_FLAGS, header.fragmentOffset | header.flags)
  view.setUint32(at + IDENTIFICATION, header.identification)
}

/** The header of the piece at `fragmentOffset`, everything reserved zero. */
export function header(
  nextHeader: number,
  fragmentOffset: number,
  moreFragments: boolean,
  identification: number,
): Header {
  return { nextHeader, reserved: 0, fragmentOffset, flags: moreFragments ? FLAG_M : 0, identification }
}
