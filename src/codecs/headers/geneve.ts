/** Geneve: 8 bytes and up to 252 bytes of options between UDP and the inner packet (RFC 8926 §3.4, §3.5). */
import { getBytes, setBytes, setUint24 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault, NONE } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkLength, checkRoom, checkUint } from '../core/range.ts'

/** A Geneve header as a plain object. */
export interface Header {
  /** Version, 0 to 3; only 0 is defined. */
  version: number
  /** Bytes of the options: 0 to 252, a multiple of 4; the wire counts words of 4. */
  optionsLength: number
  /** Two bits: {@link FLAG_O} and {@link FLAG_C}. */
  flags: number
  /** Reserved, 6 bits: zero on transmit, ignored on receipt. */
  reserved1: number
  /** EtherType of what follows, 0 to 65 535; 0x6558 for an Ethernet frame. */
  protocolType: number
  /** Virtual Network Identifier, 0 to 16 777 215. */
  vni: number
  /** Reserved, 8 bits: zero on transmit, ignored on receipt. */
  reserved2: number
  /** The options, 0 to 252 bytes, a multiple of 4: see {@link optionBytes}. */
  options: Uint8Array
}

/** One option as a plain object. */
export interface Option {
  /** Namespace of the type, 0 to 65 535 (RFC 8926 §3.5, IANA Geneve Option Class). */
  class: number
  /** 0 to 255, {@link OPTION_CRITICAL} included. */
  type: number
  /** Reserved, 3 bits: zero on transmit, ignored on receipt. */
  reserved: number
  /** 0 to 124 bytes, a multiple of 4. */
  data: Uint8Array
}

/** The fixed part in wire order, declared once (RFC 8926 §3.4): `optionWords` counts words of 4 bytes. */
export const LAYOUT = /* @__PURE__ */ layout<Exclude<keyof Header, 'optionsLength' | 'options'> | 'optionWords'>({
  version: field.bits(2),
  optionWords: field.bits(6),
  flags: field.bits(2),
  reserved1: field.bits(6),
  protocolType: field.u16,
  vni: field.u24,
  reserved2: field.u8,
})
/** Bytes of the header without options. */
export const LENGTH = LAYOUT.span
/** Bytes of the longest header (RFC 8926 §3.4). */
export const LENGTH_MAX = 260
/** The version this codec reads (RFC 8926 §3.4). */
export const VERSION = 0
/** The O bit of `flags`: a control packet, no tenant's data (RFC 8926 §3.4). */
export const FLAG_O = 0b10
/** The C bit of `flags`: at least one option has its critical bit set (RFC 8926 §3.4). */
export const FLAG_C = 0b01
/** UDP destination port assigned by IANA (RFC 8926 §3.3). */
export const PORT = 6081
/** `protocolType` of an Ethernet frame, Transparent Ethernet Bridging (RFC 8926 §3.4). */
export const PROTOCOL_ETHERNET = 0x6558
/** Bit of an option's type: who does not know the option must drop the packet (RFC 8926 §3.5). */
export const OPTION_CRITICAL = 0x80
/** Bytes of an option before its data (RFC 8926 §3.5). */
export const OPTION_LENGTH = 4

const FIRST_BYTE = LAYOUT.offsets.version
const FLAGS = LAYOUT.offsets.flags
const PROTOCOL_TYPE = LAYOUT.offsets.protocolType
const VNI = LAYOUT.offsets.vni
const RESERVED2 = LAYOUT.offsets.reserved2

/**
 * Steps the cursor over the options onto the inner packet.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `BadVersion`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  if (cursor.end - at < LENGTH) return cursor.failShort(LENGTH)
  const { view } = cursor
  if (version(view, at) !== VERSION) return cursor.fail(Fault.BadVersion)
  const length = LENGTH + optionsLength(view, at)
  if (cursor.end - at < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** Version, 0 once `enter` has accepted (RFC 8926 §3.4). */
export function version(view: DataView, at: number): number {
  return view.getUint8(at + FIRST_BYTE) >> 6
}

/** Bytes of the options, 0 to 252 (RFC 8926 §3.4, Opt Len). */
export function optionsLength(view: DataView, at: number): number {
  return (view.getUint8(at + FIRST_BYTE) & 0x3f) << 2
}

/** Bytes of the header with its options, 8 to 260 (RFC 8926 §3.4). */
export function headerLength(view: DataView, at: number): number {
  return LENGTH + optionsLength(view, at)
}

/** Two bits: {@link FLAG_O} and {@link FLAG_C} (RFC 8926 §3.4). */
export function flags(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS) >> 6
}

/** Whether this is a control packet: the O bit (RFC 8926 §3.4). */
export function control(view: DataView, at: number): boolean {
  return (flags(view, at) & FLAG_O) !== 0
}

/** Whether at least one option is critical: the C bit (RFC 8926 §3.4). */
export function critical(view: DataView, at: number): boolean {
  return (flags(view, at) & FLAG_C) !== 0
}

/** The low six bits of the second byte, reserved (RFC 8926 §3.4). */
export function reserved1(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS) & 0x3f
}

/** EtherType of what follows, 0 to 65 535; {@link PROTOCOL_ETHERNET} for an Ethernet frame (RFC 8926 §3.4). */
export function protocolType(view: DataView, at: number): number {
  return view.getUint16(at + PROTOCOL_TYPE)
}

