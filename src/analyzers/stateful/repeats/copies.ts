/**
 * Packets that were there before, and what became of them: the capture recorded one datagram again, a VTEP replicated a frame to
 * several peers, somebody sends the packet on, both ends of its path are mirrored, or it goes round.
 *
 * All of it is told from the frames of the last second that carried the same (`recent-frames.ts`), by what differs: the same outer
 * datagram is a copy of the capture; another datagram from the same VTEP to another peer is a replica, and to the same peer at once
 * a packet that was delivered twice before the tunnel; from whoever received it, it is relayed. A packet that is relayed within its
 * flow is marked `Bit.Copy` like a copy, so that conversations are judged where they pass first.
 *
 * Evidence: any capture point. What misleads: frames without a number of their own, which their sender may repeat: of those every
 * passage one way pairs with one passage the other way, and of copies on one interface only TCP segments are counted, which come
 * sooner than their sender could repeat them (`recorded-twice.ts`).
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import {
  Again,
  Bit,
  type EventLog,
  Field,
  ON_ITS_WAY,
  OUTER_IDENTIFIED,
  pairDirection,
} from '../../events/event-log.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import type { RecentRingState } from '../../tables/recent-ring.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import { elapsed } from '../../tables/time.ts'
import { Announcements, type AnnouncementsState } from '../addresses/announcements.ts'
import type { Tcp } from '../tcp/tcp.ts'
import type { RouteTraffic } from '../traffic.ts'
import { Frame, FrameBit, frameBits, RECENT, RecentFrames, TIME_TO_LIVE, wayOf } from './recent-frames.ts'
import { isRecordedTwice } from './recorded-twice.ts'

/**
 * Nanoseconds within which a second record of a frame is a copy, for frames without any number that changes from one to the next
 * (ARP, neighbour discovery, IGMP) on another interface or hop. Their senders repeat them, so on the same one nothing tells a copy
 * from a second question. Numbered frames have {@link RECENT}.
 */
const UNNUMBERED_COPY_TIME = 10_000_000
/** Nanoseconds within which a network that duplicates packets delivers the second one. */
const NETWORK_TIME = 10_000_000
/** Nanoseconds within which the same inner frame to another peer is a replica. */
const REPLICA_TIME = 100_000_000
/**
 * Nanoseconds within which questions and announcements are sent on (ARP, neighbour discovery, routing protocols): gateways that
 * share an address ask and announce the same by themselves.
 */
const SIGNALLING_TIME = 20_000_000
/** Nanoseconds by which the clocks of two captures that were merged may be apart. */
const CLOCKS_APART = 50_000_000
/** Nanoseconds within which a loop brings a packet round once more; without a number of its own, the shorter one. */
const ROUND_TIME = 100_000_000
const UNNUMBERED_ROUND_TIME = 10_000_000
/**
 * Passages one way within a second, each of them back at its sender before the next, after which a question goes round: who asks for
 * an address waits longer (RFC 1122 §2.3.2.1 asks for a second).
 */
const SURE_PASSAGES = 3
/** The same of an announcement, which keepalived for one sends five times in a row. */
const SURE_ANNOUNCEMENTS = 8
/** Entries of one inner packet that are looked at: head-end replication to more peers still counts by its newest ones. */
const MOST_LOOKED_AT = 64

/** What numbers its packets itself, beside IPv4. */
const NUMBERED = Bit.EchoRequest | Bit.EchoReply
/** What asks for addresses or announces them. */
const SIGNALLING = Bit.AddressRequest | Bit.AddressReply | Bit.Announcement

/** Packet numbers kept as examples. */
const EXAMPLES = 10

/** How a packet differs from one that it is held against; only TTLs that both have count. */
const TTL = 0xff

/** Saved copies. */
export interface CopiesState {
  frames: RecentRingState
  replicas: RecordsState
  replicaRows: number
  repeats: CounterByKeyState<object>
  announcements: AnnouncementsState
  counts: number[]
  examples: number[]
}

