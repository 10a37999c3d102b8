import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { pcapParserBatches } from '../../../src/capture/files/node-pcap-parser.ts'
import { copyPacket, data, epb, idb, join, pcapHeader, pcapRecord, type Read, readAll, shb } from '../files.ts'

async function read(bytes: Uint8Array, size = 65_536): Promise<{ packets: Read[]; issue: unknown }> {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(Buffer.from(bytes.subarray(at, at + size)))
  const packets: Read[] = []
  let issue: unknown = null
  for await (const batch of pcapParserBatches(Readable.from(chunks))) {
    while (batch.next()) packets.push(copyPacket(batch))
    issue = batch.issue
  }
  return { packets, issue }
}

const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const files = ['corpus/pcap/', 'corpus/vxlan/', 'lab/captures/']
  .filter((folder) => existsSync(SHARED + folder))
  .flatMap((folder) => readdirSync(SHARED + folder).map((name) => SHARED + folder + name))
  .filter((path) => {
    if (!path.endsWith('.pcap')) return false
    const magic = readFileSync(path).readUInt32BE(0)
    return magic === 0xa1b2c3d4 || magic === 0xd4c3b2a1
  })

describe('pcap-parser', () => {
  test.skipIf(files.length === 0)(
    'agrees with our reader on every µs capture (skipped without ../shared)',
    async () => {
      expect(files.length).toBeGreaterThan(180)
      let packets = 0
      for (const path of files) {
        const bytes = new Uint8Array(readFileSync(path))
        const ours = readAll(bytes)
        const theirs = await read(bytes)
        expect(theirs.packets, path).toEqual(ours.packets)
        expect(theirs.issue, path).toEqual(ours.reader.issue)
        packets += ours.packets.length
      }
      expect(packets).toBeGreaterThan(5000)
    },
  )

  const FILE = join(
    pcapHeader({ le: false }),
    pcapRecord(1, 2, data(60), { le: false }),
    pcapRecord(3, 1_000_004, data(5), { le: false }),
  )

  test('any chunks give the same packets', async () => {
    const { packets } = readAll(FILE)
    for (const size of [1, 7, 1000]) expect((await read(FILE, size)).packets).toEqual(packets)
  })

  test('a cut record, which pcap-parser loses silently, is an issue', async () => {
    for (let cut = 25; cut < FILE.length; cut++) {
      const part = FILE.slice(0, cut)
      const ours = readAll(part)
      expect(await read(part, 10)).toEqual({ packets: ours.packets, issue: ours.reader.issue })
    }
  })

  test('an impossible length ends at its record', async () => {
    const bytes = join(FILE, pcapRecord(1, 0, data(200_000), { le: false, lengths: [0xffff_ffff, 60] }))
    const { packets, issue } = await read(bytes, 1000)
    expect(packets).toHaveLength(2)
    expect(issue).toMatchObject({ kind: 'damaged', offset: FILE.length })
  })

  const refusals: [string, Uint8Array, string][] = [
    ['nanoseconds', pcapHeader({ magic: 0xa1b23c4d }), 'unsupported'],
    ['pcapng', join(shb(), idb(), epb(data(3))), 'unsupported'],
    ['empty', new Uint8Array(0), 'empty'],
    ['half a header', pcapHeader().slice(0, 20), 'header-cut-short'],
  ]
  for (const [name, bytes, code] of refusals) {
    test(`refuses ${name}`, async () => {
      await expect(read(bytes)).rejects.toMatchObject({ name: 'CaptureError', code })
    })
  }

  test('a failing stream is unreadable', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from(FILE)
        throw new Error('EIO')
      })(),
    )
    await expect(async () => {
      for await (const batch of pcapParserBatches(failing)) while (batch.next());
    }).rejects.toMatchObject({ code: 'unreadable' })
  })

  test('numbers begin where they are told to', async () => {
    for await (const batch of pcapParserBatches(Readable.from([Buffer.from(FILE)]), { firstNumber: 10 })) {
      while (batch.next()) expect(batch.packet.number).toBe(9 + batch.packets)
      expect(batch.packets).toBe(2)
    }
  })
})
