/**
 * Requests over a VTEP pair and VNI that nothing came back for: echo requests, SYNs, questions by UDP and addresses asked for by
 * unicast.
 * Frames to many, copies to a group and replicas are no requests; nor are packets that may have been too large for the path. A SYN or
 * question by UDP that repeats does not count either where a later request was answered while it waited, nor does another one to the
 * same server from then on: that server is silent, not the path.
 * A reply by another VTEP, or in the same direction (a mirror session carries both), is a reply.
 * Evidence: any capture point that both directions pass. What misleads: a capture of one direction alone, told here by
 * acknowledgments of what was not seen; a firewall that drops by address.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field, isCaptureCopy, ON_ITS_WAY } from '../../events/event-log.ts'
import { ANSWERS } from '../../events/questions.ts'
import { EXAMPLES } from '../../tables/counter-by-key.ts'
import type { Keys } from '../../tables/keys.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import type { AddressUsers } from '../addresses/address-users.ts'
import {
  FLOW_HALVES,
  FlowHalf,
  type FlowTraffic,
  MAC_ROW_BITS,
  ROUTE_SIDE,
  RouteSide,
  type RouteTraffic,
  routeOf,
} from '../traffic.ts'

/** Outer bytes up to which no path is too narrow: the least MTU that IPv4 hosts must take whole is 576 (RFC 1122 §3.3.2). */
const SMALL = 600

/**
 * Halves of a route's open requests, for each direction (0 = from a): when the third and the first of them were sent; flow row × 2 +
 * direction of the first (0 = from a), plus one.
 */
const SECONDS = 0
const NANOSECONDS = 1
const FIRST_SECONDS = 2
const FIRST_NANOSECONDS = 3
const FLOW = 4
const NUMBERS = 5
const SIDE = NUMBERS + EXAMPLES
/**
 * Then, for each direction: number of the latest request that was answered or sent on, or of what its conversation sent after it; and a
 * conversation (flow row × 2 + direction, plus one) that waited meanwhile.
 */
const LATEST_ANSWERED = SIDE * 2
const PASSED = LATEST_ANSWERED + 2

/** In place of what a flow acknowledged, where a request waits: a later one of its VTEP pair was answered. */
const PASSED_OVER = -1

/** The MAC row in {@link FlowHalf.Mac}. */
const MAC_ROW = (1 << MAC_ROW_BITS) - 1

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
  /** When the first one was sent; `null` where the record has no time. */
  first: { seconds: number; nanoseconds: number } | null
  /** Flow row of the first request, and whether a asked b. */
  flow: number
  forward: boolean
  /** Packets that had come from the other side before. */
  before: number
}

/** Saved requests. */
export interface RequestsState {
  rows: number
  routes: RecordsState
}

/** Open requests by route and direction. */
export class Requests implements StatefulAnalyzer<RequestsState> {
  readonly #routes = new Records(SIDE + 2)
  #routeRows = 0
  /** Directions of routes with a conversation that waits while later ones are answered: nearly always none. */
  #passed = 0

