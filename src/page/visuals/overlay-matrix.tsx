/** The overlay as a matrix: one row and column for each endpoint, shaded by bytes. */

import { SEVERITIES } from '../../findings/severity.ts'
import { bytes, integer, plural } from '../../report/number.ts'
import type { Severity, Summary } from '../../summary.ts'
import { h, useMemo, useState } from '../preact.ts'
import type { Choose, PageState } from '../state.ts'
import { labels } from './addresses.ts'
import type { ByteClasses } from './byte-classes.ts'
import { STORIES, STORY_WORDS } from './mac-mark.tsx'
import {
  type Cell,
  lengthOf,
  type Mark,
  type MatrixOrder,
  marksOver,
  matrixCells,
  matrixMarks,
  matrixOrder,
  middleOf,
  PAPER_ROWS,
  sideOf,
  strokes,
} from './matrix-layout.ts'
import { focusOf } from './overlay-focus.ts'
import { FONT_SIZE } from './overlay-layout.ts'
import { type MacStory, type OverlayModel, severityOf, storyOf } from './overlay-model.ts'
import { Scrollable } from './scrollable.tsx'
import { textWidth } from './text-width.ts'

export interface MatrixProperties {
  summary: Summary
  model: OverlayModel
  classes: ByteClasses
  state: PageState
  choose: Choose
  isLive: boolean
  label: string
}

/** Shapes of marks around a point, closed: a diamond, a triangle, a disc. */
const MARKS: Record<Severity, string> = {
  error: 'm0-5l5 5-5 5-5-5z',
  warning: 'm0-4l4.5 8h-9z',
  note: 'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z',
}
/** A square, and what stands within: as the graph's marks of MAC addresses. */
const SQUARE = 'm-5-5h10v10h-10z'
const SIGNS: Record<MacStory, string> = {
  moved: 'm-3 0h6m-2.5-2.5l2.5 2.5-2.5 2.5',
  shared: 'm-3-1.5h6m-6 3h6',
  duplicate: 'm-3-1.5h6m-6 3h6m-1-5l-4 7',
}
/** Height of a label, and of the smallest cells with lines between them. */
const LABEL_HEIGHT = 15
const LEAST_GRID = 8
/** Room around the cells, for marks and the first label. */
const MARGIN = 8

/** Where the reader points. */
interface Place {
  row: number
  column: number
}

export function OverlayMatrix(properties: MatrixProperties) {
  const { model, state, choose, isLive, label } = properties
  const [place, point] = useState<Place | null>(null)
  const order = useMemo(() => matrixOrder(model), [model])
  const drawing = useDrawing(properties, order)
  const { cells, names, marks } = drawing
  const press = (row: number) => {
    const address = model.nodes[order.nodes[row] ?? -1]?.address
    if (address !== undefined) choose({ vtep: state.vtep === address ? null : address })
  }
  const handlers = isLive ? handlersOf(order, place, point, press) : {}
  return (
    <div class={`overlay-matrix${order.rows > PAPER_ROWS ? ' off-paper' : ''}`}>
      <Scrollable label="Matrix of VTEP pairs">
        <svg {...frameOf(drawing)} role={isLive ? 'application' : 'img'} aria-label={label} {...handlers}>
          <Drawing {...properties} {...drawing} place={place} />
        </svg>
      </Scrollable>
      {isLive ? (
        <p class="matrix-readout" aria-live="polite">
          {place === null
            ? 'Point at a cell, or move over the matrix with the arrow keys.'
            : readout(cells, marks, names, place)}
        </p>
      ) : null}
    </div>
  )
}

/** The matrix on a sheet of paper, where nobody can point at a row to learn its name: fewer rows, each with its label. */
export function PaperMatrix(properties: MatrixProperties) {
  const { model, label } = properties
  const order = useMemo(() => matrixOrder(model, PAPER_ROWS - 1), [model])
  const drawing = useDrawing(properties, order)
  return (
    <div class="overlay-matrix on-paper" aria-hidden="true">
      <svg {...frameOf(drawing)} role="img" aria-label={label}>
        <Drawing {...properties} {...drawing} place={null} />
      </svg>
      <p class="remark">{`On paper the first ${integer(order.nodes.length)} VTEPs have rows of their own.`}</p>
    </div>
  )
}

/** What is drawn. */
interface DrawingProperties {
  order: MatrixOrder
  cells: readonly Cell[]
  marks: readonly Mark[]
  names: readonly string[]
}

function useDrawing({ summary, model, state }: MatrixProperties, order: MatrixOrder): DrawingProperties {
  const [cells, marks] = useMemo(() => {
    const focus = focusOf(model, summary, state)
    const findings = {
      severityOf: (each: readonly number[]) => severityOf(each, summary, state),
      storyOf: (each: readonly number[]) => storyOf(each, summary),
    }
    return [matrixCells(model, order, focus), matrixMarks(model, order, focus, findings)] as const
  }, [model, order, summary, state])
  const names = useMemo(() => namesOf(model, order), [model, order])
  return { order, cells, marks, names }
}

