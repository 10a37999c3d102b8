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
/** Number of the packet that jumped over it, its route row × 2 + direction plus one, and {@link Proof}. */
const NUMBER = 4
const ROUTE = 5
const PROOF = 6
const WORDS = 7

/** What shows that the bytes of a hole were sent, as bits. */
export const Proof = {
  /** Data behind it. */
  Data: 0,
  /** A segment without data: it comes behind all that was sent before, and the next data may begin where the hole does. */
  Bare: 1,
  /** That segment came a second or more after anything else of its side, so that the bytes had time to come. */
  Late: 2,
  /** Data whose checksum is wrong: its sequence number may be. */
  Damaged: 4,
} as const

/** A range of sequence numbers that nothing filled. */
export interface Hole {
  /** Flow row × 2 + direction of the sender. */
  key: number
  start: number
  end: number
  seconds: number
  nanoseconds: number
  /** Packet that jumped over it, and its route row × 2 + direction; `NONE` without. */
  number: number
  route: number
  /** Bits of {@link Proof}. */
  proof: number
}

/** The holes of the recent past, by flow row × 2 + direction. */
export class SequenceHoles {
  readonly #window = new Window(SIZE, WORDS)

  /**
   * Notes that `[start, end)` was jumped over.
   * @param route - Route row × 2 + direction of the packet, `NONE` without.
   * @param proof - Bits of {@link Proof}.
   */
  open(
    key: number,
    start: number,
    end: number,
    seconds: number,
    nanoseconds: number,
    number: number,
    route: number,
    proof: number,
  ): void {
    const at = this.#window.insert(0, key)
    const { data } = this.#window
    data[at + NUMBER] = number
    data[at + ROUTE] = route + 1
    data[at + PROOF] = proof
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
      // What begins where such a hole does is the data that comes next.
      if ((data[at + PROOF]! & Proof.Bare) !== 0) continue
      if (((start - holeStart) | 0) < 0 || ((holeEnd - end) | 0) < 0) {
        trim(data, at, start, end)
        continue
      }
      const holeSeconds = data[at + SECONDS]!
      const holeNanoseconds = data[at + NANOSECONDS]!
      data[at + START] = end
      if (start !== holeStart) {
        // The segment lies inside: what is before it stays open, what is behind it becomes a hole of its own.
        data[at + START] = holeStart
        data[at + END] = start
        if (end !== holeEnd) {
          const route = data[at + ROUTE]! - 1
          this.open(key, end, holeEnd, holeSeconds, holeNanoseconds, data[at + NUMBER]!, route, data[at + PROOF]!)
        }
      }
      return Math.max(0, elapsed(seconds, nanoseconds, holeSeconds, holeNanoseconds))
    }
    return NONE
  }

  /** Whether the newest hole of a direction begins there. */
  hasFrom(key: number, start: number): boolean {
    const at = this.#window.find(0, key)
    return at !== NONE && this.#window.data[at + START] === start && this.#window.data[at + END] !== start
  }

  /** The holes that are remembered and were not filled, oldest first. */
  unfilled(): Hole[] {
    const { data } = this.#window
    const holes: Hole[] = []
    for (const at of this.#window.entries()) {
      if (((data[at + END]! - data[at + START]!) | 0) <= 0) continue
      holes.push({
        key: data[at - 1]!,
        start: data[at + START]!,
        end: data[at + END]!,
        seconds: data[at + SECONDS]!,
        nanoseconds: data[at + NANOSECONDS]!,
        number: data[at + NUMBER]!,
        route: data[at + ROUTE]! - 1,
        proof: data[at + PROOF]!,
      })
    }
    return holes
  }

  save(): WindowState {
    return this.#window.save()
  }

  restore(state: WindowState): void {
    this.#window.restore(state)
  }
}

/** Takes from the hole at `at` what a segment covers of it that reaches beyond it. */
function trim(data: Int32Array, at: number, start: number, end: number): void {
  const coversStart = ((start - data[at + START]!) | 0) <= 0 && ((end - data[at + START]!) | 0) > 0
  const coversEnd = ((end - data[at + END]!) | 0) >= 0 && ((data[at + END]! - start) | 0) > 0
  if (coversStart) data[at + START] = ((end - data[at + END]!) | 0) > 0 ? data[at + END]! : end
  else if (coversEnd) data[at + END] = start
}
