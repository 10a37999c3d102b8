/** Link layers in words: tags, 802.3 lengths and LLC, cooked and loopback captures, ARP. */
import { describe, expect, it } from 'vitest'
import * as b from '../../../src/codecs/build/builder.ts'
import { LinkType } from '../../../src/codecs/link/linktype.ts'
import { described, fieldLines, layerOf, outline } from '../../support/described.ts'

const FRAME = b.ethernet({ destination: 2, source: 1 })
const TEN = b.payload(new Uint8Array(10))

/** The lines behind the link header, and what is wrong. */
function behind(parts: readonly b.Part[] | string, linkType?: number): string[] {
  const { layers, faults } = described(parts, linkType)
  return [...outline(layers).slice(1), ...faults.map(({ sentence }) => sentence)]
}

describe('an Ethernet frame', () => {
  it('of a type that nobody looks into holds a payload', () => {
    expect(behind([b.ethernet({ destination: 2, source: 1, etherType: 0x88b5 }), TEN])).toEqual([
      '14+10 payload: 10 bytes',
    ])
  })

  it('has its tags followed, eight at most', () => {
    const tag = b.dot1q({ vlanId: 7, priority: 3, etherType: 0x8100 })
    const last = b.dot1q({ vlanId: 9, etherType: 0x88b5 })
    const eight = behind([FRAME, ...Array<b.Part>(7).fill(tag), last, TEN])
    expect(eight.slice(6)).toEqual([
      '38+4 vlan: VLAN 7, priority 3',
      '42+4 vlan: VLAN 9, priority 0',
      '46+10 payload: 10 bytes',
    ])
    const nine = behind([FRAME, ...Array<b.Part>(8).fill(tag), last, TEN])
    expect(nine.slice(7)).toEqual([
      '42+4 vlan: VLAN 7, priority 3',
      '46+14 undecoded: 14 bytes',
      'outer.vlan at byte 46 is stacked deeper than any network does, and is not followed',
    ])
  })

  it('has the rest of an ARP request set apart as padding', () => {
    const asked = b.arp({ senderHardware: 1, senderProtocol: '10.0.0.1', targetProtocol: '10.0.0.2' })
    expect(behind([FRAME, asked, b.padding(18)])).toEqual([
      '14+28 arp: request: who has 10.0.0.2? tell 10.0.0.1',
      '42+18 padding: 18 bytes',
    ])
  })

  it('of reverse ARP that is too short holds a payload', () => {
    expect(behind([b.ethernet({ destination: 2, source: 1, etherType: 0x8035 }), TEN])).toEqual([
      '14+10 payload: 10 bytes',
    ])
  })
})

describe('an 802.3 frame', () => {
  const stp = b.llc({ dsap: 0x42, ssap: 0x42, control: 3 })

  it('ends where its length says', () => {
    expect(behind([FRAME, stp, TEN, b.padding(5)])).toEqual([
      '14+3 llc: spanning tree',
      '17+10 payload: 10 bytes',
      '27+5 padding: 5 bytes',
    ])
  })

  it('of length 0 reaches to the end of what there is', () => {
    const unstated = b.ethernet({ destination: 2, source: 1, etherType: 0 })
    expect(behind([unstated, stp, TEN])).toEqual(['14+3 llc: spanning tree', '17+10 payload: 10 bytes'])
  })

  it('too short for LLC holds a payload', () => {
    const one = b.ethernet({ destination: 2, source: 1, etherType: 1 })
    expect(behind([one, TEN])).toEqual(['14+1 payload: 1 byte', '15+9 padding: 9 bytes'])
  })

  it('has the second byte of a numbered control field', () => {
    const numbered = b.llc({ dsap: 0x06, ssap: 0x07, control: 0, sequence: 0x0a })
    const { layers } = described([FRAME, numbered, TEN])
    expect(outline(layers).slice(1)).toEqual(['14+4 llc: 0x06', '18+10 payload: 10 bytes'])
    expect(fieldLines(layerOf(layers, 'llc').fields)).toEqual([
      '14+1 dsap: 0x06',
      '15+1 ssap: 0x07',
      '16+1 control: 0x00',
      '17+1 sequence: 0x0a',
    ])
  })

  it('has the organization and the protocol of SNAP, by name where it is an EtherType of that name', () => {
    const snap = (organization: number, protocol: number): string[] => {
      const { layers } = described([FRAME, b.llc({ snap: { organization, protocol } }), TEN])
      return [...fieldLines(layerOf(layers, 'llc').fields).slice(3), ...outline(layers).slice(1)]
    }
    expect(snap(0x00000c, 0x2000)).toEqual([
      '17+3 organization: 0x00000c',
      '20+2 protocol: 0x2000',
      '14+8 llc: SNAP',
      '22+10 payload: 10 bytes',
    ])
    expect(snap(0, 0x88cc).slice(0, 2)).toEqual(['17+3 organization: 0x000000', '20+2 protocol: 0x88cc (LLDP)'])
  })
})

describe('a cooked capture', () => {
  const LLC = '424203'

  it.each([
    ['LLC', 4, `${LLC} 0102`, ['16+3 llc: spanning tree', '19+2 payload: 2 bytes']],
    ['Novell 802.3 without LLC', 1, `${LLC} 0102`, ['16+5 payload: 5 bytes']],
    ['a tag', 0x8100, '0007 88b5 0102', ['16+4 vlan: VLAN 7, priority 0', '20+2 payload: 2 bytes']],
  ])('with %s goes on with it', (_what, protocol, rest, lines) => {
    const number = protocol.toString(16).padStart(4, '0')
    expect(behind(`0000 0001 0006 0200000000010000 ${number} ${rest}`, LinkType.LinuxSll)).toEqual(lines)
  })

  it('says which way the packet went, as far as that is known', () => {
    const sll = (packetType: number): string | undefined =>
      outline(described([b.sll({ packetType, protocol: 0x88b5 }), TEN]).layers)[0]
    expect([sll(4), sll(9)]).toEqual(['0+16 sll: outgoing', '0+16 sll: unknown direction'])
    const sll2 = (packetType: number): string | undefined =>
      outline(described([b.sll2({ packetType, interfaceIndex: 3, protocol: 0x88b5 }), TEN]).layers)[0]
    expect([sll2(0), sll2(9)]).toEqual(['0+20 sll2: interface 3, host', '0+20 sll2: interface 3, unknown direction'])
  })
})

describe('a loopback capture', () => {
  it('names the family, whichever system wrote it in whichever byte order', () => {
    const said = (word: string): string | undefined => outline(described(word, LinkType.Null).layers)[0]
    expect(['02000000', '18000000', '1c000000', '1e000000', '0000000a', '00000002', '63000000'].map(said)).toEqual([
      '0+4 loopback: address family 2 (IPv4)',
      '0+4 loopback: address family 24 (IPv6)',
      '0+4 loopback: address family 28 (IPv6)',
      '0+4 loopback: address family 30 (IPv6)',
      '0+4 loopback: address family 10 (IPv6)',
      '0+4 loopback: address family 2 (IPv4)',
      '0+4 loopback: address family 99 (unknown family)',
    ])
    expect(behind([b.loopback({ family: 99 }), TEN])).toEqual(['4+10 payload: 10 bytes'])
  })
})

describe('raw IP', () => {
  it('of no bytes needs one', () => {
    expect(described('', LinkType.Raw).faults.map(({ sentence }) => sentence)).toEqual([
      'link at byte 0 needs 1 byte, but the frame leaves none',
    ])
  })
})
