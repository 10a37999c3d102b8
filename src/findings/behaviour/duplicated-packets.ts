/** DUPLICATED_PACKETS: the network delivered packets twice. */

import { amount, type Words } from '../finding.ts'
import { fromTo, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'

/** One direction of a VTEP pair. */
export interface DuplicatedPackets {
  from: string
  to: string
  /** Copies that the receiver answered twice, and copies that it reported as data it had. */
  echoes: number
  segments: number
  tunnels: Tunnel[]
}

export const duplicatedPackets: Words<DuplicatedPackets> = {
  code: 'DUPLICATED_PACKETS',
  severity: 'warning',
  meaning: 'The network delivered the same packets twice.',
  advice: 'Look for a forwarding loop, a flooding switch or a port mirror on the path between the two VTEPs.',
  evidence:
    'The same packet twice within 10 ms on one interface, and a reaction to both: a second echo reply that is not a copy itself, a D-SACK or a repeated acknowledgment. One such reaction proves it for the other copies of that VTEP pair and direction. Reliable at the receiver and on the wire near it; without a reaction the copies count as made by the capture.',
  title: ({ count, facts }) =>
    `${amount(count, 'packet')} from ${facts.from} to ${facts.to} ${count === 1 ? 'was' : 'were'} delivered twice`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} arrived again, identical, within 10 ms, and the receivers reacted to both copies: ${[
      facts.echoes === 0 ? '' : `${amount(facts.echoes, 'echo request')} answered twice`,
      facts.segments === 0 ? '' : `${amount(facts.segments, 'TCP segment')} reported as received twice`,
    ]
      .filter((part) => part !== '')
      .join(', ')}.`,
  inferred: ({ facts }) =>
    `Something between ${facts.from} and the point of capture duplicates packets: a switch that floods or loops, a bond or a redundancy protocol, or a tap that feeds packets back. The copies were on the wire, not made by the capture.`,
  remedy: ({ facts }) =>
    `Find the device between ${facts.from} and ${facts.to} that duplicates packets: compare captures hop by hop, and check spanning tree, bonding and port mirroring.`,
  displayFilter: ({ facts }) => within(facts.tunnels, fromTo(facts.from, facts.to)),
}
