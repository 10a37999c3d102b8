/** Datagrams of both sides that wait for each other: a ring of records in order of arrival, chained by key. */
import { finalize, mix } from '../../analyzers/tables/hash.ts'
import { NONE } from '../../codecs/core/fault.ts'
import type { Datagram } from '../reading/datagram.ts'

/** 32-bit words of a record. */
export const Word = {
  KeyHigh: 0,
  KeyLow: 1,
  /** Serial number of the older record of the same slot, {@link NONE} without. */
  Older: 2,
  Channel: 3,
  Direction: 4,
  /** Bits of {@link Mark}. */
  Flags: 5,
  Number: 6,
  File: 7,
  OuterLength: 8,
  InnerBytes: 9,
  SourcePort: 10,
  DestinationPort: 11,
  /** Inner TTL and DSCP, outer DSCP, a byte each; then inner and outer ECN, two bits each. */
  Fields: 12,
  Macs: 13,
  LeftOut: 14,
  Checksum: 15,
  Ends: 16,
  Connection: 17,
  Sequence: 18,
  Payload: 19,
  Taps: 20,
  /** Where it was matched: number and file of the other one; of a further arrival those of what left. */
  OtherNumber: 21,
  OtherFile: 22,
  /** Of what left its place in the order of sending; of what arrived that of what left. */
  Order: 23,
  /** Of a further arrival the number of the first one. */
  FirstNumber: 24,
  FirstFile: 25,
  /** Of what arrived the source port where it left. */
  OtherPort: 26,
  /** Of what arrived the row of its direction where it left. */
  OtherDirection: 27,
} as const
/** 32-bit words of a record. */
export const WORDS = 28

/** 64-bit words of a record. */
export const Real = {
  /** Nanoseconds by the near clock. */
  Time: 0,
  /** Nanoseconds by the clock of its own side. */
  Own: 1,
  /** Delay in nanoseconds, once it is matched. */
  Delay: 2,
  /** Time by the clock of the other side of what it was matched with. */
  OtherOwn: 3,
} as const
/** 64-bit words of a record. */
export const REALS = 4

/** What is known of a record. */
export const RecordFlag = {
  /** It was recorded at the far side. */
  Far: 1,
  /** At the side that its direction passes first. */
  Left: 2,
  Matched: 4,
  /** A further arrival of something that had arrived. */
  Duplicate: 8,
  /** Equal ones were too close to tell them apart. */
  OneOf: 16,
  /** Cut too short to have a key. */
  Short: 32,
  Unicast: 64,
  /** It was recorded twice in one place, by a capture that does so. */
  Twice: 128,
  /** One like it was recorded in the same place shortly before: it may be a second record of the same packet. */
  Twin: 256,
  /** Of many that are alike and follow each other at once. */
  Train: 512,
  /** It may turn out to be altered, and is told of at the end. */
  Held: 1024,
  /** The filter leaves it out, unless it is matched with one that is kept. */
  Unselected: 2048,
} as const

/** The records that wait. */
export class Ring {
  readonly i32: Int32Array
  readonly f64: Float64Array
  /** Serial number of the next record, and of the oldest one. */
  head = 0
  tail = 0
  readonly #mask: number
  readonly #slots: Int32Array

  /** @param capacity - Records, a power of two. */
  constructor(readonly capacity: number) {
    this.i32 = new Int32Array(capacity * WORDS)
    this.f64 = new Float64Array(capacity * REALS)
    this.#mask = capacity - 1
    this.#slots = new Int32Array(capacity).fill(NONE)
  }

  get isFull(): boolean {
    return this.head - this.tail === this.capacity
  }

  /** Offset of a record's 32-bit words. */
  at(serial: number): number {
    return (serial & this.#mask) * WORDS
  }

  /** Offset of its 64-bit words. */
  real(serial: number): number {
    return (serial & this.#mask) * REALS
  }

  /** The newest record that may have a key; `NONE` without. */
  newest(high: number, low: number): number {
    const serial = this.#slots[slotOf(high, low) & this.#mask]!
    return serial >= this.tail ? serial : NONE
  }

  /** The next older record that may have the key. */
  older(serial: number): number {
    const older = this.i32[this.at(serial) + Word.Older]!
    return older >= this.tail ? older : NONE
  }

  /** Puts a record at the front; there must be room. @returns Its serial number. */
  add(datagram: Datagram, high: number, low: number, channel: number, flags: number, time: number): number {
    const { i32, f64 } = this
    const serial = this.head++
    const at = this.at(serial)
    const { key } = datagram
    i32[at + Word.KeyHigh] = high
    i32[at + Word.KeyLow] = low
    i32[at + Word.Channel] = channel
    i32[at + Word.Direction] = datagram.direction
    i32[at + Word.Flags] =
      flags | (key.isUnicast ? RecordFlag.Unicast : 0) | (datagram.isSelected ? 0 : RecordFlag.Unselected)
    i32[at + Word.Number] = datagram.number
    i32[at + Word.File] = datagram.file
    i32[at + Word.OuterLength] = datagram.outerLength
    i32[at + Word.InnerBytes] = datagram.innerBytes
    i32[at + Word.SourcePort] = datagram.sourcePort
    i32[at + Word.DestinationPort] = datagram.destinationPort
    i32[at + Word.Fields] =
      key.ttl | (key.dscp << 8) | (datagram.outerDscp << 16) | (key.ecn << 24) | (datagram.outerEcn << 26)
    i32[at + Word.Macs] = key.macs
    i32[at + Word.LeftOut] = key.leftOut
    i32[at + Word.Checksum] = key.checksum
    i32[at + Word.Ends] = key.pair
    i32[at + Word.Connection] = key.connection
    i32[at + Word.Sequence] = key.sequence
    i32[at + Word.Payload] = key.payload
    i32[at + Word.Taps] = datagram.tap
    i32[at + Word.OtherNumber] = 0
    const real = this.real(serial)
    f64[real + Real.Time] = time
    f64[real + Real.Own] = datagram.time
    f64[real + Real.Delay] = Number.NaN
    f64[real + Real.OtherOwn] = Number.NaN
    this.#chain(serial, at, high, low, flags)
    return serial
  }

  #chain(serial: number, at: number, high: number, low: number, flags: number): void {
    if ((flags & RecordFlag.Short) !== 0) {
      this.i32[at + Word.Older] = NONE
      return
    }
    const slot = slotOf(high, low) & this.#mask
    this.i32[at + Word.Older] = this.#slots[slot]!
    this.#slots[slot] = serial
  }
}

function slotOf(high: number, low: number): number {
  return finalize(mix(mix(0, high), low))
}
