/** What each side's captures say alone: files, times, drops and findings, as `summarize` has them. */
import { CaptureError } from '../capture/errors.ts'
import type { Place } from '../comparison.ts'
import { Summarizer } from '../pipeline.ts'
import type { Summary } from '../summary.ts'
import type { CompareInput, CompareOptions } from './options.ts'

/** A side's summary, and which of its captures could be read. */
export interface Alone {
  summary: Summary
  inputs: CompareInput[]
  /** Whether reading was stopped before its end. */
  isStopped: boolean
  /** Why the first one could not be read that could not; `null` where all could. */
  error: CaptureError | null
}

/** Summarizes a side, capture by capture in the order given, so that packet numbers run on. */
export async function summarizeAlone(
  side: Place,
  inputs: readonly CompareInput[],
  options: CompareOptions,
  onBytes: (bytes: number) => void,
): Promise<Alone> {
  const { signal, onUnreadable, sameClock, findings, rows, listed, window, onPacket, onProgress, ...rest } = options
  const summarizer = new Summarizer({ ...rest, rows: 0 })
  const readable: CompareInput[] = []
  let error: CaptureError | null = null
  const isStopped = (): boolean => signal?.aborted === true
  for (const input of inputs) {
    if (isStopped()) break
    let read = 0
    const onProgress = (bytes: number): void => {
      onBytes(bytes - read)
      read = bytes
    }
    try {
      const source = await input.open()
      await summarizer.read(input.name, source, { onProgress, ...(signal !== undefined && { signal }) })
      readable.push(input)
    } catch (caught) {
      // What fails when it is stopped need not be unreadable.
      if (isStopped()) break
      if (!(caught instanceof CaptureError)) throw caught
      error ??= caught
      onUnreadable?.(side, input, caught)
    }
  }
  if (isStopped()) summarizer.stop()
  return { summary: summarizer.summary(), inputs: readable, isStopped: isStopped(), error }
}
