/** Rows in order of appearance, found again, limited, saved. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../../src/analyzers/tables/key-table.ts'
import { NONE } from '../../../src/codecs/core/fault.ts'

const row = (table: KeyTable, ...key: number[]): number => {
  table.key.set(key)
  return table.row()
}
const find = (table: KeyTable, ...key: number[]): number => {
  table.key.set(key)
  return table.find()
}

describe('key table', () => {
  it('numbers rows in order of first appearance', () => {
    const table = new KeyTable('t', 2, 10)
    expect([row(table, 7, 7), row(table, 7, 8), row(table, 7, 7), row(table, 0, 0)]).toEqual([0, 1, 0, 2])
    expect(table.count).toBe(3)
    expect([table.word(1, 0), table.word(1, 1)]).toEqual([7, 8])
  })

  it('finds without making a row', () => {
    const table = new KeyTable('t', 1, 10)
    expect(find(table, 5)).toBe(NONE)
    expect(table.count).toBe(0)
    row(table, 5)
    expect(find(table, 5)).toBe(0)
  })

  it('keeps what came first and counts what found no row', () => {
    const table = new KeyTable('t', 1, 2)
    expect([1, 2, 3, 3, 1].map((key) => row(table, key))).toEqual([0, 1, NONE, NONE, 0])
    expect(table.dropped).toBe(2)
    expect(find(table, 3)).toBe(NONE)
    expect(table.dropped).toBe(2)
  })

  it('tells keys apart that differ in the last word, the sign or the order alone', () => {
    const table = new KeyTable('t', 3, 10)
    const keys = [
      [1, 2, 3],
      [1, 2, -3],
      [3, 2, 1],
      [0, 0, 0],
      [0, 0, -2_147_483_648],
    ]
    expect(keys.map((key) => row(table, ...key))).toEqual([0, 1, 2, 3, 4])
  })

  test.prop([
    fc.array(fc.tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0, max: 3 })), { maxLength: 600 }),
  ])('does what a Map does, before and after it has grown, been saved and restored', (keys) => {
    const table = new KeyTable('t', 2, 200)
    const model = new Map<string, number>()
    let dropped = 0
    for (const key of keys) {
      const name = key.join()
      const known = model.get(name)
      if (known === undefined && model.size === 200) dropped++
      else if (known === undefined) model.set(name, model.size)
      expect(row(table, ...key)).toBe(model.get(name) ?? NONE)
    }
    const restored = new KeyTable('t', 2, 200)
    restored.restore(structuredClone(table.save()))
    for (const at of [table, restored]) {
      expect([at.count, at.dropped]).toEqual([model.size, dropped])
      for (const [name, expected] of model) expect(find(at, ...name.split(',').map(Number))).toBe(expected)
    }
    // The restored table goes on where the saved one stopped.
    expect(row(restored, 1000, 1)).toBe(row(table, 1000, 1))
  })
})
