/** How the document travels: what comes out of the page is what went in, as exactly as is promised. */
import { readFileSync } from 'node:fs'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { compressed } from '../../src/page/compress.ts'
import { decode, type PageData, pack, unpack } from '../../src/page/data.ts'
import { fromDigits, toDigits } from '../../src/page/digits.ts'
import { checkedDocument } from '../../src/page/document.ts'
import { formatPage } from '../../src/page/format.tsx'
import { overlayLayout } from '../../src/page/visuals/overlay-layout.ts'
import { secondsBetween } from '../../src/report/number.ts'
import type { FlowSummary, Summary } from '../../src/summary.ts'
import { busySummary, emptySummary, labSummary } from '../report/summaries.ts'
import { generatedSummary } from '../support/generated-summary.ts'
import { FIXTURES, golden } from '../support/goldens.ts'

const MAKING = {
  title: 'a.pcap',
  version: '1.2.3',
  headline: { sentences: ['One.'], tries: [] },
  findingsTotal: 0,
  vtepsTotal: 0,
}

const dataOf = (summary: Summary): PageData => ({ summary, layout: overlayLayout(summary), making: MAKING })

/** Times of flows and MACs to the millisecond, round trips to the microsecond. */
function rounded(summary: Summary): Summary {
  const ms = (time: string | null): string | null => time && `${time.slice(0, 23)}000000Z`
  const micro = (value: number): number => Math.round(value * 1000) / 1000
  const times = <Row extends { firstTime: string | null; lastTime: string | null }>(row: Row): Row => ({
    ...row,
    firstTime: ms(row.firstTime),
    lastTime: ms(row.lastTime),
  })
  // How long a flow lasted is rounded, and not the time of its end.
  const ended = ({ firstTime, lastTime }: Pick<FlowSummary, 'firstTime' | 'lastTime'>): string | null => {
    if (firstTime === null || lastTime === null) return ms(lastTime)
    const lasted = Math.round(secondsBetween(firstTime, lastTime) * 1000)
    return new Date(Date.parse(firstTime) + lasted).toISOString().replace('Z', '000000Z')
  }
  const flow = ({ tcp, echo, ...rest }: FlowSummary): FlowSummary => ({
    ...times(rest),
    lastTime: ended(rest),
    ...(tcp && { tcp: { ...tcp, rttMs: tcp.rttMs === null ? null : micro(tcp.rttMs) } }),
    ...(echo && {
      echo: {
        ...echo,
        rttMs: echo.rttMs && { min: micro(echo.rttMs.min), avg: micro(echo.rttMs.avg), max: micro(echo.rttMs.max) },
      },
    }),
  })
  return {
    ...summary,
    flows: summary.flows.map(flow),
    macs: summary.macs.map((mac) => ({ ...mac, vteps: mac.vteps.map(times) })),
  }
}

describe('the document', () => {
  it.each(FIXTURES)('of %s is the same behind its columns', async (name) => {
    const summary: Summary = JSON.parse(readFileSync(golden(name), 'utf8'))
    const data = await decode(compressed(JSON.stringify(pack(dataOf(summary)))))
    expect(data.summary).toStrictEqual(rounded(summary))
  })

  it.each([
    ['empty', emptySummary()],
    ['lab', labSummary()],
    ['busy', busySummary()],
    ['generated', generatedSummary({ vteps: 40, groups: 3, flows: 2000, steps: 600, hasFindings: true })],
    ['IPv6', generatedSummary({ vteps: 9, groups: 1, flows: 100, hasFindings: true, isIpv6: true })],
  ])('%s is the same, and so is what stands beside it', (_, summary) => {
    const data = dataOf(summary)
    expect(unpack(JSON.parse(JSON.stringify(pack(data))))).toStrictEqual({ ...data, summary: rounded(summary) })
  })

  it('loses results of analyzers of one’s own, which the page does not show, and members that are not known', () => {
    const summary = { ...labSummary(), extra: { mine: 1 }, later: true }
    expect(unpack(pack(dataOf(summary))).summary).toStrictEqual(rounded(labSummary()))
  })

  it('has flows whose times run backwards, or are missing', () => {
    const lab = labSummary()
    const [first, second] = lab.flows as [FlowSummary, FlowSummary]
    lab.capture.firstTime = '2026-11-22T07:16:46.123456789Z'
    first.firstTime = '2026-11-22T07:16:50.000900000Z'
    first.lastTime = '2026-11-22T07:16:49.999100000Z'
    second.firstTime = null
    second.lastTime = '2026-11-22T07:16:47.000000000Z'
    expect(unpack(pack(dataOf(lab))).summary.flows).toStrictEqual(rounded(lab).flows)
  })
})

