/** OUTER_FRAGMENTED: tunnel datagrams are fragmented. */

import { amount, type Words } from '../finding.ts'
import { and, family, fromTo } from '../words/display-filter.ts'
import { grouped } from '../words/grouped.ts'
import { measurement, type PathSizes, setting } from '../words/mtu-setting.ts'

/** Datagrams of one direction. */
export interface OuterFragmented {
  from: string
  to: string
  /** Length of the shortest first fragment as an IP packet, and of the datagrams before they were split (0 when unknown). */
  first: number
  smallest: number
  largest: number
  /** Largest packet that went unsplit, at least `first`. */
  whole: number
  /** Who splits them, as far as TTL and capture point tell. */
  by: 'vtep' | 'router' | 'unknown'
  timeToLive: number
  /** Whether the capture holds any later fragment at all. */
  hasLater: boolean
  /** Of both directions. */
  path: PathSizes
  /** Largest packet proved to pass this way, and smallest one that was split or lost; `null` without both. */
  between: [number, number] | null
}

export const outerFragmented: Words<OuterFragmented> = {
  code: 'OUTER_FRAGMENTED',
  severity: 'warning',
  meaning: 'Tunnel datagrams are fragmented, by the VTEP itself or by a router.',
  advice: 'Lower the inner MTU by the overhead of the tunnel and clamp the TCP MSS, or raise the MTU of the underlay.',
  evidence:
    'More-fragments bit or fragment offset between VTEPs. Reliable at any capture point. A router split them where the datagram was whole a hop before; the VTEP did where the TTL is untouched; elsewhere nothing tells.',
  title: ({ facts }) =>
    facts.by === 'vtep'
      ? `VTEP ${facts.from} fragments its tunnel datagrams to ${facts.to}`
      : facts.by === 'router'
        ? `A router fragments the tunnel datagrams from ${facts.from} to ${facts.to}`
        : `Tunnel datagrams from ${facts.from} to ${facts.to} are fragmented`,
  observed: ({ count, facts }) =>
    `${amount(count, 'datagram')} from ${facts.from} to ${facts.to} ${count === 1 ? 'was' : 'were'} fragmented${sizes(facts)}; the first fragments are ${grouped(facts.first)} bytes long` +
    (facts.whole > facts.first
      ? `, and packets of ${grouped(facts.whole)} bytes passed unfragmented.`
      : ' (the link MTU is up to 7 bytes larger).') +
    measurement(facts.between),
  inferred: ({ facts }) =>
    `${who(facts)} Every lost fragment loses the whole datagram, and the receiving VTEP may discard fragments silently (RFC 7348 §4.3).` +
    (facts.hasLater
      ? ''
      : ' The capture holds no later fragment: a capture filter on UDP ports leaves them out, or they are dropped on the way.'),
  remedy: ({ facts }) => `${setting([facts.from, facts.to], facts.path, wanted(facts))}.`,
  displayFilter: ({ facts }) =>
    and(
      fromTo(facts.from, facts.to),
      family(facts.from) === 'ipv6' ? 'ipv6.fraghdr' : '(ip.flags.mf == 1 || ip.frag_offset > 0)',
    ),
}

function sizes({ smallest, largest }: OuterFragmented): string {
  if (smallest === 0) return ''
  return smallest === largest
    ? ` (${grouped(smallest)} bytes before)`
    : ` (${grouped(smallest)} to ${grouped(largest)} bytes before)`
}

function who({ by, from, timeToLive }: OuterFragmented): string {
  if (by === 'vtep') {
    return `The TTL is still ${timeToLive}, so no router has forwarded them: ${from} itself fragments, which RFC 7348 §4.3 forbids.`
  }
  if (by === 'router') {
    return 'The same datagrams were whole one hop earlier: a router in front of a link with a smaller MTU fragments them, because the VTEP leaves DF clear.'
  }
  return `Their TTL is ${timeToLive}, so they have passed at least one router: either a router fragments them or ${from} does; a capture at ${from} would tell.`
}

/** Largest inner packet that was sent, where both numbers are known. */
function wanted({ largest, path }: OuterFragmented): number {
  return largest === 0 || path.setting === null ? 0 : largest - path.setting.overhead
}
