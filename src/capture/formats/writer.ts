/**
 * Packets to capture files: classic pcap of micro- or nanoseconds, and pcapng with interfaces, comments and statistics.
 * Bytes go to a sink in large pieces, each a buffer of its own that the sink may keep.
 */
import {
  checkBoolean,
  checkFunction,
  checkGiven,
  checkInteger,
  checkList,
  checkObject,
  checkString,
} from '../../option.ts'
import { NO_TIME, type PacketInfo } from '../../packet.ts'
import { MAX_RECORD_LENGTH } from '../bounds.ts'
import { FILE_HEADER_LENGTH, MAGIC_MICROSECONDS, MAGIC_NANOSECONDS } from './file-header.ts'
import type { CaptureInterface, CaptureSection } from './interface.ts'
import { COMMENT } from './options.ts'
import { RECORD_HEADER_LENGTH } from './pcap.ts'
import { BlockType, BYTE_ORDER_MAGIC } from './pcapng.ts'

/** Takes the bytes of a file in order; the buffer is the sink's from then on. What it throws, the writer's caller sees. */
export type Sink = (bytes: Uint8Array) => void

/** What a writer needs of a packet; a reader's `PacketInfo` has it all. */
export type WritablePacket = Pick<PacketInfo, 'seconds' | 'nanoseconds' | 'at' | 'capturedLength' | 'wireLength'> &
  Partial<Pick<PacketInfo, 'linkType' | 'flags'>>

const PIECE = 256 * 1024
const TWO_32 = 0x1_0000_0000
const BILLION = 1_000_000_000
/** Longest option value that its 16-bit length can state. */
const MAX_OPTION = 0xffff

const encoder = /* @__PURE__ */ new TextEncoder()
/** Last character that UTF-8 writes as one byte (RFC 3629 §3). */
const LAST_7_BIT = 0x7f

/** Collects records into pieces of {@link PIECE} bytes. */
class Output {
  view = new DataView(new ArrayBuffer(PIECE))
  bytes = new Uint8Array(this.view.buffer)
  length = 0
  private readonly sink: Sink

  constructor(sink: Sink) {
    this.sink = sink
  }

  /** Makes room for a record of `length` bytes, to be written at the returned offset; its bytes are zero. */
  claim(length: number): number {
    if (length > this.bytes.length - this.length) {
      this.flush()
      if (length > this.bytes.length) this.renew(length)
    }
    const at = this.length
    this.length += length
    return at
  }

  flush(): void {
    if (this.length === 0) return
    const piece = this.bytes.subarray(0, this.length)
    this.renew(PIECE)
    this.sink(piece)
  }

  /** Copies `length` bytes of `view` from `from` on. */
  copy(at: number, view: DataView, from: number, length: number): void {
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset + from, length), at)
  }

  /** Writes text of 7-bit characters. */
  text(at: number, text: string): void {
    const { bytes } = this
    for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
  }

  private renew(length: number): void {
    this.view = new DataView(new ArrayBuffer(length))
    this.bytes = new Uint8Array(this.view.buffer)
    this.length = 0
  }
}

function checkUint32(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= TWO_32) {
    throw new RangeError(`${name} must be an integer from 0 to ${TWO_32 - 1}, not ${value}`)
  }
}

/** What writers are told of a link: its type must be given. */
function checkLink(linkType: unknown, snapLength: unknown): void {
  checkGiven('linkType', linkType)
  checkInteger('linkType', linkType, 0, 0xffff)
  checkInteger('snapLength', snapLength, 0, TWO_32 - 1)
}

/** The texts that sections and interfaces are described with. */
function checkTextsOf(info: Partial<WritableInterface & PcapngWriterOptions>): void {
  for (const name of ['application', 'name', 'description', 'filter', 'os', 'hardware'] as const) {
    checkString(name, info[name])
  }
  checkList('comments', info.comments, checkString)
}

