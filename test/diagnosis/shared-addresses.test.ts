/** Addresses that are shared on purpose, that move, and that are in use twice: each beside what looks like it and is not. */
import { describe, expect, it } from 'vitest'
import {
  ACK,
  arp,
  bytes,
  echo,
  ethernet,
  ipv4,
  ipv6,
  number,
  type Packet,
  RST,
  SYN,
  tcp,
  udp,
  vxlan,
} from '../support/packets.ts'
import { findingsOf } from './places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const C = '10.0.0.3'
const D = '10.0.0.4'
const GATEWAY = '02:aa:00:00:00:fe'
const ALL = 'ff:ff:ff:ff:ff:ff'

/** A guest: its MAC, its address, and the VTEP it is behind. */
interface Guest {
  mac: string
  ip: string
  vtep: string
}
const client: Guest = { mac: '02:00:00:00:00:32', ip: '192.168.1.50', vtep: C }
const server: Guest = { mac: '02:00:00:00:00:11', ip: '192.168.1.7', vtep: A }

let sent = 0
function frame(inner: Uint8Array, from: string, to: string, ms: number): Packet {
  return { bytes: vxlan(inner, { from, to, id: ++sent }), ms }
}

/** An echo of two guests; `by` is what carries it where a router does. */
function ping(
  kind: 'request' | 'reply',
  from: Guest,
  to: Guest,
  sequence: number,
  ms: number,
  by: { mac?: string; to?: string; ttl?: number; id?: number } = {},
): Packet {
  const inner = ipv4(echo(kind, by.id ?? 7, sequence), {
    from: from.ip,
    to: to.ip,
    protocol: 1,
    id: ++sent & 0xffff,
    ttl: by.ttl ?? 64,
  })
  return frame(ethernet(inner, { from: by.mac ?? from.mac, to: by.to ?? to.mac }), from.vtep, to.vtep, ms)
}

/** Pings of two guests, all answered. */
function pings(from: Guest, to: Guest, ms: number, count = 4, id = ++sent & 0xfff): Packet[] {
  return Array.from({ length: count }, (_, index) => [
    ping('request', from, to, index, ms + index * 200, { id }),
    ping('reply', to, from, index, ms + index * 200 + 1, { id }),
  ]).flat()
}

function gratuitous(guest: Guest, to: string, ms: number, operation: 1 | 2 = 1): Packet {
  const target = operation === 1 ? { ip: guest.ip } : { mac: guest.mac, ip: guest.ip }
  return frame(ethernet(arp(operation, guest, target), { from: guest.mac, to: ALL, type: 0x0806 }), guest.vtep, to, ms)
}

function asks(from: Guest, ip: string, to: string, ms: number): Packet {
  return frame(ethernet(arp(1, from, { ip }), { from: from.mac, to: ALL, type: 0x0806 }), from.vtep, to, ms)
}

function answers(guest: Guest, to: Guest, ms: number): Packet {
  return frame(ethernet(arp(2, guest, to), { from: guest.mac, to: to.mac, type: 0x0806 }), guest.vtep, to.vtep, ms)
}

/** Neighbour advertisement or router advertisement to all nodes. */
function advertises(
  type: 134 | 136,
  mac: string,
  from: string,
  target: string,
  vtep: string,
  ms: number,
  to = C,
): Packet {
  const body =
    type === 136
      ? bytes(136, 0, 0, 0, number(0x2000_0000, 4), ip6(target), 2, 1, macOf(mac))
      : bytes(134, 0, 0, 0, 64, 0, number(1800, 2), number(0, 4), number(0, 4))
  const inner = ipv6(body, { from, to: 'ff02::1', protocol: 58 })
  return frame(ethernet(inner, { from: mac, to: '33:33:00:00:00:01' }), vtep, to, ms)
}
const macOf = (mac: string) => mac.split(':').map((part) => Number.parseInt(part, 16))
const ip6 = (text: string) =>
  bytes(number(0xfd00_0000, 4), number(0, 4), number(0, 4), number(Number(text.split('::')[1]), 4))

const told = (packets: readonly Packet[]) =>
  findingsOf([...packets].sort((left, right) => left.ms! - right.ms!))
    .filter(({ code }) => code !== 'BUM_FLOOD')
    .map(({ code, severity }) => (severity === 'note' ? code.toLowerCase() : code))
const codes = (packets: readonly Packet[]) => [...new Set(told(packets))].sort()

describe('a MAC that goes to and fro every ten seconds', () => {
  /** Seventy pings from a guest that changes its VTEP after each ten; some of them are lost. */
  const flapping = (isLost: (n: number) => boolean, each = 10) =>
    Array.from({ length: 70 }, (_, n) => {
      const guest = { ...server, vtep: Math.floor(n / each) % 2 === 0 ? A : B }
      const request = ping('request', guest, client, n, n * 1000, { id: 99 })
      return isLost(n) ? [request] : [request, ping('reply', client, guest, n, n * 1000 + 1, { id: 99 })]
    }).flat()

  it('is a duplicate where pings are lost at each change, and the cause of that', () => {
    const packets = flapping((n) => n % 10 < 2)
    expect(codes(packets)).toEqual(['DUPLICATE_MAC', 'ECHO_UNANSWERED'])
    for (const { because } of findingsOf(packets).filter(({ code }) => code === 'ECHO_UNANSWERED'))
      expect(because).toEqual(['DUPLICATE_MAC'])
  })

  it('is a multihomed guest’s where nothing is lost by it: nothing at all, or scattered pings', () => {
    expect(codes(flapping(() => false))).toEqual(['shared_mac'])
    expect(codes(flapping((n) => n % 10 === 5))).toEqual(['ECHO_UNANSWERED', 'shared_mac'])
    expect(codes(flapping((n) => n % 12 === 0, 3))).not.toContain('DUPLICATE_MAC')
  })
})

