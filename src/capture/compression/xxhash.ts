/** XXH32 and XXH64 with seed 0, fed in pieces (xxHash specification 0.1.1): the checksums inside lz4 and zstd frames. */

/** A little-endian 32-bit word. */
export const uint32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0

const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))
const round = (lane: number, word: number): number =>
  Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1)

/** XXH32. */
export class Xxh32 {
  private a = (PRIME_1 + PRIME_2) | 0
  private b = PRIME_2 | 0
  private c = 0
  private d = -PRIME_1 | 0
  private total = 0
  private readonly rest = new Uint8Array(16)
  private restLength = 0

  /** Takes the next bytes. */
  update(bytes: Uint8Array): void {
    this.total += bytes.length
    let at = 0
    if (this.restLength > 0) {
      at = Math.min(16 - this.restLength, bytes.length)
      this.rest.set(bytes.subarray(0, at), this.restLength)
      this.restLength += at
      if (this.restLength < 16) return
      this.stripes(this.rest, 0, 16)
    }
    const end = at + ((bytes.length - at) & ~15)
    this.stripes(bytes, at, end)
    this.rest.set(bytes.subarray(end))
    this.restLength = bytes.length - end
  }

  private stripes(bytes: Uint8Array, from: number, end: number): void {
    let { a, b, c, d } = this
    for (let at = from; at < end; at += 16) {
      a = round(a, uint32(bytes, at))
      b = round(b, uint32(bytes, at + 4))
      c = round(c, uint32(bytes, at + 8))
      d = round(d, uint32(bytes, at + 12))
    }
    this.a = a
    this.b = b
    this.c = c
    this.d = d
  }

  /** The hash of everything so far, 0 to 2^32 − 1. */
  digest(): number {
    const { a, b, c, d, rest, restLength } = this
    let hash = this.total >= 16 ? (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0 : PRIME_5
    hash = (hash + this.total) | 0
    let at = 0
    for (; at + 4 <= restLength; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(uint32(rest, at), PRIME_3)) | 0, 17), PRIME_4)
    }
    for (; at < restLength; at++) hash = Math.imul(rotate((hash + Math.imul(rest[at]!, PRIME_5)) | 0, 11), PRIME_1)
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
    return (hash ^ (hash >>> 16)) >>> 0
  }
}

/** XXH32 of `bytes`. */
export function xxh32(bytes: Uint8Array): number {
  const hash = new Xxh32()
  hash.update(bytes)
  return hash.digest()
}

const WIDE_1 = 0x9e3779b185ebca87n
const WIDE_2 = 0xc2b2ae3d27d4eb4fn
const WIDE_3 = 0x165667b19e3779f9n
const WIDE_4 = 0x85ebca77c2b2ae63n
const WIDE_5 = 0x27d4eb2f165667c5n
const P1_HIGH = 0x9e3779b1
const P1_LOW = 0x85ebca87
const P2_HIGH = 0xc2b2ae3d
const P2_LOW = 0x27d4eb4f

const wide = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotateWide = (value: bigint, bits: bigint): bigint => wide((value << bits) | (value >> (64n - bits)))
const roundWide = (lane: bigint, word: bigint): bigint => wide(rotateWide(wide(lane + word * WIDE_2), 31n) * WIDE_1)

/** Upper half of the product of two unsigned 32-bit numbers, exactly. */
function highProduct(a: number, b: number): number {
  const low = (a & 0xffff) * b
  return Math.floor(((a >>> 16) * b + Math.floor(low / 0x1_0000)) / 0x1_0000)
}

/** XXH64. The stripes run on pairs of 32-bit halves, for BigInt is a hundred times slower; only the end uses it. */
export class Xxh64 {
  /** Four lanes, low and high half each. */
  private readonly lanes = new Uint32Array(8)
  private total = 0
  private readonly rest = new Uint8Array(32)
  private restLength = 0

