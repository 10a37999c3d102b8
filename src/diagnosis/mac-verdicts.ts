/**
 * What a MAC behind several VTEPs is: one that moved, one that is in use twice, a distributed gateway's, or a multihomed guest's.
 *
 * One that interleaves within seconds, or answers one question from two VTEPs, was not moved. Routers tell themselves by what they
 * send: packets of other people's addresses, lowered TTLs, advertisements. Of the rest, a MAC with an address of its own at each VTEP
 * or with conversations that fail is in use twice; one whose conversations are answered wherever they pass is shared on purpose.
 */
import type { AnsweredTwice } from '../analyzers/address-claims.ts'
import type { Analysis } from '../analyzers/analysis.ts'
import { FLAP_MOVES, type Place, type Places } from '../analyzers/mac-places.ts'
import type { Entry } from '../analyzers/tally.ts'
import { NONE } from '../codecs/fault.ts'
import type { RoundTrips } from './round-trips.ts'

const DIRECTIONS = [0, 1] as const

/** Frames from a VTEP that are more than a stray one. */
const LEAST_FRAMES = 2
/** Addresses of others from which a MAC sends that make it a router's; addresses that it asks for from its own. */
const LEAST_FORWARDED = 3
const LEAST_ASKED = 3
/** Requests without an answer, or repeated segments, that are a failure, and one in how many of all. */
const LEAST_FAILED = 2
const LEAST_REPEATED = 5
const ONE_IN = 10
/** Packets from the side that resets: it accepted, may have acknowledged a request, and resets. */
const MOST_REFUSING = 4
/** Connections that were reset which are looked at. */
const MOST_RESETS = 65_536
/** Addresses that are followed of one MAC. */
const MOST_ADDRESSES = 64

/** What a MAC behind several VTEPs is. */
export interface MacVerdict {
  /** MAC row. */
  mac: number
  is: 'moved' | 'duplicate' | 'gateway' | 'multihomed'
  entry: Entry<Places>
  places: Place[]
  /** Address ids that it claims. */
  claimed: number[]
  /** Conversations of it, and how many of them fail. */
  conversations: number
  failing: number
  /** Whether different addresses are claimed at different VTEPs. */
  hasTwoAddresses: boolean
  /** Questions that were answered from two VTEPs. */
  answeredTwice: number
}

/** One MAC that interleaves or answers twice, while it is looked at. */
interface Suspect {
  verdict: MacVerdict
  isInterleaved: boolean
  isAnsweringTwice: boolean
  /** VTEPs (address ids) by address that it claims, and by address that it sends from. */
  claims: Map<number, Set<number>>
  sends: Map<number, Set<number>>
}

/** Verdicts by MAC row. */
export class MacVerdicts {
  readonly all: MacVerdict[] = []
  /** Addresses of MACs in use twice, as `VNI stack address`: who asks them may ask in vain. */
  readonly #duplicates = new Set<string>()

  constructor(
    private readonly analysis: Analysis,
    private readonly trips: RoundTrips,
  ) {
    const { macPlaces, addressClaims, secondAnswers } = analysis.judges
    const suspects = new Map<number, Suspect>()
    for (const entry of macPlaces.moved.entries()) {
      const places = macPlaces.places(entry.key, entry.figures)
      const twice = secondAnswers.twice.get(entry.key)
      const arpTwice = addressClaims.answeredTwice.get(entry.key)
      const verdict: MacVerdict = {
        mac: entry.key,
        is: 'moved',
        entry,
        places,
        claimed: [],
        conversations: 0,
        failing: 0,
        hasTwoAddresses: false,
        answeredTwice: (twice?.count ?? 0) + (arpTwice?.count ?? 0),
      }
      this.all.push(verdict)
      const isInterleaved = isInterleaving(entry.figures, places)
      if (!isInterleaved && verdict.answeredTwice === 0) continue
      const suspect: Suspect = {
        verdict,
        isInterleaved,
        isAnsweringTwice: twice !== undefined,
        claims: new Map(),
        sends: new Map(),
      }
      addAnswers(suspect, arpTwice?.figures)
      suspects.set(entry.key, suspect)
    }
    if (suspects.size > 0) this.#judge(suspects)
  }

