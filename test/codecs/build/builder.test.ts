/**
 * The builder: whole packets against bytes that Linux, Open vSwitch and other people's tools made, what it fills in and says so,
 * what it leaves as given, what it refuses.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as b from '../../../src/codecs/build/builder.ts'
import { build, type Part } from '../../../src/codecs/build/builder.ts'
import * as entropy from '../../../src/codecs/build/entropy.ts'
import * as gre from '../../../src/codecs/carriers/gre.ts'
import * as checksum from '../../../src/codecs/core/checksum.ts'
import { Protocol } from '../../../src/codecs/core/protocol.ts'
import * as icmp from '../../../src/codecs/headers/icmp.ts'
import * as icmpv6 from '../../../src/codecs/headers/icmpv6.ts'
import * as igmp from '../../../src/codecs/headers/igmp.ts'
import * as ipv6Options from '../../../src/codecs/headers/ipv6-options.ts'
import * as neighbor from '../../../src/codecs/headers/neighbor.ts'
import * as tcp from '../../../src/codecs/headers/tcp.ts'
import * as gpe from '../../../src/codecs/headers/vxlan-gpe.ts'
import { dissect, tunnelPorts } from '../../../src/codecs/walk/dissect.ts'
import { CARRIER_NAMES, Layers, TunnelKind } from '../../../src/codecs/walk/layers.ts'
import { type CapturedRecord, capturedRecords } from '../../support/captured-records.ts'
import { bytesOf, hexOf } from '../../support/hex.ts'
import { because, CORPUS, LAB, ROOT } from '../../support/shared.ts'
import { takeApart } from '../../support/take-apart.ts'

const A = '02:00:00:00:00:01'
const B = '02:00:00:00:00:02'
const FRAME = b.ethernet({ destination: B, source: A })
const IP = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2' })
const IP6 = b.ipv6({ source: 'fd00::1', destination: 'fd00::2' })

const hex = (...parts: Part[]): string => hexOf(build(parts).bytes)
const filled = (...parts: Part[]): [number, string, number][] =>
  build(parts).filled.map(({ layer, field, value }) => [layer, field, value])
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

describe('carriers', () => {
  const tunnel = [IP, b.udp({ sourcePort: 50000, checksum: 0 }), b.vxlan({ vni: 7 }), FRAME, IP, b.icmp({ type: 8 })]
  const copy = [FRAME, IP, b.gre({ sequence: 1 })]
  const platform = { first: 0x0c00_0001, second: 2 }

  it.each<[string[], number, Part[], string]>([
    [['mpls'], 1, [FRAME, b.mpls({ label: 100 }), b.mpls({ label: 200, timeToLive: 5 })], '8847 00064040 000c8105'],
    [['mpls'], 1, [FRAME, b.mpls({ label: 16 }), FRAME], '8847 00010140'],
    [['mpls'], 1, [FRAME, b.mpls({ label: 16 }), b.pseudowire({ sequence: 3 }), FRAME], '8847 00010140 00000003'],
    [['gre', 'mpls'], 1, [FRAME, IP, b.gre(), b.mpls({ label: 16 })], '00008847 00010140'],
    [['erspan'], 1, [...copy, b.erspan2({ sessionId: 100 }), FRAME], '100088be 00000001 1000006400000000'],
    [['erspan'], 1, [...copy, b.erspan3({ sessionId: 100 }), FRAME], '100022eb 00000001 200000640000000000008000'],
    [['erspan'], 1, [...copy, b.erspan3({ sessionId: 1, platform }), FRAME], '0000000000008001 0c00000100000002'],
    [['pppoe'], 1, [FRAME, b.pppoe({ sessionId: 17 }), b.ppp()], '8864 11000011 0050 0021'],
    [['ppp'], 9, [b.ppp({ framed: true })], 'ff03 0021'],
    [['pppoe'], 51, [b.pppoe({ sessionId: 17 }), b.ppp({ compressed: true })], '11000011 004f 21'],
    [['802.1ah'], 1, [FRAME, b.itag({ serviceId: 0xabc }), FRAME], '88e7 00000abc'],
    [['vn-tag'], 1, [FRAME, b.vntag({ destination: 5, source: 9 })], '8926 00050009 0800'],
    [['e-tag'], 1, [FRAME, b.etag({ base: 7 }), b.dot1q({ vlanId: 3 })], '893f 0000 0007 0000 8100'],
    [['cisco-metadata'], 1, [FRAME, b.ciscoMetadata({ securityGroup: 16 })], '8909 01010001 0010 0800'],
  ])('%s, link type %i', (carriers, linkType, parts, head) => {
    const built = build([...parts, ...tunnel])
    expect(hexOf(built.bytes)).toContain(head.replaceAll(' ', ''))
    expect(built.linkType).toBe(linkType)
    // The walk was written without the builder.
    const layers = new Layers()
    const { length } = built.bytes
    dissect(layers, viewOf(built.bytes), 0, length, length, linkType, tunnelPorts())
    expect(CARRIER_NAMES.filter((_, bit) => (layers.carriers & (1 << bit)) !== 0)).toEqual(carriers)
    expect([layers.tunnel, layers.vni, layers.faultCount]).toEqual([TunnelKind.Vxlan, 7, 0])
  })

  it('state the length of a short pseudowire packet', () => {
    const small = b.ethernet({ destination: B, source: A, etherType: 0x88b5 })
    expect(hex(b.mpls({ label: 16 }), b.pseudowire(), small, b.payload('tiny'))).toMatch(/^0001014000160000/)
  })

  it('are NVGRE where GRE has a key with a subnet in front of a frame', () => {
    const { bytes } = build([FRAME, IP, b.gre({ key: 0x1234_5607 }), FRAME, IP, b.icmp({ type: 8 })])
    const layers = new Layers()
    dissect(layers, viewOf(bytes), 0, bytes.length, bytes.length, 1, tunnelPorts())
    expect([layers.tunnel, layers.vni, layers.carriers]).toEqual([TunnelKind.Nvgre, 0x123456, 0])
  })
})

describe('a whole packet', () => {
  const parts = [
    b.ethernet({ destination: '02:00:00:00:0a:02', source: '02:00:00:00:0a:01' }),
    b.dot1q({ vlanId: 100 }),
    b.ipv4({ source: '10.0.10.101', destination: '10.0.10.102', identification: 1 }),
    b.udp({ sourcePort: 50000, checksum: 0 }),
    b.vxlan({ vni: 4097 }),
    b.ethernet({ destination: B, source: A }),
    b.ipv4({ source: '192.168.0.1', destination: '192.168.0.2' }),
    b.tcp({ sourcePort: 40000, destinationPort: 80, sequence: 1, flags: tcp.FLAG_SYN }),
    b.payload('hi'),
  ]

  it('is what was worked out by hand', () => {
    expect(hex(...parts)).toBe(
      hexOf(
        bytesOf(`0200 0000 0a02 0200 0000 0a01 8100  0064 0800
          4500 005c 0001 0000 4011 51c6 0a00 0a65 0a00 0a66
          c350 12b5 0048 0000  0800 0000 0010 0100
          0200 0000 0002 0200 0000 0001 0800
          4500 002a 0000 0000 4006 f97a c0a8 0001 c0a8 0002
          9c40 0050 0000 0001 0000 0000 5002 ffff 2992 0000 6869`),
      ),
    )
  })

  it('says what was filled in, and where everything lies', () => {
    const { filled: found, layers, linkType } = build(parts)
    expect(found).toEqual([
      { layer: 0, field: 'etherType', value: 0x8100 },
      { layer: 1, field: 'etherType', value: 0x0800 },
      { layer: 2, field: 'protocol', value: 17 },
      { layer: 2, field: 'headerLength', value: 20 },
      { layer: 2, field: 'totalLength', value: 92 },
      { layer: 2, field: 'checksum', value: 0x51c6 },
      { layer: 3, field: 'destinationPort', value: 4789 },
      { layer: 3, field: 'length', value: 72 },
      { layer: 5, field: 'etherType', value: 0x0800 },
      { layer: 6, field: 'protocol', value: 6 },
      { layer: 6, field: 'headerLength', value: 20 },
      { layer: 6, field: 'totalLength', value: 42 },
      { layer: 6, field: 'checksum', value: 0xf97a },
      { layer: 7, field: 'headerLength', value: 20 },
      { layer: 7, field: 'checksum', value: 0x2992 },
    ])
    expect(linkType).toBe(1)
    expect(layers.map(({ layer, at, length }) => [layer, at, length])).toEqual([
      ['ethernet', 0, 14],
      ['dot1q', 14, 4],
      ['ipv4', 18, 20],
      ['udp', 38, 8],
      ['vxlan', 46, 8],
      ['ethernet', 54, 14],
      ['ipv4', 68, 20],
      ['tcp', 88, 20],
      ['payload', 108, 2],
    ])
    expect(layers[2]!.header).toMatchObject({ totalLength: 92, checksum: 0x51c6, source: 0x0a000a65 })
  })

  it('has headers that decode to what the builder says they are', () => {
    const { bytes, layers, linkType } = build(parts)
    const pieces = takeApart(bytes, bytes.length, linkType)
    expect(pieces.map(({ at, part: { layer, ...header } }) => ({ layer, at, header }))).toEqual(
      layers.map(({ layer, at, header }) => ({ layer, at, header: { ...header } })),
    )
  })

  it('leaves the parts as they were', () => {
    const before = JSON.stringify(parts)
    build(parts)
    expect(JSON.stringify(parts)).toBe(before)
  })

  it('takes undefined for not given, as JavaScript does', () => {
    const undefinedFields = { timeToLive: undefined, checksum: undefined, options: undefined } as unknown as object
    const ip = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2', ...undefinedFields })
    expect(hex(ip, b.icmp({ type: 8 }))).toBe(hex(IP, b.icmp({ type: 8 })))
  })

  it('leaves as given what is given, however wrong', () => {
    const wrong = [
      b.ethernet({ destination: B, source: A, etherType: 0x1234 }),
      b.ipv4({
        source: 1,
        destination: 2,
        version: 5,
        headerLength: 16,
        totalLength: 7,
        protocol: 99,
        checksum: 0xdead,
        flags: 7,
      }),
      b.udp({ sourcePort: 1, destinationPort: 2, length: 3, checksum: 4 }),
      b.payload(Uint8Array.from([5])),
    ]
    expect(filled(...wrong)).toEqual([])
    expect(hex(...wrong)).toBe(
      hexOf(
        bytesOf(
          '020000000002 020000000001 1234 5400 0007 0000 e000 4063 dead 0000 0001 0000 0002 0001 0002 0003 0004 05',
        ),
      ),
    )
  })
})

describe('the makers of parts', () => {
  const address = new Uint8Array(16)
  const parts: Record<string, Part> = {
    ethernet: b.ethernet({ destination: B, source: A, etherType: 1 }),
    dot1q: b.dot1q({ vlanId: 2 }),
    llc: b.llc({ dsap: 3 }),
    arp: b.arp({ senderHardware: A, senderProtocol: 1, targetHardware: B, targetProtocol: 2, operation: 2 }),
    ipv4: b.ipv4({ source: 1, destination: 2, timeToLive: 4 }),
    ipv6: b.ipv6({ source: address, destination: address, hopLimit: 5 }),
    hopByHop: b.hopByHop({ nextHeader: 6 }),
    destinationOptions: b.destinationOptions({ nextHeader: 7 }),
    ipv6Routing: b.ipv6Routing({ routingType: 2, data: address }),
    ipv6Fragment: b.ipv6Fragment({ identification: 8 }),
    authentication: b.authentication({ sequence: 9 }),
    udp: b.udp({ sourcePort: 10 }),
    tcp: b.tcp({ sourcePort: 11, destinationPort: 12 }),
    icmp: b.icmp({ type: 13 }),
    icmpv6: b.icmpv6({ type: 14 }),
    neighbor: b.neighbor({ target: 'fd00::1' }),
    igmp: b.igmp({ type: 15 }),
    vxlan: b.vxlan({ vni: 16 }),
    vxlanGbp: b.vxlanGbp({ vni: 17 }),
    vxlanGpe: b.vxlanGpe({ vni: 18 }),
    geneve: b.geneve({ vni: 19 }),
    gre: b.gre({ key: 20 }),
    sll: b.sll({ packetType: 4 }),
    sll2: b.sll2({ interfaceIndex: 21 }),
    loopback: b.loopback({ family: 2 }),
  }

  it('name them, and keep what they are given', () => {
    const given: Record<string, object> = {
      ethernet: { destination: B, source: A, etherType: 1 },
      dot1q: { vlanId: 2 },
      llc: { dsap: 3 },
      arp: { senderHardware: A, senderProtocol: 1, targetHardware: B, targetProtocol: 2, operation: 2 },
      ipv4: { source: 1, destination: 2, timeToLive: 4 },
      ipv6: { source: address, destination: address, hopLimit: 5 },
      hopByHop: { nextHeader: 6 },
      destinationOptions: { nextHeader: 7 },
      ipv6Routing: { routingType: 2, data: address },
      ipv6Fragment: { identification: 8 },
      authentication: { sequence: 9 },
      udp: { sourcePort: 10 },
      tcp: { sourcePort: 11, destinationPort: 12 },
      icmp: { type: 13 },
      icmpv6: { type: 14 },
      neighbor: { target: 'fd00::1' },
      igmp: { type: 15 },
      vxlan: { vni: 16 },
      vxlanGbp: { vni: 17 },
      vxlanGpe: { vni: 18 },
      geneve: { vni: 19 },
      gre: { key: 20 },
      sll: { packetType: 4 },
      sll2: { interfaceIndex: 21 },
      loopback: { family: 2 },
    }
    for (const [name, fields] of Object.entries(given)) expect(parts[name], name).toEqual({ layer: name, ...fields })
    expect(Object.keys(parts)).toEqual(Object.keys(given))
  })

  it('ask for nothing where everything can be left out', () => {
    const bare = [b.llc(), b.hopByHop(), b.destinationOptions(), b.ipv6Fragment(), b.authentication(), b.udp(), b.gre()]
    const names = ['llc', 'hopByHop', 'destinationOptions', 'ipv6Fragment', 'authentication', 'udp', 'gre']
    expect([...bare, b.sll(), b.sll2(), b.loopback()]).toEqual(
      [...names, 'sll', 'sll2', 'loopback'].map((layer) => ({ layer })),
    )
  })

  it('take text for a payload and a number of zeros for padding', () => {
    expect(b.payload('hü')).toEqual({ layer: 'payload', bytes: Uint8Array.of(0x68, 0xc3, 0xbc) })
    expect(b.payload(Uint8Array.of(1))).toEqual({ layer: 'payload', bytes: Uint8Array.of(1) })
    expect(b.padding(2)).toEqual({ layer: 'padding', bytes: new Uint8Array(2) })
    expect(b.padding(Uint8Array.of(1))).toEqual({ layer: 'padding', bytes: Uint8Array.of(1) })
  })
})

describe('types', () => {
  const typeField = (part: Part, ...behind: Part[]): number =>
    build([part, ...behind]).filled.find(
      ({ layer, field }) => layer === 0 && /type|protocol|nextHeader|family/i.test(field),
    )!.value

  it('of Ethernet follow from what comes behind', () => {
    expect(typeField(FRAME, IP, b.icmp({ type: 8 }))).toBe(0x0800)
    expect(typeField(FRAME, IP6)).toBe(0x86dd)
    expect(typeField(FRAME, b.arp({ senderHardware: A, senderProtocol: 1, targetProtocol: 2 }))).toBe(0x0806)
    expect(typeField(FRAME, b.dot1q({ vlanId: 1 }), IP6)).toBe(0x8100)
    expect(typeField(FRAME, b.dot1q({ vlanId: 1 }), b.dot1q({ vlanId: 2 }), IP6)).toBe(0x88a8)
  })

  it('of stacked tags are 0x8100 behind the first', () => {
    const tags = [1, 2, 3].map((vlanId) => b.dot1q({ vlanId }))
    expect(filled(FRAME, ...tags, IP6).slice(0, 4)).toEqual([
      [0, 'etherType', 0x88a8],
      [1, 'etherType', 0x8100],
      [2, 'etherType', 0x8100],
      [3, 'etherType', 0x86dd],
    ])
  })

  it('become lengths in front of LLC, which becomes SNAP in front of an EtherType', () => {
    expect(hex(FRAME, b.llc({ dsap: 0x42 }), b.payload(Uint8Array.from([1, 2])), b.padding(3))).toBe(
      '020000000002020000000001' + '0005' + '424203' + '0102' + '000000',
    )
    expect(filled(FRAME, b.llc(), b.arp({ senderHardware: A, senderProtocol: 1, targetProtocol: 2 }))).toEqual([
      [0, 'etherType', 36],
      [1, 'snap.protocol', 0x0806],
    ])
    const numbered = hex(FRAME, b.llc({ dsap: 0xf0, control: 0x02, sequence: 4 }))
    expect(numbered.slice(24)).toBe('0004' + 'f0f00204')
    expect(() => build([FRAME, b.llc({ dsap: 0x42 }), b.payload(new Uint8Array(1600))])).toThrow(/802\.3 length/)
  })

  it('of cooked and loopback headers', () => {
    expect(typeField(b.sll(), IP6)).toBe(0x86dd)
    expect(typeField(b.sll(), b.llc({ dsap: 0x42 }))).toBe(4)
    expect(typeField(b.sll2(), b.dot1q({ vlanId: 1 }), IP6)).toBe(0x8100)
    expect(hex(b.loopback(), IP6).slice(0, 8)).toBe('1e000000')
    expect(hex(b.loopback({ littleEndian: false }), IP, b.icmp({ type: 0 })).slice(0, 8)).toBe('00000002')
    expect(build([b.loopback(), IP6]).linkType).toBe(0)
    expect(build([b.sll(), IP6]).linkType).toBe(113)
    expect(build([b.sll2(), IP6]).linkType).toBe(276)
    expect(build([IP6]).linkType).toBe(101)
  })

  it('of IPv6 run through its extension headers', () => {
    const parts = [
      b.hopByHop(),
      b.destinationOptions(),
      b.ipv6Routing({ routingType: 4, data: new Uint8Array(4) }),
      b.ipv6Fragment({ identification: 7 }),
      b.authentication({ integrityCheckValue: new Uint8Array(12) }),
      b.tcp({ sourcePort: 1, destinationPort: 2 }),
    ]
    const chain = filled(IP6, ...parts).filter(([, field]) => field === 'nextHeader')
    expect(chain.map(([, , value]) => value)).toEqual([0, 60, 43, 44, 51, 6])
    expect(filled(IP6)).toContainEqual([0, 'nextHeader', Protocol.NoNextHeader])
    const lengths = filled(IP6, ...parts).filter(([, field]) => field === 'headerLength')
    expect(lengths.map(([, , value]) => value)).toEqual([8, 8, 8, 24, 20])
  })

  it('of tunnels: ports, next protocols, EtherTypes', () => {
    const outer = (tunnel: Part, ...inside: Part[]): [number, string, number][] =>
      filled(IP, b.udp({ sourcePort: 5 }), tunnel, ...inside)
    const inside = [FRAME, IP, b.icmp({ type: 8 })] as const
    expect(outer(b.vxlan({ vni: 1 }), ...inside)).toContainEqual([1, 'destinationPort', 4789])
    expect(outer(b.vxlanGbp({ vni: 1 }), ...inside)).toContainEqual([1, 'destinationPort', 4789])
    expect(outer(b.vxlanGpe({ vni: 1 }), ...inside)).toEqual(
      expect.arrayContaining([
        [1, 'destinationPort', 4790],
        [2, 'nextProtocol', 3],
      ]),
    )
    expect(outer(b.vxlanGpe({ vni: 1 }), IP6)).toContainEqual([2, 'nextProtocol', 2])
    expect(outer(b.vxlanGpe({ vni: 1 }), IP, b.icmp({ type: 8 }))).toContainEqual([2, 'nextProtocol', 1])
    const option = { class: 1, type: 0x81, reserved: 0, data: new Uint8Array(4) }
    expect(outer(b.geneve({ vni: 1, options: [option] }), ...inside)).toEqual(
      expect.arrayContaining([
        [1, 'destinationPort', 6081],
        [2, 'flags', 1],
        [2, 'optionsLength', 8],
        [2, 'protocolType', 0x6558],
      ]),
    )
    expect(outer(b.geneve({ vni: 1 }), IP6)).toContainEqual([2, 'protocolType', 0x86dd])
  })

  it('of GRE: flags as its optional fields require', () => {
    const of = (part: Part): [number, string, number][] => filled(IP, part, FRAME, IP6).filter(([layer]) => layer === 1)
    expect(of(b.gre())).toEqual([
      [1, 'flags', 0],
      [1, 'protocol', 0x6558],
    ])
    expect(of(b.gre({ key: 9, sequence: 1 }))[0]).toEqual([1, 'flags', gre.FLAG_KEY | gre.FLAG_SEQUENCE])
    const checked = build([IP, b.gre({ flags: gre.FLAG_CHECKSUM }), IP6])
    expect(checked.filled.map(({ field }) => field)).toContain('checksum')
    expect(checksum.verifyGre(viewOf(checked.bytes), 20, checked.bytes.length)).toBe(checksum.Verdict.Valid)
  })

  it.each<[string, Part[]]>([
    ['part 0: ethernet.etherType', [FRAME, b.payload('x')]],
    ['part 0: ethernet.etherType', [FRAME]],
    ['part 0: ethernet.etherType', [FRAME, b.padding(46)]],
    ['part 1: dot1q.etherType', [FRAME, b.dot1q({ vlanId: 1 }), b.payload('x')]],
    ['part 0: ipv4.protocol', [IP]],
    ['part 0: ipv4.protocol', [IP, FRAME]],
    ['part 0: ipv6.nextHeader', [IP6, b.payload('x')]],
    ['part 1: udp.destinationPort', [IP, b.udp({ sourcePort: 1 })]],
    ['part 1: udp.sourcePort', [IP, b.udp({ destinationPort: 1 })]],
    ['part 0: vxlanGpe.nextProtocol', [b.vxlanGpe({ vni: 1 }), b.payload('x')]],
    ['part 0: geneve.protocolType', [b.geneve({ vni: 1 }), b.payload('x')]],
    ['part 0: gre.protocol', [b.gre(), b.payload('x')]],
    ['part 0: loopback.family', [b.loopback(), b.payload('x')]],
    ['part 0: sll.protocol', [b.sll(), b.payload('x')]],
    ['part 0: llc.snap.protocol', [b.llc(), b.payload('x')]],
    ['part 0: udp.checksum', [b.udp({ sourcePort: 1, destinationPort: 2 })]],
    ['part 2: tcp.checksum', [IP, b.gre({ protocol: 1 }), b.tcp({ sourcePort: 1, destinationPort: 2 })]],
    ['part 1: padding must come last', [FRAME, b.padding(1), IP]],
    ['part 0: ipv4.totalLength', [IP, b.icmp({ type: 8 }), b.payload(new Uint8Array(65536))]],
    ['part 0: ipv6.payloadLength', [IP6, b.icmpv6({ type: 128 }), b.payload(new Uint8Array(65536))]],
    ['part 1: ipv4.timeToLive', [FRAME, b.ipv4({ source: 1, destination: 2, timeToLive: 256, protocol: 1 })]],
    [
      "part 0: ethernet.destination: not a MAC address: 'nonsense'",
      [b.ethernet({ destination: 'nonsense', source: 1 })],
    ],
    ["part 0: ipv4.source: not an IPv4 address: '1.2.3'", [b.ipv4({ source: '1.2.3', destination: 1 })]],
    ["part 0: ipv6.source: not an IPv6 address: '1.2.3.4'", [b.ipv6({ source: '1.2.3.4', destination: '::' })]],
    ['part 0: ipv6.source', [b.ipv6({ source: new Uint8Array(4), destination: '::' })]],
    ['part 0: arp.senderHardware', [b.arp({ senderHardware: 2 ** 48, senderProtocol: 1, targetProtocol: 2 })]],
    ["part 0: 'nsh' is not a layer that the builder knows", [{ layer: 'nsh' } as unknown as Part]],
  ])('that nothing tells, and values that do not fit, are refused by name: %s', (named, parts) => {
    expect(() => build(parts)).toThrow(RangeError)
    expect(() => build(parts)).toThrow(named)
  })

  it('are not asked for where they are given', () => {
    expect(hex(b.ethernet({ destination: B, source: A, etherType: 0x88b5 }), b.payload('x'))).toMatch(/88b578$/)
    expect(hex(b.ipv4({ source: 1, destination: 2, protocol: 255, checksum: 0 }))).toMatch(/^45000014/)
    // A super-frame of segmentation offload: the length is the caller's to leave out.
    const big = build([
      b.ipv4({ source: 1, destination: 2, totalLength: 0 }),
      b.tcp({ sourcePort: 1, destinationPort: 2 }),
      b.payload(new Uint8Array(70_000)),
    ])
    expect(big.bytes.length).toBe(70_040)
  })
})

describe('lengths', () => {
  it('leave out the padding of the frame they are in, and count that of a frame they carry', () => {
    const arp = b.arp({ senderHardware: A, senderProtocol: 1, targetProtocol: 2 })
    const nested = filled(FRAME, IP, b.udp(), b.vxlan({ vni: 1 }), FRAME, arp, b.padding(18))
    expect(nested).toContainEqual([2, 'length', 8 + 8 + 14 + 28 + 18])
    const flat = [FRAME, IP, b.icmp({ type: 8 }), b.padding(18)]
    expect(filled(...flat)).toContainEqual([1, 'totalLength', 28])
    expect(build(flat).bytes.length).toBe(60)
    expect(filled(...flat).filter(([layer]) => layer === 2)).toEqual([[2, 'checksum', 0xf7ff]])
  })

  it('of options are those of their bytes, padded where they are a list', () => {
    const options = [{ type: tcp.OptionKind.MaximumSegmentSize, data: Uint8Array.from([5, 0xb4]) }]
    const syn = b.tcp({ sourcePort: 1, destinationPort: 2, flags: tcp.FLAG_SYN, options })
    expect(filled(IP, syn)).toContainEqual([1, 'headerLength', 24])
    expect(hex(IP, syn)).toMatch(/020405b4$/)
    const alert = b.ipv4({ source: 1, destination: 2, options: [{ type: 148, data: new Uint8Array(2) }] })
    expect(filled(alert, b.igmp({ type: 0x11 }))).toContainEqual([0, 'headerLength', 24])
    const router = b.hopByHop({ options: [{ type: 5, data: new Uint8Array(2) }] })
    expect(hex(IP6, router, b.icmpv6({ type: 131 })).slice(80, 96)).toBe('3a00050200000100')
    const raw = b.geneve({ vni: 1, options: new Uint8Array(12) })
    expect(filled(IP, b.udp(), raw, FRAME, IP6)).toContainEqual([2, 'optionsLength', 12])
    const bytes = b.tcp({ sourcePort: 1, destinationPort: 2, options: new Uint8Array(4) })
    expect(filled(IP, bytes)).toContainEqual([1, 'headerLength', 24])
  })

  it('of a jumbogram are where the caller puts them', () => {
    const { bytes } = build([
      b.ipv6({ source: '::1', destination: '::2', payloadLength: 0 }),
      b.hopByHop({ options: ipv6Options.jumbo(0, 70_008 + 20).options }),
      b.tcp({ sourcePort: 1, destinationPort: 2 }),
      b.payload(new Uint8Array(70_000)),
    ])
    expect(bytes.length).toBe(40 + 8 + 20 + 70_000)
  })
})

describe('checksums', () => {
  const { Valid, Wrong } = checksum.Verdict

  it('of every protocol that has one are right', () => {
    const view = (...parts: Part[]): DataView => viewOf(build(parts).bytes)
    const four = (v: DataView, protocol: number): number =>
      checksum.pseudoHeaderSum4(v.getInt32(12), v.getInt32(16), protocol, v.byteLength - 20)
    const six = (v: DataView, protocol: number, at = 40): number =>
      checksum.pseudoHeaderSum6(v, 8, 24, protocol, v.byteLength - at)
    const odd = b.payload('odd')
    let v = view(IP, b.udp({ sourcePort: 1, destinationPort: 2 }), odd)
    expect(checksum.verifyIpv4Header(v, 0, 20)).toBe(Valid)
    expect(checksum.verifyUdp(v, 20, v.byteLength, four(v, 17))).toBe(Valid)
    v = view(IP6, b.udp({ sourcePort: 1, destinationPort: 2 }), odd)
    expect(checksum.verifyUdp(v, 40, v.byteLength, six(v, 17))).toBe(Valid)
    v = view(IP, b.tcp({ sourcePort: 1, destinationPort: 2 }), odd)
    expect(checksum.verifyTcp(v, 20, v.byteLength, four(v, 6))).toBe(Valid)
    v = view(IP6, b.hopByHop(), b.tcp({ sourcePort: 1, destinationPort: 2 }), odd)
    expect(checksum.verifyTcp(v, 48, v.byteLength, six(v, 6, 48))).toBe(Valid)
    v = view(IP, b.icmp({ type: icmp.Type.EchoRequest, rest: 0x00010002 }), odd)
    expect(checksum.verifyIcmp(v, 20, v.byteLength)).toBe(Valid)
    v = view(IP6, b.icmpv6({ type: icmpv6.Type.EchoRequest }), odd)
    expect(checksum.verifyIcmpv6(v, 40, v.byteLength, six(v, 58))).toBe(Valid)
    v = view(IP, b.igmp({ type: igmp.Type.MembershipReportV2, group: '239.1.1.1' }))
    expect(checksum.verifyIcmp(v, 20, v.byteLength)).toBe(Valid)
    v.setUint8(24, v.getUint8(24) ^ 1)
    expect(checksum.verdictOf(checksum.verifyIcmp(v, 20, v.byteLength))).toBe(Wrong)
  })

  it('count the final destination of a routing header (RFC 8200 §8.1)', () => {
    const last = bytesOf('fd000000000000000000000000000009')
    const routing = b.ipv6Routing({ routingType: 4, segmentsLeft: 1, data: Uint8Array.from([0, 0, 0, 0, ...last]) })
    const v = viewOf(build([IP6, routing, b.tcp({ sourcePort: 1, destinationPort: 2 })]).bytes)
    const direct = b.ipv6({ source: 'fd00::1', destination: 'fd00::9' })
    const expected = viewOf(build([direct, b.tcp({ sourcePort: 1, destinationPort: 2 })]).bytes)
    expect(v.getUint16(64 + 16)).toBe(expected.getUint16(40 + 16))
  })

  it('of an outer datagram count what was filled in inside', () => {
    const { bytes } = build([
      IP6,
      b.udp(),
      b.vxlan({ vni: 1 }),
      FRAME,
      IP,
      b.udp({ sourcePort: 1, destinationPort: 2 }),
    ])
    const v = viewOf(bytes)
    expect(checksum.verifyUdp(v, 40, bytes.length, checksum.pseudoHeaderSum6(v, 8, 24, 17, bytes.length - 40))).toBe(
      Valid,
    )
  })
})

describe('the source port of a tunnel', () => {
  it('is the hash of the inner flow, also of a flow inside a tunnel inside', () => {
    const inside = [FRAME, IP, b.tcp({ sourcePort: 1, destinationPort: 2 })]
    const { bytes, layers } = build([IP, b.udp(), b.vxlan({ vni: 1 }), ...inside])
    const hash = entropy.frameHash(viewOf(bytes), layers[3]!.at, bytes.length)
    expect(viewOf(bytes).getUint16(20)).toBe(entropy.portOf(hash, entropy.PORT_MIN, entropy.PORT_MAX))
    const twice = build([IP, b.udp(), b.vxlan({ vni: 2 }), FRAME, IP, b.udp(), b.vxlan({ vni: 1 }), ...inside])
    const ports = twice.filled.filter(({ field }) => field === 'sourcePort')
    expect(ports.map(({ layer }) => layer)).toEqual([1, 5])
    expect(ports[1]!.value).toBe(viewOf(bytes).getUint16(20))
    expect(ports[0]!.value).toBe(
      entropy.portOf(entropy.frameHash(viewOf(twice.bytes), twice.layers[3]!.at, twice.bytes.length), 49152, 65535),
    )
    expect(build([IP, b.udp(), b.vxlanGpe({ vni: 1 }), IP6]).filled).toContainEqual({
      layer: 1,
      field: 'sourcePort',
      value: entropy.portOf(entropy.packetHash(viewOf(build([IP6]).bytes), 0, 40), 49152, 65535),
    })
  })
})

describe('messages with tails', () => {
  it('IGMP reports count their records, and queries carry the rest of version 3', () => {
    const records = [{ type: 4, group: 0xef010101, sources: [1, 2], auxiliary: new Uint8Array(4) }]
    expect(hex(IP, b.igmp({ type: 0x22, records })).slice(40)).toMatch(
      /^2200....0000000104010002ef010101000000010000000200000000$/,
    )
    expect(filled(IP, b.igmp({ type: 0x22, records }))).toContainEqual([1, 'group', 1])
    const query = { reserved: 0, suppress: 1, robustness: 2, interval: 125, sources: [] }
    expect(hex(IP, b.igmp({ type: 0x11, maxResponseTime: 100, query })).slice(40)).toMatch(/^1164....000000000a7d0000$/)
  })

  it('neighbour discovery carries a target and options', () => {
    const options = [{ type: neighbor.OptionType.SourceLinkLayerAddress, data: bytesOf('020000000001') }]
    const parts = [IP6, b.icmpv6({ type: 135 }), b.neighbor({ target: 'fd00::2', options })]
    expect(filled(...parts)).toContainEqual([0, 'payloadLength', 32])
    expect(hex(...parts).slice(96)).toBe('fd000000000000000000000000000002' + '0101020000000001')
  })
})

/** Fields that the builder can tell; all but ports, which are the caller's in a comparison with the wire. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  ethernet: ['etherType'],
  dot1q: ['etherType'],
  ipv4: ['headerLength', 'totalLength', 'protocol', 'checksum'],
  ipv6: ['payloadLength', 'nextHeader'],
  hopByHop: ['headerLength', 'nextHeader'],
  destinationOptions: ['headerLength', 'nextHeader'],
  ipv6Routing: ['headerLength', 'nextHeader'],
  ipv6Fragment: ['nextHeader'],
  authentication: ['headerLength', 'nextHeader'],
  udp: ['length', 'checksum'],
  tcp: ['headerLength', 'checksum'],
  icmp: ['checksum'],
  icmpv6: ['checksum'],
  igmp: ['checksum'],
  vxlanGpe: ['nextProtocol'],
  geneve: ['optionsLength', 'protocolType'],
  gre: ['flags', 'protocol', 'checksum'],
  sll: ['protocol'],
  sll2: ['protocol'],
}
const TYPES = ['etherType', 'protocol', 'nextHeader', 'nextProtocol', 'protocolType']

/**
 * The packet built anew from its decoded headers, without what the builder can tell.
 * @returns `undefined` for a packet that is not whole, or whose lengths speak of something else than itself.
 */
