import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createProgress } from '../../src/cli/progress.ts'
import { fakeTerminal } from './fake-terminal.ts'

describe('progress', () => {
  it('shows nothing for short work', async () => {
    const { stream, text } = fakeTerminal()
    let now = 0
    const progress = createProgress(stream, { now: () => now })
    progress.update(10, 100)
    now = 499
    progress.update(90, 100)
    await sleep(20)
    progress.stop()
    expect(text()).toBe('')
  })

  it.each([
    [1_000_000, /█.* 50% {2}500 kB of 1\.00 MB, 500 kB\/s/],
    [null, /500 kB read, 500 kB\/s/],
  ] as const)('shows how far long work of %s bytes is', async (total, shown) => {
    const { stream, text } = fakeTerminal()
    let now = 0
    const progress = createProgress(stream, { now: () => now })
    now = 1000
    progress.update(400_000, total)
    // However long it takes until the bar is loaded and drawn.
    while (!shown.test(text())) {
      await sleep(10)
      progress.update(500_000, total)
    }
    progress.stop()
    const before = text()
    progress.update(900_000, total)
    await sleep(50)
    expect(text()).toBe(before)
  })

  it('shows nothing when the work ends while the bar is being loaded', async () => {
    const { stream, text } = fakeTerminal()
    const progress = createProgress(stream, { delayMs: 0 })
    progress.update(1, 2)
    progress.stop()
    await sleep(50)
    expect(text()).toBe('')
  })
})
