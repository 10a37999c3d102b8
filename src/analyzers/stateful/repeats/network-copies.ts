/**
 * Packets that the network delivered twice, told from frames that the capture recorded twice: both deliveries had an effect.
 * The receiver answered an echo request twice, or reported TCP data that it already had (D-SACK, RFC 2883, or an
 * acknowledgment that repeats the last one). One such reaction proves it for the VTEP pair and direction: its other copies on the
 * same interface have the same cause.
 * Evidence: at the receiver, or anywhere behind the link that duplicates. What misleads: two hosts that answer for one address.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field, pairDirection } from '../../events/event-log.ts'
import { CounterByKey, type CounterByKeyState, EXAMPLES } from '../../tables/counter-by-key.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'
import { near } from '../../tables/time.ts'
import type { Echo } from '../answers/echo.ts'
import type { Tcp } from '../tcp/tcp.ts'
import type { Copies } from './copies.ts'

/** Nanoseconds after a copy within which the receiver's reaction to it is looked for. */
const REACTION_TIME = 1_000_000_000

const NUMBER = 0
const PAIR = 1
/** Answers to the echo request so far. */
const ANSWERS = 2
/** Sequence number behind the TCP data. */
const SEQUENCE_END = 3
const SECONDS = 4
const NANOSECONDS = 5
const VNI = 6
const WORDS = 7

/** A copied echo request needs this many answers of its own; also marks a copy that is proved. */
const PROVED = 2

/** Proofs of one VTEP pair and direction. */
export interface Delivery {
  /** Copies that the receiver answered as echo requests. */
  echoes: number
  /** Copies that the receiver reported as repeated data. */
  segments: number
  /** VNI row of the proofs, `NONE` when they are of several. */
  vni: number
}

/** Packets delivered twice. */
export interface Duplicated {
  /** Pair row × 2 + direction (0 = from a). */
  pair: number
  /** Copies in all. */
  count: number
  /** Numbers of the first copies, those with a reaction before the others. */
  packets: number[]
  figures: Delivery
}

/** Saved network copies. */
export interface NetworkCopiesState {
  proofs: CounterByKeyState<Delivery>
  window: RecentRingState
  pending: number
}

/** Copies that the network made. */
export class NetworkCopies implements StatefulAnalyzer<NetworkCopiesState> {
  readonly #proofs = new CounterByKey<Delivery>(() => ({ echoes: 0, segments: 0, vni: NONE }))
  /** Copies that may yet cause a reaction, by flow, direction, and echo number or 0. */
  readonly #window: RecentRing
  #pending = 0

  /**
   * @param copies - Has observed the packet before this analyzer does.
   * @param tcp - Has not: what it knows of is the acknowledgment before.
   */
  constructor(
    private readonly copies: Copies,
    private readonly tcp: Tcp,
    private readonly echo: Echo,
    size: number,
  ) {
    this.#window = new RecentRing(size, WORDS)
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if (this.copies.isRepeat) this.#insert(log, at)
    else if (this.#pending > 0 && (bits & (Bit.Copy | Bit.Kept)) === Bit.Kept) {
      if ((bits & Bit.EchoReply) !== 0) this.#noteReply(log, at)
      else if ((bits & Bit.Tcp) !== 0 && i32[at + Field.Payload] === 0) this.#noteAcknowledgment(log, at)
    }
  }

