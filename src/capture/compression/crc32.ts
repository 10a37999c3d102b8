/** CRC-32 as gzip has it (RFC 1952 §8), eight bytes at a step. Runs anywhere. Internal to `capture/`. */

const POLYNOMIAL = 0xedb8_8320

/** Eight tables of 256: what a byte does to the remainder when so many bytes come behind it. Made when first needed. */
let tables: Int32Array | null = null

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
    made[byte] = value
  }
  for (let at = 256; at < made.length; at++) made[at] = (made[at - 256]! >>> 8) ^ made[made[at - 256]! & 255]!
  return made
}

/** @param crc - The CRC of the bytes before, 0 where there are none. @returns The CRC with these, unsigned. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  tables ??= makeTables()
  const table = tables
  const { length } = bytes
  let value = ~crc
  let at = 0
  for (; at + 8 <= length; at += 8) {
    const low = value ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    value =
      table[0x700 + (low & 255)]! ^
      table[0x600 + ((low >>> 8) & 255)]! ^
      table[0x500 + ((low >>> 16) & 255)]! ^
      table[0x400 + (low >>> 24)]! ^
      table[0x300 + bytes[at + 4]!]! ^
      table[0x200 + bytes[at + 5]!]! ^
      table[0x100 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!
  }
  for (; at < length; at++) value = (value >>> 8) ^ table[(value ^ bytes[at]!) & 255]!
  return ~value >>> 0
}
