/**
 * 64-bit pcapng timestamps into seconds and nanoseconds, exactly, with nothing but doubles below 2^53
 * (draft-ietf-opsawg-pcapng §4.2 if_tsresol, if_tsoffset). No BigInt and no object per packet.
 */

const TWO_32 = 0x1_0000_0000
const BILLION = 1_000_000_000

/** The clock of one interface: resolution and offset, and the last time converted. */
export class Ticks {
  /** if_tsresol as it stands in the file: bit 7 clear = 10^-n, set = 2^-n. */
  readonly resolution: number
  /** Whole seconds of the last {@link convert}, rounded down, offset included. Exact up to 2^53. */
  seconds = 0
  /** Nanoseconds within the second of the last {@link convert}, rounded down. */
  nanoseconds = 0
  private readonly offsetHigh: number
  private readonly offsetLow: number
  /** Ticks per second for 10^0 to 10^9, the usual case; 0 otherwise. */
  private readonly divisor: number
  private readonly scale: number
  private quotientHigh = 0
  private quotientLow = 0
  private remainder = 0

  /**
   * @param resolution - if_tsresol, one byte. 6 (microseconds) is what a file without the option means.
   * @param offsetHigh - Upper half of if_tsoffset, signed.
   * @param offsetLow - Lower half of if_tsoffset, unsigned.
   */
  constructor(resolution = 6, offsetHigh = 0, offsetLow = 0) {
    this.resolution = resolution
    this.offsetHigh = offsetHigh
    this.offsetLow = offsetLow
    this.divisor = resolution <= 9 ? 10 ** resolution : 0
    this.scale = resolution <= 9 ? 10 ** (9 - resolution) : 0
  }

  /** Converts `high · 2^32 + low` ticks into {@link seconds} and {@link nanoseconds}. */
  convert(high: number, low: number): void {
    if (this.divisor !== 0) {
      this.divide(high, low, this.divisor)
      this.nanoseconds = this.remainder * this.scale
    } else if (this.resolution < 0x80) {
      this.convertFineDecimal(high, low)
    } else {
      this.convertBinary(high, low)
    }
    // Both sums are exact, so the result is exact whenever it is below 2^53, even where the parts are not.
    this.seconds = (this.quotientHigh + this.offsetHigh) * TWO_32 + (this.quotientLow + this.offsetLow)
  }

  /** Long division in steps that stay below 2^46; `divisor` at most 10^9. */
  private divide(high: number, low: number, divisor: number): void {
    const quotientHigh = Math.floor(high / divisor)
    const upper = (high - quotientHigh * divisor) * 0x1_0000 + (low >>> 16)
    const middle = Math.floor(upper / divisor)
    const lower = (upper - middle * divisor) * 0x1_0000 + (low & 0xffff)
    const last = Math.floor(lower / divisor)
    this.quotientHigh = quotientHigh
    this.quotientLow = middle * 0x1_0000 + last
    this.remainder = lower - last * divisor
  }

  /** 10^-10 and finer: down to nanoseconds first, which rounds down, then to seconds. */
  private convertFineDecimal(high: number, low: number): void {
    this.quotientHigh = high
    this.quotientLow = low
    // 2^64 < 10^20: beyond that nothing is left.
    for (let finer = Math.min(this.resolution - 9, 20); finer > 0; finer -= 9) {
      this.divide(this.quotientHigh, this.quotientLow, 10 ** Math.min(finer, 9))
    }
    this.divide(this.quotientHigh, this.quotientLow, BILLION)
    this.nanoseconds = this.remainder
  }

  /** 2^-n: the fraction is aligned to 64 bits and multiplied by 10^9, sixteen bits at a time. */
  private convertBinary(high: number, low: number): void {
    const bits = this.resolution & 0x7f
    let fractionHigh = high
    let fractionLow = low
    if (bits === 0) {
      this.quotientHigh = high
      this.quotientLow = low
      this.nanoseconds = 0
      return
    }
    if (bits < 32) {
      this.quotientHigh = high >>> bits
      this.quotientLow = ((low >>> bits) | (high << (32 - bits))) >>> 0
      fractionHigh = (low << (32 - bits)) >>> 0
      fractionLow = 0
    } else if (bits < 64) {
      const rest = bits - 32
      this.quotientHigh = 0
      this.quotientLow = high >>> rest
      // A shift by 32 is a shift by 0 in JavaScript, hence the case of its own.
      fractionHigh = rest === 0 ? low : ((high << (32 - rest)) | (low >>> rest)) >>> 0
      fractionLow = rest === 0 ? 0 : (low << (32 - rest)) >>> 0
    } else {
      this.quotientHigh = 0
      this.quotientLow = 0
    }
    let product = (fractionLow & 0xffff) * BILLION
    product = Math.floor(product / 0x1_0000) + (fractionLow >>> 16) * BILLION
    product = Math.floor(product / 0x1_0000) + (fractionHigh & 0xffff) * BILLION
    product = Math.floor(product / 0x1_0000) + (fractionHigh >>> 16) * BILLION
    // Here product = ⌊fraction · 10^9 / 2^48⌋, below 2^46.
    this.nanoseconds = Math.floor(product / 2 ** (bits > 64 ? bits - 48 : 16))
  }
}
