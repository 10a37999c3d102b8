/**
 * TCP bytes that were sent and never arrived: what stays of the holes in sequence numbers when reordering and gaps of the capture are set
 * aside.
 */
import type { Analysis } from '../../analyzers/analysis.ts'
import { type Hole, Proof } from '../../analyzers/stateful/tcp/sequence-holes.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { state } from '../../findings/finding.ts'
import { dataMissing } from '../../findings/reachability/data-missing.ts'
import type { Finding } from '../../summary.ts'
import type { Sides } from '../capture/sides.ts'
import type { Routes } from '../routes.ts'
import { describeEnds } from '../subjects.ts'

/** Packet numbers of a finding. */
const EXAMPLES = 10
/** Nanoseconds that bytes are waited for, and how many round trips of their connection. */
const WAIT = 1_000_000_000
const ROUND_TRIPS = 10

/** @param dropped - Packets that the capture lost: with any, nothing that is missing here is known to be missing there. */
export function missingDataFindings(
  analysis: Analysis,
  routes: Routes,
  sides: Sides,
  dropped: number | null,
): Finding[] {
  if (dropped !== null && dropped > 0) return []
  const byRoute = new Map<number, Hole[]>()
  for (const hole of analysis.stateful.tcp.missing()) {
    // Acknowledgments come back the other way: they must be in the capture.
    if (hole.route === NONE || !isSettled(analysis, hole) || sides.isUnseenOn(hole.route)) continue
    const list = byRoute.get(hole.route)
    if (list === undefined) byRoute.set(hole.route, [hole])
    else list.push(hole)
  }
  return [...byRoute].map(([route, holes]) => missingFinding(analysis, routes, route, holes))
}

/** Whether the bytes had time to come: a capture may end before they do. */
function isSettled({ stateful: { clock, tcp } }: Analysis, { key, seconds, nanoseconds, proof }: Hole): boolean {
  if ((proof & Proof.Late) !== 0) return true
  return clock.untilLatest(seconds, nanoseconds) >= Math.max(WAIT, ROUND_TRIPS * tcp.roundTrip(key >> 1))
}

function missingFinding(analysis: Analysis, routes: Routes, route: number, holes: readonly Hole[]): Finding {
  const { keys, stateful } = analysis
  const ends = routes.ends(route >> 1, (route & 1) as 0 | 1)
  const from = keys.formatAddress(ends.from)
  const to = keys.formatAddress(ends.to)
  const vni = routes.vni(route >> 1)
  const byFlow = new Map<number, number>()
  for (const [key, bytes] of ranges(holes)) byFlow.set(key, bytes)
  const flows = [...byFlow].sort(([one, less], [other, more]) => more - less || one - other)
  const bytes = flows.reduce((sum, [, missing]) => sum + missing, 0)
  const full = flows
    .map(([key, missing]) => ({ missing, mss: stateful.tcp.mssToward(key >> 1, (key & 1) as 0 | 1) }))
    .filter(({ missing, mss }) => mss > 0 && missing >= mss)
  return state(dataMissing, {
    subject: { vni, vteps: [from, to] },
    count: holes.length,
    packets: [...new Set(holes.map(({ number }) => number))].sort((one, other) => one - other).slice(0, EXAMPLES),
    facts: {
      vni,
      from,
      to,
      bytes,
      connections: flows.length,
      named: flows.map(([key]) => describeEnds(analysis, key >> 1, (key & 1) as 0 | 1)),
      mss: full.length === 0 ? null : Math.max(...full.map(({ mss }) => mss)),
      tunnels: routes.tunnels(route >> 1),
    },
  })
}

/** Bytes missing by flow row × 2 + direction; holes that overlap count once. */
function ranges(holes: readonly Hole[]): Map<number, number> {
  const found = new Map<number, number>()
  const byKey = new Map<number, Hole[]>()
  for (const hole of holes) byKey.set(hole.key, [...(byKey.get(hole.key) ?? []), hole])
  for (const [key, list] of byKey) {
    const sorted = list.toSorted((one, other) => (one.start - other.start) | 0)
    let end = sorted[0]!.start
    let bytes = 0
    for (const hole of sorted) {
      const from = ((hole.start - end) | 0) > 0 ? hole.start : end
      bytes += Math.max(0, (hole.end - from) | 0)
      if (((hole.end - end) | 0) > 0) end = hole.end
    }
    found.set(key, bytes)
  }
  return found
}
