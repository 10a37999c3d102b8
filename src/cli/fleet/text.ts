/** A fleet in a few lines: its points, what is missing between them, and what they found. */
import type { Fleet } from '../../fleet-document.ts'
import { toAscii } from '../../report/ascii.ts'
import { integer, plural } from '../../report/number.ts'
import { printable } from '../../report/printable.ts'
import { type Column, type DrawTable, table } from '../../report/table.ts'
import type { Screen } from '../screen.ts'

const POINTS: readonly Column[] = [
  { head: 'point', align: 'left', names: true },
  { head: 'captures', align: 'right' },
  { head: 'packets', align: 'right' },
  { head: 'tunnel', align: 'right' },
  { head: 'VTEPs', align: 'left', least: 15 },
]
const MISSING: readonly Column[] = [
  { head: 'from', align: 'left', names: true },
  { head: 'to', align: 'left', names: true },
  { head: 'VNI', align: 'right' },
  { head: 'sent', align: 'right' },
  { head: 'received', align: 'right' },
  { head: 'missing', align: 'right' },
]

/** A fleet as text, which ends in a newline. */
export function formatFleet(
  fleet: Fleet,
  { width, ascii, top, draw }: Screen & { top: number; draw: DrawTable },
): string {
  const { points, directions, findings } = fleet
  const failed = points.filter((point) => point.failed !== null)
  const missing = directions
    .filter((direction) => (direction.missing ?? 0) > 0)
    .sort((left, right) => right.missing! - left.missing!)
  const judged = directions.filter((direction) => direction.judged === 'yes')
  const section = (title: string, columns: readonly Column[], rows: readonly string[][]): string[] =>
    rows.length === 0
      ? []
      : ['', title, ...table({ columns, rows: rows.slice(0, top), width, draw, paintHead: plain, paintNote: plain })]
  const lines = [
    `${plural(points.length, 'capture point')}, ${integer(failed.length)} failed; ${plural(fleet.vnisTotal, 'VNI')}, ${plural(fleet.vtepPairsTotal, 'VTEP pair')}, ${plural(fleet.flowsTotal, 'flow')}`,
    `${plural(judged.length, 'direction')} of ${integer(directions.length)} held against each other: packets are missing in ${integer(missing.length)}`,
    ...failed.map(({ name, failed: reason }) => `${printable(name)} failed: ${printable(reason!)}`),
    ...(findings.length > 0 ? ['', 'Findings'] : []),
    ...findings
      .slice(0, top)
      .map(({ severity, title, points: names }) => `${severity}: ${title} (${names.map(printable).join(', ')})`),
    ...section(
      'Missing between points',
      MISSING,
      missing.map(({ from, to, vni, sent, received, missing: lost }) => [
        from,
        to,
        String(vni),
        ...[sent, received, lost].map((figure) => integer(figure ?? 0)),
      ]),
    ),
    ...section(
      'Points',
      POINTS,
      points.map(({ name, files, packets, tunnelPackets, vteps }) => [
        printable(name),
        ...[files, packets, tunnelPackets].map(integer),
        vteps.join(', '),
      ]),
    ),
  ]
  const text = `${lines.join('\n')}\n`
  return ascii ? toAscii(text) : text
}

function plain(text: string): string {
  return text
}
