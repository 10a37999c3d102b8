/** What every `encode` checks before it writes a byte. */
import { refuseType } from '../../option.ts'
import { isWord } from './bytes.ts'
import type { Cursor } from './cursor.ts'

/**
 * Refuses a field value that does not fit its bits.
 * @param name - `layer.field`, as the message shows it.
 * @throws RangeError naming the field, its range and the value; TypeError for what is no number.
 */
export function checkUint(name: string, value: number, bits: number): void {
  const max = bits < 32 ? ~(-1 << bits) : 2 ** bits - 1
  if (!Number.isInteger(value) || value < 0 || value > max) refuseUint(name, value, bits)
}

/**
 * Throws what {@link checkUint} throws, for checks that stand where the value is: fields of more than 31 bits, which a call would
 * put on the heap.
 */
export function refuseUint(name: string, value: number, bits: number): never {
  if (typeof value !== 'number') refuseType(name, value, 'a number')
  throw new RangeError(`${name} must be an integer from 0 to ${2 ** bits - 1}, not ${value}`)
}

/**
 * Refuses raw bytes of the wrong length.
 * @throws RangeError naming the field and both lengths.
 */
export function checkBytes(name: string, value: Uint8Array, length: number): void {
  if (!(value instanceof Uint8Array)) refuseType(name, value, 'a Uint8Array')
  if (value.length !== length) throw new RangeError(`${name} must have ${length} bytes, not ${value.length}`)
}

/**
 * Refuses to encode a header for which the cursor has no room.
 * @throws RangeError naming the header, the bytes it needs and the bytes there are.
 */
export function checkRoom(name: string, cursor: Cursor, length: number): void {
  const room = cursor.end - cursor.position
  if (room < length) throw new RangeError(`${name} needs ${length} bytes, the cursor has room for ${room}`)
}

/**
 * Refuses a length or offset in bytes that its field, which counts in larger units, cannot hold.
 * @throws RangeError naming the field, its unit, its range and the value; TypeError for what is no number.
 */
export function checkLength(name: string, value: number, unit: number, max: number, min = 0): void {
  if (!Number.isInteger(value) || value < min || value > max || value % unit !== 0) {
    if (typeof value !== 'number') refuseType(name, value, 'a number')
    throw new RangeError(`${name} must be a multiple of ${unit} from ${min} to ${max}, not ${value}`)
  }
}

/**
 * Refuses what is not 32 bits, signed or unsigned: IPv4 addresses are signed on the packet path and unsigned in print.
 * @throws RangeError naming the field, its range and the value; TypeError for what is no number.
 */
export function checkWord(name: string, value: number): void {
  if (!isWord(value)) refuseWord(name, value)
}

/** Throws what {@link checkWord} throws, as {@link refuseUint} does. */
export function refuseWord(name: string, value: number): never {
  if (typeof value !== 'number') refuseType(name, value, 'a number')
  throw new RangeError(`${name} must be an integer from ${-0x8000_0000} to ${0xffff_ffff}, not ${value}`)
}
