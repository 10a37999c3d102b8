/** How traffic behaves: planted losses, repeats, copies and floods are found wherever they are planted, and are gone without. */
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RoundTrips } from '../../../src/diagnosis/round-trips.ts'
import { summarizeFiles } from '../../../src/node-summarize.ts'
import { asFile, unselected } from '../../support/display-filters.ts'
import {
  ACK,
  analysisOf,
  bytes,
  ethernet,
  FIN,
  ipv4,
  number,
  type Packet,
  SYN,
  tcp,
  vxlan,
} from '../../support/packets.ts'
import { because, LAB } from '../../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../../support/tshark.ts'
import { ask, codes, findingsOf, fresh, HERE, healthy, only, type Place, ping, places, segment } from '../places.ts'

const RUNS = { numRuns: 20 }
const CODES = [
  'ECHO_UNANSWERED',
  'RETRANSMISSIONS',
  'DUPLICATED_PACKETS',
  'BUM_FLOOD',
  'LOW_ENTROPY',
  'REPLICATION_INCOMPLETE',
]

/** Ends a capture at a time, with a packet that is nobody's business. */
const end = (ms: number): Packet => ping({ ...HERE, vni: 9, ips: ['10.99.0.1', '10.99.0.2'] }, 'reply', 1, ms)