/** Recognises what passes again; runs before every other stateful analyzer, because they judge a packet once. */
export class Copies implements StatefulAnalyzer<CopiesState> {
  /** Records of a frame that the capture already holds. */
  copies = 0
  /**
   * Those of them that another interface recorded; that the same interface recorded at another hop; and among the latter those with
   * another TTL, and those with other MACs or VLAN tags.
   */
  elsewhere = 0
  otherHop = 0
  otherTtl = 0
  otherLink = 0
  /** Numbers of the first copies that are no {@link repeats}. */
  readonly examples: number[] = []
  /**
   * Copies on the interface and hop of the first record and within 10 ms, by pair row × 2 + direction (0 = from a), `NONE` outside
   * tunnels: a mirror recorded them twice, or the network delivered them twice.
   */
  readonly repeats = new CounterByKey<object>(() => ({}))
  /** Whether the packet at hand is one of {@link repeats}. */
  isRepeat = false
  /**
   * Of a packet on its way, by what `Field.Again` says: the way that it came to who sent it on, the way that it left from there, and
   * how often it had passed the way at hand.
   */
  from = NONE
  to = NONE
  /** Flow row of its former passage. */
  formerFlow = NONE
  /** Whether it was recorded after it had been sent on. */
  isLate = false
  /** Whether it comes round with a lower inner TTL than it passed the way at hand with before: routers send it, no bridges. */
  isLowered = false
  passages = 0
  /** Who announces by itself what it received from others that announce the same. */
  readonly announcements = new Announcements()
  readonly frames: RecentFrames
  readonly #replicas = new Records(1)
  #replicaRows = 0
  /** `FrameBit.Repeated` of the copy at hand. */
  #counted = 0

  /**
   * @param size - Frames remembered, a power of two.
   * @param traffic - Has not observed the packet before this analyzer does.
   * @param tcp - Neither has this one.
   */
  constructor(
    readonly size: number,
    private readonly traffic: RouteTraffic,
    private readonly tcp: Tcp,
  ) {
    this.frames = new RecentFrames(size)
  }

  /** Replicas by VNI row: packets whose inner frame went to another peer just before. */
  replicated(vniRow: number): number {
    return this.#replicas.get(vniRow, 0)
  }

  observe(log: EventLog, at: number): void {
    this.isRepeat = false
    // A record without a time has no recent past.
    if (log.i32[at + Field.Nanoseconds] === NO_TIME) return
    const entry = this.frames.find(log, at)
    this.isLate = false
    const counted = entry === NONE ? 0 : this.#look(log, at, entry)
    const isPaired = (log.i32[at + Field.Again]! & ON_ITS_WAY & ~Again.Circling) !== 0
    this.frames.insert(log, at, (isPaired ? FrameBit.Paired : 0) | (this.isLate ? FrameBit.Late : 0) | counted)
  }

  /**
   * Takes TCP data that passed elsewhere in segments of other sizes, as `regrouped.ts` found: a copy of the capture, or relayed.
   * @param former - A frame that had some of them, laid out like those of recent-frames.ts; `NONE` where another interface had.
   */
  takeRegrouped(log: EventLog, at: number, data: Int32Array, former: number): void {
    const { i32 } = log
    const way = wayOf(i32, at)
    if (former === NONE || data[former + Frame.Way] === way) {
      const isOtherInterface = former === NONE || data[former + Frame.Interface] !== i32[at + Field.Interface]
      const isOtherTtl = former !== NONE && ((data[former + Frame.Bits]! ^ frameBits(i32, at)) & TIME_TO_LIVE) !== 0
      const isOtherLink = former !== NONE && data[former + Frame.Hop] !== i32[at + Field.Hop]
      i32[at + Field.Bits]! |= Bit.Copy
      i32[at + Field.Again] = Again.Regrouped | (isOtherTtl || isOtherLink ? Again.OtherHop : 0)
      this.#count(i32, at)
      this.#countPlace(isOtherInterface, isOtherTtl, isOtherLink)
      return
    }
    if (way === NONE || data[former + Frame.Way] === NONE) return
    const isLinked = data[former + Frame.Destination] === i32[at + Field.Source]
    const isOneWay = this.#isOneWay(way) && this.#isOneWay(data[former + Frame.Way]!)
    const again = isLinked ? relayed(log, at, data, former) : onItsWay(log, at, data, former, isOneWay)
    if (again === 0) return
    this.isLate = !isLinked && (again & Again.Relayed) !== 0 && isBack(data, former, i32, at)
    this.#noteWay(i32, at, data, former, again | Again.Regrouped)
    i32[at + Field.Bits]! |= Bit.Copy
  }

