/** What a worker thread is asked, and what it answers. */
import type { AnalysisState } from '../analyzers/analysis.ts'
import type { FilterOptions } from '../analyzers/filter.ts'
import type { Limits } from '../analyzers/limits.ts'
import type { Batch } from '../batch.ts'

/** How every part of one capture is analyzed. */
export interface PartOptions {
  filter: FilterOptions
  limits: Partial<Limits>
  /** VXLAN destination ports beside the known ones. */
  furtherPorts: readonly number[]
}

/** One part to analyze. */
export interface PartRequest {
  batch: Batch
  /** Index of the capture file. */
  file: number
  /** The packet number that counts as 1. */
  firstNumber: number
}

/** What the part says, and its batch back. */
export interface PartAnswer {
  state: AnalysisState
  batch: Batch
}

/** Every buffer in a message, so that it moves to the other thread instead of being copied. */
export function buffersOf(message: unknown, found: ArrayBuffer[] = []): ArrayBuffer[] {
  if (ArrayBuffer.isView(message)) {
    if (message.buffer instanceof ArrayBuffer && !found.includes(message.buffer)) found.push(message.buffer)
  } else if (typeof message === 'object' && message !== null) {
    for (const value of Object.values(message)) buffersOf(value, found)
  }
  return found
}
