/** Which inner MAC address sits behind which tunnel endpoint. */
import type { MacSummary, Summary } from '../../summary.ts'
import { integer } from '../number.ts'
import { type Field, largestFirst, type Page, rowsTable, type Section } from '../section.ts'
import { shortened } from '../words.ts'

/** Columns to which lists of addresses are narrowed. */
const LIST_WIDTH = 20

/** The columns. */
export const MAC_FIELDS: readonly Field<MacSummary>[] = [
  { head: 'VNI', names: true, align: 'right', cell: (row) => String(row.vni) },
  { head: 'VLAN', names: true, align: 'left', cell: (row) => row.vlans.join('.') },
  { head: 'MAC', names: true, align: 'left', cell: (row) => row.mac },
  { head: 'Packets', align: 'right', cell: (row) => integer(row.packets) },
  { head: 'Behind VTEP', align: 'left', least: LIST_WIDTH, cell: behind },
  { head: 'IP (from ARP and ND)', align: 'left', dispensable: 1, least: LIST_WIDTH, cell: addresses },
]

/** The section `MACs`. */
export function macs(summary: Summary, page: Page): Section {
  const rows = largestFirst(summary.macs, (row) => row.packets)
  return { title: 'MACs', lines: rowsTable(page, rows, MAC_FIELDS, summary.macsTotal) }
}

function behind({ vteps }: MacSummary): string {
  if (vteps.length === 1) return vteps[0]?.vtep ?? ''
  return shortened(
    vteps.map(({ vtep, packets }) => `${vtep} (${integer(packets)})`),
    2,
  )
}

function addresses({ ips, ipsTotal }: MacSummary): string {
  const shown = ips.slice(0, 2)
  return ipsTotal > shown.length ? `${shown.join(', ')} +${integer(ipsTotal - shown.length)}`.trim() : shown.join(', ')
}