  /** Reads heads of the ring ahead. @returns Nothing of use. */
  prefetch(log: EventLog, from: number, to: number): number {
    return this.frames.prefetch(log, from, to)
  }

  save(): CopiesState {
    return {
      frames: this.frames.save(),
      replicas: this.#replicas.save(this.#replicaRows),
      replicaRows: this.#replicaRows,
      repeats: this.repeats.save(),
      announcements: this.announcements.save(),
      counts: [this.copies, this.elsewhere, this.otherHop, this.otherTtl, this.otherLink],
      examples: [...this.examples],
    }
  }

  restore(state: CopiesState): void {
    this.frames.restore(state.frames)
    this.#replicas.restore(state.replicas)
    this.#replicaRows = state.replicaRows
    this.repeats.restore(state.repeats)
    this.announcements.restore(state.announcements)
    this.copies = state.counts[0]!
    this.elsewhere = state.counts[1]!
    this.otherHop = state.counts[2]!
    this.otherTtl = state.counts[3]!
    this.otherLink = state.counts[4]!
    this.examples.splice(0, this.examples.length, ...state.examples)
  }

  /** Looks at the frames that carried the same, the newest of which is at `newest`. @returns `FrameBit.Repeated` or 0. */
  #look(log: EventLog, at: number, newest: number): number {
    this.#counted = 0
    this.#compare(log, at, newest)
    return this.#counted
  }

  #compare(log: EventLog, at: number, newest: number): void {
    const { i32 } = log
    const { window } = this.frames
    const { data } = window
    const way = wayOf(i32, at)
    const source = i32[at + Field.Source]!
    const seconds = log.f64[at >> 1]!
    const nanoseconds = i32[at + Field.Nanoseconds]!
    let isReplicated = false
    // The newest passage this way; of what came from another source, the newest to this one, and the newest of all.
    let same = NONE
    let linked = NONE
    let other = NONE
    let isReturned = false
    let passages = 0
    let looked = 0
    for (let entry = newest; entry !== NONE && looked < MOST_LOOKED_AT; entry = window.older(entry)) {
      looked++
      const apart = Math.abs(
        elapsed(seconds, nanoseconds, data[entry + Frame.Seconds]!, data[entry + Frame.Nanoseconds]!),
      )
      if (apart > RECENT) continue
      if (
        data[entry + Frame.Outer] === i32[at + Field.OuterDigest] &&
        this.#isCopy(log, at, entry, apart, linked, same === NONE)
      )
        return
      if (way === NONE || data[entry + Frame.Way] === NONE) continue
      if (data[entry + Frame.Way] === way) {
        passages++
        if (same === NONE) same = entry
        continue
      }
      if (apart <= REPLICA_TIME && isReplica(data, entry, i32, at)) isReplicated = true
      if (data[entry + Frame.Source] === source) continue
      // What passed before this way was used last has been paired with that passage.
      if (passages !== 0) continue
      if (other === NONE) other = entry
      if (data[entry + Frame.Destination] !== source) continue
      if (linked === NONE) linked = entry
      if (apart <= REPLICA_TIME && isBack(data, entry, i32, at)) isReturned = true
    }
    if (isReplicated) {
      i32[at + Field.Bits]! |= Bit.Replica
      this.#countReplica(i32[at + Field.Vni]!)
    }
    if (other === NONE) {
      if (same !== NONE && isDelivered(log, at, data, same)) this.#takeDelivered(log, at, data, same)
      return
    }
    this.passages = passages
    const again =
      linked === NONE ? this.#unlinked(log, at, other, same) : this.#sentOn(log, at, linked, same, isReturned)
    if (again === 0) return
    const former = linked === NONE ? other : linked
    // Recorded after it had been sent on, where the clocks of two captures differ: the former passage is the later one.
    this.isLate = linked === NONE && (again & Again.Relayed) !== 0 && isBack(data, former, i32, at)
    this.#noteWay(i32, at, data, former, again)
    if (again === Again.Alike) return
    // What goes round without a number is a repetition for all that anybody can tell.
    if (again === Again.Circling && !isTold(i32, at, data[same + Frame.InnerHop]!)) return
    if (data[former + Frame.Flow] !== i32[at + Field.Flow]) return
    i32[at + Field.Bits]! |= Bit.Copy
    this.#noteTwice(log, at, data, former)
  }

  /** Takes a packet that went the same way just before in another datagram: the network in front of the VTEP delivered it twice. */
  #takeDelivered(log: EventLog, at: number, data: Int32Array, former: number): void {
    const { i32 } = log
    i32[at + Field.Bits]! |= Bit.Copy
    i32[at + Field.Again] = 0
    this.isRepeat = true
    this.#count(i32, at)
    this.#noteTwice(log, at, data, former)
  }

  /** Notes which way a packet is going that passed before, its former passage being at `former`. */
  #noteWay(i32: Int32Array, at: number, data: Int32Array, former: number, again: number): void {
    const way = wayOf(i32, at)
    this.from = this.isLate ? way : data[former + Frame.Way]!
    this.to = this.isLate ? data[former + Frame.Way]! : way
    this.formerFlow = data[former + Frame.Flow]!
    i32[at + Field.Again] = again
  }

  /** The packet is a copy of the one at `former`: so is what its connection has beside it. */
  #noteTwice(log: EventLog, at: number, data: Int32Array, former: number): void {
    if ((log.i32[at + Field.Bits]! & Bit.Tcp) !== 0)
      this.#counted = this.tcp.takeCopy(log, at, (data[former + Frame.Bits]! & FrameBit.Repeated) !== 0)
        ? FrameBit.Repeated
        : 0
  }

  /** What a packet is that its sender had not received. @param same - The newest passage this way, `NONE` without. */
  #unlinked(log: EventLog, at: number, former: number, same: number): number {
    const { data } = this.frames.window
    const way = wayOf(log.i32, at)
    // A passage that has its counterpart already is none of this one, which its sender repeats.
    if (same !== NONE && (data[former + Frame.Bits]! & FrameBit.Paired) !== 0) return 0
    const isOneWay = this.#isOneWay(way) && this.#isOneWay(data[former + Frame.Way]!)
    return onItsWay(log, at, data, former, isOneWay)
  }

  /**
   * What a packet is that its sender had received since it passed this way last.
   * @param isReturned - It goes to a VTEP that had just sent the same to this one.
   */
  #sentOn(log: EventLog, at: number, linked: number, same: number, isReturned: boolean): number {
    const { data } = this.frames.window
    const { i32 } = log
    const again = sentOn(log, at, data, linked, same, this.passages)
    this.isLowered = same !== NONE && isLower(i32[at + Field.InnerHop]!, data[same + Frame.InnerHop]!)
    if (data[linked + Frame.InnerHop] !== i32[at + Field.InnerHop] || (again & Again.Circling) !== 0) return again
    const way = wayOf(i32, at)
    if (this.announcements.isOwn(log, at, way, isReturned)) return Again.Alike
    if ((again & Again.Returned) !== 0 && isNumbered(i32, at)) {
      this.announcements.noteReturned(way, i32[at + Field.Number]!)
    }
    return again
  }

  /**
   * The same datagram: a copy of the capture, unless nothing tells it from what its sender sends again.
   * @param linked - The newest frame that went to this one's sender since: a packet that was there is not recorded twice, it comes round.
   * @param isNewest - Whether no newer entry passed this way.
   */
  #isCopy(log: EventLog, at: number, entry: number, apart: number, linked: number, isNewest: boolean): boolean {
    const { i32 } = log
    const { data } = this.frames.window
    const bits = i32[at + Field.Bits]!
    const now = frameBits(i32, at)
    const changed = now ^ data[entry + Frame.Bits]!
    const isOtherInterface = data[entry + Frame.Interface] !== i32[at + Field.Interface]
    const isOtherTtl = (changed & TIME_TO_LIVE) !== 0
    const isOtherLink = data[entry + Frame.Hop] !== i32[at + Field.Hop]
    const isOtherHop = isOtherTtl || isOtherLink
    const isElsewhere = isOtherInterface || isOtherHop
    if (linked !== NONE && !isElsewhere && (i32[at + Field.Hop]! & OUTER_IDENTIFIED) === 0) return false
    if ((bits & Bit.Identified) === 0) {
      const isPrompt = isElsewhere ? apart <= UNNUMBERED_COPY_TIME : isNewest && this.#isTwice(log, at, entry, apart)
      if (!isPrompt) return false
    }
    i32[at + Field.Bits] = bits | Bit.Copy | ((changed & FrameBit.Fragment) === 0 ? 0 : Bit.Refragmented)
    const remarked = (changed & now & (FrameBit.DscpLost | FrameBit.Congestion)) !== 0
    i32[at + Field.Again] = (isOtherHop ? Again.OtherHop : 0) | (remarked ? Again.Remarked : 0)
    this.isRepeat = !isElsewhere && apart <= NETWORK_TIME
    this.#count(i32, at)
    this.#countPlace(isOtherInterface, isOtherTtl, isOtherLink)
    this.#noteTwice(log, at, data, entry)
    return true
  }

  #countPlace(isOtherInterface: boolean, isOtherTtl: boolean, isOtherLink: boolean): void {
    if (isOtherInterface) this.elsewhere++
    else if (isOtherTtl || isOtherLink) {
      this.otherHop++
      if (isOtherTtl) this.otherTtl++
      if (isOtherLink) this.otherLink++
    }
  }

  /** Whether a frame without a number that comes again where it was is no repetition of its sender. */
  #isTwice(log: EventLog, at: number, entry: number, apart: number): boolean {
    const isDoubled = this.repeats.get(pairDirection(log.i32, at)) !== undefined
    return isRecordedTwice(log, at, this.tcp, this.frames, entry, apart, isDoubled)
  }

  /** Whether nothing came back on a way so far, as on a mirror's. */
  #isOneWay(way: number): boolean {
    return this.traffic.packets(way >> 1, (way & 1) === 0 ? 1 : 0) === 0
  }

  #count(i32: Int32Array, at: number): void {
    this.copies++
    const number = i32[at + Field.Number]!
    if (this.isRepeat) this.repeats.note(pairDirection(i32, at), number)
    else if (this.examples.length < EXAMPLES) this.examples.push(number)
  }

  #countReplica(vniRow: number): void {
    if (vniRow === NONE) return
    this.#replicas.add(vniRow, 0, 1)
    this.#replicaRows = Math.max(this.#replicaRows, vniRow + 1)
  }
}

