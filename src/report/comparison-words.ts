/** What a person would say of two captures of the same traffic: the answer, the counts, the clocks, and when both were capturing. */
import type { ComparedDirection, Comparison, ComparisonClock, ComparisonWindow, Place } from '../comparison.ts'
import { answer, type Headline, share } from './headline.ts'
import { duration, integer, milliseconds, percent, plural } from './number.ts'
import { twoDecimals } from './rounded.ts'
import { baseName, captureName, filterWords, listed } from './words.ts'

/** The headline of a comparison. */
export function comparisonHeadline(comparison: Comparison): Headline {
  const { findings, clock, window, filter } = comparison
  const kept = filterWords(filter)
  const sentences = [
    ...stopped(comparison),
    findings.length === 0 ? `No findings: ${fate(comparison)}` : answer(findings),
    ...(findings.length === 0 ? [] : [sentence(fate(comparison))]),
    ...(kept === '' ? [] : [`Restricted to ${kept}.`]),
    clockWords(clock),
    windowWords(window),
  ]
  return { sentences, tries: [] }
}

/** What the page or text is of: `near.pcap → far.pcap`. */
export function comparisonTitle({ near, far }: Comparison): string {
  return [near, far].map(({ files }) => sideTitle(files.map(({ name }) => name))).join(' → ')
}

/** The captures of a side: the first one's name, and how many more there are. */
function sideTitle(names: readonly string[]): string {
  const [first] = names
  if (first === undefined) return 'no capture'
  return names.length === 1 ? captureName(first) : `${baseName(first)} +${integer(names.length - 1)}`
}

/** Says that there is more than was read. */
function stopped({ near, far }: Comparison): string[] {
  const sides = (
    [
      ['near', near],
      ['far', far],
    ] as const
  )
    .filter(([, { complete }]) => !complete)
    .map(([name]) => name)
  return sides.length === 0 ? [] : [`Interrupted: the ${listed(sides)} captures were not read to their end.`]
}

/** What became of what left: `of 116 packets that left, 107 arrived and 9 were lost (7.76 %).` */
function fate({ directions, matched }: Comparison): string {
  const sum = (of: (direction: ComparedDirection) => number): number =>
    directions.reduce((all, each) => all + of(each), 0)
  const [sent, lost, altered, notJudged] = [
    sum((each) => each.sent),
    sum((each) => each.lost),
    sum((each) => each.altered),
    sum((each) => each.notJudged),
  ]
  const again = sum((each) => each.duplicated)
  const late = sum((each) => each.reordered)
  if (sent === 0 && matched === 0) return 'no packet is in both captures.'
  const judged = sent - notJudged
  const besides = [
    ...(again === 0 ? [] : [`${integer(again)} arrived again`]),
    ...(late === 0 ? [] : [`${integer(late)} arrived out of order`]),
    ...(notJudged === 0 ? [] : [`of ${integer(notJudged)} more nothing can be said`]),
  ]
  const end = besides.length === 0 ? '.' : `; ${listed(besides)}.`
  if (judged === 0) return `of none of the ${plural(sent, 'packet')} that left can be said whether it arrived${end}`
  if (lost + altered === 0) return `all ${plural(judged, 'packet')} that left arrived${end}`
  const parts = [
    `${integer(judged - lost - altered)} arrived`,
    ...(lost === 0 ? [] : [`${integer(lost)} ${were(lost)} lost (${percent(share(lost, judged))})`]),
    ...(altered === 0 ? [] : [`${integer(altered)} ${were(altered)} altered`]),
  ]
  return `of ${plural(judged, 'packet')} that left, ${listed(parts)}${end}`
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were'
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`
}

/** How the clocks stand to each other, in words. */
export function clockWords({ offsetMs, errorMs, driftPpm, sameClock, packets }: ComparisonClock): string {
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
  return `The far clock ${stand} the near one${bar}; ${drift} (from ${plural(packets, 'packet')} in both).`
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
