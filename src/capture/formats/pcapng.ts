/**
 * pcapng: sections of blocks, each with its length before and behind it (draft-ietf-opsawg-pcapng).
 * Packets come from enhanced, simple and obsolete packet blocks; interfaces, statistics and names are kept within bounds;
 * everything else, however large, is stepped over without being held.
 */
import { NO_TIME, type PacketInfo } from '../../packet.ts'
import { MAX_DESCRIPTIONS, MAX_INTERFACES, MAX_OPTION_BYTES, MAX_RECORD_LENGTH } from '../bounds.ts'
import { CaptureError } from '../errors.ts'
import { Step, type Window } from '../window.ts'
import { DamagedBlocks } from './damaged-blocks.ts'
import { isFileHeader, maxCaptured, pcapByteOrder } from './file-header.ts'
import type { CaptureInterface, CaptureSection, NameRecord } from './interface.ts'
import { COMMENT, END_OF_OPTIONS, type Texts, walkOptions } from './options.ts'
import { isZero, RECORD_HEADER_LENGTH } from './pcap.ts'
import { Ticks } from './ticks.ts'
import { amount } from './words.ts'

/** Block types (draft-ietf-opsawg-pcapng §11.1). */
export const BlockType = {
  /** Section Header Block; the same in either byte order. */
  Section: 0x0a0d0d0a,
  Interface: 1,
  /** Packet Block, obsolete. */
  Packet: 2,
  SimplePacket: 3,
  NameResolution: 4,
  InterfaceStatistics: 5,
  EnhancedPacket: 6,
  /** systemd journal export block: takes a packet number in Wireshark. */
  Journal: 9,
  DecryptionSecrets: 10,
  /** Custom block that may be copied: takes a packet number in Wireshark. */
  Custom: 0x00000bad,
  /** Custom block that must not be copied: takes a packet number in Wireshark. */
  CustomNoCopy: 0x40000bad,
  /** System call records of sysdig and Falco: each takes a packet number in Wireshark. */
  SysdigEvent: 0x204,
  SysdigEventV2: 0x216,
  SysdigEventV2Large: 0x221,
} as const

/** Byte-order magic, as it reads in the section's own byte order. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** Bytes that every block has: type, length, length again. */
const BLOCK_OVERHEAD = 12
/** Bytes of an enhanced or obsolete packet block before its data. */
const PACKET_DATA = 28
const SIMPLE_DATA = 12
const SECTION_LENGTH = 28
const INTERFACE_LENGTH = 20
const STATISTICS_LENGTH = 24

/** epb_flags and pack_flags. */
const PACKET_FLAGS = 2
/** epb_dropcount. */
const PACKET_DROPS = 4
/** Bits of the flags word that state the packet's frame check sequence, in bytes (draft §4.3.1). */
const FLAGS_FCS_SHIFT = 5
const FLAGS_FCS_MASK = 0xf

const TWO_32 = 0x1_0000_0000
/** Netflix: its custom blocks carry TCP logs; Wireshark numbers only those that skip log entries. */
const PEN_NETFLIX = 10_949
const NETFLIX_SKIP = 2

