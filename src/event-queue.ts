/** Events on their way to the thread of the stateful analyzers: counting goes on here meanwhile, and the order stays. */
import { type EventLog, type EventSink, STRIDE } from './analyzers/events/event-log.ts'
import type { StatefulAnalyzersState } from './analyzers/stateful/stateful-analyzers.ts'
import type { Keys } from './analyzers/tables/keys.ts'

/** Events in shared memory, one behind the other. */
export interface EventBatch {
  count: number
  events: Int32Array
}

/** Events to judge. */
export interface AnalyzerRequest {
  batch: EventBatch
  /** Keys of the rows that are new since the last request, by table. */
  keys: Int32Array[]
}

/** Judges what it is handed, in that order. */
export interface AnalyzerThread {
  /** Judges a batch, and gives it back. */
  analyze(request: AnalyzerRequest): Promise<EventBatch>
  /** What the stateful analyzers have come to; what follows is of another capture. */
  finish(): Promise<StatefulAnalyzersState>
  /** Ends the thread, which gives its memory back; called when it has finished. */
  close?(): Promise<void>
}

/** Events of a batch: 0.7 MB. */
const BATCH = 4_096
/** Batches that may wait when more packets are read. */
const MOST_WAITING = 4

/** Hands events to a thread. */
export class EventQueue implements EventSink {
  #batch: EventBatch
  /** Rows of each table that the thread knows. */
  #known: number[] = []
  readonly #underWay: Promise<EventBatch>[] = []
  /** Batches that can be filled again. */
  readonly #spent: EventBatch[] = []

  /**
   * @param keys - Tables whose rows the events name.
   * @param size - Events of a batch.
   */
  constructor(
    private readonly thread: AnalyzerThread,
    private readonly keys: Keys,
    private readonly size = BATCH,
  ) {
    this.#batch = this.#empty()
  }

  /** Takes copies, and sends a batch whenever one is full; call {@link flush} every few of them. */
  take(log: EventLog, from: number, to: number): void {
    let next = from
    while (next < to) {
      const batch = this.#batch
      const end = Math.min(to, next + this.size - batch.count)
      batch.events.set(log.i32.subarray(next * STRIDE, end * STRIDE), batch.count * STRIDE)
      batch.count += end - next
      next = end
      if (batch.count === this.size) this.#send()
    }
  }

  /** Waits until few batches are under way. */
  async flush(most = MOST_WAITING): Promise<void> {
    while (this.#underWay.length > most) this.#spent.push(await this.#underWay.shift()!)
  }

  /** Sends what is left. @returns What the stateful analyzers have come to. */
  async finish(): Promise<StatefulAnalyzersState> {
    this.#send()
    await this.flush(0)
    this.#spent.length = 0
    const state = await this.thread.finish()
    await this.thread.close?.()
    return state
  }

  #send(): void {
    const keys = this.keys.keysFrom(this.#known)
    this.#known = this.keys.tables.map((table) => table.count)
    const answer = this.thread.analyze({ batch: this.#batch, keys })
    // Whoever flushes is told of a failure; until then nobody waits for it.
    answer.catch(() => {})
    this.#underWay.push(answer)
    this.#batch = this.#spent.pop() ?? this.#empty()
    this.#batch.count = 0
  }

  #empty(): EventBatch {
    return { count: 0, events: new Int32Array(new SharedArrayBuffer(this.size * STRIDE * 4)) }
  }
}
