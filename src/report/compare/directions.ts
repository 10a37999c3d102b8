/** A row for each direction: what left, what arrived, and how long it took. */
import type { ComparedDelay, ComparedDirection, Comparison } from '../../comparison.ts'
import { integer, milliseconds, percent, plural } from '../number.ts'
import { type Field, type Page, paragraph, rowsTable, type Section } from '../section.ts'
import { KIND_NAMES } from '../words.ts'
import { judgedPackets } from './losses.ts'

/** Why loss is not told of a direction. */
const WHY: Readonly<Record<Exclude<ComparedDirection['judged'], 'yes'>, string>> = {
  'no-clock': 'nothing tells how the clocks stand to each other',
  'not-on-path': 'nothing shows that these packets should pass the other side',
  'no-overlap': 'none left while both sides were capturing',
  'cut-short': 'the other side captured too little of each packet to tell it',
  'not-recorded': 'the other side does not record them, although they arrive (-Q out, or a filter)',
}

/** The section `Directions`: those that lose the most first, then the largest. */
export function comparedDirections({ directions, directionsTotal, clock }: Comparison, page: Page): Section {
  const rows = directions.toSorted((left, right) => right.lost - left.lost || right.sent - left.sent)
  const lines = rowsTable(page, rows, fieldsFor(directions), directionsTotal)
  for (const [judged, why] of Object.entries(WHY)) {
    const count = directions.filter((each) => each.judged === judged).length
    if (count > 0) lines.push(...paragraph(page, `Lost “–” (${plural(count, 'direction')}): not judged, as ${why}.`))
  }
  if (rows.slice(0, page.top).some(({ unsent }) => unsent > 0)) {
    lines.push(
      ...paragraph(
        page,
        'Unseen: arrived, but not in the capture of the side that they pass first: it missed them, or does not record them.',
      ),
    )
  }
  if (clock.errorMs === null && !clock.sameClock && directions.some(({ delayMs }) => delayMs !== null)) {
    lines.push(...paragraph(page, 'Delays are above the smallest one.'))
  }
  return { title: 'Directions', lines }
}

function fieldsFor(directions: readonly ComparedDirection[]): Field<ComparedDirection>[] {
  const isMixed = directions.some(({ kind }) => kind !== 'vxlan')
  const some = (count: number): string => (count === 0 ? '' : integer(count))
  // What is nowhere is said in a sentence, and takes no column.
  const any = (count: (row: ComparedDirection) => number) => {
    const isSome = directions.some((row) => count(row) > 0)
    return (row: ComparedDirection): string => (isSome ? integer(count(row)) : '')
  }
  const delay = (which: keyof ComparedDelay) => (row: ComparedDirection) =>
    row.delayMs === null ? '' : milliseconds(row.delayMs[which])
  return [
    { head: 'From', names: true, align: 'left', cell: (row) => row.from },
    { head: 'To', names: true, align: 'left', cell: (row) => row.to },
    { head: 'VNI', names: true, align: 'right', cell: (row) => String(row.vni) },
    { head: 'Kind', names: true, align: 'left', cell: (row) => (isMixed ? KIND_NAMES[row.kind] : '') },
    { head: 'Sent at', names: true, align: 'left', cell: (row) => row.sentAt },
    { head: 'Sent', align: 'right', cell: (row) => integer(row.sent) },
    { head: 'Received', align: 'right', cell: (row) => integer(row.received) },
    { head: 'Lost', align: 'right', cell: lossCell },
    // With it the figures add up to what was sent.
    { head: 'Not judged', align: 'right', cell: (row) => some(row.notJudged) },
    { head: 'Unseen', align: 'right', dispensable: 1, cell: (row) => some(row.unsent) },
    { head: 'Altered', align: 'right', cell: any(({ altered }) => altered) },
    { head: 'Again', align: 'right', cell: any(({ duplicated }) => duplicated) },
    { head: 'Reordered', align: 'right', cell: any(({ reordered }) => reordered) },
    { head: 'Marked', align: 'right', cell: any(({ congestionMarked }) => congestionMarked) },
    { head: 'Delay min', align: 'right', cell: delay('min') },
    { head: 'median', align: 'right', joined: true, cell: delay('median') },
    { head: 'p99', align: 'right', joined: true, cell: delay('p99') },
    { head: 'max', align: 'right', joined: true, cell: delay('max') },
    { head: 'Resegmented', align: 'right', dispensable: 2, cell: (row) => some(row.resegmented) },
  ]
}

function lossCell(row: ComparedDirection): string {
  if (row.judged !== 'yes') return '–'
  const sent = judgedPackets(row)
  return row.lost === 0 ? '0' : `${integer(row.lost)} (${percent((100 * row.lost) / Math.max(1, sent))})`
}
