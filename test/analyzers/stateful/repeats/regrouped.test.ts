/** TCP data that were recorded twice in segments of other sizes: super-frames at one place, what was on the wire at another. */
import { describe, expect, it } from 'vitest'
import { codes } from '../../../diagnosis/places.ts'
import {
  ACK,
  bytes,
  ethernet,
  ipv4,
  ipv6,
  number,
  type Packet,
  SYN,
  summaryOf,
  vxlan,
} from '../../../support/packets.ts'

/** What a sender puts beside its data: IPv4 identifications, timestamps. */
const SENDERS = {
  'IPv4 with timestamps': { version: 4, isNumbered: true, isTimed: true },
  'IPv4 without timestamps': { version: 4, isNumbered: true, isTimed: false },
  'IPv6 with timestamps': { version: 6, isNumbered: false, isTimed: true },
  'IPv6 without timestamps': { version: 6, isNumbered: false, isTimed: false },
} as const
type Sender = (typeof SENDERS)[keyof typeof SENDERS]

const SIZE = 1300
const SEGMENTS = 8
const HOSTS = { 4: ['192.168.0.1', '192.168.0.2'], 6: ['fd00::1', 'fd00::2'] } as const
const MACS = ['02:00:00:00:00:0a', '02:00:00:00:00:0b'] as const
const VTEPS = ['10.0.0.1', '10.0.0.2'] as const
const HUB = '10.0.0.9'

interface Sent {
  ms: number
  isBack?: boolean
  flags?: number
  sequence: number
  acknowledgment: number
  /** Segments that it holds, and how many were sent before. */
  held?: number
  count: number
  /** When it was sent, which its timestamp says; some time after, it is recorded. */
  clock?: number
  vteps?: readonly [string, string]
}

function record(sender: Sender, sent: Sent, interfaceId: number): Packet {
  const { ms, isBack = false, flags = ACK, sequence, acknowledgment, held = 0, count, clock = ms } = sent
  const [from, to] = isBack ? ([1, 0] as const) : ([0, 1] as const)
  const options = sender.isTimed
    ? bytes(1, 1, 8, 10, number(1000 + Math.floor(clock), 4), number(1, 4))
    : bytes(flags & SYN ? [2, 4, ...number(SIZE, 2)] : [])
  const ports = bytes(number(isBack ? 80 : 40_000, 2), number(isBack ? 40_000 : 80, 2))
  const head = bytes(ports, number(sequence, 4), number(acknowledgment, 4), ((20 + options.length) / 4) << 4, flags)
  const segment = bytes(head, number(0xffff, 2), 0, 0, 0, 0, options, new Uint8Array(held * SIZE).fill(count))
  const ends = { from: HOSTS[sender.version][from], to: HOSTS[sender.version][to], protocol: 6 }
  const id = sender.isNumbered ? (isBack ? 30_000 : 7_000) + count : 0
  const packet = sender.version === 4 ? ipv4(segment, { ...ends, id }) : ipv6(segment, ends)
  const frame = ethernet(packet, { type: sender.version === 4 ? 0x0800 : 0x86dd, from: MACS[from], to: MACS[to] })
  const [near, far] = sent.vteps ?? [VTEPS[from], VTEPS[to]]
  return { ms, interfaceId, bytes: vxlan(frame, { from: near, to: far, id: count + 1 }) }
}

/** Where a part of a connection passes. */
interface Place {
  /** Segments of one record at most. */
  held: number
  interfaceId: number
  /** Milliseconds behind the sender, or, of what comes back, behind the receiver's end. */
  delay: number
  backDelay: number
  vteps?: readonly [string, string]
  backVteps?: readonly [string, string]
}

/**
 * A connection of ten bursts as one place has it. @param lost - Whether the fourth segment of three bursts was lost before it, or is sent
 * again.
 */
function connection(sender: Sender, place: Place, lost: 'none' | 'here' | 'later' = 'none'): Packet[] {
  const { held, interfaceId, delay, backDelay } = place
  const packets: Packet[] = []
  let count = 0
  let answers = 0
  const send = (sent: Omit<Sent, 'count'> & { count?: number }) => {
    const isBack = sent.isBack === true
    const own = isBack ? { count: answers++, vteps: place.backVteps } : { count, vteps: place.vteps }
    const late = { clock: sent.ms, ms: sent.ms + (isBack ? backDelay : delay) }
    packets.push(record(sender, { ...own, ...sent, ...late } as Sent, interfaceId))
  }
  send({ ms: 0, flags: SYN, sequence: 100, acknowledgment: 0 })
  send({ ms: 1, isBack: true, flags: SYN | ACK, sequence: 500, acknowledgment: 101 })
  count = 1
  send({ ms: 2, sequence: 101, acknowledgment: 501 })
  count = 2
  for (let burst = 0; burst < 10; burst++) {
    const ms = 10 + burst * 20
    const start = 101 + burst * SEGMENTS * SIZE
    const isLossy = lost !== 'none' && burst % 4 === 1
    for (let first = 0; first < SEGMENTS; ) {
      const isGone = (segment: number): boolean => isLossy && lost === 'here' && segment === 3
      if (isGone(first)) {
        first++
        continue
      }
      let end = first + 1
      while (end < SEGMENTS && end - first < held && !isGone(end)) end++
      const sequence = start + first * SIZE
      send({ ms: ms + first * 0.01, sequence, acknowledgment: 501, held: end - first, count: count + first })
      first = end
    }
    count += SEGMENTS
    const told = isLossy ? [1, 2, 3, 3, 3, 3, 3] : [2, 4, 6, 8]
    told.forEach((segments, n) => {
      send({ ms: ms + 1 + n * 0.01, isBack: true, sequence: 501, acknowledgment: start + segments * SIZE })
    })
    if (!isLossy) continue
    send({ ms: ms + 3, sequence: start + 3 * SIZE, acknowledgment: 501, held: 1, count: count++ })
    send({ ms: ms + 5, isBack: true, sequence: 501, acknowledgment: start + SEGMENTS * SIZE })
  }
  return packets
}

