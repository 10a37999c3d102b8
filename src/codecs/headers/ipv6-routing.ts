/** IPv6 routing header: the nodes that a packet is to visit (RFC 8200 §4.4), segment routing included (RFC 8754). */
import { getBytes, setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { NONE } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkLength, checkRoom, checkUint } from '../core/range.ts'

/** A routing header as a plain object. */
export interface Header {
  /** What follows, 0 to 255: see `Protocol`. */
  nextHeader: number
  /** Bytes of the whole header: 8 to 2 048, a multiple of 8; the wire counts blocks of 8 behind the first. */
  headerLength: number
  /** Form of the data, 0 to 255: see {@link RoutingType}. */
  routingType: number
  /** Nodes still to be visited, 0 to 255. */
  segmentsLeft: number
  /** Data of the routing type: 4 bytes less than the header. */
  data: Uint8Array
}

/** The fixed part in wire order, declared once (RFC 8200 §4.4): `extensionBlocks` counts blocks of 8 bytes behind the first. */
export const LAYOUT = /* @__PURE__ */ layout<'nextHeader' | 'extensionBlocks' | 'routingType' | 'segmentsLeft'>({
  nextHeader: field.u8,
  extensionBlocks: field.u8,
  routingType: field.u8,
  segmentsLeft: field.u8,
})
/** Bytes before the data. */
export const LENGTH = LAYOUT.span
/** Bytes of the shortest header (RFC 8200 §4.4). */
export const LENGTH_MIN = 8
/** Bytes of the longest header (RFC 8200 §4.4). */
export const LENGTH_MAX = 2048
/** Routing types (IANA IPv6 Routing Types). */
export const RoutingType = {
  /** Deprecated (RFC 5095). */
  SourceRoute: 0,
  /** Mobile IPv6 (RFC 6275 §6.4). */
  HomeAddress: 2,
  /** RFC 6554. */
  Rpl: 3,
  /** RFC 8754. */
  SegmentRouting: 4,
} as const

const NEXT_HEADER = LAYOUT.offsets.nextHeader
const EXTENSION_BLOCKS = LAYOUT.offsets.extensionBlocks
const ROUTING_TYPE = LAYOUT.offsets.routingType
const SEGMENTS_LEFT = LAYOUT.offsets.segmentsLeft
/** The first address of the types that list addresses (RFC 5095, RFC 6275 §6.4, RFC 8754 §2). */
const ADDRESSES = 8

/**
 * Steps the cursor over the header and its data.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  if (cursor.end - at < LENGTH_MIN) return cursor.failShort(LENGTH_MIN)
  const length = headerLength(cursor.view, at)
  if (cursor.end - at < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** What follows, 0 to 255: see `Protocol` (RFC 8200 §4.4). */
export function nextHeader(view: DataView, at: number): number {
  return view.getUint8(at + NEXT_HEADER)
}

/** Bytes of the whole header, 8 to 2 048 (RFC 8200 §4.4, Hdr Ext Len). */
export function headerLength(view: DataView, at: number): number {
  return (view.getUint8(at + EXTENSION_BLOCKS) + 1) << 3
}

/** Form of the data, 0 to 255: see {@link RoutingType} (RFC 8200 §4.4). */
export function routingType(view: DataView, at: number): number {
  return view.getUint8(at + ROUTING_TYPE)
}

/** Nodes still to be visited, 0 to 255; 0 = the packet is on its last leg (RFC 8200 §4.4). */
export function segmentsLeft(view: DataView, at: number): number {
  return view.getUint8(at + SEGMENTS_LEFT)
}

/**
 * Where the last node's address lies, which the pseudo-header of checksums counts in place of the destination while
 * segments are left (RFC 8200 §8.1).
 * @returns Offset of 16 bytes; `NONE` when no segment is left, the header lists no address or compresses them.
 */
export function finalDestination(view: DataView, at: number): number {
  const length = headerLength(view, at)
  if (segmentsLeft(view, at) === 0 || length < ADDRESSES + 16) return NONE
  switch (routingType(view, at)) {
    case RoutingType.SourceRoute:
      return at + ADDRESSES + 16 * (((length - ADDRESSES) >> 4) - 1)
    case RoutingType.HomeAddress:
    case RoutingType.SegmentRouting:
      // Segments are listed backwards (RFC 8754 §2).
      return at + ADDRESSES
    default:
      return NONE
  }
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  const length = headerLength(view, at)
  return {
    nextHeader: nextHeader(view, at),
    headerLength: length,
    routingType: routingType(view, at),
    segmentsLeft: segmentsLeft(view, at),
    data: getBytes(view, at + LENGTH, length - LENGTH),
  }
}

/**
 * Writes the header with its data and steps the cursor over them. The length is written as given.
 * @throws RangeError when a value does not fit its field, the data do not fill the header up to a multiple of 8 bytes, or the
 * header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('ipv6-routing.nextHeader', header.nextHeader, 8)
  checkLength('ipv6-routing.headerLength', header.headerLength, 8, LENGTH_MAX, LENGTH_MIN)
  checkUint('ipv6-routing.routingType', header.routingType, 8)
  checkUint('ipv6-routing.segmentsLeft', header.segmentsLeft, 8)
  const length = LENGTH + header.data.length
  checkLength('ipv6-routing.data.length + 4', length, 8, LENGTH_MAX, LENGTH_MIN)
  checkRoom('ipv6-routing', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + NEXT_HEADER, header.nextHeader)
  view.setUint8(at + EXTENSION_BLOCKS, (header.headerLength >> 3) - 1)
  view.setUint8(at + ROUTING_TYPE, header.routingType)
  view.setUint8(at + SEGMENTS_LEFT, header.segmentsLeft)
  setBytes(view, at + LENGTH, header.data)
}

/** A header whose length follows from its data (4 bytes, or 8 n + 4). */
export function header(nextHeader: number, routingType: number, segmentsLeft: number, data: Uint8Array): Header {
  return { nextHeader, headerLength: LENGTH + data.length, routingType, segmentsLeft, data }
}
