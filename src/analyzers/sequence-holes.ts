/** Ranges of sequence numbers that were jumped over: what later fills one soon enough was reordered, not sent again. */
import { NONE } from '../codecs/fault.ts'
import { elapsed } from './time.ts'
import { Window, type WindowState } from './window.ts'

/** Holes kept of all flows together, the latest ones. */
const SIZE = 4096
/** Holes of one direction that are looked at. */
const MOST_LOOKED_AT = 16

const START = 0
const END = 1
const SECONDS = 2
const NANOSECONDS = 3
const WORDS = 4

/** The holes of the recent past, by flow row × 2 + direction. */
export class SequenceHoles {
  readonly #window = new Window(SIZE, WORDS)

  /** Notes that `[start, end)` was jumped over. */
  open(key: number, start: number, end: number, seconds: number, nanoseconds: number): void {
    const at = this.#window.insert(0, key)
    const { data } = this.#window
    data[at + START] = start
    data[at + END] = end
    data[at + SECONDS] = seconds
    data[at + NANOSECONDS] = nanoseconds
  }

  /**
   * Fills `[start, end)`, where it lies in a hole.
   * @returns Nanoseconds since that hole opened; `NONE` when the range lies in none, and so was sent before.
   */
  fill(key: number, start: number, end: number, seconds: number, nanoseconds: number): number {
    const { data } = this.#window
    let looked = 0
    for (let at = this.#window.find(0, key); at !== NONE && looked < MOST_LOOKED_AT; at = this.#window.older(at)) {
      looked++
      const holeStart = data[at + START]!
      const holeEnd = data[at + END]!
      if (((start - holeStart) | 0) < 0 || ((holeEnd - end) | 0) < 0) continue
      const holeSeconds = data[at + SECONDS]!
      const holeNanoseconds = data[at + NANOSECONDS]!
      data[at + START] = end
      if (start !== holeStart) {
        // The segment lies inside: what is before it stays open, what is behind it becomes a hole of its own.
        data[at + START] = holeStart
        data[at + END] = start
        if (end !== holeEnd) this.open(key, end, holeEnd, holeSeconds, holeNanoseconds)
      }
      return Math.max(0, elapsed(seconds, nanoseconds, holeSeconds, holeNanoseconds))
    }
    return NONE
  }

  save(): WindowState {
    return this.#window.save()
  }

  restore(state: WindowState): void {
    this.#window.restore(state)
  }
}
