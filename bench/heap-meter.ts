/** Bytes of JavaScript heap that a loop takes for each turn, measured in stretches too short for a collection. Needs `--expose-gc`. */

/** Growth in bytes at which a stretch is long enough: far below the new space, in which a collection would hide what was allocated. */
const STRETCH_BYTES = 256 * 1024
/** Turns of the longest stretch, for loops that take nothing. */
const STRETCH_TURNS = 1 << 18
/** Stretches of which the one with the least growth counts: what a compiler allocates beside it comes now and then. */
const STRETCHES = 7

/** @throws Error unless the process was started with `--expose-gc`. */
function collect(): void {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc')
  globalThis.gc()
}

function growth(loop: (turns: number) => unknown, turns: number): number {
  collect()
  const before = process.memoryUsage().heapUsed
  loop(turns)
  return process.memoryUsage().heapUsed - before
}

/** What reading the heap's size takes by itself. */
function toll(): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < STRETCHES; i++)
    least = Math.min(
      least,
      growth(() => 0, 0),
    )
  return least
}

/** @param loop - Does the work as often as it is told; warm, because a function that is not compiled yet allocates numbers. */
export function heapPerTurn(loop: (turns: number) => unknown): number {
  const paid = toll()
  let turns = 16
  while (turns < STRETCH_TURNS && growth(loop, turns * 4) < STRETCH_BYTES) turns *= 4
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < STRETCHES; i++) {
    const grown = growth(loop, turns) - paid
    // A collection came in between after all.
    if (grown >= -paid) least = Math.min(least, grown)
  }
  return Math.max(0, least) / turns
}
