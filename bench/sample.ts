/** One timed run, and what several of them say. */

/** What one run took. */
export interface Sample {
  seconds: number
  /** Processor time of all threads, user and system: what stays the same on a busy machine. `null` when it could not be read. */
  cpuSeconds: number | null
  /** JavaScript heap allocated while it ran, collected garbage included; typed arrays lie elsewhere. `null` when not measured. */
  heapBytes: number | null
  /** Most memory resident at a time in bytes, `null` when it could not be read. */
  peakBytes: number | null
  /** What the program counted, so that runs and programs can be checked against each other. */
  counted: Readonly<Record<string, number>>
}

/** Minimum and median of several runs. */
export interface Spread {
  min: number
  median: number
}

/** @returns `null` when a run lacks the figure. */
export function spread(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).sort((left, right) => left - right)
  if (sorted.length === 0 || sorted.length < values.length) return null
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { min: sorted[0]!, median }
}
