/** How large the outer IP packets are, as a histogram. */
import type { MtuSummary, Summary } from '../../summary.ts'
import { share } from '../headline.ts'
import { integer, percent } from '../number.ts'
import { type Field, type Page, rowsTable, type Section } from '../section.ts'

type Size = MtuSummary['sizes'][number]

const BAR_WIDTH = 30

/** The section `Outer IP packet sizes`. */
export function sizes(summary: Summary, page: Page): Section {
  const title = 'Outer IP packet sizes'
  const rows = trimmed(summary.mtu.sizes)
  const all = rows.reduce((sum, row) => sum + row.packets, 0)
  const most = rows.reduce((largest, row) => Math.max(largest, row.packets), 0)
  const above = summary.mtu.sizes.findLast(({ upTo }) => upTo !== null)?.upTo ?? null
  const fields: readonly Field<Size>[] = [
    {
      head: 'Bytes',
      align: 'right',
      cell: ({ upTo }) => (upTo !== null ? `≤ ${integer(upTo)}` : above === null ? 'any' : `> ${integer(above)}`),
    },
    { head: 'Packets', align: 'right', cell: (row) => integer(row.packets) },
    { head: 'Share', align: 'right', cell: (row) => percent(share(row.packets, all)) },
    { head: '', align: 'left', dispensable: 1, cell: (row) => bar(row.packets, most) },
  ]
  return { title, lines: rowsTable({ ...page, top: rows.length }, rows, fields) }
}

/** Without the empty classes at both ends. */
function trimmed(rows: readonly Size[]): Size[] {
  const first = rows.findIndex((row) => row.packets > 0)
  if (first < 0) return []
  return rows.slice(first, rows.findLastIndex((row) => row.packets > 0) + 1)
}

/** At least a sliver for every class that holds a packet. */
function bar(packets: number, most: number): string {
  if (packets === 0) return ''
  return '█'.repeat(Math.round((BAR_WIDTH * packets) / most)) || '▏'
}
