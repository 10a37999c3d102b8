/** Tunnels in everything that carries one and is no overlay of its own, alone and stacked: read by hand-made bytes. */
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import { LinkType } from '../../src/codecs/link/linktype.ts'
import { Summarizer } from '../../src/pipeline.ts'
import type { Summary } from '../../src/summary.ts'
import { join, pcapHeader, pcapRecord } from '../capture/files.ts'
import { bytes, datagram, echo, ethernet, ip, ipv4, ipv6, mac, number, udp } from '../support/packets.ts'

type Bytes = Uint8Array

const A = { mac: '02:00:00:00:0a:01', ip: '192.168.7.1', vtep: '10.9.0.1', vtep6: 'fd00:9::1' }
const B = { mac: '02:00:00:00:0a:02', ip: '192.168.7.2', vtep: '10.9.0.2', vtep6: 'fd00:9::2' }

/** Three answered pings as inner frames, with who sends each. */
const PINGS = [1, 2, 3].flatMap((sequence) =>
  (['request', 'reply'] as const).map((kind) => {
    const [from, to] = kind === 'request' ? [A, B] : [B, A]
    const packet = ipv4(echo(kind, 7, sequence), { from: from.ip, to: to.ip, protocol: 1, id: sequence })
    return { from, to, frame: ethernet(packet, { from: from.mac, to: to.mac }) }
  }),
)

type Ping = (typeof PINGS)[number]

/** The tunnel's own IP packet. */
const vxlan4 = ({ from, to, frame }: Ping): Bytes =>
  ipv4(datagram(frame, { vni: 4242 }), { from: from.vtep, to: to.vtep })
const vxlan6 = ({ from, to, frame }: Ping): Bytes =>
  ipv6(datagram(frame, { vni: 4242 }), { from: from.vtep6, to: to.vtep6, protocol: 17 })
const geneve4 = ({ from, to, frame }: Ping): Bytes =>
  ipv4(udp(bytes(0, 0, 0x65, 0x58, number(4242, 3), 0, frame), 50_000, 6081), { from: from.vtep, to: to.vtep })

/** A frame of the underlay, whatever its type. */
const framed = (payload: Bytes, type?: number, vlans: readonly number[] = []): Bytes =>
  ethernet(payload, {
    from: '02:ee:00:00:00:01',
    to: '02:ee:00:00:00:02',
    vlans,
    ...(type !== undefined && { type }),
  })

const typeOf = (packet: Bytes): number => (packet[0]! >> 4 === 6 ? 0x86dd : 0x0800)
const over4 = (payload: Bytes, protocol: number): Bytes =>
  ipv4(payload, { from: '172.20.0.1', to: '172.20.0.2', protocol })
const over6 = (payload: Bytes, protocol: number): Bytes =>
  ipv6(payload, { from: 'fd00:20::1', to: 'fd00:20::2', protocol })
const gre = (type: number, payload: Bytes, flags = 0, parts: readonly number[] = []): Bytes =>
  bytes(number(flags, 2), number(type, 2), [...parts], payload)
const label = (value: number, isLast: boolean): Bytes => number(value * 0x1000 + (isLast ? 0x100 : 0) + 64, 4)
const inner = (packet: Bytes): number => (packet[0]! >> 4 === 6 ? 41 : 4)
const session = (packet: Bytes, compressed = false): Bytes => {
  const protocol = typeOf(packet) === 0x0800 ? 0x21 : 0x57
  const ppp = bytes(compressed ? [protocol] : number(protocol, 2), packet)
  return bytes(0x11, 0, number(9, 2), number(ppp.length, 2), ppp)
}
const macsec = (packet: Bytes, channel: boolean): Bytes =>
  bytes(
    channel ? [0x20, 0] : [0, 0],
    number(5, 4),
    channel ? bytes(mac('02:00:00:00:00:09'), 0, 1) : [],
    number(typeOf(packet), 2),
    packet,
    new Uint8Array(16).fill(0x5a),
  )
