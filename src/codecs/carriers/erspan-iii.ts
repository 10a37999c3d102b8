/**
 * ERSPAN type III (draft-foschiano-erspan-03 §4.2): twelve bytes between GRE (protocol {@link PROTOCOL}) and the mirrored
 * frame, with a timestamp, and eight more of the platform's own where the O bit is set.
 */
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'
import { classOfService, sessionId, truncated, version, vlan } from './erspan.ts'

/** The platform-specific subheader as a plain object (draft-foschiano-erspan-03 §4.3). */
export interface Platform {
  /** First word: platform id in the upper six bits, the rest the platform's own; 32 bits. */
  first: number
  /** Second word, 32 bits. */
  second: number
}

/** An ERSPAN type III header as a plain object. */
export interface Header {
  /** {@link VERSION}. */
  version: number
  /** VLAN of the mirrored frame, 0 to 4 095. */
  vlan: number
  /** Class of service of the mirrored frame, 0 to 7. */
  classOfService: number
  /** Bad, short or oversized frame, 0 to 3; 0 is a good one. */
  badShortOversized: number
  /** 1 when the frame was cut to fit. */
  truncated: number
  /** Mirror session, 0 to 1 023. */
  sessionId: number
  /** Time of the mirrored frame, 32 bits in units of {@link Header.granularity}. */
  timestamp: number
  /** Security group tag, 16 bits. */
  securityGroup: number
  /** P: 1 when the frame that follows is Ethernet with its header. */
  ethernetPayload: number
  /** {@link FRAME_ETHERNET} or {@link FRAME_IP}, 0 to 31. */
  frameType: number
  /** Engine that mirrored, 0 to 63. */
  hardwareId: number
  /** 1 for a frame that left, 0 for one that arrived. */
  egress: number
  /** Unit of the timestamp, 0 to 3. */
  granularity: number
  /** O: 1 when and only when `platform` is present. */
  optional: number
  /** Present when and only when `optional` is 1. */
  platform?: Platform
}

/** Wire order of the part that every header has (draft-foschiano-erspan-03 §4.2). */
export const LAYOUT = /* @__PURE__ */ layout<Exclude<keyof Header, 'platform'>>({
  version: field.bits(4),
  vlan: field.bits(12),
  classOfService: field.bits(3),
  badShortOversized: field.bits(2),
  truncated: field.bits(1),
  sessionId: field.bits(10),
  timestamp: field.u32,
  securityGroup: field.u16,
  ethernetPayload: field.bits(1),
  frameType: field.bits(5),
  hardwareId: field.bits(6),
  egress: field.bits(1),
  granularity: field.bits(2),
  optional: field.bits(1),
})
/** Bytes of the part that every header has. */
export const LENGTH = LAYOUT.span
/** Bytes of the platform-specific subheader. */
export const LENGTH_PLATFORM = 8
/** `version` of type III. */
export const VERSION = 2
/** Protocol in the GRE header (draft-foschiano-erspan-03 §4). */
export const PROTOCOL = 0x22eb
/** `frameType` of an Ethernet frame. */
export const FRAME_ETHERNET = 0
/** `frameType` of an IP packet without a link header. */
export const FRAME_IP = 2

export { classOfService, sessionId, truncated, version, vlan }

const FIRST = LAYOUT.offsets.version
const SECOND = LAYOUT.offsets.classOfService
const TIMESTAMP = LAYOUT.offsets.timestamp
const GROUP = LAYOUT.offsets.securityGroup
const LAST = LAYOUT.offsets.frameType

/**
 * Steps the cursor over the header and its subheader.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `BadVersion`.
 */
