/**
 * Where one classic capture ends inside a record and another one that was appended to it begins: the bytes that the record lacks are
 * taken from the other file, its header first. Only a record whose end leads nowhere is looked through, so that a packet that carries a
 * capture (a download, a remote tcpdump) stays a packet.
 */
import type { CaptureIssue } from '../../issue.ts'
import { MAX_RECORD_LENGTH, USUAL_MAX_CAPTURED } from '../bounds.ts'
import { FILE_HEADER_LENGTH, isFileHeader, MAGIC_MODIFIED, maxCaptured, pcapByteOrder } from './file-header.ts'
import { amount } from './words.ts'

/** Bytes of a record that are looked through: the largest one that needs no declaration. Of a larger one, only its header is. */
export const MOST_LOOKED_THROUGH = USUAL_MAX_CAPTURED + 24
/** Records of one file that lead nowhere and have a file header in them; further ones are taken as they stand. */
export const MOST_JOINTS = 256
/** File headers in one record that are tried. */
export const MOST_TRIED = 16

/** Seconds between two records, beyond which they are taken for records of two files if anything else speaks for that. */
export const MOST_APART = 86_400
/** Bytes of a file header and the record header behind it. */
export const JOINT_LENGTH = 40
/** No file begins in the record. */
export const NONE = -1
/** A file may begin in the record: more bytes will tell. */
export const OPEN = -2
/** The file's records go on behind the record that it begins in. */
export const LEADS_ON = 0

const RECORD_HEADER = 16
/** Bytes of the smallest pcapng block that has anything in it. */
const LEAST_BLOCK = 16
const SECTION = 0x0a0d0d0a
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
const BILLION = 1_000_000_000
/** No link type of the registry is as large (https://www.tcpdump.org/linktypes.html). */
const LINK_TYPES = 1024
/** Magics as they lie in a file, in the order of their bytes. */
const MAGICS = [0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1]

/**
 * Looks for the beginning of another file.
 * @param from - First offset where it may begin.
 * @param to - Behind the last one; what is there, up to `end`, may be less, and what belongs to it may be more.
 * @param finished - Whether nothing comes behind `end`.
 * @returns Its offset, {@link NONE} or {@link OPEN}.
 */
export function findJoint(view: DataView, from: number, to: number, end: number, finished: boolean): number {
  const last = Math.min(to, end)
  for (let at = from; at < last; at++) {
    switch (view.getUint8(at)) {
      case 0x0a:
      case 0x34:
      case 0x4d:
      case 0xa1:
      case 0xd4: {
        const there = fileAt(view, at, end, finished)
        if (there !== NONE) return there
      }
    }
  }
  return NONE
}

/** Whether a file begins at `at`, as far as the bytes up to `end` tell. @returns As {@link findJoint}. */
function fileAt(view: DataView, at: number, end: number, finished: boolean): number {
  const there = end - at
  if (there >= 4 && view.getUint32(at) === SECTION) return sectionAt(view, at, there, finished)
  if (there < 4) return finished || !beginsMagic(view, at, there) ? NONE : OPEN
  const byteOrder = pcapByteOrder(view, at)
  if (byteOrder === null) return NONE
  const littleEndian = byteOrder === 'little'
  if (there >= 8 && (view.getUint16(at + 4, littleEndian) !== 2 || view.getUint16(at + 6, littleEndian) !== 4))
    return NONE
  if (there >= 16 && !isFileHeader(view, at)) return NONE
  if (there < FILE_HEADER_LENGTH) return finished ? NONE : OPEN
  const snapLength = view.getUint32(at + 16, littleEndian)
  if (snapLength > 0x7fff_ffff || (view.getUint32(at + 20, littleEndian) & 0xffff) >= LINK_TYPES) return NONE
  return firstRecord(view, at + FILE_HEADER_LENGTH, there - FILE_HEADER_LENGTH, littleEndian, snapLength)
    ? known(at, there, finished)
    : NONE
}

/** Whether what lies behind a file header may be its first record, another file, or the end. */
function firstRecord(view: DataView, at: number, there: number, littleEndian: boolean, snapLength: number): boolean {
  if (there >= 4 && (pcapByteOrder(view, at) !== null || view.getUint32(at) === SECTION)) return true
  if (there >= 4 && view.getUint32(at, littleEndian) === 0) return false
  if (there >= 8 && view.getUint32(at + 4, littleEndian) >= BILLION) return false
  return there < 12 || view.getUint32(at + 8, littleEndian) <= maxCaptured(snapLength)
}

/** Whether a pcapng section begins at `at`. */
function sectionAt(view: DataView, at: number, there: number, finished: boolean): number {
  if (there < 12) return finished ? NONE : OPEN
  const littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC
  if (!littleEndian && view.getUint32(at + 8) !== BYTE_ORDER_MAGIC) return NONE
  const length = view.getUint32(at + 4, littleEndian)
  return length >= 28 && length <= MAX_RECORD_LENGTH ? at : NONE
}

function known(at: number, there: number, finished: boolean): number {
  return finished || there >= JOINT_LENGTH ? at : OPEN
}

function beginsMagic(view: DataView, at: number, length: number): boolean {
  let start = 0
  for (let offset = 0; offset < length; offset++) start = start * 256 + view.getUint8(at + offset)
  return MAGICS.some((magic) => magic >>> (32 - 8 * length) === start)
}

