/** First fragments too small for the headers: the rest of the datagram is waited for, and read as if it had come whole. */
import { describe, expect, it } from 'vitest'
import { Analysis, type AnalysisOptions } from '../../../src/analyzers/analysis.ts'
import { MAX_HELD_BYTES, TinyFragments } from '../../../src/analyzers/reassembly/tiny-fragments.ts'
import { finish } from '../../../src/analyzers/summary/finish.ts'
import { dissect, tunnelPorts } from '../../../src/codecs/walk/dissect.ts'
import { diagnose } from '../../../src/diagnosis/index.ts'
import {
  ACK,
  analysisOf,
  arp,
  bytes,
  datagram,
  echo,
  ethernet,
  ip,
  ipv4,
  ipv6,
  number,
  type Packet,
  records,
  SYN,
  sealed,
  summaryOf,
  tcp,
  udp,
  vxlan,
} from '../../support/packets.ts'
import { analyze, printed, readOn, resumed } from '../../support/parts.ts'
import { Random } from '../../support/random.ts'

const SEGMENT = tcp({ from: 40_000, to: 80, sequence: 1, payload: 200 })
const INNER = ethernet(ipv4(SEGMENT, { protocol: 6, id: 9 }))
const WHOLE = datagram(INNER, { vni: 77 })

interface PieceOptions {
  id?: number
  interfaceId?: number
  whole?: Uint8Array
}

/** A fragment over IPv4: bytes from `start` to `end` of the datagram, the end unless given. */
function piece(ms: number, start: number, end?: number, options: PieceOptions = {}): Packet {
  const { id = 50, interfaceId = 0, whole = WHOLE } = options
  const data = whole.slice(start, end)
  const moreFragments = (end ?? whole.length) < whole.length
  const packet = ipv4(data, { from: '10.0.0.1', to: '10.0.0.2', id, offset: start, moreFragments })
  return { ms, interfaceId, bytes: ethernet(packet) }
}

/** The same over IPv6; `options` stand behind the fragment header and count as the datagram's. */
function piece6(
  ms: number,
  start: number,
  end?: number,
  { id = 50, interfaceId = 0, whole = WHOLE, next = 17 } = {},
): Packet {
  const data = whole.slice(start, end)
  const more = (end ?? whole.length) < whole.length ? 1 : 0
  const header = bytes(next, 0, number(start | more, 2), number(id, 4))
  return {
    ms,
    interfaceId,
    bytes: ethernet(ipv6(bytes(header, data), { from: 'fd00::1', to: 'fd00::2', protocol: 44 })),
  }
}

const FLOW = {
  vni: 77,
  protocol: 'TCP',
  a: '192.168.0.1',
  aPort: 40_000,
  b: '192.168.0.2',
  bPort: 80,
  packetsAToB: 1,
  innerBytesAToB: INNER.length,
}

const other = (ms: number): Packet => ({ ms, bytes: vxlan(INNER, { vni: 5 }) })
const limitOf = (summary: ReturnType<typeof summaryOf>) => summary.limits.find(({ table }) => table === 'fragments')
const findings = (packets: Packet[], options: AnalysisOptions = {}) => {
  const analysis = analysisOf(packets, options).flushed()
  const { mtu } = finish(analysis, { rows: 0 })
  return diagnose({ analysis, files: [], dropped: null, mtu })
}

