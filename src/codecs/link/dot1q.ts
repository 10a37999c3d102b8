/**
 * VLAN tags: the four bytes after a tag protocol identifier, that is the tag control information and the type of what
 * follows (IEEE 802.1Q-2018 §9.6). C-TAG and S-TAG (802.1ad) have the same shape and stack: `etherType` may name another tag.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'
import { EtherType } from './ethernet.ts'

/** A VLAN tag, without the identifier in front of it, as a plain object. */
export interface Header {
  /** Priority code point, 0 to 7 (IEEE 802.1Q-2018 §6.9.3). */
  priority: number
  /** Drop eligible indicator, 0 or 1 (IEEE 802.1Q-2018 §9.6; the canonical format indicator before 2011). */
  dropEligible: number
  /** VLAN identifier, 0 to 4 095 (IEEE 802.1Q-2018 §9.6). */
  vlanId: number
  /** Type of what follows the tag; may be another tag, or an 802.3 length below 0x0600. */
  etherType: number
}

/** Wire order, declared once (IEEE 802.1Q-2018 §9.6). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  priority: field.bits(3),
  dropEligible: field.bits(1),
  vlanId: field.bits(12),
  etherType: field.u16,
})
/** Bytes that a tag adds to a frame: tag control information and the next type. */
export const LENGTH = LAYOUT.span
/** `vlanId` of a tag that carries a priority alone (IEEE 802.1Q-2018 Table 9-2). */
export const VLAN_PRIORITY_ONLY = 0
/** `vlanId` that a port without configuration uses (IEEE 802.1Q-2018 Table 9-2). */
export const VLAN_DEFAULT = 1
/** `vlanId` that must not be on the wire (IEEE 802.1Q-2018 Table 9-2). */
export const VLAN_RESERVED = 0xfff

const CONTROL = LAYOUT.offsets.vlanId
const ETHER_TYPE = LAYOUT.offsets.etherType

/**
 * Steps the cursor over the tag, onto whatever {@link etherType} names. The type in front must have been {@link isTag}.
 * @returns Tag offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  const next = at + LENGTH
  if (next > cursor.end) return cursor.failShort(LENGTH)
  cursor.position = next
  return at
}

/** Priority code point, 0 to 7 (IEEE 802.1Q-2018 §6.9.3). */
export function priority(view: DataView, at: number): number {
  return view.getUint8(at + CONTROL) >>> 5
}

/** Drop eligible indicator, 0 or 1 (IEEE 802.1Q-2018 §9.6). */
export function dropEligible(view: DataView, at: number): number {
  return (view.getUint8(at + CONTROL) >>> 4) & 1
}

/** VLAN identifier, 0 to 4 095 (IEEE 802.1Q-2018 §9.6). */
export function vlanId(view: DataView, at: number): number {
  return view.getUint16(at + CONTROL) & 0xfff
}

/** Type of what follows the tag, 16 bits. */
export function etherType(view: DataView, at: number): number {
  return view.getUint16(at + ETHER_TYPE)
}

/** Whether a type announces a tag: C-TAG, S-TAG (IEEE 802.1Q-2018 Table 9-1) or one of the older outer tags. */
export function isTag(etherType: number): boolean {
  return (
    etherType === EtherType.Vlan ||
    etherType === EtherType.ServiceVlan ||
    etherType === EtherType.LegacyVlan9100 ||
    etherType === EtherType.LegacyVlan9200 ||
    etherType === EtherType.LegacyVlan9300
  )
}

/** Copies the tag out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    priority: priority(view, at),
    dropEligible: dropEligible(view, at),
    vlanId: vlanId(view, at),
    etherType: etherType(view, at),
  }
}

/**
 * Writes the tag and steps the cursor over it; the identifier in front is the type field of the header before.
 * @throws RangeError when a value does not fit its field or the tag does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('dot1q.priority', header.priority, 3)
  checkUint('dot1q.dropEligible', header.dropEligible, 1)
  checkUint('dot1q.vlanId', header.vlanId, 12)
  checkUint('dot1q.etherType', header.etherType, 16)
  checkRoom('dot1q', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint16(at + CONTROL, (header.priority << 13) | (header.dropEligible << 12) | header.vlanId)
  view.setUint16(at + ETHER_TYPE, header.etherType)
}

/** A tag for `vlanId` in front of `etherType`, with priority 0. */
export function header(vlanId: number, etherType: number): Header {
  return { priority: 0, dropEligible: 0, vlanId, etherType }
}
