/** What the benchmark makes of its figures. */
import { expect, it } from 'vitest'
import { checkOptions, DEFAULT_CAPTURE } from '../../bench/capture-options.ts'
import { titleOf } from '../../bench/captures.ts'
import { growthTables } from '../../bench/growth.ts'
import { promises } from '../../bench/promises.ts'
import type { CaptureResults, Results } from '../../bench/results.ts'
import { spread } from '../../bench/sample.ts'
import { suite } from '../../bench/suites.ts'
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

it('growth is told by family beside the C program, start-up subtracted', () => {
  const full = { snapLength: 0 }
  const tables = growthTables(
    results([
      captureResults({ command: 1.1, c: 0.1 }),
      captureResults({ command: 4.1, c: 0.2 }, { packets: 2_000_000 }),
      captureResults({ command: 1.6, c: 0.1 }, { flows: 200_000 }),
      captureResults({ command: 1 }, full),
    ]),
  )
  expect(tables.map(({ title }) => title)).toEqual([
    'As packets grow: 100k flows, snap 128',
    'As flows grow: 1M packets, snap 128',
  ])
  expect(tables[0]!.table.slice(1)).toEqual([
    ['1,000,000', '1000', '1.00', '100', '1', '100', '1.00', '1', '10.00'],
    ['2,000,000', '2000', '2.00', '25', '1', '100', '1.00', '1', '20.00'],
  ])
  expect(tables[1]!.table.map((row) => row.length)).toEqual([9, 9, 9])
})

it('the suite of growth has families of packets and of flows, for both kinds of frames', () => {
  const captures = suite('flat').map(({ options }) => captureResults({ command: 1, c: 1 }, options))
  expect(
    growthTables(results(captures)).map(({ title, table }) => `${title}: ${table.slice(1).map(([size]) => size)}`),
  ).toEqual([
    'As packets grow: 100k flows, snap 128: 1,000,000,2,000,000,4,000,000,7,000,000',
    'As packets grow: 100k flows, full frames: 1,000,000,4,000,000,7,000,000',
    'As flows grow: 7M packets, snap 128: 1,000,10,000,100,000,1,000,000',
    'As flows grow: 4M packets, full frames: 1,000,10,000,100,000,1,000,000',
  ])
  for (const name of ['promises', 'flat']) {
    for (const shrink of [1, 70, 100]) for (const { options } of suite(name, shrink)) checkOptions(options)
  }
  expect(() => suite('none')).toThrow('promises, flat')
})

it('the start is judged against that of Node', () => {
  const started = { ...results([]), startUp: { node: 0.05, version: 0.06, summarize: 0.2 } }
  expect(promises(started)).toEqual([
    {
      claim: 'vxpcap --version, times node -e 0',
      capture: 'node: 50 ms',
      measured: '1.20',
      limit: '≤ 1.5',
      isMet: true,
    },
    expect.objectContaining({ measured: '4.00', isMet: false }),
  ])
})
