/** Figures as people read them: grouped integers, bytes, percent, durations, singular and plural. Locale en-US, always. */
import { grouped } from '../findings/words/grouped.ts'
import { threeDigits, twoDecimals } from './rounded.ts'

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** An integer with its thousands grouped: `12,345`. */
export function integer(value: number): string {
  return Number.isInteger(value) ? grouped(value) : value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** A count with its noun: `1 packet`, `1,200 packets`. `many` defaults to `one` with an s. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${integer(value)} ${value === 1 ? one : many}`
}

/** Bytes: exact up to 9,999 B, then three significant digits in powers of 1000 (`12.3 MB`). */
export function bytes(value: number): string {
  if (value < 10_000) return `${integer(value)} B`
  let unit = 0
  let scaled = value
  while (scaled >= 999.5 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${threeDigits(scaled)} ${BYTE_UNITS[unit]}`
}

/** Percent with two decimals: `12.30 %`. */
export function percent(value: number): string {
  return `${twoDecimals(value)} %`
}

/** A round trip or another short time given in milliseconds, three significant digits: `0.657 ms`, `1.02 s`, `81.0 µs`. */
export function milliseconds(value: number): string {
  if (value === 0) return '0 ms'
  if (value < 0.1) return `${threeDigits(value * 1000)} µs`
  if (value < 999.5) return `${threeDigits(value)} ms`
  return duration(value / 1000)
}

/** A span given in seconds, in the two largest units that say something: `850 ms`, `13.0 s`, `2 min 3 s`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 0.9995) return milliseconds(seconds * 1000)
  if (seconds < 59.95) return `${threeDigits(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return units(whole, 60, 'min', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return units(minutes, 60, 'h', 'min')
  return units(Math.round(seconds / 3600), 24, 'd', 'h')
}

function units(value: number, base: number, large: string, small: string): string {
  const rest = value % base
  const head = `${integer(Math.floor(value / base))} ${large}`
  return rest === 0 ? head : `${head} ${rest} ${small}`
}

/** Seconds from one ISO 8601 time with nine decimals to another; a double keeps microseconds over any real capture. */
export function secondsBetween(first: string, last: string): number {
  const whole = (Date.parse(`${last.slice(0, 19)}Z`) - Date.parse(`${first.slice(0, 19)}Z`)) / 1000
  return whole + (nanoseconds(last) - nanoseconds(first)) / 1e9
}

function nanoseconds(time: string): number {
  return Number(time.slice(20, 29))
}
