/**
 * What only looks like a fault, or hides one: mirror sessions, VNIs that change with the direction, tenants with the same addresses,
 * VTEPs with two addresses, loops. Planted they are found, moved about they stay the same, removed they are gone.
 */
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Programs } from '../../src/diagnosis/behaviour/senders.ts'
import { summarizeFiles } from '../../src/node-summarize.ts'
import type { Finding } from '../../src/summary.ts'
import { asFile, selects, unselected } from '../support/display-filters.ts'
import { ACK, analysisOf, type Packet, records, SYN } from '../support/packets.ts'
import { analyze, printed, recordsOf, resumed } from '../support/parts.ts'
import { because, CORPUS, LAB } from '../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'
import {
  ask,
  codes,
  findingsOf,
  fresh,
  HERE,
  healthy,
  only,
  type Place,
  ping,
  places,
  segment,
  tell,
  underlayArp,
  type Way,
} from './places.ts'

const NEW = ['MIRROR_SESSION', 'VNI_BY_DIRECTION', 'WRONG_SOURCE_VTEP', 'LOOP', 'ADDRESS_OVERLAP']

/** The findings that this file is about. */
const told = (packets: readonly Packet[]): Finding[] => findingsOf(packets).filter(({ code }) => NEW.includes(code))

/** A handshake, two segments and their acknowledgments; `forth` and `back` say how each direction travels. */
function conversation(place: Place, ms: number, forth: Way = {}, back: Way = {}): Packet[] {
  return [
    segment(place, { flags: SYN, sequence: 100 }, ms, { ...forth, from: 0 }),
    segment(place, { flags: SYN | ACK, sequence: 500, acknowledgment: 101 }, ms + 1, { ...back, from: 1 }),
    segment(place, { sequence: 101, acknowledgment: 501, payload: 10 }, ms + 2, { ...forth, from: 0 }),
    segment(place, { sequence: 501, acknowledgment: 111, payload: 20 }, ms + 3, { ...back, from: 1 }),
    segment(place, { sequence: 111, acknowledgment: 521 }, ms + 4, { ...forth, from: 0 }),
    segment(place, { sequence: 521, acknowledgment: 111 }, ms + 5, { ...back, from: 1 }),
  ]
}

/** The next VNI, which no generated place has. */
const otherVni = ({ vni }: Place): number => vni + 1

describe('context: mirror sessions', () => {
  /** Both directions of the guests' traffic, copied by the first VTEP to the third. */
  const mirrored = (place: Place): Packet[] => {
    const way = { vtep: place.vteps[0], peer: place.vteps[2], vni: otherVni(place) }
    return conversation(place, 500, way, way)
  }

  it('are told by both directions that come from one VTEP, and are no silence', () => {
    fc.assert(
      fc.property(places, (place) => {
        const list = mirrored(place)
        const found = findingsOf([...healthy(place, 2000), ...list])
        expect(found.map(({ code }) => code)).toEqual(['MIRROR_SESSION'])
        const vteps = [place.vteps[0], place.vteps[2]]
        expect(found[0]).toMatchObject({ severity: 'note', count: 6, subject: { vni: otherVni(place), vteps } })
        expect(found[0]!.observed).toContain('1 conversation inside runs in both directions')
      }),
      { numRuns: 25 },
    )
  })

  it('are none as soon as anything comes back, nor with one direction or three packets alone', () => {
    const vni = otherVni(HERE)
    const back = ping(HERE, 'reply', 9, 900, { vni, from: 1, vtep: HERE.vteps[2], peer: HERE.vteps[0] })
    expect(told([...mirrored(HERE), back])).toEqual([])
    const way = { vtep: HERE.vteps[0], peer: HERE.vteps[2], vni }
    expect(told(mirrored(HERE).slice(0, 3))).toEqual([])
    expect(told(Array.from({ length: 6 }, (_, n) => ping(HERE, 'request', n, n, way)))).toEqual([])
    expect(told(healthy(HERE))).toEqual([])
  })

  /** Each direction of the guests' traffic, copied by the VTEP in front of its sender. */
  const halves = (place: Place): Packet[] => {
    const way = { peer: place.vteps[2], vni: otherVni(place) }
    return conversation(place, 500, { ...way, vtep: place.vteps[0] }, { ...way, vtep: place.vteps[1] })
  }

  it('are told of two sources that copy one direction each to one receiver, and are no VTEP with two addresses', () => {
    fc.assert(
      fc.property(places, (place) => {
        const found = told([...healthy(place, 2000), ...halves(place)])
        expect(found.map(({ code }) => code)).toEqual(['MIRROR_SESSION', 'MIRROR_SESSION'])
        for (const { subject, observed, count } of found) {
          expect([count, subject.vteps?.[1]]).toEqual([3, place.vteps[2]])
          expect(observed).toContain('1 conversation has its other direction from')
          expect(observed).not.toContain('mirrors into this VNI too')
        }
      }),
      { numRuns: 25 },
    )
  })

  it('are none of two sources whose receiver sends anything, or that send to two of them', () => {
    const back = ping(HERE, 'reply', 9, 900, { vni: 7, from: 1, vtep: HERE.vteps[2], peer: HERE.vteps[0] })
    expect(told([...halves(HERE), back])).toEqual([])
    const way = { vni: otherVni(HERE) }
    const [one, other] = [HERE.vteps[2], '10.9.9.9']
    const apart = conversation(
      HERE,
      0,
      { ...way, vtep: HERE.vteps[0], peer: one },
      { ...way, vtep: HERE.vteps[1], peer: other },
    )
    expect(told(apart).map(({ code }) => code)).not.toContain('MIRROR_SESSION')
  })
})

