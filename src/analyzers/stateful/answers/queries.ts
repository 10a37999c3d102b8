/**
 * Questions by UDP (questions.ts) that are repeated and never answered: DNS with the same identifier, or from the same port with the
 * same length; DHCP and DHCPv6 with the same transaction, or of the same client; RADIUS and SNMP with the same identifier from the same
 * port; TFTP from the same port; these and any other protocol between the same two ends. Whoever resolves many names asks each twice and
 * no more: many DNS queries of one client that its server never answers are followed by their ends as well.
 * A question is the same one whatever VTEP pair carries its answer, and whatever VNI, unless it was asked in that VNI as well: two
 * tenants with the same addresses ask each for itself. Routed from one VNI into another, it was asked where it passed first.
 * Copies and replicas are no repetitions, nor is what comes within half a second. An ICMP “port unreachable” about a question is an
 * answer; that a filter forbids it, or that there is no way, is none, and noted beside it. A DISCOVER (DHCP) or SOLICIT that is sent
 * again after each offer, and no request behind it, is told too: whoever asks does not have the offers.
 * Evidence: any capture point that both directions pass. What misleads: a capture of one direction alone (diagnosis/capture/sides.ts).
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { Protocol } from '../../../codecs/core/protocol.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { quotedProtocol } from '../../events/event-fields.ts'
import { Bit, type EventLog, Field, ON_ITS_WAY } from '../../events/event-log.ts'
import { ANSWERS, Asks, KIND, OFFERS } from '../../events/questions.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import { finalize, fold32 } from '../../tables/hash.ts'
import type { Keys } from '../../tables/keys.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'
import { elapsed } from '../../tables/time.ts'
import type { Clock } from '../clock.ts'
import { routeOf } from '../traffic.ts'
import { Rejection, type Rejections, rejectionOf } from './rejections.ts'

/** Nanoseconds from one sending to the next that counts as a repetition. */
const APART = 500_000_000

/** Nanoseconds that a DHCP server may take to make sure that an address is free. */
const PENDING = 10_000_000_000

/** Sendings of a question that nobody answers. */
const THIRD = 3

/** DNS queries that a server leaves without any answer, and nanoseconds from the first to the last of them. */
const MANY = 8
const LONG = 5_000_000_000
/** A DISCOVER is sent again so often after an offer. */
const IN_VAIN = 2
/** Questions with one key in as many VNIs, newest first. */
const MOST_VNIS = 64

/** Packet numbers kept of a question. */
const NUMBERS_KEPT = 10

/** When it was sent first, and when it was counted last. */
const SECONDS = 0
const NANOSECONDS = 1
const LAST_SECONDS = 2
const LAST_NANOSECONDS = 3
const COUNT = 4
/** Flow row × 2 + direction, kind and VNI, and route row × 2 + direction of the first sending. */
const END = 5
const KIND_VNI = 6
const ROUTE = 7
/** Which of {@link Asks}; negative once it is answered, {@link RELAYED} when others of its kind are asked in another VNI. */
const ASKS = 8
/**
 * DNS by port: the length that counts. QUIC: the connection id. By identifier, RADIUS and SNMP: the authenticator, DHCP and DHCPv6: the
 * client, each with one in the lowest bit. Behind it the identifier of the last query, or the client by which it is known.
 */
const SAME = 9
const ID = 10
/** Outer source ports of the first sending (upper half) and the last one. */
const PORTS = 11
/** DHCP: twice the sendings after an offer that was not taken, and one while an offer is out. */
const OFFERED = 12
const NUMBERS = 13
const WORDS = NUMBERS + NUMBERS_KEPT

const RELAYED = 0
/** Beside the kind of a question that is no longer followed, though nobody answered it: it is followed by another key. */
const ASIDE = 256
/** In the place of {@link SAME}: all that one end asks the other by DNS. */
const ALL_QUERIES = -1

/** What a key is made of, beside addresses: told apart so that one kind does not hit another. */
const BY_ID = 1 << 16
const BY_PORT = 2 << 16
const BY_ENDS = 3 << 16
const BY_CLIENT = 4 << 16
const BY_PORT_AND_ID = 5 << 16

/** A question that nobody answered. */
export interface OpenQuery {
  /** Which of {@link Asks}. */
  asks: number
  /** Flow row, and whether a asked b. */
  flow: number
  forward: boolean
  /** Route row × 2 + direction. */
  route: number
  /** Sendings, those within half a second of another one not counted. */
  count: number
  /** Whether it stands for all that the client asked this server. */
  isAll: boolean
  /** Whether offers were made, again and again. */
  isOffered: boolean
  /** Outer source ports of the first and the last sending. */
  ports: number[]
  /** When it was sent first. */
  seconds: number
  nanoseconds: number
  packets: number[]
}