interface InterfaceState {
  readonly info: CaptureInterface
  readonly clock: Ticks
  readonly maxCaptured: number
  interfaceDrops: number
  systemDrops: number
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Steps over the blocks of one pcapng file. */
export class PcapngRecords {
  readonly format = 'pcapng' as const
  readonly interfaces: CaptureInterface[] = []
  readonly sections: CaptureSection[] = []
  readonly names: NameRecord[] = []
  packets = 0
  nextNumber: number
  /** Where the options of the last packet begin and end in the view. */
  optionsAt = 0
  optionsEnd = 0
  /** Sum of what enhanced and obsolete packet blocks say was lost right before them; 0 when they say nothing. */
  droppedBetween = 0
  littleEndian = true
  /** Blocks that were left out. */
  readonly damagedBlocks = new DamagedBlocks()
  /** What is wrong with the block that is being stepped over, empty where nothing is. */
  fault = ''
  /** Whether the first section header has been read. */
  headerRead = false
  /** Whether packet blocks may come: a header has been read, and no zeros since. */
  private takesPackets = false
  private readonly window: Window
  private readonly packet: PacketInfo
  private readonly texts: Texts
  /** None for an interface whose block is damaged. */
  private readonly states: (InterfaceState | undefined)[] = []
  /** Number of the section's first interface. */
  private firstInterface = 0
  /** Bytes left to step over of a block that is not held, up to its trailing length. */
  private skipLeft = 0
  private skipLength = 0
  private skipType = 0
  /** Blocks that are behind and were no packets. */
  private passed = 0

  /**
   * @param window - Begins with a section header block.
   * @param texts - Where names and comments go.
   */
  constructor(window: Window, packet: PacketInfo, firstNumber: number, texts: Texts) {
    this.window = window
    this.texts = texts
    this.packet = packet
    this.nextNumber = firstNumber
  }

  /**
   * Steps onto the next packet. @returns `Passed` as well when a block was left out: there may be more behind it.
   * @throws CaptureError `not-a-capture` or `unsupported` at the first section header, never later.
   */
  step(): Step {
    const { window } = this
    for (;;) {
      if (window.skipFrom >= 0) {
        const step = this.skip()
        if (step !== Step.Passed) return step
      }
      const at = window.position
      const there = window.end - at
      if (there < BLOCK_OVERHEAD) return window.starve(BLOCK_OVERHEAD)
      const { view } = window
      const type = view.getUint32(at, this.littleEndian)
      if (type === BlockType.EnhancedPacket && this.takesPackets) return this.packetBlock(at, there, true)
      const step = this.block(type, at, there)
      if (step !== Step.Passed) return step
    }
  }

  /** An enhanced packet block (§4.3), or an obsolete packet block (appendix A), which differs in one word. */
  private packetBlock(at: number, there: number, enhanced: boolean): Step {
    const { window, littleEndian, packet } = this
    const { view } = window
    const length = view.getUint32(at + 4, littleEndian)
    if (length < PACKET_DATA + 4)
      return this.leaveOut(at, `a packet block is ${amount(length, 'byte')} long, less than its fields need`)
    if (length > MAX_RECORD_LENGTH) {
      return window.damage(`a packet block claims ${length} bytes, more than the limit of ${MAX_RECORD_LENGTH}`)
    }
    const padded = (length + 3) & ~3
    if (there < PACKET_DATA) return window.starve(PACKET_DATA)
    const id =
      this.firstInterface + (enhanced ? view.getUint32(at + 8, littleEndian) : view.getUint16(at + 8, littleEndian))
    const state = this.states[id]
    if (state === undefined) return this.leaveOut(at, this.unknownInterface(id))
    const captured = view.getUint32(at + 20, littleEndian)
    if (captured > state.maxCaptured) {
      return this.leaveOut(
        at,
        `a packet claims ${captured} captured bytes, more than the limit of ${state.maxCaptured}`,
      )
    }
    const optionsAt = at + PACKET_DATA + ((captured + 3) & ~3)
    const optionsEnd = at + padded - 4
    if (optionsAt > optionsEnd) {
      return this.leaveOut(at, `a packet block of ${length} bytes claims to hold ${amount(captured, 'captured byte')}`)
    }
    if (there < padded) return window.starve(padded)
    const trailer = view.getUint32(optionsEnd, littleEndian)
    if (((trailer + 3) & ~3) !== padded) return this.damageTrailer(length, trailer)
    const { clock, info } = state
    packet.flags = 0
    packet.fcsLength = info.fcsLength
    if (optionsEnd - optionsAt >= 4) {
      const overrun = this.packetOptions(view, optionsAt, optionsEnd)
      if (overrun >= 0) return this.leaveOut(at, overrunning(overrun))
    }
    if (!enhanced) {
      const drops = view.getUint16(at + 10, littleEndian)
      if (drops !== 0xffff) this.droppedBetween += drops
    }
    clock.convert(view.getUint32(at + 12, littleEndian), view.getUint32(at + 16, littleEndian))
    packet.number = this.nextNumber++
    packet.seconds = clock.seconds
    packet.nanoseconds = clock.nanoseconds
    packet.at = at + PACKET_DATA
    packet.capturedLength = captured
    packet.wireLength = view.getUint32(at + 24, littleEndian)
    packet.linkType = info.linkType
    packet.interfaceId = id
    this.optionsAt = optionsAt
    this.optionsEnd = optionsEnd
    window.position = at + padded
    this.packets++
    return Step.Packet
  }

