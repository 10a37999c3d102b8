/** `vxpcap summarize`: captures in, report or JSON out, and the exit status that the contract promises. */
import { CaptureError } from '../../capture/errors.ts'
import type { Summary } from '../../summary.ts'
import { type ColorMode, type FailOn, isAtLeast, UsageError, useColor } from '../arguments.ts'
import { DONE, FOUND, TROUBLE } from '../exit-status.ts'
import { complain, type Host, type SummarizeFilesOptions, write } from '../host.ts'

/** The options as the command line gives them. */
export interface SummarizeOptions {
  json?: boolean | undefined
  sarif?: boolean | undefined
  top: number
  rows: number
  vni?: number[] | undefined
  vtep?: string[] | undefined
  port?: number[] | undefined
  underlayMtu?: number | undefined
  failOn: FailOn
  threads?: number | undefined
  progress: boolean
  color: ColorMode
}

const STDIN = '-'

/** Runs the command. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function summarize(paths: string[], options: SummarizeOptions, host: Host): Promise<number> {
  checkStandardInput(paths, host)
  if (options.json && options.sarif) throw new UsageError('--json and --sarif are two formats; give one of them')
  const unreadable: string[] = []
  let summary: Summary
  try {
    summary = await read(paths, options, host, (path, error) => unreadable.push(unreadableLine(path, error)))
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    if (unreadable.length === 0) unreadable.push(unreadableLine(paths.length === 1 ? paths[0] : undefined, error))
    for (const line of unreadable) await complain(host, line)
    return TROUBLE
  }
  await print(summary, options, host)
  for (const line of unreadable) await complain(host, line)
  const damaged = summary.findings.filter(({ code }) => code === 'CAPTURE_DAMAGED')
  for (const { observed } of damaged) await complain(host, observed)
  if (unreadable.length > 0 || damaged.length > 0) return TROUBLE
  return summary.findings.some(({ severity }) => isAtLeast(severity, options.failOn)) ? FOUND : DONE
}

function checkStandardInput(paths: string[], host: Host): void {
  const times = paths.filter((path) => path === STDIN).length
  if (times > 1) throw new UsageError("'-' is given more than once; standard input can be read only once")
  if (times === 1 && host.stdinIsTerminal) {
    throw new UsageError("'-' reads standard input, which is a terminal; try: tcpdump -U -w - | vxpcap summarize -")
  }
}

async function read(
  paths: string[],
  options: SummarizeOptions,
  host: Host,
  onUnreadable: (path: string, error: CaptureError) => void,
): Promise<Summary> {
  const summarizeFiles = await host.summarizer()
  const progress = options.progress && host.stderr.isTTY ? await startProgress(host) : undefined
  const interrupted = new AbortController()
  // Only a stream that never ends by itself is worth a summary so far; on files Ctrl-C ends the program as ever.
  const release = paths.includes(STDIN) ? host.onInterrupt(() => interrupted.abort()) : undefined
  const settings: SummarizeFilesOptions = { signal: interrupted.signal, onUnreadable, rows: rows(options) }
  if (options.port !== undefined) settings.ports = options.port
  if (options.vni !== undefined) settings.vnis = options.vni
  if (options.vtep !== undefined) settings.vteps = options.vtep
  if (options.underlayMtu !== undefined) settings.underlayMtu = options.underlayMtu
  if (options.threads !== undefined) settings.threads = options.threads
  if (progress !== undefined) settings.onProgress = progress.update
  try {
    return await summarizeFiles(paths, settings)
  } finally {
    progress?.stop()
    release?.()
  }
}

/** Text needs the rows that `--top` prints, however few `--rows` keeps for JSON. */
function rows({ json, rows, top }: SummarizeOptions): number {
  return json ? rows : Math.max(rows, top)
}

async function startProgress(host: Host) {
  const { createProgress } = await import('../progress.ts')
  return createProgress(host.stderr as unknown as NodeJS.WritableStream)
}

async function print(summary: Summary, options: SummarizeOptions, host: Host): Promise<void> {
  const { stdout, env } = host
  if (options.sarif) {
    const { formatSarif } = await import('../../report/sarif.ts')
    return write(stdout, formatSarif(summary, host.version))
  }
  if (options.json) {
    const { writeJson } = await import('../../report/json.ts')
    return writeJson(summary, (chunk) => write(stdout, chunk))
  }
  const [{ formatText }, { drawInTerminal }] = await Promise.all([
    import('../../report/text.ts'),
    import('../table.ts'),
  ])
  const color = useColor(options.color, env, stdout.isTTY === true)
  const width = stdout.isTTY && stdout.columns ? { width: stdout.columns } : {}
  return write(stdout, formatText(summary, { color, top: options.top, draw: drawInTerminal, ...width }))
}

/** The file, what is wrong and the way out; the offset too, unless the message has it already. */
function unreadableLine(path: string | undefined, { message, offset }: CaptureError): string {
  const name = path === STDIN ? 'standard input: ' : path === undefined ? '' : `${path}: `
  const where = offset === null || message.includes('offset') ? '' : ` (offset ${offset})`
  return name + message + where
}
