/**
 * IGMP: the 8 bytes that versions 1 to 3 share (RFC 1112 Appendix I, RFC 2236 §2, RFC 3376 §4), the group records of a
 * version 3 report, and what a version 3 query adds. A join shows which VTEP listens to which multicast group.
 */
import { getBytes, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint, checkWord } from '../core/range.ts'

/** The fixed part of an IGMP message as a plain object. */
export interface Header {
  /** What is asked or said, see {@link Type}; 8 bits. */
  type: number
  /** Time to answer within, as a code: see {@link maxResponseDeciseconds}. Reserved in reports, and in version 1. */
  maxResponseTime: number
  /** Internet checksum over the whole IP payload, 16 bits (RFC 3376 §4.1.2). */
  checksum: number
  /**
   * Group address, 0 to 2^32 − 1; `encode` takes the signed form too. In a version 3 report, 16 reserved bits and the
   * number of group records instead: {@link groupRecords}.
   */
  group: number
}

/** Wire order, declared once (RFC 2236 §2). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  type: field.u8,
  maxResponseTime: field.u8,
  checksum: field.u16,
  group: field.u32,
})
/** Bytes of the fixed part, and of a whole message before version 3. */
export const LENGTH = LAYOUT.span
/** Bytes of a version 3 query without its sources (RFC 3376 §4.1). */
export const LENGTH_QUERY_V3 = 12
/** Bytes of a group record without sources and auxiliary data (RFC 3376 §4.2). */
export const RECORD_LENGTH = 8

/** Message types (RFC 3376 §4). */
export const Type = {
  /** Who listens? Group 0 asks for all. */
  MembershipQuery: 0x11,
  /** RFC 1112. */
  MembershipReportV1: 0x12,
  /** RFC 2236. */
  MembershipReportV2: 0x16,
  /** RFC 2236. */
  LeaveGroup: 0x17,
  /** RFC 3376 §4.2. */
  MembershipReportV3: 0x22,
} as const

/** Kinds of group record in a version 3 report (RFC 3376 §4.2.12). */
export const RecordType = {
  /** Listens to the listed sources alone. */
  ModeIsInclude: 1,
  /** Listens to all but the listed sources. */
  ModeIsExclude: 2,
  /** With no source: the group is left. */
  ChangeToInclude: 3,
  /** With no source: the group is joined. */
  ChangeToExclude: 4,
  /** Listens to these sources as well from now on. */
  AllowNewSources: 5,
  /** Listens to these sources no longer. */
  BlockOldSources: 6,
} as const

/** A group record of a version 3 report as a plain object (RFC 3376 §4.2). */
export interface GroupRecord {
  /** See {@link RecordType}; 8 bits. */
  type: number
  /** Group address, 0 to 2^32 − 1; `encodeRecord` takes the signed form too. */
  group: number
  /** Source addresses, each 0 to 2^32 − 1, at most 65 535 of them. */
  sources: number[]
  /** Auxiliary data, a multiple of 4 bytes, at most 1 020 (RFC 3376 §4.2.6). */
  auxiliary: Uint8Array
}

const TYPE = LAYOUT.offsets.type
const MAX_RESPONSE_TIME = LAYOUT.offsets.maxResponseTime
const CHECKSUM = LAYOUT.offsets.checksum
const GROUP = LAYOUT.offsets.group

/** Wire order of a group record's fixed part (RFC 3376 §4.2). */
export const RECORD_LAYOUT = /* @__PURE__ */ layout<'type' | 'auxiliaryWords' | 'sourceCount' | 'group'>({
  type: field.u8,
  auxiliaryWords: field.u8,
  sourceCount: field.u16,
  group: field.u32,
})
const RECORD_TYPE = RECORD_LAYOUT.offsets.type
const RECORD_AUXILIARY = RECORD_LAYOUT.offsets.auxiliaryWords
const RECORD_SOURCES = RECORD_LAYOUT.offsets.sourceCount
const RECORD_GROUP = RECORD_LAYOUT.offsets.group

/**
 * Steps the cursor over the fixed part; version 3 leaves group records or a query's rest behind it.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** What is asked or said, see {@link Type} (RFC 3376 §4). */
export function type(view: DataView, at: number): number {
  return view.getUint8(at + TYPE)
}

/** Time to answer within, as the code on the wire, 0 to 255 (RFC 2236 §2.2, RFC 3376 §4.1.1). */
export function maxResponseTime(view: DataView, at: number): number {
  return view.getUint8(at + MAX_RESPONSE_TIME)
}

