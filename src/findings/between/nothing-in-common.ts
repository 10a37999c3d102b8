/** NOTHING_IN_COMMON: two captures that were to be compared do not have one packet in common. */
import { amount, type Words } from '../finding.ts'
import { grouped } from '../words/grouped.ts'
import { listed } from '../words/list.ts'

/** Both captures. */
export interface NothingInCommon {
  near: number
  far: number
  /** Times of each by its own clock, as text; `null` without packets. */
  nearTimes: [string, string] | null
  farTimes: [string, string] | null
  /** A side without a tunnel packet: how many others it has, and the most frequent kinds of them; `null` where both have some. */
  without: {
    side: 'near' | 'far'
    packets: number
    seen: { protocol: string; packets: number }[]
    isFiltered: boolean
  } | null
  /** Whether what both have is equal packets only. */
  isAlike: boolean
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
    isTooAlike(facts)
      ? 'The packets of these two captures are too alike to tell which is which'
      : facts.cutShort.length === 0
        ? facts.without === null
          ? 'These two captures have no packet in common'
          : `The ${facts.without.side} capture holds no ${facts.without.packets === 0 ? 'packet' : 'tunnel packet'}${facts.without.isFiltered ? ' that the selection keeps' : ''}`
        : `${sides(facts)} cut too short to be compared`,
  observed: ({ facts }) =>
    `${amount(facts.near, 'tunnel packet')} near${times(facts.nearTimes)}, ${amount(facts.far, 'tunnel packet')} far${times(facts.farTimes)}, and ${isTooAlike(facts) ? 'those that are in both are equal to the byte' : 'none that is in both'}.`,
  inferred: ({ facts }) =>
    isTooAlike(facts)
      ? 'Equal packets, such as heartbeats or what a snap length leaves of longer ones, do not tell how the clocks stand to each other where they may be matched in several ways, and there are no others in both.'
      : facts.cutShort.length > 0
        ? `${sides(facts)} cut by a snap length that leaves less than ${facts.needed} bytes of most inner frames, up to the end of the inner IP header: packets cannot be told from each other.`
        : facts.without !== null
          ? whyWithout(facts.without)
          : 'They are of other traffic or of other times, or nothing that leaves the one side arrives at the other.',
  remedy: ({ facts }) =>
    isTooAlike(facts)
      ? 'Capture again while other packets pass too (ping through the overlay), and with a longer snap length if packets were cut; if both captures have one clock, say --same-clock.'
      : facts.cutShort.length > 0
        ? 'Capture again with a longer snap length (tcpdump -s 256, or -s 0 for whole packets) at both places at once.'
        : isInside(facts)
          ? `Capture at both places at once on the underlay: on the interface that carries the address of the VTEP (ip route get, with the address of the other VTEP, names it), as with tcpdump -i <interface> udp port 4789. A tunnel on another port is named with --port.`
          : 'Capture at both places at once while something is sent (ping through the overlay), without a filter; if both were made on one machine, say --same-clock, and what is missing is judged as loss.',
  displayFilter: () => '',
}

/** Whether packets are in both, and cannot be told from each other. */
function isTooAlike({ isAlike, without, cutShort }: NothingInCommon): boolean {
  return isAlike && without === null && cutShort.length === 0
}

/** Whether a side has packets and none in a tunnel. */
function isInside({ without }: NothingInCommon): boolean {
  return without !== null && without.packets > 0 && !without.isFiltered
}

/** Why a side may have no tunnel packet. */
function whyWithout({ side, packets, seen, isFiltered }: NonNullable<NothingInCommon['without']>): string {
  if (isFiltered) return 'What is selected does not pass it, or everything of it was lost before.'
  if (packets === 0) {
    return `Everything was lost before it, nothing was sent while it ran, or its interface or its filter was the wrong one.`
  }
  const kinds = seen.map(({ protocol, packets: count }) => `${grouped(count)} ${protocol}`)
  const what = kinds.length === 0 ? '' : ` (${listed(kinds)})`
  return `It has ${amount(packets, 'other packet')}${what}. If these are of guests, the ${side} capture was made inside the tunnel, on a guest, a tap or a bridge, where frames are not encapsulated and cannot be compared; otherwise everything was lost before it.`
}

/** `The far capture is`, `Both captures are`. */
function sides({ cutShort }: NothingInCommon): string {
  return cutShort.length === 2 ? 'Both captures are' : `The ${cutShort[0]} capture is`
}

function times(span: [string, string] | null): string {
  return span === null ? '' : ` (${span[0]} to ${span[1]})`
}