describe('SHARED_MAC', () => {
  const hosts = [1, 2, 3, 4].map(
    (last): Guest => ({ mac: GATEWAY, ip: `10.${last}.0.5`, vtep: last % 2 === 0 ? A : B }),
  )

  it('is told of a gateway that routes at several VTEPs, though its answers come another way', () => {
    const routed = hosts.flatMap((host, index) =>
      [0, 1, 2].flatMap((n) => [ping('request', host, client, n, n * 1000 + index * 50, { ttl: 63, id: index })]),
    )
    const back = hosts.flatMap((host, index) =>
      [0, 1, 2].map((n) => {
        const inner = ipv4(echo('reply', index, n), { from: client.ip, to: host.ip, protocol: 1, ttl: 63 })
        const tunnel = { vni: 200 + index, from: C, to: host.vtep, id: ++sent }
        return { bytes: vxlan(ethernet(inner, { from: GATEWAY, to: host.mac }), tunnel), ms: n * 1000 + index * 50 + 1 }
      }),
    )
    expect(codes([...routed, ...back])).toContain('shared_mac')
    expect(codes([...routed, ...back]).filter((code) => code === code.toUpperCase())).toEqual([])
  })

  it('is told of router advertisements from several VTEPs, and of a gateway that asks', () => {
    const advertised = [0, 1, 2, 3].flatMap((n) => [
      advertises(134, GATEWAY, 'fe80::1', '', A, n * 3000),
      advertises(134, GATEWAY, 'fe80::1', '', B, n * 3000 + 500),
    ])
    expect(codes(advertised)).toEqual(['shared_mac'])
    const gateway = (vtep: string): Guest => ({ mac: GATEWAY, ip: '192.168.1.1', vtep })
    const asked = [0, 1, 2, 3].flatMap((n) => {
      const host = { mac: `02:00:00:00:01:0${n}`, ip: `192.168.1.${60 + n}`, vtep: C }
      const from = gateway(n % 2 === 0 ? A : B)
      return [asks(from, host.ip, C, n * 300), answers(host, from, n * 300 + 3)]
    })
    expect(codes(asked)).toEqual(['shared_mac'])
    expect(findingsOf(asked)[0]!.title).toContain('gateway')
  })

  /** Announcements that equal each other, each leaf's copies to all others right after one another, 5 ms from leaf to leaf. */
  const announced = (copy: (vtep: string, to: string, ms: number) => Packet, leaves: string[], rounds = 3): Packet[] =>
    Array.from({ length: rounds }, (_, n) =>
      leaves.flatMap((_leaf, turn) => {
        // Another leaf is the first in each round.
        const vtep = leaves[(turn + n) % leaves.length]!
        const others = leaves.filter((to) => to !== vtep)
        return (n % 2 === 0 ? others : others.reverse()).map((to, index) =>
          copy(vtep, to, n * 5000 + turn * 5 + index * 0.01),
        )
      }),
    ).flat()
  const announcements: [string, (vtep: string, to: string, ms: number) => Packet][] = [
    ['gratuitous ARP requests', (vtep, to, ms) => gratuitous({ mac: GATEWAY, ip: '192.168.1.1', vtep }, to, ms)],
    ['gratuitous ARP replies', (vtep, to, ms) => gratuitous({ mac: GATEWAY, ip: '192.168.1.1', vtep }, to, ms, 2)],
    ['neighbour advertisements', (vtep, to, ms) => advertises(136, GATEWAY, 'fe80::1', 'fd00::1', vtep, ms, to)],
    ['router advertisements', (vtep, to, ms) => advertises(134, GATEWAY, 'fe80::1', '', vtep, ms, to)],
  ]
  it.each(announcements)(
    'is told of %s that leaves send to each other at the same time, which nobody relays',
    (_, copy) => {
      for (const leaves of [
        [A, B],
        [A, B, C],
        [A, B, C, '10.0.0.4', '10.0.0.5'],
      ]) {
        expect(codes(announced(copy, leaves))).toEqual(['shared_mac'])
        // Returned sixty times, they are no loop either.
        expect(codes(announced(copy, leaves, 60))).toEqual(['shared_mac'])
      }
    },
  )

  it('is told of a guest whose one conversation goes over two VTEPs in turns, or three', () => {
    for (const leaves of [
      [A, B],
      [A, B, '10.0.0.4'],
    ]) {
      const data = Array.from({ length: 12 }, (_, n) => {
        const from = leaves[n % leaves.length]!
        const there = tcp({ from: 40_000, to: 80, sequence: 1 + n * 100, acknowledgment: 1, payload: 100 })
        const back = tcp({ from: 80, to: 40_000, sequence: 1, acknowledgment: 101 + n * 100 })
        const one = ipv4(there, { from: server.ip, to: client.ip, protocol: 6, id: n + 1 })
        const two = ipv4(back, { from: client.ip, to: server.ip, protocol: 6, id: n + 1 })
        return [
          frame(ethernet(one, { from: server.mac, to: client.mac }), from, C, n * 10),
          frame(ethernet(two, { from: client.mac, to: server.mac }), C, A, n * 10 + 2),
        ]
      }).flat()
      expect(codes(data)).toEqual(['shared_mac'])
    }
  })
})

describe('DUPLICATE_MAC', () => {
  const clone = { ...server, vtep: B }

  it('is told of two guests that answer one ping, and of one question answered from two VTEPs where nothing else works', () => {
    const twice = [0, 1, 2].flatMap((n) => [
      ping('request', client, server, n, n * 1000),
      ping('reply', server, client, n, n * 1000 + 1),
      ping('reply', clone, client, n, n * 1000 + 1.2),
    ])
    expect(codes(twice)).toEqual(['DUPLICATE_MAC'])
    const dead = [1, 2, 3, 4].map((n) => {
      const inner = ipv4(tcp({ sequence: 9, flags: SYN, mss: 1400 }), {
        from: client.ip,
        to: server.ip,
        protocol: 6,
        id: n,
      })
      return frame(ethernet(inner, { from: client.mac, to: server.mac }), C, A, n * 1000)
    })
    const arpTwice = [
      asks(client, server.ip, A, 0),
      asks(client, server.ip, B, 0.01),
      answers(server, client, 0.1),
      answers(clone, client, 0.11),
    ]
    expect(codes([...arpTwice, ...dead])).toContain('DUPLICATE_MAC')
    expect(codes([...arpTwice, ...dead])).not.toContain('ONE_WAY')
    expect(codes([...arpTwice, ...dead])).not.toContain('mac_moved')
  })

  it('is told of connections that one guest accepts and the other resets, and not of those that a client resets', () => {
    const arpTwice = [0, 1, 2].flatMap((n) => [
      asks(client, server.ip, A, n * 1000),
      asks(client, server.ip, B, n * 1000 + 0.01),
      answers(server, client, n * 1000 + 0.6),
      answers(clone, client, n * 1000 + 0.64),
    ])
    const segment = (
      from: Guest,
      to: Guest,
      flags: number,
      port: number,
      sequence: number,
      ack: number,
      ms: number,
    ) => {
      const ports = from.ip === client.ip ? { from: port, to: 443 } : { from: 443, to: port }
      const inner = ipv4(tcp({ ...ports, flags, sequence, acknowledgment: ack }), {
        from: from.ip,
        to: to.ip,
        protocol: 6,
        id: ++sent & 0xffff,
      })
      return frame(ethernet(inner, { from: from.mac, to: to.mac }), from.vtep, to.vtep, ms)
    }
    const connections = (byGuest: boolean): Packet[] =>
      [0, 1, 2].flatMap((n) => [
        segment(client, server, SYN, 40_000 + n, 1, 0, n * 1000 + 100),
        segment(server, client, SYN | ACK, 40_000 + n, 9, 2, n * 1000 + 101),
        segment(client, clone, ACK, 40_000 + n, 2, 10, n * 1000 + 102),
        byGuest
          ? segment(clone, client, RST, 40_000 + n, 10, 0, n * 1000 + 103)
          : segment(client, server, RST | ACK, 40_000 + n, 2, 10, n * 1000 + 103),
      ])
    expect(codes([...arpTwice, ...connections(true)])).toContain('DUPLICATE_MAC')
    expect(codes([...arpTwice, ...connections(false)])).not.toContain('DUPLICATE_MAC')
  })

  it('is told of one MAC with an address of its own at each VTEP, though all is answered', () => {
    const other = { ...clone, ip: '192.168.1.8' }
    const both = [0, 1, 2].flatMap((n) => [
      asks(server, client.ip, C, n * 1000),
      answers(client, server, n * 1000 + 1),
      ...pings(server, client, n * 1000 + 10, 1, 40 + n),
      asks(other, client.ip, C, n * 1000 + 500),
      answers(client, other, n * 1000 + 501),
      ...pings(other, client, n * 1000 + 510, 1, 50 + n),
    ])
    expect(codes(both)).toEqual(['DUPLICATE_MAC'])
  })

  it('is not told of a migration there and back a minute later, announced by RARP or ARP', () => {
    const there = [gratuitous(server, C, 0), ...pings(client, server, 100)]
    const away = [gratuitous(clone, C, 10_000, 2), ...pings(client, clone, 10_100)]
    const back = [gratuitous(server, C, 60_000), ...pings(client, server, 60_100)]
    expect(codes([...there, ...away, ...back])).toEqual(['mac_moved'])
    expect(findingsOf([...there, ...away, ...back])[0]!.count).toBe(2)
  })
})