  /** Reads flags and drop count without calling anything per option. @returns As `walkOptions`. */
  private packetOptions(view: DataView, at: number, end: number): number {
    const { littleEndian, packet } = this
    let position = at
    let drops = 0
    while (end - position >= 4) {
      const code = view.getUint16(position, littleEndian)
      const length = view.getUint16(position + 2, littleEndian)
      if (code === END_OF_OPTIONS) break
      position += 4
      if (length > end - position) return length
      if (code === PACKET_FLAGS && length === 4) {
        const flags = view.getUint32(position, littleEndian)
        packet.flags = flags
        const fcsLength = (flags >>> FLAGS_FCS_SHIFT) & FLAGS_FCS_MASK
        if (fcsLength !== 0) packet.fcsLength = fcsLength
      } else if (code === PACKET_DROPS && length === 8) {
        drops += getUint64(view, position, littleEndian)
      }
      position += (length + 3) & ~3
    }
    if (drops > 0) this.droppedBetween += drops
    return -1
  }

  /** A simple packet block (§4.4): no timestamp, no options, the section's first interface. */
  private simpleBlock(at: number, there: number): Step {
    const { window, littleEndian, packet } = this
    const { view } = window
    const length = view.getUint32(at + 4, littleEndian)
    if (length < SIMPLE_DATA + 4) {
      return this.leaveOut(at, `a simple packet block is ${amount(length, 'byte')} long, less than its fields need`)
    }
    if (length > MAX_RECORD_LENGTH) {
      return window.damage(`a simple packet block claims ${length} bytes, more than the limit of ${MAX_RECORD_LENGTH}`)
    }
    const id = this.firstInterface
    const state = this.states[id]
    if (state === undefined) return this.leaveOut(at, this.unknownInterface(id))
    const padded = (length + 3) & ~3
    if (there < SIMPLE_DATA) return window.starve(SIMPLE_DATA)
    const original = view.getUint32(at + 8, littleEndian)
    const { info } = state
    const captured = info.snapLength === 0 ? original : Math.min(info.snapLength, original)
    if (captured > padded - SIMPLE_DATA - 4) {
      return this.leaveOut(
        at,
        `a simple packet block of ${length} bytes claims to hold ${amount(captured, 'captured byte')}`,
      )
    }
    if (there < padded) return window.starve(padded)
    const trailer = view.getUint32(at + padded - 4, littleEndian)
    if (((trailer + 3) & ~3) !== padded) return this.damageTrailer(length, trailer)
    packet.number = this.nextNumber++
    packet.seconds = 0
    packet.nanoseconds = NO_TIME
    packet.at = at + SIMPLE_DATA
    packet.capturedLength = captured
    packet.wireLength = original
    packet.linkType = info.linkType
    packet.interfaceId = id
    packet.fcsLength = info.fcsLength
    packet.flags = 0
    this.optionsAt = this.optionsEnd = at + padded - 4
    window.position = at + padded
    this.packets++
    return Step.Packet
  }

