/** Rows of the shared tables as the words of findings name them. */
import type { Analysis } from '../analyzers/analysis.ts'
import type { Tunnel } from '../findings/display-filter.ts'

/** The tunnels that carry a VNI: kind and destination port, of all VTEP pairs or of one. */
export function tunnelsOf({ keys, ports }: Analysis, vni: number, pairRow?: number): Tunnel[] {
  const byPair = ports.destinationPorts(keys.pairs.count)
  const tunnels = new Map<string, Tunnel>()
  for (let route = 0; route < keys.routes.count; route++) {
    const kindVni = keys.routes.word(route, 0)
    const pair = keys.pairOfRoute(route)
    if ((kindVni & 0xff_ffff) !== vni || (pairRow !== undefined && pair !== pairRow)) continue
    for (const port of byPair[pair] ?? []) {
      const kind = keys.kindName(kindVni >>> 24)
      tunnels.set(`${kind} ${port}`, { kind, port, vni })
    }
  }
  return [...tunnels.values()].sort((left, right) => left.port - right.port || (left.kind < right.kind ? -1 : 1))
}

/** Addresses in print, ascending. */
export function formatAll({ keys }: Analysis, ids: Iterable<number>): string[] {
  return [...new Set(ids)].sort((left, right) => keys.compareAddresses(left, right)).map((id) => keys.formatAddress(id))
}
