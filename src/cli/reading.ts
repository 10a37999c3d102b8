/** Captures to a summary, for every command that shows one or a part of one: options, progress, interruption, complaints. */
import { limitsFor } from '../analyzers/tables/memory.ts'
import { CaptureError } from '../capture/errors.ts'
import { mergeBytesFor } from '../capture/merge/merge-room.ts'
import { MOST_FILES } from '../capture/merge/origins.ts'
import { troubleLine } from '../report/trouble.ts'
import type { Selection } from '../selection/selection.ts'
import { StateError } from '../state-error.ts'
import type { Summary } from '../summary.ts'
import { type FailOn, isAtLeast, UsageError } from './arguments.ts'
import { DONE, FOUND, TROUBLE } from './exit-status.ts'
import { complain, type Host, type SummarizeFilesOptions } from './host.ts'
import { checkStandardInput, expandInputs } from './inputs.ts'
import { Interruption } from './interruption.ts'
import { progressOn, type Wanted } from './progress.ts'
import { type SelectionOptions, selectionOf } from './selection.ts'

/** The options of reading as the command line gives them. */
export interface ReadingOptions extends SelectionOptions, Wanted {
  port?: number[] | undefined
  underlayMtu?: number | undefined
  threads?: number | undefined
  memory?: number | undefined
  mergeByTime?: boolean | undefined
  /** State to go on from. */
  resume?: string | undefined
  /** State to write at the end. */
  save?: string | undefined
}

/** What was read, and what there is to complain about. */
export interface Reading {
  summary: Summary
  unreadable: readonly string[]
  interruption: Interruption
  /** How much of the input was read, 0 to 1; `undefined` where its size is not known. */
  share: number | undefined
}

/** What a summary itself is asked for. */
export type Settings = Pick<SummarizeFilesOptions, keyof Selection | 'rows' | 'ports' | 'underlayMtu' | 'limits'>

/**
 * Reads the captures to their end, or to the first Ctrl-C.
 * @param rows - Rows of each table, `Infinity` for all.
 * @param prepare - Called with the captures before they are read, so that what cannot be written is known before hours of reading.
 * @returns Exit status where there is nothing to show; it has been said why.
 * @throws UsageError.
 */
export async function readCaptures(
  command: string,
  given: readonly string[],
  options: ReadingOptions,
  rows: number,
  host: Host,
  prepare: (paths: readonly string[], signal: AbortSignal) => Promise<void> = async () => {},
): Promise<Reading | number> {
  checkStandardInput(given, host, command)
  const settings = settingsOf(options, rows)
  const { paths, troubles: unreadable } = await expandInputs(given, host, options.quiet)
  // What a state says may be shown without a capture more.
  if (paths.length === 0 && (options.resume === undefined || given.length > 0)) return complainAll(unreadable, host)
  if (options.mergeByTime && paths.length > MOST_FILES) {
    throw new UsageError(
      `--merge-by-time takes at most ${MOST_FILES} captures, and these are ${paths.length}; leave it out, or put them together with mergecap`,
    )
  }
  const interruption = new Interruption(host)
  let share: number | undefined
  const onRead = (bytes: number, total: number | null): void => {
    share = total === null || total === 0 ? undefined : Math.min(1, bytes / total)
  }
  try {
    await prepare(paths, interruption.signal)
    const reading = { ...settings, signal: interruption.signal, onProgress: onRead }
    const summary = await read(paths, options, reading, host, (path, error) =>
      unreadable.push(troubleLine(path, error)),
    )
    if (options.save !== undefined && (interruption.by !== null || !summary.capture.complete)) {
      await complain(
        host,
        `${options.save}: not saved, because reading was stopped; what was there before is as it was`,
      )
    }
    return { summary, unreadable, interruption, share }
  } catch (error) {
    if (error instanceof StateError) return complainAll([`${options.resume}: ${error.message}`], host)
    if (error instanceof CaptureError && error.code === 'unwritable' && options.save !== undefined) {
      return complainAll([`${options.save}: ${error.message}`], host)
    }
    if (isAbort(error)) return complainAll(['interrupted before anything was read'], host, interruption)
    if (!(error instanceof CaptureError) || error.code === 'unwritable') throw error
    if (unreadable.length === 0) unreadable.push(troubleLine(paths.length === 1 ? paths[0] : undefined, error))
    await complainAll(unreadable, host)
    return interruption.status(true) ?? TROUBLE
  } finally {
    interruption.release()
  }
}

/** What the summary itself is asked for. @throws UsageError where `--to` comes before `--from`. */
export function settingsOf(options: Omit<ReadingOptions, 'resume' | 'save'>, rows: number): Settings {
  return {
    rows,
    ...selectionOf(options),
    ...(options.port !== undefined && { ports: options.port }),
    ...(options.underlayMtu !== undefined && { underlayMtu: options.underlayMtu }),
    ...(options.memory !== undefined && { limits: limitsFor(options.memory) }),
  }
}

/** Says on standard error what was wrong with the input. @returns {@link TROUBLE} where anything was, else {@link DONE}. */
export async function complainOf(summary: Summary, unreadable: readonly string[], host: Host): Promise<number> {
  for (const line of unreadable) await complain(host, line)
  const damaged = summary.findings.filter(({ code }) => code === 'CAPTURE_DAMAGED')
  for (const { observed } of damaged) await complain(host, observed)
  return unreadable.length > 0 || damaged.length > 0 ? TROUBLE : DONE
}

/** The same, and looks for findings that `--fail-on` asks for. @returns The exit status of a summary. */
export async function verdict(
  summary: Summary,
  unreadable: readonly string[],
  failOn: FailOn,
  host: Host,
): Promise<number> {
  const status = await complainOf(summary, unreadable, host)
  if (status !== DONE) return status
  return summary.findings.some(({ severity }) => isAtLeast(severity, failOn)) ? FOUND : DONE
}

/** Says lines on standard error. @returns {@link TROUBLE}, or the status of what stopped the work. */
async function complainAll(lines: readonly string[], host: Host, interruption?: Interruption): Promise<number> {
  for (const line of lines) await complain(host, line)
  return interruption?.status(false) ?? TROUBLE
}

/** Whether work ended before it began, because its signal had come. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

async function read(
  paths: string[],
  options: ReadingOptions,
  selected: Settings & Required<Pick<SummarizeFilesOptions, 'signal' | 'onProgress'>>,
  host: Host,
  onUnreadable: (path: string, error: CaptureError) => void,
): Promise<Summary> {
  const summarizeFiles = await host.summarizer()
  const progress = progressOn(host, options)
  const settings: SummarizeFilesOptions = { ...selected, onUnreadable }
  // A budget of memory is for one thread.
  const threads = options.threads ?? (options.memory === undefined ? undefined : 1)
  if (threads !== undefined) settings.threads = threads
  if (options.mergeByTime !== undefined) settings.mergeByTime = options.mergeByTime
  if (options.resume !== undefined) settings.resume = options.resume
  if (options.save !== undefined) settings.save = options.save
  if (options.memory !== undefined) settings.mergeBytes = mergeBytesFor(options.memory)
  if (progress !== undefined) {
    settings.onProgress = (bytes, total) => {
      selected.onProgress(bytes, total)
      progress.update(bytes, total)
    }
  }
  try {
    return await summarizeFiles(paths, settings)
  } finally {
    progress?.stop()
  }
}
