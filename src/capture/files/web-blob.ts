/** Browser edges: a dropped `File`, any `Blob`, the body of a `fetch` response; compressed ones too, told apart by content. */
import { checkHas } from '../../option.ts'
import { type DecompressedSource, decompressing } from '../compression/compression.ts'
import { CaptureError } from '../errors.ts'
import { type ByteSource, chunksSource } from '../source.ts'

/**
 * A source over a web stream of bytes, `response.body` for example; a capture in it that is compressed with gzip, zstd or lz4 is
 * decompressed.
 * @throws TypeError for what is no such stream; CaptureError `unreadable` from `read` when the stream fails.
 */
export function webStreamSource(stream: ReadableStream<Uint8Array>): DecompressedSource {
  checkHas('stream', stream, 'getReader', 'a ReadableStream')
  return decompressing(rawWebStream(stream))
}

/** An end of a channel, as Node and browsers have it. */
interface Port {
  onmessage: () => void
  postMessage: (message: null) => void
  close: () => void
}

/** Milliseconds of reading between which others have their turn. */
const TURN_MS = 50

function rawWebStream(stream: ReadableStream<Uint8Array>): ByteSource {
  const reader = stream.getReader()
  let turn = performance.now()
  const chunks = chunksSource({
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          if (performance.now() - turn > TURN_MS) {
            await others()
            turn = performance.now()
          }
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

/**
 * Waits for what has come meanwhile. Chromium hands over the next bytes of a stream before messages that came earlier: a worker that reads
 * a file would hear that it is to stop once it has read it all. Timers of hidden tabs are held back, messages are not.
 */
function others(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port }
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/**
 * A source over a `Blob` or `File`, streamed: the file is never held whole. One that is compressed with gzip, zstd or lz4 is
 * decompressed.
 * @throws TypeError for anything else; CaptureError `unreadable` from `read` when it cannot be read.
 */
export function blobSource(blob: Blob): DecompressedSource {
  checkHas('blob', blob, 'stream', 'a Blob or File')
  return decompressing(rawWebStream(blob.stream() as ReadableStream<Uint8Array>), {}, blob.size)
}
