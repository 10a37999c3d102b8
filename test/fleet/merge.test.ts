/** The laws of a merge: order, grouping and repetition of points change nothing. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { FleetMerge, type FleetMergeOptions } from '../../src/fleet/index.ts'
import { parsePoints } from '../../src/fleet/points-file.ts'
import type { Fleet, PointDocument } from '../../src/fleet-document.ts'
import { because, LAB } from '../support/shared.ts'
import { points } from './generated-points.ts'
import { labPoint } from './points.ts'

function merged(documents: readonly (PointDocument | Fleet)[], options: FleetMergeOptions = {}): Fleet {
  const merge = new FleetMerge(options)
  for (const document of documents) merge.add(document)
  // As another process reads it.
  return JSON.parse(JSON.stringify(merge.fleet()))
}

const shuffled = (documents: readonly PointDocument[]): fc.Arbitrary<PointDocument[]> =>
  fc.shuffledSubarray([...documents], { minLength: documents.length })

/** Bounds that are reached and ones that are not. */
const OPTIONS: FleetMergeOptions[] = [{}, { mostCounts: 6, mostSteps: 20 }, { mostCounts: 1, mostSteps: 1 }]

/** Every law, of documents that come in an order and are cut into groups. */
function holds(documents: readonly PointDocument[], cut: number, options: FleetMergeOptions): void {
  const whole = merged(documents, options)
  const groups = [documents.slice(0, cut), documents.slice(cut)]
  const fleets = groups.map((group) => merged(group, options))
  expect(merged(fleets, options)).toEqual(whole)
  expect(merged([...fleets].reverse(), options)).toEqual(whole)
  expect(merged([fleets[0]!, ...groups[1]!], options)).toEqual(whole)
  expect(merged([...documents, ...documents], options)).toEqual(whole)
  expect(merged([whole, documents[0]!, whole], options)).toEqual(whole)
}

