/**
 * TCP: 20 bytes and up to 40 bytes of options (RFC 9293 §3.1).
 * A snap length often ends inside the options, so `enter` asks for the fixed part alone, and whatever reads options is told
 * where the captured bytes end.
 */
import { getBytes, isUint32, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault, NONE } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import * as list from '../core/options.ts'
import { checkLength, checkRoom, checkUint, refuseUint } from '../core/range.ts'

/** A TCP header as a plain object. */
export interface Header {
  /** 0 to 65 535. */
  sourcePort: number
  /** 0 to 65 535. */
  destinationPort: number
  /** Number of the first payload byte (of the SYN itself when set), 0 to 2^32 − 1. */
  sequence: number
  /** Number of the next byte expected, 0 to 2^32 − 1; valid with {@link FLAG_ACK}. */
  acknowledgment: number
  /** Bytes of the header with its options: 20 to 60, a multiple of 4; the wire counts words of 4. */
  headerLength: number
  /** Four reserved bits; the lowest was NS (RFC 3540, historic). */
  reserved: number
  /** Eight control bits: {@link FLAG_SYN} and its neighbours. */
  flags: number
  /** Receive window before scaling, 0 to 65 535. */
  window: number
  /** 0 to 65 535, over a pseudo-header, the header and the payload. */
  checksum: number
  /** Offset of the end of urgent data, 0 to 65 535; valid with {@link FLAG_URG}. */
  urgentPointer: number
  /** The options with their padding, 0 to 40 bytes, a multiple of 4. */
  options: Uint8Array
}

/** The fixed part in wire order, declared once (RFC 9293 §3.1): `dataOffset` counts words of 4 bytes. */
export const LAYOUT = /* @__PURE__ */ layout<Exclude<keyof Header, 'headerLength' | 'options'> | 'dataOffset'>({
  sourcePort: field.u16,
  destinationPort: field.u16,
  sequence: field.u32,
  acknowledgment: field.u32,
  dataOffset: field.bits(4),
  reserved: field.bits(4),
  flags: field.u8,
  window: field.u16,
  checksum: field.u16,
  urgentPointer: field.u16,
})
/** Bytes of the header without options. */
export const LENGTH = LAYOUT.span
/** Bytes of the longest header (RFC 9293 §3.1). */
export const LENGTH_MAX = 60
/** No more data from the sender (RFC 9293 §3.1). */
export const FLAG_FIN = 0x01
/** Synchronize sequence numbers (RFC 9293 §3.1). */
export const FLAG_SYN = 0x02
/** Reset the connection (RFC 9293 §3.1). */
export const FLAG_RST = 0x04
/** Push (RFC 9293 §3.1). */
export const FLAG_PSH = 0x08
/** The acknowledgment is valid (RFC 9293 §3.1). */
export const FLAG_ACK = 0x10
/** The urgent pointer is valid (RFC 9293 §3.1). */
export const FLAG_URG = 0x20
/** ECN echo (RFC 3168 §6.1). */
export const FLAG_ECE = 0x40
/** Congestion window reduced (RFC 3168 §6.1). */
export const FLAG_CWR = 0x80
/** Option kinds (RFC 9293 §3.1; IANA TCP Option Kind Numbers). */
export const OptionKind = {
  /** Ends the list. */
  EndOfOptions: 0,
  /** Padding of one byte. */
  NoOperation: 1,
  /** Largest segment that the sender takes, in bytes; in SYNs. */
  MaximumSegmentSize: 2,
  /** RFC 7323 §2. */
  WindowScale: 3,
  /** RFC 2018 §2. */
  SackPermitted: 4,
  /** RFC 2018 §3. */
  Sack: 5,
  /** RFC 7323 §3. */
  Timestamps: 8,
  /** RFC 8684. */
  Multipath: 30,
  /** RFC 7413. */
  FastOpen: 34,
} as const

