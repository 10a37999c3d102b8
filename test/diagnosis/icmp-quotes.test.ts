/**
 * ICMP errors about every kind of tunnel datagram, in every length of quote: NVGRE, Geneve with options, GPE, IPv6 with extension
 * headers, carriers around the tunnel, quotes of 8 bytes behind the IP header.
 */
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/summary.ts'
import { asFile, unselected } from '../support/display-filters.ts'
import { findings, HERE, icmpError, ping, record, segment, told } from '../support/overlay-traffic.ts'
import { bytes, ethernet, ipv4, ipv6, mac, number, type Packet, SYN, udp } from '../support/packets.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'

const ROUTER = '10.99.0.1'
const VSID = 5001
const [A, B] = HERE.vteps
const frame = (from: 0 | 1, inner: Uint8Array) => ethernet(inner, { from: HERE.macs[from], to: HERE.macs[1 - from]! })

/** GRE with a key: what NVGRE is (RFC 7637 §3.2). */
const nvgre = (inner: Uint8Array, vsid = VSID) => bytes(0x20, 0, 0x65, 0x58, number(vsid, 3), 0x77, inner)
/** Geneve with two words of options. */
const geneve = (inner: Uint8Array, port = 6081) =>
  udp(bytes(2, 0, 0x65, 0x58, number(VSID, 3), 0, 0x01, 0x02, 0x03, 1, 9, 9, 9, 9, inner), 51_000, port)
/** GPE that carries Ethernet. */
const gpe = (inner: Uint8Array) => udp(bytes(0x0c, 0, 0, 3, number(VSID, 3), 0, inner), 51_000, 4790)
const vxlan = (inner: Uint8Array) => udp(bytes(8, 0, 0, 0, number(VSID, 3), 0, inner), 51_000, 4789)

let last = 0
const over4 = (payload: Uint8Array, protocol: number, from: 0 | 1 = 0) =>
  ipv4(payload, { from: HERE.vteps[from], to: HERE.vteps[1 - from]!, protocol, id: ++last, dontFragment: true })

/** A tunnel datagram of each kind around an inner packet, as an outer IPv4 packet. */
const KINDS: Readonly<Record<string, (inner: Uint8Array, from?: 0 | 1) => Uint8Array>> = {
  vxlan: (inner, from = 0) => over4(vxlan(frame(from, inner)), 17, from),
  'vxlan-gpe': (inner, from = 0) => over4(gpe(frame(from, inner)), 17, from),
  geneve: (inner, from = 0) => over4(geneve(frame(from, inner)), 17, from),
  nvgre: (inner, from = 0) => over4(nvgre(frame(from, inner)), 47, from),
}
const LINKS: Readonly<Record<string, string>> = {
  vxlan: 'type vxlan … ttl 64',
  'vxlan-gpe': 'type vxlan … gpe ttl 64',
  geneve: 'type geneve … ttl 64',
  nvgre: 'type gretap … ttl 64',
}

/** What carries the outer packet of a VTEP between two routers. */
const CARRIERS: Readonly<Record<string, (packet: Uint8Array) => Uint8Array>> = {
  ipip: (packet) => ipv4(packet, { from: '10.200.0.1', to: '10.200.0.2', protocol: 4, id: ++last }),
  gre: (packet) => ipv4(bytes(0, 0, 8, 0, packet), { from: '10.200.0.1', to: '10.200.0.2', protocol: 47, id: ++last }),
  gretap: (packet) =>
    ipv4(bytes(0, 0, 0x65, 0x58, ethernet(packet)), { from: '10.200.0.1', to: '10.200.0.2', protocol: 47, id: ++last }),
  'gretap with a key below 256': (packet) =>
    ipv4(bytes(0x20, 0, 0x65, 0x58, 0, 0, 0, 7, ethernet(packet)), {
      from: '10.200.0.1',
      to: '10.200.0.2',
      protocol: 47,
      id: ++last,
    }),
}

/** Answered pings in a kind of tunnel, from `ms` on. */
const answered = (kind: string, ms: number, count = 3): Packet[] =>
  Array.from({ length: count }, (_, n) => [
    record(KINDS[kind]!(ping(HERE, 0, 100 + ms + n, 84)), ms + n * 10),
    record(KINDS[kind]!(ping(HERE, 1, 100 + ms + n, 84), 1), ms + n * 10 + 1),
  ]).flat()

