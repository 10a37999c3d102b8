/** Findings about sizes: on the lab's captures, and on generated traffic with the fault planted, moved about and removed. */
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathMtuOf } from '../../../src/analyzers/summary/mtu-rows.ts'
import { grouped } from '../../../src/findings/words/grouped.ts'
import { summarizeFiles } from '../../../src/node-summarize.ts'
import { asFile, unselected } from '../../support/display-filters.ts'
import {
  exchange,
  findings,
  HERE,
  handshake,
  healthy,
  icmpError,
  lostPings,
  nextId,
  outer,
  type Place,
  ping,
  places,
  record,
  segment,
  split,
  told,
} from '../../support/overlay-traffic.ts'
import {
  ACK,
  analysisOf,
  arp,
  bytes,
  ethernet,
  ipv4,
  ipv6,
  number,
  type Packet,
  SYN,
  tcp,
  udp,
  vxlan,
} from '../../support/packets.ts'
import { because, LAB } from '../../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../../support/tshark.ts'

const CODES = ['OUTER_FRAGMENTED', 'FRAGMENT_MISSING', 'PMTU_BLACK_HOLE', 'MSS_TOO_LARGE', 'SUPER_FRAME']
const RUNS = { numRuns: 25 }

/** Path MTU, inner MTU and MSS that the capture proves, or that it proves nothing. */
const PATHS: Readonly<Record<string, [string, number, number, number]>> = {
  'mtu-blackhole-h1.pcap': ['largest-answered', 1400, 1350, 1310],
  'mtu-dfinherit-h1.pcap': ['fragments', 1500, 1450, 1410],
  'mtu-dfset-router-h1.pcap': ['icmp', 1400, 1350, 1310],
  'mtu-dfunset-router-h1.pcap': ['fragments', 1400, 1350, 1310],
  'mtu-dfunset-router-h2.pcap': ['fragments', 1400, 1350, 1310],
  'mtu-dfunset-router-r.pcapng': ['fragments', 1400, 1350, 1310],
  'mtu-frag-h1.pcap': ['fragments', 1500, 1450, 1410],
  'mtu-frag-h2.pcap': ['fragments', 1500, 1450, 1410],
}
const UNPROVED = [
  'mtu-blackhole-h2',
  'mtu-dfset-h1',
  'mtu-dfset-router-h2',
  'mtu-mssclamp-h1',
  'ovs-mtu-h1',
  'fault-loss-h1',
  'fault-corrupt-h2',
  'kv-offload-on-h1',
  'kv-v6-h1',
]

/** Codes by capture, and their subjects. */
const MUST: readonly [string, string, object][] = [
  ['mtu-frag-h1.pcap', 'OUTER_FRAGMENTED', { vteps: ['10.0.10.101', '10.0.10.102'] }],
  ['mtu-frag-h1.pcap', 'OUTER_FRAGMENTED', { vteps: ['10.0.10.102', '10.0.10.101'] }],
  ['mtu-frag-h2.pcap', 'OUTER_FRAGMENTED', { vteps: ['10.0.10.101', '10.0.10.102'] }],
  ['mtu-dfunset-router-r.pcapng', 'OUTER_FRAGMENTED', { vteps: ['10.0.1.101', '10.0.2.102'] }],
  ['mtu-dfunset-router-h2.pcap', 'OUTER_FRAGMENTED', { vteps: ['10.0.1.101', '10.0.2.102'] }],
  ['mtu-blackhole-h1.pcap', 'PMTU_BLACK_HOLE', { vteps: ['10.0.1.101', '10.0.2.102'] }],
  ['mtu-frag-h1.pcap', 'MSS_TOO_LARGE', { vni: 300, vteps: ['10.0.10.101', '10.0.10.102'] }],
  ['mtu-frag-h2.pcap', 'MSS_TOO_LARGE', { vni: 300, vteps: ['10.0.10.101', '10.0.10.102'] }],
  ['kv-offload-on-h1.pcap', 'SUPER_FRAME', { vteps: ['10.0.10.101', '10.0.10.102'] }],
  ['kv-offload-on-h2.pcap', 'SUPER_FRAME', { vteps: ['10.0.10.101', '10.0.10.102'] }],
]
const HEALTHY = [
  'fault-healthy-h1',
  'seed-ovs-h1',
  'kv-vnis-h1',
  'kv-mixed-h1',
  'kv-gbp-h1',
  'kv-nested-h1',
  'ovs-geneve-h1',
  'mtu-mssclamp-h1',
  'kv-offload-off-h1',
  'ovs-qinq-h1',
  'kv-snap-64-h1',
  'fault-loss-h1',
  'fault-oneway-wire-h1',
  'fault-vtep-down-h1',
  'fault-corrupt-h1',
  'fault-dup-h2',
]

const summaryOf = (file: string) => summarizeFiles([join(LAB!, file)])

