/**
 * Compressed captures, recognised by content and decompressed as a stream, never to disk: gzip through node:zlib, zstd through
 * node:zlib where this Node has it and `zstd.ts` otherwise, lz4 through `lz4.ts`. Concatenated members and frames are one stream.
 */

import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { constants, crc32, createInflateRaw } from 'node:zlib'
import { checkBoolean, checkObject, checkSource } from '../option.ts'
import { ByteReader } from './byte-reader.ts'
import { BrokenStream, decodedSource, type Holding } from './decoder.ts'
import { LZ4_MAGIC, lz4Content, SKIPPABLE_MAGIC, skipFrame } from './lz4.ts'
import type { ByteSource, Compression } from './source.ts'
import { uint32 } from './xxhash.ts'
import { MAX_ZSTD_WINDOW, ZSTD_MAGIC, type ZstdEngine, zstdContent } from './zstd.ts'

/** Largest gzip member header (extra field, name, comment) that is accepted. */
export const MAX_GZIP_HEADER = 256 * 1024

/** Bytes handed to a decompressor at once: its output for them is lost when it stumbles over one, so not too many. */
const PIECE = 16 * 1024
const OUTPUT_CHUNK = 256 * 1024
/** Bytes of zlib's own state and window. */
const ZLIB_STATE = 48 * 1024

/** Bytes that are read at once where little is to be buffered, and bytes of an output buffer there. */
const SMALL_PIECE = 4 * 1024
const SMALL_CHUNK = 16 * 1024

/**
 * Looks at the first bytes of a source and undoes its compression, if it has one.
 * The decompressed source ends early, with an `issue`, where the stream is cut or damaged; everything whole comes before.
 * @param options - `sparing` buffers little: for one of very many captures.
 * @throws CaptureError `unreadable` when the source fails within its first bytes; TypeError for an argument of a wrong type.
 */
export async function decompressed(
  source: ByteSource,
  options: { sparing?: boolean } = {},
): Promise<{ source: ByteSource; compression: Compression }> {
  checkSource('source', source)
  checkObject('options', options)
  checkBoolean('sparing', options.sparing)
  const { sparing = false } = options
  const input = sparing ? new ByteReader(source, SMALL_PIECE) : new ByteReader(source)
  const zstd = (holding: Holding) => zstdContent(input, nodeZstd(), holding)
  // A skippable frame belongs to zstd or lz4; what follows tells which.
  let begun = false
  for (;;) {
    const head = await input.peek(4)
    if (head.length >= 2 && !begun && head[0] === 0x1f && head[1] === 0x8b) {
      return {
        source: decodedSource(
          (holding) => gzipContent(input, holding, sparing ? SMALL_CHUNK : OUTPUT_CHUNK),
          input,
          source,
        ),
        compression: 'gzip',
      }
    }
    const magic = head.length === 4 ? uint32(head, 0) : 0
    if (magic === LZ4_MAGIC)
      return { source: decodedSource((holding) => lz4Content(input, holding), input, source), compression: 'lz4' }
    if (magic === ZSTD_MAGIC || begun) {
      if ((magic & 0xffff_fff0) !== SKIPPABLE_MAGIC) {
        return { source: decodedSource(zstd, input, source), compression: 'zstd' }
      }
    }
    if ((magic & 0xffff_fff0) !== SKIPPABLE_MAGIC) {
      return { source: plain(input, source, sparing), compression: 'none' }
    }
    begun = true
    try {
      await skipFrame(input, 'zstd or lz4')
    } catch (error) {
      if (!(error instanceof BrokenStream)) throw error
      return { source: decodedSource(zstd, input, source), compression: 'zstd' }
    }
  }
}

/** The source as it is: first what has been looked at already, then straight into the reader's window. */
function plain(input: ByteReader, source: ByteSource, sparing: boolean): ByteSource {
  let seen = input.buffered()
  if (sparing && source.seek !== undefined) {
    seen = new Uint8Array(0)
    source.seek(0)
  }
  return {
    get issue() {
      return source.issue ?? null
    },
    get stopped() {
      return source.stopped ?? false
    },
    async read(into) {
      if (seen.length === 0) return source.read(into)
      const length = Math.min(into.length, seen.length)
      into.set(seen.subarray(0, length))
      // What is empty still holds its buffer.
      seen = length < seen.length ? seen.subarray(length) : new Uint8Array(0)
      return length
    },
    ...(source.seek && {
      seek(offset: number) {
        seen = new Uint8Array(0)
        source.seek!(offset)
      },
    }),
    get held() {
      return seen.buffer.byteLength
    },
    async close() {
      await source.close?.()
    },
  }
}

/** Drives a Node decompressor write by write, so that what it gave out before an error is never lost. */
class Engine {
  /** What came out and was not taken yet. */
  readonly output: Uint8Array[] = []
  /** Whether the decompressor has seen the end of its stream. */
  ended = false
  error: Error | null = null
  private readonly stream: Transform & { bytesWritten: number }
  private wake: (() => void) | null = null

  constructor(stream: Transform & { bytesWritten: number }) {
    this.stream = stream
    stream.on('data', (chunk: Uint8Array) => this.output.push(chunk))
    stream.on('end', () => {
      this.ended = true
      this.wake?.()
    })
    stream.on('error', (error) => {
      this.error ??= error
      this.wake?.()
    })
  }

  /** @returns How many of the bytes were used: all of them, unless the stream ended or failed. */
  async write(bytes: Uint8Array): Promise<number> {
    const before = this.stream.bytesWritten
    await this.until((done) =>
      this.stream.write(bytes, (error) => {
        if (error) this.error ??= error
        done()
      }),
    )
    return this.stream.bytesWritten - before
  }

