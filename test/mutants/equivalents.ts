/** Mutants that no test can notice, because nothing that can be observed changes. Each needs its reason. */

/** One mutant that survives rightly. */
export interface Equivalent {
  /** Path of the source from the project root. */
  readonly source: string
  /** The line as it is, without indentation. */
  readonly code: string
  /** The change, as the report prints it. */
  readonly change: string
  /** Why nothing changes. */
  readonly reason: string
}

export const EQUIVALENTS: readonly Equivalent[] = []