describe('a first fragment of eight bytes', () => {
  const packets = [piece(1, 0, 8), piece(2, 8, 64), piece(5, 64)]
  const summary = summaryOf(packets)

  it('is counted with what the whole datagram carries', () => {
    expect(summary.tunnel).toMatchObject({
      vxlanPackets: 1,
      otherPackets: 0,
      other: [],
      faults: [],
      fragments: { firsts: 1, others: 2, reassembled: 1, incomplete: 0 },
    })
    const wire = packets.reduce((sum, packet) => sum + packet.bytes.length, 0)
    expect(summary.vnis).toMatchObject([
      {
        vni: 77,
        packets: 1,
        innerBytes: INNER.length,
        outerBytes: wire,
        vteps: ['10.0.0.1', '10.0.0.2'],
        macs: 1,
        flows: 1,
      },
    ])
    expect(summary.vtepPairs).toMatchObject([
      { a: '10.0.0.1', b: '10.0.0.2', packetsAToB: 1, outerBytesAToB: wire, destinationPorts: [4789] },
    ])
    expect(summary.flows).toMatchObject([FLOW])
    expect(summary.macs).toMatchObject([{ vni: 77, mac: '02:00:00:00:00:01', packets: 1 }])
    expect(limitOf(summary)).toEqual({ table: 'fragments', limit: 8192, dropped: 0 })
  })

  it('has its own time, and its own number where a judge names it', () => {
    expect(summary.flows[0]?.firstTime).toMatch(/20\.001000000Z$/)
    const tagged = datagram(bytes(INNER.slice(0, 12), 0x81, 0, 0, 5, INNER.slice(12)), { flags: 0x88 })
    const found = findings([
      piece(0, 0, 8, { whole: tagged }),
      { ms: 1, bytes: vxlan(INNER) },
      piece(2, 8, undefined, { whole: tagged }),
    ])
    expect(found.find(({ code }) => code === 'INNER_VLAN')?.packets).toEqual([1])
  })

  it('is read over IPv6 as well', () => {
    const summary = summaryOf([piece6(0, 0, 8), piece6(1, 8)])
    expect(summary.tunnel).toMatchObject({ vxlanPackets: 1, faults: [], fragments: { reassembled: 1, incomplete: 0 } })
    expect(summary.flows).toMatchObject([FLOW])
    expect(summary.mtu.perPair).toMatchObject([{ a: 'fd00::1', overhead: 70 }])
  })

  it('may hold nothing but part of the options behind an IPv6 fragment header', () => {
    // Destination options of 16 bytes (PadN), then UDP.
    const whole = bytes(17, 1, 1, 12, new Uint8Array(12), WHOLE)
    const summary = summaryOf([piece6(0, 0, 8, { whole, next: 60 }), piece6(1, 8, undefined, { whole, next: 60 })])
    expect(summary.tunnel).toMatchObject({
      vxlanPackets: 1,
      otherPackets: 0,
      faults: [],
      fragments: { reassembled: 1 },
    })
    expect(summary.flows).toMatchObject([FLOW])
  })

  it.each([
    ['last first', [2, 1, 0]],
    ['in the middle', [1, 0, 2]],
    ['as the last but one', [2, 0, 1]],
  ])('may come %s', (_, order) => {
    for (const make of [piece, piece6]) {
      const parts = [make(0, 0, 8), make(0, 8, 64), make(0, 64)]
      const summary = summaryOf(order.map((index) => parts[index]!))
      expect(summary.flows).toMatchObject([FLOW])
      expect(summary.tunnel).toMatchObject({ vxlanPackets: 1, otherPackets: 0, fragments: { reassembled: 1 } })
      const wire = parts.reduce((sum, packet) => sum + packet.bytes.length, 0)
      expect(summary.vnis[0]?.outerBytes).toBe(wire)
    }
  })
})

