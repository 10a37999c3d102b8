/** Delay and loss of a direction over time, on one axis; and the same figures as a table for those who do not see. */
import type { ComparedDirection } from '../../../comparison.ts'
import { integer, milliseconds, percent, plural } from '../../../report/number.ts'
import { h } from '../../preact.ts'
import { days, moment, stepWords } from '../../visuals/time-axis.ts'
import { wayOf } from '../words.ts'
import { HEIGHT, Plot, WIDTH, yOf } from './plot.tsx'
import { delayScale } from './scale.ts'
import { type Span, type Stretch, stretches, stretchOf } from './steps.ts'

/** Stretches that are drawn, and those that are in the table. */
const MOST_DRAWN = 300
const MOST_ROWS = 20
/** Units of the least that is seen of a bar. */
const LEAST_WIDTH = 3
const LEAST_HEIGHT = 4

interface OverTimeProperties {
  direction: ComparedDirection
  span: Span
}

export function OverTime({ direction, span }: OverTimeProperties) {
  const ms = stretchOf(span, MOST_DRAWN)
  const drawn = stretches(direction.lossOverTime, span, ms)
  if (drawn.length === 0) return null
  const timeOf = ({ at }: Stretch): string => moment(span.from + at * ms, ms, span.from, span.length)
  return (
    <figure class="visual over-time">
      <DelayPlot {...{ direction, span, ms, drawn, timeOf }} />
      <LossPlot {...{ direction, span, ms, drawn, timeOf }} />
      <TimeTable {...{ direction, span }} />
      <figcaption>
        Times are those of sending, UTC by the near clock, {days(span.from, span.length)}; a mark stands for{' '}
        {stepWords(ms)}.
      </figcaption>
    </figure>
  )
}

interface PlotProperties extends OverTimeProperties {
  /** Milliseconds of a stretch. */
  ms: number
  drawn: readonly Stretch[]
  timeOf: (stretch: Stretch) => string
}

/** A stretch of which the delay is known. */
type Timed = Stretch & { delayMs: number; maxDelayMs: number }

const isTimed = (stretch: Stretch): stretch is Timed => stretch.delayMs !== null && stretch.maxDelayMs !== null

function DelayPlot({ direction, span, ms, drawn, timeOf }: PlotProperties) {
  const timed = drawn.filter(isTimed)
  const { delayMs } = direction
  if (timed.length === 0 || delayMs === null) {
    return <p class="nothing">No delay over time: no packet arrived of which it is known how long it took.</p>
  }
  const scale = delayScale(timed.flatMap((each) => [each.delayMs, each.maxDelayMs]))
  const worst = timed.reduce((most, each) => (each.maxDelayMs > most.maxDelayMs ? each : most))
  const says =
    `Delay over time ${wayOf(direction)}: from ${milliseconds(delayMs.min)} to ${milliseconds(delayMs.max)}, ` +
    `median ${milliseconds(delayMs.median)}, 99th percentile ${milliseconds(delayMs.p99)}; the largest about ${timeOf(worst)} UTC.`
  const xOf = ({ at }: Stretch): number => Math.round(((at + 0.5) * ms * WIDTH) / span.length)
  const y = (value: number): number => yOf(scale.at(value))
  return (
    <div class="over">
      <p class="label">
        Delay over time: <span class="key key-mean">mean</span> and <span class="key key-most">largest</span>
        {scale.isLogarithmic ? ', by powers of ten' : ''}
      </p>
      <Plot span={span} says={says} ticks={scale.ticks}>
        <path
          class="whisker"
          d={timed.map((each) => `M${xOf(each)} ${y(each.delayMs)}V${y(each.maxDelayMs)}`).join('')}
        />
        <path class="most" d={timed.map((each) => `M${xOf(each)} ${y(each.maxDelayMs)}h0`).join('')} />
        <path class="mean" d={timed.map((each) => `M${xOf(each)} ${y(each.delayMs)}h0`).join('')} />
      </Plot>
    </div>
  )
}

function LossPlot({ direction, span, ms, drawn, timeOf }: PlotProperties) {
  const most = drawn.reduce((largest, { sent }) => Math.max(largest, sent), 0)
  if (most === 0) return null
  const sent = drawn.reduce((sum, each) => sum + each.sent, 0)
  const lost = drawn.reduce((sum, each) => sum + each.lost, 0)
  const losing = drawn.filter((each) => each.lost > 0)
  const worst = losing.reduce<Stretch | undefined>(
    (all, each) => (each.lost > (all?.lost ?? 0) ? each : all),
    undefined,
  )
  const says =
    worst === undefined
      ? `Loss over time ${wayOf(direction)}: none of ${plural(sent, 'packet')} lost.`
      : `Loss over time ${wayOf(direction)}: ${integer(lost)} of ${plural(sent, 'packet')} lost, in ${integer(losing.length)} of ${integer(drawn.length)} stretches of ${stepWords(ms)} in which packets left; most about ${timeOf(worst)} UTC, ${integer(worst.lost)} of ${integer(worst.sent)}.`
  const ticks = [
    { at: 0, label: '0' },
    { at: 1, label: integer(most) },
  ]
  const bar = ({ at }: Stretch, count: number): string => {
    if (count === 0) return ''
    const from = (at * ms * WIDTH) / span.length
    const width = Math.max(LEAST_WIDTH, (ms * WIDTH) / span.length)
    const left = Math.round(Math.min(from, WIDTH - width))
    const top = Math.min(HEIGHT - LEAST_HEIGHT, yOf(count / most))
    return `M${left} ${HEIGHT}V${top}H${Math.round(left + width)}V${HEIGHT}z`
  }
  return (
    <div class="over">
      <p class="label">
        Packets over time: <span class="key key-sent">sent</span>, of these <span class="key key-lost">lost</span>
      </p>
      <Plot span={span} says={says} ticks={ticks}>
        <path class="sent" d={drawn.map((each) => bar(each, each.sent)).join('')} />
        <path class="lost" d={drawn.map((each) => bar(each, each.lost)).join('')} />
      </Plot>
    </div>
  )
}

/** The same in figures. */
function TimeTable({ direction, span }: OverTimeProperties) {
  const ms = stretchOf(span, MOST_ROWS)
  const rows = stretches(direction.lossOverTime, span, ms)
  const delay = (value: number | null): string => (value === null ? 'not known' : milliseconds(value))
  return (
    <div class="unseen">
      <table>
        <caption>
          Delay and loss over time {wayOf(direction)}, in steps of {stepWords(ms)}
        </caption>
        <thead>
          <tr>
            <th scope="col">Time, UTC</th>
            <th scope="col">Sent</th>
            <th scope="col">Lost</th>
            <th scope="col">Share lost</th>
            <th scope="col">Mean delay</th>
            <th scope="col">Largest delay</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, sent, lost, delayMs, maxDelayMs }) => (
            <tr key={at}>
              <th scope="row">{moment(span.from + at * ms, ms, span.from, span.length)}</th>
              <td>{integer(sent)}</td>
              <td>{integer(lost)}</td>
              <td>{percent(sent === 0 ? 0 : (100 * lost) / sent)}</td>
              <td>{delay(delayMs)}</td>
              <td>{delay(maxDelayMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
