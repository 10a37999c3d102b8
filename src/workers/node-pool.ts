/** Worker threads that read packets: the only place that starts threads. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Batch } from '../batch.ts'
import type { ReaderOptions, ReadRequest } from './messages.ts'

/** One thread and the answers it owes, oldest first. */
interface Thread {
  worker: Worker
  waiting: { resolve(batch: Batch): void; reject(error: unknown): void }[]
}

/** A fixed number of threads; requests go to the one that owes least. */
export class WorkerPool {
  readonly #threads: Thread[]

  constructor(threads: number, options: ReaderOptions) {
    this.#threads = Array.from({ length: threads }, () => start(options))
  }

  /** Threads of the pool. */
  get size(): number {
    return this.#threads.length
  }

  /** Reads a batch on some thread. It is not to be touched until the answer has come. */
  read(request: ReadRequest): Promise<Batch> {
    const thread = this.#threads.reduce((least, next) => (next.waiting.length < least.waiting.length ? next : least))
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject })
      thread.worker.postMessage(request)
    })
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }
}

function start(options: ReaderOptions): Thread {
  const thread: Thread = { worker: new Worker(workerFile(), { workerData: options }), waiting: [] }
  thread.worker.on('message', (batch: Batch) => thread.waiting.shift()?.resolve(batch))
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