/** Requests without answers, each refused. */
const refused = (kind: string, type: number, code: number, quoted: number, rest = 0): Packet[] =>
  Array.from({ length: 3 }, (_, n) => {
    const request = KINDS[kind]!(ping(HERE, 0, n, 1450))
    return [
      record(request, 5000 + n * 1000),
      record(icmpError(ROUTER, request, type, code, rest, quoted), 5001 + n * 1000),
    ]
  }).flat()

const one = (packets: readonly Packet[], code: string): Finding => {
  const all = findings(packets, code)
  expect(all).toHaveLength(1)
  return all[0]!
}
const codes = (packets: readonly Packet[]) =>
  told(packets)
    .findings.filter(({ severity }) => severity !== 'note')
    .map(({ code }) => code)

describe.each(Object.keys(KINDS))('%s', (kind) => {
  /** 8 bytes behind the IP header, as RFC 792 has it; the tunnel header; the inner ports. */
  const lengths = [28, 60, 128]

  it.each(lengths)('too big, %i bytes quoted: pair, VNI, path MTU, inner flow', (quoted) => {
    const packets = [...answered(kind, 0), ...refused(kind, 3, 4, quoted, 1400)]
    const finding = one(packets, 'ICMP_TOO_BIG')
    const overhead = { vxlan: 50, 'vxlan-gpe': 50, geneve: 58, nvgre: 42 }[kind]!
    expect(finding).toMatchObject({ severity: 'error', count: 3, subject: { vni: VSID, vteps: [A, B] } })
    expect(finding.remedy).toContain(`Set the inner MTU to ${1400 - overhead} and clamp MSS to ${1360 - overhead}`)
    expect(told(packets).mtu.perPair[0]).toMatchObject({ pathMtu: 1400, pathMtuFrom: 'icmp', overhead })
    // NVGRE has no port by which a flow could be told.
    const isTold = kind !== 'nvgre' || quoted === 128
    expect(finding.observed.includes(`VNI ${VSID} ICMP 192.168.0.1 ↔ 192.168.0.2`)).toBe(isTold)
  })

  it.each(lengths)('TTL exceeded, %i bytes quoted: the remedy names the kind', (quoted) => {
    const finding = one([...answered(kind, 0), ...refused(kind, 11, 0, quoted)], 'TTL_EXPIRED')
    expect(finding).toMatchObject({ severity: 'error', count: 3, subject: { vteps: [A, B] } })
    expect(finding.remedy).toContain(LINKS[kind]!)
  })

  it.each([
    [0, 'network unreachable'],
    [1, 'host unreachable'],
    [9, 'network prohibited'],
    [10, 'host prohibited'],
    [13, 'communication prohibited'],
  ])('3/%i: the VTEP is unreachable', (code, reason) => {
    const finding = one([...answered(kind, 0), ...refused(kind, 3, code, 28)], 'VTEP_UNREACHABLE')
    expect(finding).toMatchObject({ severity: 'error', count: 3, subject: { vteps: [A, B] } })
    expect(finding.observed).toContain(reason)
    if (code >= 9) expect(finding.remedy).toContain(kind === 'nvgre' ? 'GRE (IP protocol 47)' : 'UDP')
  })

  it('3/3: nobody takes it, until something gets through', () => {
    const packets = refused(kind, 3, 3, 28)
    expect(one(packets, 'PORT_UNREACHABLE')).toMatchObject({ severity: 'error', count: 3 })
    expect(one([...answered(kind, 0), ...packets], 'PORT_UNREACHABLE').severity).toBe('error')
    expect(one([...packets, ...answered(kind, 9000)], 'PORT_UNREACHABLE').severity).toBe('note')
  })

  it('a healthy tunnel says nothing', () => {
    expect(codes([...answered(kind, 0), ...answered(kind, 5000)])).toEqual([])
  })
})