const erspan2 = bytes(0x10, 0x0a, 0x00, 0x64, 0, 0, 0, 0)
const erspan3 = (last: number): Bytes => bytes(0x20, 0x0a, 0, 0x64, 1, 2, 3, 4, 0, 0, number(last, 2))
const nflog = (packet: Bytes, little: boolean): Bytes => {
  const order = (value: number): Bytes => (little ? number(value, 2).reverse() : number(value, 2))
  const head = bytes(typeOf(packet) === 0x0800 ? 2 : 10, 0, 0, 42)
  return bytes(head, order(8), order(1), 8, 0, 3, 0, order(4 + packet.length), order(9), packet)
}

/** How each packet of the tunnel is wrapped; what is counted for it, and the link type. */
interface Case {
  carriers: string[]
  wrap: (packet: Bytes) => Bytes
  linkType?: number
  /** What tshark 4.0 does not read, or not so. */
  beyondTshark?: true
}

const CASES: Record<string, Case> = {
  'IPv4 in IPv4': { carriers: ['ipip'], wrap: (p) => framed(over4(p, inner(p))) },
  'IP in IPv6': { carriers: ['ipip'], wrap: (p) => framed(over6(p, inner(p))) },
  'IP in IP in IP': { carriers: ['ipip'], wrap: (p) => framed(over4(over6(p, inner(p)), 41)) },
  GRE: { carriers: ['gre'], wrap: (p) => framed(over4(gre(typeOf(p), p), 47)) },
  'GRE over IPv6 with checksum, key and sequence': {
    carriers: ['gre'],
    wrap: (p) => framed(over6(gre(typeOf(p), p, 0xb000, [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1]), 47)),
  },
  'GRE with a key': { carriers: ['gre'], wrap: (p) => framed(over4(gre(typeOf(p), p, 0x2000, [0, 1, 2, 3]), 47)) },
  'GRE with a frame': { carriers: ['gre'], wrap: (p) => framed(over4(gre(0x6558, framed(p)), 47)) },
  'GRE with a frame and a sequence number': {
    carriers: ['gre'],
    wrap: (p) => framed(over4(gre(0x6558, framed(p, undefined, [5]), 0x3000, [0, 1, 2, 3, 0, 0, 0, 1]), 47)),
  },
  'GRE with a frame and a key that names no subnet': {
    carriers: ['gre'],
    wrap: (p) => framed(over4(gre(0x6558, framed(p), 0x2000, [0, 0, 0, 100]), 47)),
  },
  'GRE with MPLS': {
    carriers: ['gre', 'mpls'],
    wrap: (p) => framed(over4(gre(0x8847, bytes(label(77, true), p)), 47)),
  },
  'GRE in IP in IP': { carriers: ['gre', 'ipip'], wrap: (p) => framed(over4(over4(gre(typeOf(p), p), 47), 4)) },
  'ERSPAN I': { carriers: ['erspan'], wrap: (p) => framed(over4(gre(0x88be, framed(p)), 47)) },
  'ERSPAN II': {
    carriers: ['erspan'],
    wrap: (p) => framed(over4(gre(0x88be, bytes(erspan2, framed(p)), 0x1000, [0, 0, 0, 1]), 47)),
  },
  'ERSPAN II over IPv6 of a tagged frame': {
    carriers: ['erspan'],
    wrap: (p) => framed(over6(gre(0x88be, bytes(erspan2, framed(p, undefined, [7])), 0x1000, [0, 0, 0, 1]), 47)),
  },
  'ERSPAN III': {
    carriers: ['erspan'],
    wrap: (p) => framed(over4(gre(0x22eb, bytes(erspan3(0), framed(p)), 0x1000, [0, 0, 0, 1]), 47)),
  },
  'ERSPAN III with a subheader': {
    carriers: ['erspan'],
    wrap: (p) =>
      framed(over4(gre(0x22eb, bytes(erspan3(1), 0x0c, 0, 0, 1, 0, 0, 0, 2, framed(p)), 0x1000, [0, 0, 0, 1]), 47)),
  },
  'ERSPAN III of a packet without Ethernet': {
    carriers: ['erspan'],
    // Frame type 2 (draft-foschiano-erspan-03 §4.2).
    wrap: (p) => framed(over4(gre(0x22eb, bytes(erspan3(2 << 10), p), 0x1000, [0, 0, 0, 1]), 47)),
    beyondTshark: true,
  },
  'ERSPAN of MPLS': {
    carriers: ['erspan', 'mpls'],
    wrap: (p) => framed(over4(gre(0x88be, bytes(erspan2, framed(label2(p), 0x8847)), 0x1000, [0, 0, 0, 1]), 47)),
  },
  MPLS: { carriers: ['mpls'], wrap: (p) => framed(bytes(label(100, true), p), 0x8847) },
  'three labels behind two VLANs': {
    carriers: ['mpls'],
    wrap: (p) => framed(bytes(label(100, false), label(200, false), label(3, true), p), 0x8847, [10, 20]),
  },
  'MPLS multicast': { carriers: ['mpls'], wrap: (p) => framed(bytes(label(100, true), p), 0x8848) },
  'a pseudowire with control word': {
    carriers: ['mpls'],
    wrap: (p) => framed(bytes(label(100, false), label(101, true), 0, 0, 0, 1, framed(p)), 0x8847),
  },
  'a pseudowire without control word': {
    carriers: ['mpls'],
    wrap: (p) => framed(bytes(label(101, true), framed(p)), 0x8847),
    beyondTshark: true,
  },
  'a pseudowire to an address that begins like IPv4': {
    carriers: ['mpls'],
    wrap: (p) =>
      framed(bytes(label(101, true), ethernet(p, { from: '44:00:00:00:00:01', to: '45:00:00:54:00:02' })), 0x8847),
    beyondTshark: true,
  },
  'a pseudowire to an address that begins like IPv6': {
    carriers: ['mpls'],
    wrap: (p) =>
      framed(bytes(label(101, true), ethernet(p, { from: '60:00:00:00:00:01', to: '60:00:00:00:00:12' })), 0x8847),
    beyondTshark: true,
  },
  'a pseudowire to an address that begins like a channel': {
    carriers: ['mpls'],
    wrap: (p) =>
      framed(bytes(label(101, true), ethernet(p, { from: '10:00:00:00:00:01', to: '10:00:00:00:00:12' })), 0x8847),
    beyondTshark: true,
  },
  'a pseudowire with a tagged frame': {
    carriers: ['mpls'],
    wrap: (p) => framed(bytes(label(101, true), 0, 0, 0, 0, framed(p, undefined, [30])), 0x8847, [12]),
  },
  PPPoE: { carriers: ['pppoe'], wrap: (p) => framed(session(p), 0x8864) },
  'PPPoE in a VLAN, compressed, with padding': {
    carriers: ['pppoe'],
    wrap: (p) => framed(bytes(session(p, true), 0, 0, 0, 0), 0x8864, [7]),
  },
  '802.1ah': { carriers: ['802.1ah'], wrap: (p) => framed(bytes(0, 0, 0x27, 0x10, framed(p)), 0x88e7) },
  '802.1ah behind a B-TAG': {
    carriers: ['802.1ah'],
    wrap: (p) => framed(bytes(0, 100, 0x88, 0xe7, 0, 0, 0x27, 0x10, framed(p, undefined, [9])), 0x88a8),
  },
  'VN-Tag': { carriers: ['vn-tag'], wrap: (p) => framed(bytes(0, 1, 0, 2, number(typeOf(p), 2), p), 0x8926) },
  'VN-Tag and VLAN': {
    carriers: ['vn-tag'],
    wrap: (p) => framed(bytes(0x80, 1, 0, 2, 0x81, 0, 0, 9, number(typeOf(p), 2), p), 0x8926),
  },
  'E-TAG': { carriers: ['e-tag'], wrap: (p) => framed(bytes(0, 0, 0, 5, 0, 0, number(typeOf(p), 2), p), 0x893f) },
  'Cisco metadata': {
    carriers: ['cisco-metadata'],
    wrap: (p) => framed(bytes(1, 1, 0, 1, 0, 5, number(typeOf(p), 2), p), 0x8909),
  },
  'MACsec in the clear': { carriers: ['macsec'], wrap: (p) => framed(macsec(p, false), 0x88e5) },
  'MACsec in the clear with a channel, tagged': {
    carriers: ['macsec'],
    wrap: (p) => framed(macsec(p, true), 0x88e5, [3]),
  },
  SNAP: {
    carriers: ['snap'],
    wrap: (p) => framed(bytes(0xaa, 0xaa, 3, 0, 0, 0, number(typeOf(p), 2), p), 8 + p.length),
  },
  'VLAN, MPLS, pseudowire and GRE over IPv6': {
    carriers: ['gre', 'mpls'],
    wrap: (p) =>
      framed(bytes(label(16, false), label(17, true), 0, 0, 0, 0, framed(over6(gre(typeOf(p), p), 47))), 0x8847, [5]),
  },
  'EDSA on Ethernet': {
    carriers: ['dsa'],
    wrap: (p) => framed(bytes(0, 0, 0x40, 0, 0, 1, number(typeOf(p), 2), p), 0xdada),
    beyondTshark: true,
  },
  'PPP link': {
    carriers: ['ppp'],
    linkType: LinkType.Ppp,
    wrap: (p) => bytes(0xff, 3, 0, typeOf(p) === 0x0800 ? 0x21 : 0x57, p),
  },
  'PPP link without framing': {
    carriers: ['ppp'],
    linkType: LinkType.Ppp,
    wrap: (p) => bytes(0, typeOf(p) === 0x0800 ? 0x21 : 0x57, p),
  },
  'PPP over serial': {
    carriers: ['ppp'],
    linkType: LinkType.PppHdlc,
    wrap: (p) => bytes(0xff, 3, 0, typeOf(p) === 0x0800 ? 0x21 : 0x57, p),
  },
  'PPPoE link': { carriers: ['pppoe'], linkType: LinkType.PppEther, wrap: (p) => session(p) },
  NFLOG: { carriers: [], linkType: LinkType.Nflog, wrap: (p) => nflog(p, true) },
  'NFLOG of a big-endian host': {
    carriers: [],
    linkType: LinkType.Nflog,
    wrap: (p) => nflog(p, false),
    beyondTshark: true,
  },
  mPackets: {
    carriers: [],
    linkType: LinkType.EthernetMpacket,
    wrap: (p) => bytes(new Uint8Array(7).fill(0x55), 0xd5, framed(p), 1, 2, 3, 4),
  },
  'a Broadcom tag': {
    carriers: ['dsa'],
    linkType: LinkType.DsaTagBrcm,
    wrap: (p) => tagged(p, [0, 0, 0, 3]),
    beyondTshark: true,
  },
  'a Broadcom tag in front': {
    carriers: ['dsa'],
    linkType: LinkType.DsaTagBrcmPrepend,
    wrap: (p) => bytes(0, 0, 0, 3, framed(p)),
    beyondTshark: true,
  },
  'a DSA tag': {
    carriers: ['dsa'],
    linkType: LinkType.DsaTagDsa,
    wrap: (p) => tagged(p, [0xe0, 0x10, 0, 7]),
    beyondTshark: true,
  },
  'an EDSA tag': {
    carriers: ['dsa'],
    linkType: LinkType.DsaTagEdsa,
    wrap: (p) => tagged(p, [0xda, 0xda, 0, 0, 0x40, 0, 0, 1]),
    beyondTshark: true,
  },
}

