/** The error of a capture that cannot be used at all. Damage behind a good file header is never an exception: see `CaptureIssue`. */

/**
 * Why a capture cannot be used. Codes are stable within a major version.
 *
 * - `empty`: not a single byte.
 * - `not-a-capture`: the first bytes belong to no capture format.
 * - `header-cut-short`: the file ends inside its own header.
 * - `unsupported`: a capture, but of a format or version that is not read here; the message says how to convert it.
 * - `unreadable`: the file cannot be opened or read (missing, a directory, no permission, a device error).
 * - `unwritable`: a file to be written cannot be (an input, a directory, no permission, a full disk).
 */
export type CaptureErrorCode =
  | 'empty'
  | 'not-a-capture'
  | 'header-cut-short'
  | 'unsupported'
  | 'unreadable'
  | 'unwritable'

/**
 * Thrown when an input has no readable file header, or a file cannot be read or written at all.
 * `message` is one line: what is there and what to do about it. It never names the file, because only the caller knows
 * under which name its user knows it.
 */
export class CaptureError extends Error {
  /** Always `CaptureError`. */
  override readonly name = 'CaptureError'
  /** Stable reason, for programs. */
  readonly code: CaptureErrorCode
  /** File offset of the bytes that were refused, in bytes of the uncompressed capture; `null` where none is to blame. */
  readonly offset: number | null

  /**
   * Makes the error.
   * @param code - Stable reason.
   * @param message - One line for people.
   * @param offset - File offset of the bytes to blame, `null` when there is none.
   */
  constructor(code: CaptureErrorCode, message: string, offset: number | null = null, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.offset = offset
  }
}

/** System errors that say nothing about the file: this process, or the machine, has no more file handles. */
const SHORTAGES: readonly unknown[] = ['EMFILE', 'ENFILE']

/** Whether a file could not be read only because there are no more file handles: that is no damage. */
export function isShortage({ cause }: CaptureError): boolean {
  return SHORTAGES.includes((cause as { code?: unknown } | null | undefined)?.code)
}
