import { describe, expect, it } from 'vitest'
import { drawInTerminal } from '../../src/cli/table.ts'
import { drawPlain } from '../../src/report/table.ts'
import { formatText } from '../../src/report/text.ts'
import { busySummary, labSummary } from '../report/summaries.ts'

describe('drawInTerminal', () => {
  it.each([
    ['lab', labSummary()],
    ['busy', busySummary()],
  ])('draws the %s report as drawPlain does', (_, summary) => {
    for (const width of [80, 120]) {
      const options = { color: false, top: 10, width }
      const report = formatText(summary, { ...options, draw: drawInTerminal })
      expect(report).toContain('VTEP pairs')
      expect(report).toBe(formatText(summary, { ...options, draw: drawPlain }))
    }
  })

  it('pads by the columns that characters take', () => {
    const lines = drawInTerminal(
      ['File', 'N'],
      [
        ['網路.pcap', '1'],
        ['a.pcap', '2'],
      ],
      ['left', 'right'],
    )
    expect(lines).toEqual(['File       N', '網路.pcap  1', 'a.pcap     2'])
  })
})