function checkPacket(view: DataView, { at, capturedLength, wireLength, nanoseconds }: WritablePacket): void {
  checkUint32('packet.wireLength', wireLength)
  if (!Number.isInteger(capturedLength) || capturedLength < 0 || capturedLength > MAX_RECORD_LENGTH - 64) {
    throw new RangeError(
      `packet.capturedLength must be an integer from 0 to ${MAX_RECORD_LENGTH - 64}, not ${capturedLength}`,
    )
  }
  if (!Number.isInteger(at) || at < 0 || at + capturedLength > view.byteLength) {
    throw new RangeError(`packet.at ${at} and length ${capturedLength} exceed the view of ${view.byteLength} bytes`)
  }
  if (!Number.isInteger(nanoseconds) || nanoseconds < NO_TIME || nanoseconds >= BILLION) {
    throw new RangeError(`packet.nanoseconds must be an integer from 0 to 999999999, or NO_TIME, not ${nanoseconds}`)
  }
}

function checkSink(sink: unknown): void {
  checkGiven('sink', sink)
  checkFunction('sink', sink)
}

/** How a classic pcap file is set up. */
export interface PcapWriterOptions {
  /** LINKTYPE number of every packet, 0 to 65 535. */
  linkType: number
  /** Nanosecond timestamps; microseconds otherwise, and then finer ones are rounded down. */
  nanoseconds?: boolean
  /** Most bytes captured of a packet, 262 144 unless told otherwise; 0 = unlimited. */
  snapLength?: number
  /** Byte order, little-endian unless told otherwise. */
  littleEndian?: boolean
}

/** Writes classic pcap, version 2.4 (draft-ietf-opsawg-pcap). */
export class PcapWriter {
  /** Packets written so far. */
  packets = 0
  private readonly output: Output
  private readonly linkType: number
  private readonly unit: number
  private readonly littleEndian: boolean

  /** @throws RangeError when the link type or snap length does not fit its field, TypeError for a wrong type. */
  constructor(sink: Sink, options: PcapWriterOptions) {
    checkSink(sink)
    checkGiven('options', options)
    checkObject('options', options)
    const { linkType, nanoseconds = false, snapLength = 262_144, littleEndian = true } = options
    checkLink(linkType, snapLength)
    checkBoolean('nanoseconds', nanoseconds)
    checkBoolean('littleEndian', littleEndian)
    this.output = new Output(sink)
    this.linkType = linkType
    this.unit = nanoseconds ? 1 : 1000
    this.littleEndian = littleEndian
    const at = this.output.claim(FILE_HEADER_LENGTH)
    const { view } = this.output
    view.setUint32(at, nanoseconds ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS, littleEndian)
    view.setUint16(at + 4, 2, littleEndian)
    view.setUint16(at + 6, 4, littleEndian)
    view.setUint32(at + 16, snapLength, littleEndian)
    view.setUint32(at + 20, linkType, littleEndian)
  }

  /**
   * Writes one packet. A packet without time gets time 0: the format cannot say otherwise.
   * @param view - Holds the captured bytes at `packet.at`.
   * @throws RangeError for a time before 1970 or after 2106-02-07T06:28:15Z, or another link type; nothing is written then.
   */
  write(view: DataView, packet: WritablePacket): void {
    checkPacket(view, packet)
    const { seconds, nanoseconds, at: from, capturedLength, wireLength, linkType = this.linkType } = packet
    if (linkType !== this.linkType) {
      throw new RangeError(
        `a pcap file of link type ${this.linkType} cannot hold a packet of link type ${linkType}; write pcapng`,
      )
    }
    const timed = nanoseconds !== NO_TIME
    if (timed) checkUint32('packet.seconds', seconds)
    const { output, littleEndian } = this
    const at = output.claim(RECORD_HEADER_LENGTH + capturedLength)
    output.view.setUint32(at, timed ? seconds : 0, littleEndian)
    output.view.setUint32(at + 4, timed ? Math.floor(nanoseconds / this.unit) : 0, littleEndian)
    output.view.setUint32(at + 8, capturedLength, littleEndian)
    output.view.setUint32(at + 12, wireLength, littleEndian)
    output.copy(at + RECORD_HEADER_LENGTH, view, from, capturedLength)
    this.packets++
  }

