/** Random numbers that are the same in every run: a seed names a whole test. */

/** A generator of 32-bit state (mulberry32). */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  /** An integer from 0 up to and without `bound`, at most 2^32. */
  below(bound: number): number {
    this.state = (this.state + 0x6d2b_79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound)
  }

  /** Both bounds included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }

  /** Whether something happens that happens `percent` times in a hundred. */
  chance(percent: number): boolean {
    return this.below(10_000) < percent * 100
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256))
  }
}
