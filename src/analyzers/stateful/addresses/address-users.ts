/**
 * Owners of addresses that are known by what they send alone, because their last ARP or neighbour discovery was before the capture:
 * which MAC began to send from an address, and, once another MAC claims that address, whether the former one goes on.
 *
 * Routers forward what others sent, so a packet counts only with an inner TTL that no router has lowered. Neither do answers make an
 * owner by themselves: behind a load balancer, real servers answer from its address (direct return), and a router may answer for a
 * virtual address from its own MAC. Both are asked at the MAC that has claimed the address; an owner is asked at its own.
 * Evidence: a capture point that both MACs pass. What misleads: a proxy that answers from the addresses of others as a host would.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { NO_TIME } from '../../../packet.ts'
import { Bit, type EventLog, Field, ON_ITS_WAY } from '../../events/event-log.ts'
import { innerTtl, PacketFlag } from '../../events/packet-flags.ts'
import { CounterByKey, type CounterByKeyState, type Entry, EXAMPLES } from '../../tables/counter-by-key.ts'
import type { Keys } from '../../tables/keys.ts'
import { savedArray } from '../../tables/saved.ts'
import { elapsed, near } from '../../tables/time.ts'

/** TTLs that senders begin with. */
const INITIAL_TTLS: readonly number[] = [64, 128, 255]

/**
 * Words of an address: its id plus one; then MAC rows (plus one), the latest that began a conversation and the one before it, of half
 * of the VNIs and of the other half. An address whose place is taken by a later one is forgotten: a new flow costs one look into
 * memory.
 */
const WORDS = 8
const FIRST = 1
const USERS = 2
/** A number of which the multiples scatter (the golden ratio of 32 bits). */
const SCATTER = 0x9e37_79b1

/** Nanoseconds after the first claim for which the former owner's packets are still under way. */
const GRACE = 1_000_000_000
/** Nanoseconds within which an answer is to what was sent to a MAC. */
const ANSWERED = 1_000_000_000
/** Nanoseconds after the claimant's last use within which the former owner's use makes it an address in use twice. */
const CONTESTED = 3_000_000_000
/** Clients told apart that still send to the former owner. */
const MOST_CLIENTS = 8

/** An address that one MAC sends from and another one claims. */
export interface Contest {
  /** MAC rows: who is known by its data alone, and who claims the address. */
  seen: number
  claimant: number
  /** VTEP address ids of both. */
  seenVtep: number
  vtep: number
  /** When it was claimed first, and last claimed or used by the claimant: seconds and nanoseconds. */
  since: [number, number]
  latest: [number, number]
  /** Numbers of the first claim, of further ones, and of what both sent in turn, ten at most. */
  packets: number[]
  /** Claims, replicas aside, and how many of them asked or announced. */
  claims: number
  own: number
  /** Packets that the claimant sent from the address. */
  used: number
  /** When a frame last went to the former owner, and not from the claimant. */
  asked: [number, number]
  /**
   * Packets by the former owner, {@link GRACE} after the claim: answers to what was sent to it within and beyond {@link CONTESTED}, and
   * others.
   */
  overlaps: number
  late: number
  aside: number
  /** Packets that went to the former owner by then, the first of them, who sent them, and from and to which VTEPs the first one went. */
  stale: number
  stalePackets: number[]
  clients: number[]
  staleVteps: [number, number]
}

/** Saved users. */
export interface AddressUsersState {
  users: Int32Array
  contests: CounterByKeyState<Contest>
}

/** The latest senders of each address, and contests by claim row (address-claims.ts). */
export class AddressUsers {
  readonly contests = new CounterByKey<Contest>(() => ({
    seen: NONE,
    claimant: NONE,
    seenVtep: NONE,
    vtep: NONE,
    since: [0, NO_TIME],
    latest: [0, NO_TIME],
    packets: [],
    claims: 0,
    own: 0,
    used: 0,
    asked: [0, NO_TIME],
    overlaps: 0,
    late: 0,
    aside: 0,
    stale: 0,
    stalePackets: [],
    clients: [],
    staleVteps: [NONE, NONE],
  }))
  /** By the lowest bits of the address id. */
  readonly #users: Int32Array
  readonly #mask: number

  /** @param size - Most addresses whose senders are remembered, a power of two. */
  constructor(
    private readonly keys: Keys,
    size: number,
  ) {
    this.#users = new Int32Array(size * WORDS)
    this.#mask = size - 1
  }

  /** Whether any address is claimed by one MAC and used by another. */
  get isContested(): boolean {
    return !this.contests.isEmpty
  }