describe('ECHO_UNANSWERED', () => {
  it('tells a burst from scattered losses, and from a host that never answers', () => {
    const pings = (isAnswered: (n: number) => boolean) =>
      Array.from({ length: 12 }, (_, n) => [
        ping(HERE, 'request', n, n * 100),
        ...(isAnswered(n) ? [ping(HERE, 'reply', n, n * 100 + 1)] : []),
      ]).flat()
    const told = (isAnswered: (n: number) => boolean) => {
      const [found] = only('ECHO_UNANSWERED', [...pings(isAnswered), ping(HERE, 'request', 99, 9000)])
      return [/consecutive/.test(found!.observed), /scattered/.test(found!.observed)]
    }
    expect(told((n) => n < 4 || n > 7)).toEqual([true, false])
    expect(told((n) => n % 3 !== 0)).toEqual([false, true])
    expect(told(() => false)).toEqual([false, false])
  })

  it('counts the requests without a reply, and names the first ones', () => {
    const lost = fc.uniqueArray(fc.integer({ min: 0, max: 29 }), { minLength: 1, maxLength: 29 })
    fc.assert(
      fc.property(places, lost, (place, missing) => {
        const packets = Array.from({ length: 30 }, (_, n) => [
          ping(place, 'request', n, n * 50),
          ...(missing.includes(n) ? [] : [ping(place, 'reply', n, n * 50 + 1)]),
        ]).flat()
        const requests = packets.flatMap((packet, index) => (packet.ms! % 50 === 0 ? [index + 1] : []))
        const numbers = [...missing].sort((left, right) => left - right).map((n) => requests[n]!)
        const [found, ...rest] = only('ECHO_UNANSWERED', [...packets, end(5000)])
        expect(rest).toEqual([])
        expect(found).toMatchObject({
          severity: 'warning',
          subject: { vni: place.vni, vteps: place.vteps.slice(0, 2) },
          count: missing.length,
          packets: numbers.slice(0, 10),
        })
      }),
      RUNS,
    )
  })

  it('counts what each end asks by itself: that the other end is answered is not that this one is', () => {
    const asks = (from: 0 | 1, isAnswered: (n: number) => boolean) =>
      Array.from({ length: 10 }, (_, n) => [
        ping(HERE, 'request', n, n * 500 + from * 200, { from }),
        ...(isAnswered(n) ? [ping(HERE, 'reply', n, n * 500 + from * 200 + 1, { from: from === 0 ? 1 : 0 })] : []),
      ]).flat()
    const told = (...packets: Packet[][]) =>
      only(
        'ECHO_UNANSWERED',
        [...packets.flat(), end(9000)].sort((left, right) => left.ms! - right.ms!),
      ).map(({ title, inferred, observed }) => [
        title.split(' echo')[0],
        /one burst/.test(observed),
        /Pings of the other side were answered/.test(inferred),
        /down or does not answer/.test(inferred),
      ])
    const [never, always] = [() => false, () => true]
    expect(told(asks(0, never), asks(1, always))).toEqual([['10 of 10', false, true, false]])
    expect(told(asks(0, never), asks(1, never))).toEqual([
      ['10 of 10', false, false, true],
      ['10 of 10', false, false, true],
    ])
    expect(
      told(
        asks(0, (n) => n < 4 || n > 6),
        asks(1, always),
      ),
    ).toEqual([['3 of 10', true, false, false]])
    expect(told(asks(0, always), asks(1, always))).toEqual([])
    // Answered before, and dead since.
    const before = asks(1, always).map((packet) => ({ ...packet, ms: packet.ms! - 6000 }))
    expect(told(before, asks(0, never))).toEqual([['10 of 10', false, false, true]])
  })

  it('allows for the edge of the capture: ten round trips of the flow, 100 ms at least, a second while none is known', () => {
    const request = ping(HERE, 'request', 1, 1000)
    const known = [ping(HERE, 'request', 0, 0), ping(HERE, 'reply', 0, 1)]
    expect(only('ECHO_UNANSWERED', [...known, request, end(1100)])).toEqual([])
    expect(only('ECHO_UNANSWERED', [...known, request, end(1101)])).toHaveLength(1)
    expect(only('ECHO_UNANSWERED', [request, end(2000)])).toEqual([])
    expect(only('ECHO_UNANSWERED', [request, end(2001)])).toHaveLength(1)
    const slow = [ping(HERE, 'request', 0, 0), ping(HERE, 'reply', 0, 80)]
    expect(only('ECHO_UNANSWERED', [...slow, request, end(1800)])).toEqual([])
    expect(only('ECHO_UNANSWERED', [...slow, request, end(1801)])).toHaveLength(1)
  })

  it('takes the round trip between the VTEPs from whatever else shows it', () => {
    const other: Place = { ...HERE, vni: 8, ips: ['10.99.0.1', '10.99.0.2'] }
    const request = ping(HERE, 'request', 1, 1000)
    const found = (known: Packet[], ms: number) => only('ECHO_UNANSWERED', [...known, request, end(ms)]).length
    const pinged = [ping(other, 'request', 1, 0), ping(other, 'reply', 1, 30)]
    expect([found(pinged, 1300), found(pinged, 1301)]).toEqual([0, 1])
    const syns = [0, 10].map((ms) => segment(other, { flags: SYN, sequence: 0 }, ms))
    const opened = [
      segment(other, { flags: SYN | ACK, sequence: 0, acknowledgment: 1 }, 39, { from: 1 }),
      segment(other, { sequence: 1, acknowledgment: 1 }, 40),
    ]
    expect([found([syns[0]!, ...opened], 1400), found([syns[0]!, ...opened], 1401)]).toEqual([0, 1])
    // A repeated SYN measures no round trip, and yet none is longer than this.
    expect([found([...syns, ...opened], 1400), found([...syns, ...opened], 1401)]).toEqual([0, 1])
    const fin = segment(other, { flags: FIN | ACK, sequence: 5, acknowledgment: 9 }, 0)
    const back = { flags: FIN | ACK, sequence: 9, acknowledgment: 6 }
    const closed = [fin, segment(other, back, 20, { from: 1 })]
    expect([found(closed, 1200), found(closed, 1201)]).toEqual([0, 1])
    // The other side acknowledges, and closes when it is done: nothing is measured.
    const halves = [fin, segment(other, { sequence: 9, acknowledgment: 6 }, 1, { from: 1 })]
    const later = [...halves, segment(other, back, 20, { from: 1 })]
    expect([found(later, 2000), found(later, 2001)]).toEqual([0, 1])
  })

  it('waits longer where replies to requests from before the capture show how long they take', () => {
    const requests = [11, 12, 13].map((n) => ping(HERE, 'request', n, (n - 11) * 200))
    const replies = [8, 9, 10].map((n) => ping(HERE, 'reply', n, 1300 + (n - 8) * 200))
    expect(only('ECHO_UNANSWERED', [...requests, ...replies])).toEqual([])
    // Replies to requests of the capture's own time, which it did not see, tell nothing.
    const strangers = [18, 19, 20].map((n) => ping(HERE, 'reply', n, 1300 + (n - 18) * 200))
    expect(only('ECHO_UNANSWERED', [...requests, ...strangers])).toHaveLength(1)
  })

  const copied = ping(HERE, 'request', 1, 0)
  const cases: [string, Packet[]][] = [
    [
      'a request of which the capture holds a copy',
      [copied, { ...copied, ms: 1, interfaceId: 1 }, ping(HERE, 'reply', 1, 2)],
    ],
    ['a reply that was recorded before its request', [ping(HERE, 'reply', 1, 1), ping(HERE, 'request', 1, 0)]],
    ['a reply in another VNI', [ping(HERE, 'request', 1, 0), ping(HERE, 'reply', 1, 1, { vni: 4 })]],
    ['a traceroute', [0, 1, 2].flatMap((n) => expired(HERE, n, n * 100))],
    ['a request to a group', [toGroup(ping(HERE, 'request', 1, 0))]],
    ['a record without time', [{ ...ping(HERE, 'request', 1, 0), ms: null }]],
  ]
  it.each(cases)('is not %s', (_, packets) => {
    expect(only('ECHO_UNANSWERED', [...packets, end(5000)])).toEqual([])
  })

  it('is not the hop of a traceroute that says nothing, though others do and the target answers', () => {
    /** Rounds of four hops: routers 1 and 3 say that the TTL ran out, 2 says nothing, 4 is the target. */
    const traced = (isLost: (round: number) => boolean, answering = 4) =>
      [0, 1, 2, 3].flatMap((round) => {
        const [n, ms] = [round * 4, round * 1000]
        const target = ping(HERE, 'request', n + 3, ms + 300, { ttl: 4 })
        return [
          ...expired(HERE, n, ms),
          ping(HERE, 'request', n + 1, ms + 100, { ttl: 2 }),
          ...expired(HERE, n + 2, ms + 200, 3),
          target,
          ...(round < answering && !isLost(round) ? [ping(HERE, 'reply', n + 3, ms + 301)] : []),
        ]
      })
    const told = (packets: Packet[]) => only('ECHO_UNANSWERED', [...packets, end(9000)])
    expect(told(traced(() => false))).toEqual([])
    // The target's own answers are lost in two rounds.
    expect(told(traced((round) => round % 2 === 0))).toMatchObject([{ count: 2 }])
    // Nothing runs out and all have the hops of a host: ordinary loss.
    const pings = [1, 2, 3, 4].flatMap((n) => [
      ping(HERE, 'request', n, n * 100),
      ...(n % 2 === 0 ? [ping(HERE, 'reply', n, n * 100 + 1)] : []),
    ])
    expect(told(pings)).toMatchObject([{ count: 2 }])
    // A traceroute beside them explains nothing of it.
    expect(
      told([...traced(() => false), ...pings.map((packet) => ({ ...packet, ms: packet.ms! + 5000 }))]),
    ).toHaveLength(1)
  })

  it('remembers requests that left the window, and forgets none that may yet be answered', () => {
    const packets = Array.from({ length: 20 }, (_, n) => ping(HERE, 'request', n, n * 500))
    const missed = (limit: number) => {
      const analysis = analysisOf([...packets, end(20_000)], { limits: { window: limit } })
      const { isAtEnd } = new RoundTrips(analysis)
      return analysis.stateful.echo.unanswered(isAtEnd).reduce((sum, { count }) => sum + count, 0)
    }
    expect(missed(4)).toBe(20)
    expect(missed(128)).toBe(20)
  })
})

