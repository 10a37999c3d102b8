/** ONE_WAY: requests in one direction, nothing in the other. */

import { amount, type Words } from '../finding.ts'
import { fromTo, type Tunnel } from '../words/display-filter.ts'
import { tempered, within } from '../words/flow-filter.ts'

/** One direction of a VTEP pair and VNI. */
export interface OneWay {
  vni: number
  from: string
  to: string
  /** Packets that came back before the silence. */
  before: number
  tunnels: Tunnel[]
  dropped: number | null
}

export const oneWay: Words<OneWay> = {
  code: 'ONE_WAY',
  severity: 'error',
  meaning: 'A VTEP pair carries requests of a VNI in one direction, and nothing comes back.',
  advice:
    'Check that the far VTEP has the VNI and a route back, and that no firewall drops its UDP port; capture at the far end to see where the packets stop.',
  evidence:
    'At least three requests (echo, SYN, a question by UDP, or an address by unicast) over one VTEP pair and VNI, and after them not one packet in the other direction to the end of the capture. Broadcast and multicast frames, replicas and packets that may be too large are not counted; answers by another VTEP, in another VNI or in the same direction (mirror sessions) count. Reliable where both directions pass; a tap in front of a host firewall also shows packets that the firewall then drops.',
  title: ({ count, facts }) =>
    `One-way traffic from ${facts.from} to ${facts.to} in VNI ${facts.vni}: ${amount(count, 'request')} unanswered`,
  observed: ({ count, facts }) =>
    `None of ${amount(count, 'request')} from ${facts.from} to ${facts.to} in VNI ${facts.vni} was answered, and nothing came back ` +
    (facts.before === 0
      ? 'throughout the capture.'
      : `from then to the end of the capture; earlier, ${amount(facts.before, 'packet')} had come back.`),
  inferred: ({ facts }) =>
    `Packets from ${facts.from} do not reach the guests behind ${facts.to}, or the replies from ${facts.to} are lost: a firewall on ${facts.to} (a capture there still shows what its own firewall drops), ` +
    `VNI ${facts.vni} not configured there, or no route back.${tempered(facts.dropped)}`,
  remedy: ({ facts }) =>
    `On ${facts.to}, check that VNI ${facts.vni} exists${ports(facts)}, and that its forwarding table and route lead back to ${facts.from}; capture on ${facts.to} to see whether the requests arrive.`,
  displayFilter: ({ facts }) => within(facts.tunnels, fromTo(facts.from, facts.to)),
}

function ports({ tunnels }: OneWay): string {
  // NVGRE has no ports (RFC 7637 §3.2).
  if (tunnels.some(({ kind }) => kind === 'nvgre')) return ' and that no firewall drops GRE (IP protocol 47)'
  const list = [...new Set(tunnels.map(({ port }) => port))]
  return list.length === 0 ? '' : ` and that no firewall drops UDP port ${list.join(' or ')}`
}
