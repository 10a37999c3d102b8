/** Four classes of bytes with round bounds: what widths of lines and shades of cells stand for. */

export interface ByteClasses {
  /** 1 to 4, largest last. */
  classOf: (value: number) => number
  /** What each class holds, in words, smallest first: those alone that something is in. */
  legend: { class: number; words: string }[]
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bounds are powers of ten: the largest one that is not above the largest value, and the two below it. */
export function byteClasses(values: readonly number[]): ByteClasses {
  let top = 1
  const most = values.reduce((largest, value) => Math.max(largest, value), 0)
  while (top * 10 <= most) top *= 10
  const bounds = [top / 100, top / 10, top]
  const classOf = (value: number): number => bounds.filter((bound) => value >= bound).length + 1
  const words = [
    `below ${inUnit(bounds[0]!)}`,
    `${inUnit(bounds[0]!)} to ${inUnit(bounds[1]!)}`,
    `${inUnit(bounds[1]!)} to ${inUnit(bounds[2]!)}`,
    `${inUnit(bounds[2]!)} and more`,
  ]
  const seen = new Set(values.map(classOf))
  const legend = words.map((text, index) => ({ class: index + 1, words: text }))
  return { classOf, legend: legend.filter((each) => seen.has(each.class)) }
}

/** A power of ten without digits that say nothing: `100 kB`. */
function inUnit(value: number): string {
  let unit = 0
  let scaled = value
  while (scaled >= 1000 && unit < UNITS.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${scaled} ${UNITS[unit]}`
}
