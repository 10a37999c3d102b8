/**
 * ERSPAN type II (draft-foschiano-erspan-03 §4.1): eight bytes between GRE (protocol {@link PROTOCOL}, with a sequence number)
 * and the mirrored frame. Type I has the same GRE protocol without a sequence number, and no header at all.
 */
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'
import { classOfService, sessionId, truncated, version, vlan } from './erspan.ts'

/** An ERSPAN type II header as a plain object. */
export interface Header {
  /** {@link VERSION}. */
  version: number
  /** VLAN of the mirrored frame, 0 to 4 095. */
  vlan: number
  /** Class of service of the mirrored frame, 0 to 7. */
  classOfService: number
  /** What became of the frame's VLAN tag, 0 to 3. */
  encapsulation: number
  /** 1 when the frame was cut to fit. */
  truncated: number
  /** Mirror session, 0 to 1 023. */
  sessionId: number
  /** 12 bits, zero on transmit. */
  reserved: number
  /** Port and direction that were mirrored, 20 bits of the platform's own. */
  index: number
}

/** Wire order, declared once (draft-foschiano-erspan-03 §4.1). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  version: field.bits(4),
  vlan: field.bits(12),
  classOfService: field.bits(3),
  encapsulation: field.bits(2),
  truncated: field.bits(1),
  sessionId: field.bits(10),
  reserved: field.bits(12),
  index: field.bits(20),
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** `version` of type II. */
export const VERSION = 1
/** Protocol in the GRE header of types I and II (draft-foschiano-erspan-03 §4). */
export const PROTOCOL = 0x88be

export { classOfService, sessionId, truncated, version, vlan }

const FIRST = LAYOUT.offsets.version
const SECOND = LAYOUT.offsets.classOfService
const LAST = LAYOUT.offsets.index

/**
 * Steps the cursor over the header, onto an Ethernet frame.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `BadVersion`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  if (version(cursor.view, cursor.position) !== VERSION) return cursor.fail(Fault.BadVersion)
  return cursor.claim(LENGTH)
}

/** What became of the frame's VLAN tag, 0 to 3. */
export function encapsulation(view: DataView, at: number): number {
  return (view.getUint16(at + SECOND) >>> 11) & 3
}

/** Twelve reserved bits. */
export function reserved(view: DataView, at: number): number {
  return view.getUint32(at + LAST) >>> 20
}

/** Port and direction that were mirrored, 20 bits of the platform's own. */
export function index(view: DataView, at: number): number {
  return view.getUint32(at + LAST) & 0xf_ffff
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    version: version(view, at),
    vlan: vlan(view, at),
    classOfService: classOfService(view, at),
    encapsulation: encapsulation(view, at),
    truncated: truncated(view, at),
    sessionId: sessionId(view, at),
    reserved: reserved(view, at),
    index: index(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('erspan.version', header.version, 4)
  checkUint('erspan.vlan', header.vlan, 12)
  checkUint('erspan.classOfService', header.classOfService, 3)
  checkUint('erspan.encapsulation', header.encapsulation, 2)
  checkUint('erspan.truncated', header.truncated, 1)
  checkUint('erspan.sessionId', header.sessionId, 10)
  checkUint('erspan.reserved', header.reserved, 12)
  checkUint('erspan.index', header.index, 20)
  checkRoom('erspan', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  const { classOfService: service, encapsulation: tag, truncated: cut, sessionId: session } = header
  view.setUint16(at + FIRST, (header.version << 12) | header.vlan)
  view.setUint16(at + SECOND, (service << 13) | (tag << 11) | (cut << 10) | session)
  view.setInt32(at + LAST, (header.reserved << 20) | header.index)
}

/** A header for a mirror session, nothing else said. */
export function header(sessionId: number): Header {
  return {
    version: VERSION,
    vlan: 0,
    classOfService: 0,
    encapsulation: 0,
    truncated: 0,
    sessionId,
    reserved: 0,
    index: 0,
  }
}
