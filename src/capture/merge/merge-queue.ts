/** Captures that wait for their turn in a merge, the one with the earliest packet first: a binary heap. Internal to `capture/`. */

/** When it is something's turn: its time, and where times are equal its index. */
export interface Due {
  readonly index: number
  seconds: number
  nanoseconds: number
}

/** Whether one goes before the other. */
export function isDueBefore(one: Due, other: Due): boolean {
  if (one.seconds !== other.seconds) return one.seconds < other.seconds
  if (one.nanoseconds !== other.nanoseconds) return one.nanoseconds < other.nanoseconds
  return one.index < other.index
}

/** A queue by {@link isDueBefore}: the first one at hand, and a step for each doubling of their number to put one in its place. */
export class MergeQueue<T extends Due> {
  readonly #heap: T[] = []

  get length(): number {
    return this.#heap.length
  }

  get first(): T | null {
    return this.#heap[0] ?? null
  }

  /** The one that comes after the first. */
  get second(): T | null {
    const left = this.#heap[1]
    const right = this.#heap[2]
    if (left === undefined || right === undefined) return left ?? null
    return isDueBefore(right, left) ? right : left
  }

  add(item: T): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]!
      if (!isDueBefore(item, parent)) break
      heap[at] = parent
      at = above
    }
    heap[at] = item
  }

  /** Takes the first one out. */
  removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#sink(last)
  }

  /** Puts the first one in its place after its time has changed. */
  settleFirst(): void {
    const { first } = this
    if (first !== null) this.#sink(first)
  }

  /** Lets an item take the place of the first one, and go down to where it belongs. */
  #sink(item: T): void {
    const heap = this.#heap
    const { length } = heap
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= length) break
      const right = below + 1
      if (right < length && isDueBefore(heap[right]!, heap[below]!)) below = right
      const child = heap[below]!
      if (!isDueBefore(child, item)) break
      heap[at] = child
      at = below
    }
    heap[at] = item
  }
}
