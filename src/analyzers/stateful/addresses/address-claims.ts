/**
 * Which MAC behind which VTEP claims and uses an IP address over time, by VNI and VLANs: addresses that pass from one MAC to another,
 * that two use at once, and frames that still go to a former owner.
 *
 * ARP claims its sender's address, probes aside; neighbour solicitations claim their source, advertisements their target. What else
 * is sent from an address counts only for those who have claimed it: routers forward packets with other people's addresses. Owners
 * that never claim are for address-users.ts to tell.
 * Evidence: any capture point that the claims pass. What misleads: proxies, which answer for others, and damaged frames and copies,
 * which do not count; ARP whose sender is not the frame's source is somebody's on behalf of another and claims nothing.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { PacketFlag } from '../../events/packet-flags.ts'
import { CountedSet } from '../../tables/counted-set.ts'
import { CounterByKey, type CounterByKeyState, EXAMPLES } from '../../tables/counter-by-key.ts'
import { KeyTable, type KeyTableState } from '../../tables/key-table.ts'
import type { Keys } from '../../tables/keys.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import { elapsed, near } from '../../tables/time.ts'
import type { AddressUsers, Contest } from './address-users.ts'
import type { MacPlaces } from './mac-places.ts'

/** Nanoseconds after an address has passed on within which its former owner's use makes it an address in use twice. */
const CONTESTED = 3_000_000_000
/** Nanoseconds for which a former owner's packets are still under way, and those of others to it. */
const UNDER_WAY = 20_000_000
const GRACE = 1_000_000_000
/** Nanoseconds within which two answers are to one question. */
const ONE_ANSWER = 1_000_000_000
/** Passes of an address within this time that are no failover any more; as RFC 7432 §15.1 has it of MACs. */
export const FLAP_PASSES = 5
const FLAP_TIME = 180_000_000_000

/** Claimants told apart of one address, and clients that still send to a former one. */
const MOST_CLAIMANTS = 4
const MOST_CLIENTS = 8

/** Halves of an address: MAC row and VTEP address id of the owner, both plus one; packet number of its first claim. */
const MAC = 0
const VTEP = 1
const PACKET = 2
/** Since when it is the owner. */
const SECONDS = 3
const NANOSECONDS = 4
/** Questions since the last answer; who answered the last question, from which VTEP (both plus one), and when. */
const ASKED = 5
const ANSWERER = 6
const ANSWER_VTEP = 7
const ANSWER_SECONDS = 8
const ANSWER_NANOSECONDS = 9
/** Bits of {@link Flag}, of the owner. */
const FLAGS = 10
/** Whereto the last answer went: VTEP address id plus one. */
const ANSWER_PEER = 11
/** Announcements by the owner: how many, number and time of the last one, numbers of the first ones. */
const ANNOUNCED = 12
const LAST_PACKET = 13
const LAST_SECONDS = 14
const LAST_NANOSECONDS = 15
const NUMBERS = 16
const MOST_NUMBERS = 4
const CELLS = (NUMBERS + MOST_NUMBERS) / 2

const Flag = {
  /** Claimed from several VTEPs by one MAC. */
  SeveralVteps: 1 << 0,
  /** Announced or asked from, not only answered for. */
  Own: 1 << 1,
} as const

/** What an answer is: the first to its question, another MAC's second one, or to no question that was seen. */
const Answer = { First: 0, Second: 1, Unasked: 2 } as const

const CLAIMS = Bit.AddressRequest | Bit.AddressReply | Bit.Announcement

/** One MAC that claims an address. */
export interface Claimant {
  /** MAC row, and address id of the VTEP that it last used the address from. */
  mac: number
  vtep: number
  /** Number of its first claim, or where that is not known of a later one. */
  first: number
  /** Whether it ever asked from the address or announced it; a proxy only answers. */
  isOwn: boolean
}

