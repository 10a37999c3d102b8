/**
 * What Linux's NFLOG target hands to captures (LINKTYPE_NFLOG, 239; https://www.tcpdump.org/linktypes.html): four bytes, then
 * attributes, one of which is the packet. Attributes are in the byte order of the machine that captured, which the record does
 * not say; types are small numbers, so the order in which the type is small is the right one.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'
import { EtherType } from './ethernet.ts'

/** An NFLOG header as a plain object. */
export interface Header {
  /** Address family of the rule that logged: {@link FAMILY_IPV4}, {@link FAMILY_IPV6} or another. */
  family: number
  /** 0 so far. */
  version: number
  /** NFLOG group, 16 bits. */
  resourceId: number
}

/** Wire order of the part in front of the attributes. */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  family: field.u8,
  version: field.u8,
  resourceId: field.u16,
})
/** Bytes of that part. */
export const LENGTH = LAYOUT.span
/** Bytes in front of an attribute's value: its length, these four included, and its type. */
export const LENGTH_ATTRIBUTE = 4
/** Linux's address families. */
export const FAMILY_IPV4 = 2
/** Address family of IPv6 on Linux. */
export const FAMILY_IPV6 = 10

/** Attributes that are read (Linux include/uapi/linux/netfilter/nfnetlink_log.h). */
export const Attribute = {
  /** Protocol of the packet, and where netfilter saw it. */
  PacketHeader: 1,
  /** The packet. */
  Payload: 9,
} as const

/** Most attributes that are followed in one record; there are two dozen kinds. */
const MOST_ATTRIBUTES = 64

const FAMILY = LAYOUT.offsets.family
const VERSION = LAYOUT.offsets.version
const RESOURCE = LAYOUT.offsets.resourceId

/**
 * Steps the cursor over the header, onto the first attribute; see {@link seek}.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/**
 * Steps the cursor from the first attribute onto the packet in the attribute that holds it, and narrows the window to it.
 * @param family - Of the header.
 * @returns EtherType of the packet, 0 when nothing says it; `NONE` with `cursor.fault` set when there is no packet: `Truncated` or
 * `NotCaptured`.
 */
export function seek(cursor: Cursor, family: number): number {
  const { view } = cursor
  let etherType: number = family === FAMILY_IPV4 ? EtherType.IPv4 : family === FAMILY_IPV6 ? EtherType.IPv6 : 0
  for (let count = 0; count < MOST_ATTRIBUTES; count++) {
    const at = cursor.position
    if (cursor.end - at < LENGTH_ATTRIBUTE) return cursor.failShort(LENGTH_ATTRIBUTE)
    const isLittle = isLittleEndian(view, at)
    const length = view.getUint16(at, isLittle)
    const type = view.getUint16(at + 2, isLittle)
    if (length < LENGTH_ATTRIBUTE) return cursor.failShort(cursor.wireEnd - at + 1)
    if (type === Attribute.Payload) {
      cursor.claim(LENGTH_ATTRIBUTE)
      cursor.limit(length - LENGTH_ATTRIBUTE)
      return etherType
    }
    // Hardware protocol first, in network order; a bridge's rule has no family that says it.
    if (type === Attribute.PacketHeader && etherType === 0 && length >= 6 && cursor.end - at >= 6) {
      etherType = view.getUint16(at + LENGTH_ATTRIBUTE)
    }
    const padded = (length + 3) & ~3
    if (cursor.end - at < padded) return cursor.failShort(padded)
    cursor.claim(padded)
  }
  return cursor.failShort(cursor.wireEnd - cursor.position + 1)
}

/** Whether an attribute's length and type lie least significant byte first: types are small numbers. */
export function isLittleEndian(view: DataView, at: number): boolean {
  return view.getUint8(at + 3) === 0
}

/** Address family, 8 bits. */
export function family(view: DataView, at: number): number {
  return view.getUint8(at + FAMILY)
}

/** Version, 8 bits. */
export function version(view: DataView, at: number): number {
  return view.getUint8(at + VERSION)
}

/** NFLOG group, 16 bits. */
export function resourceId(view: DataView, at: number): number {
  return view.getUint16(at + RESOURCE)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return { family: family(view, at), version: version(view, at), resourceId: resourceId(view, at) }
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('nflog.family', header.family, 8)
  checkUint('nflog.version', header.version, 8)
  checkUint('nflog.resourceId', header.resourceId, 16)
  checkRoom('nflog', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + FAMILY, header.family)
  view.setUint8(at + VERSION, header.version)
  view.setUint16(at + RESOURCE, header.resourceId)
}
