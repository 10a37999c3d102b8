/**
 * Hostile captures: exact totals, honest drops, bounded memory. Here at small scale with small tables; `npm run hostile` does it at
 * full scale through the built program, each attack in a process of its own, and prints peak memory, time, drops and totals.
 */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, type Limits } from '../src/analyzers/tables/limits.ts'
import { limitsFor, MEGABYTE, MIN_MEGABYTES } from '../src/analyzers/tables/memory.ts'
import { decompressed } from '../src/capture/compression/node-compression.ts'
import { mergeBytesFor } from '../src/capture/merge/merge-room.ts'
import { CaptureReader, refill } from '../src/capture/reader.ts'
import { chunksSource } from '../src/capture/source.ts'
import { MAX_FRAGMENT_BYTES } from '../src/codecs/walk/reassembly.ts'
import { Summarizer } from '../src/pipeline.ts'
import type { Summary } from '../src/summary.ts'
import { Decap } from '../src/transform/decap.ts'
import { MAX_WAITING_BYTES, Select } from '../src/transform/select.ts'
import { type Bin, buildBin } from './support/built-bin.ts'
import { cpuTime } from './support/cpu-time.ts'
import { ATTACKS, type Attack, type Totals } from './support/hostile.ts'
import { type ManyFiles, putManyFiles } from './support/many-files.ts'
import { measured, peakOf, REPORT_PEAK } from './support/peak.ts'

const FULL = (import.meta as unknown as { env: { MODE: string } }).env.MODE === 'hostile'

/** What a process may take at its peak. */
const MOST_MEMORY = 1024 * 1024 * 1024

/** Tables of a few rows. */
const SMALL: Limits = {
  ...DEFAULT_LIMITS,
  addresses: 2000,
  vnis: 300,
  vtepPairs: 300,
  routes: 300,
  flows: 500,
  macs: 400,
  details: 300,
  timeline: 200,
  window: 512,
  datagrams: 256,
}
const SMALL_COUNT = 3000
/** Tables that are not called as their limit. */
const LIMIT_NAMES: Readonly<Record<string, keyof Limits>> = { fragments: 'datagrams' }

/** Totals of packets and bytes, which are exact whatever the tables hold. */
function expectTotals({ capture, tunnel, findings }: Summary, totals: Totals): void {
  expect(capture.packets).toBe(totals.packets)
  expect(capture.wireBytes).toBe(totals.wireBytes)
  expect(tunnel.vxlanPackets).toBe(totals.vxlanPackets)
  expect(tunnel.vxlanPackets + tunnel.otherPackets + tunnel.fragments.others).toBe(totals.packets)
  const { firsts, others, incomplete } = tunnel.fragments
  expect({ firsts, others, incomplete }).toEqual({ firsts: 0, others: 0, incomplete: 0, ...pick(totals) })
  expect(findings.length).toBeLessThan(2000)
}

/** Rows and what found none, where all rows are there. */
function expectRows({ vnis, vtepPairs, flows, macs, limits }: Summary, totals: Totals): void {
  // What found no row is told, and nothing is counted twice: rows and drops make up the whole.
  const dropped = Object.fromEntries(limits.map((row) => [row.table, row.dropped]))
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
  expect(sum(vnis.map((row) => row.packets)) + dropped.vnis!).toBe(totals.vxlanPackets)
  expect(sum(vtepPairs.map((row) => row.packetsAToB + row.packetsBToA)) + dropped.vtepPairs!).toBe(totals.vxlanPackets)
  expect(sum(flows.map((row) => row.packetsAToB + row.packetsBToA)) + dropped.flows!).toBe(totals.vxlanPackets)
  expect(sum(macs.map((row) => row.packets)) + dropped.macs!).toBe(totals.vxlanPackets)
}

function pick({ firsts, others, incomplete }: Totals): Partial<Totals> {
  return {
    ...(firsts !== undefined && { firsts }),
    ...(others !== undefined && { others }),
    ...(incomplete !== undefined && { incomplete }),
  }
}

