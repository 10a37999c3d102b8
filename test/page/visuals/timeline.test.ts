/** Traffic over time: ticks at round times, bars that fill their row. */
import { describe, expect, it } from 'vitest'
import { moment, stepWords, timeTicks } from '../../../src/page/visuals/time-axis.ts'
import { generatedSummary } from '../../support/generated-summary.ts'
import { timelineText } from './drawing.tsx'

describe('ticks', () => {
  const start = Date.UTC(2026, 10, 22, 7, 16, 46, 150)

  it.each([
    [30, ['07:16:46.150', '07:16:46.155']],
    [14_000, ['07:16:50', '07:16:55']],
    [3_600_000, ['07:20', '07:30']],
    [86_400_000, ['12:00', '23 Nov']],
    [20 * 86_400_000, ['26 Nov', '3 Dec']],
  ])('of %i ms are at round times', (length, first) => {
    const ticks = timeTicks(start, length, 6)
    expect(ticks.map(({ label }) => label)).toEqual(expect.arrayContaining(first))
    expect(ticks.length).toBeLessThanOrEqual(7)
    for (const { at } of ticks) expect(at >= 0 && at <= 1000 && Number.isInteger(at)).toBe(true)
  })

  it('over years name them, and so do times', () => {
    const years = 56 * 365 * 86_400_000
    for (const { label } of timeTicks(0, years, 6)) expect(label).toMatch(/^\d+ [A-Z][a-z]{2} (19|20)\d\d$/)
    expect(moment(86_400_000 * 400, 5_000_000_000, 0, years)).toBe('5 Feb 1971')
    expect(timeTicks(Date.UTC(2025, 11, 30), 4 * 86_400_000, 6).map(({ label }) => label)).toContain('1 Jan 2026')
  })

  it.each([
    [50, '50 ms'],
    [5000, '5 s'],
    [1_000_000, '1,000 s'],
    [100_000_000, '1.16 days'],
    [5_000_000_000, '57.9 days'],
  ])('a step of %i ms is said as people count', (ms, words) => {
    expect(stepWords(ms)).toBe(words)
  })

  it('lie where their time is', () => {
    expect(timeTicks(0, 10_000, 5)).toEqual([
      { at: 0, label: '00:00:00' },
      { at: 200, label: '00:00:02' },
      { at: 400, label: '00:00:04' },
      { at: 600, label: '00:00:06' },
      { at: 800, label: '00:00:08' },
      { at: 1000, label: '00:00:10' },
    ])
  })
})

describe('rows', () => {
  it('are the twenty largest VNIs and the rest', () => {
    const text = timelineText(generatedSummary({ vteps: 2, vnis: 40, steps: 600 }))
    expect(text.match(/class="fill"/g)).toHaveLength(21)
    expect(text).toContain('other VNIs')
    expect(text.length).toBeLessThan(200_000)
  })

  it('are as high as the row at their peak, and name it', () => {
    const summary = generatedSummary({ vteps: 2, vnis: 1 })
    const peak = Math.max(...summary.timeline.vnis[0]!.packets)
    const text = timelineText(summary)
    expect(text).toContain(`<strong>${peak}</strong>`)
    expect(text).toMatch(/class="fill" d="[^"]*V0[^"]*"/)
  })

  it('fade beside the chosen one', () => {
    const text = timelineText(generatedSummary({ vteps: 2, vnis: 3 }), { vni: 'vxlan 200' })
    expect(text.match(/<tr class="is-chosen"/g)).toHaveLength(1)
    expect(text.match(/<tr class="is-faded"/g)).toHaveLength(2)
  })
})

it('steps of no length are none', () => {
  const summary = generatedSummary({ vteps: 2, steps: 5 })
  summary.timeline.stepMs = 0
  expect(timelineText(summary)).toContain('class="nothing"')
})

it("puts a finding's VNI in front", () => {
  const text = timelineText(generatedSummary({ vteps: 5, vnis: 3, hasFindings: true }), { finding: 1 })
  expect(text.match(/<tr class="is-faded"/g)).toHaveLength(2)
})
