/** Segments without identification that come again at once: recorded twice by a mirror, or sent again for a reason. */
import { describe, expect, it } from 'vitest'
import { codes, only } from '../../../diagnosis/places.ts'
import {
  ACK,
  ethernet,
  FIN,
  ipv4,
  ipv6,
  type Packet,
  RST,
  type SegmentOptions,
  SYN,
  summaryOf,
  tcp,
  vxlan,
} from '../../../support/packets.ts'

type Family = 'IPv4' | 'IPv6'
type Sent = SegmentOptions & { isBack?: boolean }

const MACS = ['02:00:00:00:00:0a', '02:00:00:00:00:0b']

/** One record of a segment, with no identification in either header. */
function record(family: Family, ms: number, { isBack = false, ...options }: Sent): Packet {
  const hosts = family === 'IPv4' ? ['192.168.0.1', '192.168.0.2'] : ['fd00::1', 'fd00::2']
  const vteps = ['10.0.0.1', '10.0.0.2']
  const [from, to] = (isBack ? hosts.reverse() : hosts) as [string, string]
  const [near, far] = (isBack ? vteps.reverse() : vteps) as [string, string]
  const segment = tcp({ ...(isBack ? { from: 80, to: 40_000 } : { from: 40_000, to: 80 }), ...options })
  const packet = family === 'IPv4' ? ipv4(segment, { from, to, protocol: 6 }) : ipv6(segment, { from, to, protocol: 6 })
  const type = family === 'IPv4' ? 0x0800 : 0x86dd
  const macs = { from: MACS[isBack ? 1 : 0]!, to: MACS[isBack ? 0 : 1]! }
  return { ms, bytes: vxlan(ethernet(packet, { type, ...macs }), { from: near, to: far }) }
}

/** A connection whose segments follow each other after half a round trip. */
const CONNECTION: Sent[] = [
  { flags: SYN, sequence: 100 },
  { isBack: true, flags: SYN | ACK, sequence: 500, acknowledgment: 101 },
  { sequence: 101, acknowledgment: 501 },
  ...Array.from({ length: 6 }, (_, n): Sent[] => [
    { sequence: 101 + n * 100, acknowledgment: 501 + n * 300, payload: 100 },
    { isBack: true, sequence: 501 + n * 300, acknowledgment: 201 + n * 100, payload: 300 },
    { sequence: 201 + n * 100, acknowledgment: 801 + n * 300 },
  ]).flat(),
  { flags: FIN | ACK, sequence: 701, acknowledgment: 2301 },
  { isBack: true, flags: FIN | ACK, sequence: 2301, acknowledgment: 702 },
  { sequence: 702, acknowledgment: 2302 },
]

/** Bursts of five segments; the receiver acknowledges every other one, and in the end what `lost` leaves of it. */
function bursts(trip: number, lost?: number): [number, Sent][] {
  const opening = CONNECTION.slice(0, 3).map((sent, n): [number, Sent] => [(n * trip) / 2, sent])
  const rounds = Array.from({ length: 5 }, (_, round): [number, Sent][] => {
    const start = 101 + round * 500
    const at = 10 + round * 10
    const data = (n: number): Sent => ({ sequence: start + n * 100, acknowledgment: 501, payload: 100 })
    const ack = (n: number): Sent => ({ isBack: true, sequence: 501, acknowledgment: start + n * 100 })
    const sent = [0, 1, 2, 3, 4].map((n): [number, Sent] => [at + n * 0.01, data(n)])
    if (lost === undefined)
      return [...sent, [at + trip, ack(2)], [at + trip + 0.01, ack(4)], [at + trip + 0.02, ack(5)]]
    const repeats = [0, 1, 2, 3].map((n): [number, Sent] => [at + trip + n * 0.01, ack(lost)])
    return [...sent, ...repeats, [at + trip + 0.05, data(lost)], [at + 2 * trip + 0.05, ack(5)]]
  }).flat()
  return [...opening, ...rounds]
}

