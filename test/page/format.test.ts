/** The page of a summary as one file: what it holds, what it never does, and that it reads with scripts off. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decode } from '../../src/page/data.ts'
import { DEFAULT_PAGE_BYTES, formatPage } from '../../src/page/index.ts'
import type { Summary } from '../../src/summary.ts'
import { busySummary, emptySummary, labSummary } from '../report/summaries.ts'
import { generatedSummary } from '../support/generated-summary.ts'
import { HOSTILE_TEXTS, LONE_SURROGATES, obeyed } from '../support/hostile-text.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64')

/** The parts of a page. */
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

/** Every text of a document replaced. */
function withTexts(summary: Summary, text: string): Summary {
  const copy: Summary = structuredClone(summary)
  for (const file of copy.capture.files) file.name = `${text}.pcap`
  for (const finding of copy.findings) {
    Object.assign(finding, { title: text, observed: text, inferred: text, remedy: text, displayFilter: text })
    finding.code = text
    finding.subject = { vni: 1, mac: text, ip: text, vteps: [text] }
  }
  for (const other of copy.tunnel.other) other.protocol = text
  for (const fault of copy.tunnel.faults) Object.assign(fault, { layer: text, fault: text })
  for (const carrier of copy.tunnel.carriers) carrier.carrier = text
  for (const vni of copy.vnis) vni.vteps = [text, ...vni.vteps]
  for (const pair of copy.vtepPairs) pair.b = text
  for (const flow of copy.flows) {
    Object.assign(flow, { protocol: text, a: text, b: text, vtepsA: [text], vtepsB: [text] })
    if (flow.tcp) flow.tcp.state = text
  }
  for (const mac of copy.macs) Object.assign(mac, { mac: text, ips: [text] })
  for (const limit of copy.limits) Object.assign(limit, { table: text, dropped: 1 })
  copy.filter = { ...copy.filter, vteps: [text], ips: [text], macs: [text] }
  return copy
}