function label2(packet: Bytes): Bytes {
  return bytes(label(30, false), label(31, true), packet)
}

/** A tag between the addresses and the type of a frame. */
function tagged(packet: Bytes, tag: readonly number[]): Bytes {
  const frame = framed(packet)
  return bytes(frame.slice(0, 12), [...tag], frame.slice(12))
}

function capture(frames: readonly Bytes[], linkType = 1): Uint8Array {
  return join(
    pcapHeader({ network: linkType }),
    ...frames.map((frame, index) => pcapRecord(1_700_000_000 + Math.floor(index / 2), (index % 2) * 500, frame)),
  )
}

async function summarize(file: Uint8Array): Promise<Summary> {
  const summarizer = new Summarizer({ rows: Number.POSITIVE_INFINITY })
  await summarizer.read('carriers', bytesSource(file))
  return summarizer.summary()
}

/** Where each capture is written, for tshark by hand: `CARRIERS_OUT=/tmp/x npx vitest run test/analyzers/carriers.test.ts`. */
const OUT = process.env.CARRIERS_OUT

describe.each(Object.entries(CASES))('%s', (name, { carriers, wrap, linkType }) => {
  it.each([
    ['VXLAN over IPv4', vxlan4, ['10.9.0.1', '10.9.0.2'], 'vxlanPackets'],
    ['VXLAN over IPv6', vxlan6, ['fd00:9::1', 'fd00:9::2'], 'vxlanPackets'],
    ['Geneve', geneve4, ['10.9.0.1', '10.9.0.2'], 'genevePackets'],
  ] as const)('is read through to %s', async (kind, tunnel, ends, count) => {
    const file = capture(
      PINGS.map((ping) => wrap(tunnel(ping))),
      linkType,
    )
    if (OUT !== undefined) writeFileSync(`${OUT}/${name} ${kind}.pcap`, file)
    const summary = await summarize(file)
    expect(summary.tunnel[count]).toBe(6)
    expect(summary.tunnel.carriers).toEqual(carriers.map((carrier) => ({ carrier, packets: 6 })))
    expect(summary.tunnel.faults).toEqual([])
    expect(summary.vnis.map(({ vni, packets, innerBytes }) => [vni, packets, innerBytes])).toEqual([
      [4242, 6, PINGS.reduce((sum, { frame }) => sum + frame.length, 0)],
    ])
    expect(summary.vtepPairs.map(({ a, b, destinationPorts }) => [a, b, destinationPorts])).toEqual([
      [...ends, [count === 'genevePackets' ? 6081 : 4789]],
    ])
    expect(summary.flows[0]?.echo).toMatchObject({ requests: 3, replies: 3 })
    expect(summary.findings.filter(({ severity }) => severity !== 'note')).toEqual([])
  })
})