describe('context: a VNI for each direction', () => {
  it('is told by a conversation whose answers come back in another VNI', () => {
    fc.assert(
      fc.property(places, (place) => {
        const [forth, back] = [place.vni ^ 1, place.vni ^ 2].sort((left, right) => left - right) as [number, number]
        const list = [...healthy(place), ...conversation(place, 2000, { vni: forth }, { vni: back })]
        const found = findingsOf(list)
        expect(found.map(({ code }) => code)).toEqual(['VNI_BY_DIRECTION'])
        expect(found[0]).toMatchObject({ severity: 'note', count: 1 })
        expect(new Set(found[0]!.subject.vteps)).toEqual(new Set(place.vteps.slice(0, 2)))
        expect(found[0]!.observed).toContain(`${forth} and ${back}`)
        // One conversation does not tell whose the VNI is.
        expect(found[0]!.inferred).toContain('Anywhere else')
      }),
      { numRuns: 25 },
    )
  })

  it('follows the sender where it is an identity, and the receiver where it is routed into', () => {
    const third = { ...HERE, ips: [HERE.ips[0], '192.168.0.9'] as [string, string] }
    const identities = [
      ...conversation(HERE, 0, { vni: 7 }, { vni: 8 }),
      ...conversation(third, 100, { vni: 7 }, { vni: 9 }),
    ]
    expect(only('VNI_BY_DIRECTION', identities)[0]!.inferred).toContain('Cilium')
    expect(only('VNI_BY_DIRECTION', identities)[0]!.inferred).not.toContain('routing')
    const routed = [
      ...conversation(HERE, 0, { vni: 8 }, { vni: 7 }),
      ...conversation(third, 100, { vni: 9 }, { vni: 7 }),
    ]
    expect(only('VNI_BY_DIRECTION', routed)[0]!.inferred).toContain('routing')
    expect(only('VNI_BY_DIRECTION', routed)[0]!.inferred).not.toContain('Cilium')
  })

  it('is not told by two tenants, by one direction, or in one VNI', () => {
    const [forth, back] = [{ vni: 7 }, { vni: 8 }]
    expect(told(conversation(HERE, 0))).toEqual([])
    expect(told(conversation(HERE, 0, forth, back).filter((_, n) => n % 2 === 0))).toEqual([])
    const tenants = [...conversation(HERE, 0, forth, forth), ...conversation(HERE, 100, back, back)]
    expect(codes(tenants)).toEqual(['ADDRESS_OVERLAP'])
  })
})

