/** `--merge-by-time`: the same packets as mergecap puts in a row, and numbers that can still be found. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureError } from '../src/capture/errors.ts'
import { summarizeFiles } from '../src/node-summarize.ts'
import { formatText } from '../src/report/text.ts'
import type { Summary } from '../src/summary.ts'
import { pcapHeader, pcapRecord, readAll } from './capture/files.ts'
import { fixture } from './support/goldens.ts'
import { bytes, datagram, ethernet, ipv4, vxlan } from './support/packets.ts'
import { because, LAB } from './support/shared.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-merged-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, ...parts: Uint8Array[]): string {
  const path = join(folder, name)
  writeFileSync(path, bytes(...parts))
  return path
}

const hasMergecap = spawnSync('mergecap', ['--version']).status === 0

/** A summary without the names and numbers of files. */
/** A summary without what a merged file cannot have: files, interface statistics, filters of several files. */
const content = ({ capture, limits, findings, ...rest }: Summary) => {
  const { files, origins, receivedByCapture, ...totals } = capture
  const said = findings.map(({ displayFilter, displayFilters, ...finding }) => finding)
  return { ...rest, findings: said, capture: totals, limits: limits.filter(({ table }) => table !== 'origins') }
}

/** One tunnel packet, and one cut off inside the outer IPv4 header: a fault that names its packet. */
const PACKET = vxlan(ethernet(ipv4(bytes(new Uint8Array(40)), { protocol: 253 })))
const SHORT = ethernet(ipv4(datagram(new Uint8Array(20)))).subarray(0, 20)

describe('numbers of merged captures', () => {
  const a = put('a.pcap', pcapHeader(), pcapRecord(10, 0, PACKET), pcapRecord(30, 0, PACKET), pcapRecord(50, 0, PACKET))
  const b = put('b.pcap', pcapHeader(), pcapRecord(20, 0, PACKET), pcapRecord(40, 0, SHORT), pcapRecord(60, 0, PACKET))

  it('run on in the order of time, and the document says where each one is', async () => {
    const summary = await summarizeFiles([a, b], { mergeByTime: true })
    expect(summary.capture.files.map(({ name, packets, firstPacket }) => [name, packets, firstPacket])).toEqual([
      ['a.pcap', 3, 1],
      ['b.pcap', 3, 2],
    ])
    expect(summary.tunnel.faults).toMatchObject([{ firstPacket: 4 }])
    expect(summary.capture.origins).toContainEqual({ packet: 4, file: 1, number: 2 })
    expect(summary.capture.origins).toContainEqual({ packet: 1, file: 0, number: 1 })
    expect(summary.capture.packets).toBe(6)
  })

  it('the text names file and number', async () => {
    const text = formatText(await summarizeFiles([a, b], { mergeByTime: true }), { color: false, top: 10 })
    expect(text).toContain('b.pcap:2')
    const inOrder = formatText(await summarizeFiles([a, b]), { color: false, top: 10 })
    expect(inOrder).toContain('b.pcap:2')
  })

  it('without merging are as ever, and no origins are given', async () => {
    const summary = await summarizeFiles([a, b])
    expect(summary.tunnel.faults).toMatchObject([{ firstPacket: 5 }])
    expect(summary.capture.origins).toBeUndefined()
  })

  it('point into the files of the document, whatever could not be read before them', async () => {
    const none = put('none.pcap', Uint8Array.of(1, 2, 3, 4))
    const unreadable: string[] = []
    const onUnreadable = (path: string) => unreadable.push(path)
    const summary = await summarizeFiles([none, a, b], { mergeByTime: true, onUnreadable })
    expect(unreadable).toEqual([none])
    expect(summary.capture.files.map(({ name }) => name)).toEqual(['a.pcap', 'b.pcap'])
    expect(summary.capture.origins).toContainEqual({ packet: 4, file: 1, number: 2 })
    expect(summary.capture.origins).toContainEqual({ packet: 1, file: 0, number: 1 })
  })

  it('one file alone is not merged', async () => {
    expect(await summarizeFiles([a], { mergeByTime: true })).toEqual(await summarizeFiles([a]))
  })

  it('files of the same name in two folders are told apart by their paths', async () => {
    const summary = await summarizeFiles([a, a.replace('a.pcap', './a.pcap')])
    const names = summary.capture.files.map(({ name }) => name)
    expect(new Set(names).size).toBe(2)
  })

  it('an unreadable file is named and left out; all unreadable is an error', async () => {
    const bad = put('bad.pcap', new Uint8Array(50))
    const unreadable: string[] = []
    const summary = await summarizeFiles([bad, a, b], {
      mergeByTime: true,
      onUnreadable: (path) => unreadable.push(path),
    })
    expect(unreadable).toEqual([bad])
    expect(summary.capture.files.map(({ name }) => name)).toEqual(['a.pcap', 'b.pcap'])
    await expect(summarizeFiles([bad, bad], { mergeByTime: true })).rejects.toThrow(CaptureError)
  })
})

describe.skipIf(!hasMergecap)(`against mergecap${hasMergecap ? '' : ' — SKIPPED: mergecap is not installed'}`, () => {
  const pairs: [string, string][] = [['kv-vnis-h1.pcap', 'seed-ovs-h1.pcapng']]
  if (LAB !== undefined) {
    for (const name of ['fault-loss', 'mtu-frag', 'kv-v6', 'fault-dup']) {
      pairs.push([join(LAB, `${name}-h1.pcap`), join(LAB, `${name}-h2.pcap`)])
    }
  }

  it.each(pairs)(`%s + %s${because(LAB)}`, async (first, second) => {
    const [a, b] = [first, second].map((name) => (name.includes('/') ? name : fixture(name))) as [string, string]
    const merged = join(folder, 'merged.pcapng')
    // Of equal times mergecap takes the last file first, and we the first: hence the reversed order. Like interfaces stay apart.
    execFileSync('mergecap', ['-I', 'none', '-w', merged, b, a], { stdio: 'ignore' })
    const summary = await summarizeFiles([a, b], { mergeByTime: true, rows: Number.POSITIVE_INFINITY })
    expect(content(summary)).toEqual(content(await summarizeFiles([merged], { rows: Number.POSITIVE_INFINITY })))
    const times = readAll(readFileSync(merged)).packets.map(({ seconds, nanoseconds }) => seconds * 1e9 + nanoseconds)
    expect(times).toHaveLength(summary.capture.packets)
  })
})

it('reads what merging reads: every packet of both', async () => {
  const names = ['kv-vnis-h1.pcap', 'seed-ovs-h1.pcap'].map(fixture)
  const summary = await summarizeFiles(names, { mergeByTime: true })
  const counts = names.map((name) => readAll(readFileSync(name)).packets.length)
  expect(summary.capture.files.map(({ packets }) => packets)).toEqual(counts)
})