describe('one MAC at several VTEPs, and why', () => {
  const guest: Guest = { mac: '02:00:00:00:00:77', ip: '192.168.1.77', vtep: A }
  const there: Guest = { ...guest, vtep: B }
  const codesOf = (packets: Packet[]) => findingsOf(packets).map(({ code }) => code)
  const macCodes = (packets: Packet[]) =>
    codesOf(packets).filter((code) => /DUPLICATE_MAC|SHARED_MAC|MAC_MOVED|STALE/.test(code))
  const segment = (from: Guest, to: Guest, ms: number, options: Parameters<typeof tcp>[0]): Packet => {
    const inner = ipv4(tcp(options), { from: from.ip, to: to.ip, protocol: 6, id: ++sent & 0xffff })
    return frame(ethernet(inner, { from: from.mac, to: to.mac }), from.vtep, to.vtep, ms)
  }
  /** A connection to the guest that is answered from its two VTEPs in turns. */
  const connection = (port: number, ms: number): Packet[] => {
    const forth = { from: port, to: 80 }
    const back = { from: 80, to: port }
    return [
      segment(client, there, ms, { ...forth, flags: SYN, sequence: 1 }),
      segment(guest, client, ms + 1, { ...back, flags: SYN | ACK, sequence: 9, acknowledgment: 2 }),
      segment(client, there, ms + 2, { ...forth, flags: ACK, sequence: 2, acknowledgment: 10, payload: 10 }),
      segment(there, client, ms + 3, { ...back, flags: ACK, sequence: 10, acknowledgment: 12, payload: 10 }),
      segment(guest, client, ms + 4, { ...back, flags: ACK, sequence: 20, acknowledgment: 12, payload: 10 }),
    ]
  }
  /** SYNs to a port, never answered. */
  const closed = (to: Guest, port: number, own: number, ms: number) =>
    [0, 1000, 3000].map((wait) => segment(client, to, ms + wait, { from: own, to: port, flags: SYN, sequence: 5 }))
  const later = pings(server, client, 20_000, 2)

  it('a closed port is closed wherever a multihomed guest is reached; an open one that fails at one VTEP is another guest', () => {
    const good = [...connection(40_001, 0), ...connection(40_002, 100), ...connection(40_003, 200)]
    expect(macCodes([...good, ...later])).toEqual(['SHARED_MAC'])
    expect(macCodes([...good, ...closed(there, 99, 50_000, 300), ...later])).toEqual(['SHARED_MAC'])
    expect(macCodes([...good, ...closed(guest, 80, 50_000, 300), ...later])).toEqual(['DUPLICATE_MAC'])
  })

  it('scattered loss is the underlay’s, a conversation that fails is not', () => {
    const lossy = (isLost: (n: number) => boolean) =>
      Array.from({ length: 24 }, (_, n) => [
        ping('request', client, there, n, n * 100, { id: 3 }),
        ...(isLost(n) ? [] : [ping('reply', n % 2 === 0 ? guest : there, client, n, n * 100 + 1, { id: 3 })]),
      ]).flat()
    expect(macCodes([...lossy(() => false), ...later])).toEqual(['SHARED_MAC'])
    expect(macCodes([...lossy((n) => n % 8 === 3), ...later])).toEqual(['SHARED_MAC'])
    expect(macCodes([...lossy((n) => n % 2 === 1 && n > 4), ...later])).toEqual(['DUPLICATE_MAC'])
  })

  it('who is answered at the VTEP before has not left it', () => {
    const asked = (isAnswered: boolean, from: Guest) => [
      gratuitous(guest, C, 0),
      ping('reply', there, client, 0, 10),
      ...Array.from({ length: 5 }, (_, n) => [
        ping('request', client, from, n + 1, 2000 + n * 500, { id: 5 }),
        ...(isAnswered ? [ping('reply', there, client, n + 1, 2001 + n * 500, { id: 5 })] : []),
      ]).flat(),
      ...later,
    ]
    expect(macCodes(asked(true, guest))).toEqual(['SHARED_MAC'])
    expect(macCodes(asked(true, there))).toEqual(['MAC_MOVED'])
    expect(macCodes(asked(false, guest)).toSorted()).toEqual(['MAC_MOVED', 'STALE_FORWARDING'])
  })

  it('a gateway’s MAC is the gateway’s in its other VNIs too, where little of it was seen', () => {
    const second = (packet: Packet, vni: number): Packet => {
      const { bytes: whole } = packet
      whole.set([vni >> 8, vni & 0xff], 14 + 20 + 8 + 5)
      return packet
    }
    const leaves = [A, B, C].map((vtep) => ({ mac: GATEWAY, ip: '192.168.1.1', vtep }))
    const leaf = (n: number) => leaves[n % 3]!
    const routed = Array.from({ length: 6 }, (_, n) =>
      ping('request', { ...leaf(n), ip: `10.9.${n}.1` }, client, n, n * 50, { ttl: 63, id: n }),
    )
    const own = leaves.map((from, n) => gratuitous(from, D, 1000 + n * 300, 2))
    const sister = (): Packet[] => [
      ping('request', { ...leaf(0), ip: '10.7.0.1' }, server, 1, 900, { ttl: 63, id: 90 }),
      ping('request', { ...leaf(1), ip: '10.7.0.2' }, server, 1, 950, { ttl: 63, id: 91 }),
      ...[0, 1, 2, 0].map((n, at) => gratuitous(leaf(n), D, 1100 + at * 300, 2)),
    ]
    const inSister = (packets: Packet[]) => packets.map((packet) => second(packet, 777))
    expect(macCodes([...routed, ...own, ...inSister(sister()), ...later])).toEqual(['SHARED_MAC', 'SHARED_MAC'])
    // A guest with an address of its own at each VTEP is no gateway for having a gateway's MAC.
    const guests = [0, 1, 0, 1].map((n, at) =>
      gratuitous({ ...leaf(n), ip: `192.168.5.${n + 1}` }, D, 1100 + at * 300, 2),
    )
    expect(macCodes([...routed, ...own, ...inSister(guests), ...later]).toSorted()).toEqual([
      'DUPLICATE_MAC',
      'SHARED_MAC',
    ])
    expect(macCodes([...routed, ...own, ...later])).toEqual(['SHARED_MAC'])
  })

  it('a gateway that leaves have for their own guests comes and goes; one that fails over takes the guests along', () => {
    const routed = (at: string, ip: string, n: number, ms: number) =>
      ping('request', { mac: GATEWAY, ip, vtep: at }, client, n, ms, { ttl: 63, id: n })
    const [near, far] = ['10.9.0.1', '10.9.0.2']
    const between = (second: string) => [
      ...[0, 1].map((n) => routed(A, near, n, n * 200)),
      ...[2, 3].map((n) => routed(B, second, n, 5000 + n * 200)),
      ...[4, 5].map((n) => routed(A, near, n, 12_000 + n * 200)),
    ]
    const leaves = [...between(far), ...later]
    expect(macCodes(leaves)).toEqual(['SHARED_MAC'])
    expect(findingsOf(leaves).find(({ code }) => code === 'SHARED_MAC')!.title).toContain('distributed gateway')
    expect(macCodes([...between(near), ...later])).toEqual(['MAC_MOVED'])
    const stays = [0, 1, 2].map((n) => routed(A, near, n, n * 5000))
    expect(macCodes([...stays, ...later])).toEqual([])
  })

  it('a guest whose broadcasts two leaves deliver is multihomed, and no gateway: it opens conversations', () => {
    const from = (vtep: string) => ({ ...guest, vtep })
    const floods = (leaves: string[]) =>
      Array.from({ length: 8 }, (_, n) => [
        ...leaves.map((leaf, index) => asks(from(leaf), `192.168.1.${100 + n}`, C, n * 500 + index * 0.1)),
        ping('request', guest, client, n, n * 500 + 100, { id: 3 }),
        ping('reply', client, guest, n, n * 500 + 101, { id: 3 }),
      ]).flat()
    const [found] = findingsOf([...floods([A, B]), ...later]).filter(({ code }) => code === 'SHARED_MAC')
    expect(found!.title).toContain('a multihomed guest behind 2 VTEPs: all its conversations are answered')
    expect(macCodes([...floods([A]), ...later])).toEqual([])
  })

  it('of a guest that only sends nothing is said to be answered', () => {
    const logs = (leaves: string[]) =>
      Array.from({ length: 20 }, (_, n) => {
        const datagram = udp(bytes(60, n, new Uint8Array(30)), 30_000 + (n % 2), 514)
        const inner = ipv4(datagram, { from: guest.ip, to: client.ip, protocol: 17, id: ++sent & 0xffff })
        return frame(ethernet(inner, { from: guest.mac, to: client.mac }), leaves[n % leaves.length]!, C, n * 50)
      })
    const [found] = findingsOf([...logs([A, B]), ...later]).filter(({ code }) => code === 'SHARED_MAC')
    expect(found!.title).toBe(`MAC ${guest.mac} of VNI 100 sends from 2 VTEPs in turns, as a multihomed guest does`)
    expect(found!.observed).toContain('2 conversations go one way, and nothing comes back')
    expect(`${found!.title} ${found!.observed} ${found!.inferred}`).not.toContain('answered')
    const [mixed] = findingsOf(
      [...logs([A, B]), ...pings(guest, client, 200), ...later].sort((a, b) => a.ms! - b.ms!),
    ).filter(({ code }) => code === 'SHARED_MAC')
    expect(mixed!.title).toContain('none of its conversations fails')
    expect(macCodes([...logs([A]), ...later])).toEqual([])
  })

  it('two mirrors that copy the same frames are no places, wherever the capture begins and ends', () => {
    /** A frame of two guests as both mirrors send it to their collector, the second one later. */
    const mirrored = (from: Guest, to: Guest, ms: number, options: Parameters<typeof tcp>[0]): Packet[] => {
      const inner = ipv4(tcp(options), { from: from.ip, to: to.ip, protocol: 6, id: ++sent & 0xffff })
      const whole = ethernet(inner, { from: from.mac, to: to.mac })
      return [frame(whole, A, D, ms), frame(whole, B, D, ms + 0.4)]
    }
    const forth = { from: 40_000, to: 443, flags: ACK }
    const back = { from: 443, to: 40_000, flags: ACK }
    const data = Array.from({ length: 6 }, (_, n) => [
      mirrored(client, server, n * 10, { ...forth, sequence: 100 + n * 50, acknowledgment: 9 + n * 50, payload: 50 }),
      mirrored(server, client, n * 10 + 5, {
        ...back,
        sequence: 9 + n * 50,
        acknowledgment: 150 + n * 50,
        payload: 50,
      }),
    ]).flat(2)
    const syns = [100, 1100].flatMap((ms) =>
      mirrored(client, server, ms, { from: 40_001, to: 443, flags: SYN, sequence: 5 }),
    )
    const all = [...data, ...syns]
    for (const packets of [all, all.slice(1), all.slice(3), all.filter((_, n) => n !== 0 && n !== 6 && n !== 9)]) {
      expect(codesOf(packets)).toContain('MIRROR_SESSION')
      expect(macCodes(packets)).toEqual([])
    }
    // Copies of a MAC at two VTEPs to which somebody answers are none of a mirror.
    const good = [...connection(40_001, 0), ...connection(40_002, 100), ...connection(40_003, 200)]
    expect(macCodes([...good, ...later])).toEqual(['SHARED_MAC'])
  })

  it('a clone with the same address answers each question too, and resets connections that it did not open', () => {
    const questions = Array.from({ length: 3 }, (_, n) => [
      asks(client, guest.ip, A, n * 700),
      asks(client, guest.ip, B, n * 700),
      answers(guest, client, n * 700 + 1),
      answers(there, client, n * 700 + 2),
    ]).flat()
    const alive = [guest, there].flatMap((from, n) => pings(from, client, 2000 + n * 100, 3))
    const opening = (resetBy: Guest) => [
      segment(guest, client, 5000, { from: 50_000, to: 80, flags: SYN, sequence: 5 }),
      segment(client, resetBy, 5001, { from: 80, to: 50_000, flags: SYN | ACK, sequence: 7, acknowledgment: 6 }),
      segment(resetBy, client, 5002, { from: 50_000, to: 80, flags: RST | ACK, sequence: 6, acknowledgment: 8 }),
      ...[6000, 8000, 12_000, 16_000].map((ms) =>
        segment(guest, client, ms, { from: 50_000, to: 80, flags: SYN, sequence: 5 }),
      ),
    ]
    expect(macCodes([...questions, ...alive, ...opening(there), ...later])).toEqual(['DUPLICATE_MAC'])
    expect(macCodes([...questions, ...alive, ...opening(guest), ...later])).toEqual(['SHARED_MAC'])
    expect(macCodes([...alive, ...later])).not.toContain('DUPLICATE_MAC')
  })
})

