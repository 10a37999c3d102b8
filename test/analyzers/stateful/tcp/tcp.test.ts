/** TCP columns on conversations made by hand: what is a retransmission and what is not, the round trip, the state. */
import { describe, expect, it } from 'vitest'
import type { TcpSummary } from '../../../../src/summary.ts'
import { codes } from '../../../diagnosis/places.ts'
import {
  ACK,
  ethernet,
  FIN,
  ipv4,
  type Packet,
  RST,
  type SegmentOptions,
  SYN,
  summaryOf,
  tcp,
  vxlan,
} from '../../../support/packets.ts'

let identification = 1

/** A segment from a (192.168.0.1:40000) to b (192.168.0.2:80), or back, at a time. */
function segment(ms: number, options: SegmentOptions & { back?: boolean; vni?: number; id?: number } = {}): Packet {
  const { back = false, vni = 100, id = identification++ & 0xffff, ...rest } = options
  const [from, to] = back ? ['192.168.0.2', '192.168.0.1'] : ['192.168.0.1', '192.168.0.2']
  const ports = back ? { from: 80, to: 40_000 } : { from: 40_000, to: 80 }
  const inner = ethernet(ipv4(tcp({ ...ports, ...rest }), { from, to, protocol: 6, id }))
  const outer = back ? { from: '10.0.0.2', to: '10.0.0.1' } : { from: '10.0.0.1', to: '10.0.0.2' }
  return { ms, bytes: vxlan(inner, { vni, ...outer, id: identification++ & 0xffff }) }
}

const sent = (ms: number, sequence: number, payload: number): Packet => segment(ms, { sequence, payload })

/** SYN at 0 ms, SYN-ACK at 1 ms, ACK at 2 ms: sequence numbers go on from 101 and 501. */
const handshake = (): Packet[] => [
  segment(0, { sequence: 100, flags: SYN, mss: 1410 }),
  segment(1, { sequence: 500, acknowledgment: 101, flags: SYN | ACK, mss: 1300, back: true }),
  segment(2, { sequence: 101, acknowledgment: 501 }),
]

function tcpOf(packets: Packet[]): TcpSummary {
  const { flows } = summaryOf(packets)
  expect(flows).toHaveLength(1)
  return flows[0]!.tcp!
}

/** Retransmitted segments and bytes. */
const again = (packets: Packet[]): [number, number] => {
  const { retransmittedSegments, retransmittedBytes } = tcpOf(packets)
  return [retransmittedSegments, retransmittedBytes]
}

describe('handshake', () => {
  it('gives MSS by sender and the time from SYN to the last ACK', () => {
    expect(tcpOf(handshake())).toEqual({
      mssAToB: 1410,
      mssBToA: 1300,
      retransmittedSegments: 0,
      retransmittedBytes: 0,
      rttMs: 2,
      state: 'established',
    })
  })

  it('has no round trip when the SYN was repeated', () => {
    const [syn, ...rest] = handshake()
    const repeated = segment(0.5, { sequence: 100, flags: SYN, mss: 1410 })
    expect(tcpOf([syn!, repeated, ...rest]).rttMs).toBe(null)
  })

  it('has no round trip when time runs backwards or the capture began in between', () => {
    const [syn, synAck, ack] = handshake()
    expect(tcpOf([{ ...syn!, ms: 5 }, synAck!, ack!]).rttMs).toBe(null)
    expect(tcpOf([synAck!, ack!]).rttMs).toBe(null)
    expect(tcpOf([{ ...syn!, ms: null }, synAck!, ack!]).rttMs).toBe(null)
  })

  it('counts a SYN that the capture holds twice once', () => {
    const [syn, synAck, ack] = handshake()
    const copy = { ...syn!, ms: 0.1, interfaceId: 1 }
    expect(tcpOf([syn!, copy, synAck!, ack!]).rttMs).toBe(2)
  })
})

describe('state', () => {
  const data = (): Packet => segment(3, { sequence: 101, payload: 10 })
  const cases: [string, Packet[]][] = [
    ['syn-sent', [segment(0, { flags: SYN, sequence: 1 })]],
    ['established', handshake()],
    ['midstream', [data()]],
    ['closing', [...handshake(), segment(4, { sequence: 101, flags: FIN | ACK })]],
    [
      'closed',
      [
        ...handshake(),
        segment(4, { sequence: 101, flags: FIN | ACK }),
        segment(5, { sequence: 501, flags: FIN | ACK, back: true }),
      ],
    ],
    ['reset', [...handshake(), segment(4, { sequence: 501, flags: RST, back: true })]],
  ]
  it.each(cases)('%s', (state, packets) => expect(tcpOf(packets).state).toBe(state))
})

