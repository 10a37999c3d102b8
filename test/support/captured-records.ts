/** The records of a capture file as an array, for tests that compare bytes. */
import { readFileSync } from 'node:fs'
import { CaptureError } from '../../src/capture/errors.ts'
import { CaptureReader } from '../../src/capture/reader.ts'

/** One record, copied out. */
export interface CapturedRecord {
  number: number
  /** The captured bytes. */
  bytes: Uint8Array
  /** Bytes on the wire, without frame check sequence where the file says that there is one. */
  wireLength: number
  linkType: number
}

/**
 * All records of a capture file that can be read.
 * @returns `undefined` for a file without a readable header.
 */
export function capturedRecords(path: string): CapturedRecord[] | undefined {
  const file = readFileSync(path)
  const reader = new CaptureReader()
  const records: CapturedRecord[] = []
  let position = 0
  try {
    while (!reader.done) {
      while (reader.next()) {
        const { number, at, capturedLength, wireLength, linkType, fcsLength } = reader.packet
        records.push({
          number,
          bytes: new Uint8Array(reader.view.buffer, reader.view.byteOffset + at, capturedLength).slice(),
          wireLength: Math.max(0, wireLength - fcsLength),
          linkType,
        })
      }
      if (reader.done) break
      const room = reader.room()
      const piece = file.subarray(position, position + room.length)
      room.set(piece)
      position += piece.length
      if (piece.length > 0) reader.advance(piece.length)
      else reader.finish()
    }
  } catch (error) {
    if (error instanceof CaptureError) return undefined
    throw error
  }
  return records
}
