/** Rows of VTEP pairs by VNI as findings name them; looked up once for a whole diagnosis. */
import type { Analysis } from '../analyzers/analysis.ts'
import { NONE } from '../codecs/fault.ts'
import * as geneve from '../codecs/geneve.ts'
import { TunnelKind } from '../codecs/layers.ts'
import * as gpe from '../codecs/vxlan-gpe.ts'
import type { Tunnel } from '../findings/display-filter.ts'
import type { TunnelKind as TunnelName } from '../summary.ts'

/** Kinds of tunnels, in the order in which filters name them. */
const TUNNEL_KINDS = [TunnelKind.Vxlan, TunnelKind.Gpe, TunnelKind.Geneve, TunnelKind.Nvgre]

/** Ports of the kinds that have one of their own; VXLAN comes to any other. */
const OWN_PORTS: Partial<Record<TunnelName, number>> = { 'vxlan-gpe': gpe.PORT, geneve: geneve.PORT }

/** Names of routes (a VTEP pair in one VNI) and of VTEP pairs. */
export class Routes {
  readonly #portsByPair: readonly (readonly number[])[]
  /** Bits of tunnel kinds by pair row; made when first asked for. */
  #kindsByPair: Uint8Array | null = null
  /** Tunnels by VNI, then by kind and port; made when first asked for. */
  #byVni: ReadonlyMap<number, ReadonlyMap<string, Tunnel>> | null = null

  /** Numbers of VLAN tags by VNI, of those with any; made when first asked for. */
  #tagsByVni: ReadonlyMap<number, readonly number[]> | null = null

  constructor(private readonly analysis: Analysis) {
    this.#portsByPair = analysis.ports.destinationPorts(analysis.keys.pairs.count)
  }

  vni(route: number): number {
    return this.analysis.keys.routes.word(route, 0) & 0xff_ffff
  }

  /** Address ids of sender and receiver; direction 0 is from the pair's a. */
  ends(route: number, direction: 0 | 1): { from: number; to: number } {
    const { routes } = this.analysis.keys
    return { from: routes.word(route, 1 + direction), to: routes.word(route, 2 - direction) }
  }

  /** Sender and receiver of a pair row in print. */
  pairEnds(pair: number, direction: 0 | 1): { from: string; to: string } {
    const { keys } = this.analysis
    return {
      from: keys.formatAddress(keys.pairs.word(pair, direction)),
      to: keys.formatAddress(keys.pairs.word(pair, 1 - direction)),
    }
  }

  /** Tunnel headers that carry a route's VNI. */
  tunnels(route: number): Tunnel[] {
    const { keys } = this.analysis
    const kindVni = keys.routes.word(route, 0)
    return this.headers(keys.kindName(kindVni >>> 24), this.vni(route), this.#ports(route))
  }

  /** UDP destination ports of a route; of its pair, whatever the VNI, where a direction of it has more than are kept. */
  #ports(route: number): readonly number[] {
    const { keys, judges } = this.analysis
    const there = judges.routeTraffic.ports(route, 0)
    const back = judges.routeTraffic.ports(route, 1)
    if (there !== null && back !== null && there.length + back.length > 0)
      return [...new Set([...there, ...back])].sort((left, right) => left - right)
    return this.#portsByPair[keys.pairOfRoute(route)] ?? []
  }

  /** Tunnel headers of a kind and VNI at those of these UDP destination ports that the kind comes to. */
  headers(kind: TunnelName, vni: number, ports: Iterable<number>): Tunnel[] {
    const tags = this.#tags(vni)
    return portsOf(kind, ports).map((port) => ({ kind, port, vni, ...(tags.length === 0 ? {} : { tags }) }))
  }

