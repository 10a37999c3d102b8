/** What can be saved and taken up again. Types only. */

/** A component that can be saved; what it saves is its own. */
export interface Stateful {
  save(): unknown
  restore(state: unknown): void
}
