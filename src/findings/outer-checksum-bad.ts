/** OUTER_CHECKSUM_BAD: outer UDP checksums that the receiving VTEP's host refuses. */
import { and, anyTunnel, fromTo, notVerified, type Tunnel } from './display-filter.ts'
import { amount, frames, type Words } from './finding.ts'
import { grouped } from './grouped.ts'

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
  tunnels: Tunnel[]
}

export const outerChecksumBad: Words<OuterChecksumBad> = {
  code: 'OUTER_CHECKSUM_BAD',
  severity: 'error',
  meaning: 'The outer checksum of tunnel packets is wrong, so the receiving host drops them without a word.',
  advice:
    'If every packet is wrong, switch tunnel checksum offload off at the sending VTEP; if some are, look for the link or device on the way that damages them.',
  evidence:
    'A non-zero outer UDP checksum does not match the datagram, is not the pseudo-header sum that offload leaves, and stays wrong when a partial inner checksum is filled in. Packets captured whole, and datagrams in outer fragments of which each came once; no super-frames; the outer IPv4 header counts too, wherever it was captured. Sound on the wire and at the receiver; captures with rewritten addresses mislead.',
  title: ({ count, facts }) =>
    `${amount(count, 'tunnel packet')} from ${facts.from} to ${facts.to} ${count === 1 ? 'has' : 'have'} a wrong outer ${
      facts.header < count ? 'UDP' : 'IPv4 header'
    } checksum`,
  observed: ({ count, facts }) => {
    const { total, header, inner } = facts
    const said = [`${amount(count, 'packet')}${total > 0 ? ` of ${grouped(total)} this way` : ''}`]
    if (header > 0) said.push(`in ${grouped(header)} it is the IPv4 header’s that is wrong`)
    if (inner > 0) said.push(`in ${grouped(inner)} an inner checksum is wrong too`)
    return `Outer checksums that do not match: ${said.join('; ')}.`
  },
  inferred: ({ count, facts }) =>
    isSender(count, facts.total)
      ? `${facts.from} writes the checksum wrong, as network cards with faulty tunnel offload do. ${facts.to} drops these packets and counts UdpInCsumErrors; inner connections hang in repeated SYNs.`
      : `Bits were changed between ${facts.from} and the capture point. ${facts.to} drops these packets and counts UdpInCsumErrors; inner TCP sends them again, everything else is lost.`,
  remedy: ({ count, facts }) =>
    isSender(count, facts.total)
      ? `On ${facts.from}: ethtool -K <underlay interface> tx-udp_tnl-csum-segmentation off tx-checksum-ip-generic off, or send no outer checksum over IPv4 (ip link … type vxlan … noudpcsum). Check with nstat UdpInCsumErrors on ${facts.to}.`
      : `Read the error counters (ethtool -S, switch ports) along the path from ${facts.from} to ${facts.to}, and capture at both ends to see on which side of each hop the packets are still right. Keep the outer checksum on: it is what catches them.`,
  displayFilter: ({ count, packets, facts }) => {
    const path = fromTo(facts.from, facts.to)
    // Wireshark verifies UDP checksums only when told to: where the numbers are all there, they say it best.
    if (count <= packets.length) return and(path, frames(packets))
    return and(path, anyTunnel(facts.tunnels), notVerified('outer'))
  },
}

/** Whether the sender is to blame: nothing that went this way was right. */
function isSender(count: number, total: number): boolean {
  return count >= 3 && count >= total
}
