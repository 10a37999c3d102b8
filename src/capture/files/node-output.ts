/**
 * Node edge: a capture into a file that appears under its final name only when it is whole.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { checkList, checkPath, checkString } from '../../option.ts'
import { CaptureError } from '../errors.ts'
import type { Sink } from '../formats/writer.ts'
import { STDIN } from './node-input.ts'
import { fsPath, nameOf } from './node-names.ts'

/** A file being written. */
export interface OutputFile {
  /** Takes bytes; throws CaptureError `unwritable` when the disk is full or fails. */
  readonly sink: Sink
  /**
   * Waits until a slow reader has taken what the sink has got; at once for a file. The sink itself does not wait before there is
   * a lot.
   * @param signal - Ends the waiting for a reader that takes nothing any more.
   * @throws CaptureError `unwritable`.
   */
  drain(signal?: AbortSignal): Promise<void>
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
  ENAMETOOLONG: 'its name is too long; name it shorter',
  ELOOP: 'a symbolic link of the path leads back to itself',
  ENXIO: 'nobody reads from it',
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
/** Bytes that may wait for such a reader; with more the sink waits itself. */
const MOST_QUEUED = 16 * 1024 * 1024
/** Milliseconds that a reader is given to take something more, once there is a signal to end. */
const GRACE_MS = 500
/** Milliseconds between two looks whether a pipe has a reader. */
const READER_PAUSE_MS = 20
/** Links that lead to a file, one after the other, as Linux has it. */
const MOST_LINKS = 40
/** Names that are tried for the file while it is not whole. */
const MOST_NAMES = 1000
const NEW_FILE_MODE = 0o666
/** What a new file takes over of one that it replaces. Not that it runs as its owner: that was granted to another content. */
const PERMISSIONS = 0o777

/**
 * Opens a file for writing, under a temporary name in the same directory; `commit` renames it. A file that is replaced leaves its
 * permissions to the new one, and through a symbolic link the file is written that it leads to.
 * A device or pipe is written to directly, and so is standard output (`-`).
 * @param inputs - Files that are being read: writing over one of them is refused, by whatever name or link it is reached.
 * @throws CaptureError `unwritable`.
 */
export function openOutput(path: string, inputs: readonly string[] = []): OutputFile {
  checkPath(path)
  checkList('inputs', inputs, checkString)
  try {
    if (path === STDOUT) return directOutput(STDOUT_DESCRIPTOR, checked(fstatSync(STDOUT_DESCRIPTOR), inputs), false)
    const target = checked(statOrNull(path), inputs)
    if (target === null && (path === '' || path.endsWith('/'))) throw unwritable({ code: 'ENOENT' })
    if (target === null || target.isFile()) return fileOutput(behindLinks(path), target)
    const file = openSync(fsPath(path), constants.O_WRONLY | constants.O_TRUNC | constants.O_NONBLOCK)
    return directOutput(file, target, true)
  } catch (error) {
    throw error instanceof CaptureError ? error : unwritable(error)
  }
}

/**
 * As {@link openOutput}, and waits for the reader of a named pipe, without being stuck in it.
 * @param signal - Ends the waiting.
 * @throws CaptureError `unwritable`.
 */
export async function awaitOutput(path: string, inputs: readonly string[], signal: AbortSignal): Promise<OutputFile> {
  for (;;) {
    try {
      return openOutput(path, inputs)
    } catch (error) {
      const { cause } = error as CaptureError
      const isUnread = (cause as NodeJS.ErrnoException | undefined)?.code === 'ENXIO' && statOrNull(path)?.isFIFO()
      if (!isUnread || signal.aborted) throw error
    }
    await pause(READER_PAUSE_MS)
  }
}

/** Refuses directories and inputs. */
function checked<Target extends Stats | null>(target: Target, inputs: readonly string[]): Target {
  if (target?.isDirectory() === true) throw unwritable({ code: 'EISDIR' })
  if (target?.isFile() !== true) return target
  for (const input of inputs) {
    const there = input === STDIN ? fstatSync(STDIN_DESCRIPTOR) : inputStat(input)
    if (there !== null && there.ino === target.ino && there.dev === target.dev) {
      const name = input === STDIN ? 'standard input' : `the input ${input}`
      throw new CaptureError('unwritable', `cannot be written: it is ${name}; name another file`)
    }
  }
  return target
}

/** A file that is written under another name in the same directory, and renamed. */
function fileOutput(path: string, replaced: Stats | null): OutputFile {
  const mode = replaced === null ? NEW_FILE_MODE : replaced.mode & PERMISSIONS
  const { file, name } = openTemporary(dirname(path), mode)
  let open = true
  const abort = (): void => {
    if (!open) return
    open = false
    closeSync(file)
    unlinkSync(fsPath(name))
  }
  const guarded = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      abort()
      throw unwritable(error)
    }
  }
  if (replaced !== null) guarded(() => adopt(file, replaced))
  return {
    sink(bytes) {
      guarded(() => {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at)
      })
    },
    async drain() {},
    commit() {
      if (!open) return
      guarded(() => {
        fsyncSync(file)
        renameSync(fsPath(name), fsPath(path))
      })
      open = false
      closeSync(file)
    },
    abort,
  }
}

