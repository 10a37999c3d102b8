/** SUPER_FRAME: segmentation offload shows the capture packets that the wire never carried. */

import { amount, type Words } from '../finding.ts'
import { and, fromTo } from '../words/display-filter.ts'
import { grouped } from '../words/grouped.ts'

/** Super-frames of one direction. */
export interface SuperFrame {
  from: string
  to: string
  /** Largest outer IP length. */
  largest: number
  /** Shortest record. */
  shortest: number
  /** Payload of the segments that they stand for, 0 when nothing tells. */
  segment: number
}

export const superFrame: Words<SuperFrame> = {
  code: 'SUPER_FRAME',
  severity: 'note',
  meaning: 'The capture holds packets larger than any MTU, made by segmentation offload (TSO, GSO, GRO, BIG TCP).',
  advice: 'No action needed. To see the packets as sent, capture on a switch, or disable the offload while capturing.',
  evidence:
    'An IP length of 0 or above 9,216 bytes, the capture’s own flag, a TCP payload above the receiver’s MSS, or (without a SYN) an exact multiple of a full segment. Seen at the sending or receiving host; never on the wire.',
  title: ({ facts }) => `Segmentation offload: packets from ${facts.from} to ${facts.to} are larger than on the wire`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} of up to ${grouped(facts.largest)} bytes from ${facts.from} to ${facts.to}` +
    (facts.segment > 0 ? `, where a segment holds at most ${grouped(facts.segment)} bytes of payload.` : '.'),
  inferred: () =>
    'The capture was taken inside the host, before the network card (or the driver) cut them into segments, or after it joined them. Their sizes say nothing about an MTU and are not used for one.',
  remedy: ({ facts }) =>
    `No action needed. To see the packets as sent on the wire, capture on a switch, or while capturing run ethtool -K <interface> tso off gso off gro off at ${facts.from} and ${facts.to}.`,
  displayFilter: ({ facts }) => and(fromTo(facts.from, facts.to), `frame.len >= ${facts.shortest}`),
}
