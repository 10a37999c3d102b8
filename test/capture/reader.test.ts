import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MAX_RECORD_LENGTH } from '../../src/capture/bounds.ts'
import { CaptureError } from '../../src/capture/errors.ts'
import { batches, CaptureReader, refill } from '../../src/capture/reader.ts'
import { bytesSource, chunksSource } from '../../src/capture/source.ts'
import {
  block,
  data,
  epb,
  feed,
  fields,
  idb,
  join,
  option,
  pcapHeader,
  pcapRecord,
  random,
  readAll,
  shb,
} from './files.ts'

const PCAP = join(
  pcapHeader(),
  pcapRecord(1_700_000_000, 1, data(60)),
  pcapRecord(1_700_000_001, 2, []),
  pcapRecord(1_700_000_002, 3, data(7, 2), { lengths: [7, 1500] }),
)
const PCAPNG = join(
  shb({ opts: option(4, 'test') }),
  idb({ opts: option(2, 'eth0') }),
  epb(data(33)),
  block(0x777, data(90)),
  shb({ le: false }),
  idb({ le: false, link: 113 }),
  block(0xbad, fields(false, [32, 1], [32, 2]), { le: false }),
  block(3, join(fields(false, [32, 5]), data(8).fill(0, 5)), { le: false }),
  epb(data(6), { le: false, opts: option(2, [0, 0, 0, 1], false) }),
  block(4, new Uint8Array(4), { le: false }),
)
/** Where records begin, so that every prefix ends at a known place. */
function boundaries(file: Uint8Array): number[] {
  const view = new DataView(file.buffer)
  const found: number[] = []
  if (file === PCAP)
    for (let at = 24; at <= file.length; at += 16 + (view.getUint32(at + 8, true) || 0)) {
      found.push(at)
      if (at === file.length) break
    }
  else {
    let le = true
    for (let at = 0; at < file.length; ) {
      if (view.getUint32(at) === 0x0a0d0d0a) le = view.getUint32(at + 8, true) === 0x1a2b3c4d
      at += view.getUint32(at + 4, le)
      found.push(at)
    }
  }
  return found
}

const shared = new URL('../../../shared/lab/captures/', import.meta.url)
const LAB = [
  'fault-ecn-h1.pcap',
  'ovs-geneve-h1.pcapng',
  'seed-ovs-h1-ns.pcap',
  'seed-ovs-h1.pcapng',
  'seed-ovs-h1.pcap',
]
const lab = new Map(
  LAB.map((name) => new URL(name, shared))
    .filter((url) => existsSync(url))
    .map((url) => [url.pathname.split('/').pop() as string, new Uint8Array(readFileSync(url))]),
)

describe('chunking', () => {
  const files = new Map<string, Uint8Array>([['hand-made pcap', PCAP], ['hand-made pcapng', PCAPNG], ...lab])
  for (const [name, file] of files) {
    test(`${name}: any sizes give the same packets`, () => {
      const whole = readAll(file)
      expect(whole.packets.length).toBeGreaterThan(0)
      expect(whole.reader.issue).toBeNull()
      const next = random(7)
      for (const size of [() => 1, () => 7, () => 1 + Math.floor(next() * 100), () => 1 + Math.floor(next() * 5000)]) {
        for (const windowLength of [64, 1000, 1 << 19]) {
          const parts = readAll(file, { size, windowLength })
          expect(parts.packets).toEqual(whole.packets)
          expect(parts.reader.nextNumber).toBe(whole.reader.nextNumber)
          expect(parts.reader.interfaces).toEqual(whole.reader.interfaces)
        }
      }
    })
  }
  for (const [name, file] of [
    ['pcap', PCAP],
    ['pcapng', PCAPNG],
  ] as const) {
    test(`${name} split in two at every offset`, () => {
      const whole = readAll(file).packets
      for (let cut = 1; cut < file.length; cut++) {
        let first = true
        const size = () => {
          const length = first ? cut : file.length
          first = false
          return length
        }
        expect(readAll(file, { size }).packets, `cut at ${cut}`).toEqual(whole)
      }
    })
  }
})

