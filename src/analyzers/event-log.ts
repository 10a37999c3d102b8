/**
 * What judges need of a packet, as a fixed-width record in one buffer. A part that begins in the middle of a capture keeps the
 * records; merging replays them on the earlier state.
 */
import { NONE } from '../codecs/fault.ts'
import { Bit, Field, STRIDE } from './event-fields.ts'
import type { RowMaps } from './keys.ts'

export { Bit, Field, STRIDE }

/** Records a log has room for at the start. */
const INITIAL = 64

/** A saved log. */
export interface EventLogState {
  count: number
  overflowed: boolean
  words: Int32Array
}

/** Fields that are rows of a table, with the map that a merge puts them through. */
const ROWS: readonly (readonly [number, keyof RowMaps])[] = [
  [Field.Vni, 'vnis'],
  [Field.Pair, 'pairs'],
  [Field.Route, 'routes'],
  [Field.Flow, 'flows'],
  [Field.Mac, 'macs'],
  [Field.Source, 'addresses'],
  [Field.Destination, 'addresses'],
  [Field.InnerSource, 'addresses'],
  [Field.InnerDestination, 'addresses'],
  [Field.QuotedSource, 'addresses'],
  [Field.QuotedDestination, 'addresses'],
  [Field.Vlans, 'vlanStacks'],
]

/** Records of events, in packet order. */
export class EventLog {
  i32 = new Int32Array(INITIAL * STRIDE)
  f64 = new Float64Array(this.i32.buffer)
  count = 0
  /** Whether more events came than the log holds: the part cannot be merged. */
  overflowed = false

  /** @param limit - Most records kept. */
  constructor(readonly limit: number) {}

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

  /** Takes over the record of a later part: its rows become ours, its packet numbers go on from ours. */
  adopt(at: number, later: EventLog, from: number, maps: RowMaps, offset: number): void {
    const { i32 } = this
    i32.set(later.i32.subarray(from, from + STRIDE), at)
    i32[at + Field.Number] = i32[at + Field.Number]! + offset
    for (const [field, map] of ROWS) {
      const row = i32[at + field]!
      if (row !== NONE) i32[at + field] = maps[map][row]!
    }
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
