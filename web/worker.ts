/** Runs in a worker, so that the page stays at hand while captures are read. */
import { version } from '../package.json'
import type { FromWorker, Progress, Tasks, ToWorker } from './messages.ts'
import { type Watch, Work } from './work.ts'

/** The global scope of a worker, as far as it is used. */
interface Scope {
  onmessage: (event: { data: ToWorker }) => void
  postMessage: (message: FromWorker) => void
}

/** Milliseconds between two words about progress. */
const TELL_MS = 100

const scope = globalThis as unknown as Scope
const work = new Work(version)
const underWay = new Map<number, AbortController>()

scope.onmessage = ({ data }) => {
  if (data.task === 'stop') underWay.get(data.id)?.abort()
  else void take(data)
}

async function take(message: Exclude<ToWorker, { task: 'stop' }>): Promise<void> {
  const { id } = message
  const stop = new AbortController()
  underWay.set(id, stop)
  let told = Number.NEGATIVE_INFINITY
  const onProgress = (progress: Progress): void => {
    const now = performance.now()
    if (now - told < TELL_MS) return
    told = now
    scope.postMessage({ id, progress })
  }
  try {
    scope.postMessage({ id, answer: await answerTo(message, { signal: stop.signal, onProgress }) })
  } catch (error) {
    const isStop = stop.signal.aborted && error === stop.signal.reason
    scope.postMessage({ id, error: { message: error instanceof Error ? error.message : String(error), isStop } })
  } finally {
    underWay.delete(id)
  }
}

function answerTo(
  message: Exclude<ToWorker, { task: 'stop' }>,
  watch: Watch<Progress>,
): Tasks[keyof Tasks]['answer'] | Promise<Tasks[keyof Tasks]['answer']> {
  switch (message.task) {
    case 'look':
      return work.look(message.asked.inputs)
    case 'read':
      return work.read(message.asked.inputs, message.asked.settings, watch)
    case 'page':
      return work.page()
    case 'compare':
      return work.compare(message.asked.ends, message.asked.settings, watch)
    case 'comparison':
      return work.comparison()
    case 'packet':
      return work.packet(message.asked.packet, watch, message.asked.side)
    case 'json':
      return work.json()
    case 'report':
      return work.report()
  }
}