describe.skipIf(LAB === undefined)(`the lab's captures${because(LAB)}`, () => {
  it.each(Object.entries(PATHS))('%s proves its path MTU', async (file, [from, pathMtu, innerMtu, mss]) => {
    const { mtu } = await summaryOf(file)
    const [pair] = mtu.perPair
    expect([pair!.pathMtuFrom, pair!.pathMtu, pair!.recommendedInnerMtu, pair!.recommendedMss]).toEqual([
      from,
      pathMtu,
      innerMtu,
      mss,
    ])
    expect([mtu.underlayMtuFrom, mtu.underlayMtu]).toEqual([from, pathMtu])
  })

  it.each(UNPROVED)('%s proves none', async (name) => {
    const { mtu } = await summaryOf(`${name}.pcap`)
    expect(mtu.perPair.map((pair) => pair.pathMtu)).toEqual([null])
    expect(mtu.perPair.map((pair) => pair.recommendedInnerMtu)).toEqual([null])
  })

  it.each(MUST)('%s: %s', async (file, code, subject) => {
    const found = (await summaryOf(file)).findings.filter((finding) => finding.code === code)
    expect(found.map((finding) => finding.subject)).toContainEqual(subject)
  })

  it.each(HEALTHY)('%s: nothing above a note', async (name) => {
    const { findings: all } = await summaryOf(`${name}.pcap`)
    expect(all.filter(({ code, severity }) => CODES.includes(code) && severity !== 'note')).toEqual([])
  })

  it('names the numbers to set', async () => {
    const { findings: all } = await summaryOf('mtu-blackhole-h1.pcap')
    const remedies = all.filter(({ code }) => CODES.includes(code)).map(({ remedy }) => remedy)
    expect(remedies).toHaveLength(2)
    for (const remedy of remedies) {
      expect(remedy).toContain('Set the inner MTU to 1350 and clamp MSS to 1310 between 10.0.1.101 and 10.0.2.102')
    }
  })

  describe.skipIf(TSHARK === undefined)(`display filters${becauseOfTshark()}`, () => {
    it.each([...new Set(MUST.map(([file]) => file))])('%s', async (file) => {
      const all = (await summaryOf(file)).findings.filter(({ code }) => CODES.includes(code))
      expect(all.length).toBeGreaterThan(0)
      for (const finding of all) expect(await unselected(join(LAB!, file), finding), finding.code).toEqual([])
    })
  })
})

const inTime = (packets: Packet[]) => packets.toSorted((left, right) => left.ms! - right.ms!)

