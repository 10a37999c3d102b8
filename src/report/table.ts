/** Tables of the text report, without borders. Which columns fit is decided here; how cells are padded may be given. */

import { wrap } from './wrap.ts'

/** One column. */
export interface Column {
  /** Its heading. */
  head: string
  /** On which side its cells are flush. */
  align: 'left' | 'right'
  /** A column with a number is left out where there is no room for it; room goes to low numbers first. */
  dispensable?: number
  /**
   * A column that must not be lost: where one of these has no room, each row takes two lines, the columns that say what it is of
   * on the first.
   */
  essential?: boolean
  /** A column that says what a row is of. */
  names?: boolean
}

/**
 * Draws a head line and a line for each row, columns two spaces apart. Heads, the cells of each row and alignments
 * are in the same order.
 */
export type DrawTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly Column['align'][],
) => string[]

/** A table to draw. */
export interface TableOptions {
  columns: readonly Column[]
  rows: readonly (readonly string[])[]
  /** Columns of the screen. */
  width: number
  draw: DrawTable
  /** Paints the head line; cells are padded before. */
  paintHead: (text: string) => string
  /** Paints the line that names columns left out. */
  paintNote: (text: string) => string
}

/** A column with its place in the rows and the screen columns it takes. */
interface Candidate {
  column: Column
  index: number
  width: number
}

/** Spaces between columns, and before the first. */
export const GAP = 2

/** Lines of the table, indented by two spaces. Columns that do not fit are named in a last line. */
export function table(options: TableOptions): string[] {
  const { kept, left } = choose(options)
  const isTooNarrow = kept.reduce((sum, { width }) => sum + width, 0) > options.width
  const lost = options.columns.some(({ essential, head }) => essential && left.includes(head))
  if ((lost || isTooNarrow) && options.columns.some(({ names }) => names)) return folded(options)
  const lines = options
    .draw(
      kept.map(({ column }) => column.head),
      options.rows.map((row) => kept.map(({ index }) => row[index] ?? '')),
      kept.map(({ column }) => column.align),
    )
    .map((line) => ' '.repeat(GAP) + line.trimEnd())
  lines[0] = options.paintHead(lines[0] ?? '')
  if (left.length > 0) {
    const note = wrap(`(too narrow for: ${left.join(', ')})`, options.width, { first: '  ', rest: '   ' })
    lines.push(...note.map(options.paintNote))
  }
  return lines
}

/** Spaces before the second line of a row, beside those before the first. */
const FOLD = 4

/** Each row on two lines: what it is of, and its figures, each with a head of its own. */
function folded(options: TableOptions): string[] {
  const { columns, rows, width } = options
  const part = (isName: boolean, room: number): string[] => {
    const indexes = columns.flatMap(({ names = false }, index) => (names === isName ? [index] : []))
    return table({
      ...options,
      columns: indexes.map((index) => ({ ...columns[index]!, names: false })),
      rows: rows.map((row) => indexes.map((index) => row[index] ?? '')),
      width: room,
    })
  }
  const first = part(true, width)
  const second = part(false, width - FOLD).map((line) => ' '.repeat(FOLD) + line)
  const lines = first.slice(0, rows.length + 1).flatMap((line, index) => [line, second[index] ?? ''])
  return [...lines, ...second.slice(rows.length + 1)]
}

/** Draws with spaces; takes every character for one column wide. */
export const drawPlain: DrawTable = (head, rows, aligns) => {
  const widths = head.map((name, column) =>
    rows.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), name.length),
  )
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return aligns[column] === 'right' ? cell.padStart(width) : cell.padEnd(width)
      })
      .join(' '.repeat(GAP)),
  )
}

/** Columns without a rank always stay, even where they overflow; the others are let in by rank while they fit. */
function choose(options: TableOptions): { kept: Candidate[]; left: string[] } {
  const candidates: Candidate[] = options.columns.map((column, index) => ({
    column,
    index,
    width: options.rows.reduce((widest, row) => Math.max(widest, (row[index] ?? '').length), column.head.length) + GAP,
  }))
  const chosen = new Set<Candidate>()
  let room = options.width
  const ranked = [...candidates].sort((x, y) => (x.column.dispensable ?? 0) - (y.column.dispensable ?? 0))
  for (const candidate of ranked) {
    if (candidate.column.dispensable !== undefined && candidate.width > room) continue
    chosen.add(candidate)
    room -= candidate.width
  }
  return {
    kept: candidates.filter((candidate) => chosen.has(candidate)),
    left: candidates.filter((candidate) => !chosen.has(candidate)).map(({ column }) => column.head),
  }
}
