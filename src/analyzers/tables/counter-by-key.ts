/**
 * Things worth telling, counted by subject: how often, the first packets that show each, and the figures that the words need.
 * For what is rare; a subject is a row number or an id, so that counting one more allocates nothing.
 */

import { savedFigures, savedInteger, savedList } from './saved.ts'

/** Packet numbers kept of one subject. */
export const EXAMPLES = 10

/** One subject's count. */
export interface Entry<F> {
  readonly key: number
  count: number
  /** Numbers of the first packets, ten at most. */
  readonly packets: number[]
  readonly figures: F
}

/** A saved counter by key. */
export interface CounterByKeyState<F> {
  entries: Entry<F>[]
  dropped: number
}

/** Counts one sighting more of a subject that is known. */
function countOne<F>(entry: Entry<F>, packet: number): void {
  entry.count++
  if (entry.packets.length < EXAMPLES) entry.packets.push(packet)
}

/** Counts by subject. */
export class CounterByKey<F extends object> {
  /** Sightings whose subject found no place. */
  dropped = 0
  readonly #entries = new Map<number, Entry<F>>()

  /**
   * @param start - Figures of a subject that is seen for the first time.
   * @param limit - Most subjects.
   */
  constructor(
    private readonly start: () => F,
    private readonly limit = 10_000,
  ) {}

  /** Counts one sighting. @returns The subject's figures to update, `null` when there was no place for it. */
  note(key: number, packet: number): F | null {
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      if (this.#entries.size === this.limit) {
        this.dropped++
        return null
      }
      entry = { key, count: 0, packets: [], figures: this.start() }
      this.#entries.set(key, entry)
    }
    countOne(entry, packet)
    return entry.figures
  }

  /** Whether nothing was noted. */
  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** How many subjects there are. */
  get size(): number {
    return this.#entries.size
  }

  get(key: number): Entry<F> | undefined {
    return this.#entries.get(key)
  }

  /** Subjects in order of first appearance. */
  entries(): IterableIterator<Entry<F>> {
    return this.#entries.values()
  }

  save(): CounterByKeyState<F> {
    return { entries: structuredClone([...this.#entries.values()]), dropped: this.dropped }
  }

  /** @throws RangeError for what no counter of this kind can have saved. */
  restore(state: CounterByKeyState<F>): void {
    savedInteger('sightings without a place', state.dropped, 0, Number.MAX_SAFE_INTEGER)
    savedList('subjects', state.entries, this.limit)
    for (const { key, count, packets, figures } of state.entries) {
      savedInteger('the key of a subject', key, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
      savedInteger('the count of a subject', count, 0, Number.MAX_SAFE_INTEGER)
      savedList('packets of a subject', packets, EXAMPLES)
      for (const packet of packets) savedInteger('a packet of a subject', packet, 0, Number.MAX_SAFE_INTEGER)
      savedFigures('the figures of a subject', figures, this.start())
    }
    this.#entries.clear()
    for (const entry of structuredClone(state.entries)) this.#entries.set(entry.key, entry)
    this.dropped = state.dropped
  }
}
