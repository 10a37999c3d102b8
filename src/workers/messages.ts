/** What worker threads are told at their start and asked then. */
import type { Limits } from '../analyzers/tables/limits.ts'
import type { Batch } from '../batch.ts'
import type { AnalyzerRequest } from '../event-queue.ts'

/** What every thread knows. */
export interface ThreadOptions {
  /** VXLAN destination ports beside the known ones. */
  furtherPorts: readonly number[]
  limits: Limits
}

/** One batch of packets to read; the answer is the batch. */
export interface ReadRequest {
  batch: Batch
  /** Index of the capture file. */
  file: number
}

/** Events to judge, the answer to which is their batch, or `'finish'`: the answer is what the stateful analyzers have come to. */
export type AnalyzerMessage = AnalyzerRequest | 'finish'
