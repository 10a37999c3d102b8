/** What a worker thread is told at its start and asked then. */
import type { Batch } from '../batch.ts'

/** What every thread knows. */
export interface ReaderOptions {
  /** VXLAN destination ports beside the known ones. */
  furtherPorts: readonly number[]
}

/** One batch to read; the answer is the batch. */
export interface ReadRequest {
  batch: Batch
  /** Index of the capture file. */
  file: number
}
