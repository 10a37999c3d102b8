/** IP headers in words: lengths that are missing or wrong, extension headers, fragments, IP in IP. */
import { describe, expect, it } from 'vitest'
import * as b from '../../../src/codecs/build/builder.ts'
import * as ipv6Options from '../../../src/codecs/headers/ipv6-options.ts'
import { LinkType } from '../../../src/codecs/link/linktype.ts'
import { described, fieldLines, fieldOf, layerOf, outline } from '../../support/described.ts'

const FRAME = b.ethernet({ destination: 2, source: 1 })
const IP = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2' })
const IP6 = b.ipv6({ source: 'fd00::1', destination: 'fd00::2' })
const UDP = b.udp({ sourcePort: 1, destinationPort: 2 })
const FOUR = b.payload('data')

/** The lines of a packet's layers, and what is wrong with it as users read it. */
function told(parts: readonly b.Part[], cut = 0): string[] {
  const { layers, faults } = described(parts, undefined, cut)
  return [...outline(layers), ...faults.map(({ sentence }) => sentence)]
}

describe('a length of IP', () => {
  it('of 0 reaches to the end of the frame, as segmentation offload leaves it', () => {
    expect(told([FRAME, b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2', totalLength: 0 }), UDP, FOUR])).toEqual([
      '0+14 ethernet: 00:00:00:00:00:01 to 00:00:00:00:00:02',
      '14+20 ipv4: 10.0.0.1 to 10.0.0.2, UDP',
      '34+8 udp: port 1 to 2',
      '42+4 payload: 4 bytes',
    ])
    expect(told([FRAME, b.ipv6({ source: 'fd00::1', destination: 'fd00::2', payloadLength: 0 }), UDP, FOUR])).toEqual([
      '0+14 ethernet: 00:00:00:00:00:01 to 00:00:00:00:00:02',
      '14+40 ipv6: fd00::1 to fd00::2, UDP',
      '54+8 udp: port 1 to 2',
      '62+4 payload: 4 bytes',
    ])
  })

  it('beyond the frame is a fault that names the frame, and the checksum behind it stays open', () => {
    const longer = [FRAME, b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2', totalLength: 100 }), UDP, FOUR]
    expect(told(longer).at(-1)).toBe('outer.ipv4 at byte 14 claims 100 bytes, but the frame leaves 32 bytes')
    expect(fieldOf(described(longer).layers, 'udp', 'checksum').check?.reason).toBe('truncated')
    const longer6 = b.ipv6({ source: 'fd00::1', destination: 'fd00::2', payloadLength: 1, nextHeader: 59 })
    expect(told([FRAME, longer6]).at(-1)).toBe('outer.ipv6 at byte 14 claims 41 bytes, but the frame leaves 40 bytes')
  })

  it('beyond a tunnel is a fault that names the outermost length that ends there', () => {
    const inner = b.ipv4({ source: '10.0.0.3', destination: '10.0.0.4', totalLength: 100 })
    const tunnel = (length?: number): b.Part[] => [
      FRAME,
      IP,
      b.udp({ sourcePort: 1, checksum: 0, ...(length === undefined ? {} : { length }) }),
      b.vxlan({ vni: 1 }),
      FRAME,
      inner,
      UDP,
      FOUR,
    ]
    expect(told(tunnel()).at(-1)).toBe('inner.ipv4 at byte 64 claims 100 bytes, but the frame leaves 32 bytes')
    // Two bytes behind the datagram: only its own length ends there.
    expect(told(tunnel(60)).at(-1)).toBe(
      'inner.ipv4 at byte 64 claims 100 bytes, but the length of outer.udp leaves 30 bytes',
    )
  })

  it('sets padding apart from what IP carries, in every layer by itself', () => {
    const short = b.udp({ sourcePort: 1, destinationPort: 2, length: 8, checksum: 0 })
    expect(told([FRAME, IP, short, b.payload('ab'), b.padding(3)])).toEqual([
      '0+14 ethernet: 00:00:00:00:00:01 to 00:00:00:00:00:02',
      '14+20 ipv4: 10.0.0.1 to 10.0.0.2, UDP',
      '34+8 udp: port 1 to 2',
      '42+2 padding: 2 bytes',
      '44+3 padding: 3 bytes',
    ])
  })

  it('keeps what a tunnel carries from reading the padding behind it', () => {
    const parts = [FRAME, IP, b.udp({ sourcePort: 1, checksum: 0, length: 26 }), b.vxlan({ vni: 1 }), FRAME, IP, UDP]
    expect(told(parts).slice(-3)).toEqual([
      '  50+10 undecoded: 10 bytes',
      '60+32 padding: 32 bytes',
      'inner.ethernet at byte 50 needs 14 bytes, but the length of outer.udp leaves 10 bytes',
    ])
  })
})

describe('a jumbogram', () => {
  const jumbo = (stated: number, payloadLength: number, ...behind: b.Part[]): string[] =>
    told([
      FRAME,
      b.ipv6({ source: 'fd00::1', destination: 'fd00::2', payloadLength }),
      b.hopByHop({ options: ipv6Options.jumbo(0, stated).options }),
      ...behind,
    ]).slice(3)

  it('is as long as its option says, padding apart', () => {
    const long = b.payload(new Uint8Array(70_000))
    const udp = b.udp({ sourcePort: 1, destinationPort: 2, length: 0, checksum: 0 })
    expect(jumbo(8 + 8 + 70_000, 0, udp, long, b.padding(2))).toEqual([
      '62+8 udp: port 1 to 2',
      '70+70000 payload: 70000 bytes',
      '70070+2 padding: 2 bytes',
    ])
    expect(jumbo(80_000, 0, udp, long)).toEqual([
      '62+8 udp: port 1 to 2',
      '70+70000 payload: 70000 bytes',
      'outer.ipv6 at byte 14 claims 80040 bytes, but the frame leaves 70056 bytes',
    ])
  })

  it('may state a length that needs no option', () => {
    expect(jumbo(20, 0, UDP, FOUR, b.padding(2))).toEqual([
      '62+8 udp: port 1 to 2',
      '70+4 payload: 4 bytes',
      '74+2 padding: 2 bytes',
    ])
  })

  it('is none beside a payload length, or with a length of 0', () => {
    expect(jumbo(16, 20, UDP, FOUR)).toEqual(['62+8 udp: port 1 to 2', '70+4 payload: 4 bytes'])
    expect(jumbo(0, 0, UDP, FOUR)).toEqual(['62+8 udp: port 1 to 2', '70+4 payload: 4 bytes'])
  })

  it('that ends within its own headers carries nothing, and what is behind them is padding', () => {
    expect(jumbo(1, 0, UDP, FOUR)).toEqual([
      '62+12 padding: 12 bytes',
      'outer.udp at byte 62 needs 8 bytes, but the length of outer.ipv6 leaves none',
    ])
  })
})

describe('IPv6 extension headers', () => {
  it('follow one another, each in its place', () => {
    const parts = [
      IP6,
      b.hopByHop(),
      b.destinationOptions({ options: new Uint8Array(14) }),
      b.ipv6Routing({ routingType: 4, segmentsLeft: 0, data: new Uint8Array(20) }),
      b.ipv6Fragment({ identification: 7 }),
      b.authentication({ integrityCheckValue: new Uint8Array(12) }),
      b.destinationOptions(),
      UDP,
      FOUR,
    ]
    expect(told(parts)).toEqual([
      '0+40 ipv6: fd00::1 to fd00::2, UDP',
      '40+8 ipv6-hop-by-hop: next IP 60',
      '48+16 ipv6-destination-options: next IP 43',
      '64+24 ipv6-routing: 0 segments left',
      '88+8 ipv6-fragment: at 0, the last',
      '96+24 authentication: next IP 60',
      '120+8 ipv6-destination-options: next UDP',
      '128+8 udp: port 1 to 2',
      '136+4 payload: 4 bytes',
    ])
    const { layers } = described(parts)
    expect(fieldLines(layerOf(layers, 'ipv6-routing').fields).at(-1)).toBe('68+20 data: 20 bytes')
    expect(fieldLines(layerOf(layers, 'authentication').fields).at(-1)).toBe('108+12 integrityCheckValue: 12 bytes')
    expect(fieldLines(layerOf(layers, 'ipv6').fields)[5]).toBe('6+1 nextHeader: 0 (hop by hop)')
    // The only fragment of its datagram is no fragment.
    expect(fieldOf(layers, 'udp', 'checksum').check).toEqual({ verdict: 'valid', difference: 0 })
  })

  it('that do not fit end the reading, and the length that leaves no room is named', () => {
    const chain = b.hopByHop({ options: new Uint8Array(6), headerLength: 16, nextHeader: 59 })
    expect(told([FRAME, IP6, chain, b.padding(2)])).toEqual([
      '0+14 ethernet: 00:00:00:00:00:01 to 00:00:00:00:00:02',
      '14+40 ipv6: fd00::1 to fd00::2, IP 0',
      '54+8 undecoded: 8 bytes',
      '62+2 padding: 2 bytes',
      'outer.ipv6 at byte 54 needs 16 bytes, but the length of outer.ipv6 leaves 8 bytes',
    ])
  })

  it('that were cut by the snap length are no mistake of the sender', () => {
    expect(told([IP6, b.hopByHop(), UDP], 10)).toEqual([
      '0+40 ipv6: fd00::1 to fd00::2, IP 0',
      '40+16 undecoded: 16 bytes, 6 captured',
      'outer.ipv6 at byte 40 needs 8 bytes, of which 6 were captured: the snap length cut the packet',
    ])
  })
})

describe('an authentication header', () => {
  it('without an integrity check value has no such field', () => {
    const { layers } = described([IP, b.authentication({ nextHeader: 59 })])
    expect(outline(layers)[1]).toBe('20+12 authentication: next IP 59')
    expect(fieldLines(layerOf(layers, 'authentication').fields).at(-1)).toBe('28+4 sequence: 0')
  })

  it('in front of another one in IPv4 is not followed further', () => {
    const icv = { integrityCheckValue: new Uint8Array(12) }
    expect(told([IP, b.authentication(icv), b.authentication(icv), UDP])).toEqual([
      '0+20 ipv4: 10.0.0.1 to 10.0.0.2, IP 51',
      '20+24 authentication: next IP 51',
      '44+32 payload: 32 bytes',
    ])
  })
})

describe('a fragment', () => {
  it('behind the first is shown as a piece of something, not as what the datagram begins with', () => {
    const piece = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17, fragmentOffset: 8 })
    expect(told([FRAME, piece, b.payload(new Uint8Array(16)), b.padding(2)]).slice(2)).toEqual([
      '34+16 fragment: 16 bytes',
      '50+2 padding: 2 bytes',
    ])
    const piece6 = b.ipv6Fragment({ fragmentOffset: 8, nextHeader: 17 })
    expect(told([IP6, piece6, b.payload(new Uint8Array(16))]).slice(1)).toEqual([
      '40+8 ipv6-fragment: at 8, the last',
      '48+16 fragment: 16 bytes',
    ])
  })

  it('that is the first of several leaves the checksum open, in IPv6 as in IPv4, unless there is none', () => {
    const texts = (checksum?: number): string[] =>
      [[b.ipv4({ source: 1, destination: 2, flags: 1 })], [IP6, b.ipv6Fragment({ flags: 1 })]].map((ip) => {
        const udp = { sourcePort: 1, destinationPort: 2, length: 1000, checksum: checksum ?? 0xbeef }
        return fieldOf(described([...ip, b.udp(udp), FOUR]).layers, 'udp', 'checksum').text
      })
    expect(texts()).toEqual(['0xbeef (not verified: fragment)', '0xbeef (not verified: fragment)'])
    expect(texts(0)).toEqual(['0x0000 (absent)', '0x0000 (absent)'])
  })

  it('that is the first shows of its datagram what is in this packet, with or without a tunnel', () => {
    const first = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2', flags: 1 })
    const udp = b.udp({ sourcePort: 1, destinationPort: 2, length: 1000, checksum: 0 })
    expect(told([FRAME, first, udp, FOUR, b.padding(6)]).slice(2)).toEqual([
      '34+8 udp: port 1 to 2',
      '42+4 payload: 4 bytes',
      '46+6 padding: 6 bytes',
    ])
    // What the tunnel carries goes on in the next fragment: that its length is beyond this one is no fault.
    const carrier = `${'02'.repeat(12)} 0800 4500004c 00002000 40110000 0a000001 0a000002 000112b5 0400 0000 08000000 00000100`
    const inner = `${'04'.repeat(12)} 0800 450003c0 00000000 40fd0000 0a000003 0a000004 aabbccddeeff`
    const { layers, faults } = described(`${carrier} ${inner} 000000000000`)
    expect(outline(layers).slice(3)).toEqual([
      '42+8 vxlan: VNI 1',
      '  50+14 ethernet: 04:04:04:04:04:04 to 04:04:04:04:04:04',
      '  64+20 ipv4: 10.0.0.3 to 10.0.0.4, IP 253',
      '  84+6 payload: 6 bytes',
      '90+6 padding: 6 bytes',
    ])
    expect(faults).toEqual([])
  })
})

