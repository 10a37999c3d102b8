/** REWRITTEN: header fields are other ones where packets arrive. */
import type { Rewrite } from '../../comparison.ts'
import { amount, type Words } from '../finding.ts'
import { allOf, arrivesAt, type Between, way } from '../words/compared.ts'
import { listed } from '../words/list.ts'

/** One direction. */
export interface Rewritten extends Between {
  rewrites: Rewrite[]
}

export const rewritten: Words<Rewritten> = {
  code: 'REWRITTEN',
  severity: 'note',
  meaning:
    'Header fields are rewritten between the capture points: addresses, ports, VNI, inner MACs and TTL, DSCP, or TCP options.',
  advice:
    'No action needed where a router, an address translator or a gateway is meant to do it; where not, find the device, and for DSCP see to it that classes of traffic keep their queues.',
  evidence:
    'Both captures of a comparison: the same inner packets with other addresses, VNI, inner Ethernet header, TTL or DSCP; or with other TCP options (a clamped MSS) or bytes under another checksum that is right. The outer TTL falls at every router and is not named.',
  title: ({ facts }) => `${fields(facts)} rewritten between the captures, ${way(facts)}`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} ${way(facts)} (${facts.sentAt} capture) ${count === 1 ? 'arrives' : 'arrive'} (${arrivesAt(facts)} capture) with ${listed(facts.rewrites.map(said), 8)}.`,
  inferred: ({ facts }) => meaningOf(facts.rewrites),
  remedy: () =>
    'No action needed if this device is meant to be there. Otherwise follow the packets hop by hop to the one that rewrites them.',
  displayFilter: ({ facts }) => allOf(facts),
}

function fields({ rewrites }: Rewritten): string {
  const names = listed([...new Set(rewrites.map(({ field }) => field))], 4)
  return names.charAt(0).toUpperCase() + names.slice(1)
}

function said({ field, from, to, packets }: Rewrite): string {
  return from === null || to === null
    ? `another ${field} (${packets})`
    : `${field} ${to} instead of ${from} (${packets})`
}

function meaningOf(rewrites: readonly Rewrite[]): string {
  const has = (...names: string[]): boolean => rewrites.some(({ field }) => names.includes(field))
  const parts: string[] = []
  if (has('vni', 'inner macs', 'inner ttl'))
    parts.push('A router inside the overlay lies between the two capture points.')
  if (has('outer source', 'outer destination', 'outer source port', 'outer destination port')) {
    parts.push('Outer addresses or ports are translated, or another VTEP sends the packets on.')
  }
  if (has('outer dscp'))
    parts.push(
      'A device on the underlay does not trust the DSCP or maps it to another class: queues behind it treat the packets otherwise.',
    )
  if (has('inner TCP MSS', 'inner TCP options'))
    parts.push(
      'A device inside the tunnel rewrites TCP options and corrects the checksum, as one that clamps the MSS does.',
    )
  if (has('inner bytes'))
    parts.push('A device inside the tunnel rewrites what packets carry and corrects their checksum: this is no damage.')
  if (has('inner dscp'))
    parts.push('The inner DSCP is changed inside the tunnel, which only a device that decapsulates can do.')
  return parts.join(' ')
}