function rebuilt({ bytes, wireLength, linkType }: CapturedRecord): Uint8Array | undefined {
  if (bytes.length !== wireLength) return undefined
  const pieces = takeApart(bytes, wireLength, linkType)
  const parts: Part[] = []
  for (const [i, { layer, part }] of pieces.entries()) {
    const following = pieces[i + 1]?.layer
    const fields: Record<string, unknown> = { ...part }
    if (layer === 'ipv4' && (fields.fragmentOffset !== 0 || ((fields.flags as number) & 1) !== 0)) return undefined
    if (layer === 'ipv6Fragment' || fields.totalLength === 0) return undefined
    // An error quotes the beginning of a packet, whose lengths are those of the whole.
    if ((layer === 'icmp' || layer === 'icmpv6') && (following === 'ipv4' || following === 'ipv6')) return undefined
    for (const field of TOLD[layer] ?? []) {
      const told = !TYPES.includes(field) || (following !== undefined && !['payload', 'padding'].includes(following))
      const absent = field === 'checksum' && layer === 'udp' && fields.checksum === 0
      // Which of the tag protocol identifiers it is, only the first of two tells.
      const tag = field === 'etherType' && following === 'dot1q'
      // Without the P flag the field means nothing, and holds anything.
      const unused = field === 'nextProtocol' && ((fields.flags as number) & gpe.FLAG_P) === 0
      if (told && !absent && !tag && !unused) delete fields[field]
    }
    parts.push(fields as unknown as Part)
  }
  return build(parts).bytes
}

