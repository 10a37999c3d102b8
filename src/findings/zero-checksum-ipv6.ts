/** ZERO_CHECKSUM_IPV6: tunnel packets without a UDP checksum over IPv6. */
import { and, anyTunnel, between, type Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { linkCommand } from './tunnel-command.ts'

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
  advice: 'Nothing while traffic flows; if it does not, switch the checksum on at both VTEPs or allow zero at both.',
  evidence: 'The UDP checksum of a tunnel packet over IPv6 is 0. Sound at any capture point.',
  title: ({ facts }) => `Tunnel packets between ${facts.a} and ${facts.b} carry no UDP checksum over IPv6`,
  observed: ({ count }) => `${amount(count, 'packet')} with the UDP checksum 0 over IPv6.`,
  inferred: () =>
    'Legal for tunnels (RFC 6935, RFC 6936), and cheaper. But a receiver drops such packets unless it is told to accept them, some network cards and firewalls drop them always, and nothing protects the IPv6 addresses.',
  remedy: ({ facts }) =>
    `Nothing while traffic flows both ways. If ${facts.a} or ${facts.b} receives nothing, allow it there (${linkCommand(facts.tunnels, 'udp6zerocsumrx')}) or send checksums (noudp6zerocsumtx).`,
  displayFilter: ({ facts }) => and(between(facts.a, facts.b), 'udp.checksum == 0', anyTunnel(facts.tunnels)),
}
