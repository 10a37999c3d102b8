/** Runs a program and says how long it took and how much memory it had. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** How to start a program. */
export interface Command {
  program: string
  args: readonly string[]
  /** Seconds after which it is ended and counts as too slow; forever unless told otherwise. */
  timeout?: number
  /** Whether its standard output is wanted; otherwise it goes to /dev/null. */
  keepOutput?: boolean
}

/** How a run ended. */
export interface Timing {
  status: number | null
  seconds: number
  /** Processor time up to a hundredth of a second before the end; `null` where /proc does not tell. */
  cpuSeconds: number | null
  /** Most memory resident at a time in bytes; `null` where /proc does not tell. */
  peakBytes: number | null
  output: string
  errors: string
  timedOut: boolean
}

/** Milliseconds between looks at the memory of a running program. */
const WATCH_MS = 10
const MOST_ERRORS = 4096

const NOTHING: Readonly<Timing> = {
  status: null,
  seconds: 0,
  cpuSeconds: null,
  peakBytes: null,
  output: '',
  errors: '',
  timedOut: false,
}

/** Runs a program to its end. It never rejects: what went wrong is in the result. */
export function time({ program, args, timeout, keepOutput = false }: Command): Promise<Timing> {
  return new Promise((resolve) => {
    const nowhere = keepOutput ? null : openSync('/dev/null', 'w')
    const timing: Timing = { ...NOTHING }
    const begin = process.hrtime.bigint()
    const child = spawn(program, args, { stdio: ['ignore', nowhere ?? 'pipe', 'pipe'] })
    const watch = setInterval(() => {
      if (child.pid !== undefined) watchProcess(child.pid, timing)
    }, WATCH_MS)
    const deadline =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            timing.timedOut = true
            child.kill('SIGKILL')
          }, timeout * 1000)
    const end = (): void => {
      timing.seconds = Number(process.hrtime.bigint() - begin) / 1e9
      clearInterval(watch)
      clearTimeout(deadline)
      if (nowhere !== null) closeSync(nowhere)
      resolve(timing)
    }
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      timing.output += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (timing.errors.length < MOST_ERRORS) timing.errors += text
    })
    child.on('error', (error) => {
      timing.errors = error.message
      end()
    })
    child.on('close', (status) => {
      timing.status = status
      end()
    })
  })
}

/** Clock ticks of /proc per second: 100 on every Linux that Node runs on. */
const TICKS = 100

/** Reads a running process's resident high-water mark and processor time (proc(5): VmHWM, utime and stime). */
function watchProcess(pid: number, timing: Timing): void {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    if (kilobytes !== undefined) timing.peakBytes = Number(kilobytes) * 1024
    // The second field, the program's name, may hold blanks and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    if (ticks > 0) timing.cpuSeconds = ticks / TICKS
  } catch {
    // It has just ended, or this is no Linux.
  }
}
