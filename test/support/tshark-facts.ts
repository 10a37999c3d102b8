/** What tshark says about the tunnels in a capture, in the form of `tunnelFacts`: the independent oracle. */
import type { TunnelKind } from '../../src/summary.ts'
import type { Facts } from './disagreements.ts'
import { tsharkFields } from './tshark.ts'
import { pairFact, vniFacts } from './tunnel-facts.ts'

const KIND_OF_PORT: Readonly<Record<string, TunnelKind>> = {
  4789: 'vxlan',
  8472: 'vxlan',
  4790: 'vxlan-gpe',
  6081: 'geneve',
}

const FIELDS = [
  'frame.number',
  'vxlan.vni',
  'vxlan.flags',
  'geneve.vni',
  'geneve.options',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'udp.dstport',
  'udp.length',
  'frame.protocols',
] as const

/**
 * tshark's answer under the contract's rules: a known destination port, a whole header with a VNI, the I flag, not quoted.
 * @throws Error when tshark is absent or cannot read the file.
 */
export async function tsharkFacts(file: string): Promise<Facts> {
  const frames = await tsharkFields(file, FIELDS, { decodeAs: ['udp.port==8472,vxlan'] })
  const rows = frames.filter((row) => row['vxlan.flags'] !== '' || row['geneve.vni'] !== '')
  const facts: Record<string, number> = { packets: frames.length, vxlanPackets: 0, gpePackets: 0, genevePackets: 0 }
  const add = (name: string, amount: number): void => {
    facts[name] = (facts[name] ?? 0) + amount
  }
  for (const row of rows) {
    const protocols = row['frame.protocols'].split(':')
    const outer = protocols.slice(0, protocols.indexOf('udp'))
    if (outer.includes('icmp') || outer.includes('icmpv6')) continue // quoted in an ICMP error: not traffic
    const kind = KIND_OF_PORT[row['udp.dstport']]
    const vni = row[kind === 'geneve' ? 'geneve.vni' : 'vxlan.vni']
    if (kind === undefined || vni === '') continue
    // Eight flag bits on the GPE port; on the others tshark takes sixteen, the group-policy ones among them.
    const flags = Number(row['vxlan.flags'])
    if (kind === 'vxlan' && (flags & 0x0800) === 0) continue
    if (kind === 'vxlan-gpe' && (flags & 0x08) === 0) continue
    const options = row['geneve.options'].replaceAll(':', '').length / 2
    const names = vniFacts(kind, Number(vni))
    add({ vxlan: 'vxlanPackets', 'vxlan-gpe': 'gpePackets', geneve: 'genevePackets', nvgre: 'nvgrePackets' }[kind], 1)
    add(names.packets, 1)
    add(names.innerBytes, Number(row['udp.length']) - 16 - options)
    const version = outer.find((name) => name === 'ip' || name === 'ipv6')
    add(version === 'ipv6' ? pairFact(row['ipv6.src'], row['ipv6.dst']) : pairFact(row['ip.src'], row['ip.dst']), 1)
  }
  return facts
}
