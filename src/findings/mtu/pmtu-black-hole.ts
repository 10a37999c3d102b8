/** PMTU_BLACK_HOLE: large datagrams are dropped silently while small ones pass. */

import { amount, type Words } from '../finding.ts'
import { and, family, fromTo } from '../words/display-filter.ts'
import { tempered } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { measurement, type PathSizes, setting } from '../words/mtu-setting.ts'

/** One direction of a VTEP pair. */
export interface PmtuBlackHole {
  from: string
  to: string
  /** Smallest outer IP length that never arrived, and the largest that did; 0 where its size is not known. */
  lost: number
  passed: number
  /** Whether what is lost are answers by UDP: their questions come again. */
  isAnswer: boolean
  /** Smaller responses whose requests were not repeated, where nothing else shows that smaller packets arrive. */
  taken: { count: number; largest: number } | null
  path: PathSizes
  dropped: number | null
}

/** Bytes of an IPv6 header, which its length field does not count (RFC 8200 §3). */
const IPV6_HEADER = 40

export const pmtuBlackHole: Words<PmtuBlackHole> = {
  code: 'PMTU_BLACK_HOLE',
  severity: 'error',
  meaning:
    'Path MTU black hole: large tunnel datagrams are dropped silently while smaller ones pass, and no ICMP error is seen.',
  advice:
    'Lower the inner MTU and clamp the MSS to what passes, and let ICMP “fragmentation needed” (ICMPv6 “packet too big”) through to the VTEPs.',
  evidence:
    'Echo requests or TCP segments above a size repeat without an answer, or large answers by UDP leave and the same question comes again, at least three times and for a second; nothing of that size ever arrives in that direction, smaller ones do (they are answered, or smaller answers by UDP are not asked for again), and no ICMP error about the pair is seen. ' +
    'Reliable at the sending VTEP or on the wire before the narrow link. Ordinary loss hits every size, and what it took arrives when it is sent again.',
  title: ({ facts }) =>
    `Path MTU black hole from ${facts.from} to ${facts.to}: packets of ${grouped(facts.lost)} bytes and more are dropped silently`,
  observed: ({ count, facts }) =>
    (facts.isAnswer
      ? `${amount(count, 'UDP response')} of at least ${grouped(facts.lost)} bytes (outer IP) left ${facts.from} for ${facts.to}, and each time the same request was repeated; ${smaller(facts)}.`
      : `${amount(count, 'datagram')} of at least ${grouped(facts.lost)} bytes (outer IP) ${count === 1 ? 'was' : 'were'} sent from ${facts.from} to ${facts.to}, ` +
        `repeatedly and never answered; packets of up to ${grouped(facts.passed)} bytes were answered.`) +
    ` No ICMP error about it is in the capture.${measurement(facts.passed === 0 ? null : [facts.passed, facts.lost])}${
      facts.passed === 0
        ? ` The path MTU is below ${grouped(facts.lost)} bytes: measure it (tracepath, or ping -M do with increasing -s).`
        : ''
    }`,
  inferred: ({ facts }) =>
    `The MTU of a link on the path is ${facts.passed === 0 ? '' : `at least ${grouped(facts.passed)} and `}below ${grouped(facts.lost)} bytes, and its ICMP error is not sent or is filtered. ` +
    (facts.isAnswer
      ? 'Small responses arrive, large ones (DNS with EDNS, certificates) do not.'
      : 'Connections open and then hang on the first large segments.') +
    tempered(facts.dropped),
  remedy: ({ facts }) =>
    `${setting([facts.from, facts.to], facts.path, facts.path.setting === null ? 0 : facts.lost - facts.path.setting.overhead)}; and permit ICMP type 3 code 4 (ICMPv6 type 2) to ${facts.from}.`,
  displayFilter: ({ facts }) =>
    and(
      fromTo(facts.from, facts.to),
      family(facts.from) === 'ipv6' ? `ipv6.plen >= ${facts.lost - IPV6_HEADER}` : `ip.len >= ${facts.lost}`,
    ),
}

/** What shows that smaller packets arrive. */
function smaller({ taken, passed }: PmtuBlackHole): string {
  if (taken !== null)
    return `${amount(taken.count, 'smaller response')} (up to ${grouped(taken.largest)} bytes) arrived: ${taken.count === 1 ? 'its request was' : 'their requests were'} not repeated`
  return passed === 0 ? 'smaller packets arrived' : `packets of up to ${grouped(passed)} bytes were answered`
}
