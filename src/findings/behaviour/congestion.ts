/** CONGESTION: the underlay marks congestion on tunnel packets. */

import { amount, type Words } from '../finding.ts'
import { and, anyTunnel, fromTo, type Tunnel } from '../words/display-filter.ts'
import { grouped } from '../words/grouped.ts'

/** Marks in one direction. */
export interface Congestion {
  from: string
  to: string
  /** Packets that were marked inside as well. */
  inner: number
  /** Tunnel packets that went this way in all. */
  total: number
  tunnels: Tunnel[]
}

export const congestion: Words<Congestion> = {
  code: 'CONGESTION',
  severity: 'note',
  meaning: 'Routers of the underlay mark tunnel packets: a queue on the way is filling.',
  advice:
    'Look at the queues between the two VTEPs; check that the receiving VTEP copies the marks to the inner header.',
  evidence:
    'The outer IP header of a tunnel packet says Congestion Experienced (RFC 3168 §5). Reliable behind the router that marks.',
  title: ({ facts }) => `The underlay is congested on the way from ${facts.from} to ${facts.to}`,
  observed: ({ count, facts }) =>
    `${amount(count, 'tunnel packet')} of ${grouped(facts.total)} marked CE in the outer header${
      facts.inner > 0 ? `; ${grouped(facts.inner)} of them were marked inside before they entered the tunnel` : ''
    }.`,
  inferred: ({ facts }) =>
    `A queue between ${facts.from} and the capture point is filling and marks packets instead of dropping them. Inner senders slow down once VTEP ${facts.to} has copied the mark to the inner header (RFC 6040 §4.2).`,
  remedy: ({ facts }) =>
    `Find the full queue on the way from ${facts.from} to ${facts.to} (tc -s qdisc, switch buffer counters) and add capacity or spread the load.`,
  displayFilter: ({ facts }) =>
    and(fromTo(facts.from, facts.to), anyTunnel(facts.tunnels), '(ip.dsfield.ecn == 3 || ipv6.tclass.ecn == 3)'),
}
