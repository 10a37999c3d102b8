/**
 * What gets through between two VTEPs, and what does not, by VTEP pair and direction: the largest outer packet that was proved to
 * arrive (its echo was answered, its TCP bytes were acknowledged), and larger ones that were sent again and again without that, or
 * that answered a question by UDP which came again all the same.
 *
 * What is relayed has passed the way before, whatever becomes of it, and is judged by where it was seen last.
 *
 * Evidence: a capture point that both directions pass. A size counts as lost only while nothing of that size or above it is
 * proved in that direction, so that ordinary loss, which hits every size, takes itself back.
 * What misleads: a super-frame says nothing about the path (set aside before this analyzer runs); a fragment says less than its
 * datagram (not looked at here); where outer DF is clear a router behind the capture point may have split what was proved.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field, STRIDE } from '../../events/event-log.ts'
import { PacketFlag } from '../../events/packet-flags.ts'
import { ANSWERS, Asks, KIND } from '../../events/questions.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import { ID_SPACE } from '../../tables/limits.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import type { Clock } from '../clock.ts'
import { AWAITED, FlowHalf, type FlowTraffic, routeOf } from '../traffic.ts'

/** Cells of a VTEP pair, two of each: by direction, 0 is a→b. */
const PROVEN = 0
/** Number of the packet that proved something last. */
const PROVED_BY = 2
/** Packets whose proof is awaited. */
const OPEN = 4
/** Why every size is followed there, not only new largest ones: {@link LOSING}, {@link WATCHED}. */
const FOLLOWED = 6
/** Number of the last packet that was sent while an ICMP error had it watched. */
const SENT_BY = 8
/** Number of the latest packet that was proved to arrive. */
const LATEST_PROVED = 10
/** Halves: echo requests in fragments, and how many of them were answered. */
const SPLIT_ASKED = 24
const SPLIT_ANSWERED = 26
const CELLS = 14

/** Something seems lost. */
const LOSING = 1
/** An ICMP error says that nothing arrives. */
const WATCHED = 2

/** Words of what awaits its proof. */
const END_OF_PAIR = 0
const LENGTH = 1
const NUMBER = 2
const CLOSED = 3
/** TCP: sequence numbers before and behind the segment, and how often it was sent. */
const START = 4
const END = 5
const SENT = 6
/** TCP: the largest segment before this one, where that awaits its proof too. */
const FORMER_END = 7
const FORMER_LENGTH = 8
/** An answer by UDP: when it was sent, its question's payload, and how often the question came again (all in place of the words of TCP). */
const SECONDS = 4
const NANOSECONDS = 5
const ASKED = 6
const REPEATED = 7
/** Which of `Asks`. */
const ASKS = 8
const WORDS = 9

/** An entry that is an answer by UDP, in its word `CLOSED`; and first key of addresses that were answered for, less the pair's end. */
const ANSWERED = 2
const ADDRESS = -2

/** Nanoseconds between an answer and the same question again: sooner it was under way; later it is another one. */
const LEAST_PATIENCE = 500_000_000
const MOST_PATIENCE = 10_000_000_000
/** Nanoseconds after which a question that was answered will not come again: resolvers try again after five seconds at most. */
const CONTENT = 5_500_000_000

/** SNMP clients try five times again; whoever asks the same more often, with one identifier, reads a value every few seconds. */
const MOST_TRIES = 6

/** Outer bytes below which no path fails for size: what packetization-layer discovery starts from (RFC 8899 §5.1.2). */
const LEAST_LOST = 1200

/** Nanoseconds after which an answer will not come any more. */
const SETTLED = 1_000_000_000
/** Sizes told apart of one direction's losses. */
const MOST_SIZES = 16
/** Packet numbers kept of one size. */
const EXAMPLES = 10
/** Pairs of addresses that ICMP errors may put under watch. */
const MOST_WATCHED = 10_000
/** Ends of VTEP pairs of which small answers are followed as well. */
const MOST_ANSWERING = 10_000

/** A question that came again although it was answered. */
interface Asked {
  /** Its number, route row × 2 + direction, flow row × 2 + direction, and which of `Asks`. */
  number: number
  route: number
  flowEnd: number
  asks: number
}

/** Sightings of one size for which no proof came. */
interface LostSize {
  length: number
  count: number
  /** Whether it answered a question that came again. */
  isAnswer: boolean
  packets: number[]
  /** Questions that came again after such an answer, the first ten. */
  asked: Asked[]
  /** When it was first seen, and what its direction had counted by then. */
  seconds: number
  nanoseconds: number
  before: Counts
  /** Whether something smaller that was sent after its first sighting had arrived when it was noted. */
  isPassed: boolean
}

