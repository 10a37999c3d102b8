/**
 * ARP for IPv4 over Ethernet: 28 bytes (RFC 826). Other address lengths are refused, because then every later field lies elsewhere.
 */
import { above32, getUint48, isUint16, isWord } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint, refuseUint, refuseWord } from '../core/range.ts'
import { EtherType } from '../link/ethernet.ts'

/** An ARP packet for IPv4 over Ethernet as a plain object. */
export interface Header {
  /** Kind of hardware, 16 bits; 1 is Ethernet, see {@link HARDWARE_ETHERNET}. */
  hardwareType: number
  /** Protocol that is resolved, as an EtherType; 0x0800 for IPv4. */
  protocolType: number
  /** Bytes of a hardware address; {@link HARDWARE_LENGTH} in every packet that `enter` accepts. */
  hardwareLength: number
  /** Bytes of a protocol address; {@link PROTOCOL_LENGTH} in every packet that `enter` accepts. */
  protocolLength: number
  /** What is asked or said, see {@link Operation}; 16 bits. */
  operation: number
  /** MAC address of the sender, 48 bits. */
  senderHardware: number
  /** IPv4 address of the sender, 0 to 2^32 − 1; `encode` takes the signed form too. */
  senderProtocol: number
  /** MAC address of the target, 48 bits; 0 in a request. */
  targetHardware: number
  /** IPv4 address of the target, 0 to 2^32 − 1; `encode` takes the signed form too. */
  targetProtocol: number
}

/** Wire order, declared once (RFC 826, "Packet format"). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  hardwareType: field.u16,
  protocolType: field.u16,
  hardwareLength: field.u8,
  protocolLength: field.u8,
  operation: field.u16,
  senderHardware: field.u48,
  senderProtocol: field.u32,
  targetHardware: field.u48,
  targetProtocol: field.u32,
})
/** Bytes of the packet. */
export const LENGTH = LAYOUT.span
/** `hardwareType` of Ethernet (RFC 826; IANA "ARP Parameters"). */
export const HARDWARE_ETHERNET = 1
/** Bytes of an Ethernet address. */
export const HARDWARE_LENGTH = 6
/** Bytes of an IPv4 address. */
export const PROTOCOL_LENGTH = 4

/** What an ARP packet asks or says (IANA "ARP Parameters"). */
export const Operation = {
  /** Who has the target address? (RFC 826) */
  Request: 1,
  /** The sender has it. (RFC 826) */
  Reply: 2,
  /** Which protocol address has this hardware address? (RFC 903) */
  ReverseRequest: 3,
  /** RFC 903. */
  ReverseReply: 4,
} as const

const HARDWARE_TYPE = LAYOUT.offsets.hardwareType
const PROTOCOL_TYPE = LAYOUT.offsets.protocolType
const HARDWARE_LENGTH_AT = LAYOUT.offsets.hardwareLength
const PROTOCOL_LENGTH_AT = LAYOUT.offsets.protocolLength
const OPERATION = LAYOUT.offsets.operation
const SENDER_HARDWARE = LAYOUT.offsets.senderHardware
const SENDER_PROTOCOL = LAYOUT.offsets.senderProtocol
const TARGET_HARDWARE = LAYOUT.offsets.targetHardware
const TARGET_PROTOCOL = LAYOUT.offsets.targetProtocol

/**
 * Steps the cursor over the packet; what is left in the window is padding.
 * @returns Packet offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured`, or `Unsupported` when the
 * addresses do not have the lengths of Ethernet and IPv4.
 */
