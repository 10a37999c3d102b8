/** The matrix: bounded rows, a path for each class, few bytes. */
import { describe, expect, it } from 'vitest'
import { textWidth } from '../../../src/page/visuals/text-width.ts'
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
  const drawings = text.split(/<svg|<\/svg>/).filter((drawing) => drawing.includes('class="ground"'))

  it('takes less than 120 kB', () => {
    expect(text.length).toBeLessThan(120_000)
  })

  it('has a path for each class of cell and no element for a cell', () => {
    for (const drawing of drawings) {
      expect(drawing.match(/<path/g)!.length).toBeLessThan(40)
      expect(drawing.includes('<rect')).toBe(false)
    }
  })

  it('says how many VTEPs and pairs there are, and names the others', () => {
    expect(text).toContain(`${vteps.toLocaleString('en-US')} VTEPs`)
    expect(text.includes('1,800 others')).toBe(vteps === 2000)
  })

  it('keeps labels a line apart', () => {
    for (const drawing of drawings) {
      const lines = [...drawing.matchAll(/<text [^>]*y="(\d+)"/g)].map(([, y]) => Number(y))
      expect(lines.length).toBeGreaterThan(10)
      for (let at = 1; at < lines.length; at++) expect(lines[at]! - lines[at - 1]!).toBeGreaterThanOrEqual(15)
    }
  })

  it('is drawn for paper with a label at every row, no wider than a sheet', () => {
    if (vteps <= 28) return expect(drawings.length).toBe(1)
    const drawing = drawings[1]!
    expect(drawing.match(/<text /g)!.length).toBe(28)
    expect(drawing).toContain(`${(vteps - 27).toLocaleString('en-US')} others`)
    expect(Number(/ width="(\d+)"/.exec(drawing)![1])).toBeLessThan(688)
  })

  it('shows findings about VTEPs and MAC addresses too', () => {
    for (const drawing of drawings) {
      for (const severity of ['error', 'warning', 'note'])
        expect(drawing).toContain(`class="matrix-mark is-${severity}"`)
      for (const severity of ['error', 'note']) expect(drawing).toContain(`class="matrix-mac is-${severity}"`)
    }
    expect(text).toContain('a MAC moved')
    expect(text).toContain('a MAC is in use twice')
  })
})

it('begins with what was found', () => {
  const text = overlayText(generatedSummary({ vteps: 30, hasFindings: true }))
  const first = text.match(/<text[^>]*>([^<]*)</)![1]
  expect(['10.0.0.1', '10.0.0.2', '10.0.0.3']).toContain(first)
})

it('has a label at each multicast group and at each VTEP with findings, however many there are besides', () => {
  const text = overlayText(generatedSummary({ vteps: 300, pairs: 900, groups: 5, hasFindings: true }))
  const screen = text.slice(0, text.indexOf('on-paper'))
  for (let index = 1; index <= 5; index++) expect(screen).toContain(`>239.1.0.${index} (group)<`)
  for (let index = 1; index <= 8; index++) expect(screen).toContain(`>10.0.0.${index}<`)
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

describe.each([
  [200, 1000, 6],
  [2000, 4000, 40],
])('%i VTEPs on a screen', (vteps, pairs, groups) => {
  const summary = generatedSummary({ vteps, pairs, groups, hasFindings: true })
  const [finding] = summary.findings
  summary.findings.push(
    ...Array.from({ length: 40 }, (_, index) => ({ ...finding!, subject: { vteps: [`10.0.0.${index + 20}`] } })),
  )
  const frame = (text: string) => text.match(/viewBox="(-?\d+) -?\d+ (\d+) \d+"/)!.map(Number)

  it('are no wider than a page of 1280 pixels, and every label is within', () => {
    for (const vtep of [null, '10.0.0.150', '10.0.0.200', '10.0.0.9']) {
      const text = overlayText(summary, { vtep })
      const [, left, width] = frame(text)
      expect(width).toBeLessThanOrEqual(1188)
      const screen = text.slice(0, text.indexOf('on-paper'))
      for (const [, x, label] of screen.matchAll(/<text[^>]* x="(\d+)"[^>]*>([^<]*)/g)) {
        expect(Number(x) + textWidth(label!, 12)).toBeLessThanOrEqual(width! + left!)
      }
    }
  })
})
