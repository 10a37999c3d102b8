/** Node edge: from what a user names on the command line to capture files: directories and patterns become the files in them. */

import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { checkGiven, checkList, checkObject, checkSignal, checkString } from '../../option.ts'
import { compareText } from '../../order.ts'
import { CaptureError, type CaptureErrorCode } from '../errors.ts'
import { CaptureReader, refill } from '../reader.ts'
import { compareNames } from './natural-order.ts'
import { fileSource, STDIN } from './node-input.ts'
import { fsPath, nameOf } from './node-names.ts'

/** What a directory or pattern stands for. */
export interface Expansion {
  /** The directory or pattern as it was given. */
  readonly given: string
  /** Its captures, in the order in which they are read. */
  readonly captures: readonly string[]
  /** Files of the directory that are no captures, by name. */
  readonly passedOver: readonly string[]
}

/** The captures that a list of arguments stands for. */
export interface ExpandedPaths {
  /** Files in order; `-` is standard input. */
  readonly paths: readonly string[]
  /** One entry for every argument that was a directory or pattern. */
  readonly expansions: readonly Expansion[]
  /** Directories without a capture or that cannot be listed, patterns without a match. */
  readonly unreadable: readonly {
    /** The argument. */
    readonly given: string
    /** Why it stands for no capture. */
    readonly error: CaptureError
  }[]
}

/** What a file is that is not a capture. */
const NO_CAPTURE: readonly CaptureErrorCode[] = ['empty', 'not-a-capture', 'header-cut-short', 'unsupported']

/**
 * Replaces directories by the capture files in them (by content, not by name; no deeper directories, no hidden files), and
 * patterns (`*`, `?`, `[…]`) that are no file by the files that they match, each in natural order: `cap.pcap2` before `cap.pcap10`.
 * @param options - `signal` ends the looking, before the next file.
 * @throws TypeError for what is no list of paths. The signal's reason, an AbortError unless told otherwise, once it has come.
 */
export async function expandPaths(
  given: readonly string[],
  options: { signal?: AbortSignal } = {},
): Promise<ExpandedPaths> {
  checkGiven('given', given)
  checkList('given', given, checkString)
  checkObject('options', options)
  const { signal } = options
  checkSignal('signal', signal)
  const paths: string[] = []
  const expansions: Expansion[] = []
  const unreadable: { given: string; error: CaptureError }[] = []
  for (const path of given) {
    signal?.throwIfAborted()
    try {
      const found = path === STDIN ? undefined : await expand(path, signal)
      if (found !== undefined) expansions.push(found)
      paths.push(...(found?.captures ?? [path]))
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      unreadable.push({ given: path, error })
    }
  }
  return { paths, expansions, unreadable }
}

/** @returns `undefined` for what is to be read as it was given, whether or not it is there. */
async function expand(path: string, signal: AbortSignal | undefined): Promise<Expansion | undefined> {
  const there = await stat(fsPath(path)).catch(() => null)
  if (there?.isDirectory() === true) return captureFiles(path, signal)
  if (there !== null || !/[*?[]/.test(path)) return undefined
  const captures = await matches(path)
  if (captures.length === 0)
    throw new CaptureError('unreadable', 'matches no capture file; check the pattern, or name a pipe by its path')
  return { given: path, captures, passedOver: [] }
}

/** The captures of a directory. */
async function captureFiles(folder: string, signal: AbortSignal | undefined): Promise<Expansion> {
  const captures: string[] = []
  const passedOver: string[] = []
  for (const name of await filesIn(folder)) {
    if (name.startsWith('.')) continue
    signal?.throwIfAborted()
    const path = join(folder, name)
    if (await isCapture(path)) captures.push(path)
    else passedOver.push(name)
  }
  if (captures.length === 0) {
    const others = passedOver.length === 0 ? 'is a directory without files' : 'is a directory without a capture file'
    throw new CaptureError('unreadable', `${others}; name another one, or a file`)
  }
  return { given: folder, captures, passedOver }
}

/** Names of the plain files of a directory (links to such included), in natural order. */
export async function filesIn(folder: string): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof listed>>
  try {
    entries = await listed(folder)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new CaptureError('unreadable', `is a directory that cannot be listed (${code})`, null, { cause: error })
  }
  const names: string[] = []
  for (const entry of entries) {
    const isFile = entry.isFile() || (entry.isSymbolicLink() && (await isPlainFile(join(folder, entry.name))))
    if (isFile) names.push(entry.name)
  }
  return names.sort(compareNaturally)
}

