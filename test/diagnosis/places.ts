/** Places in an overlay that laws permute, healthy traffic between them, and what a diagnosis makes of packets. */
import fc from 'fast-check'
import { finish } from '../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import type { Finding } from '../../src/summary.ts'
import {
  analysisOf,
  arp,
  echo,
  ethernet,
  ipv4,
  type Packet,
  type SegmentOptions,
  tcp,
  vxlan,
} from '../support/packets.ts'

/** Two guests behind two VTEPs, a third VTEP, and the tunnel that joins them. */
export interface Place {
  vni: number
  port: number
  vteps: [string, string, string]
  macs: [string, string]
  ips: [string, string]
}

export const HERE: Place = {
  vni: 100,
  port: 4789,
  vteps: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
  macs: ['02:00:00:00:00:0a', '02:00:00:00:00:0b'],
  ips: ['192.168.0.1', '192.168.0.2'],
}

const octet = fc.integer({ min: 1, max: 250 })

/** Any VNI, known port and addresses. */
export const places: fc.Arbitrary<Place> = fc
  .record({
    vni: fc.integer({ min: 0, max: 0xff_fffe }),
    port: fc.constantFrom(4789, 8472),
    vteps: fc.uniqueArray(octet, { minLength: 3, maxLength: 3 }),
    macs: fc.uniqueArray(octet, { minLength: 2, maxLength: 2 }),
    ips: fc.uniqueArray(octet, { minLength: 2, maxLength: 2 }),
  })
  .map(({ vni, port, vteps, macs, ips }) => ({
    vni,
    port,
    vteps: vteps.map((last) => `10.1.2.${last}`) as Place['vteps'],
    macs: macs.map((last) => `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`) as Place['macs'],
    ips: ips.map((last) => `172.16.9.${last}`) as Place['ips'],
  }))

/** Every finding about packets. */
export function findingsOf(packets: readonly Packet[], dropped: number | null = null): Finding[] {
  const analysis = analysisOf(packets)
  const { mtu } = finish(analysis, { rows: 10 })
  return diagnose({ analysis, files: [], dropped, mtu })
}

/** Codes of every finding about packets. */
export const codes = (packets: readonly Packet[]): string[] => findingsOf(packets).map(({ code }) => code)

/** The findings of one code. */
export function only(code: string, packets: readonly Packet[]): Finding[] {
  return findingsOf(packets).filter((finding) => finding.code === code)
}

/** Which guest sends, from where to where; what is left out is the usual way. */
export interface Way {
  from?: 0 | 1
  vtep?: string
  peer?: string
  vni?: number
  port?: number
  /** Outer and inner identification; a new one each time unless given. */
  id?: number
  interfaceId?: number
  to?: string
  /** Inner TTL. */
  ttl?: number
}

let identification = 0

/** An inner frame in its tunnel. */
function carry(place: Place, frame: Uint8Array, ms: number, way: Way): Packet {
  const { from = 0, interfaceId = 0 } = way
  const tunnel = {
    vni: way.vni ?? place.vni,
    port: way.port ?? place.port,
    from: way.vtep ?? place.vteps[from],
    to: way.peer ?? place.vteps[1 - from]!,
    id: way.id ?? fresh(),
  }
  return { bytes: vxlan(frame, tunnel), ms, interfaceId }
}

/** An identification that no other packet has. */
export function fresh(): number {
  identification = (identification % 0xfffe) + 1
  return identification
}

/** An inner IPv4 packet in its tunnel. */
function carryIp(place: Place, payload: Uint8Array, protocol: number, ms: number, way: Way): Packet {
  const { from = 0 } = way
  const { ttl = 64, id = fresh() } = way
  const inner = ipv4(payload, { from: place.ips[from], to: place.ips[1 - from]!, protocol, id, ttl })
  return carry(place, ethernet(inner, { from: place.macs[from], to: place.macs[1 - from]! }), ms, way)
}

/** An echo request of the first guest, or the reply of the second. */
export function ping(place: Place, kind: 'request' | 'reply', sequence: number, ms: number, way: Way = {}): Packet {
  const from = way.from ?? (kind === 'request' ? 0 : 1)
  return carryIp(place, echo(kind, 7, sequence, 40), 1, ms, { ...way, from })
}

/** A TCP segment. */
export function segment(place: Place, options: SegmentOptions, ms: number, way: Way = {}): Packet {
  const forth = { from: 40_000, to: 80 }
  const back = { from: 80, to: 40_000 }
  return carryIp(place, tcp({ ...(way.from === 1 ? back : forth), ...options }), 6, ms, way)
}

/** An ARP request by broadcast. */
export function ask(place: Place, ip: string, ms: number, way: Way = {}): Packet {
  const { from = 0 } = way
  const body = arp(1, { mac: place.macs[from], ip: place.ips[from] }, { ip })
  return carry(
    place,
    ethernet(body, { from: place.macs[from], to: way.to ?? 'ff:ff:ff:ff:ff:ff', type: 0x0806 }),
    ms,
    way,
  )
}

/** The second guest's ARP reply, or that of another address. */
export function tell(place: Place, ip: string, ms: number, way: Way = {}): Packet {
  const { from = 1 } = way
  const body = arp(2, { mac: place.macs[from], ip }, { mac: place.macs[1 - from]!, ip: place.ips[1 - from]! })
  return carry(place, ethernet(body, { from: place.macs[from], to: place.macs[1 - from]!, type: 0x0806 }), ms, {
    ...way,
    from,
  })
}

/** An ARP packet of the underlay. */
export function underlayArp(operation: 1 | 2, sender: string, target: string, ms: number): Packet {
  const body = arp(operation, { mac: '02:ee:00:00:00:01', ip: sender }, { ip: target })
  return { bytes: ethernet(body, { type: 0x0806, to: 'ff:ff:ff:ff:ff:ff' }), ms }
}

/** One question for the second guest, then ten pings and their answers, 100 ms apart. */
export function healthy(place: Place, start = 0): Packet[] {
  const pings = Array.from({ length: 10 }, (_, n) => {
    const ms = start + 10 + n * 100
    return [ping(place, 'request', start + n, ms), ping(place, 'reply', start + n, ms + 1)]
  }).flat()
  return [ask(place, place.ips[1], start), tell(place, place.ips[1], start + 1), ...pings]
}
