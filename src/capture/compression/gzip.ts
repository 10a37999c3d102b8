/**
 * gzip members (RFC 1952), one after the other, with what may stand between them and behind them: headers and trailers are read here,
 * an engine decodes what is in between. Runs anywhere. Internal to `capture/`.
 */
import type { ByteReader } from './byte-reader.ts'
import { crc32 } from './crc32.ts'
import { BrokenStream, type Holding } from './decoder.ts'
import { Inflate } from './inflate.ts'
import { uint32 } from './xxhash.ts'

/** Largest gzip member header (extra field, name, comment) that is accepted. */
export const MAX_GZIP_HEADER = 256 * 1024

/** Bytes handed to an engine at once: its output for them is lost when it stumbles over one, so not too many. */
const PIECE = 16 * 1024

/** Decodes the DEFLATE stream of one member. */
export interface InflateEngine {
  /**
   * Takes the next bytes, and yields what they give; an array is valid until the next one is asked for. In a piece that is damaged
   * only what fills whole chunks of 256 KiB is yielded, counted from the member's beginning.
   * @param bytes - Only valid during the call; none says that no more come.
   */
  write(bytes: Uint8Array): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** How many of the bytes were used: all of them, unless the stream ended among them. */
  readonly used: number
  readonly ended: boolean
  readonly failed: boolean
  /** Bytes that it holds, about. */
  readonly held: number
  close(): void
}

/** What decodes members. */
export interface GzipEngine {
  inflate(): InflateEngine
  /** The CRC-32 of bytes behind those that gave `crc`. */
  crc32(bytes: Uint8Array, crc: number): number
}

/** The engine in TypeScript. */
export const OWN_GZIP: GzipEngine = {
  crc32,
  inflate() {
    const inflate = new Inflate()
    let used = 0
    return {
      *write(bytes) {
        inflate.feed(bytes)
        for (let output = inflate.next(); output !== null; output = inflate.next()) yield output
        used = bytes.length - (inflate.ended ? inflate.unused : 0)
      },
      get used() {
        return used
      },
      get ended() {
        return inflate.ended
      },
      get failed() {
        return inflate.failed
      },
      get held() {
        return inflate.held
      },
      close() {},
    }
  },
}

function broken(input: ByteReader, what: string): BrokenStream {
  return new BrokenStream('damaged', `the gzip stream is damaged near its offset ${input.offset}: ${what}`)
}

function cut(input: ByteReader): BrokenStream {
  return new BrokenStream('cut-short', `the gzip stream ends inside a member, near its offset ${input.offset}`)
}

/**
 * The content of a series of gzip members; zeros behind one are left out.
 * A yielded array is valid until the next one is asked for.
 * @param engine - Another one than that in TypeScript.
 * @param holding - Told how much is held.
 * @throws BrokenStream where the stream is cut or damaged; what came before that has been yielded.
 */
export async function* gzipContent(
  input: ByteReader,
  engine: GzipEngine = OWN_GZIP,
  holding: Holding = { bytes: 0 },
): AsyncGenerator<Uint8Array> {
  for (let members = 0; ; members++) {
    const head = await input.peek(2)
    if (head.length === 0) return
    if (members > 0 && head[0] === 0) {
      // Tapes and block devices pad with zeros.
      input.skip(1)
      continue
    }
    if (head[0] !== 0x1f || (head.length > 1 && head[1] !== 0x8b)) throw broken(input, 'no member begins there')
    if (head.length < 2) throw cut(input)
    await header(input)
    yield* member(input, engine, holding)
  }
}

/** Steps over a member header (§2.3). */
async function header(input: ByteReader): Promise<void> {
  const fixed = await input.peek(10)
  if (fixed.length < 10) throw cut(input)
  const flags = fixed[3]!
  if (fixed[2] !== 8) throw broken(input, `compression method ${fixed[2]}`)
  let length = 10
  const need = async (bytes: number): Promise<Uint8Array> => {
    if (bytes > MAX_GZIP_HEADER) throw broken(input, 'the member header is larger than any real one')
    const there = await input.peek(bytes)
    if (there.length < bytes) throw cut(input)
    return there
  }
  if ((flags & 4) !== 0) {
    const bytes = await need(length + 2)
    length += 2 + (bytes[length]! | (bytes[length + 1]! << 8))
  }
  for (const text of [8, 16]) {
    if ((flags & text) === 0) continue
    let bytes = await need(length + 1)
    while (bytes[length] !== 0) {
      length++
      if (length === bytes.length) {
        // More than asked for may be there; fewer is the end.
        bytes = await input.peek(length + 1024)
        if (length >= bytes.length) throw cut(input)
        if (length > MAX_GZIP_HEADER) throw broken(input, 'the member header is larger than any real one')
      }
    }
    length++
  }
  if ((flags & 2) !== 0) length += 2
  await need(length)
  input.skip(length)
}

async function* member(input: ByteReader, engine: GzipEngine, holding: Holding): AsyncGenerator<Uint8Array> {
  const inflate = engine.inflate()
  let crc = 0
  let length = 0
  try {
    while (!inflate.ended) {
      // Whole pieces, so that what a damaged stream yields does not depend on how its bytes arrived.
      const piece = await input.peek(PIECE)
      const { length: given } = piece
      for await (const output of inflate.write(piece)) {
        holding.bytes = inflate.held
        crc = engine.crc32(output, crc)
        length += output.length
        yield output
      }
      if (inflate.failed) throw given === 0 ? cut(input) : broken(input, 'a block does not decode')
      if (given === 0 && !inflate.ended) throw cut(input)
      input.skip(inflate.used)
    }
  } finally {
    inflate.close()
  }
  const trailer = await input.peek(8)
  if (trailer.length < 8) throw cut(input)
  if (uint32(trailer, 0) !== crc || uint32(trailer, 4) !== length % 2 ** 32) {
    throw broken(input, 'the checksum of the content is wrong')
  }
  input.skip(8)
}
