/** LOST_BETWEEN: packets left one capture point and did not arrive at the other. */

import { amount, type Words } from '../finding.ts'
import { allOf, arrivesAt, type Between, share, temperedBetween, way } from '../words/compared.ts'

/** Packets of one direction. */
export interface LostBetween extends Between {
  /** Their inner bytes. */
  bytes: number
  /** Runs of packets that were lost one after the other, and the longest (RFC 3357). */
  periods: number
  longest: number
  /** Milliseconds between the first and the last packet of the longest. */
  longestMs: number
  /** When none arrived any more, to the end; `null` where later ones did. */
  since: string | null
}

/** Milliseconds below which nothing fails and comes back: a burst fills a queue, or the bucket of a policer. */
const OUTAGE_MS = 200

export const lostBetween: Words<LostBetween> = {
  code: 'LOST_BETWEEN',
  severity: 'error',
  meaning: 'Packets are lost between the two capture points: they left the one and never arrived at the other.',
  advice:
    'Move one of the two captures towards the other, hop by hop, until the place is found where packets go in and do not come out; look there for drops by queue, policer, filter or error.',
  evidence:
    'Both captures of a comparison: a packet is in the one and not in the other, which was capturing when it was due there, whatever changed of its outer header, TTL, VNI or inner MACs. A note where the capture that misses them lost as many itself; a warning below one in a hundred.',
  title: ({ count, facts }) =>
    facts.since === null
      ? `${share(count, facts.sent)} lost between the captures, ${way(facts)}`
      : `Nothing arrives any more ${way(facts)}: ${amount(count, 'packet')} lost between the captures`,
  observed: ({ count, facts }) =>
    `${share(count, facts.sent)} ${way(facts)} left (${facts.sentAt} capture) and did not arrive (${arrivesAt(facts)} capture): ` +
    `${amount(facts.bytes, 'inner byte')} in ${amount(facts.periods, 'loss period')}, the longest of ${amount(facts.longest, 'packet')}` +
    (facts.since === null ? '.' : `; from ${facts.since} on nothing arrived.`),
  inferred: ({ facts }) =>
    `Something between the two capture points drops them: ` +
    (facts.since !== null
      ? 'a filter, a route or a link that failed.'
      : facts.longest >= 3 && facts.periods * 3 <= facts.longest && facts.longestMs >= OUTAGE_MS
        ? 'for a time everything, as a link or route that failed and came back.'
        : facts.longest >= 3
          ? 'several in a row, as a policer or a queue that overflows in bursts.'
          : 'single packets, as a queue that overflows, a policer or a link with errors.') +
    temperedBetween(facts),
  remedy: ({ facts }) =>
    `Capture at a router or switch half-way between ${facts.from} and ${facts.to} and compare again, until one hop is left; read its drop counters (ip -s link, tc -s qdisc, show interface).`,
  displayFilter: ({ facts, packets }) =>
    packets.length === 0 ? allOf(facts) : `frame.number in {${packets.join(', ')}}`,
}
