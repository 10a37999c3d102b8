/** What lies between an EtherType and a network protocol in words: labels, sessions, switch tags, mirrored frames; bytes by hand. */
import { describe, expect, it } from 'vitest'
import { LinkType } from '../../../src/codecs/link/linktype.ts'
import { described, fieldLines, layerOf, outline } from '../../support/described.ts'

const ADDRESSES = '020000000002 020000000001'
/** A frame of a type for local experiments, which nobody looks into (IEEE 802-2014 §9.2.3). */
const FRAME = `${ADDRESSES} 88b5 64617461`
const IP = '45000018 00000000 40fd66e8 0a000001 0a000002 64617461'
const IP6 = `60000000 0004 fd40 ${'00'.repeat(15)}01 ${'00'.repeat(15)}02 64617461`
const VLAN = '000788b5 64617461'

/** The lines of a record, and what is wrong with it. */
function said(hex: string, linkType?: number): string[] {
  const { layers, faults } = described(hex, linkType)
  return [...outline(layers), ...faults.map(({ sentence }) => sentence)]
}

/** The same behind the outermost Ethernet header. */
function behind(type: string, rest: string): string[] {
  return said(`${ADDRESSES} ${type} ${rest}`).slice(1)
}

/** Fields of the first layer of that name. */
function fields(type: string, rest: string, name: string): string[] {
  return fieldLines(layerOf(described(`${ADDRESSES} ${type} ${rest}`).layers, name).fields)
}

const frameAt = (at: number): string[] => [
  `${at}+14 ethernet: 02:00:00:00:00:01 to 02:00:00:00:00:02`,
  `${at + 14}+4 payload: 4 bytes`,
]
const ipAt = (at: number): string[] => [`${at}+20 ipv4: 10.0.0.1 to 10.0.0.2, IP 253`, `${at + 20}+4 payload: 4 bytes`]
const ip6At = (at: number): string[] => [`${at}+40 ipv6: ::1 to ::2, IP 253`, `${at + 40}+4 payload: 4 bytes`]
const vlanAt = (at: number): string[] => [`${at}+4 vlan: VLAN 7, priority 0`, `${at + 4}+4 payload: 4 bytes`]

describe('MPLS', () => {
  it('has its labels down to the bottom of the stack, each with its own hops', () => {
    expect(behind('8847', `00064240 000c8120 ${IP}`)).toEqual([
      '14+4 mpls: label 100',
      '18+4 mpls: label 200, the last',
      ...ipAt(22),
    ])
    expect(fields('8847', `00064f40 ${IP}`, 'mpls')).toEqual([
      '14+4 label: 100',
      '14+4 trafficClass: 7',
      '14+4 bottomOfStack: 1',
      '14+4 timeToLive: 64 hops',
    ])
    expect(behind('8848', `00064140 ${IP6}`)).toEqual(['14+4 mpls: label 100, the last', ...ip6At(18)])
  })

  it('carries a frame, with or without a control word (RFC 4385 §3)', () => {
    expect(behind('8847', `00064140 0000abcd ${FRAME}`)).toEqual([
      '14+4 mpls: label 100, the last',
      '18+4 pseudowire: control word, sequence 43981',
      ...frameAt(22),
    ])
    expect(behind('8847', `00064140 ${FRAME}`)).toEqual(['14+4 mpls: label 100, the last', ...frameAt(18)])
  })

  it('with the label of the associated channel carries no packet, whatever it begins with (RFC 5586 §4)', () => {
    expect(behind('8847', `0000d101 ${IP}`)).toEqual(['14+4 mpls: label 13, the last', '18+24 payload: 24 bytes'])
    expect(behind('8847', '00064140 10000007 64617461')).toEqual([
      '14+4 mpls: label 100, the last',
      '18+8 payload: 8 bytes',
    ])
  })

  it('must not end with its labels', () => {
    expect(behind('8847', '00064140')).toEqual([
      '14+4 mpls: label 100, the last',
      'outer.mpls at byte 18 needs 1 byte, but the frame leaves none',
    ])
    expect(behind('8847', '00064040 000c81')).toEqual([
      '14+4 mpls: label 100',
      '18+3 undecoded: 3 bytes',
      'outer.mpls at byte 18 needs 4 bytes, but the frame leaves 3 bytes',
    ])
    expect(behind('8847', '00064140 0000ab')).toEqual([
      '14+4 mpls: label 100, the last',
      '18+3 undecoded: 3 bytes',
      'outer.mpls at byte 18 needs 4 bytes, but the frame leaves 3 bytes',
    ])
  })

  it('is followed sixteen labels deep', () => {
    const sixteen = behind('8847', `${'00064040'.repeat(15)} 00064140 ${IP}`)
    expect(sixteen.slice(15)).toEqual(['74+4 mpls: label 100, the last', ...ipAt(78)])
    const seventeen = behind('8847', `${'00064040'.repeat(16)} 00064140 ${IP}`)
    expect(seventeen.slice(15)).toEqual([
      '74+4 mpls: label 100',
      '78+28 undecoded: 28 bytes',
      'outer.mpls at byte 78 is stacked deeper than any network does, and is not followed',
    ])
  })
})

