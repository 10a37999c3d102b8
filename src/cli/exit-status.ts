/** Exit statuses of every command: the contract with scripts. */

/** Done; also when the reader of a pipe went away. */
export const DONE = 0
/** A finding is at least as severe as `--fail-on` asks. */
export const FOUND = 1
/** Usage, no readable file header, or a damaged capture. */
export const TROUBLE = 2
