/** npm packages that the codec benchmark compares with, where they are installed. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Looks for a package here, then in the folder that BENCH_PEERS names. @returns `undefined` when it is in neither. */
export function peer(name: string): Record<string, unknown> | undefined {
  const folders = [process.cwd(), ...(process.env.BENCH_PEERS === undefined ? [] : [process.env.BENCH_PEERS])]
  for (const folder of folders) {
    try {
      return createRequire(join(folder, 'index.js'))(name) as Record<string, unknown>
    } catch {
      // Not there.
    }
  }
  return undefined
}
