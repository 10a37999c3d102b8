/** Where bytes come from: the one interface between a reader and files, streams, sockets or memory. */
import type { CaptureIssue } from '../issue.ts'

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
}

/** A source over bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
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

/** A source over chunks of any size, empty ones included: a Node stream, a generator, an array. */
export function chunksSource(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ByteSource {
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
