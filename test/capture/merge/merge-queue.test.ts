import { describe, expect, it } from 'vitest'
import { type Due, isDueBefore, MergeQueue } from '../../../src/capture/merge/merge-queue.ts'
import { random } from '../files.ts'

const sorted = (items: readonly Due[]): Due[] =>
  [...items].sort((one, other) => (one === other ? 0 : isDueBefore(one, other) ? -1 : 1))

describe('the queue of a merge', () => {
  it.each([1, 2, 3, 4, 5])(
    'has the earliest first and the next one second, whatever is put in and moved: seed %i',
    (seed) => {
      const next = random(seed)
      const queue = new MergeQueue<Due>()
      const items: Due[] = []
      for (let step = 0; step < 500; step++) {
        const what = next()
        if (what < 0.4 || items.length === 0) {
          const item = { index: step, seconds: Math.floor(next() * 20), nanoseconds: Math.floor(next() * 3) }
          items.push(item)
          queue.add(item)
        } else if (what < 0.65) {
          items.splice(items.indexOf(queue.first!), 1)
          queue.removeFirst()
        } else {
          queue.first!.seconds += Math.floor(next() * 10) - 1
          queue.settleFirst()
        }
        const [first, second] = sorted(items)
        expect(queue.length).toBe(items.length)
        expect(queue.first).toBe(first ?? null)
        expect(queue.second).toBe(second ?? null)
      }
    },
  )
})
