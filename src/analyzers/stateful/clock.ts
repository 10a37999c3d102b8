/** First and latest time of a capture: what came near its edges may have begun before, or end after it. */
import { NO_TIME } from '../../packet.ts'
import type { StatefulAnalyzer } from '../analyzer.ts'
import { Again, type EventLog, Field } from '../events/event-log.ts'
import { elapsed } from '../tables/time.ts'

/**
 * Follows the time of every packet that the selection does not leave out by its time, also where records run backwards; those without a
 * time do not count.
 */
export class Clock implements StatefulAnalyzer<number[]> {
  #firstSeconds = 0
  /** 0 to 999 999 999, or `NO_TIME` before any packet had a time. */
  #firstNanoseconds: number = NO_TIME
  #latestSeconds = 0
  #latestNanoseconds: number = NO_TIME

  observe(log: EventLog, at: number): void {
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    if (nanoseconds === NO_TIME || (log.i32[at + Field.Again]! & Again.OutOfTime) !== 0) return
    const seconds = log.f64[at >> 1]!
    if (this.#firstNanoseconds === NO_TIME) {
      this.#firstSeconds = seconds
      this.#firstNanoseconds = nanoseconds
      this.#latestSeconds = seconds
      this.#latestNanoseconds = nanoseconds
    } else if (
      seconds > this.#latestSeconds ||
      (seconds === this.#latestSeconds && nanoseconds > this.#latestNanoseconds)
    ) {
      this.#latestSeconds = seconds
      this.#latestNanoseconds = nanoseconds
    }
  }

  /** Nanoseconds from the first packet's time to another one. */
  sinceFirst(seconds: number, nanoseconds: number): number {
    return elapsed(seconds, nanoseconds, this.#firstSeconds, this.#firstNanoseconds)
  }

  /** Nanoseconds from a time to the latest one so far. */
  untilLatest(seconds: number, nanoseconds: number): number {
    return elapsed(this.#latestSeconds, this.#latestNanoseconds, seconds, nanoseconds)
  }

  save(): number[] {
    return [this.#firstSeconds, this.#firstNanoseconds, this.#latestSeconds, this.#latestNanoseconds]
  }

  restore(state: number[]): void {
    this.#firstSeconds = state[0]!
    this.#firstNanoseconds = state[1]!
    this.#latestSeconds = state[2]!
    this.#latestNanoseconds = state[3]!
  }
}
