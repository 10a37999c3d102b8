/** Who can be reached: planted silences are found with the right subject, wherever they are planted; without them nothing is. */
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../../src/node-summarize.ts'
import { asFile, unselected } from '../../support/display-filters.ts'
import type { Packet } from '../../support/packets.ts'
import { ACK, SYN } from '../../support/packets.ts'
import { because, LAB } from '../../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../../support/tshark.ts'
import {
  ask,
  codes,
  findingsOf,
  HERE,
  healthy,
  only,
  type Place,
  ping,
  places,
  segment,
  tell,
  underlayArp,
} from '../places.ts'

const RUNS = { numRuns: 20 }
const CODES = ['ONE_WAY', 'PORT_MISMATCH', 'VTEP_UNREACHABLE', 'VNI_MISMATCH', 'ARP_UNANSWERED']

/** Requests that nobody answers, from `start` on. */
const silent = (place: Place, start: number, count = 5): Packet[] =>
  Array.from({ length: count }, (_, n) => ping(place, 'request', 500 + n, start + n * 100))

/** Three questions for an address, a second apart. */
const questions = (place: Place, ip: string, start: number, way = {}): Packet[] =>
  [0, 1000, 2000].map((ms) => ask(place, ip, start + ms, way))

/** Ends a capture well after the last question. */
const later = (place: Place, ms: number): Packet =>
  ping({ ...place, vni: place.vni + 1, ips: ['10.99.0.1', '10.99.0.2'] }, 'reply', 1, ms)

it('says nothing of healthy traffic', () => {
  fc.assert(
    fc.property(places, (place) => {
      expect(codes(healthy(place))).toEqual([])
    }),
    RUNS,
  )
})

