/**
 * Echo requests and connections that are answered twice, from two VTEPs: two guests have the MAC and the address.
 * Evidence: any capture point that both answers pass. What misleads: both ends of a conversation mirrored into one VNI, where the
 * question comes twice as well, and a relay, which passes on what went to it: neither counts.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'
import { near } from '../../tables/time.ts'

/** Nanoseconds within which two answers are to one question. */
const ONE_ANSWER = 1_000_000_000

/** Words of a question: how often it was asked; from and to which VTEP it was answered (ids plus one), when, sequence number. */
const ASKED = 0
const VTEP = 1
const PEER = 2
const SECONDS = 3
const NANOSECONDS = 4
const SEQUENCE = 5
const WORDS = 6

/** VTEPs named of one MAC. */
const MOST_VTEPS = 4

/** Questions that one MAC answered from two VTEPs. */
export interface SecondAnswer {
  /** Address ids. */
  vteps: number[]
  ip: number
}

/** Saved questions. */
export interface SecondAnswersState {
  window: RecentRingState
  twice: CounterByKeyState<SecondAnswer>
}

/** Second answers by MAC row. */
export class SecondAnswers implements StatefulAnalyzer<SecondAnswersState> {
  readonly twice = new CounterByKey<SecondAnswer>(() => ({ vteps: [], ip: NONE }))
  /** Questions of the recent past, by flow, direction and sequence number. */
  readonly #window: RecentRing

  /** @param size - Questions remembered, a power of two. */
  constructor(size: number) {
    this.#window = new RecentRing(size, WORDS)
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.Kept | Bit.Copy)) !== Bit.Kept) return
    const flow = i32[at + Field.Flow]!
    if (flow === NONE || i32[at + Field.Nanoseconds] === NO_TIME) return
    const direction = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    const sequence = i32[at + Field.Sequence]!
    if ((bits & Bit.EchoRequest) !== 0) this.#ask(bits, flow * 2 + direction, sequence)
    else if ((bits & Bit.EchoReply) !== 0) this.#answer(log, at, flow * 2 + 1 - direction, sequence, 0)
    else if ((bits & Bit.Tcp) !== 0 && (i32[at + Field.TcpFlags]! & tcp.FLAG_SYN) !== 0) {
      if ((i32[at + Field.TcpFlags]! & tcp.FLAG_ACK) === 0) this.#ask(bits, flow * 2 + direction, sequence)
      else this.#answer(log, at, flow * 2 + 1 - direction, (i32[at + Field.Acknowledgment]! - 1) | 0, sequence)
    }
  }

  save(): SecondAnswersState {
    return { window: this.#window.save(), twice: this.twice.save() }
  }

  restore(state: SecondAnswersState): void {
    this.#window.restore(state.window)
    this.twice.restore(state.twice)
  }

  #ask(bits: number, end: number, sequence: number): void {
    // To many VTEPs at once it is one question.
    if ((bits & Bit.Replica) !== 0) return
    let entry = this.#window.find(end, sequence)
    if (entry === NONE) entry = this.#window.insert(end, sequence)
    this.#window.data[entry + ASKED]!++
  }

  /** @param initial - A second SYN-ACK with the same initial sequence number is the first one again. */
  #answer(log: EventLog, at: number, end: number, sequence: number, initial: number): void {
    const entry = this.#window.find(end, sequence)
    if (entry === NONE) return
    const { i32 } = log
    const { data } = this.#window
    const vtep = i32[at + Field.Source]! + 1
    const seconds = log.f64[at >> 1]!
    const nanoseconds = i32[at + Field.Nanoseconds]!
    if (data[entry + VTEP] === 0) {
      data[entry + VTEP] = vtep
      data[entry + PEER] = i32[at + Field.Destination]! + 1
      data[entry + SECONDS] = seconds
      data[entry + NANOSECONDS] = nanoseconds
      data[entry + SEQUENCE] = initial
      return
    }
    const mac = i32[at + Field.Mac]!
    if (data[entry + ASKED] !== 1 || data[entry + VTEP] === vtep || data[entry + PEER] === vtep || mac === NONE) return
    if (initial !== 0 && data[entry + SEQUENCE] === initial) return
    if (!near(seconds, nanoseconds, data[entry + SECONDS]!, data[entry + NANOSECONDS]!, ONE_ANSWER)) return
    const twice = this.twice.note(mac, i32[at + Field.Number]!)
    if (twice === null) return
    twice.ip = i32[at + Field.InnerSource]!
    const first = data[entry + VTEP]! - 1
    if (twice.vteps.length < MOST_VTEPS && !twice.vteps.includes(first)) twice.vteps.push(first)
    if (twice.vteps.length < MOST_VTEPS && !twice.vteps.includes(vtep - 1)) twice.vteps.push(vtep - 1)
  }
}
