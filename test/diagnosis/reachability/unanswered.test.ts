/** What never opens and what nobody answers: planted silences are found, answers anywhere take them back. */
import { describe, expect, it } from 'vitest'
import { ACK, bytes, ethernet, FIN, ipv4, number, type Packet, RST, SYN, udp, vxlan } from '../../support/packets.ts'
import { fresh, HERE, only, ping, segment, type Way } from '../places.ts'

/** Pings that are answered, to show that the VTEPs reach each other, until `ms`. */
const alive = (ms = 10_000): Packet[] =>
  [0, ms].flatMap((at, n) => [ping(HERE, 'request', 900 + n, at), ping(HERE, 'reply', 900 + n, at + 1)])

const inOrder = (packets: Packet[]): Packet[] => packets.toSorted((one, other) => one.ms! - other.ms!)

const syn = (ms: number, way: Way = {}, sequence = 7): Packet => segment(HERE, { flags: SYN, sequence }, ms, way)
const syns = [1000, 2000, 4000].map((ms) => syn(ms))

interface Outer {
  /** Outer source port. */
  sourcePort?: number
  innerId?: number
}

/** A UDP datagram between the guests. */
function datagram(data: Uint8Array, from: 0 | 1, ports: [number, number], ms: number, way: Way & Outer = {}): Packet {
  const inner = ipv4(udp(data, ...ports), {
    from: HERE.ips[from],
    to: way.to ?? HERE.ips[1 - from]!,
    id: way.innerId ?? fresh(),
    ...(way.ttl === undefined ? {} : { ttl: way.ttl }),
  })
  const frame = ethernet(inner, { from: HERE.macs[from], to: HERE.macs[1 - from]! })
  const tunnel = {
    vni: way.vni ?? HERE.vni,
    from: way.vtep ?? HERE.vteps[from],
    to: way.peer ?? HERE.vteps[1 - from]!,
    id: fresh(),
    ...(way.sourcePort === undefined ? {} : { sourcePort: way.sourcePort }),
  }
  return { bytes: vxlan(frame, tunnel), ms }
}

const dns = (id: number, isAnswer: boolean, ms: number, way: Way & Outer = {}, port = 50_000): Packet => {
  const data = bytes(number(id, 2), isAnswer ? [0x81, 0x80] : [1, 0], [0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1])
  return datagram(data, isAnswer ? 1 : 0, isAnswer ? [53, port] : [port, 53], ms, way)
}

describe('TCP_UNANSWERED', () => {
  it('names server and port of SYNs that repeat while pings pass', () => {
    const [found, ...rest] = only('TCP_UNANSWERED', inOrder([...alive(), ...syns]))
    expect(rest).toEqual([])
    expect(found).toMatchObject({
      severity: 'error',
      subject: { vni: HERE.vni, vteps: HERE.vteps.slice(0, 2), ip: HERE.ips[1], port: 80 },
      count: 3,
    })
  })

  it('finds a SYN-ACK that is sent three times', () => {
    const back = [1010, 2010, 4010].map((ms) =>
      segment(HERE, { flags: SYN | ACK, sequence: 90, acknowledgment: 8 }, ms, { from: 1 }),
    )
    const [found] = only('TCP_UNANSWERED', inOrder([...alive(), syn(1000), ...back]))
    expect(found!.title).toContain('SYN-ACKs unanswered')
  })

  const answer = { flags: SYN | ACK, sequence: 90, acknowledgment: 8 }
  const cases: [string, Packet[]][] = [
    ['answered by a reset', [...syns, segment(HERE, { flags: RST | ACK, acknowledgment: 8 }, 4001, { from: 1 })]],
    ['answered late', [...syns, segment(HERE, answer, 4500, { from: 1 })]],
    ['answered in another VNI', [...syns, segment(HERE, answer, 4001, { from: 1, vni: 7 })]],
    ['answered by another VTEP', [...syns, segment(HERE, answer, 4001, { from: 1, vtep: HERE.vteps[2] })]],
    ['going on all the same', [...syns, segment(HERE, { sequence: 8, acknowledgment: 91 }, 4001)]],
    ['two SYNs', syns.slice(0, 2)],
    ['three connections of one SYN each', [1, 2, 3].map((n) => segment(HERE, { from: n, flags: SYN }, 1000))],
    ['just begun', [9000, 9400, 9900].map((ms) => syn(ms))],
  ]
  it.each(cases)('is not one %s', (_, packets) => {
    expect(only('TCP_UNANSWERED', inOrder([...alive(), ...packets]))).toEqual([])
  })
})