  /** Hands everything written so far to the sink; call it at the end. */
  flush(): void {
    this.output.flush()
  }
}

/** An interface to be described in a pcapng file; a reader's `CaptureInterface` can be passed as it is. */
export type WritableInterface = Pick<CaptureInterface, 'linkType'> &
  Partial<
    Pick<
      CaptureInterface,
      | 'snapLength'
      | 'tsresol'
      | 'tsoffset'
      | 'fcsLength'
      | 'name'
      | 'description'
      | 'filter'
      | 'os'
      | 'hardware'
      | 'comments'
    >
  >

/** What a pcapng section says of itself; a reader's `CaptureSection` can be passed as it is. */
export type PcapngWriterOptions = Partial<Pick<CaptureSection, 'hardware' | 'os' | 'application' | 'comments'>>

interface Clock {
  readonly tsresol: number
  readonly tsoffset: number
  /** Ticks of a second and nanoseconds of a tick, where those are powers of ten. */
  readonly rate: number
  readonly unit: number
}

/** A value in bytes, or text whose characters are its bytes. */
interface Option {
  readonly code: number
  readonly value: Uint8Array | string
}

/** Writes little-endian pcapng (draft-ietf-opsawg-pcapng). */
export class PcapngWriter {
  /** Packets written so far. */
  packets = 0
  private readonly output: Output
  private clocks: Clock[] = []
  private firstSnapLength = 0
  private high = 0
  private low = 0

  /** @throws RangeError when a text exceeds 65 535 bytes. */
  constructor(sink: Sink, options: PcapngWriterOptions = {}) {
    checkSink(sink)
    this.output = new Output(sink)
    this.section(options)
  }

  /**
   * Begins a further section; the interfaces of the one before cannot be written to any more. Only copies of files with
   * several sections need it: a packet without time (simple packet block) belongs to the first interface of its section.
   * @throws RangeError when a text exceeds 65 535 bytes.
   */
  section(options: PcapngWriterOptions = {}): void {
    checkObject('options', options)
    checkTextsOf(options)
    const list = texts(COMMENT, options.comments)
    addText(list, 2, options.hardware)
    addText(list, 3, options.os)
    addText(list, 4, options.application)
    const at = this.block(BlockType.Section, 16, list)
    const { view } = this.output
    view.setUint32(at, BYTE_ORDER_MAGIC, true)
    view.setUint16(at + 4, 1, true)
    // Section length: unknown, since the file is streamed.
    view.setBigInt64(at + 8, -1n, true)
    this.clocks = []
  }

