/** Exact amounts of bytes out of a source; the ground of the decompressors. Internal to `capture/`. */
import { checkRead } from '../../option.ts'
import type { ByteSource } from '../source.ts'

/** Bytes that are read at once, unless told otherwise. */
const PIECE = 64 * 1024

/** Buffers a source, so that a given number of bytes can be looked at in one piece. */
export class ByteReader {
  private bytes: Uint8Array<ArrayBuffer>
  private position = 0
  private end = 0
  /** Offset in the source of the next byte. */
  offset = 0
  private readonly source: ByteSource
  private readonly piece: number

  constructor(source: ByteSource, piece: number = PIECE) {
    this.source = source
    this.piece = piece
    this.bytes = new Uint8Array(2 * piece)
  }

  /** Bytes of the buffer. */
  get size(): number {
    return this.bytes.length
  }

  /**
   * The next `length` bytes, without consuming them; fewer only where the source ends.
   * Valid until the next call; grows the buffer to `length`, so callers bound it.
   */
  async peek(length: number): Promise<Uint8Array> {
    while (this.end - this.position < length) {
      if (this.bytes.length - this.position < Math.max(length, this.piece)) {
        const target = this.bytes.length < length + this.piece ? new Uint8Array(length + this.piece) : this.bytes
        target.set(this.bytes.subarray(this.position, this.end))
        this.bytes = target
        this.end -= this.position
        this.position = 0
      }
      const read = await this.source.read(this.bytes.subarray(this.end))
      checkRead(read, this.bytes.length - this.end)
      if (read === 0) break
      this.end += read
    }
    return this.bytes.subarray(this.position, Math.min(this.end, this.position + length))
  }

  /** What is buffered, at least one byte unless the source has ended; at most `length`. */
  async some(length: number): Promise<Uint8Array> {
    await this.peek(1)
    return this.bytes.subarray(this.position, Math.min(this.end, this.position + length))
  }

  /** Everything that was read and not consumed, without reading more. */
  buffered(): Uint8Array {
    return this.bytes.subarray(this.position, this.end)
  }

  /** Consumes bytes that `peek` or `some` has shown. */
  skip(length: number): void {
    this.position += length
    this.offset += length
  }
}