describe('ONE_WAY', () => {
  it('names asker and silent side, throughout or from some moment on', () => {
    fc.assert(
      fc.property(places, fc.boolean(), (place, before) => {
        const packets = [...(before ? healthy(place) : []), ...silent(place, 2000), later(place, 4000)]
        const [found, ...rest] = only('ONE_WAY', packets)
        expect(rest).toEqual([])
        expect(found).toMatchObject({
          severity: 'error',
          subject: { vni: place.vni, vteps: place.vteps.slice(0, 2) },
          count: 5,
        })
        expect(found!.observed).toContain(before ? '11 packets had come back' : 'throughout')
      }),
      RUNS,
    )
  })

  it('needs two seconds of silence, or many requests', () => {
    const asked = (count: number, every: number): Packet[] => [
      ...healthy(HERE),
      ...Array.from({ length: count }, (_, n) => ping(HERE, 'request', 900 + n, 3000 + n * every)),
    ]
    expect(only('ONE_WAY', asked(4, 300))).toEqual([])
    expect(only('ONE_WAY', asked(5, 450))).toEqual([])
    expect(only('ONE_WAY', asked(5, 550))).toHaveLength(1)
    expect(only('ONE_WAY', asked(6, 60))).toHaveLength(1)
    expect(only('ONE_WAY', [...asked(4, 300), later(HERE, 5500)])).toHaveLength(1)
  })

  it('says what the capture lost', () => {
    const found = findingsOf([...silent(HERE, 0), later(HERE, 2000)], 17).find(({ code }) => code === 'ONE_WAY')
    expect(found!.inferred).toContain('lost 17 packets')
  })

  const cases: [string, Packet[]][] = [
    ['two requests', silent(HERE, 0, 2)],
    ['requests of the last 100 ms', silent(HERE, 3900, 3).map((packet, n) => ({ ...packet, ms: 3950 + n * 10 }))],
    ['something that comes back', [...silent(HERE, 0), ping(HERE, 'request', 1, 900, { from: 1 })]],
    ['an answer by another VTEP', [...silent(HERE, 0), ping(HERE, 'reply', 504, 900, { vtep: HERE.vteps[2] })]],
    [
      'a mirror session, which carries both directions one way',
      silent(HERE, 0).flatMap((packet, n) => [
        packet,
        ping(HERE, 'reply', 500 + n, packet.ms! + 1, { vtep: HERE.vteps[0], peer: HERE.vteps[1] }),
      ]),
    ],
    [
      'answers in another VNI, which carries an identity',
      silent(HERE, 0).flatMap((packet, n) => [packet, ping(HERE, 'reply', 500 + n, packet.ms! + 1, { vni: 7 })]),
    ],
    [
      'a MAC that is in use twice: the answers go to the other one',
      silent(HERE, 0).flatMap((packet, n) => [
        packet,
        ping(HERE, 'request', 600 + n, packet.ms! + 50, { vtep: HERE.vteps[2] }),
        ping(HERE, 'reply', 600 + n, packet.ms! + 51, { peer: HERE.vteps[2] }),
      ]),
    ],
    ['frames to many', [0, 1, 2, 3].map((n) => ask(HERE, `192.168.0.${n + 9}`, n * 100))],
    ['a multicast peer', silent(HERE, 0).map((packet) => toGroup(packet))],
    [
      'connections of which one direction alone was captured',
      [0, 1, 2].flatMap((n) => [
        segment(HERE, { from: 50_000 + n, flags: SYN, sequence: 1 }, n * 100),
        segment(HERE, { from: 50_000 + n, flags: ACK, sequence: 2, acknowledgment: 900 }, n * 100 + 1),
      ]),
    ],
  ]
  it.each(cases)('is not %s', (_, packets) => {
    expect(only('ONE_WAY', [...packets, later(HERE, 4000)])).toEqual([])
  })

  it('is not what may have been too large for the path', () => {
    const large = silent(HERE, 0).map((packet) => enlarged(packet))
    expect(only('ONE_WAY', [...large, later(HERE, 4000)])).toEqual([])
  })

  /** SYNs of a connection from a port of its own. */
  const opening = (port: number, ...times: number[]): Packet[] =>
    times.map((ms) => segment(HERE, { from: port, to: 5432, flags: SYN, sequence: 7 }, ms))
  const answered = (...times: number[]): Packet[] =>
    times.flatMap((ms) => [ping(HERE, 'request', ms, ms), ping(HERE, 'reply', ms, ms + 1)])
  const inOrder = (packets: Packet[]): Packet[] => packets.toSorted((one, other) => one.ms! - other.ms!)

  it('is not a server that was silent already while later requests were answered', () => {
    const first = opening(50_000, 1000, 2000, 4000, 8000)
    const second = opening(50_001, 2500, 3500, 5500, 9500)
    expect(codes(inOrder([...answered(0, 1500), ...first, later(HERE, 12_000)]))).toEqual(['TCP_UNANSWERED'])
    const both = inOrder([...answered(0, 1500), ...first, ...second, later(HERE, 12_000)])
    expect(codes(both)).toEqual(['TCP_UNANSWERED'])
    // What else is asked then counts as before.
    const pings = silent(HERE, 9000)
    expect(only('ONE_WAY', inOrder([...both, ...pings]))).toMatchObject([{ count: 5 }])
  })

  it('is what nothing is answered after, whatever had come back before, and a server that has answered since', () => {
    const first = opening(50_000, 1000, 2000, 4000, 8000)
    expect(only('ONE_WAY', inOrder([...answered(0), ...first, later(HERE, 12_000)]))).toMatchObject([{ count: 4 }])
    // That something comes back is no answer to a later request.
    const own = ping(HERE, 'request', 77, 1500, { from: 1 })
    expect(only('ONE_WAY', inOrder([...answered(0), own, ...first, later(HERE, 12_000)]))).toHaveLength(1)
    const opened = segment(HERE, { from: 5432, to: 50_002, flags: SYN | ACK, sequence: 1, acknowledgment: 8 }, 2001, {
      from: 1,
    })
    const recovered = [...opening(50_002, 2000), opened, ...opening(50_001, 2500, 3500, 5500, 9500)]
    const packets = inOrder([...answered(0, 1500), ...first.slice(0, 2), ...recovered, later(HERE, 12_000)])
    expect(only('ONE_WAY', packets)).toHaveLength(1)
  })

  it('takes SYNs and addresses asked for by unicast for requests', () => {
    const syns = [0, 1, 3].map((s) => segment(HERE, { flags: SYN, sequence: 7 }, s * 1000))
    expect(only('ONE_WAY', [...syns, later(HERE, 5000)])).toHaveLength(1)
    const unicast = questions(HERE, HERE.ips[1], 0, { to: HERE.macs[1] })
    expect(only('ONE_WAY', [...unicast, later(HERE, 5000)])).toHaveLength(1)
  })
})

