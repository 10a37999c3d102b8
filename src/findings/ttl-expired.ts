/** TTL_EXPIRED: tunnel datagrams run out of hops. */
import { and, family, fromTo } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { listed } from './list.ts'

/** One direction of a VTEP pair. */
export interface TtlExpired {
  from: string
  to: string
  /** Routers at which the datagrams died. */
  reporters: string[]
}

export const ttlExpired: Words<TtlExpired> = {
  code: 'TTL_EXPIRED',
  severity: 'error',
  meaning: 'The TTL (hop limit) of tunnel datagrams expires before they reach their VTEP.',
  advice:
    'Set the TTL of the tunnel to 64 or inherit it from a larger one; if it is large already, look for a routing loop.',
  evidence: 'ICMP time exceeded in transit, quoting a datagram to a tunnel port. Reliable wherever it is seen.',
  title: ({ facts }) =>
    `${family(facts.from) === 'ipv6' ? 'ICMPv6' : 'ICMP'} Time Exceeded: the TTL of tunnel datagrams from ${facts.from} to ${facts.to} expires on the way`,
  observed: ({ count, facts }) =>
    `${listed(facts.reporters)} dropped ${amount(count, 'tunnel datagram')} from ${facts.from} to ${facts.to} and answered with ICMP “time exceeded”.`,
  inferred: ({ facts }) =>
    facts.reporters.length > 1
      ? 'They expire at several routers: in a routing loop, or because the TTL is just too small for the path.'
      : `${facts.from} sends with a TTL smaller than the number of routers to ${facts.to} (1 is the usual default for multicast), or a routing loop uses it up.`,
  remedy: ({ facts }) =>
    `Set the TTL of the tunnel at ${facts.from} to 64 (Linux: ip link … type vxlan or geneve … ttl 64; Open vSwitch: options:ttl=64); if it is large already, trace the route to ${facts.to} for a loop.`,
  displayFilter: ({ facts }) =>
    and(
      family(facts.from) === 'ipv6' ? 'icmpv6.type == 3 && icmpv6.code == 0' : 'icmp.type == 11 && icmp.code == 0',
      fromTo(facts.from, facts.to),
    ),
}
