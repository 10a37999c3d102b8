/** Integrity findings: planted they are found, moved about they stay the same, removed they are gone; and what the lab's truth says. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnalysisOptions } from '../../../src/analyzers/analysis.ts'
import { finish } from '../../../src/analyzers/summary/finish.ts'
import type { Evidence } from '../../../src/diagnosis/evidence.ts'
import { diagnose } from '../../../src/diagnosis/index.ts'
import { summarizeFiles } from '../../../src/node-summarize.ts'
import type { Finding } from '../../../src/summary.ts'
import { asFile, selects, unselected } from '../../support/display-filters.ts'
import {
  analysisOf,
  arp,
  bytes,
  datagram,
  echo,
  ethernet,
  type IpOptions,
  ip,
  ipv4,
  ipv6,
  number,
  type Packet,
  records,
  sealed,
  summaryOf,
  tcp,
  udp,
} from '../../support/packets.ts'
import { analyze, printed, recordsOf, resumed } from '../../support/parts.ts'
import { Random } from '../../support/random.ts'
import { because, LAB } from '../../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../../support/tshark.ts'

type Bytes = Uint8Array

const CODES = [
  'OUTER_CHECKSUM_BAD',
  'INNER_CHECKSUM_BAD',
  'CHECKSUM_PARTIAL',
  'ZERO_CHECKSUM_IPV6',
  'FLAG_I_CLEAR',
  'RESERVED_BITS',
  'GROUP_POLICY',
  'INNER_TRUNCATED',
  'INNER_VLAN',
  'NESTED_TUNNEL',
  'NOT_A_TUNNEL',
  'UNKNOWN_TUNNEL_PORT',
  'ECN_ILLEGAL',
  'CONGESTION',
  'DSCP_NOT_COPIED',
  'CAPTURE_DROPS',
]

/** Integrity findings of hand-made packets. */
function findingsOf(packets: readonly Packet[], options: AnalysisOptions = {}): Finding[] {
  const analysis = analysisOf(packets, options)
  const { mtu } = finish(analysis, { rows: 10 })
  return diagnose({ analysis, files: [], dropped: null, mtu }).filter(({ code }) => CODES.includes(code))
}

const codes = (packets: readonly Packet[], options?: AnalysisOptions) =>
  findingsOf(packets, options).map(({ code }) => code)

/** A tunnel and its guests: what the laws permute. */
interface Place {
  vni: number
  from: string
  to: string
  port: number
  guests: [string, string]
}

const HERE: Place = { vni: 100, from: '10.0.0.1', to: '10.0.0.2', port: 4789, guests: ['192.168.0.1', '192.168.0.2'] }

const octet = fc.integer({ min: 1, max: 250 })
const places: fc.Arbitrary<Place> = fc.oneof(
  fc
    .record({ vni: fc.integer({ min: 0, max: 0xff_ffff }), last: octet, port: fc.constantFrom(4789, 8472) })
    .map(({ vni, last, port }) => ({
      ...HERE,
      vni,
      port,
      from: `10.7.8.${last}`,
      to: `10.7.9.${last}`,
      guests: [`172.16.5.${last}`, `172.16.6.${last}`] as [string, string],
    })),
  fc.constant({ ...HERE, from: 'fd00::1', to: 'fd00::2' }),
  fc.constant({ ...HERE, guests: ['fd00:9::1', 'fd00:9::2'] as [string, string] }),
)

let sent = 0

/** How a packet is wrapped. */
interface Wrapping {
  /** The tunnel header's first four bytes and its last. */
  head?: readonly [number, number, number, number]
  last?: number
  /** The outer UDP checksum. */
  checksum?: 'right' | 'none' | number
  tos?: number
}

/** The outer UDP datagram's addresses. */
const ends = (place: Place) => bytes(ip(place.from), ip(place.to))

/** An IP packet as the place's family has it. */
function packet(payload: Bytes, options: IpOptions & { from: string; to: string; protocol: number }): Bytes {
  return options.from.includes(':') ? ipv6(payload, options) : ipv4(payload, { ...options, id: ++sent & 0xffff })
}

/** Wraps a frame: outer Ethernet, IP, UDP, VXLAN. */
function wrap(place: Place, frame: Bytes, wrapping: Wrapping = {}): Bytes {
  const { head = [0x08, 0, 0, 0], last = 0, checksum = 'right', tos = 0 } = wrapping
  const plain = udp(bytes([...head], number(place.vni, 3), last, frame), 50_000, place.port)
  const body =
    checksum === 'right'
      ? sealed(plain, 17, ends(place))
      : checksum === 'none'
        ? plain
        : bytes(plain.slice(0, 6), number(checksum, 2), plain.slice(8))
  return ethernet(packet(body, { from: place.from, to: place.to, protocol: 17, tos }))
}

/** A guest's packet in its frame. */
function guest({ guests }: Place, payload: Bytes, protocol: number, options: IpOptions = {}): Bytes {
  return packet(payload, { ...options, from: guests[0], to: guests[1], protocol })
}

function ping(place: Place, size = 9): Bytes {
  const isIpv6 = place.guests[0].includes(':')
  const message = echo('request', 7, ++sent & 0xffff, size)
  if (isIpv6) message[0] = 128
  return ethernet(guest(place, message, isIpv6 ? 58 : 1))
}

function segment(place: Place, size: number): Bytes {
  sent += size
  return ethernet(guest(place, tcp({ sequence: sent, payload: size }), 6))
}

function question(place: Place, size: number): Bytes {
  const plain = udp(new Uint8Array(size).fill(0x55), 5353, 53)
  const addresses = bytes(ip(place.guests[0]), ip(place.guests[1]))
  return ethernet(guest(place, sealed(plain, 17, addresses), 17))
}

/** Frames of every kind, of odd and even lengths, padded and not. */
function frames(place: Place): Bytes[] {
  const plain = [ping(place), ping(place, 64), segment(place, 0), segment(place, 333), question(place, 77)]
  return [
    ...plain,
    bytes(ping(place, 3), new Uint8Array(13).fill(0xee)),
    ethernet(arpQuestion(place), { type: 0x0806 }),
  ]
}

function arpQuestion(_place: Place): Bytes {
  return arp(1, { mac: '02:00:00:00:00:01', ip: '192.168.0.1' }, { ip: '192.168.0.2' })
}

/** Packets a millisecond apart. */
function timed(list: readonly Bytes[]): Packet[] {
  return list.map((data, index) => ({ bytes: data, ms: index }))
}

const healthy = (place: Place): Packet[] => timed(frames(place).map((frame) => wrap(place, frame)))