  /**
   * @param traffic - Has observed the packet before this analyzer does.
   * @param flows - Shared with other stateful analyzers.
   * @param users - Told who begins a flow.
   */
  constructor(
    private readonly keys: Keys,
    private readonly traffic: RouteTraffic,
    private readonly flows: FlowTraffic,
    private readonly users: AddressUsers,
  ) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const route = i32[at + Field.Route]!
    if ((bits & Bit.Kept) === 0 || route === NONE || isCaptureCopy(i32, at)) return
    const direction = (bits & Bit.PairForward) !== 0 ? 0 : 1
    const { records } = this.traffic
    const base = records.at(route) * 2
    const other = base + (1 - direction) * ROUTE_SIDE
    records.i32[other + RouteSide.Open] = 0
    records.i32[other + RouteSide.Hidden] = 0
    const flow = i32[at + Field.Flow]!
    // What is relayed shows that this way is alive; what it asks was asked where it passed first.
    if (flow === NONE || (bits & Bit.Copy) !== 0) return
    const { flows } = this
    if (flow >= flows.rows) flows.rows = flow + 1
    const cell = flows.records.at(flow) * 2
    const forward = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    this.#close(cell, forward)
    const former = flows.records.i32[cell + FlowHalf.Last + forward]!
    flows.records.i32[cell + FlowHalf.Last + forward] = i32[at + Field.Number]!
    const mac = cell + FlowHalf.Mac + forward
    const sender = flows.records.i32[mac]!
    if ((sender & MAC_ROW) !== i32[at + Field.Mac]! + 1) {
      flows.records.i32[mac] = (sender & ~MAC_ROW) | (i32[at + Field.Mac]! + 1)
      this.users.noteSender(log, at)
    }
    if ((bits & Bit.Tcp) !== 0) this.#noteAcknowledgment(i32, at, cell, forward, base + direction * ROUTE_SIDE)
    if (!isRequest(i32, at) || (i32[at + Field.Again]! & ON_ITS_WAY) !== 0) return
    const end = route * 2 + direction
    const request = end * 2 + forward + 1
    const isRepeated = flows.records.i32[cell + FlowHalf.Request] === request && (bits & (Bit.Tcp | Bit.Udp)) !== 0
    flows.records.i32[cell + FlowHalf.Request] = request
    // Nothing is acknowledged while a request waits, so its half is free.
    const waited = cell + FlowHalf.Acknowledgment
    const isPassed =
      (isRepeated && (flows.records.i32[waited] === PASSED_OVER || this.#isPassed(end, former, flow * 2 + forward))) ||
      (this.#passed > 0 && this.#isToPassed(end, flow * 2 + forward))
    flows.records.i32[waited] = isPassed ? PASSED_OVER : 0
    if (isPassed) return
    this.#open(log, at, end, flow * 2 + forward)
  }

  /**
   * Takes a packet that was received and is sent on: the way that it came is alive, and what it asks is answered, or not, over the
   * way that it goes.
   * @param from - Route row × 2 + direction of the way that it came.
   * @param formerFlow - Flow row of that passage.
   */
  observeRelayed(log: EventLog, at: number, from: number, formerFlow: number): void {
    const { i32 } = log
    const way = routeOf(i32, at)
    if (way === NONE || from === NONE || from === way || formerFlow === NONE) return
    const { records } = this.traffic
    const forward = (i32[at + Field.Bits]! & Bit.FlowForward) !== 0 ? 0 : 1
    const { i32: flows } = this.flows.records
    const former = this.flows.records.at(formerFlow) * 2
    if (!isRequest(i32, at)) {
      // What follows an answer that nobody saw is sent on too.
      const own = records.at(way >> 1) * 2 + (way & 1) * ROUTE_SIDE
      const isFollowed =
        flows[former + FlowHalf.Request] === way * 2 + forward + 1 && records.i32[own + RouteSide.Open]! > 0
      const flags = i32[at + Field.TcpFlags]!
      const isAcknowledged = (flags & (tcp.FLAG_ACK | tcp.FLAG_SYN | tcp.FLAG_RST)) === tcp.FLAG_ACK
      if (isFollowed && (i32[at + Field.Bits]! & Bit.Tcp) !== 0 && isAcknowledged)
        records.i32[own + RouteSide.Hidden]!++
      return
    }
    // Whoever answered has been heard.
    if (flows[former + FlowHalf.Request] !== from * 2 + forward + 1) return
    records.i32[records.at(from >> 1) * 2 + (from & 1) * ROUTE_SIDE + RouteSide.Open] = 0
    this.#noteLatest(from, flows[former + FlowHalf.Last + forward]!)
    flows[former + FlowHalf.Request] = way * 2 + forward + 1
    if (flows[former + FlowHalf.Acknowledgment] !== PASSED_OVER) this.#open(log, at, way, formerFlow * 2 + forward)
  }

  /** Number of the last packet of a flow in one direction (0 = from a), copies aside; 0 when there was none. */
  lastPacket(flow: number, direction: 0 | 1): number {
    const { records, rows } = this.flows
    return flow < rows ? records.i32[records.at(flow) * 2 + FlowHalf.Last + direction]! : 0
  }

  /** MAC row that last sent a flow's packets in one direction (0 = from a), copies aside; `NONE` when there was none. */
  sender(flow: number, direction: 0 | 1): number {
    const { records, rows } = this.flows
    return flow < rows ? (records.i32[records.at(flow) * 2 + FlowHalf.Mac + direction]! & MAC_ROW) - 1 : NONE
  }

  /** Every route and direction with three requests or more that nothing came back for, to the end of the capture. */
  silences(): Silence[] {
    const silences: Silence[] = []
    for (let route = 0; route < this.#routeRows; route++) {
      for (const direction of [0, 1] as const) {
        const hot = this.traffic.records.at(route) * 2 + direction * ROUTE_SIDE
        const count = this.traffic.records.i32[hot + RouteSide.Open]!
        if (count < THIRD || this.traffic.records.i32[hot + RouteSide.Hidden] !== 0) continue
        const at = this.#routes.at(route) * 2 + direction * SIDE
        if (this.#isAnswered(at)) continue
        const { i32 } = this.#routes
        silences.push({
          route,
          direction,
          count,
          packets: [...i32.subarray(at + NUMBERS, at + NUMBERS + Math.min(count, EXAMPLES))],
          seconds: i32[at + SECONDS]!,
          nanoseconds: i32[at + NANOSECONDS]!,
          first:
            i32[at + FIRST_NANOSECONDS] === NO_TIME
              ? null
              : { seconds: i32[at + FIRST_SECONDS]!, nanoseconds: i32[at + FIRST_NANOSECONDS]! },
          flow: (i32[at + FLOW]! - 1) >> 1,
          forward: (i32[at + FLOW]! - 1) % 2 === 0,
          before: this.traffic.packets(route, direction === 0 ? 1 : 0),
        })
      }
    }
    return silences
  }

  /** Whether the first request's conversation went on at the other end: by another VTEP, as where a MAC is in use twice. */
  #isAnswered(at: number): boolean {
    const { i32 } = this.#routes
    const flow = i32[at + FLOW]! - 1
    return this.lastPacket(flow >> 1, (flow & 1) === 0 ? 1 : 0) > i32[at + NUMBERS]!
  }

  save(): RequestsState {
    return { rows: this.#routeRows, routes: this.#routes.save(this.#routeRows) }
  }

  restore(state: RequestsState): void {
    this.#routeRows = state.rows
    this.#routes.restore(state.routes)
    this.#passed = 0
    for (let end = 0; end < state.rows * 2; end++)
      if (this.#routes.i32[this.#routes.at(end >> 1) * 2 + PASSED + (end & 1)] !== 0) this.#passed++
  }

  /** What a flow's other end sends answers its request, by whichever way it comes. */
  #close(cell: number, forward: number): void {
    const { i32 } = this.flows.records
    const request = i32[cell + FlowHalf.Request]! - 1
    if (request < 0 || (request & 1) === forward) return
    i32[cell + FlowHalf.Request] = 0
    const end = request >> 1
    const { records } = this.traffic
    const at = records.at(end >> 1) * 2 + (end & 1) * ROUTE_SIDE
    records.i32[at + RouteSide.Open] = 0
    records.i32[at + RouteSide.Hidden] = 0
    const latest = this.#noteLatest(end, i32[cell + FlowHalf.Last + 1 - forward]!)
    if (this.#passed > 0 && this.#isToPassed(end, (cell / FLOW_HALVES) * 2 + 1 - forward)) {
      this.#routes.i32[latest + PASSED - LATEST_ANSWERED] = 0
      this.#passed--
    }
  }

  /** Notes that a request was answered, or sent on. @returns Where that is noted. */
  #noteLatest(end: number, number: number): number {
    const latest = this.#routes.at(end >> 1) * 2 + LATEST_ANSWERED + (end & 1)
    this.#routes.i32[latest] = Math.max(this.#routes.i32[latest]!, number)
    if (end >> 1 >= this.#routeRows) this.#routeRows = (end >> 1) + 1
    return latest
  }

  /**
   * Whether a later request was answered while one waited.
   * @param end - Route row × 2 + direction.
   * @param former - Number of its former record.
   * @param flowDirection - Flow row × 2 + direction.
   */
  #isPassed(end: number, former: number, flowDirection: number): boolean {
    const at = this.#routes.at(end >> 1) * 2 + (end & 1)
    const { i32 } = this.#routes
    if (i32[at + LATEST_ANSWERED]! <= former) return false
    if (i32[at + PASSED] === 0) this.#passed++
    i32[at + PASSED] = flowDirection + 1
    return true
  }

  /** Whether a conversation asks the server that left another one waiting. */
  #isToPassed(end: number, flowDirection: number): boolean {
    const passed = this.#routes.i32[this.#routes.at(end >> 1) * 2 + PASSED + (end & 1)]! - 1
    if (passed < 0) return false
    const { flows } = this.keys
    const one = passed >> 1
    const other = flowDirection >> 1
    return (
      flows.word(one, 2) === flows.word(other, 2) &&
      flows.word(one, passed % 2 === 0 ? 4 : 3) === flows.word(other, flowDirection % 2 === 0 ? 4 : 3) &&
      this.#askedPort(passed) === this.#askedPort(flowDirection)
    )
  }

  /** Port that a conversation (flow row × 2 + direction) asks. */
  #askedPort(flowDirection: number): number {
    const ports = this.keys.flows.word(flowDirection >> 1, 5)
    return flowDirection % 2 === 0 ? ports & 0xffff : ports >>> 16
  }

