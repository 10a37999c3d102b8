/**
 * TCP connections that never open: SYNs that repeat, or a SYN-ACK that does, with nothing behind them. A connection is the same one
 * whatever VNI and VTEP pair carry it: a SYN-ACK or a reset closes its SYN by addresses, ports and sequence number wherever it is seen. An
 * ICMP error about a SYN is no answer of the server, and noted beside it. Copies and replicas are no repetitions. Evidence: any capture
 * point that both directions pass. What misleads: a capture of one direction alone (diagnosis/capture/sides.ts).
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { Protocol } from '../../../codecs/core/protocol.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { quotedProtocol } from '../../events/event-fields.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { INNER_TTL_SHIFT } from '../../events/packet-flags.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import { finalize, fold32 } from '../../tables/hash.ts'
import type { Keys } from '../../tables/keys.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'
import { FlowHalf, type FlowTraffic, OPENER, routeOf } from '../traffic.ts'
import { Rejection, type Rejections, rejectionOf } from './rejections.ts'

/** Packet numbers and outer source ports kept of a connection. */
const NUMBERS_KEPT = 4
const PORTS_KEPT = 8

/** When its first packet was seen. */
const SECONDS = 0
const NANOSECONDS = 1
/** Flow row × 2 + direction of the side that opens it. */
const END = 2
/** Route row × 2 + direction of what repeats. */
const ROUTE = 3
/** Sequence number of the SYN, or the SYN-ACK's acknowledgment less one. */
const SEQUENCE = 4
const SYNS = 5
const SYN_ACKS = 6
const STATE = 7
const NUMBERS = 8
const PORTS = NUMBERS + NUMBERS_KEPT
/** Inner TTL or hop limit of the first SYN where it was seen. */
const HOPS = PORTS + PORTS_KEPT
const WORDS = HOPS + 1

const State = {
  /** SYNs without an answer. */
  Asked: 0,
  /** A SYN-ACK was seen, and nothing behind it. */
  HalfOpen: 1,
  /** Something else was sent: the connection opened, was refused or was given up. */
  Done: 2,
} as const

/** Connections with the same addresses and ports that are looked at, newest first. */
const MOST_LOOKED_AT = 4
/** Most hops that a traceroute gives a SYN; hosts give theirs 64 or more, and the longest paths use up 30 of them. */
const TRACED = 30
/** SYN-ACKs of a connection that never opens. */
const THIRD = 3

const SYN_ACK = tcp.FLAG_SYN | tcp.FLAG_ACK

/** A connection, as far as its opening was seen. */
export interface Connect {
  /** Flow row, and whether a opened it. */
  flow: number
  forward: boolean
  /** Route row × 2 + direction of its SYNs, or of the SYN-ACKs where those are what repeats. */
  route: number
  syns: number
  synAcks: number
  /** Whether it opened, was refused, or sent anything but its handshake. */
  isDone: boolean
  seconds: number
  nanoseconds: number
  /** Numbers of the first packets. */
  packets: number[]
  /** Outer source ports of the SYNs in order, eight at most: a port shows which of the underlay's paths a datagram took. */
  ports: number[]
}

/** Saved connections. */
export interface ConnectsState {
  window: RecentRingState
  forgotten: CounterByKeyState<{ connect: Connect | null }>
}

/** Openings of TCP connections. */
export class Connects implements StatefulAnalyzer<ConnectsState> {
  readonly #window: RecentRing
  /** Unanswered ones that left the ring, by flow row × 2 + direction. */
  readonly #forgotten = new CounterByKey<{ connect: Connect | null }>(() => ({ connect: null }))

