/** Round times along an axis, in UTC. */

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

/**
 * Ticks of a span, at most `most`, at multiples of a round step since the epoch.
 * @param start - Milliseconds since the epoch.
 * @param length - Milliseconds, above 0.
 */
export function timeTicks(start: number, length: number, most: number): Tick[] {
  const step = STEPS.find((each) => length / each <= most) ?? Math.ceil(length / most / DAY) * DAY
  const ticks: Tick[] = []
  for (let time = Math.ceil(start / step) * step; time <= start + length; time += step) {
    ticks.push({ at: Math.round(((time - start) * 1000) / length), label: clock(time, step) })
  }
  return ticks
}

/** A time as fine as the step: `07:16:46.150`, `07:16:46`, `07:16`, `22 Nov`. */
export function clock(time: number, step: number): string {
  const iso = new Date(time).toISOString()
  if (step >= DAY) return iso.slice(5, 10)
  if (step % MINUTE === 0) return iso.slice(11, 16)
  if (step % SECOND === 0) return iso.slice(11, 19)
  return iso.slice(11, step % 100 === 0 ? 21 : step % 10 === 0 ? 22 : 23)
}
