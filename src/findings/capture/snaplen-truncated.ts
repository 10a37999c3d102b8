/** SNAPLEN_TRUNCATED: packets were captured in part. */
import { amount, frames, type Words } from '../finding.ts'
import { grouped } from '../words/grouped.ts'

/** How much is missing. */
export interface SnaplenTruncated {
  packets: number
  capturedBytes: number
  wireBytes: number
  /** Records whose original length cannot be: the IP length tells instead. */
  impossible: number
}

export const snaplenTruncated: Words<SnaplenTruncated> = {
  code: 'SNAPLEN_TRUNCATED',
  severity: 'note',
  meaning: 'Packets were truncated in the capture; anything beyond the snap length could not be checked.',
  advice: 'Capture with tcpdump -s 0, or at least -s 192, if checksums or payloads matter.',
  evidence: 'A record holds fewer bytes than it says the wire carried, or than its outermost IP length.',
  title: ({ count }) => `${amount(count, 'packet')} truncated by the snap length`,
  observed: ({ count, facts }) =>
    `${grouped(count)} of ${amount(facts.packets, 'packet')} ${count === 1 ? 'is' : 'are'} truncated: ` +
    `${grouped(facts.capturedBytes)} of ${grouped(facts.wireBytes)} bytes were captured.` +
    (facts.impossible === 0
      ? ''
      : ` The original length of ${amount(facts.impossible, 'record')} is impossible and was taken from the IP length.`),
  inferred: () =>
    'Lengths and volumes are right, because they come from the outer headers. Whatever was not captured could not be checked: ' +
    'payload checksums, and inner headers beyond the snap length.',
  remedy: () =>
    'Capture again with tcpdump -s 0, or at least -s 192, which reaches past every inner header, if checksums or payloads matter.',
  // A record that was cut without keeping its length has nothing else to be told by.
  displayFilter: ({ facts, packets }) =>
    facts.impossible === 0 ? 'frame.cap_len < frame.len' : `frame.cap_len < frame.len || ${frames(packets)}`,
}
