/** Traffic of two guests behind two VTEPs, made by hand: what the laws about sizes and ICMP errors plant their faults in. */
import fc from 'fast-check'
import type { AnalysisOptions } from '../../src/analyzers/analysis.ts'
import { finish } from '../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import type { Finding, MtuSummary } from '../../src/summary.ts'
import { ACK, analysisOf, bytes, datagram, echo, ethernet, ipv4, number, type Packet, SYN, tcp } from './packets.ts'

/** A place in the overlay: what the laws permute. */
export interface Place {
  vni: number
  vteps: [string, string]
  macs: [string, string]
  ips: [string, string]
  sourcePort: number
}

/** A place without any particularity. */
export const HERE: Place = {
  vni: 100,
  vteps: ['10.0.0.1', '10.0.0.2'],
  macs: ['02:00:00:00:00:0a', '02:00:00:00:00:0b'],
  ips: ['192.168.0.1', '192.168.0.2'],
  sourcePort: 51_000,
}

const two = fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 2, maxLength: 2 })

/** Any place. */
export const places: fc.Arbitrary<Place> = fc
  .record({
    vni: fc.integer({ min: 0, max: 0xff_ffff }),
    vteps: two,
    macs: two,
    ips: two,
    sourcePort: fc.integer({ min: 1024, max: 65_535 }),
  })
  .map(({ vni, vteps, macs, ips, sourcePort }) => ({
    vni,
    vteps: vteps.map((last) => `10.1.2.${last}`) as Place['vteps'],
    macs: macs.map((last) => `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`) as Place['macs'],
    ips: ips.map((last) => `172.16.9.${last}`) as Place['ips'],
    sourcePort,
  }))

/** Outer bytes before the inner IP packet of a tunnel over IPv4. */
const OVERHEAD = 50

let sent = 0

/** A number that no packet had before. */
export function nextId(): number {
  sent = (sent % 0xfff0) + 1
  return sent
}

/** How an inner packet is sent. */
export interface Sending {
  id?: number
  ttl?: number
  dontFragment?: boolean
  port?: number
  interfaceId?: number
}

/** The outer IP packet that carries an inner one from guest `from` to the other. */
export function outer(place: Place, from: 0 | 1, inner: Uint8Array, sending: Sending = {}): Uint8Array {
  const { vni, vteps, macs, sourcePort } = place
  const { id = nextId(), ttl = 64, dontFragment = true, port = 4789 } = sending
  const frame = ethernet(inner, { from: macs[from], to: macs[1 - from]! })
  const ends = { from: vteps[from], to: vteps[1 - from]! }
  return ipv4(datagram(frame, { vni, sourcePort, port }), { ...ends, id, ttl, dontFragment })
}

/** A record of an outer IP packet. */
export function record(packet: Uint8Array, ms: number, interfaceId = 0): Packet {
  return { bytes: ethernet(packet, { from: '02:ee:00:00:00:01', to: '02:ee:00:00:00:02' }), ms, interfaceId }
}

/** A guest's echo as an inner IP packet of `length` bytes. */
export function ping(place: Place, from: 0 | 1, sequence: number, length: number): Uint8Array {
  const body = echo(from === 0 ? 'request' : 'reply', 7, sequence, length - 28)
  return ipv4(body, { from: place.ips[from], to: place.ips[1 - from]!, protocol: 1, id: nextId() })
}

/** A guest's TCP segment as an inner IP packet. */
export function segment(place: Place, from: 0 | 1, options: Parameters<typeof tcp>[0]): Uint8Array {
  const ports = from === 0 ? { from: 40_000, to: 80 } : { from: 80, to: 40_000 }
  const ends = { from: place.ips[from], to: place.ips[1 - from]! }
  return ipv4(tcp({ ...ports, ...options }), { ...ends, protocol: 6, id: nextId() })
}

/** A request and its reply, `length` bytes of outer IP each. */
export function exchange(place: Place, sequence: number, ms: number, length = 134): Packet[] {
  return ([0, 1] as const).map((from) =>
    record(outer(place, from, ping(place, from, sequence, length - OVERHEAD)), ms + from),
  )
}

/** Requests without a reply, 300 ms apart. */
export function lostPings(place: Place, first: number, count: number, ms: number, length: number): Packet[] {
  return Array.from({ length: count }, (_, n) =>
    record(outer(place, 0, ping(place, 0, first + n, length - OVERHEAD)), ms + n * 300),
  )
}

/** Ten answered pings, one every 400 ms from `ms` on. */
export function healthy(place: Place, ms = 0): Packet[] {
  return Array.from({ length: 10 }, (_, n) => exchange(place, 1000 + ms + n, ms + n * 400)).flat()
}

/** A handshake that announces these segment sizes, 3 ms long. */
export function handshake(place: Place, ms: number, mss: [number, number] = [1410, 1410]): Packet[] {
  const parts: [0 | 1, Parameters<typeof tcp>[0]][] = [
    [0, { flags: SYN, sequence: 100, mss: mss[0] }],
    [1, { flags: SYN | ACK, sequence: 500, acknowledgment: 101, mss: mss[1] }],
    [0, { flags: ACK, sequence: 101, acknowledgment: 501 }],
  ]
  return parts.map(([from, options], n) => record(outer(place, from, segment(place, from, options)), ms + n))
}

/** The fragments of an IPv4 packet on a link with this MTU (RFC 791 §3.2). */
export function split(packet: Uint8Array, mtu: number): Uint8Array[] {
  const payload = packet.subarray(20)
  const room = Math.floor((mtu - 20) / 8) * 8
  const view = new DataView(packet.buffer, packet.byteOffset)
  const address = (at: number) => packet.subarray(at, at + 4).join('.')
  const header = { from: address(12), to: address(16), protocol: packet[9]!, id: view.getUint16(4), ttl: packet[8]! }
  const parts: Uint8Array[] = []
  for (let offset = 0; offset < payload.length; offset += room) {
    const moreFragments = offset + room < payload.length
    parts.push(ipv4(payload.subarray(offset, offset + room), { ...header, offset, moreFragments }))
  }
  return parts
}

/** An ICMP error from `reporter` about a packet, of which it quotes `quoted` bytes. */
export function icmpError(
  reporter: string,
  about: Uint8Array,
  type: number,
  code: number,
  rest = 0,
  quoted = 28,
): Uint8Array {
  const body = bytes(type, code, 0, 0, number(rest, 4), about.subarray(0, quoted))
  const to = about.subarray(12, 16).join('.')
  return ipv4(body, { from: reporter, to, protocol: 1, id: nextId() })
}

/** What is said about packets. */
export function told(
  packets: readonly Packet[],
  options: AnalysisOptions & { underlayMtu?: number; dropped?: number } = {},
): { findings: Finding[]; mtu: MtuSummary } {
  const analysis = analysisOf(packets, options)
  const { underlayMtu, dropped = null } = options
  const { mtu } = finish(analysis, { rows: Number.POSITIVE_INFINITY, underlayMtu })
  return { findings: diagnose({ analysis, files: [], dropped, mtu }), mtu }
}

/** Findings of one code about packets. */
export function findings(
  packets: readonly Packet[],
  code: string,
  options: Parameters<typeof told>[1] = {},
): Finding[] {
  return told(packets, options).findings.filter((finding) => finding.code === code)
}
