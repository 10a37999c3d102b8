/** `vxpcap summarize`: captures in, report or JSON out, and the exit status that the contract promises. */
import { limitsFor } from '../../analyzers/memory.ts'
import { CaptureError } from '../../capture/errors.ts'
import { mergeBytesFor } from '../../capture/merge-room.ts'
import { MOST_FILES } from '../../capture/origins.ts'
import { writeJson } from '../../report/json.ts'
import { formatSarif } from '../../report/sarif.ts'
import { type DrawTable, drawPlain } from '../../report/table.ts'
import { formatText } from '../../report/text.ts'
import type { Selection } from '../../selection/selection.ts'
import type { Summary } from '../../summary.ts'
import { type ColorMode, type FailOn, isAtLeast, UsageError, useColor } from '../arguments.ts'
import { DONE, FOUND, TROUBLE } from '../exit-status.ts'
import { complain, type Host, print, printJson, type SummarizeFilesOptions } from '../host.ts'
import { checkStandardInput, expandInputs, STDIN, troubleLine } from '../inputs.ts'
import { Interruption } from '../interruption.ts'
import { type SelectionOptions, selectionOf } from '../selection.ts'

/** The options as the command line gives them. */
export interface SummarizeOptions extends SelectionOptions {
  json?: boolean | undefined
  sarif?: boolean | undefined
  top: number
  rows: number
  port?: number[] | undefined
  underlayMtu?: number | undefined
  failOn: FailOn
  threads?: number | undefined
  memory?: number | undefined
  mergeByTime?: boolean | undefined
  follow?: boolean | undefined
  progress: boolean
  color: ColorMode
}

/** Runs the command. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function summarize(given: string[], options: SummarizeOptions, host: Host): Promise<number> {
  checkStandardInput(given, host, 'summarize')
  if (options.json && options.sarif) throw new UsageError('--json and --sarif are two formats; give one of them')
  if (options.follow) return follow(given, options, host)
  const { paths, troubles: unreadable } = await expandInputs(given, host)
  if (paths.length === 0) return complainAll(unreadable, host)
  if (options.mergeByTime && paths.length > MOST_FILES) {
    throw new UsageError(
      `--merge-by-time takes at most ${MOST_FILES} captures, and these are ${paths.length}; leave it out, or put them together with mergecap`,
    )
  }
  const interruption = new Interruption(host)
  let summary: Summary
  try {
    summary = await read(paths, options, host, interruption.signal, (path, error) =>
      unreadable.push(troubleLine(path, error)),
    )
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    if (unreadable.length === 0) unreadable.push(troubleLine(paths.length === 1 ? paths[0] : undefined, error))
    return complainAll(unreadable, host)
  } finally {
    interruption.release()
  }
  await show(summary, options, host)
  const status = await verdict(summary, unreadable, options, host)
  return interruption.status(summary.capture.complete) ?? status
}

/** Says what went wrong on standard error. @returns The exit status of a summary. */
async function verdict(
  summary: Summary,
  unreadable: readonly string[],
  options: SummarizeOptions,
  host: Host,
): Promise<number> {
  for (const line of unreadable) await complain(host, line)
  const damaged = summary.findings.filter(({ code }) => code === 'CAPTURE_DAMAGED')
  for (const { observed } of damaged) await complain(host, observed)
  if (unreadable.length > 0 || damaged.length > 0) return TROUBLE
  return summary.findings.some(({ severity }) => isAtLeast(severity, options.failOn)) ? FOUND : DONE
}

async function complainAll(lines: readonly string[], host: Host): Promise<number> {
  for (const line of lines) await complain(host, line)
  return TROUBLE
}

async function read(
  paths: string[],
  options: SummarizeOptions,
  host: Host,
  signal: AbortSignal,
  onUnreadable: (path: string, error: CaptureError) => void,
): Promise<Summary> {
  const summarizeFiles = await host.summarizer()
  const progress = options.progress && host.stderr.isTTY ? await startProgress(host) : undefined
  const settings: SummarizeFilesOptions = { ...settingsOf(options), signal, onUnreadable }
  // A budget of memory is for one thread.
  const threads = options.threads ?? (options.memory === undefined ? undefined : 1)
  if (threads !== undefined) settings.threads = threads
  if (options.mergeByTime !== undefined) settings.mergeByTime = options.mergeByTime
  if (options.memory !== undefined) settings.mergeBytes = mergeBytesFor(options.memory)
  if (progress !== undefined) settings.onProgress = progress.update
  try {
    return await summarizeFiles(paths, settings)
  } finally {
    progress?.stop()
  }
}