  constructor() {
    for (const [lane, start] of [wide(WIDE_1 + WIDE_2), WIDE_2, 0n, wide(-WIDE_1)].entries()) {
      this.lanes[lane * 2] = Number(start & 0xffff_ffffn)
      this.lanes[lane * 2 + 1] = Number(start >> 32n)
    }
  }

  /** Takes the next bytes. */
  update(bytes: Uint8Array): void {
    this.total += bytes.length
    let at = 0
    if (this.restLength > 0) {
      at = Math.min(32 - this.restLength, bytes.length)
      this.rest.set(bytes.subarray(0, at), this.restLength)
      this.restLength += at
      if (this.restLength < 32) return
      this.stripes(this.rest, 0, 32)
    }
    const end = at + ((bytes.length - at) & ~31)
    this.stripes(bytes, at, end)
    this.rest.set(bytes.subarray(end))
    this.restLength = bytes.length - end
  }

  private stripes(bytes: Uint8Array, from: number, end: number): void {
    const { lanes } = this
    for (let lane = 0; lane < 4; lane++) {
      let low = lanes[lane * 2]!
      let high = lanes[lane * 2 + 1]!
      for (let at = from + lane * 8; at < end; at += 32) {
        const wordLow = uint32(bytes, at)
        const wordHigh = uint32(bytes, at + 4)
        // lane + word · P2
        const productLow = Math.imul(wordLow, P2_LOW) >>> 0
        const productHigh = highProduct(wordLow, P2_LOW) + Math.imul(wordHigh, P2_LOW) + Math.imul(wordLow, P2_HIGH)
        const sum = low + productLow
        low = sum >>> 0
        high = (high + productHigh + (sum > 0xffff_ffff ? 1 : 0)) >>> 0
        // rotated left by 31: the halves change places, then one bit to the right
        const turnedHigh = ((high << 31) | (low >>> 1)) >>> 0
        const turnedLow = ((low << 31) | (high >>> 1)) >>> 0
        // · P1
        low = Math.imul(turnedLow, P1_LOW) >>> 0
        high = (highProduct(turnedLow, P1_LOW) + Math.imul(turnedHigh, P1_LOW) + Math.imul(turnedLow, P1_HIGH)) >>> 0
      }
      lanes[lane * 2] = low
      lanes[lane * 2 + 1] = high
    }
  }

  /** The hash of everything so far, 64 bits. */
  digest(): bigint {
    const { lanes, rest, restLength } = this
    let hash = WIDE_5
    if (this.total >= 32) {
      const [a, b, c, d] = [0, 2, 4, 6].map((at) => BigInt(lanes[at]!) | (BigInt(lanes[at + 1]!) << 32n))
      hash = wide(rotateWide(a!, 1n) + rotateWide(b!, 7n) + rotateWide(c!, 12n) + rotateWide(d!, 18n))
      for (const lane of [a!, b!, c!, d!]) hash = wide((hash ^ roundWide(0n, lane)) * WIDE_1 + WIDE_4)
    }
    hash = wide(hash + BigInt(this.total))
    let at = 0
    for (; at + 8 <= restLength; at += 8) {
      const word = BigInt(uint32(rest, at)) | (BigInt(uint32(rest, at + 4)) << 32n)
      hash = wide(rotateWide(hash ^ roundWide(0n, word), 27n) * WIDE_1 + WIDE_4)
    }
    if (at + 4 <= restLength) {
      hash = wide(rotateWide(hash ^ wide(BigInt(uint32(rest, at)) * WIDE_1), 23n) * WIDE_2 + WIDE_3)
      at += 4
    }
    for (; at < restLength; at++) hash = wide(rotateWide(hash ^ wide(BigInt(rest[at]!) * WIDE_5), 11n) * WIDE_1)
    hash = wide((hash ^ (hash >> 33n)) * WIDE_2)
    hash = wide((hash ^ (hash >> 29n)) * WIDE_3)
    return hash ^ (hash >> 32n)
  }
}
