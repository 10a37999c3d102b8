import { describe, expect, it } from 'vitest'
import { bytes, duration, integer, milliseconds, percent, plural, secondsBetween } from '../../src/report/number.ts'

describe('figures', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1234567, '1,234,567'],
  ])('integer %d is %s', (value, text) => {
    expect(integer(value)).toBe(text)
  })

  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [9_999, '9,999 B'],
    [10_000, '10.0 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [12_345_678, '12.3 MB'],
    [2.5e9, '2.50 GB'],
    [7e12, '7.00 TB'],
    [9e18, '9,000 PB'],
  ])('%d bytes are %s', (value, text) => {
    expect(bytes(value)).toBe(text)
  })

  it.each([
    [0, '0 ms'],
    [0.000_123, '0.123 µs'],
    [0.0812, '81.2 µs'],
    [0.657, '0.657 ms'],
    [1.438, '1.44 ms'],
    [601.477, '601 ms'],
    [999.4, '999 ms'],
    [1020.608, '1.02 s'],
  ])('%d ms are %s', (value, text) => {
    expect(milliseconds(value)).toBe(text)
  })

  it.each([
    [0, '0 ms'],
    [0.85, '850 ms'],
    [2.111874, '2.11 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min'],
    [123, '2 min 3 s'],
    [3599.4, '59 min 59 s'],
    [3599.6, '1 h'],
    [11_521, '3 h 12 min'],
    [86_399, '1 d'],
    [273_600, '3 d 4 h'],
  ])('%d s are %s', (value, text) => {
    expect(duration(value)).toBe(text)
  })

  it('knows singular and plural', () => {
    expect(plural(1, 'packet')).toBe('1 packet')
    expect(plural(0, 'packet')).toBe('0 packets')
    expect(plural(1200, 'address', 'addresses')).toBe('1,200 addresses')
  })

  it('gives percent two decimals', () => {
    expect(percent(0)).toBe('0.00 %')
    expect(percent(36.2796)).toBe('36.28 %')
  })

  it('measures from nanosecond to nanosecond over midnight', () => {
    expect(secondsBetween('2026-11-22T23:59:59.999999999Z', '2026-11-23T00:00:00.000000001Z')).toBeCloseTo(2e-9, 12)
    expect(secondsBetween('1969-12-31T23:59:59.500000000Z', '1970-01-01T00:00:01.250000000Z')).toBeCloseTo(1.75, 9)
  })
})
