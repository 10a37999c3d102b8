/** Worker threads that analyze parts of a capture: the only place that starts threads. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { buffersOf, type PartAnswer, type PartOptions, type PartRequest } from './part.ts'

/** One thread and the answers it owes, oldest first. */
interface Thread {
  worker: Worker
  waiting: { resolve(answer: PartAnswer): void; reject(error: unknown): void }[]
}

/** A fixed number of threads; requests go to the one that owes least. */
export class WorkerPool {
  readonly #threads: Thread[]

  constructor(threads: number, options: PartOptions) {
    this.#threads = Array.from({ length: threads }, () => start(options))
  }

  /** Threads of the pool. */
  get size(): number {
    return this.#threads.length
  }

  /** Analyzes a part on some thread. The batch's buffers are gone until the answer brings them back. */
  analyze(request: PartRequest): Promise<PartAnswer> {
    const thread = this.#threads.reduce((least, next) => (next.waiting.length < least.waiting.length ? next : least))
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject })
      thread.worker.postMessage(request, buffersOf(request))
    })
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }
}

function start(options: PartOptions): Thread {
  const thread: Thread = { worker: new Worker(workerFile(), { workerData: options }), waiting: [] }
  thread.worker.on('message', (answer: PartAnswer) => thread.waiting.shift()?.resolve(answer))
  thread.worker.on('error', (error) => {
    for (const { reject } of thread.waiting.splice(0)) reject(error)
  })
  return thread
}

/** The bundler may put this module beside the worker's folder or into it. */
function workerFile(): URL {
  const beside = new URL('./node-worker.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('./workers/node-worker.js', import.meta.url)
}
