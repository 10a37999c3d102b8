/** What a selection keeps: the right records, each bit for bit, with everything that belongs to it. */
import { describe, expect, it } from 'vitest'
import { tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import type { Selection } from '../../src/selection/selection.ts'
import { block, type copyPacket, epb, fields, idb, join, option, random, readAll, shb } from '../capture/files.ts'
import { arp, bytes, datagram, ethernet, ip, ipv4, ipv6, type Packet, tcp, udp, vxlan } from '../support/packets.ts'
import { pcapOf, selectOf } from './files.ts'

const END = [0, 0, 0, 0]
const M1 = '02:00:00:00:00:01'
const M2 = '02:00:00:00:00:02'
const M3 = '02:00:00:00:00:03'
const inner = (options: { from?: string; to?: string; macs?: [string, string] } = {}) => {
  const { from = '192.168.0.1', to = '192.168.0.2', macs = [M1, M2] } = options
  return ethernet(ipv4(tcp({ payload: 200 }), { from, to, protocol: 6 }), { from: macs[0], to: macs[1] })
}

/** Numbers of the packets that a selection keeps, told by their bytes. */
function kept(packets: readonly Uint8Array[], selection: Selection): number[] {
  const all = packets.map((packet) => Buffer.from(packet).toString('hex'))
  expect(new Set(all).size).toBe(all.length)
  return selectOf(pcapOf(packets.map((packet) => ({ bytes: packet }))), selection).packets.map(
    ({ bytes: packet }) => all.indexOf(packet) + 1,
  )
}

describe('what is selected', () => {
  const v6 = (payload: Uint8Array, protocol: number, from = 'fd00::1', to = 'fd00::2') =>
    ethernet(ipv6(payload, { from, to, protocol }))
  const PACKETS = [
    vxlan(inner(), { vni: 10 }),
    vxlan(inner(), { vni: 20, from: '10.0.0.3' }),
    vxlan(inner({ from: '192.168.0.7', macs: [M3, M2] }), { vni: 10 }),
    vxlan(ethernet(arp(1, { mac: M1, ip: '192.168.0.1' }, { ip: '192.168.0.7' }), { type: 0x0806 }), { vni: 10 }),
    v6(datagram(inner(), { vni: 10 }), 17),
    ethernet(arp(1, { mac: M1, ip: '10.0.0.9' }, { ip: '10.0.0.3' }), { type: 0x0806 }),
    // ICMP: destination unreachable from a router about what 10.0.0.3 was sent.
    ethernet(
      ipv4(bytes(3, 1, 0, 0, 0, 0, 0, 0, ipv4(new Uint8Array(8), { from: '10.0.0.1', to: '10.0.0.3' })), {
        from: '10.9.9.9',
        to: '10.0.0.1',
        protocol: 1,
      }),
    ),
    // Neighbour solicitation for fd00::2.
    v6(bytes(135, 0, 0, 0, 0, 0, 0, 0, ip('fd00::2')), 58, 'fd00::9', 'ff02::1:ff00:2'),
    // ICMPv6 packet too big about what fd00::2 sent.
    v6(
      bytes(2, 0, 0, 0, 0, 0, 5, 0, ipv6(new Uint8Array(8), { from: 'fd00::2', to: 'fd00::8', protocol: 17 })),
      58,
      'fd00::9',
      'fd00::7',
    ),
    ethernet(ipv4(udp(new Uint8Array(20), 5, 6), { from: '192.168.0.1', to: '192.168.0.7' }), { from: M1, to: M3 }),
    vxlan(ethernet(ipv6(tcp({}), { from: 'fd01::1', to: 'fd01::2', protocol: 6 })), { vni: 30 }),
  ]

  it.each([
    ['a VNI', { vnis: [10] }, [1, 3, 4, 5]],
    ['several VNIs', { vnis: [20, 30] }, [2, 11]],
    ['a VTEP, with ARP and ICMP about it', { vteps: ['10.0.0.3'] }, [2, 6, 7]],
    ['a VTEP of IPv6, with neighbour discovery and ICMPv6 about it', { vteps: ['fd00::2'] }, [5, 8, 9]],
    ['an address inside: IP and ARP, never outside', { ips: ['192.168.0.7'] }, [3, 4]],
    ['an IPv6 address inside', { ips: ['fd01::2'] }, [11]],
    ['a MAC inside, never outside', { macs: [M3] }, [3]],
    ['MACs in any notation', { macs: ['02-00-00-00-00-01'] }, [1, 2, 4, 5, 11]],
    ['all kinds at once', { vnis: [10, 20], vteps: ['10.0.0.1'], ips: ['192.168.0.1'], macs: [M2] }, [1, 4]],
    ['a VNI over a VTEP', { vnis: [10], vteps: ['10.0.0.3'] }, []],
    ['several VTEPs', { vteps: ['10.0.0.3', 'fd00::2'] }, [2, 5, 6, 7, 8, 9]],
  ] as [string, Selection, number[]][])('%s', (_, selection, expected) => {
    expect(kept(PACKETS, selection)).toEqual(expected)
  })

  it('a further port where it is named', () => {
    const capture = pcapOf([{ bytes: vxlan(inner(), { vni: 10, port: 5000 }) }])
    expect(selectOf(capture, { vnis: [10] }).packets).toHaveLength(0)
    expect(selectOf(capture, { vnis: [10] }, { ports: tunnelPorts([5000]) }).packets).toHaveLength(1)
  })

  it('nothing by what the snap length cut off', () => {
    const whole = vxlan(inner(), { vni: 10 })
    const cut = (captured: number) => pcapOf([{ bytes: whole.subarray(0, captured), wireLength: whole.length }])
    expect(selectOf(cut(50), { vnis: [10] }).packets).toHaveLength(1)
    expect(selectOf(cut(49), { vnis: [10] }).packets).toHaveLength(0)
    expect(selectOf(cut(62), { macs: [M1] }).packets).toHaveLength(0)
    expect(selectOf(cut(64), { macs: [M1] }).packets).toHaveLength(1)
    expect(selectOf(cut(83), { ips: ['192.168.0.1'] }).packets).toHaveLength(0)
    expect(selectOf(cut(84), { ips: ['192.168.0.1'] }).packets).toHaveLength(1)
  })
})

describe('what a record keeps', () => {
  const packet = vxlan(inner(), { vni: 10 })
  const other = vxlan(inner(), { vni: 20 })

  it('bytes, lengths, time and link type of a pcap, to the bit', () => {
    const capture = pcapOf([
      { bytes: packet, ms: 1.001 },
      { bytes: other },
      { bytes: packet.subarray(0, 90), ms: 2, wireLength: packet.length },
      { bytes: bytes(packet, [1, 2, 3]), ms: 1 },
    ])
    const strip = ({ number: _, ...rest }: ReturnType<typeof copyPacket>) => rest
    const expected = readAll(capture)
      .packets.filter((_, index) => index !== 1)
      .map(strip)
    const { packets } = selectOf(capture, { vnis: [10] })
    expect(packets.map(({ comments: _, name: __, ...rest }) => strip(rest))).toEqual(expected)
  })

  it('interfaces, comments, flags and statistics of a pcapng', () => {
    const first = idb({
      opts: join(option(2, 'eth0'), option(9, [9]), option(14, [5, 0, 0, 0, 0, 0, 0, 0]), option(11, '\0udp'), END),
    })
    const second = idb({
      snap: 100,
      opts: join(option(2, 'eth1'), option(3, 'the other one'), option(12, 'an os'), END),
    })
    const opts = join(option(1, 'look here'), option(1, 'and there'), option(2, [1, 2, 0, 0]), END)
    const statistics = block(
      5,
      join(
        fields(true, [32, 1], [32, 0], [32, 0]),
        option(4, fields(true, [64, 9])),
        option(5, fields(true, [64, 3])),
        END,
      ),
    )
    const capture = join(
      shb({
        opts: join(option(1, 'made in a lab'), option(2, 'a machine'), option(3, 'linux'), option(4, 'dumpcap'), END),
      }),
      first,
      second,
      epb(other, { id: 0, time: 1n }),
      epb(packet, { id: 1, time: 2_000_000n, opts, wire: 5000 }),
      epb(packet, { id: 0, time: 123_456_789n }),
      statistics,
    )
    const { packets, reader } = selectOf(capture, { vnis: [10] }, { application: 'vxpcap filter' })
    expect(packets).toMatchObject([
      { name: 'eth1', comments: ['look here', 'and there'], wireLength: 5000, flags: 0x201, seconds: 2 },
      { name: 'eth0', comments: [], seconds: 5, nanoseconds: 123_456_789 },
    ])
    // Described when first needed: eth1 comes first.
    expect(reader.interfaces).toMatchObject([
      { name: 'eth1', description: 'the other one', os: 'an os', snapLength: 100, tsresol: 6, drops: 3, received: 9 },
      { name: 'eth0', filter: 'udp', tsresol: 9, tsoffset: 5, drops: null },
    ])
    expect(reader.sections).toMatchObject([
      { comments: ['made in a lab'], hardware: 'a machine', os: 'linux', application: 'vxpcap filter' },
    ])
  })

  it('having no time', () => {
    const simple = (frame: Uint8Array) =>
      block(3, join(fields(true, [32, frame.length]), frame, new Uint8Array(-frame.length & 3)))
    const section = join(shb(), idb({ opts: join(option(2, 'a'), END) }), simple(packet), epb(packet))
    const { packets, reader } = selectOf(join(section, section), { vnis: [10] })
    expect(packets.map(({ nanoseconds, name }) => [nanoseconds, name])).toEqual([
      [-1, 'a'],
      [123_456_000, 'a'],
      [-1, 'a'],
      [123_456_000, 'a'],
    ])
    expect(reader.sections).toHaveLength(2)
  })

  it('in several captures: interfaces stay apart, one section is enough', () => {
    const [first, second] = [pcapOf([{ bytes: packet }]), pcapOf([{ bytes: packet }])]
    const { packets, reader } = selectOf([first, second], { vnis: [10] })
    expect(packets.map(({ interfaceId }) => interfaceId)).toEqual([0, 1])
    expect(reader.sections).toHaveLength(1)
  })

  it('nothing selected is a capture without packets', () => {
    const { packets, reader, counts } = selectOf(pcapOf([{ bytes: packet }]), { vnis: [99] })
    expect(packets).toEqual([])
    expect(reader.issue).toBeNull()
    expect(counts).toMatchObject({ records: 1, written: 0 })
  })

  it('what the format cannot hold is counted, and the rest written', () => {
    const capture = join(
      shb(),
      idb({ opts: join(option(9, [0x80 + 63]), END) }),
      epb(packet, { time: (1n << 64n) - 1n }),
      epb(packet),
    )
    const { packets, counts } = selectOf(capture, { vnis: [10] })
    expect(packets.length + counts.refused).toBe(2)
  })
})

describe('outer fragments', () => {
  const WHOLE = { 10: datagram(inner(), { vni: 10 }), 20: datagram(inner(), { vni: 20 }) }
  const fragment = (
    vni: 10 | 20,
    start: number,
    end: number | undefined,
    options: { id?: number; ms?: number } = {},
  ): Packet => {
    const payload = WHOLE[vni]
    const stop = end ?? payload.length
    const frame = ethernet(
      ipv4(payload.slice(start, stop), {
        from: '10.0.0.1',
        to: '10.0.0.2',
        id: options.id ?? vni,
        offset: start,
        moreFragments: stop < payload.length,
      }),
    )
    return { bytes: frame, ms: options.ms ?? 0 }
  }
  const whole = (vni: number, ms: number): Packet => ({ bytes: vxlan(inner(), { vni, id: ms }), ms })

  /** Milliseconds of the records that a selection keeps: in these captures every record has its own. */
  const times = (packets: readonly Packet[], selection: Selection = { vnis: [10] }, options = {}) => {
    const result = selectOf(pcapOf(packets), selection, options)
    return {
      ms: result.packets.map(({ nanoseconds, seconds }) => (seconds - 1_700_000_000) * 1000 + nanoseconds / 1e6),
      counts: result.counts,
    }
  }

  it('of a selected datagram are all selected, and of no other', () => {
    const packets = [
      fragment(10, 0, 120, { ms: 1 }),
      fragment(20, 0, 120, { ms: 2 }),
      fragment(20, 120, undefined, { ms: 3 }),
      fragment(10, 120, 200, { ms: 4 }),
      fragment(10, 200, undefined, { ms: 5 }),
    ]
    expect(times(packets).ms).toEqual([1, 4, 5])
    expect(times(packets, { vnis: [20] }).ms).toEqual([2, 3])
    expect(times(packets, { ips: ['192.168.0.1'] }).ms).toEqual([1, 2, 3, 4, 5])
    expect(times(packets, { ips: ['192.168.0.9'] }).ms).toEqual([])
  })

  it('that come before the first one wait for it, and the order stays', () => {
    const packets = [
      fragment(10, 120, undefined, { ms: 1 }),
      whole(10, 2),
      fragment(20, 120, undefined, { ms: 3 }),
      whole(20, 4),
      fragment(20, 0, 120, { ms: 5 }),
      fragment(10, 0, 120, { ms: 6 }),
      whole(10, 7),
    ]
    expect(times(packets).ms).toEqual([1, 2, 6, 7])
    expect(times(packets, { vnis: [20] }).ms).toEqual([3, 4, 5])
  })

  it('whose headers lie in a later fragment are told by the whole datagram', () => {
    const packets = [
      fragment(10, 0, 8, { ms: 1 }),
      fragment(20, 0, 8, { ms: 2 }),
      fragment(20, 8, undefined, { ms: 3 }),
      fragment(10, 8, undefined, { ms: 4 }),
    ]
    expect(times(packets).ms).toEqual([1, 4])
    expect(times(packets, { vnis: [20] }).ms).toEqual([2, 3])
    expect(times(packets, { vnis: [10], macs: [M2], ips: ['192.168.0.2'] }).ms).toEqual([1, 4])
  })

  it('copies that come when the datagram is whole belong to it', () => {
    const packets = [
      fragment(10, 0, 120, { ms: 1 }),
      fragment(10, 0, 120, { ms: 2 }),
      fragment(10, 120, undefined, { ms: 3 }),
      fragment(10, 120, undefined, { ms: 4 }),
    ]
    expect(times(packets).ms).toEqual([1, 2, 3, 4])
    expect(times(packets, { vnis: [20] }).ms).toEqual([])
  })

  it('of which no first one comes are left out and counted', () => {
    const packets = [fragment(10, 120, undefined, { ms: 1 }), whole(10, 2)]
    expect(times(packets)).toMatchObject({ ms: [2], counts: { undecided: 1, written: 1 } })
    // Its time is over: what waits behind it need not wait for the end.
    const later = [...packets, whole(10, 31_000), whole(10, 31_001), fragment(10, 0, 120, { ms: 31_002 })]
    expect(times(later)).toMatchObject({ ms: [2, 31_000, 31_001, 31_002], counts: { undecided: 1 } })
  })

  it('an identification that is used again is another datagram', () => {
    const packets = [
      fragment(10, 0, 120, { id: 1, ms: 1 }),
      fragment(10, 120, undefined, { id: 1, ms: 2 }),
      fragment(20, 0, 120, { id: 1, ms: 3 }),
      fragment(20, 120, undefined, { id: 1, ms: 4 }),
    ]
    expect(times(packets).ms).toEqual([1, 2])
    expect(times(packets, { vnis: [20] }).ms).toEqual([3, 4])
  })

  it('are selected by their own addresses where only a VTEP is asked for', () => {
    const packets = [fragment(10, 120, undefined, { ms: 1 }), fragment(20, 0, 120, { ms: 2 })]
    expect(times(packets, { vteps: ['10.0.0.2'] }).ms).toEqual([1, 2])
    expect(times(packets, { vteps: ['10.0.0.5'] }).ms).toEqual([])
    expect(times([...packets, fragment(10, 0, 120, { ms: 3 })], { vteps: ['10.0.0.5'], vnis: [10] }).ms).toEqual([])
  })

  it('that wait are bounded: what came first is let go, and everything else stays in order', () => {
    const orphans = Array.from({ length: 50 }, (_, index) =>
      fragment(10, 120, undefined, { id: 1000 + index, ms: 2 * index }),
    )
    const packets = orphans.flatMap((orphan, index) => [orphan, whole(10, 2 * index + 1)])
    const { ms, counts } = times(packets, { vnis: [10] }, { maxWaitingBytes: 5000 })
    expect(ms).toEqual(Array.from({ length: 50 }, (_, index) => 2 * index + 1))
    expect(counts).toMatchObject({ undecided: 50, written: 50 })
  })

  it('in any order, duplicated and mixed, keep exactly the records of the selected datagrams', () => {
    const next = random(11)
    for (let round = 0; round < 40; round++) {
      const records: { packet: Packet; vni: number }[] = []
      let ms = 0
      for (let id = 1; id <= 12; id++) {
        const vni = next() < 0.5 ? 10 : 20
        const cut = 8 * Math.floor(1 + next() * 30)
        const pieces = [fragment(vni, 0, cut, { id }), fragment(vni, cut, undefined, { id })]
        if (next() < 0.5) pieces.reverse()
        if (next() < 0.3) pieces.splice(1, 0, pieces[0]!)
        const at = Math.floor(next() * (records.length + 1))
        records.splice(at, 0, ...pieces.map((packet) => ({ packet, vni })))
      }
      const packets = records.map(({ packet }) => ({ ...packet, ms: ++ms }))
      const expected = records.flatMap(({ vni }, index) => (vni === 10 ? [index + 1] : []))
      expect(times(packets).ms).toEqual(expected)
    }
  })
})
