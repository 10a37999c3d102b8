/**
 * What a MAC behind several VTEPs is: one that moved, one that is in use twice, a distributed gateway's, or a multihomed guest's.
 *
 * One that interleaves within seconds, or answers one question from two VTEPs, was not moved. Routers tell themselves by what they
 * send: packets of other people's addresses, lowered TTLs, advertisements. Of the rest, a MAC with an address of its own at each VTEP
 * or with conversations that fail is in use twice; one whose conversations are answered wherever they pass is shared on purpose.
 */

import type { Analysis } from '../../analyzers/analysis.ts'
import type { AnsweredTwice } from '../../analyzers/stateful/addresses/address-claims.ts'
import { FLAP_MOVES, type Place, type Places } from '../../analyzers/stateful/addresses/mac-places.ts'
import type { Gap } from '../../analyzers/stateful/answers/echo.ts'
import type { Entry } from '../../analyzers/tables/counter-by-key.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { Mirrors } from '../reachability/one-way.ts'
import type { RoundTrips } from '../round-trips.ts'
import { Routes } from '../routes.ts'

const DIRECTIONS = [0, 1] as const

/** In place of a VTEP's address id: several of them. */
const EVERYWHERE = -2

/** Frames from a VTEP that are more than a stray one. */
const LEAST_FRAMES = 2
/** Addresses of others from which a MAC sends that make it a router's; addresses that it asks for from its own. */
const LEAST_FORWARDED = 3
const LEAST_ASKED = 3
/** Requests without an answer of one conversation, and of all together, and repeated segments: how many, and one in how many. */
const LEAST_FAILED = 2
const LEAST_SILENT = 3
const SILENT_ONE_IN = 2
const LOST_ONE_IN = 4
/** Changes of VTEP with lost requests that are no chance, and one in how many of all. */
const LEAST_LOSING = 3
const LOSING_ONE_IN = 2
const LEAST_REPEATED = 5
const REPEATED_ONE_IN = 5
/** Frames to the VTEP before that were answered: a MAC that is reached there has not left it. */
const LEAST_REACHED = 2
/** Packets from the side that resets: it accepted, may have acknowledged a request, and resets. */
const MOST_REFUSING = 4
/** Connections that were reset which are looked at. */
const MOST_RESETS = 65_536
/** Stretches of lost requests that are held against the changes of one MAC. */
const MOST_GAPS = 1024
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
  /** Conversations of it, how many of them fail, and how many have packets both ways. */
  conversations: number
  failing: number
  answered: number
  /** Whether different addresses are claimed at different VTEPs. */
  hasTwoAddresses: boolean
  /** Questions that were answered from two VTEPs. */
  answeredTwice: number
}

/** One MAC that interleaves or answers twice, while it is looked at. */
interface Suspect {
  verdict: MacVerdict
  isInterleaved: boolean
  /** Whether it is reached at the VTEP before its last change, without a hub that would pass frames on. */
  isReached: boolean
  isAnsweringTwice: boolean
  /** Whether it opened conversations with an address that it claims, and was answered: gateways ask, forward and answer. */
  opens: boolean
  /** VTEPs (address ids) by address that it claims, and by address that it sends from. */
  claims: Map<number, Set<number>>
  sends: Map<number, Set<number>>
}

