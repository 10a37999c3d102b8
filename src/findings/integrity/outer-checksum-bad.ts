/** OUTER_CHECKSUM_BAD: outer checksums for which the receiving VTEP's host drops the packets. */

import { amount, frames, type Words } from '../finding.ts'
import { and, anyTunnel, fromTo, notVerified, type Tunnel } from '../words/display-filter.ts'
import { grouped } from '../words/grouped.ts'
import { linkCommand } from '../words/tunnel-command.ts'

/** What points to addresses that were rewritten on the way. */
export interface Rewrite {
  /** Whether IPv4's header checksum is wrong together with UDP's in every packet. */
  isBoth: boolean
  /** The address with which the checksum would be right, in place of the source or of the destination; `null` where none is known. */
  source: string | null
  destination: string | null
}

/** Wrong outer checksums in one direction. */
export interface OuterChecksumBad {
  from: string
  to: string
  /** Tunnel packets that went this way in all. */
  total: number
  /** Packets whose outer IPv4 header has a wrong checksum. */
  header: number
  /** Packets whose inner checksum is wrong too. */
  inner: number
  /** `null` when nothing points to rewritten addresses. */
  rewrite: Rewrite | null
  tunnels: Tunnel[]
}

export const outerChecksumBad: Words<OuterChecksumBad> = {
  code: 'OUTER_CHECKSUM_BAD',
  severity: 'error',
  meaning: 'The outer checksum of tunnel packets is wrong, so the receiving host drops them silently.',
  advice:
    'If all differ by the same amount, look for a NAT or another device that rewrites addresses without correcting the checksum. If every packet is wrong, switch tunnel checksum offload off at the sending VTEP; if some are, look for the link or device on the way that damages them.',
  evidence:
    'A non-zero outer UDP checksum does not match the datagram, is not the pseudo-header sum that offload leaves, and stays wrong when a partial inner checksum is filled in. Packets captured whole, and datagrams in outer fragments of which each came once; no super-frames; the outer IPv4 header counts too, wherever it was captured. Reliable on the wire and at the receiver; captures with rewritten addresses mislead.',
  title: ({ count, facts }) =>
    `${amount(count, 'tunnel packet')} from ${facts.from} to ${facts.to} ${count === 1 ? 'has' : 'have'} a bad outer ${
      facts.header < count ? 'UDP' : 'IPv4 header'
    } checksum`,
  observed: ({ count, facts }) => {
    const { total, header, inner } = facts
    const said = [`${amount(count, 'packet')}${total > 0 ? ` of ${grouped(total)} this way` : ''}`]
    if (header > 0) said.push(`in ${grouped(header)} the IPv4 header checksum is wrong`)
    if (inner > 0) said.push(`in ${grouped(inner)} an inner checksum is wrong too`)
    return `Outer checksum failures: ${said.join('; ')}.${facts.rewrite === null ? '' : ` ${differences(facts.rewrite, count)}`}`
  },
  inferred: ({ count, facts }) =>
    facts.rewrite !== null
      ? `An address or port was probably rewritten on the way (NAT, a load balancer) without correcting the ${facts.rewrite.isBoth ? 'checksums' : 'UDP checksum'}, which leaves the same difference in every packet.${
          facts.rewrite.isBoth ? '' : ' Faulty checksum offload in a network card looks the same.'
        } ${facts.to} drops these packets and counts UdpInCsumErrors.`
      : isSender(count, facts.total)
        ? `${facts.from} computes the checksum wrong, as network cards with faulty tunnel offload do. ${facts.to} drops these packets and counts UdpInCsumErrors; inner connections hang while SYNs are retransmitted.`
        : `The packets were corrupted between ${facts.from} and the capture point. ${facts.to} drops these packets and counts UdpInCsumErrors; inner TCP retransmits them, other traffic is lost.`,
  remedy: ({ count, facts }) =>
    facts.rewrite !== null
      ? `Look for address translation between ${facts.from} and ${facts.to} (NAT rules, load balancers, cloud gateways) and exempt the tunnel from it: VTEPs must reach each other at the addresses that they send from. ${
          facts.rewrite.isBoth
            ? ''
            : `If there is none, switch tunnel checksum offload off at ${facts.from} (ethtool -K <underlay interface> tx-udp_tnl-csum-segmentation off) and compare. `
        }Capture on both sides of the suspected device: before it, the checksums are correct.`
      : isSender(count, facts.total)
        ? `On ${facts.from}: ethtool -K <underlay interface> tx-udp_tnl-csum-segmentation off tx-checksum-ip-generic off, or send no outer checksum over IPv4 (${linkCommand(facts.tunnels, 'noudpcsum')}). Check with nstat UdpInCsumErrors on ${facts.to}.`
        : `Read the error counters (ethtool -S, switch ports) along the path from ${facts.from} to ${facts.to}, and capture at both ends to find the hop that damages the packets. Keep the outer checksum enabled: it catches the damage.`,
  displayFilter: ({ count, packets, facts }) => {
    const path = fromTo(facts.from, facts.to)
    // Wireshark verifies UDP checksums only when told to: where the numbers are all there, they say it best.
    if (count <= packets.length) return and(path, frames(packets))
    return and(path, anyTunnel(facts.tunnels), notVerified('outer'))
  },
}

function differences({ isBoth, source, destination }: Rewrite, count: number): string {
  const all =
    count === 1 ? 'It differs from the correct value.' : 'All differ from the correct value by the same amount.'
  if (source !== null) return `They would be correct if the source address were ${source}.`
  if (destination !== null) return `They would be correct if the destination address were ${destination}.`
  return isBoth
    ? `The IPv4 header checksum and the UDP checksum are wrong together${count === 1 ? '' : ', in all of them'}.`
    : all
}

/** Whether the sender is to blame: nothing that went this way was right. */
function isSender(count: number, total: number): boolean {
  return count >= 3 && count >= total
}
