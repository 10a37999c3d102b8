/** The matrix: bounded rows, a path for each class, few bytes. */
import { describe, expect, it } from 'vitest'
import { generatedSummary } from '../../support/generated-summary.ts'
import { overlayText } from './drawing.tsx'

describe.each([
  [21, undefined],
  [200, undefined],
  [200, 1000],
  [2000, 3000],
])('%i VTEPs, %s pairs', (vteps, pairs) => {
  const summary = generatedSummary({ vteps, ...(pairs === undefined ? {} : { pairs }), hasFindings: true })
  const text = overlayText(summary)

  it('takes less than 120 kB', () => {
    expect(text.length).toBeLessThan(120_000)
  })

  it('has a path for each class of cell and no element for a cell', () => {
    expect(text.match(/<path/g)!.length).toBeLessThan(40)
    expect(text).not.toContain('<rect')
  })

  it('says how many VTEPs and pairs there are, and names the others', () => {
    expect(text).toContain(`${vteps.toLocaleString('en-US')} VTEPs`)
    expect(text.includes('1,800 others')).toBe(vteps === 2000)
  })

  it('keeps labels a line apart', () => {
    const lines = [...text.matchAll(/<text [^>]*y="(\d+)"/g)].map(([, y]) => Number(y))
    expect(lines.length).toBeGreaterThan(10)
    for (let at = 1; at < lines.length; at++) expect(lines[at]! - lines[at - 1]!).toBeGreaterThanOrEqual(15)
  })
})

it('begins with what was found', () => {
  const text = overlayText(generatedSummary({ vteps: 30, hasFindings: true }))
  const first = text.match(/<text[^>]*>([^<]*)</)![1]
  expect(['10.0.0.1', '10.0.0.2', '10.0.0.3']).toContain(first)
})

it('is drawn within its frame', () => {
  const text = overlayText(generatedSummary({ vteps: 200, hasFindings: true }), { vtep: '10.0.0.200' })
  const [, left, top, width, height] = text.match(/viewBox="(-?\d+) (-?\d+) (\d+) (\d+)"/)!.map(Number)
  expect([left, top]).toEqual([-8, -8])
  for (const [, x, y] of text.matchAll(/M(\d+) (\d+)/g)) {
    expect(Number(x)).toBeLessThanOrEqual(width! + left!)
    expect(Number(y)).toBeLessThanOrEqual(height! + top!)
  }
  expect(text).toContain('class="is-chosen"')
})