describe('NVGRE', () => {
  const nvgre = ({ from, to, frame }: Ping, key = [0, 0x10, 0x92, 9]): Bytes =>
    framed(ipv4(gre(0x6558, frame, 0x2000, key), { from: from.vtep, to: to.vtep, protocol: 47 }))

  it('is a tunnel without ports, whose tenant is the virtual subnet', async () => {
    const summary = await summarize(capture(PINGS.map((ping) => nvgre(ping))))
    expect(summary.tunnel).toMatchObject({ nvgrePackets: 6, otherPackets: 0, carriers: [], faults: [] })
    expect(summary.vnis).toMatchObject([{ vni: 4242, kind: 'nvgre', packets: 6 }])
    expect(summary.vtepPairs).toMatchObject([
      { a: A.vtep, b: B.vtep, destinationPorts: [], sourcePortsAToB: 0, sourcePortsBToA: 0, packetsAToB: 3 },
    ])
    expect(summary.flows).toMatchObject([{ kind: 'nvgre', protocol: 'ICMP', echo: { requests: 3, replies: 3 } }])
    // Inner Ethernet 14, GRE with a key 8, IPv4 20.
    expect(summary.mtu.perPair[0]?.overhead).toBe(42)
    expect(summary.findings).toEqual([])
  })

  it('can be carried itself', async () => {
    const file = capture(PINGS.map((ping) => framed(bytes(label(9, true), nvgre(ping).slice(14)), 0x8847)))
    const summary = await summarize(file)
    expect(summary.tunnel).toMatchObject({ nvgrePackets: 6, carriers: [{ carrier: 'mpls', packets: 6 }] })
  })

  it('is told of unanswered pings by filters of its own', async () => {
    const file = capture([1, 2, 3, 4].map(() => nvgre(PINGS[0]!)))
    const { findings } = await summarize(file)
    for (const { displayFilter } of findings) expect(displayFilter).not.toContain('udp')
  })
})

