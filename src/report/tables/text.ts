/** One table of the document as text, with all its columns on every screen. */
import type { FlowSummary, Summary } from '../../summary.ts'
import { toAscii } from '../ascii.ts'
import { palette } from '../color.ts'
import { bytes, duration, integer, plural } from '../number.ts'
import { printable } from '../printable.ts'
import { type Field, rowsTable } from '../section.ts'
import { endA, endB, forth, REMARKS_WIDTH, remarks, rtt } from '../sections/flows.ts'
import { MAC_FIELDS } from '../sections/macs.ts'
import { VNI_FIELDS } from '../sections/vnis.ts'
import { PAIR_FIELDS } from '../sections/vtep-pairs.ts'
import type { DrawTable } from '../table.ts'
import { captureName, filterWords, locator, shortened, shortPath } from '../words.ts'
import { wrap } from '../wrap.ts'
import { rowsOf, type TableName, type TableRows } from './columns.ts'
import { rate, seconds } from './order.ts'

/** How a table is written. */
export interface TableTextOptions {
  /** Escape sequences for colour. */
  color: boolean
  /** Rows that are shown, at least 1. */
  top: number
  /** Columns of the screen. */
  width: number
  ascii: boolean
  draw: DrawTable
  /** Rows in the order in which they are shown. */
  order: string
}

/** Characters of a date in ISO 8601. */
const DAY = 10
/** Columns of two IPv4 addresses, below which a list of VTEPs is broken. */
const VTEPS_WIDTH = 33
/** Columns that the mark of a shortened name may take in ASCII beside its own, and a colon. */
const SPARE = 3
const RATE_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']

/** The side that began the conversation stands left where the capture tells, in every column. */
const flowFields = (isOneDay: boolean): readonly Field<FlowSummary>[] => [
  { head: 'VNI', names: true, align: 'right', cell: (flow) => String(flow.vni) },
  { head: 'VLAN', names: true, align: 'left', cell: (flow) => flow.vlans.join('.') },
  { head: 'Proto', names: true, align: 'left', cell: (flow) => printable(flow.protocol) },
  { head: 'From', names: true, align: 'left', cell: (flow) => (flow.initiator === 'b' ? endB(flow) : endA(flow)) },
  { head: 'To', names: true, align: 'left', cell: (flow) => (flow.initiator === 'b' ? endA(flow) : endB(flow)) },
  {
    head: 'Packets →',
    align: 'right',
    cell: (flow) => integer(forth(flow, flow.packetsAToB, flow.packetsBToA)),
  },
  {
    head: '←',
    align: 'right',
    joined: true,
    cell: (flow) => integer(forth(flow, flow.packetsBToA, flow.packetsAToB)),
  },
  {
    head: 'Bytes →',
    align: 'right',
    cell: (flow) => bytes(forth(flow, flow.innerBytesAToB, flow.innerBytesBToA)),
  },
  {
    head: 'Bytes ←',
    align: 'right',
    joined: true,
    cell: (flow) => bytes(forth(flow, flow.innerBytesBToA, flow.innerBytesAToB)),
  },
  { head: 'RTT', align: 'right', cell: rtt },
  { head: 'Rate', align: 'right', cell: rated },
  { head: 'Start (UTC)', align: 'left', cell: (flow) => start(flow.firstTime, isOneDay) },
  { head: 'Duration', align: 'right', joined: true, cell: lasted },
  { head: 'VTEPs', align: 'left', least: VTEPS_WIDTH, cell: vteps },
  {
    head: 'Remarks',
    align: 'left',
    joined: true,
    least: REMARKS_WIDTH,
    cell: (flow) => remarks(flow).join(', '),
  },
]

/** A table by itself leaves nothing out: rows take more lines instead. */
function indispensable<Row>({ dispensable: _, ...field }: Field<Row>): Field<Row> {
  return field
}

/** The columns of each table. @param isOneDay - Whether the capture begins and ends on one day, which need not be named in each row then. */
const FIELDS: { readonly [Name in TableName]: (isOneDay: boolean) => readonly Field<TableRows[Name]>[] } = {
  flows: flowFields,
  vteps: () => PAIR_FIELDS,
  vnis: () => VNI_FIELDS,
  macs: () => MAC_FIELDS,
}

const NOUNS: Readonly<Record<TableName, string>> = { flows: 'flow', vteps: 'VTEP pair', vnis: 'VNI', macs: 'MAC' }

/** Writes the table: a line that says what it is of, and the rows. The text ends in a newline. */
export function tableText<Name extends TableName>(
  table: Name,
  rows: readonly TableRows[Name][],
  summary: Summary,
  { color, top, width, ascii, draw, order }: TableTextOptions,
): string {
  const { total } = rowsOf(summary, table)
  const { capture, filter } = summary
  const paint = palette(color)
  const [first] = capture.files
  const name =
    capture.files.length === 1
      ? shortPath(captureName(first!.name), width - SPARE)
      : plural(capture.files.length, 'capture')
  const kept = filterWords(filter)
  const day = table === 'flows' && capture.firstTime !== null ? `; ${capture.firstTime.slice(0, DAY)}` : ''
  const said = `${name}: ${plural(total, NOUNS[table])}${total > 1 ? `, by ${order}` : ''}${day}${kept === '' ? '' : `; filtered by ${kept}`}`
  const plain = ascii ? toAscii : (text: string) => text
  const lines = wrap(plain(said), width).map((line) => paint.title(line))
  const isOneDay = capture.firstTime?.slice(0, DAY) === capture.lastTime?.slice(0, DAY)
  const page = {
    palette: paint,
    width,
    top,
    locate: locator(capture.files, capture.origins),
    draw,
    plain,
  }
  lines.push(...rowsTable(page, rows, FIELDS[table](isOneDay).map(indispensable), total))
  const text = `${lines.join('\n')}\n`
  return ascii ? toAscii(text) : text
}

/** From first to last packet; nothing of a single one. */
function lasted(flow: FlowSummary): string {
  const time = seconds(flow)
  return time === null || flow.packetsAToB + flow.packetsBToA < 2 ? '' : duration(time)
}

/** Bits in a second; nothing of a single packet. */
function rated(flow: FlowSummary): string {
  let scaled = rate(flow)
  if (scaled === null) return ''
  let unit = 0
  while (scaled >= 999.5 && unit < RATE_UNITS.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${scaled >= 100 ? Math.round(scaled) : scaled.toPrecision(3)} ${RATE_UNITS[unit]}`
}

/** To the millisecond. */
function start(time: string | null, isOneDay: boolean): string {
  if (time === null) return ''
  const clock = time.slice(DAY + 1, DAY + 13)
  return isOneDay ? clock : `${time.slice(0, DAY)} ${clock}`
}

function vteps(flow: FlowSummary): string {
  const [from, to] = flow.initiator === 'b' ? [flow.vtepsB, flow.vtepsA] : [flow.vtepsA, flow.vtepsB]
  const side = (addresses: readonly string[]) => shortened(addresses, 2) || '?'
  return `${side(from)} → ${side(to)}`
}
