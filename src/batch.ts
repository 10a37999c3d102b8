/** A run of packets in one buffer: what one thread hands to another to be analyzed, and reads itself where that did not work. */
import type { PacketInfo } from './packet.ts'

/** 64-bit cells of a packet's metadata. */
const CELLS = 10

/** Packets of a batch: their bytes one after the other, their metadata beside. Both buffers can be transferred. */
export interface Batch {
  count: number
  bytes: Uint8Array
  meta: Float64Array
}

/** Number of a batch's last packet, 0 of an empty one. */
export function lastNumber({ count, meta }: Batch): number {
  return count === 0 ? 0 : meta[(count - 1) * CELLS]!
}

/** Fills batches. */
export class BatchWriter {
  #bytes: Uint8Array
  #meta: Float64Array
  #length = 0
  #count = 0

  /**
   * @param packets - Packets of a full batch.
   * @param length - Bytes of a full batch; a batch of one packet may have more.
   */
  constructor(
    private readonly packets: number,
    private readonly length: number,
  ) {
    this.#bytes = new Uint8Array(length)
    this.#meta = new Float64Array(packets * CELLS)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Whether a packet of `capturedLength` bytes would be one too many. */
  isFull(capturedLength: number): boolean {
    return this.#count === this.packets || (this.#count > 0 && this.#length + capturedLength > this.#bytes.length)
  }

  /** Copies a packet in; call only when {@link isFull} says no. */
  add(view: DataView, packet: PacketInfo): void {
    const { at, capturedLength } = packet
    if (this.#length + capturedLength > this.#bytes.length) this.#bytes = new Uint8Array(this.#length + capturedLength)
    this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + at, capturedLength), this.#length)
    const meta = this.#meta
    const cell = this.#count * CELLS
    meta[cell] = packet.number
    meta[cell + 1] = packet.seconds
    meta[cell + 2] = packet.nanoseconds
    meta[cell + 3] = this.#length
    meta[cell + 4] = capturedLength
    meta[cell + 5] = packet.wireLength
    meta[cell + 6] = packet.linkType
    meta[cell + 7] = packet.interfaceId
    meta[cell + 8] = packet.fcsLength
    meta[cell + 9] = packet.flags
    this.#length += capturedLength
    this.#count++
  }

  /**
   * The batch so far; the writer goes on with an empty one.
   * @param spent - A batch that is no longer needed, whose buffers are used again.
   */
  take(spent?: Batch): Batch {
    const batch = { count: this.#count, bytes: this.#bytes, meta: this.#meta }
    this.#bytes = spent?.bytes ?? new Uint8Array(this.length)
    this.#meta = spent?.meta ?? new Float64Array(this.packets * CELLS)
    this.#length = 0
    this.#count = 0
    return batch
  }
}

/** Reads a batch packet by packet, as a capture is read. */
export class BatchReader {
  readonly view: DataView
  readonly packet: PacketInfo = {
    number: 0,
    seconds: 0,
    nanoseconds: 0,
    at: 0,
    capturedLength: 0,
    wireLength: 0,
    linkType: 0,
    interfaceId: 0,
    fcsLength: 0,
    flags: 0,
  }
  #next = 0

  constructor(private readonly batch: Batch) {
    const { bytes } = batch
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Steps onto the next packet. @returns Whether there is one. */
  next(): boolean {
    if (this.#next === this.batch.count) return false
    const { meta } = this.batch
    const cell = this.#next++ * CELLS
    const { packet } = this
    packet.number = meta[cell]!
    packet.seconds = meta[cell + 1]!
    packet.nanoseconds = meta[cell + 2]!
    packet.at = meta[cell + 3]!
    packet.capturedLength = meta[cell + 4]!
    packet.wireLength = meta[cell + 5]!
    packet.linkType = meta[cell + 6]!
    packet.interfaceId = meta[cell + 7]!
    packet.fcsLength = meta[cell + 8]!
    packet.flags = meta[cell + 9]!
    return true
  }
}
