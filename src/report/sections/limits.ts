/** Tables that were full: what the figures above leave out. */
import type { LimitSummary, Summary } from '../../summary.ts'
import { integer } from '../number.ts'
import { printable } from '../printable.ts'
import { type Field, type Page, paragraph, rowsTable, type Section } from '../section.ts'

/** Tables in the words of the documents and of the options; the keys are the names in the document. */
export const TABLE_WORDS: Readonly<Record<string, string>> = {
  addresses: 'addresses',
  addressClaims: 'addresses claimed by ARP and ND',
  addressRequests: 'addresses asked for by ARP and ND',
  destinationPorts: 'outer destination ports',
  flowVteps: 'VTEPs of flows',
  flows: 'flows',
  fragments: 'datagrams in fragments',
  macIps: 'addresses of MACs',
  macs: 'MACs',
  macVteps: 'VTEPs of MACs',
  origins: 'origins of packets',
  protocols: 'other protocols',
  routes: 'VTEP pairs by VNI',
  sourcePorts: 'outer source ports',
  timeline: 'timeline steps',
  unknownMacs: 'MACs that nobody sends from',
  vlanStacks: 'VLAN stacks',
  vnis: 'VNIs',
  vtepPairs: 'VTEP pairs',
}

const FIELDS: readonly Field<LimitSummary>[] = [
  { head: 'Table', align: 'left', least: 12, cell: (row) => TABLE_WORDS[row.table] ?? printable(row.table) },
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
