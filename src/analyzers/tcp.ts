/**
 * TCP by flow: MSS, handshake round trip, retransmissions and state; copies count once.
 * Evidence: any capture point between the ends sees what was sent twice past it; losses before it show as late fills of a hole.
 * What misleads: a capture that itself lost packets, and asymmetric paths of which only one direction is seen.
 */
import { NONE } from '../codecs/fault.ts'
import * as tcp from '../codecs/tcp.ts'
import { NO_TIME } from '../packet.ts'
import type { TcpSummary } from '../summary.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { Records, type RecordsState } from './records.ts'
import { elapsed, milliseconds } from './time.ts'

/** Nanoseconds within which a hole that fills late is taken for reordering while no round trip is known. */
const DEFAULT_RTT = 3_000_000

/** Cells of a flow: two per direction (retransmitted segments and bytes), the round trip, then halves. */
const SEGMENTS = 0
const BYTES = 2
/** Nanoseconds from SYN to the handshake's last ACK. */
const RTT = 4
const SYN_SECONDS = 5
/** First half of the first direction's cells; each direction has {@link SIDE} halves. */
const SIDES = 6 * 2
/** Next expected sequence number: the highest seen. */
const NEXT = 0
/** Start and end of the newest hole below `NEXT`. */
const HOLE_START = 1
const HOLE_END = 2
/** When that hole opened. */
const HOLE_SECONDS = 3
const HOLE_NANOSECONDS = 4
const MSS = 5
const SYN_SEQUENCE = 6
const SIDE = 8
/** Halves behind both sides. */
const SYN_NANOSECONDS = SIDES + 2 * SIDE
const STATE = SYN_NANOSECONDS + 1
const CELLS = (STATE + 1) / 2

/** Bits of the state half; those of direction 1 are shifted by one. */
const State = {
  /** `NEXT` is known. */
  Known: 1 << 0,
  /** A SYN without ACK was sent. */
  Syn: 1 << 2,
  SynAck: 1 << 4,
  Fin: 1 << 6,
  /** Anything but a SYN was sent. */
  Spoke: 1 << 8,
  Reset: 1 << 10,
  /** The handshake's round trip is known, or never will be. */
  RttDone: 1 << 12,
  SynRepeated: 1 << 13,
  RttKnown: 1 << 14,
} as const

/** What a new connection on the same ports forgets, of both directions. */
const NEW_CONNECTION = State.Known * 3 + State.SynAck * 3 + State.Fin * 3 + State.Spoke * 3 + State.Reset

const HANDSHAKE = tcp.FLAG_SYN | tcp.FLAG_FIN | tcp.FLAG_RST

/** Saved TCP columns. */
export interface TcpState {
  rows: number
  records: RecordsState
}

/** TCP columns on flow rows; direction 0 is a→b. */
export class Tcp implements Judge<TcpState> {
  readonly #records = new Records(CELLS)
  #rows = 0

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const flow = i32[at + Field.Flow]!
    if ((bits & (Bit.Tcp | Bit.Copy)) !== Bit.Tcp || flow === NONE) return
    if (flow >= this.#rows) this.#rows = flow + 1
    const cell = this.#records.at(flow)
    const direction = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    const flags = i32[at + Field.TcpFlags]!
    const base = cell * 2
    if ((flags & HANDSHAKE) !== 0) this.#noteHandshake(log, at, base, direction)
    else this.#records.i32[base + STATE]! |= State.Spoke << direction
    if ((flags & tcp.FLAG_ACK) !== 0) this.#measureRtt(log, at, cell, direction)
    this.#followSequence(log, at, cell, direction)
  }

