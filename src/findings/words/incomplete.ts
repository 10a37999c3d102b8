/** Display filters where an outer datagram is not whole: Wireshark shows its first fragment as a fragment, and no tunnel in it. */
import type { Finding } from '../../summary.ts'
import { and, family, fromTo } from './display-filter.ts'

/** Datagrams of one direction that the capture does not hold whole. */
export interface Incomplete {
  from: string
  to: string
  count: number
  /** Numbers of the first fragments of some of them. */
  packets: readonly number[]
}

/** Codes that are about fragments: their filters select these. */
const ABOUT_FRAGMENTS: readonly string[] = ['FRAGMENT_MISSING', 'OUTER_FRAGMENTED']

/** Adds to a finding's display filter the first fragments that stay alone, where it names packets among them. */
export function withIncomplete(finding: Finding, incomplete: readonly Incomplete[]): Finding {
  const { code, displayFilter, packets, subject } = finding
  if (displayFilter === '' || displayFilter.startsWith('frame.number') || ABOUT_FRAGMENTS.includes(code)) return finding
  const { vteps = [] } = subject
  const named = incomplete.filter(
    (each) =>
      each.packets.some((packet) => packets.includes(packet)) ||
      (each.count > each.packets.length && vteps.includes(each.from) && vteps.includes(each.to)),
  )
  if (named.length === 0) return finding
  const alone = named.map(({ from, to }) => {
    const conditions =
      family(from) === 'ipv6'
        ? 'ipv6.fraghdr.more == 1 && ipv6.fraghdr.offset == 0 && !ipv6.reassembled.in'
        : 'ip.flags.mf == 1 && ip.frag_offset == 0 && !ip.reassembled_in'
    return `(${and(fromTo(from, to), conditions)})`
  })
  return { ...finding, displayFilter: [`(${displayFilter})`, ...alone].join(' || ') }
}
