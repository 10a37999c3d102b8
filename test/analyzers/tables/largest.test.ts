/** Selecting the largest rows gives what sorting all of them gives, with far fewer comparisons. */
import { describe, expect, it } from 'vitest'
import { largest } from '../../../src/analyzers/tables/largest.ts'
import { random } from '../../capture/files.ts'

/** Weights of few different values, so that ties are everywhere; rows of equal weight go by a key of their own. */
function table(count: number, values: number, seed: number) {
  const next = random(seed)
  const weights = Array.from({ length: count }, () => Math.floor(next() * values))
  const keys = Array.from({ length: count }, () => next())
  return { weights, compare: (left: number, right: number) => keys[left]! - keys[right]! }
}

describe('largest', () => {
  it.each([1, 2, 3, 10, 1000])('is what a sort gives, with %i different weights', (values) => {
    const { weights, compare } = table(500, values, values)
    const sorted = weights
      .map((_, row) => row)
      .sort((left, right) => weights[right]! - weights[left]! || compare(left, right))
    for (const most of [0, 1, 2, 17, 250, 499, 500, 501, Number.POSITIVE_INFINITY]) {
      expect(largest(500, most, (row) => weights[row]!, compare)).toEqual(sorted.slice(0, most))
    }
    expect(largest(0, 5, () => 0, compare)).toEqual([])
  })

  it('asks little where all weights are equal', () => {
    const { compare } = table(100_000, 1, 1)
    let asked = 0
    largest(
      100_000,
      10,
      () => 7,
      (left, right) => {
        asked++
        return compare(left, right)
      },
    )
    expect(asked).toBeLessThan(110_000)
  })
})
