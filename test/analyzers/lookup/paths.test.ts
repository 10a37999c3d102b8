/** The flow cache: what is found there is the path that was asked for, whatever falls into one place, and its other direction. */
import { describe, expect, it } from 'vitest'
import { Observation } from '../../../src/analyzers/lookup/observation.ts'
import { KEY, PATH_KEY, Path, pathHash, reverseHash, Shape, WIDE } from '../../../src/analyzers/lookup/path-key.ts'
import { Paths } from '../../../src/analyzers/lookup/paths.ts'
import { NONE } from '../../../src/codecs/core/fault.ts'

const WIDE_SHAPE = Shape.OuterIpv6 | Shape.InnerIpv6
/** A key without IPv6 addresses ends here. */
const NARROW_KEY = KEY
/** Paths that the cache holds at most, and slots that a look-up follows. */
const LARGEST_SIZE = 262_144
const LONGEST_CHAIN = 64

/** A packet whose rows were all found. */
function found(number: number): Observation {
  const o = new Observation()
  o.vniRow = o.pairRow = o.routeRow = o.flowRow = o.macRow = o.vlansRow = 0
  o.sourceId = o.destinationId = o.innerSourceId = o.innerDestinationId = 0
  o.nanoseconds = 0
  o.number = number
  return o
}

function keyOf(seed: number, shape: number): Int32Array {
  const key = Int32Array.from({ length: PATH_KEY }, (_, word) => seed * 1000 + word)
  key[Path.Shape] = 6 | Shape.Ports | shape
  if (shape === 0) key.fill(0, NARROW_KEY)
  return key
}

const paths = (): Paths => new Paths({ countPath: () => undefined })

describe('paths', () => {
  it.each([
    ['IPv4', 0, NARROW_KEY],
    ['IPv6', WIDE_SHAPE, PATH_KEY],
  ])('of %s are told apart by every word of their key, also in one place', (_, shape, words) => {
    const cache = paths()
    const key = keyOf(1, shape)
    const hash = pathHash(key, 0)
    const at = cache.keep(found(1), key, 0, hash)
    expect(cache.find(key, 0, hash)).toBe(at)
    for (let word = 0; word < words; word++) {
      const other = key.slice()
      other[word]! ^= 1 << (word === Path.Shape ? 0 : 31)
      expect(cache.find(other, 0, hash), `word ${word}`).toBe(NONE)
    }
  })

  it('are found after there has been room made for more', () => {
    const cache = paths()
    const keys = Array.from({ length: 6000 }, (_, n) => keyOf(n, n % 3 === 0 ? WIDE_SHAPE : 0))
    const before = cache.i32.length
    for (const [n, key] of keys.entries()) cache.keep(found(n + 1), key, 0, pathHash(key, 0))
    expect(cache.i32.length).toBeGreaterThan(before)
    for (const key of keys) {
      const at = cache.find(key, 0, pathHash(key, 0))
      expect([...cache.i32.subarray(at, at + NARROW_KEY)]).toEqual([...key.subarray(0, NARROW_KEY)])
    }
  })

  it('that all have one hash are kept as far as a look-up follows them', () => {
    const cache = paths()
    const keys = Array.from({ length: LONGEST_CHAIN + 2 }, (_, n) => keyOf(n, 0))
    const kept = keys.map((key, n) => cache.keep(found(n + 1), key, 0, 0))
    expect(kept.filter((at) => at !== NONE)).toHaveLength(LONGEST_CHAIN)
    expect(keys.map((key) => cache.find(key, 0, 0))).toEqual(kept)
  })

  it('are all flushed and forgotten when there is no room for one more', () => {
    const counted: number[] = []
    const cache = new Paths({ countPath: ({ i32 }, at) => void counted.push(i32[at + Path.Flow]!) })
    const key = keyOf(1, 0)
    for (let n = 0; n < LARGEST_SIZE; n++) {
      key[Path.InnerSource] = n
      const at = cache.keep({ ...found(n + 1), flowRow: n } as Observation, key, 0, pathHash(key, 0))
      if (n % 1000 === 0) cache.i32[at + Path.Packets] = 1
    }
    expect(counted).toEqual([])
    const last = keyOf(2, 0)
    const at = cache.keep(found(1), last, 0, pathHash(last, 0))
    expect(counted).toEqual(Array.from({ length: Math.ceil(LARGEST_SIZE / 1000) }, (_, n) => n * 1000))
    expect(cache.find(last, 0, pathHash(last, 0))).toBe(at)
    for (const n of [0, 1, LARGEST_SIZE - 1]) {
      key[Path.InnerSource] = n
      expect(cache.find(key, 0, pathHash(key, 0))).toBe(NONE)
      // Its record may still lie there: nothing leads to it, and it holds nothing.
      expect(cache.holds(n * 32, key, 0)).toBe(false)
    }
  })

  describe.each([
    ['IPv4', 0],
    ['IPv6 in IPv4', Shape.InnerIpv6],
    ['IPv4 in IPv6', Shape.OuterIpv6],
    ['IPv6', WIDE_SHAPE],
  ])('the other way, %s', (_, shape) => {
    const key = keyOf(1, shape)
    const back = reversed(key)

    it('has the same hash but for one bit', () => {
      expect(pathHash(back, 0)).toBe(reverseHash(pathHash(key, 0)))
    })

    it('is found, whatever sends there', () => {
      const cache = paths()
      const at = cache.keep(found(1), key, 0, pathHash(key, 0))
      expect(cache.findReverse(back, 0, pathHash(back, 0))).toBe(at)
      back[Path.MacLow] = 77
      expect(cache.findReverse(back, 0, pathHash(back, 0))).toBe(at)
      expect(cache.find(back, 0, pathHash(back, 0))).toBe(NONE)
    })

    it('is told by every other word of the key', () => {
      const cache = paths()
      cache.keep(found(1), key, 0, pathHash(key, 0))
      const hash = pathHash(back, 0)
      for (let word = 0; word < (shape === 0 ? NARROW_KEY : PATH_KEY); word++) {
        if (word === Path.MacLow) continue
        const other = back.slice()
        other[word]! ^= 1
        expect(cache.findReverse(other, 0, hash), `word ${word}`).toBe(NONE)
      }
    })
  })
})

/** The key of what comes back. */
function reversed(key: Int32Array): Int32Array {
  const back = key.slice()
  const ports = key[Path.InnerPorts]!
  back[Path.InnerPorts] = (ports << 16) | (ports >>> 16)
  for (const [one, other, words] of [
    [Path.OuterSource, Path.OuterDestination, 1],
    [Path.InnerSource, Path.InnerDestination, 1],
    [KEY, KEY + WIDE / 4, WIDE / 4],
    [KEY + WIDE / 2, KEY + (3 * WIDE) / 4, WIDE / 4],
  ] as const) {
    back.set(key.subarray(other, other + words), one)
    back.set(key.subarray(one, one + words), other)
  }
  return back
}
