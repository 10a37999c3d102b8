/** What every `encode` refuses, in the words that users read. */
import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { checkBytes, checkLength, checkRoom, checkUint, checkWord } from '../../../src/codecs/core/range.ts'

describe('a value', () => {
  it('fits its bits, or is refused with their range', () => {
    for (const bits of [1, 8, 16, 31, 32, 48]) {
      const max = 2 ** bits - 1
      for (const good of [0, max]) expect(() => checkUint('a.b', good, bits)).not.toThrow()
      for (const bad of [-1, 0.5, Number.NaN, max + 1]) {
        expect(() => checkUint('a.b', bad, bits)).toThrow(
          new RangeError(`a.b must be an integer from 0 to ${max}, not ${bad}`),
        )
      }
    }
    expect(() => checkUint('a.b', '1' as never, 8)).toThrow(TypeError)
  })

  it('of 32 bits may be signed', () => {
    for (const good of [0, -0x8000_0000, 0xffff_ffff]) expect(() => checkWord('a.b', good)).not.toThrow()
    for (const bad of [-0x8000_0001, 0x1_0000_0000, 0.5]) {
      expect(() => checkWord('a.b', bad)).toThrow(
        new RangeError(`a.b must be an integer from -2147483648 to 4294967295, not ${bad}`),
      )
    }
    expect(() => checkWord('a.b', null as never)).toThrow(TypeError)
  })

  it('that counts in units is a multiple of them', () => {
    for (const good of [8, 16, 2048]) expect(() => checkLength('a.b', good, 8, 2048, 8)).not.toThrow()
    expect(() => checkLength('a.b', 0, 8, 2048)).not.toThrow()
    for (const bad of [0, 9, 2056, Number.NaN]) {
      expect(() => checkLength('a.b', bad, 8, 2048, 8)).toThrow(
        new RangeError(`a.b must be a multiple of 8 from 8 to 2048, not ${bad}`),
      )
    }
    expect(() => checkLength('a.b', '8' as never, 8, 2048)).toThrow(TypeError)
  })

  it('of raw bytes has their number', () => {
    expect(() => checkBytes('a.b', new Uint8Array(16), 16)).not.toThrow()
    expect(() => checkBytes('a.b', new Uint8Array(15), 16)).toThrow(new RangeError('a.b must have 16 bytes, not 15'))
    // Of the right length, and no bytes all the same.
    for (const bad of ['0123456789abcdef', Array(16).fill(0), new DataView(new ArrayBuffer(16))]) {
      expect(() => checkBytes('a.b', bad as never, 16)).toThrow(TypeError)
      expect(() => checkBytes('a.b', bad as never, 16)).toThrow(/a Uint8Array/)
    }
  })

  it('needs room', () => {
    const cursor = new Cursor().reset(new DataView(new ArrayBuffer(9)), 1, 9)
    expect(() => checkRoom('a', cursor, 8)).not.toThrow()
    expect(() => checkRoom('a', cursor, 9)).toThrow(new RangeError('a needs 9 bytes, the cursor has room for 8'))
  })
})
