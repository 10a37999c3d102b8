/**
 * Node edge: the folder of a run. `fleet.json` says what is run; `points/` has the documents of finished points, and nothing else; `work/`
 * has each point's record (which files were read, how it ended) and, while it is under way, its state. Each file is written under another
 * name and renamed, so that whoever reads it, or goes on after a death, finds it whole.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CaptureError } from '../capture/errors.ts'
import { fsPath } from '../capture/files/node-names.ts'
import { openOutput } from '../capture/files/node-output.ts'
import type { PointDocument } from '../fleet-document.ts'
import type { PointSettings } from './fleet-run.ts'

const MANIFEST = 'fleet.json'
const POINTS = 'points'
const WORK = 'work'
/** Characters of a file's name that a point's name becomes, without what tells long ones apart. */
const MOST_NAME = 120

/** What a run is: two with the same one can share a folder. */
export interface Manifest {
  /** Name and number of the format. */
  schema: 'vxpcap.fleet-run/1'
  /** What is counted. */
  settings: PointSettings
  /** Names of all points, those of other shards included. */
  points: string[]
}

/** A capture as it was when it was read: another one has another size or time. */
export interface FileMark {
  name: string
  bytes: number
  /** Milliseconds since the epoch. */
  modified: number
}

/** What is known of a point's job. */
export interface PointRecord {
  schema: 'vxpcap.fleet-work/1'
  name: string
  /** The captures read so far, the one under way included. */
  files: FileMark[]
  /** How many captures there are. */
  of: number
  /** Addresses of its VTEPs, as the document has them. */
  vteps: string[] | null
  /** Whether the document is there. */
  done: boolean
  /** Why the point could not be read. */
  failed: string | null
  /** What was wrong with single captures. */
  troubles: string[]
}

/** The folder of a run. */
export class FleetStore {
  constructor(readonly folder: string) {}

  /** Makes the folder, and what is in it. @throws CaptureError `unwritable`. */
  async create(): Promise<void> {
    try {
      for (const name of [POINTS, WORK]) await mkdir(fsPath(join(this.folder, name)), { recursive: true })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      throw new CaptureError('unwritable', `cannot be made: ${code ?? message}`, null, { cause: error })
    }
  }

  /** What is run in it; `null` where there is no run. @throws CaptureError for what is none. */
  async manifest(): Promise<Manifest | null> {
    const found = await this.#json(MANIFEST)
    if (found === null) return null
    const { schema, settings, points } = found as Partial<Manifest>
    const isOne =
      schema === 'vxpcap.fleet-run/1' &&
      typeof settings === 'object' &&
      Array.isArray(points) &&
      points.every((name) => typeof name === 'string')
    if (!isOne) throw new CaptureError('unreadable', `${MANIFEST} is not that of a run of this vxpcap`)
    return found as Manifest
  }

  writeManifest(manifest: Manifest): void {
    this.#write(MANIFEST, manifest)
  }

  /** Where the document of a point is. */
  documentPath(name: string): string {
    return join(this.folder, POINTS, `${fileNameOf(name)}.json`)
  }

  /** Where the state of a point is while it is under way. */
  statePath(name: string): string {
    return join(this.folder, WORK, `${fileNameOf(name)}.vxp`)
  }

  /** What is known of a point; `null` for one that was not begun, or of which nothing can be read. */
  async record(name: string): Promise<PointRecord | null> {
    const record = (await this.#json(recordOf(name)).catch(() => null)) as PointRecord | null
    const isOne = record?.schema === 'vxpcap.fleet-work/1' && record.name === name && Array.isArray(record.files)
    return isOne ? record : null
  }

  writeRecord(record: PointRecord): void {
    this.#write(recordOf(record.name), record)
  }

  async hasDocument(name: string): Promise<boolean> {
    return isThere(this.documentPath(name))
  }

  /** @throws CaptureError `unreadable` for what is none. */
  async document(name: string): Promise<PointDocument> {
    return (await documentAt(this.documentPath(name))) as PointDocument
  }

  async removeState(name: string): Promise<void> {
    await rm(fsPath(this.statePath(name)), { force: true })
  }

  async removeDocument(name: string): Promise<void> {
    await rm(fsPath(this.documentPath(name)), { force: true })
  }

  async remove(): Promise<void> {
    await rm(fsPath(this.folder), { recursive: true, force: true })
  }

  async #json(name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(fsPath(join(this.folder, name)), 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw new CaptureError('unreadable', `${name} cannot be read: ${(error as Error).message}`, null, {
        cause: error,
      })
    }
  }

  #write(name: string, value: unknown): void {
    const output = openOutput(join(this.folder, name))
    try {
      output.sink(new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`))
      output.commit()
    } finally {
      output.abort()
    }
  }
}

/** Most bytes of a document: as many characters as a text can have. */
const MOST_DOCUMENT = 512 * 1024 * 1024 - 1024

/** A document of a point or a fleet. @throws CaptureError `unreadable`. */
export async function documentAt(path: string): Promise<unknown> {
  let text: string
  try {
    const { size } = await stat(fsPath(path))
    if (size > MOST_DOCUMENT) {
      throw new CaptureError('unreadable', 'is larger than a document can be; make it anew with fewer --rows')
    }
    text = await readFile(fsPath(path), 'utf8')
  } catch (error) {
    if (error instanceof CaptureError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'does not exist; check the path' : `cannot be read: ${code ?? message}`
    throw new CaptureError('unreadable', why, null, { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CaptureError('unreadable', 'is no JSON document; make it anew', null, { cause: error })
  }
}

/** What a small file says; `null` where there is none. @throws CaptureError `unreadable`. */
export async function textAt(path: string): Promise<string | null> {
  try {
    return await readFile(fsPath(path), 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new CaptureError('unreadable', `${path}: cannot be read: ${code ?? message}`, null, { cause: error })
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(fsPath(path)).catch(() => null)) !== null
}

function recordOf(name: string): string {
  return `${WORK}/${fileNameOf(name)}.json`
}

/** A name that every file system takes, for whatever a point is called. */
function fileNameOf(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
  if (plain.length <= MOST_NAME) return plain
  return `${plain.slice(0, MOST_NAME)}%${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
}
