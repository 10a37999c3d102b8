/** Cells of the overlay's matrix: below the diagonal, as a pair has no direction; labels stand on the diagonal, where both axes meet. */

import { SEVERITIES } from '../../findings/severity.ts'
import type { Severity } from '../../summary.ts'
import type { Focus } from './overlay-focus.ts'
import type { MacStory, OverlayModel, OverlayNode } from './overlay-model.ts'
import { worse } from './severity.tsx'

/** Most endpoints with a row of their own. */
export const MOST_ROWS = 200
/** Rows of a sheet of paper, where each has a label, as nobody can point at it; the last one holds the others. */
export const PAPER_ROWS = 28
/** Width of all cells together that is aimed at, and the sizes that one may have. */
const AIM = 800
const LEAST_CELL = 4
const MOST_CELL = 20
/** Room for a line of text. */
const LINE = 15
/**
 * Rows of endpoints with findings, and of groups, that have room for a line where others have less: their marks would hide each other.
 * With 200 rows and the label of the last one the matrix is still no wider than a page of 1280 pixels.
 */
const MOST_LARGE = 20

/** Which endpoint has which row. */
export interface MatrixOrder {
  /** Indices of nodes with rows of their own, in order of the rows. */
  nodes: number[]
  /** Row of each node; the last row holds all others. */
  rowOf: number[]
  /** How many nodes share the last row; 0 where there is none. */
  others: number
  rows: number
  /** Where each row and column begins, and where the last one ends. */
  at: number[]
  /** How many rows at the top have room for a label each. */
  large: number
  /** Every how manieth of the rows below has room for one. */
  labelEvery: number
}

/** Length of a cell's side in a row or column. */
export function sideOf({ at }: MatrixOrder, row: number): number {
  return at[row + 1]! - at[row]!
}

export function middleOf({ at }: MatrixOrder, row: number): number {
  return (at[row]! + at[row + 1]!) / 2
}

/** Length of all cells together. */
export function lengthOf({ at, rows }: MatrixOrder): number {
  return at[rows]!
}

/** One pair, or several where one end is among the others. */
export interface Cell {
  /** The lower row is the later one. */
  row: number
  column: number
  bytes: number
  packets: number
  pairs: number
  isClear: boolean
}

/**
 * Endpoints with findings first, the most severe before all, then multicast groups, then by bytes.
 * @param most - Endpoints with a row of their own.
 */
export function matrixOrder({ nodes }: OverlayModel, most = MOST_ROWS): MatrixOrder {
  const rank = ({ named, isGroup }: OverlayNode): number =>
    named !== null ? SEVERITIES.indexOf(named) : isGroup ? SEVERITIES.length : SEVERITIES.length + 1
  const order = nodes.map((_, index) => index)
  order.sort((left, right) => {
    const [a, b] = [nodes[left]!, nodes[right]!]
    return rank(a) - rank(b) || b.bytes - a.bytes || left - right
  })
  const shown = order.slice(0, most)
  const rowOf = nodes.map(() => shown.length)
  shown.forEach((node, row) => {
    rowOf[node] = row
  })
  const others = nodes.length - shown.length
  const rows = shown.length + (others > 0 ? 1 : 0)
  const isPaper = most < MOST_ROWS
  const even = isPaper ? LINE : Math.min(MOST_CELL, Math.floor(AIM / Math.max(1, rows)))
  const first = shown.filter((node) => rank(nodes[node]!) <= SEVERITIES.length).length
  const large = even < LINE ? Math.min(MOST_LARGE, first) : rows
  const cell = Math.max(LEAST_CELL, large === rows ? even : Math.floor((AIM - large * LINE) / (rows - large)))
  const at = Array.from({ length: rows + 1 }, (_, row) =>
    large === rows ? row * cell : Math.min(row, large) * LINE + Math.max(0, row - large) * cell,
  )
  return { nodes: shown, rowOf, others, rows, at, large, labelEvery: Math.ceil(LINE / cell) }
}

/** What each cell holds, in order of rows and columns. */
export function matrixCells({ links }: OverlayModel, { rowOf, rows }: MatrixOrder, focus: Focus): Cell[] {
  const cells = new Map<number, Cell>()
  for (const link of links) {
    if (!focus.hasLink(link)) continue
    const row = Math.max(rowOf[link.from]!, rowOf[link.to]!)
    const column = Math.min(rowOf[link.from]!, rowOf[link.to]!)
    const key = row * rows + column
    const cell = cells.get(key) ?? { row, column, bytes: 0, packets: 0, pairs: 0, isClear: false }
    cell.bytes += link.bytes
    cell.packets += link.packets
    cell.pairs++
    cell.isClear ||= focus.isLinkClear(link)
    cells.set(key, cell)
  }
  return [...cells.entries()].sort(([left], [right]) => left - right).map(([, cell]) => cell)
}

/** What was found of a pair, of a MAC address between two endpoints, or, on the diagonal, of an endpoint itself. */
export interface Mark {
  row: number
  column: number
  severity: Severity
  /** What kind of MAC address it is about; `null` for anything else. */
  story: MacStory | null
}

/** What the findings of a node, link or arc are, as far as the reader's choice shows them. */
export interface Findings {
  severityOf: (findings: readonly number[]) => Severity | null
  storyOf: (findings: readonly number[]) => MacStory | null
}

/** Marks of what is in front, most severe last: that lies on top. */
export function matrixMarks(
  { nodes, links, arcs }: OverlayModel,
  { rowOf }: MatrixOrder,
  focus: Focus,
  { severityOf, storyOf }: Findings,
): Mark[] {
  const marks = new Map<string, Mark>()
  const add = (from: number, to: number, findings: readonly number[], story: MacStory | null): void => {
    const severity = severityOf(findings)
    if (severity === null) return
    const [row, column] = [Math.max(rowOf[from]!, rowOf[to]!), Math.min(rowOf[from]!, rowOf[to]!)]
    const key = `${row} ${column} ${story}`
    marks.set(key, { row, column, story, severity: worse(marks.get(key)?.severity ?? null, severity)! })
  }
  nodes.forEach(({ findings }, index) => {
    if (focus.isNodeClear(index)) add(index, index, findings, storyOf(findings))
  })
  for (const link of links) {
    if (focus.hasLink(link) && focus.isLinkClear(link)) add(link.from, link.to, link.findings, null)
  }
  for (const arc of arcs) if (focus.isArcClear(arc)) add(arc.from, arc.to, arc.findings, arc.story)
  const rank = ({ severity }: Mark): number => SEVERITIES.indexOf(severity)
  return [...marks.values()].sort((left, right) => rank(right) - rank(left))
}

/** One path over all cells, which have rows of one height, to be stroked as thick: cells in a row that touch are one stroke. */
export function strokes(cells: readonly Cell[], order: MatrixOrder): string {
  const { at } = order
  let path = ''
  let [row, end] = [-1, 0]
  for (let index = 0; index < cells.length; ) {
    const first = cells[index]!
    let run = 1
    while (cells[index + run]?.row === first.row && cells[index + run]!.column === first.column + run) run++
    const from = at[first.column]!
    path += first.row === row ? `m${from - end} 0` : `M${from} ${middleOf(order, first.row)}`
    row = first.row
    end = at[first.column + run]!
    path += `h${end - from}`
    index += run
  }
  return path
}

/** One path of a mark on the middle of each cell. */
export function marksOver(marks: readonly Mark[], order: MatrixOrder, shape: string): string {
  return marks.map(({ row, column }) => `M${middleOf(order, column)} ${middleOf(order, row)}${shape}`).join('')
}