/**
 * Whether a packet that passed here just before comes again in another datagram of the same VTEP, and its own number says that its
 * sender sent it once. Only of echoes and TCP data do the answers tell that both arrived (network-copies.ts).
 */
function isDelivered(log: EventLog, at: number, data: Int32Array, former: number): boolean {
  const { i32 } = log
  const bits = i32[at + Field.Bits]!
  const isSegment = (bits & Bit.Tcp) !== 0 && i32[at + Field.Payload] !== 0 && i32[at + Field.InnerIdentification] !== 0
  return (
    (isSegment || (bits & NUMBERED) !== 0) &&
    (bits & (Bit.Broadcast | Bit.Multicast | Bit.ToGroup | Bit.Fragment | Bit.InnerFragment)) === 0 &&
    data[former + Frame.InnerHop] === i32[at + Field.InnerHop] &&
    data[former + Frame.Interface] === i32[at + Field.Interface] &&
    data[former + Frame.Hop] === i32[at + Field.Hop] &&
    apartOf(log, at, data, former) <= NETWORK_TIME
  )
}

/** Whether two packets with the same inner frame went to different peers of one VNI. */
function isReplica(data: Int32Array, entry: number, i32: Int32Array, at: number): boolean {
  return (
    data[entry + Frame.InnerHop] === i32[at + Field.InnerHop] &&
    data[entry + Frame.KindVni] === i32[at + Field.KindVni] &&
    data[entry + Frame.Destination] !== i32[at + Field.Destination]
  )
}