describe('DUPLICATE_IP and IP_MOVED', () => {
  const other: Guest = { mac: '02:00:00:00:00:22', ip: server.ip, vtep: B }
  const same: Guest = { ...other, vtep: A }

  it('an address that is handed over once has moved: by gratuitous request or reply, plain ARP, or after an hour', () => {
    for (const [announce, ms] of [
      [gratuitous(other, C, 10_000), 10_000],
      [gratuitous(other, C, 10_000, 2), 10_000],
      [asks(other, client.ip, C, 10_000), 10_000],
      [gratuitous(other, C, 3_600_000), 3_600_000],
      [gratuitous(other, C, 2_000), 2_000],
    ] as const) {
      const before = [gratuitous(server, C, 0), ...pings(client, server, 100)]
      const after = [announce, ...pings(client, other, ms + 1000)]
      const found = findingsOf([...before, ...after]).filter(
        ({ code }) => !['BUM_FLOOD', 'ARP_UNANSWERED'].includes(code),
      )
      expect(found.map(({ code }) => code)).toEqual(['IP_MOVED'])
      expect(found[0]!.subject).toEqual({ vni: 100, ip: server.ip, vteps: [A, B] })
    }
  })

  it('an IPv6 address is handed over by an unsolicited advertisement', () => {
    const packets = [
      advertises(136, server.mac, 'fd00::100', 'fd00::256', A, 0),
      advertises(136, other.mac, 'fd00::100', 'fd00::256', B, 10_000),
      advertises(136, other.mac, 'fd00::100', 'fd00::256', B, 10_500),
    ]
    expect(codes(packets)).toEqual(['ip_moved'])
  })

  it('use by the former owner within three seconds is a duplicate, later it is another move', () => {
    const at = (ms: number) => [
      gratuitous(server, C, 0),
      ...pings(client, server, 100),
      gratuitous(other, C, 10_000),
      gratuitous(server, C, 10_000 + ms),
    ]
    // Nobody has conversed behind the second VTEP yet.
    expect(codes(at(2_900))).toEqual(['DUPLICATE_IP', 'ROGUE_VTEP'])
    expect(codes(at(3_100))).toEqual(['ip_moved'])
    // An answer counts as well, one that was under way does not.
    const reply = (ms: number) => [...at(60_000).slice(0, -1), ping('reply', server, client, 3, 10_000 + ms)]
    expect(codes(reply(1_000))).toContain('DUPLICATE_IP')
    expect(codes(reply(5))).toEqual(['ip_moved'])
  })

  it('two MACs that answer one question are a duplicate, behind one VTEP and behind two', () => {
    for (const second of [other, same]) {
      const packets = [0, 1, 2].flatMap((n) => [
        asks(client, server.ip, A, n * 1000),
        answers(server, client, n * 1000 + 0.1),
        answers(second, client, n * 1000 + 0.11),
      ])
      expect(codes(packets).filter((code) => code !== 'ROGUE_VTEP')).toEqual(['DUPLICATE_IP'])
    }
  })

  it('probes claim nothing, and a proxy that answers for many has none of their addresses', () => {
    const probe = (guest: Guest, ms: number) => {
      const body = arp(1, { mac: other.mac, ip: '0.0.0.0' }, { ip: guest.ip })
      return frame(ethernet(body, { from: other.mac, to: ALL, type: 0x0806 }), B, C, ms)
    }
    expect(
      codes([gratuitous(server, C, 0), probe(server, 100), probe(server, 200), ...pings(client, server, 300)]),
    ).toEqual([])
    const hosts = [1, 2, 3, 4].map((n): Guest => ({ mac: `02:00:00:00:02:0${n}`, ip: `192.168.1.${100 + n}`, vtep: A }))
    const proxied = hosts.flatMap((host, n) => [
      asks(host, client.ip, C, n * 500),
      answers(client, host, n * 500 + 1),
      asks(client, host.ip, B, n * 500 + 100),
      answers({ mac: GATEWAY, ip: host.ip, vtep: B }, client, n * 500 + 101),
      asks(host, client.ip, C, n * 500 + 200),
    ])
    expect(codes(proxied)).toEqual([])
  })

  it('two gateways that answer for the same addresses are proxies, two guests with one address are not', () => {
    const routers = [
      { mac: GATEWAY, vtep: A },
      { mac: '02:aa:00:00:00:fd', vtep: B },
    ]
    const both = (ips: readonly string[]) =>
      [...ips, ...ips].flatMap((ip, n) => [
        ...[A, B].map((to) => asks(client, ip, to, n * 1000)),
        ...routers.map((router, index) => answers({ ...router, ip }, client, n * 1000 + 1 + index)),
      ])
    const far = ['10.55.0.1', '10.55.0.2']
    expect(codes(both(far))).toEqual([])
    expect(codes(both(far.slice(0, 1)))).toEqual(['DUPLICATE_IP'])
    const owned = gratuitous({ ...routers[0]!, ip: far[0]! }, C, 10_000)
    expect(codes([...both(far), owned])).toContain('DUPLICATE_IP')
    // One of them answers for one address, the other for another one.
    const apart = far.flatMap((ip, n) => [
      asks(client, ip, A, n * 1000),
      answers({ ...routers[n]!, ip }, client, n * 1000 + 1),
    ])
    expect(codes(apart)).toEqual([])
  })

  it('a client that keeps the former MAC is the finding, and not the VTEP before', () => {
    const stale = [0, 1, 2, 3, 4, 5].map((n) => ping('request', client, server, n, 12_000 + n * 1000, { id: 99 }))
    const packets = [gratuitous(server, C, 0), ...pings(client, server, 100), gratuitous(other, C, 10_000), ...stale]
    expect(codes(packets)).toEqual(['ECHO_UNANSWERED', 'STALE_FORWARDING', 'ip_moved'])
    const found = findingsOf(packets).find(({ code }) => code === 'STALE_FORWARDING')!
    expect(found.title).toContain(client.ip)
    expect(found.count).toBe(6)
  })
})

