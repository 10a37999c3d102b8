/** Where bytes come from: the one interface between a reader and files, streams, sockets or memory. */
import type { CaptureIssue } from '../issue.ts'
import { checkBytes, checkSignal, checkSource, refuseType } from '../option.ts'

/** How an input is compressed. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'lz4'

/** How a capture lies where it is stored, as far as it is known. */
export interface StoredAs {
  /** How the bytes are compressed. */
  readonly compression: Compression
  /** Bytes as stored, compressed if they are: of the whole file, of a stream those that came so far. */
  readonly bytes: number
  /** Those of them that have been read. */
  readonly bytesRead: number
  /** Bytes as stored in all, where that is known before they have been read; `null` or absent of a stream. */
  readonly bytesTotal?: number | null
}

/** A sequence of bytes that can be read once, forwards. */
export interface ByteSource {
  /**
   * Reads the next bytes.
   * @param into - Room for them; at least one byte.
   * @returns How many bytes were written to the start of `into`; 0 = end, and again 0 on every later call.
   * @throws CaptureError `unreadable` when the input fails.
   */
  read(into: Uint8Array): Promise<number>
  /** Gives the underlying file or stream back. Safe to call twice. */
  close?(): Promise<void>
  /** After the end: why the bytes end where they do, when that is not the real end (a damaged compressed stream). */
  readonly issue?: CaptureIssue | null
  /** After the end: whether they end because nobody wants more, so that nothing is known of what follows. */
  readonly stopped?: boolean
  /** What lies behind the bytes; absent where they are what is stored. */
  readonly stored?: StoredAs
  /** Goes on at another of its bytes; absent where it can only be read forwards. */
  seek?(offset: number): void
  /** Bytes of memory that it holds to go on: the window of a decompressor, say. About, and 0 where it is absent. */
  readonly held?: number
}

/** A source over bytes in memory. @throws TypeError for anything else. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  checkBytes('bytes', bytes)
  let position = 0
  return {
    async read(into) {
      const length = Math.min(into.length, bytes.length - position)
      into.set(bytes.subarray(position, position + length))
      position += length
      return length
    },
  }
}

/**
 * A source over chunks of any size, empty ones included: a Node stream, a generator, an array.
 * @throws TypeError for what holds none; `read` throws it for a chunk that is no bytes.
 */
export function chunksSource(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ByteSource {
  const isIterable = typeof chunks === 'object' && chunks !== null
  if (!isIterable || !(Symbol.asyncIterator in chunks || Symbol.iterator in chunks)) {
    refuseType('chunks', chunks, 'an iterable of Uint8Array')
  }
  const iterator =
    Symbol.asyncIterator in chunks
      ? chunks[Symbol.asyncIterator]()
      : (chunks[Symbol.iterator]() as Iterator<Uint8Array>)
  let chunk = new Uint8Array(0)
  let position = 0
  let ended = false
  return {
    async read(into) {
      while (position === chunk.length) {
        if (ended) return 0
        const next = await iterator.next()
        if (next.done) {
          ended = true
          return 0
        }
        checkBytes('each of the chunks', next.value)
        chunk = next.value as Uint8Array<ArrayBuffer>
        position = 0
      }
      const length = Math.min(into.length, chunk.length - position)
      into.set(chunk.subarray(position, position + length))
      position += length
      return length
    },
    async close() {
      if (ended) return
      ended = true
      position = chunk.length
      await iterator.return?.()
    },
  }
}

/**
 * A source that ends when the signal says so, even while it waits for bytes that may never come.
 * A source that was left waiting is not closed: closing would wait as well.
 * @throws TypeError for what is no source or no signal.
 */
export function interruptible(source: ByteSource, signal: AbortSignal | undefined): ByteSource {
  checkSource('source', source)
  checkSignal('signal', signal)
  if (signal === undefined) return source
  let interrupt = (): void => {}
  const interrupted = new Promise<number>((resolve) => {
    interrupt = () => resolve(0)
  })
  signal.addEventListener('abort', interrupt, { once: true })
  let stopped = false
  let isWaiting = false
  return {
    get issue() {
      return source.issue ?? null
    },
    get stopped() {
      return stopped || (source.stopped ?? false)
    },
    get held() {
      return source.held ?? 0
    },
    ...(source.stored && { stored: source.stored }),
    ...(source.seek && { seek: (offset: number) => source.seek!(offset) }),
    async read(into) {
      if (stopped) return 0
      if (!signal.aborted) {
        isWaiting = true
        const reading = source.read(into).finally(() => {
          isWaiting = false
        })
        const length = await Promise.race([reading, interrupted])
        if (length > 0 || !signal.aborted) return length
        reading.catch(() => {})
      }
      stopped = true
      return 0
    },
    close: async () => {
      // One signal may be for thousands of sources.
      signal.removeEventListener('abort', interrupt)
      if (!isWaiting) await source.close?.()
    },
  }
}