/** As large as the cells and the labels right of them, so that a letter is as large on paper as on a screen. */
function frameOf({ order, names }: DrawingProperties) {
  const side = lengthOf(order)
  // Each label begins at the diagonal: only those of the last rows stand out.
  const right = names.reduce((most, name, row) => Math.max(most, labelEnd(order, row, name)), side)
  const [width, height] = [right + 2 * MARGIN, side + 2 * MARGIN]
  return { viewBox: `${-MARGIN} ${-MARGIN} ${width} ${height}`, width, height }
}

/** Where a row's label begins: right of its cell on the diagonal. */
function labelStart({ at }: MatrixOrder, row: number): number {
  return at[row + 1]! + 5
}

/** Where it ends, were it the chosen one, which is bold. */
function labelEnd(order: MatrixOrder, row: number, name: string): number {
  return labelStart(order, row) + textWidth(name, FONT_SIZE)
}

function Drawing(properties: MatrixProperties & DrawingProperties & { place: Place | null }) {
  const { model, classes, state, order, cells, marks, names, place } = properties
  const chosen = model.nodes.findIndex(({ address }) => address === state.vtep)
  const chosenRow = chosen < 0 ? null : order.rowOf[chosen]!
  return (
    <g>
      <path class="ground" d={`M0 0${stairs(order)}V${lengthOf(order)}H0z`} />
      {chosenRow === null ? null : <path class="band" d={band(order, chosenRow)} />}
      {classes.legend.flatMap((each) => shades(cells, order, each.class, classes))}
      <path class="grid" d={grid(order)} />
      {marksOf(marks, order)}
      {place === null ? null : <path class="pointer" d={crossing(order, place)} />}
      {labelledRows(order, chosenRow).map((row) => (
        <text
          key={row}
          class={row === chosenRow ? 'is-chosen' : ''}
          x={labelStart(order, row)}
          y={Math.round(middleOf(order, row)) + 4}
        >
          {names[row]}
        </text>
      ))}
    </g>
  )
}

/** A path for each severity and kind of MAC address. */
function marksOf(marks: readonly Mark[], order: MatrixOrder) {
  return [...SEVERITIES].reverse().flatMap((severity) =>
    [null, ...STORIES].flatMap((story) => {
      const mine = marks.filter((mark) => mark.severity === severity && mark.story === story)
      if (mine.length === 0) return []
      if (story === null)
        return [
          <path key={severity} class={`matrix-mark is-${severity}`} d={marksOver(mine, order, MARKS[severity])} />,
        ]
      return [
        <path key={`${severity} ${story}`} class={`matrix-mac is-${severity}`} d={marksOver(mine, order, SQUARE)} />,
        <path key={`${severity} ${story} sign`} class="matrix-sign" d={marksOver(mine, order, SIGNS[story])} />,
      ]
    }),
  )
}

/** Names of the rows. */
function namesOf({ nodes }: OverlayModel, order: MatrixOrder): string[] {
  const shown = order.nodes.map((index) => nodes[index]!)
  const names = labels(shown.map(({ address }) => address)).names.map((name, row) =>
    shown[row]!.isGroup ? `${name} (group)` : name,
  )
  return order.others === 0 ? names : [...names, `${integer(order.others)} others`]
}

/** The diagonal's steps. */
function stairs(order: MatrixOrder): string {
  let path = ''
  for (let row = 0; row < order.rows; row++) path += `h${sideOf(order, row)}v${sideOf(order, row)}`
  return path
}

/** The row and the column of an endpoint. */
function band(order: MatrixOrder, row: number): string {
  const [from, to] = [order.at[row]!, order.at[row + 1]!]
  return `M0 ${from}H${to}V${lengthOf(order)}H${from}V${to}H0z`
}

/** Lines between large cells, below the diagonal. */
function grid(order: MatrixOrder): string {
  const { at, rows } = order
  let path = ''
  for (let line = 1; line < rows; line++) {
    if (sideOf(order, line - 1) < LEAST_GRID) break
    path += `M0 ${at[line]}H${at[line + 1]}M${at[line]} ${at[line - 1]}V${lengthOf(order)}`
  }
  return path
}

