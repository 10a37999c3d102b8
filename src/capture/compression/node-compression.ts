/** Node edge: the engines of node:zlib, gzip and, where this Node has it, zstd; several times faster than those in TypeScript. */

import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { constants, crc32, createInflateRaw } from 'node:zlib'
import { checkSource } from '../../option.ts'
import type { ByteSource } from '../source.ts'
import { type DecompressedSource, decompressing, type Engines } from './compression.ts'
import type { GzipEngine, InflateEngine } from './gzip.ts'
import { OUTPUT_CHUNK } from './inflate.ts'
import { MAX_ZSTD_WINDOW, type ZstdEngine } from './zstd.ts'

/** Bytes of an output buffer where little is to be buffered. */
const SMALL_CHUNK = 16 * 1024
/** Bytes of zlib's own state and window. */
const ZLIB_STATE = 48 * 1024

/** What decodes in Node. */
export const NODE_ENGINES: Engines = { gzip: nodeGzip, zstd: nodeZstd() }

/**
 * Undoes the compression of a source, if it has one: as `decompressed` of `vxpcap/capture`, with the engines of Node.
 * @throws TypeError for what is no source. `read` throws what the source does.
 */
export function decompressed(source: ByteSource): DecompressedSource {
  checkSource('source', source)
  return decompressing(source, NODE_ENGINES)
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

/** gzip out of Node. @param sparing - Whether little is to be buffered. */
export function nodeGzip(sparing: boolean): GzipEngine {
  return { crc32, inflate: () => nodeInflate(sparing ? SMALL_CHUNK : OUTPUT_CHUNK) }
}

function nodeInflate(chunkSize: number): InflateEngine {
  const engine = new Engine(createInflateRaw({ chunkSize }))
  /** Bytes of output of all pieces, and of those of the piece at hand that are not taken yet. */
  let length = 0
  let waiting = 0
  let used = 0
  return {
    async *write(bytes) {
      used = bytes.length === 0 ? 0 : await engine.write(bytes.slice())
      if (bytes.length === 0) await engine.finish()
      const chunks = engine.output.splice(0)
      waiting = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      // What a stream yields before an error does not depend on `chunkSize`.
      const isDamaged = engine.error !== null && bytes.length > 0
      let left = isDamaged ? length + waiting - ((length + waiting) % OUTPUT_CHUNK) - length : waiting
      for (const chunk of chunks) {
        if (left <= 0) break
        const part = left < chunk.length ? chunk.subarray(0, left) : chunk
        left -= part.length
        length += part.length
        yield part
      }
    },
    get used() {
      return used
    },
    get ended() {
      return engine.ended
    },
    get failed() {
      return engine.error !== null
    },
    get held() {
      return waiting + ZLIB_STATE + chunkSize
    },
    close: () => engine.close(),
  }
}

type CreateZstd = (options: object) => Transform & { bytesWritten: number }

/** A zstd engine out of Node, where this one has it (22.15, 23.8 and later). */
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