/** A connection with `count` data segments of 1000 bytes, 1 ms apart, each acknowledged at once. */
function connection(place: Place, count: number, start = 0): Packet[] {
  const data = Array.from({ length: count }, (_, n) => [
    dataSegment(place, n, start + 10 + n),
    segment(place, { flags: ACK, sequence: 501, acknowledgment: 101 + (n + 1) * 1000 }, start + 10.2 + n, { from: 1 }),
  ]).flat()
  return [
    segment(place, { flags: SYN, sequence: 100 }, start),
    segment(place, { flags: SYN | ACK, sequence: 500, acknowledgment: 101 }, start + 0.2, { from: 1 }),
    segment(place, { sequence: 101, acknowledgment: 501 }, start + 0.4),
    ...data,
  ]
}

/** The n-th data segment of {@link connection}. */
function dataSegment(place: Place, n: number, ms: number, way = {}): Packet {
  return segment(place, { sequence: 101 + n * 1000, acknowledgment: 501, payload: 1000 }, ms, way)
}

describe('RETRANSMISSIONS', () => {
  it('needs two segments and 1 % of those of the pair and VNI', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 2, max: 20 }), (place, repeats) => {
        const again = Array.from({ length: repeats }, (_, n) => dataSegment(place, n, 60 + n))
        const [found, ...rest] = only('RETRANSMISSIONS', [...connection(place, 40), ...again])
        expect(rest).toEqual([])
        expect(found).toMatchObject({ severity: 'warning', subject: { vni: place.vni }, count: repeats })
        expect(new Set(found!.subject.vteps)).toEqual(new Set(place.vteps.slice(0, 2)))
        expect(found!.packets[0]).toBe(84)
        expect(found!.observed).toContain(`${repeats} of ${40 + repeats} data segments`)
      }),
      RUNS,
    )
    const rare = [...connection(HERE, 250), dataSegment(HERE, 1, 300), dataSegment(HERE, 2, 301)]
    expect(only('RETRANSMISSIONS', rare)).toEqual([])
  })

  it('sets aside what the receiver reports that it had', () => {
    const again = [0, 1, 2].map((n) => dataSegment(HERE, n, 60 + n))
    const report = (n: number) => duplicateSack(HERE, 101 + 40_000, 101 + n * 1000, 101 + (n + 1) * 1000, 70 + n)
    const repeats = (...reports: Packet[]) =>
      only('RETRANSMISSIONS', [...connection(HERE, 40), ...again, ...reports]).map(({ count, observed }) => [
        count,
        observed.includes('1 of them was spurious'),
      ])
    expect(repeats()).toEqual([[3, false]])
    expect(repeats(report(0))).toEqual([[3, true]])
    expect(repeats(report(0), report(1))).toEqual([])
    // What another connection's receiver reports says nothing of these.
    const other = { ...HERE, ips: ['192.168.0.8', '192.168.0.9'] as [string, string] }
    const foreign = [0, 1, 2].map((n) => duplicateSack(other, 4101, 101 + n * 1000, 1101 + n * 1000, 80 + n))
    expect(repeats(...foreign)).toEqual([[3, false]])
  })

  it('or one that came 200 ms after the last data', () => {
    const once = (ms: number) => only('RETRANSMISSIONS', [...connection(HERE, 40), dataSegment(HERE, 39, ms)])
    expect(once(248)).toEqual([])
    expect(once(249)).toHaveLength(1)
    expect(once(249)[0]!.observed).toContain('200 ms at most')
  })

  const segments = connection(HERE, 10)
  const cases: [string, Packet[]][] = [
    ['a healthy connection', segments],
    [
      'copies of another interface',
      segments.flatMap((packet) => [packet, { ...packet, ms: packet.ms! + 0.1, interfaceId: 1 }]),
    ],
    ['the same connection of another tenant', [...segments, ...connection({ ...HERE, vni: 200 }, 10, 5)]],
    [
      'keep-alives',
      [
        ...segments,
        ...[1, 2, 3].map((s) => segment(HERE, { sequence: 10_100, acknowledgment: 501, payload: 1 }, s * 1000)),
      ],
    ],
    [
      'segments that overtook each other',
      [...segments.slice(0, 3), dataSegment(HERE, 1, 10), dataSegment(HERE, 0, 10.1)],
    ],
    ['what repeats outside any connection', [0, 1, 2].map((s) => dataSegment(HERE, 0, s * 1000))],
  ]
  it.each(cases)('is not %s', (_, packets) => {
    expect(only('RETRANSMISSIONS', packets)).toEqual([])
  })
})

