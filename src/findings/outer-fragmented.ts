/** OUTER_FRAGMENTED: tunnel datagrams travel in fragments. */
import { and, family, fromTo } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { measurement, type PathSizes, setting } from './mtu-setting.ts'

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
  meaning: 'Tunnel datagrams travel in fragments, split by the VTEP itself or by a router.',
  advice: 'Lower the inner MTU by the overhead of the tunnel and clamp the TCP MSS, or raise the MTU of the underlay.',
  evidence:
    'More-fragments bit or fragment offset between VTEPs. Sound at any capture point. A router split them where the datagram was whole a hop before; the VTEP did where the TTL is untouched; elsewhere nothing tells.',
  title: ({ facts }) =>
    facts.by === 'vtep'
      ? `VTEP ${facts.from} fragments its tunnel datagrams to ${facts.to}`
      : facts.by === 'router'
        ? `A router fragments the tunnel datagrams from ${facts.from} to ${facts.to}`
        : `Tunnel datagrams from ${facts.from} to ${facts.to} travel in fragments`,
  observed: ({ count, facts }) =>
    `${amount(count, 'datagram')} from ${facts.from} to ${facts.to} ${count === 1 ? 'was' : 'were'} split${sizes(facts)}; the first fragments are ${facts.first} bytes long` +
    (facts.whole > facts.first
      ? `, and packets of ${facts.whole} bytes went unsplit.`
      : ' (the link carries up to 7 more).') +
    measurement(facts.between),
  inferred: ({ facts }) =>
    `${who(facts)} Every lost fragment loses the whole datagram, and the receiving VTEP may discard fragments silently (RFC 7348 §4.3).` +
    (facts.hasLater
      ? ''
      : ' The capture holds no later fragment: a capture filter on UDP ports leaves them out, or something drops them.'),
  remedy: ({ facts }) => `${setting([facts.from, facts.to], facts.path, wanted(facts))}.`,
  displayFilter: ({ facts }) =>
    and(
      fromTo(facts.from, facts.to),
      family(facts.from) === 'ipv6' ? 'ipv6.fraghdr' : '(ip.flags.mf == 1 || ip.frag_offset > 0)',
    ),
}

function sizes({ smallest, largest }: OuterFragmented): string {
  if (smallest === 0) return ''
  return smallest === largest ? ` (${smallest} bytes before)` : ` (${smallest} to ${largest} bytes before)`
}

function who({ by, from, timeToLive }: OuterFragmented): string {
  if (by === 'vtep') {
    return `The TTL is still ${timeToLive}, so no router has touched them: ${from} itself splits, which RFC 7348 §4.3 forbids a VTEP.`
  }
  if (by === 'router') {
    return 'The same datagrams were whole a hop before: a router behind a narrower link splits them, because the VTEP leaves DF clear.'
  }
  return `Their TTL is ${timeToLive}, so they have passed at least one router: that one splits, or ${from} itself does; a capture at ${from} would tell.`
}

/** Largest inner packet that was sent, where both numbers are known. */
function wanted({ largest, path }: OuterFragmented): number {
  return largest === 0 || path.setting === null ? 0 : largest - path.setting.overhead
}
