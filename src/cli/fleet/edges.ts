/** What the commands of a fleet need of Node, and the fleet itself: loaded with the other edges. */
import { mkdtemp } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

export { isFolder } from '../../capture/files/node-paths.ts'
export { FleetMerge, parsePoints } from '../../fleet/index.ts'
export { fail } from '../../fleet/node-point-job.ts'
export { pointsIn } from '../../fleet/node-points.ts'
export { documentAt, FleetStore, textAt } from '../../fleet/node-store.ts'
export { readPoints } from '../../workers/node-point-pool.ts'

/** Cores of this machine. */
export const cores = availableParallelism

/** A new folder for a run that keeps nothing. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'vxpcap-fleet-'))
}