describe('what a first fragment lacks', () => {
  // Offsets in the datagram: UDP 0, VXLAN 8, Ethernet 16, IPv4 30, TCP 50.
  it.each([8, 16, 24, 32, 40, 48, 56, 64, 72])('is read, cut at %i', (cut) => {
    expect(summaryOf([piece(0, 0, cut), piece(1, cut)]).flows).toMatchObject([FLOW])
  })

  it('may be TCP options', () => {
    const syn = datagram(ethernet(ipv4(tcp({ flags: SYN, mss: 1410 }), { protocol: 6 })))
    const back = datagram(
      ethernet(
        ipv4(tcp({ from: 80, to: 40_000, flags: SYN | ACK, mss: 1400 }), {
          protocol: 6,
          from: '192.168.0.2',
          to: '192.168.0.1',
        }),
      ),
    )
    const summary = summaryOf([
      piece(0, 0, 72, { whole: syn, id: 1 }),
      piece(0, 72, undefined, { whole: syn, id: 1 }),
      { ms: 1, bytes: ethernet(ipv4(back, { from: '10.0.0.2', to: '10.0.0.1' })) },
    ])
    expect(summary.flows).toMatchObject([{ initiator: 'a', tcp: { mssAToB: 1410, mssBToA: 1400 } }])
  })

  it('may be an echo, which its reply answers', () => {
    const request = datagram(ethernet(ipv4(echo('request', 7, 1, 100), { protocol: 1 })))
    const reply = datagram(
      ethernet(ipv4(echo('reply', 7, 1, 100), { protocol: 1, from: '192.168.0.2', to: '192.168.0.1' })),
    )
    const summary = summaryOf([
      piece(0, 0, 8, { whole: request, id: 1 }),
      piece(0.1, 8, undefined, { whole: request, id: 1 }),
      { ms: 3, bytes: ethernet(ipv4(reply, { from: '10.0.0.2', to: '10.0.0.1' })) },
    ])
    expect(summary.flows).toMatchObject([{ echo: { requests: 1, replies: 1, rttMs: { min: 3 } } }])
  })

  it('may be ARP, which claims an address', () => {
    const whole = datagram(
      ethernet(arp(1, { mac: '02:00:00:00:00:01', ip: '192.168.0.1' }, { ip: '192.168.0.9' }), { type: 0x0806 }),
    )
    const summary = summaryOf([piece(0, 0, 16, { whole }), piece(0, 16, undefined, { whole })])
    expect(summary.macs).toMatchObject([{ ips: ['192.168.0.1'] }])
    expect(summary.flows).toMatchObject([{ protocol: 'ARP' }])
  })

  it('may be what an inner ICMP error quotes', () => {
    const quoted = ipv4(udp(new Uint8Array(8), 1, 2), { from: '192.168.0.2', to: '192.168.0.1' })
    const whole = datagram(ethernet(ipv4(bytes(3, 4, 0, 0, 0, 0, 5, 0x78, quoted), { protocol: 1 })))
    const found = findings([piece(0, 0, 64, { whole }), piece(0, 64, undefined, { whole })])
    expect(found.find(({ code }) => code === 'ICMP_TOO_BIG')).toMatchObject({ packets: [1] })
  })

  it('may be a tunnel inside the tunnel', () => {
    const whole = datagram(ethernet(ipv4(datagram(INNER, { vni: 5 }))))
    const found = findings([piece(0, 0, 56, { whole }), piece(0, 56, undefined, { whole })])
    expect(found.find(({ code }) => code === 'NESTED_TUNNEL')).toMatchObject({ packets: [1] })
  })

  it('may be a tunnel header without its flag', () => {
    const whole = datagram(INNER, { flags: 0 })
    const packets = [piece(0, 0, 8, { whole }), piece(1, 8, undefined, { whole })]
    expect(summaryOf(packets).tunnel).toMatchObject({
      vxlanPackets: 0,
      otherPackets: 1,
      faults: [{ layer: 'vxlan', fault: 'FlagMissing', packets: 1, firstPacket: 1 }],
    })
    expect(findings(packets).map(({ code }) => code)).toContain('FLAG_I_CLEAR')
  })

  it('is let through by the filter that would let the whole datagram through', () => {
    const packets = [piece(0, 0, 8), piece(1, 8)]
    const flows = (vnis: number[]) => summaryOf(packets, { filter: { vnis, vteps: [] } }).flows.length
    expect([flows([77]), flows([78])]).toEqual([1, 0])
  })
})

describe('checksums of a datagram that was joined', () => {
  const checked = (damage: boolean): Uint8Array => {
    const whole = bytes(sealed(WHOLE, 17, bytes(ip('10.0.0.1'), ip('10.0.0.2'))))
    if (damage) whole[WHOLE.length - 1]! ^= 0xff
    return whole
  }
  const codes = (packets: Packet[]) => findings(packets).map(({ code }) => code)

  it('are verified', () => {
    for (const damage of [false, true]) {
      const whole = checked(damage)
      const found = codes([piece(0, 0, 8, { whole }), piece(1, 8, undefined, { whole })])
      expect(found.includes('OUTER_CHECKSUM_BAD')).toBe(damage)
    }
    const broken = WHOLE.slice()
    broken[broken.length - 1]! ^= 0xff
    const found = codes([piece(0, 0, 8, { whole: broken }), piece(1, 8, undefined, { whole: broken })])
    expect(found).toContain('INNER_CHECKSUM_BAD')
  })

  it('do not hide that the first fragment’s own header was wrong', () => {
    const first = piece(0, 0, 8)
    first.bytes[14 + 10]! ^= 0x40
    expect(codes([first, piece(1, 8)])).toContain('OUTER_CHECKSUM_BAD')
    expect(codes([piece(0, 0, 8), piece(1, 8)])).not.toContain('OUTER_CHECKSUM_BAD')
  })
})