describe('context: tenants with the same addresses', () => {
  it('are told once for all of them, with their VNIs', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 12 }), (place, more) => {
        const first = Math.min(place.vni, 0xff_ff00)
        const vnis = Array.from({ length: more + 1 }, (_, n) => first + n)
        const found = findingsOf(vnis.flatMap((vni, n) => healthy({ ...place, vni }, n * 2000)))
        expect(found.map(({ code }) => code)).toEqual(['ADDRESS_OVERLAP'])
        expect(found[0]).toMatchObject({ severity: 'note', count: 2, subject: {} })
        for (const ip of place.ips) expect(found[0]!.observed).toContain(ip)
        expect(found[0]!.title).toContain(more < 8 ? `VNIs ${first}` : `${more + 1} VNIs (${first}`)
      }),
      { numRuns: 25 },
    )
  })

  it('are told by an address that both claim, whoever they talk to', () => {
    const second = { ...HERE, vni: 200, ips: [HERE.ips[0], '192.168.0.77'] as [string, string] }
    const [found, ...rest] = findingsOf([...healthy(HERE), ...healthy(second, 2000)])
    expect(rest).toEqual([])
    expect(found).toMatchObject({ code: 'ADDRESS_OVERLAP', subject: { ip: HERE.ips[0] }, count: 1 })
  })

  it('are none: one that is routed through another VNI, link-local ones, and one direction of traffic', () => {
    // No ARP, and another partner: what goes through the VNI of a VRF.
    const routed = { ...HERE, ips: [HERE.ips[0], '172.31.0.9'] as [string, string] }
    expect(codes([...healthy(HERE), ...conversation(routed, 2000, { vni: 5000 }, { vni: 5000 })])).toEqual([])
    const local = { ...HERE, ips: ['169.254.1.1', '169.254.1.2'] as [string, string] }
    expect(codes([...healthy(local), ...healthy({ ...local, vni: 200 }, 2000)])).toEqual([])
    const crafted = [ask(HERE, HERE.ips[1], 2000, { vni: 200 }), ping(HERE, 'request', 900, 2100, { vni: 200 })]
    expect(told([...healthy(HERE), ...crafted])).toEqual([])
    const copies = { vtep: HERE.vteps[0], peer: HERE.vteps[2], vni: 200 }
    expect(
      told([...conversation(HERE, 0), ...conversation(HERE, 500, copies, copies)]).map(({ code }) => code),
    ).toEqual(['MIRROR_SESSION'])
  })
})

