/** The first lines of a comparison: what is lost, what else is wrong, how good the clock is, and what was compared. */
import type { ComparedDirection, ComparedFinding, Comparison, ComparisonClock, Place } from '../../comparison.ts'
import { way } from '../../findings/words/compared.ts'
import type { Severity } from '../../summary.ts'
import { fold } from '../fold.ts'
import { duration, integer, milliseconds, percent, plural } from '../number.ts'
import { printable } from '../printable.ts'
import { filterWords, listed } from '../words.ts'
import { BETWEEN, isInDoubt, judgedPackets, losing, lossSentence } from './losses.ts'
import { isStopped, isUncompared, shortTime, stoppedWords } from './stopped.ts'

const SEVERITIES: readonly Severity[] = ['error', 'warning']
/** The sentences, each a paragraph. */
export function comparedHeadline(comparison: Comparison): string[] {
  if (isUncompared(comparison)) return [...stoppedWords(comparison), ...alone(comparison), ...caveats(comparison)]
  return [
    ...stoppedWords(comparison),
    ...answer(comparison),
    ...alone(comparison),
    volume(comparison),
    ...clockWords(comparison),
    ...windowWords(comparison),
    ...caveats(comparison),
  ]
}

/** Whether packets were lost, and whatever else became of them. */
function answer(comparison: Comparison): string[] {
  const { near, far, directions, findings } = comparison
  for (const [place, other] of [
    ['near', 'far'],
    ['far', 'near'],
  ] as const) {
    if (comparison[place].files.length > 0) continue
    return [`No ${place} capture could be read, so nothing was compared: this is what the ${other} side says alone.`]
  }
  if (near.tunnelPackets + far.tunnelPackets === 0) {
    if (near.packets + far.packets === 0) return ['Neither side holds a packet: there is nothing to compare.']
    return [
      isFiltered(comparison)
        ? 'Neither side holds a tunnel packet that the selection keeps: there is nothing to compare. Without the selection, the table of directions says what there is.'
        : 'Neither side holds a tunnel packet: there is nothing to compare. A tunnel on another port is named with --port. If these are packets of guests, the captures were made inside the tunnel, on a guest, a tap or a bridge: capture at both places on the underlay.',
    ]
  }
  const nothing = findings.find(({ code }) => code === 'NOTHING_IN_COMMON')
  if (nothing !== undefined) return [`${printable(nothing.title)}. ${printable(nothing.inferred)}`]
  const [worst, ...others] = losing(comparison)
  const sentences = worst === undefined ? [noLoss(comparison)] : [lossSentence(worst, comparison)]
  const isDoubtful = (each: ComparedDirection): boolean => isInDoubt(each, findings)
  const also = (which: readonly ComparedDirection[], what: string): void => {
    if (which.length === 0) return
    const [lost, sent] = [sum(which, (each) => each.lost), sum(which, judgedPackets)]
    sentences.push(
      `${what}: ${integer(lost)} of ${plural(sent, 'packet')} in ${plural(which.length, 'other direction')}.`,
    )
  }
  also(
    others.filter((each) => !isDoubtful(each)),
    'Also lost',
  )
  also(others.filter(isDoubtful), 'Also missing, but maybe not lost')
  return [
    ...twice(comparison),
    sentences.join(' '),
    ...unrecorded(directions),
    ...beyond(comparison),
    ...besides(comparison),
    ...slow(findings),
  ]
}

/** Whether one capture was given for both sides: no path is so quick that every packet has the same time at both ends. */
function twice({ near, far, directions }: Comparison): string[] {
  const isOne =
    near.packets === far.packets &&
    near.firstTime === far.firstTime &&
    near.lastTime === far.lastTime &&
    directions.some(({ matched }) => matched > 0) &&
    directions.every(({ delayMs }) => delayMs === null || (delayMs.min === 0 && delayMs.max === 0))
  return isOne
    ? [
        'Both sides have the same packets at the very same times: one capture was given twice, or a copy of it, and nothing is said of a path.',
      ]
    : []
}