/** Steps over the records of a file that may begin at `at`, and of those appended to it. */
class Trail {
  at: number
  /** Where the record or file header begins that was stepped over last. */
  last: number
  littleEndian = true
  /** Second of the last record, 0 before the first one and in pcapng. */
  private second = 0
  private readonly view: DataView
  private readonly end: number
  private headerLength = RECORD_HEADER
  private most = 0
  private isSection = false

  constructor(view: DataView, at: number, end: number) {
    this.view = view
    this.end = end
    this.at = at
    this.last = at
  }

  /** Steps on. @returns Whether what is there can be; it takes {@link FILE_HEADER_LENGTH} bytes to tell. */
  step(): boolean {
    const { view, at } = this
    this.last = at
    if (view.getUint32(at) === SECTION) {
      this.isSection = true
      this.littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC
    } else if (isFileHeader(view, at)) {
      if (this.end - at < FILE_HEADER_LENGTH) return false
      this.isSection = false
      this.littleEndian = pcapByteOrder(view, at) === 'little'
      this.headerLength = view.getUint32(at, this.littleEndian) === MAGIC_MODIFIED ? 24 : RECORD_HEADER
      this.most = maxCaptured(view.getUint32(at + 16, this.littleEndian))
      this.at = at + FILE_HEADER_LENGTH
      return true
    }
    if (this.isSection) {
      const length = view.getUint32(at + 4, this.littleEndian)
      this.at = at + length + (-length & 3)
      return length >= LEAST_BLOCK && length <= MAX_RECORD_LENGTH
    }
    const captured = view.getUint32(at + 8, this.littleEndian)
    this.second = view.getUint32(at, this.littleEndian)
    this.at = at + this.headerLength + captured
    return captured <= this.most
  }

  /** Whether no record has been stepped over. */
  get isEmpty(): boolean {
    return this.second === 0
  }

  /** Whether a record, a block or a file may begin here. */
  get isSound(): boolean {
    const { view, at, littleEndian, isSection } = this
    if (view.getUint32(at) === SECTION || isFileHeader(view, at)) return true
    if (isSection) {
      const length = view.getUint32(at + 4, littleEndian)
      return length >= LEAST_BLOCK && length <= MAX_RECORD_LENGTH
    }
    const captured = view.getUint32(at + 8, littleEndian)
    const seconds = view.getUint32(at, littleEndian)
    if (seconds === 0 || captured > this.most || view.getUint32(at + 4, littleEndian) >= BILLION) return false
    return this.isEmpty || Math.abs(seconds - this.second) <= MOST_APART
  }
}

/**
 * Whether the file that begins at `joint`, in a record that ends at `until` and leads nowhere, does lead on behind it: else it is what the
 * record's packet carries, and the damage is another.
 * @param littleEndian - The record's byte order.
 * @returns {@link LEADS_ON}, {@link NONE}, or up to which offset bytes are needed to tell.
 */
export function leadsOn(
  view: DataView,
  joint: number,
  until: number,
  littleEndian: boolean,
  end: number,
  finished: boolean,
): number {
  const trail = new Trail(view, joint, end)
  while (trail.at < until) {
    if (end - trail.at < FILE_HEADER_LENGTH) return finished ? LEADS_ON : trail.at + JOINT_LENGTH
    if (!trail.isSound || !trail.step()) return NONE
  }
  if (end - trail.at < RECORD_HEADER) return finished ? LEADS_ON : trail.at + JOINT_LENGTH
  if (trail.at === until && trail.isEmpty && trail.littleEndian === littleEndian) return NONE
  if (trail.isSound) return LEADS_ON
  if (trail.at - trail.last > MOST_LOOKED_THROUGH) return NONE
  // It may be cut itself.
  const next = findJoint(view, trail.last + 1, trail.at + RECORD_HEADER, end, finished)
  return next === OPEN ? trail.at + JOINT_LENGTH : next === NONE ? NONE : LEADS_ON
}

/**
 * Whether a file begins in the record whose records, and those of files behind it, lead to `end` exactly. So a file that was appended is
 * told from one that the record's packet carries, where nothing follows that could tell.
 */
export function someLeadsTo(view: DataView, from: number, to: number, end: number): boolean {
  let joint = from - 1
  for (let tried = 0; tried < MOST_TRIED; tried++) {
    joint = findJoint(view, joint + 1, to, end, true)
    if (joint < 0) return false
    const trail = new Trail(view, joint, end)
    while (end - trail.at >= LEAST_BLOCK && trail.step());
    if (trail.at === end) return true
  }
  return false
}

/** The cut records of one file, of which the first is named. */
export class Joints {
  count = 0
  /** Records that were looked at closely and taken as they stand. */
  dismissed = 0
  #offset = 0
  #length = 0

  /** Whether no further record is looked at. */
  get isFull(): boolean {
    return this.count + this.dismissed >= MOST_JOINTS
  }

  /** Notes one more. @param offset - The record's. @param length - Bytes of it that are there. */
  add(offset: number, length: number): void {
    if (this.count++ > 0) return
    this.#offset = offset
    this.#length = length
  }

  /** All of them as one issue, `null` when there are none. */
  issue(): CaptureIssue | null {
    if (this.count === 0) return null
    const more = this.count - 1
    const others = more === 0 ? '' : `; ${amount(more, 'more record')} ${more === 1 ? 'is' : 'are'} cut like this`
    return {
      kind: 'cut-short',
      offset: this.#offset,
      detail: `another capture file begins ${amount(this.#length, 'byte')} into it${others}`,
      cause: 'joint',
      records: this.count,
    }
  }
}