describe('UDP_UNANSWERED', () => {
  const queries = (ids: number[], apart = 1000) => ids.map((id, n) => dns(id, false, 1000 + n * apart))

  it.each([
    ['same identifier', [5, 5, 5]],
    ['same port and length', [5, 6, 7]],
  ])('finds DNS queries with the %s', (_, ids) => {
    const found = only('UDP_UNANSWERED', inOrder([...alive(), ...queries(ids)]))
    expect(found).toMatchObject([{ severity: 'warning', subject: { ip: HERE.ips[1], port: 53 }, count: 3 }])
  })

  const cases: [string, Packet[]][] = [
    ['an answer to the last one', [...queries([5, 5, 5]), dns(5, true, 3100)]],
    ['an answer in another VNI', [...queries([5, 5, 5]), dns(5, true, 3100, { vni: 7 })]],
    ['two queries', queries([5, 5])],
    ['copies within half a second', queries([5, 5, 5], 100)],
    ['syslog', [1, 2, 3].map((n) => datagram(bytes([60, 49, 62]), 0, [50_000, 514], n * 1000))],
  ]
  it.each(cases)('is not %s', (_, packets) => {
    expect(only('UDP_UNANSWERED', inOrder([...alive(), ...packets]))).toEqual([])
  })
})

describe('UDP_UNANSWERED: tenants with the same addresses', () => {
  const OTHER = 7
  const ntp = (mode: number, ms: number, vni: number, from: 0 | 1 = 0) =>
    datagram(bytes([0x20 | mode], new Uint8Array(47)), from, [123, 123], ms, { vni })
  const told = (packets: Packet[]) => only('UDP_UNANSWERED', inOrder([...alive(20_000), ...packets]))

  it('are two that ask: an answer in one VNI answers no question in the other', () => {
    const dead = [1, 2, 3].map((n) => ntp(3, n * 1000, HERE.vni))
    const served = [1, 2, 3].flatMap((n) => [ntp(3, n * 1000 + 100, OTHER), ntp(4, n * 1000 + 101, OTHER, 1)])
    expect(told([...dead, ...served])).toMatchObject([{ subject: { vni: HERE.vni }, count: 3 }])
    // Identifiers and ports that are the same in both, as where the tenants are clones.
    const asked = [1, 2, 3].map((n) => dns(5, false, n * 1000))
    const answered = [dns(5, false, 3500, { vni: OTHER }), dns(5, true, 3501, { vni: OTHER })]
    expect(told([...asked, ...answered])).toMatchObject([{ subject: { vni: HERE.vni }, count: 3 }])
  })

  it('are not what looks alike: VNIs that change with the direction, and questions that are routed into another VNI', () => {
    expect(told([1, 2, 3].flatMap((n) => [ntp(3, n * 1000, HERE.vni), ntp(4, n * 1000 + 1, OTHER, 1)]))).toEqual([])
    const routed = [1, 2, 3].flatMap((n) => [
      dns(n, false, n * 1000, { innerId: n, ttl: 64 }),
      dns(n, false, n * 1000 + 0.1, { innerId: n, ttl: 63, vni: OTHER, vtep: HERE.vteps[1], peer: HERE.vteps[2] }),
      dns(n, true, n * 1000 + 0.2, { innerId: 40 + n, ttl: 64, vni: OTHER, vtep: HERE.vteps[2], peer: HERE.vteps[1] }),
    ])
    expect(told(routed)).toEqual([])
    // Routed and answered by nobody, it is one question, asked where it passes first.
    expect(told(routed.filter((_, n) => n % 3 < 2))).toMatchObject([{ subject: { vni: HERE.vni }, count: 3 }])
  })

  it('are nothing to tell where both are served', () => {
    const served = [HERE.vni, OTHER].flatMap((vni, tenant) =>
      [1, 2, 3].flatMap((n) => [ntp(3, n * 1000 + tenant, vni), ntp(4, n * 1000 + tenant + 0.5, vni, 1)]),
    )
    expect(told(served)).toEqual([])
  })
})