describe('ROGUE_VTEP', () => {
  const rogue: Guest = { mac: '02:ee:ee:ee:ee:ee', ip: server.ip, vtep: '10.0.0.9' }

  it('stays one though victims send to it, and is none where the owner falls silent', () => {
    const healthy = pings(client, server, 0, 5)
    const claimed = [gratuitous(server, C, 900), gratuitous(rogue, C, 2000)]
    const victims = [0, 1, 2].map((n) => ping('request', client, rogue, n, 2100 + n * 100, { id: 5 }))
    const owner = ping('reply', server, client, 9, 2500)
    expect(codes([...healthy, ...claimed, ...victims, owner])).toContain('ROGUE_VTEP')
    expect(codes([...healthy, ...claimed, ...victims])).not.toContain('ROGUE_VTEP')
    expect(codes([...healthy, ...claimed, ...pings(client, rogue, 2100)])).toEqual(['ip_moved'])
  })

  it('is no node that answers echoes in turn with the owner, and is one that only announces and is asked', () => {
    const turns = (answered: boolean) => [
      gratuitous(server, C, 0),
      ...pings(client, server, 100, 4, 1),
      gratuitous(rogue, C, 2000),
      ...(answered
        ? pings(client, rogue, 2100, 4, 2)
        : [0, 1, 2].map((n) => ping('request', client, rogue, n, 2100 + n * 100, { id: 2 }))),
      gratuitous(server, C, 4000),
      ...pings(client, server, 4100, 4, 3),
    ]
    expect(codes(turns(true))).toEqual(['DUPLICATE_IP'])
    expect(codes(turns(false))).toContain('ROGUE_VTEP')
  })
})

