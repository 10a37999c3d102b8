/** Requests in tunnel datagrams with few hops left that nothing answers. */
import type { Analysis } from '../../analyzers/analysis.ts'
import { IcmpSubject } from '../../analyzers/stateful/answers/icmp-errors.ts'
import { state } from '../../findings/finding.ts'
import { ttlLow } from '../../findings/reachability/ttl-low.ts'
import type { Finding } from '../../summary.ts'
import type { Sides } from '../capture/sides.ts'
import type { Routes } from '../routes.ts'

/** Requests that show it. */
const LEAST_ASKED = 3
/** Nanoseconds that the first one is given for its answer. */
const WAIT = 1_000_000_000
/** TTL with which a datagram to a group does not pass any router. */
const GROUP_TTL = 1

export function lowHopFindings(analysis: Analysis, routes: Routes, sides: Sides, dropped: number | null): Finding[] {
  const { keys, stateful } = analysis
  const findings: Finding[] = []
  const expired = new Set(
    stateful.icmpErrors.about(IcmpSubject.TtlExpired).map(({ figures }) => `${figures.from} ${figures.to}`),
  )
  for (const { key, count, packets, figures } of stateful.lowHops.requests.entries()) {
    if (count < LEAST_ASKED || figures.isAnswered || sides.isUnseenOn(key)) continue
    if (stateful.clock.untilLatest(figures.seconds, figures.nanoseconds) < WAIT) continue
    const ends = routes.ends(key >> 1, (key & 1) as 0 | 1)
    if (expired.has(`${ends.from} ${ends.to}`)) continue
    const isGroup = keys.isMulticast(ends.to)
    if (isGroup && figures.ttl > GROUP_TTL) continue
    // Who asks all of a VNI is answered by one VTEP alone.
    if (count - figures.asks < LEAST_ASKED && hasOtherPeer(analysis, routes, key >> 1, ends.from, ends.to)) continue
    const from = keys.formatAddress(ends.from)
    const to = keys.formatAddress(ends.to)
    const vni = routes.vni(key >> 1)
    const facts = { vni, from, to, isGroup, ttl: figures.ttl, tunnels: routes.tunnels(key >> 1), dropped }
    findings.push(state(ttlLow, { subject: { vni, vteps: [from, to] }, count, packets: [...packets], facts }))
  }
  return findings
}

/** Whether a VTEP shares a VNI with any other one than the given peer. */
function hasOtherPeer({ keys }: Analysis, routes: Routes, route: number, vtep: number, peer: number): boolean {
  for (let other = 0; other < keys.routes.count; other++) {
    if (other === route || keys.routes.word(other, 0) !== keys.routes.word(route, 0)) continue
    const { from, to } = routes.ends(other, 0)
    for (const end of [from, to]) if (end !== vtep && end !== peer && !keys.isMulticast(end)) return true
    // The peer itself, at another pair: someone of the VNI is there.
    if (keys.isMulticast(peer)) return true
  }
  return false
}
