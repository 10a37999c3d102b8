/** The same packet again: relayed by routers, hubs, service chains and load balancers, mirrored twice, copied, or going round. */
import { describe, expect, it } from 'vitest'
import {
  ACK,
  arp,
  bytes,
  echo,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  SYN,
  summaryOf,
  tcp,
  udp,
  vxlan,
} from '../../support/packets.ts'
import { codes, findingsOf, only } from '../places.ts'

const A = '10.0.0.1'
const HUB = '10.0.0.2'
const B = '10.0.0.3'
const MACS = { a: '02:00:00:00:00:0a', b: '02:00:00:00:00:0b', router: '02:00:00:00:00:ff' }

/** An inner packet and how it travels over one leg. */
interface Leg {
  from: string
  to: string
  vni?: number
  ttl?: number
  /** Source and destination MAC. */
  macs?: [string, string]
  vlans?: number[]
  port?: number
  outerTtl?: number
  sourcePort?: number
}

type Inner = (ttl: number) => Uint8Array

let outerId = 0

/** One packet of the underlay with the inner packet in it; each has an outer identification of its own. */
function leg(
  inner: Inner,
  ms: number,
  { ttl = 64, macs = [MACS.a, MACS.b], vlans = [], outerTtl, ...way }: Leg,
): Packet {
  outerId = (outerId % 0xfffe) + 1
  const frame = ethernet(inner(ttl), { from: macs[0], to: macs[1], vlans })
  return { ms, bytes: vxlan(frame, { ...way, id: outerId, ...(outerTtl === undefined ? {} : { ttl: outerTtl }) }) }
}

/** Families of inner packets: those that number their packets, and those that do not. */
const FAMILIES = [
  { name: 'IPv4', ends: ['192.168.0.1', '192.168.0.2'], numbered: true },
  { name: 'IPv4 without identification', ends: ['192.168.0.1', '192.168.0.2'], numbered: false },
  { name: 'IPv6', ends: ['fd00::1', 'fd00::2'], numbered: false },
] as const
type Family = (typeof FAMILIES)[number]

let innerId = 0

/** A segment of a connection; `isBack` from b to a. */
function segment(family: Family, isBack: boolean, options: Parameters<typeof tcp>[0], id?: number): Inner {
  innerId = (innerId % 0xfffe) + 1
  const own = id ?? (family.numbered ? innerId : 0)
  const [from, to] = isBack ? [family.ends[1], family.ends[0]] : family.ends
  const ports = isBack ? { from: 80, to: 40_000 } : { from: 40_000, to: 80 }
  const body = tcp({ ...ports, ...options })
  return (ttl) => {
    if (family.name !== 'IPv6') return ipv4(body, { from, to, protocol: 6, id: own, ttl })
    const packet = ipv6(body, { from, to, protocol: 6 })
    packet[7] = ttl
    return packet
  }
}

/** A handshake and ten data segments with their acknowledgments, 10 ms apart, each with whether b sent it. */
function connection(family: Family): { isBack: boolean; inner: Inner }[] {
  const packet = (isBack: boolean, options: Parameters<typeof tcp>[0]) => ({
    isBack,
    inner: segment(family, isBack, options),
  })
  return [
    packet(false, { flags: SYN, sequence: 100 }),
    packet(true, { flags: SYN | ACK, sequence: 500, acknowledgment: 101 }),
    packet(false, { flags: ACK, sequence: 101, acknowledgment: 501 }),
    ...Array.from({ length: 10 }, (_, n) => [
      packet(false, { flags: ACK, sequence: 101 + n * 100, acknowledgment: 501, payload: 100 }),
      packet(true, { flags: ACK, sequence: 501, acknowledgment: 201 + n * 100 }),
    ]).flat(),
  ]
}

