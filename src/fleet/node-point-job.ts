/**
 * Node edge: reads one point, its captures one after the other as one stream, with a state after each, so that whoever goes on from there,
 * in another process or on another machine, counts nothing twice; and writes its document at the end.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CaptureError } from '../capture/errors.ts'
import { fileSource } from '../capture/files/node-input.ts'
import { fsPath } from '../capture/files/node-names.ts'
import { openOutput } from '../capture/files/node-output.ts'
import type { PointDocument } from '../fleet-document.ts'
import { Summarizer } from '../pipeline.ts'
import { StateError } from '../state-error.ts'
import { readState, writeState } from '../states/node-state-file.ts'
import type { Summary } from '../summary.ts'
import type { PointJob, PointNews, PointOutcome, PointSettings } from './fleet-run.ts'
import type { FileMark, FleetStore, PointRecord } from './node-store.ts'
import { FLEET, type PointAnalyzers, pointAnalyzers, pointDocument } from './point.ts'

/**
 * Reads a point to its end, from where it was left. What was read before is not read again where its files are as they were.
 * @returns How it ended; that it could not be read is no error.
 * @throws CaptureError `unwritable` where the folder of the run takes nothing, and whatever else is no fault of the captures.
 */
export async function readPoint(
  job: PointJob,
  settings: PointSettings,
  store: FleetStore,
  news: PointNews = {},
): Promise<PointOutcome> {
  if (job.failed !== null) return fail(job, store, [], job.failed)
  const before = await store.record(job.name)
  const marks = await Promise.all(job.files.map((name) => markOf(job.folder, name)))
  const isSame = before !== null && isPrefix(before.files, marks)
  if (isSame && before.done && before.files.length === marks.length && (await store.hasDocument(job.name))) {
    if (JSON.stringify(before.vteps) !== JSON.stringify(job.vteps)) await tellVteps(job, before, store)
    news.onBytes?.(sum(marks))
    return { failed: null, troubles: before.troubles }
  }
  return new PointWork(job, settings, store, news, marks).run(before)
}

class PointWork {
  #troubles: string[] = []

  constructor(
    private readonly job: PointJob,
    private readonly settings: PointSettings,
    private readonly store: FleetStore,
    private readonly news: PointNews,
    private readonly marks: readonly FileMark[],
  ) {}

