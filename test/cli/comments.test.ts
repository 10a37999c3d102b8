/**
 * Blocks of nothing but empty comments, through the built program: four bytes of a file make a text each, so what is kept of them
 * is bounded by number, not by length. Peak memory is that of the process itself.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LEAST_TEXT, MAX_OPTION_BYTES, MAX_RECORD_LENGTH, MAX_TEXT } from '../../src/capture/bounds.ts'
import * as files from '../capture/files.ts'
import { type Bin, buildBin } from '../support/built-bin.ts'
import { datagram, ethernet, ipv4, vxlan } from '../support/packets.ts'
import { measured } from '../support/peak.ts'

/** What a process may take at its peak. */
const MOST_MEMORY = 512 * 1024 * 1024
const BLOCKS = 20
const INNER = ethernet(ipv4(new Uint8Array(8), { from: '192.168.0.1', to: '192.168.0.2', protocol: 253 }))
const PACKET = vxlan(INNER, { vni: 10 })

let bin: Bin
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-comments-'))
const OUT = join(folder, 'out.pcapng')
beforeAll(async () => {
  bin = await buildBin()
}, 300_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** A block of `length` bytes that goes on with empty comments where its own bytes end. */
function withComments(whole: Uint8Array, length: number): Uint8Array {
  const block = new Uint8Array(length)
  const view = new DataView(block.buffer)
  block.set(whole.subarray(0, -4))
  view.setUint32(4, length, true)
  for (let at = whole.length - 4; at < length - 4; at += 4) view.setUint16(at, 1, true)
  view.setUint32(length - 4, length, true)
  return block
}

const run = (argv: string[], chunks: Iterable<Uint8Array>) => measured(bin.script, argv, chunks)

const FILTER = ['filter', '-', '--vni', '10', '-o', OUT]

describe('blocks of empty comments', { timeout: 120_000 }, () => {
  it('packets at the limit of a record: all are selected, with as many comments as are kept of one', async () => {
    const block = withComments(files.epb(PACKET), MAX_RECORD_LENGTH)
    function* chunks() {
      yield files.join(files.shb(), files.idb())
      for (let count = 0; count < BLOCKS; count++) yield block
    }
    const { status, out, err, peak } = await run(FILTER, chunks())
    expect({ status, out, err }).toEqual({ status: 0, out: `${OUT}: ${BLOCKS} records of ${BLOCKS}\n`, err: '' })
    expect(peak).toBeLessThan(MOST_MEMORY)
    const counts: number[] = []
    files.feed(readFileSync(OUT), { onPacket: (reader) => counts.push(reader.comments().length) })
    expect(counts).toEqual(Array(BLOCKS).fill(Math.floor(MAX_TEXT / LEAST_TEXT)))
  })

  it('sections and interfaces at the limit of a record', async () => {
    const section = withComments(files.shb(), MAX_RECORD_LENGTH)
    const described = withComments(files.idb(), MAX_RECORD_LENGTH)
    function* chunks() {
      for (let count = 0; count < BLOCKS; count++) yield* [section, described, files.epb(PACKET)]
    }
    const { status, out, peak } = await run(FILTER, chunks())
    expect({ status, out }).toEqual({ status: 0, out: `${OUT}: ${BLOCKS} records of ${BLOCKS}\n` })
    expect(peak).toBeLessThan(MOST_MEMORY)
  })

  it.each([FILTER, ['summarize', '--json', '-']])(
    '%s: as many sections and interfaces as 200 MB hold',
    async (...argv) => {
      const one = files.join(
        withComments(files.shb(), MAX_OPTION_BYTES),
        withComments(files.idb(), MAX_OPTION_BYTES),
        files.epb(PACKET),
      )
      function* chunks() {
        for (let count = 0; count < 1500; count++) yield one
      }
      const { status, peak } = await run(argv, chunks())
      expect(status).toBe(0)
      expect(peak).toBeLessThan(MOST_MEMORY)
    },
  )

  it('packets that wait for a fragment which tells', async () => {
    const payload = datagram(INNER, { vni: 10 }).slice(16)
    const fragment = (id: number) =>
      ethernet(ipv4(payload, { from: '10.0.0.1', to: '10.0.0.2', id, offset: 16, moreFragments: false }))
    function* chunks() {
      yield files.join(files.shb(), files.idb())
      for (let id = 1; id <= 16 * BLOCKS; id++) yield withComments(files.epb(fragment(id)), MAX_RECORD_LENGTH / 16)
    }
    const { status, peak } = await run(FILTER, chunks())
    expect(status).toBe(0)
    expect(peak).toBeLessThan(MOST_MEMORY)
  })
})
