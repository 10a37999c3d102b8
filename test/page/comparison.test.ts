/** The page of a comparison as one file: what it holds, what it never does, that it reads with scripts off, and what it refuses. */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Comparison } from '../../src/comparison.ts'
import { delayLabel, delayScale } from '../../src/page/comparison/charts/scale.ts'
import { spanOf, stretches, stretchOf } from '../../src/page/comparison/charts/steps.ts'
import { decodeComparison, packComparison, unpackComparison } from '../../src/page/comparison/data.ts'
import { byInterest } from '../../src/page/comparison/interest.ts'
import { checkedComparison, formatComparisonPage, isComparison } from '../../src/page/index.ts'
import { HOSTILE_TEXTS, obeyed } from '../support/hostile-text.ts'
import { cliff, healthy, many, troubled } from './comparisons.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64')

function partsOf(page: string) {
  const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? []
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? []
  const [, script = ''] = /<script>(.*?)<\/script>/s.exec(page) ?? []
  const [, data = ''] = /<script type="text\/plain" id="data">(.*?)<\/script>/s.exec(page) ?? []
  const [, body = ''] = /(<div id="page">.*)<script type=/s.exec(page) ?? []
  return { policy, style, script, data, body }
}

/** Text that a reader sees of it. */
const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')

const MAKING = { title: 'a', version: null, headline: { sentences: ['One.'], tries: [] }, findingsTotal: 0 }

/** As a page carries it: what either side says alone is among the findings. */
const carriedOf = (comparison: Comparison): Comparison => ({
  ...comparison,
  near: { ...comparison.near, findings: [] },
  far: { ...comparison.far, findings: [] },
})

let made: Record<'healthy' | 'troubled' | 'cliff' | 'many', Comparison>
beforeAll(async () => {
  made = { healthy: await healthy(), troubled: await troubled(), cliff: await cliff(), many: await many(40) }
})
const NAMES = ['healthy', 'troubled', 'cliff', 'many'] as const

