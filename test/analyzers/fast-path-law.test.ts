/**
 * Fast path = slow path: of every packet that the fast path takes, its event says in each field what the slow path would have written,
 * and the counters keep the same of all. Held on events and saved counters alone, so that it holds for whatever the fast path is.
 */
import { isDeepStrictEqual } from 'node:util'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { AnalysisOptions } from '../../src/analyzers/analysis.ts'
import { disagreements, onTheFastPath, onTheSlowPath, tookTheFastPath } from '../support/both-ways.ts'
import { FIXTURES, fixture } from '../support/goldens.ts'
import { nearlyEligible } from '../support/nearly-ordinary.ts'
import { type Recorded, recordsOf } from '../support/parts.ts'
import { Random } from '../support/random.ts'

/** Packets of one conversation: enough for paths to recur. */
const PACKETS = 250

/** Every disagreement about records, each with the bytes that it is about. */
function told(records: readonly Recorded[], options: AnalysisOptions = {}): { wrong: string[]; fast: number } {
  const fast = onTheFastPath(records, options)
  const slow = onTheSlowPath(records, options)
  const wrong = slow.events.flatMap((event, index) => {
    const other = fast.events[index]
    const fields = other === undefined ? ['no event'] : disagreements(other, event)
    if (fields.length === 0) return []
    const { view, packet } = records.find(({ packet: { number } }) => number === event.Number)!
    const hex = Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex')
    return [`packet ${event.Number} (${packet.wireLength} bytes on the wire): ${fields.join('; ')}\n${hex}`]
  })
  if (fast.events.length > slow.events.length) wrong.push('more events than packets')
  // Events come first: they name the packet. Equality is told quickly, the difference slowly.
  if (wrong.length === 0 && !isDeepStrictEqual(fast.counters, slow.counters))
    expect(fast.counters).toEqual(slow.counters)
  return { wrong, fast: fast.fast }
}

/** The packets of all fixtures that the fast path takes: what others are made of. */
const MODELS: readonly Recorded[] = FIXTURES.flatMap((name) => {
  const records = recordsOf(fixture(name))
  const numbers = new Set(
    onTheFastPath(records)
      .events.filter(tookTheFastPath)
      .map((event) => event.Number),
  )
  const whole = records.filter(({ packet }) => packet.capturedLength === packet.wireLength)
  return whole.filter(({ packet }) => numbers.has(packet.number)).slice(0, 20)
})

describe('fast path', () => {
  it('has models to work on', () => expect(MODELS.length).toBeGreaterThan(60))

  test.prop([fc.integer(), fc.constantFrom<AnalysisOptions>({}, {}, {}, { limits: { flows: 40, details: 30 } })], {
    numRuns: 60,
  })(
    'observes of nearly ordinary packets what the slow path observes',
    (seed, options) => {
      const records = nearlyEligible(new Random(seed), PACKETS, MODELS)
      const { wrong, fast } = told(records, options)
      expect(wrong.slice(0, 3)).toEqual([])
      // A law about packets that are never taken would say nothing.
      if (options.limits === undefined) expect(fast).toBeGreaterThan(PACKETS / 8)
    },
    300_000,
  )

  it.each(FIXTURES)('observes of %s what the slow path observes', (name) => {
    expect(told(recordsOf(fixture(name))).wrong).toEqual([])
  })
})
