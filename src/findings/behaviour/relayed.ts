/** RELAYED: a VTEP sends on what it received over a tunnel. */

import { amount, type Words } from '../finding.ts'
import { family, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { listed } from '../words/list.ts'

/** One way through the relay. */
export interface RelayPath {
  from: string
  fromVni: number
  to: string
  toVni: number
}

/** What one VTEP sends on. */
export interface Relayed {
  vtep: string
  /** Ascending, of both sides. */
  vnis: number[]
  /** Packets with a lower TTL or other MACs, and packets back to the VTEP that had sent them. */
  routed: number
  returned: number
  /** The first few, and how many there are. */
  paths: RelayPath[]
  pathsTotal: number
  /** Tunnels by which they come and leave. */
  tunnels: Tunnel[]
}

export const relayed: Words<Relayed> = {
  code: 'RELAYED',
  severity: 'note',
  meaning: 'A VTEP forwards packets that it received over a tunnel: a router, hub, load balancer or service chain.',
  advice:
    'No action needed if the relay is intended. Other tools count each of these packets twice and report retransmissions; filter by one side of the relay there.',
  evidence:
    'The same inner packet leaves within a second towards another VTEP, VNI or port, or back to where it came from: identification, addresses, ports, sequence numbers and payload are the same, TTL and MACs may differ. Reliable where both sides of the relay pass; address translation hides it.',
  title: ({ count, facts }) => `${facts.vtep} ${howOf(count, facts)} ${amount(count, 'packet')} ${between(facts)}`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} from ${facts.vtep} had been captured before, on their way to it: ${facts.paths
      .map((path) => pathOf(path, facts.vnis.length > 1))
      .join(
        '; ',
      )}${facts.pathsTotal > facts.paths.length ? `; and ${facts.pathsTotal - facts.paths.length} more` : ''}. ` +
    `${facts.routed === 0 ? 'Inner MACs and TTL are unchanged' : facts.routed === count ? 'TTL or inner MACs differ' : `${grouped(facts.routed)} have another TTL or other inner MACs`}.`,
  inferred: ({ count, facts }) =>
    `${
      facts.returned === count && facts.routed === 0
        ? 'A bump in the wire, such as a gateway load balancer or a service chain, returns the packets it received.'
        : facts.routed * 2 > count
          ? `A router, firewall or load balancer at ${facts.vtep} forwards between these guests.`
          : `A bridge at ${facts.vtep} joins tunnels: a hub with spokes, a stitched VNI, a service chain.`
    } Each packet is in the capture once per hop: volumes count every hop, conversations are judged at the first.`,
  remedy: ({ facts }) =>
    `No action needed if ${facts.vtep} is meant to forward. In Wireshark, filter one side of it at a time: what is marked as a retransmission is the same packet at its next hop.`,
  displayFilter: ({ facts }) => within(facts.tunnels, `${family(facts.vtep)}.addr == ${facts.vtep}`),
}

function howOf(count: number, { routed, returned }: Relayed): string {
  if (routed * 2 > count) return 'routes'
  return returned === count ? 'returns' : 'forwards'
}

function between({ vnis, paths, pathsTotal, returned, routed }: Relayed): string {
  if (vnis.length > 1) return `between VNIs ${listed(vnis.map(String))}`
  const [vni] = vnis
  if (returned > 0 && routed === 0) {
    const senders = [...new Set(paths.map(({ from }) => from))]
    return `of VNI ${vni} to the VTEP that sent them${senders.length === 1 ? ` (${senders[0]})` : ''}`
  }
  const ends = [...new Set(paths.flatMap(({ from, to }) => [from, to]))]
  return pathsTotal === paths.length ? `of VNI ${vni} between ${listed(ends)}` : `of VNI ${vni}`
}

function pathOf({ from, fromVni, to, toVni }: RelayPath, showsVni: boolean): string {
  if (showsVni) return `from ${from} in VNI ${fromVni} to ${to} in VNI ${toVni}`
  return from === to ? `from ${from} and back` : `from ${from} to ${to}`
}
