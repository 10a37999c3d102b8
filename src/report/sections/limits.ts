/** Tables that were full: what the figures above leave out. */
import type { LimitSummary, Summary } from '../../summary.ts'
import { integer } from '../number.ts'
import { type Field, type Page, paragraph, rowsTable, type Section } from '../section.ts'
import { printable } from '../words.ts'

const FIELDS: readonly Field<LimitSummary>[] = [
  { head: 'Table', align: 'left', cell: (row) => printable(row.table) },
  { head: 'Rows at most', align: 'right', cell: (row) => integer(row.limit) },
  { head: 'Packets without a row', align: 'right', cell: (row) => integer(row.dropped) },
]

/** The section `Limits reached`. */
export function limits(summary: Summary, page: Page): Section {
  const full = summary.limits.filter(({ dropped }) => dropped > 0)
  if (full.length === 0) return { title: 'Limits reached', lines: [] }
  return {
    title: 'Limits reached',
    lines: [
      ...rowsTable(page, full, FIELDS),
      ...paragraph(page, 'Totals of packets and bytes are exact; numbers of rows in these tables are lower bounds.'),
    ],
  }
}
