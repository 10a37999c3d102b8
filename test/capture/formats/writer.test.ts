import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fc, test as property } from '@fast-check/vitest'
import { afterAll, describe, expect, test } from 'vitest'
import { CaptureError } from '../../../src/capture/errors.ts'
import { openOutput } from '../../../src/capture/files/node-output.ts'
import { PcapngWriter, PcapWriter, type WritablePacket } from '../../../src/capture/formats/writer.ts'
import type { CaptureReader } from '../../../src/capture/reader.ts'
import { NO_TIME } from '../../../src/packet.ts'
import { data, feed, join, type Read, readAll } from '../files.ts'

const folder = mkdtempSync(joinPath(tmpdir(), 'vxpcap-'))
afterAll(() => rmSync(folder, { recursive: true }))

function collect(): { sink: (bytes: Uint8Array) => void; bytes: () => Uint8Array } {
  const parts: Uint8Array[] = []
  return { sink: (bytes) => void parts.push(bytes), bytes: () => join(...parts) }
}

function packet(bytes: Uint8Array, more: Partial<WritablePacket> = {}): [DataView, WritablePacket] {
  const view = new DataView(join([9, 9, 9], bytes).buffer)
  return [
    view,
    {
      seconds: 1_700_000_000,
      nanoseconds: 123_456_789,
      at: 3,
      capturedLength: bytes.length,
      wireLength: bytes.length,
      ...more,
    },
  ]
}

/** Copies a whole capture through a writer, as `filter` would that keeps everything. */
function copyPcapng(bytes: Uint8Array): Uint8Array {
  const out = collect()
  const writer = new PcapngWriter(out.sink)
  let described = 0
  let sections = 0
  const begin = (reader: CaptureReader) => {
    for (; sections < reader.sections.length; sections++) {
      writer.section(reader.sections[sections])
      described = reader.sections[sections]!.firstInterface
    }
    for (; described < reader.interfaces.length; described++) writer.addInterface(reader.interfaces[described]!)
  }
  const first = (reader: CaptureReader) => reader.sections.at(-1)?.firstInterface ?? 0
  const reader = feed(bytes, {
    onPacket: (at) => {
      begin(at)
      writer.write(at.view, at.packet, at.packet.interfaceId - first(at), at.comments())
    },
  })
  begin(reader)
  for (const info of reader.interfaces.slice(first(reader))) writer.statistics(info.id - first(reader), info)
  writer.flush()
  return out.bytes()
}

describe('pcap', () => {
  for (const littleEndian of [true, false]) {
    for (const nanoseconds of [true, false]) {
      test(`${nanoseconds ? 'nano' : 'micro'}seconds, ${littleEndian ? 'little' : 'big'}-endian`, () => {
        const out = collect()
        const writer = new PcapWriter(out.sink, { linkType: 276, nanoseconds, littleEndian, snapLength: 96 })
        writer.write(...packet(data(5), { wireLength: 1500 }))
        writer.write(...packet(new Uint8Array(0), { seconds: 0xffff_ffff, nanoseconds: 999_999_999 }))
        writer.write(...packet(data(2), { nanoseconds: NO_TIME, seconds: 7 }))
        writer.flush()
        expect(writer.packets).toBe(3)
        const { packets, reader } = readAll(out.bytes())
        expect(reader.interfaces).toMatchObject([{ linkType: 276, snapLength: 96, tsresol: nanoseconds ? 9 : 6 }])
        expect(packets).toMatchObject([
          {
            seconds: 1_700_000_000,
            nanoseconds: nanoseconds ? 123_456_789 : 123_456_000,
            wireLength: 1500,
            bytes: '01080f161d',
          },
          { seconds: 0xffff_ffff, nanoseconds: nanoseconds ? 999_999_999 : 999_999_000, capturedLength: 0 },
          { seconds: 0, nanoseconds: 0, bytes: '0108' },
        ])
      })
    }
  }

  test('bytes by hand', () => {
    const out = collect()
    const writer = new PcapWriter(out.sink, { linkType: 1 })
    writer.write(...packet(Uint8Array.of(0xaa, 0xbb)))
    writer.flush()
    expect(Buffer.from(out.bytes()).toString('hex')).toBe(
      'd4c3b2a1020004000000000000000000000004000100000000f15365' + '40e20100' + '02000000' + '02000000' + 'aabb',
    )
  })

  test('refuses what does not fit, and writes nothing of it', () => {
    const out = collect()
    const writer = new PcapWriter(out.sink, { linkType: 1 })
    const refused: Partial<WritablePacket>[] = [
      { seconds: -1 },
      { seconds: 2 ** 32 },
      { linkType: 113 },
      { wireLength: 2 ** 32 },
      { capturedLength: 6 },
      { nanoseconds: 1_000_000_000 },
      { at: -1 },
    ]
    for (const more of refused)
      expect(() => writer.write(...packet(data(5), more)), JSON.stringify(more)).toThrow(RangeError)
    writer.flush()
    expect(out.bytes().length).toBe(24)
    expect(() => new PcapWriter(out.sink, { linkType: 65_536 })).toThrow(RangeError)
  })

  test('records larger than a piece, and many pieces', () => {
    const out = collect()
    const writer = new PcapWriter(out.sink, { linkType: 1, snapLength: 0 })
    const sizes = [10, 300_000, 0, 100_000, 200_000, 4_000_000, 5]
    for (const size of sizes) writer.write(...packet(new Uint8Array(size).fill(size & 255)))
    writer.flush()
    const { packets } = readAll(out.bytes())
    expect(packets.map(({ capturedLength }) => capturedLength)).toEqual(sizes)
    for (const { bytes, capturedLength } of packets) {
      expect(bytes === (capturedLength & 255).toString(16).padStart(2, '0').repeat(capturedLength)).toBe(true)
    }
  })
})

