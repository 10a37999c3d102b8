/** Findings about who is who: MACs and addresses behind the wrong VTEP, behind several, or in use twice. */

import type { Analysis } from '../../analyzers/analysis.ts'
import { type Claimant, FLAP_PASSES, type Handover } from '../../analyzers/stateful/addresses/address-claims.ts'
import { FLAP_MOVES } from '../../analyzers/stateful/addresses/mac-places.ts'
import type { Entry } from '../../analyzers/tables/counter-by-key.ts'
import { state } from '../../findings/finding.ts'
import { duplicateIp } from '../../findings/identity/duplicate-ip.ts'
import { duplicateMac } from '../../findings/identity/duplicate-mac.ts'
import { ipMoved } from '../../findings/identity/ip-moved.ts'
import { macMoved } from '../../findings/identity/mac-moved.ts'
import { sharedMac } from '../../findings/identity/shared-mac.ts'
import { staleForwarding, staleNeighbor } from '../../findings/reachability/stale-forwarding.ts'
import type { Finding } from '../../summary.ts'
import type { Evidence } from '../evidence.ts'
import { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'
import type { MacVerdict, MacVerdicts } from './mac-verdicts.ts'
import { Rogues } from './rogues.ts'
import { seenOwnerFindings } from './seen-owners.ts'
import { unknownMacFindings } from './unknown-macs.ts'
import { noteUsurped } from './usurped.ts'

/** Frames to where a MAC or an address was before, from which on they are worth a warning. */
const STALE_FRAMES = 3
/** Addresses that a proxy answers for, alone or beside another proxy. */
const LEAST_PROXIED = 3
const LEAST_PROXIED_BESIDE = 2

export function identityFindings({ analysis }: Evidence, verdicts: MacVerdicts): Finding[] {
  const routes = new Routes(analysis)
  const rogues = new Rogues(analysis, routes)
  const proxies = proxiesOf(analysis)
  noteUsurped(analysis, rogues)
  return [
    ...verdicts.all.flatMap((verdict) => macFindings(analysis, routes, verdict, rogues)),
    ...[...analysis.stateful.addressClaims.handovers.entries()].flatMap((entry) =>
      ipFindings(analysis, routes, entry, rogues, proxies),
    ),
    ...seenOwnerFindings(analysis, routes, rogues),
    ...rogues.findings(),
    ...unknownMacFindings(analysis, routes),
  ]
}

function macFindings(analysis: Analysis, routes: Routes, verdict: MacVerdict, rogues: Rogues): Finding[] {
  const { keys } = analysis
  const { is, entry, places } = verdict
  const { count, packets, figures: moved } = entry
  const vni = keys.macs.word(verdict.mac, 0)
  const mac = keys.formatAddress(keys.macs.word(verdict.mac, 2))
  const tunnels = routes.vniTunnels(vni)
  if (is === 'moved') return movedFindings(analysis, verdict, { vni, mac, tunnels })
  const names = formatAll(
    analysis,
    places.map(({ vtep }) => vtep),
  )
  const vteps = names.map((vtep) => ({
    vtep,
    frames: places.find((place) => keys.formatAddress(place.vtep) === vtep)!.frames,
  }))
  const subject = { vni, mac, vteps: names }
  const { conversations, answered } = verdict
  if (is !== 'duplicate') {
    const routed = places.reduce((sum, place) => sum + place.routed, 0)
    const advertised = places.reduce((sum, place) => sum + place.advertised, 0)
    const facts = {
      vni,
      mac,
      is,
      vteps,
      routed,
      advertised,
      ips: formatAll(analysis, verdict.claimed),
      conversations,
      answered,
      tunnels,
    }
    return [state(sharedMac, { subject, count, packets, facts })]
  }
  const often = places.filter(({ frames }) => frames > 1).map(({ vtep }) => vtep)
  // Who answers what it was asked is a guest, with a MAC that another one has.
  const rogue = verdict.answeredTwice > 0 ? undefined : rogues.unheard(often)
  if (rogue !== undefined) {
    const shown = packets.filter((_, index) => moved.sources[index] === rogue)
    rogues.note(vni, rogue, mac, often, shown)
  }
  const facts = {
    vni,
    mac,
    vlans: keys.vlans(keys.macs.word(verdict.mac, 1)),
    vteps,
    moves: count,
    burst: moved.burst,
    isFrozen: moved.burst >= FLAP_MOVES,
    answeredTwice: verdict.answeredTwice,
    conversations,
    failing: verdict.failing,
    ips: verdict.hasTwoAddresses ? formatAll(analysis, verdict.claimed) : [],
    tunnels,
  }
  return [state(duplicateMac, { subject, count, packets, facts })]
}

function movedFindings(
  { keys }: Analysis,
  { entry }: MacVerdict,
  who: { vni: number; mac: string; tunnels: ReturnType<Routes['vniTunnels']> },
): Finding[] {
  const { count, packets, figures: moved } = entry
  const from = keys.formatAddress(moved.from)
  const to = keys.formatAddress(moved.to)
  const { vni, mac } = who
  const subject = { vni, mac, vteps: [from, to] }
  const findings = [state(macMoved, { subject, count, packets, facts: { ...who, from, to, moves: count } })]
  // What the VTEP before sends on to the present one arrives: that is a hub's work. So does what is answered.
  if (moved.stale - moved.forwarded >= STALE_FRAMES && moved.staleAnswered * 2 <= moved.staleAsked) {
    const stale = { subject, count: moved.stale, packets: moved.stalePackets, facts: { ...who, from, to } }
    findings.push(state(staleForwarding, stale))
  }
  return findings
}

function ipFindings(
  analysis: Analysis,
  routes: Routes,
  entry: Entry<Handover>,
  rogues: Rogues,
  proxies: ReadonlySet<number>,
): Finding[] {
  const { keys } = analysis
  const { claims } = analysis.stateful.addressClaims
  const { count, packets, figures: handover } = entry
  const claimants = handover.claimants.filter(({ mac, isOwn }) => isOwn || !proxies.has(mac))
  if (claimants.length < 2) return []
  const vni = claims.word(entry.key, 0)
  const ip = keys.formatAddress(claims.word(entry.key, 2))
  const tunnels = routes.vniTunnels(vni)
  const told = (claimant: Claimant) => ({
    mac: keys.formatAddress(keys.macs.word(claimant.mac, 2)),
    vtep: keys.formatAddress(claimant.vtep),
  })
  const vteps = claimants.map(({ vtep }) => vtep)
  const { overlaps, answeredTwice, resumed } = handover
  const rogue = rogues.among(vteps, overlaps + answeredTwice + resumed > 0)
  if (rogue !== undefined) {
    const shown = packets.filter((_, index) =>
      claimants.some(({ mac, vtep }) => vtep === rogue && handover.sources[index] === mac),
    )
    rogues.note(vni, rogue, ip, vteps, shown)
  }
  if (overlaps > 0 || answeredTwice > 0 || handover.burst >= FLAP_PASSES) {
    const facts = {
      vni,
      ip,
      vlans: keys.vlans(claims.word(entry.key, 1)),
      claimants: claimants.map(told),
      answeredTwice,
      overlaps,
      seen: null,
      tunnels,
    }
    return [state(duplicateIp, { subject: { vni, ip, vteps: formatAll(analysis, vteps) }, count, packets, facts })]
  }
  const former = claimants.find(({ mac }) => mac === handover.former)
  const owner = claimants.find(({ mac }) => mac === handover.owner)
  // What nobody owns but a rogue has not moved.
  if (rogue !== undefined || former === undefined || owner === undefined) return []
  const from = told(former)
  const to = told(owner)
  // The first packet of the counter is the first owner's.
  const passes = count - 1
  const subject = { vni, ip, vteps: [...new Set([from.vtep, to.vtep])] }
  const findings = [
    state(ipMoved, { subject, count: passes, packets, facts: { vni, ip, from, to, passes, isSeen: false, tunnels } }),
  ]
  if (handover.stale >= STALE_FRAMES) {
    const clients = formatAll(analysis, handover.clients)
    const facts = { vni, ip, former: from.mac, owner: to, clients, tunnels }
    const about = { vni, ip, mac: from.mac, vteps: handover.staleVteps.map((vtep) => keys.formatAddress(vtep)) }
    findings.push(
      state(staleNeighbor, { subject: about, count: handover.stale, packets: handover.stalePackets, facts }),
    )
  }
  return findings
}

/**
 * MAC rows that only answer for addresses which others have, several of them: proxy ARP (RFC 1027), a gateway's as a rule. Two that
 * answer for the same addresses, none of which either ever asked from or announced, are two gateways with one route.
 */
function proxiesOf({ keys, stateful: { addressClaims } }: Analysis): Set<number> {
  const { claims, handovers } = addressClaims
  const answered = new Map<number, number>()
  const together = new Map<string, { macs: number[]; addresses: number }>()
  for (const { key, figures } of handovers.entries()) {
    const { claimants } = figures
    for (const { mac, isOwn } of claimants) if (!isOwn) answered.set(mac, (answered.get(mac) ?? 0) + 1)
    if (claimants.some(({ isOwn }) => isOwn)) continue
    const macs = claimants.map(({ mac }) => mac).sort((left, right) => left - right)
    // A guest in use twice may have an address of each family.
    const name = `${keys.isIpv6(claims.word(key, 2))} ${macs.join(' ')}`
    const known = together.get(name) ?? { macs, addresses: 0 }
    together.set(name, known)
    known.addresses++
  }
  const proxies = [...answered].filter(([, addresses]) => addresses >= LEAST_PROXIED).map(([mac]) => mac)
  for (const { macs, addresses } of together.values()) if (addresses >= LEAST_PROXIED_BESIDE) proxies.push(...macs)
  return new Set(proxies)
}
