/** Facts about one capture, told twice, and the table of places where two tellers may differ for a stated reason. */

/** Named facts: `packets`, `vni 100 innerBytes`, `pair 10.0.0.1 > 10.0.0.2` … A missing fact counts as 0. */
export type Facts = Readonly<Record<string, number | string>>

/** One place where this project and an oracle do not agree, and why that is right. */
export interface Disagreement {
  file: string
  what: string
  ours: number | string
  theirs: number | string
  reason: string
}

/** A difference that was found; it has no reason yet. */
export type Difference = Omit<Disagreement, 'reason'>

/** Every fact that differs, in order of name. */
export function differences(file: string, ours: Facts, theirs: Facts): Difference[] {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)])
  return [...names]
    .sort()
    .map((what) => ({ file, what, ours: ours[what] ?? 0, theirs: theirs[what] ?? 0 }))
    .filter((entry) => entry.ours !== entry.theirs)
}

/** The entries of a table for one file, in the form and order of {@link differences}. */
export function listed(table: readonly Disagreement[], file: string): Difference[] {
  return table
    .filter((entry) => entry.file === file)
    .map(({ what, ours, theirs }) => ({ file, what, ours, theirs }))
    .sort((a, b) => (a.what < b.what ? -1 : 1))
}
