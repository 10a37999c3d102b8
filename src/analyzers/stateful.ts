/** What can be saved and taken up again. Types only. */

/** A component that can be saved; what it saves is its own. */
export interface Stateful {
  save(): unknown
  restore(state: unknown): void
}

/** Names of an object's members that can be saved. */
type StatefulKeys<T> = { [K in keyof T]: T[K] extends Stateful ? K : never }[keyof T]

/** Every member of an object that can be saved, by name: a list that leaves one out does not compile. */
export type AllStateful<T> = { [K in StatefulKeys<T>]: Stateful }