/** A question that was answered. */
export interface AnsweredQuery {
  asks: number
  flow: number
  forward: boolean
  route: number
  /** Outer source port of the sending that was answered. */
  port: number
}

/** Saved questions. */
export interface QueriesState {
  window: RecentRingState
  forgotten: CounterByKeyState<{ query: OpenQuery | null }>
}

/** Questions by UDP. */
export class Queries implements StatefulAnalyzer<QueriesState> {
  readonly #window: RecentRing
  /** Unanswered ones that left the ring, by flow row × 2 + direction. */
  readonly #forgotten = new CounterByKey<{ query: OpenQuery | null }>(() => ({ query: null }))

  /**
   * @param rejections - Takes the ICMP errors that reject a question.
   * @param size - Questions kept, the latest ones: a power of two.
   */
  constructor(
    private readonly keys: Keys,
    private readonly rejections: Rejections,
    size: number,
  ) {
    this.#window = new RecentRing(size, WORDS)
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.Udp | Bit.IcmpError)) === 0 || (bits & Bit.Copy) !== 0) return
    if ((bits & Bit.IcmpError) !== 0) {
      this.#noteError(log, at)
      return
    }
    const asked = i32[at + Field.TcpFlags]!
    const flow = i32[at + Field.Flow]!
    if (asked === 0 || flow === NONE || (bits & (Bit.Kept | Bit.Replica)) !== Bit.Kept) return
    const kind = asked & KIND
    const direction = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    const isAnswer = (asked & ANSWERS) !== 0
    const end = flow * 2 + (isAnswer ? 1 - direction : direction)
    const id = i32[at + Field.Sequence]!
    if (isAnswer) this.#answer(i32, at, kind, end, id)
    else if (isToAll(kind)) {
      this.#ask(log, at, kind, end, BY_ID, id)
      const client = i32[at + Field.MaximumSegmentSize]!
      if (client !== 0) this.#ask(log, at, kind, end, BY_CLIENT, client)
    } else if ((bits & (Bit.Broadcast | Bit.Multicast | Bit.ToGroup)) === 0) this.#askOne(log, at, kind, end, id)
  }

  /** Questions that were sent three times or more without an answer. */
  open(): OpenQuery[] {
    const { data } = this.#window
    const open: OpenQuery[] = []
    for (const { figures } of this.#forgotten.entries()) if (figures.query !== null) open.push(figures.query)
    const entries = this.#window.entries().filter((entry) => isInVain(data, entry))
    /** Ends that ask in vain whatever they ask, and those of whose queries one or another is told. */
    const mute = new Set<string>()
    const told = new Set<string>()
    for (const entry of entries) {
      if (isAllQueries(data, entry)) continue
      const ends = this.#ends(data, entry)
      told.add(ends)
      if (!isOneRequest(data, entry)) mute.add(ends)
    }
    for (const entry of entries) {
      if (isOneRequest(data, entry) && mute.has(this.#ends(data, entry))) continue
      if (isAllQueries(data, entry) && told.has(this.#ends(data, entry))) continue
      open.push(this.#read(data, entry))
    }
    const transfers = open.filter(({ asks }) => asks === Asks.Tftp)
    if (transfers.length === 0) return open
    const begun = this.#transfers(transfers)
    return open.filter((query) => !begun.has(query))
  }

  /** Questions of the ring that were answered, where the answer tells which sending it is of. */
  answered(): AnsweredQuery[] {
    const { data } = this.#window
    const answered: AnsweredQuery[] = []
    for (const entry of this.#window.entries()) {
      const asks = -data[entry + ASKS]!
      if (asks <= 0 || (asks & ASIDE) !== 0 || !isExact(data, entry, asks)) continue
      const end = data[entry + END]!
      const port = data[entry + PORTS]! & 0xffff
      answered.push({ asks, flow: end >> 1, forward: (end & 1) === 0, route: data[entry + ROUTE]!, port })
    }
    return answered
  }

  /**
   * Number of the first DHCP DISCOVER in a VNI that has no answer yet and came in the last seconds of the capture; `NONE` without.
   * A server looks for another user of the address then, before it offers it.
   */
  pendingDiscover(kindVni: number, clock: Clock): number {
    const { data } = this.#window
    for (const entry of this.#window.entries()) {
      if (data[entry + ASKS] !== Asks.Dhcp || data[entry + KIND_VNI] !== kindVni) continue
      if (clock.untilLatest(data[entry + SECONDS]!, data[entry + NANOSECONDS]!) <= PENDING)
        return data[entry + NUMBERS]!
    }
    return NONE
  }

  save(): QueriesState {
    return { window: this.#window.save(), forgotten: this.#forgotten.save() }
  }

  restore(state: QueriesState): void {
    this.#window.restore(state.window)
    this.#forgotten.restore(state.forgotten)
  }

  /** TFTP requests that a server took: it goes on from another port of its own to the client's port. */
  #transfers(requests: readonly OpenQuery[]): Set<OpenQuery> {
    const { flows } = this.keys
    const begun = new Set<OpenQuery>()
    /** VNIs in which the same is asked: two tenants with the same addresses. */
    const asked = new Set<string>()
    const question = (flow: number) => [3, 4, 5].map((word) => flows.word(flow, word)).join(' ')
    for (let flow = 0; flow < flows.count; flow++) asked.add(`${flows.word(flow, 0)} ${question(flow)}`)
    const client = (flow: number, forward: boolean) => (flows.word(flow, 5) >>> (forward ? 16 : 0)) & 0xffff
    for (let flow = 0; flow < flows.count; flow++) {
      if (!this.keys.flowHasPorts(flow)) continue
      for (const request of requests) {
        const isBetween = [2, 3, 4].every((word) => flows.word(flow, word) === flows.word(request.flow, word))
        if (!isBetween || flows.word(flow, 5) === flows.word(request.flow, 5)) continue
        const kindVni = flows.word(flow, 0)
        if (kindVni !== flows.word(request.flow, 0) && asked.has(`${kindVni} ${question(request.flow)}`)) continue
        if (client(flow, request.forward) === client(request.flow, request.forward)) begun.add(request)
      }
    }
    return begun
  }

  /** Who asks, and in which VNI whom where it is not whoever serves it. */
  #ends(data: Int32Array, entry: number): string {
    const { flows } = this.keys
    const asks = Math.abs(data[entry + ASKS]!)
    if (isToAll(asks)) return `${asks} ${data[entry + SAME]! || data[entry + ID]! | 1}`
    const end = data[entry + END]!
    return `${asks} ${data[entry + KIND_VNI]} ${end & 1} ${flows.word(end >> 1, 3)} ${flows.word(end >> 1, 4)}`
  }

  #askOne(log: EventLog, at: number, kind: number, end: number, id: number): void {
    if (kind !== Asks.Dns) {
      if (hasIdentifier(kind)) this.#ask(log, at, kind, end, BY_PORT_AND_ID, id)
      this.#ask(log, at, kind, end, isByPort(kind) ? BY_PORT : BY_ENDS, id)
      return
    }
    // Sent again from the same port with the same identifier it is one question, not two that were repeated.
    const isOne = this.#ask(log, at, kind, end, BY_ID, id) > 1
    const other = this.#ask(log, at, kind, end, BY_PORT, id)
    if (isOne && other !== 0) this.#setAside(log, at, kind, end, BY_PORT, id)
    this.#ask(log, at, kind, end, BY_ENDS, id)
  }

  /** @returns How often the question was sent by now. */
  #ask(log: EventLog, at: number, kind: number, end: number, by: number, id: number): number {
    const { i32 } = log
    const nanoseconds = i32[at + Field.Nanoseconds]!
    if (nanoseconds === NO_TIME) return 0
    const seconds = log.f64[at >> 1]!
    const { flows } = this.keys
    const flow = end >> 1
    const high = highOf(kind, by, end & 1, flows.word(flow, 3), flows.word(flow, 4))
    const low = lowOf(high, by, flows.word(flow, 5), id)
    const same = sameOf(i32, at, kind, by, id)
    const kindVni = i32[at + Field.KindVni]!
    const newest = this.#window.find(high, low)
    let entry = isToAll(kind) ? newest : this.#inVni(newest, kindVni)
    const { data } = this.#window
    if ((i32[at + Field.Again]! & ON_ITS_WAY) !== 0 && !isToAll(kind)) {
      // Routed into another VNI it is the same sending.
      const first = this.#notInVni(newest, kindVni)
      if (first !== NONE) {
        if (entry !== NONE) data[entry + ASKS] = RELAYED
        return data[first + COUNT]!
      }
    }
    const isOffered = entry !== NONE && data[entry + OFFERED]! > 0 && data[entry + SAME] === same
    if (entry === NONE || (data[entry + ASKS]! <= 0 && !isOffered) || data[entry + SAME] !== same) {
      if (entry === NONE) {
        this.#forget(this.#window.oldest())
        entry = this.#window.insert(high, low)
      } else this.#forget(entry)
      return this.#begin(log, at, entry, kind, end, same, id)
    }
    if (data[entry + KIND_VNI] !== kindVni) return data[entry + COUNT]!
    const isRepeated =
      elapsed(seconds, nanoseconds, data[entry + LAST_SECONDS]!, data[entry + LAST_NANOSECONDS]!) >= APART
    if (!isRepeated && same !== ALL_QUERIES) return data[entry + COUNT]!
    if (isOffered) {
      const offered = data[entry + OFFERED]!
      // One offer, and none later: it is asked anew.
      if (offered >> 1 < IN_VAIN && (offered & 1) === 0) return this.#begin(log, at, entry, kind, end, same, id)
      data[entry + OFFERED] = ((offered >> 1) + (offered & 1)) << 1
    }
    const port = i32[at + Field.OuterPorts]! >>> 16
    data[entry + PORTS] = (data[entry + PORTS]! & ~0xffff) | port
    data[entry + LAST_SECONDS] = seconds
    data[entry + LAST_NANOSECONDS] = nanoseconds
    data[entry + ID] = id
    const count = data[entry + COUNT]!
    data[entry + COUNT] = count + 1
    if (count < NUMBERS_KEPT) data[entry + NUMBERS + count] = i32[at + Field.Number]!
    return count + 1
  }

  #begin(log: EventLog, at: number, entry: number, kind: number, end: number, same: number, id: number): number {
    const { data } = this.#window
    const { i32 } = log
    data[entry + SECONDS] = log.f64[at >> 1]!
    data[entry + NANOSECONDS] = i32[at + Field.Nanoseconds]!
    data[entry + LAST_SECONDS] = data[entry + SECONDS]!
    data[entry + LAST_NANOSECONDS] = data[entry + NANOSECONDS]!
    data[entry + COUNT] = 1
    data[entry + END] = end
    data[entry + KIND_VNI] = i32[at + Field.KindVni]!
    data[entry + ROUTE] = routeOf(i32, at)
    data[entry + ASKS] = kind
    data[entry + SAME] = same
    data[entry + ID] = id
    data[entry + PORTS] = (i32[at + Field.OuterPorts]! >>> 16) * 0x1_0001
    data[entry + OFFERED] = 0
    data[entry + NUMBERS] = i32[at + Field.Number]!
    return 1
  }

  /** @param end - Flow row × 2 + direction of the question. */
  #answer(i32: Int32Array, at: number, kind: number, end: number, id: number): void {
    const kindVni = i32[at + Field.KindVni]!
    if (kind === Asks.Dns) {
      this.#close(kind, kindVni, end, BY_ID, id)
      this.#close(kind, kindVni, end, BY_PORT, id)
      this.#close(kind, kindVni, end, BY_ENDS, id)
    } else if (isToAll(kind)) {
      this.#close(kind, kindVni, end, BY_ID, id, (i32[at + Field.TcpFlags]! & OFFERS) !== 0)
      // Who had asked.
      this.#close(kind, kindVni, end, BY_CLIENT, i32[at + Field.MaximumSegmentSize]!)
    } else {
      if (hasIdentifier(kind)) this.#close(kind, kindVni, end, BY_PORT_AND_ID, id)
      this.#close(kind, kindVni, end, isByPort(kind) ? BY_PORT : BY_ENDS, id)
    }
  }

  /** @param isOffer - Who asked is still to take it. */
  #close(kind: number, kindVni: number, end: number, by: number, id: number, isOffer = false): void {
    const { flows } = this.keys
    const flow = end >> 1
    const newest = this.#find(kind, by, end & 1, flows.word(flow, 3), flows.word(flow, 4), flows.word(flow, 5), id)
    this.#closeFrom(newest, kindVni, isOffer)
  }

  /** Closes a question in the VNI of its answer; one that was not asked there, in whatever VNI it was. */
  #closeFrom(newest: number, kindVni: number, isOffer = false): void {
    if (newest === NONE) return
    const { data } = this.#window
    const own = this.#inVni(newest, kindVni)
    if (own !== NONE && data[own + ASKS] !== RELAYED) {
      this.#closeEntry(own, isOffer)
      return
    }
    let entry = newest
    for (let looked = 0; entry !== NONE && looked < MOST_VNIS; looked++) {
      this.#closeEntry(entry, isOffer)
      entry = this.#window.older(entry)
    }
  }

  #closeEntry(entry: number, isOffer: boolean): void {
    const { data } = this.#window
    if (data[entry + ASKS]! > 0) data[entry + ASKS] = -data[entry + ASKS]!
    data[entry + OFFERED] = isOffer ? data[entry + OFFERED]! | 1 : 0
  }

  /** The same question is followed by another key. */
  #setAside({ i32 }: EventLog, at: number, kind: number, end: number, by: number, id: number): void {
    const { flows } = this.keys
    const flow = end >> 1
    const newest = this.#find(kind, by, end & 1, flows.word(flow, 3), flows.word(flow, 4), flows.word(flow, 5), id)
    const entry = this.#inVni(newest, i32[at + Field.KindVni]!)
    if (entry !== NONE && this.#window.data[entry + ASKS]! > 0) this.#window.data[entry + ASKS] = -(kind | ASIDE)
  }

  /** The newest question with this key, in whatever VNI. */
  #find(kind: number, by: number, direction: number, a: number, b: number, ports: number, id: number): number {
    const high = highOf(kind, by, direction, a, b)
    return this.#window.find(high, lowOf(high, by, ports, id))
  }

  /** Of the questions with one key, the newest in a VNI; `NONE` without. */
  #inVni(newest: number, kindVni: number): number {
    let entry = newest
    for (let looked = 0; entry !== NONE && looked < MOST_VNIS; looked++) {
      if (this.#window.data[entry + KIND_VNI] === kindVni) return entry
      entry = this.#window.older(entry)
    }
    return NONE
  }

  /** Of the questions with one key, the newest in another VNI; `NONE` without. */
  #notInVni(newest: number, kindVni: number): number {
    let entry = newest
    for (let looked = 0; entry !== NONE && looked < MOST_VNIS; looked++) {
      if (this.#window.data[entry + KIND_VNI] !== kindVni) return entry
      entry = this.#window.older(entry)
    }
    return NONE
  }

  /** An ICMP error that quotes a question rejects it; of a closed port and of a traceroute it is the answer as well. */
  #noteError(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const from = i32[at + Field.QuotedSource]!
    const to = i32[at + Field.QuotedDestination]!
    if (from === NONE || to === NONE || (bits & Bit.Kept) === 0) return
    if (quotedProtocol(i32[at + Field.TcpFlags]!) !== Protocol.Udp) return
    const rejection = rejectionOf(i32[at + Field.Sequence]!, (bits & Bit.Version6) !== 0)
    if (rejection === Rejection.None) return
    const isAnswer = rejection === Rejection.Port || rejection === Rejection.Expired
    const { data } = this.#window
    const direction = this.keys.compareAddresses(from, to) < 0 ? 0 : 1
    const quoted = i32[at + Field.QuotedPorts]!
    const ports = direction === 0 ? quoted : (quoted << 16) | (quoted >>> 16)
    const a = direction === 0 ? from : to
    const b = direction === 0 ? to : from
    const kindVni = i32[at + Field.KindVni]!
    for (let kind = Asks.Dns; kind <= Asks.Tftp; kind++) {
      const by = kind === Asks.Dns || isByPort(kind) ? BY_PORT : BY_ENDS
      const newest = this.#find(kind, by, direction, a, b, ports, 0)
      if (newest === NONE) continue
      const own = this.#inVni(newest, kindVni)
      const entry = own === NONE ? newest : own
      const end = data[entry + END]!
      // Without ports in the key an error about another service would hit as well.
      const shift = direction === 0 ? 0 : 16
      if ((((this.keys.flows.word(end >> 1, 5) ^ ports) >>> shift) & 0xffff) !== 0) continue
      if (rejection !== Rejection.Expired) this.rejections.note(log, at, end, data[entry + ROUTE]!, kind)
      if (!isAnswer) continue
      this.#closeFrom(newest, kindVni)
      if (kind === Asks.Dns) {
        this.#close(kind, kindVni, end, BY_ID, data[entry + ID]!)
        this.#close(kind, kindVni, end, BY_ENDS, 0)
      }
      if (hasIdentifier(kind)) this.#close(kind, kindVni, end, BY_PORT_AND_ID, data[entry + ID]!)
    }
  }

  /** An entry leaves the ring, or makes room for another question: one that was asked in vain by then is kept. */
  #forget(entry: number): void {
    if (entry === NONE) return
    const { data } = this.#window
    if (!isInVain(data, entry)) return
    const figures = this.#forgotten.note(data[entry + END]!, data[entry + NUMBERS]!)
    if (figures !== null && figures.query === null) figures.query = this.#read(data, entry)
  }

  #read(data: Int32Array, entry: number): OpenQuery {
    const count = data[entry + COUNT]!
    const ports = data[entry + PORTS]!
    return {
      asks: Math.abs(data[entry + ASKS]!),
      flow: data[entry + END]! >> 1,
      forward: (data[entry + END]! & 1) === 0,
      route: data[entry + ROUTE]!,
      count,
      isAll: isAllQueries(data, entry),
      isOffered: isOfferedInVain(data, entry),
      ports: [ports >>> 16, ports & 0xffff],
      seconds: data[entry + SECONDS]!,
      nanoseconds: data[entry + NANOSECONDS]!,
      packets: [...data.subarray(entry + NUMBERS, entry + NUMBERS + Math.min(count, NUMBERS_KEPT))],
    }
  }
}