/** What the summary itself is asked for. */
function settingsOf(
  options: SummarizeOptions,
): Pick<SummarizeFilesOptions, keyof Selection | 'rows' | 'ports' | 'underlayMtu' | 'limits'> {
  return {
    rows: rows(options),
    ...(options.port !== undefined && { ports: options.port }),
    ...selectionOf(options),
    ...(options.underlayMtu !== undefined && { underlayMtu: options.underlayMtu }),
    ...(options.memory !== undefined && { limits: limitsFor(options.memory) }),
  }
}

/** Parts one summary from the next where there is no screen to clear. */
const RULE = `${'─'.repeat(40)}\n`

/** Prints a summary anew each time there is more of the capture, until Ctrl-C. */
async function follow(given: string[], options: SummarizeOptions, host: Host): Promise<number> {
  const [path] = given
  if (path === undefined || given.length > 1 || path === STDIN) {
    throw new UsageError(
      '--follow takes one capture file, not several and not standard input, which is summarized when it ends',
    )
  }
  if (options.sarif) throw new UsageError('--follow prints text or --json, not --sarif')
  const followFile = await host.follower()
  const interruption = new Interruption(host)
  let last: Summary | undefined
  let shown = ''
  try {
    await followFile(path, {
      ...settingsOf(options),
      signal: interruption.signal,
      async onSummary(summary) {
        const { stdout } = host
        const text = options.json ? `${JSON.stringify(summary)}\n` : await textOf(summary, options, host)
        if (text !== shown) {
          if (options.json) await printJson(host, text)
          else if (stdout.isTTY) await print(host, text, { color: isColored(options, host), clear: true })
          else await print(host, (shown === '' ? '' : RULE) + text, { color: isColored(options, host) })
        }
        shown = text
        last = summary
      },
      onRestart: () => complain(host, `${path}: was replaced or made shorter; reading it anew`),
    })
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    return complainAll([troubleLine(path, error)], host)
  } finally {
    interruption.release()
  }
  const status = last === undefined ? DONE : await verdict(last, [], options, host)
  return interruption.status(true) ?? status
}

/** Text needs the rows that `--top` prints, however few `--rows` keeps for JSON. */
function rows({ json, rows, top }: SummarizeOptions): number {
  return json ? rows : Math.max(rows, top)
}

async function startProgress(host: Host) {
  const { createProgress } = await import('../progress.ts')
  return createProgress(host.stderr as unknown as NodeJS.WritableStream)
}

async function show(summary: Summary, options: SummarizeOptions, host: Host): Promise<void> {
  if (options.sarif) return printJson(host, formatSarif(summary, host.version))
  if (options.json) return writeJson(summary, (chunk) => printJson(host, chunk))
  return print(host, await textOf(summary, options, host), { color: isColored(options, host) })
}

function isColored({ color }: SummarizeOptions, { stdout, env }: Host): boolean {
  return useColor(color, env, stdout.isTTY === true)
}

/** Characters that are one column wide wherever they are shown: ASCII, and those that the report uses itself. */
const ONE_COLUMN = /^[ -~→←µ×≤–…█-▏]*$/

/** Rows of which every character is one column wide need no cli-table3: loading and starting it takes longer than a small capture. */
async function textOf(summary: Summary, options: SummarizeOptions, host: Host): Promise<string> {
  const { stdout } = host
  const color = isColored(options, host)
  const width = stdout.isTTY && stdout.columns ? { width: stdout.columns } : {}
  const format = (draw: DrawTable): string => formatText(summary, { color, top: options.top, draw, ...width })
  let isSimple = true
  const text = format((head, rows, aligns) => {
    isSimple &&= [head, ...rows].every((row) => row.every((cell) => ONE_COLUMN.test(cell)))
    return drawPlain(head, rows, aligns)
  })
  if (isSimple) return text
  const { drawInTerminal } = await import('../table.ts')
  return format(drawInTerminal)
}
