/** Follows a capture that is still being written: a summary anew each time there is more of it. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { CaptureError } from './capture/errors.ts'
import { rawFile } from './capture/files/node-file.ts'
import { inputOf } from './capture/files/node-input.ts'
import { fsPath } from './capture/files/node-names.ts'
import type { ByteSource } from './capture/source.ts'
import { checkFunction, checkGiven, checkNumber, checkPath, checkSignal } from './option.ts'
import type { PacketAnalyzers } from './packet-analyzer.ts'
import {
  checkSummarizeOptions,
  type NoAnalyzers,
  type SummarizeOptions,
  Summarizer,
  type SummaryWith,
} from './pipeline.ts'

/** Options of {@link followFile}. */
export interface FollowOptions<Analyzers extends PacketAnalyzers = NoAnalyzers>
  extends Omit<SummarizeOptions, 'analyzers'> {
  /** Makes analyzers of one's own: called at the beginning, and again where the file was replaced and counting begins anew. */
  analyzers?: () => Analyzers
  /** Ends the following; the last summary is handed over then. */
  signal: AbortSignal
  /** Bytes read so far, as stored; of a file that grows nobody knows how many there will be. */
  onProgress?: (bytesRead: number, bytesTotal: null) => void
  /** Takes each summary, and is waited for. */
  onSummary: (summary: SummaryWith<Analyzers>) => void | Promise<void>
  /** Called when the file was replaced or made shorter: counting begins anew. */
  onRestart?: () => void | Promise<void>
  /** Milliseconds between two summaries at least, 1000 unless told otherwise; more where making them takes long. */
  intervalMs?: number
}

/** Most milliseconds between two summaries: what a timer takes, 24 days. */
const MOST_MS = 2 ** 31 - 1
/** Milliseconds between two looks at a file that has nothing new. */
const POLL_MS = 200
const NO_FILE = 'is a pipe or a device, which cannot be followed; vxpcap summarize reads it to its end'
/** A summary is made only after this many times what the last one took. */
const PATIENCE = 5

/**
 * Reads a capture, compressed or not, and goes on as it grows: each packet is read once. Ends when `signal` says so, and where
 * the capture is damaged. A file that is replaced or made shorter is read from its beginning, as a new one. A compressed one is
 * read in pieces of 16 KiB: what came since the last of them counts when the following ends.
 * @throws CaptureError when it cannot be opened, is a pipe or a device, or has no readable file header. An empty file is waited for.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type.
 * @throws the signal's reason, an AbortError unless told otherwise, where it had come before anything began.
 */
export async function followFile<Analyzers extends PacketAnalyzers = NoAnalyzers>(
  path: string,
  options: FollowOptions<Analyzers>,
): Promise<void> {
  checkPath(path)
  checkGiven('options', options)
  const { analyzers, ...others } = options
  checkSummarizeOptions(others)
  checkFunction('analyzers', analyzers)
  checkGiven('signal', options.signal)
  checkSignal('signal', options.signal)
  checkGiven('onSummary', options.onSummary)
  checkFunction('onSummary', options.onSummary)
  checkFunction('onRestart', options.onRestart)
  checkFunction('onProgress', options.onProgress)
  checkNumber('intervalMs', options.intervalMs, 0, MOST_MS)
  options.signal.throwIfAborted()
  while (await followOnce(path, options)) await options.onRestart?.()
}

/** @returns Whether there is a new file under the same name. */
async function followOnce<Analyzers extends PacketAnalyzers>(
  path: string,
  options: FollowOptions<Analyzers>,
): Promise<boolean> {
  const { signal, onSummary, intervalMs = 1000, analyzers, ...others } = options
  const summarizer = new Summarizer<Analyzers>({ ...others, ...(analyzers && { analyzers: analyzers() }) })
  let headerRead = false
  let told = 0
  let bytes = 0
  let due = 0

  const tell = async (): Promise<void> => {
    if (!headerRead || bytes === told || Date.now() < due || signal.aborted) return
    told = bytes
    const begun = Date.now()
    const summary = summarizer.summary()
    due = Date.now() + Math.max(intervalMs, PATIENCE * (Date.now() - begun))
    await onSummary(summary)
  }

  const first = await stat(fsPath(path)).catch(() => null)
  if (first?.isFIFO() || first?.isCharacterDevice()) throw new CaptureError('unsupported', NO_FILE)
  const file = await rawFile(path)
  let replaced = false
  /** Whether the last look found the end of the file, and whether any reached what was its end then. */
  let atEnd = false
  let caughtUp = false
  const growing: ByteSource = {
    get stopped() {
      return signal.aborted && !atEnd
    },
    async read(into) {
      for (;;) {
        await tell()
        if (signal.aborted || replaced) return 0
        const length = await file.read(into)
        bytes += length
        atEnd = length === 0
        caughtUp ||= atEnd || bytes >= file.size
        if (!atEnd) return length
        replaced = await isReplaced(path, first, bytes)
        if (!replaced) await pause(POLL_MS, signal)
      }
    },
    close: async () => file.close?.(),
  }
  const source = await inputOf(growing, { size: file.size })
  try {
    await summarizer.read(basename(path), source, (bytesRead) => {
      headerRead = true
      options.onProgress?.(bytesRead, null)
      return true
    })
  } catch (error) {
    if (replaced && error instanceof CaptureError) return true
    throw error
  }
  if (replaced && !signal.aborted) return true
  // From then on Ctrl-C is the usual end: of a file that grows nobody has read all.
  if (signal.aborted && !caughtUp) summarizer.stop()
  await onSummary(summarizer.summary())
  return false
}

/** Whether the name now belongs to another file, or the file has become shorter than what was read of it. */
async function isReplaced(
  path: string,
  first: Awaited<ReturnType<typeof stat>> | null,
  read: number,
): Promise<boolean> {
  const now = await stat(fsPath(path)).catch(() => null)
  // A file that was removed is kept by whoever writes it.
  if (now === null || first === null) return false
  return now.ino !== first.ino || now.dev !== first.dev || now.size < read
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
