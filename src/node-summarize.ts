/** Summarizes capture files by path: the pipeline with Node's files and standard input at its edge. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { CaptureError } from './capture/errors.ts'
import { openCapture, STDIN } from './capture/node-input.ts'
import { type SummarizeOptions, Summarizer } from './pipeline.ts'
import type { Summary } from './summary.ts'
import type { WorkerPool } from './workers/node-pool.ts'

/** Options of {@link summarizeFiles}. */
export interface SummarizeFilesOptions extends SummarizeOptions {
  /** Interleave the packets of all files by time, instead of reading one file after the other. */
  mergeByTime?: boolean
  /** Threads, this one included; the result does not depend on it. Chosen from size and cores by default. */
  threads?: number
  /** Stop reading and summarize what there is so far. */
  signal?: AbortSignal
  /** Bytes read so far, as stored, and in all where that is known. */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void
  /** An input without a readable header; the others are read all the same. */
  onUnreadable?: (path: string, error: CaptureError) => void
}

/**
 * Reads captures, compressed ones too, in argument order as one stream, or interleaved by time, and summarizes them.
 * @param paths - Files; `-` is standard input.
 * @throws CaptureError when not one of them has a readable file header.
 * @throws RangeError for an option out of range.
 */
export async function summarizeFiles(paths: readonly string[], options: SummarizeFilesOptions = {}): Promise<Summary> {
  if (options.mergeByTime === true && paths.length > 1) return summarizeMerged(new Summarizer(options), paths, options)
  const pool = await startPool(options)
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
  const names = namesOf(paths)
  let firstError: CaptureError | null = null
  let readable = 0
  let before = 0
  for (const [index, path] of paths.entries()) {
    if (signal?.aborted) break
    let read = 0
    try {
      const source = await openCapture(path, signal === undefined ? {} : { signal })
      await summarizer.read(names[index]!, source, (bytes) => {
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

async function summarizeMerged(
  summarizer: Summarizer,
  paths: readonly string[],
  { signal, onProgress, onUnreadable }: SummarizeFilesOptions,
): Promise<Summary> {
  const total = onProgress === undefined ? null : await totalSize(paths)
  const names = namesOf(paths)
  const inputs = paths.map((path, index) => ({
    name: names[index]!,
    path,
    again: path !== STDIN,
    open: () => openCapture(path, signal === undefined ? {} : { signal }),
  }))
  await summarizer.readMerged(inputs, {
    onChunk(bytes) {
      onProgress?.(bytes, total)
      return signal?.aborted !== true
    },
    onUnreadable: ({ path }, error) => onUnreadable?.(path, error),
  })
  return summarizer.summary()
}

/** Files by the last part of their paths; where two are alike, all as they were given. */
function namesOf(paths: readonly string[]): string[] {
  const names = paths.map((path) => (path === STDIN ? STDIN : basename(path)))
  const alike = new Set(names).size < new Set(paths).size
  return alike ? [...paths] : names
}
/**
 * Threads that read packets ahead, as asked for. By default none, whatever the size: on two cores counting takes so much longer
 * than reading that what is won is lost again on the way between them (bench/README.md).
 */
async function startPool({ threads = 1, ports = [] }: SummarizeFilesOptions): Promise<WorkerPool | null> {
  if (threads === 1) return null
  const { WorkerPool } = await import('./workers/node-pool.ts')
  return new WorkerPool(threads - 1, { furtherPorts: ports })
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
