/**
 * Damage through whole commands, seeded: captures cut, with flipped bytes and false lengths, plain and compressed, into
 * `summarize`, `decap` and `filter`. Whatever comes in, a command ends in bounded time with a status that it promises, a document or
 * none, lines instead of stack traces, and what lies before the damage is counted.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fileSource } from '../src/capture/files/node-input.ts'
import { openOutput } from '../src/capture/files/node-output.ts'
import type { Host } from '../src/cli/host.ts'
import { run } from '../src/cli/program.ts'
import { summarizeFiles } from '../src/node-summarize.ts'
import type { Summary } from '../src/summary.ts'
import { random, readAll } from './capture/files.ts'
import { fakeHost } from './cli/fake-host.ts'
import { COMPRESSORS } from './support/compress.ts'
import { cpuTime } from './support/cpu-time.ts'
import { fixture } from './support/goldens.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-faults-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const INPUT = join(folder, 'input')
const OUTPUT = join(folder, 'output.pcapng')

/** Damaged captures of each kind. */
const ROUNDS = 60
/** Milliseconds of the processor that one command may take. */
const MOST_MS = 4000

/** Runs a command with the real pieces behind it. */
async function command(argv: string[]): Promise<{ status: number; out: string; err: string; ms: number }> {
  const host: Host & ReturnType<typeof fakeHost> = fakeHost({ summarize: summarizeFiles })
  host.open = (path, signal) => fileSource(path, { signal })
  host.output = async (path, inputs) => openOutput(path, inputs)
  const begun = cpuTime()
  const status = await run(argv, host)
  return { status, out: host.out(), err: host.err(), ms: cpuTime() - begun }
}

/** Checks what every command promises whatever it reads. */
async function expectBearable(argv: string[], place: string): Promise<{ status: number; out: string }> {
  const { status, out, err, ms } = await command(argv)
  expect([0, 2], place).toContain(status)
  expect(err, place).not.toMatch(/unexpected error|\n {4}at /)
  expect(err.split('\n').length, place).toBeLessThan(6)
  for (const line of err.split('\n').slice(0, -1)) expect(line, place).toMatch(/^vxpcap: .{10,}$/)
  if (status === 0) expect(err.includes('damaged'), place).toBe(false)
  expect(ms, place).toBeLessThan(MOST_MS)
  return { status, out }
}

type Damage = (bytes: Uint8Array, next: () => number) => { bytes: Uint8Array; from: number }

/** Ways to damage a capture; each says up to which offset it left the bytes alone. */
const DAMAGES: Record<string, Damage> = {
  'cut off'(bytes, next) {
    const from = Math.floor(next() * bytes.length)
    return { bytes: bytes.slice(0, from), from }
  },
  'with flipped bytes'(bytes, next) {
    const copy = bytes.slice()
    const places = Array.from({ length: 1 + Math.floor(next() * 8) }, () => Math.floor(next() * copy.length))
    for (const place of places) copy[place]! ^= 1 << Math.floor(next() * 8)
    return { bytes: copy, from: Math.min(...places) }
  },
  'with false lengths'(bytes, next) {
    const copy = bytes.slice()
    const place = Math.floor(next() * (copy.length - 4))
    const values = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, copy.length, 0x00ff_ffff]
    new DataView(copy.buffer).setUint32(place, values[Math.floor(next() * values.length)]!, next() < 0.5)
    return { bytes: copy, from: place }
  },
  'with a stretch of zeros'(bytes, next) {
    const copy = bytes.slice()
    const from = Math.floor(next() * copy.length)
    copy.fill(0, from, from + Math.floor(next() * 600))
    return { bytes: copy, from }
  },
  'with a stretch missing'(bytes, next) {
    const from = Math.floor(next() * bytes.length)
    const to = Math.min(bytes.length, from + 1 + Math.floor(next() * 300))
    return { bytes: new Uint8Array([...bytes.subarray(0, from), ...bytes.subarray(to)]), from }
  },
}

describe.each(['kv-mixed-sw.pcapng', 'mtu-frag-h1.pcap', 'seed-ovs-h1.pcapng'])('%s', (name) => {
  const whole = new Uint8Array(readFileSync(fixture(name)))
  /** Packets that lie wholly before an offset. */
  const packetsBefore = (offset: number): number => {
    try {
      return readAll(whole.subarray(0, offset)).packets.length
    } catch {
      return 0
    }
  }

  it.each(Object.entries(DAMAGES))('%s', { timeout: 120_000 }, async (kind, damage) => {
    const next = random(name.length * 31 + kind.length)
    let damaged = 0
    for (let round = 0; round < ROUNDS; round++) {
      const { bytes, from } = damage(whole, next)
      writeFileSync(INPUT, bytes)
      const place = `${kind}, round ${round}, from offset ${from}`
      const { status, out } = await expectBearable(['summarize', '--json', INPUT], place)
      if (out === '') expect(status, place).toBe(2)
      else {
        const { capture, tunnel, findings }: Summary = JSON.parse(out)
        expect(capture.packets, place).toBeGreaterThanOrEqual(packetsBefore(from))
        const tunnelled = tunnel.vxlanPackets + tunnel.gpePackets + tunnel.genevePackets + tunnel.nvgrePackets
        expect(tunnelled + tunnel.otherPackets + tunnel.fragments.others, place).toBe(capture.packets)
        const isDamaged = findings.some(({ code }) => code === 'CAPTURE_DAMAGED')
        expect(status, place).toBe(isDamaged ? 2 : 0)
        if (isDamaged) damaged++
      }
    }
    if (kind === 'with false lengths') expect(damaged).toBeGreaterThan(0)
  })

  it('into decap and filter: what comes out can be read back', { timeout: 120_000 }, async () => {
    const next = random(name.length)
    let written = 0
    for (const [kind, damage] of Object.entries(DAMAGES)) {
      for (let round = 0; round < ROUNDS / 4; round++) {
        const { bytes, from } = damage(whole, next)
        writeFileSync(INPUT, bytes)
        for (const argv of [
          ['decap', INPUT],
          ['filter', INPUT, '--vtep', '10.0.10.101'],
        ]) {
          const place = `${argv[0]}, ${kind}, round ${round}, from offset ${from}`
          rmSync(OUTPUT, { force: true })
          const { status, out } = await expectBearable([...argv, '-o', OUTPUT], place)
          if (out === '') {
            expect(status, place).toBe(2)
            continue
          }
          const { packets, reader } = readAll(readFileSync(OUTPUT))
          expect(reader.issue, place).toBeNull()
          written += packets.length
        }
      }
    }
    expect(written).toBeGreaterThan(500)
  })

  it.each(Object.entries(COMPRESSORS))('%s, then damaged', { timeout: 120_000 }, async (compression, compress) => {
    const next = random(compression.length)
    const compressed = compress(whole)
    let some = 0
    for (const [kind, damage] of Object.entries(DAMAGES)) {
      for (let round = 0; round < ROUNDS / 6; round++) {
        const { bytes, from } = damage(compressed, next)
        writeFileSync(INPUT, bytes)
        const place = `${compression} ${kind}, round ${round}, from offset ${from}`
        const { out } = await expectBearable(['summarize', '--json', INPUT], place)
        if (out !== '' && (JSON.parse(out) as Summary).capture.packets > 0) some++
      }
    }
    expect(some).toBeGreaterThan(0)
  })
})
