/** Node edge: a capture by path, or standard input, decompressed by content, with how it is stored. */
import type { Readable } from 'node:stream'
import { checkBoolean, checkObject, checkPath, checkSignal, checkStream } from '../option.ts'
import { decompressed } from './node-compression.ts'
import { type FileOptions, fileSource, streamSource } from './node-file.ts'
import { type ByteSource, interruptible, type StoredAs } from './source.ts'

/** The path that means standard input. */
export const STDIN = '-'

/** A capture that has been opened. */
export interface CaptureInput extends ByteSource {
  readonly stored: StoredAs
  /** Standard input, a named pipe or a terminal: the signal ended it, if it was given. */
  readonly isStream: boolean
}

/** How a capture is opened. */
export interface CaptureInputOptions extends FileOptions {
  signal?: AbortSignal
  stdin?: Readable
}

/**
 * Opens a capture and undoes its compression, if it has one.
 * @param path - A file; `-` is standard input.
 * @param options - `signal` ends the bytes of a stream at once, even while it waits for more; `stdin` stands in for
 * `process.stdin`; `resting` keeps no file handle between reads and little memory: for one of very many captures.
 * @throws CaptureError `unreadable` when it is missing, a directory, not permitted, or fails within its first bytes.
 * @throws TypeError for an argument of a wrong type.
 */
export async function openCapture(path: string, options: CaptureInputOptions = {}): Promise<CaptureInput> {
  checkPath(path)
  checkObject('options', options)
  const { signal, stdin = process.stdin, resting = false } = options
  checkSignal('signal', signal)
  checkStream('stdin', stdin)
  checkBoolean('resting', resting)
  if (path === STDIN) return inputOf(interruptible(streamSource(stdin), signal), 0, true)
  const file = await fileSource(path, { resting })
  if (!file.isStream) return inputOf(file, file.size, false, resting)
  // Nobody else has it: it is given back even while it waits.
  signal?.addEventListener('abort', () => void file.close?.().catch(() => {}), { once: true })
  return inputOf(interruptible(file, signal), 0, true)
}

/**
 * Decompresses a source and counts what is read of it.
 * @param size - Bytes as stored; 0 where only the counting tells.
 * @param sparing - Whether little is to be buffered.
 */
export async function inputOf(
  source: ByteSource,
  size: number,
  isStream = false,
  sparing = false,
): Promise<CaptureInput> {
  let position = 0
  let bytesRead = 0
  const counted: ByteSource = {
    get issue() {
      return source.issue ?? null
    },
    get stopped() {
      return source.stopped ?? false
    },
    async read(into) {
      const length = await source.read(into)
      position += length
      // What is read again does not count again.
      bytesRead = Math.max(bytesRead, position)
      return length
    },
    ...(source.seek && {
      seek(offset: number) {
        position = offset
        source.seek!(offset)
      },
    }),
    close: async () => source.close?.(),
  }
  try {
    const { source: content, compression } = await decompressed(counted, { sparing })
    return {
      isStream,
      ...(content.seek && { seek: (offset: number) => content.seek!(offset) }),
      get held() {
        return content.held ?? 0
      },
      get issue() {
        return content.issue ?? null
      },
      get stopped() {
        return source.stopped ?? false
      },
      stored: {
        compression,
        get bytes() {
          // A file that grows while it is read has more than when it was opened.
          return Math.max(size, bytesRead)
        },
        get bytesRead() {
          return bytesRead
        },
      },
      read: (into) => content.read(into),
      close: async () => content.close?.(),
    }
  } catch (error) {
    await source.close?.()
    throw error
  }
}
