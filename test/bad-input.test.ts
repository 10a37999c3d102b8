/**
 * Input that is no good, through the built program: the exit status, one line on standard error that names file, offset and the way
 * out, nothing on standard output where there is no document, and everything before the damage counted where there is one.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../src/summary.ts'
import { readAll } from './capture/files.ts'
import { type Bin, buildBin } from './support/built-bin.ts'
import { damagedBlocks } from './support/damaged-blocks.ts'
import { fixture } from './support/goldens.ts'
import { becauseOfTshark, TSHARK } from './support/tshark.ts'
import { tsharkFacts } from './support/tshark-facts.ts'

const SEED = readFileSync(fixture('seed-ovs-h1.pcap'))
const NG = readFileSync(fixture('seed-ovs-h1.pcapng'))
const FILE_HEADER = 24
const RECORD_HEADER = 16

let bin: Bin
let folder = ''

beforeAll(async () => {
  bin = await buildBin()
  folder = mkdtempSync(join(tmpdir(), 'vxpcap-bad-'))
}, 300_000)

afterAll(() => {
  bin?.remove()
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** Offsets of the records of the seed capture, and the end of the last one. */
function recordOffsets(): number[] {
  const offsets = [FILE_HEADER]
  for (let at = FILE_HEADER; at < SEED.length; offsets.push(at)) at += RECORD_HEADER + SEED.readUInt32LE(at + 8)
  return offsets
}

const OFFSETS = recordOffsets()

/** The seed capture with one 32-bit word changed. */
function changed(at: number, value: number): Uint8Array {
  const copy = Buffer.from(SEED)
  copy.writeUInt32LE(value >>> 0, at)
  return copy
}

/** One line about `name`, not more. */
const oneLine = (name: string, about: RegExp): RegExp =>
  new RegExp(`^vxpcap: [^\\n]*${name}: [^\\n]*${about.source}[^\\n]*\\n$`)

describe('no readable header: status 2, no document, one line with the way out', () => {
  const refuse = async (path: string, about: RegExp): Promise<void> => {
    for (const options of [[], ['--json']]) {
      const { status, out, err } = await bin.run(['summarize', ...options, path])
      expect({ status, out }).toEqual({ status: 2, out: '' })
      expect(err).toMatch(oneLine(path.slice(folder.length + 1), about))
    }
  }

  it('a file that is not there', () => refuse(join(folder, 'absent.pcap'), /does not exist.*check/))

  it('a folder', async () => {
    mkdirSync(join(folder, 'captures'))
    await refuse(join(folder, 'captures'), /director/)
  })

  it('an empty file', () => refuse(put('empty.pcap', ''), /empty|0 bytes/))

  it('a text', () =>
    refuse(put('notes.txt', 'This is a note about a capture.\n'.repeat(10)), /neither pcap nor pcapng.* \(offset 0\)/))

  it('a file header that is cut off, at every length', async () => {
    for (const length of [1, 4, 12, 23]) await refuse(put(`cut-${length}.pcap`, SEED.subarray(0, length)), /header/)
    await refuse(put('cut.pcapng', NG.subarray(0, 20)), /header/)
  }, 60_000)

  it('a version of the format that is not read', () => refuse(put('version.pcap', changed(4, 1)), /offset 4 .*convert/))
})

describe('damage behind a good header: status 2, everything before it in the document', () => {
  const record = 10
  const at = OFFSETS[record]!

  /** The summary of a damaged file, after checking what is said about it. */
  async function damaged(path: string, offset: number): Promise<Summary> {
    const { status, out, err } = await bin.run(['summarize', '--json', path])
    expect(status).toBe(2)
    expect(err).toMatch(oneLine(path.slice(folder.length + 1), new RegExp(`offset ${offset}\\b`)))
    const summary: Summary = JSON.parse(out)
    expect(summary.findings.filter(({ code }) => code === 'CAPTURE_DAMAGED')).toMatchObject([{ severity: 'error' }])
    return summary
  }

  it('a record that claims 4 GiB', async () => {
    const { capture } = await damaged(put('huge.pcap', changed(at + 8, 0xffff_ffff)), at)
    expect(capture.packets).toBe(record)
  })

  it('a record that claims more than the snap length and than any packet', async () => {
    const { capture } = await damaged(put('large.pcap', changed(at + 8, 17 * 1024 * 1024)), at)
    expect(capture.packets).toBe(record)
  })

  it('a pcapng block whose two lengths disagree', async () => {
    const bytes = Buffer.from(NG)
    bytes.writeUInt32LE(bytes.readUInt32LE(4) + 4, bytes.readUInt32LE(4) - 4)
    const { status, err } = await bin.run(['summarize', put('block.pcapng', bytes)])
    expect(status).toBe(2)
    expect(err).toMatch(oneLine('block.pcapng', /offset 0\b/))
  })

  it('does not keep other files from being read', async () => {
    const bad = put('bad.pcap', changed(at + 8, 0xffff_ffff))
    const good = put('good.pcap', SEED)
    const { status, out, err } = await bin.run(['summarize', '--json', bad, join(folder, 'none.pcap'), good])
    expect(status).toBe(2)
    expect(err.split('\n')).toHaveLength(3)
    const { capture }: Summary = JSON.parse(out)
    expect(capture.files.map(({ name, packets, firstPacket }) => [name, packets, firstPacket])).toEqual([
      ['bad.pcap', record, 1],
      ['good.pcap', 26, record + 1],
    ])
  })
})

