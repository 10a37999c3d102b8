/** What is saved changes only with the version of the format: an old state is then refused by its version, not by chance. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { richState } from '../support/hostile-states.ts'
import { heldBy } from '../support/state-bytes.ts'

/** The version of the format, and a digest of names and kinds of all that a state of it holds. */
const KNOWN: readonly [version: number, digest: string] = [1, '2155a35eaeba3699']

/** Names and kinds, without the values. Of a list, its first member where that is an object. */
function shapeOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return value.constructor.name
  if (Array.isArray(value)) return typeof value[0] === 'object' ? [shapeOf(value[0])] : 'list'
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}

/** Cells or words of a row. */
function stridesOf(value: unknown, name = ''): string[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return []
  const { rows, count, data, keys, heads } = value as Record<string, never>
  const [all, by] = [(data ?? keys) as ArrayLike<number> | undefined, Number(rows ?? count)]
  const size = heads === undefined ? by : (heads as ArrayLike<number>).length / 4
  const own = ArrayBuffer.isView(all) && size > 0 ? [`${name} ${(all as Int32Array).length / size}`] : []
  return [...own, ...Object.entries(value).flatMap(([key, member]) => stridesOf(member, `${name}.${key}`))]
}

it('is known by the version of the format: where this fails, what analyzers save has changed', async () => {
  const state = await richState()
  const version = new DataView(state.buffer).getUint32(8, true)
  const value = heldBy(state)
  const text = JSON.stringify([shapeOf(value), stridesOf(value)])
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
  // Raise STATE_VERSION in src/states/node-state-file.ts, unless no release has it yet, and write both here.
  expect([version, digest]).toEqual(KNOWN)
})