/** Virtual Network Identifier, 0 to 16 777 215 (RFC 8926 §3.4). */
export function vni(view: DataView, at: number): number {
  return view.getUint32(at + VNI) >>> 8 // One load, together with the reserved byte behind it.
}

/** The last byte of the fixed part, reserved (RFC 8926 §3.4). */
export function reserved2(view: DataView, at: number): number {
  return view.getUint8(at + RESERVED2)
}

/** Bytes of the option at `option`, its first four included (RFC 8926 §3.5). */
function optionSpan(view: DataView, option: number): number {
  return OPTION_LENGTH + ((view.getUint8(option + 3) & 0x1f) << 2)
}

/**
 * Looks for the first whole option of a class and type, without allocating.
 * @param optionClass - 0 to 65 535.
 * @param type - 0 to 255, critical bit included.
 * @returns Offset of the option's class, or `NONE`.
 */
export function findOption(view: DataView, at: number, optionClass: number, type: number): number {
  const end = at + headerLength(view, at)
  let position = at + LENGTH
  while (position < end) {
    const next = position + optionSpan(view, position)
    if (next > end) return NONE
    if (view.getUint16(position) === optionClass && view.getUint8(position + 2) === type) return position
    position = next
  }
  return NONE
}

/** Copies the options out, up to the end of the list or the first that does not fit it (RFC 8926 §3.5). */
export function options(view: DataView, at: number): Option[] {
  const found: Option[] = []
  const end = at + headerLength(view, at)
  let position = at + LENGTH
  while (position < end) {
    const span = optionSpan(view, position)
    if (position + span > end) break
    found.push({
      class: view.getUint16(position),
      type: view.getUint8(position + 2),
      reserved: view.getUint8(position + 3) >> 5,
      data: getBytes(view, position + OPTION_LENGTH, span - OPTION_LENGTH),
    })
    position += span
  }
  return found
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    version: version(view, at),
    optionsLength: optionsLength(view, at),
    flags: flags(view, at),
    reserved1: reserved1(view, at),
    protocolType: protocolType(view, at),
    vni: vni(view, at),
    reserved2: reserved2(view, at),
    options: getBytes(view, at + LENGTH, optionsLength(view, at)),
  }
}

/**
 * Writes the header with its options and steps the cursor over them. Version, length, flags and reserved bits are written as
 * given.
 * @throws RangeError when a value does not fit its field, the options are no multiple of 4 bytes up to 252, or the header does
 * not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('geneve.version', header.version, 2)
  checkLength('geneve.optionsLength', header.optionsLength, 4, LENGTH_MAX - LENGTH)
  checkUint('geneve.flags', header.flags, 2)
  checkUint('geneve.reserved1', header.reserved1, 6)
  checkUint('geneve.protocolType', header.protocolType, 16)
  checkUint('geneve.vni', header.vni, 24)
  checkUint('geneve.reserved2', header.reserved2, 8)
  checkLength('geneve.options.length', header.options.length, 4, LENGTH_MAX - LENGTH)
  const length = LENGTH + header.options.length
  checkRoom('geneve', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + FIRST_BYTE, (header.version << 6) | (header.optionsLength >> 2))
  view.setUint8(at + FLAGS, (header.flags << 6) | header.reserved1)
  view.setUint16(at + PROTOCOL_TYPE, header.protocolType)
  setUint24(view, at + VNI, header.vni)
  view.setUint8(at + RESERVED2, header.reserved2)
  setBytes(view, at + LENGTH, header.options)
}

/**
 * The bytes of a list of options, as `Header.options` expects them.
 * @throws RangeError when a value does not fit its field, or the list is longer than 252 bytes.
 */
export function optionBytes(list: readonly Option[]): Uint8Array {
  let length = 0
  for (const option of list) {
    checkUint('geneve.option.class', option.class, 16)
    checkUint('geneve.option.type', option.type, 8)
    checkUint('geneve.option.reserved', option.reserved, 3)
    checkLength('geneve.option.data.length', option.data.length, 4, 124)
    length += OPTION_LENGTH + option.data.length
  }
  checkLength('geneve.options.length', length, 4, LENGTH_MAX - LENGTH)
  const bytes = new Uint8Array(length)
  let position = 0
  for (const option of list) {
    bytes[position] = option.class >> 8
    bytes[position + 1] = option.class & 0xff
    bytes[position + 2] = option.type
    bytes[position + 3] = (option.reserved << 5) | (option.data.length >> 2)
    bytes.set(option.data, position + OPTION_LENGTH)
    position += OPTION_LENGTH + option.data.length
  }
  return bytes
}

/**
 * A header for an Ethernet frame in `vni`, the C flag set when one of the options is critical, everything reserved zero.
 * @throws RangeError when the options do not fit.
 */
export function header(vni: number, list: readonly Option[] = []): Header {
  const options = optionBytes(list)
  return {
    version: VERSION,
    optionsLength: options.length,
    flags: list.some((option) => (option.type & OPTION_CRITICAL) !== 0) ? FLAG_C : 0,
    reserved1: 0,
    protocolType: PROTOCOL_ETHERNET,
    vni,
    reserved2: 0,
    options,
  }
}