describe('UDP_UNANSWERED: equal-cost paths', () => {
  /** Queries of as many flows, each three times; those whose outer source port is even are answered. */
  const asked = (ports: readonly number[], isDead: (port: number, n: number) => boolean) =>
    ports.flatMap((sourcePort, n) => {
      const queries = [0, 1, 2].map((again) => dns(n, false, 1000 + again * 1000 + n, { sourcePort }, 40_000 + n))
      return isDead(sourcePort, n) ? queries : [queries[0]!, dns(n, true, 1000.5 + n, {}, 40_000 + n)]
    })
  const ports = [50_000, 50_003, 50_006, 50_009, 50_012, 50_015, 50_018, 50_021]
  const told = (packets: Packet[]) => only('UDP_UNANSWERED', inOrder([...alive(), ...packets]))

  it('are dead in part where the outer source port tells what is answered', () => {
    const [found, ...rest] = told(asked(ports, (port) => port % 2 === 1))
    expect(rest).toEqual([])
    expect(found).toMatchObject({ count: 12 })
    expect(found!.observed).toContain('(all odd)')
    expect(found!.inferred).toContain('equal-cost paths: some of these paths drop packets')
    expect(found!.remedy).toContain('ECMP')
  })

  it('are not to blame where ports that fail work as well, or nothing is answered', () => {
    const [mixed] = told(asked([...ports, ...ports], (_, n) => n % 3 === 0))
    expect(mixed!.inferred).not.toContain('equal-cost')
    const [down] = told(asked(ports, () => true))
    expect(down!.inferred).toContain('not running')
    expect(told(asked(ports, () => false))).toEqual([])
  })
})

describe('UDP_UNANSWERED: queries that are sent twice each', () => {
  const told = (packets: Packet[]) => only('UDP_UNANSWERED', inOrder([...alive(30_000), ...packets]))
  const twice = (n: number, way: Way = {}) => [
    dns(n, false, 1000 + n * 4000, way, 40_000 + n),
    dns(n, false, 3000 + n * 4000, way, 40_000 + n),
  ]
  it('are unanswered when a server leaves eight of them over five seconds', () => {
    const all = [0, 1, 2, 3].flatMap((n) => twice(n))
    expect(told(all)).toMatchObject([{ subject: { ip: HERE.ips[1], port: 53 }, count: 8 }])
    expect(told(all.slice(0, 7))).toEqual([])
    expect(told([...all, dns(3, true, 15_100, {}, 40_003)])).toEqual([])
    // One that is answered in between is proof that the server runs.
    expect(told([...all, dns(1, true, 7100, {}, 40_001)])).toEqual([])
    const burst = all.map((packet, n) => ({ ...packet, ms: 1000 + n * 10 }))
    expect(told(burst)).toEqual([])
  })
  it('are told once with one that is sent three times', () => {
    const all = [...[0, 1, 2, 3].flatMap((n) => twice(n)), dns(3, false, 16_000, {}, 40_003)]
    expect(told(all)).toMatchObject([{ count: 3 }])
  })
})

/** A DHCP message: 1 DISCOVER, 2 OFFER, 3 REQUEST, of a client's hardware address. */
function dhcp(type: number, transaction: number, client: number, ms: number): Packet {
  const isServer = type === 2
  const data = bytes(
    [isServer ? 2 : 1, 1, 6, 0],
    number(transaction, 4),
    new Uint8Array(20),
    [2, 0, 0, 0, 0, client],
    new Uint8Array(202),
    [0x63, 0x82, 0x53, 0x63, 53, 1, type, 255],
  )
  return datagram(data, isServer ? 1 : 0, isServer ? [67, 68] : [68, 67], ms)
}

/** A DHCPv6 message: 1 SOLICIT, 2 ADVERTISE; the client's identifier behind another option. */
function dhcpV6(type: number, transaction: number, client: number, ms: number): Packet {
  const options = [0, 8, 0, 2, 0, 0, 0, 1, 0, 10, 0, 3, 0, 1, 2, 0, 0, 0, 0, client]
  const data = bytes([type], number(transaction, 3), options)
  return datagram(data, type === 2 ? 1 : 0, type === 2 ? [547, 546] : [546, 547], ms)
}

