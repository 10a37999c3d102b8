/** TTL_LOW: tunnel datagrams with few hops left, and no answer. */

import { amount, type Words } from '../finding.ts'
import { fromTo, type Tunnel } from '../words/display-filter.ts'
import { tempered, within } from '../words/flow-filter.ts'
import { linkCommand } from '../words/tunnel-command.ts'

/** One direction of a VTEP pair and VNI. */
export interface TtlLow {
  vni: number
  from: string
  /** A VTEP, or a multicast group. */
  to: string
  isGroup: boolean
  /** The largest TTL or hop limit that was seen. */
  ttl: number
  tunnels: Tunnel[]
  dropped: number | null
}

export const ttlLow: Words<TtlLow> = {
  code: 'TTL_LOW',
  severity: 'warning',
  meaning: 'Requests leave in tunnel datagrams with a very small outer TTL (hop limit), and are not answered.',
  advice:
    'Set the TTL of the tunnel to 64; a router that drops datagrams for their TTL says so by ICMP, which may be filtered.',
  evidence:
    'Three requests or more with an outer TTL below 5 over one VTEP pair and VNI, none of them answered; to a multicast group with TTL 1 and no other VTEP of the VNI seen. Where ICMP time exceeded explains it, TTL_EXPIRED is said instead; a TTL taken from the guest (traceroute) does not count. A suspicion: a small TTL is enough where no router is between the VTEPs.',
  title: ({ count, facts }) =>
    `Outer TTL of ${facts.ttl} may be too small from ${facts.from} to ${facts.isGroup ? `group ${facts.to}` : facts.to} in VNI ${facts.vni}: ${amount(count, 'request')} unanswered`,
  observed: ({ count, facts }) =>
    `${amount(count, 'request')} from ${facts.from} to ${facts.to} in VNI ${facts.vni} had an outer TTL of ${facts.ttl === 1 ? '1' : `${facts.ttl} at most`}, and none was answered` +
    `${facts.isGroup ? '; no other VTEP of the VNI was seen' : ''}.`,
  inferred: ({ facts }) =>
    `The TTL may expire on the way: ${facts.ttl === 1 ? 'the next router drops the datagrams' : `router ${facts.ttl} on the path drops the datagrams`}, and its ICMP “time exceeded” is filtered or not sent${facts.isGroup ? ' (routers send no ICMP errors for multicast)' : ''}.${tempered(facts.dropped)}`,
  remedy: ({ facts }) =>
    `Set the TTL of the tunnel at ${facts.from} to 64 (${linkCommand(facts.tunnels, 'ttl 64')}; options:ttl=64 in Open vSwitch), then send the requests again.`,
  displayFilter: ({ facts }) =>
    within(
      facts.tunnels,
      `${fromTo(facts.from, facts.to)} && ${facts.from.includes(':') ? 'ipv6.hlim' : 'ip.ttl'} <= ${facts.ttl}`,
    ),
}
