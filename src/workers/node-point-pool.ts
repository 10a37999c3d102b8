/** Worker processes that read capture points side by side: the only place that starts processes. */
import { type ChildProcess, fork } from 'node:child_process'
import { CaptureError } from '../capture/errors.ts'
import { MOST_ATTEMPTS, type PointJob, type PointOutcome, type PointSettings } from '../fleet/fleet-run.ts'
import { fail } from '../fleet/node-point-job.ts'
import type { FleetStore } from '../fleet/node-store.ts'
import type { PointMessage } from './point-messages.ts'

/** How points are read. */
export interface PoolOptions {
  /** Processes side by side. */
  workers: number
  /** Ends all of them, at once. */
  signal: AbortSignal
  /** Bytes of a point's captures read so far. */
  onBytes?: (name: string, bytes: number) => void
}

/**
 * Reads points side by side, in processes of their own. One that dies is started again, and its point goes on from its last state; a point
 * at which that happens {@link MOST_ATTEMPTS} times without a file more being read has failed.
 * @returns How each ended, by name.
 * @throws Error where no process can be started, CaptureError `unwritable` where the folder of the run takes nothing. The signal's reason, once it has come.
 */
export async function readPoints(
  jobs: readonly PointJob[],
  settings: PointSettings,
  store: FleetStore,
  options: PoolOptions,
): Promise<Map<string, PointOutcome>> {
  // Statically it would be a file more for every start.
  const { fileOf } = await import('./node-pool.ts')
  const file = fileOf('node-point')
  if (file === null) throw new Error('the file of the worker node-point is not there')
  const waiting = [...jobs]
  const outcomes = new Map<string, PointOutcome>()
  const slots = Array.from(
    { length: Math.min(options.workers, jobs.length) },
    () => new Slot(file, settings, store, options),
  )
  const stop = (): void => {
    for (const slot of slots) slot.end()
  }
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.all(
      slots.map(async (slot) => {
        for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
          options.signal.throwIfAborted()
          outcomes.set(job.name, await slot.read(job))
        }
      }),
    )
  } finally {
    options.signal.removeEventListener('abort', stop)
    stop()
    await Promise.all(slots.map((slot) => slot.gone()))
  }
  options.signal.throwIfAborted()
  return outcomes
}

/** Place of one process at a time. */
class Slot {
  #child: ChildProcess | null = null
  #isEnded = false
  readonly #alive = new Set<Promise<void>>()

  constructor(
    private readonly file: URL,
    private readonly settings: PointSettings,
    private readonly store: FleetStore,
    private readonly options: PoolOptions,
  ) {}

  /** Reads a point to its end, whatever happens to the process. */
  async read(job: PointJob): Promise<PointOutcome> {
    let attempts = 0
    let most = 0
    for (;;) {
      const { outcome, files } = await this.#attempt(job)
      if (outcome !== null) return outcome
      this.options.signal.throwIfAborted()
      if (this.#isEnded) throw new Error('the run has ended')
      attempts = files > most ? 1 : attempts + 1
      most = Math.max(most, files)
      if (attempts < MOST_ATTEMPTS) continue
      return fail(job, this.store, [], `what read it died, ${MOST_ATTEMPTS} times at the same place`)
    }
  }

  /** Ends the process, at once: what it has not saved is read again. */
  end(): void {
    this.#isEnded = true
    this.#child?.kill('SIGKILL')
  }

  /** Waits until no process of it is left. */
  async gone(): Promise<void> {
    await Promise.all(this.#alive)
  }

  #attempt(job: PointJob): Promise<{ outcome: PointOutcome | null; files: number }> {
    return new Promise((resolve, reject) => {
      let files = 0
      if (this.#isEnded) return resolve({ outcome: null, files })
      const child = this.#child ?? this.#start()
      this.#child = child
      const done = (): void => {
        child.off('message', onMessage)
        child.off('exit', onExit)
        child.off('error', onError)
      }
      const onMessage = (message: PointMessage): void => {
        if ('bytes' in message) this.options.onBytes?.(job.name, message.bytes)
        else if ('files' in message) files = Math.max(files, message.files)
        else {
          done()
          if ('error' in message) reject(new CaptureError('unwritable', message.error))
          else resolve({ outcome: message.outcome, files })
        }
      }
      const onExit = (): void => {
        done()
        this.#child = null
        resolve({ outcome: null, files })
      }
      const onError = (error: Error): void => {
        // Of a process that has died meanwhile its end is told anyway.
        if (child.pid !== undefined) return
        done()
        this.#child = null
        reject(error)
      }
      child.on('message', onMessage)
      child.on('exit', onExit)
      child.on('error', onError)
      child.send({ job, settings: this.settings, folder: this.store.folder }, (error) => {
        // Its end is told.
        if (error !== null) child.kill('SIGKILL')
      })
    })
  }

  #start(): ChildProcess {
    const child = fork(this.file, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] })
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', () => child.pid === undefined && resolve())
    })
    // Between two points nobody else listens.
    child.once('exit', () => {
      if (this.#child === child) this.#child = null
    })
    this.#alive.add(gone)
    void gone.then(() => this.#alive.delete(gone))
    return child
  }
}
