/** First and last time of a row, in a record: two cells of seconds and one of nanoseconds. */
import { NO_TIME } from '../../packet.ts'
import type { Records } from './records.ts'

/** 8-byte cells that a span takes. */
export const SPAN_CELLS = 3

const FIRST_SECONDS = 0
const LAST_SECONDS = 1
const NANOSECONDS = 2

/** Stretches the span at `cell` to a time; nothing happens for a time that is not known. */
export function stretch(records: Records, cell: number, seconds: number, nanoseconds: number): void {
  if (nanoseconds === NO_TIME) return
  const { f64, i32 } = records
  // Nanoseconds are kept plus one, so that a new record, all zero, has no time.
  const first = (cell + NANOSECONDS) * 2
  const last = first + 1
  if (i32[first] === 0 || before(seconds, nanoseconds + 1, f64[cell + FIRST_SECONDS]!, i32[first]!)) {
    f64[cell + FIRST_SECONDS] = seconds
    i32[first] = nanoseconds + 1
  }
  if (i32[last] === 0 || before(f64[cell + LAST_SECONDS]!, i32[last]!, seconds, nanoseconds + 1)) {
    f64[cell + LAST_SECONDS] = seconds
    i32[last] = nanoseconds + 1
  }
}

export function firstSeconds(records: Records, cell: number): number {
  return records.f64[cell + FIRST_SECONDS]!
}

/** Nanoseconds of the first time, `NO_TIME` when there is none. */
export function firstNanoseconds(records: Records, cell: number): number {
  return records.i32[(cell + NANOSECONDS) * 2]! - 1
}

export function lastSeconds(records: Records, cell: number): number {
  return records.f64[cell + LAST_SECONDS]!
}

/** Nanoseconds of the last time, `NO_TIME` when there is none. */
export function lastNanoseconds(records: Records, cell: number): number {
  return records.i32[(cell + NANOSECONDS) * 2 + 1]! - 1
}

function before(seconds: number, nanoseconds: number, thanSeconds: number, thanNanoseconds: number): boolean {
  return seconds < thanSeconds || (seconds === thanSeconds && nanoseconds < thanNanoseconds)
}
