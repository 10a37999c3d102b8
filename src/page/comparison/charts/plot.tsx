/** A plot over time: what is drawn is stretched to the width that there is, its letters are not. */
import { type ComponentChildren, h } from '../../preact.ts'
import { timeTicks } from '../../visuals/time-axis.ts'
import type { Span } from './steps.ts'

/** Units of the whole axis of time. */
export const WIDTH = 1000
/** Pixels from bottom to top, and what is free above. */
export const HEIGHT = 120
const ABOVE = 8
const TICKS = 6
/** How near an end of the axis a time would be cut off there, were its middle at its tick. */
const EDGE = 90
/** Pixels by which the middle of a letter is above its foot. */
const HALF_LETTER = 4

/** Where a share of the height is. @param share - 0 for the bottom to 1 for the top. */
export function yOf(share: number): number {
  return Math.round((HEIGHT - share * (HEIGHT - ABOVE)) * 10) / 10
}

interface PlotProperties {
  span: Span
  /** What the plot says, for those who do not see it. */
  says: string
  ticks: readonly { at: number; label: string }[]
  children: ComponentChildren
}

export function Plot({ span, says, ticks, children }: PlotProperties) {
  const times = timeTicks(span.from, span.length, TICKS)
  return (
    <div class="plot">
      <svg class="side" width="100%" height={HEIGHT} aria-hidden="true">
        {ticks.map(({ at, label }) => (
          <text key={label} x="100%" y={Math.min(HEIGHT, yOf(at) + HALF_LETTER)} text-anchor="end">
            {label}
          </text>
        ))}
      </svg>
      <svg
        class="area"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width="100%"
        height={HEIGHT}
        preserveAspectRatio="none"
        role="img"
        aria-label={says}
      >
        <path class="rule" d={times.map(({ at }) => `M${at} 0V${HEIGHT}`).join('')} />
        <path class="rule" d={ticks.map(({ at }) => `M0 ${yOf(at)}H${WIDTH}`).join('')} />
        {children}
      </svg>
      <svg class="axis" width="100%" height="18" aria-hidden="true">
        {times.map(({ at, label }, index) => (
          <text
            key={at}
            class={index % 2 === 1 ? 'is-between' : ''}
            x={`${at / 10}%`}
            y="14"
            text-anchor={at < EDGE ? 'start' : at > WIDTH - EDGE ? 'end' : 'middle'}
          >
            {label}
          </text>
        ))}
      </svg>
    </div>
  )
}