  /** Packets that the network delivered twice, by VTEP pair and direction. */
  duplicated(): Duplicated[] {
    return [...this.#proofs.entries()].map(({ key, packets, figures }) => {
      const repeats = this.copies.repeats.get(key)
      const others = (repeats?.packets ?? []).filter((packet) => !packets.includes(packet))
      const shown = [...packets, ...others].slice(0, EXAMPLES).sort((left, right) => left - right)
      return { pair: key, count: repeats?.count ?? packets.length, packets: shown, figures }
    })
  }

  /** Records of a frame that the capture already holds: copies that the network made are none. */
  get captureDuplicates(): number {
    return this.duplicated().reduce((rest, { count }) => rest - count, this.copies.copies)
  }

  /** Numbers of the first capture duplicates. */
  get captureDuplicateExamples(): number[] {
    const numbers = [...this.copies.examples]
    for (const { key, packets } of this.copies.repeats.entries()) {
      if (this.#proofs.get(key) === undefined) numbers.push(...packets)
    }
    return numbers.sort((left, right) => left - right).slice(0, EXAMPLES)
  }

  save(): NetworkCopiesState {
    return { proofs: this.#proofs.save(), window: this.#window.save(), pending: this.#pending }
  }

  restore(state: NetworkCopiesState): void {
    this.#proofs.restore(state.proofs)
    this.#window.restore(state.window)
    this.#pending = state.pending
  }

  #insert(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const flow = i32[at + Field.Flow]!
    if ((bits & Bit.Kept) === 0 || flow === NONE) return
    const forward = (bits & Bit.FlowForward) !== 0
    const isEcho = (bits & Bit.EchoRequest) !== 0
    const payload = i32[at + Field.Payload]!
    if (!isEcho && ((bits & Bit.Tcp) === 0 || payload === 0)) return
    const sequence = i32[at + Field.Sequence]!
    const entry = this.#window.insert(flow * 2 + (forward ? 0 : 1), isEcho ? sequence : 0)
    const { data } = this.#window
    data[entry + NUMBER] = i32[at + Field.Number]!
    data[entry + PAIR] = pairDirection(i32, at)
    data[entry + ANSWERS] = isEcho && this.echo.isAnswered(flow, forward, sequence) ? 1 : 0
    data[entry + SEQUENCE_END] = sequence + payload
    data[entry + SECONDS] = log.f64[at >> 1]!
    data[entry + NANOSECONDS] = i32[at + Field.Nanoseconds]!
    data[entry + VNI] = i32[at + Field.Vni]!
    this.#pending++
  }

  #noteReply(log: EventLog, at: number): void {
    const entry = this.#cause(log, at, log.i32[at + Field.Sequence]!)
    if (entry === NONE) return
    const { data } = this.#window
    data[entry + ANSWERS]!++
    if (data[entry + ANSWERS] === PROVED) this.#prove(entry, 'echoes')
  }

  #noteAcknowledgment(log: EventLog, at: number): void {
    const { i32 } = log
    const flags = i32[at + Field.TcpFlags]!
    if ((flags & tcp.FLAG_ACK) === 0 || (flags & (tcp.FLAG_SYN | tcp.FLAG_FIN | tcp.FLAG_RST)) !== 0) return
    const entry = this.#cause(log, at, 0)
    if (entry === NONE || this.#window.data[entry + ANSWERS] === PROVED) return
    // Whoever acknowledges less is waiting for something else.
    if (((i32[at + Field.Acknowledgment]! - this.#window.data[entry + SEQUENCE_END]!) | 0) < 0) return
    const reports = (i32[at + Field.Bits]! & Bit.DuplicateSack) !== 0 || this.tcp.repeatsAcknowledgment(log, at)
    if (!reports) return
    this.#window.data[entry + ANSWERS] = PROVED
    this.#prove(entry, 'segments')
  }

  /** The copy that this packet may be a reaction to; `NONE` when there was none of late. */
  #cause(log: EventLog, at: number, low: number): number {
    const { i32 } = log
    const flow = i32[at + Field.Flow]!
    const nanoseconds = i32[at + Field.Nanoseconds]!
    if (flow === NONE || nanoseconds === NO_TIME) return NONE
    const entry = this.#window.find(flow * 2 + ((i32[at + Field.Bits]! & Bit.FlowForward) !== 0 ? 1 : 0), low)
    if (entry === NONE) return NONE
    const { data } = this.#window
    const isNear = near(
      log.f64[at >> 1]!,
      nanoseconds,
      data[entry + SECONDS]!,
      data[entry + NANOSECONDS]!,
      REACTION_TIME,
    )
    return isNear ? entry : NONE
  }

  #prove(entry: number, by: 'echoes' | 'segments'): void {
    const { data } = this.#window
    const isFirst = this.#proofs.get(data[entry + PAIR]!) === undefined
    const delivery = this.#proofs.note(data[entry + PAIR]!, data[entry + NUMBER]!)
    if (delivery === null) return
    delivery[by]++
    if (isFirst) delivery.vni = data[entry + VNI]!
    else if (delivery.vni !== data[entry + VNI]) delivery.vni = NONE
  }
}
