/** What a file is by its first bytes: enough to know whether it is worth leaving what is shown for it. */
import { CaptureError } from '../src/capture/errors.ts'
import { blobSource } from '../src/capture/files/web-blob.ts'
import { CaptureReader, refill } from '../src/capture/reader.ts'

/** Bytes of the window: headers are short. */
const WINDOW_LENGTH = 4096

/** Reads the header of a capture and no further. @returns Why it is none; `null` for one that can be read. */
export async function look(blob: Blob): Promise<CaptureError | null> {
  const source = blobSource(blob)
  try {
    const reader = new CaptureReader({ windowLength: WINDOW_LENGTH })
    while (!reader.done && !reader.headerRead) {
      if (reader.next()) break
      await refill(reader, source)
    }
    return null
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    return error
  } finally {
    await source.close?.()
  }
}
