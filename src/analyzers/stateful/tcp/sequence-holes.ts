/**
 * Ranges of sequence numbers that were jumped over: what later fills one soon enough, or was sent before what jumped over it as its
 * sender's clocks say (`tcp-clock.ts`), was reordered, not sent again.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { sentOrder } from '../../events/tcp-clock.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'
import { elapsed } from '../../tables/time.ts'

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
/** Identification and timestamp of that packet, 0 without. */
const IDENTIFICATION = 7
const TIMESTAMP = 8
const WORDS = 9

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
  /** Nothing does: it lies before the first segment of a connection that was entered in the middle. */
  Beginning: 8,
  /** A connection that is over: other sequence numbers are on its ports by now, which neither fill nor acknowledge it. */
  Earlier: 16,
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
  readonly #window = new RecentRing(SIZE, WORDS)
  /** Of what {@link fill} found: below 0 when it was sent before the segment that jumped over it, above 0 later, 0 when nothing tells. */
  order = 0
  /** Whether it lies before the first segment that was seen of its direction. */
  isBeginning = false

  /**
   * Notes that `[start, end)` was jumped over.
   * @param route - Route row × 2 + direction of the packet, `NONE` without.
   * @param proof - Bits of {@link Proof}.
   * @param identification - Of the packet; 0 without, as is `timestamp`.
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
    identification: number,
    timestamp: number,
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
    data[at + IDENTIFICATION] = identification
    data[at + TIMESTAMP] = timestamp
  }

  /**
   * Fills `[start, end)`, where it lies in a hole; {@link order} and {@link isBeginning} tell more of it.
   * @returns Nanoseconds since that hole opened; `NONE` when the range lies in none, and so was sent before.
   */
  fill(
    key: number,
    start: number,
    end: number,
    seconds: number,
    nanoseconds: number,
    identification: number,
    timestamp: number,
  ): number {
    const { data } = this.#window
    let looked = 0
    for (let at = this.#window.find(0, key); at !== NONE && looked < MOST_LOOKED_AT; at = this.#window.older(at)) {
      looked++
      const holeStart = data[at + START]!
      const holeEnd = data[at + END]!
      // What begins where a bare hole does is the data that comes next.
      if ((data[at + PROOF]! & (Proof.Bare | Proof.Earlier)) !== 0) continue
      if (((start - holeStart) | 0) < 0 || ((holeEnd - end) | 0) < 0) {
        trim(data, at, start, end)
        continue
      }
      const holeSeconds = data[at + SECONDS]!
      const holeNanoseconds = data[at + NANOSECONDS]!
      const holeIdentification = data[at + IDENTIFICATION]!
      const holeTimestamp = data[at + TIMESTAMP]!
      this.isBeginning = (data[at + PROOF]! & Proof.Beginning) !== 0
      this.order = sentOrder(identification, timestamp, holeIdentification, holeTimestamp)
      data[at + START] = end
      if (start !== holeStart) {
        // The segment lies inside: what is before it stays open, what is behind it becomes a hole of its own.
        data[at + START] = holeStart
        data[at + END] = start
        if (end !== holeEnd) {
          const route = data[at + ROUTE]! - 1
          const proof = data[at + PROOF]!
          const number = data[at + NUMBER]!
          this.open(
            key,
            end,
            holeEnd,
            holeSeconds,
            holeNanoseconds,
            number,
            route,
            proof,
            holeIdentification,
            holeTimestamp,
          )
        }
      }
      return Math.max(0, elapsed(seconds, nanoseconds, holeSeconds, holeNanoseconds))
    }
    return NONE
  }

  /**
   * The connection of a direction is over, another one takes its ports.
   * @param next - Where the data of the old one end, and up to where they were acknowledged; `null` when nothing was.
   */
  leave(key: number, next: number, acknowledged: number | null): void {
    const { data } = this.#window
    let looked = 0
    for (let at = this.#window.find(0, key); at !== NONE && looked < MOST_LOOKED_AT; at = this.#window.older(at)) {
      looked++
      const proof = data[at + PROOF]!
      if ((proof & Proof.Earlier) !== 0) return
      data[at + PROOF] = proof | Proof.Earlier
      if (acknowledged === null) data[at + START] = data[at + END]!
      else {
        data[at + START] = later(data[at + START]!, acknowledged)
        if ((proof & Proof.Bare) !== 0) data[at + START] = later(data[at + START]!, next)
      }
    }
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
      if (((data[at + END]! - data[at + START]!) | 0) <= 0 || (data[at + PROOF]! & Proof.Beginning) !== 0) continue
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

  save(): RecentRingState {
    return this.#window.save()
  }

  restore(state: RecentRingState): void {
    this.#window.restore(state)
  }
}

/** The later one of two sequence numbers. */
export function later(one: number, other: number): number {
  return ((one - other) | 0) > 0 ? one : other
}

/** Takes from the hole at `at` what a segment covers of it that reaches beyond it. */
function trim(data: Int32Array, at: number, start: number, end: number): void {
  const coversStart = ((start - data[at + START]!) | 0) <= 0 && ((end - data[at + START]!) | 0) > 0
  const coversEnd = ((end - data[at + END]!) | 0) >= 0 && ((data[at + END]! - start) | 0) > 0
  if (coversStart) data[at + START] = ((end - data[at + END]!) | 0) > 0 ? data[at + END]! : end
  else if (coversEnd) data[at + END] = start
}
