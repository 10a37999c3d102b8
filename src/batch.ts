/** A run of packets in one buffer: what one thread hands to another to be read, and takes back to count. */
import { batchBuffers, type FastPathBatchBuffers } from './analyzers/fast-path/packet-batch.ts'
import type { PacketInfo } from './packet.ts'
import { PacketMeta } from './packet-meta.ts'

/**
 * Packets of a batch: their bytes, and what was read of them. All memory is shared: once one buffer of a program was handed over
 * instead, V8 has to ask at each use of any typed array whether it is still there.
 */
export interface Batch {
  count: number
  bytes: Uint8Array
  /** Their records, whose offsets are into `bytes`; the rest is filled in by the thread that reads them. */
  headers: FastPathBatchBuffers
}

/** Bytes between two packets that are copied with them; a record header is shorter. */
const GAP = 256

/** Fills batches. Packets are copied in runs, as they stand in the file. */
export class BatchWriter {
  #batch: Batch
  #meta: PacketMeta
  /** Bytes that were copied. */
  #length = 0
  /** The run that is yet to be copied. */
  #view: DataView | null = null
  #from = 0
  #to = 0

  /**
   * @param packets - Packets of a full batch.
   * @param length - Bytes of a full batch; a batch of one packet may have more.
   */
  constructor(
    private readonly packets: number,
    private readonly length: number,
  ) {
    this.#batch = this.#empty()
    this.#meta = new PacketMeta(this.#batch.headers.meta)
  }

  get isEmpty(): boolean {
    return this.#batch.count === 0
  }

  /** Whether a packet would be one too many. */
  isFull(packet: PacketInfo): boolean {
    const { count, bytes } = this.#batch
    if (count === this.packets) return true
    return count > 0 && this.#length + (this.#to - this.#from) + GAP + packet.capturedLength > bytes.length
  }

  /** Takes a packet; call only when {@link isFull} says no, and {@link copy} before the view's bytes change. */
  add(view: DataView, packet: PacketInfo): void {
    const { at, capturedLength } = packet
    if (view !== this.#view || at < this.#to || at - this.#to > GAP) {
      this.copy()
      this.#view = view
      this.#from = at
    }
    this.#to = at + capturedLength
    const batch = this.#batch
    const length = this.#length + (this.#to - this.#from)
    // One packet may be longer than a batch.
    if (length > batch.bytes.length) batch.bytes = new Uint8Array(new SharedArrayBuffer(length))
    this.#meta.put(batch.count, packet, packet.number)
    this.#meta.moveTo(batch.count, this.#length + (at - this.#from))
    batch.count++
  }

  /** Copies the packets that were taken. */
  copy(): void {
    const view = this.#view
    if (view === null) return
    const run = new Uint8Array(view.buffer, view.byteOffset + this.#from, this.#to - this.#from)
    this.#batch.bytes.set(run, this.#length)
    this.#length += run.length
    this.#view = null
    this.#from = 0
    this.#to = 0
  }

  /**
   * The batch so far; the writer goes on with an empty one.
   * @param spent - A batch that is no longer needed, whose buffers are used again.
   */
  take(spent: Batch = this.#empty()): Batch {
    this.copy()
    const batch = this.#batch
    spent.count = 0
    this.#batch = spent
    this.#meta = new PacketMeta(spent.headers.meta)
    this.#length = 0
    return batch
  }

  #empty(): Batch {
    const shared = (bytes: number) => new SharedArrayBuffer(bytes)
    return { count: 0, bytes: new Uint8Array(shared(this.length)), headers: batchBuffers(this.packets, shared) }
  }
}

/** The bytes of a batch. */
export function viewOf({ bytes }: Batch): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
