/** The `mtu` part of the summary: path MTU by VTEP pair from what the capture proves, and the numbers to set. */
import type { MtuSummary, PairMtu } from '../../summary.ts'
import type { Analysis } from '../analysis.ts'
import { LEAST_MTU } from '../stateful/answers/icmp-errors.ts'

/** What a path MTU rests on. */
export type MtuSource = 'icmp' | 'fragments' | 'largest-answered'

/** Bytes of an IPv4 and a TCP header without options (RFC 9293 §3.7.1); IPv6 has 20 more. */
const IPV4_AND_TCP = 40
const IPV6_MORE = 20

/** Outer IP bytes below which the largest proved packet is chance: a small ping was all that was answered (CONTRACT: mtu). */
const LEAST_PROVED = 1280
/** Smallest inner MTU that is ever recommended, in bytes: what every host takes (RFC 791 §3.1), and IPv6's least (RFC 8200 §5). */
const LEAST_INNER_MTU = { 4: 576, 6: 1280 } as const
/** Bytes by which a first fragment may be shorter than its link carries, and one: offsets count in eights (RFC 791 §3.1). */
const FRAGMENT_STEP = 8

/** What the capture says about the path of a VTEP pair. */
export interface PathMtu {
  /** Outer IP bytes; `null` where all that was proved is too small to tell. */
  mtu: number | null
  from: MtuSource
  /** Whether fragments alone tell: it may be up to seven more. */
  isLeast: boolean
  /** Largest outer IP packet proved to pass, and smallest one split or lost, in bytes; `null` where an ICMP error names the MTU. */
  between: [number, number] | null
}

/** Numbers to set so that nothing is too large for the path. */
export interface MtuAdvice {
  /** Outer IP bytes: a pair's path MTU, or the underlay's MTU as its user states it. */
  pathMtu: number
  overhead: number
  innerMtu: number
  /** For inner IPv4, and for inner IPv6. */
  mss: number
  mssIpv6: number
  /** Smallest inner MTU that may be recommended here: 1280 where inner IPv6 is in use, else 576. */
  leastInnerMtu: number
}

const ENDS = [0, 1] as const

/**
 * Path MTU of a pair row, the smaller of both directions; `null` without evidence.
 * An ICMP's value; else the largest datagram that passed whole where a larger one was split or lost (CONTRACT: mtu).
 */
export function pathMtu(analysis: Analysis, row: number): PathMtu | null {
  return ENDS.map((direction) => pathMtuOf(analysis, row, direction)).reduce(smaller)
}

/** Path MTU of one direction, 0 is a→b; `null` without evidence. */
export function pathMtuOf(analysis: Analysis, row: number, direction: 0 | 1): PathMtu | null {
  const { keys } = analysis
  const { icmpErrors, outerFragments, pathMtuEvidence } = analysis.stateful
  const ends = [keys.pairs.word(row, 0), keys.pairs.word(row, 1)] as const
  const told = icmpErrors.pathMtu(ends[direction], ends[1 - direction]!)
  if (told !== 0) return { mtu: told, from: 'icmp', isLeast: false, between: null }
  const proved = pathMtuEvidence.largestProved(row, direction)
  const hole = pathMtuEvidence.blackHole(row, direction)
  const lost: PathMtu | null = hole && {
    mtu: hole.passed < LEAST_PROVED ? null : hole.passed,
    from: 'largest-answered',
    isLeast: false,
    between: hole.passed === 0 ? null : [hole.passed, hole.lost],
  }
  const split = outerFragments.split(row, direction)
  const least = keys.isIpv6(ends[direction]) ? LEAST_MTU[6] : LEAST_MTU[4]
  // Fragments smaller than any link's MTU are made by hand.
  if (split === null || split.whole < least) return lost
  // Where the limit of the split ones is not known to be above what was answered, the answer tells nothing about it.
  const answered = split.smallest !== 0 && proved < split.smallest ? proved : 0
  const mtu = Math.max(split.whole, answered)
  const tooLarge = split.first + FRAGMENT_STEP
  const refused = split.smallest !== 0 && (split.smallest < tooLarge || mtu >= tooLarge) ? split.smallest : tooLarge
  const isLeast = mtu === split.first && answered !== mtu
  return smaller({ mtu, from: 'fragments', isLeast, between: [mtu, refused] }, lost)
}

