/** Which flow a later inner IP fragment belongs to: the row of its first fragment, which alone has the ports. */

import { NONE } from '../../codecs/core/fault.ts'
import { Digest } from '../tables/hash.ts'
import { RecentRing, type RecentRingState } from '../tables/recent-ring.ts'
import { near } from '../tables/time.ts'
import type { Observation } from './observation.ts'

/** Nanoseconds for which a first fragment is remembered (Linux reassembles for 30 s, RFC 8200 §4.5 asks for 60 s). */
const LIFETIME = 60_000_000_000

const FLOW = 0
const FORWARD = 1
const SECONDS = 2
const NANOSECONDS = 3

/** The first fragments of the recent past. */
export class InnerFragments {
  /** Later fragments whose first one was not seen. */
  missed = 0
  readonly #window: RecentRing
  readonly #digest = new Digest()

  constructor(size: number) {
    this.#window = new RecentRing(size, 4)
  }

  /** Notes the flow row of a first fragment. */
  insert(o: Observation, kindVni: number, stack: number): void {
    this.#key(o, kindVni, stack)
    const at = this.#window.insert(this.#digest.high, this.#digest.low)
    const { data } = this.#window
    data[at + FLOW] = o.flowRow
    data[at + FORWARD] = o.flowForward ? 1 : 0
    data[at + SECONDS] = o.seconds
    data[at + NANOSECONDS] = o.nanoseconds
  }

  /** Puts a later fragment on its first fragment's row. @returns Whether that one was seen. */
  lookup(o: Observation, kindVni: number, stack: number): boolean {
    this.#key(o, kindVni, stack)
    const { data } = this.#window
    const at = this.#window.find(this.#digest.high, this.#digest.low)
    if (at === NONE || !near(o.seconds, o.nanoseconds, data[at + SECONDS]!, data[at + NANOSECONDS]!, LIFETIME)) {
      this.missed++
      return false
    }
    o.flowRow = data[at + FLOW]!
    o.flowForward = data[at + FORWARD] === 1
    return true
  }

  save(): { missed: number; window: RecentRingState } {
    return { missed: this.missed, window: this.#window.save() }
  }

  restore(state: { missed: number; window: RecentRingState }): void {
    this.missed = state.missed
    this.#window.restore(state.window)
  }

  #key(o: Observation, kindVni: number, stack: number): void {
    const { innerIp } = o.layers
    const digest = this.#digest
    digest.reset()
    digest.word(kindVni)
    digest.word(stack)
    digest.word(o.innerSourceId)
    digest.word(o.innerDestinationId)
    digest.word(innerIp.identification)
    digest.word(innerIp.protocol)
  }
}
