/** DATA_MISSING: TCP bytes that were sent and never arrive where the capture was taken. */

import { amount, type Words } from '../finding.ts'
import { fromTo, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { anyTcp } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'

/** Bytes of one direction of a VTEP pair and VNI. */
export interface DataMissing {
  vni: number
  from: string
  to: string
  /** In all, and of how many connections. */
  bytes: number
  connections: number
  /** Connections with the most, as `10.0.0.1:40000 → 10.0.0.2:80`. */
  named: string[]
  /** MSS of these connections where it is known and a connection misses as much: the segments were full. */
  mss: number | null
  tunnels: Tunnel[]
}

export const dataMissing: Words<DataMissing> = {
  code: 'DATA_MISSING',
  severity: 'error',
  meaning:
    'TCP data is lost for good: later sequence numbers prove that it was sent, and the receiver never acknowledged it.',
  advice:
    'Capture at the sending VTEP as well: if the segments leave there, they are lost on the way; where small packets pass, compare the size of the segments with the path MTU.',
  evidence:
    'A later sequence number or FIN of the same sender skips bytes that were never seen, that the other side, which was seen, never acknowledged, and that had a second or ten round trips to come. Bytes that were acknowledged and not seen are the capture’s gap; so is everything where the capture says that it lost packets. Reliable behind the place where they are lost.',
  title: ({ facts }) =>
    `${amount(facts.bytes, 'TCP byte')} from ${facts.from} to ${facts.to} in VNI ${facts.vni} never arrived`,
  observed: ({ facts }) =>
    `${amount(facts.bytes, 'byte')} of ${amount(facts.connections, 'connection')} (${listed(facts.named, 3)}) ${facts.bytes === 1 ? 'is' : 'are'} missing: later sequence numbers prove that they were sent, but they were not captured and the receiver never acknowledged them.`,
  inferred: ({ facts }) =>
    `They were lost between ${facts.from} and the capture point, retransmissions included.` +
    (facts.mss === null
      ? ''
      : ` The handshake and other small packets pass, segments of up to ${grouped(facts.mss)} bytes of data do not: a path MTU black hole is likely.`),
  remedy: ({ facts }) =>
    `Capture at ${facts.from} to see the segments leave and how large they are; ` +
    (facts.mss === null
      ? 'then follow them hop by hop to the point where they are dropped.'
      : 'then ping between the VTEPs with DF set and increasing sizes (ping -M do -s), and lower the inner MTU or clamp the MSS to what passes.'),
  displayFilter: ({ facts }) => within(facts.tunnels, fromTo(facts.from, facts.to), anyTcp),
}
