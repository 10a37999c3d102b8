/**
 * Ethernet II and the outer shape of IEEE 802.3: the 14 bytes in front of every frame (IEEE 802.3-2018 §3.2, RFC 894).
 * The frame check sequence is not part of it. Short frames are padded: the payload's length comes from the IP header.
 */
import { above32, getUint48, isUint16 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint, refuseUint } from '../core/range.ts'

/** An Ethernet header as a plain object. */
export interface Header {
  /** Destination MAC address, 48 bits. */
  destination: number
  /** Source MAC address, 48 bits. */
  source: number
  /** What follows, see {@link EtherType}; below 0x0600 it is the 802.3 payload length in bytes. */
  etherType: number
}

/** Wire order, declared once (IEEE 802.3-2018 §3.1.1). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  destination: field.u48,
  source: field.u48,
  etherType: field.u16,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** Bytes of the two addresses, which some switches put a tag of their own behind. */
export const LENGTH_ADDRESSES = LAYOUT.offsets.etherType
/** Smallest value that is a type; what is below is a length (IEEE 802.3-2018 §3.2.6). */
export const ETHER_TYPE_MIN = 0x0600
/** The address of everybody on the segment. */
export const BROADCAST = 0xffff_ffff_ffff

/** What can follow an Ethernet header (IANA registry "IEEE 802 Numbers"). */
export const EtherType = {
  /** RFC 894. */
  IPv4: 0x0800,
  /** RFC 826. */
  Arp: 0x0806,
  /** Trans Ether Bridging: an Ethernet frame follows, in GRE and Geneve (RFC 1701, RFC 7637 §3.2). */
  TransparentEthernet: 0x6558,
  /** RFC 903; some hypervisors announce a moved guest with it. */
  ReverseArp: 0x8035,
  /** IEEE 802.1Q C-TAG. */
  Vlan: 0x8100,
  /** RFC 2464. */
  IPv6: 0x86dd,
  /** LACP and OAM (IEEE 802.3 Annex 57A). */
  SlowProtocols: 0x8809,
  /** PPP, also on lines that have no Ethernet (IANA registry "IEEE 802 Numbers"). */
  Ppp: 0x880b,
  /** RFC 5332. */
  Mpls: 0x8847,
  /** RFC 5332. */
  MplsMulticast: 0x8848,
  /** RFC 2516. */
  PppoeDiscovery: 0x8863,
  /** RFC 2516. */
  PppoeSession: 0x8864,
  /** IEEE 802.1X. */
  Eapol: 0x888e,
  /** IEEE 802.1ad S-TAG. */
  ServiceVlan: 0x88a8,
  /** IEEE 802.1AB. */
  Lldp: 0x88cc,
  /** IEEE 802.1AE. */
  MacSecurity: 0x88e5,
  /** IEEE 1588 over Ethernet. */
  PrecisionTime: 0x88f7,
  /** IEEE 802.1Q-2018 §9.7 I-TAG, formerly 802.1ah: a customer's whole frame follows. */
  BackboneService: 0x88e7,
  /** Cisco metadata: a security group tag. */
  CiscoMetadata: 0x8909,
  /** VN-Tag of fabric extenders. */
  VnTag: 0x8926,
  /** IEEE 802.1BR E-TAG. */
  PortExtension: 0x893f,
  /** RFC 8300 §2.2. */
  Nsh: 0x894f,
  /** Outer tag of switches older than 802.1ad; never registered. */
  LegacyVlan9100: 0x9100,
  /** As {@link EtherType.LegacyVlan9100}. */
  LegacyVlan9200: 0x9200,
  /** As {@link EtherType.LegacyVlan9100}. */
  LegacyVlan9300: 0x9300,
  /** Marvell's EDSA tag, as Linux numbers it; never registered. */
  Edsa: 0xdada,
} as const

const DESTINATION = LAYOUT.offsets.destination
const SOURCE = LAYOUT.offsets.source
const ETHER_TYPE = LAYOUT.offsets.etherType

/**
 * Steps the cursor over the header, onto whatever {@link etherType} names.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  const next = at + LENGTH
  if (next > cursor.end) return cursor.failShort(LENGTH)
  cursor.position = next
  return at
}

/** Destination MAC address, 48 bits as a number. Off the hot path: see {@link destinationHigh16}. */
export function destination(view: DataView, at: number): number {
  return getUint48(view, at + DESTINATION)
}

/** Source MAC address, 48 bits as a number. Off the hot path: see {@link sourceHigh16}. */
export function source(view: DataView, at: number): number {
  return getUint48(view, at + SOURCE)
}

/** Type of what follows, or its length below {@link ETHER_TYPE_MIN}; 16 bits. */
export function etherType(view: DataView, at: number): number {
  return view.getUint16(at + ETHER_TYPE)
}

/** First two bytes of the destination address, 0 to 65 535. */
export function destinationHigh16(view: DataView, at: number): number {
  return view.getUint16(at + DESTINATION)
}

/** Last four bytes of the destination address as a signed 32-bit integer: no number object is made. */
export function destinationLow32(view: DataView, at: number): number {
  return view.getInt32(at + DESTINATION + 2)
}

/** First two bytes of the source address, 0 to 65 535. */
export function sourceHigh16(view: DataView, at: number): number {
  return view.getUint16(at + SOURCE)
}

/** Last four bytes of the source address as a signed 32-bit integer: no number object is made. */
export function sourceLow32(view: DataView, at: number): number {
  return view.getInt32(at + SOURCE + 2)
}

/** Whether the frame is for a group, broadcast included: the I/G bit of the destination (IEEE 802.3-2018 §3.2.3). */
export function isMulticast(view: DataView, at: number): boolean {
  return (view.getUint8(at + DESTINATION) & 1) !== 0
}

/** Whether the frame is for everybody: all 48 bits of the destination set (IEEE 802.3-2018 §3.2.3.1). */
export function isBroadcast(view: DataView, at: number): boolean {
  return view.getInt32(at + DESTINATION) === -1 && view.getUint16(at + DESTINATION + 4) === 0xffff
}

/** Whether a type field is an 802.3 length, so that LLC follows (IEEE 802.3-2018 §3.2.6). */
export function isLength(etherType: number): boolean {
  return etherType < ETHER_TYPE_MIN
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    destination: destination(view, at),
    source: source(view, at),
    etherType: etherType(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  const destinationHigh = above32(header.destination)
  const sourceHigh = above32(header.source)
  if (!isUint16(destinationHigh)) refuseUint('ethernet.destination', header.destination, 48)
  if (!isUint16(sourceHigh)) refuseUint('ethernet.source', header.source, 48)
  checkUint('ethernet.etherType', header.etherType, 16)
  checkRoom('ethernet', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint16(at + DESTINATION, destinationHigh)
  view.setUint32(at + DESTINATION + 2, header.destination)
  view.setUint16(at + SOURCE, sourceHigh)
  view.setUint32(at + SOURCE + 2, header.source)
  view.setUint16(at + ETHER_TYPE, header.etherType)
}
