/** Control messages in words: echoes, errors and what they quote, neighbour discovery, multicast groups. */
import { describe, expect, it } from 'vitest'
import * as b from '../../../src/codecs/build/builder.ts'
import { build } from '../../../src/codecs/build/builder.ts'
import { described, every, fieldLines, fieldOf, layerOf, outline, shape } from '../../support/described.ts'

const FRAME = b.ethernet({ destination: 2, source: 1 })
const IP = b.ipv4({ source: '10.0.0.3', destination: '10.0.0.1' })
const IP6 = b.ipv6({ source: 'fd00::3', destination: 'fd00::1' })
const SIX = b.payload(new Uint8Array(6))

/** What an error quotes: parts of a packet, up to a length. */
function quoting(parts: readonly b.Part[], length?: number): b.Part {
  return b.payload(build(parts).bytes.slice(0, length))
}

const DATAGRAM = [
  b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }),
  b.udp({ sourcePort: 1, destinationPort: 2 }),
  SIX,
]

/** The lines behind the IP header. */
function behind(parts: readonly b.Part[], cut = 0): string[] {
  const { layers, faults } = described(parts, undefined, cut)
  return [...outline(layers).slice(1), ...faults.map(({ sentence }) => sentence)]
}

describe('ICMP', () => {
  it('has the data of an echo behind it, not a quote', () => {
    expect(behind([IP, b.icmp({ type: 8, rest: 0x00010002 }), quoting(DATAGRAM)])).toEqual([
      '20+8 icmp: echo request',
      '28+34 payload: 34 bytes',
    ])
    expect(behind([IP6, b.icmpv6({ type: 128, rest: 0x00010002 }), quoting(DATAGRAM)])).toEqual([
      '40+8 icmpv6: echo request',
      '48+34 payload: 34 bytes',
    ])
  })

  it('has the packet that an error quotes inside it, and extensions and padding behind', () => {
    const error = b.icmp({ type: 3, code: 3, rest: 0x0009_0000 })
    const extended = [FRAME, IP, error, quoting(DATAGRAM), b.payload(new Uint8Array(8)), b.padding(2)]
    expect(behind(extended).slice(1)).toEqual([
      '34+8 icmp: destination unreachable',
      '  42+20 ipv4: 10.0.0.1 to 10.0.0.2, UDP',
      '  62+8 udp: port 1 to 2',
      '  70+6 payload: 6 bytes',
      '  76+2 padding: 2 bytes',
      '78+6 icmp-extensions: 6 bytes',
      '84+2 padding: 2 bytes',
    ])
    expect(every(described(extended).layers).map(({ quoted }) => quoted)).toEqual(
      [0, 0, 0, 1, 1, 1, 1, 0, 0].map(Boolean),
    )
  })

  it('has the packet that an error of IPv6 quotes inside it, and extensions behind', () => {
    const quote = quoting([IP6, b.udp({ sourcePort: 1, destinationPort: 2 })])
    const error = b.icmpv6({ type: 1, code: 4, rest: 0x0600_0000 })
    expect(behind([IP6, error, quote, SIX])).toEqual([
      '40+8 icmpv6: destination unreachable',
      '  48+40 ipv6: fd00::3 to fd00::1, UDP',
      '  88+8 udp: port 1 to 2',
      '96+6 icmp-extensions: 6 bytes',
    ])
  })

  it('quotes nothing that was not captured', () => {
    const error = [IP, b.icmp({ type: 11, rest: 0 }), quoting(DATAGRAM)]
    expect(behind(error, 34)).toEqual(['20+8 icmp: time exceeded', '28+34 payload: 34 bytes, 0 captured'])
    expect(behind([IP, b.icmp({ type: 11, rest: 0 })])).toEqual(['20+8 icmp: time exceeded'])
    const error6 = [IP6, b.icmpv6({ type: 3, rest: 0 }), quoting(DATAGRAM)]
    expect(behind(error6, 34)).toEqual(['40+8 icmpv6: time exceeded', '48+34 payload: 34 bytes, 0 captured'])
  })

  it('names a tunnel header that is wrong within a quote by where it is', () => {
    const sent = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2' })
    const frame = b.ethernet({ destination: 2, source: 1, etherType: 0x88b5 })
    const quote = quoting([sent, b.udp(), b.vxlan({ vni: 1, flags: 0 }), frame])
    const { layers, faults } = described([IP, b.icmp({ type: 11, rest: 0 }), quote])
    expect(shape(layers)).toBe('ipv4 icmp(ipv4" udp" undecoded")')
    expect(faults.map(({ layer, name }) => `${layer} ${name}`)).toEqual(['quoted.vxlan FlagMissing'])
  })

  it('says what the second word means', () => {
    const said = (...parts: b.Part[]): string[] => {
      const { layers } = described(parts)
      return fieldLines(fieldOf(layers, parts[1]!.layer, 'rest').fields ?? [])
    }
    expect(said(IP, b.icmp({ type: 8, rest: 0x0001_0203 }))).toEqual(['24+2 identifier: 0x0001', '26+2 sequence: 515'])
    expect(said(IP, b.icmp({ type: 5, rest: 0xc000_0203 }))).toEqual(['24+4 gateway: 192.0.2.3'])
    const redirect = described([IP, b.icmp({ type: 5, rest: 0xc000_0203 })]).layers
    expect(fieldOf(redirect, 'icmp', 'rest', 'gateway').value).toBe(0xc000_0203)
    expect(said(IP, b.icmp({ type: 13, rest: 0x0001_0203 }))).toEqual([])
    expect(said(IP6, b.icmpv6({ type: 129, rest: 0x0001_0203 }))).toEqual([
      '44+2 identifier: 0x0001',
      '46+2 sequence: 515',
    ])
    expect(said(IP6, b.icmpv6({ type: 2, rest: 1280 }))).toEqual(['44+4 mtu: 1280 bytes'])
    expect(said(IP6, b.icmpv6({ type: 4, rest: 40 }))).toEqual([])
  })
})