  /** Says that no more comes: `ended` or `error` is set afterwards. */
  async finish(): Promise<void> {
    await this.until(() => this.stream.end())
  }

  close(): void {
    this.stream.destroy()
  }

  private async until(act: (done: () => void) => void): Promise<void> {
    if (this.ended || this.error !== null) return
    await new Promise<void>((resolve) => {
      this.wake = resolve
      act(() => resolve())
    })
    this.wake = null
  }
}

function gzipBroken(input: ByteReader, what: string): BrokenStream {
  return new BrokenStream('damaged', `the gzip stream is damaged near its offset ${input.offset}: ${what}`)
}

function gzipCut(input: ByteReader): BrokenStream {
  return new BrokenStream('cut-short', `the gzip stream ends inside a member, near its offset ${input.offset}`)
}

/** The content of a series of gzip members (RFC 1952). */
async function* gzipContent(input: ByteReader, holding: Holding, chunkSize: number): AsyncGenerator<Uint8Array> {
  for (let members = 0; ; members++) {
    const head = await input.peek(2)
    if (head.length === 0) return
    if (members > 0 && head[0] === 0) {
      // Tapes and block devices pad with zeros.
      input.skip(1)
      continue
    }
    if (head[0] !== 0x1f || (head.length > 1 && head[1] !== 0x8b)) throw gzipBroken(input, 'no member begins there')
    if (head.length < 2) throw gzipCut(input)
    await gzipHeader(input)
    yield* gzipMember(input, holding, chunkSize)
  }
}

/** Steps over a member header (RFC 1952 §2.3). */
async function gzipHeader(input: ByteReader): Promise<void> {
  const fixed = await input.peek(10)
  if (fixed.length < 10) throw gzipCut(input)
  const flags = fixed[3]!
  if (fixed[2] !== 8) throw gzipBroken(input, `compression method ${fixed[2]}`)
  let length = 10
  const need = async (bytes: number): Promise<Uint8Array> => {
    if (bytes > MAX_GZIP_HEADER) throw gzipBroken(input, 'the member header is larger than any real one')
    const there = await input.peek(bytes)
    if (there.length < bytes) throw gzipCut(input)
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
        if (length >= bytes.length) throw gzipCut(input)
        if (length > MAX_GZIP_HEADER) throw gzipBroken(input, 'the member header is larger than any real one')
      }
    }
    length++
  }
  if ((flags & 2) !== 0) length += 2
  await need(length)
  input.skip(length)
}

/** Bytes of the output that fill chunks of the usual size: what a stream yields before an error does not depend on `chunkSize`. */
function wholeChunks(length: number): number {
  return length - (length % OUTPUT_CHUNK)
}

/** The first bytes of some chunks. */
function firstOf(chunks: readonly Uint8Array[], length: number): Uint8Array[] {
  const first: Uint8Array[] = []
  let left = length
  for (const chunk of chunks) {
    if (left > 0) first.push(left < chunk.length ? chunk.subarray(0, left) : chunk)
    left -= chunk.length
  }
  return first
}

async function* gzipMember(input: ByteReader, holding: Holding, chunkSize: number): AsyncGenerator<Uint8Array> {
  const engine = new Engine(createInflateRaw({ chunkSize }))
  let crc = 0
  let length = 0
  try {
    for (;;) {
      // Whole pieces, so that what a damaged stream yields does not depend on how its bytes arrived.
      const piece = await input.peek(PIECE)
      if (piece.length === 0) await engine.finish()
      else input.skip(await engine.write(piece.slice()))
      let chunks = engine.output.splice(0)
      const out = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      holding.bytes = out + ZLIB_STATE + chunkSize
      if (engine.error !== null) chunks = firstOf(chunks, wholeChunks(length + out) - length)
      for (const chunk of chunks) {
        crc = crc32(chunk, crc)
        length += chunk.length
        yield chunk
      }
      if (engine.ended) break
      if (engine.error !== null) throw piece.length === 0 ? gzipCut(input) : gzipBroken(input, engine.error.message)
    }
  } finally {
    engine.close()
  }
  const trailer = await input.peek(8)
  if (trailer.length < 8) throw gzipCut(input)
  if (uint32(trailer, 0) !== crc || uint32(trailer, 4) !== length % 2 ** 32) {
    throw gzipBroken(input, 'the checksum of the content is wrong')
  }
  input.skip(8)
}

type CreateZstd = (options: object) => Transform & { bytesWritten: number }

/** A zstd engine out of Node, where this one has it (22.15, 23.8 and later); several times faster than the one in TypeScript. */
export function nodeZstd(): ((window: number) => ZstdEngine) | undefined {
  const create = (zlib as unknown as { createZstdDecompress?: CreateZstd }).createZstdDecompress
  const windowLogMax = (constants as unknown as Record<string, number | undefined>).ZSTD_d_windowLogMax
  if (create === undefined || windowLogMax === undefined) return undefined
  return (window) => {
    const engine = new Engine(
      create({ chunkSize: OUTPUT_CHUNK, params: { [windowLogMax]: Math.log2(MAX_ZSTD_WINDOW) } }),
    )
    const take = async (bytes: Uint8Array): Promise<Uint8Array[] | null> => {
      await engine.write(bytes)
      return engine.error === null ? engine.output.splice(0) : null
    }
    return {
      held: window + OUTPUT_CHUNK + ZLIB_STATE,
      begin: async (header) => (await take(header)) !== null,
      block: (_type, bytes) => take(bytes.slice()),
      async end(checksum) {
        if (checksum !== null) await engine.write(checksum.slice())
        await engine.finish()
        return engine.error === null
      },
      close: () => engine.close(),
    }
  }
}
