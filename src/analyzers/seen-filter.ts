/**
 * Whether a digest may have been seen of late: a bitmap that is small enough to stay in the processor's cache, before a window
 * that is not. It may say yes wrongly, never no.
 */

/** Bits of a generation by the digests that it takes. */
const SPREAD = 16

/** The digests of the last `size` to `2 × size` additions, in two generations. */
export class SeenFilter {
  #current: Int32Array
  #before: Int32Array
  #added = 0
  readonly #mask: number

  /** @param size - Additions that are remembered at least: a power of two. */
  constructor(readonly size: number) {
    this.#current = new Int32Array(Math.max(1, (size * SPREAD) / 32))
    this.#before = new Int32Array(this.#current.length)
    this.#mask = this.#current.length - 1
  }

  /** Whether the digest may be among those that were added. */
  has(digest: number): boolean {
    const word = (digest >>> 5) & this.#mask
    const bits = bitsOf(digest)
    return (this.#current[word]! & bits) === bits || (this.#before[word]! & bits) === bits
  }

  add(digest: number): void {
    if (this.#added === this.size) this.#turn()
    this.#added++
    this.#current[(digest >>> 5) & this.#mask]! |= bitsOf(digest)
  }

  #turn(): void {
    const oldest = this.#before
    this.#before = this.#current
    oldest.fill(0)
    this.#current = oldest
    this.#added = 0
  }
}

/** Two bits of a word: both are there by chance in one case of fifty. */
function bitsOf(digest: number): number {
  return (1 << (digest & 31)) | (1 << (digest >>> 27))
}
