/** What is said of a direction, of the clocks, and of the time in which both were capturing. */
import type {
  AlteredPacket,
  ComparedDirection,
  ComparisonClock,
  ComparisonWindow,
  DuplicatedPacket,
  Place,
  Rewrite,
} from '../../comparison.ts'
import { bytes, duration, integer, milliseconds, percent, plural } from '../../report/number.ts'
import { twoDecimals } from '../../report/rounded.ts'
import { KIND_NAMES, listed } from '../../report/words.ts'

/** `from 10.0.0.1 to 10.0.0.2 in VNI 100`. */
export function wayOf({ from, to, vni }: ComparedDirection): string {
  return `from ${from} to ${to} in VNI ${vni}`
}

/** `10.0.0.1 → 10.0.0.2, VNI 100`; the tunnel's kind where it is not VXLAN. */
export function nameOf({ from, to, vni, kind }: ComparedDirection): string {
  return `${from} → ${to}, VNI ${vni}${kind === 'vxlan' ? '' : ` ${KIND_NAMES[kind]}`}`
}

/** Packets whose fate is known. */
export function knownOf({ matched, lost, altered }: ComparedDirection): number {
  return matched + lost + altered
}

const WHY: Readonly<Record<ComparedDirection['judged'], string>> = {
  yes: '',
  'no-clock': 'Loss is not judged: nothing tells how the clocks stand to each other.',
  'not-on-path': 'Loss is not judged: nothing shows that these packets should pass the other side.',
  'no-overlap': 'Loss is not judged: no packet left while both sides were capturing.',
  'cut-short': 'Loss is not judged: the other side captured too little of each packet to tell it.',
  'not-recorded':
    'Loss is not judged: the other side does not record this direction, although its packets arrive (-Q out, or a filter).',
}

/** In a line: `19 of 27 lost (70.37 %), 3 arrived again`. */
export function shortWords(direction: ComparedDirection): string {
  const { judged, sent, lost, altered, duplicated, reordered, rewritten, congestionMarked } = direction
  const known = knownOf(direction)
  const parts = [
    ...(lost > 0 ? [`${integer(lost)} of ${integer(known)} lost (${percent((100 * lost) / known)})`] : []),
    ...(altered > 0 ? [`${integer(altered)} altered`] : []),
    ...(duplicated > 0 ? [`${integer(duplicated)} arrived again`] : []),
    ...(reordered > 0 ? [`${integer(reordered)} overtaken`] : []),
    ...(rewritten > 0 ? [`${integer(rewritten)} rewritten`] : []),
    ...(congestionMarked > 0 ? [`${integer(congestionMarked)} marked for congestion`] : []),
  ]
  if (judged !== 'yes') return [`${plural(sent, 'packet')} sent, loss not judged`, ...parts].join(', ')
  if (lost === 0 && altered === 0) parts.unshift(`all of ${plural(known, 'packet')} arrived`)
  return parts.join(', ')
}

/** In sentences: why loss was not judged, how loss is spread, what was not seen, what was rewritten. */
export function longWords(direction: ComparedDirection): string[] {
  const { sentAt, judged, lost, lostBytes, lostTcpBytes, lossPattern, reordered, reorderingExtent } = direction
  const { notJudged, unsent, resegmented, rewrites } = direction
  const far = sentAt === 'near' ? 'far' : 'near'
  const tcp = lostTcpBytes === 0 ? '' : `, ${bytes(lostTcpBytes)} of them TCP data`
  const runs =
    lossPattern.periods === 1
      ? 'all in one run'
      : `in ${plural(lossPattern.periods, 'loss period')}, the longest of ${plural(lossPattern.longest, 'packet')}`
  return [
    `They pass the ${sentAt} capture first.`,
    WHY[judged],
    lost === 0 ? '' : `Lost are ${bytes(lostBytes)} of inner frames${tcp}; ${lost === 1 ? 'one packet' : runs}.`,
    reordered === 0
      ? ''
      : `${plural(reordered, 'packet')} arrived behind others that left later; at most ${plural(reorderingExtent, 'packet')} overtook one.`,
    notJudged === 0 ? '' : `Of ${plural(notJudged, 'packet')} it cannot be said what became of them.`,
    unsent === 0
      ? ''
      : `${plural(unsent, 'packet')} arrived that the ${sentAt} capture does not hold, though it was running: it missed them.`,
    resegmented === 0
      ? ''
      : `${plural(resegmented, 'packet')} travelled in segments of other sizes at the ${far} capture, as with segmentation offload.`,
    rewrites.length === 0 ? '' : `Rewritten on the way: ${listed(rewrites.map(rewriteWords))}.`,
  ].filter((sentence) => sentence !== '')
}

function rewriteWords({ field, from, to, packets }: Rewrite): string {
  return `${field} from ${from ?? 'various'} to ${to ?? 'various'} (${plural(packets, 'packet')})`
}

const MOST_BITS = 3

/** What is said of an altered packet: `byte 8 bit 4`. */
export function alteredWords({ bits }: AlteredPacket): string {
  const named = bits.slice(0, MOST_BITS).map(({ offset, bit }) => `byte ${integer(offset)} bit ${bit}`)
  if (named.length === 0) return ''
  const more = bits.length - named.length
  return `${named.join(', ')}${more > 0 ? ` and ${integer(more)} more` : ''} of the inner frame`
}

/** What is said of a packet that arrived again. @param locate - Of the side where packets arrive. */
export function duplicatedWords({ firstArrival }: DuplicatedPacket, locate: (packet: number) => string): string {
  return `first arrived as ${locate(firstArrival)}`
}

/** How the clocks stand to each other, in words. */
export function clockWords({
  offsetMs,
  errorMs,
  driftPpm,
  sameClock,
  packets,
  jumps,
  uneven,
}: ComparisonClock): string {
  if (sameClock) return 'Both sides have one clock, as was said: no offset was estimated.'
  if (offsetMs === null) {
    return 'Nothing tells how the clocks of both sides stand to each other, so that neither delay nor loss can be judged.'
  }
  const far = Math.abs(offsetMs)
  const stand = far === 0 ? 'agrees with' : `is ${milliseconds(far)} ${offsetMs > 0 ? 'ahead of' : 'behind'}`
  const drift =
    driftPpm === 0
      ? 'no drift shows'
      : `it runs ${twoDecimals(Math.abs(driftPpm))} parts per million ${driftPpm > 0 ? 'faster' : 'slower'}`
  const bar =
    errorMs === null
      ? '. Packets go one way only, so that delays are those above the smallest'
      : `, give or take ${milliseconds(errorMs)}`
  return `The far clock ${stand} the near one${bar}; ${drift} (from ${plural(packets, 'packet')} in both).${jumps.length > 0 ? ` A clock was set ${plural(jumps.length, 'time')} on the way; that is taken out.` : ''}${uneven ? ' A clock runs unevenly, so that delays are not told.' : ''}`
}

/** When both sides were capturing, in words. */
export function windowWords({ from, to, ms, waitingMs }: ComparisonWindow): string {
  if (from === null || to === null) return 'The two sides were at no time both capturing.'
  return `Both were capturing for ${duration(ms / 1000)}, from ${clockTime(from)} to ${clockTime(to)} UTC by the near clock; a packet was waited for ${duration(waitingMs / 1000)} before it was taken for lost.`
}

/** `2026-11-22 07:16:17.886`. */
function clockTime(time: string): string {
  return time.slice(0, 23).replace('T', ' ')
}

/** The side that is not this one. */
export function otherPlace(place: Place): Place {
  return place === 'near' ? 'far' : 'near'
}