/** An acknowledgment with a D-SACK block. */
function duplicateSack(place: Place, acknowledgment: number, left: number, right: number, ms: number): Packet {
  const options = bytes(1, 1, 5, 10, number(left, 4), number(right, 4))
  const head = bytes(number(80, 2), number(40_000, 2), number(501, 4), number(acknowledgment, 4))
  const rest = bytes(((20 + 12 + 12) / 4) << 4, ACK, 0xff, 0xff, 0, 0, 0, 0)
  const timestamps = bytes(1, 1, 8, 10, number(7, 4), number(8, 4))
  const body = ipv4(bytes(head, rest, timestamps, options), {
    from: place.ips[1],
    to: place.ips[0],
    protocol: 6,
    id: fresh(),
  })
  const frame = ethernet(body, { from: place.macs[1], to: place.macs[0] })
  const { vni, port, vteps } = place
  return { bytes: vxlan(frame, { vni, port, from: vteps[1], to: vteps[0], id: fresh() }), ms }
}

describe('DUPLICATED_PACKETS', () => {
  /** An echo request twice, with one reply or two. */
  const doubled = (place: Place, n: number, ms: number, replies: number): Packet[] => {
    const request = ping(place, 'request', n, ms)
    return [request, ping(place, 'reply', n, ms + 0.1), { ...request, ms: ms + 0.5 }].concat(
      replies === 2 ? [ping(place, 'reply', n, ms + 0.6)] : [],
    )
  }
  const duplicates = (packets: Packet[]): number => only('CAPTURE_DUPLICATES', packets)[0]?.count ?? 0

  it('is proved by a second answer, and takes the other copies of that direction with it', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 0, max: 5 }), (place, others) => {
        const proof = doubled(place, 900, 2000, 2)
        const unproved = Array.from({ length: others }, (_, n) => doubled(place, 901 + n, 2100 + n * 20, 1)).flat()
        const packets = [...healthy(place), ...proof, ...unproved]
        const [found, ...rest] = only('DUPLICATED_PACKETS', packets)
        expect(rest).toEqual([])
        expect(found).toMatchObject({
          severity: 'warning',
          subject: { vni: place.vni, vteps: place.vteps.slice(0, 2) },
          count: 1 + others,
        })
        expect(found!.packets[0]).toBe(25)
        expect(duplicates(packets)).toBe(0)
        expect(only('RETRANSMISSIONS', packets)).toEqual([])
      }),
      RUNS,
    )
  })

  /** The same inner frame in another datagram of the same VTEP: an identification one higher, a header checksum one lower. */
  const inAnother = (packet: Packet, ms: number): Packet => {
    const copy = Uint8Array.from(packet.bytes)
    const view = new DataView(copy.buffer)
    view.setUint16(18, view.getUint16(18) + 1)
    view.setUint16(24, view.getUint16(24) - 1)
    return { ...packet, bytes: copy, ms }
  }

  it('is proved by second answers as well where each copy is a datagram of its own', () => {
    const packets = [0, 1, 2, 3].flatMap((n) => {
      const ms = 2000 + n * 100
      const request = ping(HERE, 'request', 900 + n, ms)
      const replies = [0.5, 0.6].map((later) => ping(HERE, 'reply', 900 + n, ms + later))
      return [request, inAnother(request, ms + 0.1), ...replies]
    })
    expect(codes([...healthy(HERE), ...packets])).toEqual(['DUPLICATED_PACKETS'])
  })

  it('is no question that its sender asks again, in a datagram of its own', () => {
    const packets = [0, 1, 2, 3].flatMap((n) => {
      const ms = 2000 + n * 100
      const request = ping(HERE, 'request', 900 + n, ms)
      return [request, ping(HERE, 'reply', 900 + n, ms + 0.5), inAnother(request, ms + 50)]
    })
    expect(only('DUPLICATED_PACKETS', [...healthy(HERE), ...packets])).toEqual([])
    expect(only('CAPTURE_DUPLICATES', [...healthy(HERE), ...packets])).toEqual([])
  })

  it('without a second answer the capture made the copies', () => {
    const packets = [...healthy(HERE), ...doubled(HERE, 900, 2000, 1), ...doubled(HERE, 901, 2100, 1)]
    expect(codes(packets)).toEqual(['CAPTURE_DUPLICATES'])
    expect(duplicates(packets)).toBe(2)
  })

  it('a second answer that is itself a copy proves nothing', () => {
    const both = doubled(HERE, 900, 2000, 1)
    const packets = [...healthy(HERE), ...both, { ...both[1]!, ms: 2000.7 }]
    expect(only('DUPLICATED_PACKETS', packets)).toEqual([])
    expect(duplicates(packets)).toBe(2)
  })

  it('nor does a copy on another interface, whatever the answers', () => {
    const proof = doubled(HERE, 900, 2000, 2)
    const packets = [...healthy(HERE), ...proof.map((packet, n) => (n === 2 ? { ...packet, interfaceId: 1 } : packet))]
    expect(only('DUPLICATED_PACKETS', packets)).toEqual([])
  })

  it('copies of the other direction stay the capture’s', () => {
    const reply = ping(HERE, 'reply', 950, 3001)
    const packets = [...doubled(HERE, 900, 2000, 2), ping(HERE, 'request', 950, 3000), reply, { ...reply, ms: 3001.5 }]
    expect(only('DUPLICATED_PACKETS', packets)).toHaveLength(1)
    expect(duplicates(packets)).toBe(1)
  })

  it('is proved by a D-SACK, or by an acknowledgment that repeats the last one', () => {
    const data = connection(HERE, 10)
    const again = { ...data[17]!, ms: data[17]!.ms! + 0.5 }
    expect(only('DUPLICATED_PACKETS', [...data.slice(0, 19), again])).toEqual([])
    const sack = duplicateSack(HERE, 101 + 8000, 101 + 7000, 101 + 8000, again.ms + 0.1)
    const repeat = segment(HERE, { flags: ACK, sequence: 501, acknowledgment: 101 + 8000 }, again.ms + 0.1, { from: 1 })
    for (const reaction of [sack, repeat]) {
      const found = only('DUPLICATED_PACKETS', [...data.slice(0, 19), again, reaction])
      expect(found).toMatchObject([{ count: 1, packets: [20] }])
      expect(found[0]!.observed).toContain('1 TCP segment reported')
    }
    const lesser = segment(HERE, { flags: ACK, sequence: 501, acknowledgment: 101 + 7000 }, again.ms + 0.1, { from: 1 })
    expect(only('DUPLICATED_PACKETS', [...data.slice(0, 19), again, lesser])).toEqual([])
  })
})

