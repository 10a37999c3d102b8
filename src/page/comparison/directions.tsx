/** The directions: a table of all, and each with its pictures and packets, the most interesting open. */
import type { ComparedDelay, ComparedDirection } from '../../comparison.ts'
import { integer, milliseconds, percent, plural } from '../../report/number.ts'
import { KIND_NAMES } from '../../report/words.ts'
import { orderOf } from '../order.ts'
import { type DataColumn, DataTable } from '../parts/data-table.tsx'
import { h, useMemo, useState } from '../preact.ts'
import { LossBySize, LossBySourcePort } from './charts/loss-rows.tsx'
import { OverTime } from './charts/over-time.tsx'
import { type Span, spanOf } from './charts/steps.ts'
import { addressOfDirection, idOf } from './chosen.ts'
import { byInterest, verdictOf } from './interest.ts'
import { DirectionPackets } from './packets.tsx'
import type { ComparisonView } from './view.ts'
import { knownOf, longWords, nameOf, shortWords } from './words.ts'

/** Directions with pictures before somebody asks for more. */
const SHOWN = 6

interface Row {
  index: number
  direction: ComparedDirection
}

export function ComparedDirections(view: ComparisonView) {
  const { comparison, chosen, isLive } = view
  const { directions, directionsTotal, clock } = comparison
  const [isWhole, setWhole] = useState(false)
  const order = useMemo(() => byInterest(directions), [directions])
  const span = useMemo(() => spanOf(comparison), [comparison])
  const rows = useMemo(() => order.map((index) => ({ index, direction: directions[index]! })), [order, directions])
  if (directions.length === 0) return null
  const first = isWhole ? order : order.slice(0, SHOWN)
  const shown = chosen === null || first.includes(chosen) ? first : [...first, chosen]
  const more = order.length - shown.length
  return (
    <div id="by-direction">
      <DataTable
        {...{ id: 'directions', title: 'Directions', noun: 'direction', by: 'Lost', columns: COLUMNS, isLive }}
        note={
          clock.errorMs === null && !clock.sameClock
            ? 'Packets go one way only: delays are those above the smallest.'
            : 'From VTEP to VTEP in one VNI; delays are one way.'
        }
        most="most telling"
        rows={rows}
        all={rows.length}
        total={directionsTotal}
      />
      <section id="details" aria-labelledby="details-title">
        <h2 id="details-title">What became of the packets</h2>
        {shown.map((index) => (
          <Direction key={index} {...{ view, index, span }} isOpen={index === order[0] || index === chosen} />
        ))}
        {more > 0 && (
          <p class="more">
            {isLive && (
              <button type="button" onClick={() => setWhole(true)}>
                Show {plural(more, 'more direction')}
              </button>
            )}{' '}
            … and {integer(more)} more, with their figures in the table.
          </p>
        )}
      </section>
    </div>
  )
}

interface DirectionProperties {
  view: ComparisonView
  index: number
  span: Span | null
  isOpen: boolean
}

/** One direction. */
function Direction({ view, index, span, isOpen }: DirectionProperties) {
  const direction = view.comparison.directions[index]!
  const { tone, mark, words } = verdictOf(direction)
  return (
    <details id={idOf(index)} class={`finding direction ${tone}`} open={isOpen}>
      <summary>
        <span class={`badge ${tone}`}>
          <span aria-hidden="true">{mark}</span> {words}
        </span>
        <span class="title">{nameOf(direction)}</span>
        <span class="about">{shortWords(direction)}</span>
      </summary>
      <div class="direction-body">
        <p>{longWords(direction).join(' ')}</p>
        {span !== null && <OverTime direction={direction} span={span} />}
        <div class="loss-pair">
          <LossBySize direction={direction} />
          <LossBySourcePort direction={direction} />
        </div>
        <DirectionPackets {...{ view, index }} />
      </div>
    </details>
  )
}

function counted(head: string, of: (direction: ComparedDirection) => number, title?: string): DataColumn<Row> {
  return {
    head,
    ...(title !== undefined && { title }),
    align: 'right',
    cell: ({ direction }) => integer(of(direction)),
    key: ({ direction }) => of(direction),
  }
}

/** Blank for none, so that a column of nothing goes. */
function seldom(head: string, of: (direction: ComparedDirection) => number, title: string): DataColumn<Row> {
  return {
    ...counted(head, of, title),
    cell: ({ direction }) => (of(direction) === 0 ? '' : integer(of(direction))),
    isOffPaper: true,
  }
}

function delay(head: string, which: keyof ComparedDelay): DataColumn<Row> {
  return {
    head,
    title: 'One-way delay (RFC 7679)',
    align: 'right',
    cell: ({ direction: { delayMs } }) => (delayMs === null ? '' : milliseconds(delayMs[which])),
    key: ({ direction: { delayMs } }) => delayMs?.[which] ?? null,
  }
}

/** `19 (70.37 %)`. */
function lostWords(direction: ComparedDirection): string {
  const { judged, lost } = direction
  if (lost === 0) return judged === 'yes' ? '0' : '–'
  return `${integer(lost)} (${percent((100 * lost) / knownOf(direction))})`
}

const COLUMNS: readonly DataColumn<Row>[] = [
  {
    head: 'From',
    wraps: true,
    align: 'left',
    cell: ({ direction }) => direction.from,
    key: ({ direction }) => orderOf(direction.from),
    link: ({ index }) => addressOfDirection(index),
  },
  {
    head: 'To',
    wraps: true,
    align: 'left',
    cell: ({ direction }) => direction.to,
    key: ({ direction }) => orderOf(direction.to),
    link: ({ index }) => addressOfDirection(index),
  },
  {
    head: 'VNI',
    align: 'right',
    cell: ({ direction }) => String(direction.vni),
    key: ({ direction }) => direction.vni,
  },
  {
    head: 'Tunnel',
    align: 'left',
    cell: ({ direction }) => (direction.kind === 'vxlan' ? '' : KIND_NAMES[direction.kind]),
    key: ({ direction }) => direction.kind,
  },
  {
    head: 'Leaves at',
    title: 'The capture that its packets pass first',
    align: 'left',
    cell: ({ direction }) => direction.sentAt,
    key: ({ direction }) => direction.sentAt,
  },
  counted('Sent', (each) => each.sent),
  counted('Received', (each) => each.received),
  {
    head: 'Lost',
    title:
      'Left and did not arrive (RFC 7680), and their share of those whose fate is known; – where it was not judged',
    align: 'right',
    cell: ({ direction }) => lostWords(direction),
    key: ({ direction }) => direction.lost,
  },
  counted('Duplicated', (each) => each.duplicated, 'Arrived again (RFC 5560)'),
  counted('Reordered', (each) => each.reordered, 'Arrived behind one that left later (RFC 4737)'),
  counted('Altered', (each) => each.altered, 'Arrived with other bits'),
  counted('Rewritten', (each) => each.rewritten, 'Arrived with other addresses, VNI, TTL or DSCP'),
  seldom('Marked', (each) => each.congestionMarked, 'Marked for congestion on the way (ECN CE, RFC 3168)'),
  delay('Delay min', 'min'),
  delay('Median', 'median'),
  delay('p99', 'p99'),
  delay('Max', 'max'),
  seldom('Not judged', (each) => each.notJudged, 'What became of them cannot be said'),
  seldom('Not seen to leave', (each) => each.unsent, 'Arrived, and the other capture missed them'),
  seldom('Resegmented', (each) => each.resegmented, 'Travelled in segments of other sizes on one side'),
]
