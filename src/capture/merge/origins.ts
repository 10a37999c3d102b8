/**
 * Which file a packet of several interleaved captures is from: one bit a packet for two files, two for four, and so on; nothing
 * for a stretch of 65 536 packets of one file.
 */

import { checkGiven, checkInteger, refuseType } from '../../option.ts'

/** Files whose indexes are kept: 16 bits. */
export const MOST_FILES = 65_536
/** Packets that are added at once: as many as one file may well have. */
const MOST_ADDED = 2 ** 32
/** Packets of a stretch. */
const STRETCH = 65_536

/** Bytes that an {@link Origins} may take; packets beyond are not known by file any more. */
export const MAX_ORIGIN_BYTES = 128 * 1024 * 1024

/** Where a packet is: the file's index, and the packet's number in it. */
export interface Origin {
  /** Index of the file, from 0 in the order in which they were given. */
  file: number
  /** Number of the packet in that file, from 1. */
  number: number
}

interface Stretch {
  /** Packets of each file before the stretch. */
  before: Float64Array
  /** File of every packet, or the bits of each. */
  files: number | Uint8Array
}

/** The file of every packet of a merged stream, in order. */
export class Origins {
  /** Packets added so far. */
  count = 0
  /** Packets whose file is not kept, for want of room. */
  dropped = 0
  readonly #stretches: Stretch[] = []
  readonly #totals: Float64Array
  /** Bits of a file's index: a power of two, so that none crosses a byte. */
  readonly #width: number
  readonly #limit: number
  #bytes = 0

  /**
   * Begins with no packet.
   * @param files - How many files are merged, 1 and more.
   * @param limit - Bytes to keep.
   */
  constructor(files: number, limit: number = MAX_ORIGIN_BYTES) {
    checkGiven('files', files)
    checkInteger('files', files, 1, MOST_FILES)
    checkInteger('limit', limit, 0)
    this.#totals = new Float64Array(files)
    this.#width = files <= 2 ? 1 : files <= 4 ? 2 : files <= 16 ? 4 : files <= 256 ? 8 : 16
    this.#limit = limit
  }

  /**
   * Says that the next `count` packets are of `file`.
   * @throws RangeError for a file that there is not, or more than 2^32 packets, TypeError for one of a wrong type.
   */
  add(file: number, count: number): void {
    checkGiven('file', file)
    checkInteger('file', file, 0, this.#totals.length - 1)
    checkGiven('count', count)
    checkInteger('count', count, 0, MOST_ADDED)
    this.put(file, count)
  }

  /** As {@link add}, for every packet that is merged: unchecked. @internal */
  put(file: number, count: number): void {
    for (let left = count; left > 0; ) {
      const index = this.count % STRETCH
      const step = Math.min(left, STRETCH - index)
      if (index === 0) this.#begin(file)
      const stretch = this.#stretches[Math.floor(this.count / STRETCH)]
      if (stretch === undefined) this.dropped += step
      else this.#fill(stretch, index, step, file)
      this.#totals[file]! += step
      this.count += step
      left -= step
    }
  }

  /**
   * Where packet `number` is, counted from 1; `null` when it is beyond the limit, or there is none.
   * @throws TypeError for what is no number.
   */
  find(number: number): Origin | null {
    if (typeof number !== 'number') refuseType('number', number, 'a number')
    if (!Number.isInteger(number)) return null
    if (!(number >= 1 && number <= this.count)) return null
    const stretch = this.#stretches[Math.floor((number - 1) / STRETCH)]
    if (stretch === undefined) return null
    const index = (number - 1) % STRETCH
    const { files, before } = stretch
    if (typeof files === 'number') return { file: files, number: before[files]! + index + 1 }
    const file = this.#at(files, index)
    let there = before[file]!
    for (let i = 0; i <= index; i++) if (this.#at(files, i) === file) there++
    return { file, number: there }
  }

  #begin(file: number): void {
    const bytes = this.#totals.byteLength
    if (this.dropped > 0 || this.#bytes + bytes > this.#limit) return
    this.#bytes += bytes
    this.#stretches.push({ before: this.#totals.slice(), files: file })
  }

  #fill(stretch: Stretch, index: number, count: number, file: number): void {
    if (typeof stretch.files === 'number') {
      if (stretch.files === file) return
      const bytes = (STRETCH * this.#width) / 8
      // Room for one stretch more than the limit, so that one that has begun is never given up.
      this.#bytes += bytes
      const bits = new Uint8Array(bytes)
      const first = stretch.files
      stretch.files = bits
      if (first !== 0) for (let i = 0; i < index; i++) this.#set(bits, i, first)
    }
    if (file !== 0) for (let i = index; i < index + count; i++) this.#set(stretch.files, i, file)
  }

  #set(bits: Uint8Array, index: number, file: number): void {
    const width = this.#width
    if (width === 16) {
      bits[2 * index] = file >> 8
      bits[2 * index + 1] = file & 0xff
      return
    }
    const bit = index * width
    bits[bit >> 3]! |= file << (bit & 7)
  }

  #at(bits: Uint8Array, index: number): number {
    const width = this.#width
    if (width === 16) return (bits[2 * index]! << 8) | bits[2 * index + 1]!
    const bit = index * width
    return (bits[bit >> 3]! >> (bit & 7)) & ((1 << width) - 1)
  }
}