/** Whether a packet says by itself that it is the same one and not its sender's repetition: by a number, or by a lower TTL. */
function isTold(i32: Int32Array, at: number, formerHop: number): boolean {
  if (i32[at + Field.InnerIdentification] !== 0 || (i32[at + Field.Bits]! & NUMBERED) !== 0) return true
  return isLower(i32[at + Field.InnerHop]!, formerHop)
}

/** Whether a packet has a number or a sequence of its own. */
function isNumbered(i32: Int32Array, at: number): boolean {
  return i32[at + Field.InnerIdentification] !== 0 || (i32[at + Field.Bits]! & (NUMBERED | Bit.Tcp)) !== 0
}

/** Whether a packet asks for an address, which gateways that share one do less often than they announce it. */
function isQuestion(i32: Int32Array, at: number): boolean {
  return (i32[at + Field.Bits]! & (Bit.AddressRequest | Bit.Announcement)) === Bit.AddressRequest
}

/** Passages one way within a second after which a packet goes round, whether it has a number or not; infinite where only a number tells. */
export function surePassages(i32: Int32Array, at: number): number {
  if (isQuestion(i32, at)) return SURE_PASSAGES
  return isUnnumberedSignal(i32, at) ? SURE_ANNOUNCEMENTS : Number.POSITIVE_INFINITY
}