/** One bit turned over. */
function flipped(data: Bytes, bit: number): Bytes {
  const copy = data.slice()
  copy[bit >> 3] = copy[bit >> 3]! ^ (1 << (bit & 7))
  return copy
}

/** Bytes of the outer headers, VXLAN included. */
const outerLength = (place: Place) => 14 + (place.from.includes(':') ? 40 : 20) + 16

/** Bytes of the guest's IP header. */
const guestLength = (place: Place) => (place.guests[0].includes(':') ? 40 : 20)

const pseudo = (length: number, protocol: number, addresses: Bytes): number => {
  const all = bytes(addresses, number(length, 4), number(protocol, 4))
  let sum = 0
  for (let at = 0; at < all.length; at += 2) sum += all[at]! * 256 + all[at + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

describe('integrity: checksums', () => {
  it('healthy traffic of every kind raises nothing', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(codes(healthy(place))).toEqual([])
      }),
    )
  })

  it('one bit turned over behind the tunnel header is found in exactly that packet', () => {
    fc.assert(
      fc.property(places, fc.nat(), fc.nat(), (place, which, where) => {
        const list = healthy(place)
        const index = which % list.length
        const from = outerLength(place) * 8
        const { bytes: data } = list[index]!
        list[index] = { ...list[index]!, bytes: flipped(data, from + (where % (data.length * 8 - from))) }
        const bad = findingsOf(list).filter(({ code }) => code === 'OUTER_CHECKSUM_BAD')
        expect(bad).toHaveLength(1)
        expect(bad[0]).toMatchObject({ count: 1, packets: [index + 1], subject: { vteps: [place.from, place.to] } })
        const others = findingsOf(list).map(({ code }) => code)
        expect(others.filter((code) => code !== 'OUTER_CHECKSUM_BAD' && code !== 'INNER_CHECKSUM_BAD')).toEqual([])
      }),
    )
  })

  it('a bit turned over in the guest’s packet, with no outer checksum or a right one, is the inner checksum’s', () => {
    fc.assert(
      fc.property(places, fc.nat({ max: 4 }), fc.nat(), fc.boolean(), (place, which, where, isRight) => {
        const frame = frames(place)[which]!
        // From the guest's transport header on, its checksum field and lengths left alone.
        const from = (14 + guestLength(place) + 20) * 8
        if (frame.length * 8 <= from) return
        const damaged = flipped(frame, from + (where % (frame.length * 8 - from)))
        const checksum = isRight || place.from.includes(':') ? 'right' : 'none'
        const list = [...healthy(place), { bytes: wrap(place, damaged, { checksum }), ms: 50 }]
        const found = findingsOf(list)
        expect(found.map(({ code }) => code)).toEqual(['INNER_CHECKSUM_BAD'])
        const { vni, from: source, to } = place
        expect(found[0]).toMatchObject({ count: 1, packets: [list.length], subject: { vni, vteps: [source, to] } })
      }),
    )
  })

  it('a wrong inner IPv4 header is found even where the snap length cut its payload', () => {
    const frame = segment(HERE, 200)
    const data = wrap(HERE, flipped(frame, (14 + 8) * 8), { checksum: 'none' })
    const cut: Packet = { bytes: data.slice(0, 100), wireLength: data.length }
    expect(codes([cut])).toEqual(['INNER_CHECKSUM_BAD'])
    const whole = wrap(HERE, flipped(frame, (14 + 60) * 8))
    expect(codes([{ bytes: whole.slice(0, whole.length - 1), wireLength: whole.length }])).toEqual([])
  })

  it('says when nobody computed the inner checksums, and does not take such packets for damaged', () => {
    const frame = segment(HERE, 40)
    frame.fill(0, 14 + 20 + 16, 14 + 20 + 18)
    const [found, ...rest] = findingsOf(timed([wrap(HERE, frame, { checksum: 'none' })]))
    expect(rest).toEqual([])
    expect(found).toMatchObject({ code: 'INNER_CHECKSUM_BAD', count: 1 })
    expect(found!.inferred).toContain('were never computed')
  })

  it('an outer checksum that holds the pseudo-header sum is partial', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 400 }), (place, size) => {
        const frame = ping(place, size)
        const value = pseudo(frame.length + 16, 17, ends(place))
        const found = findingsOf([...healthy(place), { bytes: wrap(place, frame, { checksum: value }), ms: 50 }])
        expect(found.map(({ code }) => code)).toEqual(['CHECKSUM_PARTIAL'])
        expect(found[0]!.subject).toEqual({ vteps: [place.from] })
      }),
    )
  })

  it('checksums that several hosts leave to their cards are one note', () => {
    const value = (place: Place) => pseudo(ping(place, 40).length + 16, 17, ends(place))
    const from = (place: Place) => ({ bytes: wrap(place, ping(place, 40), { checksum: value(place) }) })
    const back: Place = { ...HERE, from: HERE.to, to: HERE.from }
    const [found, ...rest] = findingsOf(timed([from(HERE).bytes, from(back).bytes, from(back).bytes]))
    expect(rest).toEqual([])
    expect(found).toMatchObject({ code: 'CHECKSUM_PARTIAL', count: 3, packets: [1, 2, 3] })
    expect(found!.subject).toEqual({ vteps: [HERE.from, back.from] })
    expect(found!.observed).toContain(`1 from ${HERE.from} and 2 from ${back.from}`)
    expect(found!.displayFilter).toMatch(/^\(.+\) \|\| \(.+\)$/)
  })

  it('an outer checksum over a partial inner one is judged as if that were filled in', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 0, max: 400 }), fc.constantFrom(6, 17), (place, size, protocol) => {
        const [partial, filled] = partialAndFilled(place, size, protocol)
        const outer = wrap(place, filled)
        const checksum = outer[outerLength(place) - 10]! * 256 + outer[outerLength(place) - 9]!
        const good = wrap(place, partial, { checksum })
        expect(codes([{ bytes: good }])).toEqual(['CHECKSUM_PARTIAL'])
        // The same with a bit of the VNI turned over is wrong all the same.
        expect(codes([{ bytes: flipped(good, (outerLength(place) - 2) * 8) }])).toEqual(['OUTER_CHECKSUM_BAD'])
        // Right over the bytes as they are: nobody will fill in the inner one, unless the capture says that it was not ready.
        const unfinished = findingsOf([{ bytes: wrap(place, partial) }])
        expect(unfinished.map(({ code, count }) => [code, count])).toEqual([['INNER_CHECKSUM_BAD', 1]])
        expect(unfinished[0]!.observed).toContain('unfinished')
        expect(codes([{ bytes: wrap(place, partial), flags: 1 << 9 }])).toEqual(['CHECKSUM_PARTIAL'])
        expect(
          codes([{ bytes: wrap({ ...place, from: '10.0.0.1', to: '10.0.0.2' }, partial, { checksum: 'none' }) }]),
        ).toEqual(['CHECKSUM_PARTIAL'])
      }),
    )
  })

  it('sees through a nested tunnel down to a partial checksum', () => {
    const inside = {
      ...HERE,
      vni: 7,
      from: HERE.guests[0],
      to: HERE.guests[1],
      guests: ['1.1.1.1', '1.1.1.2'] as const,
    }
    const [partial, filled] = partialAndFilled({ ...inside, guests: ['1.1.1.1', '1.1.1.2'] }, 101, 6)
    const place: Place = { ...inside, guests: ['1.1.1.1', '1.1.1.2'] }
    const middle = wrap(place, filled)
    const value = (data: Bytes) => data[14 + 26]! * 256 + data[14 + 27]!
    const outer = value(wrap(HERE, middle))
    const data = wrap(HERE, wrap(place, partial, { checksum: value(middle) }), { checksum: outer })
    expect(codes([{ bytes: data }]).sort()).toEqual(['CHECKSUM_PARTIAL', 'NESTED_TUNNEL'])
    expect(codes([{ bytes: flipped(data, (outerLength(HERE) + 3) * 8) }])).toContain('OUTER_CHECKSUM_BAD')
  })

  /** An outer IPv6 packet with extension headers before its datagram, whose checksum counts the given addresses. */
  const behind = (headers: Bytes, first: number, from: string, to: string, counted: readonly [string, string]) => {
    const body = sealed(datagram(ping(HERE)), 17, bytes(ip(counted[0]), ip(counted[1])))
    const length = number(headers.length + body.length, 2)
    return ethernet(bytes(0x60, 0, 0, 0, length, first, 64, ip(from), ip(to), headers, body))
  }

  it('counts the last node of a segment list, and the home address, in place of those of the header', () => {
    const [from, to, via, home] = ['fd00:a::1', 'fd00:b::2', 'fd00:c::3', 'fd00:d::4'] as const
    const list = (left: number, type = 4) =>
      bytes(17, 4, type, left, 1, 0, 0, 0, ip(type === 0 ? via : to), ip(type === 0 ? to : via))
    const option = bytes(17, 2, 1, 2, 0, 0, 0xc9, 16, ip(home))
    const right = [
      behind(list(1), 43, from, via, [from, to]),
      behind(list(1, 0), 43, from, via, [from, to]),
      // Some sender counts the header's address; a list used up hides nothing.
      behind(list(1), 43, from, via, [from, via]),
      behind(list(0), 43, from, to, [from, to]),
      behind(bytes(17, 2, 2, 1, 0, 0, 0, 0, ip(to)), 43, from, via, [from, to]),
      behind(option, 60, from, to, [home, to]),
      // A compressed list (RFC 6554) does not tell the last node.
      behind(bytes(17, 2, 3, 1, 0, 0, 0, 0, ip(to)), 43, from, via, [from, to]),
    ]
    for (const data of right) expect(codes([{ bytes: data }])).toEqual([])
    for (const data of [right[0]!, right[3]!, right[5]!]) {
      expect(codes([{ bytes: flipped(data, data.length * 8 - 8) }]), 'damaged').toContain('OUTER_CHECKSUM_BAD')
    }
    expect(codes([{ bytes: behind(list(0), 43, from, via, [from, to]) }])).toEqual(['OUTER_CHECKSUM_BAD'])
    const { vtepPairs } = summaryOf([{ bytes: right[0]! }, { bytes: behind(list(1), 43, to, via, [to, to]) }])
    expect(vtepPairs.map(({ a, b }) => [a, b])).toContainEqual([from, to])
  })

  it('counts the end of an IPv4 source route, outer and inner', () => {
    const routed = (payload: Bytes, protocol: number, from: string, via: string, to: string, pointer = 4) => {
      const options = bytes(0x83, 7, pointer, ip(to), 0)
      const body = sealed(payload, protocol, bytes(ip(from), ip(to)))
      const plain = ipv4(bytes(options, body), { from, to: via, protocol: 255 })
      const head = bytes(0x47, plain.slice(1, 9), protocol, 0, 0, plain.slice(12, 28))
      let sum = 0
      for (let at = 0; at < head.length; at += 2) sum += head[at]! * 256 + head[at + 1]!
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
      return ethernet(bytes(head.slice(0, 10), number(~sum & 0xffff, 2), head.slice(12), body))
    }
    const inner = routed(bytes(tcp({ payload: 10 })), 6, '192.168.1.1', '192.168.1.5', '192.168.1.9')
    expect(codes([{ bytes: wrap(HERE, inner) }])).toEqual([])
    expect(codes([{ bytes: wrap(HERE, flipped(inner, inner.length * 8 - 8)) }])).toEqual(['INNER_CHECKSUM_BAD'])
    const outer = routed(datagram(ping(HERE)), 17, '10.0.0.1', '10.0.0.5', '10.0.0.9')
    expect(codes([{ bytes: outer }])).toEqual([])
    const used = routed(datagram(ping(HERE)), 17, '10.0.0.1', '10.0.0.5', '10.0.0.9', 8)
    expect(codes([{ bytes: used }])).toEqual(['OUTER_CHECKSUM_BAD'])
  })

  it('names a rewritten address where all checksums differ alike, and not where bits were damaged', () => {
    const rewrite = (data: Bytes, address: string, fixes: boolean) => {
      const copy = data.slice()
      copy.set(ip(address), 26)
      if (!fixes) return copy
      const header = ipv4(data.slice(34), { from: address, to: HERE.to, id: copy[18]! * 256 + copy[19]! })
      copy.set(header.slice(10, 12), 24)
      return copy
    }
    const sizes = [9, 50, 120, 333]
    const frames = sizes.map((size) => wrap(HERE, ping(HERE, size)))
    for (const fixes of [true, false]) {
      const [found] = findingsOf(timed(frames.map((data) => rewrite(data, '203.0.113.5', fixes))))
      expect(found).toMatchObject({ code: 'OUTER_CHECKSUM_BAD', count: 4 })
      expect(found!.inferred).toContain('NAT')
      expect(found!.observed).toContain(fixes ? 'by the same amount' : 'wrong together')
    }
    const known = timed([...frames.map((data) => rewrite(data, '203.0.113.5', true)), wrap(HERE, ping(HERE))])
    expect(findingsOf(known)[0]!.observed).toContain(`if the source address were ${HERE.from}`)
    const damaged = frames.map((data, index) => flipped(data, (outerLength(HERE) + 30 + index) * 8 + index))
    const [found] = findingsOf(timed(damaged))
    expect(found!.inferred).not.toContain('NAT')
  })

  it('believes a capture that says its checksums were not ready', () => {
    const data = wrap(HERE, segment(HERE, 50), { checksum: 0x1234 })
    expect(codes([{ bytes: data }])).toEqual(['OUTER_CHECKSUM_BAD'])
    expect(codes([{ bytes: data, flags: 1 << 9 }])).toEqual(['CHECKSUM_PARTIAL'])
  })

  it('leaves fragments and super-frames alone', () => {
    const plain = datagram(segment(HERE, 300))
    const wrong = bytes(plain.slice(0, 6), 0x12, 0x34, plain.slice(8))
    const head = ethernet(ipv4(wrong.slice(0, 160), { from: HERE.from, to: HERE.to, id: 9, moreFragments: true }))
    expect(codes([{ bytes: head }])).toEqual([])
    const large = ethernet(guest(HERE, bytes(tcp({ payload: 12_000 })), 6))
    expect(codes([{ bytes: wrap(HERE, flipped(large, 5000 * 8), { checksum: 'none' }) }])).toEqual([])
  })

  it('no checksum over IPv6 is a note about the pair, over IPv4 nothing', () => {
    const place = { ...HERE, from: 'fd00::2', to: 'fd00::1' }
    const found = findingsOf(timed([wrap(place, ping(place), { checksum: 'none' })]))
    expect(found.map(({ code, severity, subject }) => [code, severity, subject])).toEqual([
      ['ZERO_CHECKSUM_IPV6', 'note', { vteps: ['fd00::1', 'fd00::2'] }],
    ])
    expect(codes(timed([wrap(HERE, ping(HERE), { checksum: 'none' })]))).toEqual([])
  })
})

