/**
 * The same capture in another fabric: other addresses, ports, tunnel kinds, link headers. What is wrong with the traffic, or is not,
 * does not depend on any of these, so a diagnosis must not either.
 */
import { flip, fold, follow, minus, put16, sum16 } from './rewrite.ts'

/** How a frame is changed. @returns The frame, or `null` where it cannot be changed so. */
export type Variant = (frame: Uint8Array) => Uint8Array | null

const IPV4 = 0x0800
const ARP = 0x0806
const TAGS = [0x8100, 0x88a8, 0x9100]
const UDP = 17
const TCP = 6
const ICMPV6 = 58
/** Protocols of IPv4 with another packet inside: IPv4, IPv6, GRE. */
const CARRIERS = [4, 41, 47]
const VXLAN_PORTS = [4789, 8472]
const GENEVE_PORT = 6081
/** Turns the order of any two addresses of a /24 about, and keeps them in it. */
const LAST_OCTET = [0, 0, 0, 0x7f]

/** Where the headers of an outer IPv4 frame are. */
interface Outer {
  view: DataView
  etherType: number
  ip: number
  /** -1 for anything but a first or whole UDP datagram. */
  udp: number
  port: number
}

function outerOf(frame: Uint8Array): Outer {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  let at = 12
  while (at + 4 <= frame.length && TAGS.includes(view.getUint16(at))) at += 4
  const etherType = view.getUint16(at)
  const ip = at + 2
  const isUdp = etherType === IPV4 && view.getUint8(ip + 9) === UDP && (view.getUint16(ip + 6) & 0x1fff) === 0
  const udp = isUdp ? ip + (view.getUint8(ip) & 0xf) * 4 : -1
  return { view, etherType, ip, udp, port: udp === -1 || udp + 4 > frame.length ? 0 : view.getUint16(udp + 2) }
}

/** Whether an IPv4 frame carries the underlay in something else (IP in IP, GRE and ERSPAN): the tunnel is not where it is looked for. */
function isCarrier({ view, etherType, ip }: Outer): boolean {
  return etherType === IPV4 && CARRIERS.includes(view.getUint8(ip + 9))
}

/** Whether a checksum field holds the sum of the pseudo-header alone. */
function isPartial(view: DataView, ip: number, transport: number, field: number): boolean {
  if (field + 2 > view.byteLength) return false
  const isIpv4 = view.getUint8(ip) >>> 4 === 4
  const addresses = isIpv4 ? sum16(view, ip + 12, 8) : sum16(view, ip + 8, 32)
  const protocol = isIpv4 ? view.getUint8(ip + 9) : view.getUint8(ip + 6)
  const length = isIpv4 ? view.getUint16(ip + 2) - (transport - ip) : view.getUint16(ip + 4)
  return view.getUint16(field) === fold(addresses + protocol + length)
}

/** Other outer addresses, in the other order: those of ARP, and those that ICMP errors quote, too. */
export const otherVteps: Variant = (frame) => {
  const { view, etherType, ip, udp } = outerOf(frame)
  if (etherType === ARP) {
    flip(view, ip + 14, LAST_OCTET)
    flip(view, ip + 24, LAST_OCTET)
    return frame
  }
  if (etherType !== IPV4) return null
  if (udp !== -1) {
    const both = [...LAST_OCTET, ...LAST_OCTET]
    const partial = udp + 8 <= frame.length && isPartial(view, ip, udp, udp + 6)
    const growth = flip(view, ip + 12, both)
    follow(view, ip + 10, growth)
    if (udp + 8 <= frame.length) follow(view, udp + 6, partial ? minus(growth) : growth, true)
    return frame
  }
  follow(view, ip + 10, flip(view, ip + 12, [...LAST_OCTET, ...LAST_OCTET]))
  const payload = ip + (view.getUint8(ip) & 0xf) * 4
  if (view.getUint8(ip + 9) === 1 && [3, 11].includes(view.getUint8(payload))) {
    // The quoted header keeps its sum, since its checksum follows; a checksum that is not quoted leaves a growth to the message's.
    const quoted = payload + 8
    const growth = flip(view, quoted + 12, [...LAST_OCTET, ...LAST_OCTET])
    follow(view, quoted + 10, growth)
  }
  return frame
}

/** The old default port of Linux, 8472, in place of 4789; in quotes too. A carrier hides the port. */
export const otherPort: Variant = (frame) => {
  const outer = outerOf(frame)
  const { view, etherType, ip, udp, port } = outer
  if (isCarrier(outer)) return null
  if (etherType !== IPV4) return etherType === ARP ? frame : null
  if (port === 4789) {
    const partial = isPartial(view, ip, udp, udp + 6)
    const growth = put16(view, udp + 2, 8472)
    if (!partial) follow(view, udp + 6, growth, true)
    return frame
  }
  const payload = ip + (view.getUint8(ip) & 0xf) * 4
  if (udp === -1 && view.getUint8(ip + 9) === 1 && [3, 11].includes(view.getUint8(payload))) {
    const quoted = payload + 8
    const quotedUdp = quoted + (view.getUint8(quoted) & 0xf) * 4
    if (quotedUdp + 4 <= frame.length && view.getUint16(quotedUdp + 2) === 4789) {
      follow(view, payload + 2, put16(view, quotedUdp + 2, 8472))
    }
  }
  return frame
}