describe('fragments that do not simply follow each other', () => {
  it('where IPv4 ones overlap, the bytes that came first stand', () => {
    const other = WHOLE.slice()
    other.set(number(99, 3), 12)
    // The VNI lies in bytes 12 to 14.
    const [first, last] = [piece(0, 0, 8), piece(2, 16)]
    const ours = piece(1, 8, 24)
    const theirs = piece(1, 8, 24, { whole: other })
    expect(summaryOf([first, ours, theirs, last]).vnis).toMatchObject([{ vni: 77 }])
    expect(summaryOf([first, theirs, ours, last]).vnis).toMatchObject([{ vni: 99 }])
  })

  it('where IPv6 ones overlap, the datagram is discarded', () => {
    const summary = summaryOf([piece6(0, 0, 8), piece6(1, 8, 24), piece6(2, 16), piece6(3, 8)])
    expect(summary.tunnel).toMatchObject({
      vxlanPackets: 0,
      otherPackets: 1,
      fragments: { firsts: 1, others: 3, reassembled: 0, incomplete: 1 },
    })
    expect(summary.flows).toEqual([])
  })

  it('may come twice', () => {
    for (const make of [piece, piece6]) {
      const later = summaryOf([make(0, 0, 8), make(1, 8, 64), make(2, 8, 64), make(3, 64), make(4, 64)])
      expect(later.flows).toMatchObject([FLOW])
      expect(later.tunnel).toMatchObject({ vxlanPackets: 1, fragments: { firsts: 1, others: 4, reassembled: 1 } })
    }
    // Two records of the first fragment are two packets, as they are with a first fragment of any size.
    const small = summaryOf([piece(0, 0, 8), piece(1, 0, 8), piece(2, 8)])
    const large = summaryOf([piece(0, 0, 120), piece(1, 0, 120), piece(2, 120)])
    for (const summary of [small, large]) {
      expect(summary.tunnel).toMatchObject({
        vxlanPackets: 2,
        otherPackets: 0,
        fragments: { firsts: 2, reassembled: 1 },
      })
      expect(summary.capture.duplicatePackets).toBe(1)
    }
  })

  it('are joined by interface, and copies are recognised', () => {
    const at = (interfaceId: number) => [piece(0, 0, 8, { interfaceId }), piece(0.1, 8, undefined, { interfaceId })]
    const [[a1, a2], [b1, b2]] = [at(0), at(1)]
    for (const packets of [
      [a1!, a2!, b1!, b2!],
      [a1!, b1!, a2!, b2!],
    ]) {
      const summary = summaryOf(packets)
      expect(summary.tunnel).toMatchObject({ vxlanPackets: 2, fragments: { firsts: 2, others: 2, reassembled: 1 } })
      expect(summary.capture.duplicatePackets).toBe(2)
      expect(summary.flows).toMatchObject([{ packetsAToB: 2, tcp: { retransmittedSegments: 0 } }])
    }
  })

  it('may have an identification that is used again', () => {
    const packets = [piece(0, 0, 8), piece(1, 8), piece(5000, 0, 8), piece(5001, 8)]
    expect(summaryOf(packets).tunnel).toMatchObject({ vxlanPackets: 2, fragments: { reassembled: 2, incomplete: 0 } })
  })
})

