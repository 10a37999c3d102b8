/**
 * Who sends on what it received: by the way that the packets leave (route row and direction), how many, from which way they came,
 * and whether they were routed. What copies.ts calls relayed is counted here once a hop.
 * Evidence: a capture point that both sides of the relay pass. What misleads: address translation makes another packet of it.
 */
import { NONE } from '../codecs/fault.ts'
import type { Judge } from './analyzer.ts'
import type { Copies } from './copies.ts'
import { Again, Bit, type EventLog, Field } from './event-log.ts'
import { Tally, type TallyState } from './tally.ts'
import { FlowHalf, type FlowTraffic } from './traffic.ts'

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

/** Bits of `FlowHalf.Relayed`: what was relayed into the flow from another one, and returned unchanged by direction. */
export const RelayedBit = { Into: 1, Returned: 2 } as const

/** Relayed packets by way out. */
export class Relays implements Judge<TallyState<Relay>> {
  readonly ways = new Tally<Relay>(() => ({ from: [], routed: 0, returned: 0, sure: 0 }))

  /**
   * @param copies - Has observed the packet before this judge does.
   * @param flows - Shared with other judges.
   */
  constructor(
    private readonly copies: Copies,
    private readonly flows: FlowTraffic,
  ) {}

  /** Takes a packet with `Again.Relayed`. */
  observe({ i32 }: EventLog, at: number): void {
    const again = i32[at + Field.Again]!
    if ((again & Again.Relayed) === 0) return
    const bits = i32[at + Field.Bits]!
    const flow = i32[at + Field.Flow]!
    if (flow !== NONE) this.#noteFlow(flow, bits, again)
    const relay = this.ways.note(this.copies.to, i32[at + Field.Number]!)
    if (relay === null) return
    if ((again & Again.Routed) !== 0) relay.routed++
    if ((again & Again.Returned) !== 0) relay.returned++
    const isSure = (bits & (Bit.Tcp | Bit.Udp | Bit.EchoRequest | Bit.EchoReply)) !== 0
    if (isSure || i32[at + Field.InnerIdentification] !== 0) relay.sure++
    const { from } = this.copies
    if (relay.from.length < MOST_WAYS && !relay.from.includes(from)) relay.from.push(from)
  }

  /** Whether packets of a flow row are those of another flow, relayed. */
  isRelayedInto(flow: number): boolean {
    return (this.#flowBits(flow) & RelayedBit.Into) !== 0
  }

  /** Whether unchanged packets of both directions of a flow row were returned to who had sent them. */
  isReturnedBothWays(flow: number): boolean {
    const both = RelayedBit.Returned * 3
    return (this.#flowBits(flow) & both) === both
  }

  save(): TallyState<Relay> {
    return this.ways.save()
  }

  restore(state: TallyState<Relay>): void {
    this.ways.restore(state)
  }

  #flowBits(flow: number): number {
    const { records, rows } = this.flows
    return flow < rows ? records.i32[records.at(flow) * 2 + FlowHalf.Relayed]! : 0
  }

  #noteFlow(flow: number, bits: number, again: number): void {
    const { flows } = this
    if (flow >= flows.rows) flows.rows = flow + 1
    const half = flows.records.at(flow) * 2 + FlowHalf.Relayed
    let seen = (bits & Bit.Copy) === 0 ? RelayedBit.Into : 0
    const isReturned = (again & (Again.Returned | Again.Routed)) === Again.Returned
    if (isReturned) seen |= (bits & Bit.FlowForward) !== 0 ? RelayedBit.Returned : RelayedBit.Returned * 2
    flows.records.i32[half]! |= seen
  }
}