describe('retransmissions', () => {
  it('counts payload below the highest sequence seen', () => {
    expect(again([sent(0, 0, 100), sent(1, 100, 100), sent(300, 0, 100)])).toEqual([1, 100])
  })

  it('counts only the bytes that were sent before', () => {
    expect(again([sent(0, 0, 100), sent(300, 50, 100)])).toEqual([1, 50])
  })

  it('counts each direction by itself, never across tenants', () => {
    const back = segment(1, { sequence: 0, payload: 100, back: true })
    expect(again([sent(0, 0, 100), back])).toEqual([0, 0])
    const { flows } = summaryOf([sent(0, 0, 100), segment(300, { sequence: 0, payload: 100, vni: 200 })])
    expect(flows.map((flow) => [flow.vni, flow.tcp?.retransmittedSegments])).toEqual([
      [100, 0],
      [200, 0],
    ])
  })

  it('sets keep-alives apart: one byte, just below the next', () => {
    expect(again([sent(0, 0, 100), sent(1000, 99, 1), sent(2000, 99, 1)])).toEqual([0, 0])
    expect(again([sent(0, 0, 100), sent(1000, 98, 1)])).toEqual([1, 1])
  })

  it('sets an ACK without payload apart', () => {
    expect(again([sent(0, 0, 100), sent(1, 50, 0)])).toEqual([0, 0])
  })

  it('takes any order within one round trip for reordering, however many holes it leaves', () => {
    const inOrder = (order: readonly number[], step: number): Packet[] => [
      ...handshake(),
      ...order.map((segment, place) => sent(3 + place * step, 101 + segment * 100, 100)),
    ]
    // The round trip is 2 ms.
    for (const order of [
      [0, 2, 4, 1, 3],
      [0, 3, 2, 1],
      [0, 4, 2, 3, 1, 5],
    ]) {
      expect(again(inOrder(order, 0.3)), order.join(' ')).toEqual([0, 0])
    }
    expect(again(inOrder([0, 2, 4, 1, 3], 3))).toEqual([2, 200])
    // What fills no hole was sent before.
    expect(again(inOrder([0, 2, 4, 1, 3, 1, 3], 0.1))).toEqual([2, 200])
  })

  it('takes a hole that fills within one round trip for reordering', () => {
    const start = 101
    const swapped = (late: number): Packet[] => [
      ...handshake(),
      sent(3, start, 100),
      sent(4, start + 200, 100),
      sent(late, start + 100, 100),
      sent(late + 1, start + 300, 100),
    ]
    // The round trip is 2 ms.
    expect(again(swapped(5.9))).toEqual([0, 0])
    expect(again(swapped(6.1))).toEqual([1, 100])
  })

  it('counts the same bytes again once their hole has been filled', () => {
    const start = 101
    const filled = [...handshake(), sent(3, start, 100), sent(4, start + 200, 100), sent(5, start + 100, 100)]
    expect(again([...filled, sent(5.5, start + 100, 100)])).toEqual([1, 100])
  })

  it('goes on where sequence numbers wrap', () => {
    const top = 2 ** 32 - 100
    expect(again([sent(0, top, 100), sent(1, 0, 100), sent(2, 100, 100)])).toEqual([0, 0])
    expect(again([sent(0, top, 100), sent(1, 0, 100), sent(300, top, 100)])).toEqual([1, 100])
  })

  it('counts a segment that the capture holds twice once', () => {
    const first = sent(0, 0, 100)
    expect(again([first, { ...first, ms: 0.2, interfaceId: 1 }])).toEqual([0, 0])
  })
})

describe('zero-window probes', () => {
  const shut = (ms: number, acknowledgment: number, window = 0): Packet =>
    segment(ms, { sequence: 501, acknowledgment, window, back: true })

  it('are no retransmissions, nor is the segment that begins with their byte', () => {
    const probed = [...handshake(), sent(3, 101, 1000), shut(4, 1101)]
    const probes = [200, 600, 1400].flatMap((ms) => [sent(ms, 1101, 1), shut(ms + 1, 1101)])
    const open = [shut(2000, 1101, 5000), sent(2001, 1101, 1000), sent(2002, 2101, 1000)]
    expect(again([...probed, ...probes, ...open])).toEqual([0, 0])
    // The receiver took the byte of the last probe.
    const taken = [...probed, ...probes, shut(2000, 1102, 5000), sent(2001, 1102, 1000), sent(2002, 2102, 1000)]
    expect(again(taken)).toEqual([0, 0])
  })

  it('are none while the window is open: the same bytes again are a retransmission', () => {
    const tiny = [...handshake(), sent(3, 101, 1000), shut(4, 1101, 5000), sent(5, 1101, 1), sent(300, 1101, 1000)]
    expect(again(tiny)).toEqual([1, 1])
  })
})

describe('a connection entered in the middle', () => {
  const numbered = (ms: number, sequence: number, id: number): Packet =>
    segment(ms, { sequence, payload: 100, acknowledgment: 1, id })

  it('takes what was sent before the first segment for reordering, and what was sent later for a repetition', () => {
    expect(again([numbered(0, 1000, 50), numbered(5, 900, 49), numbered(6, 1100, 51)])).toEqual([0, 0])
    expect(again([numbered(0, 1000, 50), numbered(300, 900, 60)])).toEqual([1, 100])
    // Without identification or timestamps nothing tells.
    expect(again([numbered(0, 1000, 0), numbered(5, 900, 0)])).toEqual([0, 0])
  })

  it('takes a hole that fills late for reordering where the identification says so', () => {
    const late = (id: number): Packet[] => [numbered(0, 1000, 50), numbered(1, 1200, 52), numbered(20, 1100, id)]
    expect(again(late(51))).toEqual([0, 0])
    expect(again(late(53))).toEqual([1, 100])
    expect(again(late(0))).toEqual([1, 100])
  })
})

