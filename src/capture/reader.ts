/**
 * Capture bytes to packets: a synchronous pull loop over one window, refilled from outside.
 *
 * ```ts
 * const reader = new CaptureReader()
 * while (!reader.done) {
 *   while (reader.next()) observe(reader.view, reader.packet)
 *   await refill(reader, source)
 * }
 * ```
 * `next` allocates nothing and awaits nothing; the window is the only buffer, so memory does not depend on the file.
 */
import type { AppendedFiles, CaptureIssue, InterfaceDrops } from '../issue.ts'
import { checkFunction, checkInteger, checkObject, checkRead, checkSignal, checkSource } from '../option.ts'
import type { PacketInfo } from '../packet.ts'
import { emptyPacket } from '../packet-meta.ts'
import { MAX_TEXT, MAX_WINDOW_LENGTH, WINDOW_LENGTH } from './bounds.ts'
import { CaptureError, isShortage } from './errors.ts'
import { FILE_HEADER_LENGTH, pcapByteOrder } from './formats/file-header.ts'
import type { CaptureInterface, CaptureSection, NameRecord } from './formats/interface.ts'
import { COMMENT, Texts, walkOptions } from './formats/options.ts'
import { PcapRecords } from './formats/pcap.ts'
import { BlockType, PcapngRecords } from './formats/pcapng.ts'
import { refuseHeader } from './formats/signatures.ts'
import { amount } from './formats/words.ts'
import { ReadingProgress } from './reading-progress.ts'
import { type ByteSource, interruptible } from './source.ts'
import { Step, Window } from './window.ts'

/** How a reader is set up. */
export interface ReaderOptions {
  /** Number of the file's first packet, 1 unless other files came before it. */
  firstNumber?: number
  /** Bytes of the window at the start, 0 to 1 GiB, 512 KiB unless told otherwise; it grows up to the largest record. */
  windowLength?: number
}

/** How {@link batches} reads. */
export interface BatchesOptions extends ReaderOptions {
  /** Ends the reading: the loop throws the signal's reason, an AbortError unless told otherwise, and the source is closed. */
  signal?: AbortSignal
  /** Called for each batch with the bytes read so far, as stored, and how many there are in all where that is known. */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void
}

/** What every way of reading packets offers to a loop over them. */
export interface PacketStream {
  /** The bytes that `packet.at` counts in. */
  readonly view: DataView
  /** The current packet: one object, overwritten by `next`. */
  readonly packet: PacketInfo
  /** Steps onto the next packet at hand. @returns Whether there is one. */
  next(): boolean
}

/** Reads one capture file, pcap or pcapng, told apart by content. */
export class CaptureReader implements PacketStream {
  /** The window's bytes: valid, with the packet in it, until `room` is called. */
  view: DataView
  /** The current packet: one object, overwritten by `next`. */
  readonly packet: PacketInfo = emptyPacket()
  /** Whether reading has ended: at the end of the file, or at {@link CaptureReader.issue}. */
  done = false
  /**
   * How the file ended when it did not end well, and what was left out of it when it did; `null` before the end, and after a good
   * one of which everything was read. See {@link issues}.
   */
  issue: CaptureIssue | null = null
  /** Bytes taken in, header included. */
  bytesRead = 0
  /** Characters of names and comments that are kept. @internal */
  mostText = MAX_TEXT
  private readonly window: Window
  private readonly firstNumber: number
  private records: PcapRecords | PcapngRecords | null = null
  private sourceIssue: CaptureIssue | null = null
  private stopped = false

  /** @throws RangeError for an option out of range, TypeError for one of a wrong type. */
  constructor(options: ReaderOptions = {}) {
    checkObject('options', options)
    checkInteger('firstNumber', options.firstNumber, 1)
    checkInteger('windowLength', options.windowLength, 0, MAX_WINDOW_LENGTH)
    this.firstNumber = options.firstNumber ?? 1
    this.window = Window.ofLength(options.windowLength ?? WINDOW_LENGTH)
    this.view = this.window.view
  }

  /**
   * Steps onto the next whole packet in the window. A packet that has a classic file header in it, or ends in what may be the beginning
   * of one, waits for what follows it: the record may be cut, and the header that of an appended file.
   * @returns `false` when more bytes are needed, or none will come: see {@link done}.
   * @throws CaptureError `empty`, `not-a-capture`, `header-cut-short` or `unsupported`, when the file header is not readable;
   * never after that.
   */
  next(): boolean {
    const { records } = this
    if (records !== null && !this.done && records.step() === Step.Packet) return true
    return this.stall()
  }

