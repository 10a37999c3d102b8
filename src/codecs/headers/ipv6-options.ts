/**
 * IPv6 hop-by-hop and destination options: two extension headers of one form (RFC 8200 §4.2, §4.3, §4.6), with the jumbo
 * payload option of RFC 2675.
 */
import { getBytes, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { NONE } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import type { Option } from '../core/options.ts'
import { checkLength, checkRoom, checkUint } from '../core/range.ts'

/** A hop-by-hop or destination options header as a plain object. */
export interface Header {
  /** What follows, 0 to 255: see `Protocol`. */
  nextHeader: number
  /** Bytes of the whole header: 8 to 2 048, a multiple of 8; the wire counts blocks of 8 behind the first. */
  headerLength: number
  /** The options with their padding: 2 bytes less than the header. */
  options: Uint8Array
}

/** The fixed part in wire order, declared once (RFC 8200 §4.3): `extensionBlocks` counts blocks of 8 bytes behind the first. */
export const LAYOUT = /* @__PURE__ */ layout<'nextHeader' | 'extensionBlocks'>({
  nextHeader: field.u8,
  extensionBlocks: field.u8,
})
/** Bytes before the options. */
export const LENGTH = LAYOUT.span
/** Bytes of the shortest header (RFC 8200 §4.3). */
export const LENGTH_MIN = 8
/** Bytes of the longest header (RFC 8200 §4.3). */
export const LENGTH_MAX = 2048
/** Option types (RFC 8200 §4.2; IANA Destination Options and Hop-by-Hop Options), action and change bits included. */
export const OptionType = {
  /** One byte of padding, without a length. */
  Pad1: 0x00,
  /** Two or more bytes of padding. */
  PadN: 0x01,
  /** RFC 2711. */
  RouterAlert: 0x05,
  /** RFC 2675. */
  JumboPayload: 0xc2,
  /** RFC 6275. */
  HomeAddress: 0xc9,
} as const

const NEXT_HEADER = LAYOUT.offsets.nextHeader
const EXTENSION_BLOCKS = LAYOUT.offsets.extensionBlocks

/**
 * Steps the cursor over the header and its options.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  if (cursor.end - at < LENGTH_MIN) return cursor.failShort(LENGTH_MIN)
  const length = headerLength(cursor.view, at)
  if (cursor.end - at < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** What follows, 0 to 255: see `Protocol` (RFC 8200 §4.3). */
export function nextHeader(view: DataView, at: number): number {
  return view.getUint8(at + NEXT_HEADER)
}

/** Bytes of the whole header, 8 to 2 048 (RFC 8200 §4.3, Hdr Ext Len). */
export function headerLength(view: DataView, at: number): number {
  return (view.getUint8(at + EXTENSION_BLOCKS) + 1) << 3
}

/**
 * Looks for the first whole option of a type, without allocating.
 * @param type - 1 to 255: see {@link OptionType}.
 * @returns Offset of the option's type byte, or `NONE`.
 */
export function findOption(view: DataView, at: number, type: number): number {
  const end = at + headerLength(view, at)
  let position = at + LENGTH
  while (position < end) {
    const here = view.getUint8(position)
    if (here === OptionType.Pad1) {
      position++
      continue
    }
    if (position + 2 > end) return NONE
    const next = position + 2 + view.getUint8(position + 1)
    if (next > end) return NONE
    if (here === type) return position
    position = next
  }
  return NONE
}

/**
 * Jumbo payload length: bytes behind the fixed IPv6 header (RFC 2675 §2). Legal values are beyond 65 535.
 * @returns 0 to 2^32 − 1 as stated, or `NONE` without the option.
 */
export function jumboPayloadLength(view: DataView, at: number): number {
  const option = findOption(view, at, OptionType.JumboPayload)
  return option === NONE || view.getUint8(option + 1) !== 4 ? NONE : view.getUint32(option + 2)
}

/** Offset of the 16 bytes of a home address (RFC 6275 §6.3), or `NONE` without the option. */
export function homeAddress(view: DataView, at: number): number {
  const option = findOption(view, at, OptionType.HomeAddress)
  return option === NONE || view.getUint8(option + 1) !== 16 ? NONE : option + 2
}

/** Copies the options out, padding included, up to the end of the header or the first malformed one (RFC 8200 §4.2). */
export function options(view: DataView, at: number): Option[] {
  const found: Option[] = []
  const end = at + headerLength(view, at)
  let position = at + LENGTH
  while (position < end) {
    const type = view.getUint8(position)
    if (type === OptionType.Pad1) {
      found.push({ type, data: new Uint8Array(0) })
      position++
      continue
    }
    if (position + 2 > end) break
    const length = view.getUint8(position + 1)
    if (position + 2 + length > end) break
    found.push({ type, data: getBytes(view, position + 2, length) })
    position += 2 + length
  }
  return found
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  const length = headerLength(view, at)
  return {
    nextHeader: nextHeader(view, at),
    headerLength: length,
    options: getBytes(view, at + LENGTH, length - LENGTH),
  }
}

/**
 * Writes the header with its options and steps the cursor over them. The length is written as given.
 * @throws RangeError when a value does not fit its field, the options do not fill the header up to a multiple of 8 bytes, or
 * the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('ipv6-options.nextHeader', header.nextHeader, 8)
  checkLength('ipv6-options.headerLength', header.headerLength, 8, LENGTH_MAX, LENGTH_MIN)
  const length = LENGTH + header.options.length
  checkLength('ipv6-options.options.length + 2', length, 8, LENGTH_MAX, LENGTH_MIN)
  checkRoom('ipv6-options', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + NEXT_HEADER, header.nextHeader)
  view.setUint8(at + EXTENSION_BLOCKS, (header.headerLength >> 3) - 1)
  setBytes(view, at + LENGTH, header.options)
}

/**
 * A header with the given options, filled up to a multiple of 8 bytes with Pad1 or PadN. Alignment between options is the
 * caller's: the first option lies at offset 2, where a jumbo payload option belongs.
 * @throws RangeError for a type or length beyond a byte.
 */
export function header(nextHeader: number, list: readonly Option[]): Header {
  let length = LENGTH
  for (const { type, data } of list) {
    checkUint('ipv6-options.type', type, 8)
    checkLength('ipv6-options.data.length', data.length, 1, type === OptionType.Pad1 ? 0 : 255)
    length += type === OptionType.Pad1 ? 1 : 2 + data.length
  }
  const headerLength = Math.ceil(length / 8) * 8
  const bytes = new Uint8Array(headerLength - LENGTH)
  let position = 0
  for (const { type, data } of list) {
    bytes[position++] = type
    if (type === OptionType.Pad1) continue
    bytes[position++] = data.length
    bytes.set(data, position)
    position += data.length
  }
  if (bytes.length - position > 1) {
    bytes[position] = OptionType.PadN
    bytes[position + 1] = bytes.length - position - 2
  }
  return { nextHeader, headerLength, options: bytes }
}

/** A hop-by-hop header that states the length of a jumbogram: bytes behind the fixed header, this one included (RFC 2675 §2). */
export function jumbo(nextHeader: number, payloadLength: number): Header {
  checkUint('ipv6-options.jumboPayloadLength', payloadLength, 32)
  const data = new Uint8Array(4)
  new DataView(data.buffer).setUint32(0, payloadLength)
  return header(nextHeader, [{ type: OptionType.JumboPayload, data }])
}
