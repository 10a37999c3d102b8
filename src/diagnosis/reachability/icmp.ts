/** Findings that ICMP errors report: too big, nobody listens, no way there, no hops left. */
import type { Analysis } from '../../analyzers/analysis.ts'
import { type IcmpFigures, IcmpSubject, type QuotedInner } from '../../analyzers/stateful/answers/icmp-errors.ts'
import type { Entry } from '../../analyzers/tables/counter-by-key.ts'
import { NONE } from '../../codecs/core/fault.ts'
import * as icmp from '../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../codecs/headers/icmpv6.ts'
import { TunnelKind } from '../../codecs/walk/layers.ts'
import { state } from '../../findings/finding.ts'
import { icmpTooBig } from '../../findings/mtu/icmp-too-big.ts'
import { portUnreachable } from '../../findings/reachability/port-unreachable.ts'
import { ttlExpired } from '../../findings/reachability/ttl-expired.ts'
import { vtepUnreachable } from '../../findings/reachability/vtep-unreachable.ts'
import { NO_TIME } from '../../packet.ts'
import type { Finding } from '../../summary.ts'
import { Programs } from '../behaviour/senders.ts'
import type { Evidence } from '../evidence.ts'
import { sizesOf, statedMtu } from '../mtu/mtu.ts'
import { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'
import { reasonOf } from './icmp-reasons.ts'

/** Nanoseconds after an error within which what was sent may yet be answered. */
const ERROR_WAIT = 100_000_000

/** Flows named behind one tunnel flow. */
const MOST_FLOWS = 100

const { UnreachableCode: Code4 } = icmp
const { UnreachableCode: Code6 } = icmpv6

const PROHIBITED4: readonly number[] = [Code4.NetworkProhibited, Code4.HostProhibited, Code4.Prohibited]
const PROHIBITED6: readonly number[] = [Code6.Prohibited, Code6.SourcePolicy]

export function icmpFindings(evidence: Evidence): Finding[] {
  const { analysis } = evidence
  const { icmpErrors } = analysis.stateful
  const programs = new Programs(analysis)
  const about = (subject: number) =>
    icmpErrors.about(subject).filter((entry) => isInScope(analysis, entry.figures, subject))
  return [
    ...about(IcmpSubject.OuterTooBig).map((entry) => outerTooBig(evidence, entry)),
    ...about(IcmpSubject.InnerTooBig).flatMap((entry) => innerTooBig(analysis, entry)),
    ...about(IcmpSubject.PlainTooBig).map((entry) => plainTooBig(analysis, entry)),
    ...about(IcmpSubject.PortUnreachable).map((entry) => portFinding(analysis, programs, entry, false)),
    ...about(IcmpSubject.ProtocolUnreachable).map((entry) => portFinding(analysis, programs, entry, true)),
    ...about(IcmpSubject.VtepUnreachable).map((entry) => vtepFinding(analysis, entry)),
    ...about(IcmpSubject.TtlExpired).map((entry) => ttlFinding(analysis, entry)),
  ]
}

/** Whether the selection lets an error through: about a VTEP or VNI that is kept, or about a pair that carries what is kept. */
function isInScope({ criteria, keys }: Analysis, { from, to, vnis }: IcmpFigures, subject: number): boolean {
  // Inside the tunnel the selection has had its say.
  if (subject === IcmpSubject.InnerTooBig) return true
  if (criteria.looksInside && subject === IcmpSubject.PlainTooBig) return false
  if (vnis.length > 0 && !vnis.some((vni) => criteria.acceptsVni(vni))) return false
  if (criteria.asksForGuests && keys.pairBetween(from, to) === NONE) return false
  return criteria.acceptsVtep(keys.formatAddress(from)) || criteria.acceptsVtep(keys.formatAddress(to))
}

function outerTooBig(evidence: Evidence, { count, packets, figures }: Entry<IcmpFigures>): Finding {
  const { analysis } = evidence
  const { keys } = analysis
  const { from, to, reporters, mtu, largest, carried } = figures
  const row = keys.pairBetween(from, to)
  const flows = flowsBehind(analysis, figures)
  const vnis = [...new Set([...figures.vnis, ...flows.map((flow) => keys.flows.word(flow, 0) & 0xff_ffff)])]
  const ends: [string, string] = [keys.formatAddress(from), keys.formatAddress(to)]
  return state(icmpTooBig, {
    subject: { ...(vnis.length === 1 ? { vni: vnis[0]! } : {}), vteps: ends },
    count,
    packets,
    facts: {
      kind: 'outer',
      from: ends[0],
      receivers: [ends[1]],
      reporters: formatAll(analysis, reporters),
      mtu,
      largest,
      carried,
      flows: flows.map((flow) => describeFlow(analysis, flow)),
      path: sizesOf(analysis, row, statedMtu(evidence)),
    },
  })
}

function innerTooBig(analysis: Analysis, { count, packets, figures }: Entry<IcmpFigures>): Finding[] {
  const { keys } = analysis
  const { from, receivers, reporters, mtu, largest, route, pair, isForward } = figures
  if (route === NONE || pair === NONE) return []
  const kindVni = keys.routes.word(route, 0)
  const vni = kindVni & 0xff_ffff
  const ends = [keys.formatAddress(keys.pairs.word(pair, 0)), keys.formatAddress(keys.pairs.word(pair, 1))]
  const vteps = (isForward ? ends : ends.reverse()) as [string, string]
  const ip = keys.formatAddress(from)
  const facts = {
    kind: 'inner' as const,
    from: ip,
    receivers: formatAll(analysis, receivers),
    reporters: formatAll(analysis, reporters),
    mtu,
    largest,
    vni,
    vteps,
    tunnels: new Routes(analysis).tunnels(route),
  }
  return [state(icmpTooBig, { subject: { vni, vteps, ip }, count, packets, facts })]
}

function plainTooBig(analysis: Analysis, { count, packets, figures }: Entry<IcmpFigures>): Finding {
  const { from, receivers, reporters, mtu, largest } = figures
  const ip = analysis.keys.formatAddress(from)
  const facts = {
    kind: 'plain' as const,
    from: ip,
    receivers: formatAll(analysis, receivers),
    reporters: formatAll(analysis, reporters),
    mtu,
    largest,
  }
  return state(icmpTooBig, { subject: { ip }, count, packets, facts })
}

/** @param isProtocol - Whether the receiver knows no such IP protocol, rather than no such port or tunnel. */
function portFinding(
  analysis: Analysis,
  programs: Programs,
  { count, packets, figures }: Entry<IcmpFigures>,
  isProtocol: boolean,
): Finding {
  const { from, to } = ends(analysis, figures)
  const ports = figures.destinationPorts.toSorted((left, right) => left - right)
  const vnis = figures.vnis.toSorted((left, right) => left - right)
  const getsThrough = getsThroughSince(analysis, figures, isProtocol)
  const isTried = getsThrough || isTriedSince(analysis, figures)
  const facts = {
    from,
    to,
    kind: analysis.keys.kindName(figures.kind),
    isProtocol,
    ports,
    vnis,
    reporters: formatAll(analysis, figures.reporters),
    getsThrough,
    isTried,
    program: programs.of(figures.to),
  }
  // Of NVGRE a tunnel is refused by its subnet, as one of UDP is by its port; an unknown protocol is all of them.
  const isOneSubnet = ports.length === 0 && !isProtocol && vnis.length === 1
  const subject = {
    ...(isOneSubnet ? { vni: vnis[0]! } : {}),
    vteps: [from, to],
    ...(ports.length === 0 ? {} : { port: ports[0]! }),
  }
  const finding = state(portUnreachable, { subject, count, packets, facts })
  return getsThrough || !isTried ? { ...finding, severity: 'note' } : finding
}

function vtepFinding(analysis: Analysis, { count, packets, figures }: Entry<IcmpFigures>): Finding {
  const { from, to } = ends(analysis, figures)
  const code = figures.typeCode & 0xff
  const facts = {
    by: 'icmp' as const,
    from,
    to,
    reporters: formatAll(analysis, figures.reporters),
    reason: reasonOf(figures.typeCode, figures.isVersion6),
    isProhibited: (figures.isVersion6 ? PROHIBITED6 : PROHIBITED4).includes(code),
    kind: analysis.keys.kindName(figures.kind),
    isCarried: figures.carried > 0,
  }
  return state(vtepUnreachable, { subject: { vteps: [from, to] }, count, packets, facts })
}

function ttlFinding(analysis: Analysis, { count, packets, figures }: Entry<IcmpFigures>): Finding {
  const { from, to } = ends(analysis, figures)
  const kind = analysis.keys.kindName(figures.kind)
  const tunnels = [{ kind, port: figures.destinationPorts[0] ?? 0 }]
  const isCarried = figures.carried > 0
  const facts = { from, to, reporters: formatAll(analysis, figures.reporters), tunnels, isCarried }
  return state(ttlExpired, { subject: { vteps: [from, to] }, count, packets, facts })
}

function ends({ keys }: Analysis, { from, to }: IcmpFigures): { from: string; to: string } {
  return { from: keys.formatAddress(from), to: keys.formatAddress(to) }
}

/**
 * Whether datagrams get through that way after the first error all the same: something was answered, or, where only answers go
 * that way, the receiver's own questions over the same port are.
 */
function getsThroughSince(analysis: Analysis, figures: IcmpFigures, isProtocol: boolean): boolean {
  const { keys, ports } = analysis
  const { pathMtuEvidence, routeTraffic } = analysis.stateful
  const { from, to, first, destinationPorts } = figures
  const row = keys.pairBetween(from, to)
  if (row === NONE) return false
  const direction = keys.pairs.word(row, 0) === from ? 0 : 1
  const refused = new Set<number>()
  let hasOthers = false
  for (let route = 0; route < keys.routes.count; route++) {
    if (keys.pairOfRoute(route) !== row || routeTraffic.packets(route, direction) === 0) continue
    const kindVni = keys.routes.word(route, 0)
    if (isRefused(figures, isProtocol, kindVni, routeTraffic.ports(route, direction))) refused.add(kindVni)
    else hasOthers = true
  }
  // What gets through at another port, or in another subnet, says nothing about this one.
  if (hasOthers) return isAnsweredIn(analysis, refused, figures)
  if (pathMtuEvidence.provedBy(row, direction) > first) return true
  const used = ports.destinationPorts(keys.pairs.count)[row]!
  return (
    used.every((port) => destinationPorts.includes(port)) &&
    pathMtuEvidence.provedBy(row, direction === 0 ? 1 : 0) > first
  )
}

/** Whether what goes in a kind and VNI, to these ports, is what the errors are about. @param sent - `null` for more than are kept. */
function isRefused(
  { kind, vnis, destinationPorts }: IcmpFigures,
  isProtocol: boolean,
  kindVni: number,
  sent: readonly number[] | null,
): boolean {
  const isNvgre = kindVni >>> 24 === TunnelKind.Nvgre
  if (isNvgre !== (kind === TunnelKind.Nvgre)) return false
  if (isProtocol) return true
  if (isNvgre) return vnis.length === 0 || vnis.includes(kindVni & 0xff_ffff)
  return sent === null || sent.every((port) => destinationPorts.includes(port))
}

/**
 * Whether the capture shows what becomes of datagrams after the first error: some were sent that way, and it goes on long enough for
 * an answer. The end of a capture tells nothing: a kernel that answers beside a userspace switch may be quicker than the switch.
 */
function isTriedSince({ keys, stateful: { clock, pathMtuEvidence } }: Analysis, figures: IcmpFigures): boolean {
  const { from, to, first, seconds, nanoseconds } = figures
  const row = keys.pairBetween(from, to)
  if (row === NONE || pathMtuEvidence.sentBy(row, keys.pairs.word(row, 0) === from ? 0 : 1) <= first) return false
  return nanoseconds === NO_TIME || clock.untilLatest(seconds, nanoseconds) > ERROR_WAIT
}

/** Whether any conversation of these kinds and VNIs between the two VTEPs was answered after the first error. */
function isAnsweredIn(
  { keys, flows, stateful: { echo, requests } }: Analysis,
  kindVnis: ReadonlySet<number>,
  { from, to, first }: IcmpFigures,
): boolean {
  for (let flow = 0; flow < keys.flows.count; flow++) {
    if (!kindVnis.has(keys.flows.word(flow, 0))) continue
    for (const direction of [0, 1] as const) {
      const back = direction === 0 ? 1 : 0
      if (flows.firstVtep(flow, direction) !== from || flows.firstVtep(flow, back) !== to) continue
      const isConversation = keys.flowHasPorts(flow) || echo.count(flow).replies > 0
      if (isConversation && requests.lastPacket(flow, back) > first) return true
    }
  }
  return false
}

/**
 * Rows of the inner flows behind the errors: by the outer source port that they quote, since a quote may hold no more than the
 * ports; by the inner packet where the quote reaches it, as NVGRE has no ports.
 */
function flowsBehind({ keys, flows }: Analysis, { from, to, sourcePorts, inners }: IcmpFigures): number[] {
  const found: number[] = []
  for (let row = 0; row < keys.flows.count && found.length < MOST_FLOWS; row++) {
    for (const direction of [0, 1] as const) {
      if (flows.firstVtep(row, direction) !== from) continue
      const isSent = sourcePorts.includes(flows.sourcePort(row, direction))
      if (!isSent && !inners.some((inner) => isOf(inner, keys, row, direction))) continue
      const other = flows.firstVtep(row, direction === 0 ? 1 : 0)
      if (other === to || other === NONE) {
        found.push(row)
        break
      }
    }
  }
  return found
}

/** Whether a quoted inner packet is of a flow row's direction. */
function isOf(inner: QuotedInner, { flows }: Analysis['keys'], row: number, direction: 0 | 1): boolean {
  const ports = direction === 0 ? inner.ports : (inner.ports << 16) | (inner.ports >>> 16)
  return (
    flows.word(row, 0) === inner.kindVni &&
    flows.word(row, 3 + direction) === inner.from &&
    flows.word(row, 4 - direction) === inner.to &&
    flows.word(row, 5) === ports
  )
}

function describeFlow({ keys }: Analysis, row: number): string {
  const word = (index: number) => keys.flows.word(row, index)
  const ports = keys.flowHasPorts(row) ? [`:${word(5) >>> 16}`, `:${word(5) & 0xffff}`] : ['', '']
  const end = (id: number, port: string) => {
    const address = keys.formatAddress(id)
    return port !== '' && address.includes(':') ? `[${address}]${port}` : `${address}${port}`
  }
  return `VNI ${word(0) & 0xff_ffff} ${keys.flowProtocol(row)} ${end(word(3), ports[0]!)} ↔ ${end(word(4), ports[1]!)}`
}
