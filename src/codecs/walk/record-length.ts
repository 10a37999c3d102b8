/**
 * How long a frame was on the wire, where its record cannot be right about that. Capture programs write original lengths of 0, of
 * a constant, below what they captured, or cut records without keeping it. The outermost IP length tells then: what lies behind
 * an IP packet in its frame is padding, a frame check sequence and the trailer of a capture card, and no more.
 */

import { ipv4HeaderChecksum } from '../core/checksum.ts'
import { NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import * as arp from '../headers/arp.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as udp from '../headers/udp.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import type { Layers } from './layers.ts'

/** Bytes behind an IP packet that a frame may have without being captured: frame check sequence and trailers (timestamps, ports). */
export const LONGEST_TRAILER = 64

/** Shortest Ethernet frame on the wire, with its frame check sequence (IEEE 802.3 §4.2.3.3). */
const SHORTEST_FRAME = 64

/** Bytes that no frame exceeds, super-frames included: the largest record that is read. */
const LONGEST_FRAME = 16 * 1024 * 1024

/** The lengths of a record, in bytes. */
export interface RecordLengths {
  /** Bytes captured. */
  readonly capturedLength: number
  /** As recorded, frame check sequence included. */
  readonly wireLength: number
  /** Bytes of the frame check sequence at the end of the frame; 0 where there is none. */
  readonly fcsLength: number
}

/**
 * Bytes of a frame as its record states them, frame check sequence excluded: never less than was captured of it, whatever the
 * original length says.
 */
export function frameLength({ capturedLength, wireLength, fcsLength }: RecordLengths): number {
  return Math.max(0, Math.max(capturedLength, wireLength) - fcsLength)
}

/**
 * Corrects where the frame ends on the wire by the length of the network header at `layers.cursor`, the outermost of its record,
 * and notes in `layers.lengthImpossible` when it had to. To be called once of a record, while `layers.settledFrom` is set.
 * @param etherType - What that header is; below 0x0600 the length of an 802.3 frame; `NONE` when nothing says.
 */
export function settleLength(layers: Layers, etherType: number): void {
  const { cursor, at, settledFrom: captured } = layers
  layers.settledFrom = NONE
  const recorded = layers.wireEnd
  const stated = statedEnd(layers, etherType)
  let end = recorded
  if (stated > recorded) {
    if (isCredible(layers, etherType, stated)) end = stated
  } else if (recorded > captured) {
    const least = stated === NONE ? at + LONGEST_FRAME : Math.max(stated, at + SHORTEST_FRAME) + LONGEST_TRAILER
    if (recorded > least) end = Math.max(stated, captured)
  }
  if (end === recorded) return
  // An enclosing length (PPPoE, 802.3) has its say all the same.
  if (cursor.wireEnd === recorded || cursor.wireEnd > end) cursor.wireEnd = end
  layers.wireEnd = end
  layers.lengthImpossible = true
}

/** Where the packet at the cursor ends by its own length; `NONE` when it has none, or a super-frame's 0. */
function statedEnd({ cursor, outerFrame }: Layers, etherType: number): number {
  const { view, position: at, end } = cursor
  if (etherType === EtherType.IPv4) {
    if (end - at < ipv4.LENGTH || view.getUint8(at) >> 4 !== ipv4.VERSION) return NONE
    const length = ipv4.totalLength(view, at)
    return length < ipv4.LENGTH ? NONE : at + length
  }
  if (etherType === EtherType.IPv6) {
    if (end - at < ipv6.LENGTH || view.getUint8(at) >> 4 !== ipv6.VERSION) return NONE
    const length = ipv6.payloadLength(view, at)
    return length === 0 ? NONE : at + ipv6.LENGTH + length
  }
  if (etherType === EtherType.Arp) return at + arp.LENGTH
  return outerFrame.at !== NONE && etherType !== NONE && ethernet.isLength(etherType) ? at + etherType : NONE
}

/**
 * Whether an IP length beyond the record is to be believed, so that it is the record that was cut: the checksum of its header is
 * right, or not filled in, or the UDP length behind it says the same.
 */
function isCredible({ cursor }: Layers, etherType: number, stated: number): boolean {
  const { view, position: at, end } = cursor
  if (etherType === EtherType.IPv4) {
    const header = ipv4.headerLength(view, at)
    if (header < ipv4.LENGTH || end - at < header) return false
    const checksum = ipv4.checksum(view, at)
    return checksum === 0 || checksum === ipv4HeaderChecksum(view, at, header)
  }
  if (etherType !== EtherType.IPv6) return false
  const transport = at + ipv6.LENGTH
  if (ipv6.nextHeader(view, at) !== Protocol.Udp || end - transport < udp.LENGTH) return true
  return transport + udp.length(view, transport) === stated
}