  /**
   * Free room at the end of the window, to be filled from the start; call it when `next` has returned `false`.
   * What is left of a record moves to the front first, so offsets into {@link view} are no longer valid.
   * Empty only when `next` was not called often enough.
   */
  room(): Uint8Array {
    const room = this.window.room()
    this.view = this.window.view
    return room
  }

  /** Says that `length` bytes of what `room` returned are filled. */
  advance(length: number): void {
    const { window } = this
    if (!(length >= 0 && length <= window.bytes.length - window.end)) {
      throw new RangeError(`advance(${length}) exceeds the room of ${window.bytes.length - window.end} bytes`)
    }
    window.end += length
    this.bytesRead += length
  }

  /**
   * Says that no more bytes will come.
   * @param issue - Why they end, when that is not the real end of the capture; it becomes {@link CaptureReader.issue}.
   * @param stopped - Whether they end because nobody wants more: nothing is known of what follows then, and nothing is said of it.
   */
  finish(issue: CaptureIssue | null = null, stopped = false): void {
    this.window.finished = true
    this.sourceIssue = issue
    this.stopped = stopped
  }

  /** Bytes of the window's buffer. @internal */
  get windowLength(): number {
    return this.window.bytes.length
  }

  /** Takes another buffer for the window, of `length` bytes or what the next record needs; call it as {@link room}. @internal */
  resizeWindow(length: number): void {
    this.window.resize(length)
    this.view = this.window.view
  }

  /**
   * Gives the window's buffer back, although the current packet is in it and more may be. What was in it, from that packet on, is
   * to be had from file offset {@link bytesRead} on, and {@link reload} is given the start of it before anything else is done here.
   * @returns How many bytes that is.
   * @internal
   */
  evict(): number {
    const { window, packet, records } = this
    const from = packet.at
    const length = window.evict(from)
    packet.at = 0
    if (records !== null) {
      records.optionsAt -= from
      records.optionsEnd -= from
    }
    this.bytesRead = window.base
    this.view = window.view
    return length
  }

  /** Goes on where {@link evict} was called. @param bytes - As many as it said. @internal */
  reload(bytes: Uint8Array): void {
    this.window.reload(bytes)
    this.bytesRead += bytes.length
    this.view = this.window.view
  }

  /** Gives the window's buffer back for good: reading is done. @internal */
  release(): void {
    this.window.evict(this.window.position)
    this.view = this.window.view
  }

  /** Whether a whole file header has been read: from then on `next` does not throw. */
  get headerRead(): boolean {
    const { records } = this
    return records !== null && (records.format === 'pcap' || records.headerRead)
  }

  /** The format; `'pcap'` before the file header has been read. */
  get format(): 'pcap' | 'pcapng' {
    return this.records?.format ?? 'pcap'
  }

  /** Whether there are more packets at hand although `next` has returned `false`: many in few bytes, and others may have their turn. */
  get isResting(): boolean {
    return this.records?.format === 'pcap' && this.records.isResting
  }

  /** Bytes taken in that were looked through, and are counted as packets only where something else follows them: a run of zeros. */
  get bytesUncounted(): number {
    return this.records?.format === 'pcap' ? this.records.bytesUncounted : 0
  }

  /** Interfaces described so far, all sections; a classic pcap file has one, and more where others were appended to it. */
  get interfaces(): readonly CaptureInterface[] {
    return this.records?.interfaces ?? []
  }

  /** pcapng sections so far; empty for classic pcap. */
  get sections(): readonly CaptureSection[] {
    return this.records?.format === 'pcapng' ? this.records.sections : []
  }

  /** Names that pcapng name resolution blocks gave so far. */
  get names(): readonly NameRecord[] {
    return this.records?.format === 'pcapng' ? this.records.names : []
  }

  /** Packets read so far. */
  get packets(): number {
    return this.records?.packets ?? 0
  }

  /** The number that the next packet will have, and after the end the first number of a file that follows. */
  get nextNumber(): number {
    return this.records?.nextNumber ?? this.firstNumber
  }

  /**
   * Packets that the capture system lost: the last if_drop + os_drop of each interface, added up.
   * @returns `null` when no interface says anything (classic pcap, or pcapng without such statistics).
   */
  droppedByCapture(): number | null {
    let dropped: number | null = null
    for (const info of this.interfaces) {
      if (info.drops !== null) dropped = (dropped ?? 0) + info.drops
    }
    return dropped
  }