/** What is in a directory. Names come as bytes where one of them is no UTF-8: it takes longer. */
async function listed(folder: string): Promise<Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'>[]> {
  const path = fsPath(folder === '' ? '.' : folder)
  const entries = await readdir(path, { withFileTypes: true })
  if (!entries.some(({ name }) => name.includes('\ufffd'))) return entries
  const raw = (await readdir(path, {
    withFileTypes: true,
    encoding: 'buffer' as BufferEncoding,
  })) as unknown as (Dirent & {
    name: Buffer
  })[]
  return raw.map((entry) => ({
    name: nameOf(entry.name),
    isFile: () => entry.isFile(),
    isDirectory: () => entry.isDirectory(),
    isSymbolicLink: () => entry.isSymbolicLink(),
  }))
}

/** Names of the directories in a directory, links to such included, in natural order; hidden ones are left out. */
export async function foldersIn(folder: string): Promise<string[]> {
  const names: string[] = []
  for (const entry of await listed(folder)) {
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) names.push(entry.name)
    else if (entry.isSymbolicLink()) {
      const info = await stat(fsPath(join(folder, entry.name))).catch(() => null)
      if (info?.isDirectory() === true) names.push(entry.name)
    }
  }
  return names.sort(compareNaturally)
}

/** Whether a path leads to a directory. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(fsPath(path)).catch(() => null))?.isDirectory() === true
}

async function isPlainFile(path: string): Promise<boolean> {
  return (await stat(fsPath(path)).catch(() => null))?.isFile() === true
}

/** Whether a file has a readable header. One that may not be read counts as a capture, so that its reader says why. */
async function isCapture(path: string): Promise<boolean> {
  try {
    const source = await fileSource(path, { resting: true })
    try {
      const reader = new CaptureReader({ windowLength: 4096 })
      while (!reader.done && !reader.headerRead) {
        if (reader.next()) break
        await refill(reader, source)
      }
      return true
    } finally {
      await source.close?.()
    }
  } catch (error) {
    if (error instanceof CaptureError) return !NO_CAPTURE.includes(error.code)
    throw error
  }
}

/** The files that a pattern matches, folder by folder. */
async function matches(pattern: string): Promise<string[]> {
  // Not needed by most runs, and as large as the rest of the command.
  const { namePattern } = await import('./node-pattern.ts')
  const parts = pattern.split('/')
  const last = parts.pop()!
  let folders = ['']
  for (const [index, part] of parts.entries()) {
    const next: string[] = []
    const isMatch = namePattern(part)
    for (const folder of folders) {
      if (!/[*?[]/.test(part)) {
        next.push(index === 0 ? part : `${folder}/${part}`)
        continue
      }
      const entries = await listed(folder === '' && index > 0 ? '/' : folder).catch(() => [])
      const names = entries.filter((entry) => entry.isDirectory() && isMatch(entry.name))
      for (const { name } of names.sort((a, b) => compareNaturally(a.name, b.name))) {
        next.push(index === 0 ? name : `${folder}/${name}`)
      }
    }
    folders = next
  }
  const found: string[] = []
  const isMatch = namePattern(last)
  for (const folder of folders) {
    const inRoot = parts.length > 0 && folder === ''
    const names = await filesIn(inRoot ? '/' : folder).catch(() => [])
    for (const name of names.filter(isMatch)) {
      found.push(parts.length === 0 ? name : `${folder}/${name}`)
    }
  }
  return found
}

/** Compares paths by their names as people number them: digits by value, everything else by code unit; endings of compression do not count. */
export function compareNaturally(left: string, right: string): number {
  return compareNames(basename(left), basename(right)) || compareText(left, right)
}
