/**
 * VXLAN-GPE: VXLAN with a version and a next protocol, on a port of its own (draft-ietf-nvo3-vxlan-gpe-12 §3).
 * The inner packet may be IP without Ethernet around it.
 */
import { setUint24 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A VXLAN-GPE header as a plain object. */
export interface Header {
  /** Reserved, 2 bits: zero on transmit, ignored on receipt. */
  reserved1: number
  /** Version, 0 to 3; only 0 is defined. */
  version: number
  /** Four bits: {@link FLAG_I}, {@link FLAG_P}, {@link FLAG_B}, {@link FLAG_O}. */
  flags: number
  /** Reserved, 16 bits: zero on transmit, ignored on receipt. */
  reserved2: number
  /** What follows, 0 to 255: see {@link NextProtocol}; valid with {@link FLAG_P}. */
  nextProtocol: number
  /** VXLAN Network Identifier, 0 to 16 777 215. */
  vni: number
  /** Reserved, 8 bits: zero on transmit, ignored on receipt. */
  reserved3: number
}

/** Wire order, declared once (draft-ietf-nvo3-vxlan-gpe-12 §3). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  reserved1: field.bits(2),
  version: field.bits(2),
  flags: field.bits(4),
  reserved2: field.u16,
  nextProtocol: field.u8,
  vni: field.u24,
  reserved3: field.u8,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** The version this codec reads (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export const VERSION = 0
/** The I bit of `flags`: set when the VNI is valid (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export const FLAG_I = 0x08
/** The P bit of `flags`: the next protocol is given (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export const FLAG_P = 0x04
/** The B bit of `flags`: broadcast, unknown unicast or multicast (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export const FLAG_B = 0x02
/** The O bit of `flags`: an operations packet, no tenant's data (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export const FLAG_O = 0x01
/** UDP destination port assigned by IANA (draft-ietf-nvo3-vxlan-gpe-12 §6). */
export const PORT = 4790
/** Values of `nextProtocol` (draft-ietf-nvo3-vxlan-gpe-12 §3.2). */
export const NextProtocol = {
  /** An IPv4 packet follows. */
  Ipv4: 1,
  /** An IPv6 packet follows. */
  Ipv6: 2,
  /** An Ethernet frame follows. */
  Ethernet: 3,
  /** Network service header (RFC 8300). */
  Nsh: 4,
} as const

const FIRST_BYTE = LAYOUT.offsets.version
const RESERVED2 = LAYOUT.offsets.reserved2
const NEXT_PROTOCOL = LAYOUT.offsets.nextProtocol
const VNI = LAYOUT.offsets.vni
const RESERVED3 = LAYOUT.offsets.reserved3

/**
 * Steps the cursor onto the inner packet; {@link payloadProtocol} says what it is.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured`, `BadVersion`, or `FlagMissing` (the I
 * flag).
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  const next = at + LENGTH
  if (next > cursor.end) return cursor.failShort(LENGTH)
  const { view } = cursor
  if (version(view, at) !== VERSION) return cursor.fail(Fault.BadVersion)
  if ((flags(view, at) & FLAG_I) === 0) return cursor.fail(Fault.FlagMissing)
  cursor.position = next
  return at
}

/** The first two bits, reserved (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export function reserved1(view: DataView, at: number): number {
  return view.getUint8(at + FIRST_BYTE) >> 6
}

/** Version, 0 once `enter` has accepted (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export function version(view: DataView, at: number): number {
  return (view.getUint8(at + FIRST_BYTE) >> 4) & 0x03
}

/** Four bits: {@link FLAG_I}, {@link FLAG_P}, {@link FLAG_B}, {@link FLAG_O} (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export function flags(view: DataView, at: number): number {
  return view.getUint8(at + FIRST_BYTE) & 0x0f
}

/** The second and third byte, reserved (draft-ietf-nvo3-vxlan-gpe-12 §3). */
export function reserved2(view: DataView, at: number): number {
  return view.getUint16(at + RESERVED2)
}

/** The next-protocol byte as it is, 0 to 255; valid with {@link FLAG_P} (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export function nextProtocol(view: DataView, at: number): number {
  return view.getUint8(at + NEXT_PROTOCOL)
}

/** What follows, 0 to 255: the next protocol, or Ethernet when the P bit is clear (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
export function payloadProtocol(view: DataView, at: number): number {
  return (flags(view, at) & FLAG_P) === 0 ? NextProtocol.Ethernet : nextProtocol(view, at)
}

/** VXLAN Network Identifier, 0 to 16 777 215 (draft-ietf-nvo3-vxlan-gpe-12 §3). */
export function vni(view: DataView, at: number): number {
  return view.getUint32(at + VNI) >>> 8 // One load, together with the reserved byte behind it.
}

/** The last byte, reserved (draft-ietf-nvo3-vxlan-gpe-12 §3). */
export function reserved3(view: DataView, at: number): number {
  return view.getUint8(at + RESERVED3)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    reserved1: reserved1(view, at),
    version: version(view, at),
    flags: flags(view, at),
    reserved2: reserved2(view, at),
    nextProtocol: nextProtocol(view, at),
    vni: vni(view, at),
    reserved3: reserved3(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it. Version, flags and reserved bits are written as given.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('vxlan-gpe.reserved1', header.reserved1, 2)
  checkUint('vxlan-gpe.version', header.version, 2)
  checkUint('vxlan-gpe.flags', header.flags, 4)
  checkUint('vxlan-gpe.reserved2', header.reserved2, 16)
  checkUint('vxlan-gpe.nextProtocol', header.nextProtocol, 8)
  checkUint('vxlan-gpe.vni', header.vni, 24)
  checkUint('vxlan-gpe.reserved3', header.reserved3, 8)
  checkRoom('vxlan-gpe', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + FIRST_BYTE, (header.reserved1 << 6) | (header.version << 4) | header.flags)
  view.setUint16(at + RESERVED2, header.reserved2)
  view.setUint8(at + NEXT_PROTOCOL, header.nextProtocol)
  setUint24(view, at + VNI, header.vni)
  view.setUint8(at + RESERVED3, header.reserved3)
}

/** A header for `vni` with the I and P flags set and everything reserved zero. */
export function header(vni: number, nextProtocol: number = NextProtocol.Ethernet): Header {
  return { reserved1: 0, version: VERSION, flags: FLAG_I | FLAG_P, reserved2: 0, nextProtocol, vni, reserved3: 0 }
}
