/**
 * The one buffer a reader looks through: filled at the end, consumed at the start, with one `DataView` for its lifetime.
 * Internal to `capture/`.
 */
import type { CaptureIssue } from '../issue.ts'
import { MAX_RECORD_LENGTH, MIN_WINDOW_LENGTH } from './bounds.ts'

/** What one step over a record led to. */
export const Step = {
  /** No whole record is in the window. */
  Starved: 0,
  /** A packet is described. */
  Packet: 1,
  /** The record cannot be; `issue` is set. */
  Damaged: 2,
  /** A record without a packet is behind; go on. */
  Passed: 3,
} as const

/** One of the codes of {@link Step}. */
export type Step = (typeof Step)[keyof typeof Step]

/** Bytes `[position, end)` of `bytes` are there and not yet consumed. */
export class Window {
  bytes: Uint8Array
  view: DataView
  /** Offset of the next record. */
  position = 0
  /** First offset past what was filled. */
  end = 0
  /** File offset of `bytes[0]`. */
  base = 0
  /** Bytes from `position` on that the next step cannot do without. */
  needed = 1
  /** File offset of a record that is being stepped over without being held, -1 when there is none. */
  skipFrom = -1
  /** File offset from which on there have been nothing but zeros in place of records, -1 when there are none. */
  zerosFrom = -1
  /** Whether no more bytes will come. */
  finished = false
  issue: CaptureIssue | null = null

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** An empty window of at least `length` bytes. */
  static ofLength(length: number): Window {
    return new Window(new Uint8Array(Math.max(MIN_WINDOW_LENGTH, length)))
  }

  /**
   * The free tail, to be filled. Moves what is left to the front; doubles the buffer only when a record needs more than it
   * holds and it is full, so that a false length never allocates more than twice what really came.
   * Empty when the window is full of bytes that were not consumed.
   */
  room(): Uint8Array {
    const { position } = this
    if (position > 0) {
      this.bytes.copyWithin(0, position, this.end)
      this.base += position
      this.end -= position
      this.position = 0
    }
    const length = this.bytes.length
    if (this.needed > length && this.end === length) {
      this.take(new Uint8Array(Math.min(length * 2, Math.max(length, MAX_RECORD_LENGTH))), 0)
    }
    return this.bytes.subarray(this.end)
  }

  /** Moves what is left into a buffer of `length` bytes, if it fits into that and the next step does without more. */
  resize(length: number): void {
    const left = this.end - this.position
    const least = Math.max(length, left, Math.min(this.needed, this.bytes.length), MIN_WINDOW_LENGTH)
    if (least === this.bytes.length) return
    this.take(new Uint8Array(least), this.position)
  }

  /**
   * Gives the buffer back, with what is in it from `from` on.
   * @returns How many of those bytes {@link reload} is to have: those up to `position`.
   */
  evict(from: number): number {
    this.base += from
    this.position -= from
    this.end = this.position
    this.bytes = new Uint8Array(0)
    this.view = new DataView(this.bytes.buffer)
    return this.position
  }

  /** Takes a buffer that begins with the bytes that were given back by {@link evict}. */
  reload(bytes: Uint8Array): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Goes on in another buffer, which gets the bytes from `from` on. */
  private take(bytes: Uint8Array, from: number): void {
    bytes.set(this.bytes.subarray(from, this.end))
    this.base += from
    this.end -= from
    this.position -= from
    this.reload(bytes)
  }

  /** File offset of the record that is being looked at. */
  get recordOffset(): number {
    return this.skipFrom >= 0 ? this.skipFrom : this.base + this.position
  }

  /** Whether what is left is a tail of zeros, or of records of zeros: four bytes and more, no cut timestamp looks like that. */
  get endsInZeros(): boolean {
    if (this.zerosFrom >= 0) return true
    if (this.skipFrom >= 0 || this.end - this.position < 4) return false
    for (let at = this.position; at < this.end; at++) if (this.bytes[at] !== 0) return false
    return true
  }

  /** Says that the next step needs `length` bytes from `position` on. */
  starve(length: number): Step {
    this.needed = length
    return Step.Starved
  }

  /** Ends reading at the record at `position`: it cannot be. */
  damage(detail: string, cause?: CaptureIssue['cause']): Step {
    this.issue = { kind: 'damaged', offset: this.recordOffset, detail, ...(cause !== undefined && { cause }) }
    return Step.Damaged
  }
}
