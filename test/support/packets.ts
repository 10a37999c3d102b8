/**
 * Packets made by hand, byte by byte and independent of the codecs under test, and the analysis of a few of them in a row.
 * Addresses are as printed: `10.0.0.1`, `02:00:00:00:00:01`, `fd00::1` (IPv6 with at most one `::`).
 */
import { Analysis, type AnalysisOptions } from '../../src/analyzers/analysis.ts'
import { type AnalysisSummary, finish } from '../../src/analyzers/summary/finish.ts'
import type { PacketInfo } from '../../src/packet.ts'
import { type Recorded, readOn } from './parts.ts'

type Bytes = Uint8Array

/** Concatenates byte strings and numbers (one byte each). */
export function bytes(...parts: (Bytes | readonly number[] | number)[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])))
}

/** A big-endian number of `length` bytes. */
export function number(value: number, length: 1 | 2 | 3 | 4): Bytes {
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) & 0xff)
}

export const mac = (text: string): number[] => text.split(':').map((part) => Number.parseInt(part, 16))

/** An IPv4 or IPv6 address in bytes. */
export function ip(text: string): Bytes {
  if (!text.includes(':')) return Uint8Array.from(text.split('.').map(Number))
  const [head = '', tail] = text.split('::')
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16))
  const front = words(head)
  const back = tail === undefined ? [] : words(tail)
  const middle = new Array<number>(8 - front.length - back.length).fill(0)
  return bytes(...[...front, ...middle, ...back].map((word) => number(word, 2)))
}

