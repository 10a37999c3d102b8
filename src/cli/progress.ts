/** A progress bar on standard error for work that takes a while; the only user of cli-progress. */
import type { SingleBar } from 'cli-progress'
import { bytes, duration } from '../report/number.ts'
import { isAsciiLocale } from './arguments.ts'
import type { Host } from './host.ts'

/** Shows how far the reading is. */
export interface Progress {
  /** Takes bytes read so far, and in all where that is known. Cheap: most calls do nothing. */
  update: (read: number, total: number | null) => void
  /** Clears the line. Later updates show nothing. */
  stop: () => void
}

/** The options about it as the command line gives them. */
export interface Wanted {
  progress: boolean
  /** Nothing on standard error but what went wrong. */
  quiet?: boolean | undefined
}

/** Work shorter than this shows no bar. */
const DELAY_MS = 500
const KNOWN = '{bar} {percentage}%  {read} of {size}, {rate}/s, {left} left'
const UNKNOWN = '{read} read, {rate}/s'

/** A bar on standard error, where that is a terminal and nobody has asked for silence. */
export function progressOn({ stderr, env }: Host, { progress, quiet }: Wanted): Progress | undefined {
  if (!progress || quiet || !stderr.isTTY) return undefined
  return createProgress(stderr as unknown as NodeJS.WritableStream, { ascii: isAsciiLocale(env) })
}

/** A bar on `stream`, a terminal. Nothing is loaded or drawn before the work has taken half a second. */
export function createProgress(
  stream: NodeJS.WritableStream,
  options: { delayMs?: number; now?: () => number; ascii?: boolean } = {},
): Progress {
  const delay = options.delayMs ?? DELAY_MS
  const now = options.now ?? Date.now
  const begun = now()
  let bar: SingleBar | undefined
  let loading = false
  let stopped = false

  function figures(read: number, total: number | null) {
    const elapsed = now() - begun
    const rate = elapsed > 0 ? Math.round((read * 1000) / elapsed) : 0
    const left = rate > 0 && total !== null ? duration(Math.max(0, total - read) / rate) : 'unknown time'
    return { read: bytes(read), size: bytes(total ?? 0), rate: bytes(rate), left }
  }

  async function show(read: number, total: number | null): Promise<void> {
    loading = true
    const { default: cliProgress } = await import('cli-progress')
    if (stopped) return
    bar = new cliProgress.SingleBar({
      stream,
      format: total === null ? UNKNOWN : KNOWN,
      barCompleteChar: options.ascii ? '#' : '█',
      barIncompleteChar: options.ascii ? '.' : '░',
      barsize: 30,
      clearOnComplete: true,
      // What is switched off here would stay off when a signal ends the program.
      hideCursor: false,
      linewrap: true,
      gracefulExit: false,
    })
    bar.start(total ?? 1, reached(read, total), figures(read, total))
  }

  return {
    update(read, total) {
      if (stopped || now() - begun < delay) return
      if (!loading) void show(read, total)
      bar?.update(reached(read, total), figures(read, total))
    },
    stop() {
      stopped = true
      bar?.stop()
    },
  }
}

/** Where the bar stands; a file that grows does not push it over its end. */
function reached(read: number, total: number | null): number {
  return total === null ? 0 : Math.min(read, total)
}