describe('damage inside pcapng blocks of sound lengths: status 2, and only those blocks are missing', () => {
  const { damaged, clean, offsets } = damagedBlocks(new Uint8Array(readFileSync(fixture('kv-mixed-sw.pcapng'))))
  const named = `${offsets.length} blocks are left out: block \\d+ at offset ${offsets[0]}: .*; and ${offsets.length - 5} more`

  it('summarize counts what it counts of the same capture without them', async () => {
    const left = await bin.run(['summarize', '--json', put('left-out.pcapng', damaged)])
    expect(left.status).toBe(2)
    expect(left.err).toMatch(oneLine('left-out.pcapng', new RegExp(named)))
    const one: Summary = JSON.parse(left.out)
    const other: Summary = JSON.parse((await bin.run(['summarize', '--json', put('clean.pcapng', clean)])).out)
    const tables = ({ capture, findings, ...rest }: Summary) => ({
      ...rest,
      capture: { ...capture, files: capture.files.map(({ name, bytes, ...file }) => file) },
    })
    expect(tables(one)).toEqual(tables(other))
    expect(one.findings.filter(({ code }) => code === 'CAPTURE_DAMAGED')).toMatchObject([{ count: offsets.length }])
    expect(other.findings.filter(({ code }) => code === 'CAPTURE_DAMAGED')).toEqual([])
    // What is missing may be in the damaged blocks: nothing is said that the capture without them would not be told.
    const codes = ({ findings }: Summary) => findings.map(({ code }) => code)
    expect(codes(other)).toEqual(expect.arrayContaining(codes(one).filter((code) => code !== 'CAPTURE_DAMAGED')))
  })

  it.skipIf(TSHARK === undefined)(`as many packets as tshark reads without them${becauseOfTshark()}`, async () => {
    const { packets } = await tsharkFacts(put('clean.pcapng', clean))
    const { out } = await bin.run(['summarize', '--json', put('left-out.pcapng', damaged)])
    expect((JSON.parse(out) as Summary).capture.packets).toBe(packets)
  })

  it('decode, filter and decap read on, and say the same', async () => {
    const path = put('left-out.pcapng', damaged)
    const same = put('clean.pcapng', clean)
    const decoded = await bin.run(['decode', path])
    expect(decoded).toMatchObject({ status: 2, out: (await bin.run(['decode', same])).out })
    expect(decoded.err).toMatch(oneLine('left-out.pcapng', new RegExp(named)))
    for (const argv of [['decap'], ['filter', '--vtep', '10.0.10.101']]) {
      const outputs = []
      for (const input of [path, same]) {
        const output = join(folder, 'output.pcapng')
        const { status, err } = await bin.run([...argv, input, '-o', output])
        expect(status).toBe(input === path ? 2 : 0)
        if (input === path) expect(err).toMatch(oneLine('left-out.pcapng', new RegExp(named)))
        outputs.push(readAll(readFileSync(output)).packets)
      }
      expect(outputs[0]!.length).toBeGreaterThan(0)
      expect(outputs[0]).toEqual(outputs[1])
    }
  })

  it('several files: numbers go on without what was left out', async () => {
    const { out } = await bin.run(['summarize', '--json', put('a.pcapng', damaged), put('b.pcapng', clean)])
    const { capture }: Summary = JSON.parse(out)
    const [first, second] = capture.files
    expect(second!.firstPacket).toBe(first!.packets + 1)
    expect(second!.packets).toBe(first!.packets)
  })
})

describe('an end inside a record: status 0, a note, everything before it counted', () => {
  it.each([
    ['in the record header', 3],
    ['behind the record header', RECORD_HEADER],
    ['in the packet', RECORD_HEADER + 20],
  ])('%s', async (_, bytes) => {
    const last = OFFSETS.length - 2
    const at = OFFSETS[last]!
    const path = put('cut.pcap', SEED.subarray(0, at + bytes))
    const { status, out, err } = await bin.run(['summarize', '--json', path])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const summary: Summary = JSON.parse(out)
    expect(summary.capture.packets).toBe(last)
    const cut = summary.findings.filter(({ code }) => code === 'CAPTURE_CUT_SHORT')
    expect(cut).toMatchObject([{ severity: 'note' }])
    expect(cut[0]!.observed).toContain(`offset ${at}`)
  })

  it('counts for --fail-on as the note that it is', async () => {
    const path = put('cut-note.pcap', SEED.subarray(0, SEED.length - 1))
    expect((await bin.run(['summarize', '--fail-on', 'note', path])).status).toBe(1)
    expect((await bin.run(['summarize', '--fail-on', 'error', path])).status).toBe(0)
  })
})

describe('good input that looks bad', () => {
  it('a capture without packets is a capture: status 0', async () => {
    const { status, out, err } = await bin.run(['summarize', '--json', put('none.pcap', SEED.subarray(0, FILE_HEADER))])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect((JSON.parse(out) as Summary).capture.packets).toBe(0)
  })

  it('an unknown link type is counted, and named', async () => {
    const { status, out, err } = await bin.run(['summarize', '--json', put('link.pcap', changed(20, 147))])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const { tunnel }: Summary = JSON.parse(out)
    expect(tunnel.otherPackets).toBe(26)
    expect(tunnel.faults).toMatchObject([{ layer: 'link', packets: 26, firstPacket: 1 }])
  })

  it('a name says nothing about what is inside', async () => {
    const path = join(folder, 'capture.txt')
    copyFileSync(fixture('seed-ovs-h1.pcapng'), path)
    const { status, out } = await bin.run(['summarize', '--json', path])
    expect(status).toBe(0)
    expect((JSON.parse(out) as Summary).capture.files[0]).toMatchObject({ format: 'pcapng', packets: 26 })
  })
})