describe('IP in IP', () => {
  it('takes in each version either', () => {
    expect(told([IP, IP6, UDP, FOUR])).toEqual([
      '0+20 ipv4: 10.0.0.1 to 10.0.0.2, IP 41',
      '20+40 ipv6: fd00::1 to fd00::2, UDP',
      '60+8 udp: port 1 to 2',
      '68+4 payload: 4 bytes',
    ])
    expect(told([IP6, IP, UDP, FOUR])).toEqual([
      '0+40 ipv6: fd00::1 to fd00::2, IP 4',
      '40+20 ipv4: 10.0.0.1 to 10.0.0.2, UDP',
      '60+8 udp: port 1 to 2',
      '68+4 payload: 4 bytes',
    ])
  })

  it('leaves a protocol that nobody looks into as it is', () => {
    const other = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 253 })
    expect(told([FRAME, other, FOUR, b.padding(1)]).slice(1)).toEqual([
      '14+20 ipv4: 10.0.0.1 to 10.0.0.2, IP 253',
      '34+4 payload: 4 bytes',
      '38+1 padding: 1 byte',
    ])
  })

  it('is read from a capture that holds IPv6 alone', () => {
    expect(outline(described([IP6, UDP], LinkType.Ipv6).layers)).toEqual([
      '0+40 ipv6: fd00::1 to fd00::2, UDP',
      '40+8 udp: port 1 to 2',
    ])
  })
})

it('verifies a checksum behind a source route by the last node of it (RFC 1122 §4.1.3.3)', () => {
  // The datagram is for 10.1.2.9, and goes by 10.0.0.2 first.
  const route = { type: 0x83, data: Uint8Array.from([4, 10, 0, 0, 8, 10, 1, 2, 9]) }
  const datagram = (destination: string, options: { type: number; data: Uint8Array }[]): string => {
    const parts = [b.ipv4({ source: '10.0.0.1', destination, options }), b.udp({ sourcePort: 1, destinationPort: 53 })]
    const { bytes } = b.build([...parts, b.payload('data')])
    return Buffer.from(bytes).toString('hex')
  }
  const straight = datagram('10.1.2.9', [])
  const routed = datagram('10.0.0.2', [route])
  const sum = straight.slice(2 * 26, 2 * 28)
  const bytes = `${routed.slice(0, 2 * 38)}${sum}${routed.slice(2 * 40)}`
  expect(fieldOf(described(bytes, LinkType.Ipv4).layers, 'udp', 'checksum').text).toBe(`0x${sum} (valid)`)
})