describe('PMTU_BLACK_HOLE', () => {
  /** Small pings answered throughout, large ones never. */
  const hole = (place: Place, length = 1500) => [
    ...healthy(place),
    ...lostPings(place, 1, 3, 4000, length),
    ...healthy(place, 6000),
  ]
  it('is found wherever it is planted, and names the limits', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 1200, max: 1500 }), (place, length) => {
        const [found, ...more] = findings(hole(place, length), 'PMTU_BLACK_HOLE')
        expect(more).toEqual([])
        expect(found!.subject).toEqual({ vteps: place.vteps })
        expect([found!.count, found!.packets]).toEqual([3, [21, 22, 23]])
        expect(found!.title).toContain(`of ${grouped(length)} bytes`)
        // Up to 134 bytes of outer IP were answered: chance, and no path MTU.
        expect(found!.remedy).toContain(
          `Measure the path MTU between ${place.vteps[0]} and ${place.vteps[1]} (it lies between 134 and ${grouped(length)} bytes)`,
        )
      }),
      RUNS,
    )
  })

  it('gives the path MTU: the largest that was answered', () => {
    const packets = inTime([...hole(HERE), ...exchange(HERE, 60, 1000, 1400)])
    const { mtu } = told(packets)
    expect(mtu.perPair[0]).toMatchObject({ pathMtu: 1400, pathMtuFrom: 'largest-answered', recommendedInnerMtu: 1350 })
    expect(mtu.perPair[0]!.pathMtuBetween).toEqual([1400, 1500])
  })

  it('asks for a measurement where the proof leaves more than eight bytes open', () => {
    const observed = (passed: number) =>
      findings(inTime([...hole(HERE), ...exchange(HERE, 60, 1000, passed)]), 'PMTU_BLACK_HOLE')[0]!.observed
    expect(observed(1400)).toContain('at least 1,400 and below 1,500 bytes: measure it')
    expect(observed(1491)).toContain('measure it')
    expect(observed(1492)).not.toContain('measure it')
  })

  it('takes what was answered for chance below 1,280 bytes: no path MTU, nothing to set, no MSS too large', () => {
    const answering = (passed: number) =>
      inTime([...hole(HERE), ...exchange(HERE, 60, 1000, passed), ...handshake(HERE, 2000)])
    const small = told(answering(1279))
    expect(small.mtu.perPair[0]).toMatchObject({
      pathMtu: null,
      pathMtuFrom: null,
      recommendedInnerMtu: null,
      recommendedMss: null,
      pathMtuBetween: [1279, 1500],
    })
    expect(small.findings.map(({ code }) => code)).toContain('PMTU_BLACK_HOLE')
    expect(small.findings.map(({ code }) => code)).not.toContain('MSS_TOO_LARGE')
    const large = told(answering(1280))
    expect(large.mtu.perPair[0]).toMatchObject({ pathMtu: 1280, recommendedInnerMtu: 1230, recommendedMss: 1190 })
    expect(large.findings.map(({ code }) => code)).toContain('MSS_TOO_LARGE')
    const { mtu } = told(inTime([...healthy(HERE), ...handshake(HERE, 2000)]))
    expect(mtu.perPair[0]).toMatchObject({ pathMtu: null, pathMtuBetween: null })
  })

  it('never recommends an inner MTU below 576, or below 1,280 where inner IPv6 is in use', () => {
    const ends = { from: 'fd00::1', to: 'fd00::2', protocol: 6 }
    const version6 = record(outer(HERE, 0, ipv6(tcp({ flags: SYN, sequence: 1 }), ends)), 2500)
    const told4 = (mtu: number, more: Packet[] = []) => {
      const lost = outer(HERE, 0, ping(HERE, 0, 1, 1400))
      const error = record(icmpError('10.9.9.9', lost, 3, 4, mtu), 2001)
      return told(inTime([...healthy(HERE), record(lost, 2000), error, ...more]))
    }
    expect(told4(1329).mtu.perPair[0]).toMatchObject({ recommendedInnerMtu: 1279, recommendedMss: 1239 })
    const narrow = told4(1329, [version6])
    expect(narrow.mtu.perPair[0]).toMatchObject({ pathMtu: 1329, recommendedInnerMtu: null, recommendedMss: null })
    const remedy = narrow.findings.find(({ code }) => code === 'ICMP_TOO_BIG')!.remedy
    expect(remedy).toMatch(/^Raise the underlay's IP MTU between .* to at least 1450: .* inner IPv6 needs 1280/)
    expect(told4(1330, [version6]).mtu.perPair[0]).toMatchObject({ recommendedInnerMtu: 1280, recommendedMss: 1240 })
    expect(told4(626).mtu.perPair[0]!.recommendedInnerMtu).toBe(576)
    expect(told4(625).mtu.perPair[0]!.recommendedInnerMtu).toBeNull()
  })

  it('does not let chance in one direction hide what the other one proves, unless it lost less than that', () => {
    const split = splitExchange(HERE, 77, 8000, 1550, 1400)
    expect(told(inTime([...hole(HERE), ...split])).mtu.perPair[0]).toMatchObject({ pathMtu: 1396 })
    expect(told(inTime([...hole(HERE, 1390), ...split.filter(isFrom(HERE, 1))])).mtu.perPair[0]).toMatchObject({
      pathMtu: null,
      pathMtuBetween: [134, 1390],
    })
  })

  it.each([
    ['one of that size was answered', [...hole(HERE), ...exchange(HERE, 50, 11_000, 1500)]],
    ['a larger one was answered before', [...exchange(HERE, 50, -1000, 1600), ...hole(HERE)]],
    ['only two were lost', [...healthy(HERE), ...lostPings(HERE, 1, 2, 4000, 1500), ...healthy(HERE, 6000)]],
    ['they are no larger than any path carries', hole(HERE, 1150)],
    [
      'nothing at all arrives any more',
      [...healthy(HERE), ...lostPings(HERE, 1, 3, 4000, 1500), ...lostPings(HERE, 9, 5, 5000, 134)],
    ],
    ['the capture ends before an answer could come', inTime([...healthy(HERE), ...lostPings(HERE, 1, 3, 3100, 1500)])],
  ])('is not raised when %s', (_, packets) => expect(findings(packets, 'PMTU_BLACK_HOLE')).toEqual([]))

  it('leaves it to ICMP where that explains it', () => {
    const lost = lostPings(HERE, 1, 3, 4000, 1500)
    const error = icmpError('10.9.9.9', lost[0]!.bytes.subarray(14), 3, 4, 1400)
    const packets = inTime([...healthy(HERE), ...lost, record(error, 4001), ...healthy(HERE, 6000)])
    expect(findings(packets, 'PMTU_BLACK_HOLE')).toEqual([])
    expect(findings(packets, 'ICMP_TOO_BIG')).toHaveLength(1)
  })

  /** A connection that hangs with its first large segment, sent four times; the peer still speaks. */
  const hanging = (place: Place, retries = 4): Packet[] => [
    ...handshake(place, 0),
    ...Array.from({ length: retries }, (_, n) =>
      record(
        outer(place, 0, segment(place, 0, { sequence: 101, acknowledgment: 501, payload: 1398 })),
        10 + n * n * 300,
      ),
    ),
    record(outer(place, 1, segment(place, 1, { sequence: 501, acknowledgment: 101, payload: 1 })), 5000),
  ]

  it('is found by repeated segments alone', () => {
    fc.assert(
      fc.property(places, (place) => {
        const [found] = findings(hanging(place), 'PMTU_BLACK_HOLE')
        expect(found!.subject).toEqual({ vteps: place.vteps })
        expect(found!.packets).toEqual([4, 5, 6, 7])
      }),
      RUNS,
    )
  })

  it('is found when the sender gets through with smaller pieces at last', () => {
    const packets = [
      ...hanging(HERE),
      record(outer(HERE, 0, segment(HERE, 0, { sequence: 101, acknowledgment: 502, payload: 512 })), 5100),
      record(outer(HERE, 1, segment(HERE, 1, { sequence: 502, acknowledgment: 613 })), 5101),
    ]
    expect(findings(packets, 'PMTU_BLACK_HOLE')).toHaveLength(1)
    expect(told(packets).mtu.perPair[0]).toMatchObject({ pathMtu: null, pathMtuBetween: [OUTER_OF_512, 1488] })
  })

  it('is not raised when the segment arrives in the end', () => {
    const packets = [
      ...hanging(HERE),
      record(outer(HERE, 1, segment(HERE, 1, { sequence: 502, acknowledgment: 1499 })), 6000),
    ]
    expect(findings(packets, 'PMTU_BLACK_HOLE')).toEqual([])
  })

  it('is not raised when the peer is silent, or new connections hang too', () => {
    expect(findings(hanging(HERE).slice(0, -1), 'PMTU_BLACK_HOLE')).toEqual([])
    const syn = record(outer(HERE, 0, segment(HERE, 0, { from: 40_001, flags: SYN, sequence: 9, mss: 1410 })), 4000)
    expect(findings(inTime([...hanging(HERE), syn]), 'PMTU_BLACK_HOLE')).toEqual([])
  })
})

