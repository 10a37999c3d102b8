/** FRAGMENT_MISSING: a fragmented datagram cannot be reassembled. */

import { amount, times, type Words } from '../finding.ts'
import { and, family, fromTo } from '../words/display-filter.ts'
import { grouped } from '../words/grouped.ts'
import { type PathSizes, setting } from '../words/mtu-setting.ts'

/** Datagrams of one direction. */
export interface FragmentMissing {
  from: string
  to: string
  /** Datagrams that the capture holds in part. */
  incomplete: number
  /** How many of those lack the first fragment. */
  headless: number
  /** ICMP errors saying that fragments did not all come in time. */
  expired: number
  path: PathSizes
}

export const fragmentMissing: Words<FragmentMissing> = {
  code: 'FRAGMENT_MISSING',
  severity: 'warning',
  meaning: 'A fragmented tunnel datagram cannot be reassembled: fragments are missing.',
  advice: 'Stop the fragmentation: lower the inner MTU and clamp the MSS. Look for filters that drop fragments.',
  evidence:
    'A fragment whose datagram is not whole a second later (fragments leave back to back), or ICMP “fragment reassembly time exceeded”. Reliable at the receiver and on the wire. ' +
    'Left out: the edges of the capture, captures that lost packets, and captures whose filter lets no later fragment through.',
  title: ({ count, facts }) =>
    `${amount(count, 'fragmented datagram')} from ${facts.from} to ${facts.to} never reassembled: fragments are missing`,
  observed: ({ facts }) => `${[...lacking(facts), ...timedOut(facts)].join('; ')}.`,
  inferred: () =>
    'One lost fragment loses the whole datagram. Filters and load balancers often drop later fragments, because those have no ports.',
  remedy: ({ facts }) =>
    `${setting([facts.from, facts.to], facts.path, 0)}; until then permit IP fragments between the VTEPs in every filter.`,
  displayFilter: ({ facts }) => {
    const isVersion6 = family(facts.from) === 'ipv6'
    const fragments = isVersion6 ? 'ipv6.fraghdr' : 'ip.flags.mf == 1 || ip.frag_offset > 0'
    const expired = isVersion6 ? 'icmpv6.type == 3 && icmpv6.code == 1' : 'icmp.type == 11 && icmp.code == 1'
    return and(fromTo(facts.from, facts.to), `(${fragments}${facts.expired > 0 ? ` || (${expired})` : ''})`)
  },
}

function lacking({ incomplete, headless, from, to }: FragmentMissing): string[] {
  if (incomplete === 0) return []
  const first = headless === 0 ? 'the first fragment is always there' : `the first fragment in ${grouped(headless)}`
  return [
    `Fragments of ${amount(incomplete, 'datagram')} from ${from} to ${to} are missing from the capture (${first})`,
  ]
}

function timedOut({ expired, to }: FragmentMissing): string[] {
  return expired === 0 ? [] : [`${to} sent ICMP “fragment reassembly time exceeded” ${times(expired)}`]
}