/** What went on in a direction that seems to lose something. */
interface Counts {
  /** Proofs of packets of any size. */
  proofs: number
  /** Small questions: echo requests and SYNs. */
  asks: number
  /** Packets from the other end. */
  heard: number
}

/** What one direction of a VTEP pair seems to lose. */
interface Losses extends Counts {
  sizes: LostSize[]
  /** Longest time in nanoseconds after which a question came again that was answered. */
  patience: number
}

/** Large packets that repeat without an answer while smaller ones pass. */
export interface BlackHole {
  /** Smallest outer IP length that never arrived. */
  lost: number
  /** Largest outer IP length that was proved to arrive, 0 where something of unknown size was. */
  passed: number
  /** Whether questions came again although they were answered; else what was sent was never answered. */
  isAnswer: boolean
  /** Smaller answers whose questions did not come again, where nothing else shows that smaller packets arrive. */
  taken: TakenAnswers | null
  count: number
  packets: number[]
}

/** Answers by UDP whose questions did not come again: how many, and the largest in bytes of outer IP. */
export interface TakenAnswers {
  count: number
  largest: number
}

/** Large answers by UDP whose questions come again, though nothing shows that smaller packets would arrive. */
export interface VainAnswers {
  /** Pair row × 2 + direction of the answers. */
  end: number
  /** Smallest outer IP length of them. */
  least: number
  count: number
  asked: Asked[]
}

/** Saved evidence. */
export interface PathMtuEvidenceState {
  rows: number
  pairs: RecordsState
  window: RecentRingState
  losses: CounterByKeyState<Losses>
  watched: number[]
  answering: number[]
}

/** Judges what passes, on pair rows; an end of a pair is its row × 2 + direction. */
export class PathMtuEvidence implements StatefulAnalyzer<PathMtuEvidenceState> {
  readonly #pairs = new Records(CELLS)
  readonly #window: RecentRing
  readonly #losses = new CounterByKey<Losses>(() => ({ sizes: [], patience: 0, proofs: 0, asks: 0, heard: 0 }))
  /** Address ids (from × ID_SPACE + to) whose direction is followed whatever the size. */
  readonly #watched = new Set<number>()
  /** Ends of pairs that a large answer left from: small answers are followed there, as what arrives beside it. */
  readonly #answering = new Set<number>()
  #rows = 0

  /**
   * @param clock - Says how late the capture is; has observed the packet before this analyzer does.
   * @param flows - Shared with other stateful analyzers.
   * @param size - Packets awaiting a proof at a time, a power of two.
   */
  constructor(
    private readonly clock: Clock,
    private readonly flows: FlowTraffic,
    size: number,
  ) {
    this.#window = new RecentRing(size, WORDS)
  }

  /** Largest outer IP packet in bytes that was proved to arrive; 0 without proof. */
  largestProved(row: number, direction: 0 | 1): number {
    return this.#pairs.get(row, PROVEN + direction)
  }

  /** Number of the packet that last proved something to arrive; 0 without proof. */
  provedBy(row: number, direction: 0 | 1): number {
    return this.#pairs.get(row, PROVED_BY + direction)
  }

  /** Number of the last packet sent in a direction that an ICMP error had put under watch; 0 without. */
  sentBy(row: number, direction: 0 | 1): number {
    return this.#pairs.get(row, SENT_BY + direction)
  }

  /** Whether echo requests went out in fragments and not one was answered. */
  losesSplit(row: number, direction: 0 | 1): boolean {
    const { i32 } = this.#pairs
    const halves = this.#pairs.at(row) * 2 + direction
    return i32[halves + SPLIT_ASKED]! >= 2 && i32[halves + SPLIT_ANSWERED] === 0
  }

  /** Large packets that repeat without an answer while smaller ones pass; `null` when there is no such thing. */
  blackHole(row: number, direction: 0 | 1): BlackHole | null {
    const losses = this.#losses.get(row * 2 + direction)?.figures
    if (losses === undefined) return null
    const taken = this.#taken(row * 2 + direction, losses)
    const lost = this.#lost(row * 2 + direction, losses, taken)
    if (lost === null) return null
    const { sizes, count } = lost
    const passed = this.largestProved(row, direction)
    const isProved = this.#isProved(losses, sizes[0]!, passed)
    if (!isProved && taken.count === 0) return null
    const packets = sizes.flatMap((size) => size.packets).sort((left, right) => left - right)
    return {
      lost: Math.min(...sizes.map(({ length }) => length)),
      passed,
      isAnswer: sizes.every((size) => size.isAnswer),
      taken: isProved ? null : taken,
      count,
      packets: packets.slice(0, EXAMPLES),
    }
  }

