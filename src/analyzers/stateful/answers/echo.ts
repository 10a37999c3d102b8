/**
 * ICMP and ICMPv6 echo by flow: requests, how many were answered, round trips; copies count once. What a traceroute sends to a router
 * on the way is no request that lacks a reply, whether that router says so or not.
 * Evidence: any capture point that both directions pass. What misleads: a capture that ends before the reply, and replies in
 * another VNI (a tunnel that carries the sender's identity in the VNI): {@link Echo.unanswered} allows for both. How long a reply may
 * take is for the diagnosis to say (diagnosis/round-trips.ts).
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { Protocol } from '../../../codecs/core/protocol.ts'
import * as icmp from '../../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../../codecs/headers/icmpv6.ts'
import { NO_TIME } from '../../../packet.ts'
import type { EchoSummary } from '../../../summary.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field, ON_ITS_WAY } from '../../events/event-log.ts'
import { innerTtl } from '../../events/packet-flags.ts'
import { CounterByKey, type CounterByKeyState, EXAMPLES } from '../../tables/counter-by-key.ts'
import type { Keys } from '../../tables/keys.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import { elapsed, milliseconds } from '../../tables/time.ts'
import type { Clock } from '../clock.ts'

/** Two halves each, by who asks (0 = a): requests, and how many of them were answered. */
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
/** What the entry is: {@link Entry}. */
const KIND = 2
/** Flow row × 2 + direction of the request. */
const END = 3
const SEQUENCE = 4
const NUMBER = 5
/** Route row × 2 + direction of the outer packet (0 = from a), `NONE` without. */
const ROUTE = 6
/** Inner TTL or hop limit of a request. */
const HOPS = 7
const WORDS = 8

const Entry = {
  /** A request without a reply so far. */
  Open: 0,
  Answered: 1,
  /** A request to many, or without a time: nobody need answer. */
  Aside: 2,
  /** A reply to a request that was not seen. */
  Orphan: 3,
} as const

/** Nanoseconds that a request may be recorded after its reply, where several interfaces write one file. */
const OUT_OF_ORDER = 10_000_000
/** Nanoseconds after which a request that leaves the ring is one without a reply. */
const FORGOTTEN_WAIT = 1_000_000_000

/** A TTL above all. */
const MOST_HOPS = 256

/** Requests of one flow without a reply that left the ring. */
interface Forgotten {
  route: number
}

/** A flow's direction with requests whose TTL ran out. */
interface Traced {
  /** Lowest TTL of a request that was answered since. */
  answered: number
}

/** Requests without a reply: one flow, one VTEP pair, one direction. */
export interface Unanswered {
  flow: number
  /** Whether a asked b. */
  forward: boolean
  /** Route row × 2 + direction of the requests (0 = from a). */
  route: number
  count: number
  /** How many times they began: requests in between were answered. 0 where that is no longer known. */
  runs: number
  /** Numbers of the first ones. */
  packets: number[]
  /** Stretches of them between answered requests, the first ten; none where they are no longer known one by one. */
  gaps: Gap[]
}

/** Consecutive requests without a reply. */
export interface Gap {
  count: number
  /** Number of the last answered request before, and of the second one after: what put an end to it passed between them. */
  after: number
  before: number
  /** Seconds from the first one to the last. */
  seconds: number
}

/** Whether the answer to a packet of a flow over a route (row × 2 + direction) may have come after the end of the capture. */
export type IsAtEnd = (flow: number, route: number, seconds: number, nanoseconds: number) => boolean

/** Saved echo columns. */
export interface EchoState {
  rows: number
  records: RecordsState
  window: RecentRingState
  forgotten: CounterByKeyState<Forgotten>
  conversed: number[]
  traced: CounterByKeyState<Traced>
}

/** Echo columns on flow rows. */
export class Echo implements StatefulAnalyzer<EchoState> {
  readonly #records = new Records(CELLS)
  /** Requests of the recent past, by flow, direction, identifier and sequence number. */
  readonly #window: RecentRing
  /** By flow row × 2 + direction. */
  readonly #forgotten = new CounterByKey<Forgotten>(() => ({ route: NONE }))
  /** By flow row × 2 + direction: rare, so that pings ask nothing of it. */
  readonly #traced = new CounterByKey<Traced>(() => ({ answered: MOST_HOPS }))
  /** Address ids of VTEPs that replies came from, and of those that asked and got the reply themselves. */
  #conversed = new Set<number>()
  #rows = 0