describe('PMTU_BLACK_HOLE that is quiet once it repeats', () => {
  /** A large segment, an answered ping at `pinged`, then nothing but repetitions. */
  const quiet = (place: Place, pinged: number): Packet[] => [
    ...handshake(place, 0),
    ...[10, 300, 800, 1700].map((ms) =>
      record(outer(place, 0, segment(place, 0, { sequence: 101, acknowledgment: 501, payload: 1398 })), ms),
    ),
    ...exchange(place, 60, pinged),
  ]

  it('is told by a ping that passed after the first of them was sent', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(findings(inTime(quiet(place, 100)), 'PMTU_BLACK_HOLE')).toMatchObject([{ count: 4 }])
      }),
      RUNS,
    )
  })

  it('is none where the ping was before it, or where a later one is lost too', () => {
    expect(findings(inTime(quiet(HERE, 5)), 'PMTU_BLACK_HOLE')).toEqual([])
    const lost = lostPings(HERE, 70, 3, 1000, 134)
    expect(findings(inTime([...quiet(HERE, 100), ...lost]), 'PMTU_BLACK_HOLE')).toEqual([])
  })
})

describe('PMTU_BLACK_HOLE of answers by UDP', () => {
  /** A DNS message of `length` bytes of outer IP. */
  const dns = (place: Place, from: 0 | 1, id: number, ms: number, length = 118, port = 40_000, service = 53) => {
    const ports = from === 0 ? ([port, service] as const) : ([service, port] as const)
    const head = bytes(number(id, 2), from === 0 ? 0x01 : 0x81, 0)
    const questions = number(1, 2)
    const body = udp(bytes(head, questions, new Uint8Array(length - 50 - 20 - 8 - 4 - 2)), ...ports)
    const ends = { from: place.ips[from], to: place.ips[1 - from]!, protocol: 17, id: nextId() }
    return record(outer(place, from, ipv4(body, ends)), ms)
  }
  /** A question that is asked `times` times, 1.5 s apart, and answered at once each time. */
  const asked = (place: Place, id: number, ms: number, length: number, times = 3) =>
    Array.from({ length: times }, (_, n) => [
      dns(place, 0, id, ms + n * 1500),
      dns(place, 1, id, ms + n * 1500 + 1, length),
    ]).flat()
  /** The asker finds out the server's MAC before it asks: an answer of 78 bytes arrived. */
  const found = (place: Place, ms: number): Packet[] => {
    const [asker, server] = ([0, 1] as const).map((end) => ({ mac: place.macs[end], ip: place.ips[end] }))
    const { vni, vteps } = place
    const path = [
      { vni, from: vteps[0], to: vteps[1] },
      { vni, from: vteps[1], to: vteps[0] },
    ] as const
    const question = ethernet(arp(1, asker!, server!), { from: asker!.mac, to: 'ff:ff:ff:ff:ff:ff', type: 0x0806 })
    const answer = ethernet(arp(2, server!, asker!), { from: server!.mac, to: asker!.mac, type: 0x0806 })
    return [
      { bytes: vxlan(question, path[0]), ms },
      { bytes: vxlan(answer, path[1]), ms: ms + 1 },
    ]
  }
  const inVain = (place: Place, length = 1498) => [
    ...found(place, 0),
    ...asked(place, 1, 1000, length),
    ...asked(place, 2, 7000, length),
    dns(place, 0, 3, 14_000),
  ]

  it('is found at the sender of the answers, wherever it is', () => {
    fc.assert(
      fc.property(places, (place) => {
        const [hole, ...more] = findings(inVain(place), 'PMTU_BLACK_HOLE')
        expect(more).toEqual([])
        expect(hole!.subject).toEqual({ vteps: place.vteps.toReversed() })
        expect([hole!.count, hole!.packets]).toEqual([4, [4, 6, 10, 12]])
        expect(hole!.observed).toContain('the same request was repeated')
        expect(hole!.observed).toContain('measure it')
        expect(told(inVain(place)).mtu.perPair[0]).toMatchObject({ pathMtu: null, pathMtuBetween: null })
      }),
      RUNS,
    )
  })

  /** An SNMP message of version 2c of `length` bytes of outer IP: GetBulk or its response. */
  const snmp = (place: Place, from: 0 | 1, id: number, ms: number, length = 118) => {
    const room = length - 50 - 20 - 8 - 17
    const pdu = bytes(
      [from === 0 ? 0xa5 : 0xa2, 0x82],
      number(room - 4, 2),
      [2, 4],
      number(id, 4),
      new Uint8Array(room - 10),
    )
    const message = bytes([2, 1, 1, 4, 6], [112, 117, 98, 108, 105, 99], pdu)
    const ports: [number, number] = from === 0 ? [40_161, 161] : [161, 40_161]
    const body = udp(bytes([0x30, 0x82], number(message.length, 2), message), ...ports)
    const ends = { from: place.ips[from], to: place.ips[1 - from]!, protocol: 17, id: nextId() }
    return record(outer(place, from, ipv4(body, ends)), ms)
  }
  const polled = (ids: readonly number[], apart: number) => [
    ...found(HERE, 0),
    ...ids.flatMap((id, n) => [snmp(HERE, 0, id, 1000 + n * apart), snmp(HERE, 1, id, 1001 + n * apart, 1398)]),
  ]

  it('is found by the identifier of an SNMP request, and not where each has its own or all have the same', () => {
    expect(findings(polled([1, 1, 1, 1, 2, 2, 2, 2], 1000), 'PMTU_BLACK_HOLE')).toMatchObject([{ count: 6 }])
    expect(findings(polled([1, 2, 3, 4, 5, 6, 7, 8], 1000), 'PMTU_BLACK_HOLE')).toEqual([])
    // Polls with one identifier for all, every ten seconds and every second.
    expect(findings(polled(new Array(6).fill(1), 10_000), 'PMTU_BLACK_HOLE')).toEqual([])
    expect(findings(polled(new Array(12).fill(1), 1000), 'PMTU_BLACK_HOLE')).toEqual([])
  })

  it('is found where small answers of the same server are taken', () => {
    const packets = [...inVain(HERE).slice(2), ...asked(HERE, 9, 15_000, 200, 1), ...healthy(HERE, 25_000)]
    expect(findings(packets, 'PMTU_BLACK_HOLE')).toHaveLength(1)
  })

  /** A question that is asked again every five seconds, as resolvers do. */
  const slowly = (id: number, ms: number, length: number, times = 3) =>
    Array.from({ length: times }, (_, n) => [
      dns(HERE, 0, id, ms + n * 5000, 118, 40_000 + id),
      dns(HERE, 1, id, ms + n * 5000 + 1, length, 40_000 + id),
    ]).flat()
  const large = [1, 2, 3].flatMap((id) => slowly(id, id * 100, 1498))
  const inTurn = (...packets: Packet[][]) => packets.flat().sort((left, right) => left.ms! - right.ms!)

  it('is found by small answers of before the first repetition, which are counted', () => {
    const small = [4, 5, 6].flatMap((id) => slowly(id, id * 700, 200, 1))
    const [hole] = findings(inTurn(large, small), 'PMTU_BLACK_HOLE')
    expect(hole!.count).toBe(6)
    expect(hole!.observed).toContain('3 smaller responses (up to 200 bytes) arrived')
    // Those that come again as well say that everything is lost.
    const lost = [4, 5, 6].flatMap((id) => slowly(id, id * 700, 200))
    expect(findings(inTurn(large, lost), 'PMTU_BLACK_HOLE')).toEqual([])
  })

  it('is UDP_UNANSWERED where nothing shows that smaller packets arrive', () => {
    const [asked, ...more] = findings(inTurn(large), 'UDP_UNANSWERED')
    expect(more).toEqual([])
    expect(asked).toMatchObject({
      severity: 'warning',
      count: 6,
      subject: { vteps: HERE.vteps, ip: HERE.ips[1], port: 53 },
    })
    expect(asked!.title).toContain('6 DNS queries')
    expect(asked!.title).toContain('repeated although large answers were sent')
    expect(asked!.observed).toContain('1,498 bytes')
    const small = [4, 5, 6].flatMap((id) => slowly(id, id * 700, 200, 1))
    for (const packets of [
      inTurn(large, small),
      // Once answered, never asked again; and asked all the time, as by a probe with one identifier.
      [1, 2, 3, 4].flatMap((id) => slowly(id, id * 9000, 1498, 1)),
      slowly(1, 0, 1498, 12),
      slowly(1, 0, 400, 4),
    ])
      expect(findings(packets, 'UDP_UNANSWERED')).toEqual([])
  })

  it.each([
    ['a large answer was taken', [...inVain(HERE), ...asked(HERE, 9, 15_000, 1498, 1), ...healthy(HERE, 25_000)]],
    ['answers are small', inVain(HERE, 900)],
    ['nothing shows that anything arrives', inVain(HERE).slice(2)],
    ['each question is asked once', [1, 2, 3, 4, 5].flatMap((id) => asked(HERE, id, id * 1500, 1498, 1))],
    [
      'the question comes again before the answer can have arrived',
      [
        ...found(HERE, 0),
        ...[1, 2, 3, 4].flatMap((id) => [
          dns(HERE, 0, id, id * 1000),
          dns(HERE, 1, id, id * 1000 + 1, 1498),
          dns(HERE, 0, id, id * 1000 + 300),
        ]),
        ...healthy(HERE, 9000),
      ],
    ],
    [
      'the protocol has no identifiers',
      [
        ...found(HERE, 0),
        ...[1, 2, 3, 4, 5].flatMap((n) => [
          dns(HERE, 0, 0x3000, n * 1500, 118, 40_000, 161),
          dns(HERE, 1, 0x3000, n * 1500 + 1, 1498, 40_000, 161),
        ]),
      ],
    ],
  ])('is not raised when %s', (_, packets) => expect(findings(packets, 'PMTU_BLACK_HOLE')).toEqual([]))
})

