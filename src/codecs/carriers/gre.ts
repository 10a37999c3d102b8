/**
 * GRE (RFC 2784) with key and sequence number (RFC 2890), and NVGRE, which carries a tenant's Ethernet frames in it
 * (RFC 7637). 4 bytes and up to 12 more, as the flags say.
 */
import type { Cursor } from '../core/cursor.ts'
import { Fault, NONE } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'
import { EtherType } from '../link/ethernet.ts'

/** A GRE header as a plain object. Each optional field is present when and only when its flag is set. */
export interface Header {
  /** The first 13 bits: {@link FLAG_CHECKSUM}, {@link FLAG_KEY}, {@link FLAG_SEQUENCE} and reserved ones. */
  flags: number
  /** 0 (RFC 2784 §2.3.1). */
  version: number
  /** EtherType of the payload (RFC 2784 §2.4). */
  protocol: number
  /** Internet checksum over header and payload, 16 bits (RFC 2784 §2.5). */
  checksum?: number
  /** Reserved beside the checksum, 16 bits: zero on transmit (RFC 2784 §2.6). */
  reserved1?: number
  /** Names a flow or a tenant, unsigned 32 bits (RFC 2890 §2.1). */
  key?: number
  /** Sequence number, unsigned 32 bits (RFC 2890 §2.2). */
  sequence?: number
}

/** Wire order of the part that every GRE header has (RFC 2784 §2.1, RFC 2890 §2). */
export const LAYOUT = /* @__PURE__ */ layout<'flags' | 'version' | 'protocol'>({
  flags: field.bits(13),
  version: field.bits(3),
  protocol: field.u16,
})
/** Bytes of the part that every header has. */
export const LENGTH = LAYOUT.span
/** Bytes of the longest header. */
export const LENGTH_MAX = 16
/** Bytes of an NVGRE header: with a key, and nothing else (RFC 7637 §3.2). */
export const LENGTH_NVGRE = 8
/** The version this codec reads (RFC 2784 §2.3.1); version 1 is PPTP's (RFC 2637). */
export const VERSION = 0
/** C: `checksum` and `reserved1` are present (RFC 2784 §2.2). A bit of the 13-bit `flags`, as are the others. */
export const FLAG_CHECKSUM = 0x1000
/** R: source routes follow (RFC 1701); RFC 2784 §2.3 has receivers discard such packets. */
export const FLAG_ROUTING = 0x0800
/** K: `key` is present (RFC 2890 §2). */
export const FLAG_KEY = 0x0400
/** S: `sequence` is present (RFC 2890 §2). */
export const FLAG_SEQUENCE = 0x0200
/** Largest virtual subnet id of NVGRE; 0 to 0xfff and 0xffffff are reserved (RFC 7637 §3.3). */
export const VSID_MAX = 0xff_ffff

const FLAGS = LAYOUT.offsets.flags
const PROTOCOL = LAYOUT.offsets.protocol

/** Bits below `flags` in its 16-bit word. */
const VERSION_BITS = 3
const VERSION_MASK = 7
/** Bytes of an optional part: checksum with its reserved half, key, sequence number. */
const PART = 4

/**
 * Steps the cursor over the header and its optional parts, onto whatever {@link protocol} names.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured`, `BadVersion`, or `Unsupported` for source routes.
 */
