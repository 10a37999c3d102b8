/** What lost packets have in common: their size, their path, and what was rewritten on the way. */
import type { ComparedDirection, ComparedSize, ComparedSourcePort, Comparison, Rewrite } from '../../comparison.ts'
import { integer, percent, plural } from '../number.ts'
import { type Field, type Page, paragraph, rowsTable, type Section } from '../section.ts'
import { losing } from './losses.ts'

/** Directions that are shown by size and by port: those that lose the most. */
const MOST_DIRECTIONS = 3
const BAR_WIDTH = 20

/** The section `Loss by size`. */
export function lossBySize(comparison: Comparison, page: Page): Section {
  const lines = ofWorst(comparison, page, (direction) => {
    const { lossBySize: sizes, sizeCliff } = direction
    if (sizes.length < 2 && sizeCliff === null) return []
    const fields = [
      { head: 'Outer IP bytes', align: 'right', cell: sizeCell } as Field<ComparedSize>,
      ...shareFields<ComparedSize>(),
    ]
    const table = rowsTable({ ...page, top: sizes.length }, sizes, fields)
    if (sizeCliff === null) return table
    const cliff = `Up to ${plural(sizeCliff.passed, 'byte')} arrive; from ${integer(sizeCliff.lost)} on nothing does.`
    return [...table, ...paragraph(page, cliff)]
  })
  return { title: 'Loss by size', lines }
}

/** The section `Loss by source port`: the equal-cost path that a packet takes depends on it. */
export function lossBySourcePort(comparison: Comparison, page: Page): Section {
  const lines = ofWorst(comparison, page, ({ lossBySourcePort: ports, sourcePorts, sizeCliff }) => {
    // Where size tells, a port's share is that of its large packets.
    if (sourcePorts < 2 || sizeCliff !== null) return []
    const fields = [
      { head: 'Outer source port', align: 'right', cell: ({ port }) => String(port) } as Field<ComparedSourcePort>,
      ...shareFields<ComparedSourcePort>(),
    ]
    return rowsTable(page, ports, fields, sourcePorts)
  })
  return { title: 'Loss by source port', lines }
}

/** The section `Rewritten on the way`. */
export function rewrites({ directions }: Comparison, page: Page): Section {
  const rows = directions.flatMap((direction) => direction.rewrites.map((rewrite) => ({ direction, rewrite })))
  type Row = { direction: ComparedDirection; rewrite: Rewrite }
  const fields: Field<Row>[] = [
    { head: 'From', names: true, align: 'left', cell: ({ direction }) => direction.from },
    { head: 'To', names: true, align: 'left', cell: ({ direction }) => direction.to },
    { head: 'VNI', names: true, align: 'right', cell: ({ direction }) => String(direction.vni) },
    { head: 'Field', align: 'left', cell: ({ rewrite }) => rewrite.field },
    { head: 'Left as', align: 'left', cell: ({ rewrite }) => rewrite.from ?? 'various' },
    { head: 'Arrived as', align: 'left', joined: true, cell: ({ rewrite }) => rewrite.to ?? 'various' },
    { head: 'Packets', align: 'right', cell: ({ rewrite }) => integer(rewrite.packets) },
  ]
  return { title: 'Rewritten on the way', lines: rowsTable(page, rows, fields) }
}

/** A part for each of the directions that lose the most, under its name. */
function ofWorst(comparison: Comparison, page: Page, part: (direction: ComparedDirection) => string[]): string[] {
  const lines: string[] = []
  const all = losing(comparison)
  for (const direction of all.slice(0, MOST_DIRECTIONS)) {
    const content = part(direction)
    if (content.length === 0) continue
    const { from, to, vni } = direction
    lines.push(...paragraph(page, `${from} → ${to}, VNI ${vni}`, page.palette.head), ...content)
  }
  const rest = all.length - MOST_DIRECTIONS
  if (lines.length > 0 && rest > 0) {
    lines.push(
      ...paragraph(
        page,
        `… and ${plural(rest, 'direction')} more that lose packets (--json has all)`,
        page.palette.dim,
      ),
    )
  }
  return lines
}

function sizeCell({ upTo }: ComparedSize): string {
  return upTo === null ? 'larger' : `up to ${integer(upTo)}`
}

/** How many left, how many of these were lost, and their share. */
function shareFields<Row extends { sent: number; lost: number }>(): Field<Row>[] {
  const share = ({ sent, lost }: Row): number => (sent === 0 ? 0 : lost / sent)
  return [
    { head: 'Sent', align: 'right', cell: ({ sent }) => integer(sent) },
    { head: 'Lost', align: 'right', cell: ({ lost }) => integer(lost) },
    { head: 'Share', align: 'right', cell: (row) => percent(100 * share(row)) },
    { head: '', align: 'left', dispensable: 1, cell: (row) => '█'.repeat(Math.round(share(row) * BAR_WIDTH)) },
  ]
}
