/** The worker thread that judges: events and the rows they name come in batches, and what the judges have come to goes back at the end. */
import { parentPort, workerData } from 'node:worker_threads'
import { EventLog } from '../analyzers/events/event-log.ts'
import { Judges } from '../analyzers/stateful/stateful-analyzers.ts'
import { Keys } from '../analyzers/tables/keys.ts'
import type { JudgeMessage, ThreadOptions } from './messages.ts'

const { limits } = workerData as ThreadOptions
let { keys, judges } = begin()

parentPort?.on('message', (message: JudgeMessage) => {
  if (message === 'finish') {
    const state = judges.save()
    parentPort?.postMessage(state, [...buffersOf(state)])
    ;({ keys, judges } = begin())
    return
  }
  const { batch } = message
  keys.append(message.keys)
  judges.take(new EventLog(batch.events), 0, batch.count)
  parentPort?.postMessage(batch)
})

function begin(): { keys: Keys; judges: Judges } {
  // A copy of the tables; nothing is counted here.
  const keys = new Keys(limits)
  return { keys, judges: new Judges(keys, limits) }
}

/** Every buffer in plain objects and arrays: what is saved is handed over, not copied. */
function* buffersOf(value: unknown): Generator<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) yield value.buffer
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) yield* buffersOf(part)
  }
}