/** Whether a record of an outer IPv4 packet is from that end. */
const isFrom =
  (place: Place, end: 0 | 1) =>
  ({ bytes }: Packet): boolean =>
    bytes.subarray(26, 30).join('.') === place.vteps[end]

/** Outer IP length of a segment with 512 bytes of payload. */
const OUTER_OF_512 = 50 + 40 + 512

/** A request of `length` outer bytes in fragments on a link with this MTU, and its reply likewise. */
function splitExchange(place: Place, sequence: number, ms: number, length: number, mtu: number, ttl = 64): Packet[] {
  return ([0, 1] as const).flatMap((from) =>
    split(outer(place, from, ping(place, from, sequence, length - 50), { dontFragment: false, ttl }), mtu).map(
      (part, n) => record(part, ms + from * 10 + n),
    ),
  )
}

describe('OUTER_FRAGMENTED', () => {
  it('is found wherever it is planted, in both directions', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 600, max: 1500 }), (place, mtu) => {
        const packets = [...healthy(place), ...splitExchange(place, 1, 5000, 1550, mtu), ...healthy(place, 6000)]
        const found = findings(packets, 'OUTER_FRAGMENTED')
        const first = 20 + Math.floor((mtu - 20) / 8) * 8
        expect(found.map(({ subject }) => subject.vteps!).sort()).toEqual(
          [place.vteps, place.vteps.toReversed()].sort(),
        )
        expect(found.map(({ count }) => count)).toEqual([1, 1])
        const [pair] = told(packets).mtu.perPair
        expect(pair).toMatchObject({ pathMtu: first, pathMtuFrom: 'fragments', pathMtuBetween: [first, first + 8] })
        expect(pair!.recommendedInnerMtu).toBe(first - 50 < 576 ? null : first - 50)
        expect(found[0]!.observed).toContain('up to 7 bytes larger')
        expect(found[0]!.observed).not.toContain('measure it')
      }),
      RUNS,
    )
  })

  it('says who splits: the VTEP, a router, or that nothing tells', () => {
    const title = (packets: Packet[]) => findings(packets, 'OUTER_FRAGMENTED').map((finding) => finding.title)
    expect(title(splitExchange(HERE, 1, 0, 1550, 1400))[0]).toContain('VTEP 10.0.0.')
    expect(title(splitExchange(HERE, 1, 0, 1550, 1400, 61))[0]).toContain('are fragmented')
    const whole = outer(HERE, 0, ping(HERE, 0, 1, 1450), { dontFragment: false, ttl: 64 })
    const behind = whole.slice()
    behind[8] = 63
    const packets = [record(whole, 0), ...split(behind, 1400).map((part, n) => record(part, n + 1, 1))]
    expect(title(packets)).toEqual(['A router fragments the tunnel datagrams from 10.0.0.1 to 10.0.0.2'])
  })

  it('takes the largest packet that goes unsplit for the limit', () => {
    const packets = [
      ...splitExchange(HERE, 1, 0, 1550, 1400),
      ...splitExchange(HERE, 2, 20, 1401, 1400),
      ...exchange(HERE, 3, 40, 1399),
    ]
    expect(told(packets).mtu.perPair[0]!.pathMtu).toBe(1399)
    expect(told([...packets, ...exchange(HERE, 4, 60, 1400)]).mtu.perPair[0]!.pathMtu).toBe(1400)
    // What is answered may have been seen whole before the router and split behind it: as large as what was split, it proves nothing.
    const asked = analysisOf([...packets, ...exchange(HERE, 5, 80, 1401)])
    expect(([0, 1] as const).map((direction) => pathMtuOf(asked, 0, direction)?.mtu)).toEqual([1399, 1399])
  })

  it('does not believe fragments smaller than any link', () => {
    expect(told(splitExchange(HERE, 1, 0, 134, 50)).mtu.perPair[0]!.pathMtu).toBeNull()
  })

  it.skipIf(TSHARK === undefined)(`has a filter that selects what it names${becauseOfTshark()}`, async () => {
    const packets = splitExchange(HERE, 1, 0, 1550, 1400)
    for (const finding of findings(packets, 'OUTER_FRAGMENTED')) {
      expect(await asFile(packets, (file) => unselected(file, finding))).toEqual([])
    }
  })
})