  /**
   * @param flows - Shared with other stateful analyzers.
   * @param rejections - Takes the ICMP errors that reject a SYN.
   * @param size - Connections kept, the latest ones: a power of two.
   */
  constructor(
    private readonly keys: Keys,
    private readonly flows: FlowTraffic,
    private readonly rejections: Rejections,
    size: number,
  ) {
    this.#window = new RecentRing(size, WORDS)
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const flow = i32[at + Field.Flow]!
    if ((bits & (Bit.Tcp | Bit.Kept | Bit.Copy | Bit.Replica)) !== (Bit.Tcp | Bit.Kept) || flow === NONE) {
      if ((bits & (Bit.IcmpError | Bit.Kept | Bit.Copy | Bit.Replica)) === (Bit.IcmpError | Bit.Kept))
        this.#noteError(log, at)
      return
    }
    const flags = i32[at + Field.TcpFlags]!
    if ((flags & (tcp.FLAG_SYN | tcp.FLAG_RST)) === 0) {
      const { flows } = this
      if (flow >= flows.rows) return
      const half = flows.records.at(flow) * 2 + FlowHalf.Opening
      const opener = (flows.records.i32[half]! & OPENER) - 1
      if (opener < 0) return
      flows.records.i32[half]! &= ~OPENER
      this.#finish(flow * 2 + opener)
      return
    }
    const direction = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    if ((flags & tcp.FLAG_RST) !== 0) {
      this.#finish(flow * 2 + direction)
      this.#finish(flow * 2 + 1 - direction)
    } else if ((flags & SYN_ACK) === SYN_ACK) this.#noteSynAck(log, at, flow * 2 + 1 - direction)
    else if ((bits & (Bit.Broadcast | Bit.Multicast)) === 0) this.#noteSyn(log, at, flow * 2 + direction)
  }

