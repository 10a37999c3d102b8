/**
 * ICMP and ICMPv6 echo by flow: requests, how many were answered, round trips; copies count once.
 * Evidence: any capture point that both directions pass. What misleads: a capture that ends before the reply.
 */
import { NONE } from '../codecs/fault.ts'
import { NO_TIME } from '../packet.ts'
import type { EchoSummary } from '../summary.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { Records, type RecordsState } from './records.ts'
import { elapsed, milliseconds } from './time.ts'
import { Window, type WindowState } from './window.ts'

const REQUESTS = 0
const REPLIES = 1
/** Round trips that could be timed, and their sum, least and most in nanoseconds. */
const TIMED = 2
const SUM = 3
const LEAST = 4
const MOST = 5
const CELLS = 6

const SECONDS = 0
const NANOSECONDS = 1
const ANSWERED = 2
const WORDS = 3

/** Saved echo columns. */
export interface EchoState {
  rows: number
  records: RecordsState
  window: WindowState
}

/** Echo columns on flow rows. */
export class Echo implements Judge<EchoState> {
  readonly #records = new Records(CELLS)
  /** Requests of the recent past, by flow, direction, identifier and sequence number. */
  readonly #window: Window
  #rows = 0

  constructor(size: number) {
    this.#window = new Window(size, WORDS)
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.EchoRequest | Bit.EchoReply)) === 0) return
    const flow = i32[at + Field.Flow]!
    if ((bits & Bit.Copy) !== 0 || flow === NONE) return
    this.#rows = Math.max(this.#rows, flow + 1)
    const forward = (bits & Bit.FlowForward) !== 0
    if ((bits & Bit.EchoRequest) !== 0) this.#request(log, at, flow * 2 + (forward ? 0 : 1))
    else this.#reply(log, at, flow * 2 + (forward ? 1 : 0))
  }

  /** Echo side of a flow row; `null` when it carried no echo. */
  finish(flow: number): EchoSummary | null {
    if (flow >= this.#rows) return null
    const at = this.#records.at(flow)
    const { f64 } = this.#records
    if (f64[at + REQUESTS] === 0 && f64[at + REPLIES] === 0) return null
    const timed = f64[at + TIMED]!
    return {
      requests: f64[at + REQUESTS]!,
      replies: f64[at + REPLIES]!,
      rttMs:
        timed === 0
          ? null
          : {
              min: milliseconds(f64[at + LEAST]!),
              avg: milliseconds(f64[at + SUM]! / timed),
              max: milliseconds(f64[at + MOST]!),
            },
    }
  }

  save(): EchoState {
    return { rows: this.#rows, records: this.#records.save(this.#rows), window: this.#window.save() }
  }

  restore(state: EchoState): void {
    this.#rows = state.rows
    this.#records.restore(state.records)
    this.#window.restore(state.window)
  }

  #request(log: EventLog, at: number, end: number): void {
    const entry = this.#window.insert(end, log.i32[at + Field.Sequence]!)
    const { data } = this.#window
    data[entry + SECONDS] = log.f64[at >> 1]!
    data[entry + NANOSECONDS] = log.i32[at + Field.Nanoseconds]!
    this.#records.add(end >> 1, REQUESTS, 1)
  }

  #reply(log: EventLog, at: number, end: number): void {
    const { data } = this.#window
    const entry = this.#window.find(end, log.i32[at + Field.Sequence]!)
    if (entry === NONE || data[entry + ANSWERED] !== 0) return
    data[entry + ANSWERED] = 1
    const cell = this.#records.at(end >> 1)
    const { f64 } = this.#records
    f64[cell + REPLIES]!++
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    if (nanoseconds === NO_TIME || data[entry + NANOSECONDS] === NO_TIME) return
    const trip = elapsed(log.f64[at >> 1]!, nanoseconds, data[entry + SECONDS]!, data[entry + NANOSECONDS]!)
    // Records may run backwards; such a pair has no round trip.
    if (trip < 0) return
    f64[cell + LEAST] = f64[cell + TIMED] === 0 ? trip : Math.min(f64[cell + LEAST]!, trip)
    f64[cell + MOST] = Math.max(f64[cell + MOST]!, trip)
    f64[cell + SUM]! += trip
    f64[cell + TIMED]!++
  }
}
