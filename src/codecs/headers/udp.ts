/**
 * UDP: 8 bytes of ports, length and checksum (RFC 768).
 * The length field is not trusted here: 0, or more than IP carries, means "what IP says", and that is for the caller to decide.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A UDP header as a plain object. */
export interface Header {
  /** 0 to 65 535; for a tunnel a hash of the inner headers (RFC 7348 §5). */
  sourcePort: number
  /** 0 to 65 535. */
  destinationPort: number
  /** Bytes of header and payload, 0 to 65 535. */
  length: number
  /** 0 to 65 535; 0 = the sender computed none. */
  checksum: number
}

/** Wire order, declared once (RFC 768). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  sourcePort: field.u16,
  destinationPort: field.u16,
  length: field.u16,
  checksum: field.u16,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span

const SOURCE_PORT = LAYOUT.offsets.sourcePort
const DESTINATION_PORT = LAYOUT.offsets.destinationPort
const DATAGRAM_LENGTH = LAYOUT.offsets.length
const CHECKSUM = LAYOUT.offsets.checksum

/**
 * Steps the cursor onto the payload; the window keeps its end, whatever the length field says.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  const next = at + LENGTH
  if (next > cursor.end) return cursor.failShort(LENGTH)
  cursor.position = next
  return at
}

/** Source port, 0 to 65 535 (RFC 768). */
export function sourcePort(view: DataView, at: number): number {
  return view.getUint16(at + SOURCE_PORT)
}

/** Destination port, 0 to 65 535 (RFC 768). */
export function destinationPort(view: DataView, at: number): number {
  return view.getUint16(at + DESTINATION_PORT)
}

/** Bytes of header and payload as stated, 0 to 65 535; 0 in a jumbogram (RFC 768, RFC 2675 §4). */
export function length(view: DataView, at: number): number {
  return view.getUint16(at + DATAGRAM_LENGTH)
}

/** Checksum, 0 to 65 535; 0 = the sender computed none (RFC 768, over IPv6 RFC 6935). */
export function checksum(view: DataView, at: number): number {
  return view.getUint16(at + CHECKSUM)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    sourcePort: sourcePort(view, at),
    destinationPort: destinationPort(view, at),
    length: length(view, at),
    checksum: checksum(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it. Length and checksum are written as given.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('udp.sourcePort', header.sourcePort, 16)
  checkUint('udp.destinationPort', header.destinationPort, 16)
  checkUint('udp.length', header.length, 16)
  checkUint('udp.checksum', header.checksum, 16)
  checkRoom('udp', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint16(at + SOURCE_PORT, header.sourcePort)
  view.setUint16(at + DESTINATION_PORT, header.destinationPort)
  view.setUint16(at + DATAGRAM_LENGTH, header.length)
  view.setUint16(at + CHECKSUM, header.checksum)
}

/** A header for a payload of `payloadLength` bytes, without checksum. */
export function header(sourcePort: number, destinationPort: number, payloadLength: number): Header {
  return { sourcePort, destinationPort, length: LENGTH + payloadLength, checksum: 0 }
}