export function enter(cursor: Cursor): number {
  const { view, position: at } = cursor
  const room = cursor.end - at
  if (room < LENGTH) return cursor.failShort(LENGTH)
  if (version(view, at) !== VERSION) return cursor.fail(Fault.BadVersion)
  const bits = flags(view, at)
  if ((bits & FLAG_ROUTING) !== 0) return cursor.fail(Fault.Unsupported)
  const length = lengthOf(bits)
  if (room < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** Flags and reserved bits, 13 bits (RFC 2784 §2.1, RFC 2890 §2). */
export function flags(view: DataView, at: number): number {
  return view.getUint16(at + FLAGS) >>> VERSION_BITS
}

/** Version, 0 to 7 (RFC 2784 §2.3.1). */
export function version(view: DataView, at: number): number {
  return view.getUint16(at + FLAGS) & VERSION_MASK
}

/** EtherType of the payload (RFC 2784 §2.4). */
export function protocol(view: DataView, at: number): number {
  return view.getUint16(at + PROTOCOL)
}

/** Bytes of this header: 4, 8, 12 or 16. */
export function headerLength(view: DataView, at: number): number {
  return lengthOf(flags(view, at))
}

/** Checksum over header and payload, 16 bits; `NONE` when absent (RFC 2784 §2.5). */
export function checksum(view: DataView, at: number): number {
  return (flags(view, at) & FLAG_CHECKSUM) === 0 ? NONE : view.getUint16(at + LENGTH)
}

/** Key, unsigned 32 bits; `NONE` when absent (RFC 2890 §2.1). */
export function key(view: DataView, at: number): number {
  const bits = flags(view, at)
  return (bits & FLAG_KEY) === 0 ? NONE : view.getUint32(keyAt(bits, at))
}

/** Sequence number, unsigned 32 bits; `NONE` when absent (RFC 2890 §2.2). */
export function sequence(view: DataView, at: number): number {
  const bits = flags(view, at)
  return (bits & FLAG_SEQUENCE) === 0 ? NONE : view.getUint32(sequenceAt(bits, at))
}

/** Whether this is NVGRE: a key, no checksum, no sequence number, an Ethernet frame inside (RFC 7637 §3.2). */
export function isNvgre(view: DataView, at: number): boolean {
  const meaning = flags(view, at) & (FLAG_CHECKSUM | FLAG_KEY | FLAG_SEQUENCE)
  return meaning === FLAG_KEY && protocol(view, at) === EtherType.TransparentEthernet
}

/**
 * Whether this is NVGRE with a virtual subnet: a key below 256, as tunnels of Linux and Open vSwitch have it, names none, and
 * subnet 0 is reserved (RFC 7637 §3.3).
 */
export function hasSubnet(view: DataView, at: number): boolean {
  return isNvgre(view, at) && view.getUint32(at + LENGTH) >>> 8 !== 0
}

/** NVGRE's virtual subnet id, 24 bits, the tenant as a VNI is; `NONE` when not {@link isNvgre} (RFC 7637 §3.2). */
export function vsid(view: DataView, at: number): number {
  return isNvgre(view, at) ? view.getUint32(at + LENGTH) >>> 8 : NONE
}

/** NVGRE's flow id, 8 bits of entropy for the underlay; `NONE` when not {@link isNvgre} (RFC 7637 §3.2). */
export function flowId(view: DataView, at: number): number {
  return isNvgre(view, at) ? view.getUint8(at + LENGTH + 3) : NONE
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  const bits = flags(view, at)
  const header: Header = { flags: bits, version: version(view, at), protocol: protocol(view, at) }
  if ((bits & FLAG_CHECKSUM) !== 0) {
    header.checksum = view.getUint16(at + LENGTH)
    header.reserved1 = view.getUint16(at + LENGTH + 2)
  }
  if ((bits & FLAG_KEY) !== 0) header.key = view.getUint32(keyAt(bits, at))
  if ((bits & FLAG_SEQUENCE) !== 0) header.sequence = view.getUint32(sequenceAt(bits, at))
  return header
}

/**
 * Writes the header and steps the cursor over it. The checksum is written as given.
 * @throws RangeError when a value does not fit its field, an optional field does not match its flag, or the header does
 * not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('gre.flags', header.flags, 13)
  checkUint('gre.version', header.version, 3)
  checkUint('gre.protocol', header.protocol, 16)
  checkOptional('gre.checksum', header.checksum, 16, header.flags & FLAG_CHECKSUM)
  checkOptional('gre.reserved1', header.reserved1, 16, header.flags & FLAG_CHECKSUM)
  checkOptional('gre.key', header.key, 32, header.flags & FLAG_KEY)
  checkOptional('gre.sequence', header.sequence, 32, header.flags & FLAG_SEQUENCE)
  const length = lengthOf(header.flags)
  checkRoom('gre', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint16(at + FLAGS, (header.flags << VERSION_BITS) | header.version)
  view.setUint16(at + PROTOCOL, header.protocol)
  if (header.checksum !== undefined) view.setUint16(at + LENGTH, header.checksum)
  if (header.reserved1 !== undefined) view.setUint16(at + LENGTH + 2, header.reserved1)
  if (header.key !== undefined) view.setUint32(keyAt(header.flags, at), header.key)
  if (header.sequence !== undefined) view.setUint32(sequenceAt(header.flags, at), header.sequence)
}

/**
 * A header without checksum in front of `protocol`.
 * @param protocol - EtherType of the payload.
 * @param key - Key, unsigned 32 bits, where there is one.
 */
export function header(protocol: number, key?: number): Header {
  if (key === undefined) return { flags: 0, version: VERSION, protocol }
  return { flags: FLAG_KEY, version: VERSION, protocol, key }
}

/**
 * An NVGRE header in front of an Ethernet frame (RFC 7637 §3.2).
 * @param vsid - Virtual subnet id, 0 to {@link VSID_MAX}.
 * @param flowId - Entropy, 0 to 255.
 * @throws RangeError when either does not fit.
 */
export function nvgreHeader(vsid: number, flowId = 0): Header {
  checkUint('gre.vsid', vsid, 24)
  checkUint('gre.flowId', flowId, 8)
  return header(EtherType.TransparentEthernet, vsid * 0x100 + flowId)
}

function lengthOf(bits: number): number {
  let length = LENGTH
  if ((bits & FLAG_CHECKSUM) !== 0) length += PART
  if ((bits & FLAG_KEY) !== 0) length += PART
  if ((bits & FLAG_SEQUENCE) !== 0) length += PART
  return length
}

function keyAt(bits: number, at: number): number {
  return at + LENGTH + ((bits & FLAG_CHECKSUM) === 0 ? 0 : PART)
}

function sequenceAt(bits: number, at: number): number {
  return keyAt(bits, at) + ((bits & FLAG_KEY) === 0 ? 0 : PART)
}

function checkOptional(name: string, value: number | undefined, bits: number, flag: number): void {
  if ((value !== undefined) !== (flag !== 0)) {
    throw new RangeError(
      `${name} must be ${flag === 0 ? 'absent while its flag is clear' : 'present while its flag is set'}`,
    )
  }
  if (value !== undefined) checkUint(name, value, bits)
}