  /**
   * Describes an interface; may be called between packets.
   * Give it the `tsresol` and `tsoffset` of the interface that was read, and every timestamp stays exact to the nanosecond;
   * nanoseconds without offset are the default.
   * @returns Its id within the section, for {@link write}.
   * @throws RangeError when a value does not fit its field.
   */
  addInterface(info: WritableInterface): number {
    checkObject('info', info)
    const { linkType, snapLength = 0, tsresol = 9, tsoffset = 0, fcsLength = 0 } = info
    checkLink(linkType, snapLength)
    checkInteger('tsresol', tsresol, 0, 255)
    checkInteger('tsoffset', tsoffset, Number.MIN_SAFE_INTEGER)
    checkInteger('fcsLength', fcsLength, 0, 8)
    checkTextsOf(info)
    const list = texts(COMMENT, info.comments)
    addText(list, 2, info.name)
    addText(list, 3, info.description)
    if (tsresol !== 6) list.push({ code: 9, value: Uint8Array.of(tsresol) })
    if (info.filter !== undefined) {
      const text = encoder.encode(info.filter)
      const value = new Uint8Array(text.length + 1)
      value.set(text, 1)
      list.push({ code: 11, value: checkOption(value) })
    }
    addText(list, 12, info.os)
    if (fcsLength !== 0) list.push({ code: 13, value: Uint8Array.of(fcsLength) })
    if (tsoffset !== 0) {
      const value = new Uint8Array(8)
      new DataView(value.buffer).setBigInt64(0, BigInt(tsoffset), true)
      list.push({ code: 14, value })
    }
    addText(list, 15, info.hardware)
    const at = this.block(BlockType.Interface, 8, list)
    const { view } = this.output
    view.setUint16(at, linkType, true)
    view.setUint32(at + 4, snapLength, true)
    if (this.clocks.length === 0) this.firstSnapLength = snapLength
    return this.clocks.push({ tsresol, tsoffset, rate: 10 ** tsresol, unit: 10 ** (9 - tsresol) }) - 1
  }

  /**
   * Writes one packet: an enhanced packet block, or, where it has no time and that block can hold it, a simple one.
   * A packet without time that needs an enhanced block (another interface than the first, comments, flags, cut by something
   * else than the snap length) gets the earliest time that its interface can state.
   * @param view - Holds the captured bytes at `packet.at`.
   * @param interfaceId - What `addInterface` returned.
   * @throws RangeError when the time is out of the interface's range or a value does not fit; nothing is written then.
   */
  write(view: DataView, packet: WritablePacket, interfaceId: number, comments: readonly string[] = []): void {
    checkPacket(view, packet)
    const { seconds, nanoseconds, at: from, capturedLength, wireLength, flags = 0 } = packet
    const clock = this.clocks[interfaceId]
    if (clock === undefined) throw new RangeError(`interface ${interfaceId} has not been described`)
    checkUint32('packet.flags', flags)
    const { output } = this
    const padded = (capturedLength + 3) & ~3
    if (nanoseconds === NO_TIME) {
      const simple = this.firstSnapLength === 0 ? wireLength : Math.min(wireLength, this.firstSnapLength)
      if (interfaceId === 0 && comments.length === 0 && flags === 0 && capturedLength === simple) {
        const at = this.block(BlockType.SimplePacket, 4 + padded, [])
        output.view.setUint32(at, wireLength, true)
        output.copy(at + 4, view, from, capturedLength)
        this.packets++
        return
      }
      this.high = this.low = 0
    } else {
      this.ticks(clock, seconds, nanoseconds)
    }
    const list = texts(COMMENT, comments)
    if (flags !== 0) {
      const value = new Uint8Array(4)
      new DataView(value.buffer).setUint32(0, flags, true)
      list.push({ code: 2, value })
    }
    const at = this.block(BlockType.EnhancedPacket, 20 + padded, list)
    const { view: out } = output
    out.setUint32(at, interfaceId, true)
    out.setUint32(at + 4, this.high, true)
    out.setUint32(at + 8, this.low, true)
    out.setUint32(at + 12, capturedLength, true)
    out.setUint32(at + 16, wireLength, true)
    output.copy(at + 20, view, from, capturedLength)
    this.packets++
  }

  /**
   * Writes an interface statistics block; the last one of an interface counts.
   * @param counters - Packets received by the interface, and lost by it and the operating system.
   * @throws RangeError when the interface is unknown or a counter is not a safe non-negative integer.
   */
  statistics(interfaceId: number, counters: { received?: number | null; drops?: number | null }): void {
    if (this.clocks[interfaceId] === undefined) throw new RangeError(`interface ${interfaceId} has not been described`)
    const list: Option[] = []
    for (const [code, name, value] of [
      [4, 'received', counters.received],
      [5, 'drops', counters.drops],
    ] as const) {
      if (value === undefined || value === null) continue
      checkInteger(name, value, 0)
      const bytes = new Uint8Array(8)
      new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
      list.push({ code, value: bytes })
    }
    const at = this.block(BlockType.InterfaceStatistics, 12, list)
    this.output.view.setUint32(at, interfaceId, true)
  }

