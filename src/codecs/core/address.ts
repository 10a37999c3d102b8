/** MAC, IPv4 and IPv6 addresses as people write them. Off the packet path: strings are made for print alone. */

const HEX: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

/**
 * Dotted decimal.
 * @param address - 32 bits, signed or unsigned.
 */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`
}

/**
 * The one text form of an IPv6 address: lower case, no leading zeros, the first of the longest runs of zero groups
 * shortened, IPv4-mapped addresses with a dotted tail (RFC 5952 §4, §5).
 * @param address - 16 bytes.
 * @throws RangeError when there are not 16 bytes.
 */
export function formatIpv6(address: Uint8Array): string
/**
 * The same of an address in a view.
 * @param at - Offset of its first byte in the view.
 * @throws RangeError when there are not 16 bytes.
 */
export function formatIpv6(view: DataView, at: number): string
export function formatIpv6(address: Uint8Array | DataView, at = 0): string {
  let view: DataView
  if (address instanceof DataView) view = address
  else {
    if (address.length !== 16) throw new RangeError(`an IPv6 address has 16 bytes, not ${address.length}`)
    view = new DataView(address.buffer, address.byteOffset, 16)
  }
  if (view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff) {
    return `::ffff:${formatIpv4(view.getInt32(at + 12))}`
  }
  let bestStart = -1
  let bestLength = 1 // A single zero group is written out (RFC 5952 §4.2.2).
  let runStart = -1
  for (let i = 0; i < 8; i++) {
    if (view.getUint16(at + 2 * i) !== 0) {
      runStart = -1
      continue
    }
    if (runStart < 0) runStart = i
    if (i + 1 - runStart > bestLength) {
      bestStart = runStart
      bestLength = i + 1 - runStart
    }
  }
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === bestStart) {
      text += '::'
      i += bestLength - 1
      continue
    }
    if (text !== '' && !text.endsWith(':')) text += ':'
    text += view.getUint16(at + 2 * i).toString(16)
  }
  return text
}

/**
 * Six pairs of lower-case hex digits with colons.
 * @param address - 48 bits as a number; with a second argument, the first 16 of them.
 * @param low32 - The last 32 bits, signed or unsigned, when `address` is the first 16.
 */
export function formatMac(address: number, low32?: number): string {
  const high = low32 === undefined ? Math.floor(address / 0x1_0000_0000) : address
  const low = low32 === undefined ? address % 0x1_0000_0000 : low32
  return `${HEX[(high >>> 8) & 0xff]}:${HEX[high & 0xff]}:${HEX[low >>> 24]}:${HEX[(low >>> 16) & 0xff]}:${HEX[(low >>> 8) & 0xff]}:${HEX[low & 0xff]}`
}

/**
 * Text of an IPv4 or IPv6 address.
 * @param address - 4 or 16 bytes, as {@link parseAddress} gives them.
 * @throws RangeError for any other length.
 */
export function formatAddress(address: Uint8Array): string {
  if (address.length !== 4) return formatIpv6(address)
  return formatIpv4(new DataView(address.buffer, address.byteOffset, 4).getInt32(0))
}

/**
 * Reads dotted decimal: four numbers from 0 to 255. Leading zeros are refused, because some systems read them as octal
 * (RFC 6943 §3.1.1).
 * @returns Unsigned 32 bits.
 * @throws RangeError quoting what is not an IPv4 address.
 */
export function parseIpv4(text: string): number {
  const value = ipv4Of(text)
  if (value < 0) throw new RangeError(`not an IPv4 address: '${text}'`)
  return value
}

/**
 * Reads every text form of RFC 4291 §2.2, an IPv4 tail included. A zone (`%eth0`) is refused: it means nothing in a capture.
 * @returns 16 bytes.
 * @throws RangeError quoting what is not an IPv6 address.
 */
export function parseIpv6(text: string): Uint8Array {
  const bytes = ipv6Of(text)
  if (bytes === undefined) throw new RangeError(`not an IPv6 address: '${text}'`)
  return bytes
}

/**
 * Reads six pairs of hex digits, all with colons or all with hyphens between them.
 * @returns 48 bits.
 * @throws RangeError quoting what is not a MAC address.
 */
export function parseMac(text: string): number {
  if (!/^[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})$/i.test(text)) {
    throw new RangeError(`not a MAC address: '${text}'`)
  }
  return Number.parseInt(text.replace(/[:-]/g, ''), 16)
}

/**
 * Reads an IPv4 or IPv6 address.
 * @returns 4 or 16 bytes.
 * @throws RangeError quoting what is neither.
 */
export function parseAddress(text: string): Uint8Array {
  const value = ipv4Of(text)
  if (value >= 0) return new Uint8Array([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff])
  const bytes = ipv6Of(text)
  if (bytes === undefined) throw new RangeError(`not an IP address: '${text}'`)
  return bytes
}

/** Whether an IPv4 address names a group, 224.0.0.0/4 (RFC 5771 §3). @param address - 32 bits, signed or unsigned. */
export function isMulticast4(address: number): boolean {
  return address >>> 28 === 0xe
}

/** Whether the IPv6 address at `at` names a group, ff00::/8 (RFC 4291 §2.7). */
export function isMulticast6(view: DataView, at: number): boolean {
  return view.getUint8(at) === 0xff
}

/** -1 for what is not an address. */
function ipv4Of(text: string): number {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return -1
  let value = 0
  for (let i = 1; i <= 4; i++) {
    const part = match[i]!
    if (part.length > 1 && part.startsWith('0')) return -1
    const byte = Number(part)
    if (byte > 255) return -1
    value = value * 256 + byte
  }
  return value
}

/** The groups of one side of `::`, `undefined` when one of them is none. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  for (const part of text.split(':')) {
    if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined
    groups.push(Number.parseInt(part, 16))
  }
  return groups
}

function ipv6Of(text: string): Uint8Array | undefined {
  let hex = text
  const lastColon = text.lastIndexOf(':')
  if (text.includes('.', lastColon)) {
    const tail = ipv4Of(text.slice(lastColon + 1))
    if (lastColon < 0 || tail < 0) return undefined
    hex = `${text.slice(0, lastColon + 1)}${(tail >>> 16).toString(16)}:${(tail & 0xffff).toString(16)}`
  }
  const halves = hex.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0]!)
  const tail = groupsOf(halves[1] ?? '')
  if (head === undefined || tail === undefined) return undefined
  const count = head.length + tail.length
  // `::` stands for at least one group (RFC 4291 §2.2).
  if (halves.length === 2 ? count > 7 : count !== 8) return undefined
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < head.length; i++) view.setUint16(2 * i, head[i]!)
  for (let i = 0; i < tail.length; i++) view.setUint16(16 - 2 * (tail.length - i), tail[i]!)
  return bytes
}
