/** VTEP_UNREACHABLE: the underlay cannot resolve or reach a VTEP. */

import type { TunnelKind } from '../../summary.ts'
import { amount, type Words } from '../finding.ts'
import { and, family, fromTo } from '../words/display-filter.ts'
import { tempered } from '../words/flow-filter.ts'
import { listed } from '../words/list.ts'

/** Who could not be reached, and who says so. */
export type VtepUnreachable =
  | {
      by: 'icmp'
      /** VTEP whose datagrams do not arrive, and the one that they are for. */
      from: string
      to: string
      /** Who sent the errors. */
      reporters: string[]
      /** What the error says, as in the RFC: `host unreachable`. */
      reason: string
      /** Whether a filter refuses the datagrams, rather than that no way is known. */
      isProhibited: boolean
      kind: TunnelKind
      /** Whether the errors are about a carrier (GRE, IP in IP) around the datagrams. */
      isCarried: boolean
    }
  | {
      /** Requests of the underlay that stay unanswered. */
      by: 'arp' | 'nd'
      /** VTEP that asks, and the one that it asks for. */
      from: string
      to: string
      /** Whether an answer came in the end. */
      recovered: boolean
      /** Nothing was ever exchanged with it: it is asked for as frames are flooded. */
      isFlooded: boolean
      dropped: number | null
    }

export const vtepUnreachable: Words<VtepUnreachable> = {
  code: 'VTEP_UNREACHABLE',
  severity: 'error',
  meaning: 'The underlay cannot resolve or reach a VTEP.',
  advice:
    'Check that the VTEP is up and still has its address, the routes to it, and the filters on the way; remove it from flood lists if it is gone.',
  evidence:
    'A VTEP that spoke before is asked for by ARP or neighbour solicitation three times without an answer (a warning for an address that a VTEP asks for only as it floods frames), or an ICMP error (network or host unreachable, prohibited) quotes a datagram to it. ' +
    'Reliable at the sending VTEP and between it and the reporter. A capture that lost the answers misleads.',
  title: ({ facts }) => `VTEP ${facts.to} unreachable from ${facts.from}`,
  observed: ({ count, facts }) =>
    facts.by === 'icmp'
      ? `${listed(facts.reporters)} answered ${amount(count, 'tunnel datagram')} from ${facts.from} to ${facts.to} with ICMP “${facts.reason}”.`
      : `${amount(count, facts.by === 'arp' ? 'ARP request' : 'neighbour solicitation')} in a row from ${facts.from} for ${facts.to} unanswered${
          facts.recovered ? '; a later one was answered' : ''
        }.`,
  inferred: ({ facts }) => {
    if (facts.by !== 'icmp') {
      if (facts.isFlooded)
        return `${facts.from} floods frames to its peers and sends these requests at the same moments, so ${facts.to} is in a flood list of ${facts.from}; it is down or gone. Guests behind other VTEPs are not affected, but flooded frames keep triggering such requests.${tempered(facts.dropped)}`
      return facts.recovered
        ? `${facts.to} was down or cut off for a while; traffic to it was lost meanwhile.${tempered(facts.dropped)}`
        : `${facts.to} is down, has lost its address, or is cut off from this segment; traffic to it is lost.${tempered(facts.dropped)}`
    }
    if (facts.isCarried && !facts.isProhibited)
      return `The datagrams travel inside GRE or IP in IP, and that carrier gets no further than ${listed(facts.reporters)}.`
    return facts.isProhibited
      ? `A packet filter at ${listed(facts.reporters)} rejects the tunnel datagrams.`
      : `${listed(facts.reporters)} has no route to ${facts.to}, or the host does not answer.`
  },
  remedy: ({ facts }) =>
    facts.by === 'icmp' && facts.isProhibited
      ? facts.isCarried
        ? `Permit the carrier of the datagrams (GRE, IP protocol 47, or IP in IP) in the filter of ${listed(facts.reporters)}.`
        : facts.kind === 'nvgre'
          ? `Permit GRE (IP protocol 47) from ${facts.from} to ${facts.to} in the filter of ${listed(facts.reporters)}.`
          : `Permit UDP from ${facts.from} to the tunnel port of ${facts.to} in the filter of ${listed(facts.reporters)}.`
      : `Check that ${facts.to} is up and still has this address, and the route from ${facts.from} to it; if it is gone for good, remove it from forwarding tables and flood lists (bridge fdb, EVPN).`,
  displayFilter: ({ facts }) => {
    if (facts.by === 'arp') {
      return `arp.opcode == 1 && arp.src.proto_ipv4 == ${facts.from} && arp.dst.proto_ipv4 == ${facts.to}`
    }
    if (facts.by === 'nd') return `icmpv6.type == 135 && icmpv6.nd.ns.target_address == ${facts.to}`
    const isVersion6 = family(facts.to) === 'ipv6'
    return and(isVersion6 ? 'icmpv6.type == 1' : 'icmp.type == 3', fromTo(facts.from, facts.to))
  },
}