  /** Any block but an enhanced packet block. @returns `Passed` when it holds no packet and reading goes on. */
  private block(type: number, at: number, there: number): Step {
    const { window } = this
    if (type === BlockType.Section) {
      const refused = this.byteOrder(at)
      if (refused !== Step.Passed) return refused
    } else if (type === BlockType.SimplePacket) {
      return this.simpleBlock(at, there)
    } else if (type === BlockType.Packet) {
      return this.packetBlock(at, there, false)
    }
    const { littleEndian } = this
    if (window.zerosFrom >= 0 || (type === 0 && isZero(window.view, at, at + BLOCK_OVERHEAD))) return this.zeros(at)
    const length = window.view.getUint32(at + 4, littleEndian)
    if (length < BLOCK_OVERHEAD) {
      return window.damage(
        `a block of type 0x${type.toString(16)} is ${amount(length, 'byte')} long, less than any block`,
      )
    }
    const padded = length + (-length & 3)
    switch (type) {
      case BlockType.Section:
      case BlockType.Interface:
      case BlockType.InterfaceStatistics:
      case BlockType.NameResolution:
        return this.describedBlock(type, at, there, length, padded)
      case BlockType.Custom:
      case BlockType.CustomNoCopy: {
        if (length < BLOCK_OVERHEAD + 4)
          return this.leaveOut(at, `a custom block is ${length} bytes long, less than its fields need`)
        const fields = Math.min(padded, 20)
        if (there < fields) return window.starve(fields)
        if (this.customTakesNumber(at, padded)) this.nextNumber++
        break
      }
      case BlockType.Journal:
      case BlockType.SysdigEvent:
      case BlockType.SysdigEventV2:
      case BlockType.SysdigEventV2Large:
        this.nextNumber++
        break
      default:
        // A private block of such a type, and of a length that is a version, is nobody's.
        if (pcapByteOrder(window.view, at) === null) break
        if (there < RECORD_HEADER_LENGTH) return window.starve(RECORD_HEADER_LENGTH)
        if (isFileHeader(window.view, at)) return window.damage('a classic pcap file where a block is due', 'appended')
    }
    this.skipBlock(at, at + 8, padded)
    return Step.Passed
  }

  /** Zeros where a block is due: a file whose room was made before its blocks came, if nothing else follows. */
  private zeros(at: number): Step {
    const { window } = this
    const { view } = window
    if (window.zerosFrom < 0) window.zerosFrom = window.base + at
    this.takesPackets = false
    if (!isZero(view, at, at + BLOCK_OVERHEAD)) {
      const detail = 'a block of type 0x0 is 0 bytes long, less than any block'
      window.issue = { kind: 'damaged', offset: window.zerosFrom, detail }
      return Step.Damaged
    }
    window.position = at + BLOCK_OVERHEAD
    return Step.Passed
  }

  private customTakesNumber(at: number, padded: number): boolean {
    const { view } = this.window
    if (view.getUint32(at + 8, this.littleEndian) !== PEN_NETFLIX) return true
    return padded >= 20 && view.getUint32(at + 12, true) === NETFLIX_SKIP
  }

  /** Byte order and version of a section header (§4.1). The first one is the file header: it throws where later ones damage. */
  private byteOrder(at: number): Step {
    const { window } = this
    const { view } = window
    const little = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC
    if (!little && view.getUint32(at + 8, false) !== BYTE_ORDER_MAGIC) {
      const detail = 'a section header has no byte-order magic'
      if (this.headerRead) return window.damage(detail)
      throw new CaptureError(
        'not-a-capture',
        `begins like pcapng, but ${detail} at offset 8; it is not a capture file`,
        8,
      )
    }
    if (window.end - at < 16) return window.starve(16)
    const major = view.getUint16(at + 12, little)
    const minor = view.getUint16(at + 14, little)
    // 1.2 is what some writers put down for 1.0 (§4.1).
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      const detail = `pcapng version ${major}.${minor}, which is not a published version`
      if (this.headerRead) return window.damage(`a section of ${detail}`)
      throw new CaptureError(
        'unsupported',
        `${detail} (offset 12); write it again with a current dumpcap or editcap`,
        12,
      )
    }
    this.littleEndian = little
    return Step.Passed
  }