/** What became of one suspect's conversations. */
interface Conversations {
  /** Echo requests, those without a reply, and conversations that have any of those. */
  requests: number
  lost: number
  losing: number
  /** Stretches of requests without a reply. */
  gaps: Gap[]
  /** Connections that never opened: the suspect's port, and the VTEP (address id) that the other side sent to. */
  closed: { port: number; place: number }[]
  /** Ports of connections that opened, and VTEPs that those went to. */
  open: Set<number>
  reached: Set<number>
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
    const { macPlaces, addressClaims, secondAnswers } = analysis.stateful
    const suspects = new Map<number, Suspect>()
    const rest = new Map<number, Suspect>()
    const mirrors = macPlaces.moved.isEmpty ? null : new Mirrors(analysis, new Routes(analysis))
    for (const entry of macPlaces.moved.entries()) {
      const places = macPlaces.places(entry.key, entry.figures)
      // A mirror sends copies of what others sent: it is no place where a MAC is.
      const vni = analysis.keys.macs.word(entry.key, 0)
      if (places.filter(({ vtep }) => !mirrors!.isSource(vni, vtep)).length < 2) continue
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
        answered: 0,
        hasTwoAddresses: false,
        answeredTwice: (twice?.count ?? 0) + (arpTwice?.count ?? 0),
      }
      this.all.push(verdict)
      const isInterleaved = isInterleaving(entry.figures, places)
      const isReached = isStillReached(entry.figures)
      const suspect: Suspect = {
        verdict,
        isInterleaved,
        isReached,
        isAnsweringTwice: twice !== undefined,
        opens: false,
        claims: new Map(),
        sends: new Map(),
      }
      addAnswers(suspect, arpTwice?.figures)
      const isAtOnce = isInterleaved || verdict.answeredTwice > 0 || isReached
      const into = isAtOnce ? suspects : rest
      into.set(entry.key, suspect)
    }
    if (suspects.size > 0) this.#judge(suspects, rest)
    this.#judgeLeaves(rest)
  }

  /** Whether an address of a flow, 0 = its a, is one of a MAC in use twice: what is sent to it goes now here, now there. */
  isDuplicate(flow: number, end: 0 | 1): boolean {
    if (this.#duplicates.size === 0) return false
    const { flows } = this.analysis.keys
    return this.#duplicates.has(keyOf(flows.word(flow, 0) & 0xff_ffff, flows.word(flow, 1), flows.word(flow, 3 + end)))
  }

  /** @param rest - MACs that moved, as far as their own VNI shows. */
  #judge(suspects: ReadonlyMap<number, Suspect>, rest: ReadonlyMap<number, Suspect>): void {
    const { keys } = this.analysis
    this.#addClaims(suspects)
    this.#addSenders(suspects)
    const guests = new Map<string, Suspect>()
    const routers = new Set([...suspects.values()].filter((suspect) => this.#isRouter(suspect)))
    // A distributed gateway has one MAC in all its VNIs.
    const gateways = new Map([...routers].map((suspect) => [keys.macs.word(suspect.verdict.mac, 2), suspect]))
    for (const suspect of suspects.values()) {
      const twin = gateways.get(keys.macs.word(suspect.verdict.mac, 2))
      if (twin !== undefined && isTwin(suspect, twin)) routers.add(suspect)
    }
    const twins = new Map(
      [...rest].filter(
        ([mac, { verdict }]) => verdict.entry.figures.stale === 0 && gateways.has(keys.macs.word(mac, 2)),
      ),
    )
    if (twins.size > 0) this.#addClaims(twins)
    for (const [mac, suspect] of twins) {
      if (isTwin(suspect, gateways.get(keys.macs.word(mac, 2))!)) suspect.verdict.is = 'gateway'
    }
    for (const suspect of suspects.values()) {
      const { verdict } = suspect
      if (routers.has(suspect)) {
        verdict.is = 'gateway'
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
      if (verdict.is === 'gateway') continue
      verdict.hasTwoAddresses = this.#hasTwoAddresses(suspect)
      const isHarmful = verdict.failing > 0 || verdict.hasTwoAddresses || suspect.isAnsweringTwice
      const isAtOnce = suspect.isInterleaved || verdict.answeredTwice > 0
      if (isHarmful) verdict.is = isAtOnce ? 'duplicate' : 'moved'
      else verdict.is = this.#announcesAsGateway(suspect) ? 'gateway' : 'multihomed'
    }
    for (const [key, { verdict }] of guests) if (verdict.is === 'duplicate') this.#duplicates.add(key)
  }

  /**
   * A MAC that came back to where it was, with frames that a router at each of two VTEPs forwarded for guests of its own: a router
   * that fails over takes its guests along.
   */
  #judgeLeaves(moved: ReadonlyMap<number, Suspect>): void {
    const routers = new Map(
      [...moved].filter(([, { verdict }]) => {
        const { count, figures } = verdict.entry
        return count > 1 && figures.stale === 0 && verdict.places.filter(({ routed }) => routed > 0).length > 1
      }),
    )
    if (routers.size === 0) return
    const { flows, stateful } = this.analysis
    this.#addSenders(routers)
    flows.forLaterVteps((row) => {
      for (const direction of DIRECTIONS) routers.delete(stateful.requests.sender(row, direction))
    })
    for (const { verdict, sends } of routers.values()) {
      const vteps = [...sends].filter(([address]) => !this.#isLinkLocal(address)).map(([, places]) => places)
      const places = new Set(vteps.flatMap((each) => [...each]))
      const isApart = vteps.every(({ size }) => size === 1)
      if (isApart && places.size > 1) verdict.is = 'gateway'
    }
  }

  /** What suspects claim by ARP and neighbour discovery, and from which VTEPs. */
  #addClaims(suspects: ReadonlyMap<number, Suspect>): void {
    const { addressClaims } = this.analysis.stateful
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
    const { requests } = this.analysis.stateful
    for (let row = 0; row < keys.flows.count; row++) {
      if (!keys.flowIsIp(row)) continue
      for (const direction of DIRECTIONS) {
        const suspect = suspects.get(requests.sender(row, direction))
        if (suspect === undefined) continue
        const address = keys.flows.word(row, 3 + direction)
        if (!keys.isUnspecified(address)) add(suspect.sends, address, flows.firstVtep(row, direction))
        if (suspect.claims.has(address) && this.#isOpenedBy(row, direction)) suspect.opens = true
      }
    }
  }

  /** Whether one side of a flow opened it by an echo request or a SYN, and was answered. */
  #isOpenedBy(row: number, direction: 0 | 1): boolean {
    const { flows, stateful } = this.analysis
    const isTold = stateful.tcp.has(row) || stateful.echo.count(row).requests > 0
    if (!isTold || flows.initiator(row) !== (direction === 0 ? 'a' : 'b')) return false
    return flows.packets(row, direction === 0 ? 1 : 0) > 0
  }

  /** Whether a MAC is a router's: it sends what it forwards, or advertises itself from several VTEPs. */
  #isRouter({ verdict, claims, sends }: Suspect): boolean {
    if (this.analysis.stateful.macPlaces.isVirtualRouter(verdict.mac)) return true
    const advertising = verdict.places.filter(({ advertised }) => advertised > 0).length
    if (advertising > 1) return true
    const foreign = [...sends.keys()].filter((address) => !claims.has(address) && !this.#isLinkLocal(address)).length
    const routed = verdict.places.reduce((sum, place) => sum + place.routed, 0)
    return foreign >= LEAST_FORWARDED || (routed >= LEAST_FRAMES && foreign > 0)
  }

  /** Whether a MAC asks for many addresses from one that it claims at every VTEP, as a gateway that looks for its hosts. */
  #announcesAsGateway({ verdict, claims, sends, opens }: Suspect): boolean {
    if (opens) return false
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

  /**
   * Conversations of the suspects' addresses, and those that fail. Scattered loss is the underlay's, and a port that nobody ever
   * answers at is closed wherever the guest is reached: with two guests what fails is a conversation, or a good part of all.
   */
  #addConversations(guests: ReadonlyMap<string, Suspect>): void {
    if (guests.size === 0) return
    const { keys, flows, stateful } = this.analysis
    const unanswered = new Map<number, { count: number; gaps: Gap[] }>()
    for (const { flow, count, gaps } of stateful.echo.unanswered(this.trips.isAtEnd)) {
      const known = unanswered.get(flow) ?? { count: 0, gaps: [] }
      unanswered.set(flow, { count: known.count + count, gaps: [...known.gaps, ...gaps] })
    }
    const tallies = new Map<Suspect, Conversations>()
    for (let row = 0; row < keys.flows.count; row++) {
      if (!keys.flowIsIp(row)) continue
      const word = (index: number) => keys.flows.word(row, index)
      const vni = word(0) & 0xff_ffff
      const ends = DIRECTIONS.map((direction) => guests.get(keyOf(vni, word(1), word(3 + direction))))
      for (const suspect of new Set(ends)) {
        if (suspect === undefined) continue
        const own = ends[0] === suspect ? 0 : 1
        let tally = tallies.get(suspect)
        if (tally === undefined) {
          tally = { requests: 0, lost: 0, losing: 0, gaps: [], closed: [], open: new Set(), reached: new Set() }
          tallies.set(suspect, tally)
        }
        suspect.verdict.conversations++
        if (flows.packets(row, 0) > 0 && flows.packets(row, 1) > 0) suspect.verdict.answered++
        const { count: lost, gaps } = unanswered.get(row) ?? { count: 0, gaps: [] }
        const { requests } = stateful.echo.count(row)
        tally.requests += requests
        tally.lost += lost
        if (lost > 0) tally.losing++
        if (tally.gaps.length < MOST_GAPS) tally.gaps.push(...gaps)
        const isSilent = lost >= LEAST_SILENT && lost * SILENT_ONE_IN >= requests
        if (isSilent || this.#isRepeating(row)) suspect.verdict.failing++
        const tcp = stateful.tcp.finish(row)
        if (tcp === null) continue
        const pair = stateful.sourcePorts.lastPair(row, own === 0 ? 1 : 0)
        // What went to several VTEPs found nobody at any.
        const place = pair === NONE ? NONE : pair < 0 ? EVERYWHERE : keys.pairs.word(pair >> 1, 1 - (pair & 1))
        const ports = keys.flows.word(row, 5)
        const port = own === 0 ? ports >>> 16 : ports & 0xffff
        if (tcp.state !== 'syn-sent') {
          tally.open.add(port)
          tally.reached.add(place)
        } else if (flows.packets(row, 0) + flows.packets(row, 1) >= LEAST_FAILED) tally.closed.push({ port, place })
      }
    }
    for (const [{ verdict }, { requests, lost, losing, gaps, closed, open, reached }] of tallies) {
      const isLossy = (lost >= LEAST_FAILED && lost * LOST_ONE_IN >= requests) || isLosing(verdict.entry.packets, gaps)
      if (isLossy) verdict.failing = Math.max(verdict.failing, losing)
      for (const { port, place } of closed) {
        if (open.has(port) || (place !== EVERYWHERE && !reached.has(place))) verdict.failing++
      }
    }
  }

  /** Connections that one guest accepted and another one reset: a reset from a VTEP that had not answered the SYN. */
  #addResets(guests: ReadonlyMap<string, Suspect>): void {
    if (guests.size === 0) return
    const { keys, flows, stateful } = this.analysis
    const reset: number[] = []
    for (let row = 0; row < keys.flows.count && reset.length < MOST_RESETS; row++) {
      if (stateful.tcp.finish(row)?.state === 'reset') reset.push(row)
    }
    const vteps = flows.vteps(reset)
    for (const row of reset) {
      const word = (index: number) => keys.flows.word(row, index)
      for (const direction of DIRECTIONS) {
        const suspect = guests.get(keyOf(word(0) & 0xff_ffff, word(1), word(3 + direction)))
        const own = flows.packets(row, direction)
        if (suspect === undefined || suspect.verdict.answeredTwice === 0) continue
        // One guest's SYN that it repeats, as the answer goes to another one that resets.
        if (own > MOST_REFUSING && stateful.tcp.hasSpoken(row, direction)) continue
        if ((vteps.get(row * 2 + direction)?.length ?? 0) > 1) suspect.verdict.failing++
      }
    }
  }

  /** Whether a good part of a connection's segments is sent again. */
  #isRepeating(row: number): boolean {
    const { flows, stateful } = this.analysis
    const repeated = stateful.tcp.finish(row)?.retransmittedSegments ?? 0
    const packets = flows.packets(row, 0) + flows.packets(row, 1)
    return repeated >= LEAST_REPEATED && repeated * REPEATED_ONE_IN >= packets
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

/**
 * Whether requests are lost whenever a MAC changes its VTEP: one that is multihomed loses nothing by it.
 * @param changes - Numbers of the packets that came from another VTEP than the one before.
 */
function isLosing(changes: readonly number[], gaps: readonly Gap[]): boolean {
  const losing = changes.filter((change) => gaps.some(({ after, before }) => after < change && change < before))
  return losing.length >= LEAST_LOSING && losing.length * LOSING_ONE_IN >= changes.length
}

/** Whether frames to the VTEP before the last change are answered, and not because that passes them on. */
function isStillReached({ staleAsked, staleAnswered, forwarded }: Places): boolean {
  return forwarded === 0 && staleAnswered >= LEAST_REACHED && staleAnswered * 2 > staleAsked
}

/** Whether a MAC is behind VTEPs of a router that has it in another VNI, with no address that only one of them claims. */
function isTwin({ verdict, claims }: Suspect, router: Suspect): boolean {
  const vteps = new Set(router.verdict.places.map(({ vtep }) => vtep))
  const isThere = verdict.places.filter(({ vtep }) => vteps.has(vtep)).length > 1
  return isThere && [...claims.values()].every((places) => places.size > 1)
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
