/** Ctrl-C and its kin: the first one ends the work at hand in good order, a second one the program. */
import { STOPPED, type StopSignal } from './exit-status.ts'
import type { Host } from './host.ts'

/** Milliseconds that whoever reads our output is given to take the rest, once a signal has come. */
const GRACE_MS = 500

/** Listens while there is work that can be stopped. */
export class Interruption {
  /** The signal that came. */
  by: StopSignal | null = null
  private readonly controller = new AbortController()
  /** Ends the listening: what comes now ends the program. */
  readonly release: () => void

  constructor(host: Host) {
    this.release = host.onInterrupt((signal) => {
      this.by = signal
      this.controller.abort()
    })
  }

  /** Ends reading and waiting. */
  get signal(): AbortSignal {
    return this.controller.signal
  }

  /**
   * Waits for output to be taken, after a signal no longer than {@link GRACE_MS}.
   * @returns Whether it was taken.
   * @throws what the writing throws.
   */
  async isTaken(written: Promise<void>): Promise<boolean> {
    const { signal } = this
    let timer: ReturnType<typeof setTimeout> | undefined
    let hurry = (): void => {}
    const late = new Promise<boolean>((resolve) => {
      hurry = () => {
        timer = setTimeout(resolve, GRACE_MS, false)
      }
      if (signal.aborted) hurry()
      else signal.addEventListener('abort', hurry, { once: true })
    })
    try {
      return await Promise.race([written.then(() => true), late])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', hurry)
    }
  }

  /**
   * The exit status of work that was stopped.
   * @param isUsual - Whether Ctrl-C is how such work ends: a stream that never ends by itself.
   * @returns `null` when nothing was stopped.
   */
  status(isUsual: boolean): number | null {
    if (this.by === null || (this.by === 'SIGINT' && isUsual)) return null
    return STOPPED[this.by]
  }
}
