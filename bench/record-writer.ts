/** Capture file framing for the generator, by hand like its frames: classic pcap and pcapng, microseconds, little-endian. */

/** Writes what surrounds the frames of one format. */
export interface RecordWriter {
  /** Bytes before a frame. */
  readonly headerLength: number
  /** Writes the file's beginning at offset 0. @returns Its length. */
  header(view: DataView, snapLength: number): number
  /** Completes the record at `at`, whose frame is already in place. @returns The record's length. */
  record(
    view: DataView,
    at: number,
    seconds: number,
    nanoseconds: number,
    capturedLength: number,
    wireLength: number,
  ): number
}

const ETHERNET = 1
const USUAL_SNAP_LENGTH = 262_144
const TWO_32 = 0x1_0000_0000

const pcap: RecordWriter = {
  headerLength: 16,
  header(view, snapLength) {
    view.setUint32(0, 0xa1b2_c3d4, true)
    view.setUint16(4, 2, true)
    view.setUint16(6, 4, true)
    view.setUint32(8, 0, true)
    view.setUint32(12, 0, true)
    view.setUint32(16, snapLength || USUAL_SNAP_LENGTH, true)
    view.setUint32(20, ETHERNET, true)
    return 24
  },
  record(view, at, seconds, nanoseconds, capturedLength, wireLength) {
    view.setUint32(at, seconds, true)
    view.setUint32(at + 4, Math.floor(nanoseconds / 1000), true)
    view.setUint32(at + 8, capturedLength, true)
    view.setUint32(at + 12, wireLength, true)
    return 16 + capturedLength
  },
}

const pcapng: RecordWriter = {
  headerLength: 28,
  header(view, snapLength) {
    view.setUint32(0, 0x0a0d_0d0a, true)
    view.setUint32(4, 28, true)
    view.setUint32(8, 0x1a2b_3c4d, true)
    view.setUint16(12, 1, true)
    view.setUint16(14, 0, true)
    view.setUint32(16, 0xffff_ffff, true)
    view.setUint32(20, 0xffff_ffff, true)
    view.setUint32(24, 28, true)
    view.setUint32(28, 1, true)
    view.setUint32(32, 20, true)
    view.setUint32(36, ETHERNET, true)
    view.setUint32(40, snapLength || USUAL_SNAP_LENGTH, true)
    view.setUint32(44, 20, true)
    return 48
  },
  record(view, at, seconds, nanoseconds, capturedLength, wireLength) {
    const padded = (capturedLength + 3) & ~3
    const length = 28 + padded + 4
    const ticks = seconds * 1_000_000 + Math.floor(nanoseconds / 1000)
    view.setUint32(at, 6, true)
    view.setUint32(at + 4, length, true)
    view.setUint32(at + 8, 0, true)
    view.setUint32(at + 12, Math.floor(ticks / TWO_32), true)
    view.setUint32(at + 16, ticks % TWO_32, true)
    view.setUint32(at + 20, capturedLength, true)
    view.setUint32(at + 24, wireLength, true)
    for (let pad = capturedLength; pad < padded; pad++) view.setUint8(at + 28 + pad, 0)
    view.setUint32(at + 28 + padded, length, true)
    return length
  },
}

/** The writer of a format. */
export function recordWriter(format: 'pcap' | 'pcapng'): RecordWriter {
  return format === 'pcap' ? pcap : pcapng
}
