/** Captures of one run that differ in one thing only: what growth is read from. */
import type { CaptureOptions } from './capture-options.ts'
import type { CaptureResults } from './results.ts'
import { spread } from './sample.ts'

/** What captures of a family differ in. */
export type Growing = 'packets' | 'flows'

/** Captures that differ in one option only, smallest first; families of one are left out. */
export function families(captures: readonly CaptureResults[], option: Growing): CaptureResults[][] {
  const byRest = new Map<string, CaptureResults[]>()
  for (const capture of captures) {
    const rest: Partial<CaptureOptions> = { ...capture.options }
    delete rest[option]
    const key = JSON.stringify(rest)
    byRest.set(key, [...(byRest.get(key) ?? []), capture])
  }
  return [...byRest.values()]
    .filter((family) => family.length > 1)
    .map((family) => family.sort((left, right) => left.options[option] - right.options[option]))
}

/** `1,000,000 to 7,000,000 packets, snap 128`. */
export function range(family: readonly CaptureResults[], option: Growing): string {
  const [least, most] = [family[0]!, family.at(-1)!].map(({ options }) => options[option].toLocaleString('en-US'))
  return `${least} to ${most} ${option}, ${framesOf(family)}`
}

/** `snap 128` or `full frames`. */
export function framesOf(family: readonly CaptureResults[]): string {
  const { snapLength } = family[0]!.options
  return snapLength === 0 ? 'full frames' : `snap ${snapLength}`
}

/** Seconds of a subject on a capture, `null` when it has none. */
export function seconds({ measurements }: CaptureResults, subject: string, kind: 'min' | 'median'): number | null {
  const found = measurements.find((measurement) => measurement.subject === subject)
  return found === undefined ? null : (spread(found.samples.map((sample) => sample.seconds))?.[kind] ?? null)
}
