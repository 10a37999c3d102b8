/** Findings about what never opens and what nobody answers: TCP connections, and questions by UDP. */

import type { Analysis } from '../../analyzers/analysis.ts'
import { Asks } from '../../analyzers/events/questions.ts'
import type { Connect } from '../../analyzers/stateful/answers/connects.ts'
import type { AnsweredQuery, OpenQuery } from '../../analyzers/stateful/answers/queries.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { state } from '../../findings/finding.ts'
import { tcpUnanswered } from '../../findings/reachability/tcp-unanswered.ts'
import { udpUnanswered } from '../../findings/reachability/udp-unanswered.ts'
import type { PathShare } from '../../findings/words/equal-cost-paths.ts'
import type { RejectionFacts } from '../../findings/words/rejection.ts'
import { distinct } from '../../order.ts'
import type { Finding } from '../../summary.ts'
import type { Sides } from '../capture/sides.ts'
import { isTold } from '../mtu/mtu.ts'
import type { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'
import { Rejecting } from './rejections.ts'

/** Packet numbers of a finding. */
const EXAMPLES = 10
/** SYNs, or SYN-ACKs of one connection, that are worth a word. */
const LEAST_SENT = 3
/** Nanoseconds that a connection or a question is given for its answer, and how many round trips. */
const CONNECT_WAIT = 1_500_000_000
const QUERY_WAIT = 1_000_000_000
const ROUND_TRIPS = 2
/** Distinct outer source ports that fail, and that work, before they are held against each other. */
const LEAST_FAILING = 4
const LEAST_WORKING = 3
/** Numbers of equal-cost paths that are looked for in the ports. */
const MODULI = [2, 4, 8]

/** Names of questions: in the singular and the plural. */
const QUESTIONS: Readonly<Record<number, readonly [string, string]>> = {
  [Asks.Dns]: ['DNS query', 'DNS queries'],
  [Asks.Dhcp]: ['DHCP DISCOVER', 'DHCP DISCOVERs'],
  [Asks.DhcpV6]: ['DHCPv6 SOLICIT', 'DHCPv6 SOLICITs'],
  [Asks.Ntp]: ['NTP request', 'NTP requests'],
  [Asks.Snmp]: ['SNMP request', 'SNMP requests'],
  [Asks.Radius]: ['RADIUS request', 'RADIUS requests'],
  [Asks.Ike]: ['IKE initiation', 'IKE initiations'],
  [Asks.Quic]: ['QUIC Initial', 'QUIC Initials'],
  [Asks.Tftp]: ['TFTP request', 'TFTP requests'],
}

/** Who opens or asks, whom, and at which port: address ids. */
interface Ends {
  client: number
  server: number
  port: number
}

/** A connection with its ends. */
interface Attempt extends Connect, Ends {
  repeats: 'SYN' | 'SYN-ACK'
}

export function unansweredFindings(
  analysis: Analysis,
  routes: Routes,
  sides: Sides,
  dropped: number | null,
): Finding[] {
  const trip = longestTrip(analysis)
  const rejecting = new Rejecting(analysis)
  return [
    ...connectFindings(analysis, routes, sides, dropped, trip, rejecting),
    ...queryFindings(analysis, routes, sides, dropped, trip, rejecting),
    ...vainFindings(analysis, routes, dropped),
    ...rejecting.findings(routes, QUESTIONS),
  ]
}

/** The longest round trip that was measured, in nanoseconds: of a handshake, or of a flow's pings on average. */
function longestTrip({ keys, stateful: { tcp, echo } }: Analysis): number {
  let longest = 0
  for (let flow = 0; flow < keys.flows.count; flow++) {
    longest = Math.max(longest, tcp.roundTrip(flow), echo.averageTrip(flow))
  }
  return longest
}

function connectFindings(
  analysis: Analysis,
  routes: Routes,
  sides: Sides,
  dropped: number | null,
  trip: number,
  rejecting: Rejecting,
): Finding[] {
  const { clock, connects } = analysis.stateful
  const wait = Math.max(CONNECT_WAIT, ROUND_TRIPS * trip)
  const dead = new Map<string, Attempt[]>()
  const open: Connect[] = []
  for (const connect of connects.all()) {
    if (connect.isDone) {
      if (connect.syns > 0) open.push(connect)
      continue
    }
    const repeats = connect.synAcks === 0 ? 'SYN' : 'SYN-ACK'
    if (repeats === 'SYN-ACK' && connect.synAcks < LEAST_SENT) continue
    if (connect.route === NONE || clock.untilLatest(connect.seconds, connect.nanoseconds) < wait) continue
    if (sides.isUnseenOn(connect.route)) continue
    const attempt = { ...connect, ...endsOf(analysis, connect), repeats } as Attempt
    const rejected = repeats === 'SYN' ? rejecting.groupOf(connect.route, 0, attempt.server, attempt.port) : ''
    const key = `${connect.route} ${repeats} ${rejected}`
    const list = dead.get(key)
    if (list === undefined) dead.set(key, [attempt])
    else list.push(attempt)
  }
  if (dead.size === 0) return []
  return [...dead.values()].flatMap((attempts) =>
    shared(attempts)
      .filter(isWorthAWord)
      .map((group) => connectFinding(analysis, routes, group, open, dropped, rejecting)),
  )
}

/** Rejections by the same hosts for the same reason as one. */
function together(rejections: readonly RejectionFacts[]): RejectionFacts | null {
  const [first] = rejections
  return first === undefined ? null : { ...first, count: rejections.reduce((sum, { count }) => sum + count, 0) }
}

/** Attempts by what they have in common: all of them if that is one server or one port, else by server and port. */
function shared(attempts: Attempt[]): Attempt[][] {
  const servers = new Set(attempts.map(({ server }) => server))
  const ports = new Set(attempts.map(({ port }) => port))
  if (servers.size === 1 || ports.size === 1) return [attempts]
  const groups = new Map<string, Attempt[]>()
  for (const attempt of attempts) {
    const key = `${attempt.server} ${attempt.port}`
    groups.set(key, [...(groups.get(key) ?? []), attempt])
  }
  return [...groups.values()]
}

/** Three SYNs of which one is a repetition; SYN-ACKs were counted before. */
function isWorthAWord(group: readonly Attempt[]): boolean {
  if (group[0]!.repeats === 'SYN-ACK') return true
  return group.reduce((sum, { syns }) => sum + syns, 0) >= LEAST_SENT && group.some(({ syns }) => syns > 1)
}

function connectFinding(
  analysis: Analysis,
  routes: Routes,
  group: readonly Attempt[],
  open: readonly Connect[],
  dropped: number | null,
  rejecting: Rejecting,
): Finding {
  const { keys } = analysis
  const [{ route, repeats }] = group as [Attempt]
  const { from, to } = namesOf(analysis, routes, route)
  const vni = routes.vni(route >> 1)
  const servers = formatAll(
    analysis,
    group.map(({ server }) => server),
  )
  const ports = distinct(group.map(({ port }) => port))
  const rejections =
    repeats === 'SYN'
      ? [...new Set(group.map(({ server }) => server))].flatMap((server) => {
          const own = group.filter((attempt) => attempt.server === server).map(({ port }) => port)
          return rejecting.tell(route, 0, server, [...new Set(own)]) ?? []
        })
      : []
  const alike = open.filter((connect) => connect.syns > 0 && isAlike(analysis, connect, group))
  const facts = {
    vni,
    from,
    to,
    repeats,
    connections: group.length,
    clients: formatAll(
      analysis,
      group.map(({ client }) => client),
    ),
    servers,
    ports,
    opened: alike.length,
    paths: repeats === 'SYN' ? synPaths(group, alike) : null,
    rejection: together(rejections),
    tunnels: routes.tunnels(route >> 1),
    dropped,
  }
  const subject = {
    vni,
    vteps: [from, to],
    ...(servers.length === 1 ? { ip: keys.formatAddress(group[0]!.server) } : {}),
    ...(ports.length === 1 ? { port: ports[0]! } : {}),
  }
  return state(tcpUnanswered, {
    subject,
    count: group.reduce((sum, { syns, synAcks }) => sum + (repeats === 'SYN' ? syns : synAcks), 0),
    packets: distinct(group.flatMap(({ packets }) => packets)).slice(0, EXAMPLES),
    facts,
  })
}

/** Whether a connection that opened goes to a server and port of the group, in its VNI. */
function isAlike(analysis: Analysis, connect: Connect, group: readonly Attempt[]): boolean {
  const { server, port } = endsOf(analysis, connect)
  const kindVni = analysis.keys.flows.word(connect.flow, 0)
  return group.some(
    (dead) => dead.server === server && dead.port === port && analysis.keys.flows.word(dead.flow, 0) === kindVni,
  )
}

/** What sets the outer source ports of SYNs that died apart from those that were answered; `null` when nothing does. */
function synPaths(group: readonly Attempt[], alike: readonly Connect[]): PathShare | null {
  // Of a connection that opened late the last SYN was answered, and those before it were not.
  const late = alike.filter(({ ports }) => new Set(ports).size > 1)
  return pathShare(
    [...group.flatMap(({ ports }) => ports), ...late.flatMap(({ ports }) => ports.slice(0, -1))],
    alike.map(({ ports }) => ports.at(-1)!),
  )
}

/** What sets outer source ports that fail apart from those that work; `null` when nothing does. */
function pathShare(dead: readonly number[], alive: readonly number[]): PathShare | null {
  const failing = distinct(dead)
  const working = distinct(alive)
  if (working.length < LEAST_WORKING || failing.some((port) => working.includes(port))) return null
  if (failing.length >= LEAST_FAILING) {
    for (const modulus of MODULI) {
      const remainder = failing[0]! % modulus
      const isApart =
        failing.every((port) => port % modulus === remainder) && working.every((port) => port % modulus !== remainder)
      if (isApart) return { modulus, remainder, failing, working }
    }
  }
  return { modulus: 0, remainder: 0, failing, working }
}

function queryFindings(
  analysis: Analysis,
  routes: Routes,
  sides: Sides,
  dropped: number | null,
  trip: number,
  rejecting: Rejecting,
): Finding[] {
  const { clock, queries } = analysis.stateful
  const wait = Math.max(QUERY_WAIT, ROUND_TRIPS * trip)
  const groups = new Map<string, (OpenQuery & Ends)[]>()
  for (const query of queries.open()) {
    if (query.route === NONE || clock.untilLatest(query.seconds, query.nanoseconds) < wait) continue
    if (sides.isUnseenOn(query.route)) continue
    // Many queries sent twice each say less than one that is sent three times: where nothing comes back, ONE_WAY tells it.
    if (query.isAll && !hasAnswers(analysis, query.route)) continue
    const ends = endsOf(analysis, query)
    const key = `${query.route} ${query.asks} ${query.isOffered} ${isToAll(query.asks) ? '' : ends.server}`
    const list = groups.get(key)
    if (list === undefined) groups.set(key, [{ ...query, ...ends }])
    else list.push({ ...query, ...ends })
  }
  if (groups.size === 0) return []
  const answered = queries.answered()
  return [...groups.values()].map((group) => queryFinding(analysis, routes, group, answered, dropped, rejecting))
}

/** Whether anything came back over a route. @param route - Route row × 2 + direction. */
function hasAnswers({ stateful: { routeTraffic } }: Analysis, route: number): boolean {
  return routeTraffic.packets(route >> 1, (route & 1) === 0 ? 1 : 0) > 0
}

function queryFinding(
  analysis: Analysis,
  routes: Routes,
  group: readonly (OpenQuery & Ends)[],
  answered: readonly AnsweredQuery[],
  dropped: number | null,
  rejecting: Rejecting,
): Finding {
  const [{ route, asks, server, port, isAll, isOffered }] = group as [OpenQuery & Ends]
  const { from, to } = namesOf(analysis, routes, route)
  const vni = routes.vni(route >> 1)
  const [question, questions] = QUESTIONS[asks]!
  const ip = isToAll(asks) ? null : analysis.keys.formatAddress(server)
  const alike =
    ip === null
      ? []
      : answered.filter((one) => one.asks === asks && one.route === route && endsOf(analysis, one).server === server)
  const facts = {
    vni,
    from,
    to,
    question,
    questions,
    clients: formatAll(
      analysis,
      group.map(({ client }) => client),
    ),
    server: ip,
    port,
    distinct: group.length,
    isAll,
    isOffered,
    answersFrom: null,
    answered: alike.length,
    paths: pathShare(
      group.flatMap(({ ports }) => ports),
      alike.map((one) => one.port),
    ),
    rejection: ip === null ? null : rejecting.tell(route, asks, server, [port]),
    tunnels: routes.tunnels(route >> 1),
    dropped,
  }
  return state(udpUnanswered, {
    subject: { vni, vteps: [from, to], ...(ip === null ? {} : { ip }), port },
    count: group.reduce((sum, { count }) => sum + count, 0),
    packets: distinct(group.flatMap(({ packets }) => packets)).slice(0, EXAMPLES),
    facts,
  })
}

/** Questions that come again after large answers, where nothing shows that smaller ones would arrive. */
function vainFindings(analysis: Analysis, routes: Routes, dropped: number | null): Finding[] {
  const { keys, stateful } = analysis
  return stateful.pathMtuEvidence.inVain().flatMap(({ end, least, count, asked }) => {
    const [first] = asked
    if (first === undefined || first.route === NONE || isTold(analysis, end >> 1, (end & 1) as 0 | 1)) return []
    const ends = ({ flowEnd }: typeof first) => endsOf(analysis, { flow: flowEnd >> 1, forward: (flowEnd & 1) === 0 })
    const { server, port } = ends(first)
    const { from, to } = namesOf(analysis, routes, first.route)
    const vni = routes.vni(first.route >> 1)
    const [question, questions] = QUESTIONS[first.asks]!
    // One server is named: others lose their answers over the same way.
    const own = asked.filter((one) => one.route === first.route && ends(one).server === server)
    const ip = keys.formatAddress(server)
    const facts = {
      vni,
      from,
      to,
      question,
      questions,
      clients: formatAll(
        analysis,
        own.map((one) => ends(one).client),
      ),
      server: ip,
      port,
      distinct: own.length,
      isAll: false,
      isOffered: false,
      answersFrom: least,
      answered: 0,
      paths: null,
      rejection: null,
      tunnels: routes.tunnels(first.route >> 1),
      dropped,
    }
    const packets = distinct(own.map(({ number }) => number)).slice(0, EXAMPLES)
    return [state(udpUnanswered, { subject: { vni, vteps: [from, to], ip, port }, count, packets, facts })]
  })
}

/** Whether a question goes to whoever serves it, and so has no server. */
function isToAll(asks: number): boolean {
  return asks === Asks.Dhcp || asks === Asks.DhcpV6
}

function endsOf({ keys: { flows } }: Analysis, { flow, forward }: { flow: number; forward: boolean }): Ends {
  const ports = flows.word(flow, 5)
  return {
    client: flows.word(flow, forward ? 3 : 4),
    server: flows.word(flow, forward ? 4 : 3),
    port: forward ? ports & 0xffff : ports >>> 16,
  }
}

/** VTEPs in print of a route row × 2 + direction. */
function namesOf({ keys }: Analysis, routes: Routes, route: number): { from: string; to: string } {
  const { from, to } = routes.ends(route >> 1, (route & 1) as 0 | 1)
  return { from: keys.formatAddress(from), to: keys.formatAddress(to) }
}