describe.skipIf(FULL)('at small scale', () => {
  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
    const count = attack.damaged === true ? 70_000 : attack.name === 'names' ? 400 : SMALL_COUNT
    const { chunks, totals } = attack.make(count)
    const source = decompressed(chunksSource(chunks))
    const summarizer = new Summarizer({ limits: SMALL, rows: Number.POSITIVE_INFINITY })
    await summarizer.read(attack.name, source)
    const summary = summarizer.summary()
    expectTotals(summary, totals)
    expectRows(summary, totals)
    for (const table of attack.fills) {
      const row = summary.limits.find((row) => row.table === table)
      expect(row, table).toMatchObject({ limit: SMALL[LIMIT_NAMES[table] ?? (table as keyof Limits)] })
      expect(row?.dropped, table).toBeGreaterThan(0)
    }
    const isDamaged = summary.findings.some(({ code }) => code === 'CAPTURE_DAMAGED')
    expect(isDamaged).toBe(attack.damaged === true)
  })

  it.each(['first-fragments', 'later-fragments'])('%s into decap and filter stay within their bounds', async (name) => {
    const attack = ATTACKS.find((one) => one.name === name)!
    for (const kind of ['decap', 'filter']) {
      let written = 0
      const sink = (bytes: Uint8Array): void => {
        written += bytes.length
      }
      const decap = new Decap(sink)
      const select = new Select(sink, { vnis: [99] }, { maxWaitingBytes: 100_000 })
      const source = decompressed(chunksSource(attack.make(30_000).chunks))
      const reader = new CaptureReader()
      while (!reader.done) {
        while (reader.next()) {
          if (kind === 'decap') decap.observe(reader, 0)
          else select.observe(reader, 0)
        }
        await refill(reader, source)
      }
      const begun = cpuTime()
      if (kind === 'decap') {
        decap.finish()
        expect(decap.counts).toMatchObject({ records: 30_000, written: 0, incomplete: 30_000 })
        expect(decap.counts.reassembly.evicted).toBeGreaterThan(25_000)
      } else {
        select.finish()
        expect(select.counts).toMatchObject({ records: 30_000, written: 0 })
        if (name === 'later-fragments') expect(select.counts.undecided).toBe(30_000)
      }
      expect(cpuTime() - begun).toBeLessThan(2000)
      expect(written).toBeLessThan(1000)
    }
    expect(MAX_FRAGMENT_BYTES + MAX_WAITING_BYTES).toBeLessThan(100 * 1024 * 1024)
  })
})

