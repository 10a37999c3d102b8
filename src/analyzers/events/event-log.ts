/** What stateful analyzers need of a packet, as a fixed-width record: the records of a group of packets lie in one buffer. */
import { NONE } from '../../codecs/core/fault.ts'
import { Again, Bit, Field, ON_ITS_WAY, OUTER_IDENTIFIED, STRIDE } from './event-fields.ts'

export { Again, Bit, Field, ON_ITS_WAY, OUTER_IDENTIFIED, STRIDE }

/** Whatever takes events in packet order. */
export interface EventSink {
  /** Takes the events from number `from` to number `to` of a log, which will be written again. */
  take(log: EventLog, from: number, to: number): void
}

/** Records of events, in packet order. */
export class EventLog {
  /** The records, {@link STRIDE} words each; and the same memory as 64-bit floats. */
  readonly i32: Int32Array
  readonly f64: Float64Array

  /** @param records - Room for them: {@link STRIDE} words for each event. */
  constructor(records: Int32Array) {
    this.i32 = records
    this.f64 = new Float64Array(records.buffer, records.byteOffset, records.length >> 1)
  }
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
