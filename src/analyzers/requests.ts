/**
 * Requests over a VTEP pair and VNI that nothing came back for: echo requests, SYNs and addresses asked for by unicast.
 * Frames to many, copies to a group and replicas are no requests; nor are packets that may have been too large for the path.
 * A reply by another VTEP, or in the same direction (a mirror session carries both), is a reply.
 * Evidence: any capture point that both directions pass. What misleads: a capture of one direction alone, told here by
 * acknowledgments of what was not seen; a firewall that drops by address.
 */
import { NONE } from '../codecs/fault.ts'
import * as tcp from '../codecs/tcp.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { Records, type RecordsState } from './records.ts'
import { EXAMPLES } from './tally.ts'

/** Outer bytes up to which no path is too narrow: the least MTU that IPv4 hosts must take whole is 576 (RFC 1122 §3.3.2). */
const SMALL = 600

/** Halves of a route, for each direction of the outer packet (0 = from a). */
const PACKETS = 0
/** Requests since something last came back. */
const OPEN = 1
/** Packets since then which show that answers arrive unseen. */
const HIDDEN = 2
/** When the third of them was sent; flow row × 2 + direction of the first (0 = from a), plus one. */
const SECONDS = 3
const NANOSECONDS = 4
const FLOW = 5
const NUMBERS = 6
const SIDE = NUMBERS + EXAMPLES

/** Halves of a flow: what is open, the last acknowledgment with its direction plus one, numbers of the last packets by direction. */
const REQUEST = 0
const ACKNOWLEDGMENT = 1
const ACKNOWLEDGER = 2
const LAST = 3
const FLOW_CELLS = 3

/** The request after which silence is worth a word. */
const THIRD = 3

/** Requests in one direction of a route that nothing came back for. */
export interface Silence {
  route: number
  /** 0 when a asked b. */
  direction: 0 | 1
  count: number
  packets: number[]
  /** When the third request was sent. */
  seconds: number
  nanoseconds: number
  /** Flow row of the first request, and whether a asked b. */
  flow: number
  forward: boolean
  /** Packets that had come from the other side before. */
  before: number
}

/** Saved requests. */
export interface RequestsState {
  rows: number[]
  routes: RecordsState
  flows: RecordsState
}

