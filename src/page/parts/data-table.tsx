/**
 * A table of the document: the top rows as they are made, and with scripts sorting, searching and every row. Beyond {@link MOST_ROWS} rows
 * only those in sight are in the page.
 */
import { integer } from '../../report/number.ts'
import { type ComponentChildren, h, useMemo, useRef, useState } from '../preact.ts'
import { prefixTest } from '../prefix.ts'

/** A column. */
export interface DataColumn<Row> {
  head: string
  /** What it means, where the head is short. */
  title?: string
  align: 'left' | 'right'
  /** Whether its texts may be broken anywhere where a sheet of paper is too narrow: addresses and lists. */
  wraps?: boolean
  /** Whether it is left out on paper, where there is no room for every column. */
  isOffPaper?: boolean
  cell: (row: Row) => string
  /** What it is sorted by: figures from the largest down first, texts from the smallest up. */
  key: (row: Row) => number | string | null
  /** Of figures that count from the first on, and are no measure: smallest first. */
  isCounting?: boolean
  /** Where a cell leads: to the choice of what it names. */
  link?: (row: Row) => string
}

export interface DataTableProperties<Row> {
  /** Of the section; ids of its parts begin with it. */
  id: string
  title: string
  /** What a row is, for one and many. */
  noun: string
  /** What there is to say below the title. */
  note?: string | undefined
  columns: readonly DataColumn<Row>[]
  rows: readonly Row[]
  /** Rows before anything was chosen. */
  all: number
  /** Rows that there are in all: the document may hold fewer. */
  total: number
  /** The column that rows are sorted by before somebody asks. */
  by: string
  /** Which rows the document holds where it does not hold all. */
  most?: string
  isLive: boolean
}

/** Rows that are shown without scripts. */
const TOP = 10
/** Rows that are in the page at once. */
const MOST_ROWS = 200
/** Pixels of a row; the style has the same. */
const ROW_HEIGHT = 29
/** Rows that are in sight, about, and a stretch of those before and behind. */
const IN_SIGHT = 20
const MARGIN = 8
/** Rows that are printed; the style has the same. */
const ON_PAPER = 25
/** Rows that the widths of columns are taken from, and characters of the widest. */
const SAMPLED = 400
const WIDEST = 46

interface Sorting {
  column: number
  isDescending: boolean
}

