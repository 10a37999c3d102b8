/** Builds capture files byte by byte, and reads them back whole or in pieces; the ground of this folder's tests. */
import { CaptureReader, type ReaderOptions } from '../../src/capture/reader.ts'

/** Joins byte arrays. */
export function join(...parts: (Uint8Array | number[])[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Writes fields in one byte order: `[bits, value]`. */
export function fields(littleEndian: boolean, ...list: [8 | 16 | 32 | 64, number | bigint][]): Uint8Array {
  const out = new Uint8Array(list.reduce((sum, [bits]) => sum + bits / 8, 0))
  const view = new DataView(out.buffer)
  let at = 0
  for (const [bits, value] of list) {
    if (bits === 8) view.setUint8(at, Number(value))
    else if (bits === 16) view.setUint16(at, Number(value), littleEndian)
    else if (bits === 32) view.setUint32(at, Number(value), littleEndian)
    else view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), littleEndian)
    at += bits / 8
  }
  return out
}

/** Bytes padded with zeros to a multiple of four. */
function pad4(bytes: Uint8Array | number[]): Uint8Array {
  return join(bytes, new Uint8Array(-bytes.length & 3))
}

/** A pcap file header. */
export function pcapHeader(
  options: { le?: boolean; magic?: number; major?: number; minor?: number; snap?: number; network?: number } = {},
): Uint8Array {
  const { le = true, magic = 0xa1b2c3d4, major = 2, minor = 4, snap = 65535, network = 1 } = options
  return fields(le, [32, magic], [16, major], [16, minor], [32, 0], [32, 0], [32, snap], [32, network])
}

/** A pcap record; `lengths` are the two length fields as written. */
export function pcapRecord(
  seconds: number,
  fraction: number,
  data: Uint8Array | number[],
  options: { le?: boolean; lengths?: [number, number]; extra?: number[] } = {},
): Uint8Array {
  const { le = true, lengths = [data.length, data.length], extra = [] } = options
  return join(fields(le, [32, seconds], [32, fraction], [32, lengths[0]], [32, lengths[1]]), extra, data)
}

/** A pcapng block around a body, padded; `length` and `trailer` override what is right. */
export function block(
  type: number,
  body: Uint8Array | number[],
  options: { le?: boolean; length?: number; trailer?: number } = {},
): Uint8Array {
  const { le = true } = options
  const length = options.length ?? 12 + body.length + (-body.length & 3)
  return join(fields(le, [32, type], [32, length]), pad4(body), fields(le, [32, options.trailer ?? length]))
}

/** A pcapng option, padded. */
export function option(code: number, value: Uint8Array | number[] | string, le = true): Uint8Array {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  return join(fields(le, [16, code], [16, bytes.length]), pad4(bytes))
}

/** The end of an option list. */
export const END = new Uint8Array(4)

/** A section header block. */
export function shb(
  options: { le?: boolean; major?: number; minor?: number; length?: number | bigint; opts?: Uint8Array } = {},
): Uint8Array {
  const { le = true, major = 1, minor = 0, length = -1, opts = new Uint8Array(0) } = options
  return block(0x0a0d0d0a, join(fields(le, [32, 0x1a2b3c4d], [16, major], [16, minor], [64, length]), opts), { le })
}

/** An interface description block. */
export function idb(options: { le?: boolean; link?: number; snap?: number; opts?: Uint8Array } = {}): Uint8Array {
  const { le = true, link = 1, snap = 0, opts = new Uint8Array(0) } = options
  return block(1, join(fields(le, [16, link], [16, 0], [32, snap]), opts), { le })
}

/** An enhanced packet block; `time` in ticks. */
export function epb(
  data: Uint8Array | number[],
  options: {
    le?: boolean
    id?: number
    time?: bigint
    wire?: number
    captured?: number
    opts?: Uint8Array
    length?: number
    trailer?: number
  } = {},
): Uint8Array {
  const { le = true, id = 0, time = 1_700_000_000_123_456n, opts = new Uint8Array(0) } = options
  const captured = options.captured ?? data.length
  const head = fields(
    le,
    [32, id],
    [32, time >> 32n],
    [32, time & 0xffff_ffffn],
    [32, captured],
    [32, options.wire ?? captured],
  )
  return block(6, join(head, pad4(data), opts), { ...options, le })
}

/** `length` bytes that tell packets apart. */
export function data(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed * 31 + 1) & 0xff)
}

/** A packet, copied out. */
export interface Read {
  number: number
  seconds: number
  nanoseconds: number
  capturedLength: number
  wireLength: number
  linkType: number
  interfaceId: number
  fcsLength: number
  flags: number
  bytes: string
}

/** The current packet of a reader, copied out. */
export function copyPacket({ packet, view }: Pick<CaptureReader, 'packet' | 'view'>): Read {
  const { at, ...rest } = packet
  const bytes = Buffer.from(view.buffer, view.byteOffset + at, packet.capturedLength)
  return { ...rest, bytes: bytes.toString('hex') }
}

/** Feeds `bytes` in chunks of the sizes that `size` answers, and calls `onPacket` for each packet. */
export function feed(
  bytes: Uint8Array,
  options: ReaderOptions & { size?: () => number; onPacket?: (reader: CaptureReader) => void } = {},
): CaptureReader {
  const { size = () => Number.POSITIVE_INFINITY, onPacket } = options
  const reader = new CaptureReader(options)
  let at = 0
  let chunkEnd = 0
  while (!reader.done) {
    while (reader.next()) onPacket?.(reader)
    if (reader.done) break
    const room = reader.room()
    if (room.length === 0) throw new Error('no room although every packet was read')
    if (at === bytes.length) {
      reader.finish()
      continue
    }
    if (at === chunkEnd) chunkEnd = Math.min(bytes.length, at + Math.max(1, size()))
    const length = Math.min(room.length, chunkEnd - at)
    room.set(bytes.subarray(at, at + length))
    reader.advance(length)
    at += length
  }
  return reader
}

/** Everything a reader tells about a file, for comparison. */
export function readAll(
  bytes: Uint8Array,
  options: ReaderOptions & { size?: () => number } = {},
): { packets: Read[]; reader: CaptureReader } {
  const packets: Read[] = []
  const reader = feed(bytes, { ...options, onPacket: (at) => packets.push(copyPacket(at)) })
  return { packets, reader }
}

/** A small seeded generator (mulberry32): the same numbers on every machine. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
