/**
 * Zstandard frames, streamed (RFC 8878 §3.1): headers and block headers are walked here, so that windows are bounded and a cut
 * is told from damage; an engine decodes the blocks. Runs anywhere. Internal to `capture/`.
 */
import type { ByteReader } from './byte-reader.ts'
import { BrokenStream, type Holding } from './decoder.ts'
import { SKIPPABLE_MAGIC, skipFrame } from './lz4.ts'
import { uint32, Xxh64 } from './xxhash.ts'
import { MAX_BLOCK, ZstdBlocks } from './zstd-block.ts'

/** Magic of a Zstandard frame, little-endian (§3.1.1). */
export const ZSTD_MAGIC = 0xfd2fb528

/**
 * Largest zstd window that is accepted: 128 MiB, what the zstd command accepts without being asked.
 * A frame that needs more is reported as damage, not allocated.
 */
export const MAX_ZSTD_WINDOW = 128 * 1024 * 1024

/** Decodes the blocks of one frame. */
export interface ZstdEngine {
  /** Takes the frame header. @returns Whether it is accepted. */
  begin(header: Uint8Array): Promise<boolean>
  /**
   * Takes one block.
   * @param type - Block_Type: 0 raw, 1 one byte repeated, 2 compressed.
   * @param bytes - The block with its 3-byte header; only valid during the call.
   * @param size - Block_Size.
   * @returns What it regenerates, `null` when it does not decode.
   */
  block(type: number, bytes: Uint8Array, size: number): Promise<readonly Uint8Array[] | null>
  /** Takes the content checksum, `null` when the frame has none. @returns Whether it is right. */
  end(checksum: Uint8Array | null): Promise<boolean>
  /** Bytes that it holds, about. */
  readonly held: number
  close(): void
}

/** The engine in TypeScript. */
function ownEngine(window: number): ZstdEngine {
  const blocks = new ZstdBlocks(window)
  let hash: Xxh64 | null = null
  return {
    get held() {
      return blocks.held
    },
    async begin(header) {
      if ((header[4]! & CHECKSUM) !== 0) hash = new Xxh64()
      return true
    },
    async block(type, bytes, size) {
      const content = blocks.decode(type, bytes.subarray(3), size)
      if (content === null) return null
      hash?.update(content)
      return content.length > 0 ? [content] : []
    },
    async end(checksum) {
      return checksum === null || hash === null || Number(hash.digest() & 0xffff_ffffn) === uint32(checksum, 0)
    },
    close() {},
  }
}

/** Bits of the frame header descriptor (§3.1.1.1.1). */
const SINGLE_SEGMENT = 0x20
const RESERVED = 0x08
const CHECKSUM = 0x04

function broken(input: ByteReader, what: string): BrokenStream {
  return new BrokenStream('damaged', `the zstd stream is damaged at its offset ${input.offset}: ${what}`)
}

function cut(input: ByteReader): BrokenStream {
  return new BrokenStream('cut-short', `the zstd stream ends inside a frame, near its offset ${input.offset}`)
}

/**
 * The content of a series of zstd frames, block by block; skippable frames among them are left out.
 * A yielded array is valid until the next one is asked for.
 * @param createEngine - Another engine than the one in TypeScript, for a window of so many bytes.
 * @param holding - Told how much is held.
 * @throws BrokenStream where the stream is cut or damaged; blocks before that have been yielded.
 */
export async function* zstdContent(
  input: ByteReader,
  createEngine: (window: number) => ZstdEngine = ownEngine,
  holding: Holding = { bytes: 0 },
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const magic = await input.peek(4)
    if (magic.length === 0) return
    if (magic.length < 4) throw cut(input)
    const value = uint32(magic, 0)
    if (value === ZSTD_MAGIC) yield* frame(input, createEngine, holding)
    else if ((value & 0xffff_fff0) === SKIPPABLE_MAGIC) await skipFrame(input, 'zstd')
    else throw broken(input, 'no frame begins there')
  }
}

async function* frame(
  input: ByteReader,
  createEngine: (window: number) => ZstdEngine,
  holding: Holding,
): AsyncGenerator<Uint8Array> {
  const start = await input.peek(6)
  if (start.length < 6) throw cut(input)
  const descriptor = start[4]!
  const single = (descriptor & SINGLE_SEGMENT) !== 0
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3]!
  const sizeLength = descriptor >>> 6 === 0 ? (single ? 1 : 0) : 1 << (descriptor >>> 6)
  const headerLength = 5 + (single ? 0 : 1) + dictionaryLength + sizeLength
  const header = (await input.peek(headerLength)).slice()
  if (header.length < headerLength) throw cut(input)
  if ((descriptor & RESERVED) !== 0) throw broken(input, 'a reserved bit of the frame header is set')
  if (
    dictionaryLength > 0 &&
    header.subarray(headerLength - sizeLength - dictionaryLength, headerLength - sizeLength).some((byte) => byte !== 0)
  ) {
    throw broken(input, 'it needs a dictionary, which a capture does not carry')
  }
  let window = 0
  if (single) {
    for (let at = sizeLength - 1; at >= 0; at--) window = window * 256 + header[headerLength - sizeLength + at]!
    if (sizeLength === 2) window += 256
  } else {
    const base = 2 ** (10 + (header[5]! >>> 3))
    window = base + (base / 8) * (header[5]! & 7)
  }
  if (window > MAX_ZSTD_WINDOW) {
    throw broken(input, `a frame needs a window of ${window} bytes, more than ${MAX_ZSTD_WINDOW}`)
  }
  const maxBlock = Math.min(window, MAX_BLOCK)

  const engine = createEngine(window)
  try {
    if (!(await engine.begin(header))) throw broken(input, 'the frame header does not decode')
    input.skip(headerLength)
    for (let last = false; !last; ) {
      const head = await input.peek(3)
      if (head.length < 3) throw cut(input)
      const word = head[0]! | (head[1]! << 8) | (head[2]! << 16)
      last = (word & 1) !== 0
      const type = (word >>> 1) & 3
      const size = word >>> 3
      if (type === 3 || size > maxBlock) throw broken(input, 'a block is larger than its frame allows')
      const length = 3 + (type === 1 ? 1 : size)
      const block = await input.peek(length)
      if (block.length < length) throw cut(input)
      const content = await engine.block(type, block, size)
      if (content === null) throw broken(input, 'a block does not decode')
      holding.bytes = engine.held
      yield* content
      input.skip(length)
    }
    let checksum: Uint8Array | null = null
    if ((descriptor & CHECKSUM) !== 0) {
      checksum = await input.peek(4)
      if (checksum.length < 4) throw cut(input)
    }
    if (!(await engine.end(checksum))) throw broken(input, 'the checksum of the content is wrong')
    if (checksum !== null) input.skip(4)
  } finally {
    engine.close()
  }
}
