/** A few states in which anything may stand, and those that were built to hurt; many more in `hostile.field.ts`. */
import { beforeAll, describe, expect, it } from 'vitest'
import { MOST_CHAIN_FILES } from '../../src/states/check.ts'
import { fate, richState, spoilt } from '../support/hostile-states.ts'
import { heldBy, stateOf } from '../support/state-bytes.ts'

let state: Uint8Array
beforeAll(async () => {
  state = await richState()
})

type Holder = Record<string, unknown>
type Ring = { data: Int32Array; heads: Int32Array }
type Keys = { count: number; keys: Int32Array }

/** The state with another value at one place, or none where that is `undefined`. */
function changed(path: string, change: (value: never) => unknown): Uint8Array {
  const value = heldBy(state)
  const names = path.split('.')
  const last = names.pop()!
  const holder = names.reduce((part, name) => part[name] as Holder, value as Holder)
  const next = change(holder[last] as never)
  if (next === undefined) delete holder[last]
  else Object.defineProperty(holder, last, { value: next, enumerable: true, configurable: true, writable: true })
  return stateOf(value)
}

describe('a state from elsewhere', () => {
  it('is taken as it was saved', async () => {
    expect(await fate(state)).toBe('summary')
    expect(stateOf(heldBy(state))).toEqual(state)
  })

  it('is refused or makes a summary, whatever stands in it', async () => {
    for (let seed = 1; seed <= 60; seed++) await fate(spoilt(state, seed))
  })

  const to = (value: unknown) => () => value
  const built: [name: string, path: string, change: (value: never) => unknown][] = [
    ['a chain of a ring that leads back', 'analysis.stateful.connects.window', leadBack],
    ['a ring larger than its window', 'analysis.stateful.copies.frames', larger],
    ['a ring of no power of two', 'analysis.stateful.copies.frames', odd],
    ['more rows than a table may have', 'analysis.stateful.tcp.rows', to(2 ** 40)],
    ['keys that are not there', 'analysis.counters.keys.0.count', (count: number) => count + 1],
    ['a table beyond its limit', 'analysis.counters.keys.1', manyRows],
    ['a timeline of a thousand million steps', 'analysis.counters.timeline.last', to(2 ** 47)],
    ['steps outside their timeline', 'analysis.counters.timeline.steps.keys', (keys: Int32Array) => keys.fill(9)],
    ['a step that is no power of ten', 'analysis.counters.timeline.base', to(1e-3)],
    ['fragments that wait', 'analysis.counters.tinyFragments.waiting', to([{}])],
    ['a subject without figures', 'analysis.stateful.copies.repeats.entries', to([{ key: 1, count: 1, packets: [] }])],
    ['a part that is missing', 'analysis.stateful.echo', to(undefined)],
    ['limits of no table', 'counting.limits.constructor', to(5)],
    ['limits beyond every budget', 'counting.limits.flows', to(2 ** 40)],
    ['an address that is none', 'counting.vteps', to(['10.0.0.300'])],
    ['an option that is none', 'counting.analyzers', to({})],
    ['a file of no format', 'files.0.format', to('exe')],
    ['a file more than a chain may have', 'given', () => new Array(MOST_CHAIN_FILES + 1).fill('')],
    ['a number of packets that is none', 'nextNumber', to(-5)],
    ['a list for a state', 'analysis.counters', to([])],
    ['a prototype', 'analysis.__proto__', to({ numbers: 1 })],
  ]
  it.each(built)('is refused with %s', async (_, path, change) => {
    expect(await fate(changed(path, change))).toBe('refused')
  })

  it('cannot have a table grow beyond its limit by naming a row', async () => {
    const before = process.memoryUsage().arrayBuffers
    for (const row of [2 ** 24, 2 ** 31 - 1]) {
      const bytes = changed('analysis.stateful', (stateful: Record<string, { window?: Ring; frames?: Ring }>) => {
        for (const { window, frames } of Object.values(stateful)) name(row, window ?? frames)
        return stateful
      })
      expect(['damaged', 'summary']).toContain(await fate(bytes))
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300_000_000)
    }
  })
})

/** Writes a row into all that the entries of a ring say. */
function name(row: number, ring: Ring | undefined): void {
  if (ring === undefined) return
  const stride = ring.data.length / (ring.heads.length / 4)
  for (let at = 0; at < ring.data.length; at++) if (at % stride >= 4) ring.data[at] = row
}

function leadBack({ data, ...ring }: Ring): Ring {
  for (let at = 0; at < data.length; at++) if (data[at] !== 0) data[at + 1] = data[at]!
  return { data, ...ring }
}

function larger({ data, heads, ...ring }: Ring): Ring {
  return { data: new Int32Array(data.length * 4), heads: new Int32Array(heads.length * 4), ...ring }
}

function odd({ data, heads, ...ring }: Ring): Ring {
  return { data: data.slice(0, (data.length / 4) * 3), heads: heads.slice(0, (heads.length / 4) * 3), ...ring }
}

function manyRows({ count, keys, ...table }: Keys): Keys {
  const rows = 1_000_000
  return { count: rows, keys: Int32Array.from({ length: (rows * keys.length) / count }, (_, at) => at), ...table }
}
