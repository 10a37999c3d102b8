/** What is not a tunnel packet, and what could not be read to the end. */
import type { FaultCount, Summary, TunnelSummary } from '../../summary.ts'
import { integer, plural } from '../number.ts'
import { printable } from '../printable.ts'
import { type Field, largestFirst, type Page, paragraph, rowsTable, type Section } from '../section.ts'
import { faultWords } from '../words.ts'

/** Columns to which reasons are narrowed. */
const REASON_WIDTH = 18

const OTHER_FIELDS: readonly Field<TunnelSummary['other'][number]>[] = [
  { head: 'Protocol', align: 'left', cell: (row) => printable(row.protocol) },
  { head: 'Packets', align: 'right', cell: (row) => integer(row.packets) },
]

/** The section `Other traffic`. */
export function otherTraffic(summary: Summary, page: Page): Section {
  const rows = largestFirst(summary.tunnel.other, (row) => row.packets)
  return { title: 'Other traffic', lines: rowsTable(page, rows, OTHER_FIELDS) }
}

/** The section `Packets not read to the end`. */
export function faults(summary: Summary, page: Page): Section {
  const fields: readonly Field<FaultCount>[] = [
    { head: 'Layer', align: 'left', cell: (row) => printable(row.layer) },
    { head: 'Reason', align: 'left', least: REASON_WIDTH, cell: (row) => faultWords(row.fault) },
    { head: 'Packets', align: 'right', cell: (row) => integer(row.packets) },
    { head: 'First packet', align: 'right', cell: (row) => page.locate(row.firstPacket) },
  ]
  const rows = largestFirst(summary.tunnel.faults, (row) => row.packets)
  return { title: 'Packets not read to the end', lines: rowsTable(page, rows, fields) }
}

/** The section `Outer fragments`. */
export function fragments({ tunnel }: Summary, page: Page): Section {
  const { firsts, others, reassembled, incomplete } = tunnel.fragments
  const title = 'Outer fragments'
  if (firsts + others === 0) return { title, lines: [] }
  const text = `${plural(firsts, 'first fragment')} and ${plural(others, 'later fragment')}: ${plural(reassembled, 'datagram')} reassembled, ${integer(incomplete)} incomplete.`
  return { title, lines: paragraph(page, text) }
}
