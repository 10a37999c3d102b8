/** INNER_TRUNCATED: the tunnel carried less of the inner packet than there should be. */

import { amount, type Words } from '../finding.ts'
import { and, fromTo, isDissected, oneOf, type Tunnel, tunnel } from '../words/display-filter.ts'

/** Cut inner packets of one VNI in one direction. */
export interface InnerTruncated {
  vni: number
  from: string
  to: string
  /** Packets without a whole inner Ethernet header, and packets that carry less than the inner packet says. */
  header: number
  packet: number
  tunnels: Tunnel[]
}

/** UDP length up to which no inner Ethernet header has room: UDP 8, VXLAN 8, Ethernet 14, less one. */
const NO_ROOM = 29

export const innerTruncated: Words<InnerTruncated> = {
  code: 'INNER_TRUNCATED',
  severity: 'error',
  meaning: 'The tunnel carried less than the whole inner packet, although the capture is not truncated.',
  advice: 'Find what builds these packets: the sending VTEP, its segmentation offload, or a program that crafts them.',
  evidence:
    'The bytes behind the tunnel header are fewer than an Ethernet header, or fewer than the inner IP length says; the record is as long as its outer IP packet, and no checksum says that a length was damaged. Reliable on the wire and at the receiver.',
  title: ({ count, facts }) =>
    `${amount(count, 'inner packet')} of VNI ${facts.vni} from ${facts.from} ${count === 1 ? 'was' : 'were'} truncated before the capture point`,
  observed: ({ facts }) =>
    `${[
      facts.header > 0 ? `${amount(facts.header, 'packet')} shorter than the 14-byte inner Ethernet header` : '',
      facts.packet > 0 ? `${amount(facts.packet, 'packet')} shorter than the inner IP length` : '',
    ]
      .filter((part) => part !== '')
      .join(', ')}.`,
  inferred: ({ facts }) =>
    `The rest was never in the tunnel: ${facts.from} sent the packets like this, or a device on the path truncated the datagrams and adjusted their lengths. The guest behind ${facts.to} drops them.`,
  remedy: ({ facts }) =>
    `At ${facts.from}, find the program or virtual switch that builds these packets; where the network card segments tunnel traffic, try ethtool -K <underlay interface> tx-udp_tnl-segmentation off and compare.`,
  displayFilter: ({ facts }) =>
    and(
      fromTo(facts.from, facts.to),
      oneOf(...facts.tunnels.map((which) => and(tunnel(which), isShort(which, facts)))),
    ),
}

/** Wireshark marks as malformed, or as of a bogus length, what it takes apart; elsewhere only the shortest can be told. */
function isShort(which: Tunnel, { header, packet }: InnerTruncated): string {
  if (isDissected(which)) return `(udp.length <= ${NO_ROOM} || _ws.malformed || ip.bogus_ip_length || _ws.short)`
  return packet > 0 || header === 0 ? '' : `udp.length <= ${NO_ROOM}`
}
