import { describe, expect, it } from 'vitest'
import { elapsed, isoTime, milliseconds, near } from '../../../src/analyzers/tables/time.ts'
import { NO_TIME } from '../../../src/packet.ts'

describe('time', () => {
  it('takes the difference in nanoseconds, either way', () => {
    expect(elapsed(10, 5, 9, 999_999_999)).toBe(6)
    expect(elapsed(9, 999_999_999, 10, 5)).toBe(-6)
    expect(elapsed(-1, 500_000_000, -2, 0)).toBe(1_500_000_000)
  })

  it('takes the difference of seconds that were kept in 32 bits', () => {
    const late = 5_000_000_000
    expect(elapsed(late + 1, 0, late | 0, 0)).toBe(1_000_000_000)
    expect(elapsed(2 ** 31, 0, (2 ** 31 - 1) | 0, 0)).toBe(1_000_000_000)
  })

  it('takes a time that is not known for near', () => {
    expect(near(10, NO_TIME, 0, 0, 1)).toBe(true)
    expect(near(10, 0, 0, NO_TIME, 1)).toBe(true)
    expect([near(10, 0, 9, 0, 1_000_000_000), near(10, 1, 9, 0, 1_000_000_000)]).toEqual([true, false])
    expect([near(9, 0, 10, 0, 1_000_000_000), near(9, 0, 10, 1, 1_000_000_000)]).toEqual([true, false])
  })

  it('prints milliseconds with at most six decimals', () => {
    expect([milliseconds(1), milliseconds(1_500_000), milliseconds(1 / 3), milliseconds(0)]).toEqual([
      0.000001, 1.5, 0, 0,
    ])
  })

  it('prints ISO 8601 with nine decimals, in the years that have a form', () => {
    expect(isoTime(1_795_331_767, 0)).toBe('2026-11-22T07:16:07.000000000Z')
    expect(isoTime(0, 1)).toBe('1970-01-01T00:00:00.000000001Z')
    expect(isoTime(-1, 999_999_999)).toBe('1969-12-31T23:59:59.999999999Z')
    expect(isoTime(253_402_300_799, 0)).toBe('9999-12-31T23:59:59.000000000Z')
    expect(isoTime(253_402_300_800, 0)).toBe(null)
    expect(isoTime(-62_167_219_200, 0)).toBe('0000-01-01T00:00:00.000000000Z')
    expect(isoTime(-62_167_219_201, 0)).toBe(null)
    expect(isoTime(0, NO_TIME)).toBe(null)
  })
})
