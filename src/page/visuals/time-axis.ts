/** Round times along an axis, in UTC. */

import { integer } from '../../report/number.ts'
import { threeDigits } from '../../report/rounded.ts'

/** A time to label, as a share of the axis in tenths of a percent. */
export interface Tick {
  /** 0 to 1000. */
  at: number
  label: string
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Distances between ticks that people count in. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY),
]

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Ticks of a span, at most `most` and one, at multiples of a round step since the epoch.
 * @param start - Milliseconds since the epoch.
 * @param length - Milliseconds, above 0.
 */
export function timeTicks(start: number, length: number, most: number): Tick[] {
  const step = STEPS.find((each) => length / each <= most) ?? Math.ceil(length / most / DAY) * DAY
  const isLong = isOverYears(start, length)
  const ticks: Tick[] = []
  for (let time = Math.ceil(start / step) * step; time <= start + length; time += step) {
    // Midnight is told by the day that begins, where there is more than one.
    const label = time % DAY === 0 && time > start ? dayOf(time, isLong) : clock(time, step, isLong)
    ticks.push({ at: Math.round(((time - start) * 1000) / length), label })
  }
  return ticks
}

/** A time of day as fine as the step: `07:16:46.150`, `07:16:46`, `07:16`; with steps of days `22 Nov`. */
function clock(time: number, step: number, isLong: boolean): string {
  if (step >= DAY) return dayOf(time, isLong)
  const iso = new Date(time).toISOString()
  if (step % MINUTE === 0) return iso.slice(11, 16)
  if (step % SECOND === 0) return iso.slice(11, 19)
  return iso.slice(11, step % 100 === 0 ? 21 : step % 10 === 0 ? 22 : 23)
}

/** A day without its year: `22 Nov`. */
function day(time: number): string {
  const date = new Date(time)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
}

/** A day as a span needs it: with its year where there is more than one. */
function dayOf(time: number, isLong: boolean): string {
  return isLong ? `${day(time)} ${new Date(time).getUTCFullYear()}` : day(time)
}

/** Whether a span is in more than one year. */
function isOverYears(start: number, length: number): boolean {
  return new Date(start).getUTCFullYear() !== new Date(start + length - 1).getUTCFullYear()
}

/** Whether a span is on more than one day. */
function isOverDays(start: number, length: number): boolean {
  return Math.floor(start / DAY) !== Math.floor((start + length - 1) / DAY)
}

/** A time within a span, with its day where there is more than one. */
export function moment(time: number, step: number, start: number, length: number): string {
  const isLong = isOverYears(start, length)
  const at = clock(time, step, isLong)
  return step < DAY && isOverDays(start, length) ? `${dayOf(time, isLong)} ${at}` : at
}

/** The day or days of a span: `22 Nov 2026`, `22 Nov 2026 to 3 Dec 2026`. */
export function days(start: number, length: number): string {
  const whole = (time: number): string => dayOf(time, true)
  return isOverDays(start, length) ? `${whole(start)} to ${whole(start + length - 1)}` : whole(start)
}

/** Length of a step, which is 1, 2 or 5 times a power of ten: `50 ms`, `5 s`, `1,000 s`; `57.9 days`. */
export function stepWords(ms: number): string {
  if (ms >= DAY) return `${threeDigits(ms / DAY)} days`
  return ms < SECOND ? `${ms} ms` : `${integer(ms / SECOND)} s`
}