/** Each packet on the legs that its direction takes, 0.3 ms apart. */
function travel(family: Family, there: Leg[], back: Leg[], gap = 0.3): Packet[] {
  return connection(family).flatMap(({ isBack, inner }, n) =>
    (isBack ? back : there).map((each, hop) =>
      leg(inner, n * 10 + hop * gap, { macs: isBack ? [MACS.b, MACS.a] : [MACS.a, MACS.b], ...each }),
    ),
  )
}

/** Codes beside the notes about relays and copies. */
const alarms = (packets: Packet[]): string[] =>
  findingsOf(packets)
    .filter(({ severity }) => severity !== 'note')
    .map(({ code }) => code)

describe.each(FAMILIES)('relayed packets of $name', (family) => {
  const routedThere: [string, string] = [MACS.router, MACS.b]
  const routedBack: [string, string] = [MACS.router, MACS.a]
  const shapes: [string, Leg[], Leg[], string, string][] = [
    [
      'a router on a stick in one VNI',
      [
        { from: A, to: HUB },
        { from: HUB, to: B, ttl: 63, macs: routedThere },
      ],
      [
        { from: B, to: HUB },
        { from: HUB, to: A, ttl: 63, macs: routedBack },
      ],
      HUB,
      'routes',
    ],
    [
      'a router on a stick whose guests are behind one VTEP',
      [
        { from: A, to: HUB },
        { from: HUB, to: A, ttl: 63, macs: routedThere },
      ],
      [
        { from: A, to: HUB },
        { from: HUB, to: A, ttl: 63, macs: routedBack },
      ],
      HUB,
      'routes',
    ],
    [
      'a router between two VNIs',
      [
        { from: A, to: HUB },
        { from: HUB, to: B, vni: 200, ttl: 63, macs: routedThere },
      ],
      [
        { from: B, to: HUB, vni: 200 },
        { from: HUB, to: A, ttl: 63, macs: routedBack },
      ],
      HUB,
      'routes',
    ],
    [
      'a router between two VLANs',
      [
        { from: A, to: HUB, vlans: [10] },
        { from: HUB, to: B, vlans: [20], ttl: 63, macs: routedThere },
      ],
      [
        { from: B, to: HUB, vlans: [20] },
        { from: HUB, to: A, vlans: [10], ttl: 63, macs: routedBack },
      ],
      HUB,
      'routes',
    ],
    [
      'a hub',
      [
        { from: A, to: HUB },
        { from: HUB, to: B },
      ],
      [
        { from: B, to: HUB },
        { from: HUB, to: A },
      ],
      HUB,
      'forwards',
    ],
    [
      'a border that stitches two VNIs',
      [
        { from: A, to: HUB },
        { from: HUB, to: B, vni: 200 },
      ],
      [
        { from: B, to: HUB, vni: 200 },
        { from: HUB, to: A },
      ],
      HUB,
      'forwards',
    ],
    [
      'a gateway load balancer that returns each packet',
      [
        { from: A, to: HUB },
        { from: HUB, to: A },
      ],
      [
        { from: A, to: HUB },
        { from: HUB, to: A },
      ],
      HUB,
      'returns',
    ],
    [
      'a service chain on another port',
      [
        { from: A, to: HUB, port: 4789 },
        { from: HUB, to: A, port: 8472 },
      ],
      [
        { from: A, to: HUB, port: 4789 },
        { from: HUB, to: A, port: 8472 },
      ],
      HUB,
      'returns',
    ],
    [
      'a load balancer with direct server return',
      [
        { from: A, to: HUB },
        { from: HUB, to: B, macs: [MACS.a, MACS.router] },
      ],
      [{ from: B, to: A }],
      HUB,
      'routes',
    ],
  ]
  it.each(shapes)('%s: one note, and each packet judged once', (_, there, back, vtep, verb) => {
    const packets = travel(family, there, back)
    expect(alarms(packets)).toEqual([])
    const [found, ...rest] = only('RELAYED', packets)
    expect(rest).toEqual([])
    expect(found).toMatchObject({ severity: 'note', count: packets.length - 23 })
    expect(found!.subject.vteps).toEqual([vtep])
    expect(found!.title).toContain(`${vtep} ${verb} `)
    expect(
      codes(packets).filter((code) => ['LOOP', 'ADDRESS_OVERLAP', 'MAC_MOVED', 'LOW_ENTROPY'].includes(code)),
    ).toEqual([])
    const { flows } = summaryOf(packets)
    for (const { tcp: side } of flows) expect(side?.retransmittedSegments).toBe(0)
  })

  it('are counted by hop: a chain of two hubs', () => {
    const second = '10.0.0.4'
    const there = [
      { from: A, to: HUB },
      { from: HUB, to: second },
      { from: second, to: B },
    ]
    const back = [
      { from: B, to: second },
      { from: second, to: HUB },
      { from: HUB, to: A },
    ]
    const packets = travel(family, there, back)
    expect(alarms(packets)).toEqual([])
    expect(only('RELAYED', packets).map(({ subject, count }) => [subject.vteps, count])).toEqual([
      [[HUB], 23],
      [[second], 23],
    ])
  })

  it('may be recorded after they were sent on, where the clocks of two captures differ', () => {
    const packets = travel(
      family,
      [
        { from: HUB, to: B, ttl: 63, macs: routedThere },
        { from: A, to: HUB },
      ],
      [
        { from: HUB, to: A, ttl: 63, macs: routedBack },
        { from: B, to: HUB },
      ],
    )
    expect(alarms(packets)).toEqual([])
    expect(only('RELAYED', packets).map(({ subject }) => subject.vteps)).toEqual([[HUB]])
  })

  it('are no retransmissions, and retransmissions that a hub relays count once', () => {
    const packets = travel(
      family,
      [
        { from: A, to: HUB },
        { from: HUB, to: B },
      ],
      [
        { from: B, to: HUB },
        { from: HUB, to: A },
      ],
    )
    const again = [0, 1, 2].flatMap((n) => {
      const inner = segment(family, false, { flags: ACK, sequence: 101 + n * 100, acknowledgment: 501, payload: 100 })
      const at = 500 + n * 50
      return [leg(inner, at, { from: A, to: HUB }), leg(inner, at + 0.3, { from: HUB, to: B })]
    })
    expect(only('RETRANSMISSIONS', [...packets, ...again])).toMatchObject([{ count: 3 }])
  })

  it('are none: healthy traffic, and what address translation made of them', () => {
    const packets = travel(family, [{ from: A, to: B }], [{ from: B, to: A }])
    expect(codes(packets)).toEqual([])
    const other: Family = {
      ...family,
      ends: family.name === 'IPv6' ? ['fd00::1', 'fd00::9'] : ['192.168.0.1', '192.168.0.9'],
    } as never
    const hairpin = connection(family).flatMap(({ isBack, inner }, n) => {
      if (isBack) return [leg(inner, n * 10, { from: B, to: A, macs: [MACS.b, MACS.a] })]
      const translated = segment(other, false, { flags: ACK, sequence: n })
      return [leg(inner, n * 10, { from: A, to: HUB }), leg(translated, n * 10 + 0.3, { from: HUB, to: B })]
    })
    expect(only('RELAYED', hairpin)).toEqual([])
  })
})