describe('the page of a comparison', () => {
  it.each(NAMES)('lets its own script and style run, and asks for nothing: %s', async (name) => {
    const page = await formatComparisonPage(made[name])
    const { policy, style, script, body } = partsOf(page)
    expect(policy).toBe(
      `default-src 'none'; script-src 'sha256-${sha256(script)}'; style-src 'sha256-${sha256(style)}'; base-uri 'none'; form-action 'none'`,
    )
    expect(script).not.toMatch(/<\/script|<!--|<script/i)
    expect(style).not.toMatch(/@import|url\(|</)
    for (const [, attribute] of body.matchAll(/\s([a-z:-]+)="/g))
      expect(attribute).not.toMatch(/^(style|src|srcset|action|data|on.*)$/)
    expect(page.match(/<link|<img|<iframe|<object|<embed|<base|<form|@font-face/g)).toBeNull()
    expect(body).not.toMatch(/<(button|input|select|a)\b/)
    expect(Buffer.byteLength(page)).toBeLessThan(500_000)
  })

  it('is the same each time', async () => {
    const page = await formatComparisonPage(made.troubled, { version: '1.2.3' })
    expect(await formatComparisonPage(structuredClone(made.troubled), { version: '1.2.3' })).toBe(page)
    expect(page).toContain('Made by vxpcap 1.2.3.')
  })

  it('says with scripts off what is said of both captures, with every figure and packet of the worst direction', async () => {
    const { findings, directions } = made.troubled
    const text = textOf(partsOf(await formatComparisonPage(made.troubled)).body)
    for (const { title, observed, inferred, remedy, displayFilter, otherFilter } of findings) {
      for (const each of [title, observed, inferred, remedy, displayFilter, otherFilter]) expect(text).toContain(each)
    }
    const worst = directions.find(({ lost }) => lost > 0)!
    for (const count of [worst.sent, worst.received, worst.lost, worst.duplicated, worst.altered])
      expect(text).toContain(` ${count} `)
    expect(text).toContain('Delay over time')
    expect(text).toContain('Packets over time')
    expect(text).toContain('Loss by size')
    expect(text).toContain('Loss by outer source port')
    expect(text).toContain(` lost ${worst.packets.lost[0]!.near} – `)
  })

  it('has a sentence for every picture, and a table beside what is drawn over time', async () => {
    const { body } = partsOf(await formatComparisonPage(made.troubled))
    const pictures = [...body.matchAll(/<svg([^>]*)>/g)].map(([, attributes]) => attributes!)
    expect(pictures.length).toBeGreaterThan(10)
    for (const attributes of pictures) expect(attributes).toMatch(/aria-hidden="true"|role="img" aria-label="[^"]{5,}"/)
    expect(body).toContain('<caption>Delay and loss over time from 10.0.0.1 to 10.0.0.2 in VNI 100')
    expect(body).toMatch(/aria-label="Delay over time from 10\.0\.0\.1 to 10\.0\.0\.2 in VNI 100: from .*?median/)
    expect(body).toMatch(/aria-label="Loss over time from [^"]* \d+ of \d+ packets lost, in/)
  })

  it('marks the cliff where there is one, and says that there is none elsewhere', async () => {
    const { sizeCliff } = made.cliff.directions.find((each) => each.sizeCliff !== null)!
    const text = textOf(partsOf(await formatComparisonPage(made.cliff)).body)
    const lost = sizeCliff!.lost.toLocaleString('en-US')
    expect(text).toContain(`Cliff: ${sizeCliff!.passed.toLocaleString('en-US')} bytes arrive, ${lost} and more do not`)
    const other = textOf(partsOf(await formatComparisonPage(made.troubled)).body)
    expect(other).toContain('No cliff')
    expect(other).not.toContain('Cliff:')
  })

  it('says as loudly that nothing was found', async () => {
    const { body } = partsOf(await formatComparisonPage(made.healthy))
    expect(body).toMatch(/<li class="count fine">.*?No findings/)
    expect(textOf(body)).toContain('All arrived')
  })

  it('opens the worst direction alone, and says how many more there are', async () => {
    const { body } = partsOf(await formatComparisonPage(made.many))
    expect(body.match(/<details id="direction-\d+"[^>]* open/g)).toHaveLength(1)
    expect(textOf(body)).toContain('… and 74 more, with their figures in the table.')
  })

  it.each(Object.entries(HOSTILE_TEXTS))('%s is shown and never obeyed', async (_, text) => {
    const comparison = structuredClone(made.troubled)
    for (const { files } of [comparison.near, comparison.far]) for (const file of files) file.name = `${text}.pcap`
    for (const finding of comparison.findings) {
      Object.assign(finding, { title: text, observed: text, inferred: text, remedy: text, otherFilter: text })
      Object.assign(finding, { code: text, displayFilter: text, subject: { vteps: [text], mac: text } })
    }
    for (const direction of comparison.directions) {
      Object.assign(direction, { from: text, to: text })
      direction.rewrites = [{ field: text as never, from: text, to: text, packets: 1 }]
    }
    const page = await formatComparisonPage(comparison)
    expect(obeyed(page)).toBeNull()
    expect(page.match(/<\/script>/g)).toHaveLength(2)
    expect(obeyed(JSON.stringify(await decodeComparison(partsOf(page).data)))).toBeNull()
  })

  it('shows less where all of it is too large: the most telling directions, and of how many', async () => {
    const comparison = structuredClone(made.troubled)
    const steps = comparison.directions[0]!.lossOverTime
    comparison.directions = Array.from({ length: 1200 }, (_, vni) => ({
      ...comparison.directions[vni % 2]!,
      vni,
      lost: vni === 1198 ? 5 : 0,
      lossOverTime: steps.map((step, index) => ({ ...step, delayMs: ((index * (vni + 7)) % 9973) / 1e3 })),
    }))
    comparison.directionsTotal = 1200
    const page = await formatComparisonPage(comparison)
    expect(Buffer.byteLength(page)).toBeLessThan(500_000)
    const { directions } = (await decodeComparison(partsOf(page).data)).comparison
    expect(directions.length).toBeLessThan(1200)
    expect(directions.some(({ vni }) => vni === 1198)).toBe(true)
    expect(page).toContain('of 1,200 directions')
  })
})

describe('a comparison', () => {
  it.each(NAMES)('is the same behind its columns: %s', (name) => {
    const data = { comparison: made[name], making: MAKING }
    const there = unpackComparison(JSON.parse(JSON.stringify(packComparison(data))))
    expect(there).toStrictEqual({ ...data, comparison: carriedOf(made[name]) })
  })

  it('is known by its schema, and refused by what is not as it must be', () => {
    expect(isComparison(made.healthy)).toBe(true)
    expect(isComparison({ schema: 'vxpcap.summary/1' })).toBe(false)
    expect(isComparison(null)).toBe(false)
    const refused = (change: (comparison: Comparison) => void): (() => Comparison) => {
      const copy = structuredClone(made.healthy)
      change(copy)
      return () => checkedComparison(copy)
    }
    expect(refused((each) => Object.assign(each, { schema: 'vxpcap.compare/0' }))).toThrow(
      'schema must be "vxpcap.compare/1", not "vxpcap.compare/0"',
    )
    expect(refused((each) => delete (each.directions[0] as Partial<Comparison['directions'][0]>).delayMs)).toThrow(
      'directions[0].delayMs must be an object, not undefined',
    )
    expect(refused((each) => Object.assign(each.clock, { offsetMs: 'late' }))).toThrow(
      'clock.offsetMs must be a number',
    )
    expect(refused((each) => Object.assign(each.directions[0]!.packets, { lost: null }))).toThrow(
      'directions[0].packets.lost must be a list, not null',
    )
  })
})

describe('directions', () => {
  it('come by what became of their packets: lost before twice before all arrived, the larger first', () => {
    const [one] = made.healthy.directions
    const of = (change: Partial<typeof one>) => ({ ...one!, ...change })
    const directions = [
      of({ sent: 10 }),
      of({ duplicated: 3 }),
      of({ sent: 20 }),
      of({ lost: 2 }),
      of({ lost: 9 }),
      of({ judged: 'no-clock' }),
    ]
    expect(byInterest(directions)).toEqual([4, 3, 1, 5, 2, 0])
  })
})

describe('a scale of delays', () => {
  it('is even where they are alike, from nothing on', () => {
    const { isLogarithmic, at, ticks } = delayScale([0.4, 1.9])
    expect(isLogarithmic).toBe(false)
    expect([at(0), at(2)]).toEqual([0, 1])
    expect(ticks.map(({ label }) => label)).toEqual(['0', '500 µs', '1 ms', '1.5 ms', '2 ms'])
  })

  it('is by powers of ten where they are far apart', () => {
    const { isLogarithmic, ticks, at } = delayScale([0.02, 900])
    expect(isLogarithmic).toBe(true)
    expect(ticks[0]!.label).toBe('10 µs')
    expect(at(0.02)).toBeGreaterThan(0)
    expect(at(900)).toBeLessThanOrEqual(1)
  })

  it.each([[[0]], [[-3, 2]], [[5, 5]], [[1e-6, 1e-6]], [[1e9, 1]]])('holds %j', (values) => {
    const { at, ticks } = delayScale(values)
    for (const value of values) {
      expect(at(value)).toBeGreaterThanOrEqual(-1e-9)
      expect(at(value)).toBeLessThanOrEqual(1 + 1e-9)
    }
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThan(8)
    expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
  })

  it('says delays as short as they go', () => {
    expect([0, 0.0005, 0.25, 12, 1500].map(delayLabel)).toEqual(['0', '500 ns', '250 µs', '12 ms', '1.5 s'])
  })
})

describe('steps of time', () => {
  it('are put together without losing a packet', () => {
    const span = spanOf(made.troubled)!
    for (const { lossOverTime, sent, lost, notJudged } of made.troubled.directions) {
      for (const most of [300, 20, 1]) {
        const ms = stretchOf(span, most)
        const all = stretches(lossOverTime, span, ms)
        expect(all.length).toBeLessThanOrEqual(most + 1)
        expect(all.reduce((sum, each) => sum + each.sent, 0)).toBe(sent - notJudged)
        expect(all.reduce((sum, each) => sum + each.lost, 0)).toBe(lost)
      }
    }
  })

  it('are none where there are none', () => {
    expect(spanOf({ ...made.healthy, directions: [] })).toBeNull()
    const bare = made.healthy.directions.map((each) => ({ ...each, lossOverTime: [] }))
    expect(spanOf({ ...made.healthy, directions: bare })).toBeNull()
  })
})
