/** Generated summaries are documents of the published schema. */
import { describe, expect, it } from 'vitest'
import { asRead, summaryObjections } from '../support/documents.ts'
import { generatedSummary, type Shape } from '../support/generated-summary.ts'

const SHAPES: Record<string, Shape> = {
  'two VTEPs': { vteps: 2 },
  'five with findings': { vteps: 5, hasFindings: true, groups: 2, flows: 50 },
  'IPv6, many VNIs': { vteps: 12, vnis: 40, isIpv6: true, hasFindings: true, steps: 600 },
  'no packet with a time': { vteps: 3, steps: 0 },
  'two thousand': { vteps: 2000, pairs: 2500, flows: 2000, hasFindings: true },
}

describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
  it('follows the schema and is the same again', () => {
    const document = asRead(generatedSummary(shape))
    expect(summaryObjections(document)).toEqual([])
    expect(asRead(generatedSummary(shape))).toEqual(document)
  })
})

it('reaches every VTEP', () => {
  const { vtepPairs } = generatedSummary({ vteps: 200, pairs: 400 })
  expect(new Set(vtepPairs.flatMap(({ a, b }) => [a, b])).size).toBe(200)
})
