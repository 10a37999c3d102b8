/**
 * Outer datagrams in fragments: which byte ranges were seen, whether the datagram is whole, and the bytes of the later
 * fragments on the VNI and VTEP pair of the first one. The bytes themselves are not joined here.
 */
import { NONE } from '../codecs/fault.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { Records, type RecordsState } from './records.ts'
import { near } from './time.ts'
import { Window, type WindowState } from './window.ts'

/** Nanoseconds that a receiver waits for the rest: Linux waits 30 s for IPv4, RFC 8200 §4.5 says 60 s for IPv6. */
const LIFETIME_IPV4 = 30_000_000_000
const LIFETIME_IPV6 = 60_000_000_000
/** Ranges with holes between them that are kept of one datagram; with more it stays incomplete. */
const MOST_RANGES = 16

const SECONDS = 0
const NANOSECONDS = 1
/** Rows of the first fragment plus one, 0 until it comes; the pair row is negative against the pair's direction. */
const VNI = 2
const PAIR = 3
/** Record bytes and largest IP length of later fragments that came before the first. */
const EARLY_BYTES = 4
const EARLY_LENGTH = 5
/** Length of the whole payload, known from the last fragment; 0 until then. */
const TOTAL = 6
const WHOLE = 7
const RANGES = 8
const RANGE = 9
const WORDS = RANGE + 2 * MOST_RANGES

/** Cells of a VTEP pair: record bytes by direction, largest outer IP length; of a VNI: record bytes. */
const PAIR_CELLS = 3
const LARGEST = 2

/** Saved fragments. */
export interface OuterFragmentsState {
  window: WindowState
  datagrams: number
  reassembled: number
  rows: number[]
  vnis: RecordsState
  pairs: RecordsState
}

/** Datagrams of the outermost IP layer that travel in fragments. */
export class OuterFragments implements Judge<OuterFragmentsState> {
  /** Datagrams of which every byte was seen. */
  reassembled = 0
  #datagrams = 0
  readonly #window: Window
  readonly #vnis = new Records(1)
  readonly #pairs = new Records(PAIR_CELLS)
  #vniRows = 0
  #pairRows = 0

  constructor(size: number) {
    this.#window = new Window(size, WORDS)
  }

  /** Datagrams of which some byte was not seen. */
  get incomplete(): number {
    return this.#datagrams - this.reassembled
  }

  /** Record bytes of later fragments by VNI row. */
  vniBytes(row: number): number {
    return this.#vnis.get(row, 0)
  }

  /** Record bytes of later fragments by pair row and direction. */
  pairBytes(row: number, direction: 0 | 1): number {
    return this.#pairs.get(row, direction)
  }

  /** Largest outer IP length among later fragments. */
  pairLargest(row: number): number {
    return this.#pairs.get(row, LARGEST)
  }

