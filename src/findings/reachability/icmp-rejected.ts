/** ICMP_REJECTED: requests of guests that ICMP rejects inside the overlay. */

import { amount, type Words } from '../finding.ts'
import { family, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { unreachableFor } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'
import { acceptAgain, type RejectionFacts, rejectedText, rejects, whyRejected } from '../words/rejection.ts'

/** Requests to one server and port, or, where no service fails for good, all that the same hosts reject for the same reason. */
export interface IcmpRejected {
  vni: number
  /** VTEP of who asks, to which the errors go. */
  to: string
  protocol: 'TCP' | 'UDP'
  /** `SYN`, `DNS query`. */
  request: string
  requests: string
  clients: string[]
  servers: string[]
  ports: number[]
  rejection: RejectionFacts
  /** Whether every request was rejected for a second or more, to the end of the capture. */
  isLasting: boolean
  tunnels: Tunnel[]
}

export const icmpRejected: Words<IcmpRejected> = {
  code: 'ICMP_REJECTED',
  severity: 'warning',
  meaning:
    'Requests of guests (SYNs, DNS queries and the like) are rejected by ICMP inside the overlay: the tunnel works, the service does not.',
  advice:
    'Look at the host that sends the errors: a packet filter that rejects, a service that is not running, a server that is down.',
  evidence:
    'ICMP destination unreachable (ICMPv6 1) inside the tunnel that quotes a SYN or a UDP request that was seen. A warning for three rejections or more of one server and port within a second and longer, after which that server and port answer nothing; else a note, since a scan, a traceroute or a service that restarts gets a few. Where TCP_UNANSWERED or UDP_UNANSWERED tell it, it is not said again. Reliable wherever it is seen.',
  title: ({ count, facts }) =>
    `${rejects(facts.rejection)} ${amount(count, facts.request, facts.requests)}${isAbout(facts) ? '' : ` to ${facts.servers[0]}`} in VNI ${facts.vni} (ICMP ${facts.rejection.reason})`,
  observed: ({ facts }) =>
    `${listed(facts.clients, 3)} sent ${facts.requests} to ${listed(facts.servers, 3)}, ${facts.protocol} port ${listed(facts.ports.map(String), 5)}. ` +
    rejectedText(facts.rejection, facts.request, facts.requests) +
    (facts.isLasting ? ' Nothing from that server and port was seen afterwards.' : ''),
  inferred: ({ facts }) => whyRejected(facts.rejection, facts.requests, facts.servers, facts.ports),
  remedy: ({ facts }) =>
    `${facts.isLasting ? '' : 'Nothing, if a scan, a traceroute or a restart explains it; else: '}${acceptAgain(facts.rejection, facts.protocol, facts.servers, facts.ports)}`,
  displayFilter: ({ facts }) =>
    within(facts.tunnels, `${family(facts.to)}.dst == ${facts.to}`, unreachableFor(facts.clients[0]!)),
}

/** Whether who rejects the requests is whom they are to, or there are several: the title then says it once. */
function isAbout({ servers, rejection }: IcmpRejected): boolean {
  return servers.length !== 1 || (rejection.reporters.length === 1 && rejection.reporters[0] === servers[0])
}