describe('FRAGMENT_MISSING', () => {
  const whole = (place: Place) => splitExchange(place, 1, 500, 1550, 1400)
  /** A datagram in fragments of which one is dropped. */
  const torn = (place: Place, drop: 0 | 1, ms: number) =>
    split(outer(place, 0, ping(place, 0, 2, 1500), { dontFragment: false }), 1400)
      .filter((_, n) => n !== drop)
      .map((part, n) => record(part, ms + n))

  it.each([0, 1] as const)('is found wherever fragment %s is lost', (drop) => {
    fc.assert(
      fc.property(places, (place) => {
        const [found, ...more] = findings(
          [...whole(place), ...torn(place, drop, 3000), ...healthy(place, 5000)],
          'FRAGMENT_MISSING',
        )
        expect(more).toEqual([])
        expect(found!.subject).toEqual({ vteps: place.vteps })
        expect([found!.count, found!.packets]).toEqual([1, [5]])
        expect(found!.observed).toContain(drop === 0 ? 'the first fragment in 1' : 'the first fragment is always there')
      }),
      RUNS,
    )
  })

  it('leaves whole datagrams, the edges of the capture, and captures with losses alone', () => {
    expect(findings([...whole(HERE), ...healthy(HERE, 3000)], 'FRAGMENT_MISSING')).toEqual([])
    expect(findings([...healthy(HERE), ...whole(HERE), ...torn(HERE, 1, 4000)], 'FRAGMENT_MISSING')).toEqual([])
    expect(findings([...torn(HERE, 0, 0), ...whole(HERE), ...healthy(HERE, 3000)], 'FRAGMENT_MISSING')).toEqual([])
    const lossy = [...whole(HERE), ...torn(HERE, 0, 3000), ...healthy(HERE, 5000)]
    expect(findings(lossy, 'FRAGMENT_MISSING', { dropped: 3 })).toEqual([])
    expect(findings(lossy, 'FRAGMENT_MISSING', { dropped: 0 })).toHaveLength(1)
  })

  it('tells a capture filter, which lets no later fragment through, from a loss by the answers', () => {
    const heads = (count: number, answered: boolean) => [
      ...Array.from({ length: count }, (_, n) => [
        record(split(outer(HERE, 0, ping(HERE, 0, n, 1500), { dontFragment: false }), 1400)[0]!, n * 10),
        ...(answered
          ? [record(split(outer(HERE, 1, ping(HERE, 1, n, 1500), { dontFragment: false }), 1400)[0]!, n * 10 + 1)]
          : []),
      ]).flat(),
      ...healthy(HERE, 3000),
    ]
    expect(findings(heads(4, true), 'FRAGMENT_MISSING')).toEqual([])
    expect(findings(heads(4, false), 'FRAGMENT_MISSING')).toHaveLength(1)
  })

  it('takes the receiver’s word that fragments did not come in time', () => {
    const [head] = torn(HERE, 1, 3000)
    const error = icmpError(HERE.vteps[1], head!.bytes.subarray(14), 11, 1)
    const packets = [...healthy(HERE), record(error, 4000)]
    expect(findings(packets, 'FRAGMENT_MISSING').map(({ subject, count }) => [subject, count])).toEqual([
      [{ vteps: HERE.vteps }, 1],
    ])
  })

  it('keeps to plain traffic’s own business', () => {
    const plain = { ...HERE, vteps: ['10.5.0.1', '10.5.0.2'] as Place['vteps'] }
    const tail = split(outer(plain, 0, ping(plain, 0, 2, 1500), { dontFragment: false }), 1400)[1]!
    expect(findings([...whole(HERE), record(tail, 2000), ...healthy(HERE, 4000)], 'FRAGMENT_MISSING')).toEqual([])
  })
})

