/**
 * TCP by flow: MSS, handshake round trip, retransmissions and state; copies count once.
 * Evidence: any capture point between the ends sees what was sent twice past it; losses before it show as late fills of a hole.
 * What misleads: a capture that itself lost packets, and asymmetric paths of which only one direction is seen. Zero-window probes, and
 * segments that were sent before those which overtook them as identification or timestamps say, are no retransmissions; nor is what
 * passed elsewhere in segments of other sizes (regrouped.ts).
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import { NO_TIME } from '../../../packet.ts'
import type { TcpSummary } from '../../../summary.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field, ON_ITS_WAY, STRIDE } from '../../events/event-log.ts'
import { PacketFlag } from '../../events/packet-flags.ts'
import { CounterByKey, type CounterByKeyState, EXAMPLES } from '../../tables/counter-by-key.ts'
import type { RecentRingState } from '../../tables/recent-ring.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import { elapsed, milliseconds } from '../../tables/time.ts'
import { ROUTE_SEGMENTS, type RouteTraffic, routeOf } from '../traffic.ts'
import { type Hole, later, Proof, SequenceHoles } from './sequence-holes.ts'

/** Nanoseconds within which a hole that fills late is taken for reordering while no round trip is known. */
const DEFAULT_RTT = 3_000_000

/** Halves of a flow, what every segment needs first; each direction has {@link SIDE} halves. */
const SIDES = 0
/** Next expected sequence number: the highest seen. */
const NEXT = 0
const MSS = 1
const SYN_SEQUENCE = 2
/** The last acknowledgment that this side sent, and the window beside it plus one (0 = none yet). */
const LAST_ACK = 3
const LAST_WINDOW = 4
/** When this side sent data last. */
const DATA_SECONDS = 5
const DATA_NANOSECONDS = 6
const SIDE = 8
/** Halves behind both sides. */
const STATE = SIDES + 2 * SIDE
const SYN_NANOSECONDS = STATE + 1
/** Cells behind the halves: two per direction (retransmitted segments and bytes), the round trip. */
const SEGMENTS = (SYN_NANOSECONDS + 1) / 2
const BYTES = SEGMENTS + 2
/** Nanoseconds from SYN to the handshake's last ACK. */
const RTT = BYTES + 2
const SYN_SECONDS = RTT + 1
const CELLS = SYN_SECONDS + 1

/**
 * Cells of a route: data segments of both directions that were sent again, stalls among those, the longest in nanoseconds, and those
 * that the receiver reports it had.
 */
const ROUTE_REPEATED = 0
const ROUTE_STALLS = 1
const ROUTE_LONGEST = 2
const ROUTE_NEEDLESS = 3
const ROUTE_CELLS = 4

/** Nanoseconds that a sender waited before it sent again: from here on it is a stall, as the shortest retransmission timer makes it. */
const STALL = 200_000_000

/** Bytes before the first segment of a connection entered in the middle that may still arrive. */
const BEFORE = 1 << 30
/** `LAST_WINDOW` of a side that takes nothing more. */
const ZERO_WINDOW = 1
/** Bytes that a probe of a zero window carries at most: mostly one. */
const PROBE = 16

/** Bytes that a damaged segment may lie off the sequence: beyond, the damage is in its sequence number. */
const DAMAGED_REACH = 1 << 20

/** Nanoseconds after which bytes that come in another order have come. */
const SETTLED = 1_000_000_000

/** Bytes that a segment without data may be ahead: more is another connection on the same ports. */
const FARTHEST = 1 << 26

/** Bytes of a connection that may pass before its own SYN, in the order of the records. */
const BEFORE_SYN = 1 << 16

/** No window is larger (RFC 7323 §2.3): what lies farther away is another connection on the same ports. */
const LARGEST_WINDOW = 1 << 30

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
  /** Acknowledged more than before, with nothing seen of the other side by then. */
  Elsewhere: 1 << 16,
  /** The first FIN of a connection that was entered in the middle, to be timed until the other side's FIN acknowledges it. */
  Closing: 1 << 18,
  /** In place of the handshake's, the round trip is that of two FINs. */
  CloseTimed: 1 << 20,
  /** Recorded twice: the data may come in segments of other sizes (regrouped.ts). */
  Twice: 1 << 21,
  /** Some did. */
  Regrouped: 1 << 22,
} as const

