/** POINT_FAILED: a capture point of a fleet could not be read. */
import { amount, type Words } from '../finding.ts'
import { listed } from '../words/list.ts'

/** Points that could not be read. */
export interface PointFailed {
  /** Their names, and why. */
  points: { name: string; reason: string }[]
  /** Points that could be read. */
  others: number
}

/** Points that are named in one sentence. */
const NAMED = 8

export const pointFailed: Words<PointFailed> = {
  code: 'POINT_FAILED',
  severity: 'error',
  meaning: 'The captures of a point could not be read, so that the fleet is told without it.',
  advice:
    'Mend or replace the captures of that point and merge it into the fleet afterwards: the others need not be read again.',
  evidence: 'None of the captures of a point has a readable file header, or its reading ended with an error for good.',
  title: ({ count, facts }) =>
    count === 1
      ? `The point ${facts.points[0]!.name} could not be read`
      : `${amount(count, 'point')} could not be read`,
  observed: ({ facts }) =>
    `${listed(
      facts.points.map(({ name, reason }) => `${name}: ${reason}`),
      NAMED,
    )}.`,
  inferred: ({ facts }) =>
    `Nothing is known of what passed there; ${amount(facts.others, 'other point')} could be read, and nothing is said to be missing on the way to or from it.`,
  remedy: () => 'Mend its captures, read that point alone, and merge its document into the fleet.',
  displayFilter: () => '',
}
