/** What a loop leaves on the heap, for tests that claim it leaves nothing. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * For processes of their own that measure: the engine compiles and collects on the thread that is measured, so that how far its compilers
 * have come depends on what was run and not on how busy the machine is.
 */
export const MEASURED = ['--expose-gc', '--single-threaded']

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/**
 * Smallest heap growth per call over several passes: the compiler's own allocations fall into the first ones, and a collection
 * in the middle makes a pass say nothing.
 * @param run - Called `count` times a pass.
 * @returns Bytes per call.
 */
export function heapGrowth(run: (index: number) => void, count = 10_000, passes = 12): number {
  let least = Number.POSITIVE_INFINITY
  for (let pass = 0; pass < passes; pass++) {
    collect()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < count; i++) run(i)
    const after = process.memoryUsage().heapUsed
    if (after >= before) least = Math.min(least, (after - before) / count)
  }
  return least
}
