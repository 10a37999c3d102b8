/** Times of documents as numbers, and back: nanoseconds since a second that all points are near to, exact for a hundred days around it. */
import { isoTime } from '../analyzers/tables/time.ts'

const BILLION = 1_000_000_000
const ISO = /^(-?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z$/

/** Seconds since 1970 and nanoseconds of a time as documents have it. @throws RangeError for another text. */
export function partsOfTime(text: string): [seconds: number, nanoseconds: number] {
  const [, date, fraction] = ISO.exec(text) ?? []
  const seconds = date === undefined ? Number.NaN : Date.parse(`${date}Z`) / 1000
  if (Number.isNaN(seconds)) throw new RangeError(`not a time of a document: ${JSON.stringify(text)}`)
  return [seconds, Number(fraction)]
}

/** Nanoseconds of a time since a second. */
export function sinceBase(text: string, base: number): number {
  const [seconds, nanoseconds] = partsOfTime(text)
  return (seconds - base) * BILLION + nanoseconds
}

/** A time so many nanoseconds after a second, as documents have it. */
export function timeAt(nanoseconds: number, base: number): string | null {
  const whole = Math.round(nanoseconds)
  const seconds = Math.floor(whole / BILLION)
  return isoTime(base + seconds, whole - seconds * BILLION)
}