/** What a new connection on the same ports forgets, of both directions. */
const NEW_CONNECTION =
  State.Known * 3 +
  State.SynAck * 3 +
  State.Fin * 3 +
  State.Spoke * 3 +
  State.Reset +
  State.Elsewhere * 3 +
  State.Closing * 3

const HANDSHAKE = tcp.FLAG_SYN | tcp.FLAG_FIN | tcp.FLAG_RST

/** What is kept of the segments that one VTEP pair carried again in one VNI. */
export interface Repeats {
  /** Sequence numbers of the first ones, as on the wire. */
  sequences: number[]
}

/** TCP data of one VTEP pair in one VNI, both directions. */
export interface RouteTcp {
  segments: number
  repeated: number
  /** Of those, how many came 200 ms or more after the last data, and the longest wait in nanoseconds. */
  stalls: number
  longestStall: number
  /** Of those repeated, how many were needless: the receiver reports that it had the data (D-SACK, RFC 2883). */
  needless: number
}

/** Saved TCP columns. */
export interface TcpState {
  rows: number
  records: RecordsState
  routeRows: number
  routes: RecordsState
  repeats: CounterByKeyState<Repeats>
  holes: RecentRingState
}

/** What TCP asks of data that were recorded twice in segments of other sizes. `regrouped.ts` answers; its methods say what each means. */
export interface OtherSegments {
  isElsewhere(log: EventLog, at: number, key: number, start: number): boolean
  isAnew(
    log: EventLog,
    at: number,
    key: number,
    start: number,
    next: number,
    seconds: number,
    nanoseconds: number,
  ): boolean
  isRepeated(log: EventLog, at: number, key: number, start: number): boolean
  insert(log: EventLog, at: number, key: number, start: number): void
  noteCounted(log: EventLog, at: number): void
}

/** TCP columns on flow rows; direction 0 is a→b. */
export class Tcp implements StatefulAnalyzer<TcpState> {
  /** Retransmitted data segments by route row. */
  readonly repeats = new CounterByKey<Repeats>(() => ({ sequences: [] }))
  readonly #records = new Records(CELLS)
  readonly #routes = new Records(ROUTE_CELLS)
  readonly #holes = new SequenceHoles()
  #rows = 0
  #routeRows = 0
  #regrouped: OtherSegments | null = null

