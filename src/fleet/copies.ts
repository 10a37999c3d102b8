/**
 * Whether a record is another one of a packet that was counted: recorded at a second interface or hop, or a second time at the same. By
 * the digest of all that was captured of the inner frame, which a short one would confuse with others of the same conversation.
 */
import { RecentRing, type RecentRingState } from '../analyzers/tables/recent-ring.ts'
import { near } from '../analyzers/tables/time.ts'
import { NONE } from '../codecs/core/fault.ts'
import type { InnerKey } from '../compare/reading/inner-key.ts'
import { COPY_TIME, TWICE_TIME } from '../compare/reading/sample.ts'
import type { PacketInfo } from '../packet.ts'

/** Latest packets that copies are looked for among. */
export const MOST_RECENT = 65_536
/** Nanoseconds within which a packet that its sender numbers comes twice to the same place: delivered twice, or recorded twice. */
const SAME_TIME = 10_000_000

/** Words of an entry. */
const DIRECTION = 0
const SECONDS = 1
const NANOSECONDS = 2
const TAPS = 3
const TWIN = 4
const WORDS = 5

/** What a record is of those before it. */
export type CopyOf =
  /** A packet of its own. */
  | 'none'
  /** The same packet, recorded in another place. */
  | 'copy'
  /** The same packet, recorded in the same place: delivered twice, or recorded twice. */
  | 'again'
  /** Equal to one just before in the same place, and not numbered: the same packet only if the capture records packets twice. */
  | 'twin'

/** The recent packets of a point. */
export class Copies {
  readonly #ring = new RecentRing(MOST_RECENT, WORDS)

  /** @param tap - Bit of the place where it was recorded. */
  take(key: InnerKey, direction: number, packet: PacketInfo, tap: number): CopyOf {
    const { strictHigh, strictLow } = key
    const ring = this.#ring
    for (let entry = ring.find(strictHigh, strictLow); entry !== NONE; entry = ring.older(entry)) {
      const { data } = ring
      if (data[entry + DIRECTION] !== direction) continue
      const within = (nanoseconds: number): boolean =>
        near(packet.seconds, packet.nanoseconds, data[entry + SECONDS]!, data[entry + NANOSECONDS]!, nanoseconds)
      if (!within(COPY_TIME)) break
      if ((data[entry + TAPS]! & tap) === 0) {
        data[entry + TAPS] = data[entry + TAPS]! | tap
        return 'copy'
      }
      if (key.isNumbered && within(SAME_TIME)) return 'again'
      if (!key.isNumbered && data[entry + TWIN] === 0 && within(TWICE_TIME)) {
        data[entry + TWIN] = 1
        return 'twin'
      }
    }
    const entry = ring.insert(strictHigh, strictLow)
    ring.data[entry + DIRECTION] = direction
    ring.data[entry + SECONDS] = packet.seconds | 0
    ring.data[entry + NANOSECONDS] = packet.nanoseconds
    ring.data[entry + TAPS] = tap
    return 'none'
  }

  save(): RecentRingState {
    return this.#ring.save()
  }

  restore(state: RecentRingState): void {
    this.#ring.restore(state)
  }
}

/** Whether something is a saved ring that {@link Copies} can go on with: its lists have the lengths of a ring that has grown by doublings. */
export function isCopies(saved: RecentRingState | undefined): saved is RecentRingState {
  if (!(saved?.data instanceof Int32Array && saved.heads instanceof Int32Array)) return false
  const { data, heads, next } = saved
  const fresh = new RecentRing(MOST_RECENT, WORDS)
  const sizes = fresh.save()
  const times = heads.length / sizes.heads.length
  const isGrown = Number.isInteger(Math.log2(times)) && times >= 1 && times <= MOST_RECENT
  return (
    isGrown && data.length === sizes.data.length * times && data.length <= MOST_RECENT * fresh.stride && isPlace(next)
  )
}

function isPlace(next: unknown): boolean {
  return typeof next === 'number' && (next | 0) === next
}
