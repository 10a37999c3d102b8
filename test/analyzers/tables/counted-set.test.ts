/** The set that a stateful analyzer asks first: what was added more often than removed, and nothing else. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { CountedSet } from '../../../src/analyzers/tables/counted-set.ts'

const numbers = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 70 }), fc.nat({ max: 5_000 }))

test.prop([fc.array(fc.tuple(numbers, fc.boolean()), { maxLength: 300, size: 'max' })])('counts', (steps) => {
  const set = new CountedSet()
  const counts = new Map<number, number>()
  for (const [number, isAdded] of steps) {
    const count = counts.get(number) ?? 0
    if (isAdded) set.add(number)
    else if (count > 0) set.remove(number)
    counts.set(number, isAdded ? count + 1 : Math.max(0, count - 1))
    expect(set.has(number)).toBe(counts.get(number)! > 0)
  }
  const there = Array.from({ length: 10_000 }, (_, number) => number).filter((number) => set.has(number))
  expect(there).toEqual([...counts.keys()].filter((number) => counts.get(number)! > 0).sort((one, two) => one - two))
  set.clear()
  for (const number of counts.keys()) expect(set.has(number)).toBe(false)
})