  /** Every connection that the ring remembers, and those that it forgot and nobody had answered. */
  all(): Connect[] {
    const { data } = this.#window
    const all: Connect[] = []
    for (const { figures } of this.#forgotten.entries()) if (figures.connect !== null) all.push(figures.connect)
    for (const entry of this.#window.entries()) all.push(this.#read(data, entry))
    return all
  }

  save(): ConnectsState {
    return { window: this.#window.save(), forgotten: this.#forgotten.save() }
  }

  restore(state: ConnectsState): void {
    this.#window.restore(state.window)
    this.#forgotten.restore(state.forgotten)
  }

  /** @param end - Flow row × 2 + direction of the opener. */
  #noteSyn(log: EventLog, at: number, end: number): void {
    const sequence = log.i32[at + Field.Sequence]!
    let entry = this.#find(end, sequence)
    if (entry === NONE) entry = this.#open(log, at, end, sequence)
    const { data } = this.#window
    if (data[entry + STATE] === State.Done) return
    const syns = data[entry + SYNS]!
    data[entry + SYNS] = syns + 1
    if (syns < PORTS_KEPT) data[entry + PORTS + syns] = log.i32[at + Field.OuterPorts]! >>> 16
    // What was sent towards a SYN-ACK that does not arrive is shown by that SYN-ACK.
    if (data[entry + STATE] === State.Asked) {
      if (syns < NUMBERS_KEPT) data[entry + NUMBERS + syns] = log.i32[at + Field.Number]!
      data[entry + ROUTE] = routeOf(log.i32, at)
    }
    this.#mark(end)
  }

  /** @param end - Flow row × 2 + direction of the opener. */
  #noteSynAck(log: EventLog, at: number, end: number): void {
    const sequence = (log.i32[at + Field.Acknowledgment]! - 1) | 0
    let entry = this.#find(end, sequence)
    if (entry === NONE) entry = this.#open(log, at, end, sequence)
    const { data } = this.#window
    if (data[entry + STATE] === State.Done) return
    data[entry + STATE] = State.HalfOpen
    const synAcks = data[entry + SYN_ACKS]!
    data[entry + SYN_ACKS] = synAcks + 1
    if (synAcks < NUMBERS_KEPT) data[entry + NUMBERS + synAcks] = log.i32[at + Field.Number]!
    data[entry + ROUTE] = routeOf(log.i32, at)
    this.#mark(end)
  }

  /** An ICMP error that quotes a SYN rejects it; what runs out of hops soon is a traceroute's, which asks for that. */
  #noteError(log: EventLog, at: number): void {
    const { i32 } = log
    if (quotedProtocol(i32[at + Field.TcpFlags]!) !== Protocol.Tcp) return
    const rejection = rejectionOf(i32[at + Field.Sequence]!, (i32[at + Field.Bits]! & Bit.Version6) !== 0)
    const from = i32[at + Field.QuotedSource]!
    const to = i32[at + Field.QuotedDestination]!
    if (rejection === Rejection.None || from === NONE || to === NONE) return
    const forward = this.keys.compareAddresses(from, to) < 0
    const ports = i32[at + Field.QuotedPorts]!
    const high = forward ? highOf(0, from, to) : highOf(1, to, from)
    const entry = this.#findAt(
      high,
      lowOf(high, forward ? ports : (ports << 16) | (ports >>> 16)),
      i32[at + Field.TcpWindow]!,
    )
    const { data } = this.#window
    if (entry === NONE || data[entry + STATE] !== State.Asked) return
    if (rejection === Rejection.Expired && data[entry + HOPS]! <= TRACED) data[entry + STATE] = State.Done
    else this.rejections.note(log, at, data[entry + END]!, data[entry + ROUTE]!, 0)
  }

  /** The next packet of the flow that is not a SYN shall say so. */
  #mark(end: number): void {
    const { flows } = this
    const flow = end >> 1
    if (flow >= flows.rows) flows.rows = flow + 1
    const half = flows.records.at(flow) * 2 + FlowHalf.Opening
    flows.records.i32[half] = (flows.records.i32[half]! & ~OPENER) | ((end & 1) + 1)
  }

  /** The newest connection of the opener is answered, refused or given up. */
  #finish(end: number): void {
    const entry = this.#window.find(this.#high(end), this.#low(end))
    if (entry !== NONE) this.#window.data[entry + STATE] = State.Done
  }

  #find(end: number, sequence: number): number {
    return this.#findAt(this.#high(end), this.#low(end), sequence)
  }

  #findAt(high: number, low: number, sequence: number): number {
    const { data } = this.#window
    let entry = this.#window.find(high, low)
    for (let looked = 0; entry !== NONE && looked < MOST_LOOKED_AT; looked++) {
      if (data[entry + SEQUENCE] === sequence) return entry
      entry = this.#window.older(entry)
    }
    return NONE
  }

  #open(log: EventLog, at: number, end: number, sequence: number): number {
    this.#forget()
    const entry = this.#window.insert(this.#high(end), this.#low(end))
    const { data } = this.#window
    data[entry + SECONDS] = log.f64[at >> 1]!
    data[entry + NANOSECONDS] = log.i32[at + Field.Nanoseconds]!
    data[entry + END] = end
    data[entry + SEQUENCE] = sequence
    data[entry + HOPS] = log.i32[at + Field.TimeToLive]! >>> INNER_TTL_SHIFT
    return entry
  }

  /** The oldest entry leaves the ring: what repeated by then in vain is kept. */
  #forget(): void {
    const oldest = this.#window.oldest()
    if (oldest === NONE) return
    const { data } = this.#window
    const isOpen = data[oldest + STATE] === State.Asked ? data[oldest + SYNS]! > 1 : data[oldest + SYN_ACKS]! >= THIRD
    if (data[oldest + STATE] === State.Done || !isOpen) return
    const figures = this.#forgotten.note(data[oldest + END]!, data[oldest + NUMBERS]!)
    if (figures !== null && figures.connect === null) figures.connect = this.#read(data, oldest)
  }

  #read(data: Int32Array, entry: number): Connect {
    const state = data[entry + STATE]!
    const syns = data[entry + SYNS]!
    const synAcks = data[entry + SYN_ACKS]!
    const numbers = Math.min(NUMBERS_KEPT, state === State.HalfOpen ? synAcks : syns)
    return {
      flow: data[entry + END]! >> 1,
      forward: (data[entry + END]! & 1) === 0,
      route: data[entry + ROUTE]!,
      syns,
      synAcks,
      isDone: state === State.Done,
      seconds: data[entry + SECONDS]!,
      nanoseconds: data[entry + NANOSECONDS]!,
      packets: [...data.subarray(entry + NUMBERS, entry + NUMBERS + numbers)],
      ports: [...data.subarray(entry + PORTS, entry + PORTS + Math.min(syns, PORTS_KEPT))],
    }
  }

  #high(end: number): number {
    const { flows } = this.keys
    return highOf(end & 1, flows.word(end >> 1, 3), flows.word(end >> 1, 4))
  }

  #low(end: number): number {
    return lowOf(this.#high(end), this.keys.flows.word(end >> 1, 5))
  }
}

/** Digest of the addresses, whatever VNI they are in: a flow's a is the lower one of both. */
function highOf(direction: number, a: number, b: number): number {
  return fold32(fold32(direction, a), b)
}

/** @param ports - Of the flow: a's × 65 536 + b's. */
function lowOf(high: number, ports: number): number {
  return finalize(fold32(high, ports))
}
