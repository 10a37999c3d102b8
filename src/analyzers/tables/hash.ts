/**
 * Hashing of words and bytes for tables and windows. Hashes of tables are keyed, so that a crafted capture cannot make its keys fall
 * together; digests of packets are not, because saved states hold them, and their windows follow bounded chains.
 */

/**
 * The key: drawn anew in every run, so that a crafted capture cannot aim at one slot. Nothing that is printed depends on it. The
 * multipliers are odd, so that no bit of a word is lost.
 */
const [SEED, WORD_MULTIPLIER, HASH_MULTIPLIER] = drawKey()

function drawKey(): readonly [number, number, number] {
  const [seed, word, hash] = crypto.getRandomValues(new Int32Array(3)) as unknown as [number, number, number]
  return [seed, word | 1, hash | 1]
}

/**
 * Folds one 32-bit word into a running hash (start with 0). The word's upper half is folded onto the lower one and multiplied by a
 * secret before it meets the hash: where only both together are multiplied, differences in the uppermost bits of one word stay there
 * and the next word can undo them, whatever the key is.
 */
export function mix(hash: number, word: number): number {
  let w = word ^ SEED
  w = Math.imul(w ^ (w >>> 16), WORD_MULTIPLIER)
  const h = Math.imul(((hash ^ w) + (w >>> 15)) | 0, HASH_MULTIPLIER)
  return h ^ (h >>> 16)
}

/** Last step of a running hash: spreads it over all bits. */
export function finalize(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return h ^ (h >>> 16)
}

/** Folds one 32-bit word into a digest; the same in every run, because saved states hold digests. */
export function fold32(digest: number, word: number): number {
  const h = Math.imul(digest ^ word, 0xcc9e_2d51)
  return (h << 13) | (h >>> 19)
}

/** The other half of a digest: another step, so that what collides in one half does not in both. */
function foldOther(digest: number, word: number): number {
  const h = Math.imul((digest + word) | 0, 0x85eb_ca6b)
  return h ^ (h >>> 15)
}

/** Bytes that are digested side by side. */
const BLOCK = 16

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
    this.low = foldOther(this.low, value)
  }

  /**
   * Adds the 20 bytes of an IPv4 header (RFC 791 §3.1) without what forwarding changes: DSCP, ECN, DF, TTL and header checksum.
   */
  ipv4(view: DataView, at: number): void {
    const first = fold32(0x3c6e_f372, view.getInt32(at) & 0xff00_ffff)
    const second = fold32(0x510e_527f, view.getInt32(at + 4) & ~0x4000)
    const third = fold32(0x1f83_d9ab, view.getInt32(at + 8) & 0x00ff_0000)
    const fourth = fold32(fold32(0x5be0_cd19, view.getInt32(at + 12)), view.getInt32(at + 16))
    this.high = fold32(fold32(fold32(fold32(this.high, first), second), third), fourth)
    this.low = foldOther(foldOther(foldOther(foldOther(this.low, first), second), third), fourth)
  }

  /** Adds the 40 bytes of an IPv6 header (RFC 8200 §3) without what forwarding changes: traffic class and hop limit. */
  ipv6(view: DataView, at: number): void {
    this.word(view.getInt32(at) & 0xf00f_ffff)
    this.word(view.getInt32(at + 4) & ~0xff)
    this.bytes(view, at + 8, at + 40)
  }

  /**
   * Adds a TCP header (RFC 9293 §3.1) and what follows, from 20 bytes on, without the checksum: as {@link bytes}, in one pass.
   */
  tcp(view: DataView, at: number, end: number): void {
    let first = fold32(0x3c6e_f372, view.getInt32(at))
    let second = fold32(0x510e_527f, view.getInt32(at + 4))
    let third = fold32(0x1f83_d9ab, view.getInt32(at + 8))
    let fourth = fold32(0x5be0_cd19, view.getInt32(at + 12))
    first = fold32(first, view.getInt32(at + 16) & 0xffff)
    let position = at + 20
    for (; position + BLOCK <= end; position += BLOCK) {
      first = fold32(first, view.getInt32(position))
      second = fold32(second, view.getInt32(position + 4))
      third = fold32(third, view.getInt32(position + 8))
      fourth = fold32(fourth, view.getInt32(position + 12))
    }
    let high = fold32(fold32(fold32(fold32(this.high, first), second), third), fourth)
    let low = foldOther(foldOther(foldOther(foldOther(this.low, first), second), third), fourth)
    for (; position + 4 <= end; position += 4) {
      const value = view.getInt32(position)
      high = fold32(high, value)
      low = foldOther(low, value)
    }
    for (; position < end; position++) {
      const value = view.getUint8(position)
      high = fold32(high, value)
      low = foldOther(low, value)
    }
    this.high = high
    this.low = low
  }

  /** Adds the bytes `[at, end)` of a view. */
  bytes(view: DataView, at: number, end: number): void {
    // The halves in locals: through the fields every word would wait for the store of the one before.
    let { high, low } = this
    let position = at
    if (end - position >= BLOCK) {
      // Four words in lanes of their own, because in one each would wait for the product of the one before.
      let first = 0x3c6e_f372
      let second = 0x510e_527f
      let third = 0x1f83_d9ab
      let fourth = 0x5be0_cd19
      for (; position + BLOCK <= end; position += BLOCK) {
        first = fold32(first, view.getInt32(position))
        second = fold32(second, view.getInt32(position + 4))
        third = fold32(third, view.getInt32(position + 8))
        fourth = fold32(fourth, view.getInt32(position + 12))
      }
      high = fold32(fold32(fold32(fold32(high, first), second), third), fourth)
      low = foldOther(foldOther(foldOther(foldOther(low, first), second), third), fourth)
    }
    for (; position + 4 <= end; position += 4) {
      const value = view.getInt32(position)
      high = fold32(high, value)
      low = foldOther(low, value)
    }
    for (; position < end; position++) {
      const value = view.getUint8(position)
      high = fold32(high, value)
      low = foldOther(low, value)
    }
    this.high = high
    this.low = low
  }
}