  /** Hands everything written so far to the sink; call it at the end. */
  flush(): void {
    this.output.flush()
  }

  /** Claims a block with `fixed` bytes (a multiple of 4) before its options. @returns Where those begin. */
  private block(type: number, fixed: number, options: readonly Option[]): number {
    let length = 12 + fixed
    for (const { value } of options) length += 4 + ((value.length + 3) & ~3)
    if (options.length > 0) length += 4
    // One that no reader would take back; only thousands of comments get there.
    if (length > MAX_RECORD_LENGTH) throw new RangeError(`a block of ${length} bytes exceeds ${MAX_RECORD_LENGTH}`)
    const { output } = this
    const at = output.claim(length)
    const { view } = output
    view.setUint32(at, type, true)
    view.setUint32(at + 4, length, true)
    let position = at + 8 + fixed
    for (const { code, value } of options) {
      view.setUint16(position, code, true)
      view.setUint16(position + 2, value.length, true)
      if (typeof value === 'string') output.text(position + 4, value)
      else output.bytes.set(value, position + 4)
      position += 4 + ((value.length + 3) & ~3)
    }
    view.setUint32(at + length - 4, length, true)
    return at + 8
  }

  /** Time to 64-bit ticks in `high` and `low`; the inverse of the reader's conversion. */
  private ticks({ tsresol, tsoffset, rate, unit }: Clock, seconds: number, nanoseconds: number): void {
    const whole = seconds - tsoffset
    if (Number.isSafeInteger(whole) && whole >= 0) {
      if (tsresol <= 9) {
        // seconds · 10^n in two parts that stay exact: the upper one below 2^48 for every time that fits at all.
        const upper = Math.floor(whole / 0x1_0000)
        const scaled = upper * rate
        const high = Math.floor(scaled / 0x1_0000)
        const low =
          (scaled - high * 0x1_0000) * 0x1_0000 + (whole - upper * 0x1_0000) * rate + Math.floor(nanoseconds / unit)
        const carry = Math.floor(low / TWO_32)
        this.high = high + carry
        this.low = low - carry * TWO_32
        if (this.high < TWO_32) return
      } else {
        const perSecond = tsresol < 0x80 ? 10n ** BigInt(tsresol) : 2n ** BigInt(tsresol & 0x7f)
        // Rounded up, so that the reader's rounding down gives the same nanosecond.
        const fraction = (BigInt(nanoseconds) * perSecond + 999_999_999n) / 1_000_000_000n
        const ticks = BigInt(whole) * perSecond + fraction
        if (ticks < 1n << 64n) {
          this.high = Number(ticks >> 32n)
          this.low = Number(ticks & 0xffff_ffffn)
          return
        }
      }
    }
    throw new RangeError(
      `${seconds} s does not fit the timestamps of the interface (tsresol ${tsresol}, tsoffset ${tsoffset})`,
    )
  }
}

function checkOption<T extends Uint8Array | string>(value: T): T {
  if (value.length > MAX_OPTION) throw new RangeError(`a text of ${value.length} bytes exceeds ${MAX_OPTION}`)
  return value
}

function addText(list: Option[], code: number, text: string | undefined): void {
  if (text !== undefined) list.push({ code, value: textValue(text) })
}

function texts(code: number, list: readonly string[] | undefined): Option[] {
  return list === undefined ? [] : list.map((text) => ({ code, value: textValue(text) }))
}

/** A text as it is written; most need no encoder, which costs more than the rest of a packet. */
function textValue(text: string): Uint8Array | string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > LAST_7_BIT) return checkOption(encoder.encode(text))
  }
  return checkOption(text)
}