/** Header and offset in it of the first byte that differs. */
function where({ bytes, wireLength, linkType }: CapturedRecord, other: Uint8Array): string {
  const at = bytes.findIndex((byte, i) => byte !== other[i])
  const piece = takeApart(bytes, wireLength, linkType).findLast((found) => found.at <= at)
  return `${piece?.layer} + ${at - (piece?.at ?? 0)}`
}

interface Comparison {
  same: number
  different: string[]
}

function compare(folder: string, name: string): Comparison {
  const found: Comparison = { same: 0, different: [] }
  for (const record of capturedRecords(join(folder, name)) ?? []) {
    let bytes: Uint8Array | undefined
    try {
      bytes = rebuilt(record)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      found.different.push(`${name} ${record.number}: ${error.message}`)
      continue
    }
    if (bytes === undefined) continue
    if (bytes.length === record.bytes.length && bytes.every((byte, i) => byte === record.bytes[i])) found.same++
    else found.different.push(`${name} ${record.number} ${where(record, bytes)}`)
  }
  return found
}

const capturesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()

/** Captures of the lab with packets that are not as their senders should have made them. */
const NOT_AS_THEY_SHOULD_BE: readonly [file: RegExp, packets: number, why: string][] = [
  [/^fault-corrupt-h2/, 10, 'bits flipped on the wire'],
  [/^fault-corrupt-nocsum-h2/, 8, 'bits flipped on the wire'],
  [/^kv-offload-on/, 36, 'checksums left to the network card'],
]