describe('BUM_FLOOD and what goes with it', () => {
  const questions = (count: number, peers: string[], vtep = HERE.vteps[0]): Packet[] =>
    Array.from({ length: count }, (_, n) =>
      peers.map((peer, index) => ask(HERE, `192.168.0.${100 + n}`, n * 100 + index, { vtep, peer })),
    ).flat()

  it('needs five frames and a quarter of the VNI', () => {
    expect(only('BUM_FLOOD', questions(4, [HERE.vteps[1]]))).toEqual([])
    const five = [...questions(5, [HERE.vteps[1]]), ...healthy(HERE, 5000).slice(2, 17)]
    expect(only('BUM_FLOOD', five)).toMatchObject([{ severity: 'note', subject: { vni: 100 }, count: 5 }])
    expect(only('BUM_FLOOD', [...questions(5, [HERE.vteps[1]]), ...healthy(HERE, 5000).slice(2, 18)])).toEqual([])
  })

  it('tells a group from head-end replication', () => {
    const group = only('BUM_FLOOD', questions(5, ['239.1.1.1']))[0]!
    expect(group.observed).toContain('by multicast to 239.1.1.1.')
    const replicated = only('BUM_FLOOD', questions(5, ['10.0.0.2', '10.0.0.3']))[0]!
    expect(replicated.count).toBe(10)
    expect(replicated.observed).toContain('5 replicated')
    expect(replicated.observed).toContain('by head-end replication at 10.0.0.1.')
  })

  it('says when VTEPs of one VNI flood in different ways', () => {
    const mixed = [...questions(5, ['10.0.0.2', '10.0.0.3']), ...questions(5, ['239.1.1.1'], '10.0.0.2')]
    expect(only('BUM_FLOOD', mixed)[0]!.remedy).toContain('use one way')
  })

  it('REPLICATION_INCOMPLETE: a VTEP that took part before is left out', () => {
    const spoke = ask(HERE, HERE.ips[0], 0, { vtep: '10.0.0.4', peer: '10.0.0.1', from: 1 })
    const flood = questions(3, ['10.0.0.2', '10.0.0.3']).map((packet) => ({ ...packet, ms: packet.ms! + 10 }))
    expect(only('REPLICATION_INCOMPLETE', [spoke, ...flood])).toMatchObject([
      { severity: 'note', subject: { vni: 100, vteps: ['10.0.0.1', '10.0.0.4'] } },
    ])
    expect(only('REPLICATION_INCOMPLETE', flood)).toEqual([])
    expect(only('REPLICATION_INCOMPLETE', [...flood, { ...spoke, ms: 5000 }])).toEqual([])
    const complete = questions(3, ['10.0.0.2', '10.0.0.3', '10.0.0.4'])
    expect(only('REPLICATION_INCOMPLETE', [spoke, ...complete])).toEqual([])
  })
})

