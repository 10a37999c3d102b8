/** Bytes of a packet changed in place, with the checksums over them following as RFC 1624 has it. */

/** One's complement sum of 16-bit words: `length` bytes from `at`, what is past the end left out. */
export function sum16(view: DataView, at: number, length: number): number {
  let sum = 0
  const end = Math.min(at + length, view.byteLength)
  for (let word = at; word < end; word += 2) sum += word + 1 < end ? view.getUint16(word) : view.getUint8(word) << 8
  return fold(sum)
}

/** Adds end-around carries until 16 bits are left. */
export function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000)
  return folded
}

/** The sum of what is subtracted, as what is to be added. */
export function minus(sum: number): number {
  return 0xffff - fold(sum)
}

/**
 * XORs bytes.
 * @returns What the one's complement sum of the 16-bit words there has grown by; 0 where nothing was captured.
 */
export function flip(view: DataView, at: number, mask: readonly number[]): number {
  const length = mask.length
  if (at < 0 || at + length > view.byteLength) return 0
  const before = sum16(view, at, length)
  for (const [index, bits] of mask.entries()) view.setUint8(at + index, view.getUint8(at + index) ^ bits)
  return fold(sum16(view, at, length) + minus(before))
}

/** Writes a 16-bit word. @returns What the sum has grown by. */
export function put16(view: DataView, at: number, value: number): number {
  if (at + 2 > view.byteLength) return 0
  const before = view.getUint16(at)
  view.setUint16(at, value)
  return fold(value + minus(before))
}

/**
 * Lets a checksum follow a growth of the sum that it is over.
 * @param mayBeAbsent - Whether 0 says that there is none (UDP).
 */
export function follow(view: DataView, at: number, growth: number, mayBeAbsent = false): void {
  if (at + 2 > view.byteLength) return
  const checksum = view.getUint16(at)
  if (mayBeAbsent && checksum === 0) return
  const next = fold(checksum + minus(growth))
  view.setUint16(at, mayBeAbsent && next === 0 ? 0xffff : next)
}
