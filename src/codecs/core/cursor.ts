/**
 * The window over a chunk that every codec steps through, reading and writing, without allocating (DataView once per chunk).
 */
import { Fault, NONE } from './fault.ts'

const EMPTY = /* @__PURE__ */ new DataView(new ArrayBuffer(0))

/**
 * A window `[position, end)` over a `DataView`, together with where the packet would end had it been captured whole.
 *
 * `end` is the end of what was captured; `wireEnd` is the end that the enclosing lengths state. They differ when the
 * snap length cut the packet (`wireEnd > end`). Both are byte offsets into `view`.
 */
export class Cursor {
  /** The bytes of the chunk. */
  view: DataView = EMPTY
  /** Offset of the next byte to read or write. */
  position = 0
  /** First offset past the captured bytes, or past the room when encoding. */
  end = 0
  /** First offset past the packet as the wire carried it; never less than `end`. */
  wireEnd = 0
  /** Why the last refused `enter` refused. */
  fault: Fault = Fault.None
  /** Offset of the header that was refused, `NONE` before any refusal. */
  faultAt = NONE
  /** Bytes that the refused header needed from `faultAt` on. */
  needed = 0

  /**
   * Points the cursor at a new window and clears the fault.
   * @param view - The chunk.
   * @param at - First byte of the window.
   * @param end - First byte past what was captured (or past the room, when encoding).
   * @param wireEnd - First byte past the packet on the wire; at least `end`.
   */
  reset(view: DataView, at: number, end: number, wireEnd: number = end): this {
    this.view = view
    this.position = at
    this.end = end
    this.wireEnd = wireEnd
    this.fault = Fault.None
    this.faultAt = NONE
    this.needed = 0
    return this
  }

  /** Steps over a header of `length` bytes. @returns The offset of its first byte. */
  claim(length: number): number {
    const at = this.position
    this.position = at + length
    return at
  }

  /** Refuses a header for a reason other than its length. @returns `NONE`. */
  fail(fault: Fault): number {
    this.fault = fault
    this.faultAt = this.position
    this.needed = 0
    return NONE
  }

  /**
   * Refuses a header that needs `length` bytes from `position` on and does not have them.
   * The fault is `NotCaptured` when only the snap length is to blame, `Truncated` otherwise.
   * @returns `NONE`.
   */
  failShort(length: number): number {
    this.fault = this.position + length <= this.wireEnd ? Fault.NotCaptured : Fault.Truncated
    this.faultAt = this.position
    this.needed = length
    return NONE
  }

  /**
   * Narrows the window to `length` bytes from `position` on, as a length field states; padding behind it falls away.
   * A length beyond the window changes nothing.
   * @returns Whether the packet really carries that many bytes.
   */
  limit(length: number): boolean {
    const wireEnd = this.position + length
    if (wireEnd > this.wireEnd) return false
    this.wireEnd = wireEnd
    if (this.end > wireEnd) this.end = wireEnd
    return true
  }
}
