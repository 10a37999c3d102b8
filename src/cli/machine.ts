/** What a bug report should say of the machine. */
import { availableParallelism, release, totalmem } from 'node:os'
import * as zlib from 'node:zlib'
import { bytes } from '../report/number.ts'

/** Node, system, processors, memory, and who decompresses zstd: a line each. */
export function machine(): string {
  const { platform, arch, version, versions } = process
  const zstd = 'createZstdDecompress' in zlib ? "Node's" : "vxpcap's"
  const lines = [
    ['node', `${version} (V8 ${versions.v8})`],
    ['system', `${platform} ${release()} ${arch}`],
    ['processors', String(availableParallelism())],
    ['memory', bytes(totalmem())],
    ['zstd', `${zstd} decompressor`],
  ]
  return lines.map(([name, value]) => `${name}: ${value}\n`).join('')
}