describe('truncation at every offset', () => {
  for (const [name, file, header] of [
    ['pcap', PCAP, 24],
    ['pcapng', PCAPNG, 36],
  ] as const) {
    test(`hand-made ${name}`, () => {
      const whole = readAll(file).packets
      const ends = boundaries(file)
      for (let cut = 0; cut < file.length; cut++) {
        const part = file.subarray(0, cut)
        if (cut < header) {
          const code = cut === 0 ? 'empty' : 'header-cut-short'
          expect(() => feed(part), `cut at ${cut}`).toThrow(expect.objectContaining({ code }))
          continue
        }
        const { packets, reader } = readAll(part)
        expect(packets, `cut at ${cut}`).toEqual(whole.slice(0, packets.length))
        const offset = Math.max(header, ...ends.filter((end) => end <= cut))
        if (offset === cut) expect(reader.issue).toBeNull()
        else expect(reader.issue, `cut at ${cut}`).toMatchObject({ kind: 'cut-short', offset })
      }
    })
  }

  test.skipIf(lab.size === 0)('lab captures (skipped without ../shared)', () => {
    for (const [name, file] of lab) {
      const starts: number[] = []
      const whole = readAll(file).packets
      feed(file, { onPacket: (reader) => starts.push(reader.packet.at + reader.packet.capturedLength) })
      expect(whole.length).toBeGreaterThan(5)
      for (let cut = 200; cut < Math.min(file.length, 8000); cut++) {
        let count = 0
        let last = 0
        const reader = feed(file.subarray(0, cut), {
          windowLength: 16_384,
          onPacket: ({ packet }) => {
            count++
            last = packet.at + packet.capturedLength
          },
        })
        // The window holds the whole file, so that offsets in it are file offsets.
        if (count > 0 && last !== starts[count - 1]) throw new Error(`${name}: packet ${count} differs, cut at ${cut}`)
        const whollyThere = starts.filter((end) => end <= cut - 16).length
        if (count < whollyThere) throw new Error(`${name}: ${count} packets, cut at ${cut}`)
        if (reader.issue !== null && reader.issue.kind !== 'cut-short')
          throw new Error(`${name}: damaged, cut at ${cut}`)
        if (reader.issue !== null && reader.issue.offset > cut) throw new Error(`${name}: issue beyond ${cut}`)
      }
    }
  })
})

describe('flipped bytes', () => {
  const files = new Map<string, Uint8Array>([['hand-made pcap', PCAP], ['hand-made pcapng', PCAPNG], ...lab])
  for (const [name, file] of files) {
    test(`${name}: never throws behind the header, never grows beyond its bounds`, () => {
      const next = random(99)
      let issues = 0
      for (let run = 0; run < 2000; run++) {
        const bytes = file.slice(0, 20_000)
        const flips = 1 + Math.floor(next() * 4)
        for (let flip = 0; flip < flips; flip++)
          bytes[40 + Math.floor(next() * (bytes.length - 40))] = Math.floor(next() * 256)
        const reader = feed(bytes, {
          windowLength: 4096,
          onPacket: ({ packet, view }) => {
            if (packet.at + packet.capturedLength > view.byteLength) throw new Error('packet beyond the window')
            if (packet.nanoseconds < -1 || packet.nanoseconds > 999_999_999) throw new Error('impossible time')
          },
        })
        if (reader.issue !== null) issues++
        // At most twice what really came, whatever a length claims.
        if (reader.view.byteLength > Math.max(4096, 2 * bytes.length))
          throw new Error(`run ${run}: window ${reader.view.byteLength}`)
      }
      expect(issues).toBeGreaterThan(50)
    })
  }

  test('wild bytes behind a good header', () => {
    const next = random(5)
    for (let run = 0; run < 3000; run++) {
      const wild = Uint8Array.from({ length: Math.floor(next() * 400) }, () => Math.floor(next() * 256))
      for (const head of [pcapHeader({ snap: 0 }), join(shb(), idb())]) {
        expect(feed(join(head, wild)).done).toBe(true)
      }
    }
  })
})

describe('files that are no capture', () => {
  const refusal = (bytes: Uint8Array, size?: () => number): CaptureError => {
    try {
      feed(bytes, size === undefined ? {} : { size })
    } catch (error) {
      if (error instanceof CaptureError) return error
      throw error
    }
    throw new Error('was accepted')
  }
  const text = (content: string) => new TextEncoder().encode(content)
  const cases: [string, Uint8Array, string, RegExp][] = [
    ['empty', new Uint8Array(0), 'empty', /0 bytes/],
    ['23 bytes of a pcap header', pcapHeader().subarray(0, 23), 'header-cut-short', /23 bytes/],
    ['3 bytes', pcapHeader().subarray(0, 3), 'header-cut-short', /3 bytes/],
    ['27 bytes of a section header', shb().subarray(0, 27), 'header-cut-short', /27 bytes/],
    ['text', text('hello, this is a text file of some length\n'), 'not-a-capture', /68 65 6c 6c/],
    ['short text', text('hello'), 'not-a-capture', /68 65 6c 6c/],
    [
      'a document',
      text('{\n  "schema": "vxpcap.summary/1",\n  "filter"'),
      'not-a-capture',
      /JSON document.*vxpcap report/,
    ],
    ['a page', text('<!doctype html>\n<html lang="en"><head>'), 'not-a-capture', /HTML page.*browser/],
    ['a brace', text('{ no document, but a text with a brace }'), 'not-a-capture', /7b 20 6e 6f/],
    ['zeros', new Uint8Array(100), 'not-a-capture', /00 00 00 00/],
    ['snoop', join(text('snoop\0\0\0'), fields(false, [32, 2], [32, 4])), 'unsupported', /snoop.*editcap/],
    ['gzip', join([0x1f, 0x8b, 8, 0], data(30)), 'unsupported', /gzip/],
    ['xz', join([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], data(30)), 'unsupported', /xz/],
  ]
  for (const [name, bytes, code, message] of cases) {
    test(name, () => {
      for (const size of [undefined, () => 1]) {
        const error = refusal(bytes, size)
        expect([error.code, error.name]).toEqual([code, 'CaptureError'])
        expect(error.message).toMatch(message)
        expect(error.message).not.toContain('\n')
      }
    })
  }
})

