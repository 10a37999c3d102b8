/** What holds for every picture, whatever the document. */
import { describe, expect, it } from 'vitest'
import type { Summary } from '../../../src/summary.ts'
import { emptySummary } from '../../report/summaries.ts'
import { generatedSummary, type Shape } from '../../support/generated-summary.ts'
import { HOSTILE_TEXTS } from '../../support/hostile-text.ts'
import { allText, type Chosen } from './drawing.tsx'

const SHAPES: Record<string, Shape> = {
  'two VTEPs': { vteps: 2 },
  'five with findings and groups': { vteps: 5, hasFindings: true, groups: 3 },
  'twenty with IPv6': { vteps: 20, hasFindings: true, isIpv6: true, vnis: 40 },
  'two hundred': { vteps: 200, pairs: 900, hasFindings: true },
  'one step': { vteps: 3, steps: 1 },
}
const CHOICES: Record<string, Chosen> = {
  nothing: {},
  'a VTEP': { vtep: '10.0.0.2' },
  'a VNI': { vni: 'vxlan 200' },
  'a finding': { finding: 0 },
  errors: { severity: 'error' },
  'what is not there': { vtep: '<b>', vni: 'geneve 9', finding: 99 },
}

const all = Object.entries(SHAPES).flatMap(([name, shape]) =>
  Object.entries(CHOICES).map(([chosen, choice]) => [name, chosen, shape, choice] as const),
)

describe.each(all)('%s, chosen: %s', (_, __, shape, chosen) => {
  const text = allText(generatedSummary(shape), chosen)

  it('has no style attribute and no inline handler, which the Content-Security-Policy would drop', () => {
    expect(text).not.toMatch(/<[^>]*\s(style|on\w+)=/i)
  })

  it('has numbers of one decimal at most, in its geometry', () => {
    const geometry = [...text.matchAll(/\s(?:d|x|y|width|height|viewBox|transform|r|cx|cy)="([^"]*)"/g)].map(
      ([, value]) => value,
    )
    expect(geometry.filter((value) => /NaN|undefined|Infinity|e-|\.\d\d/.test(value!))).toEqual([])
  })

  it('names every drawing, or hides it from those who hear the page', () => {
    for (const [tag] of text.matchAll(/<svg[^>]*>/g)) {
      expect(tag).toMatch(/aria-hidden="true"|role="img" aria-label="[^"]+"|aria-label="[^"]+" role="img"/)
    }
    for (const [, figure] of text.matchAll(/<figure[^>]*>(.*?)<\/figure>/gs)) expect(figure).toMatch(/<caption/)
  })

  it('is the same again', () => {
    expect(allText(generatedSummary(shape), chosen)).toBe(text)
  })
})

it('says in words that there is nothing to draw', () => {
  const text = allText(emptySummary())
  expect(text).not.toContain('<svg')
  expect(text.match(/class="nothing"/g)).toHaveLength(3)
})

describe.each(Object.entries({ ...HOSTILE_TEXTS, markup: '"><script>alert(1)</script><b x=\'' }))(
  '%s',
  (_, hostile) => {
    it('is shown and not obeyed', () => {
      const summary = withText(generatedSummary({ vteps: 5, hasFindings: true }), hostile)
      const text = allText(summary)
      expect(text).not.toMatch(/<script|<b /)
      expect(text.match(/<[^>]*>/g)!.length).toBe(allText(withText(summary, 'plain')).match(/<[^>]*>/g)!.length)
    })
  },
)

/** The summary with a text in place of a VTEP's address, and in every text of its findings. */
function withText(summary: Summary, text: string): Summary {
  const other = (address: string): string => (address === summary.vtepPairs[0]!.a ? text : address)
  return {
    ...summary,
    vtepPairs: summary.vtepPairs.map((pair) => ({ ...pair, a: other(pair.a), b: other(pair.b) })),
    mtu: {
      ...summary.mtu,
      perPair: summary.mtu.perPair.map((pair) => ({ ...pair, a: other(pair.a), b: other(pair.b) })),
    },
    findings: summary.findings.map((finding) => ({
      ...finding,
      title: text,
      observed: text,
      subject: { ...finding.subject, vteps: (finding.subject.vteps ?? []).map(other) },
    })),
  }
}