describe('PPPoE and PPP', () => {
  it('carry IP up to the length of the session header, and padding behind it', () => {
    expect(behind('8864', `11000009 001a 0021 ${IP} 0000`)).toEqual([
      '14+6 pppoe: session 9',
      '20+2 ppp: IPv4',
      ...ipAt(22),
      '46+2 padding: 2 bytes',
    ])
    expect(fields('8864', `11000009 001a 0021 ${IP}`, 'pppoe')).toEqual([
      '14+1 version: 1',
      '14+1 type: 1',
      '15+1 code: 0x00',
      '16+2 sessionId: 0x0009',
      '18+2 length: 26 bytes',
    ])
  })

  it('have their protocol in one byte or two, behind address and control or without (RFC 1661 §6.5, §6.6)', () => {
    const ppp = (hex: string): string[] => {
      const { layers } = described(hex, LinkType.Ppp)
      return [...outline(layers).slice(0, 2), ...fieldLines(layers[0]!.fields)]
    }
    const [ip] = ipAt(0)
    const at = (offset: number): string => ip!.replace('0+', `${offset}+`)
    expect(ppp(`0021 ${IP}`)).toEqual(['0+2 ppp: IPv4', at(2), '0+2 protocol: 0x0021 (IPv4)'])
    expect(ppp(`21 ${IP}`)).toEqual(['0+1 ppp: IPv4', at(1), '0+1 protocol: 0x0021 (IPv4)'])
    expect(ppp(`ff03 21 ${IP}`)).toEqual([
      '0+3 ppp: IPv4',
      at(3),
      '0+2 framing: 2 bytes',
      '2+1 protocol: 0x0021 (IPv4)',
    ])
    expect(ppp(`ff03 0057 ${IP6}`)).toEqual([
      '0+4 ppp: IPv6',
      '4+40 ipv6: ::1 to ::2, IP 253',
      '0+2 framing: 2 bytes',
      '2+2 protocol: 0x0057 (IPv6)',
    ])
    expect(ppp('00fd 0102')).toEqual(['0+2 ppp: 0x00fd', '2+2 payload: 2 bytes', '0+2 protocol: 0x00fd'])
  })

  it('carry link control, which is no packet, and discovery, which is not PPP', () => {
    expect(behind('8864', '11000009 0006 c021 09010004 0000')).toEqual([
      '14+6 pppoe: session 9',
      '20+2 ppp: link control',
      '22+4 payload: 4 bytes',
      '26+2 padding: 2 bytes',
    ])
    // PADT, which ends a session (RFC 2516 §5.5).
    expect(behind('8864', '11a70009 0004 00210000')).toEqual(['14+6 pppoe: session 9', '20+4 payload: 4 bytes'])
  })

  it('begin a record where its link type says so', () => {
    expect(said(`11000009 001a 0021 ${IP}`, LinkType.PppEther)).toEqual([
      '0+6 pppoe: session 9',
      '6+2 ppp: IPv4',
      ...ipAt(8),
    ])
    expect(said(`11000009 0006 c021 09010004 0000`, LinkType.PppEther)).toEqual([
      '0+6 pppoe: session 9',
      '6+2 ppp: link control',
      '8+4 payload: 4 bytes',
      '12+2 padding: 2 bytes',
    ])
    expect(said(`ff03 0021 ${IP}`, LinkType.PppHdlc)).toEqual(['0+4 ppp: IPv4', ...ipAt(4)])
    expect(said(`0f00 0800 ${IP}`, LinkType.PppHdlc)).toEqual(['0+4 cisco-hdlc: unicast', ...ipAt(4)])
    expect(said(`8f00 0800 ${IP}`, LinkType.CiscoHdlc)).toEqual(['0+4 cisco-hdlc: broadcast', ...ipAt(4)])
  })

  it('that end too early are refused by their own names', () => {
    expect(behind('8864', '110000').at(-1)).toBe('outer.pppoe at byte 14 needs 6 bytes, but the frame leaves 3 bytes')
    expect(behind('8864', '11000009 0001 00').at(-1)).toBe(
      'outer.pppoe at byte 20 needs 2 bytes, but the frame leaves 1 byte',
    )
    expect(said('', LinkType.Ppp)).toEqual(['link at byte 0 needs 1 byte, but the frame leaves none'])
  })
})

