/** Which file a packet of a merged stream is from, against a plain list. */
import { describe, expect, it } from 'vitest'
import { Origins } from '../../../src/capture/merge/origins.ts'
import { random } from '../files.ts'

describe.each([1, 2, 3, 4, 5, 16, 17, 256, 300])('of %i files', (files) => {
  it('finds file and number of every packet, across stretches', () => {
    const next = random(files)
    const origins = new Origins(files)
    const list: { file: number; number: number }[] = []
    const totals = new Array<number>(files).fill(0)
    while (list.length < 140_000) {
      const file = Math.floor(next() * files)
      // Now and then a run that fills stretches alone.
      const count = next() < 0.0005 ? 70_000 : 1 + Math.floor(next() ** 4 * 50)
      origins.add(file, count)
      for (let i = 0; i < count; i++) list.push({ file, number: ++totals[file]! })
    }
    expect(origins.count).toBe(list.length)
    expect(origins.dropped).toBe(0)
    for (let probe = 0; probe < 300; probe++) {
      const number = 1 + Math.floor(next() * list.length)
      expect(origins.find(number)).toEqual(list[number - 1])
    }
    for (const number of [1, 65_536, 65_537, 131_072, 131_073, list.length]) {
      expect(origins.find(number)).toEqual(list[number - 1])
    }
  })
})

describe('its bounds', () => {
  it('keeps what came first, and says how many it does not know', () => {
    const origins = new Origins(2, 10_000)
    for (let i = 0; i < 200_000; i++) origins.add(i & 1, 1)
    expect(origins.count).toBe(200_000)
    expect(origins.dropped).toBeGreaterThan(0)
    expect(origins.find(65_536)).toEqual({ file: 1, number: 32_768 })
    expect(origins.find(200_000)).toBeNull()
  })

  it('knows no packet before the first or behind the last', () => {
    const origins = new Origins(2)
    origins.add(1, 3)
    expect([0, -1, 4, Number.NaN].map((number) => origins.find(number))).toEqual([null, null, null, null])
  })
})