describe('pcapng', () => {
  test('interfaces, comments, flags, statistics', () => {
    const out = collect()
    const writer = new PcapngWriter(out.sink, {
      application: 'vxpcap',
      os: 'Linux',
      hardware: 'x',
      comments: ['a', 'b'],
    })
    const info = {
      linkType: 1,
      snapLength: 96,
      tsresol: 6,
      tsoffset: -1_000_000_000,
      fcsLength: 4,
      name: 'vni 4097',
      description: 'é',
      filter: 'udp port 4789',
      os: 'Linux 6',
      hardware: 'veth',
      comments: ['one'],
    }
    expect(writer.addInterface(info)).toBe(0)
    writer.write(...packet(data(5), { wireLength: 1500, flags: 0x201 }), 0, ['outer packet 7', 'second'])
    expect(writer.addInterface({ linkType: 101 })).toBe(1)
    writer.write(...packet(data(4)), 1)
    writer.statistics(0, { received: 100, drops: 3 })
    writer.flush()
    const comments: string[][] = []
    feed(out.bytes(), { onPacket: (at) => comments.push(at.comments()) })
    expect(comments).toEqual([['outer packet 7', 'second'], []])
    const { packets, reader } = readAll(out.bytes())
    expect(packets).toMatchObject([
      {
        number: 1,
        seconds: 1_700_000_000,
        nanoseconds: 123_456_000,
        wireLength: 1500,
        flags: 0x201,
        fcsLength: 4,
        linkType: 1,
      },
      { number: 2, seconds: 1_700_000_000, nanoseconds: 123_456_789, linkType: 101, interfaceId: 1 },
    ])
    expect(reader.interfaces).toEqual([
      { id: 0, ...info, drops: 3, received: 100 },
      { id: 1, linkType: 101, snapLength: 0, tsresol: 9, tsoffset: 0, fcsLength: 0, drops: null, received: null },
    ])
    expect(reader.sections).toMatchObject([{ application: 'vxpcap', os: 'Linux', hardware: 'x', comments: ['a', 'b'] }])
    expect(reader.droppedByCapture()).toBe(3)
    expect(reader.issue).toBeNull()
  })

  test('packets without time stay without where the format can say so', () => {
    const out = collect()
    const writer = new PcapngWriter(out.sink)
    writer.addInterface({ linkType: 1, snapLength: 4 })
    const timeless = { nanoseconds: NO_TIME, seconds: 0 }
    writer.write(...packet(data(4), { ...timeless, wireLength: 90 }), 0)
    writer.write(...packet(data(3), timeless), 0)
    writer.write(...packet(data(2), { ...timeless, wireLength: 90 }), 0)
    writer.flush()
    expect(readAll(out.bytes()).packets).toMatchObject([
      { nanoseconds: NO_TIME, wireLength: 90, capturedLength: 4 },
      { nanoseconds: NO_TIME, capturedLength: 3 },
      { seconds: 0, nanoseconds: 0, capturedLength: 2, wireLength: 90 },
    ])
  })

  // What a clock of some resolution can show: ticks to nanoseconds, rounded down.
  const clock = fc
    .record({ tsresol: fc.nat({ max: 255 }), tsoffset: fc.integer({ min: -(2 ** 31), max: 2 ** 31 }) })
    .chain(({ tsresol, tsoffset }) =>
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((ticks) => {
        const rate = tsresol < 0x80 ? 10n ** BigInt(tsresol) : 2n ** BigInt(tsresol & 0x7f)
        const total = (ticks * 1_000_000_000n) / rate
        return {
          tsresol,
          tsoffset,
          seconds: Number(total / 1_000_000_000n) + tsoffset,
          nanoseconds: Number(total % 1_000_000_000n),
          exact: total / 1_000_000_000n < 2n ** 52n,
        }
      }),
    )
  property.prop([clock], { numRuns: 3000 })('every time that an interface can state survives exactly', (time) => {
    fc.pre(time.exact)
    const { tsresol, tsoffset, seconds, nanoseconds } = time
    const out = collect()
    const writer = new PcapngWriter(out.sink)
    const id = writer.addInterface({ linkType: 1, tsresol, tsoffset })
    writer.write(...packet(data(1), { seconds, nanoseconds }), id)
    writer.flush()
    expect(readAll(out.bytes()).packets).toMatchObject([{ seconds, nanoseconds }])
  })

  test('refuses what does not fit, and writes nothing of it', () => {
    const out = collect()
    const writer = new PcapngWriter(out.sink)
    expect(() => writer.write(...packet(data(1)), 0)).toThrow(/interface 0 has not been described/)
    writer.addInterface({ linkType: 1 })
    writer.addInterface({ linkType: 1, tsresol: 0x80 + 20 })
    writer.flush()
    const { length } = out.bytes()
    for (const more of [
      { seconds: -1 },
      { seconds: 2 ** 45 },
      { seconds: 1.5 },
      { flags: -1 },
      { capturedLength: 99 },
    ]) {
      for (const id of [0, 1])
        expect(() => writer.write(...packet(data(1), more), id), JSON.stringify(more)).toThrow(RangeError)
    }
    expect(() => writer.write(...packet(data(1)), 0, ['x'.repeat(70_000)])).toThrow(RangeError)
    expect(() => writer.addInterface({ linkType: -1 })).toThrow(RangeError)
    expect(() => writer.addInterface({ linkType: 1, tsresol: 256 })).toThrow(RangeError)
    expect(() => writer.addInterface({ linkType: 1, fcsLength: 9 })).toThrow(RangeError)
    expect(() => writer.statistics(5, {})).toThrow(RangeError)
    expect(() => writer.statistics(0, { drops: -1 })).toThrow(RangeError)
    expect(() => new PcapngWriter(out.sink, { os: 'x'.repeat(70_000) })).toThrow(RangeError)
    writer.flush()
    expect(out.bytes().length).toBe(length)
  })
})

