/**
 * MPLS label stack entries (RFC 3032 §2.1, RFC 5462): four bytes each, the last one marked. What follows the stack no field
 * says: see mpls-payload.ts.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** One label stack entry as a plain object. */
export interface Header {
  /** Label, 0 to 1 048 575; see {@link Label} for the special ones (RFC 3032 §2.1). */
  label: number
  /** Traffic class, 0 to 7 (RFC 5462 §2; formerly "experimental"). */
  trafficClass: number
  /** 1 in the last entry of the stack, else 0 (RFC 3032 §2.1). */
  bottomOfStack: number
  /** Time to live, 0 to 255 (RFC 3032 §2.4). */
  timeToLive: number
}

/** Wire order, declared once (RFC 3032 §2.1). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  label: field.bits(20),
  trafficClass: field.bits(3),
  bottomOfStack: field.bits(1),
  timeToLive: field.bits(8),
})
/** Bytes of one entry. */
export const LENGTH = LAYOUT.span

/** Labels with a meaning of their own (IANA Special-Purpose MPLS Label Values). */
export const Label = {
  /** RFC 3032: an IPv4 packet follows. */
  Ipv4ExplicitNull: 0,
  /** RFC 3032: every router looks at the packet. */
  RouterAlert: 1,
  /** RFC 3032: an IPv6 packet follows. */
  Ipv6ExplicitNull: 2,
  /** RFC 3032: pops the stack at the hop before; never on the wire. */
  ImplicitNull: 3,
  /** RFC 6790: the next label is entropy for equal-cost paths. */
  EntropyIndicator: 7,
  /** RFC 5586: an associated channel, no data. */
  GenericAssociatedChannel: 13,
} as const

const WORD = LAYOUT.offsets.label

/**
 * Steps the cursor over one entry.
 * @returns Offset of the entry, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Label, 20 bits (RFC 3032 §2.1). */
export function label(view: DataView, at: number): number {
  return view.getUint32(at + WORD) >>> 12
}

/** Traffic class, 0 to 7 (RFC 5462 §2). */
export function trafficClass(view: DataView, at: number): number {
  return (view.getUint32(at + WORD) >>> 9) & 7
}

/** 1 in the last entry of the stack, else 0 (RFC 3032 §2.1). */
export function bottomOfStack(view: DataView, at: number): number {
  return (view.getUint32(at + WORD) >>> 8) & 1
}

/** Time to live, 0 to 255 (RFC 3032 §2.4). */
export function timeToLive(view: DataView, at: number): number {
  return view.getUint32(at + WORD) & 0xff
}

/** Copies the entry out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    label: label(view, at),
    trafficClass: trafficClass(view, at),
    bottomOfStack: bottomOfStack(view, at),
    timeToLive: timeToLive(view, at),
  }
}

/**
 * Writes the entry and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the entry does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('mpls.label', header.label, 20)
  checkUint('mpls.trafficClass', header.trafficClass, 3)
  checkUint('mpls.bottomOfStack', header.bottomOfStack, 1)
  checkUint('mpls.timeToLive', header.timeToLive, 8)
  checkRoom('mpls', cursor, LENGTH)
  const word = (header.label << 12) | (header.trafficClass << 9) | (header.bottomOfStack << 8) | header.timeToLive
  cursor.view.setInt32(cursor.claim(LENGTH) + WORD, word)
}

/** The last entry of a stack, with a time to live of 64. */
export function header(label: number): Header {
  return { label, trafficClass: 0, bottomOfStack: 1, timeToLive: 64 }
}