  /**
   * Packets that the capture system received: the last if_recv of each interface, added up.
   * @returns `null` when no interface says anything.
   */
  receivedByCapture(): number | null {
    let received: number | null = null
    for (const info of this.interfaces) {
      if (info.received !== null) received = (received ?? 0) + info.received
    }
    return received
  }

  /** Number of the first packet whose time was in nanoseconds under the microsecond magic, 0 when there is none: classic pcap. */
  get damagedTimeAt(): number {
    return this.records?.format === 'pcap' ? this.records.damagedTimeAt : 0
  }

  /** Classic pcap files appended to the first one, `null` when there are none. */
  get appended(): AppendedFiles | null {
    const { records } = this
    if (records?.format !== 'pcap' || records.appended === 0) return null
    return { files: records.appended, packetsBefore: records.packetsOfFirst, offset: records.appendedAt }
  }

  /** The same per interface, in order. */
  interfaceDrops(): InterfaceDrops[] {
    return this.interfaces.map((info) => ({ interfaceId: info.id, dropped: info.drops }))
  }

  /** Packets lost between packets, as pcapng packet blocks say (epb_dropcount): not part of {@link droppedByCapture}. */
  get droppedBetweenPackets(): number {
    return this.records?.format === 'pcapng' ? this.records.droppedBetween : 0
  }

  /** Everything that is wrong with the file as far as it was read: the blocks or rests of records that were left out, and how it ended. */
  get issues(): readonly CaptureIssue[] {
    const leftOut = this.leftOut()
    const issues = leftOut === null ? [] : [leftOut]
    if (this.issue !== null && this.issue.cause !== 'blocks' && this.issue.cause !== 'joint') issues.push(this.issue)
    return issues
  }

  /** The comments of the current packet (opt_comment), in file order. Off the packet path: it allocates. */
  comments(): string[] {
    const { records } = this
    const found: string[] = []
    if (records === null || records.optionsEnd - records.optionsAt < 4) return found
    const texts = new Texts()
    walkOptions(this.view, records.optionsAt, records.optionsEnd, records.littleEndian, true, (code, at, length) => {
      const text = code === COMMENT ? texts.read(this.view, at, length) : undefined
      if (text !== undefined) found.push(text)
    })
    return found
  }

  /** No packet at hand: the header is still to be read, bytes are missing, or the file has ended. @returns As `next`. */
  private stall(): boolean {
    if (this.done) return false
    const { window } = this
    const isNew = this.records === null
    if (isNew && !this.open()) return false
    if ((isNew || this.format === 'pcapng') && this.stepOn()) return true
    if (this.isResting) return false
    if (window.issue !== null) {
      this.issue = window.issue
      this.done = true
    } else if (window.finished) {
      this.end()
    }
    return false
  }

  /** Steps on at the beginning, and where a step has only left a block out. @returns Whether there is a packet. */
  private stepOn(): boolean {
    let step: Step = Step.Passed
    while (step === Step.Passed && this.window.issue === null) step = this.records!.step()
    return step === Step.Packet
  }

  /** The blocks, or the rests of cut records, that were left out, as one issue. */
  private leftOut(): CaptureIssue | null {
    const { records } = this
    return records === null
      ? null
      : records.format === 'pcapng'
        ? records.damagedBlocks.issue()
        : records.joints.issue()
  }

  /** What is wrong with the block that the file ends in, beside that it does. */
  private get fault(): string {
    return this.records?.format === 'pcapng' ? this.records.fault : ''
  }

  /** Reads the file header. @returns Whether it was there. */
  private open(): boolean {
    const { window, packet, firstNumber } = this
    const there = window.end - window.position
    if (there < 4) {
      if (window.finished) throw this.headerCutShort(there)
      window.needed = FILE_HEADER_LENGTH
      return false
    }
    const { view } = window
    if (view.getUint32(window.position) === BlockType.Section) {
      this.records = new PcapngRecords(window, packet, firstNumber, new Texts(this.mostText))
      return true
    }
    const byteOrder = pcapByteOrder(view, window.position)
    if (byteOrder === null) {
      // Some signatures are longer than a pcap magic: wait for them, so that the message can name the format.
      if (there < FILE_HEADER_LENGTH && !window.finished) return false
      throw refuseHeader(window.bytes.subarray(window.position, window.end))
    }
    if (there < FILE_HEADER_LENGTH) {
      if (window.finished) throw this.headerCutShort(there)
      window.needed = FILE_HEADER_LENGTH
      return false
    }
    this.records = new PcapRecords(window, packet, byteOrder === 'little', firstNumber)
    return true
  }

