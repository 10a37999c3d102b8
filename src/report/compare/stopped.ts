/** What is said first of a comparison that was stopped, so that a part is not taken for the whole. */
import type { Comparison } from '../../comparison.ts'
import { integer, plural } from '../number.ts'

/** Whether not everything was read. */
export function isStopped({ near, far }: Comparison): boolean {
  return !near.complete || !far.complete
}

/** Whether it was stopped before a packet was compared. */
export function isUncompared(comparison: Comparison): boolean {
  return isStopped(comparison) && comparison.directionsTotal === 0
}

/** Says how far it came; nothing of one that was not stopped. */
export function stoppedWords(comparison: Comparison): string[] {
  const { near, far, window } = comparison
  if (!isStopped(comparison)) return []
  if (isUncompared(comparison)) {
    const read = `${plural(near.packets, 'packet')} of the near side ${near.packets === 1 ? 'was' : 'were'} read, ${far.packets === 0 ? 'none' : integer(far.packets)} of the far one`
    return [`Interrupted before packets were compared: ${read}. Whether any were lost is not known.`]
  }
  return [
    window.to === null
      ? 'Interrupted before packets could be judged.'
      : `Interrupted: packets were compared up to ${shortTime(window.to)} by the near clock, and nothing is said of later ones.`,
  ]
}

/** To the millisecond. */
export function shortTime(time: string): string {
  return `${time.slice(0, 23)}Z`
}
