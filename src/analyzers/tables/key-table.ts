/**
 * The tables that everything is keyed by: open addressing over typed arrays, rows numbered in order of first appearance.
 * First come, first kept, never evicts; 104–157 ns a packet with the walk where a `Map` of strings takes 440–885.
 */
import { NONE } from '../../codecs/core/fault.ts'
import { finalize, mix } from './hash.ts'
import { moreRows } from './records.ts'
import { savedArray, savedInteger } from './saved.ts'

/** A saved table: what workers post and partial summaries store. */
export interface KeyTableState {
  count: number
  dropped: number
  keys: Int32Array
}

const INITIAL_ROWS = 64
/** Words of slots by row: two slots of two words, so that at most half of them are in use. */
const SLOTS_PER_ROW = 4

/** Rows keyed by a fixed number of 32-bit words; `Name` is known where what a row costs is told by it (`memory.ts`). */
export class KeyTable<Name extends string = string> {
  /** Scratch: fill the words in, then call {@link row} or {@link find}. */
  readonly key: Int32Array
  /** Rows in use. */
  count = 0
  /** Packets that found no row because the table was full. */
  dropped = 0
  #keys: Int32Array
  /** Pairs of row plus one (0 = empty) and the key's hash. */
  #slots: Int32Array
  /** Hash of the key that was looked up last. */
  #hash = 0

  /**
   * @param name - Name in the summary's `limits`.
   * @param width - Words of a key.
   * @param limit - Most rows.
   */
  constructor(
    readonly name: Name,
    readonly width: number,
    readonly limit: number,
  ) {
    this.key = new Int32Array(width)
    this.#keys = new Int32Array(INITIAL_ROWS * width)
    this.#slots = new Int32Array(INITIAL_ROWS * SLOTS_PER_ROW)
  }

  /** Whether so many new keys would find a row. */
  hasRoomFor(rows: number): boolean {
    return this.count + rows <= this.limit
  }

  /** Row of the scratch key, a new one if need be; `NONE` (and `dropped` counted) when the table is full. */
  row(): number {
    const slot = this.#slot()
    const found = this.#slots[slot]!
    if (found !== 0) return found - 1
    if (this.count === this.limit) {
      this.dropped++
      return NONE
    }
    return this.#insert(slot)
  }

  /** Row of the scratch key, `NONE` when it has none. */
  find(): number {
    return this.#slots[this.#slot()]! - 1
  }

  /** One word of a row's key. */
  word(row: number, index: number): number {
    return this.#keys[row * this.width + index]!
  }

  /** Keys of the rows from `row` on, one behind the other. */
  keysFrom(row: number): Int32Array {
    return this.#keys.slice(row * this.width, this.count * this.width)
  }

  /** Copies a row's key into `into`. */
  copyKey(row: number, into: Int32Array): void {
    const from = row * this.width
    for (let i = 0; i < this.width; i++) into[i] = this.#keys[from + i]!
  }

  /** Appends rows by their keys, none of which is here yet. */
  append(keys: Int32Array): void {
    for (let from = 0; from < keys.length; from += this.width) {
      for (let i = 0; i < this.width; i++) this.key[i] = keys[from + i]!
      this.#insert(this.#slot())
    }
  }

  save(): KeyTableState {
    return { count: this.count, dropped: this.dropped, keys: this.keysFrom(0) }
  }

  /** @throws RangeError for what no table of this limit and width can have saved. */
  restore(state: KeyTableState): void {
    savedInteger(`${this.name}.count`, state.count, 0, this.limit)
    savedInteger(`${this.name}.dropped`, state.dropped, 0, Number.MAX_SAFE_INTEGER)
    savedArray(`${this.name}.keys`, state.keys, Int32Array, state.count * this.width)
    let rows = INITIAL_ROWS
    while (rows < state.count) rows *= 2
    this.count = 0
    this.#keys = new Int32Array(rows * this.width)
    this.#slots = new Int32Array(rows * SLOTS_PER_ROW)
    this.append(state.keys)
    this.dropped = state.dropped
  }

  /** The slot that holds the scratch key, or the empty one where it belongs. */
  #slot(): number {
    const { key, width } = this
    let running = 0
    for (let i = 0; i < width; i++) running = mix(running, key[i]!)
    const hash = finalize(running)
    this.#hash = hash
    const slots = this.#slots
    const keys = this.#keys
    const mask = slots.length - 1
    let slot = (hash << 1) & mask
    for (;;) {
      const found = slots[slot]!
      if (found === 0) return slot
      // The hash stands beside the row, so that another key in the way costs no look at its words.
      if (slots[slot + 1] === hash) {
        const base = (found - 1) * width
        let i = 0
        while (i < width && keys[base + i] === key[i]) i++
        if (i === width) return slot
      }
      slot = (slot + 2) & mask
    }
  }

  #insert(slot: number): number {
    const row = this.count++
    if ((row + 1) * this.width > this.#keys.length) {
      const larger = new Int32Array(moreRows(row) * this.width)
      larger.set(this.#keys)
      this.#keys = larger
    }
    const { key, width } = this
    const keys = this.#keys
    // Word by word: of so few, `set` takes longer to begin than to copy.
    for (let i = 0; i < width; i++) keys[row * width + i] = key[i]!
    this.#slots[slot] = row + 1
    this.#slots[slot + 1] = this.#hash
    if (this.count * 4 > this.#slots.length) this.#grow()
    return row
  }

  /** Doubles the slots; hashes need not be made again. */
  #grow(): void {
    const old = this.#slots
    const slots = new Int32Array(old.length * 2)
    const mask = slots.length - 1
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === 0) continue
      let slot = (old[from + 1]! << 1) & mask
      while (slots[slot] !== 0) slot = (slot + 2) & mask
      slots[slot] = old[from]!
      slots[slot + 1] = old[from + 1]!
    }
    this.#slots = slots
  }
}
