import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { type NumberRange, NumberRanges } from '../../src/selection/number-ranges.ts'

const range = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 8 }))
  .map(([first, more]): NumberRange => [first, first + more])

describe('ranges of numbers', () => {
  test.prop([fc.array(range, { maxLength: 12 })])('have what one of them has', (ranges) => {
    const set = new NumberRanges(ranges)
    for (let value = -1; value < 72; value++) {
      expect(set.has(value)).toBe(ranges.some(([first, last]) => first <= value && value <= last))
    }
  })

  it('are as large as MAC addresses, and never expanded', () => {
    const set = new NumberRanges([[0, 2 ** 48 - 2]])
    expect([set.has(2 ** 47), set.has(2 ** 48 - 2), set.has(2 ** 48 - 1)]).toEqual([true, true, false])
    expect([new NumberRanges([]).isEmpty, set.isEmpty]).toEqual([true, false])
  })
})
