/**
 * Cisco HDLC (LINKTYPE_C_HDLC, 104; also among the frames of LINKTYPE_PPP_HDLC, 50): address, control and an EtherType, as
 * RFC 1547 §4.3.1 describes it.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A Cisco HDLC header as a plain object. */
export interface Header {
  /** {@link ADDRESS_UNICAST} or {@link ADDRESS_BROADCAST}, 8 bits. */
  address: number
  /** 8 bits, zero. */
  control: number
  /** EtherType of what follows; 0x8035 for keep-alives. */
  etherType: number
}

/** Wire order, declared once (RFC 1547 §4.3.1). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  address: field.u8,
  control: field.u8,
  etherType: field.u16,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** Address of a unicast frame. */
export const ADDRESS_UNICAST = 0x0f
/** Address of a broadcast frame. */
export const ADDRESS_BROADCAST = 0x8f

const ADDRESS = LAYOUT.offsets.address
const CONTROL = LAYOUT.offsets.control
const ETHER_TYPE = LAYOUT.offsets.etherType

/**
 * Steps the cursor over the header, onto what {@link etherType} names.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Whether the bytes at the cursor begin with an address and control byte of Cisco HDLC, which PPP never does. */
export function begins({ view, position, end }: Cursor): boolean {
  if (end - position < ETHER_TYPE) return false
  const first = view.getUint8(position + ADDRESS)
  return (first === ADDRESS_UNICAST || first === ADDRESS_BROADCAST) && view.getUint8(position + CONTROL) === 0
}

/** Address, 8 bits. */
export function address(view: DataView, at: number): number {
  return view.getUint8(at + ADDRESS)
}

/** Control, 8 bits. */
export function control(view: DataView, at: number): number {
  return view.getUint8(at + CONTROL)
}

/** EtherType of what follows. */
export function etherType(view: DataView, at: number): number {
  return view.getUint16(at + ETHER_TYPE)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return { address: address(view, at), control: control(view, at), etherType: etherType(view, at) }
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when a field does not fit its bits or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('ciscoHdlc.address', header.address, 8)
  checkUint('ciscoHdlc.control', header.control, 8)
  checkUint('ciscoHdlc.etherType', header.etherType, 16)
  checkRoom('ciscoHdlc', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + ADDRESS, header.address)
  view.setUint8(at + CONTROL, header.control)
  view.setUint16(at + ETHER_TYPE, header.etherType)
}
