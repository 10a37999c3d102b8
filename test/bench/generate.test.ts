/** The benchmark's captures are what they claim: valid, the same every time, and free of anything that looks wrong. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CaptureOptions, DEFAULT_CAPTURE, MIXED_CAPTURE } from '../../bench/capture-options.ts'
import { type CaptureTotals, generate } from '../../bench/generate.ts'
import { Random, Zipf } from '../../bench/random.ts'
import { bytesSource } from '../../src/capture/source.ts'
import { Summarizer } from '../../src/pipeline.ts'
import type { Summary } from '../../src/summary.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'

const run = promisify(execFile)

const SMALL: CaptureOptions = { ...DEFAULT_CAPTURE, packets: 12_000, flows: 1_000, vnis: 16, vteps: 12, faults: 0 }
const FULL: CaptureOptions = { ...SMALL, snapLength: 0, packets: 6_000, flows: 500 }
const FLAT: CaptureOptions = { ...FULL, vnis: 1, ipv6Underlay: 0, ipv6Overlay: 0, outerVlans: 0 }

function capture(options: CaptureOptions): { bytes: Uint8Array; totals: CaptureTotals } {
  const pieces: Uint8Array[] = []
  const totals = generate(options, (bytes) => pieces.push(bytes.slice()))
  return { bytes: Buffer.concat(pieces), totals }
}

async function summarize(bytes: Uint8Array): Promise<Summary> {
  const summarizer = new Summarizer({ rows: Number.POSITIVE_INFINITY })
  await summarizer.read('generated', bytesSource(bytes))
  return summarizer.summary()
}

describe('mixed traffic', () => {
  const options = { ...MIXED_CAPTURE, packets: 40_000, flows: 2_000, vteps: 40, faults: 0 }

  it('draws each packet anew: hardly two of a flow in a row, most of few flows, many pairs of endpoints', async () => {
    const { bytes, totals } = capture(options)
    const { flows, vtepPairs, tunnel, findings } = await summarize(bytes)
    expect(tunnel.vxlanPackets).toBe(totals.tunnelPackets)
    expect(flows.length).toBe(totals.flows)
    expect(totals.flows).toBeGreaterThan(options.flows * 0.95)
    expect(vtepPairs.length).toBeGreaterThan(200)
    const packets = flows.map(({ packetsAToB, packetsBToA }) => packetsAToB + packetsBToA).sort((a, b) => b - a)
    // Of a cube, the first tenth holds the cube root of a tenth.
    const share = packets.slice(0, options.flows / 10).reduce((sum, count) => sum + count, 0) / totals.tunnelPackets
    expect(share).toBeCloseTo(0.1 ** (1 / 3), 1)
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([])
  })
})

describe('generate', () => {
  it('gives the same bytes for the same options, and others for another seed', () => {
    const { bytes } = capture(SMALL)
    expect(Buffer.compare(bytes, capture(SMALL).bytes)).toBe(0)
    expect(Buffer.compare(bytes, capture({ ...SMALL, seed: 2 }).bytes)).not.toBe(0)
  })

  it('refuses options that no capture can be made of', () => {
    expect(() => capture({ ...SMALL, flows: SMALL.packets })).toThrow(RangeError)
    expect(() => capture({ ...SMALL, vteps: 1 })).toThrow(RangeError)
    expect(() => capture({ ...SMALL, faults: 2 })).toThrow(RangeError)
  })

  it.each([
    ['snap length 128', SMALL],
    ['full frames', FULL],
    ['pcapng', { ...FULL, format: 'pcapng' as const }],
    ['four packets a flow', { ...SMALL, packets: 8_000, flows: 2_000 }],
  ])('%s: every packet and flow is found again, and nothing looks wrong', async (_, options) => {
    const { bytes, totals } = capture(options)
    const summary = await summarize(bytes)
    expect(bytes.length).toBe(totals.bytes)
    expect(summary.capture.packets).toBe(options.packets)
    expect(summary.tunnel.vxlanPackets).toBe(totals.tunnelPackets)
    expect(summary.tunnel.otherPackets).toBe(totals.otherPackets)
    expect(totals.otherPackets).toBeGreaterThan(0)
    expect(totals.flows).toBe(options.flows)
    expect(summary.flowsTotal).toBe(options.flows)
    expect(summary.vnisTotal).toBe(options.vnis)
    expect(summary.tunnel.faults).toEqual([])
    expect(summary.findings.filter(({ severity }) => severity !== 'note')).toEqual([])
    expect(summary.capture.duplicatePackets).toBe(0)
    expect(summary.vnis.reduce((sum, { replicatedPackets }) => sum + replicatedPackets, 0)).toBe(0)
    expect(summary.flows.filter(({ tcp }) => tcp !== undefined && tcp.retransmittedSegments > 0)).toEqual([])
    expect(summary.macs.filter(({ vteps }) => vteps.length > 1)).toEqual([])
    expect(summary.limits.filter(({ dropped }) => dropped > 0)).toEqual([])
  })

  it('has both IP versions inside and outside, VLANs, and every kind of flow', async () => {
    const { vtepPairs, flows, vnis } = await summarize(capture(SMALL).bytes)
    expect(new Set(vtepPairs.map(({ a }) => a.includes(':')))).toEqual(new Set([true, false]))
    expect(new Set(flows.map(({ a }) => a.includes(':')))).toEqual(new Set([true, false]))
    expect(new Set(flows.map(({ vlans }) => vlans.length))).toEqual(new Set([0, 1]))
    expect(new Set(flows.map(({ protocol }) => protocol))).toEqual(new Set(['TCP', 'UDP', 'ICMP', 'ICMPv6', 'ARP']))
    expect(vnis.every(({ packets }) => packets > 0)).toBe(true)
  })

  it('packets fall on flows as unevenly as asked', async () => {
    const share = async (skew: number): Promise<number> => {
      const { flows } = await summarize(capture({ ...SMALL, skew }).bytes)
      const packets = flows.map((flow) => flow.packetsAToB + flow.packetsBToA).sort((left, right) => right - left)
      return packets.slice(0, 10).reduce((sum, count) => sum + count, 0) / SMALL.packets
    }
    expect(await share(1)).toBeGreaterThan(0.15)
    expect(await share(0)).toBeLessThan(0.1)
  })

  it('faults are counted and named', async () => {
    const { bytes, totals } = capture({ ...SMALL, faults: 0.05 })
    const summary = await summarize(bytes)
    expect(totals.faultyPackets).toBeGreaterThan(400)
    expect(summary.tunnel.vxlanPackets).toBe(totals.tunnelPackets)
    expect(summary.tunnel.otherPackets).toBe(totals.otherPackets)
    const faults = new Set(summary.tunnel.faults.map(({ layer, fault }) => `${layer} ${fault}`))
    // What ends too early, with IP lengths that say more, was cut by whoever recorded it.
    expect([...faults].sort()).toEqual(
      expect.arrayContaining(['inner.ipv4 BadVersion', 'link OriginalLengthImpossible', 'vxlan FlagMissing']),
    )
  })
})

describe.skipIf(TSHARK === undefined)(`generated captures in tshark${becauseOfTshark()}`, () => {
  let folder = ''
  let files = 0

  const checks = ['ip', 'udp', 'tcp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`])

  async function count(options: CaptureOptions, filter: string): Promise<number> {
    const file = join(folder, `${files++}.${options.format}`)
    writeFileSync(file, capture(options).bytes)
    const fields = ['-T', 'fields', '-e', 'frame.number']
    const { stdout } = await run('tshark', ['-n', '-r', file, ...checks, '-Y', filter, ...fields], {
      maxBuffer: 64 << 20,
    })
    return stdout.split('\n').filter((line) => line !== '').length
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vxpcap-bench-'))
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('nothing is malformed and every checksum is right', async () => {
    const bad = ['ip.checksum.status', 'udp.checksum.status', 'tcp.checksum.status', 'icmp.checksum.status']
    const filter = `_ws.malformed or icmpv6.checksum.status == "Bad" or ${bad.map((field) => `${field} == "Bad"`).join(' or ')}`
    expect(await count(FULL, filter)).toBe(0)
    expect(await count({ ...FULL, format: 'pcapng' }, filter)).toBe(0)
    // The filter can fail: with faults there is something to find.
    expect(await count({ ...FULL, faults: 0.05 }, filter)).toBeGreaterThan(0)
  })

  it('within one VNI, TCP has nothing lost, repeated or acknowledged unseen', async () => {
    expect(await count(FLAT, 'tcp')).toBeGreaterThan(FLAT.packets / 2)
    expect(await count(FLAT, 'tcp.analysis.flags and not tcp.analysis.window_full')).toBe(0)
  })
})

describe('Zipf', () => {
  it('draws every rank within its bounds, the first ones most often', () => {
    const random = new Random(7)
    const zipf = new Zipf(50, 1)
    const drawn = new Array<number>(50).fill(0)
    for (let i = 0; i < 50_000; i++) drawn[zipf.draw(random)]!++
    expect(drawn.every((count) => count > 0)).toBe(true)
    expect(drawn[0]!).toBeGreaterThan(drawn[9]! * 4)
    expect(drawn[9]!).toBeGreaterThan(drawn[49]! * 2)
  })
})
