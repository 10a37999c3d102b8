/** PATH_LOSS: what some outer source ports carry is lost between two captures, what others carry is not. */

import { amount, type Words } from '../finding.ts'
import { arrivesAt, type Between, temperedBetween, way } from '../words/compared.ts'
import { and, fromTo } from '../words/display-filter.ts'
import { listed } from '../words/list.ts'

/** One direction. */
export interface PathLoss extends Between {
  /** Source ports whose packets are lost, and how many others have packets that arrive. */
  ports: number[]
  others: number
  /** Packets that left from these ports. */
  sentFromPorts: number
}

export const pathLoss: Words<PathLoss> = {
  code: 'PATH_LOSS',
  severity: 'error',
  meaning:
    'Packets from some outer source ports are lost between the capture points and those from others are not: one of several equal-cost paths drops them.',
  advice:
    'Find which member of the equal-cost group or link bundle these source ports hash to, and take it out; probe each path with its source port.',
  evidence:
    'Both captures of a comparison: the packets of at least one outer source port are lost, all of them or most on two ports and more, while those of other ports that leave at the same time arrive. VTEPs derive the source port from the inner flow (RFC 7348 §5) and routers choose the path by it; a filter on single inner flows looks the same.',
  title: ({ facts }) =>
    `Packets from ${amount(facts.ports.length, 'outer source port')} are lost ${way(facts)}, those from ${facts.others} others arrive`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} of ${facts.sentFromPorts} from source port ${listed(facts.ports.map(String), 8)} left (${facts.sentAt} capture) and did not arrive (${arrivesAt(facts)} capture); packets from ${amount(facts.others, 'other source port')} arrived in the same time.`,
  inferred: ({ facts }) =>
    `One of the equal-cost paths between the two capture points, or one link of a bundle, drops what it is given; or a filter blocks these inner flows alone.${temperedBetween(facts)}`,
  remedy: ({ facts }) =>
    `Ask the routers on the way which path source port ${facts.ports[0]} takes (show … hash, or traceroute -U --sport=${facts.ports[0]} -p the tunnel's port), and take that link or line card out; compare inner flows if a filter may be the reason.`,
  displayFilter: ({ facts }) =>
    and(fromTo(facts.from, facts.to), `udp.srcport in {${facts.ports.slice(0, 64).join(', ')}}`),
}