/** A guest's frame whose transport checksum is the pseudo header's sum, and the same filled in. */
function partialAndFilled(place: Place, size: number, protocol: number): [Bytes, Bytes] {
  const data = new Uint8Array(size).map((_, index) => (index * 37) & 0xff)
  const plain = protocol === 6 ? bytes(tcp({ sequence: 5 }), data) : udp(data, 4000, 5000)
  const addresses = bytes(ip(place.guests[0]), ip(place.guests[1]))
  const at = protocol === 6 ? 16 : 6
  const value = pseudo(plain.length, protocol, addresses)
  const filled = ethernet(guest(place, sealed(plain, protocol, addresses), protocol))
  const partial = filled.slice()
  partial.set(number(value, 2), 14 + guestLength(place) + at)
  return [partial, filled]
}

describe('integrity: the tunnel header', () => {
  it('a datagram without the I flag or shorter than the header is named with its port', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 7 }), (place, flags, short) => {
        const clear = wrap(place, ping(place), { head: [flags & ~0x08, 0, 0, 0] })
        const body = sealed(udp(new Uint8Array(short).fill(0x0a), 50_000, place.port), 17, ends(place))
        const cut = ethernet(packet(body, { from: place.from, to: place.to, protocol: 17 }))
        const list = [...healthy(place), { bytes: clear, ms: 50 }, { bytes: cut, ms: 51 }]
        const found = findingsOf(list)
        expect(found.map(({ code }) => code)).toEqual(['FLAG_I_CLEAR'])
        const subject = { vteps: [place.from, place.to], port: place.port }
        expect(found[0]).toMatchObject({ subject, count: 2, packets: [list.length - 1, list.length] })
      }),
    )
  })

  it('an answer to a client that happens to use the port, a damaged header and a cut record are none', () => {
    const text = bytes(...[...'d1:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re'].map((c) => c.charCodeAt(0)))
    const answer = ethernet(ipv4(udp(text, 6881, 4789), { from: HERE.from, to: HERE.to }))
    expect(codes([{ bytes: answer }])).toEqual(['NOT_A_TUNNEL'])
    const damaged = flipped(wrap(HERE, ping(HERE)), (outerLength(HERE) - 8) * 8 + 3)
    expect(codes([{ bytes: damaged }])).toEqual(['OUTER_CHECKSUM_BAD'])
    const whole = wrap(HERE, ping(HERE))
    expect(codes([{ bytes: whole.slice(0, outerLength(HERE) - 3), wireLength: whole.length }])).toEqual([])
  })

  /** What a service at port `from` answers, one payload after the other. */
  const answers = (payloads: readonly Bytes[], from: number | ((index: number) => number), to = 4789, place = HERE) =>
    timed(
      payloads.map((payload, index) => {
        const body = udp(payload, typeof from === 'number' ? from : from(index), to)
        return ethernet(packet(body, { from: place.from, to: place.to, protocol: 17 }))
      }),
    )
  const noise = (count: number, length: number) => {
    const random = new Random(length)
    return Array.from({ length: count }, () => Uint8Array.from({ length }, () => random.below(256)))
  }

  it('a service that answers a client at a tunnel port is not a tunnel, over IPv4 and IPv6, whatever it says', () => {
    for (const place of [HERE, { ...HERE, from: 'fd00::1', to: 'fd00::2' }]) {
      for (const port of [4789, 8472, 4790, 6081]) {
        const list = answers(noise(40, 300), 443, port, place)
        const found = findingsOf(list)
        expect(found.map(({ code, severity, count, subject }) => [code, severity, count, subject])).toEqual([
          ['NOT_A_TUNNEL', 'note', 40, { ip: place.from, port }],
        ])
        expect(found[0]!.inferred).toContain('QUIC')
        expect(summaryOf(list).tunnel).toMatchObject({
          vxlanPackets: 0,
          gpePackets: 0,
          genevePackets: 0,
          otherPackets: 40,
        })
      }
    }
  })

  it('a service whose header happens to be one of VXLAN is told by the text behind it', () => {
    const encode = (text: string) => new TextEncoder().encode(text)
    /** Request id, sequence number, number of datagrams, 0: an id of 0x0800 makes the I flag, the rest a VNI. */
    const head = [8, 0, 0, 0, 0, 1, 0, 0]
    const values = Array.from({ length: 6 }, (_, n) => bytes(head, encode(`VALUE k${n} 0 2 5\r\nhello\r\nEND\r\n`)))
    expect(codes(answers(values, 11_211))).toEqual(['NOT_A_TUNNEL'])
    expect(summaryOf(answers(values, 11_211)).tunnel).toMatchObject({ vxlanPackets: 0, otherPackets: 6 })
    // A frame full of text has a type all the same, and too few bytes tell nothing.
    const framed = values.map((value) => bytes(head, ethernet(guest(HERE, value, 17), { from: '52:41:42:43:44:45' })))
    expect(summaryOf(answers(framed, 11_211)).tunnel).toMatchObject({ vxlanPackets: 6 })
    expect(summaryOf(answers([bytes(head, encode('VALUE k0 0 2 5'))], 11_211)).tunnel).toMatchObject({
      vxlanPackets: 1,
    })
  })

  it('short answers are a service’s too, where the client is seen to ask, or others of the same port say so', () => {
    const short = answers([new Uint8Array(1)], 4500)
    expect(codes(short)).toEqual(['FLAG_I_CLEAR'])
    const question = ethernet(
      packet(udp(new Uint8Array(20), 4789, 4500), { from: HERE.to, to: HERE.from, protocol: 17 }),
    )
    const found = findingsOf(timed([...short.map((entry) => entry.bytes), question]))
    expect(found.map(({ code, count }) => [code, count])).toEqual([['NOT_A_TUNNEL', 1]])
    expect(found[0]!.observed).toContain('1 datagram the other way')
    expect(codes([...answers(noise(3, 90), 4500), ...short])).toEqual(['NOT_A_TUNNEL'])
  })

  it('what hashes flows to many source ports, and a frame behind a wrong header, are a VTEP’s', () => {
    expect(codes(answers(noise(40, 300), (index) => 50_000 + index))).toEqual(['FLAG_I_CLEAR'])
    const wrong = answers([bytes(0, 0, 0, 0, number(100, 3), 0, ethernet(guest(HERE, echo('request', 1, 1), 1)))], 53)
    expect(codes(wrong)).toEqual(['FLAG_I_CLEAR'])
    expect(
      codes(answers([bytes(8, 0, 0, 0, number(100, 3), 0, ethernet(guest(HERE, echo('request', 1, 1), 1)))], 53)),
    ).toEqual([])
  })

  it.skipIf(TSHARK === undefined)(
    `has a filter that selects them whatever their source port${becauseOfTshark()}`,
    async () => {
      const frame = ethernet(guest(HERE, echo('request', 1, 1), 1))
      // What is inside may be UDP with a payload of its own, and Wireshark takes source port 53 for DNS.
      const inside = ethernet(guest(HERE, udp(bytes(8, 8, 8, 8), 7000, 7001), 17))
      const clear = [frame, inside].flatMap((inner) =>
        [53, 123, 40_000].flatMap((port) => answers([bytes(0, 0, 0, 0, number(100, 3), 0, inner)], port)),
      )
      const valid = [frame, inside].flatMap((inner) => answers([bytes(8, 0, 0, 0, number(100, 3), 0, inner)], 53))
      const list = timed([...clear, ...valid].map((entry) => entry.bytes))
      const [found, ...rest] = findingsOf(list)
      expect(rest).toEqual([])
      expect(found).toMatchObject({ code: 'FLAG_I_CLEAR', count: clear.length })
      await asFile(list, async (file) => {
        expect(await unselected(file, found!)).toEqual([])
        expect(await selects(file, found!.displayFilter)).toBe(clear.length)
      })
    },
  )

  it('follows the filter', () => {
    const list = timed([wrap(HERE, ping(HERE), { head: [0, 0, 0, 0] })])
    expect(codes(list, { filter: { vnis: [], vteps: [HERE.to] } })).toEqual(['FLAG_I_CLEAR'])
    expect(codes(list, { filter: { vnis: [], vteps: ['10.9.9.9'] } })).toEqual([])
    expect(codes(list, { filter: { vnis: [100], vteps: [] } })).toEqual([])
  })

  it('any reserved bit is found, unless it is part of a complete group policy', () => {
    const bits = fc.tuple(octetOrZero, octetOrZero, octetOrZero, octetOrZero, octetOrZero)
    fc.assert(
      fc.property(places, bits, (place, [flags, second, third, fourth, last]) => {
        const head = [flags | 0x08, second, third, fourth] as const
        const isPlain = (flags & ~0x08) === 0 && second === 0 && third === 0 && fourth === 0 && last === 0
        const isPolicy = (flags & ~0x08) === 0x80 && (second & ~0x48) === 0 && last === 0
        const found = findingsOf([...healthy(place), { bytes: wrap(place, ping(place), { head, last }), ms: 50 }])
        const expected = isPlain ? [] : [isPolicy ? 'GROUP_POLICY' : 'RESERVED_BITS']
        expect(found.map(({ code }) => code)).toEqual(expected)
        if (isPlain) return
        const { vni, from, to } = place
        expect(found[0]!.subject).toEqual(isPolicy ? { vni } : { vni, vteps: [from, to] })
        expect(found[0]!.severity).toBe(isPolicy ? 'note' : 'warning')
      }),
      { numRuns: 300 },
    )
  })

  it('names who drops them, and the bits', () => {
    const [found] = findingsOf([{ bytes: wrap(HERE, ping(HERE), { head: [0x48, 0xab, 0xcd, 0xef], last: 0xff }) }])
    expect(found!.observed).toContain('flags 0x48, first reserved field 0xabcdef, last byte 0xff')
    for (const reader of ['RFC 7348', 'Linux before 6.14', 'from 6.14 on', 'Open vSwitch', 'intrusion detection']) {
      expect(found!.inferred).toContain(reader)
    }
  })

  it('counts a frame that two interfaces recorded once', () => {
    const data = wrap(HERE, ping(HERE), { head: [0x48, 0, 0, 0] })
    const [found] = findingsOf([{ bytes: data }, { bytes: data, ms: 1, interfaceId: 1 }])
    expect(found).toMatchObject({ code: 'RESERVED_BITS', count: 1, packets: [1] })
  })
})

