/** A comparison that is stopped, wherever that is: what it says of the packets that were read is what it would have said of all. */
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import { type CompareInput, compareCaptures } from '../../src/compare/index.ts'
import type { Comparison } from '../../src/comparison.ts'
import { formatComparisonPage } from '../../src/page/index.ts'
import { formatComparison } from '../../src/report/compare/text.ts'
import { troubledCaptures } from './troubled.ts'
import { captureOf, onClock, START, shotsIn } from './two-places.ts'

/** Bytes that one read gives. */
const PIECE = 65_536
const { near, far } = troubledCaptures()

/** Compares two captures, and stops at a read. @param isSilent - Whether a source that is stopped says that it is over. */
async function stoppedAt(stop: number, isSilent: boolean, sides = { near, far }) {
  const controller = new AbortController()
  let reads = 0
  const input = (name: string, bytes: Uint8Array): CompareInput => ({
    name,
    async open() {
      const source = bytesSource(bytes)
      return {
        async read(into) {
          if (reads++ === stop) controller.abort()
          if (isSilent && controller.signal.aborted) return 0
          return source.read(into.subarray(0, PIECE))
        },
      }
    },
  })
  const comparison = await compareCaptures([input('near', sides.near)], [input('far', sides.far)], {
    signal: controller.signal,
    window: 4096,
  })
  return { comparison, reads }
}

const lostOf = ({ directions }: Comparison): string[] =>
  directions.flatMap(({ from, to, packets }) => packets.lost.map((packet) => JSON.stringify([from, to, packet])))

describe('stopped', () => {
  it.each([
    ['by whoever reads', false],
    ['by what is read', true],
  ])('%s, no packet is lost that would not be lost otherwise, and all are counted', async (_, isSilent) => {
    const whole = await stoppedAt(Number.POSITIVE_INFINITY, isSilent)
    const known = new Set(lostOf(whole.comparison))
    const codes = new Set(whole.comparison.findings.map(({ code }) => code))
    expect(known.size).toBeGreaterThan(5)
    let matched = 0
    for (let stop = 1; stop < whole.reads; stop++) {
      const { comparison } = await stoppedAt(stop, isSilent)
      const { directions, findings } = comparison
      expect(comparison.near.complete && comparison.far.complete).toBe(false)
      expect(lostOf(comparison).filter((packet) => !known.has(packet))).toEqual([])
      for (const [index, { sent, matched, lost, altered, notJudged, unsent }] of directions.entries()) {
        expect(matched + lost + altered + notJudged).toBe(sent)
        expect({ sent, unsent }).toEqual({ sent: whole.comparison.directions[index]!.sent, unsent: 0 })
      }
      expect(findings.filter(({ code }) => !codes.has(code) && code !== 'CAPTURE_DUPLICATES')).toEqual([])
      expect(formatComparison(comparison)).toMatch(/^near near → far (far|\(not read\))\nInterrupted/)
      expect(comparison.matched).toBeGreaterThanOrEqual(matched)
      matched = comparison.matched
    }
    expect(matched).toBeGreaterThan(300)
  })

  it('on other clocks it is the same', async () => {
    const late = captureOf(onClock(shotsIn(far, START), 3_700_000_000))
    const whole = await stoppedAt(Number.POSITIVE_INFINITY, false, { near, far: late })
    const known = new Set(lostOf(whole.comparison))
    for (let stop = 1; stop < whole.reads; stop += 3) {
      const { comparison } = await stoppedAt(stop, false, { near, far: late })
      expect(lostOf(comparison).filter((packet) => !known.has(packet))).toEqual([])
    }
  })

  it('before packets are compared, or while they are, its page says so', async () => {
    const { reads } = await stoppedAt(Number.POSITIVE_INFINITY, false)
    for (const [stop, words] of [
      [1, 'Interrupted before packets were compared'],
      [reads - 1, 'Interrupted: packets were compared up to'],
    ] as const) {
      const { comparison } = await stoppedAt(stop, false)
      const page = await formatComparisonPage(comparison)
      expect(page.slice(page.indexOf('<main'), page.indexOf('</main'))).toContain(words)
      expect(page).not.toContain('undefined')
    }
  })

  it('not at all leaves nothing that listens to the signal, however many captures there are', async () => {
    const { signal } = new AbortController()
    const sides = Array.from({ length: 12 }, (_, index) => ({ name: `${index}`, open: async () => bytesSource(near) }))
    const comparison = await compareCaptures(sides, sides, { signal, window: 4096 })
    expect(comparison.near.files).toHaveLength(12)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('before anything was read there is nothing to say', async () => {
    await expect(stoppedAt(0, true)).rejects.toThrow('aborted')
  })
})
