/** Small numbers with how often each was added. Whether one is there is asked of a bitmap, which stays in the processor's cache. */

/** Words of the bitmap at first. */
const INITIAL = 64

/** A set of rows or ids that each may be in several times. */
export class CountedSet {
  #bits = new Int32Array(INITIAL)
  /** How often those are in it that are in it more than once, less one. */
  readonly #more = new Map<number, number>()

  /** Whether a number was added more often than removed. */
  has(number: number): boolean {
    return (this.#bits[number >>> 5]! & (1 << (number & 31))) !== 0
  }

  /** Adds a number once more. */
  add(number: number): void {
    const word = number >>> 5
    if (word >= this.#bits.length) this.#grow(word + 1)
    if (this.has(number)) this.#more.set(number, (this.#more.get(number) ?? 0) + 1)
    else this.#bits[word]! |= 1 << (number & 31)
  }

  /** Takes back one {@link add} of a number that is there. */
  remove(number: number): void {
    const more = this.#more.get(number) ?? 0
    if (more > 1) this.#more.set(number, more - 1)
    else if (more === 1) this.#more.delete(number)
    else this.#bits[number >>> 5]! &= ~(1 << (number & 31))
  }

  clear(): void {
    this.#bits.fill(0)
    this.#more.clear()
  }

  #grow(words: number): void {
    const bits = new Int32Array(Math.max(words, this.#bits.length * 2))
    bits.set(this.#bits)
    this.#bits = bits
  }
}