const octetOrZero = fc.oneof(fc.constant(0), fc.constant(0x40), fc.constant(0x80), fc.integer({ min: 0, max: 255 }))

describe('integrity: what the tunnel carries', () => {
  it('less than an Ethernet header, or less than the inner packet says, is truncated', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 0, max: 400 }), (place, length) => {
        const frame = segment(place, 300)
        const cut = frame.slice(0, Math.min(length, frame.length - 1))
        const list = [...healthy(place), { bytes: wrap(place, cut), ms: 50 }]
        const found = findingsOf(list)
        expect(found.map(({ code }) => code)).toEqual(['INNER_TRUNCATED'])
        const { vni, from, to } = place
        expect(found[0]).toMatchObject({ count: 1, packets: [list.length], subject: { vni, vteps: [from, to] } })
      }),
    )
  })

  it('what the snap length cut is not', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 14, max: 400 }), (place, length) => {
        const data = wrap(place, segment(place, 300))
        expect(codes([{ bytes: data.slice(0, length), wireLength: data.length }])).toEqual([])
      }),
    )
  })

  it('inner tags are noted by VNI, outermost first', () => {
    const inner = guest(HERE, echo('request', 1, 1), 1)
    const tagged = (vlans: number[]) => wrap(HERE, ethernet(inner, { vlans }))
    const [found, ...rest] = findingsOf(timed([tagged([20]), tagged([10]), tagged([100, 7]), tagged([0])]))
    expect(rest).toEqual([])
    expect(found).toMatchObject({ code: 'INNER_VLAN', severity: 'note', subject: { vni: 100 }, count: 4 })
    expect(found!.observed).toContain('0, 10, 20, 100.7')
  })

  it('tunnels inside each other are counted, and their overheads added', () => {
    for (let depth = 1; depth <= 3; depth++) {
      let frame = segment(HERE, 100)
      for (let level = 1; level <= depth; level++) frame = wrap({ ...HERE, vni: 100 + level }, frame)
      const [found, ...rest] = findingsOf(timed([wrap(HERE, frame)]))
      expect(rest).toEqual([])
      expect(found).toMatchObject({ code: 'NESTED_TUNNEL', severity: 'note', subject: { vni: 100 }, count: 1 })
      expect(found!.observed).toContain(`VNI ${100 + depth} inside`)
      expect(found!.observed).toContain(`${50 * depth} bytes on top of the outer 50`)
      expect(found!.inferred).toContain(`add up to ${50 * (depth + 1)} bytes`)
    }
  })

  it('a hostile depth ends somewhere', () => {
    let frame = segment(HERE, 100)
    for (let level = 1; level <= 60; level++) frame = wrap(HERE, frame)
    const [found] = findingsOf(timed([wrap(HERE, frame)])).filter(({ code }) => code === 'NESTED_TUNNEL')
    expect(found!.observed).toContain('at least 16 tunnels deep')
  })

  it('a plausible header that repeats at a foreign port is named, with its bytes swapped where that is it', () => {
    fc.assert(
      fc.property(places, fc.constantFrom(46354, 6177, 4788, 6080, 48879), (place, port) => {
        const foreign = { ...place, port }
        const list = [...healthy(place), ...healthy(foreign)].map((entry, index) => ({ ...entry, ms: index }))
        const found = findingsOf(list)
        expect(found.map(({ code }) => code)).toEqual(['UNKNOWN_TUNNEL_PORT'])
        expect(found[0]).toMatchObject({ severity: 'note', subject: { port }, count: healthy(place).length })
        expect(found[0]!.remedy).toContain(`--port ${port}`)
        const swapped = ({ 46354: 4789, 6177: 8472 } as Record<number, number | undefined>)[port]
        if (swapped !== undefined) expect(found[0]!.title).toContain(`port ${swapped} with its bytes swapped`)
      }),
      { numRuns: 30 },
    )
  })

  it('is named with the group policy of a vendor, and as GPE with or without Ethernet', () => {
    const at = (port: number, head: Wrapping['head'], inner: Bytes, last = 0) =>
      findingsOf(timed([1, 2].map(() => wrap({ ...HERE, port }, inner, { head: head!, last }))))
    const bare = guest(HERE, echo('request', 1, 1), 1)
    const vendor = at(48_879, [0xc8, 0x18, 0xc0, 0x02], ping(HERE), 0x80)
    expect(vendor.map(({ code, subject }) => [code, subject.port])).toEqual([['UNKNOWN_TUNNEL_PORT', 48_879]])
    expect(vendor[0]!.title).toContain('group policy')
    for (const [next, inner] of [
      [3, ping(HERE)],
      [1, bare],
      [2, packet(echo('request', 1, 1), { from: 'fd00::1', to: 'fd00::2', protocol: 58 })],
    ] as const) {
      const found = at(6633, [0x0c, 0, 0, next], inner)
      expect(found.map(({ code }) => code)).toEqual(['UNKNOWN_TUNNEL_PORT'])
      expect(found[0]!.title).toContain('VXLAN-GPE')
    }
    // The version, the length or the header checksum does not fit.
    expect(at(6633, [0x0c, 0, 0, 2], bare)).toEqual([])
    expect(at(6633, [0x0c, 0, 0, 1], bytes(bare, 0, 0))).toEqual([])
    expect(at(48_879, [0xc8, 0x18, 0xc0, 0x02], flipped(ping(HERE), 14 * 8 + 8), 0x80)).toEqual([])
  })

  it('is read as what it is where GPE comes to the VXLAN port: no Ethernet, no MACs', () => {
    const list = timed([1, 2].map(() => wrap(HERE, guest(HERE, echo('request', 1, 1), 1), { head: [0x0c, 0, 0, 1] })))
    const [found] = findingsOf(list)
    expect(found).toMatchObject({ code: 'RESERVED_BITS', count: 2 })
    expect(found!.title).toContain('VXLAN-GPE')
    const summary = summaryOf(list)
    expect(summary.macs).toEqual([])
    expect(summary.flows.map(({ protocol, a, b }) => [protocol, a, b])).toEqual([['ICMP', ...HERE.guests]])
  })

  it('one such datagram, or other payloads with the flag, name nothing', () => {
    expect(codes(timed([wrap({ ...HERE, port: 4788 }, ping(HERE))]))).toEqual([])
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 60, maxLength: 120 }), (payload) => {
        const data = (filler: Bytes) =>
          ethernet(ipv4(udp(bytes(8, 0, 0, 0, 0, 0, 1, 0, filler), 40_000, 9999), { from: HERE.from, to: HERE.to }))
        // An EtherType that looks right is not enough.
        const typed = payload.slice()
        typed.set([0x08, 0x00, 0x44], 12)
        expect(codes(timed([data(payload), data(payload), data(typed), data(typed)]))).toEqual([])
      }),
    )
  })
})

