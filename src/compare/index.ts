/** Two captures of the same traffic, compared: what was lost, duplicated, reordered, altered or delayed between them. */
import type { Comparison } from '../comparison.ts'
import { type Alone, summarizeAlone } from './alone.ts'
import { compareSides } from './compare.ts'
import { type CompareInput, type CompareOptions, checkCompare } from './options.ts'

export type { CompareInput, CompareOptions, Fate, PacketFate } from './options.ts'

/**
 * Compares captures of the same traffic that were made at two places.
 *
 * ```ts
 * const side = (name: string, bytes: Uint8Array) => [{ name, open: async () => bytesSource(bytes) }]
 * const { directions } = await compareCaptures(side('near.pcap', near), side('far.pcap', far))
 * ```
 * @param near - Captures of one side, in order; packets are numbered through them, from 1. Each is opened more than once.
 * @param far - Captures of the other side.
 * @throws CaptureError when not one capture of either side has a readable file header; one without is told to `onUnreadable`.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type.
 * @throws the signal's reason, an AbortError unless told otherwise, where it had come before anything was read. Later it ends the reading:
 * the document is that of what was read until then, and says so (`complete` of either side).
 */
export async function compareCaptures(
  near: readonly CompareInput[],
  far: readonly CompareInput[],
  options: CompareOptions = {},
): Promise<Comparison> {
  checkCompare(near, far, options)
  options.signal?.throwIfAborted()
  let read = 0
  const onBytes = (bytes: number): void => {
    read += bytes
    options.onProgress?.(read, null)
  }
  const alone: { near: Alone; far: Alone } = {
    near: await summarizeAlone('near', near, options, onBytes),
    far: await summarizeAlone('far', far, options, onBytes),
  }
  const isRead = ({ summary }: Alone): boolean => summary.capture.files.length > 0
  if (!isRead(alone.near) && !isRead(alone.far)) {
    options.signal?.throwIfAborted()
    throw alone.near.error ?? alone.far.error
  }
  return compareSides(alone, options, onBytes)
}
