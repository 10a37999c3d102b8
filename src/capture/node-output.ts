/**
 * Node edge: a capture into a file that appears under its final name only when it is whole.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CaptureError } from './errors.ts'
import { STDIN } from './node-input.ts'
import type { Sink } from './writer.ts'

/** A file being written. */
export interface OutputFile {
  /** Takes bytes; throws CaptureError `unwritable` when the disk is full or fails. */
  readonly sink: Sink
  /** Gives the file its final name. @throws CaptureError `unwritable`. */
  commit(): void
  /** Removes what was written, unless it is committed already; safe to call at any time, twice too. */
  abort(): void
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room or name another place',
  EDQUOT: 'the disk quota is used up; make room or name another place',
  EFBIG: 'the file grows too large for its file system',
  EACCES: 'permission denied; name another place',
  EPERM: 'not permitted; name another place',
  EROFS: 'the file system is read-only; name another place',
  ENOENT: 'its directory does not exist; create it first',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory; name a file in it',
}

function unwritable(error: unknown): CaptureError {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? ''
  const reason = REASONS[code] ?? (code || (error instanceof Error ? error.message : String(error)))
  return new CaptureError('unwritable', `cannot be written: ${reason}`, null, { cause: error })
}

/** The path that means standard output. */
const STDOUT = '-'
const STDIN_DESCRIPTOR = 0
const STDOUT_DESCRIPTOR = 1
/** Milliseconds to wait for the reader of a full pipe. */
const PIPE_PAUSE_MS = 2

/**
 * Opens a file for writing, under a temporary name in the same directory; `commit` renames it.
 * A device or pipe is written to directly, and so is standard output (`-`).
 * @param inputs - Files that are being read: writing over one of them is refused, by whatever name or link it is reached.
 * @throws CaptureError `unwritable`.
 */
export function openOutput(path: string, inputs: readonly string[] = []): OutputFile {
  const isStdout = path === STDOUT
  const target = isStdout ? fstatSync(STDOUT_DESCRIPTOR) : statOrNull(path)
  if (target?.isDirectory() === true) throw unwritable({ code: 'EISDIR' })
  if (target?.isFile() === true) {
    for (const input of inputs) {
      const there = input === STDIN ? fstatSync(STDIN_DESCRIPTOR) : statOrNull(input)
      if (there !== null && there.ino === target.ino && there.dev === target.dev) {
        const name = input === STDIN ? 'standard input' : `the input ${input}`
        throw new CaptureError('unwritable', `cannot be written: it is ${name}; name another file`)
      }
    }
  }
  const direct = isStdout || (target !== null && !target.isFile())
  const name = direct ? path : join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  let file: number
  try {
    file = isStdout ? STDOUT_DESCRIPTOR : openSync(name, direct ? 'w' : 'wx', 0o666)
  } catch (error) {
    throw unwritable(error)
  }
  let open = true
  const abort = (): void => {
    if (!open) return
    open = false
    if (!isStdout) closeSync(file)
    if (!direct) unlinkSync(name)
  }
  const guarded = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      abort()
      throw unwritable(error)
    }
  }
  return {
    sink(bytes) {
      guarded(() => {
        for (let at = 0; at < bytes.length; ) at += writeSome(file, bytes, at)
      })
    },
    commit() {
      if (!open) return
      guarded(() => {
        if (fstatSync(file).isFile()) fsyncSync(file)
        if (!direct) renameSync(name, path)
      })
      open = false
      if (!isStdout) closeSync(file)
    },
    abort,
  }
}

/** Writes what goes; a pipe that is full is waited for, since Node has set it not to wait by itself. */
function writeSome(file: number, bytes: Uint8Array, at: number): number {
  try {
    return writeSync(file, bytes, at, bytes.length - at)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_PAUSE_MS)
    return 0
  }
}

function statOrNull(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null
}