describe('neighbour discovery', () => {
  it('has its target and its options, and says whose advertisement it is', () => {
    const parts = [
      IP6,
      b.icmpv6({ type: 136, rest: 0x6000_0000 }),
      b.neighbor({ target: 'fd00::9', options: [{ type: 2, data: Uint8Array.from([2, 0, 0, 0, 0, 9]) }] }),
    ]
    const { layers } = described(parts)
    expect(outline(layers).slice(1)).toEqual(['40+8 icmpv6: neighbor advertisement', '48+24 neighbor: target fd00::9'])
    expect(fieldLines(layerOf(layers, 'neighbor').fields)).toEqual([
      '48+16 target: fd00::9',
      '64+8 options: target link layer address',
      '  64+8 target link layer address: 02:00:00:00:00:09',
    ])
    expect(fieldOf(layers, 'icmpv6', 'rest').fields).toEqual([
      { name: 'router', offset: 44, length: 1, bitOffset: 0, bits: 1, value: 0, text: 'no' },
      { name: 'solicited', offset: 44, length: 1, bitOffset: 1, bits: 1, value: 1, text: 'yes' },
      { name: 'override', offset: 44, length: 1, bitOffset: 2, bits: 1, value: 1, text: 'yes' },
    ])
  })

  it('takes a solicitation without its target for an ICMPv6 message with a payload', () => {
    expect(behind([IP6, b.icmpv6({ type: 135 }), SIX])).toEqual([
      '40+8 icmpv6: neighbor solicitation',
      '48+6 payload: 6 bytes',
    ])
  })

  it('says how much of a solicitation was not captured', () => {
    expect(behind([IP6, b.icmpv6({ type: 135 }), b.neighbor({ target: 'fd00::9' }), SIX], 6)).toEqual([
      '40+8 icmpv6: neighbor solicitation',
      '48+16 neighbor: target fd00::9',
      '64+6 payload: 6 bytes, 0 captured',
    ])
  })
})

describe('IGMP', () => {
  const igmp = (...parts: b.Part[]): string[] => {
    const { layers } = described([IP, ...parts])
    return [...outline(layers).slice(1), ...fieldLines(layerOf(layers, 'igmp').fields).slice(4)]
  }
  const group = (type: number, last: number, ...sources: number[]) => {
    return { type, group: 0xef01_0100 + last, sources, auxiliary: new Uint8Array(0) }
  }

  it('of version 3 has its group records, and a payload behind them', () => {
    const records = [group(4, 1), group(6, 2, 0xc0a8_0001, 0xc0a8_0002), group(9, 3)]
    expect(igmp(b.igmp({ type: 0x22, records }), SIX)).toEqual([
      '20+40 igmp: membership report v3',
      '60+6 payload: 6 bytes',
      '28+8 groupRecord: change to exclude 239.1.1.1',
      '36+16 groupRecord: block old sources 239.1.1.2 from 192.168.0.1, 192.168.0.2',
      '52+8 groupRecord: type 9 239.1.1.3',
    ])
    // As many records as stated, though there are bytes for another one.
    expect(igmp(b.igmp({ type: 0x22, group: 1, records: [group(4, 1)] }), b.payload(new Uint8Array(8)))).toEqual([
      '20+16 igmp: membership report v3',
      '36+8 payload: 8 bytes',
      '28+8 groupRecord: change to exclude 239.1.1.1',
    ])
    expect(igmp(b.igmp({ type: 0x22, group: 2, records: [group(4, 1)] }), SIX).slice(0, 2)).toEqual([
      '20+16 igmp: membership report v3',
      '36+6 payload: 6 bytes',
    ])
  })

  it('of version 2 has none, whatever its group', () => {
    expect(igmp(b.igmp({ type: 0x16, group: '239.1.0.1' }), b.payload(new Uint8Array(12)))).toEqual([
      '20+8 igmp: membership report v2',
      '28+12 payload: 12 bytes',
    ])
    expect(igmp(b.igmp({ type: 0x11, group: '239.1.0.1' }))).toEqual(['20+8 igmp: membership query'])
    expect(igmp(b.igmp({ type: 0x99, group: 0 }))).toEqual(['20+8 igmp: type 0x99'])
  })

  it('asks in version 3 with robustness, interval and sources', () => {
    const query = { reserved: 0, suppress: 0, robustness: 2, interval: 125, sources: [] as number[] }
    expect(igmp(b.igmp({ type: 0x11, group: 0, query }))).toEqual([
      '20+12 igmp: membership query',
      '28+4 query: robustness 2, every 125 s',
    ])
    const sources = [0x0a00_0001, 0x0a00_0002]
    expect(igmp(b.igmp({ type: 0x11, group: 0, query: { ...query, suppress: 1, sources } }), SIX)).toEqual([
      '20+20 igmp: membership query',
      '40+6 payload: 6 bytes',
      '28+12 query: suppress, robustness 2, every 125 s, sources 10.0.0.1, 10.0.0.2',
    ])
  })
})
