/** Room that all directions share: there may be thousands of them, and few of them need much. */

/** Packets by size, port and step of time, of all directions. */
export const MOST_SHARES = 1_000_000
/** Delays that are held of all directions, beside a few of each. */
export const MOST_DELAYS = 4_194_304
/** Lost packets that are held with their place and time, of all directions. */
export const MOST_LOSSES = 1_048_576
/** Packets in the lists of all directions. */
export const MOST_LISTED = 262_144

/** So much of something, and not more. */
export class Room {
  /** What found no room. */
  dropped = 0
  #left: number

  constructor(readonly limit: number) {
    this.#left = limit
  }

  /** Takes room. @returns Whether there was any. */
  take(count = 1): boolean {
    if (this.#left < count) {
      this.dropped += count
      return false
    }
    this.#left -= count
    return true
  }
}

/** Room of each kind. */
export class Rooms {
  readonly shares = new Room(MOST_SHARES)
  readonly delays = new Room(MOST_DELAYS)
  readonly losses = new Room(MOST_LOSSES)
  readonly listed = new Room(MOST_LISTED)
}
