/**
 * 802.2 LLC and SNAP: what follows an Ethernet length (IEEE 802.2 §3.2, §5.4; IEEE 802-2014 §9.2).
 * Three bytes with an unnumbered control field, four with a numbered one, eight with a SNAP extension.
 */
import { getUint24, setUint24 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** The SNAP extension as a plain object (IEEE 802-2014 §9.2). */
export interface Snap {
  /** Organization that defines `protocol`, 24 bits; 0 says that it is an EtherType. */
  organization: number
  /** Protocol within `organization`, 16 bits. */
  protocol: number
}

/** An LLC header as a plain object. */
export interface Header {
  /** Destination service access point, 8 bits; bit 0 set for a group. */
  dsap: number
  /** Source service access point, 8 bits; bit 0 set for a response. */
  ssap: number
  /** First byte of the control field. */
  control: number
  /** Second byte of the control field, in information and supervisory formats alone (IEEE 802.2 §5.2). */
  sequence?: number
  /** Present when and only when both access points are {@link Sap.Snap} and `control` is {@link CONTROL_UI}. */
  snap?: Snap
}

/** Wire order of the part that every LLC header has (IEEE 802.2 §3.2). */
export const LAYOUT = /* @__PURE__ */ layout<'dsap' | 'ssap' | 'control'>({
  dsap: field.u8,
  ssap: field.u8,
  control: field.u8,
})
/** Bytes of the part that every header has. */
export const LENGTH = LAYOUT.span
/** Bytes of a header with a numbered control field. */
export const LENGTH_NUMBERED = LENGTH + 1
/** Bytes of a header with a SNAP extension. */
export const LENGTH_SNAP = LENGTH + 5
/** Unnumbered information, the control field of all that carries a network protocol (IEEE 802.2 §5.4.1). */
export const CONTROL_UI = 0x03
/** `organization` whose protocols are EtherTypes (RFC 1042). */
export const ORGANIZATION_ETHERNET = 0

/** Service access points (IANA registry "IEEE 802 Numbers"). */
export const Sap = {
  /** No access point. */
  Null: 0x00,
  /** IEEE 802.1D bridge protocol data units. */
  SpanningTree: 0x42,
  /** A SNAP extension follows. */
  Snap: 0xaa,
  /** Novell IPX. */
  Ipx: 0xe0,
  /** NetBIOS. */
  NetBios: 0xf0,
  /** IS-IS and its kin. */
  IsoNetworkLayer: 0xfe,
  /** All access points; in front of IPX also the raw 802.3 of Novell. */
  Global: 0xff,
} as const

const DSAP = LAYOUT.offsets.dsap
const SSAP = LAYOUT.offsets.ssap
const CONTROL = LAYOUT.offsets.control
const SEQUENCE = LENGTH
const ORGANIZATION = LENGTH
const PROTOCOL = LENGTH + 3

/** Both low bits of an unnumbered control field (IEEE 802.2 §5.2). */
const FORMAT_UNNUMBERED = 0x03

/**
 * Steps the cursor over the header and its SNAP extension.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  const room = cursor.end - at
  if (room < LENGTH) return cursor.failShort(LENGTH)
  const length = headerLength(cursor.view, at)
  if (room < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** Destination service access point, 8 bits (IEEE 802.2 §3.3.1). */
export function dsap(view: DataView, at: number): number {
  return view.getUint8(at + DSAP)
}

/** Source service access point, 8 bits (IEEE 802.2 §3.3.1). */
export function ssap(view: DataView, at: number): number {
  return view.getUint8(at + SSAP)
}

/** First byte of the control field, 8 bits (IEEE 802.2 §5.2). */
export function control(view: DataView, at: number): number {
  return view.getUint8(at + CONTROL)
}

/** Whether a SNAP extension follows (IEEE 802-2014 §9.2). */
export function isSnap(view: DataView, at: number): boolean {
  return hasSnap(dsap(view, at), ssap(view, at), control(view, at))
}

/** Bytes of this header: 3, 4 or 8. */
export function headerLength(view: DataView, at: number): number {
  return lengthOf(dsap(view, at), ssap(view, at), control(view, at))
}

/** Organization of the SNAP extension, 24 bits. Only where {@link isSnap}. */
export function organization(view: DataView, at: number): number {
  return getUint24(view, at + ORGANIZATION)
}

/** Protocol of the SNAP extension, 16 bits; an EtherType where {@link organization} is 0. Only where {@link isSnap}. */
export function protocol(view: DataView, at: number): number {
  return view.getUint16(at + PROTOCOL)
}

/** EtherType of what follows, 0 when the header names none: no SNAP extension, or another organization's protocol. */
export function etherType(view: DataView, at: number): number {
  return isSnap(view, at) && organization(view, at) === ORGANIZATION_ETHERNET ? protocol(view, at) : 0
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  const header: Header = { dsap: dsap(view, at), ssap: ssap(view, at), control: control(view, at) }
  if (isNumbered(header.control)) header.sequence = view.getUint8(at + SEQUENCE)
  if (isSnap(view, at)) header.snap = { organization: organization(view, at), protocol: protocol(view, at) }
  return header
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when a value does not fit its field, `sequence` or `snap` is missing or not allowed by the other
 * fields, or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('llc.dsap', header.dsap, 8)
  checkUint('llc.ssap', header.ssap, 8)
  checkUint('llc.control', header.control, 8)
  const { sequence, snap } = header
  checkPresence('llc.sequence', sequence !== undefined, isNumbered(header.control))
  checkPresence('llc.snap', snap !== undefined, hasSnap(header.dsap, header.ssap, header.control))
  if (sequence !== undefined) checkUint('llc.sequence', sequence, 8)
  if (snap !== undefined) {
    checkUint('llc.snap.organization', snap.organization, 24)
    checkUint('llc.snap.protocol', snap.protocol, 16)
  }
  const length = lengthOf(header.dsap, header.ssap, header.control)
  checkRoom('llc', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + DSAP, header.dsap)
  view.setUint8(at + SSAP, header.ssap)
  view.setUint8(at + CONTROL, header.control)
  if (sequence !== undefined) view.setUint8(at + SEQUENCE, sequence)
  if (snap !== undefined) {
    setUint24(view, at + ORGANIZATION, snap.organization)
    view.setUint16(at + PROTOCOL, snap.protocol)
  }
}

/** A SNAP header in front of `etherType` (RFC 1042). */
export function snapHeader(etherType: number): Header {
  const snap = { organization: ORGANIZATION_ETHERNET, protocol: etherType }
  return { dsap: Sap.Snap, ssap: Sap.Snap, control: CONTROL_UI, snap }
}

function isNumbered(control: number): boolean {
  return (control & FORMAT_UNNUMBERED) !== FORMAT_UNNUMBERED
}

function hasSnap(dsap: number, ssap: number, control: number): boolean {
  return dsap === Sap.Snap && ssap === Sap.Snap && control === CONTROL_UI
}

function lengthOf(dsap: number, ssap: number, control: number): number {
  if (isNumbered(control)) return LENGTH_NUMBERED
  return hasSnap(dsap, ssap, control) ? LENGTH_SNAP : LENGTH
}

function checkPresence(name: string, present: boolean, wanted: boolean): void {
  if (present !== wanted) throw new RangeError(`${name} must be ${wanted ? 'present' : 'absent'} beside these fields`)
}
