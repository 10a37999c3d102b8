/** Results as tables, for a terminal and for Markdown. */
import type { Verdict } from './promises.ts'
import type { CaptureResults, Measurement, Results } from './results.ts'
import { type Sample, spread } from './sample.ts'

/** Rows of cells; the first row is the heading. */
export type Table = string[][]

/** Lines up columns: text left, figures right. */
export function formatPlain(table: Table): string {
  const widths = columnWidths(table)
  return table
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column]!, column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The same as a Markdown table. */
export function formatMarkdown(table: Table): string {
  const [heading = [], ...rows] = table
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  const rule = heading.map((_, column) => (column === 0 ? '---' : '--:'))
  return [line(heading), line(rule), ...rows.map(line)].join('\n')
}

/** Everything that was measured on a capture. */
export function measurementTable({ totals, measurements }: CaptureResults): Table {
  const heading = ['what', 'runs', 's (min)', 's (median)', 'CPU s', 'ns/packet', 'packets/s', 'MB/s', 'heap B/packet']
  const shown = measurements.filter(({ subject }) => !isWithout(subject))
  const rows = shown.flatMap(({ title, samples }) => {
    const time = spread(secondsOf(samples))
    if (time === null) return []
    const cpu = spread(samples.map(({ cpuSeconds }) => cpuSeconds))
    const heap = spread(samples.map(({ heapBytes }) => heapBytes))
    const peak = spread(samples.map(({ peakBytes }) => peakBytes))
    const cells = [
      title,
      String(samples.length),
      time.min.toFixed(3),
      time.median.toFixed(3),
      cpu === null ? '–' : cpu.median.toFixed(2),
      `${nanoseconds(time.min, totals.packets)} / ${nanoseconds(time.median, totals.packets)}`,
      Math.round(totals.packets / time.median).toLocaleString('en-US'),
      (totals.bytes / 1e6 / time.median).toFixed(0),
      heap === null ? '–' : (heap.median / totals.packets).toFixed(1),
      peak === null ? '–' : (peak.median / 2 ** 20).toFixed(0),
      ratio(time.median, medianOf(measurements, 'tcpdump')),
      ratio(time.median, medianOf(measurements, 'c')),
    ]
    return [cells]
  })
  return [[...heading, 'peak MiB', '× tcpdump', '× C'], ...rows]
}

/** What could not be measured, and why. */
export function absences({ measurements }: CaptureResults): string[] {
  return measurements.flatMap(({ title, unavailable }) =>
    unavailable === undefined ? [] : [`not measured: ${title}: ${unavailable}`],
  )
}

/** What each analyzer costs where it stands: the whole without it, taken from the whole. */
export function analyzerTable({ totals, measurements }: CaptureResults): Table | null {
  const whole = measurements.find(({ subject }) => subject === 'analyze')
  const all = whole === undefined ? null : spread(secondsOf(whole.samples))
  const without = measurements.filter(({ subject }) => isWithout(subject))
  if (all === null || without.length === 0) return null
  const rows = without.map(({ subject, samples, unavailable }) => {
    const name = subject.split(':')[1]!
    const time = spread(secondsOf(samples))
    if (time === null) return [name, unavailable ?? 'failed', '']
    return [
      name,
      nanoseconds(all.min - time.min, totals.packets),
      nanoseconds(all.median - time.median, totals.packets),
    ]
  })
  return [['analyzer', 'ns/packet (of minima)', '(of medians)'], ...rows]
}

/** The build against an older one. */
export function comparisonTable({ totals, measurements }: CaptureResults): Table | null {
  const rows: Table = []
  for (const { title, samples, older = [] } of measurements) {
    const now = spread(secondsOf(samples))
    const then = spread(secondsOf(older))
    if (now === null || then === null) continue
    const both = (old: number, current: number): string =>
      `${nanoseconds(old, totals.packets)} → ${nanoseconds(current, totals.packets)}`
    const medians = both(then.median, now.median)
    rows.push([title, medians, ratio(now.median, then.median), both(then.min, now.min), ratio(now.min, then.min)])
  }
  if (rows.length === 0) return null
  return [['ns/packet, old → new', 'medians', 'new ÷ old', 'minima', 'new ÷ old'], ...rows]
}

/** What the project promises about speed, against what was measured. */
export function promiseTable(verdicts: readonly Verdict[]): Table | null {
  const rows = verdicts.map(({ claim, capture, measured, limit, isMet }) => [
    claim,
    capture,
    measured,
    limit,
    isMet ? 'yes' : 'no',
  ])
  return rows.length === 0 ? null : [['promise', 'capture', 'measured', 'limit', 'met'], ...rows]
}

/** Machine, date and build in one line. */
export function heading({ machine, date, build, commit, startSeconds }: Results): string {
  const { cpu, cores, memoryBytes, system, node } = machine
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`
  const source = commit === null ? '' : ` (commit ${commit})`
  const start = `the command starts in ${Math.round(startSeconds * 1000)} ms`
  return `${date.slice(0, 10)}, ${build}${source}, ${cpu}, ${cores} cores, ${memory}, ${system}, Node ${node}; ${start}.`
}

/** Median seconds of a subject, `null` when it has none. */
export function medianOf(measurements: readonly Measurement[], subject: string): number | null {
  const found = measurements.find((measurement) => measurement.subject === subject)
  return found === undefined ? null : (spread(secondsOf(found.samples))?.median ?? null)
}

function isWithout(subject: string): boolean {
  return subject.startsWith('without:')
}

function secondsOf(samples: readonly Sample[]): number[] {
  return samples.map(({ seconds }) => seconds)
}

function nanoseconds(seconds: number, packets: number): string {
  return ((seconds * 1e9) / packets).toFixed(0)
}

function ratio(seconds: number, base: number | null): string {
  return base === null ? '–' : (seconds / base).toFixed(2)
}

function columnWidths(table: Table): number[] {
  const widths: number[] = []
  for (const row of table) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length)
  }
  return widths
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}