describe('a datagram that never becomes whole', () => {
  it('counts as what its first fragment says by itself', () => {
    expect(summaryOf([piece(0, 0, 8)]).tunnel).toMatchObject({
      vxlanPackets: 0,
      otherPackets: 1,
      other: [{ protocol: 'UDP', packets: 1 }],
      faults: [],
      fragments: { firsts: 1, others: 0, reassembled: 0, incomplete: 1 },
    })
    const header = summaryOf([piece(0, 0, 16), piece(1, 64)])
    expect(header.tunnel).toMatchObject({ vxlanPackets: 1, fragments: { firsts: 1, others: 1, incomplete: 1 } })
    expect(header.vnis).toMatchObject([{ vni: 77, packets: 1, innerBytes: INNER.length }])
    expect(header.flows).toEqual([])
  })

  it('is missing a fragment, when the capture goes on', () => {
    // A capture without any later fragment has them filtered out.
    const packets = [piece(0, 0, 8), piece(1, 0, 8, { id: 51 }), piece(2, 8, undefined, { id: 51 }), other(2000)]
    const found = findings(packets).find(({ code }) => code === 'FRAGMENT_MISSING')
    expect(found).toMatchObject({ count: 1, packets: [1], subject: { vteps: ['10.0.0.1', '10.0.0.2'] } })
    expect(found?.observed).toContain('the first fragment is always there')
  })

  it.each([
    ['IPv4', piece, 30_000],
    ['IPv6', piece6, 60_000],
  ])('is given up after its time over %s', (_, make, most) => {
    expect(summaryOf([make(0, 0, 8), make(most, 8)]).tunnel.vxlanPackets).toBe(1)
    const late = summaryOf([make(0, 0, 8), make(most + 1, 8)])
    expect(late.tunnel).toMatchObject({
      vxlanPackets: 0,
      otherPackets: 1,
      fragments: { reassembled: 0, incomplete: 2 },
    })
    // What comes first may be a later fragment.
    expect(summaryOf([make(0, 8), make(most + 1, 0, 8)]).tunnel.vxlanPackets).toBe(0)
  })

  it('waits for whatever time where the capture has none', () => {
    const packets = [piece(0, 0, 8), piece(1, 8)].map((packet) => ({ ...packet, ms: null }))
    expect(summaryOf(packets).flows).toMatchObject([{ ...FLOW, firstTime: null }])
  })

  it('gives way to further ones when the table is full, and the summary says so', () => {
    const firsts = Array.from({ length: 5 }, (_, index) => piece(index, 0, 8, { id: index + 1 }))
    const rests = Array.from({ length: 5 }, (_, index) => piece(10 + index, 8, undefined, { id: index + 1 }))
    const summary = summaryOf([...firsts, ...rests], { limits: { datagrams: 4 } })
    expect(limitOf(summary)).toEqual({ table: 'fragments', limit: 4, dropped: 6 })
    expect(summary.tunnel.vxlanPackets + summary.tunnel.otherPackets).toBe(5)
    expect(summaryOf([...firsts, ...rests.slice(1)], { limits: { datagrams: 4 } }).tunnel.vxlanPackets).toBe(4)
  })

  it('gives way when fragments take too many bytes', () => {
    const ports = tunnelPorts()
    const { observation } = new Analysis()
    const table = new TinyFragments(64, ports, 4096)
    const released: number[] = []
    for (const { view, packet } of records(Array.from({ length: 20 }, (_, id) => piece(id, 8, undefined, { id })))) {
      dissect(observation.layers, view, 0, view.byteLength, view.byteLength, 1, ports)
      observation.record(packet, 0, 1)
      expect(table.take(observation)).toBe(false)
      expect(table.next(observation)).toBe(false)
      released.push(table.waiting)
    }
    expect(Math.max(...released)).toBeLessThan(12)
    expect(table.dropped).toBe(20 - table.waiting)
    expect(MAX_HELD_BYTES).toBe(32 * 1024 * 1024)
  })

  it('is given up when its fragments never stop coming', () => {
    const packets = [piece(0, 0, 8), ...Array.from({ length: 2100 }, () => piece(1, 16, 24)), piece(2, 8)]
    expect(summaryOf(packets).tunnel).toMatchObject({ vxlanPackets: 0, otherPackets: 1 })
  })

  it('is none whose fragments are longer than a datagram', () => {
    const beyond = ipv4(new Uint8Array(64), { from: '10.0.0.1', to: '10.0.0.2', id: 50, offset: 65_528 })
    const summary = summaryOf([piece(0, 0, 8), { ms: 1, bytes: ethernet(beyond) }])
    expect(summary.tunnel).toMatchObject({ vxlanPackets: 0, fragments: { others: 1, reassembled: 0 } })
  })
})

