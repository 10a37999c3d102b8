/** Node's zstd, where this Node has it, and the one in TypeScript say the same of every stream, whole or not: bytes and error. */
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../src/capture/compression/byte-reader.ts'
import { nodeZstd } from '../../src/capture/compression/node-compression.ts'
import { type ZstdEngine, zstdContent } from '../../src/capture/compression/zstd.ts'
import { chunksSource } from '../../src/capture/source.ts'
import { pipe, zstdFrame } from '../support/compress.ts'
import { data, fields, join, random } from './files.ts'

const native = nodeZstd()

async function unpack(
  bytes: Uint8Array,
  engine: ((window: number) => ZstdEngine) | undefined,
): Promise<{ content: Buffer; error: string | null }> {
  const parts: Uint8Array[] = []
  let error: string | null = null
  try {
    for await (const part of zstdContent(new ByteReader(chunksSource([bytes])), engine)) parts.push(part.slice())
  } catch (thrown) {
    error = String(thrown)
  }
  return { content: Buffer.concat(parts), error }
}

/** What both say, after a comparison. */
async function both(bytes: Uint8Array): Promise<{ content: Buffer; error: string | null }> {
  const own = await unpack(bytes, undefined)
  const theirs = await unpack(bytes, native)
  expect(theirs.error).toBe(own.error)
  expect(Buffer.compare(theirs.content, own.content)).toBe(0)
  return own
}

const next = random(5)
const CONTENT = join(
  ...Array.from({ length: 300 }, (_, i) =>
    join(
      data(500, i % 7),
      Uint8Array.from({ length: 90 }, () => next() * 256),
    ),
  ),
)
const le32 = (value: number) => fields(true, [32, value])
const skippable = join(le32(0x184d2a55), le32(11), data(11))
/** A frame by the command where it is there, otherwise of stored blocks. */
const pack = (content: Uint8Array, ...options: string[]) =>
  pipe('zstd', ['-c', ...options], content) ?? zstdFrame(content)

describe.skipIf(native === undefined)('both zstd engines (skipped where Node has none)', () => {
  test.each<[string, Uint8Array]>([
    ['one frame', pack(CONTENT)],
    ['without a checksum', pack(CONTENT, '--no-check')],
    ['a large window', pack(CONTENT, '-9', '--long=27')],
    ['stored blocks', zstdFrame(CONTENT)],
    ['nothing', pack(new Uint8Array(0))],
  ])('unpack %s', async (_, bytes) => {
    expect((await both(bytes)).error).toBeNull()
  })

  test('unpack several frames with skippable ones before, between and behind', async () => {
    const half = CONTENT.length >> 1
    const bytes = join(
      skippable,
      pack(CONTENT.subarray(0, half)),
      skippable,
      zstdFrame(CONTENT.subarray(half)),
      skippable,
    )
    const { content, error } = await both(bytes)
    expect(error).toBeNull()
    expect(content.equals(CONTENT)).toBe(true)
  })

  test.each<[string, Uint8Array, string]>([
    ['a dictionary', join(le32(0xfd2fb528), [0x01, 0x38, 7], [1, 0, 0]), 'dictionary'],
    ['a window above the limit', zstdFrame(CONTENT, 0x90), 'window of 268435456'],
    ['a reserved bit', join(le32(0xfd2fb528), [0x08, 0x38], [1, 0, 0]), 'reserved bit'],
    ['a reserved block', join(le32(0xfd2fb528), [0, 0x38], [7, 0, 0]), 'larger than its frame'],
    ['bytes behind the last frame', join(pack(CONTENT), [1, 2, 3, 4]), 'no frame begins'],
    ['a skippable frame that is cut', join(pack(CONTENT), skippable.subarray(0, 12)), 'ends inside'],
  ])('refuse %s', async (_, bytes, why) => {
    expect((await both(bytes)).error).toContain(why)
  })

  test('a wrong checksum: everything is given out, then the error', async () => {
    const bytes = pack(CONTENT).slice()
    bytes[bytes.length - 1]! ^= 0xff
    const { content, error } = await both(bytes)
    if (pipe('zstd', ['-c'], Uint8Array.of(1)) === null) return
    expect(content.equals(CONTENT)).toBe(true)
    expect(error).toContain('checksum')
  })

  test('cut anywhere', async () => {
    for (const bytes of [pack(CONTENT.subarray(0, 3000), '-19'), zstdFrame(CONTENT.subarray(0, 300))]) {
      for (let cut = 1; cut < bytes.length; cut += 1 + (bytes.length >> 8)) {
        expect((await both(bytes.subarray(0, cut))).error, `cut at ${cut}`).toContain('ends inside')
      }
    }
  })

  test('damaged anywhere: blocks that do not decode, and content that the checksum denies', async () => {
    const bytes = pack(CONTENT.subarray(0, 60_000), '-9')
    for (let run = 0; run < 200; run++) {
      const copy = bytes.slice()
      copy[6 + Math.floor(next() * (copy.length - 6))]! ^= 1 << Math.floor(next() * 8)
      await both(copy)
    }
  })
})
