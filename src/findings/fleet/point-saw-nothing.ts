/** POINT_SAW_NOTHING: a capture point of a fleet has no tunnel packet, others have. */
import { amount, type Words } from '../finding.ts'
import { listed } from '../words/list.ts'

/** Points without a tunnel packet. */
export interface PointSawNothing {
  /** Their names, and how many packets of other kinds each has. */
  points: { name: string; packets: number }[]
  /** Points that have some. */
  others: number
  isFiltered: boolean
}

/** Points that are named in one sentence. */
const NAMED = 8

export const pointSawNothing: Words<PointSawNothing> = {
  code: 'POINT_SAW_NOTHING',
  severity: 'warning',
  meaning: 'A capture point has no tunnel packet, while others of the fleet have.',
  advice:
    'Check that the capture ran on the interface that carries the underlay, at the time in question, with a filter that lets tunnel packets through; name a tunnel on another port with --port.',
  evidence: 'The captures of a point were read to their end and hold no tunnel packet, and those of another point do.',
  title: ({ count, facts }) =>
    count === 1
      ? `The point ${facts.points[0]!.name} saw no tunnel packet${facts.isFiltered ? ' that the selection keeps' : ''}`
      : `${amount(count, 'point')} saw no tunnel packet${facts.isFiltered ? ' that the selection keeps' : ''}`,
  observed: ({ facts }) =>
    `No tunnel packet at ${listed(
      facts.points.map(({ name, packets }) => `${name} (${amount(packets, 'other packet')})`),
      NAMED,
    )}; ${amount(facts.others, 'other point')} saw some.`,
  inferred: ({ facts }) =>
    facts.isFiltered
      ? 'What is selected does not pass there, or everything of it was lost before.'
      : 'Its capture was made at the wrong place, at the wrong time or with the wrong filter, or nothing reaches it.',
  remedy: () =>
    'Capture on the interface that carries the address of the VTEP (ip route get, with the address of another VTEP, names it), while something is sent.',
  displayFilter: () => '',
}
