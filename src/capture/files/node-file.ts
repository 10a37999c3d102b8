/** Node edges: the bytes of a file, or of a stream such as standard input, as they are stored. Internal to the library. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import { WINDOW_LENGTH } from '../bounds.ts'
import { CaptureError } from '../errors.ts'
import { type ByteSource, chunksSource } from '../source.ts'
import { fsPath } from './node-names.ts'
import { readAhead } from './read-ahead.ts'

/** What to say about the usual ways in which opening fails, by Node's `error.code`. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; check the path',
  ENOTDIR: 'does not exist (a part of the path is not a directory); check the path',
  EISDIR: 'is a directory; name a capture file in it',
  EACCES: 'may not be read (permission denied); change its permissions or read it as another user',
  EPERM: 'may not be read (not permitted); change its permissions or read it as another user',
  EMFILE: 'cannot be opened: this process has no file handle left; raise the limit (ulimit -n) and run again',
  ENFILE: 'cannot be opened: this machine has no file handle left; close other programs and run again',
  ENAMETOOLONG: 'has too long a name',
  ELOOP: 'is a symbolic link that leads back to itself',
}

/** Bytes read ahead: with what is left of a reader's window they fit into it whole. */
const STRETCH = WINDOW_LENGTH - 64 * 1024

function unreadable(error: unknown): CaptureError {
  const code = (error as NodeJS.ErrnoException | null)?.code
  const reason = code === undefined ? undefined : REASONS[code]
  const message = reason ?? `cannot be read (${code ?? (error instanceof Error ? error.message : String(error))})`
  return new CaptureError('unreadable', message, null, { cause: error })
}

/** Reads of {@link restingSource} between which signals and progress have their turn. */
const TURN = 16

/** The bytes of a file, with what the file system says of it. */
export interface RawFile extends ByteSource {
  /** Bytes of the file when it was opened; 0 for a pipe or device. */
  readonly size: number
  /** A named pipe or a terminal, which may never have anything to say. */
  readonly isStream: boolean
}

/**
 * Opens a file; it is read forwards, straight into the reader's window.
 * @param resting - Keep no handle between reads, and read nothing ahead: for one of very many files.
 * @throws CaptureError `unreadable` when it is missing, a directory, or not permitted.
 */
export async function rawFile(path: string, resting = false): Promise<RawFile> {
  let handle: FileHandle | null
  let size: number
  try {
    if (resting && statSync(fsPath(path)).isFile()) return restingSource(path)
    const stream = await openStream(path)
    if (stream !== null) return { size: 0, isStream: true, ...rawStream(stream) }
    handle = await open(fsPath(path), 'r')
  } catch (error) {
    throw unreadable(error)
  }
  try {
    const stat = await handle.stat()
    if (stat.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' })
    size = stat.isFile() ? stat.size : 0
  } catch (error) {
    await handle.close()
    throw unreadable(error)
  }
  const plain: ByteSource = {
    async read(into) {
      if (handle === null) return 0
      try {
        return (await handle.read(into, 0, into.length, null)).bytesRead
      } catch (error) {
        throw unreadable(error)
      }
    },
    async close() {
      const closing = handle
      handle = null
      await closing?.close()
    },
  }
  return { size, isStream: false, ...readAhead(plain, STRETCH) }
}

let reads = 0

/**
 * A file whose handle is given back after every read. Opening it again takes less time than handing one read to another thread, so
 * the calls are those that wait.
 * @throws Error as the file system says.
 */
function restingSource(path: string): RawFile {
  let file: number | null = openSync(fsPath(path), constants.O_RDONLY)
  const { size, dev, ino } = fstatSync(file)
  let position = 0
  let ended = false

  const reopened = (): number => {
    const again = openSync(fsPath(path), constants.O_RDONLY)
    const now = fstatSync(again)
    if (now.dev === dev && now.ino === ino) return again
    closeSync(again)
    throw new Error('it was replaced by another file while it was read')
  }

  return {
    size,
    isStream: false,
    async read(into) {
      if (ended) return 0
      if (++reads % TURN === 0) await new Promise((resolve) => setImmediate(resolve))
      try {
        file ??= reopened()
        const count = readSync(file, into, 0, into.length, position)
        position += count
        return count
      } catch (error) {
        throw unreadable(error)
      } finally {
        if (file !== null) closeSync(file)
        file = null
      }
    },
    seek(offset) {
      position = offset
    },
    async close() {
      ended = true
      if (file !== null) closeSync(file)
      file = null
    },
  }
}

/**
 * Opens what may have nothing to say, so that nobody is stuck in it: a thread that waits in the kernel for the other end of a pipe
 * cannot be called back, not even by the end of the program.
 * @returns `null` for everything else.
 */
async function openStream(path: string): Promise<Readable | null> {
  const what = await stat(fsPath(path))
  if (!what.isFIFO() && !what.isCharacterDevice()) return null
  const file = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK)
  if (what.isFIFO()) return new Socket({ fd: file, readable: true, writable: false })
  if (isatty(file)) return new ReadStream(file)
  closeSync(file)
  return null
}

/** The bytes of a Node stream. `read` throws TypeError when it gives no bytes, CaptureError `unreadable` when it fails. */
export function rawStream(stream: Readable): ByteSource {
  const chunks = chunksSource(stream as AsyncIterable<Uint8Array>)
  return {
    async read(into) {
      try {
        return await chunks.read(into)
      } catch (error) {
        // A stream of text, say. What Node throws has a code.
        if (error instanceof TypeError && !('code' in error)) throw error
        throw unreadable(error)
      }
    },
    async close() {
      stream.destroy()
      await chunks.close?.()
    },
  }
}