describe.each([
  ['DHCP', 'DHCP DISCOVERs', dhcp],
  ['DHCPv6', 'DHCPv6 SOLICITs', dhcpV6],
] as const)('UDP_UNANSWERED: %s', (_, questions, message) => {
  const told = (packets: Packet[]) => only('UDP_UNANSWERED', inOrder([...alive(20_000), ...packets]))
  const ask = (transaction: number, client: number, ms: number) => message(1, transaction, client, ms)

  it('counts by transaction, and by client where each try has a transaction of its own', () => {
    expect(told([1, 2, 3].map((n) => ask(7, 9, n * 1000)))).toMatchObject([{ count: 3 }])
    const [found, ...rest] = told([1, 2, 3, 4].map((n) => ask(n, 9, n * 1000)))
    expect(rest).toEqual([])
    expect(found).toMatchObject({ severity: 'warning', count: 4 })
    expect(found!.title).toContain(questions)
    // Each transaction twice: still one client that nobody answers.
    expect(told([1, 2, 3, 4, 5, 6].map((n) => ask(n >> 1, 9, n * 1000)))).toMatchObject([{ count: 6 }])
  })

  it('is not several clients that boot, nor one that renews, nor one whose later try is answered', () => {
    expect(told([1, 2, 3].map((n) => ask(n, n, n * 1000)))).toEqual([])
    const renewed = [1, 2, 3, 4].flatMap((n) => [ask(n, 9, n * 1000), message(2, n, 9, n * 1000 + 10)])
    expect(told(renewed)).toEqual([])
    expect(told([...[1, 2, 3].map((n) => ask(n, 9, n * 1000)), message(2, 3, 9, 3010)])).toEqual([])
  })
})

describe('UDP_UNANSWERED: offers that do not arrive', () => {
  const told = (packets: Packet[]) => only('UDP_UNANSWERED', inOrder([...alive(40_000), ...packets]))
  /** An ADVERTISE with an address, or with nothing but a status in its place. */
  const advertise = (transaction: number, ms: number, option: number) => {
    const association = [0, 3, 0, 40, 0, 0, 0, 1, ...new Array(8).fill(0), 0, option, 0, 24, ...new Array(24).fill(1)]
    const client = [0, 1, 0, 10, 0, 3, 0, 1, 2, 0, 0, 0, 0, 9]
    return datagram(bytes([2], number(transaction, 3), client, association), 1, [547, 546], ms)
  }
  const solicit = (transaction: number, ms: number) => {
    const client = [0, 1, 0, 10, 0, 3, 0, 1, 2, 0, 0, 0, 0, 9]
    return datagram(bytes([1], number(transaction, 3), client), 0, [546, 547], ms)
  }
  const times = [1000, 5000, 13_000, 29_000]

  it('are told where the same DISCOVER or SOLICIT follows each of them', () => {
    const [found, ...rest] = told(times.flatMap((ms) => [dhcp(1, 7, 9, ms), dhcp(2, 7, 9, ms + 2)]))
    expect(rest).toEqual([])
    expect(found).toMatchObject({ severity: 'warning', count: 4 })
    expect(found!.title).toContain('although offers were sent')
    expect(told(times.flatMap((ms) => [solicit(7, ms), advertise(7, ms + 2, 5)]))).toMatchObject([{ count: 4 }])
  })

  it('are not those that a client takes, or does not want, nor those of a server without addresses', () => {
    const late = [dhcp(1, 7, 9, 1000), dhcp(1, 7, 9, 5000), dhcp(2, 7, 9, 5002), dhcp(3, 7, 9, 5004)]
    expect(told(late)).toEqual([])
    expect(
      told([dhcp(1, 7, 9, 1000), dhcp(2, 7, 9, 1002), ...late.map((packet) => ({ ...packet, ms: packet.ms! + 4000 }))]),
    ).toEqual([])
    // A probe of the server, each with a transaction of its own.
    expect(told(times.flatMap((ms, n) => [dhcp(1, n, 9, ms), dhcp(2, n, 9, ms + 2)]))).toEqual([])
    expect(told(times.flatMap((ms) => [solicit(7, ms), advertise(7, ms + 2, 13)]))).toEqual([])
  })

  it('are told as no offers where none comes any more', () => {
    const [found] = told([dhcp(1, 7, 9, 500), dhcp(2, 7, 9, 502), ...times.map((ms) => dhcp(1, 7, 9, ms))])
    expect(found!.title).toContain('unanswered')
  })
})