describe('context: a VTEP with two addresses', () => {
  /** The second guest's VTEP answers from the third address. */
  const misplaced = (place: Place): Packet[] => conversation(place, 0, {}, { vtep: place.vteps[2] })

  it('is not told where somebody else answers: requests go to a MAC that nobody sends from', () => {
    const balanced = (place: Place, mac: string, count: number): Packet[] => {
      const asked: Place = { ...place, macs: [place.macs[0], mac] }
      return Array.from({ length: count }, (_, n) => [
        ping(asked, 'request', n, n * 100),
        ping(place, 'reply', n, n * 100 + 1, { vtep: place.vteps[2] }),
      ]).flat()
    }
    fc.assert(
      fc.property(places, (place) => {
        expect(codes(balanced(place, '02:00:00:00:01:00', 5))).toEqual([])
        expect(codes(balanced(place, place.macs[1], 5))).toEqual(['WRONG_SOURCE_VTEP'])
      }),
      { numRuns: 25 },
    )
    // Of many conversations to one MAC only the first ones are kept.
    const many = Array.from({ length: 6 }, (_, n) => {
      const client = { ...HERE, ips: [`192.168.0.${50 + n}`, HERE.ips[1]] as [string, string] }
      return balanced(client, '02:00:00:00:01:00', 4)
    }).flat()
    expect(codes(many.sort((left, right) => left.ms! - right.ms!))).toEqual([])
  })

  it('is told by answers from where nobody sends to', () => {
    fc.assert(
      fc.property(places, (place) => {
        const found = findingsOf(misplaced(place))
        expect(found.map(({ code }) => code)).toEqual(['WRONG_SOURCE_VTEP'])
        const { vni, vteps } = place
        expect(found[0]).toMatchObject({ severity: 'note', count: 3, subject: { vni, vteps: [vteps[2], vteps[1]] } })
        expect(found[0]!.remedy).toContain(`local ${vteps[1]}`)
      }),
      { numRuns: 25 },
    )
  })

  it('is a note where a connection goes on, as between guests of two VTEPs that share a host', () => {
    const [own, reached, source] = HERE.vteps
    const there = { vtep: own, peer: reached }
    const back = { from: 1 as const, vtep: source, peer: own }
    const data = (n: number) => [
      segment(HERE, { sequence: n * 10, acknowledgment: n * 10, payload: 10 }, n * 10, there),
      segment(HERE, { sequence: n * 10, acknowledgment: (n + 1) * 10, payload: 10 }, n * 10 + 1, back),
    ]
    expect(findingsOf([0, 1, 2].flatMap(data))).toMatchObject([{ code: 'WRONG_SOURCE_VTEP', severity: 'note' }])
    // Sent again and again, the answers do not arrive.
    const again = [0, 1, 2].map((n) => segment(HERE, { acknowledgment: 10, payload: 10 }, 900 + n * 300, back))
    const [found] = findingsOf([...[0, 1, 2].flatMap(data), ...again]).filter(
      ({ code }) => code === 'WRONG_SOURCE_VTEP',
    )
    expect(found!.severity).toBe('warning')
  })

  it('is none once either address has the other direction too, or with less than three packets each way', () => {
    const [own, reached, source] = HERE.vteps
    const toSource = ping(HERE, 'request', 1, 50, { from: 0, vtep: own, peer: source })
    const fromReached = ping(HERE, 'reply', 2, 60, { from: 1, vtep: reached, peer: own })
    expect(told([...misplaced(HERE), toSource])).toEqual([])
    expect(told([...misplaced(HERE), fromReached])).toEqual([])
    expect(told(misplaced(HERE).slice(0, 5))).toEqual([])
    expect(told(conversation(HERE, 0))).toEqual([])
  })
})

describe('context: loops', () => {
  /** A ping, and the same inner frame on its way back to where it came from. */
  const looped = (place: Place, n: number, ms: number): Packet[] => {
    const id = fresh()
    const there = ping(place, 'request', 500 + n, ms, { id })
    const back = ping(place, 'request', 500 + n, ms + 0.2, { id, vtep: place.vteps[1], peer: place.vteps[0] })
    return [there, back, ping(place, 'reply', 500 + n, ms + 0.4)]
  }

  it('are told by frames that come back to the VTEP that sent them', () => {
    fc.assert(
      fc.property(places, (place) => {
        const list = [...healthy(place), ...[0, 1, 2].flatMap((n) => looped(place, n, 2000 + n * 200))]
        const [found, ...rest] = only('LOOP', list)
        expect(rest).toEqual([])
        const { vni, vteps } = place
        expect(found).toMatchObject({ severity: 'error', count: 3, subject: { vni, vteps: [vteps[1], vteps[0]] } })
        expect(found!.packets).toEqual([24, 27, 30])
      }),
      { numRuns: 25 },
    )
  })

  it('are none: two returns, replicas to others, the same frame in another VNI, and what gateways with one address ask', () => {
    expect(told([...healthy(HERE), ...looped(HERE, 0, 2000), ...looped(HERE, 1, 2200)])).toEqual([])
    const replicas = Array.from({ length: 5 }, (_, n) => {
      const id = fresh()
      return HERE.vteps.slice(1).map((peer) => ping(HERE, 'request', 700 + n, 2000 + n * 200, { id, peer }))
    }).flat()
    expect(told([...healthy(HERE), ...replicas])).toEqual([])
    const elsewhere = [0, 1, 2, 3].flatMap((n) => {
      const [there, back] = looped(HERE, n, 2000 + n * 200)
      const other = looped({ ...HERE, vni: 200 }, n, 2000 + n * 200)[1]!
      return [there!, other, back!].slice(0, 2)
    })
    expect(only('LOOP', [...healthy(HERE), ...elsewhere])).toEqual([])
    // Both VTEPs have the gateway's MAC and address, and ask for the same guest at the same time.
    const gateways = Array.from({ length: 10 }, (_, n) => [
      ask(HERE, HERE.ips[1], 3000 + n * 1000),
      ask(HERE, HERE.ips[1], 3001 + n * 1000, { vtep: HERE.vteps[1], peer: HERE.vteps[0] }),
      tell(HERE, HERE.ips[1], 3002 + n * 1000),
    ]).flat()
    expect(only('LOOP', [...healthy(HERE), ...gateways])).toEqual([])
  })
})

