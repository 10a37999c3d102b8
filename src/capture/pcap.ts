/**
 * Classic pcap: a 24-byte file header, then records of 16 bytes (24 in the modified format) and the captured bytes
 * (draft-ietf-opsawg-pcap). Every magic, both byte orders.
 */
import type { PacketInfo } from '../packet.ts'
import { MAX_RECORD_LENGTH, USUAL_MAX_CAPTURED } from './bounds.ts'
import { CaptureError } from './errors.ts'
import type { CaptureInterface } from './interface.ts'
import { Step, type Window } from './window.ts'

/** File header magic of microsecond timestamps, read in the file's byte order. */
export const MAGIC_MICROSECONDS = 0xa1b2c3d4
/** File header magic of nanosecond timestamps. */
export const MAGIC_NANOSECONDS = 0xa1b23c4d
/** File header magic of the modified format (A. Kuznetzov): microseconds, 24-byte record headers. */
const MAGIC_MODIFIED = 0xa1b2cd34
/** Bytes of the file header. */
export const FILE_HEADER_LENGTH = 24
/** Bytes of a record header. */
export const RECORD_HEADER_LENGTH = 16
/** Bytes of a record header of the modified format: interface index, protocol and packet type follow the usual fields. */
const MODIFIED_RECORD_HEADER_LENGTH = 24

const BILLION = 1_000_000_000
const MILLION = 1_000_000
/** Seconds of a day: more than any time zone is away from UTC. */
const DAY = 86_400
/** The upper half of every magic in the file's own byte order, and the lower half of one in the other. */
const MAGIC_START = 0xa1b2
const SWAPPED_MAGIC = 0xb2a1
/** What pcapng begins with, in either byte order. */
const PCAPNG_SECTION = 0x0a0d0d0a
/** File headers that differ in one chain of appended files. */
const MOST_HEADERS = 256

/** Records of zeros after which reading rests. */
const REST_AFTER = 1 << 18

/** In which order a record holds its two lengths: original length first up to version 2.2 and in 543.0 (DG/UX), unsure in 2.3. */
const Lengths = { CapturedFirst: 0, OriginalFirst: 1, SmallerIsCaptured: 2 } as const

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
 * @param view - Holds {@link RECORD_HEADER_LENGTH} bytes from `at` on.
 */
export function isFileHeader(view: DataView, at: number): boolean {
  const byteOrder = pcapByteOrder(view, at)
  if (byteOrder === null) return false
  const littleEndian = byteOrder === 'little'
  if (view.getUint16(at + 4, littleEndian) !== 2 || view.getUint16(at + 6, littleEndian) > 4) return false
  return Math.abs(view.getInt32(at + 8, littleEndian)) <= DAY && view.getUint32(at + 12, littleEndian) === 0
}

/** Steps over the records of one classic pcap file, and of those appended to it: each begins with a file header of its own. */
export class PcapRecords {
  readonly format = 'pcap' as const
  /** One for each kind of file header: link type, snap length, resolution. */
  readonly interfaces: CaptureInterface[] = []
  packets = 0
  nextNumber: number
  /** Where the options of the packet begin and end: classic pcap has none. */
  optionsAt = 0
  optionsEnd = 0
  /** Number of the first packet whose fraction of a second was in nanoseconds under the microsecond magic, 0 when there is none. */
  damagedTimeAt = 0
  /** Captures that were appended to the first one: how many, packets before the second file header, and its offset. */
  appended = 0
  packetsOfFirst = 0
  appendedAt = 0
  littleEndian = true
  private readonly window: Window
  private readonly packet: PacketInfo
  private headerLength = RECORD_HEADER_LENGTH
  /** Nanoseconds in one unit of the fraction. */
  private unit = 1000
  private lengths: number = Lengths.CapturedFirst
  private maxCaptured = 0
  /** Whether the last step ended without a packet only so that whoever reads can look up: there are more. */
  isResting = false
  /** Records of zeros that were stepped over, which are packets only where something follows them. */
  private zeros = 0

