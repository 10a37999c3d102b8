/** The file header of classic pcap: 24 bytes (draft-ietf-opsawg-pcap §4). */
import { MAX_RECORD_LENGTH, USUAL_MAX_CAPTURED } from '../bounds.ts'

/** File header magic of microsecond timestamps, read in the file's byte order. */
export const MAGIC_MICROSECONDS = 0xa1b2c3d4
/** File header magic of nanosecond timestamps. */
export const MAGIC_NANOSECONDS = 0xa1b23c4d
/** File header magic of the modified format (A. Kuznetzov): microseconds, 24-byte record headers. */
export const MAGIC_MODIFIED = 0xa1b2cd34
/** Bytes of the file header. */
export const FILE_HEADER_LENGTH = 24

/** Seconds of a day: more than any time zone is away from UTC. */
const DAY = 86_400

/** Whether the four bytes at `at` are a pcap magic. @returns `'little'` or `'big'`, `null` when they are none. */
export function pcapByteOrder(view: DataView, at: number): 'little' | 'big' | null {
  const little = view.getUint32(at, true)
  if (little === MAGIC_MICROSECONDS || little === MAGIC_NANOSECONDS || little === MAGIC_MODIFIED) return 'little'
  const big = view.getUint32(at, false)
  if (big === MAGIC_MICROSECONDS || big === MAGIC_NANOSECONDS || big === MAGIC_MODIFIED) return 'big'
  return null
}

/**
 * Whether a file header lies at `at`, where a record is due: a magic, version 2.0 to 2.4, and time zone and accuracy as everybody
 * writes them. As a record it would be one without bytes, in one certain microsecond of one certain second.
 * @param view - Holds 16 bytes, as a record header has, from `at` on.
 */
export function isFileHeader(view: DataView, at: number): boolean {
  const byteOrder = pcapByteOrder(view, at)
  if (byteOrder === null) return false
  const littleEndian = byteOrder === 'little'
  if (view.getUint16(at + 4, littleEndian) !== 2 || view.getUint16(at + 6, littleEndian) > 4) return false
  return Math.abs(view.getInt32(at + 8, littleEndian)) <= DAY && view.getUint32(at + 12, littleEndian) === 0
}

/** Most captured bytes that a record may claim, by what the file declares as its snap length (0 = unlimited). */
export function maxCaptured(snapLength: number): number {
  if (snapLength === 0 || snapLength > MAX_RECORD_LENGTH) return MAX_RECORD_LENGTH
  return Math.max(snapLength, USUAL_MAX_CAPTURED)
}