  /** A block whose fields and options are kept; at most the first {@link MAX_OPTION_BYTES} of it are held. */
  private describedBlock(type: number, at: number, there: number, length: number, padded: number): Step {
    const { window, littleEndian } = this
    const whole = padded <= MAX_OPTION_BYTES
    const held = whole ? padded : MAX_OPTION_BYTES
    if (there < held) return window.starve(held)
    if (whole) {
      const trailer = window.view.getUint32(at + padded - 4, littleEndian)
      if (((trailer + 3) & ~3) !== padded) return this.damageTrailer(length, trailer)
    }
    const end = whole ? at + padded - 4 : at + held
    let overrun = -1
    switch (type) {
      case BlockType.Section:
        if (length < SECTION_LENGTH)
          return window.damage(`a section header is ${length} bytes long, not ${SECTION_LENGTH} or more`)
        overrun = this.section(at, end, whole)
        break
      case BlockType.Interface:
        if (this.interfaces.length >= MAX_INTERFACES) return window.damage(`more than ${MAX_INTERFACES} interfaces`)
        if (length < INTERFACE_LENGTH) {
          this.damagedInterface(0, 0)
          return this.leaveOut(at, `an interface block is ${length} bytes long, not ${INTERFACE_LENGTH} or more`)
        }
        overrun = this.interface(at, end, whole)
        break
      case BlockType.InterfaceStatistics:
        if (length < STATISTICS_LENGTH)
          return this.leaveOut(at, `a statistics block is ${length} bytes long, not ${STATISTICS_LENGTH} or more`)
        this.statistics(at, end)
        break
      default:
        overrun = this.resolution(at + 8, end, whole)
        if (overrun >= 0)
          return this.leaveOut(at, `a name record of ${amount(overrun, 'byte')} runs past the end of its block`)
    }
    if (overrun >= 0) return this.leaveOut(at, overrunning(overrun))
    this.skipBlock(at, end, padded)
    return Step.Passed
  }

  private section(at: number, end: number, whole: boolean): number {
    const { window, littleEndian, texts } = this
    const { view } = window
    this.headerRead = true
    this.takesPackets = true
    this.firstInterface = this.interfaces.length
    const section: Writable<CaptureSection> = {
      offset: window.base + at,
      byteOrder: littleEndian ? 'little' : 'big',
      firstInterface: this.firstInterface,
    }
    const comments: string[] = []
    const overrun = walkOptions(view, at + 24, end, littleEndian, whole, (code, position, length) => {
      if (code > 4) return
      const text = texts.read(view, position, length)
      if (text === undefined) return
      if (code === COMMENT) comments.push(text)
      else if (code === 2) section.hardware = text
      else if (code === 3) section.os = text
      else section.application = text
    })
    if (comments.length > 0) section.comments = comments
    if (this.sections.length < MAX_DESCRIPTIONS) this.sections.push(section)
    return overrun
  }