describe('what a snap length cut', () => {
  it('is missing from the joined datagram', () => {
    const cut = (packet: Packet, captured: number): Packet => ({
      ...packet,
      bytes: packet.bytes.slice(0, captured),
      wireLength: packet.bytes.length,
    })
    const summary = summaryOf([piece(0, 0, 8), cut(piece(1, 8), 14 + 20 + 70)])
    expect(summary.flows).toMatchObject([FLOW])
    expect(summary.tunnel.faults).toEqual([])
    expect(summaryOf([piece(0, 0, 8), cut(piece(1, 8), 14 + 20 + 30)]).flows).toEqual([])
  })
})

describe('parts of a capture', () => {
  const eligible = [piece(4, 0, 120, { id: 60 }), piece(5, 120, undefined, { id: 60 })]
  const small = [piece(6, 0, 8, { id: 61 }), piece(7, 8, 40, { id: 61 }), piece(8, 40, undefined, { id: 61 })]
  const reversed = [piece(9, 120, undefined, { id: 62 }), piece(10, 0, 120, { id: 62 })]
  const packets = records([other(3), ...eligible, other(3), ...small, other(3), ...reversed, other(3)])

  it('may be cut anywhere', () => {
    const whole = printed(analyze(packets))
    for (let cut = 0; cut <= packets.length; cut++)
      expect(printed(resumed(packets, [cut])), `cut at ${cut}`).toBe(whole)
  })

  it('are left as they are by a summary in their midst', () => {
    const analysis = analyze(packets.slice(0, 6))
    const flushed = analysis.flushed()
    expect(flushed).not.toBe(analysis)
    expect(flushed.tunnel.otherPackets).toBe(1)
    expect(analysis.tunnel.otherPackets).toBe(0)
    readOn(analysis, packets.slice(6))
    expect(printed(analysis)).toBe(printed(analyze(packets)))
    expect(analysis.flushed()).toBe(analysis)
  })
})

describe('any soup of fragments', () => {
  /** Few identifications, so that datagrams meet: overlaps, repeats, first fragments of all sizes, times far apart. */
  function soup(random: Random, count: number): Packet[] {
    let ms = 0
    return Array.from({ length: count }, () => {
      ms += random.chance(5) ? random.between(-2000, 40_000) : random.below(3)
      const start = random.chance(40) ? 0 : random.pick([8, 16, 64, 120])
      const end = random.pick([start + 8, 64, 120, 200, undefined])
      const options = { id: random.between(1, 3), interfaceId: random.below(2) }
      const stop = end !== undefined && end <= start ? start + 8 : end
      if (random.chance(10)) return other(ms)
      const packet = (random.chance(70) ? piece : piece6)(Math.max(0, ms), start, stop, options)
      if (random.chance(5)) {
        return { ...packet, bytes: packet.bytes.slice(0, -random.between(1, 60)), wireLength: packet.bytes.length }
      }
      return random.chance(3) ? { ...packet, ms: null } : packet
    })
  }

  it.each([{}, { limits: { datagrams: 4 } }, { limits: { datagrams: 2 } }])(
    'is the same in parts, with %j',
    (options) => {
      for (let seed = 1; seed <= 10; seed++) {
        const packets = records(soup(new Random(seed), 40))
        const whole = analyze(packets, options)
        const expected = printed(whole)
        const { tunnel, capture } = finish(whole.flushed(), { rows: 0 })
        expect(tunnel.vxlanPackets + tunnel.otherPackets + tunnel.fragments.others).toBe(capture.packets)
        for (let cut = 0; cut <= packets.length; cut++) {
          const text = printed(resumed(packets, [cut], options))
          if (text !== expected) expect(text, `seed ${seed}, cut at ${cut}`).toBe(expected)
        }
      }
    },
  )

  it('is the same in three parts', () => {
    for (let seed = 101; seed <= 120; seed++) {
      const random = new Random(seed)
      const packets = records(soup(random, 30))
      const expected = printed(analyze(packets))
      const one = random.between(0, 15)
      const two = random.between(one, 30)
      const text = printed(resumed(packets, [one, two]))
      if (text !== expected) expect(text, `seed ${seed}`).toBe(expected)
    }
  })
})
