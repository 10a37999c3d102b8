/** Sets of whole numbers as ranges, which are never expanded: VNIs, IPv4 addresses, MAC addresses. */

/** First and last number, both included. */
export type NumberRange = readonly [first: number, last: number]

/** A set of numbers; looking one up takes a binary search. */
export class NumberRanges {
  /** First and last number of each range in turn, ascending, without overlap. */
  readonly #bounds: readonly number[]

  /** @param ranges - In any order; they may overlap. */
  constructor(ranges: readonly NumberRange[]) {
    const bounds: number[] = []
    for (const [first, last] of [...ranges].sort((left, right) => left[0] - right[0])) {
      const end = bounds.length - 1
      if (end > 0 && first <= bounds[end]! + 1) bounds[end] = Math.max(bounds[end]!, last)
      else bounds.push(first, last)
    }
    this.#bounds = bounds
  }

  get isEmpty(): boolean {
    return this.#bounds.length === 0
  }

  has(value: number): boolean {
    const bounds = this.#bounds
    let from = 0
    let to = bounds.length >> 1
    while (from < to) {
      const middle = (from + to) >> 1
      if (bounds[middle * 2 + 1]! < value) from = middle + 1
      else to = middle
    }
    return from * 2 < bounds.length && bounds[from * 2]! <= value
  }
}