describe('ports used again', () => {
  it('begins a new connection with the sequence numbers of its SYN', () => {
    const again = summaryOf([
      ...handshake(),
      segment(3, { sequence: 101, payload: 5000 }),
      segment(1000, { sequence: 50, flags: SYN, mss: 1400 }),
      segment(1001, { sequence: 900, acknowledgment: 51, flags: SYN | ACK, back: true }),
      segment(1002, { sequence: 51, acknowledgment: 901 }),
      segment(1003, { sequence: 51, payload: 100 }),
    ])
    expect(again.flows).toHaveLength(1)
    const { tcp } = again.flows[0]!
    expect(tcp).toMatchObject({ retransmittedSegments: 0, rttMs: 2, state: 'established', mssAToB: 1400 })
  })

  it('forgets how the connection before it ended', () => {
    const { tcp } = summaryOf([
      ...handshake(),
      segment(4, { sequence: 501, flags: RST, back: true }),
      segment(1000, { sequence: 5000, flags: SYN }),
    ]).flows[0]!
    expect(tcp?.state).toBe('syn-sent')
  })

  // Both ends have one MAC here.
  const said = (packets: Packet[]) => codes(packets).filter((code) => code !== 'DUPLICATE_MAC')

  /** The end of a connection, and 4 s later another one on its ports with other sequence numbers. */
  const reuse = (isn: number, back: number): Packet[] => [
    segment(0, { sequence: 9000, acknowledgment: 7000, payload: 400 }),
    segment(1, { sequence: 7000, acknowledgment: 9400, payload: 100, back: true }),
    segment(2, { sequence: 9400, acknowledgment: 7100, flags: FIN | ACK }),
    segment(4000, { sequence: isn, flags: SYN, mss: 1400 }),
    segment(4001, { sequence: back, acknowledgment: isn + 1, flags: SYN | ACK, back: true }),
    segment(4002, { sequence: isn + 1, acknowledgment: back + 1 }),
    segment(4003, { sequence: isn + 1, acknowledgment: back + 1, payload: 300 }),
    segment(4004, { sequence: back + 1, acknowledgment: isn + 301, payload: 500, back: true }),
    segment(4005, { sequence: back + 501, acknowledgment: isn + 301, payload: 500, back: true }),
    segment(9000, { sequence: isn + 301, acknowledgment: back + 1001 }),
  ]

  it('begins a new connection after one that was entered in the middle, wherever its numbers are', () => {
    for (const isn of [100, 2_000_000, 0x7000_0000, 0xf000_0000]) {
      for (const back of [200, 1_190_000_000, 0x8000_0000, 0xf000_0000]) {
        expect(said(reuse(isn, back))).toEqual([])
        expect(again(reuse(isn, back))).toEqual([0, 0])
        // Without the SYN the SYN-ACK tells.
        expect(said(reuse(isn, back).toSpliced(3, 1))).toEqual([])
      }
    }
  })

  it('takes a SYN that the capture holds behind its own data for what it is', () => {
    const [syn, ...rest] = handshake()
    const data = segment(3, { sequence: 101, acknowledgment: 501, payload: 100 })
    const late = segment(4, { sequence: 100, flags: SYN, mss: 1410 })
    const repeated = segment(400, { sequence: 101, acknowledgment: 501, payload: 100 })
    expect(again([...rest, data, late, repeated])).toEqual([1, 100])
    expect(again([syn!, ...rest, data, repeated])).toEqual([1, 100])
  })

  it('keeps in mind what never arrived in the connection before', () => {
    const [first, ...rest] = reuse(2_000_000, 1_190_000_000)
    const lost = [
      segment(0.5, { sequence: 9900, acknowledgment: 7000, payload: 400 }),
      segment(0.6, { sequence: 7000, acknowledgment: 9400, back: true }),
    ]
    expect(said([first!, ...lost, ...rest.slice(2)])).toEqual(['DATA_MISSING'])
  })

  it('takes numbers beyond any window for another connection', () => {
    const far = (gap: number) => [
      segment(0, { sequence: 9000, acknowledgment: 7000, payload: 400 }),
      segment(1, { sequence: 7000, acknowledgment: 9400, back: true }),
      segment(2, { sequence: 9400 + gap, acknowledgment: 7000, payload: 400 }),
      segment(3, { sequence: 7000, acknowledgment: 9400, back: true }),
      segment(9000, { sequence: 9800 + gap, acknowledgment: 7000, payload: 1 }),
    ]
    expect(said(far(500))).toEqual(['DATA_MISSING'])
    expect(said(far(1_189_525_573))).toEqual([])
    expect(again(far(-1_189_525_573))).toEqual([0, 0])
  })
})
