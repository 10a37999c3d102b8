/** The law of chains: from state to state, at whatever boundary, captures say what they say in one go, byte for byte. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pointAnalyzers, pointDocument } from '../../src/fleet/point.ts'
import type { PointDocument } from '../../src/fleet-document.ts'
import { resumeState, saveState, summarizeFiles } from '../../src/node.ts'
import type { PacketInfo } from '../../src/packet.ts'
import { formatText } from '../../src/report/text.ts'
import { random } from '../capture/files.ts'
import { COMPRESSORS } from '../support/compress.ts'
import { FIXTURES, fixture } from '../support/goldens.ts'
import { fromStateToState, packetsOf, rotated, WAYS, whole } from '../support/rotated.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-chain-'))
afterAll(() => rmSync(folder, { recursive: true }))
const STATE = join(folder, 'point.vxp')
const chain = join(folder, 'chain')

/** Three packets by chance. Every tenth, of every capture of the lab, in `chain.field.ts`. */
function cuts(packets: number, name: string): number[] {
  const next = random(packets + name.length)
  const chance = Array.from({ length: 3 }, () => Math.floor(next() * packets))
  return [...new Set(chance)].sort((left, right) => left - right)
}

describe.each(FIXTURES)('%s', (name) => {
  const capture = fixture(name)

  it.each([WAYS[FIXTURES.indexOf(name) % WAYS.length]!])('says the same from file to file, %s', async (_, options) => {
    const files = rotated(capture, cuts(packetsOf(capture), name), chain)
    const expected = await summarizeFiles(files, options)
    const last = await fromStateToState(
      files.map((file) => [file]),
      STATE,
      options,
    )
    expect(whole(last)).toBe(whole(expected))
    expect(formatText(last, {})).toBe(formatText(expected, {}))
  })
})

describe('a chain', () => {
  const capture = fixture('seed-ovs-h1.pcapng')

  it('may be saved between any two files', async () => {
    const files = rotated(capture, cuts(packetsOf(capture), ''), chain)
    const expected = whole(await summarizeFiles(files))
    for (let cut = 1; cut < files.length; cut++) {
      const last = await fromStateToState([files.slice(0, cut), files.slice(cut)], STATE)
      expect(whole(last), `between ${cut} and the next`).toBe(expected)
    }
  })

  it('may be compressed, each file otherwise', async () => {
    const kinds = [COMPRESSORS.gzip, COMPRESSORS.zstd, COMPRESSORS.lz4]
    const files = rotated(capture, cuts(packetsOf(capture), ''), chain, (bytes, part) => kinds[part % 3]!(bytes))
    const expected = await summarizeFiles(files)
    expect(new Set(expected.capture.files.map(({ compression }) => compression)).size).toBe(3)
    const last = await fromStateToState(
      files.map((file) => [file]),
      STATE,
    )
    expect(whole(last)).toBe(whole(expected))
  })

  it('takes damage, cut ends and files that cannot be read along', async () => {
    const cutShort = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - 7)
    const files = rotated(fixture('kv-mixed-h1.pcap'), [9, 20], chain, cutShort)
    const paths = [files[0]!, join(folder, 'none.pcap'), files[1]!, fixture('fault-malformed-h1.pcap'), files[2]!]
    const expected = whole(await summarizeFiles(paths))
    for (let cut = 1; cut < paths.length; cut++) {
      const last = await fromStateToState([paths.slice(0, cut), paths.slice(cut)], STATE)
      expect(whole(last), `between ${cut} and the next`).toBe(expected)
    }
  })

  it('names two files that are called the same by their whole paths, whichever was saved', async () => {
    const [a] = rotated(fixture('kv-mixed-h1.pcap'), [], join(folder, 'a'))
    const [b] = rotated(fixture('kv-vnis-h1.pcap'), [], join(folder, 'b'))
    const expected = await summarizeFiles([a!, b!])
    expect(expected.capture.files.map(({ name }) => name)).toEqual([a, b])
    expect(whole(await fromStateToState([[a!], [b!]], STATE))).toBe(whole(expected))
  })

  it('is saved the same by one thread and by several', async () => {
    const files = rotated(capture, [10], chain)
    const bytes: Uint8Array[] = []
    for (const threads of [1, 3]) {
      await summarizeFiles(files, { save: STATE, threads })
      bytes.push(new Uint8Array(readFileSync(STATE)))
    }
    expect(bytes[0]).toEqual(bytes[1])
  })

  it('shows other rows, and another underlay MTU, when it goes on', async () => {
    const files = rotated(capture, [10], chain)
    await summarizeFiles([files[0]!], { save: STATE })
    const last = await summarizeFiles([files[1]!], { resume: STATE, rows: 1, underlayMtu: 1500 })
    expect(whole(last)).toBe(whole(await summarizeFiles(files, { rows: 1, underlayMtu: 1500 })))
  })

  it('goes on in another process from the bytes alone, which are the same each time', async () => {
    const files = rotated(capture, [10, 20], chain)
    await summarizeFiles(files, { save: STATE })
    const bytes = new Uint8Array(readFileSync(STATE))
    const again = await saveState(await resumeState(bytes))
    expect(again).toEqual(bytes)
    expect(whole((await resumeState(again)).summary())).toBe(whole(await summarizeFiles(files)))
  })

  it("takes analyzers of one's own along that can be saved, under their names", async () => {
    class Sizes {
      #sizes: number[] = []
      observe({ wireLength }: PacketInfo): void {
        this.#sizes.push(wireLength)
      }
      finish = () => [...this.#sizes]
      save = () => Int32Array.from(this.#sizes)
      restore(saved: unknown): void {
        if (!(saved instanceof Int32Array)) throw new TypeError('no sizes')
        this.#sizes = [...saved]
      }
    }
    const files = rotated(capture, [10, 20], chain)
    const expected = await summarizeFiles(files, { analyzers: { sizes: new Sizes(), more: new Sizes() } })
    expect(expected.extra.sizes.length).toBe(26)
    let last: unknown
    for (const [index, file] of files.entries()) {
      const analyzers = { more: new Sizes(), sizes: new Sizes() }
      last = await summarizeFiles([file], { save: STATE, analyzers, ...(index > 0 && { resume: STATE }) })
    }
    expect(last).toEqual(expected)
    const bytes = new Uint8Array(readFileSync(STATE))
    await expect(resumeState(bytes, { analyzers: { sizes: new Sizes() } })).rejects.toMatchObject({
      code: 'other-options',
    })
  })

  it('takes along what a fleet needs of a point', async () => {
    const files = rotated(fixture('kv-mixed-sw.pcapng'), [30, 60], chain)
    const expected = pointDocument('leaf', await summarizeFiles(files, { analyzers: pointAnalyzers() }))
    let last: PointDocument | undefined
    for (const [index, file] of files.entries()) {
      const options = { save: STATE, analyzers: pointAnalyzers(), ...(index > 0 && { resume: STATE }) }
      last = pointDocument('leaf', await summarizeFiles([file], options))
    }
    expect(last).toEqual(expected)
  })
})