describe('UDP_UNANSWERED: requests with an identifier', () => {
  const told = (packets: Packet[]) => only('UDP_UNANSWERED', inOrder([...alive(20_000), ...packets]))
  /** An SNMP message of version 2c: community `public`, a PDU with its identifier. */
  const snmp = (tag: number, id: number, ms: number, from: 0 | 1 = 0, port = 161) => {
    const pdu = bytes([tag, 14, 2, 4], number(id, 4), [2, 1, 0, 2, 1, 0, 0x30, 0])
    const data = bytes([0x30, 11 + pdu.length, 2, 1, 1, 4, 6], [112, 117, 98, 108, 105, 99], pdu)
    return datagram(data, from, from === 0 ? [40_161, port] : [port, 40_161], ms)
  }
  const radius = (code: number, id: number, authenticator: number, ms: number, from: 0 | 1 = 0) =>
    datagram(
      bytes([code, id, 0, 20], number(authenticator, 4), new Uint8Array(12)),
      from,
      from === 0 ? [41_812, 1812] : [1812, 41_812],
      ms,
    )

  it('counts one that is sent again while others are answered', () => {
    const others = [1, 2, 3].flatMap((n) => [snmp(0xa0, 50 + n, n * 1000 + 100), snmp(0xa2, 50 + n, n * 1000 + 101, 1)])
    expect(told([...others, ...[1, 2, 3].map((n) => snmp(0xa0, 7, n * 1000))])).toMatchObject([{ count: 3 }])
    expect(told(others)).toEqual([])
    const accepted = [1, 2, 3].flatMap((n) => [radius(1, n, n, n * 1000 + 100), radius(2, n, 0, n * 1000 + 101, 1)])
    expect(told([...accepted, ...[1, 2, 3].map((n) => radius(1, 77, 5, n * 1000))])).toMatchObject([{ count: 3 }])
    // The identifier comes round: another request, as its authenticator says.
    expect(told([...accepted, ...[1, 2, 3].map((n) => radius(1, 77, n, n * 1000))])).toEqual([])
  })

  it('counts once where nothing at all is answered', () => {
    expect(told([1, 2, 3].map((n) => snmp(0xa1, 7, n * 1000)))).toMatchObject([{ count: 3 }])
    expect(told([1, 2, 3].map((n) => snmp(0xa5, n, n * 1000)))).toMatchObject([{ count: 3 }])
  })

  it('takes whatever the agent sends from its port for an answer, also what is cut or encrypted', () => {
    const asked = [1, 2, 3].map((n) => snmp(0xa5, n, n * 1000))
    const cut = datagram(bytes([0x30, 0x29, 2, 1]), 1, [161, 40_161], 3001)
    expect(told([...asked, cut])).toEqual([])
    expect(told([...asked, snmp(0xa7, 9, 3001, 1)])).toHaveLength(1)
  })

  it('does not judge traps and informs, whatever their port', () => {
    for (const tag of [0xa4, 0xa6, 0xa7]) expect(told([1, 2, 3].map((n) => snmp(tag, 7, n * 1000)))).toEqual([])
    expect(told([1, 2, 3].map((n) => snmp(0xa7, 7, n * 1000, 0, 162)))).toEqual([])
  })
})

describe('UDP_UNANSWERED: NTP and TFTP', () => {
  const told = (packets: Packet[]) => only('UDP_UNANSWERED', inOrder([...alive(300_000), ...packets]))
  const ntp = (mode: number, ms: number, from: 0 | 1 = 0) =>
    datagram(bytes([0x20 | mode], new Uint8Array(47)), from, from === 0 ? [123, 123] : [123, 123], ms)

  it('counts three NTP requests in a row, and no broadcasts', () => {
    const asked = [1, 2, 3].map((n) => ntp(3, n * 64_000))
    expect(told(asked)).toMatchObject([{ count: 3 }])
    expect(told([...asked, ntp(4, 193_000, 1)])).toEqual([])
    expect(told([1, 2, 3].map((n) => ntp(5, n * 64_000)))).toEqual([])
  })

  const request = bytes([0, 1], [98, 46, 105, 109, 103, 0], [111, 99, 116, 101, 116, 0])
  const read = (ms: number) => datagram(request, 0, [2070, 69], ms)
  it('counts TFTP requests that no server takes, from whatever port it would', () => {
    const asked = [1, 2, 3].map((n) => read(n * 5000))
    expect(told(asked)).toMatchObject([{ subject: { port: 69 }, count: 3 }])
    const data = bytes([0, 3, 0, 1], new Uint8Array(100))
    expect(told([...asked, datagram(data, 1, [3075, 2070], 15_010)])).toEqual([])
    expect(told([...asked, datagram(data, 1, [3075, 2071], 15_010)])).toHaveLength(1)
    expect(
      told([1, 2, 3].map((n) => datagram(bytes([0, 4, 0, n], new Uint8Array(8)), 0, [2070, 69], n * 5000))),
    ).toEqual([])
  })
})