/** For rows of either height a class of strokes of what is in front, and of what is not. */
function shades(cells: readonly Cell[], order: MatrixOrder, byteClass: number, classes: ByteClasses) {
  const mine = cells.filter((cell) => classes.classOf(cell.bytes) === byteClass)
  return [...new Set([sideOf(order, 0), sideOf(order, order.rows - 1)])].flatMap((side) =>
    [true, false].map((isClear) => {
      const path = strokes(
        mine.filter((cell) => cell.isClear === isClear && sideOf(order, cell.row) === side),
        order,
      )
      if (path === '') return null
      const name = `cells shade-${byteClass}${isClear ? '' : ' is-faded'}`
      return <path key={`${name} ${side}`} class={name} stroke-width={side} d={path} />
    }),
  )
}

/** What points at the cell from the left and from below. */
function crossing(order: MatrixOrder, { row, column }: Place): string {
  const [x, y] = [order.at[column]!, order.at[row]!]
  const [right, bottom] = [order.at[column + 1]!, order.at[row + 1]!]
  return `M0 ${middleOf(order, row)}H${x}M${middleOf(order, column)} ${bottom}V${lengthOf(order)}M${x} ${y}H${right}V${bottom}H${x}z`
}

/** Rows with a label: as many as have room, and the chosen one in place of those near it. */
function labelledRows(order: MatrixOrder, chosen: number | null): number[] {
  const { rows, large, labelEvery, others } = order
  const isFar = (row: number, other: number): boolean =>
    Math.abs(middleOf(order, row) - middleOf(order, other)) >= LABEL_HEIGHT
  const fixed = [chosen, others > 0 ? rows - 1 : null].filter((row) => row !== null)
  const found = fixed.filter((row, index) => index === 0 || isFar(row, fixed[0]!))
  const add = (row: number): void => {
    if (found.every((each) => isFar(row, each))) found.push(row)
  }
  for (let row = 0; row < large; row++) add(row)
  // The first small row is too near the last large one.
  for (let row = large + (large > 0 ? labelEvery - 1 : 0); row < rows; row += labelEvery) add(row)
  return found.sort((left, right) => left - right)
}

function readout(
  cells: readonly Cell[],
  marks: readonly Mark[],
  names: readonly string[],
  { row, column }: Place,
): string {
  const found = marks
    .filter((mark) => mark.row === row && mark.column === column)
    .map(({ severity, story }) => (story === null ? severity : `${STORY_WORDS[story]} (${severity})`))
  const cell = cells.find((each) => each.row === row && each.column === column)
  if (row === column && cell === undefined) return [names[row], ...found].join(', ')
  const pair = `${names[column]} – ${names[row]}`
  if (cell === undefined) return [`${pair}: nothing seen`, ...found].join(', ')
  const pairs = cell.pairs > 1 ? ` in ${plural(cell.pairs, 'pair')}` : ''
  return [`${pair}: ${bytes(cell.bytes)}`, `${plural(cell.packets, 'packet')}${pairs}`, ...found].join(', ')
}

/** Pointing by mouse and by arrow keys; pressing chooses the row's endpoint. */
function handlersOf(
  order: MatrixOrder,
  place: Place | null,
  point: (place: Place | null) => void,
  press: (row: number) => void,
) {
  const { rows, at } = order
  const rowAt = (place: number): number => at.findLastIndex((start) => start <= place)
  const under = ({ clientX, clientY, currentTarget }: MouseEvent): Place | null => {
    const { left, top } = (currentTarget as Element).getBoundingClientRect()
    const row = rowAt(clientY - top - MARGIN)
    if (row < 0 || row >= rows) return null
    // What is right of the diagonal is the row's own label.
    return { row, column: Math.max(0, Math.min(rowAt(clientX - left - MARGIN), row)) }
  }
  const steps: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  }
  return {
    tabindex: 0,
    onMouseMove: (event: MouseEvent) => {
      const next = under(event)
      if (next?.row !== place?.row || next?.column !== place?.column) point(next)
    },
    onMouseLeave: () => point(null),
    onFocus: () => point(place ?? { row: Math.min(1, rows - 1), column: 0 }),
    onBlur: () => point(null),
    onClick: (event: MouseEvent) => {
      const at = under(event)
      if (at !== null) press(at.row)
    },
    onKeyDown: (event: KeyboardEvent) => {
      const step = steps[event.key]
      const isEdge = event.key === 'Home' || event.key === 'End'
      if (step === undefined && !isEdge && event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      const from = place ?? { row: 0, column: 0 }
      if (isEdge) return point(edge(from, event, rows))
      if (step === undefined) return press(from.row)
      const row = Math.min(rows - 1, Math.max(0, from.row + step[0]))
      point({ row, column: Math.min(row, Math.max(0, from.column + step[1])) })
    },
  }
}

/** The first or last cell of a row; with Control, of the whole matrix. */
function edge({ row }: Place, { key, ctrlKey, metaKey }: KeyboardEvent, rows: number): Place {
  const isHome = key === 'Home'
  const to = ctrlKey || metaKey ? (isHome ? 0 : rows - 1) : row
  return { row: to, column: isHome ? 0 : to }
}