/** Every record a second time, `gap` ms later, in the order of the records. */
function twice(packets: Packet[], gap: number): Packet[] {
  return packets
    .flatMap((packet) => [packet, { ...packet, ms: packet.ms! + gap }])
    .sort((left, right) => left.ms! - right.ms!)
}

const copiesOf = (packets: Packet[]): number => summaryOf(packets).capture.duplicatePackets

describe.each(['IPv4', 'IPv6'] as const)('a mirror that records %s twice', (family) => {
  const connection = CONNECTION.map((sent, n) => record(family, n * 2, sent))

  it.each([0.001, 0.02, 0.5, 1.5])('%s ms apart: every segment is a copy, and none was sent again', (gap) => {
    const doubled = twice(connection, gap)
    expect(copiesOf(doubled)).toBe(connection.length)
    expect(codes(doubled)).toEqual(['CAPTURE_DUPLICATES'])
    expect(copiesOf(twice(doubled, 0.0001))).toBe(connection.length * 3)
  })

  it.each([0.025, 0.2, 1.5])('%s ms apart, with others of the burst in between', (gap) => {
    const records = bursts(4).map(([ms, sent]) => record(family, ms, sent))
    const doubled = twice(records, gap)
    expect(codes(doubled)).toEqual(['CAPTURE_DUPLICATES'])
    expect(copiesOf(doubled)).toBe(records.length)
  })

  it('entered in the middle, without a round trip', () => {
    const middle = connection.slice(7)
    expect(codes(twice(middle, 0.02))).toEqual(['CAPTURE_DUPLICATES'])
  })

  it('of one direction alone: the last segment sent tells', () => {
    const oneWay = connection.filter((_, n) => CONNECTION[n]!.isBack !== true)
    expect(only('RETRANSMISSIONS', twice(oneWay, 0.02))).toEqual([])
  })

  it('leaves what was sent again in between one retransmission each', () => {
    const again = [...connection.slice(0, 4), { ...connection[3]!, ms: 300 }, ...connection.slice(4)]
    const records = again.map((packet, n) => ({ ...packet, ms: n < 4 ? packet.ms! : n === 4 ? 300 : packet.ms! + 300 }))
    const [flow] = summaryOf(twice(records, 0.02)).flows
    expect(flow?.tcp?.retransmittedSegments).toBe(1)
  })
})

describe.each(['IPv4', 'IPv6'] as const)('what a sender of %s repeats', (family) => {
  const records = (sent: [number, Sent][]): Packet[] => sent.map(([ms, each]) => record(family, ms, each))

  it('after a timer is no copy', () => {
    const connection = CONNECTION.map((sent, n) => record(family, n * 2, sent))
    const late = { ...connection[3]!, ms: 8.1 }
    const packets = [
      ...connection.slice(0, 4),
      late,
      ...connection.slice(4).map((each) => ({ ...each, ms: each.ms! + 9 })),
    ]
    expect(copiesOf(packets)).toBe(0)
    expect(summaryOf(packets).flows[0]?.tcp?.retransmittedSegments).toBe(1)
  })

  it.each([0, 2, 4])(
    'after three acknowledgments that repeat the last one is none, be it number %i of the burst',
    (lost) => {
      const packets = records(bursts(0.2, lost))
      expect(copiesOf(packets)).toBe(0)
      expect(only('RETRANSMISSIONS', packets)[0]?.count).toBe(5)
    },
  )

  it('is none while the acknowledgments go another way', () => {
    const packets = records(bursts(0.2, 0).filter(([, { isBack }]) => isBack !== true))
    expect(copiesOf(packets)).toBe(0)
  })

  it('is none: a reset that comes again 3 ms later', () => {
    const reset: Sent = { isBack: true, flags: RST, sequence: 501 }
    const opening = CONNECTION.slice(0, 3).map((sent, n): [number, Sent] => [n * 2, sent])
    expect(copiesOf(records([...opening, [9, reset], [12, reset]]))).toBe(0)
  })

  it('is none where nothing repeats', () => {
    expect(copiesOf(records(bursts(0.2)))).toBe(0)
  })
})
