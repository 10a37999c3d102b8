/**
 * Frames that come back to the VTEP that sent them, by route and direction of the return: what a bridging loop does, and nothing
 * else, because a VTEP does not send on into the overlay what came out of it (split horizon).
 * Evidence: any capture point that both directions pass. What misleads: gateways that share MAC and address at every VTEP ask
 * and announce the same at the same time, so frames without a number of their own are counted apart. A frame that a router sends
 * back has other MACs and a lower TTL: it is another frame.
 */
import { NONE } from '../codecs/fault.ts'
import type { Judge } from './analyzer.ts'
import type { Copies } from './copies.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { Mark } from './marks.ts'
import { Tally, type TallyState } from './tally.ts'

/** What numbers its packets itself. */
const OWN = Bit.Tcp | Bit.EchoRequest | Bit.EchoReply

/** What came back. */
export interface Returned {
  /** Frames with a number or a sequence of their own: an IPv4 identification, an echo, a TCP segment. */
  numbered: number
}

/** Returned frames by route row × 2 + direction (0 = from a). */
export class Loops implements Judge<TallyState<Returned>> {
  readonly returned = new Tally<Returned>(() => ({ numbered: 0 }))

  /** @param copies - Has observed the packet before this judge does. */
  constructor(private readonly copies: Copies) {}

  observe(log: EventLog, at: number): void {
    if (!this.copies.isReturned) return
    const { i32 } = log
    const route = i32[at + Field.Route]!
    const bits = i32[at + Field.Bits]!
    if (route === NONE || (bits & Bit.Kept) === 0 || (i32[at + Field.Marks]! & Mark.Damaged) !== 0) return
    const end = route * 2 + ((bits & Bit.PairForward) !== 0 ? 0 : 1)
    const figures = this.returned.note(end, i32[at + Field.Number]!)
    if (figures !== null && (i32[at + Field.InnerIdentification] !== 0 || (bits & OWN) !== 0)) figures.numbered++
  }

  save(): TallyState<Returned> {
    return this.returned.save()
  }

  restore(state: TallyState<Returned>): void {
    this.returned.restore(state)
  }
}