  /** Whether an address of a flow, 0 = its a, is one of a MAC in use twice: what is sent to it goes now here, now there. */
  isDuplicate(flow: number, end: 0 | 1): boolean {
    if (this.#duplicates.size === 0) return false
    const { flows } = this.analysis.keys
    return this.#duplicates.has(keyOf(flows.word(flow, 0) & 0xff_ffff, flows.word(flow, 1), flows.word(flow, 3 + end)))
  }

  #judge(suspects: Map<number, Suspect>): void {
    const { keys } = this.analysis
    this.#addClaims(suspects)
    this.#addSenders(suspects)
    const guests = new Map<string, Suspect>()
    for (const suspect of suspects.values()) {
      const { verdict } = suspect
      if (this.#isRouter(suspect)) {
        if (suspect.isInterleaved || verdict.answeredTwice > 0) verdict.is = 'gateway'
        continue
      }
      const vni = keys.macs.word(verdict.mac, 0)
      const stack = keys.macs.word(verdict.mac, 1)
      for (const id of [...suspect.claims.keys(), ...suspect.sends.keys()]) guests.set(keyOf(vni, stack, id), suspect)
    }
    this.#addConversations(guests)
    this.#addResets(guests)
    for (const suspect of suspects.values()) {
      const { verdict } = suspect
      if (verdict.is === 'gateway' || this.#isRouter(suspect)) continue
      verdict.hasTwoAddresses = this.#hasTwoAddresses(suspect)
      const isHarmful = verdict.failing > 0 || verdict.hasTwoAddresses || suspect.isAnsweringTwice
      if (isHarmful) verdict.is = 'duplicate'
      else verdict.is = this.#announcesAsGateway(suspect) ? 'gateway' : 'multihomed'
    }
    for (const [key, { verdict }] of guests) if (verdict.is === 'duplicate') this.#duplicates.add(key)
  }

  /** What suspects claim by ARP and neighbour discovery, and from which VTEPs. */
  #addClaims(suspects: ReadonlyMap<number, Suspect>): void {
    const { addressClaims } = this.analysis.judges
    const { claims } = addressClaims
    for (let row = 0; row < claims.count; row++) {
      const { mac, vtep, isEverywhere } = addressClaims.ownerOf(row)
      const suspect = mac === NONE ? undefined : suspects.get(mac)
      if (suspect === undefined) continue
      const address = claims.word(row, 2)
      add(suspect.claims, address, vtep)
      if (isEverywhere) for (const place of suspect.verdict.places) add(suspect.claims, address, place.vtep)
      if (suspect.verdict.claimed.length < MOST_ADDRESSES) suspect.verdict.claimed.push(address)
    }
  }

