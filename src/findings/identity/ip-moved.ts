/** IP_MOVED: one IP address passed from one MAC to another. */

import { amount, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { anyOf, sentBy } from '../words/inner-condition.ts'

/** One address that was handed over. */
export interface IpMoved {
  vni: number
  ip: string
  from: { mac: string; vtep: string }
  to: { mac: string; vtep: string }
  /** How often it passed on. */
  passes: number
  /** Whether the former owner is known by what it sent alone. */
  isSeen: boolean
  tunnels: Tunnel[]
}

export const ipMoved: Words<IpMoved> = {
  code: 'IP_MOVED',
  severity: 'note',
  meaning: 'One IP address passed from one MAC to another, and the previous owner stopped using it.',
  advice: 'No action needed if a failover or the reuse of the address was intended.',
  evidence:
    'ARP or neighbour discovery claims an IP address of a VNI and VLAN from one MAC, then from another, and the first one does not use it again within three seconds. A former owner that never claims it in the capture is known by what it sends with a TTL that no router lowered; the new one must send from it too. Reliable wherever the claims pass.',
  title: ({ facts }) =>
    `${facts.ip} of VNI ${facts.vni} moved from ${facts.from.mac} to ${facts.to.mac}${
      facts.from.vtep === facts.to.vtep ? '' : ` (VTEP ${facts.from.vtep} to ${facts.to.vtep})`
    }`,
  observed: ({ facts }) =>
    `${facts.ip} was in use with ${facts.from.mac} behind ${facts.from.vtep}, then with ${facts.to.mac} behind ${facts.to.vtep}${
      facts.passes > 1 ? `, ${amount(facts.passes, 'move')} in all` : ''
    }; the previous owner stopped using it.${facts.isSeen ? ` It is known by what it sent: the capture has no ARP or neighbour discovery of ${facts.from.mac} for it.` : ''}`,
  inferred: () =>
    'A virtual address failed over to another node (VRRP, keepalived, a cluster), or the address was given to another guest.',
  remedy: () =>
    'No action needed if this was intended. If clients still use the old MAC, let the new owner send a gratuitous ARP (IPv6: an unsolicited neighbour advertisement).',
  displayFilter: ({ facts }) => within(facts.tunnels, '', anyOf(sentBy(facts.from.mac), sentBy(facts.to.mac))),
}
