/** What was compared: the captures of each side, and what had no room. */
import type { ComparedSide, Comparison, Place } from '../../comparison.ts'
import type { FileSummary, LimitSummary } from '../../summary.ts'
import { integer } from '../number.ts'
import { printable } from '../printable.ts'
import { type Field, type Page, paragraph, rowsTable, type Section } from '../section.ts'
import { fileNames, MARK, shortPath } from '../words.ts'
import { isUncompared } from './stopped.ts'

const NAME_WIDTH = 24

interface FileRow {
  place: Place
  name: string
  file: FileSummary
}

/** The section `Captures`: a row for each file, then for each side. */
export function comparedCaptures(comparison: Comparison, page: Page): Section {
  const files = (['near', 'far'] as const).flatMap((place) => {
    const names = fileNames(comparison[place].files)
    return comparison[place].files.map((file, index): FileRow => ({ place, name: names[index]!, file }))
  })
  const fields: Field<FileRow>[] = [
    { head: 'Side', names: true, align: 'left', cell: ({ place }) => place },
    {
      head: 'File',
      names: true,
      align: 'left',
      least: NAME_WIDTH,
      narrow: (text, width) => [shortPath(text, width)],
      cell: ({ name }) => name,
    },
    { head: 'Format', align: 'left', dispensable: 2, cell: ({ file }) => file.format },
    { head: 'Packets', align: 'right', cell: ({ file }) => integer(file.packets) },
  ]
  const sides = (['near', 'far'] as const).map((place) => ({ place, side: comparison[place] }))
  type Row = { place: Place; side: ComparedSide }
  const sideFields: Field<Row>[] = [
    { head: 'Side', names: true, align: 'left', cell: ({ place }) => place },
    { head: 'First packet', align: 'left', cell: ({ side }) => side.firstTime ?? '–' },
    { head: 'Last packet', align: 'left', cell: ({ side }) => side.lastTime ?? '–' },
    {
      head: 'In tunnels',
      align: 'right',
      cell: ({ side }) => (isUncompared(comparison) ? '' : integer(side.tunnelPackets)),
    },
    { head: 'Copies', align: 'right', cell: ({ side }) => (side.copies === 0 ? '' : integer(side.copies)) },
    {
      head: 'Dropped by capture',
      align: 'right',
      cell: ({ side }) => (side.droppedByCapture === null ? '' : integer(side.droppedByCapture)),
    },
  ]
  // Whatever is cut, there is something of both sides.
  const shown = sides.flatMap(({ place }) => files.filter((row) => row.place === place).slice(0, page.top))
  return {
    title: 'Captures',
    lines: [
      ...rowsTable({ ...page, top: shown.length }, shown, fields, files.length),
      ...rowsTable({ ...page, top: sides.length }, sides, sideFields),
    ],
  }
}

/** What the tables of a comparison hold; the keys are the names in the document. */
const TABLES: Readonly<Record<string, string>> = {
  directions: 'directions that are told apart',
  leftovers: 'packets that wait to be told altered or regrouped',
  order: 'packets that wait until a capture out of order has been read',
  untimed: 'packets without a time, which are not compared',
  window: 'packets of both sides that wait for each other',
}

/** The section `Limits reached`. */
export function comparedLimits({ limits }: Comparison, page: Page): Section {
  const full = limits.filter(({ dropped }) => dropped > 0)
  const fields: Field<LimitSummary>[] = [
    { head: 'Table', align: 'left', least: 12, cell: ({ table }) => TABLES[table] ?? printable(table) },
    { head: 'At most', align: 'right', cell: ({ limit }) => integer(limit) },
    { head: 'Without room', align: 'right', cell: ({ dropped }) => integer(dropped) },
  ]
  if (full.length === 0) return { title: 'Limits reached', lines: [] }
  return {
    title: 'Limits reached',
    lines: [
      ...rowsTable(page, full, fields),
      ...(full.some(({ table }) => table === 'order')
        ? paragraph(
            page,
            'The records of a capture are far out of order of time, as those of captures that were joined with mergecap -a: sort them with reordercap and compare again. Until then packets that were not found are not judged.',
          )
        : []),
      ...paragraph(page, 'What had no room may be told as lost or not judged: select less (--vni, --from, --to).'),
    ],
  }
}

/** Names both sides: `near a.pcap → far b.pcap`. */
export function comparedTitle({ near, far }: Comparison, width: number): string {
  const half = Math.floor(width / 2) - 10
  return `near ${sideName(near, half)} → far ${sideName(far, half)}`
}

function sideName({ files, complete }: ComparedSide, width: number): string {
  const [first] = fileNames(files)
  if (first === undefined) return complete ? '(nothing readable)' : '(not read)'
  const more = files.length > 1 ? ` ${MARK} (${files.length} files)` : ''
  return shortPath(first, Math.max(8, width - more.length)) + more
}