describe('MSS_TOO_LARGE', () => {
  const path = (place: Place) => splitExchange(place, 1, 1000, 1550, 1500)

  it('is found wherever a segment does not fit the proved path', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 1411, max: 9000 }), (place, mss) => {
        const [found, ...more] = findings([...path(place), ...handshake(place, 2000, [mss, 1410])], 'MSS_TOO_LARGE')
        expect(more).toEqual([])
        const vteps = place.vteps.toSorted((left, right) => Number(left.split('.')[3]) - Number(right.split('.')[3]))
        expect(found!.subject).toEqual({ vni: place.vni, vteps })
        expect([found!.count, found!.packets]).toEqual([1, [5]])
        expect(found!.remedy).toContain('Set the inner MTU to 1450 and clamp MSS to 1410')
      }),
      RUNS,
    )
  })

  it('says nothing of what fits, nor without proof', () => {
    expect(findings([...path(HERE), ...handshake(HERE, 2000, [1410, 536])], 'MSS_TOO_LARGE')).toEqual([])
    expect(findings(handshake(HERE, 0, [1460, 8960]), 'MSS_TOO_LARGE')).toEqual([])
  })

  it('takes the user’s word for the underlay', () => {
    const packets = handshake(HERE, 0, [1460, 1460])
    expect(findings(packets, 'MSS_TOO_LARGE', { underlayMtu: 1500 })[0]!.observed).toContain('(as stated)')
    expect(findings(packets, 'MSS_TOO_LARGE', { underlayMtu: 1550 })).toEqual([])
  })

  it('counts 20 bytes more for inner IPv6, and recommends no IPv4 MSS where there is only that', () => {
    const ends = { from: 'fd00::1', to: 'fd00::2', protocol: 6 }
    const syn = (mss: number) => record(outer(HERE, 0, ipv6(tcp({ flags: SYN, sequence: 1, mss }), ends)), 0)
    expect(findings([syn(1391)], 'MSS_TOO_LARGE', { underlayMtu: 1500 })).toHaveLength(1)
    expect(findings([syn(1390)], 'MSS_TOO_LARGE', { underlayMtu: 1500 })).toEqual([])
    const error = icmpError('10.9.9.9', outer(HERE, 0, ipv6(tcp({}), ends)), 3, 4, 1400)
    const { mtu } = told([syn(1391), record(error, 1)])
    expect(mtu.perPair[0]).toMatchObject({ pathMtu: 1400, recommendedInnerMtu: 1350, recommendedMss: null })
  })
})