/** An echo request with its identification. */
const request =
  (n: number, id = 700 + n): Inner =>
  (ttl) =>
    ipv4(echo('request', 7, n, 40), { from: '192.168.0.1', to: '192.168.0.2', protocol: 1, id, ttl })
const reply =
  (n: number): Inner =>
  (ttl) =>
    ipv4(echo('reply', 7, n, 40), { from: '192.168.0.2', to: '192.168.0.1', protocol: 1, id: 900 + n, ttl })
/** A datagram without any number, the same each time. */
const heartbeat: Inner = (ttl) =>
  ipv4(udp(new Uint8Array(30), 5000, 5000), { from: '192.168.0.1', to: '192.168.0.2', protocol: 17, ttl })

describe('what goes round', () => {
  it('is a routing loop: the TTL falls with every passage', () => {
    const packets = [0, 1].flatMap((n) =>
      Array.from({ length: 12 }, (_, hop) =>
        leg(request(n), n * 100 + hop * 0.2, {
          ...(hop % 2 === 0 ? { from: A, to: B } : { from: B, to: A }),
          ttl: 64 - hop,
        }),
      ),
    )
    const loops = only('LOOP', packets)
    expect(loops.map(({ subject, severity }) => [subject.vteps, severity])).toEqual([
      [[A, B], 'error'],
      [[B, A], 'error'],
    ])
    for (const { title, remedy } of loops) expect([title, remedy].join()).toMatch(/^Routing loop .*routing tables/)
    expect(only('RELAYED', packets)).toEqual([])
  })

  it('is a bridging loop over two VNIs, also of frames without a number', () => {
    const question = arp(1, { mac: MACS.a, ip: '192.168.0.1' }, { ip: '192.168.0.2' })
    const frame = ethernet(question, { from: MACS.a, to: 'ff:ff:ff:ff:ff:ff', type: 0x0806 })
    const packets = Array.from({ length: 240 }, (_, hop) => {
      const way = hop % 2 === 0 ? { from: A, to: B, vni: 100 } : { from: B, to: A, vni: 200 }
      return { ms: hop * 0.1, bytes: vxlan(frame, { ...way, id: hop + 1 }) }
    })
    const loops = only('LOOP', packets)
    expect(loops.map(({ subject }) => subject.vteps)).toContainEqual([A, B])
    for (const { title, remedy } of loops)
      expect([title, remedy].join()).toMatch(/^Forwarding loop .*port of the bridge/)
    expect(only('RELAYED', packets)).toEqual([])
  })

  it('is a slow bridging loop of questions, and none of questions that are asked and relayed once a second', () => {
    const question = arp(1, { mac: MACS.a, ip: '192.168.0.1' }, { ip: '192.168.0.2' })
    const frame = ethernet(question, { from: MACS.a, to: 'ff:ff:ff:ff:ff:ff', type: 0x0806 })
    const passing = (count: number, at: (hop: number) => number): Packet[] =>
      Array.from({ length: count }, (_, hop) => {
        const way = hop % 2 === 0 ? { from: A, to: B, vni: 100 } : { from: B, to: A, vni: 200 }
        return { ms: at(hop), bytes: vxlan(frame, { ...way, id: hop + 1 }) }
      })
    expect(
      only(
        'LOOP',
        passing(14, (hop) => hop * 30),
      ),
    ).not.toEqual([])
    expect(
      only(
        'LOOP',
        passing(14, (hop) => (hop >> 1) * 1000 + (hop & 1) * 21),
      ),
    ).toEqual([])
    expect(
      only(
        'LOOP',
        passing(6, (hop) => hop * 30),
      ),
    ).toEqual([])
  })

  it('is a bridging loop of an announcement, which nobody sends eight times a second', () => {
    const frame = ethernet(arp(1, { mac: MACS.a, ip: '192.168.0.1' }, { ip: '192.168.0.1' }), {
      from: MACS.a,
      to: 'ff:ff:ff:ff:ff:ff',
      type: 0x0806,
    })
    const passing = (count: number): Packet[] =>
      Array.from({ length: count }, (_, hop) => {
        const way = hop % 2 === 0 ? { from: A, to: B, vni: 100 } : { from: B, to: A, vni: 200 }
        return { ms: hop * 2, bytes: vxlan(frame, { ...way, id: hop + 1 }) }
      })
    expect(only('LOOP', passing(60))).not.toEqual([])
    expect(only('LOOP', passing(12))).toEqual([])
  })

  it('is none: a chain of relays, and heartbeats that all look alike through a hub or a gateway load balancer', () => {
    const ways: Leg[][] = [
      [
        { from: A, to: HUB },
        { from: HUB, to: B },
      ],
      [
        { from: A, to: HUB },
        { from: HUB, to: A },
      ],
    ]
    for (const legs of ways) {
      const packets = Array.from({ length: 200 }, (_, n) =>
        legs.map((each, hop) => leg(heartbeat, n * 50 + hop * 0.3, each)),
      ).flat()
      const answered = Array.from({ length: 10 }, (_, n) => [
        ...legs.map((each, hop) => leg(request(n), n * 50 + 10 + hop * 0.3, each)),
        ...legs.map((each, hop) => leg(reply(n), n * 50 + 12 + hop * 0.3, { ...each, macs: [MACS.b, MACS.a] })),
      ]).flat()
      const all = [...packets, ...answered].sort((left, right) => left.ms! - right.ms!)
      expect(only('LOOP', all)).toEqual([])
      expect(only('RELAYED', all)).toMatchObject([{ count: 220 }])
    }
  })

  /** Questions of one datagram each, and their answers, over VTEPs on the other side of a service chain. */
  const lookups = (count: number, returned: { questions: boolean; answers: boolean }, numbered: boolean): Packet[] =>
    Array.from({ length: count }, (_, n) => {
      const datagram =
        (isBack: boolean): Inner =>
        (ttl) => {
          const [from, to] = isBack ? ['192.168.0.2', '192.168.0.1'] : ['192.168.0.1', '192.168.0.2']
          const ports: [number, number] = isBack ? [5353, 40_000 + n] : [40_000 + n, 5353]
          const id = numbered ? n * 2 + 1 + Number(isBack) : 0
          return ipv4(udp(bytes(n, new Uint8Array(30)), ...ports), { from, to, protocol: 17, id, ttl })
        }
      const [question, answer] = [datagram(false), datagram(true)]
      const back: [string, string] = [MACS.b, MACS.a]
      return [
        leg(question, n * 20, { from: A, to: HUB }),
        ...(returned.questions ? [leg(question, n * 20 + 0.2, { from: HUB, to: A })] : []),
        leg(answer, n * 20 + 2, { from: B, to: HUB, macs: back }),
        ...(returned.answers ? [leg(answer, n * 20 + 2.2, { from: HUB, to: B, macs: back })] : []),
      ]
    }).flat()

  it.each([1, 3, 4, 40, 60])(
    'is none where a service chain returns each of %i questions and its answer once',
    (count) => {
      for (const numbered of [true, false]) {
        const packets = lookups(count, { questions: true, answers: true }, numbered)
        expect(only('LOOP', packets)).toEqual([])
        if (count > 1 || numbered) expect(only('RELAYED', packets)).toMatchObject([{ count: count * 2 }])
      }
    },
  )

  it('is a bridging loop where questions come back, and their answers do not', () => {
    const packets = lookups(12, { questions: true, answers: false }, true)
    expect(only('LOOP', packets)).toMatchObject([{ count: 12, subject: { vteps: [HUB, A] } }])
    expect(only('LOOP', lookups(12, { questions: false, answers: false }, true))).toEqual([])
  })
})

