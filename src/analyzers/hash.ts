/** Hashing of words and bytes for tables and windows. No cryptography: the seed only keeps crafted captures from lining keys up. */

/** Differs from run to run, so that a crafted capture cannot aim at one slot. Nothing that is printed depends on it. */
const SEED = (Math.random() * 0x1_0000_0000) | 0

/** Folds one 32-bit word into a running hash (start with 0). */
export function mix(hash: number, word: number): number {
  const h = Math.imul(hash ^ word ^ SEED, 0x9e37_79b1)
  return h ^ (h >>> 15)
}

/** Last step of a running hash: spreads it over all bits. */
export function finalize(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return h ^ (h >>> 16)
}

/** Folds one 32-bit word into a digest; the same in every run, because parts of a capture compare digests. */
export function fold32(digest: number, word: number): number {
  const h = Math.imul(digest ^ word, 0xcc9e_2d51)
  return (h << 13) | (h >>> 19)
}

/** A running 64-bit digest of bytes, in two halves; the same in every run. */
export class Digest {
  high = 0
  low = 0

  reset(): void {
    this.high = 0x243f_6a88
    this.low = 0x1319_8a2e
  }

  /** Adds one 32-bit word. */
  word(value: number): void {
    this.high = fold32(this.high, value)
    const low = Math.imul((this.low + value) | 0, 0x85eb_ca6b)
    this.low = low ^ (low >>> 15)
  }

  /** Adds the bytes `[at, end)` of a view. */
  bytes(view: DataView, at: number, end: number): void {
    // The halves in locals: through the fields every word would wait for the store of the one before.
    let { high, low } = this
    let position = at
    for (; position + 4 <= end; position += 4) {
      const value = view.getInt32(position)
      high = fold32(high, value)
      low = Math.imul((low + value) | 0, 0x85eb_ca6b)
      low ^= low >>> 15
    }
    this.high = high
    this.low = low
    for (; position < end; position++) this.word(view.getUint8(position))
  }
}
