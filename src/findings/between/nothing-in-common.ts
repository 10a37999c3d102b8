/** NOTHING_IN_COMMON: two captures that were to be compared do not have one packet in common. */
import { amount, type Words } from '../finding.ts'

/** Both captures. */
export interface NothingInCommon {
  near: number
  far: number
  /** Times of each by its own clock, as text; `null` without packets. */
  nearTimes: [string, string] | null
  farTimes: [string, string] | null
  /** Sides of which most inner frames were cut before the bytes that tell them, and how many of those are needed. */
  cutShort: ('near' | 'far')[]
  needed: number
}

export const nothingInCommon: Words<NothingInCommon> = {
  code: 'NOTHING_IN_COMMON',
  severity: 'warning',
  meaning:
    'The two captures do not have one tunnel packet in common, so nothing can be said of what lies between them.',
  advice:
    'Check that both were made at the same time, on the way of the same traffic and with filters that let it through (fragments and other tunnel ports included), and that neither is cut too short.',
  evidence:
    'Not one tunnel packet of the one capture is in the other, by its inner frame, or so few that chance explains them. Where everything is lost it looks the same, unless both captures have one clock (--same-clock).',
  title: ({ facts }) =>
    facts.cutShort.length === 0
      ? 'These two captures have no packet in common'
      : `${sides(facts)} cut too short to be compared`,
  observed: ({ facts }) =>
    `${amount(facts.near, 'tunnel packet')} near${times(facts.nearTimes)}, ${amount(facts.far, 'tunnel packet')} far${times(facts.farTimes)}, and none that is in both.`,
  inferred: ({ facts }) =>
    facts.cutShort.length > 0
      ? `${sides(facts)} cut by a snap length that leaves less than ${facts.needed} bytes of most inner frames, up to the end of the inner IP header: packets cannot be told from each other.`
      : facts.near === 0 || facts.far === 0
        ? `The ${facts.near === 0 ? 'near' : 'far'} capture holds no tunnel packet: everything was lost before it, or it was made in another place or at another time.`
        : 'They are of other traffic or of other times, or nothing that leaves the one side arrives at the other.',
  remedy: ({ facts }) =>
    facts.cutShort.length > 0
      ? 'Capture again with a longer snap length (tcpdump -s 256, or -s 0 for whole packets) at both places at once.'
      : 'Capture at both places at once while something is sent (ping through the overlay), without a filter; if both were made on one machine, say --same-clock, and what is missing is judged as loss.',
  displayFilter: () => '',
}

/** `The far capture is`, `Both captures are`. */
function sides({ cutShort }: NothingInCommon): string {
  return cutShort.length === 2 ? 'Both captures are' : `The ${cutShort[0]} capture is`
}

function times(span: [string, string] | null): string {
  return span === null ? '' : ` (${span[0]} to ${span[1]})`
}