describe('a merge', () => {
  it.each(OPTIONS)('is commutative, associative and idempotent: %o', (options) => {
    const cases = points(6).chain((documents) =>
      fc.record({
        documents: fc.constant(documents),
        other: shuffled(documents),
        cut: fc.nat({ max: documents.length }),
      }),
    )
    fc.assert(
      fc.property(cases, ({ documents, other, cut }) => {
        expect(merged(other, options)).toEqual(merged(documents, options))
        holds(other, cut, options)
      }),
      { numRuns: 60 },
    )
  })

  it('says the same points in order of names, with every row once', () => {
    fc.assert(
      fc.property(points(6), (documents) => {
        const fleet = merged(documents)
        expect(fleet.points.map(({ name }) => name)).toEqual(documents.map(({ name }) => name))
        const names = fleet.directions.map(({ from, to, vni }) => `${from} ${to} ${vni}`)
        expect(new Set(names).size).toBe(names.length)
        expect(fleet.directions.reduce((sum, { points: seen }) => sum + seen.length, 0)).toBe(
          documents.reduce((sum, { directions }) => sum + directions.length, 0),
        )
        for (const { findings, sample } of fleet.points)
          expect(findings.error + sample.length).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 30 },
    )
  })

  it('keeps the largest rows of each point when there are too many', () => {
    fc.assert(
      fc.property(points(4), (documents) => {
        const { rowsByPoint, flows } = merged(documents, { mostCounts: 8 })
        for (const { name, summary } of documents) {
          const kept = flows.flatMap(({ points: counts }) => counts.filter(({ point }) => point === name))
          const most = [...summary.flows].map(({ innerBytesAToB }) => innerBytesAToB).sort((one, two) => two - one)
          const left = kept.map(({ innerBytesAToB }) => innerBytesAToB).sort((one, two) => two - one)
          expect(left).toEqual(most.slice(0, rowsByPoint ?? undefined))
        }
      }),
      { numRuns: 30 },
    )
  })
})

const [[one, two]] = fc.sample(
  points(2).filter(({ length }) => length === 2),
  { numRuns: 1, seed: 7 },
) as [[PointDocument, PointDocument]]

describe('points that do not go together', () => {
  it('two of one name are refused with both ids, and nothing is taken', () => {
    const merge = new FleetMerge()
    merge.add(one)
    expect(() => merge.add({ ...two, name: one.name })).toThrow(`${one.id} and ${two.id}`)
    expect(merge.count).toBe(1)
    expect(JSON.parse(JSON.stringify(merge.fleet()))).toEqual(merged([one]))
  })

  it('those restricted to different things are refused', () => {
    const merge = new FleetMerge()
    merge.add(one)
    const filter = { ...two.summary.filter, vnis: [7] }
    expect(() => merge.add({ ...two, summary: { ...two.summary, filter } })).toThrow('restricted to different things')
    expect(merge.count).toBe(1)
  })

  it('what is no document is refused', () => {
    const merge = new FleetMerge()
    for (const document of [undefined, null, [], {}, { schema: 'vxpcap.summary/1' }]) {
      expect(() => merge.add(document as never)).toThrow(/document/)
    }
    expect(() => merge.add({ ...one, stepMs: 150 })).toThrow('stepMs')
    expect(() => new FleetMerge({ mostSteps: 0 })).toThrow('mostSteps')
  })
})

describe('a point that failed', () => {
  it('is named and counted, and gives way to one that was read, in whatever order', () => {
    const merge = new FleetMerge()
    merge.fail(one.name, 'no header')
    merge.add(two)
    const fleet = merge.fleet()
    expect(fleet.points[0]).toMatchObject({ name: one.name, failed: 'no header', packets: 0 })
    const [found] = fleet.findings.filter(({ code }) => code === 'POINT_FAILED')
    expect(found).toMatchObject({ count: 1, points: [one.name], observed: `${one.name}: no header.` })
    const before = merged([JSON.parse(JSON.stringify(fleet)), one])
    expect(before).toEqual(merged([one, fleet]))
    expect(before).toEqual(merged([one, two]))
  })

  it('twice has one reason, in whatever order', () => {
    const reasons = (...given: string[]) => {
      const merge = new FleetMerge()
      for (const reason of given) merge.fail('a', reason)
      return merge.fleet().points[0]!.failed
    }
    expect(reasons('x', 'b')).toBe('b')
    expect(reasons('b', 'x')).toBe('b')
    expect(reasons('x'.repeat(5_000))).toHaveLength(1_000)
  })
})

describe('points.json', () => {
  it('is a list of addresses for each point', () => {
    const vteps = parsePoints('{"a": ["10.0.0.1", "fd00::1"], "__proto__": ["10.0.0.2"]}')
    expect([...vteps]).toEqual([
      ['a', ['10.0.0.1', 'fd00::1']],
      ['__proto__', ['10.0.0.2']],
    ])
  })

  it.each(['', '[]', 'null', '7', '{"a": "10.0.0.1"}', '{"a": [7]}', '{"a": ["nowhere"]}'])('is not %s', (text) => {
    expect(() => parsePoints(text)).toThrow(/not JSON|the file|"a"/)
  })
})

describe.runIf(LAB)(`points of the lab${because(LAB)}`, () => {
  let documents: PointDocument[]

  beforeAll(async () => {
    const names = ['fault-loss', 'mtu-blackhole', 'kv-offload-on'].flatMap((pair) => [`${pair}-h1`, `${pair}-h2`])
    documents = await Promise.all(names.map((name) => labPoint(name)))
  })

  it.each([{}, { mostCounts: 12, mostSteps: 30 }])('are joined in whatever order and groups: %o', (options) => {
    fc.assert(
      fc.property(
        fc.constant(null).chain(() => shuffled(documents)),
        fc.nat({ max: 6 }),
        (other, cut) => {
          expect(merged(other, options)).toEqual(merged(documents, options))
          holds(other, cut, options)
        },
      ),
      { numRuns: 12 },
    )
  })
})