describe('a tag', () => {
  it('of 802.1ah names a service, and carries a frame', () => {
    expect(behind('88e7', `00002710 ${FRAME}`)).toEqual(['14+4 802.1ah: service 10000', ...frameAt(18)])
  })

  it.each([
    ['VN-Tag', '8926', '80010002', 6, 'vn-tag: interface 2 to 1'],
    ['E-TAG', '893f', 'e0a53123 0102', 8, 'e-tag: port 165 to 291'],
    ['Cisco metadata', '8909', '0101 0001 0005', 8, 'cisco-metadata: security group 5'],
    ['EDSA', 'dada', '0000 55a80001', 8, 'dsa: from processor, switch 21'],
  ])('of kind %s goes on with the type behind it, or with a VLAN', (_kind, type, tag, length, text) => {
    expect(behind(type, `${tag} 88b5 64617461`)).toEqual([`14+${length} ${text}`, `${14 + length}+4 payload: 4 bytes`])
    expect(behind(type, `${tag} 8100 ${VLAN}`)).toEqual([`14+${length} ${text}`, ...vlanAt(14 + length)])
    expect(behind(type, `${tag} 0800 ${IP}`)).toEqual([`14+${length} ${text}`, ...ipAt(14 + length)])
  })

  it.each([
    ['mpls', '8847'],
    ['pppoe', '8864'],
    ['802.1ah', '88e7'],
    ['vn-tag', '8926'],
    ['e-tag', '893f'],
    ['cisco-metadata', '8909'],
    ['macsec', '88e5'],
    ['dsa', 'dada'],
    ['ipv4', '0800', '45000018 00000000 4004 0000 0a000001 0a000002'],
    ['ipv6', '86dd', `60000000 0004 2940 ${'00'.repeat(32)}`],
    ['gre', '0800', '45000000 00000000 402f0000 0a000001 0a000002 00000800'],
    ['erspan', '0800', '45000000 00000000 402f0000 0a000001 0a000002 000088be'],
    ['erspan', '0800', '45000000 00000000 402f0000 0a000001 0a000002 100088be 00000001 100a0064 00000000'],
    ['erspan', '0800', '45000000 00000000 402f0000 0a000001 0a000002 100022eb 00000001 200a0064 01020304 00000000'],
  ])('behind sixteen others is not followed: %s', (name, type, header = '') => {
    const within = header === '' ? type : `${type} ${header}`
    const sixteen = behind('8926', `${'00010002 8926'.repeat(15)} 00010002 ${within}`)
    expect(sixteen[15]).toBe('104+6 vn-tag: interface 2 to 1')
    expect(sixteen.at(-1)).toMatch(
      new RegExp(`outer.${name} at byte ${110 + header.replaceAll(' ', '').length / 2} is stacked deeper`),
    )
  })

  it('behind sixteen others is not followed: SNAP, even when nothing follows it', () => {
    const lines = behind('8926', `${'00010002 8926'.repeat(15)} 00010002 0008 aaaa03 000000 88b5`)
    expect(lines.at(-1)).toMatch(/^outer.ethernet at byte 110 is stacked deeper/)
    const other = behind('8926', `${'00010002 8926'.repeat(15)} 00010002 0008 424203 0000000000`)
    expect(other.slice(16)).toEqual(['110+3 llc: spanning tree', '113+5 payload: 5 bytes'])
  })

  it.each([
    ['802.1ah', '88e7', 4],
    ['vn-tag', '8926', 6],
    ['e-tag', '893f', 8],
    ['cisco-metadata', '8909', 8],
    ['macsec', '88e5', 6],
    ['dsa', 'dada', 6],
  ])('that ends too early is refused: %s', (name, type, length) => {
    // EDSA has two reserved bytes in front.
    const front = name === 'dsa' ? 2 : 0
    expect(behind(type, '00'.repeat(front + length - 1)).at(-1)).toBe(
      `outer.${name} at byte ${14 + front} needs ${length} bytes, but the frame leaves ${length - 1} bytes`,
    )
  })
})

