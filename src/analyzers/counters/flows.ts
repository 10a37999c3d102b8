/** Volumes, times, initiator and VTEPs by flow: one row for both directions. */

import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as arp from '../../codecs/headers/arp.ts'
import * as icmp from '../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../codecs/headers/icmpv6.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import type { Counter } from '../analyzer.ts'
import type { Observation } from '../lookup/observation.ts'
import { KeyTable, type KeyTableState } from '../tables/key-table.ts'
import type { Keys } from '../tables/keys.ts'
import { Records, type RecordsState } from '../tables/records.ts'
import { firstNanoseconds, firstSeconds, lastNanoseconds, lastSeconds, SPAN_CELLS, stretch } from '../tables/span.ts'
import { isoTime } from '../tables/time.ts'

const PACKETS = 0
const INNER_BYTES = 2
const SPAN = 4
/** Two halves: the first VTEP (plus one) that a's and b's packets came from. */
const VTEPS = SPAN + SPAN_CELLS
/** Two halves: who opened the flow by the first evidence (1 = a, 2 = b), and the last outer source ports (a→b in the upper 16 bits). */
const INITIATOR = VTEPS + 1
/** Two halves: the numbers of the packets that those ports are of, a→b first. */
const PORT_NUMBERS = INITIATOR + 1
const CELLS = PORT_NUMBERS + 1

/** Saved flows. */
export interface FlowsState {
  records: RecordsState
  vteps: KeyTableState
}

/** Counts on flow rows; direction 0 is a→b, 1 is b→a. */
export class Flows implements Counter<FlowsState> {
  readonly #records = new Records(CELLS)
  /** [flow row × 2 + direction, address]: VTEPs beyond the first. */
  readonly #vteps: KeyTable

  constructor(
    private readonly keys: Keys,
    limit: number,
  ) {
    this.#vteps = new KeyTable('flowVteps', 2, limit)
  }

