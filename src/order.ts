/** Orders that several parts share: of texts by their code units, of numbers, and of lists of numbers. */

/** Orders texts by their UTF-16 code units: the same on every machine, whatever its language. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Orders lists by their first difference; of two that begin alike the shorter one comes first. */
export function compareLists(left: readonly number[], right: readonly number[]): number {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i]! - right[i]!
  }
  return left.length - right.length
}

/** Numbers in ascending order, each as often as it is there. */
export function ascending(values: Iterable<number>): number[] {
  return [...values].sort((left, right) => left - right)
}

/** Numbers in ascending order, each once. */
export function distinct(values: Iterable<number>): number[] {
  return ascending(new Set(values))
}
