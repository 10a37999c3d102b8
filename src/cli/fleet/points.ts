/** `points.json`: which VTEPs are at which point, as the user says it. */
import { CaptureError } from '../../capture/errors.ts'
import type { PointVteps } from '../../fleet/points-file.ts'
import type { Host } from '../host.ts'
import type { FleetOptions } from './options.ts'

type Edges = Awaited<ReturnType<Host['fleet']>>

/** The file that is named, or the one in the folder that is given alone. @throws CaptureError. */
export async function pointsFile(given: readonly string[], options: FleetOptions, edges: Edges): Promise<PointVteps> {
  const named = options.points
  const path = named ?? (given.length === 1 ? `${given[0]}/points.json` : null)
  const text = path === null ? null : await edges.textAt(path)
  if (text === null || path === null) {
    if (named !== undefined) throw new CaptureError('unreadable', `${named}: does not exist; check the path`)
    return new Map()
  }
  try {
    return edges.parsePoints(text)
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error
    throw new CaptureError('unreadable', `${path}: ${error.message}`, null, { cause: error })
  }
}