describe.skipIf(LAB === undefined)(`context: lab captures${because(LAB)}`, () => {
  const read = async (name: string) => (await summarizeFiles([join(LAB!, name)])).findings

  it.each([
    ['kv-vnis-h1.pcap', ['ADDRESS_OVERLAP']],
    ['kv-vnis-sw.pcapng', ['ADDRESS_OVERLAP']],
    ['kv-mixed-sw.pcapng', []],
    ['ovs-vlan-h1.pcap', []],
    ['kv-hre-h1.pcap', []],
    ['fault-vni-mismatch-h1.pcap', []],
    ['fault-dup-mac-h1.pcap', []],
    ['fault-malformed-h1.pcap', []],
  ])('%s: %j', async (name, expected) => {
    expect((await read(name)).map(({ code }) => code).filter((code) => NEW.includes(code))).toEqual(expected)
  })

  it.each([
    ['seed-ovs-h1.pcap', ['ovs', 'ovs']],
    ['seed-ovs-keyed-h2.pcap', ['ovs', 'ovs']],
    ['ovs-geneve-h1.pcap', ['ovs', 'ovs']],
    ['kv-vnis-h1.pcap', ['linux', 'linux']],
    ['kv-mcast-h1.pcap', ['linux', 'linux', 'linux']],
    ['mtu-dfset-router-h2.pcap', ['linux', 'linux']],
    // Source ports from 50,000 up, as it was set up; IPv6 has no identification.
    ['kv-port8472-h1.pcap', [null, null]],
    ['ovs-ipv6-h1.pcap', [null, null]],
  ])('%s: senders like %j', (name, expected) => {
    const analysis = analyze(recordsOf(join(LAB!, name)))
    const { keys, vtepPairs } = analysis
    const senders = new Set<number>()
    for (let row = 0; row < keys.pairs.count; row++) {
      for (const direction of [0, 1] as const) {
        if (vtepPairs.packets(row, direction) > 0) senders.add(keys.pairs.word(row, direction))
      }
    }
    const programs = new Programs(analysis)
    expect([...senders].map((vtep) => programs.of(vtep))).toEqual(expected)
  })
})

describe.skipIf(CORPUS === undefined)(`context: public captures${because(CORPUS)}`, () => {
  it.each([
    ['suricata-verify-vxlan-decoder-03-vxlan.pcap', 100],
    ['zeek-vxlan-encapsulated-http.pcap', 12],
  ])('%s is a mirror session of %d packets', async (name, count) => {
    const { findings } = await summarizeFiles([join(CORPUS!, 'vxlan', name)])
    expect(findings.filter(({ code }) => NEW.includes(code))).toMatchObject([{ code: 'MIRROR_SESSION', count }])
  })
})