describe('ROGUE_VTEP of an owner that is known from its data alone', () => {
  const rogue: Guest = { mac: '02:ee:ee:ee:ee:ee', ip: server.ip, vtep: '10.0.0.9' }
  const before = pings(client, server, 0, 5, 77)
  const after = pings(client, server, 2500, 5, 78)

  it('is told where the owner is answered before and after, whether announced once or again and again', () => {
    expect(codes([...before, gratuitous(rogue, C, 1100), ...after])).toEqual(['ROGUE_VTEP'])
    const often = [1100, 1300, 2600].map((ms) => gratuitous(rogue, C, ms, 2))
    const found = findingsOf([...before, ...often, ...after].sort((one, other) => one.ms! - other.ms!))
    expect(found.find(({ code }) => code === 'ROGUE_VTEP')).toMatchObject({
      count: 3,
      subject: { vteps: [rogue.vtep] },
    })
    const fake = advertises(136, rogue.mac, 'fd00::7', 'fd00::7', rogue.vtep, 1100)
    expect(codes([...before, fake, ...after])).toEqual([])
  })

  it('is not told of a failover: the former owner falls silent, but for what is under way', () => {
    const underWay = [
      ping('request', client, server, 9, 1099, { id: 77 }),
      ping('reply', server, client, 9, 1130, { id: 77 }),
    ]
    const lost = [0, 1, 2, 3].map((n) => ping('request', client, rogue, 20 + n, 1500 + n * 500, { id: 77 }))
    const failover = [...before, gratuitous(rogue, C, 1100), gratuitous(rogue, C, 1101), ...underWay]
    expect(codes([...failover, ...lost])).not.toContain('ROGUE_VTEP')
    expect(codes([...failover, ...pings(client, rogue, 2500, 5, 79)])).toEqual(['ip_moved'])
    expect(codes(failover)).toEqual([])
  })

  it('is not told of a host whose packets a router forwards, nor of virtual routers', () => {
    const hosts = [1, 2, 3].map((n): Guest => ({ mac: GATEWAY, ip: `192.168.1.${20 + n}`, vtep: A }))
    const forwarded = hosts.flatMap((host, n) => [
      ...pings(client, host, n * 10, 5, 80 + n),
      ...pings(client, host, 2500 + n * 10, 5, 90 + n),
    ])
    expect(codes([...forwarded, gratuitous({ ...rogue, ip: hosts[0]!.ip }, C, 1100)])).toEqual([])
    const virtual = gratuitous({ ...rogue, mac: '00:00:5e:00:01:05' }, C, 1100)
    expect(codes([...before, virtual, ...after])).toEqual([])
  })

  it('is not told of a source that is part of the overlay: broadcasts go to it', () => {
    const flooded = asks(client, '192.168.1.99', rogue.vtep, 50)
    expect(codes([...before, flooded, gratuitous(rogue, C, 1100), ...after])).not.toContain('ROGUE_VTEP')
    expect(codes([...before, gratuitous(server, C, 1100), ...after])).toEqual([])
  })
})

describe('ROGUE_VTEP of many addresses', () => {
  it('answers what nobody asked, which no proxy does', () => {
    const hosts = [1, 2, 3, 4].map((n): Guest => ({ mac: `02:00:00:00:03:0${n}`, ip: `192.168.1.${20 + n}`, vtep: A }))
    const healthy = hosts.flatMap((host, n) => [
      asks(host, client.ip, C, n * 10),
      ...pings(client, host, n * 10 + 1, 1),
    ])
    const poison = hosts.map((host, n) =>
      answers({ mac: '02:ee:ee:ee:ee:ee', ip: host.ip, vtep: '10.0.0.9' }, client, 1000 + n),
    )
    const owners = hosts.flatMap((host, n) => pings(client, host, 1100 + n * 10, 1))
    expect(codes([...healthy, ...poison, ...owners])).toEqual(['DUPLICATE_IP', 'ROGUE_VTEP'])
  })
})

/** A DNS query for one name (RFC 1035 §4.1). */
const question = (id: number) => bytes(number(id, 2), 1, 0, 0, 1, number(0, 4), 0, 0, 1, 97, 0, 0, 1, 0, 1)

