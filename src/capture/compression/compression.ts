/**
 * Compressed captures, recognised by content and decompressed as a stream: gzip, zstd and lz4, concatenated members and frames as one
 * stream. Runs anywhere; the engines may be others than those in TypeScript.
 */
import { checkSource } from '../../option.ts'
import type { ByteSource, Compression, StoredAs } from '../source.ts'
import { ByteReader } from './byte-reader.ts'
import { BrokenStream, decodedSource, type Holding } from './decoder.ts'
import { type GzipEngine, gzipContent, OWN_GZIP } from './gzip.ts'
import { LZ4_MAGIC, lz4Content, SKIPPABLE_MAGIC, skipFrame } from './lz4.ts'
import { uint32 } from './xxhash.ts'
import { ZSTD_MAGIC, type ZstdEngine, zstdContent } from './zstd.ts'

/** Bytes that are read at once where little is to be buffered. */
const SMALL_PIECE = 4 * 1024

/** What decodes; the engines in TypeScript for what is absent. */
export interface Engines {
  /** @param sparing - Whether little is to be buffered. */
  gzip?: (sparing: boolean) => GzipEngine
  /** Engines for a window of so many bytes. */
  zstd?: ((window: number) => ZstdEngine) | undefined
}

/** The bytes of a capture, decompressed, with how it is stored. */
export interface DecompressedSource extends ByteSource {
  /** `compression` is known from the first `read` on; before, it is `'none'`. */
  readonly stored: StoredAs
}

/**
 * Undoes the compression of a source, if it has one, as it is read: gzip, zstd or lz4, told apart by the first bytes. What is not
 * compressed passes through, so a source may be given twice. What `fileSource`, `streamSource`, {@link blobSource} and
 * {@link webStreamSource} return is decompressed already.
 * The bytes end early, with an `issue`, where the stream is cut or damaged; everything whole comes before. Memory is bounded, whatever
 * the stream claims.
 * @throws TypeError for what is no source. `read` throws what the source does.
 */
export function decompressed(source: ByteSource): DecompressedSource {
  checkSource('source', source)
  return decompressing(source)
}

/**
 * The same, with other engines.
 * @param size - Bytes as stored; 0 where only the counting tells.
 */
export function decompressing(source: ByteSource, engines: Engines = {}, size = 0): DecompressedSource {
  const counted = counting(source, size)
  let content: ByteSource | null = null
  let opening: Promise<ByteSource> | null = null
  return {
    get issue() {
      return content === null ? (source.issue ?? null) : (content.issue ?? null)
    },
    get stopped() {
      return source.stopped ?? false
    },
    get held() {
      return content?.held ?? 0
    },
    stored: counted.stored,
    async read(into) {
      if (content === null) {
        opening ??= opened(counted, engines, false)
        content = await opening
      }
      return content.read(into)
    },
    async close() {
      await (content ?? source).close?.()
    },
  }
}

/**
 * The same, once its first bytes have been looked at: it can be sought in where the source can, and is not compressed.
 * @param options - `sparing` buffers little: for one of very many captures. `size` as above.
 * @throws CaptureError `unreadable` when the source fails within its first bytes; it is closed then.
 */
export async function openDecompressed(
  source: ByteSource,
  engines: Engines,
  { sparing = false, size = 0 }: { sparing?: boolean; size?: number } = {},
): Promise<DecompressedSource> {
  const counted = counting(source, size)
  try {
    const content = await opened(counted, engines, sparing)
    return {
      ...(content.seek && { seek: (offset: number) => content.seek!(offset) }),
      get held() {
        return content.held ?? 0
      },
      get issue() {
        return content.issue ?? null
      },
      get stopped() {
        return source.stopped ?? false
      },
      stored: counted.stored,
      read: (into) => content.read(into),
      close: async () => content.close?.(),
    }
  } catch (error) {
    await source.close?.()
    throw error
  }
}

/** A source whose bytes are counted. */
interface Counted extends ByteSource {
  readonly stored: StoredAs
  /** How it turned out to be compressed. */
  compression: Compression
}

function counting(source: ByteSource, size: number): Counted {
  let position = 0
  let bytesRead = 0
  const behind = source.stored
  const counted: Counted = {
    compression: 'none',
    stored: {
      get compression() {
        // What was decompressed before this came to it is how it is stored.
        return behind === undefined || behind.compression === 'none' ? counted.compression : behind.compression
      },
      get bytes() {
        // A file that grows while it is read has more than when it was opened.
        return behind?.bytes ?? Math.max(size, bytesRead)
      },
      get bytesRead() {
        return behind?.bytesRead ?? bytesRead
      },
      get bytesTotal() {
        if (behind !== undefined) return behind.bytesTotal ?? null
        return size > 0 ? Math.max(size, bytesRead) : null
      },
    },
    get issue() {
      return source.issue ?? null
    },
    get stopped() {
      return source.stopped ?? false
    },
    get held() {
      return source.held ?? 0
    },
    async read(into) {
      const length = await source.read(into)
      position += length
      // What is read again does not count again.
      bytesRead = Math.max(bytesRead, position)
      return length
    },
    ...(source.seek && {
      seek(offset: number) {
        position = offset
        source.seek!(offset)
      },
    }),
    close: async () => source.close?.(),
  }
  return counted
}

/** Looks at the first bytes of a source. @returns Its content. */
async function opened(source: Counted, engines: Engines, sparing: boolean): Promise<ByteSource> {
  const input = sparing ? new ByteReader(source, SMALL_PIECE) : new ByteReader(source)
  const as = (compression: Compression, content: (holding: Holding) => AsyncGenerator<Uint8Array>): ByteSource => {
    source.compression = compression
    return decodedSource(content, input, source)
  }
  const gzip = (holding: Holding) => gzipContent(input, engines.gzip?.(sparing) ?? OWN_GZIP, holding)
  const zstd = (holding: Holding) => zstdContent(input, engines.zstd, holding)
  const lz4 = (holding: Holding) => lz4Content(input, holding)
  // A skippable frame belongs to zstd or lz4; what follows tells which.
  for (let begun = false; ; begun = true) {
    const head = await input.peek(4)
    if (head.length >= 2 && !begun && head[0] === 0x1f && head[1] === 0x8b) return as('gzip', gzip)
    const magic = head.length === 4 ? uint32(head, 0) : 0
    if (magic === LZ4_MAGIC) return as('lz4', lz4)
    const isSkippable = (magic & 0xffff_fff0) === SKIPPABLE_MAGIC
    if (magic === ZSTD_MAGIC || (begun && !isSkippable)) return as('zstd', zstd)
    if (!isSkippable) return plain(input, source, sparing)
    try {
      await skipFrame(input, 'zstd or lz4')
    } catch (error) {
      if (!(error instanceof BrokenStream)) throw error
      return as('zstd', zstd)
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
      return seen.buffer.byteLength + (source.held ?? 0)
    },
    async close() {
      await source.close?.()
    },
  }
}