/** Digest of kind and addresses, whatever VNI they are in; of DHCP the kind alone, as a client has no address yet. */
function highOf(kind: number, by: number, direction: number, a: number, b: number): number {
  if (isToAll(kind)) return kind | by
  return fold32(fold32(direction | by | (kind << 8), a), b)
}

/** Digest of the rest of a key. @param ports - Of the flow: a's × 65 536 + b's. */
function lowOf(high: number, by: number, ports: number, id: number): number {
  const hasPorts = by === BY_PORT || by === BY_PORT_AND_ID
  const hasId = by === BY_ID || by === BY_CLIENT || by === BY_PORT_AND_ID
  return finalize(fold32(fold32(high, hasPorts ? ports : 0), hasId ? id : 0))
}

/** What must be the same beside its key for a question to be the same one. */
function sameOf(i32: Int32Array, at: number, kind: number, by: number, id: number): number {
  if (by === BY_PORT) return kind === Asks.Dns ? i32[at + Field.Payload]! : id
  if (by === BY_ENDS && kind === Asks.Dns) return ALL_QUERIES
  return by === BY_PORT_AND_ID || (by === BY_ID && isToAll(kind)) ? i32[at + Field.MaximumSegmentSize]! | 1 : 0
}

/** Whether a request that is sent again keeps its identifier, and the next one has another. */
function hasIdentifier(kind: number): boolean {
  return kind === Asks.Snmp || kind === Asks.Radius
}

