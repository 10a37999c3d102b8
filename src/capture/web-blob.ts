/** Browser edges: a dropped `File`, any `Blob`, the body of a `fetch` response. */
import { checkHas } from '../option.ts'
import { CaptureError } from './errors.ts'
import { type ByteSource, chunksSource } from './source.ts'

/**
 * A source over a web stream of bytes, `response.body` for example.
 * @throws TypeError for what is no such stream; CaptureError `unreadable` from `read` when the stream fails.
 */
export function webStreamSource(stream: ReadableStream<Uint8Array>): ByteSource {
  checkHas('stream', stream, 'getReader', 'a ReadableStream')
  const reader = stream.getReader()
  const chunks = chunksSource({
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const { done, value } = await reader.read()
          return done ? { done: true as const, value: undefined } : { done: false as const, value }
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error)
          throw new CaptureError('unreadable', `cannot be read further (${reason}); try again`, null, { cause: error })
        }
      },
      async return() {
        // A stream that has failed rejects its cancellation too; there is nothing left to give back then.
        await reader.cancel().catch(() => undefined)
        return { done: true as const, value: undefined }
      },
    }),
  })
  return chunks
}

/** A source over a `Blob` or `File`, streamed: the file is never held whole. @throws TypeError for anything else. */
export function blobSource(blob: Blob): ByteSource {
  checkHas('blob', blob, 'stream', 'a Blob or File')
  return webStreamSource(blob.stream() as ReadableStream<Uint8Array>)
}