const SOURCE_PORT = LAYOUT.offsets.sourcePort
const DESTINATION_PORT = LAYOUT.offsets.destinationPort
const SEQUENCE = LAYOUT.offsets.sequence
const ACKNOWLEDGMENT = LAYOUT.offsets.acknowledgment
const DATA_OFFSET = LAYOUT.offsets.dataOffset
const FLAGS = LAYOUT.offsets.flags
const WINDOW = LAYOUT.offsets.window
const CHECKSUM = LAYOUT.offsets.checksum
const URGENT_POINTER = LAYOUT.offsets.urgentPointer

/**
 * Steps the cursor onto the payload. Options that only the snap length cut do not hinder it; the position then lies beyond
 * `cursor.end`, so that what is left to `wireEnd` is the payload still.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `BadHeaderLength`, or `NotCaptured` when the snap
 * length cut the fixed part.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  if (cursor.end - at < LENGTH) return cursor.failShort(LENGTH)
  const length = headerLength(cursor.view, at)
  if (length < LENGTH) return cursor.fail(Fault.BadHeaderLength)
  if (cursor.wireEnd - at < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/**
 * Steps the cursor onto the payload as {@link enter} does, but refuses options that the snap length cut.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `BadHeaderLength`.
 */
export function enterWhole(cursor: Cursor): number {
  const at = enter(cursor)
  if (at === NONE || cursor.position <= cursor.end) return at
  const length = cursor.position - at
  cursor.position = at
  return cursor.failShort(length)
}

/** Source port, 0 to 65 535 (RFC 9293 §3.1). */
export function sourcePort(view: DataView, at: number): number {
  return view.getUint16(at + SOURCE_PORT)
}

/** Destination port, 0 to 65 535 (RFC 9293 §3.1). */
export function destinationPort(view: DataView, at: number): number {
  return view.getUint16(at + DESTINATION_PORT)
}

/** Sequence number, 0 to 2^32 − 1 (RFC 9293 §3.1). */
export function sequence(view: DataView, at: number): number {
  return view.getUint32(at + SEQUENCE)
}

/** Acknowledgment number, 0 to 2^32 − 1; valid with {@link FLAG_ACK} (RFC 9293 §3.1). */
export function acknowledgment(view: DataView, at: number): number {
  return view.getUint32(at + ACKNOWLEDGMENT)
}

/** Bytes of the header with its options, 20 to 60 once `enter` has accepted (RFC 9293 §3.1, data offset). */
export function headerLength(view: DataView, at: number): number {
  return (view.getUint8(at + DATA_OFFSET) >> 4) << 2
}

/** Four reserved bits; the lowest was NS (RFC 9293 §3.1, RFC 3540). */
export function reserved(view: DataView, at: number): number {
  return view.getUint8(at + DATA_OFFSET) & 0x0f
}

/** Eight control bits: {@link FLAG_SYN} and its neighbours (RFC 9293 §3.1, RFC 3168). */
export function flags(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS)
}

/** Receive window before scaling, 0 to 65 535 (RFC 9293 §3.1). */
export function window(view: DataView, at: number): number {
  return view.getUint16(at + WINDOW)
}

/** Checksum, 0 to 65 535 (RFC 9293 §3.1). */
export function checksum(view: DataView, at: number): number {
  return view.getUint16(at + CHECKSUM)
}

/** Offset of the end of urgent data, 0 to 65 535; valid with {@link FLAG_URG} (RFC 9293 §3.1). */
export function urgentPointer(view: DataView, at: number): number {
  return view.getUint16(at + URGENT_POINTER)
}

/** First offset past the options, or past what was captured of them. */
function optionsEnd(view: DataView, at: number, end: number): number {
  return Math.min(at + headerLength(view, at), end)
}

/**
 * Looks for the first whole option of a kind, without allocating.
 * @param end - First offset past the captured bytes.
 * @param kind - 2 to 255: see {@link OptionKind}.
 * @returns Offset of the option's kind byte, or `NONE`; an option that the snap length cut is not found.
 */
export function findOption(view: DataView, at: number, end: number, kind: number): number {
  return list.findOption(view, at + LENGTH, optionsEnd(view, at, end), kind)
}

