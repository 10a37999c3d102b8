/** `vxpcap fleet`: many capture points of one fabric. */
import { UsageError } from '../arguments.ts'
import { fleetMerge } from '../fleet/merge.ts'
import { ACTIONS, type Action, checkAction, type FleetOptions } from '../fleet/options.ts'
import { fleetRun } from '../fleet/run.ts'
import { fleetStatus } from '../fleet/status.ts'
import { fleetWorker } from '../fleet/worker.ts'
import type { Host } from '../host.ts'

const WORK: Readonly<Record<Action, (given: string[], options: FleetOptions, host: Host) => Promise<number>>> = {
  run: fleetRun,
  merge: fleetMerge,
  status: fleetStatus,
  worker: fleetWorker,
}

/** Runs the command. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function fleet(asked: string, given: string[], options: FleetOptions, host: Host): Promise<number> {
  const action = ACTIONS.find((name) => name === asked)
  if (action === undefined) throw new UsageError(`fleet '${asked}': there are ${ACTIONS.join(', ')}`)
  checkAction(action, options)
  return WORK[action](given, options, host)
}
