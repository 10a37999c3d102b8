/** Fields that DataView does not have, and the checks that keep numbers off the heap. */
import { describe, expect, it } from 'vitest'
import { above32, getUint24, getUint48, isUint16, isUint32, isWord, setBytes } from '../../../src/codecs/core/bytes.ts'
import { copy, copyForwards } from '../../../src/codecs/core/copy.ts'
import { checkBytes, checkUint } from '../../../src/codecs/core/range.ts'

const NONE_OF_THEM = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, -0.5, 1e-9, 2 ** 53]

describe('above32', () => {
  it('is a number of 16 bits for every MAC address, and none for anything else', () => {
    for (const high of [0, 1, 0x7fff, 0x8000, 0xffff]) {
      for (const low of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
        expect(above32(high * 2 ** 32 + low)).toBe(high)
      }
    }
    for (const value of [...NONE_OF_THEM, -1, -(2 ** 32), 2 ** 48, 2 ** 48 - 0.5, 2 ** 33 + 0.25, 2 ** 64]) {
      expect(isUint16(above32(value)), String(value)).toBe(false)
    }
  })
})

describe('the checks', () => {
  it('of 16 bits', () => {
    for (const value of [0, 1, 0xfffe, 0xffff]) expect(isUint16(value)).toBe(true)
    for (const value of [...NONE_OF_THEM, -1, 0x1_0000, 0x1_0001, 2 ** 32]) expect(isUint16(value)).toBe(false)
  })

  it('of 32 bits, unsigned and of either sign', () => {
    for (const value of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      expect([isUint32(value), isWord(value)]).toEqual([true, true])
    }
    for (const value of [-1, -0x8000_0000]) expect([isUint32(value), isWord(value)]).toEqual([false, true])
    for (const value of [...NONE_OF_THEM, 2 ** 32, -0x8000_0001]) {
      expect([isUint32(value), isWord(value)]).toEqual([false, false])
    }
  })

  it('of raw bytes name the field and both lengths', () => {
    expect(() => checkBytes('a.b', new Uint8Array(16), 16)).not.toThrow()
    for (const length of [0, 15, 17]) {
      expect(() => checkBytes('a.b', new Uint8Array(length), 16)).toThrow(
        new RangeError(`a.b must have 16 bytes, not ${length}`),
      )
    }
  })

  it('of any width name field, range and value', () => {
    for (const bits of [1, 3, 8, 13, 16, 20, 24, 30, 31, 32, 48]) {
      const max = 2 ** bits - 1
      for (const value of [0, 1, max]) expect(() => checkUint('a.b', value, bits)).not.toThrow()
      for (const value of [-1, max + 1, 0.5, Number.NaN]) {
        expect(() => checkUint('a.b', value, bits)).toThrow(
          new RangeError(`a.b must be an integer from 0 to ${max}, not ${value}`),
        )
      }
      const text = '1' as unknown as number
      expect(() => checkUint('a.b', text, bits)).toThrow(new TypeError('a.b must be a number, not "1"'))
    }
  })
})

describe('bytes in place', () => {
  const view = new DataView(Uint8Array.from({ length: 200 }, (_, i) => 255 - i).buffer)

  it('are read as 24 and 48 bits', () => {
    expect(getUint24(view, 1)).toBe(0xfefdfc)
    expect(getUint48(view, 1)).toBe(0xfefd_fcfb_faf9)
  })

  it.each([0, 1, 63, 64, 65, 100])('are written, %i of them and no more', (length) => {
    const bytes = new Uint8Array(120).fill(0xee)
    setBytes(
      new DataView(bytes.buffer, 2),
      3,
      Uint8Array.from({ length }, (_, i) => i),
    )
    expect([...bytes]).toEqual(Array.from({ length: 120 }, (_, i) => (i >= 5 && i < 5 + length ? i - 5 : 0xee)))
  })

  it('are copied whole, between buffers and within one, whichever comes first', () => {
    for (let length = 0; length <= 40; length++) {
      const other = new Uint8Array(64)
      copyForwards(view, 7, length, new DataView(other.buffer), 5)
      expect([...other]).toEqual(Array.from({ length: 64 }, (_, i) => (i >= 5 && i < 5 + length ? 253 - i : 0)))
      // In two buffers the offsets say nothing.
      for (const at of [0, 5, 7, 20]) {
        const apart = new Uint8Array(64)
        copy(view, 7, length, new DataView(apart.buffer), at)
        expect([...apart.subarray(at, at + length)]).toEqual(Array.from({ length }, (_, i) => 248 - i))
      }
      for (const to of [0, 1, 6, 7, 8, 12, 30, 50]) {
        const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
        const wanted = [...Uint8Array.from(bytes).copyWithin(to, 7, 7 + length)]
        copy(new DataView(bytes.buffer), 7, length, new DataView(bytes.buffer), to)
        expect([...bytes], `${length} bytes from 7 to ${to}`).toEqual(wanted)
        const shifted = Uint8Array.from({ length: 100 }, (_, i) => i)
        copy(new DataView(shifted.buffer, 2), 5, length, new DataView(shifted.buffer, 6), Math.max(0, to - 6))
        expect([...shifted]).toEqual([
          ...Uint8Array.from({ length: 100 }, (_, i) => i).copyWithin(Math.max(6, to), 7, 7 + length),
        ])
      }
    }
  })
})
