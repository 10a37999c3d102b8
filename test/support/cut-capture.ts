/** Captures cut between two records, as `editcap -r` would cut them: every other byte stays as it is. */

const PCAPNG = 0x0a0d0d0a
const LITTLE_ENDIAN = [0xd4c3b2a1, 0x4d3cb2a1]
const ENHANCED_PACKET = 6
const SIMPLE_PACKET = 3

/** A capture file taken apart: its packet records, and what stands between them. */
interface Pieces {
  /** Byte ranges of everything in the file's order. */
  pieces: Uint8Array[]
  /** Indexes in `pieces` of the packet records. */
  records: number[]
}

/** Cuts a classic pcap or pcapng file. Takes whole files of one byte order, as the lab writes them. */
export class CutCapture {
  readonly #file: Pieces

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#file = view.getUint32(0) === PCAPNG ? blocks(bytes, view) : classic(bytes, view)
  }

  /** Packet records in the file. */
  get packets(): number {
    return this.#file.records.length
  }

  /** The file with the records from `from` to before `to` alone, counted from 0. */
  slice(from: number, to: number): Uint8Array {
    const { pieces, records } = this.#file
    const left = new Set(records.filter((_, index) => index < from || index >= to))
    const kept = pieces.filter((_, index) => !left.has(index))
    const out = new Uint8Array(kept.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of kept) {
      out.set(piece, at)
      at += piece.length
    }
    return out
  }
}

function classic(bytes: Uint8Array, view: DataView): Pieces {
  const little = LITTLE_ENDIAN.includes(view.getUint32(0))
  const pieces = [bytes.subarray(0, 24)]
  const records: number[] = []
  for (let at = 24; at + 16 <= bytes.length; ) {
    const end = at + 16 + view.getUint32(at + 8, little)
    if (end > bytes.length) break
    records.push(pieces.length)
    pieces.push(bytes.subarray(at, end))
    at = end
  }
  return { pieces, records }
}

function blocks(bytes: Uint8Array, view: DataView): Pieces {
  const little = view.getUint32(8) === 0x4d3c2b1a
  const pieces: Uint8Array[] = []
  const records: number[] = []
  for (let at = 0; at + 12 <= bytes.length; ) {
    const type = view.getUint32(at, little)
    const end = at + view.getUint32(at + 4, little)
    if (end > bytes.length || end < at + 12) break
    if (type === ENHANCED_PACKET || type === SIMPLE_PACKET) records.push(pieces.length)
    pieces.push(bytes.subarray(at, end))
    at = end
  }
  return { pieces, records }
}