/** Whether a packet to all says no more than that of its sender before: an announcement, or a router's advertisement. */
function isUnnumberedSignal(i32: Int32Array, at: number): boolean {
  const bits = i32[at + Field.Bits]!
  return (bits & (Bit.Broadcast | Bit.Multicast)) !== 0 && (bits & Bit.Udp) === 0 && !isNumbered(i32, at)
}

/** Whether the inner TTL of one packet is lower than that of another. */
function isLower(innerHop: number, formerHop: number): boolean {
  return (innerHop & TTL) < (formerHop & TTL)
}

/** Whether a packet goes to the VTEP that sent it before. */
function isBack(data: Int32Array, entry: number, i32: Int32Array, at: number): boolean {
  return data[entry + Frame.Source] === i32[at + Field.Destination]
}

/** Nanoseconds from an entry to an event, either way. */
function apartOf(log: EventLog, at: number, data: Int32Array, entry: number): number {
  const since = elapsed(
    log.f64[at >> 1]!,
    log.i32[at + Field.Nanoseconds]!,
    data[entry + Frame.Seconds]!,
    data[entry + Frame.Nanoseconds]!,
  )
  return Math.abs(since)
}

/**
 * What a packet is that its sender had received since it passed this way last: bits of {@link Again}, 0 for another packet.
 * @param same - The newest passage this way, `NONE` when there was none.
 * @param linked - The newest passage to the VTEP that sends it now.
 * @param passages - How often it passed this way within a second.
 */