/** Whether the port says which request it is. */
function isByPort(kind: number): boolean {
  return kind === Asks.Quic || kind === Asks.Tftp
}

/** Whether a question goes to whoever serves it: counted by transaction and by client. */
function isToAll(kind: number): boolean {
  return kind === Asks.Dhcp || kind === Asks.DhcpV6
}

/** Whether a question was sent often enough without an answer, or with offers that nobody takes. */
function isInVain(data: Int32Array, entry: number): boolean {
  if (isOfferedInVain(data, entry)) return true
  if (data[entry + ASKS]! <= 0) return false
  if (!isAllQueries(data, entry)) return data[entry + COUNT]! >= THIRD
  if (data[entry + COUNT]! < MANY) return false
  const first = entry + SECONDS
  const last = entry + LAST_SECONDS
  return elapsed(data[last]!, data[last + 1]!, data[first]!, data[first + 1]!) >= LONG
}

function isOfferedInVain(data: Int32Array, entry: number): boolean {
  return data[entry + OFFERED]! >> 1 >= IN_VAIN
}

/** Whether an entry is of all that one end asks the other by DNS. */
function isAllQueries(data: Int32Array, entry: number): boolean {
  return data[entry + SAME] === ALL_QUERIES && Math.abs(data[entry + ASKS]!) === Asks.Dns
}

/** Whether what answered an entry was an answer to it and no other: of DNS the one by identifier, so that none is counted twice. */
function isExact(data: Int32Array, entry: number, asks: number): boolean {
  if (asks === Asks.Dns) return data[entry + SAME] === 0
  return isByPort(asks) || (hasIdentifier(asks) && data[entry + SAME] !== 0)
}

/** Whether an entry is of one request of those with an identifier, not of all that a client asks. */
function isOneRequest(data: Int32Array, entry: number): boolean {
  const kind = Math.abs(data[entry + ASKS]!)
  return (hasIdentifier(kind) || isToAll(kind)) && data[entry + SAME] !== 0
}
