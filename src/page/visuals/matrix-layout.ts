/** Cells of the overlay's matrix: below the diagonal, as a pair has no direction; labels stand on the diagonal, where both axes meet. */
import type { Severity } from '../../summary.ts'
import type { Focus } from './overlay-focus.ts'
import type { MacStory, OverlayModel } from './overlay-model.ts'
import { SEVERITIES, worse } from './severity.tsx'

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

/** Which endpoint has which row. */
export interface MatrixOrder {
  /** Indices of nodes with rows of their own, in order of the rows. */
  nodes: number[]
  /** Row of each node; the last row holds all others. */
  rowOf: number[]
  /** How many nodes share the last row; 0 where there is none. */
  others: number
  rows: number
  /** Length of a cell's side. */
  cell: number
  /** Every how manieth row has room for a label. */
  labelEvery: number
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
 * Endpoints with findings first, the most severe before all, then by bytes.
 * @param most - Endpoints with a row of their own.
 */
export function matrixOrder({ nodes }: OverlayModel, most = MOST_ROWS): MatrixOrder {
  const rank = (severity: Severity | null): number =>
    severity === null ? SEVERITIES.length : SEVERITIES.indexOf(severity)
  const order = nodes.map((_, index) => index)
  order.sort((left, right) => {
    const [a, b] = [nodes[left]!, nodes[right]!]
    return rank(a.named) - rank(b.named) || b.bytes - a.bytes || left - right
  })
  const shown = order.slice(0, most)
  const rowOf = nodes.map(() => shown.length)
  shown.forEach((node, row) => {
    rowOf[node] = row
  })
  const others = nodes.length - shown.length
  const rows = shown.length + (others > 0 ? 1 : 0)
  const aim = most < MOST_ROWS ? rows * LINE : AIM
  const cell = Math.min(MOST_CELL, Math.max(LEAST_CELL, Math.floor(aim / Math.max(1, rows))))
  return { nodes: shown, rowOf, others, rows, cell, labelEvery: Math.ceil(LINE / cell) }
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

/** One path over all cells, to be stroked as thick as a cell: cells in a row that touch are one stroke. */
export function strokes(cells: readonly Cell[], side: number): string {
  let path = ''
  let [row, end] = [-1, 0]
  for (let at = 0; at < cells.length; ) {
    const first = cells[at]!
    let run = 1
    while (cells[at + run]?.row === first.row && cells[at + run]!.column === first.column + run) run++
    path +=
      first.row === row ? `m${(first.column - end) * side} 0` : `M${first.column * side} ${first.row * side + side / 2}`
    path += `h${run * side}`
    row = first.row
    end = first.column + run
    at += run
  }
  return path
}

/** One path of a mark on the middle of each cell. */
export function marksOver(cells: readonly Pick<Cell, 'row' | 'column'>[], side: number, shape: string): string {
  return cells.map(({ row, column }) => `M${column * side + side / 2} ${row * side + side / 2}${shape}`).join('')
}
