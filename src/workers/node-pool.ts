/** Worker threads that read and judge: the only place that starts threads. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { StatefulAnalyzersState } from '../analyzers/stateful/stateful-analyzers.ts'
import type { Batch } from '../batch.ts'
import type { AnalyzerRequest, AnalyzerThread, EventBatch } from '../event-queue.ts'
import type { BatchReaders } from '../pipeline.ts'
import type { AnalyzerMessage, ReadRequest, ThreadOptions } from './messages.ts'

/** One thread, and who waits for its answers, oldest first. */
class Thread<Request, Answer> {
  readonly #worker: Worker
  readonly #waiting: { resolve(answer: Answer): void; reject(error: unknown): void }[] = []
  /** Why the thread ended, if it failed: nobody may be waiting when it does. */
  #failure: { error: unknown } | null = null

  /** @throws Error where it cannot be started, as far as that is known at once. */
  constructor(name: string, options: ThreadOptions) {
    const file = fileOf(name)
    if (file === null) throw new Error(`the file of the thread ${name} is not there`)
    this.#worker = new Worker(file, { workerData: options })
    this.#worker.on('message', (answer: Answer) => this.#waiting.shift()?.resolve(answer))
    this.#worker.on('error', (error) => {
      this.#failure = { error }
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    })
  }

  /** Answers that are still to come from it. */
  get pending(): number {
    return this.#waiting.length
  }

  ask(request: Request): Promise<Answer> {
    if (this.#failure !== null) return Promise.reject(this.#failure.error)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(request)
    })
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** Threads that read batches of packets; a batch goes to the one with the fewest answers to come. */
export class ReadThreads implements BatchReaders {
  readonly #threads: Thread<ReadRequest, Batch>[]

  constructor(
    readonly size: number,
    options: ThreadOptions,
  ) {
    this.#threads = Array.from({ length: size }, () => new Thread('node-read', options))
  }

  /** Reads a batch. It is not to be touched until the answer has come. */
  read(request: ReadRequest): Promise<Batch> {
    return this.#threads.reduce((least, next) => (next.pending < least.pending ? next : least)).ask(request)
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()))
  }
}

/** The thread of the stateful analyzers. */
export class NodeAnalyzerThread implements AnalyzerThread {
  readonly #thread: Thread<AnalyzerMessage, unknown>

  constructor(options: ThreadOptions) {
    this.#thread = new Thread('node-analyze', options)
  }

  /** Judges a batch. It is not to be touched until the answer has come. */
  async analyze(request: AnalyzerRequest): Promise<EventBatch> {
    return (await this.#thread.ask(request)) as EventBatch
  }

  /** What the stateful analyzers have come to. What is judged after that is of another capture. */
  async finish(): Promise<StatefulAnalyzersState> {
    return (await this.#thread.ask('finish')) as StatefulAnalyzersState
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#thread.end()
  }
}

/** Threads at work for one summary. */
export interface StartedThreads {
  analyzer: NodeAnalyzerThread
  /** Absent where there is no third thread. */
  readers?: ReadThreads
  /** Ends all of them. */
  close(): Promise<void>
}

/**
 * Starts threads beside this one: the first runs the stateful analyzers, any further one reads packets ahead.
 * @param beside - How many, 1 or more.
 * @returns `null` where none can be started: in a bundle, which holds one file, or where Node is not permitted to. The result is the
 * same without them.
 */
export function startThreads(beside: number, options: ThreadOptions): StartedThreads | null {
  const started: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    await Promise.all(started.map((thread) => thread.close()))
  }
  try {
    const analyzer = new NodeAnalyzerThread(options)
    started.push(analyzer)
    if (beside === 1) return { analyzer, close }
    const readers = new ReadThreads(beside - 1, options)
    started.push(readers)
    return { analyzer, readers, close }
  } catch {
    void close()
    return null
  }
}

/**
 * The file with which a thread or a process begins. The build may put this module beside the workers' folder or into it.
 * @returns `null` where the file is at neither place, or nothing says where this module is (a CommonJS bundle).
 */
export function fileOf(name: string): URL | null {
  const here: string | undefined = import.meta.url
  for (const path of [`./${name}.js`, `./workers/${name}.js`]) {
    if (!URL.canParse(path, here)) continue
    const url = new URL(path, here)
    if (url.protocol === 'file:' && existsSync(url)) return url
  }
  return null
}