describe('DATA_MISSING', () => {
  const opened = [
    syn(1000, {}, 0),
    segment(HERE, { flags: SYN | ACK, sequence: 0, acknowledgment: 1 }, 1001, { from: 1 }),
    segment(HERE, { sequence: 1, acknowledgment: 1 }, 1002),
  ]
  const close = segment(HERE, { flags: FIN | ACK, sequence: 1, acknowledgment: 1 }, 6000, { from: 1 })
  const skips = segment(HERE, { sequence: 5001, acknowledgment: 2 }, 6001)

  it('counts the bytes that an acknowledgment skips, also as the last packet', () => {
    const [found] = only('DATA_MISSING', [...opened, close, skips])
    expect(found).toMatchObject({ severity: 'error', subject: { vni: HERE.vni }, count: 1 })
    expect(found!.title).toContain('5,000 TCP bytes')
  })

  it('counts a byte that a FIN itself skips', () => {
    const fin = segment(HERE, { flags: FIN | ACK, sequence: 2, acknowledgment: 2 }, 6001)
    const [found] = only('DATA_MISSING', [...opened, close, fin])
    expect(found!.title).toContain('1 TCP byte ')
  })

  const data = segment(HERE, { sequence: 1, acknowledgment: 1, payload: 5000 }, 6002)
  const acknowledged = segment(HERE, { sequence: 2, acknowledgment: 5001 }, 6003, { from: 1 })
  const cases: [string, Packet[]][] = [
    ['data that come later', [...opened, close, skips, data]],
    ['data that were acknowledged and not seen', [...opened, close, skips, acknowledged]],
    [
      'the sequence number of a FIN that began the capture',
      [
        segment(HERE, { flags: FIN | ACK, sequence: 5, acknowledgment: 1 }, 0),
        segment(HERE, { sequence: 1, acknowledgment: 5 }, 1, { from: 1 }),
        segment(HERE, { sequence: 6, acknowledgment: 2 }, 2000),
        ping(HERE, 'reply', 1, 9000),
      ],
    ],
    ['a capture that ends within a hole', [...opened, segment(HERE, { sequence: 101, payload: 100 }, 1003)]],
  ]
  it.each(cases)('is not %s', (_, packets) => {
    expect(only('DATA_MISSING', packets)).toEqual([])
  })
})

it('judges no answers where the capture holds one direction alone', () => {
  const packets = [
    ...[0, 1, 2, 3].map((n) => ping(HERE, 'request', n, n * 100)),
    syn(1000, {}, 0),
    segment(HERE, { sequence: 1, acknowledgment: 1 }, 1001),
    segment(HERE, { sequence: 1, acknowledgment: 900, payload: 10 }, 1500),
    ping(HERE, 'request', 9, 9000),
  ]
  for (const code of ['ECHO_UNANSWERED', 'ONE_WAY', 'TCP_UNANSWERED']) expect(only(code, packets)).toEqual([])
  expect(only('CAPTURE_ONE_SIDED', packets)).toMatchObject([
    { severity: 'note', subject: { vteps: HERE.vteps.slice(0, 2) } },
  ])
  // Pings that nobody answers are no proof of answers elsewhere, and what is answered here needs none.
  const pings = [0, 1, 2, 3].map((n) => ping(HERE, 'request', n, n * 1000))
  expect(only('CAPTURE_ONE_SIDED', pings)).toEqual([])
  const back = segment(HERE, { sequence: 900, acknowledgment: 11 }, 1501, { from: 1 })
  expect(only('CAPTURE_ONE_SIDED', inOrder([...packets, ...alive(), back]))).toEqual([])
})

describe('TTL_LOW', () => {
  const low = (ttl: number, to = '10.0.0.2'): Packet[] =>
    [1, 2, 3].map((n) => {
      const inner = ipv4(bytes(8, 0, 0, 0, 0, 7, number(n, 2), new Uint8Array(8)), { protocol: 1, id: n })
      return { bytes: vxlan(ethernet(inner), { ttl, to, id: n }), ms: n * 100 }
    })
  it('suspects requests with few hops, and none with many', () => {
    expect(only('TTL_LOW', [...low(2), ...alive(8000).slice(2)])).toHaveLength(0)
    expect(only('TTL_LOW', [...low(2), ping(HERE, 'request', 1, 8000, { vni: 7 })])).toHaveLength(1)
    expect(only('TTL_LOW', [...low(64), ping(HERE, 'request', 1, 8000, { vni: 7 })])).toEqual([])
  })
})