describe('integrity: congestion', () => {
  it('follows RFC 6040: CE is noted, CE over Not-ECT is illegal', () => {
    for (let outer = 0; outer < 4; outer++) {
      for (let inner = 0; inner < 4; inner++) {
        const frame = ethernet(guest(HERE, echo('request', 1, 1), 1, { tos: 0x28 | inner }))
        const found = findingsOf([...healthy(HERE), { bytes: wrap(HERE, frame, { tos: outer }), ms: 50 }])
        const expected = outer !== 3 ? [] : inner === 0 ? ['ECN_ILLEGAL', 'CONGESTION'] : ['CONGESTION']
        expect(found.map(({ code }) => code)).toEqual(expected)
        for (const { subject } of found) expect(subject.vteps).toEqual([HERE.from, HERE.to])
      }
    }
  })
})

describe('integrity: class of service', () => {
  /** Packets of a guest with this traffic class, in outer headers with that one. */
  const marked = (place: Place, count: number, inner: number, outer: number): Packet[] =>
    Array.from({ length: count }, (_, n) => {
      const frame = ethernet(guest(place, udp(bytes(n), 1, 2), 17, { tos: inner }))
      return { bytes: wrap(place, frame, { tos: outer }), ms: 100 + n }
    })
  const ipv4Places = places.filter((place) => !place.guests[0].includes(':'))

  it('DSCP_NOT_COPIED: three packets with a DSCP, and none of it outside', () => {
    fc.assert(
      fc.property(ipv4Places, fc.integer({ min: 1, max: 63 }), fc.integer({ min: 0, max: 2 }), (place, dscp, ecn) => {
        const before = healthy(place)
        const found = findingsOf([...before, ...marked(place, 3, (dscp << 2) | ecn, ecn)])
        expect(found.map(({ code }) => code)).toEqual(['DSCP_NOT_COPIED'])
        const { vni, from, to } = place
        const packets = [1, 2, 3].map((n) => before.length + n)
        expect(found[0]).toMatchObject({ severity: 'note', count: 3, packets, subject: { vni, vteps: [from, to] } })
        expect(found[0]!.observed).toMatch(new RegExp(`inner DSCP ${dscp}( \\(\\w+\\))?\\.$`))
      }),
      { numRuns: 30 },
    )
  })

  it('is none where the field is copied or set, where two packets have it, or none', () => {
    const [expedited, other] = [46 << 2, 10 << 2]
    expect(codes([...healthy(HERE), ...marked(HERE, 9, expedited, expedited)])).toEqual([])
    expect(codes([...healthy(HERE), ...marked(HERE, 9, expedited, other)])).toEqual([])
    expect(codes([...healthy(HERE), ...marked(HERE, 9, 0, other)])).toEqual([])
    expect(codes([...healthy(HERE), ...marked(HERE, 2, expedited, 0)])).toEqual([])
  })

  it('is none of what hosts mark themselves: ICMP errors, and frames to many', () => {
    const errors = Array.from({ length: 5 }, (_, n) => {
      const quoted = ipv4(udp(bytes(n), 1, 2), { from: HERE.guests[1], to: HERE.guests[0] })
      const frame = ethernet(guest(HERE, bytes(3, 3, 0, 0, 0, 0, 0, 0, quoted), 1, { tos: 0xc0 }))
      return { bytes: wrap(HERE, frame), ms: 100 + n }
    })
    const reports = Array.from({ length: 5 }, (_, n) => {
      const report = ipv4(bytes(0x16, 0, 0, 0, 224, 0, 1, n), {
        from: HERE.guests[0],
        to: `224.0.1.${n}`,
        protocol: 2,
        tos: 0xc0,
      })
      return { bytes: wrap(HERE, ethernet(report, { to: `01:00:5e:00:01:0${n}` })), ms: 200 + n }
    })
    expect(codes([...healthy(HERE), ...errors, ...reports])).toEqual([])
  })

  it.skipIf(TSHARK === undefined)(`its display filter selects such packets alone${becauseOfTshark()}`, async () => {
    for (const place of [HERE, { ...HERE, port: 8472 }, { ...HERE, from: 'fd00::1', to: 'fd00::2' }]) {
      // The outer IPv6 headers made here have no traffic class.
      const copied = place.from.includes(':') ? [] : marked(place, 4, 46 << 2, 46 << 2)
      const list = [...healthy(place), ...marked(place, 4, 46 << 2, 0), ...copied]
      const [found] = findingsOf(list)
      expect(found).toMatchObject({ code: 'DSCP_NOT_COPIED', count: 4 })
      await asFile(list, async (file) => {
        expect(await unselected(file, found!), found!.displayFilter).toEqual([])
        if (place.port === 4789) expect(await selects(file, found!.displayFilter)).toBe(4)
      })
    }
  })
})

