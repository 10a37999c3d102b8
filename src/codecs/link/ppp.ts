/**
 * PPP (RFC 1661 §2): a protocol number of two bytes, or of one where the ends agreed to compress it (§6.5). On serial lines
 * an address and a control byte may stand in front (RFC 1662 §3.1).
 */
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'
import { EtherType } from './ethernet.ts'

/** A PPP header as a plain object. */
export interface Header {
  /** Whether address and control byte stand in front (RFC 1662 §3.1). */
  framed: boolean
  /** Protocol, see {@link Protocol}; odd, and below 256 where `compressed` (RFC 1661 §2). */
  protocol: number
  /** Whether the protocol takes one byte (RFC 1661 §6.5). */
  compressed: boolean
}

/** The two bytes of a protocol that is not compressed (RFC 1661 §2). */
export const LAYOUT = /* @__PURE__ */ layout<'protocol'>({ protocol: field.u16 })
/** Bytes of a header without framing and compression. */
export const LENGTH = LAYOUT.span
/** Bytes of address and control (RFC 1662 §3.1). */
export const LENGTH_FRAMING = 2

/** Protocols that lead on (IANA PPP DLL Protocol Numbers). */
export const Protocol = {
  /** RFC 1332. */
  Ipv4: 0x0021,
  /** RFC 5072. */
  Ipv6: 0x0057,
  /** RFC 3032 §4.3. */
  Mpls: 0x0281,
  /** RFC 3032 §4.3. */
  MplsMulticast: 0x0283,
  /** Link control: no data (RFC 1661). */
  LinkControl: 0xc021,
} as const

/** Address "all stations" and control "unnumbered information" (RFC 1662 §3.1); no protocol begins with the former. */
const ADDRESS = 0xff
const CONTROL = 0x03

/**
 * Steps the cursor over the header.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured`, or `Unsupported` for another control byte.
 */
export function enter(cursor: Cursor): number {
  const { view, position: at } = cursor
  const room = cursor.end - at
  if (room < 1) return cursor.failShort(1)
  let length = 0
  if (view.getUint8(at) === ADDRESS) {
    if (room < LENGTH_FRAMING) return cursor.failShort(LENGTH_FRAMING)
    if (view.getUint8(at + 1) !== CONTROL) return cursor.fail(Fault.Unsupported)
    length = LENGTH_FRAMING
    if (room === length) return cursor.failShort(length + 1)
  }
  length += isCompressed(view, at + length) ? 1 : LENGTH
  if (room < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** Whether address and control byte stand in front (RFC 1662 §3.1). */
export function framed(view: DataView, at: number): boolean {
  return view.getUint8(at) === ADDRESS
}

/** Whether the protocol takes one byte: its last byte is odd, all before it even (RFC 1661 §2, §6.5). */
export function compressed(view: DataView, at: number): boolean {
  return isCompressed(view, protocolAt(view, at))
}

/** Protocol, 16 bits; see {@link Protocol} (RFC 1661 §2). */
export function protocol(view: DataView, at: number): number {
  const from = protocolAt(view, at)
  return isCompressed(view, from) ? view.getUint8(from) : view.getUint16(from)
}

/** Bytes of this header: 1 to 4. */
export function headerLength(view: DataView, at: number): number {
  return (framed(view, at) ? LENGTH_FRAMING : 0) + (compressed(view, at) ? 1 : LENGTH)
}

/** EtherType of what follows; 0 where the protocol is none that leads on. */
export function etherType(view: DataView, at: number): number {
  switch (protocol(view, at)) {
    case Protocol.Ipv4:
      return EtherType.IPv4
    case Protocol.Ipv6:
      return EtherType.IPv6
    case Protocol.Mpls:
      return EtherType.Mpls
    case Protocol.MplsMulticast:
      return EtherType.MplsMulticast
    default:
      return 0
  }
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return { framed: framed(view, at), protocol: protocol(view, at), compressed: compressed(view, at) }
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when the protocol does not fit its bytes or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  const { framed: hasFraming, protocol: number, compressed: isShort } = header
  checkUint('ppp.protocol', number, isShort ? 8 : 16)
  if (isShort ? (number & 1) === 0 || number === ADDRESS : (number & 0x100) !== 0) {
    throw new RangeError(
      `ppp.protocol must be ${isShort ? 'odd where it is compressed, and not 255' : 'even in its first byte'}`,
    )
  }
  const length = (hasFraming ? LENGTH_FRAMING : 0) + (isShort ? 1 : LENGTH)
  checkRoom('ppp', cursor, length)
  const { view } = cursor
  let at = cursor.claim(length)
  if (hasFraming) {
    view.setUint8(at, ADDRESS)
    view.setUint8(at + 1, CONTROL)
    at += LENGTH_FRAMING
  }
  if (isShort) view.setUint8(at, number)
  else view.setUint16(at, number)
}

/** A header in front of `protocol`, as PPPoE has it. */
export function header(protocol: number): Header {
  return { framed: false, protocol, compressed: false }
}

function protocolAt(view: DataView, at: number): number {
  return framed(view, at) ? at + LENGTH_FRAMING : at
}

function isCompressed(view: DataView, at: number): boolean {
  return (view.getUint8(at) & 1) === 1
}
