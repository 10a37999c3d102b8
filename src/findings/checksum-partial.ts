/** CHECKSUM_PARTIAL: the capture was taken before the network card filled checksums in. */
import { and, anyTunnel, family, notVerified, type Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'

/** Unfilled checksums of one sender. */
export interface ChecksumPartial {
  from: string
  outer: number
  inner: number
  tunnels: Tunnel[]
}

export const checksumPartial: Words<ChecksumPartial> = {
  code: 'CHECKSUM_PARTIAL',
  severity: 'note',
  meaning:
    'Checksums hold only the pseudo-header sum: the packets were captured before the network card completed them.',
  advice:
    'No action needed: the checksums are correct on the wire. Ignore the checksum errors that Wireshark reports for these packets.',
  evidence:
    'A UDP or TCP checksum, outer or inner, equals the folded sum of its pseudo header. Happens where the capture is taken on the sending host, or between virtual interfaces of one host.',
  title: ({ facts }) =>
    `Checksum offload: packets from ${facts.from} were captured before their checksums were complete`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} from ${facts.from} with the pseudo-header sum instead of a checksum: ${parts(facts)}.`,
  inferred: ({ facts }) =>
    `The capture was taken on the host of ${facts.from}, or on a virtual interface that never completes checksums. This is not an error; outer checksums were verified as if the inner ones were complete.`,
  remedy: () =>
    'No action needed. To see the checksums as sent, capture on the wire or at the receiving host, or disable the offload while capturing (ethtool -K <interface> tx off).',
  displayFilter: ({ facts }) =>
    and(
      `${family(facts.from)}.src == ${facts.from}`,
      anyTunnel(facts.tunnels),
      facts.outer > 0 ? '' : notVerified('inner'),
    ),
}

function parts({ outer, inner }: ChecksumPartial): string {
  const said: string[] = []
  if (outer > 0) said.push(`${amount(outer, 'outer UDP checksum')}`)
  if (inner > 0) said.push(`${amount(inner, 'inner checksum')}`)
  return said.join(', ')
}