/** What became of an address that several MACs claim. The counter counts what changed, and second answers. */
export interface Handover {
  claimants: Claimant[]
  /** MAC rows: who has it now, and who had it before. */
  owner: number
  former: number
  /** MAC rows that the packets of the counter came from, in their order. */
  sources: number[]
  /** How often a former owner used it within {@link CONTESTED} of the next one's first use; in how many of all its returns unannounced. */
  overlaps: number
  resumed: number
  /** Questions that two MACs answered. */
  answeredTwice: number
  /** Most passes within {@link FLAP_TIME}; when that began, and how many passes it has. */
  burst: number
  since: [number, number]
  run: number
  /** Packets to it that still went to a former owner's MAC: how many since the last pass, the first of them, who sent them whereto. */
  stale: number
  stalePackets: number[]
  /** Address ids: who sent them; from and to which VTEPs the first one went. */
  clients: number[]
  staleVteps: [number, number]
}

/** Questions that one MAC answered from two VTEPs. */
export interface AnsweredTwice {
  /** Address ids. */
  vteps: number[]
  ip: number
}

/** An address that its owner announced, and no other MAC claimed. */
export interface AnnouncedAddress {
  vni: number
  /** VLAN stack row, address id, MAC row and VTEP address id. */
  vlans: number
  address: number
  mac: number
  vtep: number
  /** When it was claimed first, and announced last: seconds and nanoseconds. */
  since: readonly [number, number]
  until: readonly [number, number]
  /** Number of the last announcement, how many there were, and numbers of the first ones. */
  last: number
  count: number
  packets: number[]
}

/** Saved claims. */
export interface AddressClaimsState {
  claims: KeyTableState
  records: RecordsState
  handovers: CounterByKeyState<Handover>
  answeredTwice: CounterByKeyState<AnsweredTwice>
}

/** Owners of addresses, by claim row. */
export class AddressClaims implements StatefulAnalyzer<AddressClaimsState> {
  /** Addresses that more than one MAC has claimed, by claim row. */
  readonly handovers = new CounterByKey<Handover>(() => ({
    claimants: [],
    owner: NONE,
    former: NONE,
    sources: [],
    overlaps: 0,
    resumed: 0,
    answeredTwice: 0,
    burst: 0,
    since: [0, NO_TIME],
    run: 0,
    stale: 0,
    stalePackets: [],
    clients: [],
    staleVteps: [NONE, NONE],
  }))
  /** Questions answered by one MAC from two VTEPs, by MAC row. */
  readonly answeredTwice = new CounterByKey<AnsweredTwice>(() => ({ vteps: [], ip: NONE }))
  /** [VNI, VLAN stack row, address id] */
  readonly claims: KeyTable
  readonly #records = new Records(CELLS)
  /** Address ids of handovers and of contests by data: packets of others need no look-up. */
  readonly #contested = new CountedSet()
  readonly #vtepOf = (mac: number): number => this.places.vtep(mac)

  /** @param users - Told of the first packets of flows by another stateful analyzer. */
  constructor(
    private readonly keys: Keys,
    private readonly users: AddressUsers,
    private readonly places: MacPlaces,
    limit: number,
  ) {
    this.claims = new KeyTable('addressClaims', 3, limit)
  }

  get tables(): readonly KeyTable[] {
    return [this.claims]
  }

