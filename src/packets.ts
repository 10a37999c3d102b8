/** The packets of a capture, taken apart, for loops of one's own: awaits once per chunk, never per packet. */
import type { CaptureInterface } from './capture/formats/interface.ts'
import { CaptureReader, type PacketStream, refill } from './capture/reader.ts'
import { ReadingProgress } from './capture/reading-progress.ts'
import { type ByteSource, interruptible } from './capture/source.ts'
import { tunnelPorts } from './codecs/walk/dissect.ts'
import type { Layers } from './codecs/walk/layers.ts'
import { PacketWalk } from './codecs/walk/packet-walk.ts'
import type { CaptureIssue } from './issue.ts'
import { checkBoolean, checkFunction, checkInteger, checkObject, checkSignal, checkSource } from './option.ts'
import type { PacketInfo } from './packet.ts'

/** How {@link packets} reads. */
export interface PacketsOptions {
  /** Further VXLAN destination ports, 1 to 65 535. */
  ports?: readonly number[]
  /** Whether datagrams in outer fragments are joined: see {@link PacketBatch.layers}. `true` unless told otherwise. */
  joinFragments?: boolean
  /** Number of the first packet, 1 unless other captures came before it. */
  firstNumber?: number
  /** Ends the reading: the loop throws the signal's reason, an AbortError unless told otherwise, and the source is closed. */
  signal?: AbortSignal
  /** Called for each batch with the bytes read so far, as stored, and how many there are in all where that is known. */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void
}

/**
 * The packets at hand. `packet` and `layers` are one object each, which `next` overwrites: copy what must last.
 */
export class PacketBatch implements PacketStream {
  readonly #reader: CaptureReader
  readonly #walk: PacketWalk

  /** @internal */
  constructor(reader: CaptureReader, walk: PacketWalk) {
    this.#reader = reader
    this.#walk = walk
  }

  /** Bytes of the capture's window: those of the record begin at `packet.at`. */
  get view(): DataView {
    return this.#reader.view
  }

  /** The record: number, time, lengths, link type. */
  get packet(): PacketInfo {
    return this.#reader.packet
  }

  /**
   * What is in the packet: offsets into `layers.view` (outer headers) and `layers.innerView` (what the tunnel carries).
   *
   * With fragments joined, the record that makes a datagram whole has the layers of the whole datagram; its views begin at the IP header,
   * so there is no outer Ethernet header. Its other records have `outerIp.isFragment` and no tunnel: a tunnel datagram counts once.
   */
  get layers(): Layers {
    return this.#walk.layers
  }

  /** Numbers of the packets whose fragments were joined into {@link layers}, in order of arrival; empty for a whole packet. */
  get joined(): readonly number[] {
    return this.#walk.joined
  }

  /** The interface that the packet was captured on. */
  get interface(): CaptureInterface {
    return this.#reader.interfaces[this.packet.interfaceId]!
  }

  /** The packet's comments (pcapng), in file order. */
  comments(): string[] {
    return this.#reader.comments()
  }

  /** Steps onto the next packet at hand. @returns Whether there is one. */
  next(): boolean {
    const reader = this.#reader
    if (!reader.next()) return false
    this.#walk.enter(reader.view, reader.packet, reader.packet.number, 0)
    return true
  }
}

/** The packets of one capture, batch by batch, and what there is to say about the file once they have been read. */
export class CapturePackets implements AsyncIterable<PacketBatch> {
  readonly #source: ByteSource
  readonly #signal: AbortSignal | undefined
  readonly #onProgress: (bytesRead: number, bytesTotal: number | null) => void
  readonly #reader: CaptureReader
  readonly #walk: PacketWalk
  #begun = false

  /** @internal */
  constructor(source: ByteSource, options: PacketsOptions) {
    const { signal, onProgress = () => {}, joinFragments = true, firstNumber = 1 } = options
    this.#source = source
    this.#signal = signal
    this.#onProgress = onProgress
    this.#walk = new PacketWalk(tunnelPorts(options.ports), joinFragments)
    this.#reader = new CaptureReader({ firstNumber })
  }

  /** The reader behind the packets: format, interfaces, names, packets lost by the capture. */
  get reader(): CaptureReader {
    return this.#reader
  }

  /** What is wrong with the file as far as it was read: damaged blocks that were left out, and an end inside a record. */
  get issues(): readonly CaptureIssue[] {
    return this.#reader.issues
  }

  /** Datagrams in outer fragments of which something is missing so far. */
  get incomplete(): number {
    return this.#walk.incomplete
  }

  /**
   * Reads the capture, once. Each batch is the same object with other packets: take them with `next` before the next one is asked for.
   * The source is closed at the end, and where the loop is left.
   * @throws CaptureError when the capture has no readable file header or cannot be read; nothing after a good header: see {@link issues}.
   * @throws the signal's reason, once it has come.
   * @throws TypeError when it has been read before, or a batch was left half read.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<PacketBatch, void> {
    if (this.#begun) throw new TypeError('a capture can be read once; open its source again')
    this.#begun = true
    const [reader, signal] = [this.#reader, this.#signal]
    const source = interruptible(this.#source, signal)
    const progress = new ReadingProgress()
    const batch = new PacketBatch(reader, this.#walk)
    try {
      while (!reader.done) {
        signal?.throwIfAborted()
        await refill(reader, source)
        signal?.throwIfAborted()
        yield batch
        // The consumer has taken all; this only notices the end.
        if (!reader.isResting && reader.next())
          throw new TypeError('a batch must be taken to its end with next() before the next one is asked for')
        const { stored } = this.#source
        this.#onProgress(progress.bytes(reader, stored?.bytesRead), stored?.bytesTotal ?? null)
      }
    } finally {
      const closed = this.#source.close?.()
      // A source that waits for bytes may close only when they come.
      if (signal?.aborted === true) closed?.catch(() => {})
      else await closed
    }
  }
}

/**
 * The packets of a capture, each taken apart into its layers, with datagrams in outer fragments joined. The pull loop allocates
 * nothing per packet.
 *
 * ```ts
 * for await (const batch of packets(source)) {
 *   while (batch.next()) if (batch.layers.tunnel !== 0) count(batch.layers.vni, batch.packet.wireLength)
 * }
 * ```
 * @param source - A capture's bytes: of a file, a Blob, a stream, memory. Closed at the end.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type.
 */
export function packets(source: ByteSource, options: PacketsOptions = {}): CapturePackets {
  checkSource('source', source)
  checkObject('options', options)
  checkBoolean('joinFragments', options.joinFragments)
  checkInteger('firstNumber', options.firstNumber, 1)
  checkSignal('signal', options.signal)
  checkFunction('onProgress', options.onProgress)
  return new CapturePackets(source, options)
}
