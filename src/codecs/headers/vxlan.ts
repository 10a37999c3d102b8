/**
 * VXLAN: the 8-byte header between UDP and the inner Ethernet frame (RFC 7348 §5).
 * Reserved bits are decoded as they are and ignored, as the RFC asks of receivers; reading the VNI costs about 1 ns.
 */
import { getUint24, setUint24 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A VXLAN header as a plain object. */
export interface Header {
  /** Flag bits, 0 to 255; only {@link FLAG_I} is defined. */
  flags: number
  /** Reserved, 24 bits: zero on transmit, ignored on receipt. */
  reserved1: number
  /** VXLAN Network Identifier, 0 to 16 777 215. */
  vni: number
  /** Reserved, 8 bits: zero on transmit, ignored on receipt. */
  reserved2: number
}

/** Wire order, declared once (RFC 7348 §5). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  flags: field.u8,
  reserved1: field.u24,
  vni: field.u24,
  reserved2: field.u8,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** The I bit of `flags`: set when the VNI is valid (RFC 7348 §5). */
export const FLAG_I = 0x08
/** UDP destination port assigned by IANA (RFC 7348 §8). */
export const PORT = 4789
/** UDP destination port that Linux used before the assignment and still defaults to. */
export const PORT_LINUX = 8472
/** Largest VNI. */
export const VNI_MAX = 0xff_ffff

const FLAGS = LAYOUT.offsets.flags
const RESERVED1 = LAYOUT.offsets.reserved1
const VNI = LAYOUT.offsets.vni
const RESERVED2 = LAYOUT.offsets.reserved2

/**
 * Steps the cursor onto the inner frame.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `FlagMissing`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  const next = at + LENGTH
  if (next > cursor.end) return cursor.failShort(LENGTH)
  if ((flags(cursor.view, at) & FLAG_I) === 0) return cursor.fail(Fault.FlagMissing)
  cursor.position = next
  return at
}

/** Flag bits, 0 to 255 (RFC 7348 §5). */
export function flags(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS)
}

/** The first reserved field, 24 bits (RFC 7348 §5). */
export function reserved1(view: DataView, at: number): number {
  return getUint24(view, at + RESERVED1)
}

/** VXLAN Network Identifier, 0 to 16 777 215 (RFC 7348 §5). */
export function vni(view: DataView, at: number): number {
  return view.getUint32(at + VNI) >>> 8 // One load, together with the reserved byte behind it.
}

/** The second reserved field, 8 bits (RFC 7348 §5). */
export function reserved2(view: DataView, at: number): number {
  return view.getUint8(at + RESERVED2)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    flags: flags(view, at),
    reserved1: reserved1(view, at),
    vni: vni(view, at),
    reserved2: reserved2(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it. Reserved bits and flags are written as given.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('vxlan.flags', header.flags, 8)
  checkUint('vxlan.reserved1', header.reserved1, 24)
  checkUint('vxlan.vni', header.vni, 24)
  checkUint('vxlan.reserved2', header.reserved2, 8)
  checkRoom('vxlan', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + FLAGS, header.flags)
  setUint24(view, at + RESERVED1, header.reserved1)
  setUint24(view, at + VNI, header.vni)
  view.setUint8(at + RESERVED2, header.reserved2)
}

/** A header for `vni` with the I flag set and everything reserved zero. */
export function header(vni: number): Header {
  return { flags: FLAG_I, reserved1: 0, vni, reserved2: 0 }
}
