/** ARP_UNANSWERED: requests for an inner address stay unanswered. */

import { amount, times, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { tempered, within } from '../words/flow-filter.ts'
import { askingFor } from '../words/inner-condition.ts'

/** The address, and who asks for it. */
export interface ArpUnanswered {
  vni: number
  vlans: number[]
  ip: string
  asker: string
  vtep: string
  /** Answers before the questions that got none. */
  answers: number
  tunnels: Tunnel[]
  dropped: number | null
}

export const arpUnanswered: Words<ArpUnanswered> = {
  code: 'ARP_UNANSWERED',
  severity: 'warning',
  meaning: 'A guest repeats ARP requests or neighbour solicitations for an address of its VNI, and none is answered.',
  advice:
    'Check that the address exists and is up, that its VTEP has the VNI, and that broadcast reaches it: flood list, multicast group, or ARP suppression.',
  evidence:
    'Three or more requests for one address of a VNI without a reply, repeated by the asker within seconds (an asker that had its answer would not ask again). Probes, announcements, replicas and copies are not counted. Reliable wherever the requests pass.',
  title: ({ facts }) => `${protocol(facts)} for ${facts.ip} unanswered in VNI ${facts.vni}`,
  observed: ({ count, facts }) =>
    `${amount(count, facts.ip.includes(':') ? 'neighbour solicitation' : 'ARP request')} for ${facts.ip} in VNI ${facts.vni}${facts.vlans.length === 0 ? '' : ` (VLAN ${facts.vlans.join(', ')})`}, the last from ${facts.asker} behind ${facts.vtep}, got no reply` +
    `${facts.answers === 0 ? '' : `; earlier ones were answered ${times(facts.answers)}`}.`,
  inferred: ({ facts }) =>
    `${facts.ip} is down or does not exist, or the requests do not reach it: its VTEP is missing from the flood list or the multicast group, or uses another VNI.${tempered(facts.dropped)}`,
  remedy: ({ facts }) =>
    `Check that ${facts.ip} is up, and that ${facts.vtep} floods VNI ${facts.vni} to its VTEP (Linux: bridge fdb show; EVPN: type 3 routes).`,
  displayFilter: ({ facts }) => within(facts.tunnels, '', askingFor(facts.ip)),
}

function protocol({ ip }: ArpUnanswered): string {
  return ip.includes(':') ? 'Neighbour solicitation' : 'ARP'
}
