/** CHECKSUM_PARTIAL: the capture was taken before the network card filled checksums in. */

import { amount, type Words } from '../finding.ts'
import { and, anyTunnel, family, notVerified, or, type Tunnel } from '../words/display-filter.ts'
import { grouped } from '../words/grouped.ts'
import { listed } from '../words/list.ts'

/** Unfilled checksums of one sender. */
interface PartialSender {
  from: string
  packets: number
  outer: number
  inner: number
  tunnels: Tunnel[]
}

/** All that send such packets, at least one. */
export interface ChecksumPartial {
  senders: PartialSender[]
}

/** Senders that a sentence names. */
const NAMED = 3
/** Senders that a filter selects; it would be too long to read with more. */
const MOST_FILTERED = 10

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
    `Checksum offload: packets from ${from(facts)} were captured before their checksums were complete`,
  observed: ({ count, facts: { senders } }) => {
    const each = senders.slice(0, NAMED).map((sender) => `${grouped(sender.packets)} from ${sender.from}`)
    const rest = senders.slice(NAMED).reduce((sum, { packets }) => sum + packets, 0)
    const by = senders.length < 2 ? [] : rest > 0 ? [...each, `${grouped(rest)} from others`] : each
    const whose = senders.length === 1 ? ` from ${senders[0]!.from}` : ''
    return `${amount(count, 'packet')}${whose} with the pseudo-header sum instead of a checksum: ${parts(senders)}${by.length === 0 ? '' : `; ${listed(by)}`}.`
  },
  inferred: ({ facts }) =>
    `The capture was taken on the ${facts.senders.length === 1 ? 'host' : 'hosts'} of ${from(facts)}, or on a virtual interface that never completes checksums. This is not an error; outer checksums were verified as if the inner ones were complete.`,
  remedy: () =>
    'No action needed. To see the checksums as sent, capture on the wire or at the receiving host, or disable the offload while capturing (ethtool -K <interface> tx off).',
  displayFilter: ({ facts: { senders } }) => (senders.length > MOST_FILTERED ? '' : or(...senders.map(sentUnfilled))),
}

function from({ senders }: ChecksumPartial): string {
  return listed(
    senders.map((sender) => sender.from),
    NAMED,
  )
}

function sentUnfilled({ from, outer, tunnels }: PartialSender): string {
  return and(`${family(from)}.src == ${from}`, anyTunnel(tunnels), outer > 0 ? '' : notVerified('inner'))
}

function parts(senders: readonly PartialSender[]): string {
  const outer = senders.reduce((sum, sender) => sum + sender.outer, 0)
  const inner = senders.reduce((sum, sender) => sum + sender.inner, 0)
  const said = [outer > 0 ? amount(outer, 'outer UDP checksum') : '', inner > 0 ? amount(inner, 'inner checksum') : '']
  return said.filter((part) => part !== '').join(', ')
}
