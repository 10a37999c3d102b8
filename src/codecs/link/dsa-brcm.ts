/**
 * Broadcom's switch tag: four bytes between the source address and the type (LINKTYPE_DSA_TAG_BRCM, 281), or in front of the
 * whole frame (LINKTYPE_DSA_TAG_BRCM_PREPEND, 282). What its bits mean depends on the operation (Linux net/dsa/tag_brcm.c).
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A Broadcom tag as a plain object. */
export interface Header {
  /** Operation, 0 to 7. */
  opcode: number
  /** Traffic class, 0 to 7, where the processor sends. */
  trafficClass: number
  /** Two bits of the operation's own. */
  enforcement: number
  /** Why the frame goes to the processor, or part of the map of target ports; 8 bits. */
  reason: number
  /** The rest of the map of target ports, or the source port; 16 bits. */
  port: number
}

/** Wire order, declared once. */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  opcode: field.bits(3),
  trafficClass: field.bits(3),
  enforcement: field.bits(2),
  reason: field.u8,
  port: field.u16,
})
/** Bytes of the tag. */
export const LENGTH = LAYOUT.span

const FIRST = LAYOUT.offsets.opcode
const REASON = LAYOUT.offsets.reason
const PORT = LAYOUT.offsets.port

/**
 * Steps the cursor over the tag.
 * @returns Tag offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Operation, 0 to 7. */
export function opcode(view: DataView, at: number): number {
  return view.getUint8(at + FIRST) >>> 5
}

/** Traffic class, 0 to 7. */
export function trafficClass(view: DataView, at: number): number {
  return (view.getUint8(at + FIRST) >>> 2) & 7
}

/** Two bits of the operation's own. */
export function enforcement(view: DataView, at: number): number {
  return view.getUint8(at + FIRST) & 3
}

/** Why the frame goes to the processor, or part of the map of target ports; 8 bits. */
export function reason(view: DataView, at: number): number {
  return view.getUint8(at + REASON)
}

/** The rest of the map of target ports, or the source port; 16 bits. */
export function port(view: DataView, at: number): number {
  return view.getUint16(at + PORT)
}

/** Copies the tag out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    opcode: opcode(view, at),
    trafficClass: trafficClass(view, at),
    enforcement: enforcement(view, at),
    reason: reason(view, at),
    port: port(view, at),
  }
}

/**
 * Writes the tag and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the tag does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('dsaBrcm.opcode', header.opcode, 3)
  checkUint('dsaBrcm.trafficClass', header.trafficClass, 3)
  checkUint('dsaBrcm.enforcement', header.enforcement, 2)
  checkUint('dsaBrcm.reason', header.reason, 8)
  checkUint('dsaBrcm.port', header.port, 16)
  checkRoom('dsaBrcm', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + FIRST, (header.opcode << 5) | (header.trafficClass << 2) | header.enforcement)
  view.setUint8(at + REASON, header.reason)
  view.setUint16(at + PORT, header.port)
}