  constructor(
    private readonly keys: Keys,
    private readonly clock: Clock,
    size: number,
  ) {
    this.#window = new RecentRing(size, WORDS)
  }

  /** Whether the request in a direction of a flow with this identifier and sequence number was answered. */
  isAnswered(flow: number, forward: boolean, sequence: number): boolean {
    const entry = this.#window.find(flow * 2 + (forward ? 0 : 1), sequence)
    return entry !== NONE && this.#window.data[entry + KIND] === Entry.Answered
  }

  /** By flow row × 2 + direction: number of the latest request that was answered, of those in the ring. */
  lastAnswered(): Map<number, number> {
    const { data } = this.#window
    const last = new Map<number, number>()
    for (const entry of this.#window.entries()) {
      if (data[entry + KIND] !== Entry.Answered) continue
      const end = data[entry + END]!
      last.set(end, Math.max(last.get(end) ?? 0, data[entry + NUMBER]!))
    }
    return last
  }

  /**
   * Requests without a reply by flow and VTEP pair.
   * @param isAtEnd - Whether the reply to a packet may have come after the end of the capture.
   */
  unanswered(isAtEnd: IsAtEnd): Unanswered[] {
    const found = new Map<string, Unanswered>()
    for (const { key, count, packets, figures } of this.#forgotten.entries()) {
      const route = figures.route
      const forward = key % 2 === 0
      found.set(`${key} ${route}`, { flow: key >> 1, forward, route, count, runs: 0, packets: [...packets], gaps: [] })
    }
    const { data } = this.#window
    const entries = this.#window.entries()
    const elsewhere = this.#orphans(entries)
    /** Flow row × 2 + direction of those whose last request was not answered. */
    const silent = new Set<number>()
    const gaps = new Gaps()
    for (const entry of entries) {
      const end = data[entry + END]!
      if (data[entry + KIND] === Entry.Answered) {
        silent.delete(end)
        gaps.close(end, data[entry + NUMBER]!)
      }
      if (data[entry + KIND] !== Entry.Open || data[entry + ROUTE] === NONE || this.#isTraced(entry)) continue
      if (isAtEnd(end >> 1, data[entry + ROUTE]!, data[entry + SECONDS]!, data[entry + NANOSECONDS]!)) continue
      if (elsewhere.has(this.#conversation(end, data[entry + SEQUENCE]!))) continue
      const route = data[entry + ROUTE]!
      const key = `${end} ${route}`
      const begun = { flow: end >> 1, forward: end % 2 === 0, route, count: 0, runs: 0, packets: [], gaps: [] }
      const known: Unanswered = found.get(key) ?? begun
      found.set(key, known)
      known.count++
      gaps.note(known, end, data[entry + SECONDS]!)
      if (!silent.has(end)) known.runs++
      silent.add(end)
      if (known.packets.length < EXAMPLES) known.packets.push(data[entry + NUMBER]!)
    }
    return [...found.values()]
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.EchoRequest | Bit.EchoReply | Bit.IcmpError)) === 0) return
    if ((bits & Bit.IcmpError) !== 0) {
      this.#noteExpiry(i32, at)
      return
    }
    const flow = i32[at + Field.Flow]!
    if ((bits & (Bit.Copy | Bit.Replica)) !== 0 || flow === NONE) return
    this.#rows = Math.max(this.#rows, flow + 1)
    const forward = (bits & Bit.FlowForward) !== 0
    const isRequest = (bits & Bit.EchoRequest) !== 0
    const end = flow * 2 + (forward === isRequest ? 0 : 1)
    if (isRequest) this.#request(log, at, end)
    else this.#reply(log, at, end)
  }

