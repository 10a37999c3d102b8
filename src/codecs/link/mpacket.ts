/**
 * The preamble of an mPacket (IEEE 802.3-2018 §99.3; LINKTYPE_ETHERNET_MPACKET, 274): eight bytes in front of an Ethernet frame
 * or of a part of one, whose last says which. The check sequence behind it is left where it is.
 */

import { above32, isUint16 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint, refuseUint } from '../core/range.ts'

/** A preamble as a plain object. */
export interface Header {
  /** Six bytes of 0x55, 48 bits. */
  preamble: number
  /** The seventh byte: 0x55, or the delimiter of a continuation, which its fragment count follows. */
  seventh: number
  /** Start delimiter: {@link Delimiter}, or a fragment count behind a continuation's. */
  delimiter: number
}

/** Wire order, declared once (IEEE 802.3-2018 §99.3.2). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  preamble: field.u48,
  seventh: field.u8,
  delimiter: field.u8,
})
/** Bytes of the preamble. */
export const LENGTH = LAYOUT.span
/** Each byte of a preamble (IEEE 802.3-2018 §99.3.2). */
export const PREAMBLE_BYTE = 0x55

/** Start delimiters of a frame, and of the first part of one (IEEE 802.3-2018 Table 99-1). */
export const Delimiter = {
  /** A frame that is never interrupted. */
  Express: 0xd5,
  /** First part of a frame that may be interrupted, frame count 0. */
  Start0: 0xe6,
  /** First part of a frame that may be interrupted, frame count 1. */
  Start1: 0x4c,
  /** First part of a frame that may be interrupted, frame count 2. */
  Start2: 0x7f,
  /** First part of a frame that may be interrupted, frame count 3. */
  Start3: 0xb3,
} as const

const PREAMBLE = LAYOUT.offsets.preamble
const SEVENTH = LAYOUT.offsets.seventh
const DELIMITER = LAYOUT.offsets.delimiter

/**
 * Steps the cursor over the preamble, onto an Ethernet frame where {@link beginsFrame}.
 * @returns Offset of the preamble, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** First six bytes, 48 bits as a number. */
export function preamble(view: DataView, at: number): number {
  return view.getUint16(at + PREAMBLE) * 0x1_0000_0000 + view.getUint32(at + PREAMBLE + 2)
}

/** Seventh byte. */
export function seventh(view: DataView, at: number): number {
  return view.getUint8(at + SEVENTH)
}

/** Start delimiter, 8 bits: {@link Delimiter}. */
export function delimiter(view: DataView, at: number): number {
  return view.getUint8(at + DELIMITER)
}

/** Whether a frame begins behind the preamble: not the rest of one that was preempted, nor a verify or respond packet. */
export function beginsFrame(view: DataView, at: number): boolean {
  if (seventh(view, at) !== PREAMBLE_BYTE) return false
  switch (delimiter(view, at)) {
    case Delimiter.Express:
    case Delimiter.Start0:
    case Delimiter.Start1:
    case Delimiter.Start2:
    case Delimiter.Start3:
      return true
    default:
      return false
  }
}

/** Copies the preamble out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return { preamble: preamble(view, at), seventh: seventh(view, at), delimiter: delimiter(view, at) }
}

/**
 * Writes the preamble and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the preamble does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  const high = above32(header.preamble)
  if (!isUint16(high)) refuseUint('mpacket.preamble', header.preamble, 48)
  checkUint('mpacket.seventh', header.seventh, 8)
  checkUint('mpacket.delimiter', header.delimiter, 8)
  checkRoom('mpacket', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint16(at + PREAMBLE, high)
  view.setUint32(at + PREAMBLE + 2, header.preamble)
  view.setUint8(at + SEVENTH, header.seventh)
  view.setUint8(at + DELIMITER, header.delimiter)
}

/** A preamble in front of a whole frame. */
export function header(): Header {
  return { preamble: 0x5555_5555_5555, seventh: PREAMBLE_BYTE, delimiter: Delimiter.Express }
}
