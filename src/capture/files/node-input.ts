/** Node edges: a capture by path, from standard input or from any stream, decompressed by content, with how it is stored. */
import type { Readable } from 'node:stream'
import { checkBoolean, checkObject, checkPath, checkSignal, checkStream } from '../../option.ts'
import { type DecompressedSource, decompressing, openDecompressed } from '../compression/compression.ts'
import { NODE_ENGINES } from '../compression/node-compression.ts'
import { type ByteSource, interruptible } from '../source.ts'
import { rawFile, rawStream } from './node-file.ts'

/** The path that means standard input. */
export const STDIN = '-'

/** A capture that has been opened. */
export interface FileSource extends DecompressedSource {
  /** Standard input, a named pipe or a terminal, which may never have anything to say: the signal ended it, if it was given. */
  readonly isStream: boolean
}

/** How a capture is opened. */
export interface FileOptions {
  /** Ends the bytes of a stream at once, even while it waits for more; of a file it ends nothing. */
  signal?: AbortSignal
  /** Stands in for `process.stdin`. */
  stdin?: Readable
  /** Keeps no file handle between reads and little memory: for one of very many captures. */
  resting?: boolean
}

/**
 * Opens a capture, compressed with gzip, zstd or lz4 or not, told apart by content.
 * @param path - A file; `-` is standard input.
 * @throws CaptureError `unreadable` when it is missing, a directory, not permitted, or fails within its first bytes.
 * @throws TypeError for an argument of a wrong type.
 */
export async function fileSource(path: string, options: FileOptions = {}): Promise<FileSource> {
  checkPath(path)
  checkObject('options', options)
  const { signal, stdin = process.stdin, resting = false } = options
  checkSignal('signal', signal)
  checkStream('stdin', stdin)
  checkBoolean('resting', resting)
  if (path === STDIN) return inputOf(interruptible(rawStream(stdin), signal), { isStream: true })
  const file = await rawFile(path, resting)
  if (!file.isStream) return inputOf(file, { size: file.size, sparing: resting })
  // Nobody else has it: it is given back even while it waits.
  signal?.addEventListener('abort', () => void file.close?.().catch(() => {}), { once: true })
  return inputOf(interruptible(file, signal), { isStream: true })
}

/**
 * A Node stream as a source, `process.stdin` for example; what it brings is decompressed as that of {@link fileSource}.
 * @throws TypeError for what is no such stream, and from `read` when it gives no bytes; CaptureError `unreadable` when it fails.
 */
export function streamSource(stream: Readable): DecompressedSource {
  checkStream('stream', stream)
  return decompressing(rawStream(stream), NODE_ENGINES)
}

/** Decompresses a source and counts what is read of it. */
export async function inputOf(
  source: ByteSource,
  { isStream = false, ...options }: { isStream?: boolean; size?: number; sparing?: boolean } = {},
): Promise<FileSource> {
  return Object.assign(await openDecompressed(source, NODE_ENGINES, options), { isStream })
}