  private end(): void {
    const { window } = this
    if (!this.headerRead) throw this.headerCutShort(window.end - window.position)
    this.done = true
    const left = window.end - window.position
    if (this.fault !== '') {
      this.issue = { kind: 'damaged', offset: window.recordOffset, detail: this.fault }
    } else if (this.sourceIssue !== null) {
      this.issue = this.sourceIssue
    } else if (this.stopped) {
      this.issue = this.leftOut()
    } else if (window.endsInZeros) {
      const offset = window.zerosFrom >= 0 ? window.zerosFrom : window.recordOffset
      const length = window.base + window.end - offset
      this.issue = {
        kind: 'damaged',
        offset,
        detail: `${amount(length, 'byte')} of zeros up to the end`,
        cause: 'zeros',
      }
    } else if (left > 0 || window.skipFrom >= 0) {
      const offset = window.recordOffset
      const there = window.base + window.end - offset
      this.issue = { kind: 'cut-short', offset, detail: `the file ends ${amount(there, 'byte')} into a record` }
    } else {
      this.issue = this.leftOut()
    }
  }

  private headerCutShort(there: number): CaptureError {
    if (this.sourceIssue !== null) {
      const { detail } = this.sourceIssue
      return new CaptureError('header-cut-short', `holds no whole file header: ${detail}; copy the file again`, there)
    }
    if (this.bytesRead === 0)
      return new CaptureError('empty', 'is empty (0 bytes); capture again, or name another file')
    return new CaptureError(
      'header-cut-short',
      `ends after ${amount(there, 'byte')}, inside the file header; copy the file again, or name another one`,
      there,
    )
  }
}

/**
 * Fills a reader's window once, or tells it that the source has ended; the one place that awaits.
 * A source that fails behind a good file header ends the capture with an issue: what was read before it counts.
 * @throws CaptureError `unreadable` when the source fails before the file header is whole, or for want of what is no file's fault.
 */
export async function refill(reader: CaptureReader, source: ByteSource): Promise<void> {
  if (reader.done) return
  // Not a microtask: signals and progress are to be seen.
  if (reader.isResting) return new Promise((resolve) => setTimeout(resolve, 0))
  const room = reader.room()
  if (room.length === 0) return
  try {
    const length = await source.read(room)
    checkRead(length, room.length)
    if (length > 0) reader.advance(length)
    else reader.finish(source.issue ?? null, source.stopped)
  } catch (error) {
    if (!reader.headerRead || !(error instanceof CaptureError) || isShortage(error)) throw error
    reader.finish({ kind: 'damaged', offset: reader.bytesRead, detail: error.message })
  }
}

/**
 * The packets of a source in batches: await per chunk, never per packet.
 *
 * ```ts
 * for await (const reader of batches(source)) while (reader.next()) observe(reader.view, reader.packet)
 * ```
 * Yields one reader again and again; exhaust it with `next` before going on. Closes the source at the end.
 * @throws CaptureError as `CaptureReader.next`, and `unreadable` as the source does.
 * @throws the signal's reason, once it has come.
 * @throws TypeError for what is no source, and RangeError or TypeError where its `read` returns what it cannot have read.
 */
export async function* batches(source: ByteSource, options: BatchesOptions = {}): AsyncGenerator<CaptureReader, void> {
  checkSource('source', source)
  const reader = new CaptureReader(options)
  const { signal, onProgress } = options
  checkSignal('signal', signal)
  checkFunction('onProgress', onProgress)
  const watched = interruptible(source, signal)
  const progress = new ReadingProgress()
  try {
    while (!reader.done) {
      signal?.throwIfAborted()
      await refill(reader, watched)
      signal?.throwIfAborted()
      yield reader
      onProgress?.(progress.bytes(reader, source.stored?.bytesRead), source.stored?.bytesTotal ?? null)
      // The consumer has exhausted it; this only notices the end.
      if (!reader.isResting && reader.next())
        throw new TypeError('a batch must be exhausted with next() before the next one is asked for')
    }
  } finally {
    const closed = source.close?.()
    // A source that waits for bytes may close only when they come.
    if (signal?.aborted === true) closed?.catch(() => {})
    else await closed
  }
}
