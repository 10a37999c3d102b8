import { describe, expect, it } from 'vitest'
import { MergeRoom } from '../../../src/capture/merge/merge-room.ts'
import { random } from '../files.ts'

describe('the room of a merge', () => {
  it.each([1, 17, 100, 5000])('is never taken twice: %i captures that take all they may', (captures) => {
    const next = random(captures)
    const room = new MergeRoom(1e9, captures)
    const taken = Array.from({ length: captures }, () => ({ bytes: 0, extra: 0 }))
    let done = 0
    let over = 0
    for (let step = 0; step < 20_000; step++) {
      const one = taken[done + Math.floor(next() * (captures - done))]!
      room.take(one, Math.floor(room.allowance(one)))
      if (room.isOver) over++
      if (step % 40 === 39 && done < captures - 1) {
        room.take(taken[done++]!, 0)
        room.leave()
      }
    }
    expect(over).toBe(0)
    expect(taken.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(1e9)
  })

  it('gives few of many plenty, and all of many their share', () => {
    const room = new MergeRoom(3_000_000, 1000)
    expect(room.allowance({ bytes: 0, extra: 0 })).toBe(2000 + 250_000)
    const taken = Array.from({ length: 1000 }, () => ({ bytes: 0, extra: 0 }))
    for (const one of taken) room.take(one, Math.floor(room.allowance(one)))
    expect(Math.min(...taken.map(({ bytes }) => bytes))).toBeGreaterThanOrEqual(2000)
  })
})
