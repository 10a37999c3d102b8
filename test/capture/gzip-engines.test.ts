/** zlib and the gzip engine in TypeScript say the same of every stream, whole or not: bytes and error. */
import * as zlib from 'node:zlib'
import { constants, deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../src/capture/compression/byte-reader.ts'
import { crc32 } from '../../src/capture/compression/crc32.ts'
import { type GzipEngine, gzipContent, OWN_GZIP } from '../../src/capture/compression/gzip.ts'
import { nodeGzip } from '../../src/capture/compression/node-compression.ts'
import { chunksSource } from '../../src/capture/source.ts'
import { cpuTime } from '../support/cpu-time.ts'
import { data, fields, join, random } from './files.ts'

async function unpack(bytes: Uint8Array, engine: GzipEngine): Promise<{ content: Buffer; error: string | null }> {
  const parts: Uint8Array[] = []
  let error: string | null = null
  try {
    for await (const part of gzipContent(new ByteReader(chunksSource([bytes])), engine)) parts.push(part.slice())
  } catch (thrown) {
    error = String(thrown)
  }
  return { content: Buffer.concat(parts), error }
}

/** What all say, after a comparison. */
async function all(bytes: Uint8Array, where = ''): Promise<{ content: Buffer; error: string | null }> {
  const own = await unpack(bytes, OWN_GZIP)
  for (const sparing of [false, true]) {
    const theirs = await unpack(bytes, nodeGzip(sparing))
    expect(theirs.error, where).toBe(own.error)
    expect(theirs.content.length, where).toBe(own.content.length)
    expect(Buffer.compare(theirs.content, own.content), where).toBe(0)
  }
  return own
}

const next = random(7)
const noise = (length: number) => Uint8Array.from({ length }, () => next() * 256)
const CONTENT = join(...Array.from({ length: 900 }, (_, i) => join(data(500, i % 7), noise(90))))
const CONTENTS: [string, Uint8Array][] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(7)],
  ['a run longer than a chunk', new Uint8Array(700_001).fill(3)],
  ['noise', noise(300_000)],
  ['skewed bytes', Uint8Array.from({ length: 300_000 }, () => Math.floor(-Math.log(next()) * 9) & 255)],
  ['few symbols', Uint8Array.from({ length: 20_000 }, () => Math.floor(next() * 3) * 80)],
  [
    'copies from as far as there can be',
    join(noise(32_768), noise(32_768).fill(5), CONTENT.subarray(0, 32_768), CONTENT),
  ],
  ['like a capture', CONTENT],
]
/** A member around a DEFLATE stream, with the trailer of `content`. */
const member = (deflated: Uint8Array, content: Uint8Array = new Uint8Array(0)) =>
  join([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], deflated, fields(true, [32, crc32(content)], [32, content.length]))
const gzip = (content: Uint8Array, options: zlib.ZlibOptions = {}) => new Uint8Array(gzipSync(content, options))

/** A DEFLATE stream from bits, lowest first as the format has them; a Huffman code is written from its first bit. */
const bits = (text: string) => {
  const digits = text.replaceAll(' ', '')
  return Uint8Array.from({ length: Math.ceil(digits.length / 8) }, (_, at) =>
    Number.parseInt([...digits.slice(at * 8, at * 8 + 8).padEnd(8, '0')].reverse().join(''), 2),
  )
}
/** A number as its bits, lowest first. */
const lsb = (value: number, length: number) => [...value.toString(2).padStart(length, '0')].reverse().join('')