/** An IPv4 packet in two fragments. */
function split(packet: Bytes, at: number): [Bytes, Bytes] {
  const header = { from: '172.20.0.1', to: '172.20.0.2', protocol: packet[9]!, id: 0x1234 }
  const payload = packet.slice(20)
  return [
    ipv4(payload.slice(0, at), { ...header, moreFragments: true }),
    ipv4(payload.slice(at), { ...header, offset: at }),
  ]
}

describe('a carrier in fragments', () => {
  const mirror = (ping: Ping): Bytes =>
    over4(gre(0x88be, bytes(erspan2, framed(vxlan4(ping))), 0x1000, [0, 0, 0, 1]), 47)
  const ids = (frames: Bytes[]): Bytes[] =>
    frames.map((frame, index) => {
      // Each datagram has an identification of its own.
      const copy = frame.slice()
      copy[19] = Math.floor(index / 2)
      return copy
    })
  const parts = (wrap: (ping: Ping) => Bytes, order = [0, 1], at = 48): Bytes[] =>
    ids(
      PINGS.flatMap((ping) => {
        const both = split(wrap(ping), at)
        return order.map((index) => framed(both[index]!))
      }),
    )

  it.each([
    ['ERSPAN', mirror, 'erspan', [0, 1]],
    ['IP in IP', (ping: Ping) => over4(vxlan4(ping), 4), 'ipip', [0, 1]],
    ['ERSPAN, the tail first', mirror, 'erspan', [1, 0]],
  ] as const)('%s: the tunnel counts at the first one, as if it were whole', async (_name, wrap, carrier, order) => {
    const summary = await summarize(capture(parts(wrap, [...order])))
    expect(summary.tunnel).toMatchObject({
      vxlanPackets: 6,
      otherPackets: 0,
      carriers: [{ carrier, packets: 6 }],
      fragments: { firsts: 6, others: 6, reassembled: 6, incomplete: 0 },
      faults: [],
    })
    expect(summary.vtepPairs).toMatchObject([{ a: A.vtep, b: B.vtep, packetsAToB: 3, packetsBToA: 3 }])
    expect(summary.flows[0]?.echo).toMatchObject({ requests: 3, replies: 3 })
    expect(summary.findings.filter(({ severity }) => severity !== 'note')).toEqual([])
  })

  it('counts a first one without its rest by what is there', async () => {
    const summary = await summarize(capture(parts(mirror, [0, 1], 104).filter((_, index) => index !== 3)))
    expect(summary.tunnel).toMatchObject({ vxlanPackets: 6, otherPackets: 0, fragments: { firsts: 6, others: 5 } })
  })

  it('NVGRE in fragments is read from the whole', async () => {
    const nvgre = ({ from, to, frame }: Ping): Bytes =>
      ipv4(gre(0x6558, frame, 0x2000, [0, 0x10, 0x92, 9]), { from: from.vtep, to: to.vtep, protocol: 47 })
    const summary = await summarize(capture(parts(nvgre)))
    expect(summary.tunnel).toMatchObject({ nvgrePackets: 6, otherPackets: 0, fragments: { firsts: 6, others: 6 } })
  })
})

