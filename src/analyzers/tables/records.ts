/** Columns on shared rows: one record of counters per row, row after row in one buffer, so that a packet touches one cache line. */

import { ID_SPACE } from './limits.ts'
import { savedArray, savedInteger } from './saved.ts'

/** A saved block of records. */
export interface RecordsState {
  rows: number
  data: Float64Array
  /** Rows beyond which the records must not grow: said of a state that comes from elsewhere, in which any row may be named. */
  most?: number
}

const INITIAL_ROWS = 64
/** Rows from which on the next step is one to {@link LARGE_ROWS}. */
const MIDDLE_ROWS = 65_536
const LARGE_ROWS = 1_048_576
const GROWTH = 4

/**
 * Rows to make room for when so many have none left. New memory costs nothing until it is written to, but of what was outgrown not all
 * is given back: with large steps there is little of it, and little to copy. The default limits are among the steps.
 */
export function moreRows(rows: number): number {
  return rows === MIDDLE_ROWS ? LARGE_ROWS : rows * GROWTH
}

/** Rows beyond which no table goes, two for each of its own included. */
const MOST_ROWS = 2 * ID_SPACE

/** Words of a cache line. */
const LINE = 16

/**
 * Records of `stride` 8-byte cells, addressed as 64-bit floats (`f64[row * stride + cell]`) or 32-bit integers
 * (`i32[(row * stride + cell) * 2 + half]`). New records are zero.
 */
export class Records {
  f64: Float64Array
  i32: Int32Array
  #capacity = INITIAL_ROWS
  #most = MOST_ROWS

  /** @param stride - 8-byte cells of a record. */
  constructor(readonly stride: number) {
    this.f64 = new Float64Array(INITIAL_ROWS * stride)
    this.i32 = new Int32Array(this.f64.buffer)
  }

  /** First cell of a row's record. Makes room for it, which replaces `f64` and `i32`: take those after this call. */
  at(row: number): number {
    if (row >= this.#capacity) this.#grow(row + 1)
    return row * this.stride
  }

  /**
   * Reads ahead the records of rows that many packets lead to, so that the processor waits for all of them at a time.
   * @param rows - Row numbers, one every `step` words from `first` on to below `end`.
   * @returns Nothing of use.
   */
  prefetch(rows: Int32Array, first: number, end: number, step: number): number {
    const { i32 } = this
    const words = this.stride * 2
    // What is used most stands first; of long records two cache lines do.
    const second = Math.min(words - 1, LINE)
    let sum = 0
    for (let word = first; word < end; word += step) {
      const at = rows[word]! * words
      if (at >= 0 && at < i32.length) sum ^= i32[at]! ^ i32[at + second]!
    }
    return sum
  }

  /** One cell of a row's record, 0 for a row that has none yet. */
  get(row: number, cell: number): number {
    return row < this.#capacity ? this.f64[row * this.stride + cell]! : 0
  }

  /** Adds to one cell of a row's record. */
  add(row: number, cell: number, value: number): void {
    const at = this.at(row) + cell
    this.f64[at]! += value
  }

  /** Raises one cell of a row's record to `value`, if it is less. */
  raise(row: number, cell: number, value: number): void {
    const at = this.at(row) + cell
    if (value > this.f64[at]!) this.f64[at] = value
  }

  /** Saves the records of the first `rows` rows. */
  save(rows: number): RecordsState {
    this.#hold(rows)
    return { rows, data: this.f64.slice(0, rows * this.stride) }
  }

  /** @throws RangeError for what no records of this stride can have saved. */
  restore(state: RecordsState): void {
    this.#most = Math.max(state.most ?? MOST_ROWS, this.#capacity)
    savedInteger('rows of records', state.rows, 0, this.#most)
    savedArray('records', state.data, Float64Array, state.rows * this.stride)
    this.#hold(state.rows)
    this.f64.set(state.data)
  }

  #hold(rows: number): void {
    if (rows > this.#capacity) this.#grow(rows)
  }

  #grow(rows: number): void {
    if (rows > this.#most) throw new RangeError(`row ${rows - 1} is beyond every table`)
    let capacity = this.#capacity
    while (capacity < rows) capacity = moreRows(capacity)
    const f64 = new Float64Array(capacity * this.stride)
    f64.set(this.f64)
    this.f64 = f64
    this.i32 = new Int32Array(f64.buffer)
    this.#capacity = capacity
  }
}