  private interface(at: number, end: number, whole: boolean): number {
    const { littleEndian, texts } = this
    const { view } = this.window
    const info: Writable<CaptureInterface> = {
      id: this.interfaces.length,
      linkType: view.getUint16(at + 8, littleEndian),
      snapLength: view.getUint32(at + 12, littleEndian),
      tsresol: 6,
      tsoffset: 0,
      fcsLength: 0,
      drops: null,
      received: null,
    }
    const comments: string[] = []
    let offsetHigh = 0
    let offsetLow = 0
    const overrun = walkOptions(view, at + 16, end, littleEndian, whole, (code, position, length) => {
      let text: string | undefined
      switch (code) {
        case COMMENT:
          text = texts.read(view, position, length)
          if (text !== undefined) comments.push(text)
          break
        case 2:
          text = texts.read(view, position, length)
          if (text !== undefined) info.name = text
          break
        case 3:
          text = texts.read(view, position, length)
          if (text !== undefined) info.description = text
          break
        case 9:
          if (length > 0) info.tsresol = view.getUint8(position)
          break
        case 11:
          // The first byte tells a libpcap expression (0) from BPF code (1).
          if (length > 1 && view.getUint8(position) === 0) text = texts.read(view, position + 1, length - 1)
          if (text !== undefined) info.filter = text
          break
        case 12:
          text = texts.read(view, position, length)
          if (text !== undefined) info.os = text
          break
        case 13:
          // Bytes by the current text of the format, bits by older ones; nothing has an FCS of 16 bytes.
          if (length > 0) info.fcsLength = fcsBytes(view.getUint8(position))
          break
        case 14:
          if (length === 8) {
            offsetHigh = view.getInt32(position + (littleEndian ? 4 : 0), littleEndian)
            offsetLow = view.getUint32(position + (littleEndian ? 0 : 4), littleEndian)
            info.tsoffset = offsetHigh * TWO_32 + offsetLow
          }
          break
        case 15:
          text = texts.read(view, position, length)
          if (text !== undefined) info.hardware = text
          break
        default:
      }
    })
    if (overrun >= 0) {
      // What it did not get to say may be its unit of time: a packet of it would be at a wrong one.
      this.damagedInterface(info.linkType, info.snapLength)
      return overrun
    }
    if (comments.length > 0) info.comments = comments
    this.interfaces.push(info)
    this.states.push({
      info,
      clock: new Ticks(info.tsresol, offsetHigh, offsetLow),
      maxCaptured: maxCaptured(info.snapLength),
      interfaceDrops: -1,
      systemDrops: -1,
    })
    return overrun
  }

  /** An interface that only takes its number, so that those behind it have theirs. */
  private damagedInterface(linkType: number, snapLength: number): void {
    const id = this.interfaces.length
    const unknown = { tsresol: 6, tsoffset: 0, fcsLength: 0, drops: null, received: null }
    this.interfaces.push({ id, linkType, snapLength, ...unknown, isDamaged: true })
    this.states.push(undefined)
  }

  private statistics(at: number, end: number): void {
    const { littleEndian } = this
    const { view } = this.window
    const state = this.states[this.firstInterface + view.getUint32(at + 8, littleEndian)]
    // Statistics of an interface that was never described say nothing about any packet.
    if (state === undefined) return
    walkOptions(view, at + 20, end, littleEndian, false, (code, position, length) => {
      if (length !== 8) return
      const value = getUint64(view, position, littleEndian)
      // All ones is what some writers mean by "unknown".
      if (value >= TWO_32 * TWO_32) return
      if (code === 4) state.info.received = value
      else if (code === 5) state.interfaceDrops = value
      else if (code === 7) state.systemDrops = value
    })
    if (state.interfaceDrops >= 0 || state.systemDrops >= 0) {
      state.info.drops = Math.max(state.interfaceDrops, 0) + Math.max(state.systemDrops, 0)
    }
  }

  /** Reads name records. @returns The length of one that runs past its block, -1 when all of them fit. */
  private resolution(at: number, end: number, whole: boolean): number {
    const { littleEndian, names, texts } = this
    const { view } = this.window
    let position = at
    while (end - position >= 4 && names.length < MAX_DESCRIPTIONS) {
      const type = view.getUint16(position, littleEndian)
      const length = view.getUint16(position + 2, littleEndian)
      position += 4
      if (type === 0) return -1
      if (length > end - position) return whole ? length : -1
      const addressLength = ADDRESS_LENGTHS[type] ?? 0
      if (addressLength > 0 && length > addressLength) {
        const found: string[] = []
        let from = position + addressLength
        const to = position + length
        for (let byte = from; byte <= to; byte++) {
          if (byte < to && view.getUint8(byte) !== 0) continue
          const text = byte > from ? texts.read(view, from, byte - from) : undefined
          if (text !== undefined) found.push(text)
          from = byte + 1
        }
        const address = new Uint8Array(view.buffer, view.byteOffset + position, addressLength).slice()
        if (found.length > 0) names.push({ address, names: found })
      }
      position += (length + 3) & ~3
    }
    return -1
  }