/** Numbers to set for a pair row; `null` when neither the capture nor the user says how large the path is. */
export function advise(analysis: Analysis, row: number, underlayMtu: number | undefined): MtuAdvice | null {
  const path = pathMtu(analysis, row)?.mtu ?? underlayMtu
  const overhead = analysis.vtepPairs.overhead(row)
  if (path === undefined || overhead === 0 || path - overhead <= IPV4_AND_TCP + IPV6_MORE) return null
  const innerMtu = path - overhead
  return {
    pathMtu: path,
    overhead,
    innerMtu,
    mss: innerMtu - IPV4_AND_TCP,
    mssIpv6: innerMtu - IPV4_AND_TCP - IPV6_MORE,
    leastInnerMtu: LEAST_INNER_MTU[analysis.vtepPairs.carriesIpv6(row) ? 6 : 4],
  }
}

/** Sizes by VTEP pair, of the rows given. */
export function pairMtuRows(analysis: Analysis, rows: readonly number[]): PairMtu[] {
  const { keys, vtepPairs } = analysis
  return rows.map((row) => {
    const path = pathMtu(analysis, row)
    const advice = path && advise(analysis, row, undefined)
    const isUsable = advice !== null && advice.innerMtu >= advice.leastInnerMtu
    return {
      a: keys.formatAddress(keys.pairs.word(row, 0)),
      b: keys.formatAddress(keys.pairs.word(row, 1)),
      overhead: vtepPairs.overhead(row),
      largestOuterIpLength: largestOuter(analysis, row),
      pathMtu: path?.mtu ?? null,
      pathMtuFrom: path === null || path.mtu === null ? null : path.from,
      recommendedInnerMtu: isUsable ? advice.innerMtu : null,
      recommendedMss: !isUsable || vtepPairs.carriesIpv6Only(row) ? null : advice.mss,
      pathMtuBetween: path?.between ?? null,
    }
  })
}

/**
 * The underlay's MTU: as its user states it, else the smallest path MTU of any pair, else the largest outer packet that was
 * answered, else the largest one seen.
 */
export function underlayMtu(
  analysis: Analysis,
  option: number | undefined,
): Pick<MtuSummary, 'underlayMtu' | 'underlayMtuFrom'> {
  if (option !== undefined) return { underlayMtu: option, underlayMtuFrom: 'option' }
  const { keys } = analysis
  const { pathMtuEvidence } = analysis.stateful
  let path: { mtu: number; from: MtuSource } | null = null
  let answered = 0
  let seen = 0
  for (let row = 0; row < keys.pairs.count; row++) {
    const found = pathMtu(analysis, row)
    if (found !== null && found.mtu !== null && (path === null || found.mtu < path.mtu)) {
      path = { mtu: found.mtu, from: found.from }
    }
    answered = Math.max(answered, pathMtuEvidence.largestProved(row, 0), pathMtuEvidence.largestProved(row, 1))
    seen = Math.max(seen, largestOuter(analysis, row))
  }
  if (path !== null) return { underlayMtu: path.mtu, underlayMtuFrom: path.from }
  if (answered !== 0) return { underlayMtu: answered, underlayMtuFrom: 'largest-answered' }
  return seen === 0
    ? { underlayMtu: null, underlayMtuFrom: null }
    : { underlayMtu: seen, underlayMtuFrom: 'largest-seen' }
}

function largestOuter({ stateful: { sizes, outerFragments } }: Analysis, row: number): number {
  return Math.max(sizes.largestOuter(row), outerFragments.pairLargest(row))
}

/**
 * The narrower of two paths. One of which only chance is known leaves the other standing where what that one lost is larger than
 * what the other carries; else nothing is known of the two together.
 */
function smaller(left: PathMtu | null, right: PathMtu | null): PathMtu | null {
  if (left === null || right === null) return left ?? right
  if (left.mtu !== null && right.mtu !== null) return right.mtu < left.mtu ? right : left
  if (left.mtu === null && right.mtu === null) return lostOf(right) < lostOf(left) ? right : left
  const [known, unknown] = left.mtu === null ? [right, left] : [left, right]
  return lostOf(unknown) > known.mtu! ? known : unknown
}

function lostOf({ between }: PathMtu): number {
  return between === null ? Number.POSITIVE_INFINITY : between[1]
}