  /**
   * Reads the file header at the window's position and steps over it.
   * @param window - Holds at least {@link FILE_HEADER_LENGTH} bytes that begin with a pcap magic.
   * @throws CaptureError `unsupported` for version 1 and older.
   */
  constructor(window: Window, packet: PacketInfo, littleEndian: boolean, firstNumber: number) {
    const { view, position: at } = window
    const major = view.getUint16(at + 4, littleEndian)
    if (major < 2) {
      const minor = view.getUint16(at + 6, littleEndian)
      throw new CaptureError(
        'unsupported',
        `pcap version ${major}.${minor} at offset 4 is older than any documented version; convert the file with the tool that wrote it`,
        4,
      )
    }
    this.window = window
    this.packet = packet
    this.nextNumber = firstNumber
    this.open(littleEndian)
  }

  /** Bytes of records of zeros that were stepped over and are not counted yet, if ever. */
  get bytesUncounted(): number {
    return this.zeros * this.headerLength
  }

  /** Steps onto the next packet. */
  step(): Step {
    const { window } = this
    while (true) {
      const at = window.position
      const there = window.end - at
      if (there < this.headerLength) return window.starve(this.headerLength)
      const seconds = window.view.getUint32(at, this.littleEndian)
      const isUsual =
        seconds !== 0 && (seconds & 0xffff) !== SWAPPED_MAGIC && seconds >>> 16 !== MAGIC_START && this.zeros === 0
      if (isUsual) return this.record(at, there, seconds)
      const step = this.unusual(at, there, seconds)
      if (step !== Step.Passed) return step
    }
  }

  /** Steps onto the packet whose record begins at `at`. */
  private record(at: number, there: number, second: number): Step {
    const { window, littleEndian, headerLength } = this
    const { view } = window
    let captured = view.getUint32(at + 8, littleEndian)
    let original = view.getUint32(at + 12, littleEndian)
    if (this.lengths !== Lengths.CapturedFirst && (this.lengths === Lengths.OriginalFirst || captured > original)) {
      const first = captured
      captured = original
      original = first
    }
    if (captured > this.maxCaptured) {
      if (view.getUint32(at) === PCAPNG_SECTION) {
        return window.damage('a pcapng section where a record is due', 'appended')
      }
      return window.damage(`a record claims ${captured} captured bytes, more than the limit of ${this.maxCaptured}`)
    }
    const length = headerLength + captured
    if (there < length) return window.starve(length)
    const { packet } = this
    const fraction = view.getUint32(at + 4, littleEndian)
    if (fraction >= MILLION && this.unit !== 1) {
      // No microseconds: a writer that took the wrong magic, and takes nanoseconds from here on at the latest.
      this.unit = 1
      if (this.damagedTimeAt === 0) this.damagedTimeAt = this.nextNumber
    }
    let seconds = second
    let nanoseconds = fraction * this.unit
    if (nanoseconds >= BILLION) {
      const carry = Math.floor(nanoseconds / BILLION)
      seconds += carry
      nanoseconds -= carry * BILLION
    }
    packet.number = this.nextNumber++
    packet.seconds = seconds
    packet.nanoseconds = nanoseconds
    packet.at = at + headerLength
    packet.capturedLength = captured
    packet.wireLength = original
    window.position = at + length
    this.packets++
    return Step.Packet
  }