describe('what is no tunnel in a carrier', () => {
  const plain = (payload: Bytes): Bytes => ipv4(payload, { from: '10.3.0.1', to: '10.3.0.2', protocol: 6 })
  const segment = bytes(number(1000, 2), number(80, 2), new Uint8Array(8), 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0)

  it.each([
    [
      'GRE version 1 (PPTP)',
      framed(over4(bytes(0x30, 0x01, 0x88, 0x0b, 0, 4, 0, 1, 0, 0, 0, 1, 0, 0x21), 47)),
      'IP 47',
    ],
    ['a GRE keep-alive', framed(over4(gre(0, new Uint8Array(0)), 47)), 'IP 47'],
    [
      'PPPoE link control',
      framed(bytes(0x11, 0, 0, 9, 0, 10, 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0), 0x8864),
      'ETH 0x8864',
    ],
    ['an MPLS channel', framed(bytes(label(13, true), 0x10, 0, 0, 7, new Uint8Array(40)), 0x8847), 'ETH 0x8847'],
    ['spanning tree', framed(bytes(0x42, 0x42, 3, new Uint8Array(35)), 38), 'LLC'],
    ['TCP in GRE', framed(over4(gre(0x0800, plain(segment)), 47)), 'TCP'],
  ])('%s is other traffic, and no fault', async (_name, frame, protocol) => {
    const { tunnel, findings } = await summarize(capture([frame, frame]))
    expect(tunnel).toMatchObject({ otherPackets: 2, carriers: [], faults: [], other: [{ protocol, packets: 2 }] })
    expect(findings).toEqual([])
  })

  it('encrypted MACsec is named, and no fault', async () => {
    const frame = framed(bytes(0x0c, 0, 0, 0, 0, 5, new Uint8Array(60)), 0x88e5)
    const { tunnel, findings } = await summarize(capture([frame, frame]))
    expect(tunnel).toMatchObject({ faults: [], other: [{ protocol: 'MACsec, encrypted', packets: 2 }] })
    expect(findings.map(({ code }) => code)).toEqual(['UNDERLAY_ENCRYPTED'])
  })

  it('ends where carriers are stacked deeper than any network does', async () => {
    const deep = (count: number): Bytes =>
      Array.from({ length: count }).reduce<Bytes>((packet) => over4(packet, 4), vxlan4(PINGS[0]!))
    const { tunnel } = await summarize(capture([framed(deep(16)), framed(deep(17))]))
    expect(tunnel).toMatchObject({ vxlanPackets: 1, otherPackets: 1 })
    expect(tunnel.faults).toEqual([{ layer: 'outer.ipv4', fault: 'TooDeep', packets: 1, firstPacket: 2 }])
  })

  it('is not captured where the snap length cuts a carrier, and that is no fault', async () => {
    const whole = framed(over4(gre(0x88be, bytes(erspan2, framed(vxlan4(PINGS[0]!))), 0x1000, [0, 0, 0, 1]), 47))
    const cut = [36, 44, 52, 60, 80].map((length) => {
      const record = pcapRecord(1_700_000_000, 0, whole.slice(0, length))
      new DataView(record.buffer, record.byteOffset).setUint32(12, whole.length, true)
      return record
    })
    const { tunnel } = await summarize(join(pcapHeader(), ...cut))
    expect([tunnel.otherPackets, tunnel.faults]).toEqual([5, []])
  })
})

it('an ERSPAN copy is the same frame as its original', async () => {
  const { Fingerprint } = await import('../../src/analyzers/events/fingerprint.ts')
  const { dissect, tunnelPorts } = await import('../../src/codecs/walk/dissect.ts')
  const { Layers } = await import('../../src/codecs/walk/layers.ts')
  const digest = (frame: Bytes): number[] => {
    const layers = new Layers()
    dissect(layers, new DataView(frame.buffer), 0, frame.length, frame.length, 1, tunnelPorts())
    const fingerprint = new Fingerprint()
    fingerprint.take(layers)
    return [fingerprint.outer, fingerprint.high, fingerprint.low]
  }
  const bare = framed(vxlan4(PINGS[0]!))
  for (const { wrap, linkType } of Object.values(CASES)) {
    if (linkType !== undefined) continue
    expect(digest(wrap(vxlan4(PINGS[0]!)))).toEqual(digest(bare))
  }
  expect(ip('10.0.0.1')).toHaveLength(4)
})