describe('a hub', () => {
  const ask = (n: number): Uint8Array =>
    ethernet(arp(1, { mac: MACS.a, ip: '192.168.0.1' }, { ip: `192.168.0.${100 + n}` }), {
      from: MACS.a,
      to: 'ff:ff:ff:ff:ff:ff',
      type: 0x0806,
    })
  const answer = (n: number): Uint8Array =>
    ethernet(arp(2, { mac: MACS.b, ip: `192.168.0.${100 + n}` }, { mac: MACS.a, ip: '192.168.0.1' }), {
      from: MACS.b,
      to: MACS.a,
      type: 0x0806,
    })

  it('does not take the MACs of its spokes, and floods nothing of its own', () => {
    const packets = Array.from({ length: 6 }, (_, n) => [
      { ms: n * 100, bytes: vxlan(ask(n), { from: A, to: HUB, id: n * 4 + 1 }) },
      { ms: n * 100 + 0.2, bytes: vxlan(ask(n), { from: HUB, to: B, id: n * 4 + 2 }) },
      { ms: n * 100 + 1, bytes: vxlan(answer(n), { from: B, to: HUB, id: n * 4 + 3 }) },
      { ms: n * 100 + 1.2, bytes: vxlan(answer(n), { from: HUB, to: A, id: n * 4 + 4 }) },
    ]).flat()
    expect(alarms(packets)).toEqual([])
    expect(codes(packets)).toContain('RELAYED')
    expect(codes(packets)).not.toContain('MAC_MOVED')
    expect(only('BUM_FLOOD', packets)).toMatchObject([{ count: 6 }])
  })
})