  /** Large answers whose questions come again, where {@link blackHole} has no proof that anything smaller arrives. */
  inVain(): VainAnswers[] {
    const vain: VainAnswers[] = []
    for (const { key: end, figures: losses } of this.#losses.entries()) {
      const taken = this.#taken(end, losses)
      const lost = taken.count > 0 ? null : this.#lost(end, losses, taken)
      if (lost === null || !lost.sizes.every(({ isAnswer }) => isAnswer)) continue
      const { sizes, count } = lost
      if (this.#isProved(losses, sizes[0]!, this.largestProved(end >> 1, (end & 1) as 0 | 1)) || this.#isPolled(end))
        continue
      const asked = sizes.flatMap((size) => size.asked).sort((left, right) => left.number - right.number)
      vain.push({ end, least: Math.min(...sizes.map(({ length }) => length)), count, asked })
    }
    return vain
  }

  /** Follows every size from one address to another from here on: an ICMP error claims that nothing arrives. */
  watch(from: number, to: number): void {
    if (this.#watched.size < MOST_WATCHED) this.#watched.add(from * ID_SPACE + to)
  }

  /** Reads records of pairs ahead. @returns Nothing of use. */
  prefetch(log: EventLog, from: number, to: number): number {
    return this.#pairs.prefetch(log.i32, from * STRIDE + Field.Pair, to * STRIDE, STRIDE)
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const pair = i32[at + Field.Pair]!
    if (pair === NONE || (bits & Bit.Copy) !== 0) return
    if (pair >= this.#rows) this.#rows = pair + 1
    const cell = this.#pairs.at(pair)
    const direction = (bits & Bit.PairForward) !== 0 ? 0 : 1
    const { f64 } = this.#pairs
    // Most packets: nothing is awaited here, and as much has arrived before.
    const isQuestion = (bits & Bit.Udp) !== 0 && i32[at + Field.TcpFlags] !== 0
    const isSmall =
      !isQuestion &&
      (bits & (Bit.Tcp | Bit.Udp)) !== 0 &&
      i32[at + Field.OuterIpLength]! <= f64[cell + PROVEN + direction]!
    if (isSmall && this.#watched.size === 0 && isQuiet(f64, cell)) return
    if ((f64[cell + FOLLOWED + 1 - direction]! & LOSING) !== 0) this.#noteHeard(pair * 2 + 1 - direction)
    if (this.#watched.size > 0) this.#followWatched(i32, at, cell, direction)
    const flow = i32[at + Field.Flow]!
    if (flow === NONE) return
    const flowDirection = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    // Only whole datagrams of the size that travels tell something about sizes.
    const isWhole =
      (bits & (Bit.SuperFrame | Bit.Fragment)) === 0 && (i32[at + Field.PacketFlags]! & PacketFlag.Damaged) === 0
    if ((bits & Bit.Tcp) !== 0) {
      if ((i32[at + Field.TcpFlags]! & tcp.FLAG_ACK) !== 0) this.#acknowledge(log, at, flow * 2 + 1 - flowDirection)
      if (isWhole) this.#sendSegment(log, at, flow * 2 + flowDirection, pair * 2 + direction)
    } else if ((bits & Bit.EchoRequest) !== 0) {
      if (isWhole) this.#sendEcho(log, at, flow * 2 + flowDirection, pair * 2 + direction)
      else if ((bits & Bit.Fragment) !== 0) this.#sendSplitEcho(log, at, flow * 2 + flowDirection, pair * 2 + direction)
    } else if ((bits & Bit.EchoReply) !== 0) {
      const entry = this.#window.find(flow * 2 + 1 - flowDirection, i32[at + Field.Sequence]!)
      if (entry !== NONE && this.#window.data[entry + CLOSED] === 0) this.#close(entry, i32[at + Field.Number]!)
    } else if (isQuestion) {
      const end = pair * 2 + direction
      if ((i32[at + Field.TcpFlags]! & ANSWERS) === 0) {
        this.#sendQuestion(log, at, flow * 2 + 1 - flowDirection, end % 2 === 0 ? end + 1 : end - 1)
      } else if (isWhole) this.#sendAnswer(log, at, flow * 2 + flowDirection, end)
    } else if ((bits & Bit.AddressReply) !== 0) {
      const key = ADDRESS - (pair * 2 + direction)
      const address = i32[at + Field.InnerSource]!
      if (this.#window.find(key, address) === NONE) this.#window.insert(key, address)
      // An address was asked for over the tunnel, and the answer came back over it.
      if (f64[cell + FOLLOWED + 1 - direction] !== 0)
        this.#proveSmall(pair * 2 + 1 - direction, i32[at + Field.Number]!)
    }
  }

  /**
   * Takes a packet that was received and is sent on.
   * @param former - The end of a pair from which it came there.
   * @param formerFlow - Flow row of that passage.
   */
  observeRelayed(log: EventLog, at: number, former: number, formerFlow: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const pair = i32[at + Field.Pair]!
    const flow = i32[at + Field.Flow]!
    if (pair === NONE || flow === NONE || formerFlow === NONE) return
    if (pair >= this.#rows) this.#rows = pair + 1
    const direction = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    const end = pair * 2 + ((bits & Bit.PairForward) !== 0 ? 0 : 1)
    const isTcp = (bits & Bit.Tcp) !== 0
    const entry = isTcp
      ? this.#window.find(NONE, formerFlow * 2 + direction)
      : this.#window.find(formerFlow * 2 + direction, i32[at + Field.Sequence]!)
    const isPassed = entry !== NONE && former !== end && this.#passOn(entry, i32, at, former)
    // In another flow it was judged like any packet of that.
    if ((bits & Bit.Copy) === 0) return
    this.#noteHeard(end ^ 1)
    const isWhole = (bits & (Bit.SuperFrame | Bit.Fragment)) === 0
    const flags = i32[at + Field.TcpFlags]!
    if (isTcp) {
      if ((flags & tcp.FLAG_ACK) !== 0) this.#acknowledge(log, at, flow * 2 + 1 - direction)
      if (isWhole) this.#sendSegment(log, at, flow * 2 + direction, end)
    } else if ((bits & Bit.EchoRequest) !== 0) {
      if (isWhole && isPassed) this.#sendEcho(log, at, flow * 2 + direction, end)
    } else if ((bits & Bit.Udp) !== 0 && flags !== 0) {
      if ((flags & ANSWERS) === 0) this.#sendQuestion(log, at, flow * 2 + 1 - direction, end ^ 1)
      else if (isWhole) this.#sendAnswer(log, at, flow * 2 + direction, end)
    }
  }

  save(): PathMtuEvidenceState {
    return {
      rows: this.#rows,
      pairs: this.#pairs.save(this.#rows),
      window: this.#window.save(),
      losses: this.#losses.save(),
      watched: [...this.#watched],
      answering: [...this.#answering],
    }
  }

  restore(state: PathMtuEvidenceState): void {
    this.#rows = state.rows
    this.#pairs.restore(state.pairs)
    this.#window.restore(state.window)
    this.#losses.restore(state.losses)
    this.#watched.clear()
    for (const key of state.watched) this.#watched.add(key)
    this.#answering.clear()
    for (const end of state.answering) this.#answering.add(end)
  }

  /** An answer proves what its question's direction is watched for, also when nothing else went that way since the error. */
  #followWatched(i32: Int32Array, at: number, cell: number, direction: number): void {
    const { f64 } = this.#pairs
    const own = cell + FOLLOWED + direction
    const other = cell + FOLLOWED + 1 - direction
    if ((f64[own]! & f64[other]! & WATCHED) === 0) {
      const source = i32[at + Field.Source]!
      const destination = i32[at + Field.Destination]!
      if (this.#watched.has(source * ID_SPACE + destination)) f64[own]! |= WATCHED
      if (this.#watched.has(destination * ID_SPACE + source)) f64[other]! |= WATCHED
    }
    if ((f64[own]! & WATCHED) !== 0) f64[cell + SENT_BY + direction] = i32[at + Field.Number]!
  }

  #noteHeard(end: number): void {
    const losses = this.#losses.get(end)
    if (losses !== undefined) losses.figures.heard++
  }

  #sendEcho(log: EventLog, at: number, flowEnd: number, end: number): void {
    const { i32 } = log
    const length = i32[at + Field.OuterIpLength]!
    const cell = this.#pairs.at(end >> 1) + (end & 1)
    const entry = this.#window.insert(flowEnd, i32[at + Field.Sequence]!)
    const { data } = this.#window
    data[entry + END_OF_PAIR] = end
    data[entry + LENGTH] = length
    data[entry + NUMBER] = i32[at + Field.Number]!
    this.#pairs.f64[cell + OPEN]!++
    if (length > this.#pairs.f64[cell + PROVEN]!) this.#suspect(log, at, end, length, i32[at + Field.Number]!)
    else this.#noteAsk(end)
  }

  /** An answer by UDP that may be too large, and any beside one that seems to be. */
  #sendAnswer(log: EventLog, at: number, flowEnd: number, end: number): void {
    const { i32 } = log
    const cell = this.#pairs.at(end >> 1) + (end & 1)
    const length = i32[at + Field.OuterIpLength]!
    const isLarge = length >= LEAST_LOST && length > this.#pairs.f64[cell + PROVEN]!
    if (isLarge) {
      if (this.#answering.size < MOST_ANSWERING) this.#answering.add(end)
    } else if ((this.#pairs.f64[cell + FOLLOWED]! & LOSING) === 0 && !this.#answering.has(end)) return
    const id = i32[at + Field.Sequence]!
    const kind = i32[at + Field.TcpFlags]! & KIND
    // A protocol without identifiers asks the same again and again.
    if (kind === Asks.Ntp || kind === Asks.Quic || (kind === Asks.Snmp && id === 0)) return
    let entry = this.#window.find(flowEnd, id)
    if (entry === NONE) {
      entry = this.#window.insert(flowEnd, id)
      this.#window.data[entry + ASKED] = NONE
    }
    const { data } = this.#window
    data[entry + END_OF_PAIR] = end
    data[entry + LENGTH] = length
    data[entry + NUMBER] = i32[at + Field.Number]!
    data[entry + CLOSED] = ANSWERED
    data[entry + ASKS] = kind
    data[entry + SECONDS] = log.f64[at >> 1]!
    data[entry + NANOSECONDS] = i32[at + Field.Nanoseconds]!
  }

  /**
   * A question by UDP: one that was answered a while ago and comes again says that the answer did not arrive.
   * @param flowEnd - Of the answers to it.
   * @param end - Of the answers to it.
   */
  #sendQuestion(log: EventLog, at: number, flowEnd: number, end: number): void {
    const { i32 } = log
    const entry = this.#window.find(flowEnd, i32[at + Field.Sequence]!)
    const { data } = this.#window
    if (entry === NONE || data[entry + CLOSED] !== ANSWERED || data[entry + END_OF_PAIR] !== end) return
    const payload = i32[at + Field.Payload]!
    const waited =
      (log.f64[at >> 1]! - data[entry + SECONDS]!) * 1_000_000_000 +
      i32[at + Field.Nanoseconds]! -
      data[entry + NANOSECONDS]!
    const isAlike = data[entry + ASKED] === NONE || data[entry + ASKED] === payload
    data[entry + ASKED] = payload
    if (!isAlike || waited < LEAST_PATIENCE || waited > patienceOf(data[entry + ASKS]!)) return
    data[entry + REPEATED]!++
    const asked = {
      number: i32[at + Field.Number]!,
      route: routeOf(i32, at),
      flowEnd: flowEnd ^ 1,
      asks: data[entry + ASKS]!,
    }
    this.#suspect(log, at, end, data[entry + LENGTH]!, data[entry + NUMBER]!, asked)
    const losses = this.#losses.get(end)
    if (losses !== undefined) losses.figures.patience = Math.max(losses.figures.patience, waited)
    // Whoever asks has heard of the address that it asks, and so something small arrived.
    const key = ADDRESS - end
    if (this.#window.find(key, i32[at + Field.InnerDestination]!) !== NONE)
      this.#proveSmall(end, i32[at + Field.Number]!)
  }

  /** What of the sizes that seem lost is larger than all that arrived, three times or more and not just now; `null` without. */
  #lost(end: number, losses: Losses, taken: TakenAnswers): { sizes: LostSize[]; count: number } | null {
    const passed = this.#pairs.get(end >> 1, PROVEN + (end & 1))
    const sizes = losses.sizes.filter(({ length }) => length > passed && length > taken.largest)
    const count = sizes.reduce((sum, size) => sum + size.count, 0)
    // Three sightings: one lost packet is chance, and its first repetition may be in flight.
    if (count < 3) return null
    const [{ seconds, nanoseconds }] = sizes as [LostSize]
    // What came in the capture's last second may yet be answered.
    return this.clock.untilLatest(seconds, nanoseconds) < SETTLED ? null : { sizes, count }
  }

  /** Whether smaller packets are seen to pass; without a question to tell, the peer must at least be alive. */
  #isProved(losses: Losses, { before, isPassed }: LostSize, passed: number): boolean {
    const hasNoQuestion = losses.asks === before.asks
    const isHeard = passed > 0 && hasNoQuestion && losses.heard > before.heard
    return losses.proofs !== before.proofs || isHeard || (isPassed && hasNoQuestion)
  }

  /** Answers that were sent a while ago, and whose questions did not come again. */
  #taken(end: number, { patience }: Losses): TakenAnswers {
    const { data } = this.#window
    const taken = { count: 0, largest: 0 }
    // Small ones prove as much sooner, where it is seen how long is waited here.
    const patient = Math.min(CONTENT, patience + LEAST_PATIENCE)
    for (const entry of this.#window.entries()) {
      if (data[entry + CLOSED] !== ANSWERED || data[entry + END_OF_PAIR] !== end) continue
      const length = data[entry + LENGTH]!
      const isPolled = data[entry + ASKS] === Asks.Snmp && data[entry + REPEATED]! > MOST_TRIES
      const wait = length < LEAST_LOST ? patient : CONTENT
      const isSettled = this.clock.untilLatest(data[entry + SECONDS]!, data[entry + NANOSECONDS]!) > wait
      if (!isPolled && (data[entry + REPEATED] !== 0 || !isSettled)) continue
      taken.count++
      taken.largest = Math.max(taken.largest, length)
    }
    return taken
  }

  /** Whether any question comes again more often than one is tried: it asks for something new each time. */
  #isPolled(end: number): boolean {
    const { data } = this.#window
    return this.#window
      .entries()
      .some(
        (entry) =>
          data[entry + CLOSED] === ANSWERED &&
          data[entry + END_OF_PAIR] === end &&
          data[entry + REPEATED]! > MOST_TRIES,
      )
  }

  /** What awaits its proof at one end of a pair is relayed from its other end: that is one. @returns Whether it is the same packet. */
  #passOn(entry: number, i32: Int32Array, at: number, former: number): boolean {
    const { data } = this.#window
    const closed = data[entry + CLOSED]!
    const number = i32[at + Field.Number]!
    if (data[entry + END_OF_PAIR] !== former || closed === 1) return false
    if ((i32[at + Field.Bits]! & Bit.Tcp) !== 0 && data[entry + START] !== i32[at + Field.Sequence]) return false
    if (closed === ANSWERED) {
      this.#prove(former, data[entry + LENGTH]!, number)
      data[entry + CLOSED] = 1
    } else this.#close(entry, number)
    return true
  }

  /** A request in fragments: its answer says that the datagram became whole again. */
  #sendSplitEcho(log: EventLog, at: number, flowEnd: number, end: number): void {
    const entry = this.#window.insert(flowEnd, log.i32[at + Field.Sequence]!)
    const { data } = this.#window
    data[entry + END_OF_PAIR] = end
    data[entry + NUMBER] = log.i32[at + Field.Number]!
    const { f64 } = this.#pairs
    const cell = this.#pairs.at(end >> 1) + (end & 1)
    f64[cell + OPEN]!++
    this.#pairs.i32[this.#pairs.at(end >> 1) * 2 + (end & 1) + SPLIT_ASKED]!++
  }

  /** Takes what uses sequence numbers; only sizes that are not proved yet are followed. */
  #sendSegment(log: EventLog, at: number, flowEnd: number, end: number): void {
    const { i32 } = log
    const flags = i32[at + Field.TcpFlags]!
    const isSyn = (flags & tcp.FLAG_SYN) !== 0
    const used = i32[at + Field.Payload]! + ((flags & (tcp.FLAG_SYN | tcp.FLAG_FIN)) !== 0 ? 1 : 0)
    if (used === 0) return
    const cell = this.#pairs.at(end >> 1) + (end & 1)
    const { f64 } = this.#pairs
    const length = i32[at + Field.OuterIpLength]!
    const isNew = length > f64[cell + PROVEN]!
    const isFollowed = isNew || f64[cell + FOLLOWED] !== 0
    if (isSyn && f64[cell + FOLLOWED] !== 0) this.#noteAsk(end)
    if (!isFollowed && (f64[cell + OPEN] === 0 || !this.#isAwaited(flowEnd))) return
    const start = i32[at + Field.Sequence]!
    let entry = this.#window.find(NONE, flowEnd)
    const { data } = this.#window
    if (entry !== NONE && isSyn && data[entry + CLOSED] === 0 && data[entry + START] !== start) this.#drop(entry)
    if (entry === NONE || data[entry + CLOSED] !== 0) {
      if (!isFollowed) return
      // One entry serves a flow's direction for as long as the ring remembers it.
      if (entry === NONE) entry = this.#window.insert(NONE, flowEnd)
      this.#setAwaited(flowEnd)
      this.#follow(log, at, entry, end, start, used)
      f64[cell + OPEN]!++
      return
    }
    const ahead = (start - data[entry + START]!) | 0
    if (data[entry + END_OF_PAIR] !== end) {
      // The packet that awaits its proof was relayed, and is waited for where it was seen last.
      if (ahead <= 0 || length <= data[entry + LENGTH]! || !isFollowed) return
      this.#drop(entry)
      this.#follow(log, at, entry, end, start, used)
      f64[cell + OPEN]!++
    } else if (ahead === 0) this.#sendAgain(log, at, entry, end, used)
    else if (ahead > 0 && isFollowed && length > data[entry + LENGTH]!) {
      const formerEnd = data[entry + END]!
      const formerLength = data[entry + LENGTH]!
      this.#follow(log, at, entry, end, start, used)
      data[entry + FORMER_END] = formerEnd
      data[entry + FORMER_LENGTH] = formerLength
    }
  }

  #follow(log: EventLog, at: number, entry: number, end: number, start: number, used: number): void {
    const { data } = this.#window
    data[entry + END_OF_PAIR] = end
    data[entry + LENGTH] = log.i32[at + Field.OuterIpLength]!
    data[entry + NUMBER] = log.i32[at + Field.Number]!
    data[entry + CLOSED] = 0
    data[entry + START] = start
    data[entry + END] = (start + used) | 0
    data[entry + SENT] = 1
    data[entry + FORMER_LENGTH] = 0
  }

  /** The same bytes again: as large as before, a loss; in a smaller piece, what an acknowledgment will be about. */
  #sendAgain(log: EventLog, at: number, entry: number, end: number, used: number): void {
    const { i32 } = log
    const { data } = this.#window
    const length = i32[at + Field.OuterIpLength]!
    const before = data[entry + LENGTH]!
    if (length < before) {
      this.#follow(log, at, entry, end, data[entry + START]!, used)
      return
    }
    data[entry + SENT]!++
    if (data[entry + SENT] === 2) this.#suspect(log, at, end, before, data[entry + NUMBER]!)
    this.#suspect(log, at, end, before, i32[at + Field.Number]!)
  }

  #acknowledge(log: EventLog, at: number, flowEnd: number): void {
    const { i32 } = log
    // Whose direction the acknowledged bytes went is known from the entry; most pairs have none open.
    const pair = this.#pairs.at(i32[at + Field.Pair]!)
    if (this.#pairs.f64[pair + OPEN] === 0 && this.#pairs.f64[pair + OPEN + 1] === 0) return
    if (!this.#isAwaited(flowEnd)) return
    const entry = this.#window.find(NONE, flowEnd)
    const { data } = this.#window
    if (entry === NONE || data[entry + CLOSED] !== 0) {
      this.#clearAwaited(flowEnd)
      return
    }
    const acknowledged = i32[at + Field.Acknowledgment]!
    const number = i32[at + Field.Number]!
    if (((acknowledged - data[entry + END]!) | 0) >= 0) this.#close(entry, number)
    else if (data[entry + FORMER_LENGTH] !== 0 && ((acknowledged - data[entry + FORMER_END]!) | 0) >= 0) {
      this.#prove(data[entry + END_OF_PAIR]!, data[entry + FORMER_LENGTH]!, number)
      data[entry + FORMER_LENGTH] = 0
    }
  }

  /** Whether a segment of a flow row × 2 + direction may await its proof. */
  #isAwaited(flowEnd: number): boolean {
    const { records, rows } = this.flows
    const flow = flowEnd >> 1
    return flow < rows && (records.i32[records.at(flow) * 2 + FlowHalf.Opening]! & (AWAITED << (flowEnd & 1))) !== 0
  }

  #setAwaited(flowEnd: number): void {
    const { flows } = this
    const flow = flowEnd >> 1
    if (flow >= flows.rows) flows.rows = flow + 1
    const half = flows.records.at(flow) * 2 + FlowHalf.Opening
    flows.records.i32[half]! |= AWAITED << (flowEnd & 1)
  }

  #clearAwaited(flowEnd: number): void {
    const { records } = this.flows
    records.i32[records.at(flowEnd >> 1) * 2 + FlowHalf.Opening]! &= ~(AWAITED << (flowEnd & 1))
  }

  #close(entry: number, number: number): void {
    const { data } = this.#window
    const end = data[entry + END_OF_PAIR]!
    this.#prove(end, data[entry + LENGTH]!, number)
    this.#pairs.raise(end >> 1, LATEST_PROVED + (end & 1), data[entry + NUMBER]!)
    this.#drop(entry)
  }

  #drop(entry: number): void {
    const { data } = this.#window
    data[entry + CLOSED] = 1
    const end = data[entry + END_OF_PAIR]!
    const cell = this.#pairs.at(end >> 1) + (end & 1) + OPEN
    if (this.#pairs.f64[cell]! > 0) this.#pairs.f64[cell]!--
  }

  #prove(end: number, length: number, number: number): void {
    const cell = this.#pairs.at(end >> 1) + (end & 1)
    const { f64 } = this.#pairs
    if (length === 0) this.#pairs.i32[this.#pairs.at(end >> 1) * 2 + (end & 1) + SPLIT_ANSWERED]!++
    const isLargest = length > f64[cell + PROVEN]!
    if (isLargest) f64[cell + PROVEN] = length
    f64[cell + PROVED_BY] = number
    if ((f64[cell + FOLLOWED]! & LOSING) === 0) return
    const losses = this.#losses.get(end)!.figures
    losses.proofs++
    if (!isLargest) return
    // What is as large as this was not lost for its size.
    losses.sizes = losses.sizes.filter((size) => size.length > length)
    if (losses.sizes.length === 0) f64[cell + FOLLOWED]! &= ~LOSING
  }

  /** Something of no known size arrived. */
  #proveSmall(end: number, number: number): void {
    this.#pairs.f64[this.#pairs.at(end >> 1) + (end & 1) + PROVED_BY] = number
    const losses = this.#losses.get(end)
    if (losses !== undefined) losses.figures.proofs++
  }