  /** Echo side of a flow row; `null` when it carried no echo. */
  finish(flow: number): EchoSummary | null {
    if (flow >= this.#rows) return null
    const at = this.#records.at(flow)
    const { f64 } = this.#records
    const { requests, replies } = this.count(flow)
    if (requests === 0 && replies === 0) return null
    const timed = f64[at + TIMED]!
    return {
      requests,
      replies,
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

  /** Whether any reply answers a request that was not seen in its VNI. */
  get hasOrphans(): boolean {
    const { data } = this.#window
    return this.#window.entries().some((entry) => data[entry + KIND] === Entry.Orphan)
  }

  /**
   * Nanoseconds that a round trip of a flow row takes at least, by flow row: a reply to a request that was sent before the capture
   * began took longer than the capture had run by then. Where replies come to requests that it should have seen and did not, the
   * capture itself misses packets, and they tell nothing.
   */
  leastTrips(): Map<number, number> {
    const { data } = this.#window
    const entries = this.#window.entries()
    /** By flow row × 2 + direction: identifier and sequence number of the first request. */
    const firsts = new Map<number, number>()
    for (const entry of entries) {
      const end = data[entry + END]!
      if (data[entry + KIND] !== Entry.Orphan && !firsts.has(end)) firsts.set(end, data[entry + SEQUENCE]!)
    }
    const least = new Map<number, number>()
    const missed = new Set<number>()
    for (const entry of entries) {
      const end = data[entry + END]!
      const first = firsts.get(end)
      if (data[entry + KIND] !== Entry.Orphan || first === undefined) continue
      const sequence = data[entry + SEQUENCE]!
      if (sequence >>> 16 !== first >>> 16 || (sequence - first) << 16 >= 0) {
        missed.add(end >> 1)
        continue
      }
      const ran = this.clock.sinceFirst(data[entry + SECONDS]!, data[entry + NANOSECONDS]!)
      least.set(end >> 1, Math.max(least.get(end >> 1) ?? 0, ran))
    }
    for (const flow of missed) least.delete(flow)
    return least
  }

  /** Whether any round trip of a flow row could be timed. */
  isTimed(flow: number): boolean {
    return this.#records.get(flow, TIMED) > 0
  }

  /** Round trip of a flow row's echoes in nanoseconds on average, 0 when none could be timed. */
  averageTrip(flow: number): number {
    const timed = this.#records.get(flow, TIMED)
    return timed === 0 ? 0 : this.#records.get(flow, SUM) / timed
  }

  /** Address ids of the VTEPs behind which somebody answered a request, or had one answered. */
  get conversed(): ReadonlySet<number> {
    return this.#conversed
  }

  /** Echo requests of a flow row, both directions, and how many of them were answered. */
  count(flow: number): { requests: number; replies: number } {
    const forth = this.countOf(flow, true)
    const back = this.countOf(flow, false)
    return { requests: forth.requests + back.requests, replies: forth.replies + back.replies }
  }

  /** Echo requests of a flow row in one direction, and how many of them were answered. @param forward - Whether a asked b. */
  countOf(flow: number, forward: boolean): { requests: number; replies: number } {
    if (flow >= this.#rows) return { requests: 0, replies: 0 }
    const at = this.#records.at(flow) * 2 + (forward ? 0 : 1)
    const { i32 } = this.#records
    return { requests: i32[at + REQUESTS * 2]!, replies: i32[at + REPLIES * 2]! }
  }

  save(): EchoState {
    return {
      rows: this.#rows,
      records: this.#records.save(this.#rows),
      window: this.#window.save(),
      forgotten: this.#forgotten.save(),
      conversed: [...this.#conversed],
      traced: this.#traced.save(),
    }
  }

  restore(state: EchoState): void {
    this.#rows = state.rows
    this.#records.restore(state.records)
    this.#window.restore(state.window)
    this.#forgotten.restore(state.forgotten)
    this.#conversed = new Set(state.conversed)
    this.#traced.restore(state.traced)
  }

  #request(log: EventLog, at: number, end: number): void {
    const sequence = log.i32[at + Field.Sequence]!
    this.#add(end, REQUESTS)
    const earlier = this.#window.find(end, sequence)
    if (earlier !== NONE && this.#window.data[earlier + KIND] === Entry.Orphan && this.#isNear(log, at, earlier)) {
      this.#window.data[earlier + KIND] = Entry.Answered
      this.#add(end, REPLIES)
      this.#noteConversation(routeOf(log, at), this.#window.data[earlier + ROUTE]!)
      return
    }
    const bits = log.i32[at + Field.Bits]!
    const isAside =
      (bits & (Bit.Broadcast | Bit.Multicast | Bit.ToGroup)) !== 0 ||
      // Relayed from another flow, it is missed there.
      (log.i32[at + Field.Again]! & ON_ITS_WAY) !== 0 ||
      log.i32[at + Field.Nanoseconds] === NO_TIME
    this.#insert(log, at, end, isAside ? Entry.Aside : Entry.Open)
  }

  /** A router says that a request's TTL ran out: a traceroute asks for that, and awaits no reply. */
  #noteExpiry(i32: Int32Array, at: number): void {
    const isVersion6 = (i32[at + Field.Bits]! & Bit.Version6) !== 0
    const type = i32[at + Field.Sequence]! >> 8
    const from = i32[at + Field.QuotedSource]!
    const to = i32[at + Field.QuotedDestination]!
    if (type !== (isVersion6 ? icmpv6.Type.TimeExceeded : icmp.Type.TimeExceeded) || from === NONE || to === NONE)
      return
    if (i32[at + Field.KindVni] === NONE || i32[at + Field.Vlans] === NONE) return
    const protocol = isVersion6 ? Protocol.IcmpV6 : Protocol.Icmp
    const flow = this.keys.icmpFlow(i32[at + Field.KindVni]!, i32[at + Field.Vlans]!, protocol, from, to)
    if (flow === NONE) return
    const end = flow * 2 + (this.keys.flows.word(flow, 3) === from ? 0 : 1)
    const entry = this.#window.find(end, i32[at + Field.TcpWindow]!)
    if (entry === NONE || this.#window.data[entry + KIND] !== Entry.Open) return
    this.#window.data[entry + KIND] = Entry.Aside
    this.#traced.note(end, i32[at + Field.Number]!)
  }

  /**
   * Whether a request was sent to find a router that does not say that its TTL ran out: others of its flow ran out, and one with more
   * hops was answered. With as many hops as the answered ones it was lost.
   */
  #isTraced(entry: number): boolean {
    const { data } = this.#window
    const traced = this.#traced.isEmpty ? undefined : this.#traced.get(data[entry + END]!)
    return traced !== undefined && data[entry + HOPS]! < traced.figures.answered && traced.figures.answered < MOST_HOPS
  }

  #reply(log: EventLog, at: number, end: number): void {
    const entry = this.#window.find(end, log.i32[at + Field.Sequence]!)
    if (entry === NONE) {
      if (log.i32[at + Field.Nanoseconds] !== NO_TIME) this.#insert(log, at, end, Entry.Orphan)
      return
    }
    const { data } = this.#window
    if (data[entry + KIND] === Entry.Answered || data[entry + KIND] === Entry.Orphan) return
    data[entry + KIND] = Entry.Answered
    this.#noteConversation(data[entry + ROUTE]!, routeOf(log, at))
    const traced = this.#traced.isEmpty ? undefined : this.#traced.get(end)
    if (traced !== undefined) traced.figures.answered = Math.min(traced.figures.answered, data[entry + HOPS]!)
    this.#add(end, REPLIES)
    const cell = this.#records.at(end >> 1)
    const { f64 } = this.#records
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

  /** @param end - Flow row × 2 + direction of the request. */
  #add(end: number, cell: typeof REQUESTS | typeof REPLIES): void {
    const at = (this.#records.at(end >> 1) + cell) * 2 + (end & 1)
    this.#records.i32[at]!++
  }

  /** @param request - Route row × 2 + direction of a request; `reply` is its reply's. */
  #noteConversation(request: number, reply: number): void {
    if (reply === NONE) return
    const { routes } = this.keys
    this.#conversed.add(routes.word(reply >> 1, 1 + (reply & 1)))
    // A reply that goes to another VTEP than asked tells nothing of either.
    if (request === (reply ^ 1)) this.#conversed.add(routes.word(reply >> 1, 2 - (reply & 1)))
  }

  #isNear(log: EventLog, at: number, entry: number): boolean {
    const { data } = this.#window
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    if (nanoseconds === NO_TIME) return false
    const apart = elapsed(log.f64[at >> 1]!, nanoseconds, data[entry + SECONDS]!, data[entry + NANOSECONDS]!)
    return Math.abs(apart) <= OUT_OF_ORDER
  }

  #insert(log: EventLog, at: number, end: number, kind: number): void {
    const { i32 } = log
    this.#forget(log, at)
    const sequence = i32[at + Field.Sequence]!
    const entry = this.#window.insert(end, sequence)
    const { data } = this.#window
    data[entry + SECONDS] = log.f64[at >> 1]!
    data[entry + NANOSECONDS] = i32[at + Field.Nanoseconds]!
    data[entry + KIND] = kind
    data[entry + END] = end
    data[entry + SEQUENCE] = sequence
    data[entry + NUMBER] = i32[at + Field.Number]!
    data[entry + ROUTE] = routeOf(log, at)
    data[entry + HOPS] = innerTtl(i32[at + Field.TimeToLive]!)
  }

