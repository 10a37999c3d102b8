/** What a packet costs as packets and flows grow, beside the C program in the same run. */
import { short } from './captures.ts'
import { families, framesOf, type Growing, seconds } from './families.ts'
import type { CaptureResults, Results } from './results.ts'
import { spread } from './sample.ts'
import type { Table } from './tables.ts'

/** One family of captures as a table. */
export interface GrowthTable {
  title: string
  table: Table
}

/** A table for each family of captures, packets first. Times are minima, our start-up subtracted. */
export function growthTables({ captures, startSeconds }: Results): GrowthTable[] {
  return (['packets', 'flows'] as const).flatMap((option) =>
    families(captures, option).map((family) => ({
      title: titleOf(family, option),
      table: [
        [option, 'ns/packet', 'rise', 'MB/s', 'peak MiB', 'C: ns/packet', 'C: rise', 'C: peak MiB', '× C'],
        ...family.map((capture) => row(capture, family[0]!, option, startSeconds)),
      ],
    })),
  )
}

function titleOf(family: readonly CaptureResults[], option: Growing): string {
  const { packets, flows } = family[0]!.options
  const rest = option === 'packets' ? `${short(flows)} flows` : `${short(packets)} packets`
  return `As ${option} grow: ${rest}, ${framesOf(family)}`
}

function row(capture: CaptureResults, first: CaptureResults, option: Growing, startSeconds: number): string[] {
  const ours = cost(capture, 'command', startSeconds)
  const theirs = cost(capture, 'c', 0)
  return [
    capture.options[option].toLocaleString('en-US'),
    figure(ours, 0),
    figure(divided(ours, cost(first, 'command', startSeconds)), 2),
    figure(divided(capture.totals.bytes * 1000, ours === null ? null : ours * capture.totals.packets), 0),
    peak(capture, 'command'),
    figure(theirs, 0),
    figure(divided(theirs, cost(first, 'c', 0)), 2),
    peak(capture, 'c'),
    figure(divided(ours, theirs), 2),
  ]
}

/** Nanoseconds a packet, `null` where there are no samples. */
function cost(capture: CaptureResults, subject: string, startSeconds: number): number | null {
  const taken = seconds(capture, subject, 'min')
  return taken === null ? null : ((taken - startSeconds) * 1e9) / capture.totals.packets
}

function peak({ measurements }: CaptureResults, subject: string): string {
  const samples = measurements.find((measurement) => measurement.subject === subject)?.samples ?? []
  const bytes = spread(samples.map(({ peakBytes }) => peakBytes))
  return figure(bytes === null ? null : bytes.median / 2 ** 20, 0)
}

function divided(over: number | null, under: number | null): number | null {
  return over === null || under === null || under === 0 ? null : over / under
}

function figure(value: number | null, decimals: number): string {
  return value === null ? '–' : value.toFixed(decimals)
}