describe('integrity: the capture', () => {
  it('what a file’s statistics say was dropped is a warning; a file that cannot tell is none', () => {
    const analysis = analysisOf([])
    const { mtu } = finish(analysis, { rows: 1 })
    const file = (dropped: number | null, received: number | null = null) => {
      const read = { name: 'a.pcapng', packets: 5, issues: [], damagedTimeAt: 0, firstPacket: 1, appended: null }
      return { ...read, dropped, received, compression: 'none' as const }
    }
    const found = (files: Evidence['files']) => diagnose({ analysis, files, dropped: null, mtu })
    expect(found([file(null), file(0, 5)])).toEqual([])
    expect(found([file(null), file(3)])).toMatchObject([{ code: 'CAPTURE_DROPS', severity: 'warning', count: 3 }])
    const shareOf = (files: Evidence['files']) => found(files)[0]!.observed.split('dropped, ')[1]
    expect(shareOf([file(3, 400)])).toBe('0.75 % of the 400 received.')
    expect(shareOf([file(3)])).toBe('37.5 % of the 8 captured or dropped.')
    expect(shareOf([file(3, 0)])).toBe('37.5 % of the 8 captured or dropped.')
  })
})

/** A capture with one of everything. */
function everything(place: Place): Packet[] {
  const inner = guest(
    place,
    place.guests[0].includes(':') ? udp(new Uint8Array(9), 1, 2) : echo('request', 1, 1),
    place.guests[0].includes(':') ? 17 : 1,
  )
  const frame = ping(place)
  const value = pseudo(frame.length + 16, 17, ends(place))
  return timed([
    ...healthy(place).map(({ bytes: data }) => data),
    flipped(wrap(place, segment(place, 90)), (outerLength(place) + 80) * 8),
    wrap(place, flipped(segment(place, 90), 900)),
    wrap(place, frame, { checksum: value }),
    wrap(place, ping(place), { head: [0, 0, 0, 0] }),
    wrap(place, ping(place), { head: [0x08, 0, 0, 1] }),
    wrap(place, ping(place), { head: [0x0c, 0, 0, 3] }),
    wrap(place, ping(place), { last: 9 }),
    wrap(place, ping(place), { head: [0x88, 0x08, 0, 42] }),
    wrap(place, segment(place, 90).slice(0, 9)),
    wrap(place, segment(place, 90).slice(0, 60)),
    wrap(place, ethernet(inner, { vlans: [10] })),
    wrap(place, wrap({ ...place, from: '9.9.9.1', to: '9.9.9.2', vni: 3, port: 4789 }, segment(place, 9))),
    wrap({ ...place, port: 46354 }, ping(place)),
    wrap({ ...place, port: 46354 }, ping(place)),
    wrap(place, ping(place), { tos: 3 }),
    ...[1, 2, 3].map((n) => wrap(place, ethernet(guest(place, udp(bytes(n), 1, 2), 17, { tos: 46 << 2 })))),
  ])
}

