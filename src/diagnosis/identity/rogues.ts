/**
 * Sources that are no VTEPs of the overlay, among those that announce what another VTEP owns. A VTEP is where broadcasts are sent to,
 * or behind which somebody holds a conversation; what victims of an announcement send to a source does not make it one.
 */
import type { Analysis } from '../../analyzers/analysis.ts'
import { IcmpSubject } from '../../analyzers/stateful/answers/icmp-errors.ts'
import { state } from '../../findings/finding.ts'
import { rogueVtep } from '../../findings/identity/rogue-vtep.ts'
import type { Finding } from '../../summary.ts'
import type { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'

const DIRECTIONS = [0, 1] as const

/** Owners that lose an address to one MAC, from which on it is no mistake in one address. */
const LEAST_TAKEN = 3

/** What one suspicious source announced. */
interface Announced {
  vni: number
  vtep: number
  addresses: Set<string>
  owners: Set<number>
  packets: Set<number>
  /** Announcements beyond those packets. */
  more: number
}

/** VTEPs by address id: sent to by anybody, part of the overlay by what they receive, refusing tunnel data, {@link takingOf}. */
interface Known {
  reached: Set<number>
  established: Set<number>
  refusing: Set<number>
  taking: Set<number>
}

/** Suspicious sources by VNI and VTEP. */
export class Rogues {
  readonly #announced = new Map<string, Announced>()
  #known: Known | null = null

  constructor(
    private readonly analysis: Analysis,
    private readonly routes: Routes,
  ) {}

  /**
   * The one of these VTEPs (address ids) that is none, when another of them is: nobody holds a conversation behind it or floods to
   * it, or all that is behind it takes what others own.
   * @param isContested - Whether the owner still speaks; otherwise only a source that refuses tunnel data is meant.
   */
  among(vteps: readonly number[], isContested: boolean): number | undefined {
    const { established, refusing, taking } = this.#look()
    const isOne = (vtep: number) => established.has(vtep) && !taking.has(vtep)
    if (!vteps.some(isOne)) return undefined
    return vteps.find((vtep) => !isOne(vtep) && (isContested || refusing.has(vtep)))
  }

  /** The one of these VTEPs (address ids) that nobody sends to, when another of them is one. */
  unheard(vteps: readonly number[]): number | undefined {
    const { reached } = this.#look()
    const rogue = this.among(vteps, true)
    return rogue !== undefined && !reached.has(rogue) ? rogue : undefined
  }

  /** Whether a VTEP (address id) is part of the overlay by what it receives. */
  isEstablished(vtep: number): boolean {
    return this.#look().established.has(vtep)
  }

  /** Whether a VTEP (address id) refuses tunnel data by ICMP. */
  isRefusing(vtep: number): boolean {
    return this.#look().refusing.has(vtep)
  }

  /** @param count - How many announcements there were, where it is more than the packets that are shown. */
  note(
    vni: number,
    vtep: number,
    address: string,
    vteps: readonly number[],
    packets: readonly number[],
    count = packets.length,
  ): void {
    const key = `${vni} ${vtep}`
    const known = this.#announced.get(key)
    const announced = known ?? { vni, vtep, addresses: new Set(), owners: new Set(), packets: new Set(), more: 0 }
    this.#announced.set(key, announced)
    announced.addresses.add(address)
    for (const owner of vteps) if (owner !== vtep) announced.owners.add(owner)
    for (const packet of packets) announced.packets.add(packet)
    announced.more += count - packets.length
  }

  findings(): Finding[] {
    const { analysis } = this
    return [...this.#announced.values()].map(({ vni, vtep, addresses, owners, packets, more }) => {
      const { reached, refusing } = this.#look()
      const name = analysis.keys.formatAddress(vtep)
      const shown = [...packets].sort((left, right) => left - right)
      const facts = {
        vni,
        vtep: name,
        addresses: [...addresses].sort(),
        owners: formatAll(analysis, owners),
        refuses: refusing.has(vtep),
        reached: reached.has(vtep),
        tunnels: this.routes.vniTunnels(vni),
      }
      const subject = { vni, vteps: [name] }
      return state(rogueVtep, { subject, count: shown.length + more, packets: shown.slice(0, 10), facts })
    })
  }

  /** What is sent to whom: looked at once, when first asked. */
  #look(): Known {
    if (this.#known !== null) return this.#known
    const { keys, flows, vtepPairs, stateful } = this.analysis
    const reached = new Set<number>()
    const established = new Set<number>()
    for (let pair = 0; pair < keys.pairs.count; pair++) {
      for (const direction of DIRECTIONS) {
        if (vtepPairs.packets(pair, direction) > 0) reached.add(keys.pairs.word(pair, 1 - direction))
      }
    }
    for (let route = 0; route < keys.routes.count; route++) {
      for (const direction of DIRECTIONS) {
        if (stateful.floods.path(route, direction).floods > 0) established.add(this.routes.ends(route, direction).to)
      }
    }
    const isConversation = (row: number) => keys.flowIsIp(row) && flows.packets(row, 0) > 0 && flows.packets(row, 1) > 0
    for (let row = 0; row < keys.flows.count; row++) {
      if (!isConversation(row)) continue
      for (const direction of DIRECTIONS) established.add(flows.firstVtep(row, direction))
    }
    // Others have a part in it as well. A row without ports is of all that two guests ever tell each other, announcements among it.
    flows.forLaterVteps((row, vtep) => {
      if (keys.flowHasPorts(row) && isConversation(row)) established.add(vtep)
    })
    for (const vtep of stateful.echo.conversed) established.add(vtep)
    const refusing = new Set(
      stateful.icmpErrors
        .about(IcmpSubject.PortUnreachable)
        .flatMap(({ figures }) => [figures.to, ...figures.reporters]),
    )
    this.#known = { reached, established, refusing, taking: takingOf(this.analysis) }
    return this.#known
  }
}

/**
 * VTEPs (address ids) behind which nobody sends but who took addresses of several others that still speak. One owner of several
 * addresses is another matter: two routers that both hold the virtual ones.
 */
function takingOf({ keys, stateful: { addressClaims, macPlaces } }: Analysis): Set<number> {
  const owners = new Map<number, Set<number>>()
  for (const { figures } of addressClaims.handovers.entries()) {
    const { claimants, overlaps, answeredTwice, resumed } = figures
    if (overlaps + answeredTwice + resumed === 0) continue
    for (const { mac } of claimants.filter(({ isOwn }) => isOwn)) {
      const others = owners.get(mac) ?? new Set()
      for (const claimant of claimants) if (claimant.mac !== mac) others.add(claimant.mac)
      owners.set(mac, others)
    }
  }
  const takers = new Set([...owners].filter(([, others]) => others.size >= LEAST_TAKEN).map(([mac]) => mac))
  if (takers.size === 0) return takers
  const vteps = new Set([...takers].map((mac) => macPlaces.vtep(mac)))
  for (let mac = 0; mac < keys.macs.count; mac++) if (!takers.has(mac)) vteps.delete(macPlaces.vtep(mac))
  return vteps
}