  /** Acknowledges more than before, though nothing was seen in between: the other direction goes another way. */
  #noteAcknowledgment(events: Int32Array, at: number, cell: number, forward: number, own: number): void {
    const { i32 } = this.flows.records
    const flags = events[at + Field.TcpFlags]!
    if ((flags & tcp.FLAG_ACK) === 0 || (flags & (tcp.FLAG_SYN | tcp.FLAG_RST)) !== 0) {
      i32[cell + FlowHalf.Acknowledger] = 0
      return
    }
    const acknowledgment = events[at + Field.Acknowledgment]!
    const { i32: routes } = this.traffic.records
    if (routes[own + RouteSide.Open]! > 0) {
      const isAhead =
        i32[cell + FlowHalf.Acknowledger] === forward + 1 &&
        ((acknowledgment - i32[cell + FlowHalf.Acknowledgment]!) | 0) > 0
      const request = i32[cell + FlowHalf.Request]!
      const answersUnseen = request > 0 && ((request - 1) & 1) === forward
      if (isAhead || answersUnseen) routes[own + RouteSide.Hidden]!++
    }
    i32[cell + FlowHalf.Acknowledgment] = acknowledgment
    i32[cell + FlowHalf.Acknowledger] = forward + 1
  }

  /** @param end - Route row × 2 + direction. */
  #open(log: EventLog, at: number, end: number, flowDirection: number): void {
    const route = end >> 1
    if (route >= this.#routeRows) this.#routeRows = route + 1
    const { records } = this.traffic
    const count = ++records.i32[records.at(route) * 2 + (end & 1) * ROUTE_SIDE + RouteSide.Open]!
    const own = this.#routes.at(route) * 2 + (end & 1) * SIDE
    const { i32 } = this.#routes
    if (count <= EXAMPLES) i32[own + NUMBERS + count - 1] = log.i32[at + Field.Number]!
    if (count === 1) {
      i32[own + FLOW] = flowDirection + 1
      i32[own + FIRST_SECONDS] = log.f64[at >> 1]!
      i32[own + FIRST_NANOSECONDS] = log.i32[at + Field.Nanoseconds]!
    }
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
  const flags = i32[at + Field.TcpFlags]!
  if ((bits & Bit.Udp) !== 0) return flags !== 0 && (flags & ANSWERS) === 0
  if ((bits & Bit.Tcp) === 0) return false
  return (flags & (tcp.FLAG_SYN | tcp.FLAG_ACK)) === tcp.FLAG_SYN
}
