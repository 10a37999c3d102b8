/**
 * Which maximum segment sizes inner SYNs announce, by VNI and VTEP pair. Whether one fits is decided at the end, when the path is known.
 * Evidence: any capture point that SYNs pass. What misleads: a host behind the capture point may still clamp the option.
 */
import { NONE } from '../codecs/fault.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import type { Keys } from './keys.ts'
import { countOne, type Entry, Tally, type TallyState } from './tally.ts'

/** Values that the 16-bit option can have (RFC 9293 §3.7.1), times two for the inner IP version. */
const VALUES = 65_536 * 2

/** One announced size of a VNI and VTEP pair. */
export interface Announced {
  /** Row of the VNI × VTEP pair. */
  route: number
  /** Row of the VTEP pair. */
  pair: number
  /** IP version of the inner packets, 4 or 6. */
  version: 4 | 6
  /** Bytes, 1 to 65 535. */
  mss: number
  /** SYNs that announce it. */
  count: number
  /** Numbers of the first of them. */
  packets: readonly number[]
}

/** Announced sizes on route rows. */
export class SegmentSizes implements Judge<TallyState<{ pair: number }>> {
  readonly #tally = new Tally<{ pair: number }>(() => ({ pair: NONE }), 65_536)
  /** What the last SYN announced, by route row: most announce the same. */
  readonly #latest: (Entry<{ pair: number }> | undefined)[] = []

  /** @param keys - Tells inner IPv4 from IPv6. */
  constructor(private readonly keys: Keys) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const mss = i32[at + Field.MaximumSegmentSize]!
    const route = i32[at + Field.Route]!
    if (mss === 0 || route === NONE || (i32[at + Field.Bits]! & (Bit.Tcp | Bit.Copy)) !== Bit.Tcp) return
    const source = i32[at + Field.InnerSource]!
    if (source === NONE) return
    const version = this.keys.isIpv6(source) ? 1 : 0
    const key = route * VALUES + mss * 2 + version
    const latest = this.#latest[route]
    if (latest?.key === key) {
      countOne(latest, i32[at + Field.Number]!)
      return
    }
    const figures = this.#tally.note(key, i32[at + Field.Number]!)
    if (figures === null) return
    figures.pair = i32[at + Field.Pair]!
    this.#latest[route] = this.#tally.get(key)
  }

  /** Every size that was announced. */
  announced(): Announced[] {
    return [...this.#tally.entries()].map(({ key, count, packets, figures }) => ({
      route: Math.floor(key / VALUES),
      pair: figures.pair,
      version: key % 2 === 1 ? 6 : 4,
      mss: (key % VALUES) >>> 1,
      count,
      packets,
    }))
  }

  save(): TallyState<{ pair: number }> {
    return this.#tally.save()
  }

  restore(state: TallyState<{ pair: number }>): void {
    this.#tally.restore(state)
    this.#latest.length = 0
  }
}