/** Internet checksum over the whole IP payload, 16 bits (RFC 3376 §4.1.2). */
export function checksum(view: DataView, at: number): number {
  return view.getUint16(at + CHECKSUM)
}

/** Group address as a signed 32-bit integer; `>>> 0` to print (RFC 2236 §2.4). Not in a version 3 report. */
export function group(view: DataView, at: number): number {
  return view.getInt32(at + GROUP)
}

/** Number of group records of a version 3 report, as stated: 0 to 65 535 (RFC 3376 §4.2.4). */
export function groupRecords(view: DataView, at: number): number {
  return view.getUint16(at + GROUP + 2)
}

/** Copies the fixed part out as a plain object; the group becomes unsigned. */
export function decode(view: DataView, at: number): Header {
  return {
    type: type(view, at),
    maxResponseTime: maxResponseTime(view, at),
    checksum: checksum(view, at),
    group: group(view, at) >>> 0,
  }
}

/**
 * Writes the fixed part and steps the cursor over it. The checksum is written as given.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('igmp.type', header.type, 8)
  checkUint('igmp.maxResponseTime', header.maxResponseTime, 8)
  checkUint('igmp.checksum', header.checksum, 16)
  checkWord('igmp.group', header.group)
  checkRoom('igmp', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + TYPE, header.type)
  view.setUint8(at + MAX_RESPONSE_TIME, header.maxResponseTime)
  view.setUint16(at + CHECKSUM, header.checksum)
  view.setUint32(at + GROUP, header.group)
}

/**
 * The tenths of a second that a response time code of version 3 stands for: itself below 128, else a small floating
 * point number (RFC 3376 §4.1.1). The same code counts seconds in a query's interval (§4.1.7).
 * @param code - 0 to 255.
 * @returns 0 to 31 744.
 */
export function maxResponseDeciseconds(code: number): number {
  return code < 0x80 ? code : ((code & 0x0f) | 0x10) << (((code >>> 4) & 0x07) + 3)
}

/**
 * Steps the cursor over one group record of a version 3 report; call it {@link groupRecords} times.
 * @returns Record offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enterRecord(cursor: Cursor): number {
  const at = cursor.position
  const room = cursor.end - at
  if (room < RECORD_LENGTH) return cursor.failShort(RECORD_LENGTH)
  const length = recordLength(cursor.view, at)
  if (room < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** Kind of a group record, see {@link RecordType} (RFC 3376 §4.2.5). */
export function recordType(view: DataView, at: number): number {
  return view.getUint8(at + RECORD_TYPE)
}

/** Number of sources of a group record, 0 to 65 535 (RFC 3376 §4.2.7). */
export function recordSources(view: DataView, at: number): number {
  return view.getUint16(at + RECORD_SOURCES)
}

/** Group address of a record as a signed 32-bit integer; `>>> 0` to print (RFC 3376 §4.2.8). */
export function recordGroup(view: DataView, at: number): number {
  return view.getInt32(at + RECORD_GROUP)
}

/** Source address `index` of a record as a signed 32-bit integer (RFC 3376 §4.2.9). @param index - Below {@link recordSources}. */
export function recordSource(view: DataView, at: number, index: number): number {
  return view.getInt32(at + RECORD_LENGTH + 4 * index)
}

/** Bytes of a group record with its sources and auxiliary data. */
export function recordLength(view: DataView, at: number): number {
  return RECORD_LENGTH + 4 * (recordSources(view, at) + view.getUint8(at + RECORD_AUXILIARY))
}

/** Copies a group record out as a plain object; addresses become unsigned. */
export function decodeRecord(view: DataView, at: number): GroupRecord {
  const sources: number[] = []
  const count = recordSources(view, at)
  for (let i = 0; i < count; i++) sources.push(recordSource(view, at, i) >>> 0)
  const auxiliaryLength = 4 * view.getUint8(at + RECORD_AUXILIARY)
  return {
    type: recordType(view, at),
    group: recordGroup(view, at) >>> 0,
    sources,
    auxiliary: getBytes(view, at + RECORD_LENGTH + 4 * count, auxiliaryLength),
  }
}

/**
 * Writes a group record and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the record does not fit the window; nothing is written then.
 */
