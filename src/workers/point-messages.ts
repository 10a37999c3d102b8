/** What a process that reads points and the one that has started it say to each other. */
import type { PointJob, PointOutcome, PointSettings } from '../fleet/fleet-run.ts'

/** A point to be read. */
export interface PointRequest {
  job: PointJob
  settings: PointSettings
  /** The folder of the run. */
  folder: string
}

/** How far it is, how it ended, or what went wrong that is no fault of the captures. */
export type PointMessage = { bytes: number } | { files: number } | { outcome: PointOutcome } | { error: string }