/** The same with more than ten of each checksum, so that filters cannot list frames. */
function many(place: Place): Packet[] {
  const damaged = Array.from({ length: 12 }, (_, index) =>
    flipped(wrap(place, segment(place, 90 + index)), (outerLength(place) + 80) * 8),
  )
  const inner = Array.from({ length: 12 }, () => wrap(place, flipped(segment(place, 90), 900)))
  return timed([...healthy(place).map(({ bytes: data }) => data), ...damaged, ...inner])
}

const CORNERS: [string, Place][] = [
  ['IPv4', HERE],
  ['port 8472', { ...HERE, port: 8472 }],
  ['IPv6 underlay', { ...HERE, from: 'fd00::1', to: 'fd00::2' }],
]

describe('integrity: saved state', () => {
  it.each(CORNERS)('gives the same at every boundary: %s', (_, place) => {
    const all = records(everything(place))
    const whole = printed(analyze(all))
    for (let cut = 0; cut <= all.length; cut++) {
      expect(printed(resumed(all, [cut]))).toBe(whole)
    }
  })
})

describe.skipIf(TSHARK === undefined)(`integrity: display filters${becauseOfTshark()}`, () => {
  it.each(CORNERS)('select the named packets: %s', async (_, place) => {
    for (const list of [everything(place), many(place)]) {
      const found = findingsOf(list)
      expect(found.length).toBeGreaterThan(1)
      await asFile(list, async (file) => {
        for (const finding of found) expect(await unselected(file, finding), finding.displayFilter).toEqual([])
      })
    }
  })

  it('state the condition: they leave healthy packets out where Wireshark can tell', async () => {
    const exact = ['FLAG_I_CLEAR', 'RESERVED_BITS', 'GROUP_POLICY', 'INNER_VLAN', 'UNKNOWN_TUNNEL_PORT', 'CONGESTION']
    const list = everything(HERE)
    await asFile(list, async (file) => {
      for (const finding of findingsOf(list).filter(({ code }) => exact.includes(code))) {
        expect(await selects(file, finding.displayFilter), finding.code).toBe(finding.count)
      }
    })
  })
})