  /** @param traffic - Shared with other stateful analyzers. */
  constructor(private readonly traffic: RouteTraffic) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const flow = i32[at + Field.Flow]!
    if ((bits & (Bit.Tcp | Bit.Copy | Bit.Replica)) !== Bit.Tcp || flow === NONE) return
    if (flow >= this.#rows) this.#rows = flow + 1
    const cell = this.#records.at(flow)
    const direction = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    const flags = i32[at + Field.TcpFlags]!
    const base = cell * 2
    if ((bits & Bit.DuplicateSack) !== 0) this.#noteNeedless(i32, at, cell, direction)
    if ((flags & (HANDSHAKE | tcp.FLAG_ACK)) === tcp.FLAG_ACK && this.#goesOn(log, at, base, direction)) return
    if ((flags & HANDSHAKE) !== 0) this.#noteHandshake(log, at, base, direction)
    else this.#records.i32[base + STATE]! |= State.Spoke << direction
    if ((flags & tcp.FLAG_ACK) !== 0) {
      this.#measureRtt(log, at, cell, direction)
      const side = base + SIDES + direction * SIDE
      this.#noteUnseen(log, at, base, side, direction)
      this.#records.i32[side + LAST_ACK] = i32[at + Field.Acknowledgment]!
      this.#records.i32[side + LAST_WINDOW] = i32[at + Field.TcpWindow]! + 1
      if ((flags & HANDSHAKE) === 0 && this.#isShut(base, 1 - direction)) this.#takeBack(base, direction)
    }
    this.#followSequence(log, at, cell, direction)
  }

  /** Who tells data that were recorded elsewhere from data that were sent again; knows the packet before this analyzer does. */
  attach(regrouped: OtherSegments): void {
    this.#regrouped = regrouped
  }

  /**
   * Takes a copy, so that its flow is known to be recorded twice. Where its place has had the data, which no other record of this
   * segment told, it tells that they were sent again.
   * @param isCounted - Whether an earlier record of it counted as sent again.
   * @returns Whether it counts now, by this record or an earlier one.
   */
  takeCopy(log: EventLog, at: number, isCounted: boolean): boolean {
    const flow = log.i32[at + Field.Flow]!
    if (!this.has(flow)) return isCounted
    const cell = this.#records.at(flow)
    const state = this.#records.i32[cell * 2 + STATE]!
    this.#records.i32[cell * 2 + STATE] = state | State.Twice
    const payload = log.i32[at + Field.Payload]!
    if (isCounted || payload === 0 || (state & State.Regrouped) === 0) return isCounted
    const direction = (log.i32[at + Field.Bits]! & Bit.FlowForward) !== 0 ? 0 : 1
    const start = log.i32[at + Field.Sequence]!
    if (this.#regrouped?.isRepeated(log, at, flowEnd(log, at, direction), start) !== true) return false
    this.#count(log, at, cell, direction, start, payload)
    return true
  }

  /** Reads flow records ahead. @returns Nothing of use. */
  prefetch(log: EventLog, from: number, to: number): number {
    return this.#records.prefetch(log.i32, from * STRIDE + Field.Flow, to * STRIDE, STRIDE)
  }

  /** MSS that a flow's receiver in `direction` announced; 0 when its SYN was not seen. */
  mssToward(flow: number, direction: 0 | 1): number {
    if (flow >= this.#rows) return 0
    const cell = this.#records.at(flow)
    return this.#records.i32[cell * 2 + SIDES + (1 - direction) * SIDE + MSS]!
  }

  /** Whether an acknowledgment says nothing that the last one of its flow and direction did not say. */
  repeatsAcknowledgment(log: EventLog, at: number): boolean {
    const { i32 } = log
    const flow = i32[at + Field.Flow]!
    if (flow === NONE || flow >= this.#rows) return false
    const direction = (i32[at + Field.Bits]! & Bit.FlowForward) !== 0 ? 0 : 1
    const side = this.#records.at(flow) * 2 + SIDES + direction * SIDE
    return (
      this.#records.i32[side + LAST_ACK] === i32[at + Field.Acknowledgment] &&
      this.#records.i32[side + LAST_WINDOW] === i32[at + Field.TcpWindow]! + 1
    )
  }

  /** Bytes that one side of a flow sent behind a sequence number, below 0 before it; `null` while nothing of that side was seen. */
  sentBehind(flow: number, direction: 0 | 1, sequence: number): number | null {
    if (flow >= this.#rows) return null
    const base = this.#records.at(flow) * 2
    const { i32 } = this.#records
    if ((i32[base + STATE]! & (State.Known << direction)) === 0) return null
    return (i32[base + SIDES + direction * SIDE + NEXT]! - sequence) | 0
  }

  /** Data segments of a route row. */
  route(row: number): RouteTcp {
    return {
      segments: this.traffic.records.get(row, ROUTE_SEGMENTS),
      repeated: this.#routes.get(row, ROUTE_REPEATED),
      stalls: this.#routes.get(row, ROUTE_STALLS),
      longestStall: this.#routes.get(row, ROUTE_LONGEST),
      needless: Math.min(this.#routes.get(row, ROUTE_NEEDLESS), this.#routes.get(row, ROUTE_REPEATED)),
    }
  }

  /** Whether a flow carried TCP. */
  has(flow: number): boolean {
    return flow < this.#rows && this.#records.i32[this.#records.at(flow) * 2 + STATE] !== 0
  }

  /** Whether one side of a flow sent more than a SYN and resets. */
  hasSpoken(flow: number, direction: 0 | 1): boolean {
    if (!this.has(flow)) return false
    const spoke = (State.Spoke | State.SynAck | State.Fin) << direction
    return (this.#records.i32[this.#records.at(flow) * 2 + STATE]! & spoke) !== 0
  }

  /**
   * Whether what one side sends shows that the other one answers, though nothing of it is in the capture: the connection goes on
   * behind its SYN, or acknowledges ever more.
   */
  isAnsweredUnseen(flow: number, direction: 0 | 1): boolean {
    if (!this.has(flow)) return false
    const state = this.#records.i32[this.#records.at(flow) * 2 + STATE]!
    if ((state & (State.Known << (1 - direction))) !== 0) return false
    const opened = (State.Syn | State.Spoke) << direction
    return (state & (State.Elsewhere << direction)) !== 0 || (state & opened) === opened
  }

  /** Whether both sides sent more than their handshake, and neither had to send anything again: each has what the other one sends. */
  goesOn(flow: number): boolean {
    if (!this.has(flow)) return false
    const cell = this.#records.at(flow)
    const { f64, i32 } = this.#records
    const state = i32[cell * 2 + STATE]!
    const sent = State.Spoke | State.Fin
    const isBoth = (state & sent) !== 0 && (state & (sent << 1)) !== 0
    return isBoth && f64[cell + SEGMENTS] === 0 && f64[cell + SEGMENTS + 1] === 0
  }

  /** Round trip of the handshake in nanoseconds, 0 when it is not known. */
  roundTrip(flow: number): number {
    if (!this.has(flow)) return 0
    const cell = this.#records.at(flow)
    const measured = this.#records.i32[cell * 2 + STATE]! & (State.RttKnown | State.SynRepeated)
    return measured === State.RttKnown ? this.#records.f64[cell + RTT]! : 0
  }

  /**
   * The longest time in nanoseconds that a round trip may take by what a flow shows, 0 when it shows nothing: from the first SYN,
   * repeated or not, to the handshake's last ACK, or from one side's FIN to that of the other.
   */
  longestTrip(flow: number): number {
    if (!this.has(flow)) return 0
    const cell = this.#records.at(flow)
    const isTimed = (this.#records.i32[cell * 2 + STATE]! & (State.RttKnown | State.CloseTimed)) !== 0
    return isTimed ? this.#records.f64[cell + RTT]! : 0
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

  /** Ranges that were sent, never seen and never acknowledged, though the other side was heard; the latest ones. */
  missing(): Hole[] {
    const { i32 } = this.#records
    const missing: Hole[] = []
    for (const hole of this.#holes.unfilled()) {
      if ((hole.proof & Proof.Damaged) !== 0) continue
      if ((hole.proof & Proof.Earlier) !== 0) {
        missing.push(hole)
        continue
      }
      const cell = this.#records.at(hole.key >> 1)
      const direction = hole.key & 1
      const other = cell * 2 + SIDES + (1 - direction) * SIDE
      const heard = (State.Spoke | State.Fin) << (1 - direction)
      if ((i32[cell * 2 + STATE]! & heard) === 0 || i32[other + LAST_WINDOW] === 0) continue
      const next = i32[cell * 2 + SIDES + direction * SIDE + NEXT]!
      let start = later(hole.start, i32[other + LAST_ACK]!)
      if ((hole.proof & Proof.Bare) !== 0) start = later(start, next)
      if (((hole.end - start) | 0) > 0) missing.push({ ...hole, start })
    }
    return missing
  }

  save(): TcpState {
    return {
      rows: this.#rows,
      records: this.#records.save(this.#rows),
      routeRows: this.#routeRows,
      routes: this.#routes.save(this.#routeRows),
      repeats: this.repeats.save(),
      holes: this.#holes.save(),
    }
  }

  restore(state: TcpState): void {
    this.#rows = state.rows
    this.#records.restore(state.records)
    this.#routeRows = state.routeRows
    this.#routes.restore(state.routes)
    this.repeats.restore(state.repeats)
    this.#holes.restore(state.holes)
  }

  /**
   * Takes the packets that most are: an ACK in a connection under way, with nothing or with the data that come next.
   * @returns Whether it is one.
   */
  #goesOn(log: EventLog, at: number, base: number, direction: number): boolean {
    const { i32 } = this.#records
    const state = i32[base + STATE]!
    const seen = (State.Known << direction) | (State.Spoke << direction)
    // While nothing was seen of the other side its acknowledgments tell whether there is any.
    const other = State.Known << (1 - direction)
    if ((state & (other | State.Twice)) !== other) return false
    // A round trip may end with this packet if its side sent the SYN.
    if ((state & seen) !== seen || (state & (State.RttDone | (State.Syn << direction))) === State.Syn << direction)
      return false
    const side = base + SIDES + direction * SIDE
    const start = log.i32[at + Field.Sequence]!
    const payload = log.i32[at + Field.Payload]!
    if (payload !== 0) {
      if (i32[side + NEXT] !== start || (payload <= PROBE && this.#isShut(base, direction))) return false
      i32[side + NEXT] = (start + payload) | 0
      this.#noteData(log, at, side)
    } else if (((start - i32[side + NEXT]!) | 0) > 0) return false
    i32[side + LAST_ACK] = log.i32[at + Field.Acknowledgment]!
    i32[side + LAST_WINDOW] = log.i32[at + Field.TcpWindow]! + 1
    if (i32[side + LAST_WINDOW] === ZERO_WINDOW) this.#takeBack(base, direction)
    return true
  }

  /** An acknowledgment that grows while the other side is not seen: it is there, and goes another way. */
  #noteUnseen(log: EventLog, at: number, base: number, side: number, direction: number): void {
    const { i32 } = this.#records
    if ((i32[base + STATE]! & (State.Known << (1 - direction))) !== 0 || i32[side + LAST_WINDOW] === 0) return
    if (((log.i32[at + Field.Acknowledgment]! - i32[side + LAST_ACK]!) | 0) <= 0) return
    if ((log.i32[at + Field.PacketFlags]! & PacketFlag.Damaged) === 0)
      i32[base + STATE]! |= State.Elsewhere << direction
  }

  #noteHandshake(log: EventLog, at: number, base: number, direction: number): void {
    const { i32 } = this.#records
    const flags = log.i32[at + Field.TcpFlags]!
    const side = base + SIDES + direction * SIDE
    if ((flags & tcp.FLAG_RST) !== 0) i32[base + STATE]! |= State.Reset
    if ((flags & tcp.FLAG_FIN) !== 0) {
      this.#timeClose(log, at, base, direction)
      i32[base + STATE]! |= State.Fin << direction
    }
    if ((flags & tcp.FLAG_SYN) === 0) return
    const mss = log.i32[at + Field.MaximumSegmentSize]!
    if (mss !== 0) i32[side + MSS] = mss
    const sequence = log.i32[at + Field.Sequence]!
    if ((flags & tcp.FLAG_ACK) !== 0) {
      const syn = State.Syn << (1 - direction)
      const asked = i32[base + SIDES + (1 - direction) * SIDE + SYN_SEQUENCE]!
      const answers = (i32[base + STATE]! & syn) !== 0 && ((asked + 1 - log.i32[at + Field.Acknowledgment]!) | 0) === 0
      if (!answers && this.#isAnother(base, direction, sequence)) this.#leave(log, at, base, true)
      i32[base + STATE]! |= State.SynAck << direction
      return
    }
    const state = i32[base + STATE]!
    if ((state & (State.Syn << direction)) === 0) {
      if (this.#isAnother(base, direction, sequence)) this.#leave(log, at, base, true)
      i32[base + STATE]! |= State.Syn << direction
      this.#noteSyn(log, at, base, side)
    } else if (i32[side + SYN_SEQUENCE] === sequence) {
      i32[base + STATE] = state | State.SynRepeated
    } else {
      this.#leave(log, at, base, true)
      if ((state & State.RttDone) === 0) i32[base + STATE]! &= ~State.SynRepeated
      this.#noteSyn(log, at, base, side)
    }
  }

  /**
   * Times two FINs of a connection that has no handshake in the capture. Where an ACK of its own came before the second FIN, that
   * side closed when it was done, and nothing was timed.
   */
  #timeClose(log: EventLog, at: number, base: number, direction: number): void {
    const { f64, i32 } = this.#records
    const state = i32[base + STATE]!
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const unlike = State.Syn * 3 + State.Fin * 3 + State.RttDone + State.CloseTimed
    if ((state & unlike) === 0 && nanoseconds !== NO_TIME) {
      i32[base + STATE] = state | (State.Closing << direction)
      f64[base / 2 + SYN_SECONDS] = log.f64[at >> 1]!
      i32[base + SYN_NANOSECONDS] = nanoseconds
      return
    }
    const other = 1 - direction
    if ((state & (State.Closing << other)) === 0) return
    i32[base + STATE] = state & ~(State.Closing * 3)
    // A FIN takes a sequence number behind the data (RFC 9293 §3.4).
    const fin = i32[base + SIDES + other * SIDE + NEXT]! + 1
    const side = base + SIDES + direction * SIDE
    const isNew = i32[side + LAST_WINDOW] === 0 || ((fin - i32[side + LAST_ACK]!) | 0) > 0
    const isAnswer = ((log.i32[at + Field.Acknowledgment]! - fin) | 0) >= 0
    if (!isNew || !isAnswer || nanoseconds === NO_TIME) return
    const trip = elapsed(log.f64[at >> 1]!, nanoseconds, f64[base / 2 + SYN_SECONDS]!, i32[base + SYN_NANOSECONDS]!)
    if (trip < 0) return
    f64[base / 2 + RTT] = trip
    i32[base + STATE]! |= State.CloseTimed
  }

  /** Whether a SYN cannot be that of the connection that was seen before it, its own SYN not among it. */
  #isAnother(base: number, direction: number, sequence: number): boolean {
    const { i32 } = this.#records
    if ((i32[base + STATE]! & (State.Fin * 3)) !== 0) return true
    const other = base + SIDES + (1 - direction) * SIDE
    let next = i32[other + LAST_ACK]!
    if ((i32[base + STATE]! & (State.Known << direction)) !== 0) next = i32[base + SIDES + direction * SIDE + NEXT]!
    else if (i32[other + LAST_WINDOW] === 0) return false
    const before = (next - 1 - sequence) | 0
    return before < 0 || before > BEFORE_SYN
  }

  /**
   * The ports are used again: a new connection with sequence numbers of its own.
   * @param isOpening - Whether what was acknowledged last is still the old one's.
   */
  #leave(log: EventLog, at: number, base: number, isOpening: boolean): void {
    const { i32 } = this.#records
    const flow = log.i32[at + Field.Flow]!
    const state = i32[base + STATE]!
    for (let direction = 0; direction < 2; direction++) {
      const other = base + SIDES + (1 - direction) * SIDE
      const isHeard = (state & ((State.Spoke | State.Fin) << (1 - direction))) !== 0 && i32[other + LAST_WINDOW] !== 0
      const acknowledged = isOpening && isHeard ? i32[other + LAST_ACK]! : null
      this.#holes.leave(flow * 2 + direction, i32[base + SIDES + direction * SIDE + NEXT]!, acknowledged)
      i32[other + LAST_ACK] = 0
      i32[other + LAST_WINDOW] = 0
    }
    i32[base + STATE] = state & ~NEW_CONNECTION
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
      const isProbe =
        payload <= PROBE && this.#isShut(cell * 2, direction) && this.#awaits(cell * 2, direction) === start
      i32[side + NEXT] = isProbe ? start : end
      if ((flags & tcp.FLAG_SYN) === 0) this.#open(log, at, direction, (start - BEFORE) | 0, start, Proof.Beginning)
      if (payload > 0 && !isProbe) this.#noteData(log, at, side)
      return
    }
    const next = i32[side + NEXT]!
    const ahead = (start - next) | 0
    if (payload === 0) {
      // Behind a FIN its own sequence number is used up (RFC 9293 §3.4).
      const isBehindFin =
        ahead === 1 && (flags & tcp.FLAG_FIN) === 0 && (i32[stateAt]! & (State.Fin << direction)) !== 0
      if (ahead > 0 && !isBehindFin && (flags & (tcp.FLAG_SYN | tcp.FLAG_RST)) === 0)
        this.#noteBare(log, at, cell, direction, start)
      return
    }
    if (payload <= PROBE && ahead >= 0 && this.#isShut(cell * 2, direction)) {
      // A zero-window probe (RFC 9293 §3.8.6.1): its bytes will come again once the window opens.
      i32[side + NEXT] = start
      return
    }
    const isDamaged = (log.i32[at + Field.PacketFlags]! & PacketFlag.Damaged) !== 0
    if (isDamaged && Math.abs(ahead) > DAMAGED_REACH) return
    if (Math.abs(ahead) > LARGEST_WINDOW) {
      this.#leave(log, at, cell * 2, false)
      i32[stateAt]! |= (State.Known | State.Spoke) << direction
      i32[side + NEXT] = end
      this.#open(log, at, direction, (start - BEFORE) | 0, start, Proof.Beginning)
      this.#noteData(log, at, side)
      return
    }
    let isElsewhere = false
    if (ahead < 0) isElsewhere = this.#noteBelow(log, at, cell, direction, start, payload)
    else if (ahead > 0) {
      // The byte of a probe was taken after all.
      const isProbed = ahead === 1 && this.#awaits(cell * 2, direction) === start
      if (!isProbed) this.#open(log, at, direction, next, start, isDamaged ? Proof.Damaged : Proof.Data)
    }
    if (((end - next) | 0) > 0) i32[side + NEXT] = end
    if (!isElsewhere) this.#noteData(log, at, side)
    if ((i32[stateAt]! & State.Twice) !== 0) this.#regrouped?.insert(log, at, flowEnd(log, at, direction), start)
  }

  /** A segment without data behind bytes that never were seen: all that its sender sent is before it. */
  #noteBare(log: EventLog, at: number, cell: number, direction: number, start: number): void {
    if ((log.i32[at + Field.PacketFlags]! & PacketFlag.Damaged) !== 0) return
    const { f64, i32 } = this.#records
    const side = cell * 2 + SIDES + direction * SIDE
    const next = i32[side + NEXT]!
    const key = log.i32[at + Field.Flow]! * 2 + direction
    if (((start - next) | 0) > FARTHEST || this.#holes.hasFrom(key, next)) return
    const seconds = log.f64[at >> 1]!
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const hasData = (i32[side + DATA_SECONDS]! | i32[side + DATA_NANOSECONDS]!) !== 0
    // Without a SYN that is when a FIN came: what was sent before it has come by then as well.
    const sinceSeconds = hasData ? i32[side + DATA_SECONDS]! : f64[cell + SYN_SECONDS]!
    const sinceNanoseconds = hasData ? i32[side + DATA_NANOSECONDS]! : i32[cell * 2 + SYN_NANOSECONDS]!
    const isTimed = nanoseconds !== NO_TIME && sinceNanoseconds !== NO_TIME && sinceSeconds !== 0
    const isLate = isTimed && elapsed(seconds, nanoseconds, sinceSeconds, sinceNanoseconds) >= SETTLED
    const proof = Proof.Bare | (isLate ? Proof.Late : 0)
    this.#open(log, at, direction, next, start, proof)
  }

  /** Whether the receiver of a direction takes nothing more: its last acknowledgment had a zero window. */
  #isShut(base: number, direction: number): boolean {
    return this.#records.i32[base + SIDES + (1 - direction) * SIDE + LAST_WINDOW] === ZERO_WINDOW
  }

  /** The sequence number that the receiver of a direction acknowledged last. */
  #awaits(base: number, direction: number): number {
    return this.#records.i32[base + SIDES + (1 - direction) * SIDE + LAST_ACK]!
  }

  /** A zero window ends at what it acknowledges: the few bytes behind that were a probe, seen before any window was. */
  #takeBack(base: number, direction: number): void {
    const { i32 } = this.#records
    if ((i32[base + STATE]! & (State.Known << (1 - direction))) === 0) return
    const next = base + SIDES + (1 - direction) * SIDE + NEXT
    const edge = this.#awaits(base, 1 - direction)
    const behind = (i32[next]! - edge) | 0
    if (behind > 0 && behind <= PROBE) i32[next] = edge
  }

  /** The segment at hand jumped over `[start, end)`. @param proof - Bits of {@link Proof}. */
  #open(log: EventLog, at: number, direction: number, start: number, end: number, proof: number): void {
    const { i32 } = log
    const key = i32[at + Field.Flow]! * 2 + direction
    const seconds = log.f64[at >> 1]!
    const nanoseconds = i32[at + Field.Nanoseconds]!
    const number = i32[at + Field.Number]!
    const identification = i32[at + Field.InnerIdentification]!
    const timestamp = i32[at + Field.TcpTimestamp]!
    const route = routeOf(i32, at)
    this.#holes.open(key, start, end, seconds, nanoseconds, number, route, proof, identification, timestamp)
  }

  #noteData(log: EventLog, at: number, side: number): void {
    const { i32 } = this.#records
    i32[side + DATA_SECONDS] = log.f64[at >> 1]!
    i32[side + DATA_NANOSECONDS] = log.i32[at + Field.Nanoseconds]!
    const route = log.i32[at + Field.Route]!
    // What is relayed from another flow counts there.
    if (route !== NONE && (log.i32[at + Field.Again]! & ON_ITS_WAY) === 0)
      this.traffic.records.add(route, ROUTE_SEGMENTS, 1)
  }

  /**
   * A segment that begins below the highest byte: keep-alive, reordering within a round trip, another record of what was sent once, or
   * a retransmission.
   * @returns Whether it is another record, in segments of other sizes.
   */
  #noteBelow(log: EventLog, at: number, cell: number, direction: number, start: number, payload: number): boolean {
    const { f64, i32 } = this.#records
    const side = cell * 2 + SIDES + direction * SIDE
    // Up to 2^31, which is below and not above: signed, it would be a negative number of bytes.
    const below = (i32[side + NEXT]! - start) >>> 0
    if (payload === 1 && below === 1) return false
    const key = flowEnd(log, at, direction)
    const isTwice = (i32[cell * 2 + STATE]! & State.Twice) !== 0
    const isElsewhere = isTwice && this.#regrouped?.isElsewhere(log, at, key, start) === true
    const end = (start + payload) | 0
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const identification = log.i32[at + Field.InnerIdentification]!
    const timestamp = log.i32[at + Field.TcpTimestamp]!
    const late = this.#holes.fill(key, start, end, log.f64[at >> 1]!, nanoseconds, identification, timestamp)
    if (isElsewhere) {
      i32[cell * 2 + STATE]! |= State.Regrouped
      return true
    }
    if (late !== NONE) {
      const { order, isBeginning } = this.#holes
      // What was sent before the segment that overtook it; of what lies before the capture only a sender's clock tells.
      if (order < 0 || (isBeginning && order === 0)) return false
      const known = (i32[cell * 2 + STATE]! & State.RttKnown) !== 0
      if (!isBeginning && late <= (known ? f64[cell + RTT]! : DEFAULT_RTT)) return false
    } else if (this.#isAnew(log, at, cell, side, key, start)) return true
    this.#regrouped?.noteCounted(log, at)
    this.#count(log, at, cell, direction, start, payload)
    return false
  }

  /** Counts data as sent again. */
  #count(log: EventLog, at: number, cell: number, direction: number, start: number, payload: number): void {
    const { f64, i32 } = this.#records
    const side = cell * 2 + SIDES + direction * SIDE
    f64[cell + SEGMENTS + direction]!++
    f64[cell + BYTES + direction]! += Math.min(payload, (i32[side + NEXT]! - start) >>> 0)
    // A repeat tells of a loss only where there is a connection: a handshake, or anything from the other side.
    const connected = (State.Known << (1 - direction)) | (State.Syn * 3) | (State.SynAck * 3)
    if ((i32[cell * 2 + STATE]! & connected) !== 0) this.#noteRepeat(log, at, side, start)
  }

  /** Whether data below the highest byte are the first of their flow that a second place has, or another capture. */
  #isAnew(log: EventLog, at: number, cell: number, side: number, key: number, start: number): boolean {
    const { i32 } = this.#records
    const next = i32[side + NEXT]!
    const seconds = i32[side + DATA_SECONDS]!
    const nanoseconds = i32[side + DATA_NANOSECONDS]!
    if (this.#regrouped?.isAnew(log, at, key, start, next, seconds, nanoseconds) !== true) return false
    i32[cell * 2 + STATE]! |= State.Twice | State.Regrouped
    return true
  }

  /** The receiver had data that were sent again: they were late or their acknowledgment was, not lost. */
  #noteNeedless(i32: Int32Array, at: number, cell: number, direction: number): void {
    const route = i32[at + Field.Route]!
    if (route === NONE || this.#records.f64[cell + SEGMENTS + 1 - direction] === 0) return
    if (route >= this.#routeRows) this.#routeRows = route + 1
    this.#routes.add(route, ROUTE_NEEDLESS, 1)
  }

  #noteRepeat(log: EventLog, at: number, side: number, start: number): void {
    const route = log.i32[at + Field.Route]!
    if (route === NONE || (log.i32[at + Field.Again]! & ON_ITS_WAY) !== 0) return
    const repeats = this.repeats.note(route, log.i32[at + Field.Number]!)
    if (repeats !== null && repeats.sequences.length < EXAMPLES) repeats.sequences.push(start >>> 0)
    if (route >= this.#routeRows) this.#routeRows = route + 1
    this.#routes.add(route, ROUTE_REPEATED, 1)
    const { i32 } = this.#records
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const sinceNanoseconds = i32[side + DATA_NANOSECONDS]!
    const sinceSeconds = i32[side + DATA_SECONDS]!
    if (nanoseconds === NO_TIME || sinceNanoseconds === NO_TIME || (sinceSeconds | sinceNanoseconds) === 0) return
    const wait = elapsed(log.f64[at >> 1]!, nanoseconds, sinceSeconds, sinceNanoseconds)
    if (wait < STALL) return
    this.#routes.add(route, ROUTE_STALLS, 1)
    this.#routes.raise(route, ROUTE_LONGEST, wait)
  }
}

/** Flow row × 2 + direction of an event. */
function flowEnd(log: EventLog, at: number, direction: number): number {
  return log.i32[at + Field.Flow]! * 2 + direction
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
