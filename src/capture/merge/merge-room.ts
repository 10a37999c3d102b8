/** How much memory each of the captures that are merged may take, so that all of them stay within a bound. Internal to `capture/`. */

/** Bytes that the windows and decompressors of a merge take, unless told otherwise: 512 MiB. */
export const MERGE_BYTES = 512 * 1024 * 1024

/** Least bytes that a merge may be given: 128 MiB. */
export const LEAST_MERGE_BYTES = 128 * 1024 * 1024

/** Of those, bytes for windows where decompressors have room, or none is needed: 64 MiB; with more nothing gets faster. */
export const MOST_WINDOWS = 64 * 1024 * 1024

/** Least window of a capture among very many, beside all other bounds: 4 KiB. */
export const LEAST_WINDOW = 4 * 1024

/** What a merge may take beside a budget of so many megabytes for the rest: an eighth of it, and no less than it needs. */
export function mergeBytesFor(megabytes: number): number {
  return Math.max(LEAST_MERGE_BYTES, Math.floor((megabytes * 1_000_000) / 8))
}

/** What one capture takes of a {@link MergeRoom}. */
export interface Taken {
  bytes: number
  /** Those of them beyond its share. */
  extra: number
}

/**
 * Room for a number of captures. Two thirds are shared out: every capture that is not done has as much, whether or not its time has
 * come. Of the last third each may have a quarter of what is left: where few overlap in time, as in a rotated set, that is plenty.
 */
export class MergeRoom {
  readonly #bytes: number
  /** Captures that are not done. */
  #captures: number
  #taken = 0
  #extra = 0

  constructor(bytes: number, captures: number) {
    this.#bytes = bytes
    this.#captures = captures
  }

  /** Notes that a capture takes so many bytes now. */
  take(taken: Taken, bytes: number): void {
    const extra = Math.max(0, bytes - this.#share)
    this.#taken += bytes - taken.bytes
    this.#extra += extra - taken.extra
    taken.bytes = bytes
    taken.extra = extra
  }

  /** One capture is done: its share is the others'. */
  leave(): void {
    this.#captures--
  }

  /** Bytes that a capture may take. */
  allowance({ extra }: Taken): number {
    return this.#share + Math.max(0, this.#bytes / 3 - this.#extra + extra) / 4
  }

  /** Whether more is taken than there is: some of it is to be given back. */
  get isOver(): boolean {
    return this.#taken > this.#bytes
  }

  get #share(): number {
    return (2 * this.#bytes) / 3 / Math.max(1, this.#captures)
  }
}
