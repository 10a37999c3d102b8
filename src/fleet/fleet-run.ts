/** What a run over the points of a fleet is made of: jobs, what is counted in each, and how they ended. Plain objects: they travel. */
import type { SummarizeOptions } from '../pipeline.ts'

/** Files of a point at most: a rotation each minute for two years. */
export const MOST_POINT_FILES = 1_048_576
/** How often a point is begun again, without a file more finished in between, after what read it had died. */
export const MOST_ATTEMPTS = 3

/** One capture point to be read. */
export interface PointJob {
  /** Name of the point. */
  name: string
  /** Folder of its captures. */
  folder: string
  /** Names of its captures in that folder, in order. */
  files: string[]
  /** Addresses of its VTEPs, as `points.json` has them. */
  vteps: string[] | null
  /** Why it cannot be read, where that is known before. */
  failed: string | null
}

/** What is counted at every point. */
export interface PointSettings extends Omit<SummarizeOptions, 'rows' | 'analyzers'> {
  /** Rows of each table; `null` for all, which JSON can say. */
  rows: number | null
}

/** How a job ended. */
export interface PointOutcome {
  /** Why the point could not be read; `null` for one that was. */
  failed: string | null
  /** What was wrong with single captures of it, a line each. */
  troubles: string[]
}

/** What is told of a point under way. */
export interface PointNews {
  /** Bytes of its captures read so far, those of before it was begun again included. */
  onBytes?(bytes: number): void
  /** A file more is in the state. */
  onFile?(files: number): void
}

/** A part of the points: `index` from 0, of `count`. */
export interface Shard {
  /** Which part. */
  index: number
  /** How many parts there are. */
  count: number
}

/** The points of one part: every so manieth, so that parts are alike. */
export function shareOf<Point>(points: readonly Point[], { index, count }: Shard): Point[] {
  return points.filter((_, at) => at % count === index)
}