describe('LOW_ENTROPY', () => {
  /** `flows` connections over `ports` outer source ports. */
  const spread = (flows: number, ports: number): Packet[] =>
    Array.from({ length: flows }, (_, n) => {
      const packet = segment(HERE, { from: 20_000 + n, flags: SYN, sequence: n }, n)
      new DataView(packet.bytes.buffer).setUint16(34, 50_000 + (n % ports))
      return packet
    })

  it('is one source port, or fewer, for every eight conversations', () => {
    expect(only('LOW_ENTROPY', spread(8, 1))).toMatchObject([
      { severity: 'note', subject: { vteps: ['10.0.0.1', '10.0.0.2'] }, count: 8 },
    ])
    expect(only('LOW_ENTROPY', spread(7, 1))).toEqual([])
    expect(only('LOW_ENTROPY', spread(15, 2))).toEqual([])
    expect(only('LOW_ENTROPY', spread(64, 8))).toHaveLength(1)
    expect(only('LOW_ENTROPY', spread(64, 64))).toEqual([])
  })

  it('is nothing of NVGRE, which has no ports, beside VXLAN of the same VTEPs neither', () => {
    const nvgre = (n: number): Packet => {
      const inner = ipv4(tcp({ from: 20_000 + n, to: 80, flags: SYN, sequence: n }), {
        from: HERE.ips[0],
        to: HERE.ips[1],
        protocol: 6,
      })
      const gre = bytes(0x20, 0, 0x65, 0x58, number(100, 3), n, ethernet(inner, { from: HERE.macs[0] }))
      return { bytes: ethernet(ipv4(gre, { from: HERE.vteps[0], to: HERE.vteps[1], protocol: 47, id: n + 1 })), ms: n }
    }
    const many = Array.from({ length: 16 }, (_, n) => nvgre(n))
    expect(only('LOW_ENTROPY', many)).toEqual([])
    expect(only('LOW_ENTROPY', [...many, ...spread(7, 1)])).toEqual([])
    expect(only('LOW_ENTROPY', [...many, ...spread(8, 1)])).toHaveLength(1)
  })
})