describe('announcements of a guest', () => {
  const announcement = ethernet(arp(1, { mac: MACS.a, ip: '192.168.0.1' }, { ip: '192.168.0.1' }), {
    from: MACS.a,
    to: 'ff:ff:ff:ff:ff:ff',
    type: 0x0806,
  })
  /** Pings, and an announcement a second, on the same legs. */
  const through = (there: Leg[], back: Leg[], toAll: Leg[]): Packet[] =>
    Array.from({ length: 60 }, (_, n) => [
      ...there.map((each, hop) => leg(request(n), n * 1000 + hop * 0.3, each)),
      ...back.map((each, hop) => leg(reply(n), n * 1000 + 1 + hop * 0.3, { ...each, macs: [MACS.b, MACS.a] })),
      ...toAll.map((each, hop) => ({
        ms: n * 1000 + 100 + hop * 0.3,
        bytes: vxlan(announcement, { ...each, id: 2000 + n * 4 + hop }),
      })),
    ]).flat()

  it('are relayed by a hub to the other spokes, and returned by a service chain', () => {
    const hub = through(
      [
        { from: A, to: HUB },
        { from: HUB, to: B },
      ],
      [
        { from: B, to: HUB },
        { from: HUB, to: A },
      ],
      [
        { from: A, to: HUB },
        { from: HUB, to: B },
        { from: HUB, to: '10.0.0.4' },
      ],
    )
    expect(only('RELAYED', hub)).toMatchObject([{ count: 240, subject: { vteps: [HUB] } }])
    const both = [
      { from: A, to: HUB },
      { from: HUB, to: A },
    ]
    const chain = through(both, both, both)
    expect(only('RELAYED', chain)).toMatchObject([{ count: 180, subject: { vteps: [HUB] } }])
    for (const packets of [hub, chain]) {
      expect(alarms(packets)).toEqual([])
      expect(codes(packets).filter((code) => ['LOOP', 'SHARED_MAC', 'MAC_MOVED'].includes(code))).toEqual([])
    }
  })
})