/** A short name, so that the longest name a file can have works too; a file that was left behind by another process is passed over. */
function openTemporary(folder: string, mode: number): { file: number; name: string } {
  for (let number = 0; ; number++) {
    const name = `${folder}/.vxpcap-${process.pid}-${number}.part`
    try {
      return { file: openSync(fsPath(name), 'wx', mode & 0o777), name }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === MOST_NAMES) throw error
    }
  }
}

/** Gives a new file the owner, where we may, and the permissions of the one that it replaces. */
function adopt(file: number, { uid, gid, mode }: Stats): void {
  try {
    const now = fstatSync(file)
    if (now.uid !== uid || now.gid !== gid) fchownSync(file, uid, gid)
  } catch {
    // Only root may give a file away.
  }
  fchmodSync(file, mode & PERMISSIONS)
}

/** A pipe, a device or standard output. */
function directOutput(file: number, target: Stats, isOurs: boolean): OutputFile {
  let queue: Uint8Array[] = []
  let queued = 0
  let open = true
  const close = (): void => {
    if (!open) return
    open = false
    if (isOurs) closeSync(file)
  }
  /** Writes what goes. @returns Whether that was everything. */
  const write = (): boolean => {
    try {
      for (let first = queue[0]; first !== undefined; first = queue[0]) {
        const length = writeSome(file, first)
        if (length < 0) return false
        queued -= length
        if (length === first.length) queue.shift()
        else queue[0] = first.subarray(length)
      }
      return true
    } catch (error) {
      queue = []
      close()
      throw unwritable(error)
    }
  }
  const writeAll = (most: number): void => {
    while (!write() && queued > most) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_PAUSE_MS)
  }
  return {
    sink(bytes) {
      queue.push(bytes)
      queued += bytes.length
      writeAll(MOST_QUEUED)
    },
    async drain(signal) {
      let patience = GRACE_MS
      for (let before = queued; !write(); before = queued) {
        if (signal?.aborted === true) patience = queued < before ? GRACE_MS : patience - PIPE_PAUSE_MS
        if (patience <= 0) throw unwritable({ code: 'ENXIO' })
        await pause(PIPE_PAUSE_MS)
      }
    },
    commit() {
      if (!open) return
      writeAll(0)
      if (target.isFile()) {
        try {
          fsyncSync(file)
        } catch (error) {
          close()
          throw unwritable(error)
        }
      }
      close()
    },
    abort: close,
  }
}

/** @returns How many bytes went; -1 for a pipe that is full, as Node has set it not to wait by itself. */
function writeSome(file: number, bytes: Uint8Array): number {
  try {
    return writeSync(file, bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    return -1
  }
}

/** The file that a name leads to, whether or not it is there: a link is written through and stays a link. */
function behindLinks(path: string): string {
  let name = path
  for (let links = 0; lstatSync(fsPath(name), { throwIfNoEntry: false })?.isSymbolicLink() === true; links++) {
    if (links === MOST_LINKS) throw unwritable({ code: 'ELOOP' })
    const to = nameOf(readlinkSync(fsPath(name), { encoding: 'buffer' }))
    // Not normalised: `..` behind a linked directory is not where its name says.
    name = isAbsolute(to) ? to : `${dirname(name)}/${to}`
  }
  return name
}

function statOrNull(path: string): Stats | null {
  return statSync(fsPath(path), { throwIfNoEntry: false }) ?? null
}

/** What cannot be asked cannot be read either: its reader says why. */
function inputStat(path: string): Stats | null {
  try {
    return statOrNull(path)
  } catch {
    return null
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
