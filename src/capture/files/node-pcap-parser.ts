/**
 * Packets through npm pcap-parser: the compatible slow way in, for programs that already hold such a stream, and the
 * differential oracle of our own reader. It knows classic pcap of microseconds only and costs 1.6 to 2.1 µs a packet;
 * use `CaptureReader` for everything else. The only file that imports pcap-parser.
 */
import { PassThrough, type Readable } from 'node:stream'
import type { GlobalHeader, PacketHeader, parse } from 'pcap-parser'
import type { CaptureIssue } from '../../issue.ts'
import { checkInteger, checkObject, checkStream } from '../../option.ts'
import type { PacketInfo } from '../../packet.ts'
import { emptyPacket } from '../../packet-meta.ts'
import { CaptureError } from '../errors.ts'
import { FILE_HEADER_LENGTH, maxCaptured } from '../formats/file-header.ts'
import { RECORD_HEADER_LENGTH } from '../formats/pcap.ts'
import { amount } from '../formats/words.ts'
import type { PacketStream } from '../reader.ts'

const BILLION = 1_000_000_000
const MILLION = 1_000_000

/** The packets of one chunk of the stream, read with `next` exactly as from a `CaptureReader`. */
export class PcapParserBatch implements PacketStream {
  view: DataView = new DataView(new ArrayBuffer(0))
  readonly packet: PacketInfo = emptyPacket()
  /** How the stream ended when it did not end well; set with the last batch. pcap-parser itself loses a cut record silently. */
  issue: CaptureIssue | null = null
  /** Packets handed out so far. */
  packets = 0
  private nextNumber: number
  private queue: { header: PacketHeader; data: Uint8Array }[] = []
  private taken = 0
  /** Nanoseconds in one unit of the fraction. */
  private unit = 1000

  /** Makes an empty batch. @param firstNumber - Number of the first packet. */
  constructor(firstNumber: number) {
    this.nextNumber = firstNumber
  }

  /** Steps onto the next packet of the batch. */
  next(): boolean {
    const entry = this.queue[this.taken]
    if (entry === undefined) {
      this.queue = []
      this.taken = 0
      return false
    }
    this.taken++
    const { header, data } = entry
    // All packets of a chunk share its memory, so one view does for them.
    if (this.view.buffer !== data.buffer) this.view = new DataView(data.buffer)
    // As in pcap.ts: no microseconds, so nanoseconds from here on.
    if (header.timestampMicroseconds >= MILLION) this.unit = 1
    const nanoseconds = header.timestampMicroseconds * this.unit
    const carry = Math.floor(nanoseconds / BILLION)
    const { packet } = this
    packet.number = this.nextNumber++
    packet.seconds = header.timestampSeconds + carry
    packet.nanoseconds = nanoseconds - carry * BILLION
    packet.at = data.byteOffset
    packet.capturedLength = header.capturedLength
    packet.wireLength = header.originalLength
    this.packets++
    return true
  }

  /** @internal */
  add(header: PacketHeader, data: Uint8Array): void {
    this.queue.push({ header, data })
  }

  /** @internal */
  describe(header: GlobalHeader): void {
    this.packet.linkType = header.linkLayerType & 0xffff
  }
}

/**
 * The packets of a classic pcap stream in batches, read by pcap-parser.
 *
 * ```ts
 * for await (const batch of pcapParserBatches(createReadStream(path))) while (batch.next()) observe(batch.view, batch.packet)
 * ```
 * Yields one object again and again; exhaust it before going on.
 * @param stream - The bytes of a µs pcap file of version 2.4, either byte order.
 * @throws CaptureError `empty`, `header-cut-short`, `unsupported` (any other format) or `unreadable`.
 * @throws Error where the program was bundled in a way that pcap-parser cannot be loaded: leave it out of the bundle.
 */
export async function* pcapParserBatches(
  stream: Readable,
  options: { firstNumber?: number } = {},
): AsyncGenerator<PcapParserBatch, void> {
  checkStream('stream', stream)
  checkObject('options', options)
  checkInteger('firstNumber', options.firstNumber, 1)
  const batch = new PcapParserBatch(options.firstNumber ?? 1)
  const parseStream = await loadParser()
  const input = new PassThrough()
  const parser = parseStream(input)
  let failure: Error | null = null
  let headerRead = false
  let limit = 0
  /** Bytes of whole records, header included. */
  let whole = 0
  let read = 0
  parser.on('error', (error) => {
    failure ??= error
  })
  parser.on('globalHeader', (header) => {
    headerRead = true
    whole = FILE_HEADER_LENGTH
    limit = maxCaptured(header.snapshotLength)
    batch.describe(header)
  })
  // It would collect bytes for an impossible length without end, copying all of them at each chunk.
  parser.on('packetHeader', ({ capturedLength }) => {
    if (capturedLength <= limit || batch.issue !== null) return
    const detail = `a record claims ${capturedLength} captured bytes, more than the limit of ${limit}`
    batch.issue = { kind: 'damaged', offset: whole, detail }
  })
  parser.on('packet', ({ header, data }) => {
    if (batch.issue !== null) return
    whole += RECORD_HEADER_LENGTH + header.capturedLength
    batch.add(header, data)
  })
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      read += chunk.length
      await new Promise<void>((resolve) => {
        // One chunk in, its packets out: pcap-parser handles a chunk within its `data` event.
        input.write(chunk, () => resolve())
      })
      // The callback says that the chunk was taken in, the event loop's next turn that it was handled.
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (failure !== null) break
      yield batch
      if (batch.issue !== null) return
    }
  } catch (error) {
    if (error instanceof CaptureError) throw error
    throw new CaptureError('unreadable', `cannot be read (${error instanceof Error ? error.message : error})`, null, {
      cause: error,
    })
  } finally {
    input.destroy()
  }
  if (failure !== null) {
    const reason = (failure as Error).message
    throw new CaptureError('unsupported', `pcap-parser refuses it (${reason}); read it with CaptureReader`, 0)
  }
  if (read === 0) throw new CaptureError('empty', 'is empty (0 bytes); capture again, or name another file')
  if (!headerRead) {
    throw new CaptureError('header-cut-short', `ends after ${amount(read, 'byte')}, inside the file header`, read)
  }
  if (read > whole) {
    batch.issue = {
      kind: 'cut-short',
      offset: whole,
      detail: `the file ends ${amount(read - whole, 'byte')} into a record`,
    }
    yield batch
  }
}

/** Loaded when it is asked for: inside a bundle of ES modules a CommonJS package that requires modules of Node cannot run. */
async function loadParser(): Promise<typeof parse> {
  try {
    return (await import('pcap-parser')).parse
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const remedy = 'leave it out of the bundle (esbuild: --external:pcap-parser) and install it beside the program'
    throw new Error(`pcap-parser cannot be loaded (${reason}); ${remedy}`, { cause })
  }
}