  /** Takes the first packet of a flow's direction, or one that another MAC sends than the one before. */
  noteSender({ i32 }: EventLog, at: number): void {
    const address = i32[at + Field.InnerSource]!
    const mac = i32[at + Field.Mac]!
    if (address === NONE || mac === NONE || !isOwn(i32, at)) return
    const users = this.#users
    const entry = (address & this.#mask) * WORDS
    if (users[entry] !== address + 1) {
      users.fill(0, entry, entry + WORDS)
      users[entry] = address + 1
    }
    const place = entry + FIRST + this.#halfOf(mac) * USERS
    if (users[place] === mac + 1) return
    users[place + 1] = users[place]!
    users[place] = mac + 1
  }

  /**
   * Takes a claim.
   * @param row - Claim row.
   * @param isOwnClaim - It asks from the address, or announces it; a proxy only answers.
   * @param vtepOf - VTEP address id that a MAC row last sent from.
   */
  observeClaim(log: EventLog, at: number, row: number, isOwnClaim: boolean, vtepOf: (mac: number) => number): void {
    const { i32 } = log
    if ((i32[at + Field.Bits]! & Bit.Replica) !== 0) return
    const mac = i32[at + Field.Mac]!
    let entry = this.contests.isEmpty ? undefined : this.contests.get(row)
    if (entry === undefined) {
      const seen = this.#seenBefore(i32[at + Field.InnerSource]!, mac)
      if (seen === NONE || this.contests.note(row, i32[at + Field.Number]!) === null) return
      entry = this.contests.get(row)!
      const { figures } = entry
      figures.seen = seen
      figures.seenVtep = vtepOf(seen)
      figures.claimant = mac
      figures.since = [log.f64[at >> 1]!, i32[at + Field.Nanoseconds]!]
    }
    const { figures } = entry
    if (figures.claimant !== mac) return
    figures.vtep = i32[at + Field.Source]!
    figures.claims++
    if (isOwnClaim) figures.own++
    this.#noteUse(log, at, figures)
  }

  /** Takes a packet from a contested address. */
  observeSource(log: EventLog, at: number, { figures }: Entry<Contest>): void {
    const { i32 } = log
    const mac = i32[at + Field.Mac]!
    if (mac === figures.claimant) {
      if (!isOwn(i32, at)) return
      figures.used++
      this.#noteUse(log, at, figures)
      return
    }
    if (mac !== figures.seen || isWithinGrace(log, at, figures)) return
    const seconds = log.f64[at >> 1]!
    const nanoseconds = i32[at + Field.Nanoseconds]!
    const { asked, latest } = figures
    const isAnswer = asked[1] !== NO_TIME && isOwn(i32, at) && near(seconds, nanoseconds, asked[0], asked[1], ANSWERED)
    if (!isAnswer) figures.aside++
    else if (near(seconds, nanoseconds, latest[0], latest[1], CONTESTED)) figures.overlaps++
    else figures.late++
    if (isAnswer && figures.packets.length < EXAMPLES) figures.packets.push(i32[at + Field.Number]!)
  }

  /** Takes a unicast packet to a contested address: does it go to the former owner? */
  observeDestination(log: EventLog, at: number, { figures }: Entry<Contest>): void {
    const { i32 } = log
    const id = this.keys.macs.word(figures.seen, 2)
    const { addresses } = this.keys
    if (addresses.word(id, 1) !== i32[at + Field.InnerMacHigh] || addresses.word(id, 2) !== i32[at + Field.InnerMacLow])
      return
    // A load balancer passes on what it was sent.
    if (i32[at + Field.Mac] === figures.claimant) return
    figures.asked = [log.f64[at >> 1]!, i32[at + Field.Nanoseconds]!]
    if (isWithinGrace(log, at, figures)) return
    if (figures.stale === 0) figures.staleVteps = [i32[at + Field.Source]!, i32[at + Field.Destination]!]
    figures.stale++
    if (figures.stalePackets.length < EXAMPLES) figures.stalePackets.push(i32[at + Field.Number]!)
    const client = i32[at + Field.InnerSource]!
    if (figures.clients.length < MOST_CLIENTS && !figures.clients.includes(client)) figures.clients.push(client)
  }

  save(): AddressUsersState {
    return { users: this.#users.slice(), contests: this.contests.save() }
  }

  restore(state: AddressUsersState): void {
    savedArray('users of addresses', state.users, Int32Array, this.#users.length)
    this.#users.set(state.users)
    this.contests.restore(state.contests)
  }

  /** The MAC row in the VNI and VLANs of a claimant that sent from an address before; `NONE` where there is none but itself. */
  #seenBefore(address: number, mac: number): number {
    const users = this.#users
    const entry = (address & this.#mask) * WORDS
    if (users[entry] !== address + 1) return NONE
    const { macs } = this.keys
    const place = entry + FIRST + this.#halfOf(mac) * USERS
    for (let slot = 0; slot < USERS; slot++) {
      const user = users[place + slot]! - 1
      if (user === NONE || user === mac) continue
      if (macs.word(user, 0) === macs.word(mac, 0) && macs.word(user, 1) === macs.word(mac, 1)) return user
    }
    return NONE
  }

  /** Which half of the VNIs that of a MAC row belongs to. */
  #halfOf(mac: number): number {
    return Math.imul(this.keys.macs.word(mac, 0), SCATTER) >>> 31
  }

  #noteUse(log: EventLog, at: number, figures: Contest): void {
    figures.latest = [log.f64[at >> 1]!, log.i32[at + Field.Nanoseconds]!]
    if (figures.packets.length < EXAMPLES) figures.packets.push(log.i32[at + Field.Number]!)
  }
}

/** Whether a packet was sent by whom its source address belongs to, as far as it shows: no router has lowered its TTL. */
function isOwn(i32: Int32Array, at: number): boolean {
  if ((i32[at + Field.PacketFlags]! & PacketFlag.Damaged) !== 0 || (i32[at + Field.Again]! & ON_ITS_WAY) !== 0)
    return false
  return INITIAL_TTLS.includes(innerTtl(i32[at + Field.TimeToLive]!))
}

/** Whether what the former owner sent, or was sent, may have been under way when the address was claimed. */
function isWithinGrace(log: EventLog, at: number, { since }: Contest): boolean {
  const nanoseconds = log.i32[at + Field.Nanoseconds]!
  if (nanoseconds === NO_TIME || since[1] === NO_TIME) return true
  return elapsed(log.f64[at >> 1]!, nanoseconds, since[0], since[1]) <= GRACE
}
