/** Which part of the points is one's own: as it is told, or as the scheduler that has started the program tells it. */
import type { Shard } from './fleet-run.ts'

/** Parts that there can be. */
export const MOST_SHARDS = 100_000

type Variables = Readonly<Record<string, string | undefined>>

/** A scheduler's variables: the number of this task, the first number there can be, and how many tasks there are. */
interface Scheduler {
  name: string
  index: string
  first: (env: Variables) => number
  /** `undefined` where it does not say. */
  count: (env: Variables) => string | undefined
}

/** In the order in which they are asked: a cluster's job may run GNU parallel inside. */
const SCHEDULERS: readonly Scheduler[] = [
  { name: 'GNU parallel', index: 'PARALLEL_SEQ', first: () => 1, count: () => undefined },
  {
    name: 'Kubernetes',
    index: 'JOB_COMPLETION_INDEX',
    first: () => 0,
    count: (env) => env.JOB_COMPLETION_COUNT,
  },
  {
    name: 'Slurm',
    index: 'SLURM_ARRAY_TASK_ID',
    first: (env) => Number(env.SLURM_ARRAY_TASK_MIN ?? 0),
    count: (env) => env.SLURM_ARRAY_TASK_COUNT,
  },
  {
    name: 'AWS Batch',
    index: 'AWS_BATCH_JOB_ARRAY_INDEX',
    first: () => 0,
    count: (env) => env.AWS_BATCH_JOB_ARRAY_SIZE,
  },
  { name: 'Google Batch', index: 'BATCH_TASK_INDEX', first: () => 0, count: (env) => env.BATCH_TASK_COUNT },
]

/**
 * A part as it is written: `2/8` is the second of eight; `/8` is one of eight, `auto` one of as many as the scheduler says, of which its
 * environment variables tell the number.
 * @throws RangeError whose message says what is expected, or which variable is missing.
 */
export function parseShard(text: string, env: Variables): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text)
  if (match !== null) return checked(text, Number(match[1]) - 1, Number(match[2]))
  const part = /^\/(\d{1,6})$/.exec(text)
  if (text !== 'auto' && part === null) {
    throw new RangeError(`expected a part such as 2/8 (from 1/8 to 8/8), or /8 or auto where a scheduler says which`)
  }
  const scheduler = SCHEDULERS.find(({ index }) => env[index] !== undefined && env[index] !== '')
  if (scheduler === undefined) {
    const names = SCHEDULERS.map(({ index }) => index).join(', ')
    throw new RangeError(`no scheduler says which part this is: there is none of ${names}; name it, such as 2/8`)
  }
  const number = numberIn(env, scheduler.index, text)
  const count = part === null ? scheduler.count(env) : part[1]
  if (count === undefined) {
    throw new RangeError(
      `${scheduler.name} does not say how many parts there are; give their number, such as --shard /8`,
    )
  }
  return checked(`${text} (${scheduler.index}=${env[scheduler.index]})`, number - scheduler.first(env), Number(count))
}

function numberIn(env: Variables, name: string, text: string): number {
  const value = env[name] ?? ''
  if (!/^\d{1,9}$/.test(value)) throw new RangeError(`${text}: ${name} is no number: ${JSON.stringify(value)}`)
  return Number(value)
}

function checked(text: string, index: number, count: number): Shard {
  if (!(count >= 1 && count <= MOST_SHARDS)) {
    throw new RangeError(`${text}: there are 1 to ${MOST_SHARDS} parts, not ${count}`)
  }
  if (!(index >= 0 && index < count)) {
    throw new RangeError(
      `${text}: there is no part ${index + 1} of ${count}; parts are 1 to ${count}, and a scheduler's own number is read by --shard /${count}`,
    )
  }
  return { index, count }
}
