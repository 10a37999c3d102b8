/**
 * The worker thread of the stateful analyzers: events and the rows they name come in batches, and what they have come to goes back at
 * the end.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { EventLog } from '../analyzers/events/event-log.ts'
import { StatefulAnalyzers } from '../analyzers/stateful/stateful-analyzers.ts'
import { Keys } from '../analyzers/tables/keys.ts'
import type { AnalyzerMessage, ThreadOptions } from './messages.ts'

const { limits } = workerData as ThreadOptions
let { keys, stateful } = begin()

parentPort?.on('message', (message: AnalyzerMessage) => {
  if (message === 'finish') {
    const state = stateful.save()
    parentPort?.postMessage(state, [...buffersOf(state)])
    ;({ keys, stateful } = begin())
    return
  }
  const { batch } = message
  keys.append(message.keys)
  stateful.take(new EventLog(batch.events), 0, batch.count)
  parentPort?.postMessage(batch)
})

function begin(): { keys: Keys; stateful: StatefulAnalyzers } {
  // A copy of the tables; nothing is counted here.
  const keys = new Keys(limits)
  return { keys, stateful: new StatefulAnalyzers(keys, limits) }
}

/** Every buffer in plain objects and arrays: what is saved is handed over, not copied. */
function* buffersOf(value: unknown): Generator<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) yield value.buffer
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) yield* buffersOf(part)
  }
}