  /** Reads the file header at the window's position and steps over it. @returns `false` when there are too many. */
  private open(littleEndian: boolean): boolean {
    const { window, packet, interfaces } = this
    const { view, position: at } = window
    const magic = view.getUint32(at, littleEndian)
    const major = view.getUint16(at + 4, littleEndian)
    const minor = view.getUint16(at + 6, littleEndian)
    const snapLength = view.getUint32(at + 16, littleEndian)
    const network = view.getUint32(at + 20, littleEndian)
    this.littleEndian = littleEndian
    this.headerLength = magic === MAGIC_MODIFIED ? MODIFIED_RECORD_HEADER_LENGTH : RECORD_HEADER_LENGTH
    this.unit = magic === MAGIC_NANOSECONDS ? 1 : 1000
    this.lengths =
      (major === 2 && minor < 3) || (major === 543 && minor === 0)
        ? Lengths.OriginalFirst
        : major === 2 && minor === 3
          ? Lengths.SmallerIsCaptured
          : Lengths.CapturedFirst
    this.maxCaptured = Math.min(maxCaptured(snapLength), MAX_RECORD_LENGTH - this.headerLength)
    // The P bit says that the upper four bits count the 16-bit words of the frame check sequence (draft-ietf-opsawg-pcap §4).
    const fcsLength = (network & 0x0400_0000) !== 0 ? (network >>> 28) * 2 : 0
    const linkType = network & 0xffff
    const tsresol = this.unit === 1 ? 9 : 6
    // Rotated files of one interface that were put together again are one interface.
    let id = interfaces.findIndex(
      (info) =>
        info.linkType === linkType &&
        info.snapLength === snapLength &&
        info.tsresol === tsresol &&
        info.fcsLength === fcsLength,
    )
    if (id < 0) {
      id = interfaces.length
      if (id === MOST_HEADERS) return false
      interfaces.push({ id, linkType, snapLength, tsresol, tsoffset: 0, fcsLength, drops: null, received: null })
    }
    packet.linkType = linkType
    packet.interfaceId = id
    packet.fcsLength = fcsLength
    packet.flags = 0
    window.position = at + FILE_HEADER_LENGTH
    return true
  }

  /** What may be no record: the header of an appended file, or zeros. @returns `Passed` when it is stepped over. */
  private unusual(at: number, there: number, seconds: number): Step {
    const { window, headerLength } = this
    const { view } = window
    if (seconds === 0 && isZero(view, at, at + headerLength)) {
      // No packets, if nothing but zeros follows: a file whose room was made before its records came.
      if (this.zeros++ === 0) window.zerosFrom = window.base + at
      window.position = at + headerLength
      return Step.Passed
    }
    if (this.zeros > 0) return this.zeroRecord(at)
    if (!isFileHeader(view, at)) return this.record(at, there, seconds)
    if (there < FILE_HEADER_LENGTH) return window.starve(FILE_HEADER_LENGTH)
    if (this.open(pcapByteOrder(view, at) === 'little')) {
      if (this.appended++ === 0) {
        this.packetsOfFirst = this.packets
        this.appendedAt = window.base + at
      }
      return Step.Passed
    }
    return window.damage(`more than ${MOST_HEADERS} different file headers in one file`, 'appended')
  }

  /** Zeros, but not to the end: a record without bytes, at the beginning of time. */
  private zeroRecord(at: number): Step {
    const { window, packet } = this
    // A sparse file has hundreds of millions of them in no bytes at all.
    this.isResting = this.zeros % REST_AFTER === 0 && !this.isResting
    if (this.isResting) return Step.Starved
    if (--this.zeros === 0) window.zerosFrom = -1
    packet.number = this.nextNumber++
    packet.seconds = 0
    packet.nanoseconds = 0
    packet.at = at
    packet.capturedLength = 0
    packet.wireLength = 0
    this.packets++
    return Step.Packet
  }
}

export function isZero(view: DataView, from: number, to: number): boolean {
  for (let at = from; at < to; at += 4) if (view.getUint32(at) !== 0) return false
  return true
}

/** Most captured bytes that a record may claim, by what the file declares as its snap length (0 = unlimited). */
export function maxCaptured(snapLength: number): number {
  if (snapLength === 0 || snapLength > MAX_RECORD_LENGTH) return MAX_RECORD_LENGTH
  return Math.max(snapLength, USUAL_MAX_CAPTURED)
}
