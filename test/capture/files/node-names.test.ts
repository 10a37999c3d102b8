import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSource } from '../../../src/capture/files/node-input.ts'
import { fsPath, nameOf, rawArguments } from '../../../src/capture/files/node-names.ts'
import { expandPaths } from '../../../src/capture/files/node-paths.ts'
import { pcapHeader } from '../files.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vxpcap-names-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('names', () => {
  test.prop([fc.uint8Array({ maxLength: 40 })])('of any bytes come back as those bytes', (bytes) => {
    expect(Buffer.from(fsPath(nameOf(Buffer.from(bytes))) as string)).toEqual(Buffer.from(bytes))
  })

  test.prop([fc.string({ unit: 'grapheme' })])('in UTF-8 stay as they are', (text) => {
    expect(nameOf(Buffer.from(text))).toBe(text)
    expect(fsPath(text)).toBe(text)
  })

  it('keep what is UTF-8 beside what is not', () => {
    const bytes = Buffer.concat([Buffer.from('über-�-😀-'), Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xb2, 0x80])])
    expect(nameOf(bytes)).toBe('über-�-😀-\udcff\udcc3(\udced\udcb2\udc80')
    expect(fsPath(nameOf(bytes))).toEqual(bytes)
  })

  it('that are no arguments of this process stay as they are', () => {
    expect(rawArguments(['plain', 'not\ufffdthere'])).toEqual(['plain', 'not\ufffdthere'])
  })

  it.skipIf(process.platform !== 'linux')('that are not UTF-8 open, in directories and patterns too', async () => {
    const strange = join(folder, 'd\udcff')
    mkdirSync(fsPath(strange))
    for (const name of ['a\udce9.pcap', 'b.pcap']) writeFileSync(fsPath(join(strange, name)), pcapHeader())
    const expected = ['a\udce9.pcap', 'b.pcap'].map((name) => join(strange, name))
    for (const given of [strange, join(folder, '*', '*.pcap'), join(folder, '?\udcff', '[ab]*')]) {
      expect((await expandPaths([given])).paths, given).toEqual(expected)
    }
    const source = await fileSource(expected[0]!)
    expect(await source.read(new Uint8Array(100))).toBe(24)
    await source.close?.()
  })
})