describe('all gzip engines', () => {
  test('CRC-32 as zlib has it, in any pieces', () => {
    for (const size of [1, 5, 7, 8, 9, 1000]) {
      let crc = 0
      for (let at = 0; at < 5001; at += size) crc = crc32(CONTENT.subarray(at, Math.min(at + size, 5001)), crc)
      expect(crc).toBe(zlib.crc32(CONTENT.subarray(0, 5001)))
    }
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })

  test.each(CONTENTS)('unpack %s, at every level and strategy', async (_, content) => {
    const ways = [0, 1, 6, 9].map((level) => ({ level }))
    const strategies = [constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE].map((strategy) => ({ strategy }))
    for (const options of [...ways, ...strategies]) {
      const outcome = await all(gzip(content, options), JSON.stringify(options))
      expect(outcome.error).toBeNull()
      expect(outcome.content.equals(content)).toBe(true)
    }
  })

  test('unpack members of every size behind one another, and zeros behind them', async () => {
    const sizes = Array.from({ length: 300 }, (_, i) => i * 7)
    const members: Uint8Array[] = []
    let at = 0
    for (const size of sizes) {
      members.push(gzip(CONTENT.subarray(at, at + size), { level: at % 10 }))
      at += size
    }
    for (const zeros of [0, 1, 9, 100_000]) {
      const { content, error } = await all(join(...members, new Uint8Array(zeros)))
      expect(error).toBeNull()
      expect(content.equals(CONTENT.subarray(0, at))).toBe(true)
    }
  })

  test('unpack a member in whose content other members begin', async () => {
    const inner = join(gzip(CONTENT.subarray(0, 9000)), gzip(CONTENT.subarray(9000, 20_000)))
    const { content, error } = await all(join(gzip(inner, { level: 0 }), gzip(inner)))
    expect(error).toBeNull()
    expect(content.equals(join(inner, inner))).toBe(true)
  })

  test.each<[string, Uint8Array, string]>([
    ['a reserved block', member(bits('1 11')), 'does not decode'],
    ['a stored block whose lengths disagree', member(Uint8Array.of(1, 1, 0, 1, 0)), 'does not decode'],
    ['a match before the first byte', member(bits(`1 10 0000001 00000 ${'0'.repeat(40)}`)), 'does not decode'],
    ['a length that there is not', member(bits(`1 10 11000110 ${'0'.repeat(40)}`)), 'does not decode'],
    ['a distance that there is not', member(bits(`1 10 00110000 0000001 11110 ${'0'.repeat(40)}`)), 'does not decode'],
    [
      'too many symbols',
      member(bits(`1 01 ${lsb(30, 5)} ${lsb(0, 5)} ${lsb(0, 4)} ${'0'.repeat(40)}`)),
      'does not decode',
    ],
    [
      'codes without any length',
      member(bits(`1 01 ${lsb(0, 5)} ${lsb(0, 5)} ${lsb(0, 4)} ${'0'.repeat(400)}`)),
      'does not decode',
    ],
    [
      'a repetition of nothing',
      member(bits(`1 01 ${lsb(0, 5)} ${lsb(0, 5)} ${lsb(0, 4)} 100 100 000 000 0 00 ${'0'.repeat(400)}`)),
      'does not decode',
    ],
    [
      'an over-full code',
      member(bits(`1 01 ${lsb(0, 5)} ${lsb(0, 5)} ${lsb(0, 4)} 100 100 100 000 ${'0'.repeat(400)}`)),
      'does not decode',
    ],
    ['a wrong checksum', member(new Uint8Array(deflateRawSync(CONTENT)), Uint8Array.of(1)), 'checksum'],
    ['bytes behind the last member', join(gzip(CONTENT), [1, 2, 3, 4]), 'no member begins'],
    ['a single byte behind it', join(gzip(CONTENT), [0x1f]), 'ends inside'],
    ['another method', join(gzip(CONTENT), [0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0]), 'method 7'],
  ])('refuse %s', async (_, bytes, why) => {
    expect((await all(bytes)).error).toContain(why)
  })

  test('a wrong checksum: everything is given out, then the error', async () => {
    const bytes = gzip(CONTENT)
    bytes[bytes.length - 6]! ^= 0xff
    const { content, error } = await all(bytes)
    expect(content.equals(CONTENT)).toBe(true)
    expect(error).toContain('checksum')
  })

  test('cut anywhere', async () => {
    const small = CONTENT.subarray(0, 3000)
    for (const bytes of [gzip(small), gzip(small, { level: 0 }), gzip(small, { strategy: constants.Z_FIXED })]) {
      for (let cut = 1; cut < bytes.length; cut++) {
        expect((await all(bytes.subarray(0, cut), `cut at ${cut}`)).error, `cut at ${cut}`).toContain('ends inside')
      }
    }
    const large = gzip(CONTENT)
    for (let cut = 20_000; cut < large.length; cut += 4999) await all(large.subarray(0, cut), `cut at ${cut}`)
  })

  test('damaged anywhere', async () => {
    const fixed = gzip(CONTENT.subarray(0, 9000), { strategy: constants.Z_FIXED })
    for (const bytes of [gzip(CONTENT), gzip(CONTENT.subarray(0, 9000)), fixed]) {
      for (let run = 0; run < 150; run++) {
        const copy = bytes.slice()
        const at = 10 + Math.floor(next() * (run % 2 === 0 ? 100 : copy.length - 10))
        copy[at]! ^= 1 << Math.floor(next() * 8)
        await all(copy, `byte ${at}, run ${run}`)
      }
    }
  })

  test('noise behind a member header', async () => {
    for (let run = 0; run < 400; run++) await all(member(noise(400)), `run ${run}`)
  })

  test('a member that unpacks a thousandfold comes in pieces', async () => {
    const bomb = gzip(new Uint8Array(64 * 1024 * 1024), { level: 9 })
    const from = cpuTime()
    let largest = 0
    let total = 0
    for await (const part of gzipContent(new ByteReader(chunksSource([bomb])))) {
      largest = Math.max(largest, part.length)
      total += part.length
    }
    expect(total).toBe(64 * 1024 * 1024)
    expect(largest).toBeLessThanOrEqual(256 * 1024)
    expect(cpuTime() - from).toBeLessThan(20_000)
  })
})
