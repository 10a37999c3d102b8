/** Exit statuses of every command: the contract with scripts. */

/** Done; also when the reader of a pipe went away. */
export const DONE = 0
/** A finding is at least as severe as `--fail-on` asks. */
export const FOUND = 1
/** Usage, no readable file header, or a damaged capture. */
export const TROUBLE = 2

/** Signals that end the work at hand in good order. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Stopped by a signal before the end: 128 and its number, as a shell has it. */
export const STOPPED: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
