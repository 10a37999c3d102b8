/** CAPTURE_ONE_SIDED: the capture holds one direction of the traffic, so answers that exist are missing from it. */

import { amount, type Words } from '../finding.ts'
import { fromTo, or } from '../words/display-filter.ts'

/** What the capture holds half of. */
export interface CaptureOneSided {
  /** Directions whose answers are not in the capture, as VTEPs in print. */
  ways: { from: string; to: string }[]
  /** Whether no VTEP pair has packets both ways. */
  isWhole: boolean
}

/** Directions that a sentence names. */
const MOST_LISTED = 3
/** Directions that a filter selects; it would be too long to read with more. */
const MOST_FILTERED = 10

export const captureOneSided: Words<CaptureOneSided> = {
  code: 'CAPTURE_ONE_SIDED',
  severity: 'note',
  meaning: 'The capture holds one direction of the traffic only, so missing answers say nothing about the network.',
  advice: 'Capture both directions: all members of a bundle, no "-Q out", both paths where routing is asymmetric.',
  evidence:
    'TCP connections go on, or acknowledge more and more data, although no packet of their other side is in the capture; or an address that was asked for by broadcast is then sent to, with no answer seen. Sound at any capture point.',
  title: ({ facts }) =>
    facts.isWhole
      ? 'The capture holds one direction only: missing answers are not judged'
      : `Traffic ${way(facts)} is answered outside the capture: missing answers are not judged`,
  observed: ({ facts }) =>
    facts.isWhole
      ? 'No VTEP pair has packets in both directions, yet the inner traffic goes on as if it were answered.'
      : `Of the TCP connections ${way(facts)}, at least a quarter go on although their other side is not in the capture.`,
  inferred: () =>
    'The answers exist and took another path, another member of a bundle, or were not captured. Unanswered pings, connections, queries and ARP requests are not reported here.',
  remedy: () =>
    'Capture both directions (without tcpdump -Q, on every member of a bundle, on both paths), and merge the files with --merge-by-time.',
  displayFilter: ({ facts }) =>
    facts.ways.length > MOST_FILTERED ? '' : or(...facts.ways.map(({ from, to }) => fromTo(from, to))),
}

/** `from A to B and from B to A`. */
function way({ ways }: CaptureOneSided): string {
  const named = ways.slice(0, MOST_LISTED).map(({ from, to }) => `from ${from} to ${to}`)
  const rest = ways.length - named.length
  const all = rest > 0 ? [...named, amount(rest, 'more direction')] : named
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all[all.length - 1]}`
}
