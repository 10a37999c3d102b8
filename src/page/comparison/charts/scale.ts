/** An axis of delays: even, or by powers of ten where they differ too much for that. */

/** A scale, and what stands at it. */
export interface Scale {
  isLogarithmic: boolean
  /** Where a value is, 0 for the bottom to 1 for the top. */
  at: (value: number) => number
  ticks: { at: number; label: string }[]
}

/** Times that the largest delay is of the smallest from which on powers of ten show more. */
const FAR_APART = 40
/** Steps of an even scale, at most. */
const MOST_STEPS = 4
/** Powers of ten with a label, at most. */
const MOST_POWERS = 5

/** A scale for milliseconds. */
export function delayScale(values: readonly number[]): Scale {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  return low > 0 && high / low > FAR_APART ? logarithmic(low, high) : even(Math.min(0, low), Math.max(0, high))
}

function even(low: number, high: number): Scale {
  const step = roundStep((high - low || 1) / MOST_STEPS)
  const first = low < 0 ? Math.floor(low / step + 1e-9) * step : 0
  const steps = Math.max(1, Math.ceil((high - first) / step - 1e-9))
  const length = steps * step
  return {
    isLogarithmic: false,
    at: (value) => (value - first) / length,
    ticks: Array.from({ length: steps + 1 }, (_, index) => ({
      at: index / steps,
      label: delayLabel(first + index * step),
    })),
  }
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10) * power
}

function logarithmic(low: number, high: number): Scale {
  const from = Math.floor(Math.log10(low) + 1e-9)
  const to = Math.max(from + 1, Math.ceil(Math.log10(high) - 1e-9))
  const every = Math.ceil((to - from) / MOST_POWERS)
  const ticks: Scale['ticks'] = []
  for (let power = from; power <= to; power += every) {
    ticks.push({ at: (power - from) / (to - from), label: delayLabel(10 ** power) })
  }
  return { isLogarithmic: true, at: (value) => (Math.log10(value) - from) / (to - from), ticks }
}

/** A round delay in milliseconds as short as it goes: `0`, `200 µs`, `1.5 ms`, `2 s`. */
export function delayLabel(ms: number): string {
  const size = Math.abs(ms)
  if (size < 1e-9) return '0'
  const short = (value: number, unit: string): string => `${Number(value.toPrecision(3))} ${unit}`
  if (size < 0.001) return short(ms * 1e6, 'ns')
  if (size < 1) return short(ms * 1000, 'µs')
  return size < 1000 ? short(ms, 'ms') : short(ms / 1000, 's')
}