/** One's-complement checksum. */
function checksum(data: Bytes): number {
  let sum = 0
  for (let at = 0; at < data.length; at += 2) sum += data[at]! * 256 + (data[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Where the checksum of a transport lies, by protocol number. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6, 58: 2 }

/**
 * A transport packet with a right checksum in place of the two bytes that were there; other protocols as they are.
 * @param addresses - Source and destination, as the pseudo header has them.
 */
export function sealed(payload: Bytes, protocol: number, addresses: Bytes): Bytes {
  const at = CHECKSUM_AT[protocol]
  if (at === undefined || payload.length < at + 2) return payload
  const blank = bytes(payload.slice(0, at), 0, 0, payload.slice(at + 2))
  const pseudo = protocol === 1 ? [] : bytes(addresses, number(payload.length, 4), number(protocol, 4))
  return bytes(payload.slice(0, at), number(checksum(bytes(pseudo, blank)), 2), payload.slice(at + 2))
}

/** An Ethernet frame with optional 802.1Q tags. */
export function ethernet(
  payload: Bytes,
  options: { from?: string; to?: string; type?: number; vlans?: readonly number[] } = {},
): Bytes {
  const { from = '02:00:00:00:00:01', to = '02:00:00:00:00:02', vlans = [] } = options
  const type = options.type ?? (payload[0]! >> 4 === 6 ? 0x86dd : 0x0800)
  const tags = vlans.flatMap((id) => [0x81, 0x00, ...number(id, 2)])
  return bytes(mac(to), mac(from), tags, number(type, 2), payload)
}

/** An IP packet's fields that matter here. */
export interface IpOptions {
  from?: string
  to?: string
  protocol?: number
  /** IPv4 identification. */
  id?: number
  dontFragment?: boolean
  moreFragments?: boolean
  /** Fragment offset in bytes. */
  offset?: number
  ttl?: number
  /** The whole DSCP and ECN byte. */
  tos?: number
  /** Total length as written, where it is not the true one. */
  length?: number
}

/** An IPv4 packet with a right header checksum, and right TCP and ICMP checksums in a whole packet; UDP keeps its own. */
export function ipv4(payload: Bytes, options: IpOptions = {}): Bytes {
  const { from = '192.168.0.1', to = '192.168.0.2', protocol = 17, id = 0, offset = 0, ttl = 64 } = options
  const flags = (options.dontFragment ? 0x4000 : 0) | (options.moreFragments ? 0x2000 : 0) | (offset / 8)
  const length = options.length ?? 20 + payload.length
  const isWhole = !options.moreFragments && offset === 0
  const body = isWhole && protocol !== 17 ? sealed(payload, protocol, bytes(ip(from), ip(to))) : payload
  const before = bytes(0x45, options.tos ?? 0, number(length, 2), number(id, 2), number(flags, 2), ttl, protocol)
  const after = bytes(ip(from), ip(to))
  return bytes(before, number(checksum(bytes(before, 0, 0, after)), 2), after, body)
}

/** An IPv6 packet without extension headers, with right TCP and ICMPv6 checksums; UDP keeps its own. */
export function ipv6(payload: Bytes, options: { from: string; to: string; protocol: number }): Bytes {
  const { from, to, protocol } = options
  const body = protocol === 17 ? payload : sealed(payload, protocol, bytes(ip(from), ip(to)))
  return bytes(0x60, 0, 0, 0, number(payload.length, 2), protocol, 64, ip(from), ip(to), body)
}

/** A UDP datagram without checksum. */
export function udp(payload: Bytes, from: number, to: number): Bytes {
  return bytes(number(from, 2), number(to, 2), number(8 + payload.length, 2), 0, 0, payload)
}

/** TCP flags. */
export const [FIN, SYN, RST, ACK] = [0x01, 0x02, 0x04, 0x10]

/** What a TCP segment says. */
export interface SegmentOptions {
  from?: number
  to?: number
  sequence?: number
  acknowledgment?: number
  flags?: number
  /** MSS option. */
  mss?: number
  /** 65 535 unless given. */
  window?: number
  payload?: number
}

/** A TCP segment with `payload` bytes of data. */
export function tcp(options: SegmentOptions): Bytes {
  const {
    from = 40_000,
    to = 80,
    sequence = 0,
    acknowledgment = 0,
    flags = ACK,
    mss,
    window = 0xffff,
    payload = 0,
  } = options
  const extra = mss === undefined ? [] : [2, 4, ...number(mss, 2)]
  const offset = ((20 + extra.length) / 4) << 4
  const head = bytes(number(from, 2), number(to, 2), number(sequence, 4), number(acknowledgment, 4), offset, flags)
  return bytes(head, number(window, 2), 0, 0, 0, 0, extra, new Uint8Array(payload).fill(0x61))
}

/** An ICMP echo with `size` data bytes. */
export function echo(kind: 'request' | 'reply', id: number, sequence: number, size = 8): Bytes {
  return bytes(kind === 'request' ? 8 : 0, 0, 0, 0, number(id, 2), number(sequence, 2), new Uint8Array(size))
}

/** An ARP packet for IPv4 over Ethernet. */
export function arp(
  operation: 1 | 2,
  sender: { mac: string; ip: string },
  target: { mac?: string; ip: string },
): Bytes {
  const head = bytes(0, 1, 8, 0, 6, 4, 0, operation)
  return bytes(head, mac(sender.mac), ip(sender.ip), mac(target.mac ?? '00:00:00:00:00:00'), ip(target.ip))
}

/** How a frame is encapsulated. */
export interface TunnelOptions {
  vni?: number
  from?: string
  to?: string
  sourcePort?: number
  port?: number
  /** Outer IPv4 identification; 0 says nothing, as Open vSwitch sends it. */
  id?: number
  ttl?: number
  flags?: number
}

/** The outer IPv4 payload of a VXLAN packet: UDP, VXLAN, inner frame. */
export function datagram(inner: Bytes, options: TunnelOptions = {}): Bytes {
  const { vni = 100, sourcePort = 50_000, port = 4789, flags = 0x08 } = options
  return udp(bytes(flags, 0, 0, 0, number(vni, 3), 0, inner), sourcePort, port)
}

/** A VXLAN packet over IPv4 in its outer Ethernet frame. */
export function vxlan(inner: Bytes, options: TunnelOptions = {}): Bytes {
  const { from = '10.0.0.1', to = '10.0.0.2', id = 0, ttl = 64 } = options
  return ethernet(ipv4(datagram(inner, options), { from, to, id, ttl }), {
    from: '02:ee:00:00:00:01',
    to: '02:ee:00:00:00:02',
  })
}

/** A record of a capture: bytes, time, interface, and what the wire carried where the capture holds less. */
export interface Packet {
  bytes: Bytes
  /** Milliseconds since the first second of the capture; `null` for a record without time. */
  ms?: number | null
  interfaceId?: number
  wireLength?: number
  flags?: number
}

/** Second in which a hand-made capture begins. */
export const EPOCH = 1_700_000_000

/** Records as a reader would hand them out, numbered from 1. */
export function records(packets: readonly Packet[]): Recorded[] {
  return packets.map(({ bytes: data, ms = 0, interfaceId = 0, wireLength = data.length, flags = 0 }, index) => {
    const packet: PacketInfo = {
      number: index + 1,
      seconds: ms === null ? 0 : EPOCH + Math.floor(ms / 1000),
      nanoseconds: ms === null ? -1 : Math.round((ms - Math.floor(ms / 1000) * 1000) * 1_000_000),
      at: 0,
      capturedLength: data.length,
      wireLength,
      linkType: 1,
      interfaceId,
      fcsLength: 0,
      flags,
    }
    return { view: new DataView(data.slice().buffer), packet }
  })
}

/** Analyzes packets as one capture. */
export function analysisOf(packets: readonly Packet[], options: AnalysisOptions = {}): Analysis {
  const analysis = new Analysis(options)
  readOn(analysis, records(packets))
  analysis.countPaths()
  return analysis
}

/** Analyzes packets as one capture. @returns The summary without what only the pipeline knows. */
export function summaryOf(packets: readonly Packet[], options: AnalysisOptions = {}): AnalysisSummary {
  return finish(analysisOf(packets, options).flushed(), { rows: Number.POSITIVE_INFINITY })
}
