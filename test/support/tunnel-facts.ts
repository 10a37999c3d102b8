/** What a summary says about tunnels, flattened into facts that an oracle can be held against. */
import type { Summary, TunnelKind } from '../../src/summary.ts'
import type { Facts } from './disagreements.ts'

/** Name of the fact that counts the packets from one outer address to another. */
export function pairFact(from: string, to: string): string {
  return `pair ${from} > ${to} packets`
}

/** Names of the two facts about a VNI; VXLAN-GPE and Geneve are told apart from VXLAN. */
export function vniFacts(kind: TunnelKind, vni: number): { packets: string; innerBytes: string } {
  const name = kind === 'vxlan' ? `vni ${vni}` : `${kind} vni ${vni}`
  return { packets: `${name} packets`, innerBytes: `${name} innerBytes` }
}

/** Directed packet counts of every VTEP pair. */
export function pairFacts(summary: Summary): Record<string, number> {
  const facts: Record<string, number> = {}
  for (const pair of summary.vtepPairs) {
    if (pair.packetsAToB > 0) facts[pairFact(pair.a, pair.b)] = pair.packetsAToB
    if (pair.packetsBToA > 0) facts[pairFact(pair.b, pair.a)] = pair.packetsBToA
  }
  return facts
}

/** Packets, packets by kind, VNIs with packets and inner bytes, and VTEP pairs by direction. */
export function tunnelFacts(summary: Summary): Facts {
  const facts: Record<string, number> = {
    packets: summary.capture.packets,
    vxlanPackets: summary.tunnel.vxlanPackets,
    gpePackets: summary.tunnel.gpePackets,
    genevePackets: summary.tunnel.genevePackets,
    ...pairFacts(summary),
  }
  for (const row of summary.vnis) {
    const names = vniFacts(row.kind, row.vni)
    facts[names.packets] = row.packets
    facts[names.innerBytes] = row.innerBytes
  }
  return facts
}
