/** States taken apart and put together again with whatever in them, header and checksum right. */
import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { decodeBody, encodeBody } from '../../src/states/state-body.ts'

/** A state file around content. */
export function sealed(content: Uint8Array, documentLength: number): Uint8Array {
  const stored = deflateRawSync(content, { level: 1 })
  const bytes = new Uint8Array(64 + stored.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x89, 0x56, 0x58, 0x50, 0x0d, 0x0a, 0x1a, 0x0a])
  view.setUint32(8, 1, true)
  view.setUint32(12, documentLength, true)
  view.setBigUint64(16, BigInt(content.length), true)
  view.setBigUint64(24, BigInt(stored.length), true)
  bytes.set(stored, 64)
  bytes.set(createHash('sha256').update(bytes.subarray(0, 32)).update(stored).digest(), 32)
  return bytes
}

/** The content of a state file, and how long its document is. */
export function opened(state: Uint8Array): { content: Uint8Array; documentLength: number } {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength)
  return { content: new Uint8Array(inflateRawSync(state.subarray(64))), documentLength: view.getUint32(12, true) }
}

/** What a state file holds, to be changed. */
export function heldBy(state: Uint8Array): unknown {
  const { content, documentLength } = opened(state)
  return decodeBody(content, documentLength)
}

/** A state file that holds this. */
export function stateOf(value: unknown): Uint8Array {
  const { pieces, documentLength } = encodeBody(value)
  return sealed(new Uint8Array(Buffer.concat(pieces)), documentLength)
}
