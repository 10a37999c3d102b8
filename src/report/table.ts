/** Tables of the text report, without borders. Which columns fit on a line is decided here; how cells are padded may be given. */

import { wrap } from './wrap.ts'

/** One column. */
export interface Column {
  /** Its heading. */
  head: string
  /** On which side its cells are flush. */
  align: 'left' | 'right'
  /**
   * A column with a number is left out where all do not fit on one line; room goes to low numbers first. Where the columns without a
   * number have no room, each row takes several lines.
   */
  dispensable?: number
  /** A column that says what a row is of: these have the first line to themselves where one more line holds the others. */
  names?: boolean
  /** Stays on the line of the column before it. */
  joined?: boolean
  /** Columns of the screen to which it may be narrowed before rows take several lines. */
  least?: number
  /** Makes a text narrower, in lines; breaks it at spaces unless told otherwise. Only where there is a {@link least}. */
  narrow?: (text: string, width: number) => string[]
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

/** A column with its cells, and what it takes of the screen, the gap before it included. */
interface Measured {
  column: Column
  cells: readonly string[]
  width: number
  least: number
}

/** Spaces between columns, and before the first. */
export const GAP = 2
/** Spaces before the further lines of a row, beside those before the first. */
const FOLD = 4

/**
 * Lines of the table, indented by two spaces. Where there is no room for a row on one line, it takes several, each with a head of its
 * own. Columns that were left out are named in a last line.
 */
export function table(options: TableOptions): string[] {
  const { width, rows, paintHead, paintNote } = options
  const columns = options.columns.map((column, index) => measured(column, rows, index))
  const needed = columns.filter(({ column }) => column.dispensable === undefined)
  const fitsOnOne = leastOf(needed) <= width
  const kept = fitsOnOne ? withDispensable(columns, needed, width) : needed
  const parts = (fitsOnOne ? [kept] : folded(kept, width)).map((part, index) =>
    drawn(part, index === 0 ? 0 : FOLD, options),
  )
  const lines = parts.map(({ head }) => paintHead(head))
  for (let row = 0; row < rows.length; row++) lines.push(...withoutLastBlanks(parts.flatMap((part) => part.rows[row]!)))
  const left = columns.filter((each) => !kept.includes(each)).map(({ column }) => column.head)
  if (left.length > 0) {
    const note = wrap(`(too narrow for: ${left.join(', ')})`, width, { first: '  ', rest: '   ' })
    lines.push(...note.map(paintNote))
  }
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

function measured(column: Column, rows: TableOptions['rows'], index: number): Measured {
  const cells = rows.map((row) => row[index] ?? '')
  const width = longest([column.head, ...cells]) + GAP
  if (column.least === undefined) return { column, cells, width, least: width }
  const least = Math.max(column.head.length, column.least, column.narrow ? 0 : longest(cells.flatMap(words))) + GAP
  return { column, cells, width, least: Math.min(width, least) }
}

/** The columns that are needed, and of the others those of the lowest numbers, as many as there is room for. */
function withDispensable(all: readonly Measured[], needed: readonly Measured[], width: number): Measured[] {
  const chosen = new Set(needed)
  let room = width - widthOf(needed)
  const ranked = all.filter((each) => !chosen.has(each)).sort((x, y) => rank(x) - rank(y))
  for (const each of ranked) {
    // None after one that has no room: a wider screen would leave it out again.
    if (each.width > room) break
    chosen.add(each)
    room -= each.width
  }
  return all.filter((each) => chosen.has(each))
}

/** The columns of each line: those that name the row and the others, or line after line as many as fit. */
function folded(columns: readonly Measured[], width: number): Measured[][] {
  const names = columns.filter(({ column }) => column.names)
  const others = columns.filter(({ column }) => !column.names)
  if (leastOf(names) <= width && leastOf(others) <= width - FOLD)
    return [names, others].filter(({ length }) => length > 0)
  const lines: Measured[][] = []
  let room = 0
  for (const group of groupsOf(columns)) {
    // What no line can hold together is taken apart.
    const pieces = leastOf(group) > width - FOLD ? group.map((each) => [each]) : [group]
    for (const piece of pieces) {
      if (lines.length === 0 || leastOf(piece) > room) {
        room = lines.length === 0 ? width : width - FOLD
        lines.push([])
      }
      lines.at(-1)!.push(...piece)
      room -= leastOf(piece)
    }
  }
  return lines
}

/** Columns that stay together. */
function groupsOf(columns: readonly Measured[]): Measured[][] {
  const groups: Measured[][] = []
  for (const each of columns) {
    if (each.column.joined && groups.length > 0) groups.at(-1)!.push(each)
    else groups.push([each])
  }
  return groups
}

/** The head of some columns, and the lines of each row. */
function drawn(part: readonly Measured[], fold: number, { rows, draw, width }: TableOptions) {
  const cells = narrowed(part, width - fold)
  const heights = rows.map((_, row) => cells.reduce((most, column) => Math.max(most, column[row]!.length), 1))
  const lines = draw(
    part.map(({ column }) => column.head),
    heights.flatMap((height, row) =>
      Array.from({ length: height }, (_, line) => cells.map((column) => column[row]![line] ?? '')),
    ),
    part.map(({ column }) => column.align),
  ).map((line) => (' '.repeat(fold + GAP) + line).trimEnd())
  const [head = '', ...rest] = lines
  const of: string[][] = []
  let at = 0
  for (const height of heights) {
    of.push(rest.slice(at, at + height))
    at += height
  }
  return { head, rows: of }
}

/** The lines of each cell by column, those columns narrowed that can be, the last first, where the room asks for it. */
function narrowed(part: readonly Measured[], room: number): string[][][] {
  let excess = widthOf(part) - room
  return part
    .toReversed()
    .map(({ column, cells, width, least }) => {
      const narrower = Math.max(0, Math.min(excess, width - least))
      excess -= narrower
      if (narrower === 0) return cells.map((cell) => [cell])
      const narrow = column.narrow ?? wrap
      return cells.map((cell) => narrow(cell, width - narrower - GAP))
    })
    .toReversed()
}

function withoutLastBlanks(lines: readonly string[]): string[] {
  return lines.slice(0, Math.max(1, lines.findLastIndex((line) => line !== '') + 1))
}

function rank({ column }: Measured): number {
  return column.dispensable ?? 0
}

function words(text: string): string[] {
  return text.split(' ')
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0)
}

function widthOf(columns: readonly Measured[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0)
}

function leastOf(columns: readonly Measured[]): number {
  return columns.reduce((sum, { least }) => sum + least, 0)
}
