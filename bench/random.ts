/** Seeded random numbers: the same seed gives the same capture on every machine. */

/** The generator sfc32 by C. Doty-Humphrey: 128 bits of state, fast in 32-bit integers. */
export class Random {
  #a = 0
  #b = 0
  #c: number
  #count = 1

  /** @param seed - Any 32-bit integer. */
  constructor(seed: number) {
    this.#c = seed | 0
    for (let i = 0; i < 16; i++) this.word()
  }

  /** A 32-bit integer, signed. */
  word(): number {
    const sum = (this.#a + this.#b + this.#count) | 0
    this.#count = (this.#count + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum
  }

  /** A fraction from 0 to less than 1. */
  fraction(): number {
    return (this.word() >>> 0) / 0x1_0000_0000
  }

  /** An integer from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.fraction() * count)
  }

  /** An integer of 0 or more whose mean is `mean` and whose distribution has a long tail. */
  exponential(mean: number): number {
    return Math.floor(-Math.log(1 - this.fraction()) * mean)
  }
}

/**
 * Ranks drawn with a density of 1 / rank^skew, by inverting the integral of that density: a few ranks draw most, as a few flows
 * carry most packets in real traffic. No table, so that a million ranks cost what ten do.
 */
export class Zipf {
  readonly #top: number

  /**
   * @param count - Ranks, 1 or more.
   * @param skew - 0 = all alike, 1 = as words in a text.
   */
  constructor(
    readonly count: number,
    readonly skew: number,
  ) {
    this.#top = skew === 1 ? Math.log(count + 1) : (count + 1) ** (1 - skew) - 1
  }

  /** A rank from 0 to `count` − 1, the first ones most often. */
  draw(random: Random): number {
    const area = random.fraction() * this.#top
    const rank = this.skew === 1 ? Math.exp(area) : (area + 1) ** (1 / (1 - this.skew))
    return Math.min(this.count - 1, Math.floor(rank) - 1)
  }
}
