/** The cache of paths: what is found there is the path that was asked for, whatever falls into one place. */
import { describe, expect, it } from 'vitest'
import { Observation } from '../../../src/analyzers/lookup/observation.ts'
import { PATH_KEY, Path, Paths, pathHash, Shape } from '../../../src/analyzers/lookup/paths.ts'
import { NONE } from '../../../src/codecs/core/fault.ts'

const WIDE = Shape.OuterIpv6 | Shape.InnerIpv6
/** A key without IPv6 addresses ends here. */
const NARROW_KEY = 9

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
    ['IPv6', WIDE, PATH_KEY],
  ])('of %s are told apart by every word of their key, also in one place', (_, shape, words) => {
    const cache = paths()
    const key = keyOf(1, shape)
    const hash = pathHash(key, 0)
    const at = cache.keep(found(1), key, 0, hash)
    expect(cache.findAmong(key, 0, hash)).toBe(at)
    for (let word = 0; word < words; word++) {
      const other = key.slice()
      other[word]! ^= 1 << (word === Path.Shape ? 0 : 31)
      expect(cache.findAmong(other, 0, hash), `word ${word}`).toBe(NONE)
    }
  })

  it('are found after there has been room made for more', () => {
    const cache = paths()
    const keys = Array.from({ length: 3000 }, (_, n) => keyOf(n, n % 3 === 0 ? WIDE : 0))
    const before = cache.i32.length
    for (const [n, key] of keys.entries()) cache.keep(found(n + 1), key, 0, pathHash(key, 0))
    expect(cache.i32.length).toBeGreaterThan(before)
    // The older of three in one place has made room, which few are; nothing else is lost, and nothing is another's.
    const kept = keys.filter((key) => cache.findAmong(key, 0, pathHash(key, 0)) !== NONE)
    expect(kept.length).toBeGreaterThan(keys.length * 0.9)
    for (const key of kept) {
      const at = cache.findAmong(key, 0, pathHash(key, 0))
      expect([...cache.i32.subarray(at, at + NARROW_KEY)]).toEqual([...key.subarray(0, NARROW_KEY)])
    }
  })

  it('that share a place: the one seen last stays', () => {
    const cache = paths()
    const [first, second, third] = [1, 2, 3].map((seed) => keyOf(seed, 0))
    for (const [n, key] of [first!, second!].entries()) cache.keep(found(n + 1), key, 0, 0)
    cache.keep(found(3), third!, 0, 0)
    expect([first!, second!, third!].map((key) => cache.findAmong(key, 0, 0) !== NONE)).toEqual([false, true, true])
  })
})