export function enter(cursor: Cursor): number {
  const { view, position: at } = cursor
  const room = cursor.end - at
  if (room < LENGTH) return cursor.failShort(LENGTH)
  if (version(view, at) !== VERSION) return cursor.fail(Fault.BadVersion)
  const length = headerLength(view, at)
  if (room < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** Bad, short or oversized frame, 0 to 3. */
export function badShortOversized(view: DataView, at: number): number {
  return (view.getUint16(at + SECOND) >>> 11) & 3
}

/** Time of the mirrored frame, unsigned 32 bits. */
export function timestamp(view: DataView, at: number): number {
  return view.getUint32(at + TIMESTAMP)
}

/** Security group tag, 16 bits. */
export function securityGroup(view: DataView, at: number): number {
  return view.getUint16(at + GROUP)
}

/** P: 1 when the frame that follows is Ethernet with its header. */
export function ethernetPayload(view: DataView, at: number): number {
  return view.getUint16(at + LAST) >>> 15
}

/** {@link FRAME_ETHERNET}, {@link FRAME_IP} or another, 0 to 31. */
export function frameType(view: DataView, at: number): number {
  return (view.getUint16(at + LAST) >>> 10) & 0x1f
}

/** Engine that mirrored, 0 to 63. */
export function hardwareId(view: DataView, at: number): number {
  return (view.getUint16(at + LAST) >>> 4) & 0x3f
}

/** 1 for a frame that left, 0 for one that arrived. */
export function egress(view: DataView, at: number): number {
  return (view.getUint16(at + LAST) >>> 3) & 1
}

/** Unit of the timestamp, 0 to 3. */
export function granularity(view: DataView, at: number): number {
  return (view.getUint16(at + LAST) >>> 1) & 3
}

/** O: 1 when the platform-specific subheader follows. */
export function optional(view: DataView, at: number): number {
  return view.getUint16(at + LAST) & 1
}

/** Bytes of this header with its subheader: 12 or 20. */
export function headerLength(view: DataView, at: number): number {
  return optional(view, at) === 0 ? LENGTH : LENGTH + LENGTH_PLATFORM
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  const header: Header = {
    version: version(view, at),
    vlan: vlan(view, at),
    classOfService: classOfService(view, at),
    badShortOversized: badShortOversized(view, at),
    truncated: truncated(view, at),
    sessionId: sessionId(view, at),
    timestamp: timestamp(view, at),
    securityGroup: securityGroup(view, at),
    ethernetPayload: ethernetPayload(view, at),
    frameType: frameType(view, at),
    hardwareId: hardwareId(view, at),
    egress: egress(view, at),
    granularity: granularity(view, at),
    optional: optional(view, at),
  }
  if (header.optional === 1) {
    header.platform = { first: view.getUint32(at + LENGTH), second: view.getUint32(at + LENGTH + 4) }
  }
  return header
}

/**
 * Writes the header with its subheader and steps the cursor over it.
 * @throws RangeError when a value does not fit its field, `platform` does not match `optional`, or the header does not fit
 * the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('erspan.version', header.version, 4)
  checkUint('erspan.vlan', header.vlan, 12)
  checkUint('erspan.classOfService', header.classOfService, 3)
  checkUint('erspan.badShortOversized', header.badShortOversized, 2)
  checkUint('erspan.truncated', header.truncated, 1)
  checkUint('erspan.sessionId', header.sessionId, 10)
  checkUint('erspan.timestamp', header.timestamp, 32)
  checkUint('erspan.securityGroup', header.securityGroup, 16)
  checkUint('erspan.ethernetPayload', header.ethernetPayload, 1)
  checkUint('erspan.frameType', header.frameType, 5)
  checkUint('erspan.hardwareId', header.hardwareId, 6)
  checkUint('erspan.egress', header.egress, 1)
  checkUint('erspan.granularity', header.granularity, 2)
  checkUint('erspan.optional', header.optional, 1)
  const { platform } = header
  if ((platform !== undefined) !== (header.optional === 1)) {
    throw new RangeError(`erspan.platform must be ${header.optional === 1 ? 'present' : 'absent'} as the O bit says`)
  }
  if (platform !== undefined) {
    checkUint('erspan.platform.first', platform.first, 32)
    checkUint('erspan.platform.second', platform.second, 32)
  }
  const length = platform === undefined ? LENGTH : LENGTH + LENGTH_PLATFORM
  checkRoom('erspan', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  const { classOfService: service, badShortOversized: bad, truncated: cut, sessionId: session } = header
  const { ethernetPayload: ether, frameType: type, hardwareId: engine, egress: out, granularity: unit } = header
  view.setUint16(at + FIRST, (header.version << 12) | header.vlan)
  view.setUint16(at + SECOND, (service << 13) | (bad << 11) | (cut << 10) | session)
  view.setUint32(at + TIMESTAMP, header.timestamp)
  view.setUint16(at + GROUP, header.securityGroup)
  view.setUint16(at + LAST, (ether << 15) | (type << 10) | (engine << 4) | (out << 3) | (unit << 1) | header.optional)
  if (platform === undefined) return
  view.setUint32(at + LENGTH, platform.first)
  view.setUint32(at + LENGTH + 4, platform.second)
}

/** A header of a mirrored Ethernet frame, nothing else said. */
export function header(sessionId: number): Header {
  return {
    version: VERSION,
    vlan: 0,
    classOfService: 0,
    badShortOversized: 0,
    truncated: 0,
    sessionId,
    timestamp: 0,
    securityGroup: 0,
    ethernetPayload: 1,
    frameType: FRAME_ETHERNET,
    hardwareId: 0,
    egress: 0,
    granularity: 0,
    optional: 0,
  }
}