describe('ARP_UNANSWERED', () => {
  it('names VNI and address', () => {
    fc.assert(
      fc.property(places, (place) => {
        const [found, ...rest] = only('ARP_UNANSWERED', [...healthy(place), ...questions(place, '172.16.9.254', 2000)])
        expect(rest).toEqual([])
        expect(found).toMatchObject({ severity: 'warning', subject: { vni: place.vni, ip: '172.16.9.254' }, count: 3 })
        expect(found!.packets).toEqual([23, 24, 25])
      }),
      RUNS,
    )
  })

  it('counts a question once that was replicated to several peers', () => {
    const replicated = questions(HERE, '192.168.0.9', 0).flatMap((packet) => [
      packet,
      { ...ask(HERE, '192.168.0.9', packet.ms! + 0.01, { peer: HERE.vteps[2] }) },
    ])
    expect(only('ARP_UNANSWERED', replicated)[0]).toMatchObject({ count: 3, packets: [1, 3, 5] })
  })

  const ip = '192.168.0.9'
  const cases: [string, Packet[]][] = [
    ['two questions', questions(HERE, ip, 0).slice(1)],
    ['answered at last', [...questions(HERE, ip, 0), tell(HERE, ip, 2500)]],
    [
      'resolved unseen: the asker goes on to speak to it',
      [...questions(HERE, HERE.ips[1], 0), ping(HERE, 'request', 1, 2500)],
    ],
    ['asked now and then, when the answers pass elsewhere', [0, 30, 60, 90].map((s) => ask(HERE, ip, s * 1000))],
    ['a probe of its own address', questions(HERE, HERE.ips[0], 0)],
  ]
  it.each(cases)('is not what was %s', (_, packets) => {
    expect(only('ARP_UNANSWERED', packets)).toEqual([])
  })
})

describe('VNI_MISMATCH', () => {
  /** Each guest asks for the other, the second one in another VNI. */
  const mismatch = (place: Place): Packet[] => [
    ...questions(place, place.ips[1], 0),
    ...questions(place, place.ips[0], 3000, { from: 1, vni: place.vni + 1 }),
  ]

  it('names both VTEPs and VNIs', () => {
    fc.assert(
      fc.property(places, (place) => {
        const [found, ...rest] = only('VNI_MISMATCH', mismatch(place))
        expect(rest).toEqual([])
        expect(found).toMatchObject({ severity: 'error', subject: { vni: place.vni }, count: 6 })
        expect(new Set(found!.subject.vteps)).toEqual(new Set(place.vteps.slice(0, 2)))
        expect(found!.title).toMatch(new RegExp(`VNI ${place.vni}, .* VNI ${place.vni + 1} `))
      }),
      RUNS,
    )
  })

  it('takes pings for questions where addresses are known, and is no ONE_WAY then', () => {
    const pings = [0, 1, 2, 3].flatMap((n) => [
      ping(HERE, 'request', n, n * 200),
      ping(HERE, 'request', n, n * 200 + 50, { from: 1, vni: 101 }),
    ])
    const found = codes([...pings, later(HERE, 4000)])
    expect(found).toContain('VNI_MISMATCH')
    expect(found).not.toContain('ONE_WAY')
  })

  it('is gone when both sides use one VNI, or when one side is answered', () => {
    const same = mismatch(HERE).map((packet, n) =>
      n < 3 ? packet : ask(HERE, HERE.ips[0], 3000 + n * 1000, { from: 1 }),
    )
    expect(only('VNI_MISMATCH', same)).toEqual([])
    expect(only('VNI_MISMATCH', [...mismatch(HERE), tell(HERE, HERE.ips[1], 9000)])).toEqual([])
  })

  it('is not two tenants with the same addresses who ask for others', () => {
    const tenants = [...questions(HERE, '192.168.0.9', 0), ...questions(HERE, '192.168.0.8', 10, { from: 1, vni: 101 })]
    expect(only('VNI_MISMATCH', tenants)).toEqual([])
  })

  it('is not two tenants with the same addresses at VTEPs that each send in both VNIs, to whomever, but one that does', () => {
    const back = (vni: number, ms: number) => questions(HERE, HERE.ips[0], ms, { from: 1, vni })
    const port = (packets: Packet[]) => [...packets, ask(HERE, HERE.ips[0], 9000, { from: 1, vni: 100, port: 8472 })]
    const there = ask(HERE, HERE.ips[1], 8000, { vni: 101 })
    const elsewhere = ask(HERE, '192.168.0.9', 8000, { vni: 101, peer: HERE.vteps[2] })
    for (const other of [there, elsewhere]) {
      expect(only('VNI_MISMATCH', [...mismatch(HERE), other, ...back(100, 9000)])).toEqual([])
      expect(only('VNI_MISMATCH', port([...mismatch(HERE), other]))).toEqual([])
      expect(only('VNI_MISMATCH', [...mismatch(HERE), other])).toHaveLength(1)
    }
  })
})

