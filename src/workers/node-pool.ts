/** Worker threads that read and judge: the only place that starts threads. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { JudgesState } from '../analyzers/judges.ts'
import type { Batch } from '../batch.ts'
import type { EventBatch, JudgeRequest, JudgeThread } from '../judge-convoy.ts'
import type { BatchReaders } from '../pipeline.ts'
import type { JudgeMessage, ReadRequest, ThreadOptions } from './messages.ts'

/** One thread, and who waits for its answers, oldest first. */
class Thread<Request, Answer> {
  readonly #worker: Worker
  readonly #waiting: { resolve(answer: Answer): void; reject(error: unknown): void }[] = []
  /** Why the thread ended, if it failed: nobody may be waiting when it does. */
  #failure: { error: unknown } | null = null

  constructor(name: string, options: ThreadOptions) {
    this.#worker = new Worker(fileOf(name), { workerData: options })
    this.#worker.on('message', (answer: Answer) => this.#waiting.shift()?.resolve(answer))
    this.#worker.on('error', (error) => {
      this.#failure = { error }
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    })
  }

  /** Answers that it owes. */
  get owed(): number {
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

/** Threads that read batches of packets; a batch goes to the one that owes least. */
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
    return this.#threads.reduce((least, next) => (next.owed < least.owed ? next : least)).ask(request)
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()))
  }
}

/** The thread that judges. */
export class NodeJudgeThread implements JudgeThread {
  readonly #thread: Thread<JudgeMessage, unknown>

  constructor(options: ThreadOptions) {
    this.#thread = new Thread('node-judge', options)
  }

  /** Judges a batch. It is not to be touched until the answer has come. */
  async judge(request: JudgeRequest): Promise<EventBatch> {
    return (await this.#thread.ask(request)) as EventBatch
  }

  /** What the judges have come to. What is judged after that is of another capture. */
  async finish(): Promise<JudgesState> {
    return (await this.#thread.ask('finish')) as JudgesState
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#thread.end()
  }
}

/** The bundler may put this module beside the worker's folder or into it. */
function fileOf(name: string): URL {
  const beside = new URL(`./${name}.js`, import.meta.url)
  return existsSync(beside) ? beside : new URL(`./workers/${name}.js`, import.meta.url)
}
