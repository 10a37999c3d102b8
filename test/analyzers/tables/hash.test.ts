/** The digest that copies are found by: of every byte, of their order, of nothing else, and the same in every run. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { Digest, finalize, mix } from '../../../src/analyzers/tables/hash.ts'

/** Hash of some words as a key table has it. */
const hashOf = (...words: readonly number[]): number => finalize(words.reduce(mix, 0))

describe('keyed hash', () => {
  it.each([9, 10])('spreads words that differ in their uppermost %d bits, whatever they undo of each other', (bits) => {
    const shift = 32 - bits
    for (const undo of [15, 16, 13]) {
      const hashes = new Set<number>()
      for (let one = 0; one < 2 ** bits; one++) {
        for (let two = 0; two < 2 ** bits; two++) {
          const upper = two << shift
          hashes.add(hashOf(6, 1, one << shift, upper ^ (upper >>> undo), 7))
        }
      }
      // Of 2^20 random keys about 128 fall together.
      expect(4 ** bits - hashes.size).toBeLessThan(4 ** bits / 2 ** 8)
    }
  })

  it('spreads words in the lowest bits of a hash, which choose a slot', () => {
    const slots = new Map<number, number>()
    for (let word = 0; word < 65_536; word++) {
      const slot = hashOf(word << 16, 1) & 0xffff
      slots.set(slot, (slots.get(slot) ?? 0) + 1)
    }
    expect(Math.max(...slots.values())).toBeLessThan(20)
  })
})

const bytes = fc.uint8Array({ minLength: 1, maxLength: 100, size: 'max' })

/** Both halves of the digest of some bytes that lie behind others. */
function digestOf(data: Uint8Array, before = 0): string {
  const view = new DataView(new ArrayBuffer(before + data.length + 8))
  for (const [index, byte] of data.entries()) view.setUint8(before + index, byte)
  const digest = new Digest()
  digest.reset()
  digest.bytes(view, before, before + data.length)
  return `${digest.high}/${digest.low}`
}

describe('digest', () => {
  test.prop([bytes, fc.nat({ max: 7 })])('is of the bytes, wherever they lie', (data, before) => {
    expect(digestOf(data, before)).toBe(digestOf(data))
  })

  test.prop([bytes, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'changes in both halves with any byte',
    (data, at, by) => {
      const other = data.slice()
      other[at % data.length]! ^= by
      const [high, low] = digestOf(data).split('/')
      const [otherHigh, otherLow] = digestOf(other).split('/')
      expect(otherHigh).not.toBe(high)
      expect(otherLow).not.toBe(low)
    },
  )

  test.prop([bytes, fc.nat(), fc.nat()])('changes with the order of words', (data, one, two) => {
    const words = data.slice(0, data.length - (data.length % 4))
    const [left, right] = [one, two].map((at) => 4 * (at % Math.max(1, words.length / 4))) as [number, number]
    const swapped = words.slice()
    swapped.set(words.subarray(left, left + 4), right)
    swapped.set(words.subarray(right, right + 4), left)
    expect(digestOf(swapped) === digestOf(words)).toBe(String(swapped) === String(words))
  })

  it('tells counters apart, wherever they count', () => {
    const seen = new Set<string>()
    for (let word = 0; word < 20; word++) {
      const data = new Uint8Array(80)
      for (let count = 1; count <= 2_000; count++) {
        new DataView(data.buffer).setUint32(word * 4, count)
        seen.add(digestOf(data))
      }
    }
    expect(seen.size).toBe(20 * 2_000)
  })

  it('is what it was in every run before', () => {
    const data = Uint8Array.from({ length: 83 }, (_, index) => index * 7)
    expect(digestOf(data)).toBe('696051277/-1320082719')
  })
})
