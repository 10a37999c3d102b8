/** The options that say what is counted: a state goes on with those it was saved with, and with no others. */

import type { Limits } from '../analyzers/tables/limits.ts'
import type { CountingOptions } from '../pipeline.ts'
import { timeOf } from '../selection/selection.ts'
import { StateError } from '../state-error.ts'

/** What may be given again: all of it, a part of it, or nothing. */
export type GivenCounting = Omit<Partial<CountingOptions>, 'limits'> & {
  /** Limits of tables. */
  limits?: Partial<Limits>
}

/** How an option is told, where it is another one than before. */
const NAMES: readonly [option: keyof GivenCounting, name: string][] = [
  ['ports', 'ports'],
  ['vnis', 'VNIs'],
  ['vniRanges', 'VNIs'],
  ['vteps', 'VTEPs'],
  ['ips', 'inner addresses'],
  ['macs', 'inner MAC addresses'],
  ['from', 'earliest time'],
  ['to', 'latest time'],
  ['limits', 'memory (limits of tables)'],
]

/**
 * Refuses options of counting that are given and are not those of the state.
 * @throws StateError `other-options` that names them.
 */
export function checkSameCounting(saved: CountingOptions, given: GivenCounting): void {
  // With one kind of selection given, the others are given as nothing.
  const isSelecting = NAMES.some(([option]) => option !== 'ports' && option !== 'limits' && given[option] !== undefined)
  const other = NAMES.filter(([option]) => {
    const isGiven = given[option] !== undefined || (isSelecting && option !== 'ports' && option !== 'limits')
    return isGiven && canonical(option, saved) !== canonical(option, given)
  })
  if (other.length === 0) return
  const names = [...new Set(other.map(([, name]) => name))]
  throw new StateError(
    'other-options',
    `the state was saved with other options of counting: ${names.join(', ')}; leave them out to go on with those it has, or begin anew`,
  )
}

/** One option, so that what means the same is the same text. */
function canonical(option: keyof GivenCounting, options: GivenCounting): string {
  if (option === 'limits') return JSON.stringify(Object.entries(options.limits ?? {}).sort())
  if (option === 'from' || option === 'to') return JSON.stringify(timeOf(options[option]))
  const values = (options[option] ?? []).map((value) => JSON.stringify(value).toLowerCase())
  return JSON.stringify([...new Set(values)].sort())
}
