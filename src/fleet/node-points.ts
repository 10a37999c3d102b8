/**
 * Node edge: which capture points folders hold. A folder that is given is a fleet: each folder in it, however deep, that has captures is a
 * point, a chain of them in natural order, and each capture that lies in it loose is one. Where several are given, one without such folders
 * is a point itself, as it would be in the folder that holds them all; so `captures/*` means what `captures` does.
 */
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { CaptureError } from '../capture/errors.ts'
import { fsPath } from '../capture/files/node-names.ts'
import { compareNaturally, expandPaths, filesIn, foldersIn } from '../capture/files/node-paths.ts'
import { compareText } from '../order.ts'
import { MOST_POINT_FILES, type PointJob } from './fleet-run.ts'

/** Points that there can be. */
const MOST_POINTS = 100_000
/** Folders within folders. */
const DEEPEST = 32
/** Names that captures have: what is called so and cannot be read is not passed over. */
const CAPTURE_NAME = /\.(pcap|pcapng|cap)([\d.].*)?$/i

type Found = Omit<PointJob, 'vteps'>

/**
 * The points, in order of their names.
 * @param given - Folders and captures.
 * @param signal - Ends the looking.
 * @param leftOut - Folder in which nothing is looked for: that of the run.
 * @throws CaptureError for a path that is not there, two points of one name, no point at all, and more than can be.
 */
export async function pointsIn(
  given: readonly string[],
  { signal, leftOut }: { signal?: AbortSignal; leftOut?: string } = {},
): Promise<Found[]> {
  const search = new Search(signal, leftOut === undefined ? null : await realpath(fsPath(leftOut)).catch(() => null))
  for (const path of given) {
    const info = await stat(fsPath(path)).catch(() => null)
    if (info === null) throw new CaptureError('unreadable', `${path} does not exist; check the path`)
    // By its own name, also where it is given as `.` or `..`.
    const whole = resolve(path)
    const name = basename(whole)
    if (!info.isDirectory()) search.add({ name, folder: dirname(whole), files: [name], failed: null })
    else await search.fleet(whole, given.length === 1 ? null : name)
  }
  const points = search.points.sort((left, right) => compareText(left.name, right.name))
  for (const [index, { name }] of points.entries()) {
    if (points[index + 1]?.name !== name) continue
    throw new CaptureError('unreadable', `two points would be called ${name}; give a folder that holds both`)
  }
  if (points.length === 0)
    throw new CaptureError('unreadable', 'there is no capture point; name a folder with captures')
  return points
}

class Search {
  readonly points: Found[] = []
  readonly #seen = new Set<string>()

  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly leftOut: string | null,
  ) {}

  add(point: Found): void {
    if (this.points.length === MOST_POINTS) {
      throw new CaptureError('unsupported', `there are more than ${MOST_POINTS} points; take them in several runs`)
    }
    if (point.files.length > MOST_POINT_FILES) {
      throw new CaptureError('unsupported', `${point.name} has more than ${MOST_POINT_FILES} captures`)
    }
    this.points.push(point)
  }

  /** @param name - Its own, where it is one of several; `null` where it is the fleet. */
  async fleet(folder: string, name: string | null): Promise<void> {
    const before = this.points.length
    for (const each of await foldersIn(folder)) await this.#folder(join(folder, each), join(name ?? '', each), 1)
    const hasFolders = this.points.length > before
    if (name !== null && !hasFolders) return this.#chain(folder, name, await this.#captures(folder))
    for (const file of await this.#captures(folder))
      this.add({ name: join(name ?? '', file), folder, files: [file], failed: null })
  }

  async #folder(folder: string, name: string, depth: number): Promise<void> {
    this.signal?.throwIfAborted()
    const real = await realpath(fsPath(folder))
    // A link may lead back to where it lies.
    if (real === this.leftOut || this.#seen.has(real) || depth > DEEPEST) return
    this.#seen.add(real)
    let folders: string[] = []
    try {
      folders = await foldersIn(folder)
      this.#chain(folder, name, await this.#captures(folder))
    } catch (error) {
      if (this.signal?.aborted === true) throw error
      const { code, message } = error as NodeJS.ErrnoException
      this.add({ name, folder, files: [], failed: `its folder cannot be listed: ${code ?? message}` })
    }
    for (const each of folders) await this.#folder(join(folder, each), join(name, each), depth + 1)
  }

  #chain(folder: string, name: string, files: string[]): void {
    if (files.length > 0) this.add({ name, folder, files, failed: null })
  }

  /** What is read of a folder: captures by what is in them, and what is called as one is and is not empty, so that it is named if it is none. */
  async #captures(folder: string): Promise<string[]> {
    const options = this.signal === undefined ? {} : { signal: this.signal }
    const { expansions, unreadable } = await expandPaths([folder], options)
    const cause = unreadable[0]?.error.cause
    if (cause !== undefined) throw cause
    const captures = (expansions[0]?.captures ?? []).map((path) => basename(path))
    const known = new Set(captures)
    for (const file of await filesIn(folder)) {
      if (known.has(file) || file.startsWith('.') || !CAPTURE_NAME.test(file)) continue
      const info = await stat(fsPath(join(folder, file))).catch(() => null)
      if (info !== null && info.size > 0) captures.push(file)
    }
    return captures.sort(compareNaturally)
  }
}
