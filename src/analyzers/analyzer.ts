/** What an analyzer is: a state that packets change, and that can be saved at any of them. Types only. */
import type { EventLog } from './events/event-log.ts'
import type { Observation } from './lookup/observation.ts'

/** What can be saved, and taken up again elsewhere. State holds integers only; division happens in its `finish`, whose result is its own. */
interface Saveable<State> {
  /** State as plain objects of typed arrays, fit for `structuredClone` and `postMessage`. */
  save(): State
  restore(state: State): void
}

/** Counts packets; their order does not matter. */
export interface Counter<State> extends Saveable<State> {
  observe(o: Observation): void
}

/** Judges packets by what came before them: sees the event of each, in the order of the capture. */
export interface StatefulAnalyzer<State> extends Saveable<State> {
  observe(log: EventLog, at: number): void
}
