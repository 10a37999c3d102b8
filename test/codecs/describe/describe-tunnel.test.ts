/** Tunnel headers in words: what each of them carries, whatever its next protocol is. */
import { describe, expect, it } from 'vitest'
import * as b from '../../../src/codecs/build/builder.ts'
import * as gpe from '../../../src/codecs/headers/vxlan-gpe.ts'
import { described, fieldLines, fieldOf, layerOf, outline } from '../../support/described.ts'

const UNDERLAY = [b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }), b.udp({ sourcePort: 1, checksum: 0 })]
const FRAME = [b.ethernet({ destination: 2, source: 1, etherType: 0x88b5 }), b.payload('data')]
const IP = [b.ipv4({ source: '10.0.0.3', destination: '10.0.0.4', protocol: 253 }), b.payload('data')]
const IP6 = [b.ipv6({ source: 'fd00::3', destination: 'fd00::4', nextHeader: 253 }), b.payload('data')]
const DATA = [b.payload('data')]

/** The lines behind IP and UDP. */
function inside(...parts: b.Part[]): string[] {
  const { layers, faults } = described([...UNDERLAY, ...parts])
  expect(faults).toEqual([])
  return outline(layers).slice(2)
}

/** The lines behind IP. */
function gre(fields: Parameters<typeof b.gre>[0], ...parts: b.Part[]): string[] {
  const { layers, faults } = described([UNDERLAY[0]!, b.gre(fields), ...parts])
  expect(faults).toEqual([])
  return outline(layers).slice(1)
}

const ETHERNET_INSIDE = (at: number): string[] => [
  `  ${at}+14 ethernet: 00:00:00:00:00:01 to 00:00:00:00:00:02`,
  `  ${at + 14}+4 payload: 4 bytes`,
]
const IP_INSIDE = (at: number): string[] => [
  `  ${at}+20 ipv4: 10.0.0.3 to 10.0.0.4, IP 253`,
  `  ${at + 20}+4 payload: 4 bytes`,
]
const IP6_INSIDE = (at: number): string[] => [
  `  ${at}+40 ipv6: fd00::3 to fd00::4, IP 253`,
  `  ${at + 40}+4 payload: 4 bytes`,
]
const DATA_INSIDE = (at: number): string[] => [`  ${at}+4 payload: 4 bytes`]

describe('VXLAN', () => {
  it('carries a frame, with or without a group policy', () => {
    expect(inside(b.vxlan({ vni: 7 }), ...FRAME)).toEqual(['28+8 vxlan: VNI 7', ...ETHERNET_INSIDE(36)])
    expect(inside(b.vxlanGbp({ vni: 7, policyId: 9 }), ...FRAME)).toEqual([
      '28+8 vxlan-gbp: VNI 7, policy 9',
      ...ETHERNET_INSIDE(36),
    ])
  })
})

describe('VXLAN-GPE', () => {
  it('carries what its next protocol says', () => {
    expect(inside(b.vxlanGpe({ vni: 7 }), ...IP)).toEqual(['28+8 vxlan-gpe: VNI 7, IPv4', ...IP_INSIDE(36)])
    expect(inside(b.vxlanGpe({ vni: 7 }), ...IP6)).toEqual(['28+8 vxlan-gpe: VNI 7, IPv6', ...IP6_INSIDE(36)])
    expect(inside(b.vxlanGpe({ vni: 7 }), ...FRAME)).toEqual([
      '28+8 vxlan-gpe: VNI 7, ethernet',
      ...ETHERNET_INSIDE(36),
    ])
    const { Nsh } = gpe.NextProtocol
    expect(inside(b.vxlanGpe({ vni: 7, nextProtocol: Nsh }), ...DATA)).toEqual([
      '28+8 vxlan-gpe: VNI 7, NSH',
      ...DATA_INSIDE(36),
    ])
    expect(inside(b.vxlanGpe({ vni: 7, nextProtocol: 99 }), ...DATA)).toEqual([
      '28+8 vxlan-gpe: VNI 7, protocol 99',
      ...DATA_INSIDE(36),
    ])
  })

  it('with the flag of operations carries none of these', () => {
    const flags = gpe.FLAG_I | gpe.FLAG_P | gpe.FLAG_O
    expect(inside(b.vxlanGpe({ vni: 7, flags, nextProtocol: gpe.NextProtocol.Ipv4 }), ...DATA)).toEqual([
      '28+8 vxlan-gpe: VNI 7, operations',
      ...DATA_INSIDE(36),
    ])
  })
})

