/**
 * Who sends on what it received: by the way that the packets leave (route row and direction), how many, from which way they came,
 * and whether they were routed. What copies.ts calls relayed is counted here once a hop.
 * Evidence: a capture point that both sides of the relay pass. What misleads: address translation makes another packet of it.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Again, Bit, type EventLog, Field } from '../../events/event-log.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import type { Copies } from './copies.ts'

/** Ways in that are kept of a way out. */
const MOST_WAYS = 16

/** What leaves one way. */
export interface Relay {
  /** Ways that it came (route row × 2 + direction), the first sixteen. */
  from: number[]
  /** Packets with a lower TTL or other MACs, and packets back to the VTEP that had sent them. */
  routed: number
  returned: number
  /** Packets that have a number or a sequence of their own: no gateways that happen to ask alike. */
  sure: number
}

/** What was relayed in a flow. */
interface RelayedFlow {
  /** Packets of another flow: of another VNI, or with other VLAN tags. */
  into: number
  /** The way of the latest packet that was returned unchanged to who had sent it, by direction; `NONE` while none was. */
  there: number
  back: number
}

/** Saved relays. */
export interface RelaysState {
  ways: CounterByKeyState<Relay>
  flows: CounterByKeyState<RelayedFlow>
}

/** Relayed packets by way out. */
export class Relays implements StatefulAnalyzer<RelaysState> {
  readonly ways = new CounterByKey<Relay>(() => ({ from: [], routed: 0, returned: 0, sure: 0 }))

  readonly #flows = new CounterByKey<RelayedFlow>(() => ({ into: 0, there: NONE, back: NONE }))

  /** @param copies - Has observed the packet before this analyzer does. */
  constructor(private readonly copies: Copies) {}

  /** Takes a packet with `Again.Relayed`. */
  observe({ i32 }: EventLog, at: number): void {
    const again = i32[at + Field.Again]!
    if ((again & Again.Relayed) === 0) return
    const bits = i32[at + Field.Bits]!
    const flow = i32[at + Field.Flow]!
    if (flow !== NONE) this.#noteFlow(flow, bits, again, i32[at + Field.Number]!)
    const relay = this.ways.note(this.copies.to, i32[at + Field.Number]!)
    if (relay === null) return
    if ((again & Again.Routed) !== 0) relay.routed++
    if ((again & Again.Returned) !== 0) relay.returned++
    const isSure = (bits & (Bit.Tcp | Bit.Udp | Bit.EchoRequest | Bit.EchoReply)) !== 0
    if (isSure || i32[at + Field.InnerIdentification] !== 0) relay.sure++
    const { from } = this.copies
    if (relay.from.length < MOST_WAYS && !relay.from.includes(from)) relay.from.push(from)
  }

  /** Whether packets of a flow row are those of another flow, relayed; of too many flows to follow, whether they may be. */
  isRelayedInto(flow: number): boolean {
    return this.#flows.dropped > 0 || (this.#flows.get(flow)?.figures.into ?? 0) > 0
  }

  /**
   * The ways by which unchanged packets of both directions of a flow row were returned to who had sent them, the latest of each;
   * `null` while one direction has none.
   */
  returnedBothWays(flow: number): { there: number; back: number } | null {
    const figures = this.#flows.get(flow)?.figures
    return figures === undefined || figures.there === NONE || figures.back === NONE ? null : figures
  }

  save(): RelaysState {
    return { ways: this.ways.save(), flows: this.#flows.save() }
  }

  restore(state: RelaysState): void {
    this.ways.restore(state.ways)
    this.#flows.restore(state.flows)
  }

  #noteFlow(flow: number, bits: number, again: number, number: number): void {
    const figures = this.#flows.note(flow, number)
    if (figures === null) return
    if ((bits & Bit.Copy) === 0) figures.into++
    if ((again & (Again.Returned | Again.Routed)) !== Again.Returned) return
    if ((bits & Bit.FlowForward) !== 0) figures.there = this.copies.to
    else figures.back = this.copies.to
  }
}