describe('MACsec', () => {
  const CHECK = '5a'.repeat(16)

  it('in the clear has its type, data and check value apart, a channel where the flag says so', () => {
    expect(behind('88e5', `0000 00000005 0800 ${IP} ${CHECK}`)).toEqual([
      '14+6 macsec: packet 5, not encrypted',
      '20+2 ethertype: 0x0800 (IPv4)',
      ...ipAt(22),
      '46+16 integrity-check-value: 16 bytes',
    ])
    expect(behind('88e5', `2000 00000005 020000000009 0001 8100 ${VLAN} ${CHECK}`)).toEqual([
      '14+14 macsec: packet 5, not encrypted',
      '28+2 ethertype: 0x8100 (802.1Q)',
      ...vlanAt(30),
      '38+16 integrity-check-value: 16 bytes',
    ])
    expect(fields('88e5', `2000 00000005 020000000009 0001 0800 ${IP} ${CHECK}`, 'macsec').at(-1)).toBe(
      '20+8 channel: 8 bytes',
    )
    expect(fields('88e5', `0000 00000005 0800 ${IP} ${CHECK}`, 'macsec').at(-1)).toBe('16+4 packetNumber: 5')
    expect(fields('88e5', `0000 00000005 0800 ${IP} ${CHECK}`, 'ethertype')).toEqual(['20+2 etherType: 0x0800 (IPv4)'])
  })

  it('with a short length ends where that says (IEEE 802.1AE-2018 §9.7)', () => {
    expect(behind('88e5', `0006 00000005 88b5 64617461 ${CHECK} 0000`)).toEqual([
      '14+6 macsec: packet 5, not encrypted',
      '20+2 ethertype: 0x88b5',
      '22+4 payload: 4 bytes',
      expect.stringMatching(/^26\+18 integrity-check-value/),
    ])
  })

  it('that is encrypted says nothing of what it carries', () => {
    expect(behind('88e5', `0c00 00000005 0800 ${IP} ${CHECK}`)).toEqual([
      '14+6 macsec: packet 5',
      '20+42 payload: 42 bytes',
    ])
  })

  it('needs a type in front of its check value', () => {
    expect(behind('88e5', `0000 00000005 08 ${CHECK}`).at(-1)).toMatch(/^outer.macsec at byte 20 needs 2 bytes/)
  })
})

