/**
 * Sizes of outer and inner IP packets. Super-frames (segmentation offload hands the capture what the wire never carried) are
 * recognised first: an IP length of 0, a length beyond any MTU, or more TCP payload than the receiver's MSS allows.
 */
import { NONE } from '../codecs/fault.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { Records, type RecordsState } from './records.ts'
import type { Tcp } from './tcp.ts'

/** Upper bounds of the histogram's classes in bytes; above the last one there is one more class. */
export const SIZE_CLASSES = [128, 256, 512, 1024, 1280, 1400, 1450, 1500, 1600, 2048, 4096, 9216] as const

/** Largest IP packet that any link carries whole: the usual jumbo MTU. */
const LARGEST_MTU = 9216

/** Saved sizes. */
export interface SizesState {
  rows: number[]
  classes: RecordsState
  vnis: RecordsState
  pairs: RecordsState
}

/** Sizes by VNI and VTEP pair, super-frames set aside, and the histogram of outer IP packets. */
export class Sizes implements Judge<SizesState> {
  readonly #classes = new Records(SIZE_CLASSES.length + 1)
  readonly #vnis = new Records(1)
  readonly #pairs = new Records(1)
  #vniRows = 0
  #pairRows = 0

  /** @param tcp - Has observed the packet before this analyzer does. */
  constructor(private readonly tcp: Tcp) {}

  /** Largest inner IP packet of a VNI row in bytes. */
  largestInner(row: number): number {
    return this.#vnis.get(row, 0)
  }

  /** Largest outer IP packet of a pair row in bytes, later fragments not included. */
  largestOuter(row: number): number {
    return this.#pairs.get(row, 0)
  }

  /** Packets by size class. */
  histogram(): { upTo: number | null; packets: number }[] {
    return [...SIZE_CLASSES, null].map((upTo, index) => ({ upTo, packets: this.#classes.f64[index]! }))
  }

  /** Takes a tunnel packet, or a later fragment of one. */
  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const length = i32[at + Field.OuterIpLength]!
    this.#classes.f64[sizeClass(length)]!++
    if (this.#isSuperFrame(log, at)) return
    const vni = i32[at + Field.Vni]!
    const pair = i32[at + Field.Pair]!
    if (vni !== NONE) {
      this.#vniRows = Math.max(this.#vniRows, vni + 1)
      this.#vnis.raise(vni, 0, i32[at + Field.InnerIpLength]!)
    }
    if (pair !== NONE) {
      this.#pairRows = Math.max(this.#pairRows, pair + 1)
      this.#pairs.raise(pair, 0, length)
    }
  }

  save(): SizesState {
    return {
      rows: [this.#vniRows, this.#pairRows],
      classes: this.#classes.save(1),
      vnis: this.#vnis.save(this.#vniRows),
      pairs: this.#pairs.save(this.#pairRows),
    }
  }

  restore(state: SizesState): void {
    this.#vniRows = state.rows[0]!
    this.#pairRows = state.rows[1]!
    this.#classes.restore(state.classes)
    this.#vnis.restore(state.vnis)
    this.#pairs.restore(state.pairs)
  }

  #isSuperFrame(log: EventLog, at: number): boolean {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & Bit.SuperFrame) !== 0 || i32[at + Field.OuterIpLength]! > LARGEST_MTU) return true
    const flow = i32[at + Field.Flow]!
    if ((bits & Bit.Tcp) === 0 || flow === NONE) return false
    const mss = this.tcp.mssToward(flow, (bits & Bit.FlowForward) !== 0 ? 0 : 1)
    return mss > 0 && i32[at + Field.Payload]! > mss
  }
}

function sizeClass(length: number): number {
  let index = 0
  while (index < SIZE_CLASSES.length && length > SIZE_CLASSES[index]!) index++
  return index
}