  /** Which addresses suspects send from, and from which VTEPs. */
  #addSenders(suspects: ReadonlyMap<number, Suspect>): void {
    const { keys, flows } = this.analysis
    const { requests } = this.analysis.judges
    for (let row = 0; row < keys.flows.count; row++) {
      if (!keys.flowIsIp(row)) continue
      for (const direction of DIRECTIONS) {
        const suspect = suspects.get(requests.sender(row, direction))
        if (suspect === undefined) continue
        const address = keys.flows.word(row, 3 + direction)
        if (!keys.isUnspecified(address)) add(suspect.sends, address, flows.firstVtep(row, direction))
      }
    }
  }

  /** Whether a MAC is a router's: it sends what it forwards, or advertises itself from several VTEPs. */
  #isRouter({ verdict, claims, sends }: Suspect): boolean {
    if (this.analysis.judges.macPlaces.isVirtualRouter(verdict.mac)) return true
    const advertising = verdict.places.filter(({ advertised }) => advertised > 0).length
    if (advertising > 1) return true
    const foreign = [...sends.keys()].filter((address) => !claims.has(address) && !this.#isLinkLocal(address)).length
    const routed = verdict.places.reduce((sum, place) => sum + place.routed, 0)
    return foreign >= LEAST_FORWARDED || (routed >= LEAST_FRAMES && foreign > 0)
  }

  /** Whether a MAC asks for many addresses from one that it claims at every VTEP, as a gateway that looks for its hosts. */
  #announcesAsGateway({ verdict, claims, sends }: Suspect): boolean {
    const everywhere = [...claims.values()].some((vteps) => vteps.size > 1)
    const isSilent = [...sends.keys()].every((address) => this.#isLinkLocal(address))
    return everywhere && (verdict.entry.figures.asked.length >= LEAST_ASKED || isSilent)
  }

  /** Whether one address is only at one VTEP, and another one of the same family only at another. */
  #hasTwoAddresses({ claims, sends }: Suspect): boolean {
    const { keys } = this.analysis
    const places = new Map<boolean, number>()
    for (const address of new Set([...claims.keys(), ...sends.keys()])) {
      if (this.#isLinkLocal(address)) continue
      const vteps = new Set([...(claims.get(address) ?? []), ...(sends.get(address) ?? [])])
      if (vteps.size !== 1) continue
      const [vtep] = vteps as Set<number>
      const isIpv6 = keys.isIpv6(address)
      const other = places.get(isIpv6)
      if (other !== undefined && other !== vtep) return true
      places.set(isIpv6, vtep!)
    }
    return false
  }

  /** Conversations of the suspects' addresses, and those that fail. */
  #addConversations(guests: ReadonlyMap<string, Suspect>): void {
    if (guests.size === 0) return
    const { keys, judges } = this.analysis
    const unanswered = new Map<number, number>()
    for (const { flow, count } of judges.echo.unanswered(this.trips.isAtEnd))
      unanswered.set(flow, (unanswered.get(flow) ?? 0) + count)
    for (let row = 0; row < keys.flows.count; row++) {
      if (!keys.flowIsIp(row)) continue
      const word = (index: number) => keys.flows.word(row, index)
      const vni = word(0) & 0xff_ffff
      const ends = DIRECTIONS.map((direction) => guests.get(keyOf(vni, word(1), word(3 + direction))))
      const found = new Set(ends.filter((suspect) => suspect !== undefined))
      if (found.size === 0) continue
      const isFailing = this.#isFailing(row, unanswered.get(row) ?? 0)
      for (const { verdict } of found) {
        verdict.conversations++
        if (isFailing) verdict.failing++
      }
    }
  }

  /** Connections that one guest accepted and another one reset: a reset from a VTEP that had not answered the SYN. */
  #addResets(guests: ReadonlyMap<string, Suspect>): void {
    if (guests.size === 0) return
    const { keys, flows, judges } = this.analysis
    const reset: number[] = []
    for (let row = 0; row < keys.flows.count && reset.length < MOST_RESETS; row++) {
      if (judges.tcp.finish(row)?.state === 'reset') reset.push(row)
    }
    const vteps = flows.vteps(reset)
    for (const row of reset) {
      const word = (index: number) => keys.flows.word(row, index)
      for (const direction of DIRECTIONS) {
        const suspect = guests.get(keyOf(word(0) & 0xff_ffff, word(1), word(3 + direction)))
        const own = flows.packets(row, direction)
        if (suspect === undefined || suspect.verdict.answeredTwice === 0 || own > MOST_REFUSING) continue
        if ((vteps.get(row * 2 + direction)?.length ?? 0) > 1) suspect.verdict.failing++
      }
    }
  }

  #isFailing(row: number, unanswered: number): boolean {
    const { flows, judges } = this.analysis
    const { requests } = judges.echo.count(row)
    if (unanswered >= LEAST_FAILED && unanswered * ONE_IN >= requests) return true
    const tcp = judges.tcp.finish(row)
    if (tcp === null) return false
    const packets = flows.packets(row, 0) + flows.packets(row, 1)
    if (tcp.state === 'syn-sent') return packets >= LEAST_FAILED
    return tcp.retransmittedSegments >= LEAST_REPEATED && tcp.retransmittedSegments * ONE_IN >= packets
  }

  /** Link-local IPv6 addresses follow from the MAC: two guests with one MAC have the same (RFC 4862 §5.3). */
  #isLinkLocal(address: number): boolean {
    const { keys } = this.analysis
    return keys.isIpv6(address) && keys.addresses.word(address, 1) >>> 22 === 0xfe80 >>> 6
  }
}

/** Whether a MAC goes back and forth, with more than stray frames from two VTEPs. */
function isInterleaving({ returns, burst }: Places, places: readonly Place[]): boolean {
  if (returns === 0 && burst < FLAP_MOVES) return false
  return places.filter(({ frames }) => frames >= LEAST_FRAMES).length > 1
}

function addAnswers(suspect: Suspect, answered: AnsweredTwice | undefined): void {
  if (answered === undefined || answered.ip === NONE) return
  for (const vtep of answered.vteps) add(suspect.claims, answered.ip, vtep)
}

function add(byAddress: Map<number, Set<number>>, address: number, vtep: number): void {
  const vteps = byAddress.get(address)
  if (vteps !== undefined) vteps.add(vtep)
  else if (byAddress.size < MOST_ADDRESSES) byAddress.set(address, new Set([vtep]))
}

function keyOf(vni: number, stack: number, address: number): string {
  return `${vni} ${stack} ${address}`
}