  async run(before: PointRecord | null): Promise<PointOutcome> {
    const { job, store, marks, news } = this
    const { name } = job
    let summarizer = await this.#leftOff(before)
    if (summarizer === null) {
      await store.removeState(name)
      await store.removeDocument(name)
      summarizer = new Summarizer({ ...this.#options(), analyzers: pointAnalyzers() })
    }
    const done = summarizer.given.length
    let bytes = sum(marks.slice(0, done))
    news.onFile?.(done)
    for (const [index, mark] of marks.entries()) {
      if (index < done) continue
      // Before it is read: one that changes meanwhile is another one then.
      this.#record(index + 1, {})
      await this.#read(summarizer, mark.name, (read) => news.onBytes?.(bytes + read))
      bytes += mark.bytes
      news.onBytes?.(bytes)
      // Behind the last one the document is what is gone on from.
      if (index + 1 < marks.length) await writeState(store.statePath(name), summarizer)
      news.onFile?.(index + 1)
    }
    const summary = summarizer.summary() as unknown as Summary
    if (summary.capture.files.length === 0) return fail(job, store, marks, this.#troubles[0] ?? 'there is no capture')
    writeDocument(pointDocument(name, summary, job.vteps), store)
    this.#record(marks.length, { done: true })
    await store.removeState(name)
    return { failed: null, troubles: this.#troubles }
  }

  /** The state in which it was left; `null` where it is to be begun anew. */
  async #leftOff(before: PointRecord | null): Promise<Summarizer<PointAnalyzers> | null> {
    if (before === null) return null
    const { rows, underlayMtu } = this.#options()
    try {
      const summarizer = await readState<PointAnalyzers>(this.store.statePath(this.job.name), {
        ...(rows !== undefined && { rows }),
        ...(underlayMtu !== undefined && { underlayMtu }),
        analyzers: pointAnalyzers(),
      })
      const { given } = summarizer
      const isSame =
        given.length <= before.files.length &&
        isPrefix(before.files.slice(0, given.length), this.marks) &&
        given.every((name, index) => name === this.marks[index]?.name)
      if (!isSame) return null
      this.#troubles = before.troubles.filter((line) => given.some((name) => line.startsWith(`${name}: `)))
      return summarizer
    } catch (error) {
      if (error instanceof StateError) return null
      throw error
    }
  }

  /** A capture that cannot be read is left out, and the point is not complete then: what it does not show may have been there. */
  async #read(summarizer: Summarizer<PointAnalyzers>, name: string, onRead: (bytes: number) => void): Promise<void> {
    summarizer.given.push(name)
    try {
      const source = await fileSource(join(this.job.folder, name))
      await summarizer.read(name, source, (bytes) => {
        onRead(bytes)
        return true
      })
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      summarizer.stop()
      this.#troubles.push(`${name}: ${error.message}`)
      this.#record(summarizer.given.length, {})
    }
  }

  #options(): Omit<PointSettings, 'rows'> & { rows: number } {
    const { rows, ...rest } = this.settings
    return { ...rest, rows: rows ?? Number.POSITIVE_INFINITY }
  }

  #record(files: number, ended: Partial<PointRecord>): void {
    const { job, marks, store } = this
    store.writeRecord({ ...recordOf(job, marks.slice(0, files)), troubles: this.#troubles, ...ended })
  }
}

function writeDocument(document: PointDocument, store: FleetStore): void {
  const output = openOutput(store.documentPath(document.name))
  try {
    output.sink(new TextEncoder().encode(`${JSON.stringify(document)}\n`))
    output.commit()
  } finally {
    output.abort()
  }
}

/** Puts other VTEPs into the document of a point that was read: nothing that was counted depends on them. */
async function tellVteps({ name, vteps }: PointJob, before: PointRecord, store: FleetStore): Promise<void> {
  const { summary, stepMs, directions, withoutDirection, sample } = await store.document(name)
  const extra = { ...summary.extra, ...{ [FLEET]: { stepMs, directions, withoutDirection, sample } } }
  writeDocument(pointDocument(name, { ...summary, extra }, vteps), store)
  store.writeRecord({ ...before, vteps })
}

function recordOf({ name, files, vteps }: PointJob, marks: readonly FileMark[]): PointRecord {
  return {
    schema: 'vxpcap.fleet-work/1',
    name,
    files: [...marks],
    of: files.length,
    vteps,
    done: false,
    failed: null,
    troubles: [],
  }
}

/** Keeps that a point could not be read, and why. @param marks - Its captures, as far as they were looked at. */
export async function fail(
  job: PointJob,
  store: FleetStore,
  marks: readonly FileMark[],
  reason: string,
): Promise<PointOutcome> {
  await store.removeState(job.name)
  await store.removeDocument(job.name)
  store.writeRecord({ ...recordOf(job, marks), failed: reason })
  return { failed: reason, troubles: [] }
}

/** A capture as it is now; of one that is not there its reader says so. */
async function markOf(folder: string, name: string): Promise<FileMark> {
  const info = await stat(fsPath(join(folder, name))).catch(() => null)
  return { name, bytes: info?.size ?? 0, modified: info?.mtimeMs ?? 0 }
}

function isPrefix(before: readonly FileMark[], now: readonly FileMark[]): boolean {
  return (
    before.length <= now.length &&
    before.every(({ name, bytes, modified }, index) => {
      const mark = now[index]!
      return mark.name === name && mark.bytes === bytes && mark.modified === modified
    })
  )
}

function sum(marks: readonly FileMark[]): number {
  return marks.reduce((bytes, mark) => bytes + mark.bytes, 0)
}