/** Directions that a side does not record, although packets arrive. */
function unrecorded(directions: readonly ComparedDirection[]): string[] {
  const all = directions.filter(({ judged, sent }) => judged === 'not-recorded' && sent > 0)
  const [first] = all.toSorted((one, other) => other.sent - one.sent)
  if (first === undefined) return []
  const place = first.sentAt === 'near' ? 'far' : 'near'
  const more = all.length > 1 ? `, nor of ${plural(all.length - 1, 'other direction')}` : ''
  return [
    `The ${place} capture records nothing ${way(first)}${more}, although what comes back shows that packets arrive: it was made with -Q, with a filter, or on one path of several. Whether ${all.length > 1 ? 'any of them' : `any of ${plural(first.sent, 'packet')}`} was lost is not known.`,
  ]
}

/** Packets that left before the other capture's first packet or after its last: whether that was running nobody can tell. */
function beyond(comparison: Comparison): string[] {
  const { directions } = comparison
  if (isStopped(comparison)) {
    const count = sum(directions, (each) => each.notJudged)
    return count === 0
      ? []
      : [
          `Not judged: ${plural(count, 'packet')} that ${count === 1 ? 'was' : 'were'} not reached, or left while the other side was not capturing.`,
        ]
  }
  return (['near', 'far'] as const).flatMap((place) => {
    const sent = directions.filter(({ judged, sentAt }) => judged === 'yes' && sentAt !== place)
    const silent = sent.filter((each) => isSilentWith(each, comparison))
    const count = sum(sent, (each) => each.notJudged)
    if (count === 0) return []
    const were = count === 1 ? 'it was' : 'they were'
    const [first] = silent.toSorted((one, other) => other.notJudged - one.notJudged)
    if (first !== undefined) {
      const more = silent.length > 1 ? `, nor in ${plural(silent.length - 1, 'other direction')}` : ''
      return `Not judged: ${plural(count, 'packet')}. From ${shortTime(first.silentSince!)} on nothing arrives ${way(first)}${more}, but the ${place} capture holds nothing at all of that time: if it was still running, what left then was lost; if it had ended, nothing is known of it.${earlier(first, comparison) ? ` Some of them left before the ${place} capture began.` : ''}`
    }
    return `Not judged: ${plural(count, 'packet')} that left before the first or after the last packet of the ${place} capture; if that was running then, ${were} lost.`
  })
}

/** Whether packets left that can only have been due before the window began. */
function earlier({ sentAt }: ComparedDirection, { window, ...sides }: Comparison): boolean {
  const { firstTime } = sides[sentAt]
  // Where packets leave at the far side times are by another clock.
  return sentAt === 'near' && firstTime !== null && window.from !== null && firstTime < window.from
}

/** Whether a direction falls silent when the capture where it arrives ends. */
function isSilentWith({ silentSince, notJudged, lost }: ComparedDirection, { window }: Comparison): boolean {
  return silentSince !== null && notJudged > 0 && (lost === 0 || silentSince >= (window.to ?? ''))
}

/** What is said where nothing was lost; of what was not judged it is not known. */
function noLoss(comparison: Comparison): string {
  const { directions } = comparison
  const judged = directions.filter((each) => each.judged === 'yes')
  if (judged.length === 0) return 'Whether packets were lost is not known: no direction could be judged.'
  const sent = sum(judged, judgedPackets)
  const unknown = directions.length - judged.length
  const where =
    plural(judged.length, 'direction') + (unknown > 0 ? `; ${integer(unknown)} more could not be judged` : '')
  const altered = sum(judged, (each) => each.altered)
  if (altered > 0) {
    return `No packet was lost${isStopped(comparison) ? ' until then' : ''}, but ${integer(altered)} of ${plural(sent, 'packet')} that left while both were capturing arrived with other bits (${where}).`
  }
  return `No packet was lost${isStopped(comparison) ? ' until then' : ''}: ${sent === 1 ? 'the one' : `all ${integer(sent)}`} that left while both were capturing arrived (${where}).`
}

/** For how long packets took longer than usual. */
function slow(findings: readonly ComparedFinding[]): string[] {
  const spikes = findings.filter(({ code }) => code === 'DELAY_SPIKE')
  const [first] = spikes
  if (first === undefined) return []
  const more = spikes.length > 1 ? ` (and in ${plural(spikes.length - 1, 'other direction')})` : ''
  return [`${printable(first.title)}${more}.`]
}