describe('PORT_MISMATCH', () => {
  it('names the pair where the two directions share no port', () => {
    fc.assert(
      fc.property(places, (place) => {
        const other = place.port === 4789 ? 8472 : 4789
        const there = [0, 1000, 2000].map((ms) => ask(place, place.ips[1], ms))
        const packets = [...there, ask(place, place.ips[0], 2500, { from: 1, port: other })]
        const [found, ...rest] = only('PORT_MISMATCH', packets)
        expect(rest).toEqual([])
        expect(found).toMatchObject({ severity: 'error', subject: { vni: place.vni }, count: 4, packets: [1, 2, 3, 4] })
        expect(new Set(found!.subject.vteps)).toEqual(new Set(place.vteps.slice(0, 2)))
      }),
      RUNS,
    )
  })

  it('is not a pair that changes to a common port, nor one that answers at the other port, nor two overlays in one direction each, nor three packets', () => {
    const changed = [
      ping(HERE, 'request', 1, 0),
      ping(HERE, 'request', 2, 1, { port: 8472 }),
      ping(HERE, 'reply', 2, 2, { port: 8472 }),
    ]
    expect(only('PORT_MISMATCH', changed)).toEqual([])
    const answered = [ping(HERE, 'request', 1, 0), ping(HERE, 'reply', 1, 2, { port: 8472 })]
    expect(only('PORT_MISMATCH', answered)).toEqual([])
    const apart = [ask(HERE, HERE.ips[1], 0), ask(HERE, HERE.ips[0], 1, { from: 1, port: 8472, vni: 5 })]
    expect(only('PORT_MISMATCH', apart)).toEqual([])
    const few = [0, 1].map((n) => ask(HERE, HERE.ips[1], n * 1000))
    expect(only('PORT_MISMATCH', [...few, ask(HERE, HERE.ips[0], 2000, { from: 1, port: 8472 })])).toEqual([])
  })

  it('is not a pair over which a connection goes on, unless both sides send the same again', () => {
    const data = (ms: number, from: 0 | 1, sequence: number) =>
      segment(HERE, { sequence, acknowledgment: 1, payload: 10 }, ms, { from, port: from === 0 ? 4789 : 8472 })
    const goesOn = [0, 10, 20].flatMap((n) => [data(n, 0, n), data(n + 1, 1, n)])
    expect(only('PORT_MISMATCH', goesOn)).toEqual([])
    const again = [0, 300, 900].flatMap((ms) => [data(ms, 0, 0), data(ms + 100, 1, 0)])
    expect(only('PORT_MISMATCH', again)).toHaveLength(1)
  })
})

describe('VTEP_UNREACHABLE by ARP', () => {
  const asks = (place: Place, count: number): Packet[] =>
    Array.from({ length: count }, (_, n) => underlayArp(1, place.vteps[0], place.vteps[1], 2000 + n * 1000))

  it('names asker and VTEP', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 3, max: 12 }), (place, count) => {
        const [found, ...rest] = only('VTEP_UNREACHABLE', [...healthy(place), ...asks(place, count)])
        expect(rest).toEqual([])
        expect(found).toMatchObject({ severity: 'error', subject: { vteps: place.vteps.slice(0, 2) }, count })
      }),
      RUNS,
    )
  })

  it('stays told when the VTEP comes back', () => {
    const back = [...healthy(HERE), ...asks(HERE, 4), underlayArp(2, HERE.vteps[1], HERE.vteps[0], 5001)]
    expect(only('VTEP_UNREACHABLE', back)[0]).toMatchObject({ count: 3 })
  })

  const cases: [string, Packet[]][] = [
    ['asked twice', [...healthy(HERE), ...asks(HERE, 2)]],
    [
      'answered at the third question',
      [...healthy(HERE), ...asks(HERE, 3), underlayArp(2, HERE.vteps[1], HERE.vteps[0], 4001)],
    ],
    ['one that never spoke', asks(HERE, 5)],
    [
      'one that goes on sending',
      [...healthy(HERE), ...asks(HERE, 5).flatMap((packet) => [packet, ...healthy(HERE, packet.ms! + 1)])],
    ],
    [
      'asked now and then',
      [...healthy(HERE), ...[0, 1, 2, 3].map((n) => underlayArp(1, HERE.vteps[0], HERE.vteps[1], 30_000 * (n + 1)))],
    ],
  ]
  it.each(cases)('is not %s', (_, packets) => {
    expect(only('VTEP_UNREACHABLE', packets)).toEqual([])
  })
})

