/** SNAPLEN_TRUNCATED: packets were captured in part. */
import { amount, type Words } from './finding.ts'
import { grouped } from './grouped.ts'

/** How much is missing. */
export interface SnaplenTruncated {
  packets: number
  capturedBytes: number
  wireBytes: number
}

export const snaplenTruncated: Words<SnaplenTruncated> = {
  code: 'SNAPLEN_TRUNCATED',
  severity: 'note',
  meaning: 'Packets were captured in part; what lies behind the cut could not be judged.',
  advice: 'Capture with tcpdump -s 0, or at least -s 192, if checksums or payloads matter.',
  evidence: 'A record holds fewer bytes than it says the wire carried.',
  title: ({ count }) => `${amount(count, 'packet was', 'packets were')} captured in part`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} of ${grouped(facts.packets)} ${count === 1 ? 'is' : 'are'} cut by the snap length: ` +
    `${grouped(facts.capturedBytes)} of ${grouped(facts.wireBytes)} bytes were captured.`,
  inferred: () =>
    'Lengths and volumes are right, because they come from the outer headers. What lies behind the cut could not be judged: ' +
    'payload checksums, and inner headers where the cut comes before them.',
  remedy: () =>
    'Capture again with tcpdump -s 0, or at least -s 192, which reaches past every inner header, if checksums or payloads matter.',
  displayFilter: () => 'frame.cap_len < frame.len',
}