describe.skipIf(TSHARK === undefined)(`display filters${becauseOfTshark()}`, () => {
  it.each([4789, 8472])('select the packets that a finding names, on port %i', async (port) => {
    const place = { ...HERE, port }
    const request = ping(place, 'request', 700, 3000)
    const flows = Array.from({ length: 8 }, (_, n) =>
      segment(place, { from: 20_000 + n, flags: SYN, sequence: n }, 4000 + n),
    )
    const packets = [
      ...healthy(place),
      ...connection(place, 20, 2000),
      ...[3, 4].map((n) => dataSegment(place, n, 2100 + n)),
      request,
      ping(place, 'reply', 700, 3000.1),
      { ...request, ms: 3000.2 },
      ping(place, 'reply', 700, 3000.3),
      ping(place, 'request', 701, 3100),
      ...flows,
      ask({ ...place, vni: 5 }, place.ips[0], 4500, { vtep: '10.0.0.4', peer: '10.0.0.1', from: 1 }),
      ...[0, 1, 2].flatMap((n) =>
        ['10.0.0.2', '10.0.0.3'].map((peer, i) =>
          ask({ ...place, vni: 5 }, `192.168.0.${n + 50}`, 5000 + n + i / 10, { peer }),
        ),
      ),
    ]
    const found = findingsOf(packets).filter(({ code }) => CODES.includes(code))
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(CODES))
    await asFile(packets, async (file) => {
      for (const finding of found) expect(await unselected(file, finding), finding.displayFilter).toEqual([])
    })
  })
})

