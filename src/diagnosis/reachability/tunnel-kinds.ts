/** VTEP pairs whose two directions of a VNI are of different tunnel kinds. */
import type { Analysis } from '../../analyzers/analysis.ts'
import { state } from '../../findings/finding.ts'
import { tunnelKindMismatch } from '../../findings/reachability/tunnel-kind-mismatch.ts'
import type { Finding } from '../../summary.ts'
import type { RoundTrips } from '../round-trips.ts'
import type { Routes } from '../routes.ts'

/** Packets each way that show what a VTEP sends. */
const LEAST_EACH_WAY = 2
/** Packet numbers of a finding. */
const EXAMPLES = 10

export function tunnelKindFindings(analysis: Analysis, routes: Routes, trips: RoundTrips): Finding[] {
  const { keys, stateful } = analysis
  const oneWay = new Map<string, number[]>()
  for (let route = 0; route < keys.routes.count; route++) {
    const there = stateful.routeTraffic.packets(route, 0)
    const back = stateful.routeTraffic.packets(route, 1)
    if (there * back > 0 || there + back < LEAST_EACH_WAY) continue
    const key = `${keys.pairOfRoute(route)} ${routes.vni(route)} ${there > 0 ? 0 : 1}`
    oneWay.set(key, [...(oneWay.get(key) ?? []), route])
  }
  const findings: Finding[] = []
  for (const [key, there] of oneWay) {
    if (!key.endsWith(' 0')) continue
    const back = oneWay.get(`${key.slice(0, -1)}1`)
    if (there.length !== 1 || back?.length !== 1) continue
    const [aToB, bToA] = [there[0]!, back[0]!]
    if (keys.routes.word(aToB, 0) >>> 24 === keys.routes.word(bToA, 0) >>> 24) continue
    if (isAnswered(analysis, trips, keys.routes.word(aToB, 0), keys.routes.word(bToA, 0))) continue
    findings.push(mismatch(analysis, routes, aToB, bToA))
  }
  return findings
}

function mismatch(analysis: Analysis, routes: Routes, aToB: number, bToA: number): Finding {
  const { keys, stateful } = analysis
  const { from, to } = routes.ends(aToB, 0)
  const a = keys.formatAddress(from)
  const b = keys.formatAddress(to)
  const vni = routes.vni(aToB)
  const packetsAToB = stateful.routeTraffic.packets(aToB, 0)
  const packetsBToA = stateful.routeTraffic.packets(bToA, 1)
  const packets = [...stateful.routeTraffic.firsts(aToB, 0), ...stateful.routeTraffic.firsts(bToA, 1)]
  const facts = {
    vni,
    a,
    b,
    kindAToB: keys.kindName(keys.routes.word(aToB, 0) >>> 24),
    kindBToA: keys.kindName(keys.routes.word(bToA, 0) >>> 24),
    packetsAToB,
    packetsBToA,
    tunnelsAToB: routes.tunnels(aToB),
    tunnelsBToA: routes.tunnels(bToA),
  }
  return state(tunnelKindMismatch, {
    subject: { vni, vteps: [a, b] },
    count: packetsAToB + packetsBToA,
    packets: packets.sort((left, right) => left - right).slice(0, EXAMPLES),
    facts,
  })
}

/** Whether conversations of one kind have their other side in the other kind: then both VTEPs take either. */
function isAnswered(
  { keys, flows, stateful: { echo } }: Analysis,
  trips: RoundTrips,
  one: number,
  other: number,
): boolean {
  const seen = new Set<string>()
  const unanswered = new Map<number, number>()
  for (const { flow, count } of echo.unanswered(trips.isAtEnd))
    unanswered.set(flow, (unanswered.get(flow) ?? 0) + count)
  for (const kindVni of [one, other]) {
    for (let flow = 0; flow < keys.flows.count; flow++) {
      if (keys.flows.word(flow, 0) !== kindVni) continue
      // What is asked in one kind and has its reply in the other is not among the unanswered ones.
      const { requests } = echo.count(flow)
      if (requests > 0 && requests > (unanswered.get(flow) ?? 0) && echo.hasOrphans) return true
      if (!keys.flowHasPorts(flow)) continue
      const word = (index: number) => keys.flows.word(flow, index)
      const conversation = `${word(2)} ${word(3)} ${word(4)} ${word(5)}`
      for (const direction of [0, 1] as const) {
        if (flows.packets(flow, direction) === 0) continue
        if (kindVni === other && seen.has(`${conversation} ${1 - direction}`)) return true
        if (kindVni === one) seen.add(`${conversation} ${direction}`)
      }
    }
  }
  return false
}
