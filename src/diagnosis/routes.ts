/** Rows of VTEP pairs by VNI as findings name them; looked up once for a whole diagnosis. */
import type { Analysis } from '../analyzers/analysis.ts'
import type { KeyTable } from '../analyzers/tables/key-table.ts'
import { NONE } from '../codecs/core/fault.ts'
import * as geneve from '../codecs/headers/geneve.ts'
import * as gpe from '../codecs/headers/vxlan-gpe.ts'
import { TunnelKind } from '../codecs/walk/layers.ts'
import type { Tunnel } from '../findings/words/display-filter.ts'
import type { TunnelKind as TunnelName } from '../summary.ts'

/** Kinds of tunnels, in the order in which filters name them. */
const TUNNEL_KINDS = [TunnelKind.Vxlan, TunnelKind.Gpe, TunnelKind.Geneve, TunnelKind.Nvgre]

const VNI_MASK = 0xff_ffff

/** Ports of the kinds that have one of their own; VXLAN comes to any other. */
const OWN_PORTS: Partial<Record<TunnelName, number>> = { 'vxlan-gpe': gpe.PORT, geneve: geneve.PORT }

/** Names of routes (a VTEP pair in one VNI) and of VTEP pairs. */
export class Routes {
  readonly #portsByPair: readonly (readonly number[])[]
  /** Bits of tunnel kinds by pair row; made when first asked for. */
  #kindsByPair: Uint8Array | null = null
  /** Routes by VNI; made when first asked for. */
  #routesByVni: RoutesByVni | null = null
  /** Tunnels of the VNIs that were asked for. */
  readonly #byVni = new Map<number, Tunnel[]>()

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
    const { keys, stateful } = this.analysis
    const there = stateful.routeTraffic.ports(route, 0)
    const back = stateful.routeTraffic.ports(route, 1)
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
    let tunnels = this.#byVni.get(vni)
    if (tunnels === undefined) {
      this.#routesByVni ??= new RoutesByVni(this.analysis.keys.routes)
      tunnels = this.distinct(this.#routesByVni.of(vni))
      this.#byVni.set(vni, tunnels)
    }
    return tunnels
  }

  /** Tunnel headers of several routes without repeats. */
  distinct(routes: Iterable<number>): Tunnel[] {
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

/** The route rows of each VNI, whatever the kind of tunnel: as chains, because there may be as many VNIs as routes. */
class RoutesByVni {
  /** Latest row of each VNI. */
  readonly #latest = new Map<number, number>()
  /** The row before it of the same VNI. */
  readonly #before: Int32Array

  constructor(routes: KeyTable) {
    this.#before = new Int32Array(routes.count)
    for (let route = 0; route < routes.count; route++) {
      const vni = routes.word(route, 0) & VNI_MASK
      this.#before[route] = this.#latest.get(vni) ?? NONE
      this.#latest.set(vni, route)
    }
  }

  *of(vni: number): Generator<number> {
    for (let route = this.#latest.get(vni) ?? NONE; route !== NONE; route = this.#before[route]!) yield route
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
function tagsByVni({ keys, stateful: { integrity } }: Analysis): Map<number, number[]> {
  const tagsOfStack = Uint8Array.from({ length: keys.vlanStacks.count }, (_, stack) => keys.vlans(stack).length)
  const tagsOf = (mac: number): number => tagsOfStack[keys.macs.word(mac, 1)] ?? 0
  /** A bit for each number of tags, of VNIs with any alone: there may be as many others as there are MACs. */
  const found = new Map<number, number>()
  for (const { figures } of integrity.tags.entries()) found.set(figures.kindVni & VNI_MASK, 0)
  for (let mac = 0; mac < keys.macs.count; mac++) if (tagsOf(mac) > 0) found.set(keys.macs.word(mac, 0), 0)
  if (found.size === 0) return new Map()
  for (let mac = 0; mac < keys.macs.count; mac++) {
    const vni = keys.macs.word(mac, 0)
    const known = found.get(vni)
    if (known !== undefined) found.set(vni, known | (1 << tagsOf(mac)))
  }
  for (const { figures } of integrity.tags.entries()) {
    const vni = figures.kindVni & VNI_MASK
    const known = found.get(vni)!
    found.set(vni, known | (known << 1))
  }
  const tagged = [...found].filter(([, bits]) => bits > 1)
  return new Map(tagged.map(([vni, bits]) => [vni, placesOf(bits)]))
}

/** Places of the bits that are set, ascending. */
function placesOf(bits: number): number[] {
  const places: number[] = []
  for (let place = 0; bits >>> place > 0; place++) if (((bits >>> place) & 1) !== 0) places.push(place)
  return places
}
