/** What every section of the report is made from. */
import type { Palette } from './color.ts'
import { integer } from './number.ts'
import { type Column, type DrawTable, table } from './table.ts'
import { MARK } from './words.ts'
import { wrap } from './wrap.ts'

/** Where and how a section is written. */
export interface Page {
  palette: Palette
  /** Columns of the screen. */
  width: number
  /** Rows per table. */
  top: number
  locate: (packetNumber: number) => string
  draw: DrawTable
  /** What the screen can show of a text. Lines are broken afterwards, when their length is known. */
  plain: (text: string) => string
}

/** A section: its title and its lines. A section without lines is left out. */
export interface Section {
  title: string
  lines: string[]
}

/** A column and the text of its cell in each row. */
export interface Field<Row> extends Column {
  cell: (row: Row) => string
}

/**
 * A table of the first `page.top` rows; the line after it says how many more of `total` there are. A column that is
 * empty in every row is left out.
 */
export function rowsTable<Row>(
  page: Page,
  rows: readonly Row[],
  fields: readonly Field<Row>[],
  total: number = rows.length,
): string[] {
  if (rows.length === 0) return []
  const shown = rows.slice(0, page.top)
  const { plain } = page
  const columns = fields
    .map((field) => ({ field: inPlain(field, plain), cells: shown.map((row) => plain(field.cell(row))) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  const lines = table({
    columns: columns.map(({ field }) => field),
    rows: shown.map((_, row) => columns.map(({ cells }) => cells[row] ?? '')),
    width: page.width,
    draw: page.draw,
    paintHead: page.palette.head,
    paintNote: page.palette.dim,
  })
  const all = Math.max(total, rows.length)
  if (all > shown.length) {
    lines.push(
      ...paragraph(page, `… and ${integer(all - shown.length)} more (--top ${all} shows all)`, page.palette.dim),
    )
  }
  return lines
}

/** A column whose head and shortened texts the screen can show. */
function inPlain<Row>({ narrow, ...field }: Field<Row>, plain: Page['plain']): Field<Row> {
  const head = plain(field.head)
  if (narrow === undefined) return { ...field, head }
  // The mark of what is left out may be wider than a character.
  const more = plain(MARK).length - MARK.length
  return { ...field, head, narrow: (text, width) => narrow(text, width - more).map(plain) }
}

/** A paragraph within a section. */
export function paragraph(page: Page, text: string, paint: (line: string) => string = (line) => line): string[] {
  return wrap(page.plain(text), page.width, { first: '  ', rest: '  ' }).map(paint)
}

/** Rows in another order, the originals left alone; equals keep their order. */
export function largestFirst<Row>(rows: readonly Row[], size: (row: Row) => number): Row[] {
  return [...rows].sort((x, y) => size(y) - size(x))
}
