/** What an analyzer is: a resumable monoid over the packets of a part of a capture. Types only. */
import type { EventLog } from './events/event-log.ts'
import type { Observation } from './lookup/observation.ts'
import type { RowMaps } from './tables/keys.ts'

/** What every analyzer can do. State holds integers only; division happens in its `finish`, whose result is its own. */
interface Mergeable<State> {
  /**
   * Takes over what a later part of the same capture counted.
   * @param later - The same analyzer of that part.
   * @param maps - That part's rows as rows of this one.
   * @param offset - What to add to that part's packet numbers.
   */
  merge(later: this, maps: RowMaps, offset: number): void
  /** State as plain objects of typed arrays: what a worker posts and a partial summary stores. */
  save(): State
  restore(state: State): void
}

/** Counts packets; their order does not matter, so a part counts without knowing what came before it. */
export interface Counter<State> extends Mergeable<State> {
  observe(o: Observation): void
}

/**
 * Judges packets by what came before them. Only a part that begins where the capture begins can run it;
 * any other part keeps an event log, and merging replays that log on the earlier state: exact by construction.
 */
export interface Judge<State> {
  observe(log: EventLog, at: number): void
  save(): State
  restore(state: State): void
}
