/** INNER_VLAN: inner frames with a VLAN tag. */

import { amount, type Words } from '../finding.ts'
import { and, hexBytes, isDissected, or, type Tunnel, tunnel } from '../words/display-filter.ts'

/** Inner tags of one VNI. */
export interface InnerVlan {
  vni: number
  /** Tag stacks in print, outermost first: `10`, `100.20`; the first few. */
  stacks: string[]
  tunnels: Tunnel[]
}

const TAGS = [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300]

export const innerVlan: Words<InnerVlan> = {
  code: 'INNER_VLAN',
  severity: 'note',
  meaning: 'Frames inside the tunnel carry VLAN tags, which a receiver may discard.',
  advice:
    'No action needed if both VTEPs are set up to carry tags; otherwise strip them where the frames enter the overlay.',
  evidence: 'An inner Ethernet header is followed by an 802.1Q or 802.1ad tag. Reliable at any capture point.',
  title: ({ facts }) => `Frames of VNI ${facts.vni} carry inner VLAN tags (${facts.stacks.join(', ')})`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} with an inner VLAN tag: VLAN ${facts.stacks.join(', ')}${facts.stacks.some((stack) => stack.includes('.')) ? ' (outer tag first)' : ''}.`,
  inferred: () =>
    'RFC 7348 §6.1 lets a VTEP discard frames with an inner tag unless it is configured to carry them; each tag costs 4 bytes of the path MTU. Two VLANs count as two networks here.',
  remedy: () =>
    'No action needed if tags are meant to cross the overlay. Otherwise untag the port where the frames enter, or give each VLAN a VNI of its own.',
  displayFilter: ({ facts }) => or(...facts.tunnels.map((which) => and(tunnel(which), isTagged(which)))),
}

function isTagged(which: Tunnel): string {
  // By type, so that an 802.1ad tag counts too, whichever protocol Wireshark calls it.
  if (isDissected(which)) return '(vlan || ieee8021ad || eth.type in {0x9100, 0x9200, 0x9300})'
  return `(${TAGS.map((tag) => `udp.payload[20:2] == ${hexBytes(tag, 2)}`).join(' || ')})`
}
