/** Which directions a reader wants to see first. */
import type { ComparedDirection } from '../../comparison.ts'
import type { Severity } from '../../summary.ts'

/** What is the worst of a direction: what it is called, and how loud it is said. */
export interface Verdict {
  tone: Severity | 'fine'
  mark: string
  words: string
}

/** The worst that became of the packets of a direction. */
export function verdictOf(direction: ComparedDirection): Verdict {
  if (['no-clock', 'no-overlap', 'cut-short', 'not-recorded'].includes(direction.judged)) return NOT_JUDGED
  if (direction.lost > 0) return { tone: 'error', mark: '✕', words: 'Lost' }
  if (direction.altered > 0) return { tone: 'error', mark: '✕', words: 'Altered' }
  if (direction.duplicated > 0) return { tone: 'warning', mark: '▲', words: 'Duplicated' }
  if (direction.reordered > 0) return { tone: 'warning', mark: '▲', words: 'Reordered' }
  if (direction.judged !== 'yes') return NOT_JUDGED
  return { tone: 'fine', mark: '✓', words: 'All arrived' }
}

const NOT_JUDGED: Verdict = { tone: 'note', mark: '●', words: 'Not judged' }

const TONES: readonly Verdict['tone'][] = ['error', 'warning', 'note', 'fine']

/** Indices of the directions, the most interesting first: by what became of them, then by how many packets that is, then by size. */
export function byInterest(directions: readonly ComparedDirection[]): number[] {
  const harmOf = ({ lost, altered, duplicated, reordered }: ComparedDirection): number[] => [
    lost + altered,
    duplicated + reordered,
  ]
  const keys = directions.map((each) => [-TONES.indexOf(verdictOf(each).tone), ...harmOf(each), each.sent])
  return directions
    .map((_, index) => index)
    .sort((left, right) => {
      for (const [at, key] of keys[left]!.entries()) {
        const difference = keys[right]![at]! - key
        if (difference !== 0) return difference
      }
      return left - right
    })
}
