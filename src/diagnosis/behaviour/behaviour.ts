/** Findings about how traffic behaves: losses, repeats, copies, floods, and how it spreads over paths. */

import type { Analysis } from '../../analyzers/analysis.ts'
import type { Unanswered } from '../../analyzers/stateful/answers/echo.ts'
import { milliseconds } from '../../analyzers/tables/time.ts'
import { bumFlood } from '../../findings/behaviour/bum-flood.ts'
import { duplicatedPackets } from '../../findings/behaviour/duplicated-packets.ts'
import { loop } from '../../findings/behaviour/loop.ts'
import { lowEntropy } from '../../findings/behaviour/low-entropy.ts'
import { retransmissions } from '../../findings/behaviour/retransmissions.ts'
import { state } from '../../findings/finding.ts'
import { echoUnanswered, type LossPattern } from '../../findings/reachability/echo-unanswered.ts'
import { replicationIncomplete } from '../../findings/reachability/replication-incomplete.ts'
import { ascending, compareText } from '../../order.ts'
import type { Finding } from '../../summary.ts'
import type { Sides } from '../capture/sides.ts'
import type { Evidence } from '../evidence.ts'
import { isProbe } from '../reachability/probes.ts'
import type { RoundTrips } from '../round-trips.ts'
import { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'
import { blackoutOf } from './blackouts.ts'
import { loopWays, relayFindings } from './relays.ts'
import { Programs } from './senders.ts'

/** Packet numbers of a finding. */
const EXAMPLES = 10
/** Consecutive requests without a reply that are a burst. */
const LEAST_BURST = 3
/** Retransmitted segments that are worth a word, and of how many segments one. */
const LEAST_REPEATED = 2
const REPEATED_SHARE = 100
/** Frames to many that are worth a word, and of how many frames one. */
const LEAST_FLOODED = 5
const FLOODED_SHARE = 4
/** Conversations that are worth a word, and for how many one source port is too few. */
const LEAST_CONVERSATIONS = 8
const CONVERSATIONS_PER_PORT = 8
/** Frames to each known peer that show a replica set. */
const LEAST_REPLICATED = 3

export function behaviourFindings({ analysis, dropped, sides, trips }: Evidence): Finding[] {
  const routes = new Routes(analysis)
  return [
    ...echoFindings(analysis, routes, sides, trips, dropped),
    ...retransmissionFindings(analysis, routes, dropped),
    ...duplicateFindings(analysis, routes),
    ...loopFindings(analysis, routes),
    ...relayFindings(analysis, routes),
    ...floodFindings(analysis, routes, dropped),
    ...entropyFindings(analysis, routes),
  ]
}

function echoFindings(
  analysis: Analysis,
  routes: Routes,
  sides: Sides,
  trips: RoundTrips,
  dropped: number | null,
): Finding[] {
  const { keys } = analysis
  const { echo } = analysis.stateful
  const byRoute = new Map<number, Unanswered[]>()
  for (const unanswered of echo.unanswered(trips.isAtEnd)) {
    if (sides.isUnseenOn(unanswered.route) || isPingProbe(analysis, unanswered)) continue
    const list = byRoute.get(unanswered.route)
    if (list === undefined) byRoute.set(unanswered.route, [unanswered])
    else list.push(unanswered)
  }
  if (byRoute.size === 0) return []
  const answered = echo.lastAnswered()
  return [...byRoute].map(([routeDirection, list]) => {
    const route = routeDirection >> 1
    const ends = routes.ends(route, routeDirection % 2 === 0 ? 0 : 1)
    const from = keys.formatAddress(ends.from)
    const to = keys.formatAddress(ends.to)
    const vni = routes.vni(route)
    const name = (flow: number, word: 3 | 4): string => keys.formatAddress(keys.flows.word(flow, word))
    const guests = list
      .map(({ flow, forward, count }) => ({
        from: name(flow, forward ? 3 : 4),
        to: name(flow, forward ? 4 : 3),
        unanswered: count,
      }))
      .sort(
        (left, right) =>
          right.unanswered - left.unanswered || compareText(left.to, right.to) || compareText(left.from, right.from),
      )
    // The other end's pings of the same two guests are another matter: they may all be answered.
    const counts = list.map(({ flow, forward }) => echo.countOf(flow, forward))
    const requests = counts.reduce((sum, counted) => sum + counted.requests, 0)
    const isAnyAnswered = counts.some(({ replies: own }) => own > 0)
    const replies = isAnyAnswered ? 'some' : list.every((each) => isAnsweredBack(each, answered)) ? 'back' : 'none'
    const count = list.reduce((sum, { count: unanswered }) => sum + unanswered, 0)
    const move = blackoutOf(analysis, list)
    const runs = list.reduce((sum, { runs: own }) => sum + own, 0)
    const losses: LossPattern | null =
      move !== null ? { is: 'blackout', runs } : isAnyAnswered ? lossPattern(list, count) : null
    const finding = state(echoUnanswered, {
      subject: { vni, vteps: [from, to] },
      count,
      packets: firstOf(list.flatMap(({ packets }) => packets)),
      facts: { vni, from, to, guests, requests, replies, losses, tunnels: routes.tunnels(route), dropped },
    })
    return move === null ? finding : { ...finding, because: [move] }
  })
}

/**
 * Whether the guest that does not answer had a ping of its own answered meanwhile: then both ways are open.
 * @param answered - Latest echo requests that were answered, by flow row × 2 + direction.
 */
function isAnsweredBack({ flow, forward, packets }: Unanswered, answered: ReadonlyMap<number, number>): boolean {
  return (answered.get(flow * 2 + (forward ? 1 : 0)) ?? 0) > packets[0]!
}

/** Whether losses among answered requests come in one burst or are scattered; `null` where they are too few to tell. */
function lossPattern(list: readonly Unanswered[], count: number): LossPattern | null {
  const runs = list.reduce((sum, unanswered) => sum + unanswered.runs, 0)
  if (list.some((unanswered) => unanswered.runs === 0)) return null
  if (runs > list.length) return { is: 'scattered', runs }
  return count >= LEAST_BURST * list.length ? { is: 'burst', runs } : null
}

/** Whether a DHCP server only makes sure that nobody has the address that it is about to offer. */
function isPingProbe(analysis: Analysis, { flow, forward, packets }: Unanswered): boolean {
  const word = (index: number) => analysis.keys.flows.word(flow, index)
  return isProbe(analysis, word(0), word(forward ? 3 : 4), word(forward ? 4 : 3), packets)
}

function retransmissionFindings(analysis: Analysis, routes: Routes, dropped: number | null): Finding[] {
  const { keys } = analysis
  const { tcp } = analysis.stateful
  const findings: Finding[] = []
  for (const { key: route, count, packets, figures } of tcp.repeats.entries()) {
    const { segments, stalls, longestStall, needless } = tcp.route(route)
    // What the receiver had all along was reordered or late, and nothing was lost.
    const needed = count - needless
    const isMany = needed >= LEAST_REPEATED && needed * REPEATED_SHARE >= segments
    if (!isMany && stalls === 0) continue
    const ends = routes.ends(route, 0)
    const a = keys.formatAddress(ends.from)
    const b = keys.formatAddress(ends.to)
    const vni = routes.vni(route)
    const sequences = [...new Set(figures.sequences)].sort((left, right) => left - right)
    const tunnels = routes.tunnels(route)
    const longestStallMs = Math.round(milliseconds(longestStall))
    const facts = { vni, a, b, segments, needless, stalls, longestStallMs, sequences, tunnels, dropped }
    findings.push(state(retransmissions, { subject: { vni, vteps: [a, b] }, count, packets: [...packets], facts }))
  }
  return findings
}

function duplicateFindings(analysis: Analysis, routes: Routes): Finding[] {
  return analysis.stateful.networkCopies.duplicated().map(({ pair, count, packets, figures }) => {
    const { from, to } = routes.pairEnds(pair >> 1, pair % 2 === 0 ? 0 : 1)
    const vni = figures.vni < 0 ? {} : { vni: analysis.keys.vni(figures.vni) }
    const { echoes, segments } = figures
    const facts = { from, to, echoes, segments, tunnels: routes.pairTunnels(pair >> 1) }
    return state(duplicatedPackets, { subject: { ...vni, vteps: [from, to] }, count, packets, facts })
  })
}

function loopFindings(analysis: Analysis, routes: Routes): Finding[] {
  const { keys } = analysis
  return [...loopWays(analysis)].map(([way, { count, packets, isRound, isRouted }]) => {
    const route = way >> 1
    const ends = routes.ends(route, way % 2 === 0 ? 0 : 1)
    const from = keys.formatAddress(ends.from)
    const to = keys.formatAddress(ends.to)
    const vni = routes.vni(route)
    const facts = { vni, from, to, isRound, isRouted, tunnels: routes.tunnels(route) }
    return state(loop, { subject: { vni, vteps: [from, to] }, count, packets: [...packets], facts })
  })
}

function floodFindings(analysis: Analysis, routes: Routes, dropped: number | null): Finding[] {
  const { keys } = analysis
  const { floods } = analysis.stateful
  const byVni = floodedRoutes(analysis)
  const findings: Finding[] = []
  for (let row = 0; row < keys.vnis.count; row++) {
    const vni = keys.vni(row)
    const own = byVni.get((keys.vnis.word(row, 0) << 24) | vni)
    if (own === undefined) continue
    findings.push(...replicationFindings(analysis, routes, vni, own, dropped))
    const { packets, flooded, broadcast, multicast, replicated, toGroup, examples } = floods.vni(row)
    if (flooded < LEAST_FLOODED || flooded * FLOODED_SHARE < packets) continue
    const flooding = own.flatMap((route) =>
      ([0, 1] as const)
        .filter((direction) => floods.path(route, direction).floods > 0)
        .map((direction) => ({ ...routes.ends(route, direction), ...floods.path(route, direction) })),
    )
    const groups = formatAll(
      analysis,
      flooding.filter(({ to }) => keys.isMulticast(to)).map(({ to }) => to),
    )
    const replicators = formatAll(
      analysis,
      flooding.filter(({ replicas }) => replicas > 0).map(({ from }) => from),
    )
    const tunnels = distinct(own.flatMap((route) => routes.tunnels(route)))
    const facts = { vni, packets, broadcast, multicast, replicated, toGroup, groups, replicators, tunnels }
    findings.push(state(bumFlood, { subject: { vni }, count: flooded, packets: examples, facts }))
  }
  return findings
}

/** Routes by tunnel kind and VNI, of those VNIs that anything was flooded in. */
function floodedRoutes({ keys, stateful: { floods } }: Analysis): Map<number, number[]> {
  const byVni = new Map<number, number[]>()
  for (let row = 0; row < keys.vnis.count; row++) {
    if (floods.isFlooded(row)) byVni.set((keys.vnis.word(row, 0) << 24) | keys.vni(row), [])
  }
  for (let route = 0; route < keys.routes.count; route++) byVni.get(keys.routes.word(route, 0))?.push(route)
  return byVni
}

/** VTEPs that send a VNI to one which replicates to others, but not to them. */
function replicationFindings(
  analysis: Analysis,
  routes: Routes,
  vni: number,
  own: readonly number[],
  dropped: number | null,
): Finding[] {
  const { keys } = analysis
  const { floods } = analysis.stateful
  if (!own.some((route) => floods.hasReplicas(route))) return []
  const paths = own.flatMap((route) =>
    ([0, 1] as const).map((direction) => ({
      route,
      ...routes.ends(route, direction),
      ...floods.path(route, direction),
      back: floods.path(route, direction === 0 ? 1 : 0),
    })),
  )
  const replicators = new Set(paths.filter(({ replicas }) => replicas > 0).map(({ from }) => from))
  const findings: Finding[] = []
  for (const vtep of replicators) {
    const outgoing = paths.filter(({ from, to }) => from === vtep && !keys.isMulticast(to))
    const served = outgoing.filter((path) => path.floods > 0)
    const least = Math.min(...served.map((path) => path.floods))
    if (served.length < 2 || least < LEAST_REPLICATED) continue
    const lastFlood = Math.max(...served.map((path) => path.lastFlood))
    const missing = outgoing.filter(({ back, floods: sent }) => sent === 0 && back.first > 0 && back.first < lastFlood)
    if (missing.length === 0) continue
    const name = keys.formatAddress(vtep)
    const absent = formatAll(
      analysis,
      missing.map(({ to }) => to),
    )
    const peers = formatAll(
      analysis,
      served.map(({ to }) => to),
    )
    const tunnels = distinct(served.flatMap(({ route }) => routes.tunnels(route)))
    findings.push(
      state(replicationIncomplete, {
        subject: { vni, vteps: [name, ...absent] },
        count: least,
        packets: firstOf(served.map((path) => path.lastFlood)),
        facts: { vni, vtep: name, peers, missing: absent, tunnels, dropped },
      }),
    )
  }
  return findings
}

function entropyFindings(analysis: Analysis, routes: Routes): Finding[] {
  const { keys, ports } = analysis
  const { sourcePorts } = analysis.stateful
  const counts = ports.sourcePortCounts(keys.pairs.count)
  const programs = new Programs(analysis)
  const findings: Finding[] = []
  for (let pair = 0; pair < keys.pairs.count; pair++) {
    for (const direction of [0, 1] as const) {
      const distinctPorts = counts[pair * 2 + direction]!
      const conversations = sourcePorts.conversationCount(pair, direction)
      if (conversations < LEAST_CONVERSATIONS || distinctPorts * CONVERSATIONS_PER_PORT > conversations) continue
      const { count, examples } = sourcePorts.conversations(pair, direction)
      const { from, to } = routes.pairEnds(pair, direction)
      const tunnels = routes.pairTunnels(pair)
      const program = programs.of(keys.pairs.word(pair, direction))
      const facts = { from, to, conversations: count, sourcePorts: distinctPorts, program, tunnels }
      findings.push(state(lowEntropy, { subject: { vteps: [from, to] }, count, packets: examples, facts }))
    }
  }
  return findings
}

/** Tunnels without repeats. */
function distinct<T extends { kind: string; port: number }>(tunnels: readonly T[]): T[] {
  return [...new Map(tunnels.map((which) => [`${which.kind} ${which.port}`, which])).values()].sort(
    (left, right) => left.port - right.port || compareText(left.kind, right.kind),
  )
}

/** The ten lowest packet numbers. */
function firstOf(packets: readonly number[]): number[] {
  return ascending(packets).slice(0, EXAMPLES)
}