describe('mirrors', () => {
  const RECEIVER = '10.0.0.9'
  /** Pings as two mirrors see them, the one at their sender first. */
  const mirrored = (family: 'numbered' | 'plain'): Packet[] =>
    Array.from({ length: 10 }, (_, n) => {
      const id = family === 'numbered' ? 700 + n : 0
      const there = request(n, id)
      return [
        leg(there, n * 100, { from: A, to: RECEIVER }),
        leg(there, n * 100 + 0.2, { from: B, to: RECEIVER }),
        leg(reply(n), n * 100 + 1, { from: B, to: RECEIVER, macs: [MACS.b, MACS.a] }),
        leg(reply(n), n * 100 + 1.2, { from: A, to: RECEIVER, macs: [MACS.b, MACS.a] }),
      ]
    }).flat()

  it.each(['numbered', 'plain'] as const)('at both ends of a conversation see it twice: %s', (family) => {
    const packets = mirrored(family)
    expect(codes(packets)).toEqual(['MIRROR_SESSION', 'MIRROR_SESSION'])
    const [flow] = summaryOf(packets).flows
    expect(flow?.echo).toMatchObject({ requests: 10, replies: 10 })
    expect(flow?.packetsAToB).toBe(20)
  })

  it('are none where the receiver talks back: then one question is answered from two VTEPs', () => {
    const packets = Array.from({ length: 5 }, (_, n) => [
      leg(request(n), n * 100, { from: RECEIVER, to: A }),
      leg(reply(n), n * 100 + 1, { from: A, to: RECEIVER, macs: [MACS.b, MACS.a] }),
      leg(reply(n), n * 100 + 1.2, { from: B, to: RECEIVER, macs: [MACS.b, MACS.a] }),
    ]).flat()
    expect(only('MIRROR_SESSION', packets)).toEqual([])
    expect(only('DUPLICATE_MAC', packets)).toHaveLength(1)
  })
})

