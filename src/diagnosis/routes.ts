/** Rows of VTEP pairs by VNI as findings name them; looked up once for a whole diagnosis. */
import type { Analysis } from '../analyzers/analysis.ts'
import { NONE } from '../codecs/fault.ts'
import { TunnelKind } from '../codecs/layers.ts'
import type { Tunnel } from '../findings/display-filter.ts'

/** Kinds of tunnels, in the order in which filters name them. */
const TUNNEL_KINDS = [TunnelKind.Vxlan, TunnelKind.Gpe, TunnelKind.Geneve]

/** Names of routes (a VTEP pair in one VNI) and of VTEP pairs. */
export class Routes {
  readonly #portsByPair: readonly (readonly number[])[]
  /** Bits of tunnel kinds by pair row; made when first asked for. */
  #kindsByPair: Uint8Array | null = null
  /** Tunnels by VNI, then by kind and port; made when first asked for. */
  #byVni: ReadonlyMap<number, ReadonlyMap<string, Tunnel>> | null = null

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
    const kind = keys.kindName(keys.routes.word(route, 0) >>> 24)
    const vni = this.vni(route)
    return (this.#portsByPair[keys.pairOfRoute(route)] ?? []).map((port) => ({ kind, port, vni }))
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
    return kinds.flatMap((kind) => (this.#portsByPair[pair] ?? []).map((port) => ({ kind: keys.kindName(kind), port })))
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
