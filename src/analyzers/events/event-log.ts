/**
 * What judges need of a packet, as a fixed-width record in one buffer. A part that begins in the middle of a capture keeps the
 * records; merging replays them on the earlier state.
 */
import { NONE } from '../../codecs/core/fault.ts'
import type { RowMaps } from '../tables/keys.ts'
import { Again, Bit, Field, ON_ITS_WAY, OUTER_IDENTIFIED, STRIDE } from './event-fields.ts'

export { Again, Bit, Field, ON_ITS_WAY, OUTER_IDENTIFIED, STRIDE }

/** Records a log has room for at the start. */
const INITIAL = 64

/** A saved log. */
export interface EventLogState {
  count: number
  overflowed: boolean
  words: Int32Array
}

/** Whatever takes events in packet order. */
export interface EventSink {
  /** Takes the events from number `from` to number `to` of a log, which will be written again. */
  take(log: EventLog, from: number, to: number): void
}

/** Records of events, in packet order. */
export class EventLog implements EventSink {
  i32: Int32Array
  f64: Float64Array
  count = 0
  /** Whether more events came than the log holds: the part cannot be merged. */
  overflowed = false

  /**
   * @param limit - Most records kept.
   * @param records - Room for them; grows unless given.
   */
  constructor(
    readonly limit: number,
    records: Int32Array = new Int32Array(INITIAL * STRIDE),
  ) {
    this.i32 = records
    this.f64 = new Float64Array(records.buffer, records.byteOffset, records.length >> 1)
  }

  /** Offset of the record for the next event, the records before it being kept; `NONE` when the log is full. */
  append(): number {
    if (this.count === this.limit) {
      this.overflowed = true
      return NONE
    }
    const at = this.count++ * STRIDE
    if (at + STRIDE > this.i32.length) {
      const i32 = new Int32Array(this.i32.length * 2)
      i32.set(this.i32)
      this.i32 = i32
      this.f64 = new Float64Array(i32.buffer)
    }
    return at
  }

  /** Keeps copies, as far as there is room. */
  take(log: EventLog, from: number, to: number): void {
    for (let event = from; event < to; event++) {
      const at = this.append()
      if (at === NONE) return
      const { i32 } = this
      for (let word = 0; word < STRIDE; word++) i32[at + word] = log.i32[event * STRIDE + word]!
    }
  }

  /** Takes over the record of a later part: its rows become ours, its packet numbers go on from ours. */
  adopt(at: number, later: EventLog, from: number, maps: RowMaps, offset: number): void {
    const { i32 } = this
    const source = later.i32
    for (let word = 0; word < STRIDE; word++) i32[at + word] = source[from + word]!
    i32[at + Field.Number]! += offset
    translate(i32, at + Field.Vni, maps.vnis)
    translate(i32, at + Field.Pair, maps.pairs)
    translate(i32, at + Field.Route, maps.routes)
    translate(i32, at + Field.Flow, maps.flows)
    translate(i32, at + Field.Mac, maps.macs)
    translate(i32, at + Field.Vlans, maps.vlanStacks)
    translate(i32, at + Field.Source, maps.addresses)
    translate(i32, at + Field.Destination, maps.addresses)
    translate(i32, at + Field.InnerSource, maps.addresses)
    translate(i32, at + Field.InnerDestination, maps.addresses)
    translate(i32, at + Field.QuotedSource, maps.addresses)
    translate(i32, at + Field.QuotedDestination, maps.addresses)
  }

  save(): EventLogState {
    return { count: this.count, overflowed: this.overflowed, words: this.i32.slice(0, this.count * STRIDE) }
  }

  restore(state: EventLogState): void {
    this.count = state.count
    this.overflowed = state.overflowed
    this.i32 = new Int32Array(Math.max(INITIAL * STRIDE, state.words.length))
    this.i32.set(state.words)
    this.f64 = new Float64Array(this.i32.buffer)
  }
}

/** Puts the row at `at` through the map of its table; none stays none. */
function translate(i32: Int32Array, at: number, map: Int32Array): void {
  const row = i32[at]!
  if (row !== NONE) i32[at] = map[row]!
}

/** Whether the capture recorded a datagram again: what only passes again in another datagram is none. */
export function isCaptureCopy(i32: Int32Array, at: number): boolean {
  return (i32[at + Field.Bits]! & Bit.Copy) !== 0 && (i32[at + Field.Again]! & ON_ITS_WAY) === 0
}

/** Pair row × 2 + direction of a packet, `NONE` outside tunnels. */
export function pairDirection(i32: Int32Array, at: number): number {
  const pair = i32[at + Field.Pair]!
  if (pair === NONE) return NONE
  return pair * 2 + ((i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? 0 : 1)
}
