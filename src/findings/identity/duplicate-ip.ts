/** DUPLICATE_IP: one IP address in use by two guests. */

import { amount, times, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { anyOf, sentBy } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'

/** One address and its claimants. */
export interface DuplicateIp {
  vni: number
  ip: string
  vlans: number[]
  claimants: { mac: string; vtep: string }[]
  /** Questions that two of them answered, and how often one used the address within three seconds of another. */
  answeredTwice: number
  overlaps: number
  /** The one that is known by what it sends alone, and how often the other one claimed the address. */
  seen: { mac: string; vtep: string; claims: number } | null
  tunnels: Tunnel[]
}

export const duplicateIp: Words<DuplicateIp> = {
  code: 'DUPLICATE_IP',
  severity: 'error',
  meaning: 'Two guests of a VNI use the same IP address at the same time.',
  advice: 'Give one of them another address; check address management and static settings.',
  evidence:
    'ARP or neighbour discovery in one VNI and VLAN names two MACs for one IP address, and both answer one question, or the first one uses the address again within three seconds after the second has taken it, or it passes to and fro five times in 180 s. Probes, router solicitations and MLD are not claims, proxies that only answer are left out, and an address that passes on once is IP_MOVED. A MAC that never claims the address in the capture counts where it is asked at its own MAC, with a TTL that no router lowered, and still answers more than a second after the other one claimed or used it.',
  title: ({ facts }) =>
    `Duplicate IP address ${facts.ip} in VNI ${facts.vni}: ${facts.claimants.length} MACs behind ${places(facts)}`,
  observed: ({ facts, count }) =>
    facts.seen !== null
      ? whoAnswers(facts, facts.seen)
      : `${amount(count, 'conflicting claim')}: ${whoClaims(facts)}${how(facts)}.`,
  inferred: () =>
    'Two guests, or two gateways with MACs of their own, use the same address. Their neighbours send to the MAC that answered last, so connections break at random.',
  remedy: ({ facts }) =>
    `Give one of ${listed(facts.claimants.map(({ mac }) => mac))} another address; check address management and static settings for ${facts.ip}. If they are gateways of this network, give them one anycast MAC, or a virtual address (VRRP).`,
  displayFilter: ({ facts }) => within(facts.tunnels, '', anyOf(...facts.claimants.map(({ mac }) => sentBy(mac)))),
}

function whoClaims({ claimants }: DuplicateIp): string {
  const vteps = new Set(claimants.map(({ vtep }) => vtep))
  if (vteps.size === 1) return `${listed(claimants.map(({ mac }) => mac))}, all behind ${claimants[0]!.vtep}`
  return listed(claimants.map(({ mac, vtep }) => `${mac} behind ${vtep}`))
}

function whoAnswers({ claimants, overlaps }: DuplicateIp, seen: NonNullable<DuplicateIp['seen']>): string {
  const other = claimants.find(({ mac }) => mac !== seen.mac)!
  return `${other.mac} behind ${other.vtep} claimed the address ${times(seen.claims)}, while ${seen.mac} behind ${seen.vtep} was sent to and answered from it ${times(overlaps)} within 3 s of the other; the capture has no ARP or neighbour discovery of ${seen.mac} for it.`
}

function places({ claimants }: DuplicateIp): string {
  const vteps = [...new Set(claimants.map(({ vtep }) => vtep))]
  return vteps.length === 1 ? `VTEP ${vteps[0]}` : `VTEPs ${listed(vteps)}`
}

function how({ answeredTwice, overlaps }: DuplicateIp): string {
  const signs = [
    answeredTwice > 0 ? `${amount(answeredTwice, 'request')} answered by both` : '',
    overlaps > 0 ? `a previous owner used it again ${times(overlaps)} within 3 s` : '',
  ].filter((sign) => sign !== '')
  return signs.length === 0 ? '' : `; ${signs.join(', ')}`
}