/** As a mirror sends both directions. */
const copies = (place: Place): Way => ({ vtep: place.vteps[0], peer: place.vteps[2], vni: 300 })
/** Captures with one of these each. */
const everything = (place: Place): [string, Packet[]][] => [
  ['MIRROR_SESSION', [...healthy(place), ...conversation(place, 2000, copies(place), copies(place))]],
  ['VNI_BY_DIRECTION', [...healthy(place), ...conversation(place, 2000, { vni: 7 }, { vni: 8 })]],
  ['WRONG_SOURCE_VTEP', conversation(place, 0, {}, { vtep: place.vteps[2] })],
  ['ADDRESS_OVERLAP', [...healthy(place), ...healthy({ ...place, vni: 200 }, 2000)]],
  [
    'LOOP',
    [0, 1, 2].flatMap((n) => {
      const id = fresh()
      const back = { id, vtep: place.vteps[1], peer: place.vteps[0] }
      return [ping(place, 'request', n, n * 9, { id }), ping(place, 'request', n, n * 9 + 1, back)]
    }),
  ],
]

describe('context: saved state', () => {
  it.each(everything(HERE))('%s: gives the same at every boundary', (code, packets) => {
    const all = records(packets)
    const whole = printed(analyze(all))
    expect(whole).toContain(code)
    for (let cut = 0; cut <= all.length; cut++) {
      expect(printed(resumed(all, [cut]))).toBe(whole)
    }
  })
})

describe.skipIf(TSHARK === undefined)(`context: display filters${becauseOfTshark()}`, () => {
  it.each(everything(HERE).map(([code]) => code))('%s: select the named packets, on every port', async (code) => {
    for (const port of [4789, 8472]) {
      const packets = new Map(everything({ ...HERE, port })).get(code)!
      const [finding] = only(code, packets)
      expect(finding!.packets.length).toBeGreaterThan(0)
      await asFile(packets, async (file) => {
        expect(await unselected(file, finding!), finding!.displayFilter).toEqual([])
        if (port === 4789) expect(await selects(file, finding!.displayFilter)).toBeLessThan(packets.length + 1)
      })
    }
  })
})

describe('context: drops of the capture', () => {
  it('temper every claim that rests on something missing', () => {
    const silence = [...healthy(HERE), ...[0, 1, 2, 3].map((n) => ping(HERE, 'request', 900 + n, 3000 + n * 800))]
    const mismatch = [0, 1, 2].flatMap((n) => [
      ask(HERE, HERE.ips[1], n * 1000),
      ask(HERE, HERE.ips[0], n * 1000 + 9, { from: 1, vni: 200 }),
    ])
    const gone = [
      ...healthy(HERE),
      ...[0, 1, 2].map((n) => underlayArp(1, HERE.vteps[0], HERE.vteps[1], 3000 + n * 1000)),
    ]
    for (const [code, packets] of [
      ['ONE_WAY', silence],
      ['ECHO_UNANSWERED', silence],
      ['VNI_MISMATCH', mismatch],
      ['ARP_UNANSWERED', mismatch],
      ['VTEP_UNREACHABLE', gone],
    ] as const) {
      const inferred = (dropped: number | null) =>
        findingsOf(packets, dropped).find((finding) => finding.code === code)?.inferred
      expect(inferred(7), code).toContain('The capture itself lost 7 packets')
      for (const none of [0, null]) expect(inferred(none), code).not.toContain('The capture itself')
    }
  })
})