export function encodeRecord(cursor: Cursor, record: GroupRecord): void {
  const { sources, auxiliary } = record
  checkUint('igmp.record.type', record.type, 8)
  checkWord('igmp.record.group', record.group)
  checkUint('igmp.record.sources.length', sources.length, 16)
  for (const source of sources) checkWord('igmp.record.sources', source)
  checkUint('igmp.record.auxiliary.length / 4', auxiliary.length / 4, 8)
  const length = RECORD_LENGTH + 4 * sources.length + auxiliary.length
  checkRoom('igmp.record', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + RECORD_TYPE, record.type)
  view.setUint8(at + RECORD_AUXILIARY, auxiliary.length / 4)
  view.setUint16(at + RECORD_SOURCES, sources.length)
  view.setUint32(at + RECORD_GROUP, record.group)
  for (let i = 0; i < sources.length; i++) view.setUint32(at + RECORD_LENGTH + 4 * i, sources[i]!)
  setBytes(view, at + RECORD_LENGTH + 4 * sources.length, auxiliary)
}

/** What a version 3 query adds to the fixed part, as a plain object (RFC 3376 §4.1). */
export interface QueryTail {
  /** Reserved, 4 bits. */
  reserved: number
  /** Suppress router-side processing, 0 or 1 (RFC 3376 §4.1.5). */
  suppress: number
  /** Querier's robustness variable, 0 to 7 (RFC 3376 §4.1.6). */
  robustness: number
  /** Querier's query interval code, 8 bits: {@link maxResponseDeciseconds} gives its seconds (RFC 3376 §4.1.7). */
  interval: number
  /** Source addresses, each 0 to 2^32 − 1, at most 65 535 of them. */
  sources: number[]
}

/** Wire order of the fixed part of what a version 3 query adds (RFC 3376 §4.1). */
export const QUERY_LAYOUT = /* @__PURE__ */ layout<'reserved' | 'suppress' | 'robustness' | 'interval' | 'sourceCount'>(
  {
    reserved: field.bits(4),
    suppress: field.bits(1),
    robustness: field.bits(3),
    interval: field.u8,
    sourceCount: field.u16,
  },
)
const QUERY_BITS = QUERY_LAYOUT.offsets.robustness
const QUERY_INTERVAL = QUERY_LAYOUT.offsets.interval
const QUERY_SOURCES = QUERY_LAYOUT.offsets.sourceCount
const QUERY_TAIL = QUERY_LAYOUT.span

/**
 * Steps the cursor over what a version 3 query adds, from right behind the fixed part; a query of 8 bytes in all is of an
 * older version and has none (RFC 3376 §7.1).
 * @returns Offset of the addition, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enterQueryTail(cursor: Cursor): number {
  const at = cursor.position
  const room = cursor.end - at
  if (room < QUERY_TAIL) return cursor.failShort(QUERY_TAIL)
  const length = QUERY_TAIL + 4 * cursor.view.getUint16(at + QUERY_SOURCES)
  if (room < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** Copies out what a version 3 query adds. @param at - What {@link enterQueryTail} returned. */
export function decodeQueryTail(view: DataView, at: number): QueryTail {
  const bits = view.getUint8(at + QUERY_BITS)
  const sources: number[] = []
  const count = view.getUint16(at + QUERY_SOURCES)
  for (let i = 0; i < count; i++) sources.push(view.getUint32(at + QUERY_TAIL + 4 * i))
  return {
    reserved: bits >>> 4,
    suppress: (bits >>> 3) & 1,
    robustness: bits & 7,
    interval: view.getUint8(at + QUERY_INTERVAL),
    sources,
  }
}

/**
 * Writes what a version 3 query adds and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the addition does not fit the window; nothing is written then.
 */
export function encodeQueryTail(cursor: Cursor, tail: QueryTail): void {
  const { sources } = tail
  checkUint('igmp.query.reserved', tail.reserved, 4)
  checkUint('igmp.query.suppress', tail.suppress, 1)
  checkUint('igmp.query.robustness', tail.robustness, 3)
  checkUint('igmp.query.interval', tail.interval, 8)
  checkUint('igmp.query.sources.length', sources.length, 16)
  for (const source of sources) checkWord('igmp.query.sources', source)
  const length = QUERY_TAIL + 4 * sources.length
  checkRoom('igmp.query', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + QUERY_BITS, (tail.reserved << 4) | (tail.suppress << 3) | tail.robustness)
  view.setUint8(at + QUERY_INTERVAL, tail.interval)
  view.setUint16(at + QUERY_SOURCES, sources.length)
  for (let i = 0; i < sources.length; i++) view.setUint32(at + QUERY_TAIL + 4 * i, sources[i]!)
}