export function DataTable<Row>(properties: DataTableProperties<Row>) {
  const { id, title, noun, note, rows, all, total, by, most = 'largest', isLive } = properties
  const columns = useMemo(() => usedColumns(properties.columns, rows), [properties.columns, rows])
  const [asked, setAsked] = useState<{ head: string; isDescending: boolean } | null>(null)
  const [search, setSearch] = useState('')
  const [first, setFirst] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const head = asked !== null && columns.some((column) => column.head === asked.head) ? asked.head : by
  const column = columns.findIndex((each) => each.head === head)
  const isDescending = asked?.head === head ? asked.isDescending : startsDescending(columns[column], rows)
  const sorting: Sorting = { column, isDescending }
  const found = useMemo(() => searched(rows, columns, search), [rows, columns, search])
  // What rows are sorted by takes longer to find than to compare, and stays the same whatever is chosen.
  const keys = useMemo(() => keysOf(columns[column]), [columns[column]])
  const sorted = useMemo(() => sortedRows(found, keys, isDescending), [found, keys, isDescending])
  const isVirtual = isLive && sorted.length > MOST_ROWS
  const from = isVirtual ? Math.max(0, Math.min(first, sorted.length - IN_SIGHT) - MARGIN) : 0
  const shown = isVirtual ? sorted.slice(from, from + IN_SIGHT + 3 * MARGIN) : isLive ? sorted : sorted.slice(0, TOP)
  const widths = useMemo(() => (isVirtual ? columnWidths(columns, rows) : null), [isVirtual, columns, rows])
  if (all === 0) return null

  const toTop = (): void => {
    setFirst(0)
    if (box.current !== null) box.current.scrollTop = 0
  }
  const sortBy = (next: number): void => {
    setAsked({
      head: columns[next]!.head,
      isDescending: next === column ? !isDescending : startsDescending(columns[next], rows),
    })
    toTop()
  }
  const onScroll = ({ currentTarget }: { currentTarget: HTMLElement }): void => {
    if (!isVirtual) return
    // In steps, so that not every pixel makes rows anew.
    const row = Math.floor(currentTarget.scrollTop / ROW_HEIGHT)
    setFirst(row - (row % MARGIN))
  }

  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <div class="table-head">
        <h2 id={`${id}-title`}>
          {title}{' '}
          <small role="status">
            {counted({ shown: isLive ? sorted.length : shown.length, all, total, noun, most })}
          </small>
        </h2>
        {isLive && all > TOP / 2 && (
          <label class="search">
            <span class="unseen">Search {title}</span>
            <input
              type="search"
              placeholder={`Search ${title}`}
              value={search}
              onInput={({ currentTarget }) => {
                setSearch(currentTarget.value)
                toTop()
              }}
            />
          </label>
        )}
      </div>
      {note !== undefined && <p class="remark">{note}</p>}
      <section
        class={isVirtual ? 'box virtual' : 'box'}
        aria-label={`Table of ${title}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
      >
        <table aria-rowcount={sorted.length + 1} {...(widths !== null && { style: { minWidth: `${widths.sum}ch` } })}>
          {widths !== null && (
            <colgroup>
              {widths.of.map((width, index) => (
                <col key={columns[index]!.head} style={{ width: `${(100 * width) / widths.sum}%` }} />
              ))}
            </colgroup>
          )}
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((each, index) => (
                <Head key={each.head} column={each} index={index} sorting={sorting} {...(isLive && { sortBy })} />
              ))}
            </tr>
          </thead>
          <tbody>
            {isVirtual && <Spacer key="above" rows={from} columns={columns.length} />}
            {shown.map((row, index) => (
              <tr key={from + index} aria-rowindex={from + index + 2}>
                {columns.map((each) => (
                  <Cell key={each.head} column={each} row={row} isLive={isLive} />
                ))}
              </tr>
            ))}
            {isVirtual && <Spacer key="below" rows={sorted.length - from - shown.length} columns={columns.length} />}
          </tbody>
        </table>
      </section>
      {isLive && sorted.length > ON_PAPER && (
        <p class="on-paper">
          The page itself has {integer(sorted.length)} rows; {integer(ON_PAPER)} are printed, from{' '}
          {from === 0 ? 'the first' : `row ${integer(from + 1)}`} on.
        </p>
      )}
      {isLive && sorted.length === 0 && <p class="nothing">No {noun} is left of what is chosen and searched.</p>}
    </section>
  )
}

/** Room for rows that are not in the page. */
function Spacer({ rows, columns }: { rows: number; columns: number }) {
  return (
    <tr class="spacer">
      <td colSpan={columns} style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  )
}

interface HeadProperties<Row> {
  column: DataColumn<Row>
  index: number
  sorting: Sorting
  sortBy?: (column: number) => void
}

/** How a column is set. */
function classOf<Row>({ align, wraps, isOffPaper }: DataColumn<Row>): string {
  return `${align}${wraps === true ? ' wraps' : ''}${isOffPaper === true ? ' off-paper' : ''}`
}

function Head<Row>({ column, index, sorting, sortBy }: HeadProperties<Row>) {
  const { head, title } = column
  const isSorted = sorting.column === index
  const order = isSorted ? (sorting.isDescending ? 'descending' : 'ascending') : 'none'
  const mark = isSorted ? (sorting.isDescending ? '▼' : '▲') : ''
  return (
    <th scope="col" class={classOf(column)} title={title} aria-sort={order}>
      {sortBy === undefined ? (
        head
      ) : (
        <button type="button" onClick={() => sortBy(index)}>
          {head}
          <span class="order" aria-hidden="true">
            {mark}
          </span>
        </button>
      )}
    </th>
  )
}

function Cell<Row>({ column, row, isLive }: { column: DataColumn<Row>; row: Row; isLive: boolean }) {
  const text = column.cell(row)
  const shown = column.wraps === true ? beforePort(text) : text
  return (
    <td class={classOf(column)}>
      {isLive && column.link !== undefined && text !== '' ? <a href={column.link(row)}>{shown}</a> : shown}
    </td>
  )
}

/** An address with its port, which is the best place to break it. */
function beforePort(text: string): ComponentChildren {
  const at = text.search(/(?<=[.\]].*):\d+$/)
  return at < 1 ? text : [text.slice(0, at), <wbr key="port" />, text.slice(at)]
}

/** `12,000 flows`; `37 of 12,000 flows`; `10 of 12,000 flows, by bytes`. */
function counted(of: { shown: number; all: number; total: number; noun: string; most: string }): string {
  const { shown, all, total, noun, most } = of
  const nouns = total === 1 ? noun : `${noun}s`
  const kept = all < total ? `, the ${integer(all)} ${most} are in this page` : ''
  return shown < Math.min(all, total)
    ? `${integer(shown)} of ${integer(total)} ${nouns}${kept}`
    : all < total
      ? `the ${integer(all)} ${most} of ${integer(total)} ${nouns}`
      : `${integer(total)} ${nouns}`
}

/** Columns that have something in a row at the top: what is empty there is empty everywhere, most likely, and looked for in all. */
function usedColumns<Row>(columns: readonly DataColumn<Row>[], rows: readonly Row[]): readonly DataColumn<Row>[] {
  return rows.length === 0 ? columns : columns.filter(({ cell }) => rows.some((row) => cell(row) !== ''))
}

function startsDescending<Row>(column: DataColumn<Row> | undefined, rows: readonly Row[]): boolean {
  if (column === undefined || column.isCounting === true) return false
  const row = rows.find((each) => column.key(each) !== null)
  return row !== undefined && typeof column.key(row) === 'number'
}

type Key = number | string | null

/** What a column's rows are sorted by, each found once. */
function keysOf<Row>(column: DataColumn<Row> | undefined): (row: Row) => Key {
  const known = new Map<Row, Key>()
  return (row) => {
    let key = known.get(row)
    if (key === undefined) {
      key = column?.key(row) ?? null
      known.set(row, key)
    }
    return key
  }
}

/** Rows in order; what is not known comes last either way, and equals keep their order. */
function sortedRows<Row>(rows: readonly Row[], keyOf: (row: Row) => Key, isDescending: boolean): Row[] {
  const sign = isDescending ? -1 : 1
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort(({ key: left }, { key: right }) => {
      if (left === right) return 0
      if (left === null || right === null) return left === null ? 1 : -1
      return left < right ? -sign : sign
    })
    .map(({ row }) => row)
}

/**
 * Rows that have every word in their names, and an address in every prefix (`192.168.0.0/16`): texts, addresses and what a cell leads to;
 * not in figures, which people sort by.
 */
function searched<Row>(rows: readonly Row[], columns: readonly DataColumn<Row>[], search: string): readonly Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  const tests = words.map((word) => prefixTest(word) ?? ((text: string) => text.includes(word)))
  const named = columns.filter(({ align, link }) => align === 'left' || link !== undefined)
  return rows.filter((row) => {
    let text = ''
    for (const { cell } of named) text += `${cell(row)}\n`
    text = text.toLowerCase()
    return tests.every((test) => test(text))
  })
}

/** Characters of each column, from some of the rows: columns must not move while rows come and go. */
function columnWidths<Row>(columns: readonly DataColumn<Row>[], rows: readonly Row[]): { of: number[]; sum: number } {
  const step = Math.max(1, Math.floor(rows.length / SAMPLED))
  const of = columns.map(({ head, cell }) => {
    let width = head.length + 2
    for (let index = 0; index < rows.length; index += step) width = Math.max(width, cell(rows[index]!).length)
    return Math.min(WIDEST, width) + 2
  })
  return { of, sum: of.reduce((sum, width) => sum + width, 0) }
}