  /** The oldest entry leaves the ring: a request that waited long enough will never be answered. */
  #forget(log: EventLog, at: number): void {
    const oldest = this.#window.oldest()
    if (oldest === NONE) return
    const { data } = this.#window
    if (data[oldest + KIND] !== Entry.Open || data[oldest + ROUTE] === NONE || this.#isTraced(oldest)) return
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    if (nanoseconds === NO_TIME) return
    const waited = elapsed(log.f64[at >> 1]!, nanoseconds, data[oldest + SECONDS]!, data[oldest + NANOSECONDS]!)
    if (waited <= FORGOTTEN_WAIT) return
    const figures = this.#forgotten.note(data[oldest + END]!, data[oldest + NUMBER]!)
    if (figures !== null) figures.route = data[oldest + ROUTE]!
  }

  /** Replies whose requests were not seen in their VNI, as conversations of any VNI. */
  #orphans(entries: readonly number[]): Set<string> {
    const { data } = this.#window
    const orphans = new Set<string>()
    for (const entry of entries) {
      if (data[entry + KIND] === Entry.Orphan) {
        orphans.add(this.#conversation(data[entry + END]!, data[entry + SEQUENCE]!))
      }
    }
    return orphans
  }

  /** One echo of two guests, whatever VNI carries it. */
  #conversation(end: number, sequence: number): string {
    const { flows } = this.keys
    return `${flows.word(end >> 1, 3)} ${flows.word(end >> 1, 4)} ${end & 1} ${sequence}`
  }
}

