/** `vxpcap summarize`: captures in, report or JSON out, and the exit status that the contract promises. */
import { CaptureError } from '../../capture/errors.ts'
import { toAscii } from '../../report/ascii.ts'
import { writeJson } from '../../report/json.ts'
import { formatSarif } from '../../report/sarif.ts'
import { formatText, SECTION_NAMES, type SectionName } from '../../report/text.ts'
import { troubleLine } from '../../report/trouble.ts'
import type { Summary } from '../../summary.ts'
import { type FailOn, UsageError } from '../arguments.ts'
import { DONE, TROUBLE } from '../exit-status.ts'
import { complain, type Host, print, printJson } from '../host.ts'
import { checkStandardInput, STDIN } from '../inputs.ts'
import { Interruption } from '../interruption.ts'
import { type ReadingOptions, readCaptures, settingsOf, verdict } from '../reading.ts'
import { drawn, type ScreenOptions, screenOf } from '../screen.ts'

/** The options as the command line gives them. */
export interface SummarizeOptions extends ReadingOptions, ScreenOptions {
  json?: boolean | undefined
  sarif?: boolean | undefined
  top: number
  rows: number
  failOn: FailOn
  follow?: boolean | undefined
  only?: SectionName[] | undefined
}

/** Runs the command. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function summarize(given: string[], options: SummarizeOptions, host: Host): Promise<number> {
  checkStandardInput(given, host, 'summarize')
  if (options.json && options.sarif) throw new UsageError('--json and --sarif are two formats; give one of them')
  if (options.only && (options.json || options.sarif)) {
    throw new UsageError('--only chooses sections of the text; leave it out, or --json and --sarif')
  }
  checkStates(options)
  if (options.follow) return follow(given, options, host)
  const reading = await readCaptures('summarize', given, options, rows(options), host)
  if (typeof reading === 'number') return reading
  const { summary, unreadable, interruption } = reading
  await show(summary, options, host, reading.share)
  const status = await verdict(summary, unreadable, options.failOn, host)
  return interruption.status(summary.capture.complete) ?? status
}

/** Refuses what has no state. @throws UsageError. */
function checkStates({ save, resume, follow, mergeByTime }: SummarizeOptions): void {
  const state = save === undefined ? (resume === undefined ? null : '--resume') : '--save'
  if (state === null) return
  if (save === STDIN || resume === STDIN)
    throw new UsageError(`${state} '-': a state is a file; name one, such as point.vxp`)
  if (follow) throw new UsageError(`${state} is for captures that have an end; leave out --follow`)
  if (mergeByTime) throw new UsageError(`${state} goes on from one capture to the next; leave out --merge-by-time`)
}

/** Parts one summary from the next where there is no screen to clear. */
const RULE = '─'.repeat(40)

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
      ...settingsOf(options, rows(options)),
      signal: interruption.signal,
      async onSummary(summary) {
        const { stdout } = host
        const text = options.json ? `${JSON.stringify(summary)}\n` : await textOf(summary, options, host)
        if (text !== shown) {
          if (options.json) await printJson(host, text)
          else if (stdout.isTTY) await print(host, text, { color: screenOf(options, host).color, clear: true })
          else {
            const { color, ascii } = screenOf(options, host)
            const rule = shown === '' ? '' : `${ascii ? toAscii(RULE) : RULE}\n`
            await print(host, rule + text, { color })
          }
        }
        shown = text
        last = summary
      },
      onRestart: () => complain(host, `${path}: was replaced or made shorter; reading it anew`),
    })
  } catch (error) {
    // Stopped before it began: there is nothing to show.
    if (interruption.signal.aborted && error === interruption.signal.reason) return interruption.status(true) ?? DONE
    if (!(error instanceof CaptureError)) throw error
    await complain(host, troubleLine(path, error))
    return interruption.status(true) ?? TROUBLE
  } finally {
    interruption.release()
  }
  const status = last === undefined ? DONE : await verdict(last, [], options.failOn, host)
  return interruption.status(true) ?? status
}

/** Text needs the rows that `--top` prints, however few `--rows` keeps for JSON. */
function rows({ json, rows, top }: SummarizeOptions): number {
  return json ? rows : Math.max(rows, top)
}

async function show(summary: Summary, options: SummarizeOptions, host: Host, share?: number): Promise<void> {
  if (options.sarif) return printJson(host, formatSarif(summary, host.version))
  if (options.json) return writeJson(summary, (chunk) => printJson(host, chunk))
  return print(host, await textOf(summary, options, host, share), { color: screenOf(options, host).color })
}

function textOf(summary: Summary, options: SummarizeOptions, host: Host, share?: number): Promise<string> {
  const { top, only = SECTION_NAMES } = options
  const screen = screenOf(options, host)
  return drawn((draw) => formatText(summary, { ...screen, top, only, draw, ...(share !== undefined && { share }) }))
}
