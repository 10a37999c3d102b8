/** DUPLICATE_IP: one IP address claimed by two guests behind two VTEPs. */
import type { Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'
import { anyOf, sentBy } from './inner-condition.ts'

/** One address and its two claimants. */
export interface DuplicateIp {
  vni: number
  ip: string
  vlans: number[]
  claimants: { mac: string; vtep: string }[]
  /** Whether the first one claimed it again after the second had. */
  contested: boolean
  tunnels: Tunnel[]
}

export const duplicateIp: Words<DuplicateIp> = {
  code: 'DUPLICATE_IP',
  severity: 'error',
  meaning: 'Two guests behind two VTEPs claim one IP address of a VNI.',
  advice: 'Give one of them another address; check address management and static settings.',
  evidence:
    'ARP or neighbour discovery in one VNI and VLAN names two MACs behind two VTEPs for one IP address. Probes, router solicitations and MLD claim nothing.',
  title: ({ facts }) => `IP address ${facts.ip} of VNI ${facts.vni} is claimed by two MACs behind two VTEPs`,
  observed: ({ facts, count }) =>
    `${amount(count, 'claim')} that differ or conflict: ${facts.claimants.map(({ mac, vtep }) => `${mac} behind ${vtep}`).join(' and ')}${
      facts.contested ? '; the first one kept claiming it after the second had' : ''
    }.`,
  inferred: () =>
    'Two guests were given one address. Neighbours believe whichever answered last, so connections break at random.',
  remedy: ({ facts }) =>
    `Give one of ${facts.claimants.map(({ mac }) => mac).join(' and ')} another address; check address management and static settings for ${facts.ip}.`,
  displayFilter: ({ facts }) => within(facts.tunnels, '', anyOf(...facts.claimants.map(({ mac }) => sentBy(mac)))),
}
