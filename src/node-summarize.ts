/** Summarizes capture files by path: the pipeline with Node's files and standard input at its edge. */
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { DEFAULT_LIMITS } from './analyzers/tables/limits.ts'
import { CaptureError } from './capture/errors.ts'
import { fileSource, STDIN } from './capture/files/node-input.ts'
import { fsPath } from './capture/files/node-names.ts'
import { openOutput } from './capture/files/node-output.ts'
import { MOST_OPEN } from './capture/merge/merge.ts'
import { LEAST_MERGE_BYTES } from './capture/merge/merge-room.ts'
import { MOST_FILES } from './capture/merge/origins.ts'
import type { ByteSource } from './capture/source.ts'
import { nameFiles, namesOf } from './node-file-names.ts'
import { checkBoolean, checkFunction, checkGiven, checkInteger, checkList, checkSignal, checkString } from './option.ts'
import { checkSaveable } from './own-analyzers.ts'
import type { PacketAnalyzers } from './packet-analyzer.ts'
import {
  checkSummarizeOptions,
  type NoAnalyzers,
  type SummarizeOptions,
  Summarizer,
  type SummaryWith,
  type Threads,
} from './pipeline.ts'
import { putState, readState } from './states/node-state-file.ts'
import type { Summary } from './summary.ts'

/** Bytes of captures from which on a second thread is worth its start. */
const LARGE = 32 * 1024 * 1024

/** Most threads that may be asked for: scripts ask for as many as the largest machine has cores. */
export const MOST_THREADS = 256

/** Most threads that are started: one reads, one runs the stateful analyzers, and the others only read ahead for these two. */
export const MOST_STARTED = 16

/** Threads that are started whatever the machine: small ones, and containers, do not always say what they have. */
export const LEAST_STARTED = 4

/** Threads that are started of those asked for: the result is the same, and each takes about 10 MB. */
export function startedThreads(asked: number, cores: number): number {
  return Math.min(asked, MOST_STARTED, Math.max(cores, LEAST_STARTED))
}

