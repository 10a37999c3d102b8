/** Packets over time by VNI, as a line of bars: when a tenant was busy, and when it fell silent. */

import type { Summary, TimelineSummary } from '../../summary.ts'
import { duration, integer, secondsBetween } from '../number.ts'
import { type Field, type Page, rowsTable, type Section } from '../section.ts'
import { KIND_NAMES } from '../words.ts'

type Row = TimelineSummary['vnis'][number]

const LEVELS = '▁▂▃▄▅▆▇█'
/** Most bars of a line, and the fewest that say anything. */
const MOST_BARS = 60
const LEAST_BARS = 10
/** Columns of a screen that the other columns of the table take. */
const OTHER_COLUMNS = 44

/** The section `Packets over time`; without lines where all packets fall into one step. */
export function timeline({ timeline: { vnis, stepMs, start }, capture }: Summary, page: Page): Section {
  const title = 'Packets over time'
  const steps = vnis.reduce((most, { packets }) => Math.max(most, packets.length), 0)
  if (steps < 2 || start === null) return { title, lines: [] }
  const bars = Math.min(steps, MOST_BARS, Math.max(LEAST_BARS, page.width - OTHER_COLUMNS))
  const perBar = Math.ceil(steps / bars)
  const rows = [...vnis].sort((left, right) => sum(right.packets) - sum(left.packets))
  const fields: readonly Field<Row>[] = [
    { head: 'VNI', align: 'right', cell: ({ vni }) => (vni === null ? 'others' : String(vni)) },
    { head: 'Tunnel', align: 'left', dispensable: 1, cell: ({ kind }) => (kind === null ? '' : KIND_NAMES[kind]) },
    { head: 'Packets', align: 'right', cell: ({ packets }) => integer(sum(packets)) },
    { head: 'Peak', align: 'right', cell: ({ packets }) => integer(Math.max(...rebinned(packets, steps, perBar))) },
    {
      head: `each ${duration((stepMs * perBar) / 1000)}`,
      align: 'left',
      cell: ({ packets }) => line(rebinned(packets, steps, perBar)),
    },
  ]
  const span =
    capture.firstTime === null || capture.lastTime === null ? 0 : secondsBetween(capture.firstTime, capture.lastTime)
  return { title: span > 0 ? `${title} (${duration(span)})` : title, lines: rowsTable(page, rows, fields) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Steps put together, so many to a bar. */
function rebinned(packets: readonly number[], steps: number, perBar: number): number[] {
  const bars = new Array<number>(Math.ceil(steps / perBar)).fill(0)
  for (const [step, count] of packets.entries()) bars[Math.floor(step / perBar)]! += count
  return bars
}

/** A bar for each value by the largest of the row; a blank for none, so that silence is seen. */
function line(values: readonly number[]): string {
  const most = Math.max(...values)
  return values.map((value) => (value === 0 ? ' ' : LEVELS[Math.ceil((value / most) * LEVELS.length) - 1])).join('')
}