  /** MSS that a flow's receiver in `direction` announced; 0 when its SYN was not seen. */
  mssToward(flow: number, direction: 0 | 1): number {
    if (flow >= this.#rows) return 0
    const cell = this.#records.at(flow)
    return this.#records.i32[cell * 2 + SIDES + (1 - direction) * SIDE + MSS]!
  }

  /** TCP side of a flow row; `null` when none of its segments could be read. */
  finish(flow: number): TcpSummary | null {
    if (flow >= this.#rows) return null
    const cell = this.#records.at(flow)
    const { f64, i32 } = this.#records
    const base = cell * 2
    const state = i32[base + STATE]!
    if (state === 0) return null
    const mss = (direction: number) => i32[base + SIDES + direction * SIDE + MSS]! || null
    const measured = (state & (State.RttKnown | State.SynRepeated)) === State.RttKnown
    return {
      mssAToB: mss(0),
      mssBToA: mss(1),
      retransmittedSegments: f64[cell + SEGMENTS]! + f64[cell + SEGMENTS + 1]!,
      retransmittedBytes: f64[cell + BYTES]! + f64[cell + BYTES + 1]!,
      rttMs: measured ? milliseconds(f64[cell + RTT]!) : null,
      state: stateName(state),
    }
  }

  save(): TcpState {
    return { rows: this.#rows, records: this.#records.save(this.#rows) }
  }

  restore(state: TcpState): void {
    this.#rows = state.rows
    this.#records.restore(state.records)
  }

  #noteHandshake(log: EventLog, at: number, base: number, direction: number): void {
    const { i32 } = this.#records
    const flags = log.i32[at + Field.TcpFlags]!
    const side = base + SIDES + direction * SIDE
    if ((flags & tcp.FLAG_RST) !== 0) i32[base + STATE]! |= State.Reset
    if ((flags & tcp.FLAG_FIN) !== 0) i32[base + STATE]! |= State.Fin << direction
    if ((flags & tcp.FLAG_SYN) === 0) return
    const mss = log.i32[at + Field.MaximumSegmentSize]!
    if (mss !== 0) i32[side + MSS] = mss
    const sequence = log.i32[at + Field.Sequence]!
    if ((flags & tcp.FLAG_ACK) !== 0) {
      i32[base + STATE]! |= State.SynAck << direction
      return
    }
    const state = i32[base + STATE]!
    if ((state & (State.Syn << direction)) === 0) {
      i32[base + STATE] = state | (State.Syn << direction)
      this.#noteSyn(log, at, base, side)
    } else if (i32[side + SYN_SEQUENCE] === sequence) {
      i32[base + STATE] = state | State.SynRepeated
    } else {
      // The ports are used again: a new connection with sequence numbers of its own.
      i32[base + STATE] = state & ~NEW_CONNECTION
      if ((state & State.RttDone) === 0) i32[base + STATE]! &= ~State.SynRepeated
      this.#noteSyn(log, at, base, side)
    }
  }

  #noteSyn(log: EventLog, at: number, base: number, side: number): void {
    const { f64, i32 } = this.#records
    i32[side + SYN_SEQUENCE] = log.i32[at + Field.Sequence]!
    if ((i32[base + STATE]! & State.RttDone) !== 0) return
    f64[base / 2 + SYN_SECONDS] = log.f64[at >> 1]!
    i32[base + SYN_NANOSECONDS] = log.i32[at + Field.Nanoseconds]!
  }

  /** The round trip ends with the first ACK that the side which sent the SYN sends after the other side's SYN-ACK. */
  #measureRtt(log: EventLog, at: number, cell: number, direction: number): void {
    const { f64, i32 } = this.#records
    const stateAt = cell * 2 + STATE
    const state = i32[stateAt]!
    if ((state & State.RttDone) !== 0 || (log.i32[at + Field.TcpFlags]! & HANDSHAKE) !== 0) return
    if ((state & (State.Syn << direction)) === 0 || (state & (State.SynAck << (1 - direction))) === 0) return
    i32[stateAt] = state | State.RttDone
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const synNanoseconds = i32[cell * 2 + SYN_NANOSECONDS]!
    if (nanoseconds === NO_TIME || synNanoseconds === NO_TIME) return
    const trip = elapsed(log.f64[at >> 1]!, nanoseconds, f64[cell + SYN_SECONDS]!, synNanoseconds)
    // Records may run backwards; such a handshake has no round trip.
    if (trip < 0) return
    f64[cell + RTT] = trip
    i32[stateAt] = i32[stateAt]! | State.RttKnown
  }

  #followSequence(log: EventLog, at: number, cell: number, direction: number): void {
    const { i32 } = this.#records
    const stateAt = cell * 2 + STATE
    const side = cell * 2 + SIDES + direction * SIDE
    const flags = log.i32[at + Field.TcpFlags]!
    const payload = log.i32[at + Field.Payload]!
    const start = (log.i32[at + Field.Sequence]! + ((flags & tcp.FLAG_SYN) !== 0 ? 1 : 0)) | 0
    const end = (start + payload) | 0
    if ((i32[stateAt]! & (State.Known << direction)) === 0) {
      i32[stateAt]! |= State.Known << direction
      i32[side + NEXT] = end
      i32[side + HOLE_START] = 0
      i32[side + HOLE_END] = 0
      return
    }
    if (payload === 0) return
    const next = i32[side + NEXT]!
    const ahead = (start - next) | 0
    if (ahead < 0) this.#noteBelow(log, at, cell, direction, start, payload)
    else if (ahead > 0) this.#openHole(log, at, side, next, start)
    if (((end - next) | 0) > 0) i32[side + NEXT] = end
  }

  #openHole(log: EventLog, at: number, side: number, start: number, end: number): void {
    const { i32 } = this.#records
    i32[side + HOLE_START] = start
    i32[side + HOLE_END] = end
    i32[side + HOLE_SECONDS] = log.f64[at >> 1]!
    i32[side + HOLE_NANOSECONDS] = log.i32[at + Field.Nanoseconds]!
  }

  /** A segment that begins below the highest byte: keep-alive, reordering within a round trip, or a retransmission. */
  #noteBelow(log: EventLog, at: number, cell: number, direction: number, start: number, payload: number): void {
    const { f64, i32 } = this.#records
    const side = cell * 2 + SIDES + direction * SIDE
    const below = (i32[side + NEXT]! - start) | 0
    if (payload === 1 && below === 1) return
    const fillsHole =
      ((start - i32[side + HOLE_START]!) | 0) >= 0 && ((i32[side + HOLE_END]! - start - payload) | 0) >= 0
    if (fillsHole && i32[side + HOLE_START] !== i32[side + HOLE_END]) {
      const late = elapsed(
        log.f64[at >> 1]!,
        log.i32[at + Field.Nanoseconds]!,
        i32[side + HOLE_SECONDS]!,
        i32[side + HOLE_NANOSECONDS]!,
      )
      i32[side + HOLE_START] = (start + payload) | 0
      const known = (i32[cell * 2 + STATE]! & State.RttKnown) !== 0
      if (late <= (known ? f64[cell + RTT]! : DEFAULT_RTT)) return
    }
    f64[cell + SEGMENTS + direction]!++
    f64[cell + BYTES + direction]! += Math.min(payload, below)
  }
}

function stateName(state: number): string {
  if ((state & State.Reset) !== 0) return 'reset'
  const fins = (state / State.Fin) & 3
  if (fins === 3) return 'closed'
  if (fins !== 0) return 'closing'
  if ((state & (State.Syn * 3)) === 0 && (state & (State.SynAck * 3)) === 0) return 'midstream'
  const answered = (state & (State.SynAck * 3)) !== 0 || ((state / State.Spoke) & 3) === 3
  return answered ? 'established' : 'syn-sent'
}