describe('a switch tag of a link type', () => {
  const ETHERNET = '0+12 ethernet: 02:00:00:00:00:01 to 02:00:00:00:00:02'

  it('stands between the addresses and the type', () => {
    expect(said(`${ADDRESSES} 00000003 0800 ${IP}`, LinkType.DsaTagBrcm)).toEqual([
      ETHERNET,
      '12+4 dsa-brcm: operation 0',
      '16+2 ethertype: 0x0800 (IPv4)',
      ...ipAt(18),
    ])
    expect(said(`${ADDRESSES} c3100007 8100 ${VLAN}`, LinkType.DsaTagDsa)).toEqual([
      ETHERNET,
      '12+6 dsa: forward, switch 3',
      ...vlanAt(18),
    ])
    expect(said(`${ADDRESSES} dada0000 c3100007 0800 ${IP}`, LinkType.DsaTagEdsa)).toEqual([
      ETHERNET,
      '12+10 dsa: forward, switch 3',
      ...ipAt(22),
    ])
    const { layers } = described(`${ADDRESSES} dada0000 e3100007 0800 ${IP}`, LinkType.DsaTagEdsa)
    expect(fieldLines(layerOf(layers, 'ethernet').fields)).toEqual([
      '0+6 destination: 02:00:00:00:00:02',
      '6+6 source: 02:00:00:00:00:01',
    ])
    expect(fieldLines(layerOf(layers, 'dsa').fields)).toEqual([
      '12+4 edsa: 4 bytes',
      '16+1 mode: 3 (forward)',
      '16+1 tagged: 1',
      '16+1 device: 3',
      '17+1 port: 16',
      '18+2 priority: 0',
      '18+2 code: 0',
      '18+2 vlanId: 7',
      '20+2 etherType: 0x0800 (IPv4)',
    ])
  })

  it('stands in front of the whole frame', () => {
    expect(said(`60000003 ${FRAME}`, LinkType.DsaTagBrcmPrepend)).toEqual(['0+4 dsa-brcm: operation 3', ...frameAt(4)])
    expect(said('000000', LinkType.DsaTagBrcmPrepend).at(-1)).toBe(
      'outer.dsa at byte 0 needs 4 bytes, but the frame leaves 3 bytes',
    )
  })

  it('that took the place of a VLAN tag counts as one of the eight', () => {
    const tags = (count: number): string => `${'81000007'.repeat(count)} 88b5 64617461`
    const dsa = (first: string, count: number): string | undefined =>
      said(`${ADDRESSES} ${first}100007 ${tags(count)}`, LinkType.DsaTagDsa).at(-1)
    expect(dsa('c3', 8)).toBe('50+4 payload: 4 bytes')
    expect(dsa('e3', 7)).toBe('46+4 payload: 4 bytes')
    const plain = described(`${ADDRESSES} c3100007 88b5`, LinkType.DsaTagDsa)
    expect(fieldLines(layerOf(plain.layers, 'dsa').fields)[0]).toBe('12+1 mode: 3 (forward)')
    expect(behind('8100', `${'0007 8100'.repeat(7)} 0007 dada 0000 e3100007 8100 ${VLAN}`).at(-1)).toBe(
      'outer.vlan at byte 54 is stacked deeper than any network does, and is not followed',
    )
    expect(dsa('e3', 8)).toBe('outer.vlan at byte 46 is stacked deeper than any network does, and is not followed')
  })

  it('must be there', () => {
    for (const linkType of [LinkType.DsaTagBrcm, LinkType.DsaTagDsa, LinkType.DsaTagEdsa]) {
      expect(said(ADDRESSES.slice(0, -2), linkType)).toEqual([
        '0+11 undecoded: 11 bytes',
        'outer.ethernet at byte 0 needs 12 bytes, but the frame leaves 11 bytes',
      ])
      expect(said(`${ADDRESSES} 00`, linkType).slice(0, 2)).toEqual([ETHERNET, '12+1 undecoded: 1 byte'])
      expect(said(ADDRESSES, linkType)[0]).toBe(ETHERNET)
    }
    expect(said(`${ADDRESSES} dada0000`, LinkType.DsaTagEdsa).at(-1)).toBe(
      'outer.dsa at byte 16 needs 6 bytes, but the frame leaves none',
    )
    expect(said(`${ADDRESSES} 00000003 0800`, LinkType.DsaTagBrcm).slice(2)).toEqual([
      '16+2 ethertype: 0x0800 (IPv4)',
      'outer.ipv4 at byte 18 needs 20 bytes, but the frame leaves none',
    ])
    expect(said(`${ADDRESSES} 000003`, LinkType.DsaTagBrcm).at(-1)).toBe(
      'outer.dsa at byte 12 needs 4 bytes, but the frame leaves 3 bytes',
    )
    expect(said(`${ADDRESSES} dada00`, LinkType.DsaTagEdsa).at(-1)).toBe(
      'outer.dsa at byte 12 needs 4 bytes, but the frame leaves 3 bytes',
    )
    expect(said(`${ADDRESSES} 00000003 08`, LinkType.DsaTagBrcm).at(-1)).toBe(
      'outer.ethernet at byte 16 needs 2 bytes, but the frame leaves 1 byte',
    )
  })
})