/** Options of {@link summarizeFiles}. */
export interface SummarizeFilesOptions<Analyzers extends PacketAnalyzers = PacketAnalyzers>
  extends SummarizeOptions<Analyzers> {
  /** Interleave the packets of all files by time, instead of reading one file after the other. */
  mergeByTime?: boolean
  /** Bytes that windows and decompressors may take while files are interleaved: 128 MiB and more, 512 MiB unless told otherwise. */
  mergeBytes?: number
  /**
   * Threads, this one included, 1 to {@link MOST_THREADS}; the result does not depend on it. No more are started than there are
   * cores (up to four are, whatever the cores), and never more than sixteen. By default two, if there are two cores, for 32 MiB or
   * more; what comes from a stream has no size, and is summarized on one.
   */
  threads?: number
  /**
   * Path of a state (`save`) to go on from: the summary is that of the files before and these, as if all had been given at once. What is
   * counted is in the state; options of counting are only held against it. There may be no files then.
   */
  resume?: string
  /**
   * Path of the state to write at the end, which another `resume` goes on from. Nothing is written where reading was stopped, or where no
   * file could be read, and what was there before stays then.
   */
  save?: string
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
 * @throws CaptureError when not one of them has a readable file header, and `unwritable` where the state cannot be saved.
 * @throws StateError for a state that cannot be gone on from.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type, for captures merged by time with a state, and for
 * analyzers of one's own that cannot be saved.
 * @throws the signal's reason, an AbortError unless told otherwise, where it had come before anything began; later it ends the reading,
 * and the summary says so (`capture.complete`).
 */
export async function summarizeFiles<Analyzers extends PacketAnalyzers = NoAnalyzers>(
  paths: readonly string[],
  options: SummarizeFilesOptions<Analyzers> = {},
): Promise<SummaryWith<Analyzers>> {
  checkOptions(paths, options)
  options.signal?.throwIfAborted()
  if (options.resume !== undefined || options.save !== undefined) {
    return summarizeOn(paths, options)
  }
  const { close, ...threads } = await startThreads(options.threads ?? (await threadsFor(paths)), options)
  try {
    const summarizer = new Summarizer<Analyzers>(options, threads)
    if (options.mergeByTime === true && paths.length > 1) await readMerged(summarizer, paths, options)
    else await readInTurn(summarizer, paths, options)
    await summarizer.join()
    return summarizer.summary()
  } finally {
    await close?.()
  }
}

/** From a state on, to a state, or both. */
async function summarizeOn<Analyzers extends PacketAnalyzers>(
  paths: readonly string[],
  options: SummarizeFilesOptions<Analyzers>,
): Promise<SummaryWith<Analyzers>> {
  const { resume, save, signal } = options
  // Whether it can be written is known before hours of reading.
  const output = save === undefined ? null : openOutput(save, paths)
  let close: (() => Promise<void>) | undefined
  try {
    let summarizer: Summarizer<Analyzers>
    if (resume === undefined) {
      const { close: end, ...threads } = await startThreads(options.threads ?? (await threadsFor(paths)), options)
      close = end
      summarizer = new Summarizer<Analyzers>(options, threads)
    } else summarizer = await readState<Analyzers>(resume, options)
    await readInTurn(summarizer, paths, options)
    await summarizer.join()
    const summary = summarizer.summary()
    if (output !== null && signal?.aborted !== true && (summary as Summary).capture.complete) {
      await putState(output, summarizer)
    }
    return summary
  } finally {
    output?.abort()
    await close?.()
  }
}

function checkOptions(paths: readonly string[], options: SummarizeFilesOptions): void {
  checkGiven('paths', paths)
  checkList('paths', paths, checkString)
  checkSummarizeOptions(options)
  checkBoolean('mergeByTime', options.mergeByTime)
  checkString('resume', options.resume)
  checkString('save', options.save)
  if (options.resume !== undefined || options.save !== undefined) {
    if (options.mergeByTime === true)
      throw new TypeError('captures merged by time have no state: leave out mergeByTime')
    for (const [name, analyzer] of Object.entries(options.analyzers ?? {})) checkSaveable(name, analyzer)
  }
  if (options.mergeByTime === true) checkInteger('paths.length', paths.length, 0, MOST_FILES)
  checkInteger('mergeBytes', options.mergeBytes, LEAST_MERGE_BYTES)
  checkInteger('threads', options.threads, 1, MOST_THREADS)
  checkSignal('signal', options.signal)
  checkFunction('onProgress', options.onProgress)
  checkFunction('onUnreadable', options.onUnreadable)
}

async function readInTurn(
  summarizer: Pick<Summarizer, 'read' | 'stop' | 'given' | 'rename'>,
  paths: readonly string[],
  { signal, onProgress, onUnreadable }: SummarizeFilesOptions,
): Promise<void> {
  const total = onProgress === undefined ? null : await totalSize(paths)
  for (const path of paths) summarizer.given.push(path)
  nameFiles(summarizer)
  let firstError: CaptureError | null = null
  let readable = 0
  let before = 0
  for (const path of paths) {
    if (signal?.aborted) {
      summarizer.stop()
      break
    }
    let read = 0
    try {
      const source = await fileSource(path, signal === undefined ? {} : { signal })
      await summarizer.read(path, source, (bytes) => {
        read = bytes
        onProgress?.(before + bytes, total)
        // The signal ends standard input by itself: that is the usual end of a stream.
        return path === STDIN || signal?.aborted !== true
      })
      readable++
      if (source.isStream && path !== STDIN && signal?.aborted === true) summarizer.stop()
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      if (path !== STDIN && signal?.aborted === true) {
        // It was not given the time to show its header.
        summarizer.stop()
        readable++
        break
      }
      firstError ??= error
      onUnreadable?.(path, error)
    }
    before += read
  }
  if (readable === 0 && firstError !== null) throw firstError
}

async function readMerged(
  summarizer: Pick<Summarizer, 'readMerged' | 'stop'>,
  paths: readonly string[],
  { signal, onProgress, onUnreadable, mergeBytes }: SummarizeFilesOptions,
): Promise<void> {
  const total = onProgress === undefined ? null : await totalSize(paths)
  const names = namesOf(paths)
  const resting = paths.length > MOST_OPEN
  const streams = new Set(resting ? await streamsOf(paths) : [])
  /** Pipes, of which the signal may end the bytes before there is a header; that of standard input is its usual end. */
  const pipes = new Map<string, ByteSource>()
  const isStopped = (path: string): boolean => pipes.get(path)?.stopped === true
  const inputs = paths.map((path, index) => ({
    name: names[index]!,
    path,
    again: path !== STDIN && !streams.has(path),
    async open() {
      const source = await fileSource(path, { resting, ...(signal && { signal }) })
      if (source.isStream && path !== STDIN) pipes.set(path, source)
      return source
    },
  }))
  await summarizer.readMerged(inputs, {
    ...(mergeBytes !== undefined && { bytes: mergeBytes }),
    onChunk(bytes) {
      onProgress?.(bytes, total)
      return signal?.aborted !== true
    },
    onUnreadable({ path }, error) {
      // It was not given the time to show its header.
      if (isStopped(path)) summarizer.stop()
      else onUnreadable?.(path, error)
    },
  })
  if (paths.some(isStopped)) summarizer.stop()
}

/** Those of the paths that can be read only once: named pipes, say. */
async function streamsOf(paths: readonly string[]): Promise<string[]> {
  const isStream = await Promise.all(
    paths.map((path) =>
      stat(fsPath(path)).then(
        (info) => !info.isFile(),
        () => false,
      ),
    ),
  )
  return paths.filter((_, index) => isStream[index])
}

async function threadsFor(paths: readonly string[]): Promise<number> {
  return availableParallelism() > 1 && ((await totalSize(paths)) ?? 0) >= LARGE ? 2 : 1
}

/** Threads beside this one, unless one is enough or none can be started. */
async function startThreads(
  asked: number,
  { ports = [], limits = {} }: SummarizeFilesOptions,
): Promise<Threads & { close?(): Promise<void> }> {
  if (asked === 1) return {}
  const pool = await import('./workers/node-pool.ts')
  const options = { furtherPorts: ports, limits: { ...DEFAULT_LIMITS, ...limits } }
  return pool.startThreads(startedThreads(asked, availableParallelism()) - 1, options) ?? {}
}

/** Bytes of all files; `null` when one of them is a stream or cannot be asked. */
export async function totalSize(paths: readonly string[]): Promise<number | null> {
  if (paths.includes(STDIN)) return null
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(fsPath(path)).then(
        (info) => info.size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
