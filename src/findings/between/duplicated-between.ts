/** DUPLICATED_BETWEEN: packets that left once arrive more than once. */

import type { Words } from '../finding.ts'
import { allOf, arrivesAt, type Between, share, way } from '../words/compared.ts'

export const duplicatedBetween: Words<Between> = {
  code: 'DUPLICATED_BETWEEN',
  severity: 'warning',
  meaning: 'Packets that left once arrive more than once: the network between the capture points duplicates them.',
  advice:
    'Look for a loop, a mirror that feeds its copies back, or a bundle that sends on two links; guests see duplicates, and TCP takes them for signs of loss.',
  evidence:
    'Both captures of a comparison: one packet at the side where it leaves, several at the side where it arrives (RFC 5560), on one interface and hop; what a capture records several times, on several interfaces or hops, does not count.',
  title: ({ count, facts }) => `${share(count, facts.sent)} arrive again, ${way(facts)}`,
  observed: ({ count, facts }) =>
    `${share(count, facts.sent)} ${way(facts)} left once (${facts.sentAt} capture) and arrived again (${arrivesAt(facts)} capture).`,
  inferred: () => 'Something between the two capture points sends them twice.',
  remedy: ({ facts }) =>
    `Capture half-way between ${facts.from} and ${facts.to} and compare again until the device is found that sends twice what it received once.`,
  displayFilter: ({ facts, packets }) =>
    packets.length === 0 ? allOf(facts) : `frame.number in {${packets.join(', ')}}`,
}
