/** Summarizes capture files by path: the pipeline with Node's files and standard input at its edge. */
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { CaptureError } from './capture/errors.ts'
import { fileSource, streamSource } from './capture/node-file.ts'
import type { ByteSource } from './capture/source.ts'
import { type SummarizeOptions, Summarizer } from './pipeline.ts'
import type { Summary } from './summary.ts'
import type { WorkerPool } from './workers/node-pool.ts'

/** Options of {@link summarizeFiles}. */
export interface SummarizeFilesOptions extends SummarizeOptions {
  /** Threads, this one included; the result does not depend on it. Chosen from size and cores by default. */
  threads?: number
  /** Stop reading and summarize what there is so far. */
  signal?: AbortSignal
  /** Bytes read so far, and in all where that is known. */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void
  /** An input without a readable header; the others are read all the same. */
  onUnreadable?: (path: string, error: CaptureError) => void
}

/** The path that means standard input. */
const STDIN = '-'

/**
 * Reads captures in argument order as one stream and summarizes them.
 * @param paths - Files; `-` is standard input.
 * @throws CaptureError when not one of them has a readable file header.
 * @throws RangeError for an option out of range.
 */
export async function summarizeFiles(paths: readonly string[], options: SummarizeFilesOptions = {}): Promise<Summary> {
  const pool = await startPool(paths, options)
  try {
    return await summarizeWith(new Summarizer(options, pool), paths, options)
  } finally {
    await pool?.close()
  }
}

async function summarizeWith(
  summarizer: Summarizer,
  paths: readonly string[],
  { signal, onProgress, onUnreadable }: SummarizeFilesOptions,
): Promise<Summary> {
  const total = onProgress === undefined ? null : await totalSize(paths)
  let firstError: CaptureError | null = null
  let readable = 0
  let before = 0
  for (const path of paths) {
    if (signal?.aborted) break
    let read = 0
    try {
      const source = path === STDIN ? interruptible(streamSource(process.stdin), signal) : await fileSource(path)
      await summarizer.read(path === STDIN ? STDIN : basename(path), source, (bytes) => {
        read = bytes
        onProgress?.(before + bytes, total)
        return signal?.aborted !== true
      })
      readable++
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      firstError ??= error
      onUnreadable?.(path, error)
    }
    before += read
  }
  if (readable === 0 && firstError !== null) throw firstError
  return summarizer.summary()
}

/** Captures below this many bytes are done before a thread has started. */
const WORTH_THREADS = 64 * 1024 * 1024

/** More threads than this do not help: merging is one thread's work. */
const MOST_THREADS = 4

/** Worker threads, as asked for; by default one beside this thread when the files are large and the machine has the cores. */
async function startPool(paths: readonly string[], options: SummarizeFilesOptions): Promise<WorkerPool | null> {
  const { threads, vnis = [], vteps = [], ports = [], limits = {} } = options
  if (threads === 1) return null
  if (threads === undefined && (availableParallelism() < 2 || ((await totalSize(paths)) ?? 0) < WORTH_THREADS))
    return null
  const workers = (threads ?? Math.min(availableParallelism(), MOST_THREADS)) - 1
  const { WorkerPool } = await import('./workers/node-pool.ts')
  return new WorkerPool(workers, { filter: { vnis, vteps }, furtherPorts: ports, limits })
}

/** Bytes of all files; `null` when one of them is a stream or cannot be asked. */
async function totalSize(paths: readonly string[]): Promise<number | null> {
  if (paths.includes(STDIN)) return null
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        (info) => info.size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** A source that ends when the signal says so, even while it waits for bytes that may never come. */
function interruptible(source: ByteSource, signal: AbortSignal | undefined): ByteSource {
  if (signal === undefined) return source
  const interrupted = new Promise<number>((resolve) => {
    signal.addEventListener('abort', () => resolve(0), { once: true })
  })
  return {
    read: (into) => (signal.aborted ? Promise.resolve(0) : Promise.race([source.read(into), interrupted])),
    close: async () => {
      // A read that is still waiting would keep a plain close waiting too.
      if (!signal.aborted) await source.close?.()
    },
  }
}
