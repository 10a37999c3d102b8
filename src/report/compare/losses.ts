/** What is lost where, in the words of the first sentence. */

import type { ComparedDirection, ComparedFinding, Comparison } from '../../comparison.ts'
import { way } from '../../findings/words/compared.ts'
import { integer, percent, plural } from '../number.ts'
import { shortTime } from './stopped.ts'

/** Findings that say how packets are lost. */
const LOSS: ReadonlySet<string> = new Set(['SIZE_CLIFF', 'PATH_LOSS', 'LOST_BETWEEN'])
/** Findings that it takes two captures to make. */
export const BETWEEN: ReadonlySet<string> = new Set([
  ...LOSS,
  'ALTERED_BETWEEN',
  'DELAY_SPIKE',
  'DUPLICATED_BETWEEN',
  'NOTHING_IN_COMMON',
  'REORDERED_BETWEEN',
  'REWRITTEN',
])
/** Source ports that are named one by one. */
const MOST_PORTS = 3
/** Bytes between the largest that arrived and the smallest that was lost, up to which one number says enough. */
const NARROW = 100

/** Packets whose fate is known. */
export function judgedPackets({ matched, lost, altered }: ComparedDirection): number {
  return matched + lost + altered
}

/** Directions that lose packets, those with the most first; ones of which that is in doubt last. */
export function losing({ directions, findings }: Comparison): ComparedDirection[] {
  const doubtful = (direction: ComparedDirection): number => Number(isInDoubt(direction, findings))
  return directions
    .filter(({ lost }) => lost > 0)
    .sort((left, right) => doubtful(left) - doubtful(right) || right.lost - left.lost)
}

/** Whether the captures themselves missed so many packets that loss is in doubt: what is said of it is a note then. */
export function isInDoubt(direction: ComparedDirection, findings: readonly ComparedFinding[]): boolean {
  const said = lossesOf(direction, findings)
  return said.length > 0 && said.every(({ severity }) => severity === 'note')
}

/** `310 of 5,000 packets from 10.0.0.1 to 10.0.0.2 in VNI 42 were lost (6.20 %), all larger than 1,450 bytes (outer IP).` */
export function lossSentence(direction: ComparedDirection, comparison: Comparison): string {
  const { findings } = comparison
  const { lost, matched, altered, sentAt } = direction
  const sent = judgedPackets(direction)
  const where = way(direction)
  if (isInDoubt(direction, findings)) {
    const far = sentAt === 'near' ? 'far' : 'near'
    return `${ofAll(lost, sent)} ${where} ${lost === 1 ? 'is' : 'are'} missing in the ${far} capture, but may have arrived: that capture missed packets itself.`
  }
  if (matched + altered === 0) {
    return sent === 1
      ? `The only packet ${where} was lost.`
      : `${sent === 2 ? 'Both packets' : `All ${plural(sent, 'packet')}`} ${where} were lost: nothing arrives.`
  }
  const were = lost === 1 ? 'was' : 'were'
  const share = percent((100 * lost) / sent)
  return `${ofAll(lost, sent)} ${where} ${were} lost (${share})${howLost(direction, comparison)}.`
}

function ofAll(lost: number, sent: number): string {
  return `${integer(lost)} of ${plural(sent, 'packet')}`
}

/** What the lost packets have in common: their size, their path, or the time. */
function howLost(direction: ComparedDirection, { findings, window }: Comparison): string {
  const { lost, sizeCliff, lossBySourcePort, sourcePorts, lossPattern } = direction
  const said = lossesOf(direction, findings)
  const all = (count: number): string => (count >= lost ? 'all' : `${integer(count)} of them`)
  const cliff = said.find(({ code }) => code === 'SIZE_CLIFF')
  if (cliff !== undefined && sizeCliff !== null) {
    const { passed, lost: least } = sizeCliff
    return least - passed <= NARROW
      ? `, ${all(cliff.count)} larger than ${integer(passed)} bytes (outer IP)`
      : `, ${all(cliff.count)} of ${integer(least)} bytes and more (outer IP); up to ${integer(passed)} bytes arrive`
  }
  const path = said.find(({ code }) => code === 'PATH_LOSS')
  if (path !== undefined) {
    const ports = lossBySourcePort.filter((port) => port.lost > 0).map(({ port }) => port)
    const which =
      ports.length > MOST_PORTS
        ? `${integer(ports.length)} of ${integer(sourcePorts)} outer source ports`
        : `outer source ${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}`
    return `, ${all(path.count)} from ${which}`
  }
  // Of what is silent since the other capture ended it is not known.
  const { silentSince } = direction
  if (silentSince !== null && silentSince < (window.to ?? '')) {
    return `; from ${shortTime(silentSince)} on nothing arrived`
  }
  if (lossPattern.periods === 1 && lost > 1) return ', all one after the other'
  return ''
}

function lossesOf({ vni, from, to }: ComparedDirection, findings: readonly ComparedFinding[]): ComparedFinding[] {
  return findings.filter(
    ({ code, subject }) =>
      LOSS.has(code) && subject.vni === vni && subject.vteps?.[0] === from && subject.vteps[1] === to,
  )
}
