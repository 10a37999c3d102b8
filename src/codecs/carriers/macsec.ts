/**
 * The security tag of MACsec (IEEE 802.1AE-2018 §9.3): six bytes behind the type 0x88e5, and eight more where a secure channel
 * is named. Only where the frame is protected but not encrypted can what follows be read: its type, its data, and a check value
 * of {@link LENGTH_CHECK_VALUE} bytes at the end.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** The secure channel as a plain object (IEEE 802.1AE-2018 §9.9). */
export interface SecureChannel {
  /** MAC address, 48 bits. */
  system: number
  /** Port, 16 bits. */
  port: number
}

/** A MACsec tag as a plain object. */
export interface Header {
  /** V, ES, SC, SCB, E and C: six bits (IEEE 802.1AE-2018 §9.5); see the `FLAG_` constants. */
  flags: number
  /** Association number, 0 to 3 (IEEE 802.1AE-2018 §9.6). */
  association: number
  /** Two bits, zero on transmit. */
  reserved: number
  /** Bytes of the secure data where these are below 48, else 0 (IEEE 802.1AE-2018 §9.7). */
  shortLength: number
  /** Packet number, 32 bits (IEEE 802.1AE-2018 §9.8). */
  packetNumber: number
  /** Present when and only when {@link FLAG_CHANNEL} is set. */
  channel?: SecureChannel
}

/** Wire order of the part that every tag has (IEEE 802.1AE-2018 §9.3). */
export const LAYOUT = /* @__PURE__ */ layout<Exclude<keyof Header, 'channel'>>({
  flags: field.bits(6),
  association: field.bits(2),
  reserved: field.bits(2),
  shortLength: field.bits(6),
  packetNumber: field.u32,
})
/** Bytes of the part that every tag has. */
export const LENGTH = LAYOUT.span
/** Bytes of the secure channel identifier. */
export const LENGTH_CHANNEL = 8
/** Bytes of the integrity check value of all standard cipher suites (IEEE 802.1AE-2018 §14.5). */
export const LENGTH_CHECK_VALUE = 16
/** V: version, 0 (IEEE 802.1AE-2018 §9.5). A bit of the six-bit `flags`, as are the others. */
export const FLAG_VERSION = 0x20
/** ES: the sender is an end station. */
export const FLAG_END_STATION = 0x10
/** SC: the secure channel is named. */
export const FLAG_CHANNEL = 0x08
/** SCB: single copy broadcast. */
export const FLAG_BROADCAST = 0x04
/** E: the data is encrypted. */
export const FLAG_ENCRYPTED = 0x02
/** C: the data was changed, encrypted or not. */
export const FLAG_CHANGED = 0x01

const FLAGS = LAYOUT.offsets.flags
const SHORT_LENGTH = LAYOUT.offsets.shortLength
const PACKET_NUMBER = LAYOUT.offsets.packetNumber

/**
 * Steps the cursor over the tag and its secure channel.
 * @returns Tag offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  const { view, position: at } = cursor
  const room = cursor.end - at
  if (room < LENGTH) return cursor.failShort(LENGTH)
  const length = headerLength(view, at)
  if (room < length) return cursor.failShort(length)
  return cursor.claim(length)
}

/** V, ES, SC, SCB, E and C: six bits (IEEE 802.1AE-2018 §9.5). */
export function flags(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS) >>> 2
}

/** Association number, 0 to 3 (IEEE 802.1AE-2018 §9.6). */
export function association(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS) & 3
}

/** Two reserved bits. */
export function reserved(view: DataView, at: number): number {
  return view.getUint8(at + SHORT_LENGTH) >>> 6
}

/** Bytes of the secure data where these are below 48, else 0 (IEEE 802.1AE-2018 §9.7). */
export function shortLength(view: DataView, at: number): number {
  return view.getUint8(at + SHORT_LENGTH) & 0x3f
}

/** Packet number, unsigned 32 bits (IEEE 802.1AE-2018 §9.8). */
export function packetNumber(view: DataView, at: number): number {
  return view.getUint32(at + PACKET_NUMBER)
}

/** Bytes of this tag: 6 or 14. */
export function headerLength(view: DataView, at: number): number {
  return (flags(view, at) & FLAG_CHANNEL) === 0 ? LENGTH : LENGTH + LENGTH_CHANNEL
}

/** Whether what follows can be read: version 0, neither encrypted nor changed (IEEE 802.1AE-2018 §9.5). */
export function isClear(view: DataView, at: number): boolean {
  return (flags(view, at) & (FLAG_VERSION | FLAG_ENCRYPTED | FLAG_CHANGED)) === 0
}

/**
 * Narrows the window to the secure data of a tag that the cursor has just stepped over: without the check value, and without
 * padding behind that where the tag states a short length.
 */
export function limit(cursor: Cursor, at: number): void {
  const stated = shortLength(cursor.view, at)
  const data = cursor.wireEnd - cursor.position - LENGTH_CHECK_VALUE
  cursor.limit(Math.max(0, stated > 0 && stated < data ? stated : data))
}

/** Copies the tag out as a plain object. */
export function decode(view: DataView, at: number): Header {
  const header: Header = {
    flags: flags(view, at),
    association: association(view, at),
    reserved: reserved(view, at),
    shortLength: shortLength(view, at),
    packetNumber: packetNumber(view, at),
  }
  if ((header.flags & FLAG_CHANNEL) !== 0) {
    const system = view.getUint32(at + LENGTH) * 0x1_0000 + view.getUint16(at + LENGTH + 4)
    header.channel = { system, port: view.getUint16(at + LENGTH + 6) }
  }
  return header
}

/**
 * Writes the tag and steps the cursor over it.
 * @throws RangeError when a value does not fit its field, `channel` does not match its flag, or the tag does not fit the window;
 * nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('macsec.flags', header.flags, 6)
  checkUint('macsec.association', header.association, 2)
  checkUint('macsec.reserved', header.reserved, 2)
  checkUint('macsec.shortLength', header.shortLength, 6)
  checkUint('macsec.packetNumber', header.packetNumber, 32)
  const { channel } = header
  const isNamed = (header.flags & FLAG_CHANNEL) !== 0
  if ((channel !== undefined) !== isNamed) {
    throw new RangeError(`macsec.channel must be ${isNamed ? 'present while' : 'absent unless'} the SC bit is set`)
  }
  if (channel !== undefined) {
    checkUint('macsec.channel.system', channel.system, 48)
    checkUint('macsec.channel.port', channel.port, 16)
  }
  const length = isNamed ? LENGTH + LENGTH_CHANNEL : LENGTH
  checkRoom('macsec', cursor, length)
  const { view } = cursor
  const at = cursor.claim(length)
  view.setUint8(at + FLAGS, (header.flags << 2) | header.association)
  view.setUint8(at + SHORT_LENGTH, (header.reserved << 6) | header.shortLength)
  view.setUint32(at + PACKET_NUMBER, header.packetNumber)
  if (channel === undefined) return
  view.setUint32(at + LENGTH, Math.floor(channel.system / 0x1_0000))
  view.setUint16(at + LENGTH + 4, channel.system % 0x1_0000)
  view.setUint16(at + LENGTH + 6, channel.port)
}

/** A tag that names no channel, for data that is protected and not encrypted. */
export function header(packetNumber: number): Header {
  return { flags: 0, association: 0, reserved: 0, shortLength: 0, packetNumber }
}
