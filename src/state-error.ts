/** The error of a saved state that cannot be gone on with. */

/**
 * Why a state cannot be used. Codes are stable within a major version.
 *
 * - `unreadable`: the file cannot be opened or read.
 * - `not-a-state`: the first bytes are those of something else.
 * - `unsupported`: a state of another version of the format, or a machine that cannot read any.
 * - `cut-short`: the file ends before its content does.
 * - `damaged`: the content is not what was saved, or what no analysis can have come to.
 * - `other-options`: it was saved with other options of counting than those that are given now.
 */
export type StateErrorCode = 'unreadable' | 'not-a-state' | 'unsupported' | 'cut-short' | 'damaged' | 'other-options'

/** Thrown when a saved state cannot be used. `message` is one line, what is there and the way out; it never names the file. */
export class StateError extends Error {
  /** Always `StateError`. */
  override readonly name = 'StateError'
  /** Stable reason, for programs. */
  readonly code: StateErrorCode

  /**
   * Makes the error.
   * @param code - Stable reason.
   * @param message - One line for people.
   */
  constructor(code: StateErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** The error of a state in which something stands that no analysis can have come to. */
export function damagedState(cause: unknown): StateError {
  const reason = cause instanceof Error ? cause.message.split('\n', 1)[0]! : String(cause)
  return new StateError('damaged', `a damaged state (${reason}); begin anew from the captures`, { cause })
}
