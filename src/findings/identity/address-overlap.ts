/** ADDRESS_OVERLAP: several tenants use the same addresses, which the VNI keeps apart. */

import { amount, type Words } from '../finding.ts'
import { isDissected, type Tunnel, tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { anyOf, ofAddress } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'

/** Addresses in use in the same VNIs. */
export interface OverlapGroup {
  /** Ascending. */
  vnis: number[]
  /** The first few, ascending, and how many there are. */
  addresses: string[]
  total: number
}

/** Addresses that more than one VNI has in use. */
export interface AddressOverlap {
  /** Largest first, the first few. */
  groups: OverlapGroup[]
  groupsTotal: number
  /** Addresses in all groups. */
  total: number
  /** Tunnels of the first group's VNIs. */
  tunnels: Tunnel[]
}

/** VNIs that a sentence, or a filter, lists. */
const MOST_LISTED = 8

export const addressOverlap: Words<AddressOverlap> = {
  code: 'ADDRESS_OVERLAP',
  severity: 'note',
  meaning: 'The same inner address is in use in several VNIs: separate tenants, which the VNI isolates.',
  advice:
    'No action needed. Read every figure by VNI, and give other tools a VNI to filter by: most merge such conversations and report false retransmissions.',
  evidence:
    'An inner IP address holds two-way conversations in two or more VNIs, each between two VTEPs, and either with the same partner or claimed by ARP or neighbour discovery in each. Link-local addresses, groups, mirror sessions and VNIs that carry an identity do not count. Reliable at any capture point.',
  title: ({ facts }) => {
    const [first] = facts.groups as [OverlapGroup]
    const who =
      facts.total === 1 ? `${first.addresses[0]} is` : `${amount(facts.total, 'inner address', 'inner addresses')} are`
    return `${who} in use in ${facts.groupsTotal === 1 ? vnisOf(first) : 'several VNIs'}: separate tenants, isolated by the VNI`
  },
  observed: ({ facts }) =>
    `${facts.groups
      .map((group) => `${listed(group.addresses, group.addresses.length)}${rest(group)} in ${vnisOf(group)}`)
      .join(
        '; ',
      )}${facts.groupsTotal > facts.groups.length ? `; and ${amount(facts.groupsTotal - facts.groups.length, 'further set')} of VNIs` : ''}.`,
  inferred: () =>
    'Each VNI is a network of its own, so nothing is wrong: the same address in two of them is two guests, and the same pair of addresses is two flows. They are counted apart here. ' +
    'Tools that do not look at the VNI merge them and report false retransmissions, duplicates and MAC changes.',
  remedy: ({ facts }) =>
    `No action needed. In other tools, filter by one VNI first${isFiltered(facts.tunnels) ? ` (${tunnel(facts.tunnels[0]!)})` : ''}. If these VNIs are meant to be one network, or to be routed to each other, the addresses conflict.`,
  displayFilter: ({ facts }) => {
    const [{ addresses }] = facts.groups as [OverlapGroup]
    return within(facts.tunnels.slice(0, MOST_LISTED), '', anyOf(...addresses.map(ofAddress)))
  },
}

function vnisOf({ vnis }: OverlapGroup): string {
  if (vnis.length > MOST_LISTED) return `${vnis.length} VNIs (${vnis.slice(0, MOST_LISTED).join(', ')}, …)`
  return `VNIs ${listed(vnis.map(String), MOST_LISTED)}`
}

function rest({ addresses, total }: OverlapGroup): string {
  return total > addresses.length ? ` and ${total - addresses.length} more` : ''
}

function isFiltered(tunnels: readonly Tunnel[]): boolean {
  return tunnels.length > 0 && isDissected(tunnels[0]!)
}