/** Open requests by route and direction. */
export class Requests implements Judge<RequestsState> {
  readonly #routes = new Records(SIDE)
  readonly #flows = new Records(FLOW_CELLS)
  #routeRows = 0
  #flowRows = 0

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const route = i32[at + Field.Route]!
    if ((bits & (Bit.Kept | Bit.Copy)) !== Bit.Kept || route === NONE) return
    if (route >= this.#routeRows) this.#routeRows = route + 1
    const direction = (bits & Bit.PairForward) !== 0 ? 0 : 1
    const base = this.#routes.at(route) * 2
    const own = base + direction * SIDE
    const other = base + (1 - direction) * SIDE
    const routes = this.#routes.i32
    routes[own + PACKETS]!++
    routes[other + OPEN] = 0
    routes[other + HIDDEN] = 0
    const flow = i32[at + Field.Flow]!
    if (flow === NONE) return
    if (flow >= this.#flowRows) this.#flowRows = flow + 1
    const cell = this.#flows.at(flow) * 2
    const forward = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    this.#close(cell, forward)
    this.#flows.i32[cell + LAST + forward] = i32[at + Field.Number]!
    if ((bits & Bit.Tcp) !== 0) this.#noteAcknowledgment(i32, at, cell, forward, own)
    if (!isRequest(i32, at)) return
    this.#flows.i32[cell + REQUEST] = (route * 2 + direction) * 2 + forward + 1
    this.#open(log, at, own, flow * 2 + forward)
  }

  /** Reads flow records ahead. @returns Nothing of use. */
  fetch(log: EventLog, from: number, to: number): number {
    return this.#flows.fetch(log, from, to, Field.Flow) ^ this.#routes.fetch(log, from, to, Field.Route)
  }

  /** Packets of a route in one direction, copies aside. */
  packets(route: number, direction: 0 | 1): number {
    return route < this.#routeRows ? this.#routes.i32[this.#routes.at(route) * 2 + direction * SIDE + PACKETS]! : 0
  }

  /** Number of the last packet of a flow in one direction (0 = from a), copies aside; 0 when there was none. */
  lastPacket(flow: number, direction: 0 | 1): number {
    return flow < this.#flowRows ? this.#flows.i32[this.#flows.at(flow) * 2 + LAST + direction]! : 0
  }

  /** Every route and direction with three requests or more that nothing came back for, to the end of the capture. */
  silences(): Silence[] {
    const silences: Silence[] = []
    for (let route = 0; route < this.#routeRows; route++) {
      for (const direction of [0, 1] as const) {
        const at = this.#routes.at(route) * 2 + direction * SIDE
        const { i32 } = this.#routes
        const count = i32[at + OPEN]!
        if (count < THIRD || i32[at + HIDDEN] !== 0 || this.#isAnswered(at)) continue
        silences.push({
          route,
          direction,
          count,
          packets: [...i32.subarray(at + NUMBERS, at + NUMBERS + Math.min(count, EXAMPLES))],
          seconds: i32[at + SECONDS]!,
          nanoseconds: i32[at + NANOSECONDS]!,
          flow: (i32[at + FLOW]! - 1) >> 1,
          forward: (i32[at + FLOW]! - 1) % 2 === 0,
          before: this.packets(route, direction === 0 ? 1 : 0),
        })
      }
    }
    return silences
  }

  /** Whether the first request's conversation went on at the other end: by another VTEP, as where a MAC is in use twice. */
  #isAnswered(at: number): boolean {
    const { i32 } = this.#routes
    const flow = i32[at + FLOW]! - 1
    const last = this.#flows.i32[this.#flows.at(flow >> 1) * 2 + LAST + (1 - (flow & 1))]!
    return last > i32[at + NUMBERS]!
  }

  save(): RequestsState {
    return {
      rows: [this.#routeRows, this.#flowRows],
      routes: this.#routes.save(this.#routeRows),
      flows: this.#flows.save(this.#flowRows),
    }
  }

  restore(state: RequestsState): void {
    this.#routeRows = state.rows[0]!
    this.#flowRows = state.rows[1]!
    this.#routes.restore(state.routes)
    this.#flows.restore(state.flows)
  }

  /** What a flow's other end sends answers its request, by whichever way it comes. */
  #close(cell: number, forward: number): void {
    const { i32 } = this.#flows
    const request = i32[cell + REQUEST]! - 1
    if (request < 0 || (request & 1) === forward) return
    i32[cell + REQUEST] = 0
    const side = request >> 1
    const at = this.#routes.at(side >> 1) * 2 + (side & 1) * SIDE
    this.#routes.i32[at + OPEN] = 0
    this.#routes.i32[at + HIDDEN] = 0
  }

  /** Acknowledges more than before, though nothing was seen in between: the other direction goes another way. */
  #noteAcknowledgment(events: Int32Array, at: number, cell: number, forward: number, own: number): void {
    const { i32 } = this.#flows
    const flags = events[at + Field.TcpFlags]!
    if ((flags & tcp.FLAG_ACK) === 0 || (flags & (tcp.FLAG_SYN | tcp.FLAG_RST)) !== 0) {
      i32[cell + ACKNOWLEDGER] = 0
      return
    }
    const acknowledgment = events[at + Field.Acknowledgment]!
    const isAhead = i32[cell + ACKNOWLEDGER] === forward + 1 && ((acknowledgment - i32[cell + ACKNOWLEDGMENT]!) | 0) > 0
    const answersUnseen = i32[cell + REQUEST]! > 0 && ((i32[cell + REQUEST]! - 1) & 1) === forward
    if (this.#routes.i32[own + OPEN]! > 0 && (isAhead || answersUnseen)) this.#routes.i32[own + HIDDEN]!++
    i32[cell + ACKNOWLEDGMENT] = acknowledgment
    i32[cell + ACKNOWLEDGER] = forward + 1
  }

  #open(log: EventLog, at: number, own: number, flowDirection: number): void {
    const { i32 } = this.#routes
    const count = i32[own + OPEN]! + 1
    i32[own + OPEN] = count
    if (count <= EXAMPLES) i32[own + NUMBERS + count - 1] = log.i32[at + Field.Number]!
    if (count === 1) i32[own + FLOW] = flowDirection + 1
    if (count !== THIRD) return
    i32[own + SECONDS] = log.f64[at >> 1]!
    i32[own + NANOSECONDS] = log.i32[at + Field.Nanoseconds]!
  }
}

function isRequest(i32: Int32Array, at: number): boolean {
  const bits = i32[at + Field.Bits]!
  if ((bits & (Bit.Broadcast | Bit.Multicast | Bit.ToGroup | Bit.Replica)) !== 0) return false
  if (i32[at + Field.OuterIpLength]! > SMALL) return false
  if ((bits & (Bit.EchoRequest | Bit.AddressRequest)) !== 0) return true
  if ((bits & Bit.Tcp) === 0) return false
  return (i32[at + Field.TcpFlags]! & (tcp.FLAG_SYN | tcp.FLAG_ACK)) === tcp.FLAG_SYN
}
