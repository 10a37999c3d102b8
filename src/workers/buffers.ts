/** What a worker thread is told at its start and asked then, and the buffers that go with it. */
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

/** Every buffer of a batch, so that it moves to the other thread instead of being copied. */
export function buffersOf({ bytes, readings }: Batch): ArrayBuffer[] {
  return [bytes, ...Object.values(readings)].map((view) => view.buffer as ArrayBuffer)
}