describe.skipIf(LAB === undefined)(`integrity: lab captures${because(LAB)}`, () => {
  const folder = LAB ?? ''
  const read = async (name: string) =>
    (await summarizeFiles([join(folder, name)])).findings.filter(({ code }) => CODES.includes(code))

  it.each([
    ['fault-corrupt', 'OUTER_CHECKSUM_BAD', [] as number[]],
    // A turned bit in a MAC address or an EtherType is covered by no checksum: frames 16 and 44 of the wire's log.
    ['fault-corrupt-nocsum', 'INNER_CHECKSUM_BAD', [16, 44]],
  ])('%s: names exactly the frames that the wire altered', async (name, code, unprotected) => {
    const truth = JSON.parse(readFileSync(join(folder, `${name}.truth.json`), 'utf8')) as {
      wire_log: { action?: string; n: number; ip_id: number }[]
    }
    const altered = truth.wire_log.filter(({ action, n }) => action === 'corrupt' && !unprotected.includes(n))
    const ids = new Set(altered.map(({ ip_id }) => ip_id))
    const expected = recordsOf(join(folder, `${name}-h2.pcap`))
      .filter(({ view }) => view.getUint16(12) === 0x0800 && view.getUint8(29) === 101 && ids.has(view.getUint16(18)))
      .map(({ packet: { number } }) => number)
    const found = (await read(`${name}-h2.pcap`)).filter((finding) => finding.code === code)
    expect(found).toHaveLength(1)
    expect(found[0]!.packets).toEqual(expected)
    expect(found[0]!.count).toBe(altered.length)
    expect(found[0]!.subject.vteps).toEqual(['10.0.10.101', '10.0.10.102'])
    expect(await read(`${name}-h1.pcap`)).toEqual([])
  })

  it('fault-malformed: the crafted datagrams by what is wrong with them', async () => {
    const found = await read('fault-malformed-h2.pcap')
    expect(found.map(({ code, packets, subject }) => [code, packets, subject.vni])).toEqual([
      ['FLAG_I_CLEAR', [3, 10, 12], undefined],
      ['INNER_TRUNCATED', [8, 9], 100],
      ['RESERVED_BITS', [4, 5, 6], 100],
      // A line of text: it happens to have the bit of the I flag.
      ['NOT_A_TUNNEL', [11], undefined],
    ])
  })

  it('raises nothing above a note but in captures with such a fault', async () => {
    const faulty = /^fault-(corrupt(-nocsum)?-h2|malformed-h[12])\./
    for (const name of readdirSync(folder).filter((file) => /\.pcap(ng)?$/.test(file) && !faulty.test(file))) {
      const alarms = (await read(name)).filter(({ severity }) => severity !== 'note')
      expect(alarms, name).toEqual([])
    }
  })

  it.each([
    ['kv-gbp-h1.pcap', ['GROUP_POLICY']],
    ['kv-nested-h1.pcap', ['NESTED_TUNNEL']],
    ['kv-offload-on-h1.pcap', ['CHECKSUM_PARTIAL']],
    ['kv-offload-off-h1.pcap', []],
    ['kv-v6zero-h1.pcap', ['ZERO_CHECKSUM_IPV6']],
    ['kv-v6-h1.pcap', []],
    ['ovs-vlan-h1.pcap', ['INNER_VLAN']],
    ['ovs-qinq-h2.pcap', ['INNER_VLAN']],
    ['fault-ecn-h2.pcap', ['CONGESTION']],
    ['fault-ecn-h1.pcap', []],
    ['fault-healthy-h1.pcap', []],
  ])('%s: %j', async (name, expected) => {
    expect([...new Set((await read(name)).map(({ code }) => code))]).toEqual(expected)
  })

  it.skipIf(TSHARK === undefined)(`display filters select the named packets${becauseOfTshark()}`, async () => {
    const names = ['fault-corrupt-h2', 'fault-corrupt-nocsum-h2', 'fault-malformed-h1', 'kv-offload-on-h1', 'kv-gbp-h1']
    for (const name of [...names, 'kv-v6zero-h2', 'ovs-vlan-h1', 'ovs-qinq-h1', 'kv-nested-h1', 'fault-ecn-h2']) {
      const file = join(folder, `${name}.pcap`)
      const found = await read(`${name}.pcap`)
      expect(found.length).toBeGreaterThan(0)
      for (const finding of found) expect(await unselected(file, finding), finding.displayFilter).toEqual([])
    }
  })
})