describe('a VNI in which a router sends all that came in another one', () => {
  const into: [string, string] = [MACS.router, MACS.b]
  const out: [string, string] = [MACS.router, MACS.a]

  it.each(FAMILIES)('is no mirror session, as its receivers talk to the router: $name', (family) => {
    const there = [
      { from: A, to: HUB, vni: 10 },
      { from: HUB, to: B, vni: 20, ttl: 63, macs: into },
    ]
    const back = [
      { from: B, to: HUB, vni: 10 },
      { from: HUB, to: A, vni: 20, ttl: 63, macs: out },
    ]
    expect(codes(travel(family, there, back))).toEqual(['RELAYED'])
  })

  it('is one where it copies what it forwards to a receiver that never sends', () => {
    const copy = { from: HUB, to: '10.0.0.9', vni: 20 }
    const there = [{ from: A, to: HUB, vni: 10 }, copy]
    const back = [{ from: HUB, to: A, vni: 10 }, copy]
    expect(only('MIRROR_SESSION', travel(FAMILIES[0], there, back))).toMatchObject([{ subject: { vni: 20 } }])
    expect(codes(travel(FAMILIES[0], there.slice(0, 1), back.slice(0, 1)))).toEqual([])
  })
})

describe('copies of another hop', () => {
  it('may have another DSCP, TTL, MACs and VLAN: a merged capture across a router', () => {
    const packets = connection(FAMILIES[2]).flatMap(({ isBack, inner }, n) => {
      const way: Leg = isBack ? { from: B, to: A, macs: [MACS.b, MACS.a] } : { from: A, to: B }
      const first = leg(inner, n * 10, way)
      const second = first.bytes.slice()
      second[15] = 0xb8
      second[22] = 63
      second[5] = 0x77
      // The header's checksum is 0, as on the way out of a host: not judged.
      second.set([0, 0], 24)
      return [first, { ms: n * 10 + 0.1, bytes: second }]
    })
    expect(alarms(packets)).toEqual([])
    const [found] = only('CAPTURE_DUPLICATES', packets)
    expect(found).toMatchObject({ count: 23 })
    expect(found!.observed).toContain('MACs or VLAN tags and TTL differ')
    expect(found!.remedy).toContain('editcap -d does not find')
    expect(bytes(packets[0]!.bytes)).not.toEqual(bytes(packets[1]!.bytes))
  })

  it('are told from what a sender without numbers repeats, which has the same hop', () => {
    const inner = segment(FAMILIES[2], false, { flags: ACK, sequence: 1, payload: 10 })
    const frame = ethernet(inner(64), { from: MACS.a, to: MACS.b })
    const once = vxlan(frame, { from: A, to: B })
    const hop = vxlan(frame, { from: A, to: B, ttl: 63 })
    expect(summaryOf([{ bytes: once }, { bytes: hop, ms: 1 }]).capture.duplicatePackets).toBe(1)
    expect(summaryOf([{ bytes: once }, { bytes: once, ms: 2 }]).capture.duplicatePackets).toBe(0)
  })
})

