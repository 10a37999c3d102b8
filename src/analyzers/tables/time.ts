/** Capture time as whole seconds and nanoseconds: exact, where one float would round. */
import { NO_TIME } from '../../packet.ts'

const BILLION = 1_000_000_000

/**
 * Nanoseconds from one time to another, negative backwards; exact for 104 days, which is more than any question asks.
 * Seconds may have been kept in 32 bits: their difference is taken modulo 2^32.
 */
export function elapsed(seconds: number, nanoseconds: number, sinceSeconds: number, sinceNanoseconds: number): number {
  return ((seconds - sinceSeconds) | 0) * BILLION + (nanoseconds - sinceNanoseconds)
}

/** Whether two times are at most `limit` nanoseconds apart; a time that is not known is near to any. */
export function near(
  seconds: number,
  nanoseconds: number,
  sinceSeconds: number,
  sinceNanoseconds: number,
  limit: number,
): boolean {
  if (nanoseconds === NO_TIME || sinceNanoseconds === NO_TIME) return true
  return Math.abs(elapsed(seconds, nanoseconds, sinceSeconds, sinceNanoseconds)) <= limit
}

/** Nanoseconds as milliseconds, six decimals at most. */
export function milliseconds(nanoseconds: number): number {
  return Math.round(nanoseconds) / 1_000_000
}

/** First and last second outside which a time has no ISO 8601 form with a four-digit year. */
const YEAR_0 = -62_167_219_200
const YEAR_10000 = 253_402_300_800

/** The second that was put into words last, and those: a summary has many times of one second. */
let lastSecond = Number.NaN
let lastDate = ''

/** ISO 8601 UTC with nine decimals; `null` outside the years 0000 to 9999 and for a time that is not known. */
export function isoTime(seconds: number, nanoseconds: number): string | null {
  if (nanoseconds === NO_TIME || seconds < YEAR_0 || seconds >= YEAR_10000) return null
  if (seconds !== lastSecond) {
    lastDate = new Date(seconds * 1000).toISOString().slice(0, -5)
    lastSecond = seconds
  }
  return `${lastDate}.${String(nanoseconds).padStart(9, '0')}Z`
}
