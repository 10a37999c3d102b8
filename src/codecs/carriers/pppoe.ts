/** PPP over Ethernet, session stage (RFC 2516 §4): six bytes in front of a PPP frame, with the bytes that follow. */
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A PPPoE header as a plain object. */
export interface Header {
  /** {@link VERSION} (RFC 2516 §4). */
  version: number
  /** {@link TYPE} (RFC 2516 §4). */
  type: number
  /** {@link CODE_SESSION} in front of a PPP frame (RFC 2516 §6). */
  code: number
  /** Session id, 16 bits (RFC 2516 §4). */
  sessionId: number
  /** Bytes behind this header (RFC 2516 §4). */
  length: number
}

/** Wire order, declared once (RFC 2516 §4). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  version: field.bits(4),
  type: field.bits(4),
  code: field.u8,
  sessionId: field.u16,
  length: field.u16,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** `version` and `type` of the one form there is (RFC 2516 §4). */
export const VERSION = 1
/** `type` of the one form there is (RFC 2516 §4). */
export const TYPE = 1
/** `code` in front of a PPP frame (RFC 2516 §6). */
export const CODE_SESSION = 0

const VERSION_TYPE = LAYOUT.offsets.version
const CODE = LAYOUT.offsets.code
const SESSION = LAYOUT.offsets.sessionId
const PAYLOAD = LAYOUT.offsets.length

/**
 * Steps the cursor over the header, onto a PPP frame; what lies behind its length is padding. A length beyond the window
 * changes nothing.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `BadVersion`.
 */
export function enter(cursor: Cursor): number {
  const { view, position: at } = cursor
  if (cursor.end - at < LENGTH) return cursor.failShort(LENGTH)
  if (version(view, at) !== VERSION || type(view, at) !== TYPE) return cursor.fail(Fault.BadVersion)
  cursor.claim(LENGTH)
  cursor.limit(length(view, at))
  return at
}

/** Version, 0 to 15 (RFC 2516 §4). */
export function version(view: DataView, at: number): number {
  return view.getUint8(at + VERSION_TYPE) >>> 4
}

/** Type, 0 to 15 (RFC 2516 §4). */
export function type(view: DataView, at: number): number {
  return view.getUint8(at + VERSION_TYPE) & 0xf
}

/** Code, 8 bits: {@link CODE_SESSION} in front of a PPP frame (RFC 2516 §6). */
export function code(view: DataView, at: number): number {
  return view.getUint8(at + CODE)
}

/** Session id, 16 bits (RFC 2516 §4). */
export function sessionId(view: DataView, at: number): number {
  return view.getUint16(at + SESSION)
}

/** Bytes behind this header, 16 bits (RFC 2516 §4). */
export function length(view: DataView, at: number): number {
  return view.getUint16(at + PAYLOAD)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    version: version(view, at),
    type: type(view, at),
    code: code(view, at),
    sessionId: sessionId(view, at),
    length: length(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('pppoe.version', header.version, 4)
  checkUint('pppoe.type', header.type, 4)
  checkUint('pppoe.code', header.code, 8)
  checkUint('pppoe.sessionId', header.sessionId, 16)
  checkUint('pppoe.length', header.length, 16)
  checkRoom('pppoe', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + VERSION_TYPE, (header.version << 4) | header.type)
  view.setUint8(at + CODE, header.code)
  view.setUint16(at + SESSION, header.sessionId)
  view.setUint16(at + PAYLOAD, header.length)
}

/** A session header in front of `length` bytes. */
export function header(sessionId: number, length: number): Header {
  return { version: VERSION, type: TYPE, code: CODE_SESSION, sessionId, length }
}