describe('other records', () => {
  it('of mPackets begin a frame or go on with one (IEEE 802.3-2018 Table 99-1)', () => {
    const preamble = '55'.repeat(6)
    expect(said(`${preamble} 55d5 ${FRAME}`, LinkType.EthernetMpacket)).toEqual([
      '0+8 mpacket: a frame begins',
      ...frameAt(8),
    ])
    expect(said(`${preamble} 61e6 ${FRAME}`, LinkType.EthernetMpacket)).toEqual([
      '0+8 mpacket: no frame begins',
      '8+18 payload: 18 bytes',
    ])
    expect(said(preamble, LinkType.EthernetMpacket).at(-1)).toMatch(/^link at byte 0 needs 8 bytes/)
  })

  it('of Cisco HDLC that end too early are refused', () => {
    expect(said('0f0008', LinkType.CiscoHdlc)).toEqual([
      '0+3 undecoded: 3 bytes',
      'link at byte 0 needs 4 bytes, but the frame leaves 3 bytes',
    ])
  })

  it('of NFLOG hold the packet in one of their attributes', () => {
    const packet = `1c000900 ${IP}`
    const { layers, faults } = described(`0200002a 08000100 08000300 ${packet} 0800 0a00 00000000`, LinkType.Nflog)
    expect(faults).toEqual([])
    expect(outline(layers)).toEqual(['0+16 nflog: group 42', ...ipAt(16), '40+8 padding: 8 bytes'])
    expect(fieldLines(layers[0]!.fields)).toEqual([
      '0+1 family: 2 (IPv4)',
      '1+1 version: 0',
      '2+2 resourceId: 42',
      '4+12 attributes: 12 bytes',
    ])
    expect(said('0200002a 08000100 08000300', LinkType.Nflog)).toEqual([
      '0+12 nflog: group 42',
      'link at byte 12 needs 4 bytes, but the frame leaves none',
    ])
    expect(fieldLines(described('0200002a', LinkType.Nflog).layers[0]!.fields).at(-1)).toBe('2+2 resourceId: 42')
    expect(said('020000', LinkType.Nflog).at(-1)).toMatch(/^link at byte 0 needs 4 bytes/)
  })
})

