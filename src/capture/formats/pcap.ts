/**
 * Classic pcap: a 24-byte file header, then records of 16 bytes (24 in the modified format) and the captured bytes
 * (draft-ietf-opsawg-pcap). Every magic, both byte orders.
 */
import type { PacketInfo } from '../../packet.ts'
import { MAX_RECORD_LENGTH } from '../bounds.ts'
import { CaptureError } from '../errors.ts'
import { Step, type Window } from '../window.ts'
import {
  FILE_HEADER_LENGTH,
  isFileHeader,
  MAGIC_MODIFIED,
  MAGIC_NANOSECONDS,
  maxCaptured,
  pcapByteOrder,
} from './file-header.ts'
import type { CaptureInterface } from './interface.ts'
import {
  findJoint,
  JOINT_LENGTH,
  Joints,
  LEADS_ON,
  leadsOn,
  MOST_APART,
  MOST_LOOKED_THROUGH,
  MOST_TRIED,
  NONE,
  OPEN,
  someLeadsTo,
} from './joints.ts'

/** Bytes of a record header. */
export const RECORD_HEADER_LENGTH = 16
/** Bytes of a record header of the modified format: interface index, protocol and packet type follow the usual fields. */
const MODIFIED_RECORD_HEADER_LENGTH = 24

const BILLION = 1_000_000_000
const MILLION = 1_000_000
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
  /** Records that were cut, and that an appended file goes on from. */
  readonly joints = new Joints()
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
      const step = this.cutHeader(at)
      if (step !== Step.Passed) return step
      return window.damage(`a record claims ${captured} captured bytes, more than the limit of ${this.maxCaptured}`)
    }
    const length = headerLength + captured
    if (there < length + headerLength) {
      const step = this.lastAtHand(at, there, length)
      if (step !== Step.Passed) return step
    } else {
      // Two comparisons, as every packet pays for them; what they do not let pass is looked at closely.
      const next = at + length
      const isUsual =
        view.getUint32(next, littleEndian) === second &&
        view.getUint32(next + 8, littleEndian) <= view.getUint32(next + 12, littleEndian)
      if (!isUsual && !this.isRecord(next, second, original < captured)) {
        const step = this.deadEnd(at, length)
        if (step !== Step.Passed) return step
      }
    }
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

  /**
   * Whether what lies at `at`, behind a record of the second `second`, looks like a record, or like another file.
   * @param isOdd - Whether that record claims to be longer than its packet was: this one may as well.
   */
  private isRecord(at: number, second: number, isOdd: boolean): boolean {
    const { littleEndian, lengths } = this
    const { view } = this.window
    if (view.getUint32(at) === PCAPNG_SECTION || isFileHeader(view, at)) return true
    let captured = view.getUint32(at + 8, littleEndian)
    let original = view.getUint32(at + 12, littleEndian)
    if (lengths !== Lengths.CapturedFirst && (lengths === Lengths.OriginalFirst || captured > original)) {
      const first = captured
      captured = original
      original = first
    }
    if (captured > this.maxCaptured || (original < captured && !isOdd)) return false
    const seconds = view.getUint32(at, littleEndian)
    return Math.abs(seconds - second) <= MOST_APART && view.getUint32(at + 4, littleEndian) < BILLION
  }

  /** A record whose end leads nowhere. @returns `Passed` when it is to be taken as it stands; otherwise as {@link step}. */
  private deadEnd(at: number, length: number): Step {
    const { window } = this
    if (this.isTaken(length)) return Step.Passed
    const { view, end, finished } = window
    const to = this.lookedThrough(at, length)
    let joint: number = at
    for (let tried = 0; tried < MOST_TRIED; tried++) {
      joint = findJoint(view, joint + 1, to, end, finished)
      if (joint === OPEN) return window.starve(length + JOINT_LENGTH)
      if (joint === NONE) return tried === 0 ? Step.Passed : this.dismiss(Step.Passed)
      // No packet carries what lies in its record's header.
      const needed =
        joint < at + this.headerLength ? LEADS_ON : leadsOn(view, joint, at + length, this.littleEndian, end, finished)
      if (needed === LEADS_ON) return this.goOnAt(joint)
      if (needed > 0 && needed - at <= MAX_RECORD_LENGTH) return window.starve(needed - at)
    }
    return this.dismiss(Step.Passed)
  }

  /**
   * A record behind which no other one is at hand. It is handed on at once, unless a file begins in it: then what follows is waited for.
   * @returns As {@link deadEnd}.
   */
  private lastAtHand(at: number, there: number, length: number): Step {
    const { window, headerLength } = this
    const { view, end, finished } = window
    const isWhole = there >= length
    if (!isWhole && !finished) return window.starve(length)
    const otherwise = isWhole ? Step.Passed : window.starve(length)
    if (this.isTaken(length)) return otherwise
    const to = this.lookedThrough(at, length)
    const joint = findJoint(view, at + 1, to, end, finished)
    if (joint === NONE) return otherwise
    if (!finished) return window.starve(length + JOINT_LENGTH)
    // In a packet, it may be the packet's: at the end of the file, only all of the rest tells.
    if (joint >= at + headerLength && (there === length || !someLeadsTo(view, joint, to, end))) {
      return this.dismiss(otherwise)
    }
    return this.goOnAt(joint)
  }

  /** A record header that cannot be. @returns As {@link deadEnd}. */
  private cutHeader(at: number): Step {
    const { window, headerLength } = this
    if (this.joints.isFull) return Step.Passed
    const joint = findJoint(window.view, at + 1, at + headerLength, window.end, window.finished)
    if (joint === OPEN) return window.starve(headerLength + JOINT_LENGTH)
    return joint === NONE ? Step.Passed : this.goOnAt(joint)
  }

  /** Behind the last offset of a record where another file is looked for. */
  private lookedThrough(at: number, length: number): number {
    return at + (length > MOST_LOOKED_THROUGH ? this.headerLength : length)
  }

  /** Whether a record is taken as it stands: it fills the window, or too many were cut. */
  private isTaken(length: number): boolean {
    return length > MAX_RECORD_LENGTH - JOINT_LENGTH || this.joints.isFull
  }

  /** Takes a record as it stands, although a file header is in it. */
  private dismiss(step: Step): Step {
    this.joints.dismissed++
    return step
  }

  /** Leaves the rest of a cut record out. */
  private goOnAt(joint: number): Step {
    const { window } = this
    this.joints.add(window.base + window.position, joint - window.position)
    window.position = joint
    return this.step()
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
