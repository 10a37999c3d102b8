/** Findings about who can be reached: silent VTEPs and guests, ports and VNIs that do not match. */

import type { Analysis } from '../../analyzers/analysis.ts'
import type { OpenQuestion } from '../../analyzers/stateful/answers/address-requests.ts'
import { IcmpSubject } from '../../analyzers/stateful/answers/icmp-errors.ts'
import type { Silence } from '../../analyzers/stateful/answers/requests.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { state } from '../../findings/finding.ts'
import { arpUnanswered } from '../../findings/reachability/arp-unanswered.ts'
import { oneWay } from '../../findings/reachability/one-way.ts'
import { portMismatch } from '../../findings/reachability/port-mismatch.ts'
import { type MismatchSide, vniMismatch } from '../../findings/reachability/vni-mismatch.ts'
import { vtepUnreachable } from '../../findings/reachability/vtep-unreachable.ts'
import type { Tunnel } from '../../findings/words/display-filter.ts'
import { distinct } from '../../order.ts'
import type { Finding } from '../../summary.ts'
import type { Sides } from '../capture/sides.ts'
import type { Evidence } from '../evidence.ts'
import type { MacVerdicts } from '../identity/mac-verdicts.ts'
import { hasPassed } from '../identity/seen-owners.ts'
import type { RoundTrips } from '../round-trips.ts'
import { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'
import { overlapFindings } from './isolation.ts'
import { lowHopFindings } from './low-hops.ts'
import { missingDataFindings } from './missing-data.ts'
import { directionFindings, Mirrors, wrongSourceFindings } from './one-way.ts'
import { OtherVnis } from './other-vnis.ts'
import { isProbe } from './probes.ts'
import { tunnelKindFindings } from './tunnel-kinds.ts'
import { unansweredFindings } from './unanswered.ts'

const VNI_SPACE = 2 ** 24

/** Packet numbers of a finding. */
const EXAMPLES = 10
/** Nanoseconds without an answer that are a silence. */
const SILENT = 2_000_000_000
/** Requests without an answer that are a silence however soon the capture ends: twice what is enough in two seconds. */
const MANY = 6
/** Packets one way to a port that the other way does not use: fewer show no more than that a capture is short. */
const LEAST_MISMATCHED = 3

export function reachabilityFindings({ analysis, dropped, sides, trips }: Evidence, verdicts: MacVerdicts): Finding[] {
  const routes = new Routes(analysis)
  const mirrors = new Mirrors(analysis, routes)
  const silences = silencesOf(analysis, trips).filter(
    (silence) =>
      !verdicts.isDuplicate(silence.flow, silence.forward ? 1 : 0) &&
      !isStale(analysis, routes, silence) &&
      !sides.isUnseenOn(silence.route * 2 + silence.direction),
  )
  const mismatches = new VniMismatches(analysis, routes, silences, dropped)
  return [
    ...mismatches.findings,
    ...silences
      .filter((silence) => !mismatches.explained.has(silence))
      .map((silence) => oneWayFinding(analysis, routes, silence, dropped)),
    ...mirrors.findings(),
    ...directionFindings(analysis, routes),
    ...wrongSourceFindings(analysis, routes, mirrors),
    ...overlapFindings(analysis, routes, mirrors.vnis()),
    ...portFindings(analysis, routes),
    ...tunnelKindFindings(analysis, routes, trips),
    ...lowHopFindings(analysis, routes, sides, dropped),
    ...unresolvedFindings(analysis, dropped),
    ...unansweredFindings(analysis, routes, sides, dropped),
    ...missingDataFindings(analysis, routes, sides, dropped),
    ...openQuestions(analysis, sides).map((question) => arpFinding(analysis, routes, question, dropped)),
  ]
}

/** Whether the requests go to where their address was before: STALE_FORWARDING says so. */
function isStale({ keys, stateful: { addressClaims } }: Analysis, routes: Routes, silence: Silence): boolean {
  const { flow, forward, route, direction } = silence
  const word = (index: number) => keys.flows.word(flow, index)
  const asked = [word(0) & 0xff_ffff, word(1), word(forward ? 4 : 3)] as const
  const contest = addressClaims.contest(...asked)
  const left = addressClaims.handover(...asked) ?? (contest !== null && hasPassed(contest) ? contest : null)
  return left !== null && left.stale > 0 && left.staleVteps[1] === routes.ends(route, direction).to
}

/** Addresses that nobody answers for, where answers would be seen. */
function openQuestions(analysis: Analysis, sides: Sides): OpenQuestion[] {
  const { keys, stateful } = analysis
  return stateful.addressRequests.open().filter((question) => {
    const { vtep, peer } = question
    if (isProbe(analysis, question.kindVni, question.asker, question.address, question.packets)) return false
    const pair = keys.pairBetween(vtep, peer)
    return pair === NONE || !sides.isUnseen(pair, keys.pairs.word(pair, 0) === vtep ? 0 : 1)
  })
}

/**
 * Silences that are some: two seconds long or of many requests, not at the end of the capture, and not answered in another VNI.
 *
 * CONTRACT.md §3 asks for two seconds of silence, and yet for ONE_WAY in `fault-oneway-host`, which is over 0.3 s after its path broke.
 * {@link MANY} requests in a row, none of them answered and the last ones long enough ago, meet both: three to five within two seconds
 * are what a restart or a burst of loss costs, and the capture ends before one could tell. ECHO_UNANSWERED and TCP_UNANSWERED name them.
 */
function silencesOf(analysis: Analysis, trips: RoundTrips): Silence[] {
  const { clock, echo, requests, routeTraffic } = analysis.stateful
  const pings = new Set(echo.unanswered(trips.isAtEnd).map(({ flow }) => flow))
  const isLong = ({ first, count }: Silence): boolean =>
    count >= MANY || first === null || clock.untilLatest(first.seconds, first.nanoseconds) >= SILENT
  const isAtEnd = ({ flow, route, direction, seconds, nanoseconds }: Silence): boolean =>
    trips.isAtEnd(flow, route * 2 + direction, seconds, nanoseconds)
  const open = requests.silences().filter((silence) => isLong(silence) && !isAtEnd(silence))
  const isPing = ({ flow }: Silence): boolean => echo.count(flow).requests > 0
  // Where anything came back in the same VNI, the conversation is at home there.
  const isMute = ({ route, direction }: Silence): boolean => routeTraffic.packets(route, direction === 0 ? 1 : 0) === 0
  const mute = new Set(open.filter((silence) => !isPing(silence) && isMute(silence)))
  const others = new OtherVnis(analysis, mute)
  return open.filter((silence) => {
    if (isPing(silence)) return pings.has(silence.flow)
    return !mute.has(silence) || !others.answers(silence)
  })
}

function oneWayFinding(analysis: Analysis, routes: Routes, silence: Silence, dropped: number | null): Finding {
  const { keys } = analysis
  const ends = routes.ends(silence.route, silence.direction)
  const from = keys.formatAddress(ends.from)
  const to = keys.formatAddress(ends.to)
  const vni = routes.vni(silence.route)
  return state(oneWay, {
    subject: { vni, vteps: [from, to] },
    count: silence.count,
    packets: silence.packets,
    facts: { vni, from, to, before: silence.before, tunnels: routes.tunnels(silence.route), dropped },
  })
}

/** VTEPs that the underlay does not resolve; where an ICMP error says the same of the two, that says more. */
function unresolvedFindings(
  { keys, stateful: { icmpErrors, underlayNeighbors } }: Analysis,
  dropped: number | null,
): Finding[] {
  const told = new Set(
    icmpErrors.about(IcmpSubject.VtepUnreachable).map(({ figures }) => `${figures.from} ${figures.to}`),
  )
  return underlayNeighbors
    .unresolved()
    .filter(({ asker, vtep }) => !told.has(`${asker} ${vtep}`))
    .map(({ asker, vtep, count, packets, recovered, by, isFlooded }) => {
      const from = keys.formatAddress(asker)
      const to = keys.formatAddress(vtep)
      const facts = { by, from, to, recovered, isFlooded, dropped }
      const finding = state(vtepUnreachable, { subject: { vteps: [from, to] }, count, packets, facts })
      return isFlooded ? { ...finding, severity: 'warning' } : finding
    })
}

function portFindings(analysis: Analysis, routes: Routes): Finding[] {
  const { keys } = analysis
  const { routeTraffic } = analysis.stateful
  const byPair = new Map<number, number[]>()
  for (let route = 0; route < keys.routes.count; route++) {
    const most = Math.max(routeTraffic.packets(route, 0), routeTraffic.packets(route, 1))
    if (
      most < LEAST_MISMATCHED ||
      routeTraffic.mismatch(route) === null ||
      isChain(analysis, route) ||
      isAnsweredOn(analysis, route)
    )
      continue
    const pair = keys.pairOfRoute(route)
    byPair.set(pair, [...(byPair.get(pair) ?? []), route])
  }
  return [...byPair].map(([pair, mismatched]) => {
    const sides = mismatched.map((route) => routeTraffic.mismatch(route)!)
    const { from: a, to: b } = routes.pairEnds(pair, 0)
    const vnis = distinct(mismatched.map((route) => routes.vni(route)))
    const packetsAToB = sides.reduce((sum, [there]) => sum + there.packets, 0)
    const packetsBToA = sides.reduce((sum, [, back]) => sum + back.packets, 0)
    const examples = sides.flatMap((side) => side.flatMap((direction) => direction.examples))
    const facts = {
      a,
      b,
      vnis,
      packetsAToB,
      packetsBToA,
      portsAToB: distinct(sides.flatMap(([there]) => there.ports)),
      portsBToA: distinct(sides.flatMap(([, back]) => back.ports)),
    }
    return state(portMismatch, {
      subject: { ...(vnis.length === 1 ? { vni: vnis[0]! } : {}), vteps: [a, b] },
      count: packetsAToB + packetsBToA,
      packets: distinct(examples).slice(0, EXAMPLES),
      facts,
    })
  })
}

/** Whether what comes back between two VTEPs is what was sent: a service chain with a port for each direction, or a VNI as well. */
function isChain({ keys, stateful: { relays } }: Analysis, route: number): boolean {
  const pair = keys.pairOfRoute(route)
  for (const { key, figures } of relays.ways.entries()) {
    if (figures.returned > 0 && keys.pairOfRoute(key >> 1) === pair) return true
  }
  return false
}

/** Whether anything that was asked over a route was answered over it: an echo, the SYN of a connection, or what a connection sent. */
function isAnsweredOn({ keys, flows, stateful: { echo, tcp } }: Analysis, route: number): boolean {
  const pair = keys.pairOfRoute(route)
  const ends = [keys.pairs.word(pair, 0), keys.pairs.word(pair, 1)]
  for (let flow = 0; flow < keys.flows.count; flow++) {
    if (keys.flows.word(flow, 0) !== keys.routes.word(route, 0)) continue
    const [from, to] = [flows.firstVtep(flow, 0), flows.firstVtep(flow, 1)]
    if (from === to || !ends.includes(from) || !ends.includes(to)) continue
    if (echo.count(flow).replies > 0 || tcp.roundTrip(flow) > 0 || tcp.goesOn(flow)) return true
  }
  return false
}

function arpFinding(analysis: Analysis, routes: Routes, question: OpenQuestion, dropped: number | null): Finding {
  const { keys } = analysis
  const { vni } = question
  const ip = keys.formatAddress(question.address)
  const facts = {
    vni,
    vlans: keys.vlans(question.vlans),
    ip,
    asker: keys.formatAddress(question.asker),
    vtep: keys.formatAddress(question.vtep),
    answers: question.answers,
    tunnels: routes.vniTunnels(vni),
    dropped,
  }
  return state(arpUnanswered, { subject: { vni, ip }, count: question.asked, packets: question.packets, facts })
}

/** One side of a mismatch before it has words. */
interface Side {
  vtep: number
  vni: number
  asker: number
  sought: number
  requests: number
  packets: number[]
  tunnels: () => Tunnel[]
  silence: Silence | null
}

/** An address id and a VNI. */
function sendingKey(vtep: number, vni: number): number {
  return vtep * VNI_SPACE + vni
}

/** Guests that ask for each other in different VNIs, from different VTEPs of which not both know both VNIs, in vain. */
class VniMismatches {
  readonly findings: Finding[] = []
  /** Silences that a mismatch explains. */
  readonly explained = new Set<Silence>()
  /** By asker and sought address. */
  readonly #sides = new Map<string, Side[]>()
  /** VTEPs and VNIs that they send in, whatever the kind of tunnel and the receiver; made when first asked for. */
  #sending: ReadonlySet<number> | null = null

  constructor(
    private readonly analysis: Analysis,
    private readonly routes: Routes,
    silences: readonly Silence[],
    private readonly dropped: number | null,
  ) {
    for (const question of analysis.stateful.addressRequests.open()) {
      if (question.answers > 0) continue
      const { vni, vtep, asker, address: sought, asked: requests, packets } = question
      const tunnels = () => routes.vniTunnels(vni)
      this.#add({ vtep, vni, asker, sought, requests, packets, tunnels, silence: null })
    }
    for (const silence of silences) {
      if (silence.before > 0) continue
      const { flows } = analysis.keys
      const { forward } = silence
      this.#add({
        vtep: routes.ends(silence.route, silence.direction).from,
        vni: routes.vni(silence.route),
        asker: flows.word(silence.flow, forward ? 3 : 4),
        sought: flows.word(silence.flow, forward ? 4 : 3),
        requests: silence.count,
        packets: silence.packets,
        tunnels: () => routes.tunnels(silence.route),
        silence,
      })
    }
    this.#match()
  }

  #add(side: Side): void {
    const key = `${side.asker} ${side.sought}`
    const sides = this.#sides.get(key)
    if (sides === undefined) this.#sides.set(key, [side])
    else sides.push(side)
  }

  #match(): void {
    const told = new Map<string, [Side, Side][]>()
    for (const sides of this.#sides.values()) {
      for (const one of sides) {
        for (const other of this.#sides.get(`${one.sought} ${one.asker}`) ?? []) {
          if (one.vni >= other.vni || one.vtep === other.vtep || this.#knowBoth(one, other)) continue
          const key = `${one.vni} ${other.vni} ${one.vtep} ${other.vtep}`
          told.set(key, [...(told.get(key) ?? []), [one, other]])
          for (const { silence } of [one, other]) if (silence !== null) this.explained.add(silence)
        }
      }
    }
    for (const pairs of told.values()) this.findings.push(this.#finding(pairs))
  }

  /** Whether each VTEP also sends in the other's VNI: two tenants with the same addresses, each at both VTEPs. */
  #knowBoth(one: Side, other: Side): boolean {
    this.#sending ??= this.#indexVnis()
    return this.#sending.has(sendingKey(one.vtep, other.vni)) && this.#sending.has(sendingKey(other.vtep, one.vni))
  }

  #indexVnis(): Set<number> {
    const { keys, stateful } = this.analysis
    const sending = new Set<number>()
    for (let route = 0; route < keys.routes.count; route++) {
      for (const direction of [0, 1] as const) {
        if (stateful.routeTraffic.packets(route, direction) === 0) continue
        sending.add(sendingKey(this.routes.ends(route, direction).from, this.routes.vni(route)))
      }
    }
    return sending
  }

  #finding(pairs: readonly [Side, Side][]): Finding {
    const { keys } = this.analysis
    const inPrint = (side: 0 | 1): MismatchSide => {
      const { vtep, vni, asker, sought, tunnels } = pairs[0]![side]
      const asked = new Set(pairs.map((pair) => pair[side]))
      return {
        vtep: keys.formatAddress(vtep),
        vni,
        asker: keys.formatAddress(asker),
        sought: keys.formatAddress(sought),
        requests: [...asked].reduce((sum, { requests }) => sum + requests, 0),
        tunnels: tunnels(),
      }
    }
    const sides: [MismatchSide, MismatchSide] = [inPrint(0), inPrint(1)]
    const packets = distinct(pairs.flatMap((pair) => pair.flatMap((side) => side.packets)))
    const vteps = formatAll(
      this.analysis,
      pairs[0]!.map(({ vtep }) => vtep),
    )
    return state(vniMismatch, {
      subject: { vni: sides[0].vni, vteps },
      count: sides[0].requests + sides[1].requests,
      packets: packets.slice(0, EXAMPLES),
      facts: { sides, dropped: this.dropped },
    })
  }
}