function run(command: string, args: string[]): string | null {
  try {
    return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return null
  }
}

const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const folders = ['lab/captures/', 'corpus/pcapng/', 'corpus/vxlan/'].filter((name) => existsSync(SHARED + name))
const files = folders.flatMap((name) =>
  readdirSync(SHARED + name)
    .filter((file) => /\.(pcap|pcapng|ntar)$/.test(file))
    .map((file) => SHARED + name + file),
)

describe.skipIf(files.length === 0)('every shared capture, copied packet by packet (skipped without ../shared)', () => {
  test('as pcapng: the same packets, interfaces and times', () => {
    // Interfaces of a section without packets are not copied, so ids differ there; custom blocks take numbers.
    const bare = ({ number: _, interfaceId: __, ...rest }: Read) => rest
    let packets = 0
    for (const path of files) {
      const original = readAll(new Uint8Array(readFileSync(path)))
      const copy = readAll(copyPcapng(new Uint8Array(readFileSync(path))))
      expect(copy.packets.map(bare), path).toEqual(original.packets.map(bare))
      packets += copy.packets.length
    }
    expect(packets).toBeGreaterThan(10_000)
  })

  test.skipIf(run('tshark', ['-v']) === null)(
    'tshark shows the same of the copy as of the original (skipped without tshark)',
    () => {
      const show = (path: string) =>
        run('tshark', [
          '-n',
          '-r',
          path,
          '-T',
          'fields',
          ...['number', 'time_epoch', 'len', 'cap_len', 'interface_name', 'comment', 'md5_hash'].flatMap((name) => [
            '-e',
            `frame.${name}`,
          ]),
          '-o',
          'frame.generate_md5_hash:TRUE',
        ])
      for (const name of ['kv-mixed-sw.pcapng', 'seed-ovs-h1.pcapng', 'kv-sll-any-h1.pcapng']) {
        const path = `${SHARED}lab/captures/${name}`
        const copy = joinPath(folder, name)
        writeFileSync(copy, copyPcapng(new Uint8Array(readFileSync(path))))
        const shown = show(copy)
        expect(shown?.length).toBeGreaterThan(500)
        expect(shown).toBe(show(path))
      }
      const path = `${SHARED}lab/captures/seed-ovs-h1.ns.pcap`
      const out = collect()
      let writer: PcapWriter | null = null
      feed(new Uint8Array(readFileSync(path)), {
        onPacket: (at) => {
          writer ??= new PcapWriter(out.sink, { linkType: at.packet.linkType, nanoseconds: true, snapLength: 262_144 })
          writer.write(at.view, at.packet)
        },
      })
      ;(writer as PcapWriter | null)?.flush()
      expect(Buffer.compare(out.bytes(), readFileSync(path))).toBe(0)
    },
  )
})