/** An option of exactly `length` bytes, or `NONE`: another length is a malformed option. */
function optionOf(view: DataView, at: number, end: number, kind: number, length: number): number {
  const option = findOption(view, at, end, kind)
  return option !== NONE && view.getUint8(option + 1) === length ? option : NONE
}

/**
 * Largest segment the sender of this SYN accepts: payload bytes, 0 to 65 535 (RFC 9293 §3.7.1).
 * @param end - First offset past the captured bytes.
 * @returns `NONE` when absent or not captured.
 */
export function maximumSegmentSize(view: DataView, at: number, end: number): number {
  const option = optionOf(view, at, end, OptionKind.MaximumSegmentSize, 4)
  return option === NONE ? NONE : view.getUint16(option + 2)
}

/**
 * How many bits the sender of this SYN shifts its later windows by, 0 to 255; above 14 counts as 14 (RFC 7323 §2.3).
 * @param end - First offset past the captured bytes.
 * @returns `NONE` when absent or not captured.
 */
export function windowScale(view: DataView, at: number, end: number): number {
  const option = optionOf(view, at, end, OptionKind.WindowScale, 3)
  return option === NONE ? NONE : view.getUint8(option + 2)
}

/**
 * Whether the sender of this SYN understands selective acknowledgments (RFC 2018 §2).
 * @param end - First offset past the captured bytes.
 */
export function sackPermitted(view: DataView, at: number, end: number): boolean {
  return optionOf(view, at, end, OptionKind.SackPermitted, 2) !== NONE
}

/**
 * Offset of the timestamps option, to be read with {@link timestampValue} and {@link timestampEcho} (RFC 7323 §3.2).
 * @param end - First offset past the captured bytes.
 * @returns `NONE` when absent or not captured.
 */
export function timestamps(view: DataView, at: number, end: number): number {
  return optionOf(view, at, end, OptionKind.Timestamps, 10)
}

/**
 * The sender's clock in ticks of its own, 0 to 2^32 − 1 (RFC 7323 §3.2).
 * @param option - From {@link timestamps}.
 */
export function timestampValue(view: DataView, option: number): number {
  return view.getUint32(option + 2)
}

/**
 * The peer's clock sent back, 0 to 2^32 − 1; valid with {@link FLAG_ACK} (RFC 7323 §3.2).
 * @param option - From {@link timestamps}.
 */
export function timestampEcho(view: DataView, option: number): number {
  return view.getUint32(option + 6)
}

/**
 * Offset of the SACK option, to be read with {@link sackBlocks}, {@link sackLeft} and {@link sackRight} (RFC 2018 §3).
 * @param end - First offset past the captured bytes.
 * @returns `NONE` when absent or not captured.
 */
export function sack(view: DataView, at: number, end: number): number {
  return findOption(view, at, end, OptionKind.Sack)
}

/**
 * How many blocks a SACK option holds, 0 to 4 (RFC 2018 §3).
 * @param option - From {@link sack}.
 */
export function sackBlocks(view: DataView, option: number): number {
  return (view.getUint8(option + 1) - 2) >> 3
}

/**
 * First sequence number of a SACK block, 0 to 2^32 − 1 (RFC 2018 §3).
 * @param option - From {@link sack}.
 * @param i - Below {@link sackBlocks}.
 */
export function sackLeft(view: DataView, option: number, i: number): number {
  return view.getUint32(option + 2 + 8 * i)
}

/**
 * Sequence number just past a SACK block, 0 to 2^32 − 1 (RFC 2018 §3).
 * @param option - From {@link sack}.
 * @param i - Below {@link sackBlocks}.
 */
export function sackRight(view: DataView, option: number, i: number): number {
  return view.getUint32(option + 6 + 8 * i)
}

/**
 * Whether the segment reports a duplicate (D-SACK): its first SACK block lies below the acknowledgment number, or within its
 * second block (RFC 2883 §4).
 * @param end - First offset past the captured bytes.
 */