describe.skipIf(LAB === undefined)(`lab captures${because(LAB)}`, () => {
  const PAIR = ['10.0.10.101', '10.0.10.102']
  it.each([
    ['fault-dup-h2.pcap', 'DUPLICATED_PACKETS', { vni: 100, vteps: PAIR }],
    ['kv-sll-any-h1.pcap', 'CAPTURE_DUPLICATES', {}],
    ['kv-sll-any-h1.pcapng', 'CAPTURE_DUPLICATES', {}],
    ['kv-mixed-sw.pcapng', 'CAPTURE_DUPLICATES', {}],
    ['mtu-dfunset-router-r.pcapng', 'CAPTURE_DUPLICATES', {}],
    ['fault-loss-h1.pcap', 'RETRANSMISSIONS', { vni: 100, vteps: PAIR }],
    ['fault-loss-h1.pcap', 'ECHO_UNANSWERED', { vni: 100, vteps: PAIR }],
    ['mtu-blackhole-h1.pcap', 'ECHO_UNANSWERED', { vni: 300, vteps: ['10.0.1.101', '10.0.2.102'] }],
    ['kv-hre-h1.pcap', 'BUM_FLOOD', { vni: 6000 }],
  ])('%s: %s', async (name, code, subject) => {
    const file = join(LAB!, name)
    const found = (await summarizeFiles([file])).findings.filter((finding) => finding.code === code)
    expect(found.map((finding) => finding.subject)).toEqual([subject])
    if (TSHARK === undefined) return
    for (const finding of found) expect(await unselected(file, finding), finding.displayFilter).toEqual([])
  })

  it('fault-dup-h2: what the network delivered twice is neither retransmitted nor a copy of the capture', async () => {
    const { findings, capture } = await summarizeFiles([join(LAB!, 'fault-dup-h2.pcap')])
    expect(findings.map(({ code }) => code)).toEqual(['DUPLICATED_PACKETS'])
    expect(capture.duplicatePackets).toBe(0)
  })

  it('fault-dup-h1: where nobody reacted, the copies are the capture’s', async () => {
    const { findings } = await summarizeFiles([join(LAB!, 'fault-dup-h1.pcap')])
    expect(findings.map(({ code }) => code)).toEqual(['CAPTURE_DUPLICATES'])
  })

  it.each([
    'fault-healthy-h1.pcap',
    'fault-healthy-h2.pcap',
    'fault-delay-h1.pcap',
    'kv-offload-on-h1.pcap',
    'kv-mixed-sw.pcapng',
  ])('%s: nothing above a note', async (name) => {
    const { findings } = await summarizeFiles([join(LAB!, name)])
    expect(findings.filter(({ code, severity }) => CODES.includes(code) && severity !== 'note')).toEqual([])
  })
})

/** An echo request, and a router that says its TTL has expired, quoting it with eight bytes of its payload. */
function expired(place: Place, sequence: number, ms: number, ttl = 1): Packet[] {
  const request = ping(place, 'request', sequence, ms, { ttl })
  const inner = 14 + 20 + 8 + 8 + 14
  const error = bytes(11, 0, 0, 0, 0, 0, 0, 0, request.bytes.slice(inner, inner + 28))
  const answer = ipv4(error, { from: '192.168.99.1', to: place.ips[0], protocol: 1, id: fresh() })
  const frame = ethernet(answer, { from: place.macs[1], to: place.macs[0] })
  const { vni, port, vteps } = place
  return [request, { bytes: vxlan(frame, { vni, port, from: vteps[1], to: vteps[0], id: fresh() }), ms: ms + 1 }]
}

/** The same packet with a multicast inner destination MAC. */
function toGroup(packet: Packet): Packet {
  const copy = packet.bytes.slice()
  copy.set([1, 0, 0x5e, 1, 1, 1], 14 + 20 + 8 + 8)
  return { ...packet, bytes: copy }
}
