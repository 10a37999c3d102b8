/** The ring with hash chains: newest first, oldest pushed out, nothing else forgotten. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { RecentRing } from '../../../src/analyzers/tables/recent-ring.ts'
import { NONE } from '../../../src/codecs/core/fault.ts'

/** Puts an entry with one user word in. */
function put(window: RecentRing, high: number, low: number, value: number): void {
  const at = window.insert(high, low)
  window.data[at] = value
}

/** User words of all entries with a key, newest first. */
function all(window: RecentRing, high: number, low: number): number[] {
  const found: number[] = []
  for (let at = window.find(high, low); at !== NONE; at = window.older(at)) found.push(window.data[at]!)
  return found
}

describe('window', () => {
  it('finds the newest entry of a key first', () => {
    const window = new RecentRing(8, 1)
    put(window, 1, 2, 10)
    put(window, 1, 3, 20)
    put(window, 1, 2, 30)
    expect(all(window, 1, 2)).toEqual([30, 10])
    expect(all(window, 1, 3)).toEqual([20])
    expect(all(window, 2, 2)).toEqual([])
  })

  it('clears the words of an entry that it uses again', () => {
    const window = new RecentRing(4, 2)
    for (let i = 0; i < 4; i++) window.data[window.insert(0, i) + 1] = 99
    const at = window.insert(0, 9)
    expect([window.data[at], window.data[at + 1]]).toEqual([0, 0])
  })

  it('says which entry goes next, once it is full', () => {
    const window = new RecentRing(4, 1)
    for (let i = 0; i < 3; i++) put(window, 0, i, 100 + i)
    expect(window.oldest()).toBe(NONE)
    put(window, 0, 3, 103)
    put(window, 0, 4, 104)
    expect(window.data[window.oldest()]).toBe(101)
  })

  it('tells keys of one chain apart', () => {
    const window = new RecentRing(8, 1)
    // The uppermost bits of the low word choose nothing but the sign.
    const signs = [0, 1 << 29, 7 << 29]
    for (const sign of signs) put(window, 1, sign, sign)
    for (const sign of signs) expect(all(window, 1, sign)).toEqual([sign])
    expect(all(window, 1, 2 << 29)).toEqual([])
    expect(all(window, 2, 1 << 29)).toEqual([])
  })

  it('goes on when sequence numbers no longer fit into a head', { timeout: 60_000 }, () => {
    const window = new RecentRing(4, 1)
    put(window, 5, 5, 5)
    const entries = 2 ** 24
    for (let i = 1; i < entries; i++) window.claim(0, 1)
    expect(all(window, 5, 5)).toEqual([])
    // The head still has the number that this entry gets.
    put(window, 5, 5, 50)
    const entry = window.find(5, 5)
    expect([window.data[entry], window.older(entry)]).toEqual([50, NONE])
    put(window, 6, 1, 60)
    put(window, 6, 2, 61)
    expect(all(window, 6, 1)).toEqual([60])
    expect(all(window, 6, 2)).toEqual([61])
    expect(window.age(window.find(6, 1))).toBe(1)
  })

  it('refuses more entries than a head can tell apart', () => {
    expect(() => new RecentRing(2 ** 24, 1)).toThrow(RangeError)
  })

  it('follows a chain for a bounded number of links', () => {
    const window = new RecentRing(4096, 1)
    put(window, 7, 0, 1)
    // Other keys of the same chain: the low word's bits choose the chain.
    for (let i = 1; i <= 100; i++) put(window, 7, i * 4096, 2)
    expect(window.find(7, 0)).toBe(NONE)
    expect(window.find(7, 100 * 4096)).not.toBe(NONE)
  })

  test.prop([
    fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: -20, max: 20 })), { maxLength: 3000 }),
    fc.constantFrom(64, 256, 2048),
  ])('keeps exactly the last entries, while it grows and when it wraps, saved or not', (keys, size) => {
    const window = new RecentRing(size, 1)
    for (const [index, [high, low]] of keys.entries()) put(window, high, low, index)
    const restored = new RecentRing(size, 1)
    restored.restore(structuredClone(window.save()))
    const recent = keys.map((key, index) => ({ key, index })).slice(-size)
    for (const [high, low] of [...new Set(keys.map((key) => key.join()))].map((key) => key.split(',').map(Number))) {
      const expected = recent.filter(({ key }) => key[0] === high && key[1] === low).map(({ index }) => index)
      // A long chain is not followed to its end; what is found is the newest, without a gap.
      for (const at of [window, restored]) {
        const found = all(at, high!, low!)
        expect(found).toEqual(expected.reverse().slice(0, found.length))
        if (size === 64) expect(found.length).toBe(expected.length)
        expected.reverse()
      }
    }
  })
})