  get tables(): readonly KeyTable[] {
    return [this.#vteps]
  }

  packets(row: number, direction: 0 | 1): number {
    return this.#records.get(row, PACKETS + direction)
  }

  innerBytes(row: number, direction: 0 | 1): number {
    return this.#records.get(row, INNER_BYTES + direction)
  }

  firstTime(row: number): string | null {
    const cell = this.#records.at(row) + SPAN
    return isoTime(firstSeconds(this.#records, cell), firstNanoseconds(this.#records, cell))
  }

  lastTime(row: number): string | null {
    const cell = this.#records.at(row) + SPAN
    return isoTime(lastSeconds(this.#records, cell), lastNanoseconds(this.#records, cell))
  }

  /** First and last time of a row in seconds and nanoseconds, which are `NO_TIME` where no packet has a time. */
  span(row: number): { first: [number, number]; last: [number, number] } {
    const cell = this.#records.at(row) + SPAN
    return {
      first: [firstSeconds(this.#records, cell), firstNanoseconds(this.#records, cell)],
      last: [lastSeconds(this.#records, cell), lastNanoseconds(this.#records, cell)],
    }
  }

  /** Who opened the flow: the sender of a SYN, an echo request, an ARP request or a solicitation; `null` without such evidence. */
  initiator(row: number): 'a' | 'b' | null {
    const at = (this.#records.at(row) + INITIATOR) * 2
    const value = this.#records.i32[at]!
    return value === 0 ? null : value === 1 ? 'a' : 'b'
  }

  /** Outer UDP source port of the last packet in a direction: what an ICMP error about the flow quotes. 0 when there was none. */
  sourcePort(row: number, direction: 0 | 1): number {
    const ports = this.#records.i32[(this.#records.at(row) + INITIATOR) * 2 + 1]!
    return direction === 0 ? ports >>> 16 : ports & 0xffff
  }

  /** Address id of the VTEP that a direction's packets came from first; `NONE` when there were none. */
  firstVtep(row: number, direction: 0 | 1): number {
    return this.#records.i32[(this.#records.at(row) + VTEPS) * 2 + direction]! - 1
  }

  /** Address ids of the outer sources of some flows, by flow row × 2 + direction. */
  vteps(flows: readonly number[]): Map<number, number[]> {
    const lists = new Map<number, number[]>()
    for (const row of flows) {
      for (const direction of [0, 1] as const) {
        const first = this.firstVtep(row, direction)
        lists.set(row * 2 + direction, first === NONE ? [] : [first])
      }
    }
    for (let row = 0; row < this.#vteps.count; row++)
      lists.get(this.#vteps.word(row, 0))?.push(this.#vteps.word(row, 1))
    return lists
  }

  /** Tells of every VTEP beyond the first of a flow row's direction. */
  forLaterVteps(visit: (row: number, vtep: number) => void): void {
    for (let row = 0; row < this.#vteps.count; row++) visit(this.#vteps.word(row, 0) >> 1, this.#vteps.word(row, 1))
  }

  observe(o: Observation): void {
    if (o.flowRow === NONE) return
    const at = this.#records.at(o.flowRow)
    const { f64, i32 } = this.#records
    const direction = o.flowForward ? 0 : 1
    f64[at + PACKETS + direction]!++
    f64[at + INNER_BYTES + direction]! += o.layers.innerLength
    stretch(this.#records, at + SPAN, o.seconds, o.nanoseconds)
    this.#noteVtep(o.flowRow, direction, o.sourceId)
    const opening = (at + INITIATOR) * 2
    if (i32[opening] === 0) i32[opening] = initiatorOf(o)
    this.#notePort(at, direction, o.layers.outerSourcePort & 0xffff, o.number)
  }

  /** Notes when and from which VTEP the first packet of a path came. */
  begin(o: Observation): void {
    stretch(this.#records, this.#records.at(o.flowRow) + SPAN, o.seconds, o.nanoseconds)
    this.#noteVtep(o.flowRow, o.flowForward ? 0 : 1, o.sourceId)
  }

  /**
   * Notes who opened the flow of a SYN.
   * @param direction - Which way it goes.
   * @param flags - Its TCP flags.
   */
  noteSyn(row: number, direction: 0 | 1, flags: number): void {
    const opening = (this.#records.at(row) + INITIATOR) * 2
    const { i32 } = this.#records
    if (i32[opening] === 0) i32[opening] = openerOf(flags, direction + 1)
  }

  /**
   * Counts packets that came one after the other in one direction of a flow, from a VTEP that it is known to have.
   * @param seconds - The last one's time.
   * @param port - Its outer source port.
   * @param number - Its number.
   */
  add(
    row: number,
    direction: 0 | 1,
    packets: number,
    innerBytes: number,
    seconds: number,
    nanoseconds: number,
    port: number,
    number: number,
  ): void {
    const at = this.#records.at(row)
    const { f64 } = this.#records
    f64[at + PACKETS + direction]! += packets
    f64[at + INNER_BYTES + direction]! += innerBytes
    stretch(this.#records, at + SPAN, seconds, nanoseconds)
    this.#notePort(at, direction, port, number)
  }

  save(): FlowsState {
    return { records: this.#records.save(this.keys.flows.count), vteps: this.#vteps.save() }
  }

  restore(state: FlowsState): void {
    this.#records.restore(state.records)
    this.#vteps.restore(state.vteps)
  }

  #notePort(at: number, direction: 0 | 1, port: number, number: number): void {
    const { i32 } = this.#records
    const half = (at + PORT_NUMBERS) * 2 + direction
    // Counts are flushed late: a later packet of this direction may have come by another VTEP.
    if (number < i32[half]!) return
    i32[half] = number
    const ports = (at + INITIATOR) * 2 + 1
    i32[ports] = direction === 0 ? (port << 16) | (i32[ports]! & 0xffff) : (i32[ports]! & ~0xffff) | port
  }

  #noteVtep(row: number, direction: 0 | 1, vtep: number): void {
    if (vtep === NONE) return
    const at = (this.#records.at(row) + VTEPS) * 2 + direction
    const { i32 } = this.#records
    if (i32[at] === vtep + 1) return
    if (i32[at] === 0) {
      i32[at] = vtep + 1
      return
    }
    this.#vteps.key[0] = row * 2 + direction
    this.#vteps.key[1] = vtep
    this.#vteps.row()
  }
}

/** 1 when a opened the flow, 2 when b did, 0 when the packet does not tell. */
function initiatorOf(o: Observation): number {
  const { layers } = o
  const { innerView: view, innerTransport: at, innerIp } = layers
  const sender = o.flowForward ? 1 : 2
  const receiver = 3 - sender
  if (layers.innerArp !== NONE) {
    const operation = arp.operation(view, layers.innerArp)
    if (operation === arp.Operation.Request) return sender
    return operation === arp.Operation.Reply ? receiver : 0
  }
  if (at === NONE) return 0
  if (innerIp.protocol === Protocol.Tcp) {
    const flags = tcp.flags(view, at)
    return (flags & tcp.FLAG_SYN) === 0 ? 0 : openerOf(flags, sender)
  }
  if (innerIp.protocol === Protocol.Icmp) {
    const type = icmp.type(view, at)
    if (type === icmp.Type.EchoRequest) return sender
    return type === icmp.Type.EchoReply ? receiver : 0
  }
  if (innerIp.protocol === Protocol.IcmpV6) {
    const type = icmpv6.type(view, at)
    if (type === icmpv6.Type.EchoRequest || type === icmpv6.Type.NeighborSolicitation) return sender
    return type === icmpv6.Type.EchoReply || type === icmpv6.Type.NeighborAdvertisement ? receiver : 0
  }
  return 0
}

/** Whose connection a SYN is of, when 1 (a) or 2 (b) sent it: a SYN with ACK answers the other side. */
function openerOf(flags: number, sender: number): number {
  return (flags & tcp.FLAG_ACK) === 0 ? sender : 3 - sender
}
