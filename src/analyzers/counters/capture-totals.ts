/** The capture as a whole: packets, bytes, first and last time. Filters do not touch it. */
import { NO_TIME } from '../../packet.ts'
import type { PacketMeta } from '../../packet-meta.ts'
import type { Counter } from '../analyzer.ts'
import type { Observation } from '../lookup/observation.ts'
import { Records, type RecordsState } from '../tables/records.ts'
import { firstNanoseconds, firstSeconds, lastNanoseconds, lastSeconds, SPAN_CELLS, stretch } from '../tables/span.ts'
import { isoTime } from '../tables/time.ts'

const PACKETS = 0
const CAPTURED_BYTES = 1
const WIRE_BYTES = 2
const TRUNCATED = 3
/** Bytes that were captured of those; records with an original length that cannot be. */
const TRUNCATED_BYTES = 4
const IMPOSSIBLE = 5
/** The original length that all truncated records have, and all impossible ones; 0 without any, {@link SEVERAL} where they differ. */
const TRUNCATED_LENGTH = 6
const IMPOSSIBLE_LENGTH = 7
const SPAN = 8

const SEVERAL = -1

/** Packet numbers kept as examples. */
const EXAMPLES = 10

/** Saved totals. */
export interface CaptureTotalsState {
  totals: RecordsState
  truncatedExamples: number[]
}

/** Totals of every record. */
export class CaptureTotals implements Counter<CaptureTotalsState> {
  readonly #totals = new Records(SPAN + SPAN_CELLS)
  /** Numbers of the first packets that were captured in part. */
  readonly truncatedExamples: number[] = []

  get packets(): number {
    return this.#totals.f64[PACKETS]!
  }

  get capturedBytes(): number {
    return this.#totals.f64[CAPTURED_BYTES]!
  }

  get wireBytes(): number {
    const { f64 } = this.#totals
    const claimed = this.#isConstant ? f64[TRUNCATED]! * f64[TRUNCATED_LENGTH]! - f64[TRUNCATED_BYTES]! : 0
    return f64[WIRE_BYTES]! - claimed
  }

  /** Packets of which the capture holds less than the wire carried. */
  get truncatedPackets(): number {
    return this.#isConstant ? 0 : this.#totals.f64[TRUNCATED]!
  }

  /**
   * Whether original lengths are one number that the capture program writes for every packet: where it cannot be, a length inside
   * the packet says so. Where nothing inside speaks (LLDP), it is no more right.
   */
  get #isConstant(): boolean {
    const { f64 } = this.#totals
    const length = f64[TRUNCATED_LENGTH]!
    return length > 0 && length === f64[IMPOSSIBLE_LENGTH]! && f64[IMPOSSIBLE]! > f64[TRUNCATED]!
  }

  /** Earliest packet, ISO 8601. */
  get firstTime(): string | null {
    return isoTime(firstSeconds(this.#totals, SPAN), firstNanoseconds(this.#totals, SPAN))
  }

  /** Whether the earliest or the latest time is outside the years 0000 to 9999. */
  get hasTimeOutside(): boolean {
    if (firstNanoseconds(this.#totals, SPAN) === NO_TIME) return false
    return this.firstTime === null || this.lastTime === null
  }

  /** Latest packet, ISO 8601. */
  get lastTime(): string | null {
    return isoTime(lastSeconds(this.#totals, SPAN), lastNanoseconds(this.#totals, SPAN))
  }

  observe(o: Observation): void {
    const { f64 } = this.#totals
    f64[PACKETS]!++
    f64[CAPTURED_BYTES]! += o.capturedLength
    f64[WIRE_BYTES]! += o.wireLength
    if (o.capturedLength < o.wireLength) {
      f64[TRUNCATED]!++
      this.#noteTruncated(o.number, o.capturedLength, o.wireLength)
    }
    stretch(this.#totals, SPAN, o.seconds, o.nanoseconds)
  }

  /** Counts the packets whose records are at `from` to `to` in `meta`, but for those without looks: they are observed one by one. */
  countAll(meta: PacketMeta, looks: Uint8Array, from: number, to: number): void {
    const { f64 } = this.#totals
    let packets = 0
    let capturedBytes = 0
    let wireBytes = 0
    let truncated = 0
    for (let index = from; index < to; index++) {
      if (looks[index] === 0) continue
      packets++
      const capturedLength = meta.capturedLength(index)
      const wireLength = meta.wireLength(index)
      capturedBytes += capturedLength
      wireBytes += wireLength
      if (capturedLength < wireLength) {
        truncated++
        this.#noteTruncated(meta.number(index), capturedLength, wireLength)
      }
      stretch(this.#totals, SPAN, meta.seconds(index), meta.nanoseconds(index))
    }
    f64[PACKETS]! += packets
    f64[CAPTURED_BYTES]! += capturedBytes
    f64[WIRE_BYTES]! += wireBytes
    f64[TRUNCATED]! += truncated
  }

  /** A record was counted whose original length, this one, cannot be. */
  noteImpossible(length: number): void {
    this.#totals.f64[IMPOSSIBLE]!++
    this.#noteLength(IMPOSSIBLE_LENGTH, length)
  }

  /** Notes a length in a cell for what all have in common. */
  #noteLength(cell: number, length: number): void {
    const { f64 } = this.#totals
    if (f64[cell] === 0) f64[cell] = length
    else if (length !== 0 && f64[cell] !== length) f64[cell] = SEVERAL
  }

  /** Keeps the smallest numbers, ascending: packets of a group are not counted in order. */
  #noteTruncated(number: number, capturedLength: number, wireLength: number): void {
    this.#totals.f64[TRUNCATED_BYTES]! += capturedLength
    this.#noteLength(TRUNCATED_LENGTH, wireLength)
    const examples = this.truncatedExamples
    if (examples.length === EXAMPLES && number > examples[EXAMPLES - 1]!) return
    if (examples.length === EXAMPLES) examples.pop()
    let place = examples.length
    while (place > 0 && examples[place - 1]! > number) place--
    examples.splice(place, 0, number)
  }

  save(): CaptureTotalsState {
    return { totals: this.#totals.save(1), truncatedExamples: [...this.truncatedExamples] }
  }

  restore(state: CaptureTotalsState): void {
    this.#totals.restore(state.totals)
    this.truncatedExamples.splice(0, this.truncatedExamples.length, ...state.truncatedExamples)
  }
}
