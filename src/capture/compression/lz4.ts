/**
 * LZ4 frames, streamed: one block at a time with the 64 KiB of history that it may refer to (LZ4 Frame Format 1.6, LZ4 Block
 * Format). Written here because the decoders on npm want whole files in memory or fail on frames. Runs anywhere.
 */
import type { ByteReader } from './byte-reader.ts'
import { BrokenStream, type Holding } from './decoder.ts'
import { uint32, Xxh32, xxh32 } from './xxhash.ts'

/** Magic of an LZ4 frame, little-endian. */
export const LZ4_MAGIC = 0x184d2204
/** Magic of a skippable frame, its low four bits free; zstd has the same. */
export const SKIPPABLE_MAGIC = 0x184d2a50

/** A match refers back at most this far (LZ4 Block Format, "Match"). */
const HISTORY = 64 * 1024
/** Block Maximum Size by the code in the BD byte; 4 MiB at most. */
const BLOCK_SIZES: readonly number[] = [0, 0, 0, 0, 64 * 1024, 256 * 1024, 1024 * 1024, 4 * 1024 * 1024]

const FLAG_INDEPENDENT = 0x20
const FLAG_BLOCK_CHECKSUM = 0x10
const FLAG_CONTENT_SIZE = 0x08
const FLAG_CONTENT_CHECKSUM = 0x04
const FLAG_DICTIONARY = 0x01
const UNCOMPRESSED = 0x8000_0000

/** Steps over a skippable frame whose magic is next. */
export async function skipFrame(input: ByteReader, format: string): Promise<void> {
  const head = await input.peek(8)
  if (head.length < 8) throw cut(input, format)
  let left = uint32(head, 4)
  input.skip(8)
  while (left > 0) {
    const { length } = await input.some(left)
    if (length === 0) throw cut(input, format)
    input.skip(length)
    left -= length
  }
}

function cut(input: ByteReader, format = 'lz4'): BrokenStream {
  return new BrokenStream('cut-short', `the ${format} stream ends inside a frame, near its offset ${input.offset}`)
}

function broken(input: ByteReader, what: string): BrokenStream {
  return new BrokenStream('damaged', `the lz4 stream is damaged at its offset ${input.offset}: ${what}`)
}

/**
 * The content of a series of LZ4 frames, block by block; skippable frames among them are left out.
 * A yielded array is valid until the next one is asked for.
 * @param holding - Told how much is held.
 * @throws BrokenStream where the stream is cut or damaged; blocks before that have been yielded.
 */
export async function* lz4Content(input: ByteReader, holding: Holding = { bytes: 0 }): AsyncGenerator<Uint8Array> {
  for (;;) {
    const magic = await input.peek(4)
    if (magic.length === 0) return
    if (magic.length < 4) throw cut(input)
    const value = uint32(magic, 0)
    if (value === LZ4_MAGIC) yield* frame(input, holding)
    else if ((value & 0xffff_fff0) === SKIPPABLE_MAGIC) await skipFrame(input, 'lz4')
    else throw broken(input, 'no frame begins there')
  }
}

async function* frame(input: ByteReader, holding: Holding): AsyncGenerator<Uint8Array> {
  const start = await input.peek(7)
  if (start.length < 7) throw cut(input)
  const flags = start[4]!
  if (flags >>> 6 !== 1) throw broken(input, `frame version ${flags >>> 6}`)
  if ((flags & FLAG_DICTIONARY) !== 0) throw broken(input, 'it needs a dictionary, which a capture does not carry')
  const descriptorLength = (flags & FLAG_CONTENT_SIZE) !== 0 ? 10 : 2
  const head = await input.peek(4 + descriptorLength + 1)
  if (head.length < 4 + descriptorLength + 1) throw cut(input)
  if (((xxh32(head.subarray(4, 4 + descriptorLength)) >>> 8) & 0xff) !== head[4 + descriptorLength]) {
    throw broken(input, 'the checksum of the frame header is wrong')
  }
  const blockSize = BLOCK_SIZES[(head[5]! >>> 4) & 7]!
  if (blockSize === 0) throw broken(input, 'the block size is undefined')
  input.skip(4 + descriptorLength + 1)

  const linked = (flags & FLAG_INDEPENDENT) === 0
  const checksumLength = (flags & FLAG_BLOCK_CHECKSUM) !== 0 ? 4 : 0
  const content = (flags & FLAG_CONTENT_CHECKSUM) !== 0 ? new Xxh32() : null
  const out = new Uint8Array(HISTORY + blockSize)
  holding.bytes = 0
  let history = 0
  for (;;) {
    const size = await input.peek(4)
    if (size.length < 4) throw cut(input)
    const word = uint32(size, 0)
    if (word === 0) break
    const length = word % UNCOMPRESSED
    if (length > blockSize) throw broken(input, `a block of ${length} bytes in a frame of blocks up to ${blockSize}`)
    const whole = await input.peek(4 + length + checksumLength)
    if (whole.length < 4 + length + checksumLength) throw cut(input)
    const block = whole.subarray(4, 4 + length)
    if (checksumLength > 0 && xxh32(block) !== uint32(whole, 4 + length)) {
      throw broken(input, 'the checksum of a block is wrong')
    }
    let end: number
    if (word >= UNCOMPRESSED) {
      out.set(block, history)
      end = history + length
    } else {
      end = decodeBlock(block, out, history, linked ? 0 : history)
      if (end < 0) throw broken(input, 'a block does not decode')
    }
    input.skip(whole.length)
    // What was never written to takes no memory yet.
    if (holding.bytes < end) holding.bytes = end
    const piece = out.subarray(history, end)
    content?.update(piece)
    yield piece
    if (linked) {
      const keep = Math.min(HISTORY, end)
      out.copyWithin(0, end - keep, end)
      history = keep
    }
  }
  input.skip(4)
  if (content !== null) {
    const checksum = await input.peek(4)
    if (checksum.length < 4) throw cut(input)
    if (uint32(checksum, 0) !== content.digest()) throw broken(input, 'the checksum of the content is wrong')
    input.skip(4)
  }
}

/**
 * Decodes one block into `out` from `at` on.
 * @param low - First byte of `out` that a match may refer to.
 * @returns The end of what was written, -1 when the block is damaged; then nothing beyond `out` was touched.
 */
function decodeBlock(block: Uint8Array, out: Uint8Array, at: number, low: number): number {
  const length = block.length
  let from = 0
  let to = at
  while (from < length) {
    const token = block[from++]!
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do {
        if (from >= length) return -1
        more = block[from++]!
        literals += more
      } while (more === 255)
    }
    if (literals > length - from || literals > out.length - to) return -1
    out.set(block.subarray(from, from + literals), to)
    from += literals
    to += literals
    // The last sequence has literals only.
    if (from === length) return to
    if (length - from < 2) return -1
    const distance = block[from]! | (block[from + 1]! << 8)
    from += 2
    if (distance === 0 || distance > to - low) return -1
    let match = (token & 15) + 4
    if (match === 19) {
      let more: number
      do {
        if (from >= length) return -1
        more = block[from++]!
        match += more
      } while (more === 255)
    }
    if (match > out.length - to) return -1
    if (distance >= match) {
      out.copyWithin(to, to - distance, to - distance + match)
      to += match
    } else {
      // The match overlaps what it makes: byte by byte.
      for (const end = to + match; to < end; to++) out[to] = out[to - distance]!
    }
  }
  // An empty block, or one that ends in a match.
  return -1
}