  /** Tunnel headers that carry a VNI between any VTEPs, whatever their kind. */
  vniTunnels(vni: number): Tunnel[] {
    this.#byVni ??= this.#indexVnis()
    return [...(this.#byVni.get(vni)?.values() ?? [])].sort(
      (left, right) => left.port - right.port || (left.kind < right.kind ? -1 : 1),
    )
  }

  /** Tunnel headers of several routes without repeats. */
  distinct(routes: readonly number[]): Tunnel[] {
    const tunnels = new Map<string, Tunnel>()
    for (const route of routes) {
      for (const which of this.tunnels(route)) tunnels.set(`${which.kind} ${which.port} ${which.vni}`, which)
    }
    return [...tunnels.values()].sort((left, right) => left.port - right.port || (left.kind < right.kind ? -1 : 1))
  }

  /** How many VLAN tags frames of a VNI have, ascending; empty where all have none. */
  #tags(vni: number): readonly number[] {
    this.#tagsByVni ??= tagsByVni(this.analysis)
    return this.#tagsByVni.get(vni) ?? []
  }

  #indexVnis(): Map<number, Map<string, Tunnel>> {
    const byVni = new Map<number, Map<string, Tunnel>>()
    for (let route = 0; route < this.analysis.keys.routes.count; route++) {
      const vni = this.vni(route)
      let tunnels = byVni.get(vni)
      if (tunnels === undefined) {
        tunnels = new Map()
        byVni.set(vni, tunnels)
      }
      for (const which of this.tunnels(route)) tunnels.set(`${which.kind} ${which.port}`, which)
    }
    return byVni
  }

  /** Tunnel headers of a pair row, whatever VNI they carry. */
  pairTunnels(pair: number): Tunnel[] {
    const { keys } = this.analysis
    this.#kindsByPair ??= this.#indexKinds()
    const kinds = TUNNEL_KINDS.filter((kind) => (this.#kindsByPair![pair]! & (1 << kind)) !== 0)
    return kinds.flatMap((kind) => {
      const name = keys.kindName(kind)
      return portsOf(name, this.#portsByPair[pair] ?? []).map((port) => ({ kind: name, port }))
    })
  }

  #indexKinds(): Uint8Array {
    const { keys } = this.analysis
    const kinds = new Uint8Array(keys.pairs.count)
    for (let route = 0; route < keys.routes.count; route++) {
      const pair = keys.pairOfRoute(route)
      if (pair !== NONE) kinds[pair]! |= 1 << (keys.routes.word(route, 0) >>> 24)
    }
    return kinds
  }
}

/** Of a pair's destination ports those that a kind of tunnel comes to: the one that it is known by, else any. */
function portsOf(kind: TunnelName, ports: Iterable<number>): number[] {
  if (kind === 'nvgre') return [0]
  const known = OWN_PORTS[kind]
  const all = [...ports]
  if (known !== undefined) return all.includes(known) ? [known] : all
  const own = Object.values(OWN_PORTS)
  const others = all.filter((port) => !own.includes(port))
  return others.length === 0 ? all : others
}

/**
 * How many VLAN tags the inner frames of each VNI have, from its MACs; where there are tags that say a priority and no VLAN
 * (IEEE 802.1Q-2018 §6.9), a frame may have one more.
 */
function tagsByVni({ keys, judges: { integrity } }: Analysis): Map<number, number[]> {
  const found = new Map<number, Set<number>>()
  for (let row = 0; row < keys.macs.count; row++) {
    const vni = keys.macs.word(row, 0)
    const tags = keys.vlans(keys.macs.word(row, 1)).length
    const known = found.get(vni)
    if (known === undefined) found.set(vni, new Set([tags]))
    else known.add(tags)
  }
  for (const { figures } of integrity.tags.entries()) {
    const known = found.get(figures.kindVni & 0xff_ffff)
    for (const tags of [...(known ?? [])]) known!.add(tags + 1)
  }
  const tagged = [...found].filter(([, tags]) => tags.size > 1 || !tags.has(0))
  return new Map(tagged.map(([vni, tags]) => [vni, [...tags].sort((left, right) => left - right)]))
}