describe('what ails a later hop', () => {
  const [family] = FAMILIES
  const isRouted: [string, string] = [MACS.router, MACS.b]
  const first: Leg = { from: A, to: HUB }
  const second: Leg = { from: HUB, to: B, ttl: 63, macs: isRouted }
  const back = (inner: Inner, ms: number): Packet[] => [
    leg(inner, ms, { from: B, to: HUB, macs: [MACS.b, MACS.router] }),
    leg(inner, ms + 0.3, { from: HUB, to: A, ttl: 63, macs: [MACS.router, MACS.a] }),
  ]
  const there = (inner: Inner, ms: number, isSentOn = true): Packet[] => [
    leg(inner, ms, first),
    ...(isSentOn ? [leg(inner, ms + 0.3, second)] : []),
  ]
  const opened = (): Packet[] =>
    connection(family)
      .slice(0, 5)
      .flatMap(({ isBack, inner }, n) => (isBack ? back(inner, n * 10) : there(inner, n * 10)))
  const large = () => segment(family, false, { flags: ACK, sequence: 201, acknowledgment: 501, payload: 1300 })
  const repeated = (isSentOn: boolean): Packet[] =>
    [100, 400, 1000, 2200, 4600].flatMap((ms) => there(large(), ms, isSentOn))
  const last = (): Packet[] =>
    back(segment(family, true, { flags: ACK, sequence: 501, acknowledgment: 201, payload: 1 }), 5000)

  it('a black hole is where the packets were seen last', () => {
    const behind = only('PMTU_BLACK_HOLE', [...opened(), ...repeated(true), ...last()])
    expect(behind.map(({ subject }) => subject.vteps)).toEqual([[HUB, B]])
    const before = only('PMTU_BLACK_HOLE', [...opened(), ...repeated(false), ...last()])
    expect(before.map(({ subject }) => subject.vteps)).toEqual([[A, HUB]])
  })

  it('what arrives in the end was lost by chance, and what follows names the later hop', () => {
    const taken = back(segment(family, true, { flags: ACK, sequence: 501, acknowledgment: 1501 }), 4601)
    expect(only('PMTU_BLACK_HOLE', [...opened(), ...repeated(true), ...taken])).toEqual([])
    const found = only('RETRANSMISSIONS', [...opened(), ...repeated(true), ...last()])
    expect(found).toMatchObject([{ because: ['PMTU_BLACK_HOLE'] }])
    expect(found[0]!.inferred).toContain(`between ${HUB} and ${B}`)
  })

  const ask = (n: number, isReply: boolean): Inner => {
    const [from, to] = isReply ? [family.ends[1], family.ends[0]] : family.ends
    return (ttl) => ipv4(echo(isReply ? 'reply' : 'request', 7, n, 40), { from, to, protocol: 1, id: 900 + n, ttl })
  }
  const pings = (answered: number, isSentOn: boolean): Packet[] =>
    Array.from({ length: 8 }, (_, n) => [
      ...there(ask(n, false), n * 1000, n < answered || isSentOn),
      ...(n < answered ? back(ask(n, true), n * 1000 + 1) : []),
    ]).flat()

  it('one-way traffic is where the requests were seen last', () => {
    expect(only('ONE_WAY', pings(3, true)).map(({ subject }) => subject.vteps)).toEqual([[HUB, B]])
    expect(only('ONE_WAY', pings(3, false)).map(({ subject }) => subject.vteps)).toEqual([[A, HUB]])
    expect(only('ONE_WAY', pings(8, true))).toEqual([])
  })

  it('nothing is one-way where answers go past the capture, as the acknowledgments tell', () => {
    const forth = [0, 1, 2].flatMap((n) => {
      const part = (options: Parameters<typeof tcp>[0]) => segment(family, false, { from: 50_000 + n, ...options })
      return [
        ...there(part({ flags: SYN, sequence: 1 }), n * 1000),
        ...there(part({ flags: ACK, sequence: 2, acknowledgment: 900 }), n * 1000 + 1),
      ]
    })
    expect(only('ONE_WAY', forth)).toEqual([])
  })
})
