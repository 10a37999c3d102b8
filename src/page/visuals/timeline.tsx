/** Traffic over time: a row of bars for each VNI, on one axis. */
import { bytes, integer, plural } from '../../report/number.ts'
import { KIND_NAMES } from '../../report/words.ts'
import type { Summary, TimelineRow } from '../../summary.ts'
import { h, useState } from '../preact.ts'
import { type Choose, isChosenVni, type PageState, vniChoice } from '../state.ts'
import { useLive } from './live.ts'
import { Switch } from './switch.tsx'
import { days, moment, stepWords, type Tick, timeTicks } from './time-axis.ts'

export interface TimelineProperties {
  summary: Summary
  state: PageState
  choose: Choose
}

type Measure = 'packets' | 'bytes'

const MEASURES: readonly (readonly [Measure, string])[] = [
  ['packets', 'Packets'],
  ['bytes', 'Bytes'],
]

/** Height of a row's bars, in units that are stretched to the row. */
const HEIGHT = 100
/** Width of all bars together. */
const WIDTH = 1000
const TICKS = 6
/** How near an end of the axis a time would be cut off there, were its middle at its tick: half of it, on a phone. */
const EDGE = 90
/** Bars of a row where scripts do not run. */
const MOST_STILL_BARS = 200
/** With more rows than these they are lower. */
const MOST_TALL = 8

export function TimelineChart({ summary, state, choose }: TimelineProperties) {
  const isLive = useLive()
  const [measure, setMeasure] = useState<Measure>('packets')
  const { stepMs, start, vnis } = summary.timeline
  const steps = vnis.reduce((most, { packets }) => Math.max(most, packets.length), 0)
  if (start === null || steps === 0 || stepMs === 0) return <p class="nothing">No tunnel packet has a time.</p>
  const from = Date.parse(`${start.slice(0, 23)}Z`)
  const isDense = vnis.length > MOST_TALL
  // The rows of a finding's VNI are in front, as those of a chosen one are.
  const about = state.finding === null ? undefined : summary.findings[state.finding]?.subject.vni
  const ticks = timeTicks(from, steps * stepMs, TICKS)
  return (
    <figure class="visual timeline">
      {isLive ? <Switch label="Measure" options={MEASURES} value={measure} change={setMeasure} /> : null}
      <table class={`timeline-rows${isDense ? ' is-dense' : ''}`}>
        <caption class="unseen">{`Tunnel ${measure} over time by VNI, in steps of ${stepWords(stepMs)}`}</caption>
        <thead>
          <tr>
            <th scope="col">VNI</th>
            <th scope="col">
              <Axis ticks={ticks} />
              <span class="unseen">Traffic</span>
            </th>
            <th scope="col">Peak</th>
          </tr>
        </thead>
        <tbody>
          {vnis.map((row) => (
            <Row
              key={nameOf(row)}
              row={row}
              {...{ measure, steps, stepMs, from, ticks, isDense, state, about, choose, isLive }}
            />
          ))}
        </tbody>
      </table>
      <figcaption>
        {`Times are UTC, ${days(from, steps * stepMs)}. A bar is ${isLive ? '' : pooledWords(steps)}${stepWords(stepMs)}; each row has a scale of its own, up to its peak.`}
      </figcaption>
    </figure>
  )
}

interface RowProperties {
  row: TimelineRow
  measure: Measure
  steps: number
  stepMs: number
  from: number
  ticks: readonly Tick[]
  isDense: boolean
  state: PageState
  /** The VNI that the chosen finding is about. */
  about: number | undefined
  choose: Choose
  isLive: boolean
}

