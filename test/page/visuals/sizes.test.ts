/** Sizes and MTU: bars with the marks that lie in them, and what to set by pair. */
import { expect, it } from 'vitest'
import { generatedSummary } from '../../support/generated-summary.ts'
import { sizesText } from './drawing.tsx'

it('marks the underlay MTU and path MTUs in the class that holds them', () => {
  const text = sizesText(generatedSummary({ vteps: 4, hasFindings: true }))
  const rows = text.split('<tr')
  expect(rows.find((row) => row.includes('1,451 – 1,500'))).toContain('underlay MTU 1,500 (as an ICMP error says)')
  expect(rows.find((row) => row.includes('1,401 – 1,450'))).toContain('path MTU 1,450')
  expect(rows.find((row) => row.includes('1,501 – 1,600'))).toMatch(/is-above.*larger than the underlay MTU/)
})

it.each([
  ['largest-answered', 134, false],
  ['largest-seen', 575, false],
  ['largest-answered', 1400, true],
  ['icmp', 300, true],
] as const)('%s, %i: what packets had at least is a mark only where it says something', (from, size, isMarked) => {
  const summary = generatedSummary({ vteps: 2 })
  Object.assign(summary.mtu, { underlayMtu: size, underlayMtuFrom: from })
  expect(sizesText(summary).includes('underlay MTU')).toBe(isMarked)
})

it('says where no path MTU is known', () => {
  const text = sizesText(generatedSummary({ vteps: 2 }))
  expect(text).toContain('not known, measure it')
})

it('shows the pairs of what is chosen', () => {
  const summary = generatedSummary({ vteps: 5, hasFindings: true })
  const pairs = (text: string) => [...text.matchAll(/(10\.0\.0\.\d) – (10\.0\.0\.\d)/g)].map(([, a, b]) => [a, b])
  expect(pairs(sizesText(summary))).toHaveLength(10)
  expect(pairs(sizesText(summary, { vtep: '10.0.0.3' })).every((pair) => pair.includes('10.0.0.3'))).toBe(true)
  expect(pairs(sizesText(summary, { finding: 0 }))).toEqual([['10.0.0.1', '10.0.0.2']])
})

it('classes of sizes in any order draw something', () => {
  const summary = generatedSummary({ vteps: 2 })
  for (const bounds of [[null, null], [100, null, 50], []]) {
    summary.mtu.sizes = bounds.map((upTo) => ({ upTo, packets: 4 }))
    expect(sizesText(summary)).toContain(bounds.length === 0 ? 'class="nothing"' : 'size-bars')
  }
})
