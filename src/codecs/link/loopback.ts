/**
 * BSD loopback: four bytes that name an address family, in the byte order of the machine that captured (LINKTYPE_NULL, 0)
 * or in network order (LINKTYPE_LOOP, 108; https://www.tcpdump.org/linktypes.html). The file does not say which order it
 * is; families are small numbers, so the order in which the number is small is the right one.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'
import { EtherType } from './ethernet.ts'

/** A loopback header as a plain object. */
export interface Header {
  /** Address family, unsigned 32 bits; see {@link FAMILY_IPV4} and {@link isIpv6}. */
  family: number
  /** Whether the number lies on the wire least significant byte first. Always false for LINKTYPE_LOOP. */
  littleEndian: boolean
}

/** The four bytes as one big-endian word, whatever order the family is in. */
export const LAYOUT = /* @__PURE__ */ layout<'word'>({ word: field.u32 })
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** Address family of IPv4, the same on every system. */
export const FAMILY_IPV4 = 2
/** Address families of IPv6: Linux, NetBSD and OpenBSD, FreeBSD, Darwin (LINKTYPE_NULL). */
export const FAMILIES_IPV6: readonly number[] = [10, 24, 28, 30]

const WORD = LAYOUT.offsets.word

/**
 * Steps the cursor over the header, onto the packet that {@link family} names.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** The four bytes in network order, unsigned 32 bits. */
export function word(view: DataView, at: number): number {
  return view.getUint32(at + WORD)
}

/** Whether the family lies on the wire least significant byte first: it is a small number in that order alone. */
export function isLittleEndian(view: DataView, at: number): boolean {
  return view.getUint16(at + WORD) !== 0 && view.getUint16(at + WORD + 2, true) === 0
}

/** Address family, in whichever byte order makes it a small number; in network order where neither does. */
export function family(view: DataView, at: number): number {
  return view.getUint32(at + WORD, isLittleEndian(view, at))
}

/** Whether a family is IPv6 on any of the systems that write such captures. */
export function isIpv6(family: number): boolean {
  return family === 30 || family === 24 || family === 28 || family === 10
}

/** EtherType of what follows: 0x0800, 0x86dd, or 0 for a family that is neither IPv4 nor IPv6. */
export function etherType(view: DataView, at: number): number {
  const value = family(view, at)
  if (value === FAMILY_IPV4) return EtherType.IPv4
  return isIpv6(value) ? EtherType.IPv6 : 0
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return { family: family(view, at), littleEndian: isLittleEndian(view, at) }
}

/**
 * Writes the header and steps the cursor over it. A family above 65 535 is read back in network order.
 * @throws RangeError when the family does not fit 32 bits or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('loopback.family', header.family, 32)
  checkRoom('loopback', cursor, LENGTH)
  cursor.view.setUint32(cursor.claim(LENGTH) + WORD, header.family, header.littleEndian)
}
