/** Small numbers with how often each was added. Whether one is there is asked of a bitmap, which stays in the processor's cache. */

const INITIAL_SIZE = 1024

/** A set of rows or ids that each may be in several times. */
export class CountedSet {
  #bits = new Int32Array(INITIAL_SIZE / 32)
  #counts = new Int32Array(INITIAL_SIZE)

  /** Whether a number was added more often than removed. */
  has(number: number): boolean {
    return (this.#bits[number >>> 5]! & (1 << (number & 31))) !== 0
  }

  /** Adds a number once more. */
  add(number: number): void {
    if (number >= this.#counts.length) this.#grow(number + 1)
    this.#counts[number]!++
    this.#bits[number >>> 5]! |= 1 << (number & 31)
  }

  /** Takes back one {@link add} of a number that is there. */
  remove(number: number): void {
    if (--this.#counts[number]! === 0) this.#bits[number >>> 5]! &= ~(1 << (number & 31))
  }

  clear(): void {
    this.#bits.fill(0)
    this.#counts.fill(0)
  }

  #grow(size: number): void {
    let length = this.#counts.length
    while (length < size) length *= 2
    const bits = new Int32Array(length / 32)
    bits.set(this.#bits)
    const counts = new Int32Array(length)
    counts.set(this.#counts)
    this.#bits = bits
    this.#counts = counts
  }
}
