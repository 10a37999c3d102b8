import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../../src/capture/compression/byte-reader.ts'
import { MAX_GZIP_HEADER } from '../../../src/capture/compression/gzip.ts'
import { decompressed } from '../../../src/capture/compression/node-compression.ts'
import { Xxh64, xxh32 } from '../../../src/capture/compression/xxhash.ts'
import { zstdContent } from '../../../src/capture/compression/zstd.ts'
import { CaptureReader, refill } from '../../../src/capture/reader.ts'
import { bytesSource, type Compression, chunksSource } from '../../../src/capture/source.ts'
import { lz4Frame, pipe, zstdFrame } from '../../support/compress.ts'
import { cpuTime } from '../../support/cpu-time.ts'
import {
  copyPacket,
  data,
  epb,
  fields,
  idb,
  join,
  pcapHeader,
  pcapRecord,
  type Read,
  random,
  readAll,
  shb,
} from '../files.ts'

const SMALL = join(pcapHeader(), pcapRecord(1, 2, data(60)), pcapRecord(3, 4, data(900, 1)))
/** Large enough for several blocks and pieces; half of it repeats, half does not compress. */
const LARGE = (() => {
  const next = random(3)
  const packets = Array.from({ length: 900 }, (_, index) => {
    const noise = Uint8Array.from({ length: 400 }, () => Math.floor(next() * 256))
    return epb(join(data(700, index % 5), noise), { time: BigInt(index) * 1000n })
  })
  return join(shb(), idb(), ...packets)
})()

interface Outcome {
  packets: Read[]
  issue: CaptureReader['issue']
  compression: Compression
  bytes: number
}

async function read(bytes: Uint8Array, size = Number.POSITIVE_INFINITY): Promise<Outcome> {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  const source = decompressed(chunksSource(chunks))
  const reader = new CaptureReader()
  const packets: Read[] = []
  while (!reader.done) {
    while (reader.next()) packets.push(copyPacket(reader))
    await refill(reader, source)
  }
  await source.close?.()
  return { packets, issue: reader.issue, compression: source.stored.compression, bytes: reader.bytesRead }
}

const KNOWN_FRAME =
  'KLUv/QRo/QQAptIlEqCXNAdm/z8AXNDS0ibSqjLPECEAHwAfANOlR29nD/248eLEhwsPXk4e+G3X9CzHnYcDgwKCAYEAgGE+2eSSSR5Z5JArUw7yxRZXTPHEEkfcmHGIr1uvTj1TSx11a9ahPtroookeWuigS5MO9M0210zzzDLH3Jlz32133XTPLXfcvXmH+2yzyyZ7bLHDrk072FdbXTXVAQEAfV4uUBNJrw=='

const le32 = (value: number) => fields(true, [32, value])
const skippable = (length: number) => join(le32(0x184d2a53), le32(length), data(length))

const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes))
const half = Math.floor(LARGE.length / 2)