describe('NVGRE', () => {
  it('3/2: no GRE at the receiver, whatever the subnet', () => {
    const finding = one(refused('nvgre', 3, 2, 28), 'PORT_UNREACHABLE')
    expect(finding).toMatchObject({ severity: 'error', subject: { vteps: [A, B] } })
    expect(finding.title).toBe(`ICMP Protocol Unreachable: ${B} does not accept GRE (IP protocol 47)`)
    expect(finding.displayFilter).toContain('icmp.code == 2')
  })

  it('3/3: GRE without a tunnel of this subnet; that another one works says nothing', () => {
    const other = (ms: number) =>
      ([0, 1] as const).map((from) =>
        record(over4(nvgre(frame(from, ping(HERE, from, 900, 84)), 7000), 47, from), ms + from),
      )
    const finding = one([...refused('nvgre', 3, 3, 28), ...other(9000)], 'PORT_UNREACHABLE')
    expect(finding).toMatchObject({ severity: 'error', subject: { vni: VSID, vteps: [A, B] } })
    expect(finding.title).toContain(`${B} has no tunnel for NVGRE with VSID ${VSID}`)
    expect(finding.remedy).toContain('GRE key')
    expect(`${finding.observed}${finding.inferred}${finding.remedy}`).not.toMatch(/UDP|dstport/)
  })

  it('over IPv6: an unrecognized next header is its “protocol unreachable”', () => {
    const ends = { from: 'fd00::1', to: 'fd00::2', protocol: 47 }
    const request = (n: number) => ipv6(nvgre(frame(0, ping(HERE, 0, n, 84))), ends)
    const error = (n: number) =>
      ipv6(bytes(4, 1, 0, 0, number(6, 4), request(n).subarray(0, 48)), {
        from: 'fd00::2',
        to: 'fd00::1',
        protocol: 58,
      })
    const packets = [0, 1, 2].flatMap((n) => [record(request(n), n * 1000), record(error(n), n * 1000 + 1)])
    expect(one(packets, 'PORT_UNREACHABLE')).toMatchObject({
      severity: 'error',
      subject: { vteps: ['fd00::1', 'fd00::2'] },
      title: 'ICMP Unrecognized Next Header: fd00::2 does not accept GRE (IP protocol 47)',
    })
  })

  it('GRE without a subnet is no tunnel', () => {
    const plain = over4(bytes(0, 0, 8, 0, ping(HERE, 0, 1, 84)), 47)
    const packets = [0, 1, 2].map((n) => record(icmpError(B, plain, 3, 2, 0, 28), n * 1000))
    expect(codes(packets)).toEqual([])
  })
})

describe.each(Object.keys(CARRIERS))('inside a carrier: %s', (name) => {
  const carry = CARRIERS[name]!
  const carriers = { ipip: 20, gre: 24, gretap: 38, 'gretap with a key below 256': 42 }[name]!

  it.each(Object.keys(KINDS))('%s: the pair inside, and a path MTU without the carrier', (kind) => {
    const request = KINDS[kind]!(ping(HERE, 0, 1, 1450))
    const packets = [
      ...answered(kind, 0),
      record(carry(request), 5000),
      record(icmpError(ROUTER, carry(request), 3, 4, 1400, 128), 5001),
    ]
    const finding = one(packets, 'ICMP_TOO_BIG')
    expect(finding.subject).toEqual({ vni: VSID, vteps: [A, B] })
    expect(finding.title).toContain('1400')
    expect(finding.observed).toContain(`takes ${carriers} bytes`)
    expect(told(packets).mtu.perPair.find(({ a }) => a === A)!.pathMtu).toBe(1400 - carriers)
  })

  it('TTL exceeded and unreachable speak of the carrier', () => {
    const request = (n: number) => carry(KINDS.vxlan!(ping(HERE, 0, n, 84)))
    const told = (type: number, code: number) =>
      [0, 1, 2].flatMap((n) => [
        record(request(n), n * 1000),
        record(icmpError(ROUTER, request(n), type, code, 0, 128), n * 1000 + 1),
      ])
    expect(one(told(11, 0), 'TTL_EXPIRED').remedy).toContain('GRE or IP-in-IP')
    expect(one(told(3, 2), 'VTEP_UNREACHABLE')).toMatchObject({ subject: { vteps: [A, B] } })
  })

  it('a quote that ends in the carrier is plain traffic of its end', () => {
    const request = carry(KINDS.vxlan!(ping(HERE, 0, 1, 1450)))
    const [finding] = findings([record(icmpError(ROUTER, request, 3, 4, 1400, 28), 0)], 'ICMP_TOO_BIG')
    expect(finding!.subject).toEqual({ ip: '10.200.0.1' })
  })
})