describe.skipIf(TSHARK === undefined)(`display filters${becauseOfTshark()}`, () => {
  it('select the packets that a finding names, whatever the port', async () => {
    for (const port of [4789, 8472]) {
      const place = { ...HERE, port }
      const packets = [
        ...healthy(place),
        ...silent(place, 2000),
        ...questions(place, '192.168.0.9', 3000),
        ...[6, 7, 8].map((s) => underlayArp(1, place.vteps[0], place.vteps[1], s * 1000)),
        ...questions({ ...place, ips: ['192.168.5.1', '192.168.5.2'] }, '192.168.5.2', 9000),
        ...questions({ ...place, ips: ['192.168.5.1', '192.168.5.2'] }, '192.168.5.1', 9010, { from: 1, vni: 101 }),
        ...questions({ ...place, vni: 9 }, '192.168.0.2', 12_000),
        ask({ ...place, vni: 9 }, '192.168.0.1', 14_001, { from: 1, port: port === 4789 ? 8472 : 4789 }),
      ]
      const found = findingsOf(packets).filter(({ code }) => CODES.includes(code))
      expect(new Set(found.map(({ code }) => code))).toEqual(new Set(CODES))
      await asFile(packets, async (file) => {
        for (const finding of found) expect(await unselected(file, finding), finding.displayFilter).toEqual([])
      })
    }
  })
})

describe.skipIf(LAB === undefined)(`lab captures${because(LAB)}`, () => {
  const PAIR = ['10.0.10.101', '10.0.10.102']
  it.each([
    ['fault-dport-mismatch-h1.pcap', 'PORT_MISMATCH', { vni: 100, vteps: PAIR }],
    ['fault-dport-mismatch-h2.pcap', 'PORT_MISMATCH', { vni: 100, vteps: PAIR }],
    ['fault-vtep-down-h1.pcap', 'VTEP_UNREACHABLE', { vteps: PAIR }],
    ['fault-vni-mismatch-h1.pcap', 'VNI_MISMATCH', { vni: 100, vteps: PAIR }],
    ['fault-vni-mismatch-h1.pcap', 'ARP_UNANSWERED', { vni: 100, ip: '192.168.40.2' }],
    ['fault-vni-mismatch-h2.pcap', 'VNI_MISMATCH', { vni: 100, vteps: PAIR }],
    ['fault-vni-mismatch-h2.pcap', 'ARP_UNANSWERED', { vni: 101, ip: '192.168.40.1' }],
    ['kv-hre-h1.pcap', 'ARP_UNANSWERED', { vni: 6000, ip: '192.168.80.99' }],
    ['kv-mcast-h1.pcap', 'ARP_UNANSWERED', { vni: 5000, ip: '192.168.70.99' }],
    ['kv-mcast-h3.pcap', 'ARP_UNANSWERED', { vni: 5000, ip: '192.168.70.99' }],
    ['fault-oneway-host-h1.pcap', 'ONE_WAY', { vni: 100, vteps: PAIR }],
    ['fault-oneway-host-h2.pcap', 'ONE_WAY', { vni: 100, vteps: PAIR }],
    ['fault-oneway-wire-h2.pcap', 'ONE_WAY', { vni: 100, vteps: [...PAIR].reverse() }],
  ])('%s: %s', async (name, code, subject) => {
    const file = join(LAB!, name)
    const found = (await summarizeFiles([file])).findings.filter((finding) => finding.code === code)
    expect(found.map((finding) => finding.subject)).toContainEqual(subject)
    if (TSHARK === undefined) return
    for (const finding of found) expect(await unselected(file, finding), finding.displayFilter).toEqual([])
  })

  it.each([
    'fault-healthy-h1.pcap',
    'seed-ovs-h1.pcap',
    'seed-ovs-naive-h1.pcap',
    'kv-vnis-sw.pcapng',
    'kv-gbp-h1.pcap',
    'kv-sll-any-h1.pcapng',
  ])('%s: nothing', async (name) => {
    const { findings } = await summarizeFiles([join(LAB!, name)])
    expect(findings.filter(({ code }) => CODES.includes(code))).toEqual([])
  })
})

/** The same packet to a multicast group. */
function toGroup(packet: Packet): Packet {
  const bytes = packet.bytes.slice()
  bytes.set([239, 1, 1, 1], 14 + 16)
  return { ...packet, bytes }
}

/** The same packet with 600 more bytes at its end, all lengths told. */
function enlarged(packet: Packet): Packet {
  const bytes = new Uint8Array(packet.bytes.length + 600)
  bytes.set(packet.bytes)
  const view = new DataView(bytes.buffer)
  // Outer IPv4 and UDP length, inner IPv4 length: behind outer Ethernet 14, IPv4 20, UDP 8, VXLAN 8, inner Ethernet 14.
  for (const at of [14 + 2, 34 + 4, 64 + 2]) view.setUint16(at, view.getUint16(at) + 600)
  return { ...packet, bytes }
}