/** Geneve (RFC 8926 §3.4) without options in place of a plain VXLAN header, which is as long. A carrier hides it. */
export const geneve: Variant = (frame) => {
  const outer = outerOf(frame)
  const { view, etherType, ip, udp, port } = outer
  if (isCarrier(outer)) return null
  if (etherType !== IPV4) return etherType === ARP ? frame : null
  const header = udp + 8
  if (!VXLAN_PORTS.includes(port)) return udp === -1 && view.getUint8(ip + 9) === 1 ? null : frame
  if (header + 8 > frame.length || view.getUint32(header) !== 0x0800_0000 || view.getUint8(header + 7) !== 0)
    return null
  const partial = isPartial(view, ip, udp, udp + 6)
  const growth = fold(put16(view, udp + 2, GENEVE_PORT) + put16(view, header, 0) + put16(view, header + 2, 0x6558))
  if (!partial) follow(view, udp + 6, growth, true)
  return frame
}

/** Other inner IPv4 addresses, in the other order, in ARP too. What quotes them is refused. */
export const otherGuests: Variant = (frame) => {
  const { view, etherType, udp, ip, port } = outerOf(frame)
  if (etherType !== IPV4 || ![...VXLAN_PORTS, GENEVE_PORT].includes(port)) return frame
  let at = udp + 16 + 12
  while (at + 4 <= frame.length && TAGS.includes(view.getUint16(at))) at += 4
  if (at + 22 > frame.length) return frame
  const inner = at + 2
  const partial = isPartial(view, ip, udp, udp + 6)
  // Over an unfinished inner checksum the outer one may be final as the bytes stand, or right once the inner one is finished.
  const asItStands = isSound(view, ip, udp)
  const before = sum16(view, inner, frame.length - inner)
  let growth = 0
  if (view.getUint16(at) === ARP) {
    const sender = view.getUint32(inner + 14)
    if (sender !== 0) growth = fold(growth + flip(view, inner + 14, LAST_OCTET))
    growth = fold(growth + flip(view, inner + 24, LAST_OCTET))
  } else if (view.getUint16(at) === IPV4) {
    if (isUnicast(view, inner + 12) && isUnicast(view, inner + 16)) growth = flipInnerIpv4(view, inner)
    else return null
  } else return frame
  if (asItStands) growth = fold(sum16(view, inner, frame.length - inner) + minus(before))
  if (!partial && growth !== 0) follow(view, udp + 6, growth, true)
  return frame
}

/** Whether a UDP checksum over IPv4 is right over the bytes as they stand (RFC 768), in a datagram captured whole. */
function isSound(view: DataView, ip: number, udp: number): boolean {
  if (udp + 8 > view.byteLength) return false
  const length = view.getUint16(udp + 4)
  if (length < 8 || udp + length !== view.byteLength || view.getUint16(udp + 6) === 0) return false
  return fold(sum16(view, ip + 12, 8) + UDP + length + sum16(view, udp, length)) === 0xffff
}

function isUnicast(view: DataView, at: number): boolean {
  const address = view.getUint32(at)
  return address !== 0 && address >>> 28 < 0xe && (address & 0xff) !== 0xff
}

/** @returns What the sum of the datagram's bytes has grown by. */
function flipInnerIpv4(view: DataView, ip: number): number {
  const transport = ip + (view.getUint8(ip) & 0xf) * 4
  const protocol = view.getUint8(ip + 9)
  const isFirst = (view.getUint16(ip + 6) & 0x1fff) === 0
  const field = protocol === TCP ? transport + 16 : protocol === UDP ? transport + 6 : -1
  const before = field === -1 || field + 2 > view.byteLength ? 0 : view.getUint16(field)
  const partial = isFirst && field !== -1 && isPartial(view, ip, transport, field)
  const growth = flip(view, ip + 12, [...LAST_OCTET, ...LAST_OCTET])
  follow(view, ip + 10, growth)
  if (!isFirst || field === -1 || field + 2 > view.byteLength) return 0
  follow(view, field, partial ? minus(growth) : growth, protocol === UDP)
  // An unfinished inner checksum is summed as what it will be once it is finished.
  const grown = fold(view.getUint16(field) + minus(before))
  return partial ? minus(grown) : grown
}

/** A tag of the underlay's VLAN 42. */
export const tagged: Variant = (frame) => insert(frame, 12, [0x81, 0x00, 0x00, 42])

