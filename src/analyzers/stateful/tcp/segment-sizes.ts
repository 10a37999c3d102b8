/**
 * Which maximum segment sizes inner SYNs announce, by VNI and VTEP pair. Whether one fits is decided at the end, when the path is known.
 * Evidence: any capture point that SYNs pass. What misleads: a host behind the capture point may still clamp the option.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { EXAMPLES } from '../../tables/counter-by-key.ts'
import { KeyTable, type KeyTableState } from '../../tables/key-table.ts'
import type { Keys } from '../../tables/keys.ts'
import { Records, type RecordsState } from '../../tables/records.ts'

/** 32-bit halves of a size's record: SYNs, numbers of the first SYNs. */
const COUNT = 0
const NUMBERS = 1
const CELLS = Math.ceil((NUMBERS + EXAMPLES) / 2)

/** One announced size of a VNI and VTEP pair. */
export interface Announced {
  /** Row of the VNI × VTEP pair. */
  route: number
  /** Row of the VTEP pair. */
  pair: number
  /** IP version of the inner packets, 4 or 6. */
  version: 4 | 6
  /** Bytes, 1 to 65 535. */
  mss: number
  /** SYNs that announce it. */
  count: number
  /** Numbers of the first of them. */
  packets: readonly number[]
}

/** Saved sizes. */
export interface SegmentSizesState {
  sizes: KeyTableState
  records: RecordsState
}

/** Announced sizes on route rows. */
export class SegmentSizes implements StatefulAnalyzer<SegmentSizesState> {
  /** [route row, size × 2 + 1 for IPv6] */
  readonly sizes: KeyTable
  readonly #records = new Records(CELLS)
  /** By route row, what the last SYN announced (second word of its key) and its row plus one: most announce the same. A cache, not state. */
  #latest = new Records(1)

  /**
   * @param keys - Tells inner IPv4 from IPv6.
   * @param limit - Most sizes of all VNIs and VTEP pairs together.
   */
  constructor(
    private readonly keys: Keys,
    limit: number,
  ) {
    this.sizes = new KeyTable('segmentSizes', 2, limit)
  }

  observe({ i32 }: EventLog, at: number): void {
    const mss = i32[at + Field.MaximumSegmentSize]!
    const route = i32[at + Field.Route]!
    if (mss === 0 || route === NONE || (i32[at + Field.Bits]! & (Bit.Tcp | Bit.Copy)) !== Bit.Tcp) return
    const source = i32[at + Field.InnerSource]!
    if (source === NONE) return
    const row = this.#row(route, mss * 2 + (this.keys.isIpv6(source) ? 1 : 0))
    if (row === NONE) return
    const record = this.#records.at(row) * 2
    const { i32: words } = this.#records
    const count = words[record + COUNT]!
    words[record + COUNT] = count + 1
    if (count < EXAMPLES) words[record + NUMBERS + count] = i32[at + Field.Number]!
  }

  /** Every size that was announced, in order of first appearance. */
  announced(): Announced[] {
    const { i32 } = this.#records
    return Array.from({ length: this.sizes.count }, (_, row) => {
      const record = this.#records.at(row) * 2
      const count = i32[record + COUNT]!
      const size = this.sizes.word(row, 1)
      return {
        route: this.sizes.word(row, 0),
        pair: this.keys.pairOfRoute(this.sizes.word(row, 0)),
        version: size % 2 === 1 ? 6 : 4,
        mss: size >>> 1,
        count,
        packets: [...i32.subarray(record + NUMBERS, record + NUMBERS + Math.min(count, EXAMPLES))],
      }
    })
  }

  save(): SegmentSizesState {
    return { sizes: this.sizes.save(), records: this.#records.save(this.sizes.count) }
  }

  restore(state: SegmentSizesState): void {
    this.sizes.restore(state.sizes)
    this.#records.restore(state.records)
    this.#latest = new Records(1)
  }

  /** Row of a size that a SYN of a route announces; `NONE` where the table is full. */
  #row(route: number, size: number): number {
    const latest = this.#latest.at(route) * 2
    const { i32 } = this.#latest
    if (i32[latest] === size) return i32[latest + 1]! - 1
    const { key } = this.sizes
    key[0] = route
    key[1] = size
    const row = this.sizes.row()
    if (row === NONE) return NONE
    i32[latest] = size
    i32[latest + 1] = row + 1
    return row
  }
}