/** Files one after the other: each has an interface of its own, numbered in their order. */
const inTurn = (...files: Packet[][]): Packet[] =>
  files.flatMap((packets, interfaceId) => packets.map((packet) => ({ ...packet, interfaceId })))
const byTime = (packets: Packet[]): Packet[] => [...packets].sort((left, right) => left.ms! - right.ms!)
const retransmitted = ({ flows }: ReturnType<typeof summaryOf>): number => flows[0]!.tcp!.retransmittedSegments

const NEAR: Place = { held: SEGMENTS, interfaceId: 0, delay: 0, backDelay: 0.3 }
const FAR: Place = { held: 1, interfaceId: 1, delay: 0.3, backDelay: 0 }

describe.each(Object.entries(SENDERS))('%s', (_, sender) => {
  it.each([
    ['super-frames at the sender', NEAR, FAR],
    ['super-frames at the receiver', { ...NEAR, held: 1 }, { ...FAR, held: SEGMENTS }],
    ['super-frames of other sizes', NEAR, { ...FAR, held: 4 }],
  ])('both ends with %s: in any order of the files nothing was sent again', (_name, near, far) => {
    const [here, there] = [connection(sender, near), connection(sender, far)]
    for (const packets of [byTime([...here, ...there]), inTurn(here, there), inTurn(there, here)]) {
      expect(codes(packets)).toEqual(['CAPTURE_DUPLICATES', 'SUPER_FRAME'])
      const summary = summaryOf(packets)
      expect(retransmitted(summary)).toBe(0)
      expect(summary.tunnel.vxlanPackets).toBe(packets.length)
    }
  })

  it('finds what was sent again between the ends, once', () => {
    const near = connection(sender, NEAR, 'later')
    const far = connection(sender, FAR, 'here')
    for (const packets of [byTime([...near, ...far]), inTurn(near, far), inTurn(far, near)]) {
      expect(retransmitted(summaryOf(packets))).toBe(3)
      expect(codes(packets)).toContain('RETRANSMISSIONS')
    }
  })

  it('finds it at one end', () => {
    expect(retransmitted(summaryOf(connection(sender, NEAR, 'later')))).toBe(3)
    expect(retransmitted(summaryOf(connection(sender, { ...FAR, interfaceId: 0 }, 'later')))).toBe(3)
  })

  it('a hub that joins segments relays them', () => {
    const inward: Place = { ...FAR, interfaceId: 0, delay: 0, vteps: [VTEPS[0], HUB], backVteps: [HUB, VTEPS[0]] }
    const outward: Place = { ...NEAR, delay: 0.1, vteps: [HUB, VTEPS[1]], backVteps: [VTEPS[1], HUB] }
    const packets = byTime([
      ...connection(sender, { ...inward, backDelay: 0.1 }),
      ...connection(sender, { ...outward, backDelay: 0 }),
    ])
    expect(codes(packets)).toEqual(['RELAYED', 'SUPER_FRAME'])
    expect(retransmitted(summaryOf(packets))).toBe(0)
  })
})

it('a path that changes while data are lost has them sent again', () => {
  const sender = SENDERS['IPv4 with timestamps']
  const packets = connection(sender, { ...NEAR, backDelay: 0 })
  const sequence = 101 + 5 * SEGMENTS * SIZE
  const sent = { sequence, acknowledgment: 501, held: 1 }
  const burst = [0, 1, 2, 3].map((n) =>
    record(sender, { ...sent, ms: 110, sequence: sequence + n * SIZE, count: 50 + n }, 0),
  )
  const again = [0, 1, 2, 3].map((n) =>
    record(sender, { ...sent, ms: 330, sequence: sequence + n * SIZE, count: 60 + n }, 1),
  )
  expect(retransmitted(summaryOf([...packets.filter(({ ms }) => ms! < 109), ...burst, ...again]))).toBe(4)
})

it('both ends merged to one interface: identifications or timestamps tell', () => {
  for (const sender of [
    SENDERS['IPv4 with timestamps'],
    SENDERS['IPv4 without timestamps'],
    SENDERS['IPv6 with timestamps'],
  ]) {
    const packets = byTime([...connection(sender, NEAR), ...connection(sender, { ...FAR, interfaceId: 0 })])
    expect(codes(packets)).toEqual(['CAPTURE_DUPLICATES', 'SUPER_FRAME'])
    expect(retransmitted(summaryOf(packets))).toBe(0)
  }
})