describe('window and sources', () => {
  test('a record that claims much but does not come allocates next to nothing', () => {
    const claim = join(pcapHeader({ snap: 0 }), pcapRecord(1, 0, data(100), { lengths: [MAX_RECORD_LENGTH - 16, 100] }))
    const reader = feed(claim, { windowLength: 64 })
    expect(reader.issue).toMatchObject({ kind: 'cut-short', offset: 24 })
    expect(reader.view.byteLength).toBeLessThanOrEqual(512)
  })

  test('advance refuses more than the room', () => {
    const reader = new CaptureReader({ windowLength: 64 })
    const room = reader.room()
    expect(() => reader.advance(room.length + 1)).toThrow(RangeError)
    expect(() => reader.advance(-1)).toThrow(RangeError)
    expect(() => reader.advance(Number.NaN)).toThrow(RangeError)
  })

  test('no room while the window is full of unread packets, and none is lost', () => {
    const file = join(pcapHeader(), ...Array.from({ length: 10 }, (_, index) => pcapRecord(index, 0, [index])))
    const reader = new CaptureReader({ windowLength: 64 })
    reader.room().set(file.subarray(0, 64))
    reader.advance(64)
    expect(reader.room().length).toBe(0)
    expect(reader.next()).toBe(true)
    expect(reader.packet.seconds).toBe(0)
    expect(reader.room().length).toBe(24 + 17)
  })

  test('batches read every packet of a source and close it', async () => {
    const seen: number[] = []
    let closed = 0
    const source = { ...chunksSource([PCAPNG.subarray(0, 100), new Uint8Array(0), PCAPNG.subarray(100)]) }
    for await (const reader of batches({ ...source, close: async () => void closed++ })) {
      while (reader.next()) seen.push(reader.packet.number)
    }
    expect(seen).toEqual(readAll(PCAPNG).packets.map(({ number }) => number))
    expect(closed).toBe(1)
  })

  test('batches close their source when the consumer leaves early, and refuse to lose packets', async () => {
    let closed = 0
    const source = () => ({ ...bytesSource(PCAP), close: async () => void closed++ })
    for await (const reader of batches(source())) {
      if (reader.next()) break
    }
    await expect(async () => {
      for await (const _ of batches(source()));
    }).rejects.toThrow(TypeError)
    expect(closed).toBe(2)
  })

  test('a source that fails behind the header ends the capture, before it the error is thrown', async () => {
    const failing = (bytes: Uint8Array) =>
      chunksSource(
        (async function* () {
          yield bytes
          throw new CaptureError('unreadable', 'cannot be read further (EIO)')
        })(),
      )
    const reader = new CaptureReader()
    const source = failing(PCAP)
    let count = 0
    while (!reader.done) {
      while (reader.next()) count++
      await refill(reader, source)
    }
    expect(count).toBe(3)
    expect(reader.issue).toEqual({ kind: 'damaged', offset: PCAP.length, detail: 'cannot be read further (EIO)' })

    const early = new CaptureReader()
    const broken = failing(PCAP.subarray(0, 10))
    await refill(early, broken)
    expect(early.next()).toBe(false)
    await expect(refill(early, broken)).rejects.toThrow(CaptureError)
  })

  test('the issue of a source takes the place of a cut', async () => {
    const issue = { kind: 'damaged', offset: 50, detail: 'the gzip stream is broken' } as const
    const source = { ...bytesSource(PCAP.subarray(0, 50)), issue }
    const reader = new CaptureReader()
    while (!reader.done) {
      while (reader.next());
      await refill(reader, source)
    }
    expect(reader.issue).toEqual(issue)
  })
})
