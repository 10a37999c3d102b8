/** TTL_EXPIRED: tunnel datagrams run out of hops. */

import { amount, type Words } from '../finding.ts'
import { and, family, fromTo, type Tunnel } from '../words/display-filter.ts'
import { listed } from '../words/list.ts'
import { linkCommand } from '../words/tunnel-command.ts'

/** One direction of a VTEP pair. */
export interface TtlExpired {
  from: string
  to: string
  /** Routers at which the datagrams died. */
  reporters: string[]
  /** The tunnel that was quoted. */
  tunnels: Tunnel[]
  /** Whether the TTL that ran out is that of a carrier (GRE, IP in IP) around the datagrams. */
  isCarried: boolean
}

export const ttlExpired: Words<TtlExpired> = {
  code: 'TTL_EXPIRED',
  severity: 'error',
  meaning: 'The TTL (hop limit) of tunnel datagrams expires before they reach their VTEP.',
  advice:
    'Set the TTL of the tunnel to 64 or inherit it from a larger one; if it is large already, look for a routing loop.',
  evidence: 'ICMP time exceeded in transit, quoting a tunnel datagram. Reliable wherever it is seen.',
  title: ({ facts }) =>
    `${family(facts.from) === 'ipv6' ? 'ICMPv6' : 'ICMP'} Time Exceeded: the TTL of tunnel datagrams from ${facts.from} to ${facts.to} expires on the way`,
  observed: ({ count, facts }) =>
    `${listed(facts.reporters)} dropped ${amount(count, 'tunnel datagram')} from ${facts.from} to ${facts.to} and answered with ICMP “time exceeded”.`,
  inferred: ({ facts }) =>
    facts.reporters.length > 1
      ? 'They expire at several routers: in a routing loop, or because the TTL is just too small for the path.'
      : facts.isCarried
        ? 'The TTL of the carrier around them (GRE or IP in IP) is smaller than the number of routers on its path, or a routing loop uses it up.'
        : `${facts.from} sends with a TTL smaller than the number of routers to ${facts.to} (1 is the usual default for multicast), or a routing loop uses it up.`,
  remedy: ({ facts }) =>
    facts.isCarried
      ? `Set the TTL of the GRE or IP-in-IP tunnel that carries the datagrams to 64 where it begins (Linux: ip link … type gre or ipip … ttl 64); if it is large already, trace the route to its far end for a loop.`
      : `Set the TTL of the tunnel at ${facts.from} to 64 (Linux: ${linkCommand(facts.tunnels, 'ttl 64')}; Open vSwitch: options:ttl=64); if it is large already, trace the route to ${facts.to} for a loop.`,
  displayFilter: ({ facts }) =>
    and(
      family(facts.from) === 'ipv6' ? 'icmpv6.type == 3 && icmpv6.code == 0' : 'icmp.type == 11 && icmp.code == 0',
      fromTo(facts.from, facts.to),
    ),
}
