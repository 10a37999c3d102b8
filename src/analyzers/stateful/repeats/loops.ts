/**
 * Packets that go round, by the way of the packet (route row and direction): what passes one way a third time and had been elsewhere
 * in between, and frames that come back unchanged to the VTEP that sent them. A bridging loop returns frames because a VTEP does not
 * send on into the overlay what came out of it (split horizon); a service chain or gateway load balancer returns every frame of a
 * conversation, both directions of it, which tells the two apart.
 * Evidence: any capture point that both directions pass. What misleads: gateways that share MAC and address at every VTEP ask
 * and announce the same at the same time, so frames without a number of their own are counted apart.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Again, Bit, type EventLog, Field } from '../../events/event-log.ts'
import { PacketFlag } from '../../events/packet-flags.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import { type Copies, surePassages } from './copies.ts'
import { wayOf } from './recent-frames.ts'
import type { Relays } from './relays.ts'

/** What numbers its packets itself. */
const OWN = Bit.Tcp | Bit.EchoRequest | Bit.EchoReply
/** What numbers its packets so that a repetition has another number. */
const ECHO = Bit.EchoRequest | Bit.EchoReply

/** What came back. */
export interface Returned {
  /** Frames with a number or a sequence of their own: an IPv4 identification, an echo, a TCP segment. */
  numbered: number
  /** Frames of conversations of which both directions come back. */
  bothWays: number
}

/** What passed a third time. */
export interface Round {
  /**
   * Packets with a number of their own, or a lower TTL than before, and questions and announcements that come faster than anybody sends
   * them.
   */
  numbered: number
  /** Packets with a lower TTL than before. */
  routed: number
}

/** Saved loops. */
export interface LoopsState {
  returned: CounterByKeyState<Returned>
  rounds: CounterByKeyState<Round>
}

/** Returned frames, and rounds, by route row × 2 + direction (0 = from a). */
export class Loops implements StatefulAnalyzer<LoopsState> {
  readonly returned = new CounterByKey<Returned>(() => ({ numbered: 0, bothWays: 0 }))
  readonly rounds = new CounterByKey<Round>(() => ({ numbered: 0, routed: 0 }))

  /** Both have observed the packet before this analyzer does. */
  constructor(
    private readonly copies: Copies,
    private readonly relays: Relays,
  ) {}

  /** Takes a packet that is on its way. */
  observe({ i32 }: EventLog, at: number): void {
    const way = wayOf(i32, at)
    if (way === NONE || (i32[at + Field.PacketFlags]! & PacketFlag.Damaged) !== 0) return
    const again = i32[at + Field.Again]!
    const bits = i32[at + Field.Bits]!
    const isIdentified = i32[at + Field.InnerIdentification] !== 0
    if ((again & Again.Circling) !== 0) {
      if (this.copies.passages < 2) return
      const round = this.rounds.note(way, i32[at + Field.Number]!)
      const isSure = isIdentified || (bits & (ECHO | Bit.Copy)) !== 0
      const isFast = this.copies.passages >= surePassages(i32, at)
      if (round !== null && (isSure || isFast)) round.numbered++
      if (round !== null && this.copies.isLowered) round.routed++
      return
    }
    if ((again & (Again.Returned | Again.Routed)) !== Again.Returned) return
    // In another VNI it was bridged or routed there on purpose.
    if (this.copies.from >> 1 !== way >> 1) return
    const figures = this.returned.note(way, i32[at + Field.Number]!)
    if (figures === null) return
    if (isIdentified || (bits & OWN) !== 0) figures.numbered++
    const flow = i32[at + Field.Flow]!
    const ways = flow === NONE ? null : this.relays.returnedBothWays(flow)
    if (ways === null) return
    figures.bothWays++
    // Of a question and one answer the question came back first, when nothing of the other direction had.
    const other = this.returned.get(ways.there === way ? ways.back : ways.there)
    if (other !== undefined && other.figures !== figures) other.figures.bothWays++
  }

  save(): LoopsState {
    return { returned: this.returned.save(), rounds: this.rounds.save() }
  }

  restore(state: LoopsState): void {
    this.returned.restore(state.returned)
    this.rounds.restore(state.rounds)
  }
}