describe('Geneve', () => {
  it('carries what its protocol type says', () => {
    expect(inside(b.geneve({ vni: 7 }), ...IP)).toEqual(['28+8 geneve: VNI 7, IPv4', ...IP_INSIDE(36)])
    expect(inside(b.geneve({ vni: 7 }), ...IP6)).toEqual(['28+8 geneve: VNI 7, IPv6', ...IP6_INSIDE(36)])
    expect(inside(b.geneve({ vni: 7 }), ...FRAME)).toEqual([
      '28+8 geneve: VNI 7, transparent ethernet',
      ...ETHERNET_INSIDE(36),
    ])
    expect(inside(b.geneve({ vni: 7, protocolType: 0x88b5 }), ...DATA)).toEqual([
      '28+8 geneve: VNI 7, 0x88b5',
      ...DATA_INSIDE(36),
    ])
  })

  it('has its options in front, each in its place', () => {
    const options = [
      { class: 0x0102, type: 0x03, reserved: 0, data: Uint8Array.from([1, 2, 3, 4]) },
      { class: 0x0102, type: 0x84, reserved: 0, data: new Uint8Array(0) },
    ]
    const { layers } = described([...UNDERLAY, b.geneve({ vni: 7, options }), ...IP])
    expect(outline(layers).slice(2)).toEqual(['28+20 geneve: VNI 7, IPv4', ...IP_INSIDE(48)])
    expect(fieldLines(layerOf(layers, 'geneve').fields).slice(-3)).toEqual([
      '36+12 options: class 0x0102 type 0x03, class 0x0102 type 0x84',
      '  36+8 class 0x0102 type 0x03: 01020304',
      '  44+4 class 0x0102 type 0x84: , critical',
    ])
  })
})

describe('GRE', () => {
  it('carries what its protocol says', () => {
    // It carries, and is no overlay: what is in it stands beside it.
    const beside = (lines: string[]): string[] => lines.map((line) => line.trim())
    expect(gre({}, ...IP)).toEqual(['20+4 gre: IPv4', ...beside(IP_INSIDE(24))])
    expect(gre({}, ...IP6)).toEqual(['20+4 gre: IPv6', ...beside(IP6_INSIDE(24))])
    expect(gre({}, ...FRAME)).toEqual(['20+4 gre: transparent ethernet', ...beside(ETHERNET_INSIDE(24))])
    expect(gre({ protocol: 0x0abc }, ...DATA)).toEqual(['20+4 gre: 0x0abc', ...beside(DATA_INSIDE(24))])
    expect(gre({ key: 0xff }, ...FRAME)).toEqual(['20+8 gre: transparent ethernet', ...beside(ETHERNET_INSIDE(28))])
  })

  it('has the optional fields that its flags announce, each in its place', () => {
    const fields = (given: Parameters<typeof b.gre>[0]): string[] =>
      fieldLines(layerOf(described([UNDERLAY[0]!, b.gre(given), ...IP]).layers, 'gre').fields)
    expect(fields({ reserved1: 3, key: 5, sequence: 6 })).toEqual([
      '20+2 flags: 0x1600 (checksum, key, sequence)',
      '20+2 version: 0',
      '22+2 protocol: 0x0800 (IPv4)',
      '24+2 checksum: 0x6f2e (valid)',
      '26+2 reserved1: 0x0003',
      '28+4 key: 0x00000005',
      '32+4 sequence: 6',
    ])
    expect(fields({ sequence: 6 }).slice(3)).toEqual(['24+4 sequence: 6'])
    expect(fields({ key: 5 }).slice(3)).toEqual(['24+4 key: 0x00000005'])
    expect(fields({})).toEqual(['20+2 flags: 0x0000', '20+2 version: 0', '22+2 protocol: 0x0800 (IPv4)'])
  })

  it('with a key and a frame is NVGRE, whose key is a tenant and a flow', () => {
    expect(gre({ key: 0x00abcd07 }, ...FRAME)).toEqual(['20+8 nvgre: VSID 43981, flow 7', ...ETHERNET_INSIDE(28)])
    const { layers } = described([UNDERLAY[0]!, b.gre({ key: 0x00abcd07 }), ...FRAME])
    expect(fieldLines([fieldOf(layers, 'nvgre', 'key')])).toEqual([
      '24+4 key: 0x00abcd07',
      '  24+3 vsid: 43981',
      '  27+1 flowId: 7',
    ])
  })
})

describe("another program's datagram at a tunnel's port", () => {
  it.each([
    ['vxlan', 4789],
    ['vxlan-gpe', 4790],
    ['geneve', 6081],
  ])('is no %s, and its bytes stay as they are', (name, destinationPort) => {
    // Neither the header's rules nor an inner frame: lines of text.
    const text = b.payload('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    const { layers, faults } = described([UNDERLAY[0]!, b.udp({ sourcePort: 1, destinationPort, checksum: 0 }), text])
    expect(outline(layers).slice(1)).toEqual([`20+8 udp: port 1 to ${destinationPort}`, '28+38 undecoded: 38 bytes'])
    expect(faults).toMatchObject([{ layer: name, name: 'NotATunnel', offset: 28 }])
  })

  it.each([
    ['vxlan', 4789],
    ['vxlan-gpe', 4790],
    ['geneve', 6081],
  ])('that is too short for %s is said to be that', (name, destinationPort) => {
    const short = [b.udp({ sourcePort: 1, destinationPort, checksum: 0 }), b.payload('HTTP/1.')]
    const { faults } = described([UNDERLAY[0]!, ...short])
    expect(faults).toMatchObject([{ layer: name, name: 'Truncated', offset: 28, needed: 8, available: 7 }])
    const header = [b.udp({ sourcePort: 1, destinationPort, checksum: 0 }), b.payload('HTTP/1.1')]
    expect(described([UNDERLAY[0]!, ...header]).faults).toMatchObject([{ layer: name, name: 'NotATunnel' }])
  })
})
