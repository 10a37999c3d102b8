/** E-TAG of bridge port extension (IEEE 802.1BR-2012 §7.5, type 0x893f): six bytes and the type of what follows. */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** An E-TAG, without the identifier in front of it, as a plain object. */
export interface Header {
  /** Priority code point, 0 to 7. */
  priority: number
  /** Drop eligible indicator, 0 or 1. */
  dropEligible: number
  /** Lower 12 bits of the port that the frame came in by. */
  ingressBase: number
  /** Two bits, zero on transmit. */
  reserved: number
  /** Group bits, 0 to 3: 0 for a single port. */
  group: number
  /** Lower 12 bits of the port, or group of ports, that the frame goes to. */
  base: number
  /** Upper 8 bits of the ingress port. */
  ingressExtension: number
  /** Upper 8 bits of the port that the frame goes to. */
  extension: number
  /** Type of what follows the tag; may be a VLAN tag. */
  etherType: number
}

/** Wire order, declared once (IEEE 802.1BR-2012 §7.5). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  priority: field.bits(3),
  dropEligible: field.bits(1),
  ingressBase: field.bits(12),
  reserved: field.bits(2),
  group: field.bits(2),
  base: field.bits(12),
  ingressExtension: field.u8,
  extension: field.u8,
  etherType: field.u16,
})
/** Bytes that the tag adds to a frame, the next type included. */
export const LENGTH = LAYOUT.span

const FIRST = LAYOUT.offsets.priority
const INGRESS_EXTENSION = LAYOUT.offsets.ingressExtension
const EXTENSION = LAYOUT.offsets.extension
const ETHER_TYPE = LAYOUT.offsets.etherType

/**
 * Steps the cursor over the tag, onto whatever {@link etherType} names.
 * @returns Tag offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Priority code point, 0 to 7. */
export function priority(view: DataView, at: number): number {
  return view.getUint32(at + FIRST) >>> 29
}

/** Drop eligible indicator, 0 or 1. */
export function dropEligible(view: DataView, at: number): number {
  return (view.getUint32(at + FIRST) >>> 28) & 1
}

/** Lower 12 bits of the port that the frame came in by. */
export function ingressBase(view: DataView, at: number): number {
  return (view.getUint32(at + FIRST) >>> 16) & 0xfff
}

/** Two reserved bits. */
export function reserved(view: DataView, at: number): number {
  return (view.getUint32(at + FIRST) >>> 14) & 3
}

/** Group bits, 0 to 3. */
export function group(view: DataView, at: number): number {
  return (view.getUint32(at + FIRST) >>> 12) & 3
}

/** Lower 12 bits of the port that the frame goes to. */
export function base(view: DataView, at: number): number {
  return view.getUint32(at + FIRST) & 0xfff
}

/** Upper 8 bits of the ingress port. */
export function ingressExtension(view: DataView, at: number): number {
  return view.getUint8(at + INGRESS_EXTENSION)
}

/** Upper 8 bits of the port that the frame goes to. */
export function extension(view: DataView, at: number): number {
  return view.getUint8(at + EXTENSION)
}

/** Type of what follows the tag, 16 bits. */
export function etherType(view: DataView, at: number): number {
  return view.getUint16(at + ETHER_TYPE)
}

/** Copies the tag out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    priority: priority(view, at),
    dropEligible: dropEligible(view, at),
    ingressBase: ingressBase(view, at),
    reserved: reserved(view, at),
    group: group(view, at),
    base: base(view, at),
    ingressExtension: ingressExtension(view, at),
    extension: extension(view, at),
    etherType: etherType(view, at),
  }
}

/**
 * Writes the tag and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the tag does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('etag.priority', header.priority, 3)
  checkUint('etag.dropEligible', header.dropEligible, 1)
  checkUint('etag.ingressBase', header.ingressBase, 12)
  checkUint('etag.reserved', header.reserved, 2)
  checkUint('etag.group', header.group, 2)
  checkUint('etag.base', header.base, 12)
  checkUint('etag.ingressExtension', header.ingressExtension, 8)
  checkUint('etag.extension', header.extension, 8)
  checkUint('etag.etherType', header.etherType, 16)
  checkRoom('etag', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  const upper = (header.priority << 29) | (header.dropEligible << 28) | (header.ingressBase << 16)
  view.setInt32(at + FIRST, upper | (header.reserved << 14) | (header.group << 12) | header.base)
  view.setUint8(at + INGRESS_EXTENSION, header.ingressExtension)
  view.setUint8(at + EXTENSION, header.extension)
  view.setUint16(at + ETHER_TYPE, header.etherType)
}

/** A tag for one port, in front of `etherType`. */
export function header(base: number, etherType: number): Header {
  return {
    priority: 0,
    dropEligible: 0,
    ingressBase: 0,
    reserved: 0,
    group: 0,
    base,
    ingressExtension: 0,
    extension: 0,
    etherType,
  }
}