  #noteAsk(end: number): void {
    const losses = this.#losses.get(end)
    if (losses !== undefined) losses.figures.asks++
  }

  /** Notes a packet that may have been lost for its size; a proof of that size takes it back. */
  #suspect(log: EventLog, at: number, end: number, length: number, number: number, asked: Asked | null = null): void {
    if (length < LEAST_LOST || length <= this.#pairs.get(end >> 1, PROVEN + (end & 1))) return
    const losses = this.#losses.note(end, number)
    if (losses === null) return
    this.#pairs.f64[this.#pairs.at(end >> 1) + FOLLOWED + (end & 1)]! |= LOSING
    let size = losses.sizes.find((known) => known.length === length)
    if (size === undefined) {
      // A direction that lost one size and regained it may lose another: the smallest ones say where the limit is.
      if (losses.sizes.length === MOST_SIZES) return
      const { proofs, asks, heard } = losses
      const seconds = log.f64[at >> 1]!
      const nanoseconds = log.i32[at + Field.Nanoseconds]!
      const isPassed = this.#pairs.get(end >> 1, LATEST_PROVED + (end & 1)) > number
      size = {
        length,
        count: 0,
        isAnswer: asked !== null,
        packets: [],
        asked: [],
        seconds,
        nanoseconds,
        before: { proofs, asks, heard },
        isPassed,
      }
      losses.sizes.push(size)
    }
    size.count++
    if (size.packets.length < EXAMPLES) size.packets.push(number)
    if (asked !== null && size.asked.length < EXAMPLES) size.asked.push(asked)
  }
}

/** Whether nothing is awaited or followed on a pair, in neither direction. */
function isQuiet(f64: Float64Array, cell: number): boolean {
  return f64[cell + OPEN]! + f64[cell + OPEN + 1]! + f64[cell + FOLLOWED]! + f64[cell + FOLLOWED + 1]! === 0
}

/** Nanoseconds within which the same question again is a repetition. Some that poll by SNMP give all their requests one identifier. */
function patienceOf(asks: number): number {
  return asks === Asks.Snmp ? CONTENT : MOST_PATIENCE
}
