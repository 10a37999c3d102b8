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

/** Steps over the records of one classic pcap file. */
export class PcapRecords {
  readonly format = 'pcap' as const
  readonly interfaces: CaptureInterface[] = []
  packets = 0
  nextNumber: number
  /** Where the options of the packet begin and end: classic pcap has none. */
  optionsAt = 0
  optionsEnd = 0
  readonly littleEndian: boolean
  private readonly window: Window
  private readonly packet: PacketInfo
  private readonly headerLength: number
  /** Nanoseconds in one unit of the fraction. */
  private readonly unit: number
  private readonly lengths: number
  private readonly maxCaptured: number

  /**
   * Reads the file header at the window's position and steps over it.
   * @param window - Holds at least {@link FILE_HEADER_LENGTH} bytes that begin with a pcap magic.
   * @throws CaptureError `unsupported` for version 1 and older.
   */
  constructor(window: Window, packet: PacketInfo, littleEndian: boolean, firstNumber: number) {
    const { view, position: at } = window
    const magic = view.getUint32(at, littleEndian)
    const major = view.getUint16(at + 4, littleEndian)
    const minor = view.getUint16(at + 6, littleEndian)
    const snapLength = view.getUint32(at + 16, littleEndian)
    const network = view.getUint32(at + 20, littleEndian)
    if (major < 2) {
      throw new CaptureError(
        'unsupported',
        `pcap version ${major}.${minor} at offset 4 is older than any that is documented; convert the file with the tool that wrote it`,
        4,
      )
    }
    window.position = at + FILE_HEADER_LENGTH
    this.window = window
    this.packet = packet
    this.littleEndian = littleEndian
    this.nextNumber = firstNumber
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
    this.interfaces.push({
      id: 0,
      linkType,
      snapLength,
      tsresol: this.unit === 1 ? 9 : 6,
      tsoffset: 0,
      fcsLength,
      drops: null,
      received: null,
    })
    packet.linkType = linkType
    packet.interfaceId = 0
    packet.fcsLength = fcsLength
    packet.flags = 0
  }

  /** Steps onto the next packet. */
  step(): Step {
    const { window, littleEndian, headerLength } = this
    const at = window.position
    const there = window.end - at
    if (there < headerLength) return window.starve(headerLength)
    const { view } = window
    let captured = view.getUint32(at + 8, littleEndian)
    let original = view.getUint32(at + 12, littleEndian)
    if (this.lengths !== Lengths.CapturedFirst && (this.lengths === Lengths.OriginalFirst || captured > original)) {
      const first = captured
      captured = original
      original = first
    }
    if (captured > this.maxCaptured) {
      return window.damage(`a record claims ${captured} captured bytes, more than the ${this.maxCaptured} that can be`)
    }
    const length = headerLength + captured
    if (there < length) return window.starve(length)
    const { packet } = this
    let seconds = view.getUint32(at, littleEndian)
    let nanoseconds = view.getUint32(at + 4, littleEndian) * this.unit
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
}

/** Most captured bytes that a record may claim, by what the file declares as its snap length (0 = unlimited). */
export function maxCaptured(snapLength: number): number {
  if (snapLength === 0 || snapLength > MAX_RECORD_LENGTH) return MAX_RECORD_LENGTH
  return Math.max(snapLength, USUAL_MAX_CAPTURED)
}
