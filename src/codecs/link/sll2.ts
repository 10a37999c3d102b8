/**
 * Linux cooked capture, version 2: the 20 bytes in front of packets from `-i any` that also say which interface it was
 * (LINKTYPE_LINUX_SLL2, 276; https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html). Codes are those of version 1.
 */
import { getBytes, getUint48, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkBytes, checkRoom, checkUint } from '../core/range.ts'

/** A cooked header, version 2, as a plain object. */
export interface Header {
  /** EtherType of what follows, or one of the `Protocol` codes of version 1. */
  protocol: number
  /** Reserved, 16 bits: zero. */
  reserved: number
  /** Linux index of the interface, unsigned 32 bits. */
  interfaceIndex: number
  /** Linux ARPHRD number of the device, 16 bits; see `ArphrdType` of version 1. */
  arphrdType: number
  /** Direction and kind of destination, 8 bits; see `PacketType` of version 1. */
  packetType: number
  /** Bytes of the sender's address, 8 bits; at most 8 of them are in `address`. */
  addressLength: number
  /** The sender's link-layer address, 8 bytes, padded or cut. */
  address: Uint8Array
}

/** Wire order, declared once (LINKTYPE_LINUX_SLL2). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  protocol: field.u16,
  reserved: field.u16,
  interfaceIndex: field.u32,
  arphrdType: field.u16,
  packetType: field.u8,
  addressLength: field.u8,
  address: field.bytes(8),
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** Bytes of the address field, whatever the address needs. */
export const ADDRESS_LENGTH = 8

const PROTOCOL = LAYOUT.offsets.protocol
const RESERVED = LAYOUT.offsets.reserved
const INTERFACE_INDEX = LAYOUT.offsets.interfaceIndex
const ARPHRD_TYPE = LAYOUT.offsets.arphrdType
const PACKET_TYPE = LAYOUT.offsets.packetType
const ADDRESS_LENGTH_AT = LAYOUT.offsets.addressLength
const ADDRESS = LAYOUT.offsets.address

/**
 * Steps the cursor over the header, onto whatever {@link protocol} names.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** EtherType of what follows, or one of the `Protocol` codes of version 1; 16 bits. */
export function protocol(view: DataView, at: number): number {
  return view.getUint16(at + PROTOCOL)
}

/** Reserved, 16 bits. */
export function reserved(view: DataView, at: number): number {
  return view.getUint16(at + RESERVED)
}

/** Linux index of the interface, unsigned 32 bits. */
export function interfaceIndex(view: DataView, at: number): number {
  return view.getUint32(at + INTERFACE_INDEX)
}

/** Linux ARPHRD number of the device, 16 bits. */
export function arphrdType(view: DataView, at: number): number {
  return view.getUint16(at + ARPHRD_TYPE)
}

/** Direction and kind of destination, 8 bits. */
export function packetType(view: DataView, at: number): number {
  return view.getUint8(at + PACKET_TYPE)
}

/** Bytes of the sender's address; more than 8 means that the field holds its beginning. */
export function addressLength(view: DataView, at: number): number {
  return view.getUint8(at + ADDRESS_LENGTH_AT)
}

/** A copy of the 8 bytes of the address field. */
export function address(view: DataView, at: number): Uint8Array {
  return getBytes(view, at + ADDRESS, ADDRESS_LENGTH)
}

/** The sender's MAC address, 48 bits as a number. Only where {@link addressLength} is 6. */
export function source(view: DataView, at: number): number {
  return getUint48(view, at + ADDRESS)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    protocol: protocol(view, at),
    reserved: reserved(view, at),
    interfaceIndex: interfaceIndex(view, at),
    arphrdType: arphrdType(view, at),
    packetType: packetType(view, at),
    addressLength: addressLength(view, at),
    address: address(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('sll2.protocol', header.protocol, 16)
  checkUint('sll2.reserved', header.reserved, 16)
  checkUint('sll2.interfaceIndex', header.interfaceIndex, 32)
  checkUint('sll2.arphrdType', header.arphrdType, 16)
  checkUint('sll2.packetType', header.packetType, 8)
  checkUint('sll2.addressLength', header.addressLength, 8)
  checkBytes('sll2.address', header.address, ADDRESS_LENGTH)
  checkRoom('sll2', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint16(at + PROTOCOL, header.protocol)
  view.setUint16(at + RESERVED, header.reserved)
  view.setUint32(at + INTERFACE_INDEX, header.interfaceIndex)
  view.setUint16(at + ARPHRD_TYPE, header.arphrdType)
  view.setUint8(at + PACKET_TYPE, header.packetType)
  view.setUint8(at + ADDRESS_LENGTH_AT, header.addressLength)
  setBytes(view, at + ADDRESS, header.address)
}
