/** Delays of a direction: all of them while they are few, then every second one, every fourth and so on. */

import type { Room } from './room.ts'

/** Delays that are held. */
const MOST_HELD = 65_536
/** Delays that each direction has room for. */
const FEW = 64

/** A sample of delays in nanoseconds, with the smallest and the largest of all. */
export class DelaySample {
  count = 0
  least = Number.POSITIVE_INFINITY
  most = Number.NEGATIVE_INFINITY
  #values = new Float64Array(FEW)
  readonly #room: Room
  #held = 0
  #every = 1

  constructor(room: Room) {
    this.#room = room
  }

  add(delay: number): void {
    if (delay < this.least) this.least = delay
    if (delay > this.most) this.most = delay
    if (this.count++ % this.#every !== 0) return
    if (this.#held === this.#values.length) this.#makeRoom()
    this.#values[this.#held++] = delay
  }

  /** Delays below which the given shares of all are. */
  quantiles(...shares: number[]): number[] {
    const sorted = this.#values.slice(0, this.#held).sort()
    return shares.map(
      (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN,
    )
  }

  /** About how many delays are above one. */
  above(delay: number): number {
    let count = 0
    for (let i = 0; i < this.#held; i++) if (this.#values[i]! > delay) count++
    return count * this.#every
  }

  #makeRoom(): void {
    if (this.#held < MOST_HELD && this.#room.take(this.#held)) {
      const values = new Float64Array(this.#held * 2)
      values.set(this.#values)
      this.#values = values
      return
    }
    for (let i = 0; i * 2 < this.#held; i++) this.#values[i] = this.#values[i * 2]!
    this.#held /= 2
    this.#every *= 2
  }
}
