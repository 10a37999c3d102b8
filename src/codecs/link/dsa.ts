/**
 * Marvell's distributed switch tag (LINKTYPE_DSA_TAG_DSA, 284): four bytes between the source address and the type. With a
 * type of its own and two reserved bytes in front it is the EDSA tag (LINKTYPE_DSA_TAG_EDSA, 285; see {@link EDSA}).
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A DSA tag with the type behind it as a plain object. */
export interface Header {
  /** {@link Mode}. */
  mode: number
  /** 1 when the frame had a VLAN tag, which this one stands for. */
  tagged: number
  /** Switch, 0 to 31: of the source, or of the target where the processor sends. */
  device: number
  /** Port, 0 to 31, and three bits more that depend on the mode. */
  port: number
  /** Priority, 0 to 7. */
  priority: number
  /** One bit that depends on the mode. */
  code: number
  /** VLAN id, 0 to 4 095; 0 without one. */
  vlanId: number
  /** Type of what follows, or its length. */
  etherType: number
}

/** Wire order, declared once (Marvell Link Street; Linux net/dsa/tag_dsa.c). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  mode: field.bits(2),
  tagged: field.bits(1),
  device: field.bits(5),
  port: field.u8,
  priority: field.bits(3),
  code: field.bits(1),
  vlanId: field.bits(12),
  etherType: field.u16,
})
/** Bytes that the tag adds to a frame, the next type included. */
export const LENGTH = LAYOUT.span
/** Bytes of an EDSA tag in front of the DSA tag: its type, and two reserved ones. */
export const LENGTH_EDSA = 4
/** The type that Linux gives EDSA tags; another can be configured in the switch. */
export const EDSA = 0xdada

/** Why a frame has a tag. */
export const Mode = {
  /** The switch sends it to its processor. */
  ToProcessor: 0,
  /** The processor sends it out of a port. */
  FromProcessor: 1,
  /** A copy for a mirror port. */
  Sniffer: 2,
  /** Forwarded between switches. */
  Forward: 3,
} as const

const FIRST = LAYOUT.offsets.mode
const PORT = LAYOUT.offsets.port
const LAST = LAYOUT.offsets.vlanId
const ETHER_TYPE = LAYOUT.offsets.etherType

/**
 * Steps the cursor over the tag, onto whatever {@link etherType} names.
 * @returns Tag offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Why the frame has a tag, 0 to 3: {@link Mode}. */
export function mode(view: DataView, at: number): number {
  return view.getUint8(at + FIRST) >>> 6
}

/** 1 when the frame had a VLAN tag, which this one stands for. */
export function tagged(view: DataView, at: number): number {
  return (view.getUint8(at + FIRST) >>> 5) & 1
}

/** Switch, 0 to 31. */
export function device(view: DataView, at: number): number {
  return view.getUint8(at + FIRST) & 0x1f
}

/** Port and three bits more, 8 bits. */
export function port(view: DataView, at: number): number {
  return view.getUint8(at + PORT)
}

/** Priority, 0 to 7. */
export function priority(view: DataView, at: number): number {
  return view.getUint16(at + LAST) >>> 13
}

/** One bit that depends on the mode. */
export function code(view: DataView, at: number): number {
  return (view.getUint16(at + LAST) >>> 12) & 1
}

/** VLAN id, 0 to 4 095. */
export function vlanId(view: DataView, at: number): number {
  return view.getUint16(at + LAST) & 0xfff
}

/** Type of what follows, or its length, 16 bits. */
export function etherType(view: DataView, at: number): number {
  return view.getUint16(at + ETHER_TYPE)
}

/** Copies the tag out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    mode: mode(view, at),
    tagged: tagged(view, at),
    device: device(view, at),
    port: port(view, at),
    priority: priority(view, at),
    code: code(view, at),
    vlanId: vlanId(view, at),
    etherType: etherType(view, at),
  }
}

/**
 * Writes the tag and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the tag does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('dsa.mode', header.mode, 2)
  checkUint('dsa.tagged', header.tagged, 1)
  checkUint('dsa.device', header.device, 5)
  checkUint('dsa.port', header.port, 8)
  checkUint('dsa.priority', header.priority, 3)
  checkUint('dsa.code', header.code, 1)
  checkUint('dsa.vlanId', header.vlanId, 12)
  checkUint('dsa.etherType', header.etherType, 16)
  checkRoom('dsa', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + FIRST, (header.mode << 6) | (header.tagged << 5) | header.device)
  view.setUint8(at + PORT, header.port)
  view.setUint16(at + LAST, (header.priority << 13) | (header.code << 12) | header.vlanId)
  view.setUint16(at + ETHER_TYPE, header.etherType)
}