describe('columns of digits', () => {
  const number = fc.oneof(
    fc.nat(80),
    fc.maxSafeNat(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  test.prop([fc.array(fc.option(number))])('are read as what was written', (items) => {
    const there = JSON.parse(JSON.stringify(toDigits(items)))
    expect(fromDigits(there, items.length)).toEqual(JSON.parse(JSON.stringify(items)))
  })

  it('hold the largest number there is', () => {
    const items = [Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, 0, null]
    expect(fromDigits(toDigits(items), 4)).toEqual(items)
  })
})

describe('a document of the first version', () => {
  const first = JSON.parse(readFileSync(new URL('first-version.json', import.meta.url), 'utf8'))

  it('opens: what came later says nothing', async () => {
    const { filter, capture, tunnel, mtu, ...rest } = checkedDocument(first)
    expect(filter).toEqual({ ...first.filter, vniRanges: [], ips: [], macs: [], from: null, to: null })
    expect(capture).toEqual({ ...first.capture, receivedByCapture: null, complete: true })
    expect(tunnel).toEqual({ ...first.tunnel, nvgrePackets: 0, carriers: [] })
    expect(mtu.perPair.map(({ pathMtuBetween }) => pathMtuBetween)).toEqual(first.mtu.perPair.map(() => null))
    expect(rest).toEqual({ ...first, filter: undefined, capture: undefined, tunnel: undefined, mtu: undefined })
    const page = await formatPage(first)
    for (const { title } of first.findings) expect(page).toContain(title.replaceAll('&', '&amp;'))
  })

  it('is refused where what it has is not what it must be', () => {
    expect(() => checkedDocument({ ...first, tunnel: { ...first.tunnel, carriers: 5 } })).toThrow(
      'tunnel.carriers must be a list',
    )
    expect(() => checkedDocument({ ...first, mtu: { ...first.mtu, perPair: [null] } })).toThrow(
      'mtu.perPair[0] must be an object',
    )
  })
})

describe('a document that is none', () => {
  const cases: [change: (document: Summary) => void, message: string][] = [
    [(document) => Object.assign(document, { schema: 'vxpcap.decode/1' }), 'schema must be "vxpcap.summary/1", not'],
    [(document) => Object.assign(document, { flows: null }), 'flows must be a list, not null'],
    [(document) => Object.assign(document, { findings: [null] }), 'findings[0] must be an object, not null'],
    [
      (document) => Object.assign(document.vnis[0]!, { vni: '100' }),
      'vnis[0].vni must be a number from 0 on, not "100"',
    ],
    [
      (document) => Object.assign(document.vnis[0]!, { packets: -1 }),
      'vnis[0].packets must be a number from 0 on, not -1',
    ],
    [
      (document) => delete (document.tunnel as Partial<Summary['tunnel']>).genevePackets,
      'tunnel.genevePackets must be a number',
    ],
    [
      (document) => Object.assign(document.flows[0]!, { firstTime: 'soon' }),
      'flows[0].firstTime must be a time in ISO 8601',
    ],
    [
      (document) => Object.assign(document.flows[0]!, { firstTime: '2026-99-99T99:99:99.000000000Z' }),
      'flows[0].firstTime must be a time in ISO 8601',
    ],
  ]
  it.each(cases)('is refused, and it is said why (%#)', (change, message) => {
    const document = JSON.parse(JSON.stringify(labSummary()))
    change(document)
    expect(() => checkedDocument(document)).toThrow(message)
  })

  it.each([null, 1, 'x', [], {}, undefined])('is refused when it is %j', (document) => {
    expect(() => checkedDocument(document)).toThrow(TypeError)
  })

  it('takes nothing from prototypes', () => {
    const document = JSON.parse(
      JSON.stringify({ ...labSummary(), vnis: undefined }).replace('{', '{"__proto__":{"vnis":[]},'),
    )
    expect(() => checkedDocument(document)).toThrow('vnis must be a list')
  })
})