describe('packets of real senders', () => {
  const FIXTURES = join(ROOT, 'fixtures', 'pcaps')

  it.skipIf(LAB === undefined)(`of the lab are built anew from what the builder cannot tell${because(LAB)}`, () => {
    const all = { same: 0 }
    const unlike: string[] = []
    for (const name of capturesOf(LAB ?? '')) {
      const { same, different } = compare(LAB ?? '', name)
      all.same += same
      const allowed = NOT_AS_THEY_SHOULD_BE.find(([file]) => file.test(name))?.[1] ?? 0
      if (different.length !== allowed)
        unlike.push(`${name}: ${different.length}, not ${allowed}: ${different.slice(0, 3)}`)
    }
    expect(unlike).toEqual([])
    expect(all.same).toBeGreaterThan(5_000)
  })

  it('of the fixtures are built anew from what the builder cannot tell', () => {
    let same = 0
    for (const name of capturesOf(FIXTURES)) {
      const found = compare(FIXTURES, name)
      same += found.same
      const allowed = NOT_AS_THEY_SHOULD_BE.find(([file]) => file.test(name))?.[1] ?? 0
      expect(found.different.length, found.different.slice(0, 3).join('; ')).toBe(allowed)
    }
    expect(same).toBeGreaterThan(500)
  })

  it.skipIf(CORPUS === undefined)(
    `of other people's VXLAN captures are, but for wrong checksums and what is listed${because(CORPUS)}`,
    () => {
      const folder = join(CORPUS ?? '', 'vxlan')
      const found = capturesOf(folder).map((name) => compare(folder, name))
      expect(found.reduce((sum, { same }) => sum + same, 0)).toBeGreaterThan(1_390)
      const different = found.flatMap((comparison) => comparison.different)
      const isChecksum = / (ipv4 \+ 1[01]|udp \+ [67]|tcp \+ 1[67]|ic?g?mp \+ [23])$/
      expect(different.filter((line) => !isChecksum.test(line))).toEqual([
        // An 802.3 length that is not the frame's, and a UDP length that is not the packet's.
        'arkime-arkime_synthetic.pcap 301 ethernet + 13',
        'arkime-arkime_synthetic.pcap 818 udp + 5',
      ])
      expect(different.length).toBeLessThan(60)
    },
  )
})

it('refuses padding of more zeros than a packet has, and options that are no list, in words', () => {
  for (const zeros of [-1, 65_536, 0.5])
    expect(() => b.padding(zeros)).toThrow(/^padding.bytes must be an integer from 0/)
  expect(() => build([b.ipv4({ source: 1, destination: 2, options: 5 as never })])).toThrow(
    /ipv4.options must be a Uint8Array or a list of options/,
  )
  expect(() => build([b.neighbor({ target: 'fd00::1', options: 5 as never })])).toThrow(
    /neighbor.options must be a list of options/,
  )
})