function sentOn(log: EventLog, at: number, data: Int32Array, linked: number, same: number, passages: number): number {
  if (passages >= surePassages(log.i32, at) && apartOf(log, at, data, linked) <= ROUND_TIME) return Again.Circling
  const bits = data[linked + Frame.Bits]!
  // What went there and back is the sender's to repeat; what was recorded late had been sent on before.
  const isMutual = same !== NONE && data[same + Frame.Destination] === data[linked + Frame.Source]
  const isNext = same === NONE || !((isMutual && (bits & FrameBit.Paired) !== 0) || (bits & FrameBit.Late) !== 0)
  const isSure = same !== NONE && isTold(log.i32, at, data[same + Frame.InnerHop]!)
  if (isSure || !isNext) return isRound(log, at, data, same, linked) ? Again.Circling : 0
  return relayed(log, at, data, linked)
}

/**
 * Whether a packet that had passed this way comes round: it has been at its sender meanwhile.
 * @param same - The newest passage this way.
 * @param linked - The newest passage to the VTEP that sends it now.
 */
function isRound(log: EventLog, at: number, data: Int32Array, same: number, linked: number): boolean {
  const isSure = isTold(log.i32, at, data[same + Frame.InnerHop]!)
  return apartOf(log, at, data, linked) <= (isSure ? ROUND_TIME : UNNUMBERED_ROUND_TIME)
}

/** What a packet that the VTEP at hand had received is: bits of {@link Again}. */
function relayed(log: EventLog, at: number, data: Int32Array, former: number): number {
  const { i32 } = log
  const bits = i32[at + Field.Bits]!
  const formerHop = data[former + Frame.InnerHop]!
  const isSignalling = (bits & SIGNALLING) !== 0 || (bits & (Bit.Tcp | Bit.Udp)) === 0
  if (isSignalling && !isTold(i32, at, formerHop) && apartOf(log, at, data, former) > SIGNALLING_TIME) return 0
  const isReturned = isBack(data, former, i32, at)
  return Again.Relayed | routed(i32[at + Field.InnerHop]!, formerHop) | (isReturned ? Again.Returned : 0)
}

/**
 * What a packet is that the VTEP at hand had not received: bits of {@link Again}, 0 for another packet.
 * @param isOneWay - Whether nothing came back on its way and on the former one.
 */
function onItsWay(log: EventLog, at: number, data: Int32Array, former: number, isOneWay: boolean): number {
  const { i32 } = log
  const bits = i32[at + Field.Bits]!
  const hop = i32[at + Field.InnerHop]!
  const formerHop = data[former + Frame.InnerHop]!
  const isNumbered = i32[at + Field.InnerIdentification] !== 0 || (bits & NUMBERED) !== 0
  const isSegment = (bits & (Bit.Tcp | Bit.Udp)) !== 0
  const isSameVni = data[former + Frame.KindVni] === i32[at + Field.KindVni]
  const apart = apartOf(log, at, data, former)
  if (data[former + Frame.Destination] === i32[at + Field.Destination]) {
    if ((bits & Bit.ToGroup) !== 0) return isNumbered ? Again.Relayed | routed(hop, formerHop) : 0
    // Where the receiver talks back it is not a mirror's: a guest behind two VTEPs answers twice.
    return isSameVni && isOneWay && (isNumbered || apart <= UNNUMBERED_COPY_TIME) ? Again.Mirrored : 0
  }
  if (isBack(data, former, i32, at)) {
    if (apart > CLOCKS_APART || isLower(hop, formerHop)) return 0
    const isEarlier = isLower(formerHop, hop)
    if (!isNumbered && !isEarlier && !(isSegment && apart <= UNNUMBERED_COPY_TIME)) return 0
    return Again.Relayed | routed(formerHop, hop)
  }
  // Between two other VTEPs: a router with a VTEP for each side, as its TTL says, or a bridge in the same VNI.
  const isRouted = (hop & TTL) !== (formerHop & TTL)
  if (isRouted) return isNumbered || isSegment ? Again.Relayed | Again.Routed : 0
  return isNumbered && isSameVni && hop === formerHop ? Again.Relayed : 0
}

/** `Routed` where TTL or MACs are not what they were. */
function routed(innerHop: number, formerHop: number): number {
  return innerHop === formerHop ? 0 : Again.Routed
}
