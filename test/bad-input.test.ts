/**
 * Input that is no good, through the built program: the exit status, one line on standard error that names file, offset and the way
 * out, nothing on standard output where there is no document, and everything before the damage counted where there is one.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../src/summary.ts'
import { type Bin, buildBin } from './support/built-bin.ts'
import { fixture } from './support/goldens.ts'

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