describe('a page', () => {
  it('lets its own script and style run, and nothing else', async () => {
    const { policy, style, script } = partsOf(await formatPage(busySummary()))
    expect(policy).toBe(
      `default-src 'none'; script-src 'sha256-${sha256(script)}'; style-src 'sha256-${sha256(style)}'; base-uri 'none'; form-action 'none'`,
    )
    // What would end the script, or hide its end.
    expect(script).not.toMatch(/<\/script|<!--|<script/i)
    expect(script.length).toBeGreaterThan(20_000)
    expect(style).not.toMatch(/@import|url\(|</)
  })

  it.each([
    ['empty', emptySummary()],
    ['lab', labSummary()],
    ['busy', busySummary()],
    ['generated', generatedSummary({ vteps: 30, groups: 2, flows: 300, hasFindings: true })],
  ])('asks for nothing and has no style in its elements: %s', async (_, summary) => {
    const page = await formatPage(summary)
    const { body } = partsOf(page)
    for (const [, name] of body.matchAll(/\s([a-z:-]+)="/g))
      expect(name).not.toMatch(/^(style|src|srcset|action|data|on.*)$/)
    for (const [, to] of body.matchAll(/\bhref="([^"]*)"/g)) expect(to).toMatch(/^#/)
    expect(page.match(/<link|<img|<iframe|<object|<embed|<base|<form|@font-face/g)).toBeNull()
    expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true)
    expect(page).toContain('<meta name="viewport" content="width=device-width, initial-scale=1"')
    expect(page.match(/<script/g)).toHaveLength(2)
  })

  it('is the same each time', async () => {
    const shape = { vteps: 12, groups: 1, flows: 500, hasFindings: true }
    const page = await formatPage(generatedSummary(shape), { version: '1.2.3' })
    expect(await formatPage(structuredClone(generatedSummary(shape)), { version: '1.2.3' })).toBe(page)
    expect(page).toContain('Made by vxpcap 1.2.3.')
  })

  it('refuses what is no summary, and options that cannot be', async () => {
    await expect(formatPage({} as Summary)).rejects.toThrow('schema must be "vxpcap.summary/1"')
    await expect(formatPage(labSummary(), { rows: -1 })).rejects.toThrow(RangeError)
    await expect(formatPage(labSummary(), { share: 2 })).rejects.toThrow(RangeError)
    await expect(formatPage(labSummary(), { version: 1 as never })).rejects.toThrow(TypeError)
  })
})

describe('whatever a capture holds', () => {
  const texts = { ...HOSTILE_TEXTS, ...LONE_SURROGATES, markup: '</script></style><img src=x onerror=alert(1)>"\'&lt;' }
  it.each(Object.entries(texts))('%s is shown and never obeyed', async (_, text) => {
    const page = await formatPage(withTexts(busySummary(), text))
    const { body, data } = partsOf(page)
    expect(obeyed(page)).toBeNull()
    expect(page).not.toContain('<img')
    expect(page.match(/<\/script>/g)).toHaveLength(2)
    expect(data).toMatch(/^[A-Za-z0-9+/]+=*$/)
    const [, title] = /<title>(.*?)<\/title>/s.exec(page) ?? []
    expect(title).not.toContain('<')
    expect(textOf(body)).toContain('.pcap')
    expect(obeyed(JSON.stringify(await decode(data)))).toBeNull()
  })
})

describe('with scripts off', () => {
  it('says what a person would say, with all findings, figures and the top rows', async () => {
    const summary = busySummary()
    const text = textOf(partsOf(await formatPage(summary)).body)
    for (const { title, observed, inferred, remedy, displayFilter } of summary.findings) {
      for (const each of [title, observed, inferred, remedy, displayFilter]) expect(text).toContain(each.trim())
    }
    for (const title of [
      'Overlay',
      'Traffic over time',
      'Packet sizes and MTU',
      'VNIs',
      'VTEP pairs',
      'Flows',
      'MACs',
    ]) {
      expect(text).toContain(title)
    }
    for (const { vni } of summary.vnis.slice(0, 10)) expect(text).toContain(String(vni))
    expect(text).toContain('Nothing leaves this file')
  })

  it('has nothing to press but what works without scripts', async () => {
    const { body } = partsOf(await formatPage(generatedSummary({ vteps: 12, flows: 900, hasFindings: true })))
    expect(body).not.toMatch(/<(button|input|select|a)\b/)
    expect(body.match(/<details [^>]*\bopen\b/g)).toHaveLength(2)
    expect(body.match(/<tbody>.*?<\/tbody>/gs)?.some((rows) => rows.match(/<tr/g)?.length === 10)).toBe(true)
    expect(body).toContain('10 of 900 flows')
  })

  it('says as loudly that nothing was found', async () => {
    const { body } = partsOf(await formatPage({ ...labSummary(), findings: [] }))
    expect(body).toMatch(/<li class="count fine">.*?No findings/)
  })

  it('says that the input was not read to its end', async () => {
    const summary = labSummary()
    summary.capture.complete = false
    expect(textOf(partsOf(await formatPage(summary, { share: 0.42 })).body)).toContain(
      'Interrupted after 42 % of the input',
    )
  })
})

describe('the size of a page', () => {
  const large = { vteps: 60, pairs: 1000, vnis: 20, groups: 4, flows: 10_000, steps: 600, hasFindings: true }

  it('is below 500 kB with 10,000 flows, 1,000 pairs and 600 steps of 20 VNIs', async () => {
    const summary = generatedSummary(large)
    const page = await formatPage(summary)
    expect(Buffer.byteLength(page)).toBeLessThan(DEFAULT_PAGE_BYTES)
    const data = await decode(partsOf(page).data)
    expect(data.summary.flows).toHaveLength(10_000)
    expect(data.summary.vtepPairs).toHaveLength(summary.vtepPairs.length)
    expect(data.summary.macs).toHaveLength(summary.macs.length)
    expect(data.summary.timeline.vnis[0]!.packets).toHaveLength(600)
  })

  it('is kept with fewer rows, the largest, and the page says of how many', async () => {
    const summary = generatedSummary(large)
    const page = await formatPage(summary, { maxBytes: 300_000 })
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(300_000)
    const { summary: kept } = (await decode(partsOf(page).data))!
    expect(kept.flows.length).toBeGreaterThan(1000)
    expect(kept.flows.length).toBeLessThan(10_000)
    expect(kept.flowsTotal).toBe(summary.flowsTotal)
    expect(kept.mtu.perPair.map(({ a, b }) => [a, b])).toEqual(kept.vtepPairs.map(({ a, b }) => [a, b]))
    expect(partsOf(page).body).toContain(`the ${kept.flows.length.toLocaleString('en-US')} largest are in this page`)
  })

  it('is what it is where rows are asked for', async () => {
    const summary = generatedSummary({ ...large, flows: 200 })
    const { summary: kept } = await decode(partsOf(await formatPage(summary, { rows: 7, maxBytes: 1 })).data)
    expect([kept.flows, kept.vtepPairs, kept.vnis, kept.macs].map(({ length }) => length)).toEqual([7, 7, 7, 7])
    const bytes = (row: (typeof kept.vtepPairs)[number]): number => row.outerBytesAToB + row.outerBytesBToA
    const largest = summary.vtepPairs.toSorted((left, right) => bytes(right) - bytes(left)).slice(0, 7)
    expect(new Set(kept.vtepPairs.map(bytes))).toEqual(new Set(largest.map(bytes)))
  })
})

/** Cells of a table, row by row. */
function rowsOf(page: string, table: string): string[][] {
  const [, section = ''] = new RegExp(`<section id="${table}".*?<tbody>(.*?)</tbody>`, 's').exec(page) ?? []
  return section
    .split('</tr>')
    .slice(0, -1)
    .map((row) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => textOf(cell!)))
}

describe('tables', () => {
  it.each([
    ['46.000990000', '46.005260000', '4 ms'],
    ['46.000000000', '46.003510000', '4 ms'],
    ['46.000100000', '46.000500000', '&lt;1 ms'],
    ['46.000900000', '46.001100000', '&lt;1 ms'],
    ['46.000000000', '46.999700000', '1.00 s'],
    ['46.000000000', '47.234000000', '1.23 s'],
  ])('a flow from %s to %s lasts %s: the digits that the page keeps', async (first, last, words) => {
    const summary = labSummary()
    const [flow] = summary.flows
    Object.assign(flow!, {
      firstTime: `2026-11-22T07:16:${first}Z`,
      lastTime: `2026-11-22T07:16:${last}Z`,
      packetsAToB: 3,
    })
    summary.flows = [flow!]
    expect(await formatPage(summary)).toContain(`>${words}</td>`)
  })

  it('the files of a capture stand from the first on, and their head says so', async () => {
    const summary = labSummary()
    const [file] = summary.capture.files
    summary.capture.files = [1, 2, 3].map((firstPacket) => ({ ...file!, name: `${firstPacket}.pcap`, firstPacket }))
    const page = await formatPage(summary)
    expect(rowsOf(page, 'files').map(([number]) => number)).toEqual(['1', '2', '3'])
    expect(page).toMatch(/<th scope="col" class="right" aria-sort="ascending">No\./)
  })
})

it('a capture without tunnels is not called healthy', async () => {
  const { body } = partsOf(await formatPage(emptySummary()))
  expect(body).not.toContain('✓')
  expect(textOf(body)).toContain('Nothing judged: no tunnel traffic')
  expect(textOf(body)).not.toContain('looks wrong')
})

it('says of how many VTEPs the picture is where the page has fewer pairs', async () => {
  const summary = generatedSummary({ vteps: 60, pairs: 200, groups: 2, flows: 200 })
  const vteps = new Set(summary.vnis.flatMap((vni) => vni.vteps)).size
  const { body } = partsOf(await formatPage(summary, { rows: 5 }))
  const said = textOf(body).match(/(\d+) of (\d+) VTEPs, /)!
  expect(Number(said[1])).toBeLessThan(vteps)
  expect(Number(said[2])).toBe(vteps)
  expect(textOf(partsOf(await formatPage(summary)).body)).toContain(`${vteps} VTEPs, 2 multicast groups`)
})
