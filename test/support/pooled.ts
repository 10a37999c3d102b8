/** Many captures on the same threads: starting five threads for each of a hundred captures would take minutes. Built with the program. */
import { basename } from 'node:path'
import { DEFAULT_LIMITS, type Limits } from '../../src/analyzers/tables/limits.ts'
import { fileSource } from '../../src/capture/files/node-input.ts'
import { Summarizer } from '../../src/pipeline.ts'
import { NodeAnalyzerThread, ReadThreads } from '../../src/workers/node-pool.ts'

/**
 * The summary of each file, as JSON.
 * @param threads - As many as `--threads` says, this one included.
 */
export async function summarizeEach(paths: readonly string[], threads: number): Promise<string[]> {
  const options = { furtherPorts: [], limits: DEFAULT_LIMITS }
  const analyzer = threads > 1 ? new NodeAnalyzerThread(options) : undefined
  const readers = threads > 2 ? new ReadThreads(threads - 2, options) : undefined
  try {
    const printed: string[] = []
    for (const path of paths) {
      // Kept for the next capture: what is handed over has no way to end it.
      const kept = analyzer && {
        analyzer: { analyze: analyzer.analyze.bind(analyzer), finish: analyzer.finish.bind(analyzer) },
      }
      const summarizer = new Summarizer({}, { ...kept, ...(readers && { readers }) })
      await summarizer.read(basename(path), await fileSource(path))
      await summarizer.join()
      printed.push(JSON.stringify(summarizer.summary()))
    }
    return printed
  } finally {
    await analyzer?.close()
    await readers?.close()
  }
}

/** What a judging thread says that could not start, to somebody who asks it later. */
export async function askedTooLate(): Promise<string> {
  const thread = new NodeAnalyzerThread({ furtherPorts: [], limits: null as unknown as Limits })
  const first = thread.finish().catch((error: Error) => error.message)
  const told = await first
  const later = await thread.finish().catch((error: Error) => error.message)
  await thread.close()
  return told === later ? `twice: ${String(later)}` : 'otherwise'
}
