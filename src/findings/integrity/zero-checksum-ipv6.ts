/** ZERO_CHECKSUM_IPV6: tunnel packets without a UDP checksum over IPv6. */

import { amount, type Words } from '../finding.ts'
import { and, anyTunnel, between, type Tunnel } from '../words/display-filter.ts'
import { linkCommand } from '../words/tunnel-command.ts'

/** Packets of one VTEP pair without an outer checksum. */
export interface ZeroChecksumIpv6 {
  a: string
  b: string
  tunnels: Tunnel[]
}

export const zeroChecksumIpv6: Words<ZeroChecksumIpv6> = {
  code: 'ZERO_CHECKSUM_IPV6',
  severity: 'note',
  meaning: 'Tunnel packets over IPv6 carry no UDP checksum, which is legal for tunnels.',
  advice:
    'No action needed while traffic flows; if it does not, enable the checksum on both VTEPs or allow zero on both.',
  evidence: 'The UDP checksum of a tunnel packet over IPv6 is 0. Reliable at any capture point.',
  title: ({ facts }) => `Tunnel packets between ${facts.a} and ${facts.b} carry no UDP checksum over IPv6`,
  observed: ({ count }) => `${amount(count, 'packet')} with the UDP checksum 0 over IPv6.`,
  inferred: () =>
    'Legal for tunnels (RFC 6935, RFC 6936), and cheaper. But a receiver drops such packets unless configured to accept them, some network cards and firewalls always drop them, and the IPv6 addresses are not protected.',
  remedy: ({ facts }) =>
    `No action needed while traffic flows both ways. If ${facts.a} or ${facts.b} receives nothing, allow it there (${linkCommand(facts.tunnels, 'udp6zerocsumrx')}) or send checksums (noudp6zerocsumtx).`,
  displayFilter: ({ facts }) => and(between(facts.a, facts.b), 'udp.checksum == 0', anyTunnel(facts.tunnels)),
}