export function enter(cursor: Cursor): number {
  const { view, position: at } = cursor
  const room = cursor.end - at
  // The lengths come before the room: a packet for other hardware is not a short one for ours.
  if (
    room >= OPERATION &&
    (hardwareLength(view, at) !== HARDWARE_LENGTH || protocolLength(view, at) !== PROTOCOL_LENGTH)
  ) {
    return cursor.fail(Fault.Unsupported)
  }
  if (room < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Kind of hardware, 16 bits (RFC 826 ar$hrd). */
export function hardwareType(view: DataView, at: number): number {
  return view.getUint16(at + HARDWARE_TYPE)
}

/** Protocol that is resolved, as an EtherType (RFC 826 ar$pro). */
export function protocolType(view: DataView, at: number): number {
  return view.getUint16(at + PROTOCOL_TYPE)
}

/** Bytes of a hardware address (RFC 826 ar$hln). */
export function hardwareLength(view: DataView, at: number): number {
  return view.getUint8(at + HARDWARE_LENGTH_AT)
}

/** Bytes of a protocol address (RFC 826 ar$pln). */
export function protocolLength(view: DataView, at: number): number {
  return view.getUint8(at + PROTOCOL_LENGTH_AT)
}

/** What is asked or said, see {@link Operation} (RFC 826 ar$op). */
export function operation(view: DataView, at: number): number {
  return view.getUint16(at + OPERATION)
}

/** MAC address of the sender, 48 bits as a number (RFC 826 ar$sha). */
export function senderHardware(view: DataView, at: number): number {
  return getUint48(view, at + SENDER_HARDWARE)
}

/** First two bytes of the sender's MAC address, 0 to 65 535. */
export function senderHardwareHigh16(view: DataView, at: number): number {
  return view.getUint16(at + SENDER_HARDWARE)
}

/** Last four bytes of the sender's MAC address as a signed 32-bit integer: no number object is made. */
export function senderHardwareLow32(view: DataView, at: number): number {
  return view.getInt32(at + SENDER_HARDWARE + 2)
}

/** IPv4 address of the sender as a signed 32-bit integer; `>>> 0` to print (RFC 826 ar$spa). */
export function senderProtocol(view: DataView, at: number): number {
  return view.getInt32(at + SENDER_PROTOCOL)
}

/** MAC address of the target, 48 bits as a number (RFC 826 ar$tha). */
export function targetHardware(view: DataView, at: number): number {
  return getUint48(view, at + TARGET_HARDWARE)
}

/** IPv4 address of the target as a signed 32-bit integer; `>>> 0` to print (RFC 826 ar$tpa). */
export function targetProtocol(view: DataView, at: number): number {
  return view.getInt32(at + TARGET_PROTOCOL)
}

/** Whether the sender announces its own address, as after a move: sender and target are the same (RFC 5227 §3). */
export function isGratuitous(view: DataView, at: number): boolean {
  const sender = senderProtocol(view, at)
  return sender !== 0 && sender === targetProtocol(view, at)
}

/** Whether the sender asks if an address is free: it has none itself yet (RFC 5227 §1.1). */
export function isProbe(view: DataView, at: number): boolean {
  return operation(view, at) === Operation.Request && senderProtocol(view, at) === 0
}

/** Copies the packet out as a plain object; IPv4 addresses become unsigned. */
export function decode(view: DataView, at: number): Header {
  return {
    hardwareType: hardwareType(view, at),
    protocolType: protocolType(view, at),
    hardwareLength: hardwareLength(view, at),
    protocolLength: protocolLength(view, at),
    operation: operation(view, at),
    senderHardware: senderHardware(view, at),
    senderProtocol: senderProtocol(view, at) >>> 0,
    targetHardware: targetHardware(view, at),
    targetProtocol: targetProtocol(view, at) >>> 0,
  }
}

/**
 * Writes the packet and steps the cursor over it. The two address lengths are written as given, so that packets `enter` refuses can be made.
 * @throws RangeError when a value does not fit its field or the packet does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('arp.hardwareType', header.hardwareType, 16)
  checkUint('arp.protocolType', header.protocolType, 16)
  checkUint('arp.hardwareLength', header.hardwareLength, 8)
  checkUint('arp.protocolLength', header.protocolLength, 8)
  checkUint('arp.operation', header.operation, 16)
  const senderHigh = above32(header.senderHardware)
  const targetHigh = above32(header.targetHardware)
  if (!isUint16(senderHigh)) refuseUint('arp.senderHardware', header.senderHardware, 48)
  if (!isWord(header.senderProtocol)) refuseWord('arp.senderProtocol', header.senderProtocol)
  if (!isUint16(targetHigh)) refuseUint('arp.targetHardware', header.targetHardware, 48)
  if (!isWord(header.targetProtocol)) refuseWord('arp.targetProtocol', header.targetProtocol)
  checkRoom('arp', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint16(at + HARDWARE_TYPE, header.hardwareType)
  view.setUint16(at + PROTOCOL_TYPE, header.protocolType)
  view.setUint8(at + HARDWARE_LENGTH_AT, header.hardwareLength)
  view.setUint8(at + PROTOCOL_LENGTH_AT, header.protocolLength)
  view.setUint16(at + OPERATION, header.operation)
  view.setUint16(at + SENDER_HARDWARE, senderHigh)
  view.setUint32(at + SENDER_HARDWARE + 2, header.senderHardware)
  view.setUint32(at + SENDER_PROTOCOL, header.senderProtocol)
  view.setUint16(at + TARGET_HARDWARE, targetHigh)
  view.setUint32(at + TARGET_HARDWARE + 2, header.targetHardware)
  view.setUint32(at + TARGET_PROTOCOL, header.targetProtocol)
}

/** The hardware and protocol fields of IPv4 over Ethernet, the same in all of its packets. */
const IPV4_OVER_ETHERNET = {
  hardwareType: HARDWARE_ETHERNET,
  protocolType: EtherType.IPv4,
  hardwareLength: HARDWARE_LENGTH,
  protocolLength: PROTOCOL_LENGTH,
} as const

/**
 * A request: who has `targetProtocol`?
 * @param senderHardware - MAC address of who asks.
 * @param senderProtocol - Its IPv4 address, unsigned; the same as `targetProtocol` to announce it.
 * @param targetProtocol - The IPv4 address in question, unsigned.
 */
export function request(senderHardware: number, senderProtocol: number, targetProtocol: number): Header {
  const operation = Operation.Request
  return { ...IPV4_OVER_ETHERNET, operation, senderHardware, senderProtocol, targetHardware: 0, targetProtocol }
}

/**
 * The reply to a request.
 * @param asked - The request.
 * @param senderHardware - MAC address that has the address asked for.
 */
export function reply(asked: Header, senderHardware: number): Header {
  return {
    ...asked,
    operation: Operation.Reply,
    senderHardware,
    senderProtocol: asked.targetProtocol,
    targetHardware: asked.senderHardware,
    targetProtocol: asked.senderProtocol,
  }
}