/** Geneve with one option of eight bytes that may be ignored (RFC 8926 §3.5). */
export const geneveWithOption: Variant = (frame) => {
  const { port } = outerOf(frame)
  const plain = geneve(frame)
  if (plain === null || !VXLAN_PORTS.includes(port)) return plain
  const { ip, udp } = outerOf(plain)
  const option = [0xff, 0x01, 0x01, 0x01, 0xde, 0xad, 0xbe, 0xef]
  const out = insert(plain, udp + 16, option)
  const view = new DataView(out.buffer)
  const partial = isPartial(view, ip, udp, udp + 6)
  const length = view.getUint16(ip + 2)
  follow(view, ip + 10, put16(view, ip + 2, length + option.length))
  const inHeader = fold(put16(view, udp + 4, view.getUint16(udp + 4) + option.length) + put16(view, udp + 8, 0x0200))
  // The length is summed once in the header and once in the pseudo-header.
  const growth = fold(inHeader + option.length + sum16(view, udp + 16, option.length))
  follow(view, udp + 6, partial ? minus(option.length) : growth, true)
  return out
}

/** An IPv6 underlay in place of IPv4, without its ARP. Fragments and ICMP of the underlay have no counterpart. */
export const ipv6Underlay: Variant = (frame) => {
  const { view, etherType, ip, udp } = outerOf(frame)
  if (etherType === ARP) return frame
  if (etherType !== IPV4 || udp !== ip + 20 || (view.getUint16(ip + 6) & 0x2000) !== 0) return null
  const partial = isPartial(view, ip, udp, udp + 6)
  const payload = view.getUint16(ip + 2) - 20
  if (payload < 0) return null
  const addresses = [12, 16].map((from) => [
    ...[0xfd, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...frame.subarray(ip + from, ip + from + 4),
  ])
  const tos = view.getUint8(ip + 1)
  const header = [
    ...[0x60 | (tos >>> 4), (tos & 0xf) << 4, 0, 0, payload >>> 8, payload & 0xff, UDP, view.getUint8(ip + 8)],
    ...addresses.flat(),
  ]
  const out = new Uint8Array(frame.length + 20)
  out.set(frame.subarray(0, ip))
  out.set(header, ip)
  out.set(frame.subarray(udp), ip + 40)
  const made = new DataView(out.buffer)
  made.setUint16(ip - 2, 0x86dd)
  const growth = 2 * 0xfd00
  if (ip + 48 <= out.length) follow(made, ip + 46, partial ? minus(growth) : growth, true)
  return out
}

/** IP in IP (RFC 2003) around every IPv4 packet of the underlay. */
export const ipInIp: Variant = (frame) => {
  const { view, etherType, ip } = outerOf(frame)
  if (etherType !== IPV4) return frame
  const length = view.getUint16(ip + 2) + 20
  const header = [0x45, 0, length >>> 8, length & 0xff, 0, 0, 0x40, 0, 64, 4, 0, 0, 172, 31, 0, 1, 172, 31, 0, 2]
  const out = insert(frame, ip, header)
  const made = new DataView(out.buffer)
  made.setUint16(ip + 10, minus(sum16(made, ip, 20)))
  return out
}

/** A label of MPLS (RFC 3032) in front of every IPv4 packet of the underlay. */
export const mpls: Variant = (frame) => {
  const { etherType, ip } = outerOf(frame)
  if (etherType !== IPV4) return frame
  const out = insert(frame, ip, [0x00, 0x06, 0x41, 64])
  new DataView(out.buffer).setUint16(ip - 2, 0x8847)
  return out
}

/** Whether the inner packet is one of ICMPv6 or ICMP that quotes another. */
export function quotesGuests(frame: Uint8Array): boolean {
  const { view, etherType, udp, port } = outerOf(frame)
  if (etherType !== IPV4 || ![...VXLAN_PORTS, GENEVE_PORT].includes(port)) return false
  const inner = udp + 16 + 14
  if (inner + 40 > frame.length) return false
  const type = view.getUint16(inner - 2)
  if (type === IPV4 && view.getUint8(inner + 9) === 1) return [3, 5, 11].includes(view.getUint8(inner + 20))
  return type === 0x86dd && view.getUint8(inner + 6) === ICMPV6 && view.getUint8(inner + 40) < 128
}

function insert(frame: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const out = new Uint8Array(frame.length + bytes.length)
  out.set(frame.subarray(0, at))
  out.set(bytes, at)
  out.set(frame.subarray(at), at + bytes.length)
  return out
}

/**
 * A classic pcap of Ethernet frames, changed frame by frame.
 * @returns `null` when it is of another kind, or when a frame cannot be changed so.
 */
export function vary(file: Uint8Array, variant: Variant): Uint8Array | null {
  const bytes = Uint8Array.from(file)
  const view = new DataView(bytes.buffer)
  const magic = view.getUint32(0, true)
  if ((magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d) || (view.getUint32(20, true) & 0xffff) !== 1) return null
  const pieces: Uint8Array[] = [bytes.slice(0, 24)]
  for (let at = 24; at < bytes.length; ) {
    if (at + 16 > bytes.length) return null
    const length = view.getUint32(at + 8, true)
    if (at + 16 + length > bytes.length || length < 34) return null
    const frame = variant(bytes.slice(at + 16, at + 16 + length))
    if (frame === null) return null
    const header = bytes.slice(at, at + 16)
    const fields = new DataView(header.buffer)
    fields.setUint32(8, frame.length, true)
    fields.setUint32(12, fields.getUint32(12, true) + frame.length - length, true)
    pieces.push(header, frame)
    at += 16 + length
  }
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