describe('context: symptoms beside their causes', () => {
  const hint = (packets: readonly Packet[], code: string) =>
    only(code, packets).map(({ inferred }) => /the [A-Z_]+ finding about .+$/.exec(inferred)?.[0] ?? null)

  it('name the finding about the same VTEPs and VNI, wherever they are', () => {
    fc.assert(
      fc.property(places, (place) => {
        const lost = [0, 1, 2, 3].map((n) => ping(place, 'request', 900 + n, 3000 + n * 800))
        const [told] = hint([...healthy(place), ...lost], 'ECHO_UNANSWERED')
        expect(told).toBe('the ONE_WAY finding about the same VTEPs: resolve that first.')
      }),
      { numRuns: 20 },
    )
    const mismatch = [0, 1, 2].flatMap((n) => [
      ask(HERE, HERE.ips[1], n * 1000),
      ask(HERE, HERE.ips[0], n * 1000 + 9, { from: 1, vni: 200 }),
    ])
    expect(hint(mismatch, 'ARP_UNANSWERED')).toEqual(
      [0, 1].map((from) => `the VNI_MISMATCH finding about ${HERE.vteps[from]}: resolve that first.`),
    )
    expect(only('ARP_UNANSWERED', mismatch).map(({ because }) => because)).toEqual([['VNI_MISMATCH'], ['VNI_MISMATCH']])
    expect(only('VNI_MISMATCH', mismatch)[0]).not.toHaveProperty('because')
  })

  it('name the root first, where one cause follows from another', () => {
    const pings = Array.from({ length: 8 }, (_, n) => ping(HERE, 'request', n, n * 800))
    /** As whoever rewrites the source address leaves them: the checksum is still that of the former one. */
    const rewritten = ({ bytes, ...rest }: Packet): Packet => {
      const copy = bytes.slice()
      copy[14 + 15] = 9
      return { ...rest, bytes: copy }
    }
    const because = (packets: readonly Packet[], code: string) => only(code, packets)[0]?.because
    const translated = pings.map(rewritten)
    expect(because(translated, 'ONE_WAY')).toEqual(['OUTER_CHECKSUM_BAD'])
    expect(because(translated, 'ECHO_UNANSWERED')).toEqual(['OUTER_CHECKSUM_BAD', 'ONE_WAY'])
    expect(hint(translated, 'ONE_WAY')).toEqual([
      'the OUTER_CHECKSUM_BAD finding about the same VTEPs: resolve that first.',
    ])
    // One damaged packet beside the silence is no cause of it.
    const damaged = { ...pings[3]!, bytes: pings[3]!.bytes.slice() }
    damaged.bytes[14 + 10]! ^= 1
    expect(because([...pings.slice(0, 3), damaged, ...pings.slice(4)], 'ECHO_UNANSWERED')).toEqual(['ONE_WAY'])
    expect(because(pings, 'ECHO_UNANSWERED')).toEqual(['ONE_WAY'])
  })

  it('name the ports of their VNI, not those of other VNIs between the same VTEPs', () => {
    const old = { ...HERE, vni: 300, port: 8472 }
    const silence = [0, 1, 2, 3].map((n) => ping(old, 'request', n, 3000 + n * 800))
    const [found] = only('ONE_WAY', [...healthy(HERE), ...silence])
    expect(found!.remedy).toContain('UDP port 8472,')
    expect(found!.displayFilter).not.toContain('vxlan.vni')
    // A route that both come to names both.
    const moved = silence.map((packet, n) => (n === 0 ? ping({ ...HERE, vni: 300 }, 'request', n, packet.ms!) : packet))
    expect(only('ONE_WAY', [...healthy(HERE), ...moved])[0]!.remedy).toContain('UDP port 4789 or 8472,')
  })

  it('name none that is about other VTEPs, or another VNI', () => {
    const lost = [0, 1].map((n) => ping(HERE, 'request', 900 + n, 3000 + n * 800))
    const answered = ping(HERE, 'reply', 950, 3900)
    const far = { ...HERE, vni: 200 }
    const silence = [...healthy(far), ...[0, 1, 2, 3].map((n) => ping(far, 'request', 700 + n, 3000 + n * 800))]
    const both = [...healthy(HERE), ...lost, answered, ...silence]
    expect(codes(both)).toContain('ONE_WAY')
    const about = findingsOf(both).filter(({ code }) => code === 'ECHO_UNANSWERED')
    expect(about.map(({ subject, inferred }) => [subject.vni, inferred.includes('ONE_WAY')]).sort()).toEqual([
      [100, false],
      [200, true],
    ])
    expect(about.map(({ subject, because }) => [subject.vni, because]).sort()).toEqual([
      [100, undefined],
      [200, ['ONE_WAY']],
    ])
  })
})

describe('context: senders', () => {
  it('are recognised by numbering and source ports, and by nothing else', () => {
    expect(new Programs(analysisOf([])).of(0)).toBe(null)
    // One source port, 50,000: a choice, not a habit.
    const analysis = analysisOf(healthy(HERE))
    expect(new Programs(analysis).of(analysis.keys.pairs.word(0, 0))).toBe(null)
  })
})
