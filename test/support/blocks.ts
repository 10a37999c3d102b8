/** Arbitrary bytes whose number is a multiple of something, as option areas are. */
import fc from 'fast-check'

/**
 * `unit` × n + `plus` bytes, n from `min` to `max`.
 * @param plus - Bytes on top, 0 unless given.
 */
export function blocks(unit: number, min: number, max: number, plus = 0): fc.Arbitrary<Uint8Array> {
  return fc.integer({ min, max }).chain((count) => {
    const length = unit * count + plus
    return fc.uint8Array({ minLength: length, maxLength: length })
  })
}
