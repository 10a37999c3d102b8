/**
 * Body of an IPv6 neighbour solicitation or advertisement, behind the ICMPv6 header: the target address (RFC 4861 §4.3, §4.4),
 * then options up to the end of the message, whose length only IP knows.
 */
import { getBytes, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { NONE } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import type { Option } from '../core/options.ts'
import { checkBytes, checkLength, checkRoom, checkUint } from '../core/range.ts'

/** A neighbour discovery body as a plain object, without options. */
export interface Header {
  /** The address asked for or announced, 16 bytes. */
  target: Uint8Array
}

/** Wire order, declared once (RFC 4861 §4.3, §4.4). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({ target: field.bytes(16) })
/** Bytes before the options. */
export const LENGTH = LAYOUT.span
/** Option types (RFC 4861 §4.6). */
export const OptionType = {
  /** The sender's own link-layer address, in solicitations. */
  SourceLinkLayerAddress: 1,
  /** The target's link-layer address, in advertisements. */
  TargetLinkLayerAddress: 2,
  /** Prefix of the link, in router advertisements. */
  PrefixInformation: 3,
  /** The packet that was redirected. */
  RedirectedHeader: 4,
  /** MTU of the link, in router advertisements. */
  Mtu: 5,
} as const

const TARGET = LAYOUT.offsets.target

/**
 * Steps the cursor onto the options.
 * @returns Offset of the target, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Copies the target address out, 16 bytes (RFC 4861 §4.3). Off the hot path: it allocates. */
export function target(view: DataView, at: number): Uint8Array {
  return getBytes(view, at + TARGET, LENGTH)
}

/**
 * One of the four 32-bit words of the target address, signed; `>>> 0` for the unsigned form.
 * @param i - 0 (most significant) to 3.
 */
export function targetWord(view: DataView, at: number, i: number): number {
  return view.getInt32(at + TARGET + 4 * i)
}

/**
 * Looks for the first whole option of a type, without allocating.
 * @param end - First offset past the message, or past what was captured of it.
 * @param type - 0 to 255: see {@link OptionType}.
 * @returns Offset of the option's type byte, or `NONE`.
 */
export function findOption(view: DataView, at: number, end: number, type: number): number {
  let position = at + LENGTH
  while (position + 2 <= end) {
    const length = view.getUint8(position + 1) << 3
    // A length of 0 would never end; the message is to be discarded (RFC 4861 §4.6).
    if (length === 0 || position + length > end) return NONE
    if (view.getUint8(position) === type) return position
    position += length
  }
  return NONE
}

/**
 * Where the MAC address of a source or target link-layer address option lies (RFC 4861 §4.6.1, RFC 2464 §6).
 * @param end - First offset past the message, or past what was captured of it.
 * @param type - {@link OptionType.SourceLinkLayerAddress} or {@link OptionType.TargetLinkLayerAddress}.
 * @returns Offset of 6 bytes, or `NONE` without the option or when it is not Ethernet's.
 */
export function linkLayerAddress(view: DataView, at: number, end: number, type: number): number {
  const option = findOption(view, at, end, type)
  return option !== NONE && view.getUint8(option + 1) === 1 ? option + 2 : NONE
}

/**
 * Copies the options out, up to `end` or the first malformed one (RFC 4861 §4.6).
 * @param end - First offset past the message, or past what was captured of it.
 */
export function options(view: DataView, at: number, end: number): Option[] {
  const found: Option[] = []
  let position = at + LENGTH
  while (position + 2 <= end) {
    const length = view.getUint8(position + 1) << 3
    if (length === 0 || position + length > end) break
    found.push({ type: view.getUint8(position), data: getBytes(view, position + 2, length - 2) })
    position += length
  }
  return found
}

/** Copies the body out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return { target: target(view, at) }
}

/**
 * Writes the target and steps the cursor over it.
 * @throws RangeError when the target has not 16 bytes or does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkBytes('neighbor.target', header.target, LENGTH)
  checkRoom('neighbor', cursor, LENGTH)
  setBytes(cursor.view, cursor.claim(LENGTH) + TARGET, header.target)
}

/**
 * Writes one option behind the target and steps the cursor over it.
 * @param option - Data of 6 bytes (a MAC address) or 8 n + 6.
 * @throws RangeError when type or data do not fit, or the option does not fit the window; nothing is written then.
 */
export function encodeOption(cursor: Cursor, option: Option): void {
  checkUint('neighbor.option.type', option.type, 8)
  const length = 2 + option.data.length
  checkLength('neighbor.option.data.length + 2', length, 8, 2040, 8)
  checkRoom('neighbor.option', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at, option.type)
  view.setUint8(at + 1, length >> 3)
  setBytes(view, at + 2, option.data)
}
