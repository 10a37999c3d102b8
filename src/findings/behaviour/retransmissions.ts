/** RETRANSMISSIONS: inner TCP sends data again. */

import { amount, times, type Words } from '../finding.ts'
import { between, type Tunnel } from '../words/display-filter.ts'
import { tempered, within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { tcpData } from '../words/inner-condition.ts'

/** TCP data of one VTEP pair and VNI. */
export interface Retransmissions {
  vni: number
  a: string
  b: string
  /** Data segments of both directions. */
  segments: number
  /** Repeats of what the receiver had, as it reports (D-SACK). */
  needless: number
  /** Repeats that came 200 ms or more after the last data, and the longest wait in milliseconds. */
  stalls: number
  longestStallMs: number
  /** Sequence numbers of the first repeats, as on the wire. */
  sequences: number[]
  tunnels: Tunnel[]
  dropped: number | null
}

export const retransmissions: Words<Retransmissions> = {
  code: 'RETRANSMISSIONS',
  severity: 'warning',
  meaning: 'Inner TCP connections between two VTEPs retransmit data, or stall.',
  advice:
    'Look for loss between the two VTEPs (interface and queue drops); if only large segments repeat, compare their size with the path MTU.',
  evidence:
    'At least two data segments and 1 % of those of a VTEP pair and VNI begin below what their connection had sent before, or one of them comes 200 ms or more after the last data. Copies, keep-alives, reordering within a round trip, and repeats of data that the receiver reports it had (D-SACK) are set aside; each VNI is followed for itself. Reliable at the sender and on the wire; behind a loss the repeat shows as a gap that fills late.',
  title: ({ count, facts }) =>
    `${amount(count, 'TCP retransmission')} between ${facts.a} and ${facts.b} in VNI ${facts.vni}`,
  observed: ({ count, facts }) =>
    `${grouped(count)} of ${amount(facts.segments, 'data segment')} (${percent(count, facts.segments)} %) ${count === 1 ? 'is a retransmission' : 'are retransmissions'}` +
    (facts.stalls === 0
      ? '.'
      : `; the sender stalled ${times(facts.stalls)} for 200 ms or more, ${grouped(facts.longestStallMs)} ms at most.`) +
    (facts.needless === 0
      ? ''
      : ` ${grouped(facts.needless)} of them ${facts.needless === 1 ? 'was' : 'were'} spurious: the receiver reported by D-SACK that it already had the data.`),
  inferred: ({ facts }) =>
    `Segments or their acknowledgments were lost${facts.stalls === 0 ? ', or delayed beyond the retransmission timer' : ', and the connection stalled meanwhile'}. Where other connections between ${facts.a} and ${facts.b} repeat data too, the loss is on the path; where only this one does, it may be at its guests.${tempered(facts.dropped)}`,
  remedy: ({ facts }) =>
    `Check drops on the interfaces and queues between ${facts.a} and ${facts.b}, and in the guests; if there is also a finding about the MTU of this pair, follow that one first.`,
  displayFilter: ({ facts }) => within(facts.tunnels, between(facts.a, facts.b), tcpData(facts.sequences)),
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0' : String(Math.round((part * 1000) / whole) / 10)
}
