/** The filter before the window of copies: it may say yes wrongly, never no. */
import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import { SeenFilter } from '../../src/analyzers/seen-filter.ts'

const digests = fc.array(fc.integer(), { minLength: 1, maxLength: 100, size: 'max' })

test.prop([digests, fc.constantFrom(1, 2, 64)])('knows the last digests that were added', (added, size) => {
  const filter = new SeenFilter(size)
  for (const [index, digest] of added.entries()) {
    filter.add(digest)
    for (const recent of added.slice(Math.max(0, index + 1 - size), index + 1)) expect(filter.has(recent)).toBe(true)
  }
})

it('says no to most of the others', () => {
  const filter = new SeenFilter(4096)
  // Multiplying by an odd number spreads consecutive numbers over all words.
  const digest = (index: number) => Math.imul(index, 0x9e37_79b1)
  for (let index = 0; index < 10_000; index++) filter.add(digest(index))
  let wrong = 0
  for (let index = 100_000; index < 110_000; index++) if (filter.has(digest(index))) wrong++
  expect(wrong).toBeLessThan(500)
})

it('forgets what is older than two generations', () => {
  const filter = new SeenFilter(8)
  filter.add(5)
  for (let index = 1; index <= 16; index++) filter.add(9 + (index << 5))
  expect(filter.has(5)).toBe(false)
})