function Row({ row, measure, steps, stepMs, from, ticks, isDense, state, about, choose, isLive }: RowProperties) {
  const values = measure === 'packets' ? row.packets : row.innerBytes
  const peakAt = values.reduce((best, value, step) => (value > values[best]! ? step : best), 0)
  const peak = values[peakAt] ?? 0
  const say = measure === 'packets' ? integer : bytes
  const { vni, kind } = row
  const key = vni === null || kind === null ? null : vniChoice({ vni, kind })
  const isChosen = vni !== null && kind !== null && state.vni !== null && isChosenVni({ vni, kind }, state.vni)
  const isFaded = (state.vni !== null && !isChosen) || (about !== undefined && row.vni !== about)
  const name = nameOf(row)
  const total = values.reduce((sum, value) => sum + value, 0)
  const unit = measure === 'packets' ? plural(total, 'packet') : bytes(total)
  const peakTime = moment(from + peakAt * stepMs, stepMs, from, steps * stepMs)
  return (
    <tr class={isChosen ? 'is-chosen' : isFaded ? 'is-faded' : ''}>
      <th scope="row">
        {isLive && key !== null ? (
          <button type="button" aria-pressed={isChosen} onClick={() => choose({ vni: isChosen ? null : key })}>
            {name}
          </button>
        ) : (
          name
        )}
      </th>
      <td class="bars">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          width="100%"
          height={isDense ? 22 : 36}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${name}: ${unit}, at most ${say(peak)} in a step, at ${peakTime} UTC`}
        >
          {ticks.map(({ at }) => (
            <path key={at} class="rule" d={`M${at} 0V${HEIGHT}`} />
          ))}
          <path
            class="fill"
            d={barsPath(isLive ? values : pooled(values, steps), isLive ? steps : bars(steps), peak)}
          />
          <path class="base" d={`M0 ${HEIGHT}H${WIDTH}`} />
        </svg>
      </td>
      <td class="peak">
        <strong>{say(peak)}</strong>
        <span>{peakTime}</span>
      </td>
    </tr>
  )
}

function nameOf({ vni, kind }: TimelineRow): string {
  if (vni === null) return 'other VNIs'
  return kind === null || kind === 'vxlan' ? `VNI ${vni}` : `VNI ${vni} ${KIND_NAMES[kind]}`
}

/** Steps that share a bar where scripts do not run: a page need not hold bars twice that are narrower than a line. */
function sharing(steps: number): number {
  return Math.ceil(steps / MOST_STILL_BARS)
}

function bars(steps: number): number {
  return Math.ceil(steps / sharing(steps))
}

/** The highest of the steps that share a bar. */
function pooled(values: readonly number[], steps: number): number[] {
  const many = sharing(steps)
  return Array.from({ length: Math.ceil(values.length / many) }, (_, bar) =>
    Math.max(...values.slice(bar * many, (bar + 1) * many)),
  )
}

function pooledWords(steps: number): string {
  return sharing(steps) < 2 ? '' : `the highest of ${sharing(steps)} steps of `
}

/** Bars of a row as one outline; what is more than nothing is at least a sliver. */
function barsPath(values: readonly number[], steps: number, peak: number): string {
  let path = ''
  let height = 0
  for (let step = 0; step <= values.length; step++) {
    const value = values[step] ?? 0
    const next = peak === 0 || value === 0 ? 0 : Math.max(3, Math.round((value * HEIGHT) / peak))
    if (next === height) continue
    const x = Math.round((step * WIDTH) / steps)
    path += height === 0 ? `M${x} ${HEIGHT}V${HEIGHT - next}` : `H${x}V${HEIGHT - next}`
    height = next
  }
  return path
}

/** Times above the rows: text that is not stretched with the bars. */
function Axis({ ticks }: { ticks: readonly Tick[] }) {
  return (
    <svg class="axis" width="100%" height="18" aria-hidden="true">
      {ticks.map(({ at, label }, index) => (
        <text
          key={at}
          class={index % 2 === 1 ? 'is-between' : ''}
          x={`${at / 10}%`}
          y="13"
          text-anchor={at < EDGE ? 'start' : at > WIDTH - EDGE ? 'end' : 'middle'}
        >
          {label}
        </text>
      ))}
    </svg>
  )
}
