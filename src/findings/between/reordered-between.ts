/** REORDERED_BETWEEN: packets of one flow arrive in another order than they left in. */

import { amount, type Words } from '../finding.ts'
import { allOf, arrivesAt, type Between, share, way } from '../words/compared.ts'

/** One direction. */
export interface ReorderedBetween extends Between {
  /** Most packets that one was overtaken by (RFC 4737 §4.2). */
  extent: number
}

export const reorderedBetween: Words<ReorderedBetween> = {
  code: 'REORDERED_BETWEEN',
  severity: 'warning',
  meaning: 'Packets of one outer flow arrive in another order than they left in.',
  advice:
    'Look for links that spread the packets of one flow (per-packet load balancing, a bundle that hashes badly, several queues); TCP takes reordering by three packets for loss.',
  evidence:
    'Both captures of a comparison: a packet arrives behind one with the same outer source port that left later (RFC 4737 §3.3). A note where fewer than one in a hundred are, or none by three packets or more. Captures on several queues of one interface may reorder themselves.',
  title: ({ count, facts }) => `${share(count, facts.sent)} arrive out of order, ${way(facts)}`,
  observed: ({ count, facts }) =>
    `${share(count, facts.sent)} ${way(facts)} arrived (${arrivesAt(facts)} capture) behind packets of the same source port that had left later (${facts.sentAt} capture), by up to ${amount(facts.extent, 'packet')}.`,
  inferred: ({ facts }) =>
    `Packets of one flow take ways of different delay between the two capture points.` +
    (facts.extent >= 3 ? ' TCP inside takes this for loss, sends again and slows down (RFC 5681 §3.2).' : ''),
  remedy: ({ facts }) =>
    `Between ${facts.from} and ${facts.to}, have routers choose paths by flow and not by packet (per-flow hashing that includes the outer UDP source port), and check bundles and queues on the way.`,
  displayFilter: ({ facts, packets }) =>
    packets.length === 0 ? allOf(facts) : `frame.number in {${packets.join(', ')}}`,
}