describe('quotes', () => {
  const ends = { from: 'fd00::1', to: 'fd00::2' }
  /** An IPv6 packet with destination options and a routing header that is done in front of UDP. */
  const extended = (inner: Uint8Array) =>
    ipv6(bytes(43, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, vxlan(frame(0, inner))), { ...ends, protocol: 60 })

  it('are read through IPv6 extension headers', () => {
    const request = extended(ping(HERE, 0, 1, 1400))
    const error = ipv6(bytes(2, 0, 0, 0, number(1300, 4), request.subarray(0, 72)), {
      from: 'fd00::9',
      to: 'fd00::1',
      protocol: 58,
    })
    const packets = [record(request, 0), record(error, 1)]
    expect(one(packets, 'ICMP_TOO_BIG').subject).toEqual({ vni: VSID, vteps: ['fd00::1', 'fd00::2'] })
  })

  it('end where RFC 4884 says, in front of what follows them', () => {
    const request = KINDS.vxlan!(ping(HERE, 0, 1, 1450))
    // Two words of length, padded, and an extension that must not be taken for the datagram's bytes.
    const body = bytes(11, 0, 0, 0, 0, 32, 0, 0, request.subarray(0, 28), new Uint8Array(100), 0x20, 0, 0, 0)
    const error = ipv4(body, { from: ROUTER, to: A, protocol: 1, id: ++last })
    expect(one([record(request, 0), record(error, 1)], 'TTL_EXPIRED').subject).toEqual({ vteps: [A, B] })
  })

  it('of what a service answers to a client at a tunnel’s port are none of a tunnel', () => {
    // A resolver's answer to a client whose port is 4789 and which is gone.
    const answer = over4(udp(bytes(number(0x1234, 2), 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 3, 97, 98, 99), 53, 4789), 17)
    const packets = [0, 1, 2].flatMap((n) => [
      record(answer, n * 1000),
      record(icmpError(B, answer, 3, 3, 0, 60), n * 1000 + 1),
    ])
    expect(findings(packets, 'PORT_UNREACHABLE')).toEqual([])
  })

  it.each([
    ['MPLS', (packet: Uint8Array) => ethernet(bytes(0, 0x06, 0x41, 64, packet), { type: 0x8847 })],
    [
      'PPPoE',
      (packet: Uint8Array) =>
        ethernet(bytes(0x11, 0, 0, 7, number(packet.length + 2, 2), 0, 0x21, packet), { type: 0x8864 }),
    ],
    [
      '802.1ah',
      (packet: Uint8Array) =>
        ethernet(bytes(0, 0, 0, 9, mac('02:00:00:00:00:31'), mac('02:00:00:00:00:32'), 8, 0, packet), { type: 0x88e7 }),
    ],
  ])('are read where the error itself comes in %s', (_, link) => {
    const request = KINDS.nvgre!(ping(HERE, 0, 1, 1450))
    const error = icmpError(ROUTER, request, 3, 4, 1400)
    const packets = [
      { bytes: link(request), ms: 0 },
      { bytes: link(error), ms: 1 },
    ]
    expect(one(packets, 'ICMP_TOO_BIG').subject).toEqual({ vni: VSID, vteps: [A, B] })
  })
})

describe('a guest’s own errors', () => {
  it('TTL exceeded inside the overlay is traceroute: nothing above a note', () => {
    const trace = Array.from({ length: 6 }, (_, n) => {
      const probe = ipv4(udp(new Uint8Array(32), 40_000 + n, 33_434 + n), {
        from: HERE.ips[0],
        to: '192.168.9.9',
        id: ++last,
        ttl: 1 + n,
      })
      const answer = icmpError('192.168.0.2', probe, n < 5 ? 11 : 3, n < 5 ? 0 : 3, 0, 60)
      return [record(KINDS.vxlan!(probe), n * 50), record(KINDS.vxlan!(answer, 1), n * 50 + 1)]
    }).flat()
    expect(codes([...answered('vxlan', 0), ...trace.map((packet) => ({ ...packet, ms: packet.ms! + 1000 }))])).toEqual(
      [],
    )
    expect(segment(HERE, 0, { flags: SYN })).toBeDefined()
  })
})

describe.skipIf(TSHARK === undefined)(`display filters${becauseOfTshark()}`, () => {
  it('select what they name', async () => {
    const gre = CARRIERS.gre!(KINDS.vxlan!(ping(HERE, 0, 1, 1450)))
    const all: Packet[][] = [
      refused('nvgre', 3, 4, 28, 1400),
      refused('nvgre', 3, 2, 28),
      refused('nvgre', 3, 3, 28),
      refused('nvgre', 3, 13, 60),
      refused('nvgre', 11, 0, 60),
      refused('geneve', 11, 0, 60),
      [record(gre, 0), record(icmpError(ROUTER, gre, 3, 4, 1400, 128), 1)],
      [record(gre, 0), record(icmpError(ROUTER, gre, 11, 0, 0, 128), 1)],
    ]
    for (const packets of all) {
      const about = told(packets).findings.filter(({ code }) => /^ICMP|UNREACHABLE|EXPIRED/.test(code))
      expect(about.length).toBeGreaterThan(0)
      for (const finding of about)
        expect(await asFile(packets, (file) => unselected(file, finding)), finding.title).toEqual([])
    }
  })
})