/** Stretches of requests without a reply, while a ring is gone through, by flow row × 2 + direction. */
class Gaps {
  /** Number of the last request that was answered. */
  readonly #answered = new Map<number, number>()
  /** Gaps at hand, when each began, and whether a request after it was answered. */
  readonly #open = new Map<number, { gap: Gap; of: Unanswered; since: number; isOver: boolean }[]>()

  close(end: number, number: number): void {
    this.#answered.set(end, number)
    const open = this.#open.get(end)
    if (open === undefined) return
    for (const each of open) if (each.isOver) each.gap.before = number
    const left = open.filter(({ isOver }) => !isOver)
    for (const each of left) each.isOver = true
    if (left.length === 0) this.#open.delete(end)
    else this.#open.set(end, left)
  }

  note(unanswered: Unanswered, end: number, seconds: number): void {
    const open = this.#open.get(end) ?? []
    const current = open.find(({ of, isOver }) => of === unanswered && !isOver)
    if (current !== undefined) {
      current.gap.count++
      current.gap.seconds = seconds - current.since
      return
    }
    if (unanswered.gaps.length === EXAMPLES) return
    const gap = { count: 1, after: this.#answered.get(end) ?? 0, before: Number.POSITIVE_INFINITY, seconds: 0 }
    unanswered.gaps.push(gap)
    this.#open.set(end, [...open, { gap, of: unanswered, since: seconds, isOver: false }])
  }
}

/** Route row × 2 + direction of an event's outer packet, `NONE` without. */
function routeOf({ i32 }: EventLog, at: number): number {
  const route = i32[at + Field.Route]!
  return route === NONE ? NONE : route * 2 + ((i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? 0 : 1)
}