describe('compression by content', () => {
  const whole = readAll(LARGE).packets
  const cases: [string, Compression, Uint8Array | null][] = [
    ['plain', 'none', LARGE],
    ['gzip', 'gzip', gzip(LARGE)],
    [
      'gzip members and zero padding',
      'gzip',
      join(gzip(LARGE.subarray(0, half)), gzip(LARGE.subarray(half)), new Uint8Array(40)),
    ],
    [
      'gzip of many members',
      'gzip',
      join(
        ...Array.from({ length: 200 }, (_, i) =>
          gzip(LARGE.subarray(i * 5000, i < 199 ? (i + 1) * 5000 : LARGE.length)),
        ),
      ),
    ],
    ['gzip by its command', 'gzip', pipe('gzip', ['-c', '-9'], LARGE)],
    ['lz4 by hand', 'lz4', lz4Frame(LARGE)],
    [
      'lz4 frames with a skippable one',
      'lz4',
      join(skippable(70_000), lz4Frame(LARGE.subarray(0, half)), skippable(0), lz4Frame(LARGE.subarray(half))),
    ],
    ['lz4 by its command', 'lz4', pipe('lz4', ['-c'], LARGE)],
    ['lz4, linked blocks of 64 KiB with checksums', 'lz4', pipe('lz4', ['-c', '-9', '-B4', '-BD', '-BX'], LARGE)],
    ['lz4 with content size', 'lz4', pipe('lz4', ['-c', '--content-size', '-B5'], LARGE)],
    ['zstd by hand', 'zstd', zstdFrame(LARGE)],
    [
      'zstd frames with a skippable one',
      'zstd',
      join(skippable(9), zstdFrame(LARGE.subarray(0, half)), skippable(9), zstdFrame(LARGE.subarray(half))),
    ],
    ['zstd by its command', 'zstd', pipe('zstd', ['-c'], LARGE)],
    ['zstd, level 19', 'zstd', pipe('zstd', ['-c', '-19'], LARGE)],
    ['zstd without checksum', 'zstd', pipe('zstd', ['-c', '--no-check', '-1'], LARGE)],
  ]
  for (const [name, compression, bytes] of cases) {
    test.skipIf(bytes === null)(`${name} (skipped where the command is absent)`, async () => {
      for (const size of [Number.POSITIVE_INFINITY, 1000, 65_537]) {
        const outcome = await read(bytes as Uint8Array, size)
        expect(outcome.compression).toBe(compression)
        expect(outcome.issue).toBeNull()
        expect(outcome.bytes).toBe(LARGE.length)
        expect(outcome.packets.length).toBe(whole.length)
        expect(outcome.packets).toEqual(whole)
      }
    })
  }

  test('small captures, byte by byte', async () => {
    const { packets } = readAll(SMALL)
    for (const bytes of [SMALL, gzip(SMALL), lz4Frame(SMALL), zstdFrame(SMALL)]) {
      expect((await read(bytes, 1)).packets).toEqual(packets)
    }
  })

  test('XXH32 as its specification has it', () => {
    const text = (content: string) => new TextEncoder().encode(content)
    expect(xxh32(text(''))).toBe(0x02cc5d05)
    expect(xxh32(text('a'))).toBe(0x550d7456)
    expect(xxh32(text('abc'))).toBe(0x32d153ff)
    expect(xxh32(text('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f)
  })
})

describe('cut streams yield what is whole, and say so', () => {
  const files: [string, Uint8Array][] = [
    ['gzip', gzip(SMALL)],
    ['lz4', lz4Frame(SMALL, 300)],
    ['zstd', zstdFrame(SMALL)],
    ['gzip, two members', join(gzip(SMALL.subarray(0, 500)), gzip(SMALL.subarray(500)))],
  ]
  const whole = readAll(SMALL).packets
  for (const [name, bytes] of files) {
    test(`${name}, at every offset`, async () => {
      let partial = 0
      for (let cut = 5; cut < bytes.length; cut++) {
        let outcome: Outcome
        try {
          outcome = await read(bytes.subarray(0, cut))
        } catch (error) {
          // Not even the file header came out.
          expect(error, `cut at ${cut}`).toMatchObject({ code: expect.stringMatching(/^(empty|header-cut-short)$/) })
          continue
        }
        expect(outcome.packets, `cut at ${cut}`).toEqual(whole.slice(0, outcome.packets.length))
        if (outcome.packets.length === 1) partial++
        if (name === 'gzip, two members' && cut === gzip(SMALL.subarray(0, 500)).length) {
          expect(outcome.issue).toMatchObject({ kind: 'cut-short', detail: expect.stringContaining('into a record') })
        } else {
          expect(outcome.issue, `cut at ${cut}`).toMatchObject({
            kind: 'cut-short',
            detail: expect.stringContaining('stream ends'),
          })
        }
      }
      if (name !== 'zstd') expect(partial).toBeGreaterThan(10)
    })
  }
})

describe('damaged streams yield what was whole, end with an issue, and never throw behind the header', () => {
  const broken = (bytes: Uint8Array, at: number, value?: number) => {
    const copy = bytes.slice()
    copy[at] = value ?? copy[at]! ^ 0xff
    return copy
  }
  const whole = readAll(LARGE).packets
  const damaged = async (bytes: Uint8Array, atLeast: number) => {
    const outcome = await read(bytes)
    expect(outcome.issue?.kind).toBe('damaged')
    expect(outcome.packets.length).toBeGreaterThanOrEqual(atLeast)
    expect(outcome.packets).toEqual(whole.slice(0, outcome.packets.length))
    return outcome
  }

  test('gzip: wrong checksum, everything delivered', async () => {
    const bytes = gzip(LARGE)
    await damaged(broken(bytes, bytes.length - 6), whole.length)
    await damaged(broken(bytes, bytes.length - 1), whole.length)
  })
  test('gzip: garbage behind the last member', async () => {
    await damaged(join(gzip(LARGE), [1, 2, 3]), whole.length)
    await damaged(join(gzip(LARGE), [0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0]), whole.length)
  })
  test('gzip: an endless member header', async () => {
    const head = Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0)
    const outcome = await damaged(
      join(gzip(LARGE), head, new Uint8Array(MAX_GZIP_HEADER + 5000).fill(65)),
      whole.length,
    )
    expect(outcome.issue?.detail).toContain('larger than any')
  })
  test('lz4: wrong checksums, wrong sizes', async () => {
    const bytes = lz4Frame(LARGE)
    await damaged(broken(bytes, bytes.length - 1), whole.length)
    const second = 7 + 4 + 65_536
    await damaged(broken(bytes, second + 2, 0x7f), 40)
    await damaged(join(bytes, [1, 2, 3, 4]), whole.length)
  })
  test('zstd: a block beyond its frame, a reserved block, garbage behind', async () => {
    const bytes = zstdFrame(LARGE)
    const second = 6 + 3 + 65_536
    await damaged(broken(bytes, second + 2, 0xff), 40)
    await damaged(broken(bytes, second, 6), 40)
    await damaged(join(bytes, [1, 2, 3, 4]), whole.length)
  })
  test('zstd: a window larger than the bound is refused, not allocated', async () => {
    const first = zstdFrame(LARGE.subarray(0, half))
    const outcome = await damaged(join(first, zstdFrame(LARGE.subarray(half), 0x90)), 100)
    expect(outcome.issue?.detail).toContain('window of 268435456')
  })

  test('flipped bytes', async () => {
    const next = random(11)
    const lz4 = pipe('lz4', ['-c', '-B4', '-BD'], LARGE.subarray(0, 200_000)) ?? lz4Frame(LARGE.subarray(0, 200_000))
    const zstd = pipe('zstd', ['-c', '--no-check'], LARGE.subarray(0, 200_000)) ?? zstdFrame(LARGE.subarray(0, 200_000))
    for (const bytes of [gzip(LARGE.subarray(0, 200_000)), lz4, zstd]) {
      let issues = 0
      for (let run = 0; run < 40; run++) {
        const copy = bytes.slice()
        for (let flip = 0; flip < 3; flip++) copy[4 + Math.floor(next() * (copy.length - 4))] = Math.floor(next() * 256)
        try {
          const outcome = await read(copy, 9000)
          if (outcome.issue !== null) issues++
        } catch (error) {
          // The damage sits before the capture's own header.
          expect(error).toMatchObject({ name: 'CaptureError' })
        }
      }
      expect(issues).toBeGreaterThan(20)
    }
  })

  test('what a damaged stream yields does not depend on how its bytes arrive', async () => {
    for (const bytes of [gzip(LARGE), lz4Frame(LARGE), zstdFrame(LARGE)]) {
      const copy = broken(bytes, Math.floor(bytes.length * 0.7) & ~0xff)
      copy.fill(0xff, Math.floor(bytes.length * 0.7), Math.floor(bytes.length * 0.7) + 64)
      const expected = await read(copy)
      for (const size of [777, 16_384, 100_000]) expect(await read(copy, size)).toEqual(expected)
    }
  })
})

describe('zstd in TypeScript, whatever this Node has', () => {
  const unpack = async (bytes: Uint8Array): Promise<Uint8Array> => {
    const parts: Uint8Array[] = []
    for await (const part of zstdContent(new ByteReader(bytesSource(bytes)))) parts.push(part.slice())
    return join(...parts)
  }
  const next = random(21)
  const words = Array.from({ length: 400 }, () => data(2 + Math.floor(next() * 12), Math.floor(next() * 200)))
  const contents: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(7)],
    ['a run', new Uint8Array(400_000).fill(3)],
    ['noise', Uint8Array.from({ length: 300_000 }, () => Math.floor(next() * 256))],
    ['skewed bytes', Uint8Array.from({ length: 300_000 }, () => Math.floor(-Math.log(next()) * 9) & 255)],
    ['words', join(...Array.from({ length: 90_000 }, () => words[Math.floor(next() ** 2 * words.length)]!))],
    ['few symbols', Uint8Array.from({ length: 20_000 }, () => Math.floor(next() * 3) * 80)],
    ['a capture', LARGE],
  ]
  const LEVELS = [
    ['-1'],
    ['-3'],
    ['-9'],
    ['-19'],
    ['--ultra', '-22'],
    ['--fast=5'],
    ['-12', '--long=27'],
    ['-3', '--no-check'],
  ]
  for (const [name, content] of contents) {
    test.skipIf(pipe('zstd', ['-c'], Uint8Array.of(1)) === null)(
      `${name}, at every level (skipped without zstd)`,
      async () => {
        for (const level of LEVELS) {
          const packed = pipe('zstd', ['-c', ...level], content)
          const unpacked = await unpack(packed as Uint8Array)
          expect(Buffer.compare(unpacked, content), level.join(' ')).toBe(0)
        }
      },
    )
  }

  test('a known frame: compressed literals, sequences, checksum', async () => {
    // zstd 1.5 -19 of 'abcdefgh' times 8 and the numbers 0 to 99, one a line.
    const text = `${'abcdefgh'.repeat(8)}${Array.from({ length: 100 }, (_, index) => `${index}\n`).join('')}`
    expect(new TextDecoder().decode(await unpack(new Uint8Array(Buffer.from(KNOWN_FRAME, 'base64'))))).toBe(text)
  })

  test('many small frames with large windows cost no more than what they hold', async () => {
    const one = join(le32(0xfd2fb528), [0, 0x88], [9, 0, 0, 65])
    const from = cpuTime()
    expect((await unpack(join(...Array.from({ length: 2000 }, () => one)))).length).toBe(2000)
    expect(cpuTime() - from).toBeLessThan(3000)
  })

  test('XXH64 as its specification has it, in any pieces', () => {
    const hash = (bytes: Uint8Array, size = bytes.length || 1) => {
      const state = new Xxh64()
      for (let at = 0; at < bytes.length; at += size) state.update(bytes.subarray(at, at + size))
      return state.digest()
    }
    const text = (content: string) => new TextEncoder().encode(content)
    expect(hash(text(''))).toBe(0xef46db3751d8e999n)
    expect(hash(text('a'))).toBe(0xd24ec4f1a98c6e5bn)
    expect(hash(text('abc'))).toBe(0x44bc2cf5ad770999n)
    expect(hash(text('Nobody inspects the spammish repetition'))).toBe(0xfbcea83c8a378bf1n)
    for (const size of [1, 5, 31, 32, 33, 1000])
      expect(hash(LARGE.subarray(0, 5001), size)).toBe(hash(LARGE.subarray(0, 5001)))
  })

  test('flipped bytes: an end or an issue, never a throw of another kind', async () => {
    const packed = pipe('zstd', ['-c', '-9'], join(...contents.map(([, content]) => content.subarray(0, 20_000))))
    const bytes = packed ?? new Uint8Array(Buffer.from(KNOWN_FRAME, 'base64'))
    let refused = 0
    for (let run = 0; run < 300; run++) {
      const copy = bytes.slice()
      for (let flip = 0; flip < 2; flip++) copy[6 + Math.floor(next() * (copy.length - 6))] = Math.floor(next() * 256)
      await unpack(copy).catch((error) => {
        expect(error.constructor.name).toBe('BrokenStream')
        refused++
      })
    }
    // The checksum leaves hardly any damage unseen.
    expect(refused).toBeGreaterThan(290)
  })
})

const LAB = fileURLToPath(new URL('../../../../shared/lab/captures/kv-mixed-sw.pcapng', import.meta.url))
describe.skipIf(!existsSync(LAB))('a lab capture (skipped without ../shared/lab)', () => {
  test('reads the same under every compression', async () => {
    const bytes = new Uint8Array(readFileSync(LAB))
    const { packets } = readAll(bytes)
    const plain = decompressed(bytesSource(bytes))
    await plain.read(new Uint8Array(9))
    expect(plain.stored.compression).toBe('none')
    for (const packed of [gzip(bytes), pipe('lz4', ['-c'], bytes), pipe('zstd', ['-c'], bytes)]) {
      if (packed !== null) expect((await read(packed)).packets).toEqual(packets)
    }
  })
})