  /**
   * Takes one fragment.
   * @returns Whether it belongs to a tunnel datagram whose first fragment was seen.
   */
  observe(log: EventLog, at: number): boolean {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & Bit.Fragment) === 0) return false
    const isCopy = (bits & Bit.Copy) !== 0
    const entry = this.#entry(log, at, isCopy)
    if (entry === NONE) return false
    if (!isCopy) this.#noteRange(log, at, entry)
    if (i32[at + Field.FragmentOffset] === 0) this.#noteFirst(log, at, entry)
    else this.#noteLater(log, at, entry)
    return this.#window.data[entry + VNI] !== 0
  }

  save(): OuterFragmentsState {
    return {
      window: this.#window.save(),
      datagrams: this.#datagrams,
      reassembled: this.reassembled,
      rows: [this.#vniRows, this.#pairRows],
      vnis: this.#vnis.save(this.#vniRows),
      pairs: this.#pairs.save(this.#pairRows),
    }
  }

  restore(state: OuterFragmentsState): void {
    this.#window.restore(state.window)
    this.#datagrams = state.datagrams
    this.reassembled = state.reassembled
    this.#vniRows = state.rows[0]!
    this.#pairRows = state.rows[1]!
    this.#vnis.restore(state.vnis)
    this.#pairs.restore(state.pairs)
  }

  /** The datagram's entry, a new one if the last one is whole or too old. */
  #entry(log: EventLog, at: number, isCopy: boolean): number {
    const { i32 } = log
    const seconds = log.f64[at >> 1]!
    const nanoseconds = i32[at + Field.Nanoseconds]!
    const found = this.#window.find(i32[at + Field.FragmentHigh]!, i32[at + Field.FragmentLow]!)
    const lifetime = (i32[at + Field.Bits]! & Bit.Ipv6Underlay) !== 0 ? LIFETIME_IPV6 : LIFETIME_IPV4
    const isOpen =
      found !== NONE &&
      (this.#window.data[found + WHOLE] === 0 || isCopy) &&
      near(seconds, nanoseconds, this.#window.data[found + SECONDS]!, this.#window.data[found + NANOSECONDS]!, lifetime)
    if (isOpen) return found
    const entry = this.#window.insert(i32[at + Field.FragmentHigh]!, i32[at + Field.FragmentLow]!)
    this.#window.data[entry + SECONDS] = seconds
    this.#window.data[entry + NANOSECONDS] = nanoseconds
    this.#datagrams++
    return entry
  }

  #noteFirst(log: EventLog, at: number, entry: number): void {
    const { i32 } = log
    const { data } = this.#window
    const vni = i32[at + Field.Vni]!
    const pair = i32[at + Field.Pair]!
    if (vni === NONE || pair === NONE || data[entry + VNI] !== 0) return
    data[entry + VNI] = vni + 1
    data[entry + PAIR] = (i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? pair + 1 : -(pair + 1)
    this.#attribute(entry, data[entry + EARLY_BYTES]!, data[entry + EARLY_LENGTH]!)
  }

  #noteLater(log: EventLog, at: number, entry: number): void {
    const { i32 } = log
    const { data } = this.#window
    const bytes = i32[at + Field.WireLength]!
    const length = i32[at + Field.OuterIpLength]!
    if (data[entry + VNI] !== 0) {
      this.#attribute(entry, bytes, length)
      return
    }
    data[entry + EARLY_BYTES]! += bytes
    data[entry + EARLY_LENGTH] = Math.max(data[entry + EARLY_LENGTH]!, length)
  }

  #attribute(entry: number, bytes: number, length: number): void {
    const { data } = this.#window
    const vni = data[entry + VNI]! - 1
    const pair = Math.abs(data[entry + PAIR]!) - 1
    this.#vniRows = Math.max(this.#vniRows, vni + 1)
    this.#pairRows = Math.max(this.#pairRows, pair + 1)
    this.#vnis.add(vni, 0, bytes)
    this.#pairs.add(pair, data[entry + PAIR]! > 0 ? 0 : 1, bytes)
    this.#pairs.raise(pair, LARGEST, length)
  }

  /** Adds a byte range; the datagram is whole when one range reaches from 0 to the end that the last fragment states. */
  #noteRange(log: EventLog, at: number, entry: number): void {
    const { i32 } = log
    const { data } = this.#window
    const start = i32[at + Field.FragmentOffset]!
    const end = start + i32[at + Field.FragmentLength]!
    if ((i32[at + Field.Bits]! & Bit.MoreFragments) === 0) data[entry + TOTAL] = end
    this.#addRange(entry, start, end)
    const isWhole =
      data[entry + TOTAL] !== 0 &&
      data[entry + RANGES] === 1 &&
      data[entry + RANGE] === 0 &&
      data[entry + RANGE + 1]! >= data[entry + TOTAL]!
    if (!isWhole || data[entry + WHOLE] !== 0) return
    data[entry + WHOLE] = 1
    this.reassembled++
  }

  /** Joins a range with those it touches; the list stays without order. */
  #addRange(entry: number, from: number, to: number): void {
    const { data } = this.#window
    let start = from
    let end = to
    let count = data[entry + RANGES]!
    for (let i = 0; i < count; ) {
      const at = entry + RANGE + 2 * i
      if (data[at]! > end || data[at + 1]! < start) {
        i++
        continue
      }
      start = Math.min(start, data[at]!)
      end = Math.max(end, data[at + 1]!)
      count--
      data[at] = data[entry + RANGE + 2 * count]!
      data[at + 1] = data[entry + RANGE + 2 * count + 1]!
      // A range that was passed over may touch the one that has just grown.
      i = 0
    }
    if (count < MOST_RANGES) {
      data[entry + RANGE + 2 * count] = start
      data[entry + RANGE + 2 * count + 1] = end
      count++
    }
    data[entry + RANGES] = count
  }
}
