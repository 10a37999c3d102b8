/** Findings about who is who: MACs and addresses behind the wrong VTEP, or behind several. */
import type { Conflict } from '../analyzers/address-claims.ts'
import type { Analysis } from '../analyzers/analysis.ts'
import { FLAP_MOVES, type Move } from '../analyzers/mac-moves.ts'
import type { Entry } from '../analyzers/tally.ts'
import { duplicateIp } from '../findings/duplicate-ip.ts'
import { duplicateMac } from '../findings/duplicate-mac.ts'
import { state } from '../findings/finding.ts'
import { macMoved } from '../findings/mac-moved.ts'
import { rogueVtep } from '../findings/rogue-vtep.ts'
import { staleForwarding } from '../findings/stale-forwarding.ts'
import type { Finding } from '../summary.ts'
import type { Evidence } from './index.ts'
import { Routes } from './routes.ts'
import { formatAll } from './subjects.ts'

/** Frames to the VTEP that a MAC has left before they are worth a warning. */
const STALE_FRAMES = 3

export function identityFindings({ analysis }: Evidence): Finding[] {
  const routes = new Routes(analysis)
  const rogues = new Rogues(analysis, routes)
  const findings: Finding[] = []
  for (const entry of analysis.judges.macMoves.moves.entries())
    findings.push(...macFindings(analysis, routes, entry, rogues))
  for (const entry of analysis.judges.addressClaims.conflicts.entries())
    findings.push(...ipFindings(analysis, routes, entry, rogues))
  return [...findings, ...rogues.findings()]
}

function macFindings(analysis: Analysis, routes: Routes, entry: Entry<Move>, rogues: Rogues): Finding[] {
  const { keys } = analysis
  const { macMoves } = analysis.judges
  const { count, packets, figures: move } = entry
  const vni = keys.macs.word(entry.key, 0)
  const vlans = keys.vlans(keys.macs.word(entry.key, 1))
  const mac = keys.formatAddress(keys.macs.word(entry.key, 2))
  const frames = macMoves.framesByVtep(entry.key, move)
  const tunnels = routes.vniTunnels(vni)
  const often = [...frames].filter(([, seen]) => seen >= 2).map(([vtep]) => vtep)
  if (move.returns > 0 && often.length >= 2) {
    const rogue = rogues.among(often)
    if (rogue !== undefined) {
      rogues.note(
        vni,
        rogue,
        mac,
        often,
        packets.filter((_, index) => move.sources[index] === rogue),
      )
    }
    const names = formatAll(analysis, frames.keys())
    const vteps = names.map((vtep) => ({
      vtep,
      frames: [...frames].find(([id]) => keys.formatAddress(id) === vtep)![1],
    }))
    const facts = {
      vni,
      mac,
      vlans,
      vteps,
      moves: count,
      burst: move.burst,
      isFrozen: move.burst >= FLAP_MOVES,
      tunnels,
    }
    return [state(duplicateMac, { subject: { vni, mac, vteps: names }, count, packets, facts })]
  }
  const from = keys.formatAddress(move.from)
  const to = keys.formatAddress(move.to)
  const subject = { vni, mac, vteps: [from, to] }
  const findings = [state(macMoved, { subject, count, packets, facts: { vni, mac, from, to, moves: count, tunnels } })]
  if (move.stale >= STALE_FRAMES) {
    const stale = { subject, count: move.stale, packets: move.stalePackets, facts: { vni, mac, from, to, tunnels } }
    findings.push(state(staleForwarding, stale))
  }
  return findings
}

function ipFindings(analysis: Analysis, routes: Routes, entry: Entry<Conflict>, rogues: Rogues): Finding[] {
  const { keys } = analysis
  const { addressClaims } = analysis.judges
  const { count, packets, figures: conflict } = entry
  const vni = addressClaims.claims.word(entry.key, 0)
  const vlans = keys.vlans(addressClaims.claims.word(entry.key, 1))
  const ip = keys.formatAddress(addressClaims.claims.word(entry.key, 2))
  const rogue = rogues.among(conflict.vteps)
  if (rogue !== undefined) {
    // The first packet is the first claimant's, the others are the second's.
    const shown = rogue === conflict.vteps[0] ? packets.slice(0, 1) : packets.slice(1)
    rogues.note(vni, rogue, ip, conflict.vteps, shown)
  }
  const claimants = conflict.macs.map((mac, index) => ({
    mac: keys.formatAddress(keys.macs.word(mac, 2)),
    vtep: keys.formatAddress(conflict.vteps[index]!),
  }))
  const facts = { vni, ip, vlans, claimants, contested: conflict.repeats > 0, tunnels: routes.vniTunnels(vni) }
  return [
    state(duplicateIp, { subject: { vni, ip, vteps: formatAll(analysis, conflict.vteps) }, count, packets, facts }),
  ]
}

/** What one suspicious source announced. */
interface Announced {
  vni: number
  vtep: number
  addresses: Set<string>
  owners: Set<number>
  packets: Set<number>
}

/** Sources that nobody sends to, among those that announce what another VTEP owns. */
class Rogues {
  readonly #reached: Set<number>
  readonly #announced = new Map<string, Announced>()

  constructor(
    private readonly analysis: Analysis,
    private readonly routes: Routes,
  ) {
    const { keys, vtepPairs } = analysis
    this.#reached = new Set()
    for (let row = 0; row < keys.pairs.count; row++) {
      if (vtepPairs.packets(row, 0) > 0) this.#reached.add(keys.pairs.word(row, 1))
      if (vtepPairs.packets(row, 1) > 0) this.#reached.add(keys.pairs.word(row, 0))
    }
  }

  /** The one of these VTEPs that nobody sends to, when somebody sends to another of them. */
  among(vteps: readonly number[]): number | undefined {
    if (!vteps.some((vtep) => this.#reached.has(vtep))) return undefined
    return vteps.find((vtep) => !this.#reached.has(vtep))
  }

  note(vni: number, vtep: number, address: string, vteps: readonly number[], packets: readonly number[]): void {
    const key = `${vni} ${vtep}`
    const known = this.#announced.get(key)
    const announced = known ?? { vni, vtep, addresses: new Set(), owners: new Set(), packets: new Set() }
    this.#announced.set(key, announced)
    announced.addresses.add(address)
    for (const owner of vteps) if (owner !== vtep) announced.owners.add(owner)
    for (const packet of packets) announced.packets.add(packet)
  }

  findings(): Finding[] {
    const { analysis } = this
    return [...this.#announced.values()].map(({ vni, vtep, addresses, owners, packets }) => {
      const name = analysis.keys.formatAddress(vtep)
      const shown = [...packets].sort((left, right) => left - right)
      const facts = {
        vni,
        vtep: name,
        addresses: [...addresses].sort(),
        owners: formatAll(analysis, owners),
        tunnels: this.routes.vniTunnels(vni),
      }
      const subject = { vni, vteps: [name] }
      return state(rogueVtep, { subject, count: shown.length, packets: shown.slice(0, 10), facts })
    })
  }
}
