/** Digits and commas of our own against `Intl.NumberFormat`, which says the same. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { grouped } from '../../src/findings/words/grouped.ts'
import { integer } from '../../src/report/number.ts'
import { threeDigits, twoDecimals } from '../../src/report/rounded.ts'

const decimals = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const digits = new Intl.NumberFormat('en-US', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 })
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Numbers of few digits, so that ties are common; any double besides. */
const numbers = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: -9, max: 1 })).map(([n, e]) => Number(`${n}e${e}`)),
  fc.double({ min: 0, max: 2000, noNaN: true }),
  fc.double(),
)

function expectLikeIntl(value: number): void {
  expect(twoDecimals(value)).toBe(decimals.format(value))
  expect(threeDigits(value)).toBe(digits.format(value))
  expect(integer(value)).toBe(whole.format(value))
  expect(grouped(value)).toBe(value.toLocaleString('en-US'))
}

describe('numbers', () => {
  it.each([
    0,
    -0,
    0.005,
    1.005,
    0.015,
    2.675,
    8.345,
    1.234,
    12.35,
    123.5,
    999.4,
    999.5,
    999.995,
    1e-7,
    9.995e-7,
    1000,
    -999,
    -1000,
    1_234_567,
    2 ** 53,
    1e21,
  ])('%d is written as Intl writes it', expectLikeIntl)

  test.prop([numbers], { numRuns: 5000 })('are written as Intl writes them', expectLikeIntl)

  test.prop([fc.maxSafeInteger()])('whole ones too', expectLikeIntl)

  it('has every number up to a hundred with three decimals right', () => {
    const wrong: number[] = []
    for (let thousandth = 0; thousandth <= 100_000; thousandth++) {
      const value = thousandth / 1000
      if (twoDecimals(value) !== decimals.format(value) || threeDigits(value) !== digits.format(value))
        wrong.push(value)
    }
    expect(wrong).toEqual([])
  })
})