export function duplicateSack(view: DataView, at: number, end: number): boolean {
  const option = sack(view, at, end)
  if (option === NONE) return false
  const blocks = sackBlocks(view, option)
  if (blocks === 0) return false
  const left = sackLeft(view, option, 0)
  const right = sackRight(view, option, 0)
  if (isBefore(left, acknowledgment(view, at))) return true
  return blocks > 1 && !isBefore(left, sackLeft(view, option, 1)) && !isBefore(sackRight(view, option, 1), right)
}

/** Whether sequence number `a` comes before `b`, modulo 2^32 (RFC 9293 §3.4). */
export function isBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}

/**
 * Copies the options out, up to the end of the list, the first malformed one, or the end of the captured bytes (RFC 9293 §3.1).
 * @param end - First offset past the captured bytes.
 */
export function options(view: DataView, at: number, end: number): list.Option[] {
  return list.readOptions(view, at + LENGTH, optionsEnd(view, at, end))
}

/**
 * Copies the header out as a plain object.
 * @param end - First offset past the captured bytes: options behind it are left out. Needed behind `enter` alone.
 */
export function decode(view: DataView, at: number, end: number = view.byteLength): Header {
  return {
    sourcePort: sourcePort(view, at),
    destinationPort: destinationPort(view, at),
    sequence: sequence(view, at),
    acknowledgment: acknowledgment(view, at),
    headerLength: headerLength(view, at),
    reserved: reserved(view, at),
    flags: flags(view, at),
    window: window(view, at),
    checksum: checksum(view, at),
    urgentPointer: urgentPointer(view, at),
    options: getBytes(view, at + LENGTH, Math.max(0, optionsEnd(view, at, end) - at - LENGTH)),
  }
}

/**
 * Writes the header with its options and steps the cursor over them. Length, reserved bits and checksum are written as given.
 * @throws RangeError when a value does not fit its field, the options are no multiple of 4 bytes up to 40, or the header does
 * not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('tcp.sourcePort', header.sourcePort, 16)
  checkUint('tcp.destinationPort', header.destinationPort, 16)
  if (!isUint32(header.sequence)) refuseUint('tcp.sequence', header.sequence, 32)
  if (!isUint32(header.acknowledgment)) refuseUint('tcp.acknowledgment', header.acknowledgment, 32)
  checkLength('tcp.headerLength', header.headerLength, 4, LENGTH_MAX)
  checkUint('tcp.reserved', header.reserved, 4)
  checkUint('tcp.flags', header.flags, 8)
  checkUint('tcp.window', header.window, 16)
  checkUint('tcp.checksum', header.checksum, 16)
  checkUint('tcp.urgentPointer', header.urgentPointer, 16)
  checkLength('tcp.options.length', header.options.length, 4, LENGTH_MAX - LENGTH)
  const length = LENGTH + header.options.length
  checkRoom('tcp', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint16(at + SOURCE_PORT, header.sourcePort)
  view.setUint16(at + DESTINATION_PORT, header.destinationPort)
  view.setUint32(at + SEQUENCE, header.sequence)
  view.setUint32(at + ACKNOWLEDGMENT, header.acknowledgment)
  view.setUint8(at + DATA_OFFSET, (header.headerLength << 2) | header.reserved)
  view.setUint8(at + FLAGS, header.flags)
  view.setUint16(at + WINDOW, header.window)
  view.setUint16(at + CHECKSUM, header.checksum)
  view.setUint16(at + URGENT_POINTER, header.urgentPointer)
  setBytes(view, at + LENGTH, header.options)
}

/**
 * A header with the given fields; unless given: the header length that the options need, {@link FLAG_ACK}, the largest window
 * and zero or nothing for the rest. The checksum is left for the caller to fill in.
 */
export function header(fields: Pick<Header, 'sourcePort' | 'destinationPort'> & Partial<Header>): Header {
  return {
    sequence: 0,
    acknowledgment: 0,
    headerLength: LENGTH + (fields.options?.length ?? 0),
    reserved: 0,
    flags: FLAG_ACK,
    window: 0xffff,
    checksum: 0,
    urgentPointer: 0,
    options: new Uint8Array(0),
    ...fields,
  }
}
