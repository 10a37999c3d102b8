/** INNER_CHECKSUM_BAD: inner packets that the guest drops. */

import { amount, frames, type Words } from '../finding.ts'
import { and, fromTo, isDissected, notVerified, oneOf, type Tunnel, tunnel } from '../words/display-filter.ts'
import { linkCommand } from '../words/tunnel-command.ts'

/** Wrong inner checksums of one VNI in one direction. */
export interface InnerChecksumBad {
  vni: number
  from: string
  to: string
  /** Packets by which checksum is wrong: inner IPv4 header, or what it carries. */
  header: number
  payload: number
  /** Packets whose checksum field is 0: nobody computed it. */
  unset: number
  /** Packets whose checksum is the pseudo header's sum, under an outer checksum that is right over it. */
  unfinished: number
  tunnels: Tunnel[]
}

export const innerChecksumBad: Words<InnerChecksumBad> = {
  code: 'INNER_CHECKSUM_BAD',
  severity: 'error',
  meaning: 'A checksum inside the tunnel is wrong, so the receiving guest drops the packet.',
  advice:
    'Enable the outer UDP checksum so that damage is caught in the underlay, then look for the link that causes it; if one guest’s packets are always wrong, look at its network card’s offload.',
  evidence:
    'The checksum of the inner IPv4 header, or of the TCP, UDP, ICMP or ICMPv6 packet in it, does not match and is not the pseudo-header sum that offload leaves; or it is that sum under an outer UDP checksum that is right over it as it stands (local checksum offload computes the outer one as if the inner one were finished). Packets captured whole, and datagrams in outer fragments of which each came once; no super-frames; none whose outer checksum is wrong, which tells of the same damage. Reliable at any capture point; captures with rewritten addresses mislead.',
  title: ({ count, facts }) =>
    `${amount(count, 'inner packet')} of VNI ${facts.vni} from ${facts.from} to ${facts.to} ${count === 1 ? 'has' : 'have'} a bad checksum`,
  observed: ({ facts }) =>
    `Checksum failures: ${listed([
      [facts.header, 'inner IPv4 header', 'inner IPv4 headers'],
      [facts.payload, 'inner TCP, UDP or ICMP packet', 'inner TCP, UDP or ICMP packets'],
      [facts.unfinished, 'unfinished checksum under a final outer one', 'unfinished checksums under final outer ones'],
      [facts.unset, 'packet with 0 in the field', 'packets with 0 in the field'],
    ])}.`,
  inferred: ({ count, facts }) => {
    const { from, to } = facts
    if (facts.unfinished >= count) {
      return `The guest left these checksums to its network card (they hold the pseudo-header sum alone), and the tunnel's sender computed the outer checksum over them as they are, so nothing completes them later. ${to} delivers the packets, and the guest drops them.`
    }
    if (facts.unset >= count) {
      return `These checksums were never computed: the packets come from a program that leaves the field empty, or from a guest that left it to its network card. ${to} delivers them, and the guest drops them.`
    }
    return `The packets were corrupted where no outer checksum protected them: between ${from} and ${to} with the outer checksum off, or before encapsulation at ${from}. ${to} delivers them, and the guest drops them.`
  },
  remedy: ({ count, facts }) => {
    const { from, to } = facts
    if (facts.unfinished >= count) {
      return `On the guest behind ${from}, disable checksum offload and compare (ethtool -K <interface> tx off); otherwise disable tunnel checksum offload on the host of ${from}, or update its virtual switch or network driver.`
    }
    if (facts.unset >= count) {
      return `On the guest behind ${from} that sends them, disable checksum offload and compare (ethtool -K <interface> tx off).`
    }
    return `Enable the outer UDP checksum at ${from} (${linkCommand(facts.tunnels, 'udpcsum')}; Open vSwitch: options:csum=true): bad outer checksums then point to the path to ${to}, good ones to the guest or its host. Read the error counters along the path.`
  },
  displayFilter: ({ count, packets, facts }) => {
    const path = fromTo(facts.from, facts.to)
    if (count <= packets.length) return and(path, frames(packets))
    return and(
      path,
      oneOf(...facts.tunnels.map((which) => and(tunnel(which), isDissected(which) ? notVerified('inner') : ''))),
    )
  },
}

/** `2 inner IPv4 headers, 1 …`: what there is none of is left out. */
function listed(amounts: [number, string, string][]): string {
  return amounts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => amount(count, one, many))
    .join(', ')
}
