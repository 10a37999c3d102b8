/** What the commands of a fleet take. */

import type { Shard } from '../../fleet/fleet-run.ts'
import { parseShard } from '../../fleet/shard.ts'
import { listed } from '../../report/words.ts'
import { type FailOn, UsageError } from '../arguments.ts'
import type { Host } from '../host.ts'
import type { Wanted } from '../progress.ts'
import type { ScreenOptions } from '../screen.ts'
import type { SelectionOptions } from '../selection.ts'

/** What a fleet can be told to do. */
export const ACTIONS = ['run', 'merge', 'status', 'worker'] as const
export type Action = (typeof ACTIONS)[number]

/** What reads the points: processes of this machine, or workers on many that share Redis and a folder. */
export const ENGINES = ['local', 'bullmq'] as const
export type Engine = (typeof ENGINES)[number]

/** The options as the command line gives them. */
export interface FleetOptions extends SelectionOptions, ScreenOptions, Wanted {
  json?: boolean | undefined
  workers?: number | undefined
  engine?: Engine | undefined
  redis?: string | undefined
  out?: string | undefined
  resume?: boolean | undefined
  shard?: string | undefined
  points?: string | undefined
  top: number
  rows: number
  failOn: FailOn
  port?: number[] | undefined
  underlayMtu?: number | undefined
  memory?: number | undefined
}

const COUNTING = ['vni', 'vtep', 'ip', 'mac', 'from', 'to', 'port', 'underlayMtu', 'memory'] as const
const RUN_ONLY = ['engine', 'out', 'resume', 'shard', ...COUNTING] as const

/** Options that an action does not take. */
const OTHERS: Readonly<Record<Action, readonly (keyof FleetOptions)[]>> = {
  run: [],
  merge: [...RUN_ONLY, 'workers', 'redis'],
  status: [...RUN_ONLY, 'workers', 'redis', 'points'],
  worker: [...RUN_ONLY, 'points', 'json'],
}

/** Refuses options that are of another action. @throws UsageError. */
export function checkAction(action: Action, options: FleetOptions): void {
  const other = OTHERS[action].find((name) => options[name] !== undefined)
  if (other !== undefined) {
    const flag = `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    const takers = ACTIONS.filter((each) => !OTHERS[each].includes(other))
    throw new UsageError(`fleet ${action} has no option '${flag}': it is of fleet ${listed(takers)}`)
  }
  if (action !== 'run') return
  if (options.engine === 'bullmq' && options.redis === undefined) {
    throw new UsageError('--engine bullmq needs --redis, such as --redis redis://127.0.0.1:6379')
  }
  const unused = options.engine === 'bullmq' ? 'workers' : 'redis'
  if (options[unused] === undefined) return
  throw new UsageError(
    unused === 'redis'
      ? '--redis is of --engine bullmq'
      : '--workers is of --engine local; with bullmq it is an option of fleet worker',
  )
}

/** The part of the points that is to be read; `null` for all of them. @throws UsageError. */
export function shardOf({ shard, out }: FleetOptions, host: Host): Shard | null {
  if (shard === undefined) return null
  try {
    const part = parseShard(shard, host.env)
    if (out === undefined) throw new RangeError('a part is read into a folder that all parts share; name it with --out')
    return part
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--shard '${shard}': ${error.message}`)
    throw error
  }
}
