/** The tenants: one row per VNI and tunnel kind, the largest first. */
import type { Summary, VniSummary } from '../../summary.ts'
import { bytes, integer, percent } from '../number.ts'
import { type Field, largestFirst, type Page, rowsTable, type Section } from '../section.ts'
import { KIND_NAMES } from '../words.ts'

/** The columns. */
export const VNI_FIELDS: readonly Field<VniSummary>[] = [
  { head: 'VNI', align: 'right', cell: (row) => String(row.vni) },
  { head: 'Tunnel', align: 'left', dispensable: 5, cell: (row) => KIND_NAMES[row.kind] },
  { head: 'Packets', align: 'right', cell: (row) => integer(row.packets) },
  { head: 'Carried', align: 'right', cell: (row) => bytes(row.outerBytes) },
  { head: 'Inner', align: 'right', dispensable: 2, cell: (row) => bytes(row.innerBytes) },
  { head: 'Overhead', align: 'right', cell: (row) => percent(row.overheadPercent) },
  { head: 'VTEPs', align: 'right', cell: (row) => integer(row.vteps.length) },
  { head: 'MACs', align: 'right', cell: (row) => integer(row.macs) },
  { head: 'Flows', align: 'right', cell: (row) => integer(row.flows) },
  { head: 'Broadcast', align: 'right', dispensable: 4, cell: (row) => someOf(row.broadcastPackets) },
  { head: 'Multicast', align: 'right', dispensable: 4, cell: (row) => someOf(row.multicastPackets) },
  { head: 'Replicated', align: 'right', dispensable: 3, cell: (row) => someOf(row.replicatedPackets) },
  { head: 'Max inner IP', align: 'right', dispensable: 1, cell: (row) => someOf(row.maxInnerIpLength) },
]

/** The section `VNIs`. */
export function vnis(summary: Summary, page: Page): Section {
  const rows = largestFirst(summary.vnis, (row) => row.outerBytes)
  return { title: 'VNIs', lines: rowsTable(page, rows, VNI_FIELDS, summary.vnisTotal) }
}

/** Blank for none: what matters stands out, and a column of nothing goes. */
function someOf(value: number): string {
  return value === 0 ? '' : integer(value)
}
