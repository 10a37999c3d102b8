/** The largest rows of a table, in order, without sorting all of them. */

/**
 * The `most` rows of `count` with the largest weight, in descending order, ties by `compare`.
 * @param most - May be `Infinity`.
 * @param weight - Of a row; no NaN.
 * @param compare - Orders rows of equal weight; asked about few more than are kept.
 */
export function largest(
  count: number,
  most: number,
  weight: (row: number) => number,
  compare: (left: number, right: number) => number,
): number[] {
  const weights = new Float64Array(count)
  for (let row = 0; row < count; row++) weights[row] = weight(row)
  const rows = count <= most ? Array.from(weights, (_, row) => row) : select(weights, most, compare)
  return rows.sort((left, right) => weights[right]! - weights[left]! || compare(left, right))
}

/** The `most` largest, in no order. */
function select(weights: Float64Array, most: number, compare: (left: number, right: number) => number): number[] {
  if (most <= 0) return []
  const threshold = weights.slice().sort()[weights.length - most]!
  const above: number[] = []
  let ties = 0
  for (let row = 0; row < weights.length; row++) {
    if (weights[row]! > threshold) above.push(row)
    else if (weights[row] === threshold) ties++
  }
  const room = most - above.length
  // A heap with the last of the kept ties at its root: a million of equal weight cost one comparison each.
  const heap: number[] = []
  for (let row = 0; row < weights.length && ties > 0; row++) {
    if (weights[row] !== threshold) continue
    if (heap.length < room) {
      heap.push(row)
      rise(heap, heap.length - 1, compare)
    } else if (compare(row, heap[0]!) < 0) {
      heap[0] = row
      sink(heap, compare)
    }
  }
  return above.concat(heap)
}

type Compare = (left: number, right: number) => number

function rise(heap: number[], from: number, compare: Compare): void {
  for (let at = from; at > 0; ) {
    const parent = (at - 1) >> 1
    if (compare(heap[at]!, heap[parent]!) <= 0) return
    swap(heap, at, parent)
    at = parent
  }
}

function sink(heap: number[], compare: Compare): void {
  for (let at = 0; ; ) {
    let last = at
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && compare(heap[child]!, heap[last]!) > 0) last = child
    }
    if (last === at) return
    swap(heap, at, last)
    at = last
  }
}

function swap(heap: number[], left: number, right: number): void {
  const kept = heap[left]!
  heap[left] = heap[right]!
  heap[right] = kept
}
