/** The tunnel endpoints: one row per pair of outer addresses, the largest first. */
import type { Summary, VtepPairSummary } from '../../summary.ts'
import { bytes, integer } from '../number.ts'
import { type Field, largestFirst, type Page, rowsTable, type Section } from '../section.ts'
import { shortened } from '../words.ts'

/** Columns to which lists of VNIs are narrowed. */
const LIST_WIDTH = 12

/** The columns. */
export const PAIR_FIELDS: readonly Field<VtepPairSummary>[] = [
  { head: 'A', names: true, align: 'left', cell: (row) => row.a },
  { head: 'B', names: true, align: 'left', cell: (row) => row.b },
  { head: 'VNIs', names: true, align: 'left', least: LIST_WIDTH, cell: (row) => shortened(row.vnis, 3) },
  { head: 'Packets A→B', align: 'right', cell: (row) => integer(row.packetsAToB) },
  { head: 'B→A', align: 'right', joined: true, cell: (row) => integer(row.packetsBToA) },
  { head: 'Carried A→B', align: 'right', cell: (row) => bytes(row.outerBytesAToB) },
  { head: 'Carried B→A', align: 'right', joined: true, cell: (row) => bytes(row.outerBytesBToA) },
  { head: 'Port', align: 'left', dispensable: 3, cell: (row) => shortened(row.destinationPorts, 2) },
  {
    head: 'Source ports',
    align: 'right',
    dispensable: 4,
    cell: (row) => `${integer(row.sourcePortsAToB)} / ${integer(row.sourcePortsBToA)}`,
  },
  { head: 'Max outer IP', align: 'right', dispensable: 2, cell: (row) => integer(row.maxOuterIpLength) },
]

/** The section `VTEP pairs`. */
export function vtepPairs(summary: Summary, page: Page): Section {
  const rows = largestFirst(summary.vtepPairs, (row) => row.outerBytesAToB + row.outerBytesBToA)
  return { title: 'VTEP pairs', lines: rowsTable(page, rows, PAIR_FIELDS, summary.vtepPairsTotal) }
}
