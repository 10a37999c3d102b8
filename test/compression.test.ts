/** Compressed captures through the whole pipeline: the same answer, the size as stored, and the truth about a broken stream. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { summarizeFiles } from '../src/node-summarize.ts'
import type { Summary } from '../src/summary.ts'
import { type Bin, buildBin } from './support/built-bin.ts'
import { COMPRESSORS } from './support/compress.ts'
import { fixture } from './support/goldens.ts'

const NAME = 'kv-mixed-sw.pcapng'
const PLAIN = new Uint8Array(readFileSync(fixture(NAME)))
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-compressed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** A summary without what tells one file from another. */
const content = ({ capture, ...rest }: Summary) => ({ ...rest, capture: { ...capture, files: [] } })
const codes = ({ findings }: Summary) =>
  findings.map(({ code }) => code).filter((code) => /^CAPTURE_(CUT|DAMAGED)/.test(code))

describe.each(Object.entries(COMPRESSORS))('%s', (compression, compress) => {
  const bytes = compress(PLAIN)

  it('is undone by content, whatever the name', async () => {
    const plain = await summarizeFiles([fixture(NAME)])
    const summary = await summarizeFiles([put('capture.bin', bytes)])
    expect(content(summary)).toEqual(content(plain))
    expect(summary.capture.files).toMatchObject([{ compression, bytes: bytes.length, format: 'pcapng' }])
    expect(plain.capture.files).toMatchObject([{ compression: 'none', bytes: PLAIN.length }])
    expect(bytes.length).not.toBe(PLAIN.length)
  })

  it('several streams one after the other are one capture', async () => {
    const twice = new Uint8Array([...compress(PLAIN.subarray(0, 5000)), ...compress(PLAIN.subarray(5000))])
    const summary = await summarizeFiles([put('twice', twice)])
    expect(content(summary)).toEqual(content(await summarizeFiles([fixture(NAME)])))
    expect(summary.capture.files).toMatchObject([{ compression, bytes: twice.length }])
  })

  it('cut off: what was whole counts, and CAPTURE_CUT_SHORT says so', async () => {
    // Two streams, so that every compressor has given something out before the cut.
    const first = compress(PLAIN.subarray(0, 40_000))
    const cut = new Uint8Array([...first, ...compress(PLAIN.subarray(40_000)).subarray(0, 200)])
    const summary = await summarizeFiles([put('cut', cut)])
    const whole = await summarizeFiles([put('whole', first)])
    expect(codes(summary)).toEqual(['CAPTURE_CUT_SHORT'])
    expect(summary.capture.packets).toBeGreaterThanOrEqual(whole.capture.packets)
    expect(whole.capture.packets).toBeGreaterThan(10)
    expect(summary.capture.files).toMatchObject([{ compression, bytes: cut.length }])
  })

  it('damaged: what was whole counts, and CAPTURE_DAMAGED says so', async () => {
    const first = compress(PLAIN.subarray(0, 40_000))
    const damaged = new Uint8Array([...first, ...compress(PLAIN.subarray(40_000))])
    damaged.fill(0xff, first.length, first.length + 12)
    const summary = await summarizeFiles([put('damaged', damaged)])
    expect(codes(summary)).toEqual(['CAPTURE_DAMAGED'])
    expect(summary.findings.find(({ code }) => code === 'CAPTURE_DAMAGED')?.observed).toContain(compression)
    expect(summary.capture.packets).toBeGreaterThan(10)
    expect(summary.capture.files).toMatchObject([{ bytes: damaged.length }])
  })

  it('damaged before the file header: refused, with the stream to blame', async () => {
    const damaged = compress(PLAIN).slice(0, 30)
    await expect(summarizeFiles([put('early', damaged)])).rejects.toThrow(
      new RegExp(`no whole file header: .*${compression}`),
    )
  })
})

describe('through the built program', () => {
  let bin: Bin
  beforeAll(async () => {
    bin = await buildBin()
  }, 300_000)
  afterAll(() => bin?.remove())

  it.each(Object.entries(COMPRESSORS))(
    '%s on standard input is a document like any other',
    async (compression, compress) => {
      const input = compress(PLAIN)
      const { status, out, err } = await bin.run(['summarize', '--json', '-'], { input })
      expect({ status, err }).toEqual({ status: 0, err: '' })
      const summary: Summary = JSON.parse(out)
      expect(summary.capture.files).toMatchObject([{ name: '-', compression, bytes: input.length }])
      expect(content(summary)).toEqual(content(await summarizeFiles([fixture(NAME)])))
    },
  )

  it('a damaged stream is status 2 with the document and one line', async () => {
    const bytes = new Uint8Array([...gzipSync(PLAIN.subarray(0, 40_000)), ...new Uint8Array(40).fill(7)])
    const { status, out, err } = await bin.run(['summarize', '--json', put('damaged.pcapng.gz', bytes)])
    expect(status).toBe(2)
    expect(JSON.parse(out).capture.packets).toBeGreaterThan(10)
    expect(err).toMatch(/^vxpcap: damaged\.pcapng\.gz: [^\n]*gzip[^\n]*\n$/)
  })

  it('Ctrl-C on a compressed stream that never ends writes what came', async () => {
    const { status, out } = await bin.interrupt(
      ['summarize', '--json', '-'],
      gzipSync(PLAIN).subarray(0, 40_000),
      (run) => run.status === 0 && JSON.parse(run.out).capture.packets > 10,
    )
    expect(status).toBe(0)
    const summary: Summary = JSON.parse(out)
    expect(summary.capture.packets).toBeGreaterThan(10)
    expect(codes(summary)).not.toContain('CAPTURE_DAMAGED')
  })
})
