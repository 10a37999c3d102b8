/// <reference lib="dom" />
/** The page's side of its worker: a task is a call, which can be watched and stopped. */
import type { FromWorker, Progress, Tasks, ToWorker } from './messages.ts'

/** The program of the worker, as one text: the build puts it in. */
declare const WORKER_PROGRAM: string

interface Call {
  resolve: (answer: never) => void
  reject: (error: Error) => void
  onProgress: (progress: Progress) => void
}

/** Thrown by a call that was stopped, or whose worker was dismissed. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** A worker with the captures of one analysis. */
export class Analyst {
  readonly #worker: Worker
  readonly #address: string
  readonly #calls = new Map<number, Call>()
  #nextId = 1

  constructor() {
    // Of a text and not of a file: so it has the Content-Security-Policy of the page, whatever serves the page, and may connect to nothing.
    this.#address = URL.createObjectURL(new Blob([WORKER_PROGRAM], { type: 'text/javascript' }))
    this.#worker = new Worker(this.#address)
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#take(data)
    this.#worker.onerror = (event) => {
      event.preventDefault()
      this.#end(new Error(`the analysis has failed (${event.message ?? 'no reason was given'}); please report it`))
    }
  }

  /** Asks for something. @param signal - Stops a `read` or a `packet`; a `read` answers all the same. */
  call<Name extends keyof Tasks>(
    task: Name,
    asked: Tasks[Name]['asked'],
    { signal, onProgress = () => {} }: { signal?: AbortSignal; onProgress?: (progress: Progress) => void } = {},
  ): Promise<Tasks[Name]['answer']> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject, onProgress })
      this.#post({ id, task, asked } as ToWorker)
      signal?.addEventListener('abort', () => this.#post({ id, task: 'stop' }), { once: true })
    })
  }

  /** Ends the worker, whatever it is at. */
  dismiss(): void {
    this.#worker.terminate()
    URL.revokeObjectURL(this.#address)
    this.#end(new Stopped())
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #take(message: FromWorker): void {
    const call = this.#calls.get(message.id)
    if (call === undefined) return
    if ('progress' in message) {
      call.onProgress(message.progress)
      return
    }
    this.#calls.delete(message.id)
    if ('answer' in message) call.resolve(message.answer as never)
    else call.reject(message.error.isStop ? new Stopped() : new Error(message.error.message))
  }

  #end(error: Error): void {
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
  }
}
