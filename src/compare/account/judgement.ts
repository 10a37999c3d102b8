/**
 * Whether a packet that left should have been seen at the other side: it must have been capturing when the packet was due, the clocks
 * must be known, and something must show that the packet's way leads there.
 */
import type { ComparedDirection, Place } from '../../comparison.ts'
import { type Channel, nearTime, type Plan } from '../plan/plan.ts'
import type { Directions } from '../reading/directions.ts'
import type { SideSurvey, Surveyed } from '../reading/survey.ts'

/** Why packets of a direction are not judged, or that they are. */
export type Verdict = ComparedDirection['judged']

/** A time by the near clock, from and to. */
export interface Span {
  from: number
  to: number
}

/** Judges whether packets were due at the other side. */
export class Judgement {
  /** When each side was capturing. */
  spans: Record<Place, Span>
  /** When the last packet left that arrived, by the side that it arrived at. */
  readonly lastArrived = { near: Number.NEGATIVE_INFINITY, far: Number.NEGATIVE_INFINITY }
  /** Directions that the side where they arrive does not record. */
  unrecorded: ReadonlySet<number> = new Set()
  readonly #plan: Plan
  readonly #directions: Directions
  readonly #surveyed: Surveyed
  readonly #onPath: (boolean | undefined)[] = []
  /** Addresses that each side has packets of, as `from to` of every direction, and those of hosts that send from it. */
  readonly #ends: Record<Place, Set<string>>

  constructor(plan: Plan, directions: Directions, surveyed: Surveyed) {
    this.#plan = plan
    this.#directions = directions
    this.#surveyed = surveyed
    this.spans = { near: spanOf(surveyed.near), far: this.#farSpan(surveyed.far) }
    this.#ends = { near: this.#endsOf('near'), far: this.#endsOf('far') }
  }

  /** Whether loss of a direction can be judged at all. */
  verdict(row: number): Verdict {
    const { clock, channels, channelOf } = this.#plan
    const channel = channels[channelOf[row]!]!
    if (this.#surveyed[channel.isForth ? 'far' : 'near'].isCutShort) return 'cut-short'
    if (clock === null || this.#plan.timeless.length > 0) return 'no-clock'
    this.#onPath[row] ??= this.#leadsAcross(row, channel)
    if (!this.#onPath[row]) return 'not-on-path'
    return this.unrecorded.has(row) ? 'not-recorded' : 'yes'
  }

  /** Whether a packet that left at a time was due at the other side, and seen there if it came. */
  isDue(row: number, time: number, ends: number): boolean {
    if (this.verdict(row) !== 'yes') return false
    const channel = this.#plan.channels[this.#plan.channelOf[row]!]!
    if (channel.isTranslated && !channel.ends.has(ends)) return false
    const other = channel.isForth ? 'far' : 'near'
    const { from, to } = this.spans[other]
    const earliest = time + Math.max(0, channel.low)
    if (earliest < from) return false
    return time + channel.high <= to || time <= this.lastArrived[other]
  }

  /** Whether a packet was due behind the last one that the other side recorded. */
  isBeyond(row: number, time: number): boolean {
    const { isForth, high } = this.#plan.channels[this.#plan.channelOf[row]!]!
    return time + high > this.spans[isForth ? 'far' : 'near'].to
  }

  /** Whether what leaves this way is shown to come by the other side. */
  #leadsAcross(row: number, channel: Channel): boolean {
    if (channel.sampled > 0) return true
    const back = this.#directions.back(row)
    const { channels, channelOf } = this.#plan
    if (back >= 0 && channels[channelOf[back]!]!.sampled > 0) return true
    const other = channel.isForth ? 'far' : 'near'
    const from = this.#directions.from(row)
    const to = this.#directions.to(row)
    const ends = this.#ends[other]
    return ends.has(`${from} ${to}`) || ends.has(`${to} ${from}`) || ends.has(to)
  }

  #endsOf(place: Place): Set<string> {
    const ends = new Set<string>()
    const seen = this.#surveyed[place].seen
    for (let row = 0; row < this.#directions.count; row++) {
      if (seen[row] === undefined) continue
      const channel = this.#plan.channels[this.#plan.channelOf[row]!]!
      const from = this.#directions.from(row)
      ends.add(`${from} ${this.#directions.to(row)}`)
      // Who sends from this side has what is sent to him come by it.
      if (channel.isForth === (place === 'near')) ends.add(from)
    }
    return ends
  }

  #farSpan(far: SideSurvey): Span {
    const { clock } = this.#plan
    const { from, to } = spanOf(far)
    return clock === null ? { from, to } : { from: nearTime(clock, from), to: nearTime(clock, to) }
  }
}

function spanOf({ firstTime, lastTime }: SideSurvey): Span {
  return { from: firstTime, to: lastTime }
}
