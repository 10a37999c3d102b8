/** Tables of the text report, without borders. Which columns fit is decided here; how cells are padded may be given. */

/** One column. */
export interface Column {
  head: string
  align: 'left' | 'right'
  /** A column with a number is left out where there is no room for it; room goes to low numbers first. */
  dispensable?: number
}

/**
 * Draws a head line and a line for each row, columns {@link GAP} spaces apart. Heads, the cells of each row and alignments
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
  const lines = options
    .draw(
      kept.map(({ column }) => column.head),
      options.rows.map((row) => kept.map(({ index }) => row[index] ?? '')),
      kept.map(({ column }) => column.align),
    )
    .map((line) => ' '.repeat(GAP) + line.trimEnd())
  lines[0] = options.paintHead(lines[0] ?? '')
  if (left.length > 0) lines.push(options.paintNote(`  (too narrow for: ${left.join(', ')})`))
  return lines
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