describe('output file', () => {
  const path = joinPath(folder, 'out.pcap')
  const left = () => readdirSync(folder).filter((name) => name.includes('.part'))
  const refusal = (act: () => unknown): string => {
    try {
      act()
    } catch (error) {
      expect(error).toBeInstanceOf(CaptureError)
      expect((error as CaptureError).code).toBe('unwritable')
      return (error as CaptureError).message
    }
    throw new Error('was accepted')
  }

  test('appears under its name when committed, whole, and replaces what was there', () => {
    writeFileSync(path, 'old')
    const output = openOutput(path)
    output.sink(data(100))
    output.sink(data(100, 1))
    expect(readFileSync(path, 'utf8')).toBe('old')
    output.commit()
    output.abort()
    expect(new Uint8Array(readFileSync(path))).toEqual(join(data(100), data(100, 1)))
    expect(left()).toEqual([])
  })

  test('an aborted one leaves nothing', () => {
    const output = openOutput(joinPath(folder, 'never.pcap'))
    output.sink(data(10))
    output.abort()
    output.abort()
    expect(existsSync(joinPath(folder, 'never.pcap'))).toBe(false)
    expect(left()).toEqual([])
  })

  test('refuses an input by any name, a directory, a missing directory', () => {
    writeFileSync(path, 'input')
    const link = joinPath(folder, 'link.pcap')
    symlinkSync(path, link)
    expect(refusal(() => openOutput(path, [joinPath(folder, 'none'), path]))).toContain('it is the input')
    expect(refusal(() => openOutput(link, [path]))).toContain('it is the input')
    mkdirSync(joinPath(folder, 'dir'))
    expect(refusal(() => openOutput(joinPath(folder, 'dir')))).toContain('directory')
    expect(refusal(() => openOutput(joinPath(folder, 'none', 'x.pcap')))).toContain('create it first')
    expect(readFileSync(path, 'utf8')).toBe('input')
    expect(left()).toEqual([])
  })

  test.skipIf(!existsSync('/dev/full'))('a full disk is one clear line', () => {
    const output = openOutput('/dev/full')
    expect(refusal(() => output.sink(data(10)))).toContain('disk is full')
    expect(existsSync('/dev/full')).toBe(true)
  })
})
