import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { compareTime, parseTime } from '../../src/selection/times.ts'

describe('times', () => {
  const cases: [text: string, seconds: number, nanoseconds: number][] = [
    ['0', 0, 0],
    ['1795331777', 1_795_331_777, 0],
    ['1795331777.5', 1_795_331_777, 500_000_000],
    ['1795331777.000000001', 1_795_331_777, 1],
    ['-1', -1, 0],
    ['-1.25', -2, 750_000_000],
    ['2026-11-22T07:16:17Z', 1_795_331_777, 0],
    ['2026-11-22T07:16:17.000000001Z', 1_795_331_777, 1],
    ['2026-11-22T07:16:17,5', 1_795_331_777, 500_000_000],
    ['2026-11-22 08:16:17+01:00', 1_795_331_777, 0],
    ['2026-11-22T01:46:17-0530', 1_795_331_777, 0],
    ['2026-11-22T07:16', 1_795_331_760, 0],
    ['2026-11-22', 1_795_305_600, 0],
    ['1970-01-01T00:00:00Z', 0, 0],
    ['2024-02-29', 1_709_164_800, 0],
  ]

  it.each(cases)('%s', (text, seconds, nanoseconds) => {
    expect(parseTime(text)).toEqual({ seconds, nanoseconds })
  })

  it.each([
    '',
    'now',
    '2026-02-30',
    '2026-13-01',
    '2026-11-22T25:00',
    '2026-11-22T07:16:17+24:00',
    '1e9',
    '1.',
    '1.0000000001',
    ' 1',
  ])('refuses %j', (text) => {
    expect(() => parseTime(text)).toThrow(RangeError)
  })

  // The engine's own clock is the oracle, to the millisecond that it knows.
  test.prop([fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })])(
    'reads what toISOString writes',
    (date) => {
      const { seconds, nanoseconds } = parseTime(date.toISOString())
      expect(seconds * 1000 + nanoseconds / 1_000_000).toBe(date.getTime())
    },
  )

  it('compare by seconds first', () => {
    const time = { seconds: 5, nanoseconds: 5 }
    expect([compareTime(time, 5, 5), Math.sign(compareTime(time, 4, 9)), Math.sign(compareTime(time, 5, 6))]).toEqual([
      0, 1, -1,
    ])
  })
})
