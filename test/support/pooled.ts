/** Many captures on the same threads: starting five threads for each of a hundred captures would take minutes. Built with the program. */
import { basename } from 'node:path'
import { openCapture } from '../../src/capture/node-input.ts'
import { Summarizer } from '../../src/pipeline.ts'
import { WorkerPool } from '../../src/workers/node-pool.ts'

/**
 * The summary of each file, as JSON.
 * @param threads - As many as `--threads` says, this one included.
 */
export async function summarizeEach(paths: readonly string[], threads: number): Promise<string[]> {
  const pool = threads === 1 ? null : new WorkerPool(threads - 1, { furtherPorts: [] })
  try {
    const printed: string[] = []
    for (const path of paths) {
      const summarizer = new Summarizer({}, pool)
      await summarizer.read(basename(path), await openCapture(path))
      printed.push(JSON.stringify(summarizer.summary()))
    }
    return printed
  } finally {
    await pool?.close()
  }
}