describe('INNER_MAC_UNKNOWN', () => {
  const unknown = '02:de:ad:00:00:01'
  const wrong = [0, 1, 2, 3].map((n) => ping('request', client, server, n, n * 200, { to: unknown, id: 77 }))

  it('is told of frames to a MAC that nobody has, while the address is in use with another', () => {
    const found = codes([...wrong, ...pings(server, client, 3000)])
    expect(found).toEqual(['ECHO_UNANSWERED', 'INNER_MAC_UNKNOWN'])
    const claimed = codes([...wrong, asks(server, client.ip, C, 3000), answers(client, server, 3001)])
    expect(claimed).toContain('INNER_MAC_UNKNOWN')
  })

  it('is told where the owner of the address asks too, and its answers go to that MAC or to its own', () => {
    const both = (to: string) => [
      ...wrong,
      ...[0, 1, 2, 3].flatMap((n) => [
        ping('request', server, client, n, n * 200 + 50, { id: 78 }),
        ping('reply', client, server, n, n * 200 + 51, { id: 78, to }),
      ]),
    ]
    const inOrder = (packets: Packet[]) => packets.toSorted((one, other) => one.ms! - other.ms!)
    for (const to of [unknown, server.mac]) expect(codes(inOrder(both(to)))).toContain('INNER_MAC_UNKNOWN')
    const later = [0, 1, 2, 3].map((n) => ping('request', client, server, n, 1000 + n * 200, { to: unknown, id: 79 }))
    expect(codes([...inOrder(both(server.mac).slice(wrong.length)), ...later])).toContain('INNER_MAC_UNKNOWN')
    // A virtual router: of what goes to that MAC, some is answered.
    const answer = ping('reply', server, client, 2, 630, { id: 77 })
    for (const to of [unknown, server.mac])
      expect(codes(inOrder([...both(to), answer]))).not.toContain('INNER_MAC_UNKNOWN')
  })

  it('is told where the frames are flooded to several VTEPs, as frames to an unknown MAC are', () => {
    const spread = wrong.flatMap((packet) => {
      const inner = packet.bytes.slice(14 + 20 + 8 + 8)
      return [frame(inner, C, B, packet.ms!), frame(inner, C, A, packet.ms! + 0.01)]
    })
    expect(codes([...spread, ...pings(server, client, 3000)])).toContain('INNER_MAC_UNKNOWN')
  })

  it('is not told of answers to what a gateway sends from its own MAC, and is where the address is claimed', () => {
    const gateway = { ...client, mac: GATEWAY }
    const routed = [0, 1, 2, 3].flatMap((n) => [
      ping('request', gateway, server, n, n * 200, { id: 78, ttl: 63 }),
      ping('reply', server, client, n, n * 200 + 1, { id: 78, ttl: 63, to: unknown }),
    ])
    expect(codes(routed)).not.toContain('INNER_MAC_UNKNOWN')
    expect(codes([gratuitous(client, A, 0), ...routed])).toContain('INNER_MAC_UNKNOWN')
  })

  it('is not told of one direction alone, of a silent guest, nor of a virtual router that answers from another MAC', () => {
    expect(codes(wrong)).not.toContain('INNER_MAC_UNKNOWN')
    const elsewhere = { ...server, ip: '192.168.1.99' }
    expect(codes([...wrong, ...pings(elsewhere, client, 3000)])).not.toContain('INNER_MAC_UNKNOWN')
    const routed = [0, 1, 2, 3].flatMap((n) => [
      ping('request', client, server, n, n * 200, { to: '00:00:5e:00:01:33', id: 77 }),
      ping('reply', server, client, n, n * 200 + 1, { id: 77 }),
    ])
    expect(codes(routed)).toEqual([])
  })

  /** A datagram that asks nothing, or what the payload asks. */
  const datagram = (
    from: Guest,
    to: Guest,
    ms: number,
    mac: string,
    port = 514,
    payload = bytes(60, 49, 51, 62),
    ttl = 64,
  ) => {
    const inner = ipv4(udp(payload, 40_000, port), { from: from.ip, to: to.ip, protocol: 17, id: ++sent & 0xffff, ttl })
    return frame(ethernet(inner, { from: from.mac, to: mac }), from.vtep, to.vtep, ms)
  }

  it('is not told of what asks nothing: log messages, and sessions of BFD to a MAC that all nodes take', () => {
    const bfd = [0, 1, 2, 3].flatMap((n) => [
      datagram(client, server, n * 300, '00:23:20:00:00:01', 3784),
      datagram(server, client, n * 300 + 1, '00:23:20:00:00:01', 3784),
    ])
    expect(codes(bfd)).toEqual([])
    const log = [0, 1, 2, 3].map((n) => datagram(client, server, n * 300, unknown))
    const elsewhere = pings(server, { ...client, ip: '192.168.1.51', mac: '02:00:00:00:00:33' }, 10)
    expect(codes([...log, ...elsewhere])).toEqual([])
    const asked = [0, 1, 2, 3].map((n) => datagram(client, server, 300 * n, unknown, 53, question(n)))
    expect(codes([...asked, ...elsewhere])).toContain('INNER_MAC_UNKNOWN')
  })

  it('is not told of a virtual router, nor of one that takes for several addresses what asks nothing', () => {
    const dead = (to: string) => [0, 1, 2, 3].map((n) => ping('request', client, server, n, n * 200, { to, id: 77 }))
    const others = pings(server, { ...client, ip: '192.168.1.51', mac: '02:00:00:00:00:33' }, 3000)
    for (const mac of ['00:00:5e:00:01:05', '00:00:5e:00:02:05'])
      expect(codes([...dead(mac), ...others])).not.toContain('INNER_MAC_UNKNOWN')
    const collector = { ...server, ip: '10.99.0.5' }
    const logs = [0, 1, 2].map((n) => datagram(client, collector, 50 + n * 300, unknown))
    expect(codes([...dead(unknown), ...logs, ...others])).not.toContain('INNER_MAC_UNKNOWN')
    expect(codes([...dead(unknown), ...others])).toContain('INNER_MAC_UNKNOWN')
  })

  it('is told of a node that is reached at its former MAC, whichever of its addresses are asked', () => {
    const pods = [0, 1, 2, 3].map((n): Guest => ({ ...server, ip: `192.168.1.${20 + n}` }))
    const stale = pods.flatMap((pod, n) => [
      ping('request', client, pod, 1, n * 200, { to: unknown, id: 77 }),
      ping('request', client, pod, 2, 1000 + n * 200, { to: unknown, id: 77 }),
    ])
    const watcher = { ...client, ip: '192.168.1.51', mac: '02:00:00:00:00:33' }
    expect(codes([...stale, ...pods.flatMap((pod, n) => pings(pod, watcher, 3000 + n))])).toContain('INNER_MAC_UNKNOWN')
    expect(codes([...stale, ...pings(server, watcher, 3000)])).not.toContain('INNER_MAC_UNKNOWN')
  })

  it('is not told of a server that answers late', () => {
    const syn = (flags: number, from: Guest, to: Guest, ms: number, mac: string) => {
      const inner = ipv4(tcp({ from: 1000, to: 1000, flags, sequence: ms, acknowledgment: 1 }), {
        from: from.ip,
        to: to.ip,
        protocol: 6,
        id: ++sent,
      })
      return frame(ethernet(inner, { from: from.mac, to: mac }), from.vtep, to.vtep, ms)
    }
    const late = [0, 1000, 2000, 3000].map((ms) => syn(SYN, client, server, ms, server.mac))
    expect(codes([...late, syn(SYN | ACK, server, client, 3100, client.mac)])).not.toContain('INNER_MAC_UNKNOWN')
  })
})

describe('pings that are lost while a guest moves', () => {
  const moved = { ...server, vtep: B }
  /** Answered pings, `lost` ones a second apart, and answered ones again from where the server is then. */
  const around = (lost: number, after: Guest, announce: boolean): Packet[] => {
    const since = 2000 + lost * 1000
    return [
      ...pings(client, server, 0, 5, 77),
      ...Array.from({ length: lost }, (_, n) => ping('request', client, server, 100 + n, 2000 + n * 1000, { id: 77 })),
      ...(announce ? [gratuitous(after, C, since + 10), gratuitous(after, C, since + 60)] : []),
      ...Array.from({ length: 5 }, (_, n) => [
        ping('request', client, after, 200 + n, since + 100 + n * 200, { id: 77 }),
        ping('reply', after, client, 200 + n, since + 101 + n * 200, { id: 77 }),
      ]).flat(),
    ]
  }
  const because = (packets: readonly Packet[]) =>
    findingsOf(packets).find(({ code }) => code === 'ECHO_UNANSWERED')?.because

  it('are lost because it moves, announced or not', () => {
    for (const announce of [true, false]) {
      const packets = around(3, moved, announce)
      expect(codes(packets)).toEqual(['ECHO_UNANSWERED', 'mac_moved'])
      expect(because(packets)).toEqual(['MAC_MOVED'])
      expect(findingsOf(packets).find(({ code }) => code === 'ECHO_UNANSWERED')!.inferred).toContain('migration')
    }
    const failover = { ...server, mac: '02:00:00:00:00:77', vtep: B }
    const claimed = [gratuitous(server, C, -10), ...around(3, failover, true)]
    expect(because(claimed.map((packet) => ({ ...packet, ms: packet.ms! + 100 })))).toEqual(['IP_MOVED'])
  })

  it('are lost for another reason before and after, for a minute, and where nothing moves', () => {
    expect(because(around(3, server, false))).toBeUndefined()
    expect(because(around(60, moved, true))).toBeUndefined()
    const early = [
      ping('request', client, server, 300, 1500, { id: 77 }),
      ping('request', client, server, 301, 1510, { id: 77 }),
    ]
    const answered = ping('request', client, server, 302, 1600, { id: 77 })
    const reply = ping('reply', server, client, 302, 1601, { id: 77 })
    const again = ping('request', client, server, 303, 1700, { id: 77 })
    const reply2 = ping('reply', server, client, 303, 1701, { id: 77 })
    const packets = [...around(3, moved, true), ...early, answered, reply, again, reply2]
    expect(because(packets.sort((left, right) => left.ms! - right.ms!))).toBeUndefined()
  })
})