/** What else became of packets on their way. */
function besides({ directions }: Comparison): string[] {
  const altered = sum(directions, (each) => each.altered)
  // Where nothing was lost the first sentence has said it.
  const isSaid = directions.every(({ lost }) => lost === 0)
  const counts = [
    [isSaid ? 0 : altered, 'arrived with other bits'],
    [sum(directions, (each) => each.duplicated), 'arrived again'],
    [sum(directions, (each) => each.reordered), 'arrived out of order'],
    [sum(directions, (each) => each.rewritten), 'arrived with other header fields'],
    [sum(directions, (each) => each.congestionMarked), 'were marked for congestion on the way (ECN CE)'],
  ] as const
  const parts = counts.filter(([count]) => count > 0)
  if (parts.length === 0) {
    const isNone = directions.some(({ matched }) => matched > 0)
    if (altered > 0) return ['None arrived twice, out of order or with other header fields (ECN marks aside).']
    return isNone ? ['None arrived altered, twice, out of order or with other header fields (ECN marks aside).'] : []
  }
  const words = parts.map(([count, what], index) => `${index === 0 ? plural(count, 'packet') : integer(count)} ${what}`)
  return [`${listed(words)}.`]
}

/** Findings of either capture alone that nothing between the two explains. */
function alone({ findings }: Comparison): string[] {
  const others = fold<ComparedFinding>(findings).filter(({ finding }) => !BETWEEN.has(finding.code))
  const counts = SEVERITIES.map(
    (severity) => [severity, others.filter((each) => each.severity === severity).length] as const,
  ).filter(([, count]) => count > 0)
  if (counts.length === 0) return []
  const first = others.find(({ severity }) => severity === counts[0]![0])!.finding
  const how = counts.reduce((sum, [, count]) => sum + count, 0) === 1 ? '' : ', the first'
  return [
    `The captures alone also show ${listed(counts.map(([severity, count]) => plural(count, severity)))}${how}: ${sentence(printable(first.title))}`,
  ]
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function volume(comparison: Comparison): string {
  const { near, far, matched } = comparison
  const what = isFiltered(comparison) ? 'selected' : 'in tunnels'
  const side = (place: Place, { packets, tunnelPackets }: Comparison[Place]): string =>
    packets === 0
      ? `${place} no packet`
      : `${place} ${plural(packets, 'packet')}, ${tunnelPackets === packets ? 'all' : tunnelPackets === 0 ? 'none' : integer(tunnelPackets)} ${what}`
  return `${side('near', near)}; ${side('far', far)}; ${integer(matched)} in both.`
}

function isFiltered({ filter }: Comparison): boolean {
  return filterWords(filter) !== ''
}

/** How the clocks stand to each other, and how good that is. */
function clockWords(comparison: Comparison): string[] {
  const { clock, matched } = comparison
  const { offsetMs, errorMs, sameClock } = clock
  const timeless = (['near', 'far'] as const).filter((place) => isTimeless(comparison, place))
  if (timeless.length > 0) {
    const [place] = timeless
    return [
      `Clock: all packets of ${timeless.length > 1 ? 'both captures have' : `the ${place} capture have`} one time (${comparison[place!].firstTime}), so that times cannot be used: packets are matched by what they carry alone, and neither loss nor delay is told.`,
    ]
  }
  if (sameClock) return ['Clock: one for both sides, as --same-clock says; delays are as good as that.']
  if (offsetMs === null) {
    return matched === 0 ? [] : ['Clock: nothing tells how the two clocks stand to each other.']
  }
  const drift = clock.driftPpm === 0 ? '' : `, and runs ${Math.abs(clock.driftPpm)} ppm ${pace(clock)}`
  const isLevel = offsetMs === 0 || Math.abs(offsetMs) <= (errorMs ?? 0)
  const stand = `Clock: the far one is ${isLevel ? 'level with the near one' : offsetWords(offsetMs)}${drift}`
  if (errorMs === null) {
    return [
      `${stand}, if the fastest packet took no time: there are packets in one direction only, so delays are told above the smallest one. With --same-clock they are absolute.`,
    ]
  }
  return [
    `${stand}, ${errorMs === 0 ? 'exactly' : `give or take ${milliseconds(errorMs)}`}, by ${plural(clock.packets, 'packet')} that are in both.${unsteadyWords(clock)}`,
  ]
}

/** What a clock did that does not simply run. */
function unsteadyWords({ jumps, uneven }: ComparisonClock): string {
  const [first] = jumps
  const more = jumps.length > 1 ? `, and ${plural(jumps.length - 1, 'time')} more` : ''
  const set =
    first === undefined
      ? ''
      : ` A clock was set: from about ${shortTime(first.time)} on the far one is ${milliseconds(Math.abs(first.ms))} further ${first.ms > 0 ? 'ahead' : 'behind'}${more}; that is taken out of loss and delays.`
  return uneven ? `${set} A clock runs unevenly, so that delays are not told.` : set
}

/** Whether the times of a side say nothing: then nothing is known of the clocks, although packets are in both. */
function isTimeless({ clock, matched, ...sides }: Comparison, place: Place): boolean {
  const { firstTime, lastTime, packets } = sides[place]
  return clock.offsetMs === null && matched > 0 && packets > 0 && firstTime === lastTime
}

function pace({ driftPpm }: ComparisonClock): string {
  return driftPpm > 0 ? 'faster' : 'slower'
}

/** To the microsecond, whatever its size. */
function offsetWords(ms: number): string {
  const size = Math.abs(ms)
  const text = size < 1000 ? `${size.toFixed(3)} ms` : `${(size / 1000).toFixed(6)} s`
  return `${text} ${ms > 0 ? 'ahead of' : 'behind'} the near one`
}

/** When both were capturing. */
function windowWords(comparison: Comparison): string[] {
  const { window, near, far, clock } = comparison
  const { from, to, ms, waitingMs } = window
  if (near.firstTime === null || far.firstTime === null || clock.offsetMs === null) return []
  if (from === null || to === null) {
    return ['Window: the two captures do not overlap in time, so that loss cannot be judged.']
  }
  return [
    `Window: ${isStopped(comparison) ? 'compared' : 'both captured'} for ${duration(ms / 1000)}, from ${shortTime(from)} to ${shortTime(to)} by the near clock; what did not arrive within ${duration(waitingMs / 1000)} is lost.`,
  ]
}

/** What makes figures less than they seem. */
function caveats(comparison: Comparison): string[] {
  const sentences: string[] = []
  // Of one that was given twice that has been said.
  if (isOneCapture(comparison) && twice(comparison).length === 0) {
    sentences.push('Every packet has the same time at both sides: is one capture a copy of the other?')
  }
  const kept = filterWords(comparison.filter)
  if (kept !== '') sentences.push(`Filtered by ${kept}${clockOfTimes(comparison)}.`)
  for (const place of ['near', 'far'] as const) {
    const { droppedByCapture, comparedBytes, packets, copies } = comparison[place]
    if (copies > 0) {
      sentences.push(
        `${plural(copies, 'record')} of the ${place} capture ${copies === 1 ? 'repeats one' : 'repeat others'} that it has, as a mirror or several interfaces make them: not counted.`,
      )
    }
    if (droppedByCapture !== null && droppedByCapture > 0) {
      const share = percent((100 * droppedByCapture) / (packets + droppedByCapture))
      sentences.push(
        `The ${place} capture itself dropped ${plural(droppedByCapture, 'packet')} (${share}): so many may be missing only from it.`,
      )
    }
    // Both sides are compared by the shorter of the two.
    if (comparedBytes !== null && place === 'near') {
      sentences.push(
        `Packets were cut by a snap length: ${plural(comparedBytes, 'byte')} of each inner frame are compared.`,
      )
    }
  }
  return sentences
}

/** Whether nothing took any time, which no wire does. */
function isOneCapture({ matched, clock, directions }: Comparison): boolean {
  return matched > 1 && clock.offsetMs === 0 && directions.every(({ delayMs }) => (delayMs?.max ?? 0) === 0)
}

function sum(directions: readonly ComparedDirection[], count: (direction: ComparedDirection) => number): number {
  return directions.reduce((total, direction) => total + count(direction), 0)
}

/** Whose clock the times are of that were selected. */
function clockOfTimes({ filter, clock }: Comparison): string {
  if ((filter.from === null && filter.to === null) || clock.sameClock) return ''
  return clock.offsetMs === null
    ? ' (by the clock of each side: nothing tells how they stand to each other)'
    : ' by the near clock'
}
