/** PMTU_BLACK_HOLE: large datagrams vanish, small ones pass, and nobody says why. */
import { and, family, fromTo } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { tempered } from './flow-filter.ts'
import { grouped } from './grouped.ts'
import { measurement, type PathSizes, setting } from './mtu-setting.ts'

/** One direction of a VTEP pair. */
export interface PmtuBlackHole {
  from: string
  to: string
  /** Smallest outer IP length that never arrived, and the largest that did; 0 where its size is not known. */
  lost: number
  passed: number
  /** Whether what is lost are answers by UDP: their questions come again. */
  isAnswer: boolean
  path: PathSizes
  dropped: number | null
}

/** Bytes of an IPv6 header, which its length field does not count (RFC 8200 §3). */
const IPV6_HEADER = 40

export const pmtuBlackHole: Words<PmtuBlackHole> = {
  code: 'PMTU_BLACK_HOLE',
  severity: 'error',
  meaning: 'Large tunnel datagrams vanish on the way while smaller ones pass, and no ICMP error says why.',
  advice:
    'Lower the inner MTU and clamp the MSS to what passes, and let ICMP “fragmentation needed” (ICMPv6 “packet too big”) through to the VTEPs.',
  evidence:
    'Echo requests or TCP segments above a size repeat without an answer, or large answers by UDP leave and the same question comes again, at least three times and for a second; nothing of that size ever arrives in that direction, smaller ones do, and no ICMP error about the pair is seen. ' +
    'Sound at the sending VTEP or on the wire before the narrow link. Ordinary loss hits every size and takes itself back.',
  title: ({ facts }) =>
    `Path MTU black hole from ${facts.from} to ${facts.to}: datagrams of ${grouped(facts.lost)} bytes and more are dropped silently, smaller ones pass`,
  observed: ({ count, facts }) =>
    (facts.isAnswer
      ? `${amount(count, 'answer')} by UDP of at least ${grouped(facts.lost)} bytes (outer IP) left ${facts.from} for ${facts.to}, and each time the same question came again; ${facts.passed === 0 ? 'something smaller arrived there' : `up to ${grouped(facts.passed)} bytes were answered`}.`
      : `${amount(count, 'datagram')} of at least ${grouped(facts.lost)} bytes (outer IP) ${count === 1 ? 'was' : 'were'} sent from ${facts.from} to ${facts.to}, ` +
        `again and again, without an answer; up to ${grouped(facts.passed)} bytes were answered.`) +
    ` No ICMP error about it is in the capture.${measurement(facts.passed === 0 ? null : [facts.passed, facts.lost])}${
      facts.passed === 0
        ? ` The path MTU is below ${grouped(facts.lost)} bytes: measure it (tracepath, or ping -M do with growing -s).`
        : ''
    }`,
  inferred: ({ facts }) =>
    `A link on the way carries ${facts.passed === 0 ? '' : `at least ${grouped(facts.passed)} but `}less than ${grouped(facts.lost)} bytes, and the ICMP error that should say so is not sent or is dropped by a filter. ` +
    (facts.isAnswer
      ? 'Small answers arrive, large ones (DNS with EDNS, certificates) never do.'
      : 'Connections open and then hang as soon as they send much.') +
    tempered(facts.dropped),
  remedy: ({ facts }) =>
    `${setting([facts.from, facts.to], facts.path, facts.path.setting === null ? 0 : facts.lost - facts.path.setting.overhead)}; and let ICMP type 3 code 4 (ICMPv6 type 2) reach ${facts.from}.`,
  displayFilter: ({ facts }) =>
    and(
      fromTo(facts.from, facts.to),
      family(facts.from) === 'ipv6' ? `ipv6.plen >= ${facts.lost - IPV6_HEADER}` : `ip.len >= ${facts.lost}`,
    ),
}