  /**
   * Leaves out the block at `at`, which cannot be: reading goes on behind it if its lengths are sound, and ends there if not.
   * @returns `Passed` while that is not known.
   */
  private leaveOut(at: number, fault: string): Step {
    const { window } = this
    const length = window.view.getUint32(at + 4, this.littleEndian)
    if (length < BLOCK_OVERHEAD || length > MAX_RECORD_LENGTH) return window.damage(fault)
    this.fault = fault
    this.skipBlock(at, at + 8, (length + 3) & ~3)
    return Step.Passed
  }

  /** Leaves the block at `at` behind: what lies from `from` up to its trailing length is not looked at. */
  private skipBlock(at: number, from: number, padded: number): void {
    const { window } = this
    window.skipFrom = window.base + at
    window.position = from
    this.skipType = window.view.getUint32(at, this.littleEndian)
    this.skipLeft = padded - 4 - (from - at)
    this.skipLength = padded
  }

  /** @returns `Passed` once the block is behind. */
  private skip(): Step {
    const { window } = this
    const step = Math.min(this.skipLeft, window.end - window.position)
    window.position += step
    this.skipLeft -= step
    if (this.skipLeft > 0) return window.starve(1)
    if (window.end - window.position < 4) return window.starve(4)
    const trailer = window.view.getUint32(window.position, this.littleEndian)
    if (trailer + (-trailer & 3) !== this.skipLength) {
      return this.fault === '' ? this.damageTrailer(this.skipLength, trailer) : window.damage(this.fault)
    }
    if (this.fault !== '') this.noteDamage()
    window.position += 4
    window.skipFrom = -1
    this.passed++
    return Step.Passed
  }

  /** The block that is being stepped over is damaged, and its lengths are sound. */
  private noteDamage(): void {
    const { window, skipType: type, fault: detail } = this
    const isPacket = type === BlockType.EnhancedPacket || type === BlockType.Packet || type === BlockType.SimplePacket
    this.damagedBlocks.add({ number: this.packets + this.passed + 1, offset: window.skipFrom, detail }, isPacket)
    this.fault = ''
  }

  private unknownInterface(id: number): string {
    const { firstInterface, interfaces } = this
    const number = id - firstInterface
    if (id < interfaces.length) return `a packet of interface ${number}, of which the block is damaged`
    return `a packet of interface ${number}, but the section has ${amount(interfaces.length - firstInterface, 'interface')}`
  }

  private damageTrailer(length: number, trailer: number): Step {
    return this.window.damage(`a block states its length as ${length} in front and ${trailer} behind`)
  }
}

function overrunning(length: number): string {
  return `an option of ${amount(length, 'byte')} runs past the end of its block`
}

/** Bytes of the address that each type of name record begins with (§4.5). */
const ADDRESS_LENGTHS: readonly number[] = [0, 4, 16, 6, 8]

function fcsBytes(stated: number): number {
  return stated > 8 && (stated & 7) === 0 ? stated / 8 : stated
}

/** 64 bits as a number; exact up to 2^53. */
function getUint64(view: DataView, at: number, littleEndian: boolean): number {
  const first = view.getUint32(at, littleEndian)
  const second = view.getUint32(at + 4, littleEndian)
  return littleEndian ? second * TWO_32 + first : first * TWO_32 + second
}
