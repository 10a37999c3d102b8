/** What the benchmark makes of its figures. */
import { expect, it } from 'vitest'
import { DEFAULT_CAPTURE } from '../../bench/capture-options.ts'
import { titleOf } from '../../bench/captures.ts'
import { promises } from '../../bench/promises.ts'
import type { CaptureResults, Results } from '../../bench/results.ts'
import { spread } from '../../bench/sample.ts'
import { formatMarkdown, measurementTable } from '../../bench/tables.ts'

function results(captures: CaptureResults[]): Results {
  const machine = { cpu: 'none', cores: 2, memoryBytes: 0, system: 'none', node: 'v20' }
  const build = { build: 'vxpcap', commit: null, comparedTo: null, startSeconds: 0.1 }
  return { schema: 'vxpcap.bench/1', date: '2026-01-01T00:00:00.000Z', machine, ...build, captures }
}

/** Subjects with their seconds on a capture of a million packets, unless told otherwise. */
function captureResults(subjects: Record<string, number>, change = {}): CaptureResults {
  const options = { ...DEFAULT_CAPTURE, ...change }
  const { packets, flows } = options
  const totals = { packets, bytes: 1e8, tunnelPackets: packets, otherPackets: 0, faultyPackets: 0, flows }
  const measurements = Object.entries(subjects).map(([subject, seconds]) => {
    const samples = [1.2, 1, 1.1].map((factor) => ({
      seconds: seconds * factor,
      cpuSeconds: null,
      heapBytes: null,
      peakBytes: 1 << 20,
      counted: {},
    }))
    return { subject, title: subject, samples }
  })
  return { title: titleOf(options), options, totals, measurements }
}

it('spread is minimum and median, and nothing where a figure is missing', () => {
  expect(spread([3, 1, 2])).toEqual({ min: 1, median: 2 })
  expect(spread([4, 1])).toEqual({ min: 1, median: 2.5 })
  expect(spread([1, null])).toBeNull()
  expect(spread([])).toBeNull()
})

it('ratios within a capture are judged against their limits', () => {
  const verdicts = promises(results([captureResults({ command: 2, tcpdump: 1, c: 0.4, gopacket: 3 })]))
  expect(verdicts.map(({ measured, limit, isMet }) => [measured, limit, isMet])).toEqual([
    ['2.00', '≤ 3', true],
    ['5.00', '≤ 4', false],
    ['1.50', '≥ 2', false],
  ])
})

it('growth is judged over captures that differ in one thing, start-up subtracted', () => {
  const growth = results([
    captureResults({ command: 2.1 }, { packets: 2_000_000, flows: 1_000 }),
    captureResults({ command: 1.1, c: 1 }, { flows: 1_000 }),
    captureResults({ command: 2.1, c: 1.5 }),
  ])
  const figures = promises(growth).filter(({ claim }) => claim.startsWith('cost'))
  expect(figures.map(({ capture, measured, isMet }) => [capture, measured, isMet])).toEqual([
    ['1,000,000 to 2,000,000 packets, snap 128', '1.00', true],
    ['1,000 to 100,000 flows, snap 128', '2.00 (C: 1.50)', false],
  ])
})

it('tables have as many cells in every row', () => {
  const table = measurementTable(captureResults({ command: 2, tcpdump: 1 }))
  expect(new Set(table.map((row) => row.length)).size).toBe(1)
  expect(formatMarkdown(table).split('\n')).toHaveLength(4)
})
