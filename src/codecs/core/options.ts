/**
 * The option list that IPv4 (RFC 791 §3.1) and TCP (RFC 9293 §3.1) share: one byte of type, one of length that counts both,
 * then data; type 0 ends the list and type 1 fills a byte, both without a length.
 *
 * A list from the wire may be malformed or cut: reading stops where it stops making sense, and what came before counts.
 */
import { getBytes } from './bytes.ts'
import { NONE } from './fault.ts'
import { checkLength, checkUint } from './range.ts'

/** One option as a plain object. */
export interface Option {
  /** 0 to 255; what it means depends on the protocol. */
  type: number
  /** What follows type and length; empty for type 1. */
  data: Uint8Array
}

/** Ends the list; what follows is padding (RFC 791 §3.1, RFC 9293 §3.2). */
export const END_OF_OPTIONS = 0
/** Fills one byte (RFC 791 §3.1, RFC 9293 §3.2). */
export const NO_OPERATION = 1

/**
 * Looks for the first whole option of a type, without allocating.
 * @param at - First byte of the list.
 * @param end - First byte past the list, or past what was captured of it.
 * @param type - 2 to 255.
 * @returns Offset of the option's type byte, or `NONE`.
 */
export function findOption(view: DataView, at: number, end: number, type: number): number {
  let position = at
  while (position < end) {
    const here = view.getUint8(position)
    if (here === END_OF_OPTIONS) return NONE
    if (here === NO_OPERATION) {
      position++
      continue
    }
    if (position + 2 > end) return NONE
    const length = view.getUint8(position + 1)
    if (length < 2 || position + length > end) return NONE
    if (here === type) return position
    position += length
  }
  return NONE
}

/**
 * Copies out the options from `at` to the end of the list, to `end`, or to the first one that is malformed or cut.
 * No-operations are listed, the end of options is not.
 */
export function readOptions(view: DataView, at: number, end: number): Option[] {
  const options: Option[] = []
  let position = at
  while (position < end) {
    const type = view.getUint8(position)
    if (type === END_OF_OPTIONS) break
    if (type === NO_OPERATION) {
      options.push({ type, data: new Uint8Array(0) })
      position++
      continue
    }
    if (position + 2 > end) break
    const length = view.getUint8(position + 1)
    if (length < 2 || position + length > end) break
    options.push({ type, data: getBytes(view, position + 2, length - 2) })
    position += length
  }
  return options
}

/**
 * The bytes of an option list, filled up with end-of-options to a multiple of 4, as `Header.options` expects them.
 * @throws RangeError for a type or length beyond a byte, data where the type has none, or when the list is longer than 40 bytes.
 */
export function optionBytes(options: readonly Option[]): Uint8Array {
  let length = 0
  for (const { type, data } of options) {
    checkUint('option.type', type, 8)
    checkLength('option.data.length', data.length, 1, type <= NO_OPERATION ? 0 : 253)
    length += type <= NO_OPERATION ? 1 : data.length + 2
  }
  const padded = Math.ceil(length / 4) * 4
  checkLength('options.length', padded, 4, 40)
  const bytes = new Uint8Array(padded)
  let position = 0
  for (const { type, data } of options) {
    bytes[position++] = type
    if (type <= NO_OPERATION) continue
    bytes[position++] = data.length + 2
    bytes.set(data, position)
    position += data.length
  }
  return bytes
}
