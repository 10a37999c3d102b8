/**
 * VN-Tag of Cisco's fabric extenders and virtual interfaces (type 0x8926; the proposal of 802.1Qbh): four bytes and the type
 * of what follows.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A VN-Tag, without the identifier in front of it, as a plain object. */
export interface Header {
  /** 1 from the bridge to an interface, 0 the other way. */
  direction: number
  /** 1 when the destination is a list of interfaces. */
  pointer: number
  /** Interface, or list of interfaces, that the frame goes to; 14 bits. */
  destination: number
  /** 1 when the frame came from an interface of the same extender. */
  looped: number
  /** One bit, zero on transmit. */
  reserved: number
  /** Version, 0 to 3. */
  version: number
  /** Interface that the frame comes from, 12 bits. */
  source: number
  /** Type of what follows the tag; may be a VLAN tag. */
  etherType: number
}

/** Wire order, declared once. */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  direction: field.bits(1),
  pointer: field.bits(1),
  destination: field.bits(14),
  looped: field.bits(1),
  reserved: field.bits(1),
  version: field.bits(2),
  source: field.bits(12),
  etherType: field.u16,
})
/** Bytes that the tag adds to a frame, the next type included. */
export const LENGTH = LAYOUT.span

const WORD = LAYOUT.offsets.direction
const ETHER_TYPE = LAYOUT.offsets.etherType

/**
 * Steps the cursor over the tag, onto whatever {@link etherType} names.
 * @returns Tag offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** 1 from the bridge to an interface, 0 the other way. */
export function direction(view: DataView, at: number): number {
  return view.getUint32(at + WORD) >>> 31
}

/** 1 when the destination is a list of interfaces. */
export function pointer(view: DataView, at: number): number {
  return (view.getUint32(at + WORD) >>> 30) & 1
}

/** Interface, or list of interfaces, that the frame goes to; 14 bits. */
export function destination(view: DataView, at: number): number {
  return (view.getUint32(at + WORD) >>> 16) & 0x3fff
}

/** 1 when the frame came from an interface of the same extender. */
export function looped(view: DataView, at: number): number {
  return (view.getUint32(at + WORD) >>> 15) & 1
}

/** One reserved bit. */
export function reserved(view: DataView, at: number): number {
  return (view.getUint32(at + WORD) >>> 14) & 1
}

/** Version, 0 to 3. */
export function version(view: DataView, at: number): number {
  return (view.getUint32(at + WORD) >>> 12) & 3
}

/** Interface that the frame comes from, 12 bits. */
export function source(view: DataView, at: number): number {
  return view.getUint32(at + WORD) & 0xfff
}

/** Type of what follows the tag, 16 bits. */
export function etherType(view: DataView, at: number): number {
  return view.getUint16(at + ETHER_TYPE)
}

/** Copies the tag out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    direction: direction(view, at),
    pointer: pointer(view, at),
    destination: destination(view, at),
    looped: looped(view, at),
    reserved: reserved(view, at),
    version: version(view, at),
    source: source(view, at),
    etherType: etherType(view, at),
  }
}

/**
 * Writes the tag and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the tag does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('vntag.direction', header.direction, 1)
  checkUint('vntag.pointer', header.pointer, 1)
  checkUint('vntag.destination', header.destination, 14)
  checkUint('vntag.looped', header.looped, 1)
  checkUint('vntag.reserved', header.reserved, 1)
  checkUint('vntag.version', header.version, 2)
  checkUint('vntag.source', header.source, 12)
  checkUint('vntag.etherType', header.etherType, 16)
  checkRoom('vntag', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  const upper = (header.direction << 31) | (header.pointer << 30) | (header.destination << 16)
  const lower = (header.looped << 15) | (header.reserved << 14) | (header.version << 12) | header.source
  view.setInt32(at + WORD, upper | lower)
  view.setUint16(at + ETHER_TYPE, header.etherType)
}

/** A tag between two interfaces, in front of `etherType`. */
export function header(destination: number, source: number, etherType: number): Header {
  return { direction: 0, pointer: 0, destination, looped: 0, reserved: 0, version: 0, source, etherType }
}
