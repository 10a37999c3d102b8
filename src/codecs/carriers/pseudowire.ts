/**
 * The control word in front of a frame on an MPLS pseudowire (RFC 4385 §3, RFC 4448 §4.6): four bytes that a configuration
 * puts there or leaves out, and whose first nibble is 0, so that nobody takes them for IP.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A control word as a plain object. */
export interface Header {
  /** {@link NIBBLE_DATA} in front of a frame (RFC 4385 §3). */
  nibble: number
  /** Per payload, 4 bits: 0 for Ethernet (RFC 4448 §4.6). */
  flags: number
  /** Fragmentation, 0 to 3 (RFC 4623). */
  fragmentation: number
  /** Bytes of control word and payload where these are below 64, else 0 (RFC 4385 §3). */
  length: number
  /** Sequence number, 16 bits; 0 where none is kept (RFC 4385 §4). */
  sequence: number
}

/** Wire order, declared once (RFC 4385 §3). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  nibble: field.bits(4),
  flags: field.bits(4),
  fragmentation: field.bits(2),
  length: field.bits(6),
  sequence: field.u16,
})
/** Bytes of the control word. */
export const LENGTH = LAYOUT.span
/** Bytes of control word and payload from which `length` is 0 (RFC 4385 §3). */
export const SHORT = 64
/** `nibble` in front of a frame (RFC 4385 §3). */
export const NIBBLE_DATA = 0
/** `nibble` in front of an associated channel: no frame follows (RFC 4385 §5). */
export const NIBBLE_CHANNEL = 1

const WORD = LAYOUT.offsets.nibble
const SEQUENCE = LAYOUT.offsets.sequence

/**
 * Steps the cursor over the control word.
 * @returns Its offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** First nibble: {@link NIBBLE_DATA} or {@link NIBBLE_CHANNEL} (RFC 4385 §3). */
export function nibble(view: DataView, at: number): number {
  return view.getUint16(at + WORD) >>> 12
}

/** Flags of the payload, 4 bits (RFC 4385 §3). */
export function flags(view: DataView, at: number): number {
  return (view.getUint16(at + WORD) >>> 8) & 0xf
}

/** Fragmentation, 0 to 3 (RFC 4623 §4.1). */
export function fragmentation(view: DataView, at: number): number {
  return (view.getUint16(at + WORD) >>> 6) & 3
}

/** Bytes of control word and payload where these are below 64, else 0 (RFC 4385 §3). */
export function length(view: DataView, at: number): number {
  return view.getUint16(at + WORD) & 0x3f
}

/** Sequence number, 16 bits (RFC 4385 §4). */
export function sequence(view: DataView, at: number): number {
  return view.getUint16(at + SEQUENCE)
}

/** Copies the control word out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    nibble: nibble(view, at),
    flags: flags(view, at),
    fragmentation: fragmentation(view, at),
    length: length(view, at),
    sequence: sequence(view, at),
  }
}

/**
 * Writes the control word and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the word does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('pseudowire.nibble', header.nibble, 4)
  checkUint('pseudowire.flags', header.flags, 4)
  checkUint('pseudowire.fragmentation', header.fragmentation, 2)
  checkUint('pseudowire.length', header.length, 6)
  checkUint('pseudowire.sequence', header.sequence, 16)
  checkRoom('pseudowire', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  const { nibble: first, flags: bits, fragmentation: part, length: bytes } = header
  view.setUint16(at + WORD, (first << 12) | (bits << 8) | (part << 6) | bytes)
  view.setUint16(at + SEQUENCE, header.sequence)
}

/** A control word in front of a frame of 64 bytes and more. */
export function header(sequence = 0): Header {
  return { nibble: NIBBLE_DATA, flags: 0, fragmentation: 0, length: 0, sequence }
}