describe('ERSPAN', () => {
  const gre = (protocol: string, flags: string, rest: string): string[] => {
    const { length } = rest.replaceAll(' ', '')
    const total = (20 + 4 + (flags === '1000' ? 4 : 0) + length / 2).toString(16).padStart(4, '0')
    const number = flags === '1000' ? '00000001' : ''
    return said(
      `${ADDRESSES} 0800 4500${total} 00000000 402f0000 0a000001 0a000002 ${flags}${protocol} ${number} ${rest}`,
    ).slice(2)
  }

  it('of type I is a frame right behind GRE, of type II has a header (draft-foschiano-erspan-03 §4)', () => {
    expect(gre('88be', '0000', FRAME)).toEqual(['34+4 gre: ERSPAN', ...frameAt(38)])
    expect(gre('88be', '1000', `100a0064 00000000 ${FRAME}`)).toEqual([
      '34+8 gre: ERSPAN',
      '42+8 erspan: type II, session 100',
      ...frameAt(50),
    ])
  })

  it('of type III has a subheader where its last bit says so', () => {
    const three = (last: string): string => `200a0064 01020304 0000 ${last}`
    expect(gre('22eb', '1000', `${three('0000')} ${FRAME}`)).toEqual([
      '34+8 gre: ERSPAN',
      '42+12 erspan: type III, session 100',
      ...frameAt(54),
    ])
    expect(gre('22eb', '1000', `${three('0001')} 0c000001 00000002 ${FRAME}`)).toEqual([
      '34+8 gre: ERSPAN',
      '42+20 erspan: type III, session 100',
      ...frameAt(62),
    ])
  })

  it('of type III may mirror a packet, whose version says which it is, or what is neither frame nor packet', () => {
    // Frame type in bits 1 to 5 of the second byte: 2 is IP.
    const three = (type: number): string => `200a0064 01020304 0000 ${(type << 10).toString(16).padStart(4, '0')}`
    const behindHeader = (type: number, rest: string): string[] =>
      gre('22eb', '1000', `${three(type)} ${rest}`).slice(2)
    expect(behindHeader(2, IP)).toEqual(ipAt(54))
    expect(behindHeader(2, IP6)).toEqual(ip6At(54))
    expect(behindHeader(1, IP)).toEqual(['54+24 payload: 24 bytes'])
  })

  it('has the subheader among its fields', () => {
    const packet = `${ADDRESSES} 0800 45000042 00000000 402f0000 0a000001 0a000002 100022eb 00000001`
    const header = `200a0064 01020304 0000 0001 0c000001 00000002 ${FRAME}`
    const { layers } = described(`${packet} ${header}`)
    expect(fieldLines(layerOf(layers, 'erspan').fields).slice(-2)).toEqual([
      '52+2 optional: 1',
      '54+8 platform: 8 bytes',
    ])
    const short = described(`${packet} ${header.replace('0001 0c000001 00000002', '0000')}`)
    expect(fieldLines(layerOf(short.layers, 'erspan').fields).at(-1)).toBe('52+2 optional: 0')
  })

  it('that was not captured says neither its type nor what it mirrors', () => {
    const packet = `${ADDRESSES} 0800 45000000 00000000 402f0000 0a000001 0a000002 100022eb 00000001`
    const cut = (rest: string, bytes: number): string | undefined =>
      described(`${packet} ${rest}`, undefined, bytes).faults.at(-1)?.sentence
    expect(cut('200a0064 01020304 00000800', 12)).toMatch(
      /^outer.erspan at byte 42 needs 8 bytes, of which 0 were captured/,
    )
    expect(cut(`200a0064 01020304 00000800 ${IP6}`, 44)).toMatch(
      /^outer.ipv4 at byte 54 needs 20 bytes, of which 0 were/,
    )
  })

  it('that ends too early is refused', () => {
    expect(gre('88be', '1000', '100a00').at(-1)).toBe(
      'outer.erspan at byte 42 needs 8 bytes, but the frame leaves 3 bytes',
    )
    expect(gre('22eb', '1000', '200a00').at(-1)).toMatch(/^outer.erspan at byte 42 needs 12 bytes/)
  })
})
