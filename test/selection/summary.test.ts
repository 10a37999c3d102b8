/** What is selected of a summary, and that a part of the time is judged as if nothing else had been captured. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/index.ts'
import { CaptureReader, refill } from '../../src/capture/reader.ts'
import { type SummarizeOptions, Summarizer } from '../../src/pipeline.ts'
import type { Selection } from '../../src/selection/selection.ts'
import type { Summary } from '../../src/summary.ts'
import { Decap, Select } from '../../src/transform/index.ts'
import { ROOT } from '../support/shared.ts'

const FOLDER = join(ROOT, 'fixtures/pcaps')
const FIXTURES = readdirSync(FOLDER).filter((name) => /\.pcap(ng)?$/.test(name))

async function summarize(capture: Uint8Array, options: SummarizeOptions): Promise<Summary> {
  const summarizer = new Summarizer({ rows: Number.POSITIVE_INFINITY, ...options })
  await summarizer.read('a', bytesSource(capture))
  return summarizer.summary()
}

/** The records that a selection takes, as a capture. */
async function selected(capture: Uint8Array, selection: Selection): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  const select = new Select((chunk) => chunks.push(chunk.slice()), selection)
  const reader = new CaptureReader()
  const source = bytesSource(capture)
  while (!reader.done) {
    while (reader.next()) select.observe(reader, 0)
    await refill(reader, source)
  }
  select.finish()
  return Buffer.concat(chunks)
}

/** What decap writes of a selection. */
async function taken(capture: Uint8Array, selection: Selection): Promise<{ written: number; vnis: number }> {
  const decap = new Decap(() => {}, { selection })
  const reader = new CaptureReader()
  const source = bytesSource(capture)
  while (!reader.done) {
    while (reader.next()) decap.observe(reader, 0)
    await refill(reader, source)
  }
  decap.finish()
  return { written: decap.counts.written, vnis: decap.vnis }
}

/** What a filter touches, without packet numbers, which count through the whole file. */
function restricted({ vnis, vtepPairs, flows, macs, mtu, timeline, findings }: Summary): unknown {
  return {
    vnis,
    vtepPairs,
    flows,
    macs,
    mtu,
    timeline,
    findings: findings
      // What is said of the capture itself is said of the whole.
      .filter(({ code }) => !/^CAPTURE_|^TIME_DAMAGED|^SNAPLEN_/.test(code))
      .map(({ code, severity, subject, count }) => ({ code, severity, subject, count })),
  }
}

describe('a part of the time', () => {
  it.each(FIXTURES)('of %s is told as if nothing else had been captured', async (name) => {
    const capture = readFileSync(join(FOLDER, name))
    const { capture: whole } = await summarize(capture, {})
    const start = Date.parse(whole.firstTime!) / 1000
    const length = Date.parse(whole.lastTime!) / 1000 - start
    for (const [from, to] of [
      [0, 0.5],
      [0.3, 0.8],
      [0.6, 1.1],
    ] as const) {
      const range = { from: (start + length * from).toFixed(6), to: (start + length * to).toFixed(6) }
      const restrictedByOption = await summarize(capture, range)
      expect(restrictedByOption.capture.packets).toBe(whole.packets)
      expect(restricted(restrictedByOption)).toEqual(restricted(await summarize(await selected(capture, range), {})))
    }
  })
})

describe('what is selected inside the tunnel', () => {
  const capture = readFileSync(join(FOLDER, 'kv-vnis-h1.pcap'))

  it('is what the records tell that the filter command takes, whatever the option', async () => {
    const all = await summarize(capture, {})
    const flow = all.flows.find(({ protocol }) => protocol === 'ICMP')!
    const [vni] = all.vnis
    const selections: Selection[] = [
      { ips: [flow.a] },
      { ips: [`${flow.b}/31`] },
      { macs: [all.macs[0]!.mac] },
      { vniRanges: [[vni!.vni, vni!.vni + 1]] },
      { vteps: [`${all.vtepPairs[0]!.a}-${all.vtepPairs[0]!.a}`] },
      { vnis: [vni!.vni], ips: ['0.0.0.0/0'] },
    ]
    for (const selection of selections) {
      const summary = await summarize(capture, selection)
      const alone = await summarize(await selected(capture, selection), {})
      expect(summary.flows).toEqual(alone.flows)
      expect(summary.vnis).toEqual(alone.vnis)
      expect(summary.vtepPairs).toEqual(alone.vtepPairs)
      expect(summary.macs).toEqual(alone.macs)
      expect(summary.flows.length).toBeGreaterThan(0)
    }
    const [mac] = all.macs
    expect((await summarize(capture, { macs: [mac!.mac], vnis: [mac!.vni] })).macsTotal).toBeLessThan(all.macsTotal)
    expect((await summarize(capture, { ips: ['203.0.113.0/24'] })).flows).toEqual([])
  })

  it('is what decap takes out as well', async () => {
    const all = await summarize(capture, {})
    const selection = { vnis: [all.vnis[0]!.vni], ips: [all.flows[0]!.a] }
    const some = await taken(capture, selection)
    expect(some.written).toBe((await taken(await selected(capture, selection), {})).written)
    expect(some.vnis).toBe(1)
    expect(some.written).toBeGreaterThan(0)
    expect(some.written).toBeLessThan((await taken(capture, {})).written)
  })

  it('is stated in the document as it was asked for', async () => {
    const { filter } = await summarize(capture, {
      vnis: [30, 10, 30],
      vniRanges: [
        [200, 210],
        [5, 9],
      ],
      vteps: ['10.0.0.0/8'],
      ips: ['fd00::1-fd00::9'],
      macs: ['02:00:00:00:00:01'],
      from: 1.5,
      to: '2026-11-22T08:16:17.25+01:00',
    })
    expect(filter).toEqual({
      vnis: [10, 30],
      vniRanges: [
        [5, 9],
        [200, 210],
      ],
      vteps: ['10.0.0.0/8'],
      ips: ['fd00::1-fd00::9'],
      macs: ['02:00:00:00:00:01'],
      from: '1970-01-01T00:00:01.500000000Z',
      to: '2026-11-22T07:16:17.250000000Z',
    })
  })
})
