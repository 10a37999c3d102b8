/**
 * The backbone service instance tag of provider backbone bridging, "MAC in MAC" (IEEE 802.1Q-2018 §9.7, formerly 802.1ah):
 * four bytes between the type 0x88e7 and the customer's whole Ethernet frame. The B-TAG in front is an ordinary S-TAG.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** An I-TAG, without the identifier in front of it, as a plain object. */
export interface Header {
  /** Priority code point, 0 to 7. */
  priority: number
  /** Drop eligible indicator, 0 or 1. */
  dropEligible: number
  /** UCA: 1 when the customer addresses are used (IEEE 802.1Q-2018 §9.7). */
  useCustomerAddresses: number
  /** Three bits; the upper one is ignored, the others must be 0 (IEEE 802.1Q-2018 §9.7). */
  reserved: number
  /** Service instance, 24 bits. */
  serviceId: number
}

/** Wire order, declared once (IEEE 802.1Q-2018 §9.7). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  priority: field.bits(3),
  dropEligible: field.bits(1),
  useCustomerAddresses: field.bits(1),
  reserved: field.bits(3),
  serviceId: field.u24,
})
/** Bytes of the tag, customer addresses not counted. */
export const LENGTH = LAYOUT.span

const FLAGS = LAYOUT.offsets.priority
const SERVICE = LAYOUT.offsets.serviceId

/**
 * Steps the cursor over the tag, onto the customer's Ethernet frame.
 * @returns Tag offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Priority code point, 0 to 7. */
export function priority(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS) >>> 5
}

/** Drop eligible indicator, 0 or 1. */
export function dropEligible(view: DataView, at: number): number {
  return (view.getUint8(at + FLAGS) >>> 4) & 1
}

/** 1 when the customer addresses are used. */
export function useCustomerAddresses(view: DataView, at: number): number {
  return (view.getUint8(at + FLAGS) >>> 3) & 1
}

/** Three reserved bits. */
export function reserved(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS) & 7
}

/** Service instance, 24 bits. */
export function serviceId(view: DataView, at: number): number {
  return view.getUint32(at + FLAGS) & 0xff_ffff
}

/** Copies the tag out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    priority: priority(view, at),
    dropEligible: dropEligible(view, at),
    useCustomerAddresses: useCustomerAddresses(view, at),
    reserved: reserved(view, at),
    serviceId: serviceId(view, at),
  }
}

/**
 * Writes the tag and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the tag does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('itag.priority', header.priority, 3)
  checkUint('itag.dropEligible', header.dropEligible, 1)
  checkUint('itag.useCustomerAddresses', header.useCustomerAddresses, 1)
  checkUint('itag.reserved', header.reserved, 3)
  checkUint('itag.serviceId', header.serviceId, 24)
  checkRoom('itag', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  const { priority: first, dropEligible: drop, useCustomerAddresses: used, reserved: rest, serviceId: id } = header
  view.setUint8(at + FLAGS, (first << 5) | (drop << 4) | (used << 3) | rest)
  view.setUint8(at + SERVICE, id >>> 16)
  view.setUint16(at + SERVICE + 1, id & 0xffff)
}

/** A tag for a service instance, with priority 0. */
export function header(serviceId: number): Header {
  return { priority: 0, dropEligible: 0, useCustomerAddresses: 0, reserved: 0, serviceId }
}