  /** Whether any address has had several owners or users: eligible packets matter only then. */
  get isContested(): boolean {
    return !this.handovers.isEmpty || this.users.isContested
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.Kept | Bit.Copy)) !== Bit.Kept || i32[at + Field.Vlans] === NONE) return
    if ((i32[at + Field.PacketFlags]! & PacketFlag.Damaged) !== 0) return
    if ((bits & CLAIMS) !== 0) this.#observeClaim(log, at)
    else if (this.isContested) this.#observeUse(log, at)
  }

  /** Owner of an address, `NONE` where nobody has claimed it: MAC row. */
  owner(vni: number, stack: number, address: number): number {
    const row = this.#find(vni, stack, address)
    return row === NONE ? NONE : this.#records.i32[this.#records.at(row) * 2 + MAC]! - 1
  }

  /** What became of an address that several MACs claim; `null` of any other. */
  handover(vni: number, stack: number, address: number): Handover | null {
    if (this.handovers.isEmpty) return null
    const row = this.#find(vni, stack, address)
    return row === NONE ? null : (this.handovers.get(row)?.figures ?? null)
  }

  /** What became of an address that one MAC claims and another one sends from; `null` of any other. */
  contest(vni: number, stack: number, address: number): Contest | null {
    if (!this.users.isContested) return null
    const row = this.#find(vni, stack, address)
    return row === NONE ? null : (this.users.contests.get(row)?.figures ?? null)
  }

  /** Numbers of the packets by which an address passed to another MAC, the first nine. */
  passes(vni: number, stack: number, address: number): readonly number[] {
    if (this.handovers.isEmpty) return []
    const row = this.#find(vni, stack, address)
    // The first packet is the first owner's.
    return row === NONE ? [] : (this.handovers.get(row)?.packets.slice(1) ?? [])
  }

  /** Of a claim row: MAC row and VTEP address id of its owner, and whether it was claimed from several VTEPs by that MAC. */
  ownerOf(row: number): { mac: number; vtep: number; isEverywhere: boolean } {
    const at = this.#records.at(row) * 2
    const { i32 } = this.#records
    return {
      mac: i32[at + MAC]! - 1,
      vtep: i32[at + VTEP]! - 1,
      isEverywhere: (i32[at + FLAGS]! & Flag.SeveralVteps) !== 0,
    }
  }

  /** Addresses that were announced and that no other MAC has claimed. */
  announced(): AnnouncedAddress[] {
    const announced: AnnouncedAddress[] = []
    for (let row = 0; row < this.claims.count; row++) {
      const at = this.#records.at(row) * 2
      const { i32 } = this.#records
      const count = i32[at + ANNOUNCED]!
      if (count === 0 || this.handovers.get(row) !== undefined) continue
      announced.push({
        vni: this.claims.word(row, 0),
        vlans: this.claims.word(row, 1),
        address: this.claims.word(row, 2),
        mac: i32[at + MAC]! - 1,
        vtep: i32[at + VTEP]! - 1,
        since: [i32[at + SECONDS]!, i32[at + NANOSECONDS]!],
        until: [i32[at + LAST_SECONDS]!, i32[at + LAST_NANOSECONDS]!],
        last: i32[at + LAST_PACKET]!,
        count,
        packets: [...i32.subarray(at + NUMBERS, at + NUMBERS + Math.min(count, MOST_NUMBERS))],
      })
    }
    return announced
  }

  save(): AddressClaimsState {
    return {
      claims: this.claims.save(),
      records: this.#records.save(this.claims.count),
      handovers: this.handovers.save(),
      answeredTwice: this.answeredTwice.save(),
    }
  }

  restore(state: AddressClaimsState): void {
    this.claims.restore(state.claims)
    this.#records.restore(state.records)
    this.handovers.restore(state.handovers)
    this.answeredTwice.restore(state.answeredTwice)
    this.#contested.clear()
    for (const { key } of this.handovers.entries()) this.#contested.add(this.claims.word(key, 2))
    for (const { key } of this.users.contests.entries()) this.#contested.add(this.claims.word(key, 2))
  }

  #find(vni: number, stack: number, address: number): number {
    this.claims.key[0] = vni
    this.claims.key[1] = stack
    this.claims.key[2] = address
    return this.claims.find()
  }

  #row({ i32 }: EventLog, at: number, address: number): number {
    this.claims.key[0] = i32[at + Field.KindVni]! & 0xff_ffff
    this.claims.key[1] = i32[at + Field.Vlans]!
    this.claims.key[2] = address
    return this.claims.row()
  }

  #observeClaim(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.AddressRequest | Bit.Replica)) === Bit.AddressRequest) this.#noteQuestion(log, at)
    const address = i32[at + Field.InnerSource]!
    const mac = i32[at + Field.Mac]!
    const vtep = i32[at + Field.Source]!
    if (address === NONE || mac === NONE || vtep === NONE || this.keys.isUnspecified(address)) return
    // On behalf of another: see the event writer.
    if ((bits & (Bit.Version6 | Bit.Tcp)) === 0 && i32[at + Field.Sequence] !== 0) return
    const row = this.#row(log, at, address)
    if (row === NONE) return
    const answer = (bits & Bit.AddressReply) === 0 ? Answer.First : this.#answers(log, at, row, mac, vtep)
    // An answer that nobody asked for is an announcement.
    const isOwn = (bits & (Bit.AddressRequest | Bit.Announcement)) !== 0 || answer === Answer.Unasked
    this.#use(log, at, row, mac, vtep, true, answer === Answer.Second, isOwn)
    this.#noteContest(log, at, row, address, isOwn)
    if ((bits & Bit.Announcement) !== 0 || answer === Answer.Unasked) this.#noteAnnouncement(log, at, row, mac)
  }

  /** Whether another MAC sends from the address that one claims. */
  #noteContest(log: EventLog, at: number, row: number, address: number, isOwn: boolean): void {
    const { size } = this.users.contests
    this.users.observeClaim(log, at, row, isOwn, this.#vtepOf)
    if (this.users.contests.size > size) this.#contested.add(address)
  }

  #noteAnnouncement(log: EventLog, at: number, row: number, mac: number): void {
    const cell = this.#records.at(row) * 2
    const { i32 } = this.#records
    if (i32[cell + MAC] !== mac + 1) return
    const number = log.i32[at + Field.Number]!
    const count = i32[cell + ANNOUNCED]!
    i32[cell + ANNOUNCED] = count + 1
    if (count < MOST_NUMBERS) i32[cell + NUMBERS + count] = number
    i32[cell + LAST_PACKET] = number
    i32[cell + LAST_SECONDS] = log.f64[at >> 1]!
    i32[cell + LAST_NANOSECONDS] = log.i32[at + Field.Nanoseconds]!
  }

  #noteQuestion(log: EventLog, at: number): void {
    const target = log.i32[at + Field.InnerDestination]!
    if (target === NONE) return
    const row = this.#row(log, at, target)
    if (row === NONE) return
    const cell = this.#records.at(row) * 2
    const { i32 } = this.#records
    i32[cell + ASKED] = i32[cell + ANSWERER] === 0 ? i32[cell + ASKED]! + 1 : 1
    i32[cell + ANSWERER] = 0
  }

  /** Notes an answer. @returns What it is: {@link Answer}. */
  #answers(log: EventLog, at: number, row: number, mac: number, vtep: number): number {
    const cell = this.#records.at(row) * 2
    const { i32 } = this.#records
    const seconds = log.f64[at >> 1]!
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const answerer = i32[cell + ANSWERER]! - 1
    if (answerer === NONE) {
      i32[cell + ANSWERER] = mac + 1
      i32[cell + ANSWER_VTEP] = vtep + 1
      i32[cell + ANSWER_PEER] = log.i32[at + Field.Destination]! + 1
      i32[cell + ANSWER_SECONDS] = seconds
      i32[cell + ANSWER_NANOSECONDS] = nanoseconds
      return i32[cell + ASKED] === 0 ? Answer.Unasked : Answer.First
    }
    if (!near(seconds, nanoseconds, i32[cell + ANSWER_SECONDS]!, i32[cell + ANSWER_NANOSECONDS]!, ONE_ANSWER)) {
      return Answer.Unasked
    }
    // Several questions at once: the answers may be one to each.
    if (i32[cell + ASKED] !== 1) return Answer.First
    if (answerer !== mac) return Answer.Second
    const other = i32[cell + ANSWER_VTEP]! - 1
    // From where the first one went to: passed on.
    if (other === vtep || i32[cell + ANSWER_PEER] === vtep + 1) return Answer.First
    const twice = this.answeredTwice.note(mac, log.i32[at + Field.Number]!)
    if (twice === null) return Answer.First
    twice.ip = this.claims.word(row, 2)
    if (twice.vteps.length < MOST_CLAIMANTS && !twice.vteps.includes(other)) twice.vteps.push(other)
    if (twice.vteps.length < MOST_CLAIMANTS && !twice.vteps.includes(vtep)) twice.vteps.push(vtep)
    return Answer.First
  }

  /** A packet that is not a claim: from a contested address, or to one. */
  #observeUse(log: EventLog, at: number): void {
    const { i32 } = log
    const source = i32[at + Field.InnerSource]!
    const mac = i32[at + Field.Mac]!
    const vtep = i32[at + Field.Source]!
    const vni = i32[at + Field.KindVni]! & 0xff_ffff
    if (source !== NONE && mac !== NONE && vtep !== NONE && this.#contested.has(source)) {
      const row = this.#find(vni, i32[at + Field.Vlans]!, source)
      if (row !== NONE && this.handovers.get(row) !== undefined) this.#use(log, at, row, mac, vtep, false, false, false)
      const contest = row === NONE ? undefined : this.users.contests.get(row)
      if (contest !== undefined) this.users.observeSource(log, at, contest)
    }
    const destination = i32[at + Field.InnerDestination]!
    if (destination === NONE || !this.#contested.has(destination)) return
    if ((i32[at + Field.Bits]! & (Bit.Broadcast | Bit.Multicast)) !== 0) return
    const row = this.#find(vni, i32[at + Field.Vlans]!, destination)
    const entry = row === NONE ? undefined : this.handovers.get(row)
    if (entry !== undefined) this.#noteStale(log, at, row, entry.figures)
    const contest = row === NONE ? undefined : this.users.contests.get(row)
    if (contest !== undefined) this.users.observeDestination(log, at, contest)
  }

  /** Whether a packet to an address goes to a MAC that had it before. */
  #noteStale(log: EventLog, at: number, row: number, handover: Handover): void {
    const { i32 } = log
    let isFormer = false
    for (const { mac } of handover.claimants) if (mac !== handover.owner && this.#isTo(i32, at, mac)) isFormer = true
    if (!isFormer) return
    const cell = this.#records.at(row) * 2
    const { i32: records } = this.#records
    const nanoseconds = i32[at + Field.Nanoseconds]!
    if (nanoseconds === NO_TIME || records[cell + NANOSECONDS] === NO_TIME) return
    if (elapsed(log.f64[at >> 1]!, nanoseconds, records[cell + SECONDS]!, records[cell + NANOSECONDS]!) <= GRACE) return
    if (handover.stale === 0) handover.staleVteps = [i32[at + Field.Source]!, i32[at + Field.Destination]!]
    handover.stale++
    if (handover.stalePackets.length < EXAMPLES) handover.stalePackets.push(i32[at + Field.Number]!)
    const client = i32[at + Field.InnerSource]!
    if (handover.clients.length < MOST_CLIENTS && !handover.clients.includes(client)) handover.clients.push(client)
  }

  #isTo(i32: Int32Array, at: number, mac: number): boolean {
    const id = this.keys.macs.word(mac, 2)
    const { addresses } = this.keys
    return (
      addresses.word(id, 1) === i32[at + Field.InnerMacHigh] && addresses.word(id, 2) === i32[at + Field.InnerMacLow]
    )
  }

  /**
   * A MAC uses an address.
   * @param isClaim - By ARP or neighbour discovery: anything else counts only for those who have claimed it.
   * @param isSecond - It answers a question that another MAC has answered.
   * @param isOwn - It asks from the address, or announces it.
   */
  #use(
    log: EventLog,
    at: number,
    row: number,
    mac: number,
    vtep: number,
    isClaim: boolean,
    isSecond: boolean,
    isOwn: boolean,
  ): void {
    const cell = this.#records.at(row) * 2
    const { i32 } = this.#records
    const seconds = log.f64[at >> 1]!
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const number = log.i32[at + Field.Number]!
    const owner = i32[cell + MAC]! - 1
    if (owner === NONE) {
      i32[cell + PACKET] = number
      this.#own(cell, mac, vtep, seconds, nanoseconds, isOwn ? Flag.Own : 0)
      return
    }
    const entry = this.handovers.get(row)
    if (owner === mac) {
      if (isClaim && i32[cell + VTEP] !== vtep + 1) i32[cell + FLAGS]! |= Flag.SeveralVteps
      if (isOwn) i32[cell + FLAGS]! |= Flag.Own
      i32[cell + VTEP] = vtep + 1
      if (entry !== undefined) this.#join(entry.figures, mac, vtep, number, isOwn)
      return
    }
    let known = false
    if (entry !== undefined) for (const claimant of entry.figures.claimants) if (claimant.mac === mac) known = true
    if (!isClaim) {
      const isUnderWay = near(seconds, nanoseconds, i32[cell + SECONDS]!, i32[cell + NANOSECONDS]!, UNDER_WAY)
      if (!known || isUnderWay) return
    }
    if (entry === undefined && this.handovers.note(row, i32[cell + PACKET]!) !== null) {
      const { figures } = this.handovers.get(row)!
      figures.sources.push(owner)
      this.#join(figures, owner, i32[cell + VTEP]! - 1, i32[cell + PACKET]!, (i32[cell + FLAGS]! & Flag.Own) !== 0)
      this.#contested.add(this.claims.word(row, 2))
    }
    const handover = this.handovers.note(row, number)
    if (handover === null) return
    if (handover.sources.length < EXAMPLES) handover.sources.push(mac)
    this.#join(handover, mac, vtep, number, isOwn)
    if (isSecond) {
      handover.answeredTwice++
      if (handover.owner === NONE) handover.owner = owner
      return
    }
    if (known) {
      if (near(seconds, nanoseconds, i32[cell + SECONDS]!, i32[cell + NANOSECONDS]!, CONTESTED)) handover.overlaps++
      if ((log.i32[at + Field.Bits]! & Bit.Announcement) === 0) handover.resumed++
    }
    this.#pass(handover, owner, mac, seconds, nanoseconds)
    this.#own(cell, mac, vtep, seconds, nanoseconds, isOwn ? Flag.Own : 0)
  }

  #own(cell: number, mac: number, vtep: number, seconds: number, nanoseconds: number, flags: number): void {
    const { i32 } = this.#records
    i32[cell + MAC] = mac + 1
    i32[cell + VTEP] = vtep + 1
    i32[cell + SECONDS] = seconds
    i32[cell + NANOSECONDS] = nanoseconds
    i32[cell + FLAGS] = flags
    i32[cell + ANNOUNCED] = 0
  }

  #join({ claimants }: Handover, mac: number, vtep: number, first: number, isOwn: boolean): void {
    for (const claimant of claimants) {
      if (claimant.mac !== mac) continue
      claimant.vtep = vtep
      if (isOwn) claimant.isOwn = true
      return
    }
    if (claimants.length < MOST_CLAIMANTS) claimants.push({ mac, vtep, first, isOwn })
  }

  /** An address passes to another MAC. */
  #pass(handover: Handover, owner: number, mac: number, seconds: number, nanoseconds: number): void {
    handover.former = owner
    handover.owner = mac
    handover.stale = 0
    handover.stalePackets = []
    handover.clients = []
    const { since } = handover
    if (handover.run === 0 || elapsed(seconds, nanoseconds, since[0], since[1]) > FLAP_TIME) {
      since[0] = seconds
      since[1] = nanoseconds
      handover.run = 0
    }
    handover.run++
    handover.burst = Math.max(handover.burst, handover.run)
  }
}
