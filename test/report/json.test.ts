import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { writeJson } from '../../src/report/json.ts'
import type { Summary } from '../../src/summary.ts'
import { busySummary, emptySummary, labSummary } from './summaries.ts'

async function chunksOf(summary: Summary): Promise<string[]> {
  const chunks: string[] = []
  await writeJson(summary, (chunk) => {
    chunks.push(chunk)
  })
  return chunks
}

describe('writeJson', () => {
  it.each([
    ['empty', emptySummary()],
    ['lab', labSummary()],
    ['busy', busySummary()],
  ])('writes the %s summary as JSON.stringify does, and a newline', async (_, summary) => {
    expect((await chunksOf(summary)).join('')).toBe(`${JSON.stringify(summary, null, 2)}\n`)
  })

  test.prop([fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(undefined)))])(
    'keeps every kind of value, key and line break',
    async (value) => {
      const summary = { ...emptySummary(), more: value }
      expect((await chunksOf(summary)).join('')).toBe(`${JSON.stringify(summary, null, 2)}\n`)
    },
  )

  it('hands a large table on in chunks instead of one string', async () => {
    const [flow] = labSummary().flows
    const flows = Array.from({ length: 5000 }, () => flow!)
    const chunks = await chunksOf(labSummary({ flows }))
    expect(chunks.length).toBeGreaterThan(20)
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(70_000)
    expect(JSON.parse(chunks.join('')).flows).toHaveLength(5000)
  })

  it('waits for each chunk before it makes the next', async () => {
    const [flow] = labSummary().flows
    let pending = 0
    let most = 0
    await writeJson(labSummary({ flows: Array.from({ length: 2000 }, () => flow!) }), async () => {
      most = Math.max(most, ++pending)
      await new Promise((resolve) => setImmediate(resolve))
      pending--
    })
    expect(most).toBe(1)
  })

  it('passes on what the writer rejects with', async () => {
    await expect(writeJson(labSummary(), () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full')
  })
})