describe('ARP_UNANSWERED', () => {
  const second: Guest = { mac: '02:00:00:00:00:33', ip: '192.168.1.51', vtep: C }
  const nobody = '192.168.1.99'
  const others = pings(client, server, 0, 10)

  it('is told of a guest that repeats its question, and of two that ask in turns', () => {
    const one = [0, 1, 2].map((n) => asks(client, nobody, A, 3000 + n * 1000))
    expect(codes([...others, ...one])).toEqual(['ARP_UNANSWERED'])
    const turns = [0, 1, 2].flatMap((n) => [
      asks(client, nobody, A, 3000 + n * 1000),
      asks(second, nobody, A, 3500 + n * 1000),
    ])
    expect(codes([...others, ...turns])).toEqual(['ARP_UNANSWERED'])
  })

  it('is told of a storm of questions within a second', () => {
    const storm = Array.from({ length: 12 }, (_, n) => asks(client, nobody, A, 3000 + n * 7))
    expect(codes([...others, ...storm])).toContain('ARP_UNANSWERED')
  })

  it('is not told of an address that is made sure of in a second, of three who ask once, nor of who then sends there', () => {
    const probes = [0, 1, 2].map((n) => asks(client, nobody, A, 3000 + n * 500))
    expect(codes([...others, ...probes])).toEqual([])
    const three = [0, 1, 2].map((n) =>
      asks({ ...client, mac: `02:00:00:00:00:4${n}`, ip: `192.168.1.4${n}` }, nobody, A, 3000 + n * 1000),
    )
    expect(codes([...others, ...three])).toEqual([])
    const turns = [0, 1, 2].flatMap((n) => [
      asks(client, server.ip, A, 3000 + n * 1000),
      asks(second, server.ip, A, 3500 + n * 1000),
    ])
    expect(codes([...others, ...turns, ...pings(client, server, 7000, 3)])).not.toContain('ARP_UNANSWERED')
  })
})

describe('an address whose owner is known by its data alone', () => {
  const vip = '192.168.1.100'
  const owner: Guest = { mac: '02:00:00:00:00:a1', ip: vip, vtep: A }
  const other: Guest = { mac: '02:00:00:00:00:a2', ip: vip, vtep: B }
  const peer: Guest = { mac: '02:00:00:00:00:33', ip: '192.168.1.51', vtep: C }
  const before = pings(client, owner, 0, 6, 501)
  const announced = [gratuitous(other, C, 1500), gratuitous(other, C, 1501, 2)]
  /** Pings of one conversation to whoever has the address. */
  const on = (to: Guest, ms: number, count: number, by: { to?: string; ttl?: number } = {}) =>
    Array.from({ length: count }, (_, n) => [
      ping('request', client, to, 100 + n + ms, ms + n * 400, { id: 501, ...(by.to === undefined ? {} : by) }),
      ping('reply', to, client, 100 + n + ms, ms + n * 400 + 1, { id: 501, ...(by.ttl ? { ttl: by.ttl } : {}) }),
    ]).flat()
  const found = (code: string, packets: Packet[]) =>
    findingsOf([...packets].sort((left, right) => left.ms! - right.ms!)).find((finding) => finding.code === code)

  it('moved where another MAC claims it and uses it, and the former one falls silent', () => {
    const packets = [...before, ...announced, ...on(other, 2000, 6)]
    expect(codes(packets)).toEqual(['ip_moved'])
    expect(found('IP_MOVED', packets)!.observed).toContain(`no ARP or neighbour discovery of ${owner.mac}`)
    // Nothing of the new owner's but its claim: it may be a load balancer's.
    expect(codes([...before, ...announced])).toEqual([])
  })

  it('explains the pings that were lost meanwhile', () => {
    const lost = [0, 1, 2, 3].map((n) => ping('request', client, owner, 50 + n, 1300 + n * 400, { id: 501 }))
    const late = [gratuitous(other, C, 3100), gratuitous(other, C, 3101)]
    const packets = [...before, ...lost, ...late, ...on(other, 3300, 6)]
    expect(codes(packets)).toEqual(['ECHO_UNANSWERED', 'ip_moved'])
    expect(found('ECHO_UNANSWERED', packets)!.because).toEqual(['IP_MOVED'])
  })

  it('leaves clients with a stale entry behind', () => {
    const stale = [0, 1, 2].map((n) => ping('request', peer, owner, n, 3000 + n * 500, { id: 9 }))
    expect(codes([...before, ...announced, ...on(other, 2000, 9), ...stale])).toContain('STALE_FORWARDING')
  })

  it('is in use twice where both go on: the one asked at its own MAC, the other one claims and uses it', () => {
    const claims = [1500, 2700, 3900].map((ms) => gratuitous(other, C, ms))
    const opened = [1600, 2800, 4000].flatMap((ms) => pings(other, peer, ms, 2))
    const packets = [...before, ...claims, ...opened, ...on(owner, 1700, 8)]
    expect(codes(packets)).toEqual(['DUPLICATE_IP'])
    expect(found('DUPLICATE_IP', packets)!.observed).toMatch(/claimed the address 3 times, while .* answered from it/)
    // One answers ARP as well, the other one is asked by whom knew it before.
    const asked = [1500, 3000].flatMap((ms, n) => [
      asks(peer, vip, B, ms),
      answers(other, peer, ms + 1),
      ...pings(peer, other, ms + 2, 2, 600 + n),
    ])
    expect(codes([...before, ...asked, ...on(owner, 1700, 8)])).toEqual(['DUPLICATE_IP'])
  })

  it('is not in use twice behind a load balancer with direct return: the real server answers what others were asked', () => {
    // Clients send to the balancer, which answers pings itself and announces the address.
    const claims = [1500, 2700, 3900].map((ms) => gratuitous(other, C, ms))
    const own = [1600, 2800, 4000].flatMap((ms) => pings(client, other, ms, 2))
    const returned = on({ ...owner, vtep: A }, 1700, 8, { to: other.mac })
    const first = on({ ...owner, vtep: A }, 0, 3, { to: other.mac })
    expect(codes([...first, ...claims, ...own, ...returned])).toEqual([])
    // Beyond the balancer: it sends on to the server’s own MAC.
    const passed = [0, 1, 2, 3, 4].flatMap((n) => [
      ping('request', { ...client, vtep: B }, owner, 700 + n, 1700 + n * 400, { id: 502, mac: other.mac, ttl: 63 }),
      ping('reply', owner, client, 700 + n, 1701 + n * 400, { id: 502 }),
    ])
    expect(codes([...before, ...claims, ...own, ...passed])).toEqual([])
  })

  it('is not told of routers, which forward what the owner sent, nor of proxies, which answer for it', () => {
    const routed = on({ ...owner, vtep: B }, 0, 9, { ttl: 63 })
    const claims = [700, 1500, 2300].map((ms) => gratuitous(other, C, ms))
    expect(codes([...routed, ...claims, ...pings(other, peer, 900, 4)])).toEqual([])
    const proxied = [1500, 3000].flatMap((ms, n) => [
      asks(peer, vip, B, ms),
      answers(other, peer, ms + 1),
      ping('request', peer, other, n, ms + 2, { id: 8 }),
      ping('reply', other, peer, n, ms + 3, { id: 8, ttl: 63 }),
    ])
    expect(codes([...before, ...proxied, ...on(owner, 1700, 8)])).toEqual([])
  })

  it('is not told of a router that answers from its own MAC for a virtual address', () => {
    const virtual: Guest = { mac: '00:00:5e:00:01:05', ip: vip, vtep: A }
    const claims = [500, 1500, 2500].map((ms) => gratuitous(virtual, C, ms))
    expect(codes([...claims, ...on(owner, 100, 9, { to: virtual.mac })])).toEqual([])
  })

  it('is nobody else’s where it is only claimed by whom it belongs to', () => {
    expect(codes([...before, gratuitous(owner, C, 1500), ...on(owner, 1700, 8)])).toEqual([])
  })
})