describe('SUPER_FRAME', () => {
  const data = (place: Place, sequence: number, payload: number, ms: number) =>
    record(outer(place, 0, segment(place, 0, { sequence, acknowledgment: 501, flags: ACK, payload })), ms)

  it('is found by a payload above the receiver’s MSS, wherever it is', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 1411, max: 9000 }), (place, payload) => {
        const packets = [...handshake(place, 0), data(place, 101, 1000, 5), data(place, 1101, payload, 6)]
        const [found, ...more] = findings(packets, 'SUPER_FRAME')
        expect(more).toEqual([])
        expect(found!.subject).toEqual({ vteps: place.vteps })
        expect([found!.count, found!.packets]).toEqual([1, [5]])
        expect(told(packets).mtu.perPair[0]!.largestOuterIpLength).toBe(1090)
      }),
      RUNS,
    )
  })

  it('is found without a SYN by whole segments of the usual MTU, then by whatever is larger than one', () => {
    // 1500 − 50 − 40 bytes fit a segment.
    const packets = [
      data(HERE, 1, 2500, 0),
      data(HERE, 2501, 3 * 1410, 1),
      data(HERE, 6731, 2404, 2),
      data(HERE, 9135, 1410, 3),
    ]
    const [found] = findings(packets, 'SUPER_FRAME')
    expect(found!.packets).toEqual([2, 3])
    // The first one, of which nothing could be said yet, is not believed any more.
    expect(told(packets).mtu.perPair[0]!.largestOuterIpLength).toBe(1500)
  })

  it('leaves a jumbo underlay alone', () => {
    const packets = [data(HERE, 1, 8910, 0), data(HERE, 8911, 8910, 1), data(HERE, 17_821, 5000, 2)]
    expect(findings(packets, 'SUPER_FRAME')).toEqual([])
    expect(told(packets).mtu.perPair[0]!.largestOuterIpLength).toBe(9000)
    const seen = [...handshake(HERE, 0, [8960, 8910]), data(HERE, 101, 8910, 5)]
    expect(findings(seen, 'SUPER_FRAME')).toEqual([])
  })

  it('keeps super-frames out of every verdict about sizes', () => {
    const retries = Array.from({ length: 4 }, (_, n) => data(HERE, 101, 5000, 10 + n * 500))
    expect(findings([...handshake(HERE, 0), ...retries, ...healthy(HERE, 3000)], 'PMTU_BLACK_HOLE')).toEqual([])
  })
})

describe('underlayMtu', () => {
  it('is what the user says, what a pair proves, what was answered, what was seen, in this order', () => {
    const request = record(outer(HERE, 0, ping(HERE, 0, nextId(), 1234)), 0)
    const of = (packets: Packet[], underlayMtu?: number) => {
      const { mtu } = told(packets, underlayMtu === undefined ? {} : { underlayMtu })
      return [mtu.underlayMtuFrom, mtu.underlayMtu]
    }
    expect(of([])).toEqual([null, null])
    expect(of([request])).toEqual(['largest-seen', 1284])
    expect(of([request, ...exchange(HERE, 1, 0, 500)])).toEqual(['largest-answered', 500])
    const proved = [request, ...exchange(HERE, 1, 0, 500), ...splitExchange(HERE, 2, 5, 1550, 1500)]
    expect(of(proved)).toEqual(['fragments', 1500])
    expect(of(proved, 9000)).toEqual(['option', 9000])
  })
})
