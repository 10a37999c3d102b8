/**
 * Linux cooked capture, version 1: the 16 bytes in front of packets from `-i any` and from devices without a link
 * header (LINKTYPE_LINUX_SLL, 113; https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html).
 */
import { getBytes, getUint48, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkBytes, checkRoom, checkUint } from '../core/range.ts'

/** A cooked header as a plain object. */
export interface Header {
  /** Direction and kind of destination, see {@link PacketType}; 16 bits. */
  packetType: number
  /** Linux ARPHRD number of the device, 16 bits; see {@link ArphrdType}. */
  arphrdType: number
  /** Bytes of the sender's address, 16 bits; at most 8 of them are in `address`. */
  addressLength: number
  /** The sender's link-layer address, 8 bytes, padded or cut. */
  address: Uint8Array
  /** EtherType of what follows, or one of {@link Protocol}. */
  protocol: number
}

/** Wire order, declared once (LINKTYPE_LINUX_SLL). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  packetType: field.u16,
  arphrdType: field.u16,
  addressLength: field.u16,
  address: field.bytes(8),
  protocol: field.u16,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** Bytes of the address field, whatever the address needs. */
export const ADDRESS_LENGTH = 8

/** For whom a packet was, as the kernel saw it (LINKTYPE_LINUX_SLL). */
export const PacketType = {
  /** Sent to this machine. */
  Host: 0,
  /** Sent to everybody on the link. */
  Broadcast: 1,
  /** Sent to a group. */
  Multicast: 2,
  /** Sent by somebody else to somebody else. */
  OtherHost: 3,
  /** Sent by this machine. */
  Outgoing: 4,
} as const

/** Devices whose packets need a word of their own (Linux `if_arp.h`). */
export const ArphrdType = {
  /** Ethernet. */
  Ethernet: 1,
  /** The loopback interface. */
  Loopback: 772,
  /** GRE over IPv4: `protocol` is the GRE protocol type. */
  Gre: 778,
  /** Netlink messages. */
  Netlink: 824,
  /** A device without a link header. */
  None: 0xfffe,
} as const

/** Values of `protocol` that are no EtherType (LINKTYPE_LINUX_SLL). */
export const Protocol = {
  /** Novell 802.3 without LLC. */
  Novell8023: 0x0001,
  /** An LLC header follows. */
  Llc: 0x0004,
} as const

const PACKET_TYPE = LAYOUT.offsets.packetType
const ARPHRD_TYPE = LAYOUT.offsets.arphrdType
const ADDRESS_LENGTH_AT = LAYOUT.offsets.addressLength
const ADDRESS = LAYOUT.offsets.address
const PROTOCOL = LAYOUT.offsets.protocol

/**
 * Steps the cursor over the header, onto whatever {@link protocol} names.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Direction and kind of destination, see {@link PacketType}. */
export function packetType(view: DataView, at: number): number {
  return view.getUint16(at + PACKET_TYPE)
}

/** Linux ARPHRD number of the device, see {@link ArphrdType}. */
export function arphrdType(view: DataView, at: number): number {
  return view.getUint16(at + ARPHRD_TYPE)
}

/** Bytes of the sender's address; more than 8 means that the field holds its beginning. */
export function addressLength(view: DataView, at: number): number {
  return view.getUint16(at + ADDRESS_LENGTH_AT)
}

/** A copy of the 8 bytes of the address field. */
export function address(view: DataView, at: number): Uint8Array {
  return getBytes(view, at + ADDRESS, ADDRESS_LENGTH)
}

/** The sender's MAC address, 48 bits as a number. Only where {@link addressLength} is 6. */
export function source(view: DataView, at: number): number {
  return getUint48(view, at + ADDRESS)
}

/** EtherType of what follows, or one of {@link Protocol}; 16 bits. */
export function protocol(view: DataView, at: number): number {
  return view.getUint16(at + PROTOCOL)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    packetType: packetType(view, at),
    arphrdType: arphrdType(view, at),
    addressLength: addressLength(view, at),
    address: address(view, at),
    protocol: protocol(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('sll.packetType', header.packetType, 16)
  checkUint('sll.arphrdType', header.arphrdType, 16)
  checkUint('sll.addressLength', header.addressLength, 16)
  checkBytes('sll.address', header.address, ADDRESS_LENGTH)
  checkUint('sll.protocol', header.protocol, 16)
  checkRoom('sll', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint16(at + PACKET_TYPE, header.packetType)
  view.setUint16(at + ARPHRD_TYPE, header.arphrdType)
  view.setUint16(at + ADDRESS_LENGTH_AT, header.addressLength)
  setBytes(view, at + ADDRESS, header.address)
  view.setUint16(at + PROTOCOL, header.protocol)
}
