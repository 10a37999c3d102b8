/**
 * What became of an address whose owner is known by its data alone, once another MAC claimed it: it passed on, or two use it.
 * Where the former owner is asked at the other's MAC (a load balancer with direct return, a virtual address that its router answers
 * from its own MAC), or the claimant only answers for it (a proxy), nothing can be told.
 */

import type { Analysis } from '../../analyzers/analysis.ts'
import type { Contest } from '../../analyzers/stateful/addresses/address-users.ts'
import type { Entry } from '../../analyzers/tables/counter-by-key.ts'
import { state } from '../../findings/finding.ts'
import { duplicateIp } from '../../findings/identity/duplicate-ip.ts'
import { ipMoved } from '../../findings/identity/ip-moved.ts'
import { staleNeighbor } from '../../findings/reachability/stale-forwarding.ts'
import type { Finding } from '../../summary.ts'
import type { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'
import type { Rogues } from './rogues.ts'

/** Answers of a former owner that are more than a stray one. */
const LEAST_ANSWERS = 2
/** Frames to where an address was before, from which on they are worth a warning. */
const STALE_FRAMES = 3
/** Addresses of others that a proxy answers for. */
const LEAST_PROXIED = 3

/** Whether an address passed on: the claimant uses it, and the former owner has fallen silent. */
export function hasPassed({ used, overlaps, late, aside }: Contest): boolean {
  return used > 0 && overlaps + late + aside === 0
}

export function seenOwnerFindings(analysis: Analysis, routes: Routes, rogues: Rogues): Finding[] {
  const { addressClaims, addressUsers } = analysis.stateful
  if (!addressUsers.isContested) return []
  // Where both claim, address-claims.ts tells it.
  const contests = [...addressUsers.contests.entries()].filter(({ key }) => !addressClaims.handovers.get(key))
  const proxies = proxiesAmong(contests)
  return contests
    .filter(({ figures }) => figures.own > 0 || !proxies.has(figures.claimant))
    .flatMap((entry) => findingsOf(analysis, routes, rogues, entry))
}

function findingsOf(
  analysis: Analysis,
  routes: Routes,
  rogues: Rogues,
  { key, figures: contest }: Entry<Contest>,
): Finding[] {
  const { keys, stateful } = analysis
  const { claims } = stateful.addressClaims
  const isPassed = hasPassed(contest)
  const isTwice =
    contest.overlaps >= LEAST_ANSWERS && contest.aside < contest.overlaps && contest.used + contest.own > 0
  if (!isPassed && !isTwice) return []
  const vteps = [contest.seenVtep, contest.vtep]
  // What nobody owns but a rogue has neither moved nor two owners.
  if (rogues.among(vteps, isTwice) === contest.vtep) return []
  const vni = claims.word(key, 0)
  const ip = keys.formatAddress(claims.word(key, 2))
  const tunnels = routes.vniTunnels(vni)
  const told = (mac: number, vtep: number) => ({
    mac: keys.formatAddress(keys.macs.word(mac, 2)),
    vtep: keys.formatAddress(vtep),
  })
  const from = told(contest.seen, contest.seenVtep)
  const to = told(contest.claimant, contest.vtep)
  const { packets, stale } = contest
  if (isTwice) {
    const facts = {
      vni,
      ip,
      vlans: keys.vlans(claims.word(key, 1)),
      claimants: [from, to],
      answeredTwice: 0,
      overlaps: contest.overlaps,
      seen: { ...from, claims: contest.claims },
      tunnels,
    }
    const count = contest.claims + contest.overlaps
    return [state(duplicateIp, { subject: { vni, ip, vteps: formatAll(analysis, vteps) }, count, packets, facts })]
  }
  const subject = { vni, ip, vteps: [...new Set([from.vtep, to.vtep])] }
  const facts = { vni, ip, from, to, passes: 1, isSeen: true, tunnels }
  const findings = [state(ipMoved, { subject, count: 1, packets: packets.slice(0, 1), facts })]
  if (stale >= STALE_FRAMES) {
    const clients = formatAll(analysis, contest.clients)
    const about = { vni, ip, mac: from.mac, vteps: contest.staleVteps.map((vtep) => keys.formatAddress(vtep)) }
    const left = { vni, ip, former: from.mac, owner: to, clients, tunnels }
    findings.push(state(staleNeighbor, { subject: about, count: stale, packets: contest.stalePackets, facts: left }))
  }
  return findings
}

/** MAC rows that only answer, for several addresses which others use: proxy ARP (RFC 1027). */
function proxiesAmong(contests: readonly Entry<Contest>[]): Set<number> {
  const answered = new Map<number, number>()
  for (const { figures } of contests)
    if (figures.own === 0) answered.set(figures.claimant, (answered.get(figures.claimant) ?? 0) + 1)
  return new Set([...answered].filter(([, addresses]) => addresses >= LEAST_PROXIED).map(([mac]) => mac))
}
