/** IP_MOVED: one IP address passed from one MAC to another. */
import type { Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'
import { anyOf, sentBy } from './inner-condition.ts'

/** One address that was handed over. */
export interface IpMoved {
  vni: number
  ip: string
  from: { mac: string; vtep: string }
  to: { mac: string; vtep: string }
  /** How often it passed on. */
  passes: number
  tunnels: Tunnel[]
}

export const ipMoved: Words<IpMoved> = {
  code: 'IP_MOVED',
  severity: 'note',
  meaning: 'One IP address passed from one MAC to another, and the former owner fell silent.',
  advice: 'Nothing, if a failover or a new guest with that address was meant.',
  evidence:
    'ARP or neighbour discovery claims an IP address of a VNI and VLAN from one MAC, then from another, and the first one does not use it again within three seconds. Sound wherever the claims pass.',
  title: ({ facts }) =>
    `${facts.ip} of VNI ${facts.vni} moved from ${facts.from.mac} to ${facts.to.mac}${
      facts.from.vtep === facts.to.vtep ? '' : ` (VTEP ${facts.from.vtep} to ${facts.to.vtep})`
    }`,
  observed: ({ facts }) =>
    `${facts.ip} was in use with ${facts.from.mac} behind ${facts.from.vtep}, then with ${facts.to.mac} behind ${facts.to.vtep}${
      facts.passes > 1 ? `, ${amount(facts.passes, 'move')} in all` : ''
    }; each time the former owner stopped using it.`,
  inferred: () =>
    'A virtual address failed over to another node (VRRP, keepalived, a cluster), or the address was given to another guest.',
  remedy: () => 'Nothing, if that was meant. Clients that keep the former MAC need the new owner to announce itself.',
  displayFilter: ({ facts }) => within(facts.tunnels, '', anyOf(sentBy(facts.from.mac), sentBy(facts.to.mac))),
}
