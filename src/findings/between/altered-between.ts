/** ALTERED_BETWEEN: packets arrive with other bits than they left with. */

import { amount, type Words } from '../finding.ts'
import { allOf, arrivesAt, type Between, share, way } from '../words/compared.ts'

/** One direction. */
export interface AlteredBetween extends Between {
  /** Bits that were changed in all named packets, and the first of them. */
  bits: number
  first: { offset: number; bit: number } | null
}

export const alteredBetween: Words<AlteredBetween> = {
  code: 'ALTERED_BETWEEN',
  severity: 'error',
  meaning:
    'Packets are damaged between the capture points: some bits of the inner frame are other ones where they arrive.',
  advice:
    'Replace or reseat what is on the way hop by hop (memory of a router or a network card, a firmware that rewrites packets); link check sequences do not see damage inside a device.',
  evidence:
    'Both captures of a comparison: a packet that no key matches has the length and most fields of one that left, and at most sixteen bits differ; TTL, ECN and checksums that change rightly do not count, nor what changes together with a checksum that is right.',
  title: ({ count, facts }) => `${share(count, facts.sent)} altered between the captures, ${way(facts)}`,
  observed: ({ count, facts }) =>
    `${share(count, facts.sent)} ${way(facts)} arrived (${arrivesAt(facts)} capture) with other bits than they left with (${facts.sentAt} capture)` +
    (facts.first === null
      ? '.'
      : `: ${amount(facts.bits, 'bit')} in the packets named, the first in byte ${facts.first.offset} of the inner frame, bit ${facts.first.bit}.`),
  inferred: () =>
    'Something between the two capture points damages what it forwards, behind the check of one link and before that of the next. With outer UDP checksums the receiver drops such packets; without, guests get them.',
  remedy: ({ facts }) =>
    `Capture half-way between ${facts.from} and ${facts.to} and compare again until the device is found; turn outer UDP checksums on (udpcsum, options:csum=true) so that no guest is given damaged packets.`,
  displayFilter: ({ facts, packets }) =>
    packets.length === 0 ? allOf(facts) : `frame.number in {${packets.join(', ')}}`,
}