describe.runIf(FULL)('at full scale', () => {
  let bin: Bin
  const lines: string[] = []

  beforeAll(async () => {
    bin = await buildBin()
  }, 300_000)
  afterAll(() => {
    bin?.remove()
    console.log(['', 'attack           command    packets   seconds  peak MiB  no room for', ...lines].join('\n'))
  })

  /** Runs a command on an attack that comes in on standard input. */
  async function attackWith(attack: Attack, argv: string[]) {
    const { chunks, totals } = attack.make(attack.full)
    const begun = Date.now()
    const { status, out, err, peak } = await measured(bin.script, argv, chunks)
    const seconds = (Date.now() - begun) / 1000
    const cells = [
      attack.name.padEnd(16),
      argv[0]!.padEnd(9),
      totals.packets.toLocaleString('en-US').padStart(9),
      seconds.toFixed(1).padStart(9),
      String(Math.round(peak / 2 ** 20)).padStart(9),
    ]
    return { status, out, err, peak, totals, cells, seconds }
  }

  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))('%s', { timeout: 900_000 }, async (_, attack) => {
    const { status, out, err, peak, totals, cells } = await attackWith(attack, ['summarize', '--json', '-'])
    expect(err.split('\n').length).toBeLessThan(4)
    expect(status).toBe(attack.damaged === true ? 2 : 0)
    const summary: Summary = JSON.parse(out)
    const drops = summary.limits.filter(({ dropped }) => dropped > 0)
    lines.push(
      [
        ...cells,
        ` ${drops.map(({ table, dropped }) => `${table} ${dropped.toLocaleString('en-US')}`).join(', ')}`,
      ].join(' '),
    )
    expectTotals(summary, totals)
    for (const table of attack.fills) expect(drops.map((row) => row.table)).toContain(table)
    if (attack.name === 'everything-new') {
      // A row for each packet, or none: nothing between.
      const dropped = Object.fromEntries(drops.map((row) => [row.table, row.dropped]))
      expect(summary.flowsTotal + dropped.flows!).toBe(totals.packets)
      expect(summary.vnisTotal + dropped.vnis!).toBe(totals.packets)
      expect(summary.vtepPairsTotal + dropped.vtepPairs!).toBe(totals.packets)
      expect(summary.macsTotal + dropped.macs!).toBe(totals.packets)
    }
    expect(peak).toBeLessThan(MOST_MEMORY)
  })

  it('addresses that aim at few hashes cost what others do', { timeout: 900_000 }, async () => {
    const [aimed, unaimed] = ['aimed-addresses', 'unaimed-addresses'].map(
      (name) => ATTACKS.find((attack) => attack.name === name)!,
    ) as [Attack, Attack]
    const ratios: number[] = []
    for (let run = 0; run < 3; run++) {
      const crafted = await attackWith(aimed, ['summarize', '--json', '-'])
      const usual = await attackWith(unaimed, ['summarize', '--json', '-'])
      ratios.push(crafted.seconds / usual.seconds)
    }
    expect(Math.min(...ratios)).toBeLessThan(1.5)
  })

  it.each<[string, ManyFiles]>([
    ['1000-files', { files: 1000, packets: 930, payload: 1200 }],
    ['1000-gzip', { files: 1000, packets: 930, payload: 1200, gzip: true }],
  ])('--merge-by-time: %s', { timeout: 900_000 }, (name, many) => {
    const captures = join(bin.folder, name)
    const wireBytes = putManyFiles(captures, many)
    const packets = many.files * many.packets
    for (const [options, most] of [
      [[], MOST_MEMORY],
      [['--memory', String(MIN_MEGABYTES)], MIN_MEGABYTES * MEGABYTE + mergeBytesFor(MIN_MEGABYTES)],
    ] as const) {
      const begun = Date.now()
      const argv = [...REPORT_PEAK, bin.script, 'summarize', '--json', '--merge-by-time', ...options, captures]
      const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 2 ** 28 })
      const { peak } = peakOf(stderr)
      lines.push(
        [
          name.padEnd(16),
          'summarize',
          packets.toLocaleString('en-US').padStart(9),
          ((Date.now() - begun) / 1000).toFixed(1).padStart(9),
          String(Math.round(peak / 2 ** 20)).padStart(9),
          ` --merge-by-time ${options.join(' ')}`,
        ].join(' '),
      )
      expect(status).toBe(0)
      const { capture }: Summary = JSON.parse(stdout)
      expect(capture).toMatchObject({ packets, wireBytes })
      expect(peak).toBeLessThan(most)
    }
    rmSync(captures, { recursive: true })
  })

  it.each(['everything-mixed', 'everything-new', 'tcp-flows'])(
    '%s on two threads',
    { timeout: 900_000 },
    async (name) => {
      const attack = ATTACKS.find((one) => one.name === name)!
      const { status, out, peak, totals, cells } = await attackWith(attack, [
        'summarize',
        '--json',
        '--threads',
        '2',
        '-',
      ])
      lines.push(`${cells.join(' ')}  --threads 2`)
      expect(status).toBe(0)
      expectTotals(JSON.parse(out), totals)
      expect(peak).toBeLessThan(MOST_MEMORY)
    },
  )

  it.each(
    [MIN_MEGABYTES, 384, 512, 1024].flatMap((megabytes) =>
      ['everything-mixed', 'tcp-flows', 'arp-claims'].map((name) => [megabytes, name] as const),
    ),
  )('stays within a budget of %d MB: %s', { timeout: 900_000 }, async (megabytes, name) => {
    const attack = ATTACKS.find((one) => one.name === name)!
    const { status, out, peak, totals, cells } = await attackWith(attack, [
      'summarize',
      '--json',
      '--memory',
      String(megabytes),
      '-',
    ])
    lines.push(`${cells.join(' ')}  --memory ${megabytes}`)
    expect(status).toBe(0)
    const summary: Summary = JSON.parse(out)
    expectTotals(summary, totals)
    expect(summary.limits.find(({ table }) => table === 'macs')).toMatchObject({ limit: limitsFor(megabytes).macs })
    expect(peak).toBeLessThan(megabytes * MEGABYTE)
  })

  it.each(
    ['everything-new', 'first-fragments', 'later-fragments', 'names'].flatMap((name) => [
      [name, ['decap', '-', '-o', '/dev/null']] as const,
      [name, ['filter', '-', '--vni', '5', '-o', '/dev/null']] as const,
    ]),
  )('%s: %j', { timeout: 900_000 }, async (name, argv) => {
    const attack = ATTACKS.find((one) => one.name === name)!
    const { status, peak, cells } = await attackWith(attack, [...argv])
    lines.push(cells.join(' '))
    expect(status).toBe(0)
    expect(peak).toBeLessThan(MOST_MEMORY)
  })
})
