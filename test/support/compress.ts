/** Compresses captures for tests: with the usual commands where they are installed, and by hand. */
import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { xxh32 } from '../../src/capture/compression/xxhash.ts'
import { fields, join } from '../capture/files.ts'

/** Runs a command with `input` on its standard input; `null` when it is not installed. */
export function pipe(command: string, args: string[], input: Uint8Array): Uint8Array | null {
  try {
    return new Uint8Array(execFileSync(command, args, { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] }))
  } catch {
    return null
  }
}

// Frames by hand, of stored blocks: what the formats say, with no library in between.
const le32 = (value: number) => fields(true, [32, value])
/** An lz4 frame of stored blocks. */
export function lz4Frame(content: Uint8Array, blockSize = 65_536): Uint8Array {
  const descriptor = Uint8Array.of(0x64, 0x40)
  const blocks: Uint8Array[] = []
  for (let at = 0; at < content.length; at += blockSize) {
    const block = content.subarray(at, at + blockSize)
    blocks.push(le32(block.length + 0x8000_0000), block)
  }
  const checksum = (xxh32(descriptor) >>> 8) & 0xff
  return join(le32(0x184d2204), descriptor, [checksum], ...blocks, le32(0), le32(xxh32(content)))
}
/** A zstd frame of stored blocks. */
export function zstdFrame(content: Uint8Array, windowDescriptor = 0x38): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let at = 0; at < content.length || at === 0; at += 65_536) {
    const block = content.subarray(at, at + 65_536)
    const word = (block.length << 3) | (at + 65_536 >= content.length ? 1 : 0)
    blocks.push(Uint8Array.of(word & 255, (word >>> 8) & 255, word >>> 16), block)
  }
  return join(le32(0xfd2fb528), [0, windowDescriptor], ...blocks)
}

/** One of each compression, made by the command where it is there and by hand where it is not. */
export const COMPRESSORS = {
  gzip: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  zstd: (bytes: Uint8Array) => pipe('zstd', ['-q', '-c'], bytes) ?? zstdFrame(bytes),
  lz4: (bytes: Uint8Array) => pipe('lz4', ['-q', '-z', '-c'], bytes) ?? lz4Frame(bytes),
} as const
