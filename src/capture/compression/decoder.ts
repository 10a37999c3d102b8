/** What every decompressor has in common: it yields what is whole, then says how its stream ended. Internal to `capture/`. */
import type { CaptureIssue } from '../../issue.ts'
import type { ByteSource } from '../source.ts'
import type { ByteReader } from './byte-reader.ts'

/** Thrown inside a decompressor when its stream is cut or broken; never leaves `capture/`. */
export class BrokenStream extends Error {
  readonly kind: CaptureIssue['kind']

  /** @param detail - One sentence that names the format and the offset in the compressed stream. */
  constructor(kind: CaptureIssue['kind'], detail: string) {
    super(detail)
    this.kind = kind
  }
}

/** Bytes that a decompressor holds at the moment, kept up to date by itself. */
export interface Holding {
  bytes: number
}

/**
 * A source over what a decompressor yields; a broken stream ends it with an issue instead of an exception.
 * @param decode - What it yields, given a place to say how much it holds.
 */
export function decodedSource(
  decode: (holding: Holding) => AsyncGenerator<Uint8Array>,
  input: ByteReader,
  compressed: ByteSource,
): ByteSource {
  const holding: Holding = { bytes: 0 }
  const chunks = decode(holding)
  let chunk: Uint8Array = new Uint8Array(0)
  let position = 0
  let offset = 0
  let ended = false
  let issue: CaptureIssue | null = null
  return {
    get issue() {
      return issue
    },
    get held() {
      return holding.bytes + input.size
    },
    async read(into) {
      while (position === chunk.length) {
        if (ended) return 0
        try {
          const next = await chunks.next()
          if (next.done) {
            ended = true
            // A source that is itself cut short knows better than its decompressor, which has seen a proper end.
            issue = compressed.issue ?? null
            return 0
          }
          chunk = next.value
          position = 0
        } catch (error) {
          if (!(error instanceof BrokenStream)) throw error
          ended = true
          issue = compressed.issue ?? { kind: error.kind, offset, detail: error.message }
          return 0
        }
      }
      const length = Math.min(into.length, chunk.length - position)
      into.set(chunk.subarray(position, position + length))
      position += length
      offset += length
      return length
    },
    async close() {
      ended = true
      chunk = new Uint8Array(0)
      position = 0
      await chunks.return(undefined)
      await compressed.close?.()
    },
  }
}
