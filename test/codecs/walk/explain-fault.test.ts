import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault } from '../../../src/codecs/core/fault.ts'
import * as vxlan from '../../../src/codecs/headers/vxlan.ts'
import { LinkType } from '../../../src/codecs/link/linktype.ts'
import { dissect, tunnelPorts } from '../../../src/codecs/walk/dissect.ts'
import { explainFault, explainRefusal } from '../../../src/codecs/walk/explain-fault.ts'
import { Layers } from '../../../src/codecs/walk/layers.ts'
import { bytesOf } from '../../support/hex.ts'

const ETHERNET = '020000000002 020000000001 0800'
/** Total length 70, no checksum: 20 + UDP 8 + VXLAN 8 + Ethernet 14 + IPv4 20. */
const IPV4 = '45000046 00004000 40110000 0a000001 0a000002'
const UDP = 'c000 12b5 0032 0000'
const VXLAN = '08000000 000064 00'
const INNER_ETHERNET = '020000000004 020000000003 0800'
const INNER_IPV4 = '45000014 00004000 40010000 c0a80001 c0a80002'
const PACKET = ETHERNET + IPV4 + UDP + VXLAN + INNER_ETHERNET + INNER_IPV4

/** The layers of a packet that lies some way into its view. */
function layersOf(hex: string, options: { captured?: number; wire?: number; linkType?: number } = {}): Layers {
  const bytes = bytesOf(hex)
  const around = new Uint8Array(bytes.length + 20)
  around.set(bytes, 7)
  const { captured = bytes.length, wire = Math.max(captured, bytes.length), linkType = LinkType.Ethernet } = options
  const layers = new Layers()
  dissect(layers, new DataView(around.buffer), 7, captured, wire, linkType, tunnelPorts())
  return layers
}

function sentences(layers: Layers): string[] {
  return Array.from({ length: layers.faultCount }, (_, index) => explainFault(layers, index).sentence)
}

describe('explainFault', () => {
  it('gives layer, offset, what was needed, what there was, and which length said so', () => {
    const layers = layersOf(PACKET.replace('c000 12b5 0032', 'c000 12b5 0018'))
    expect(layers.faultCount).toBe(1)
    expect(explainFault(layers, 0)).toEqual({
      layer: 'inner.ethernet',
      fault: Fault.Truncated,
      name: 'Truncated',
      offset: 50,
      needed: 14,
      available: 8,
      limitedBy: 'outer.udp',
      sentence: 'inner.ethernet at byte 50 needs 14 bytes, but the length of outer.udp leaves 8 bytes',
    })
  })

  it.each([
    [
      'a frame that ends',
      layersOf(ETHERNET + IPV4.slice(0, 20)),
      ['outer.ipv4 at byte 14 needs 20 bytes, but the frame leaves 9 bytes'],
    ],
    [
      'a snap length',
      layersOf(PACKET, { captured: 60 }),
      ['inner.ethernet at byte 50 needs 14 bytes, of which 10 were captured: the snap length cut the packet'],
    ],
    [
      'an IP length that cuts',
      layersOf(PACKET.replace('45000046', '4500001b')),
      ['outer.udp at byte 34 needs 8 bytes, but the length of outer.ipv4 leaves 7 bytes'],
    ],
    [
      'an IP length beyond the frame',
      layersOf(PACKET.replace('45000046', '450005dc')),
      [
        'outer.ipv4 at byte 14 claims 1500 bytes, but the frame leaves 70 bytes',
        'inner.icmp at byte 84 needs 8 bytes, but the frame leaves none',
      ],
    ],
    [
      'an inner IP length beyond the tunnel',
      layersOf(PACKET.replace('45000014', '45000064')),
      [
        'inner.ipv4 at byte 64 claims 100 bytes, but the frame leaves 20 bytes',
        'inner.icmp at byte 84 needs 8 bytes, but the frame leaves none',
      ],
    ],
    [
      'a clear I flag',
      layersOf(PACKET.replace(VXLAN, VXLAN.replace('08', '00'))),
      ['vxlan at byte 42 has the I flag clear, so its VNI is not valid (RFC 7348 §5)'],
    ],
    [
      'another version',
      layersOf(PACKET.replace('45000046', '65000046')),
      ['outer.ipv4 at byte 14 has the version number of another protocol'],
    ],
    [
      'an IHL of 4',
      layersOf(PACKET.replace('45000046', '44000046')),
      ['outer.ipv4 at byte 14 states a header length below the smallest legal one'],
    ],
    [
      'a total length of 19',
      layersOf(PACKET.replace('45000046', '45000013')),
      ['outer.ipv4 at byte 14 states a length below that of its own header'],
    ],
    [
      'nine tags',
      layersOf(`${ETHERNET.slice(0, 26)}${'8100 0001 '.repeat(9)} 0800`),
      ['outer.vlan at byte 46 is stacked deeper than any network does, and is not followed'],
    ],
    [
      'ARP for other hardware',
      layersOf(
        PACKET.replace(
          `${INNER_ETHERNET}${INNER_IPV4}`,
          `${INNER_ETHERNET.replace('0800', '0806')}0006 0800 08 04 0001 000000000000000000000000`,
        ),
      ),
      ['inner.arp at byte 64 has a form that is not decoded'],
    ],
    [
      'an unknown link type',
      layersOf(PACKET, { linkType: 147 }),
      ['link at byte 0 begins with a link layer of an unknown type'],
    ],
    [
      'raw bytes of no IP version',
      layersOf('90', { linkType: LinkType.Raw }),
      ['link at byte 0 has the version number of another protocol'],
    ],
    [
      'nothing at all',
      layersOf('', { linkType: LinkType.Raw }),
      ['link at byte 0 needs 1 byte, but the frame leaves none'],
    ],
  ])('says it in a sentence: %s', (_what, layers, expected) => {
    expect(sentences(layers)).toEqual(expected)
  })

  it('reads the fault of an extension header behind an IPv6 length that is too large', () => {
    const layers = layersOf(
      `${ETHERNET.replace('0800', '86dd')} 60000000 0010 3c40 ${'00'.repeat(32)} 1101000000000000`,
    )
    expect([0, 1].map((index) => explainFault(layers, index))).toMatchObject([
      { layer: 'outer.ipv6', name: 'LengthBeyondPacket', offset: 14, needed: 56, available: 48, limitedBy: 'frame' },
      { layer: 'outer.ipv6', name: 'Truncated', offset: 54, needed: 16, available: 8, limitedBy: 'frame' },
    ])
  })

  it('names the length that an inner header met, the outermost of those that agree', () => {
    const tcp = PACKET.replace('40010000', '40060000')
    // The tunnel ends before the frame does: UDP says so, inner IP claims more.
    const padded = `${tcp.replace('45000014', '45000064')} 00112233`.replace('0a000002', '0a000002')
    expect([0, 1].map((index) => explainFault(layersOf(padded), index))).toMatchObject([
      {
        layer: 'inner.ipv4',
        name: 'LengthBeyondPacket',
        offset: 64,
        needed: 100,
        available: 20,
        limitedBy: 'outer.ipv4',
      },
      { layer: 'inner.tcp', name: 'Truncated', offset: 84, needed: 20, available: 0, limitedBy: 'outer.ipv4' },
    ])
    const shorter = `${tcp.replace('45000014', '45000064').replace('45000046', '45000048')} 00112233`
    expect([0, 1].map((index) => explainFault(layersOf(shorter), index))).toMatchObject([
      { layer: 'inner.ipv4', available: 20, limitedBy: 'outer.udp' },
      { layer: 'inner.tcp', available: 0, limitedBy: 'outer.udp' },
    ])
    // Inner IP ends before the tunnel does.
    const inside = `${tcp.replace('45000014', '45000016').replace('45000046', '4500004a').replace('12b5 0032', '12b5 0036')} 00112233`
    expect(explainFault(layersOf(inside), 0)).toMatchObject({
      layer: 'inner.tcp',
      needed: 20,
      available: 2,
      limitedBy: 'inner.ipv4',
    })
  })

  it('counts from the first byte of a datagram that lies in another view, once it was reassembled', () => {
    const layers = layersOf(PACKET.replace('45000014', '45000064'), { captured: 88 })
    const outer = layers.view
    // The walk over a reassembled datagram leaves the outer view behind.
    layers.view = new DataView(outer.buffer, 0, 60)
    layers.innerView = outer
    expect(explainFault(layers, 0)).toMatchObject({ layer: 'inner.ipv4', offset: 7 + 64 })
    expect(explainFault(layers, 1)).toMatchObject({ layer: 'inner.icmp', offset: 7 + 84 })
    const early = layersOf(PACKET.replace('45000046', '450005dc'))
    early.view = new DataView(early.view.buffer, 0, 60)
    expect(explainFault(early, 0)).toMatchObject({ layer: 'outer.ipv4', offset: 14 })
  })

  it('tells the lengths of inner and outer IPv6 apart', () => {
    const six = (length: string, next: string): string => `60000000 ${length} ${next}40 ${'00'.repeat(32)}`
    const outer = `${ETHERNET.replace('0800', '86dd')} ${six('0004', '11')} 000100020000`
    expect(explainFault(layersOf(outer), 0)).toMatchObject({
      layer: 'outer.udp',
      available: 4,
      limitedBy: 'outer.ipv6',
    })
    const inner = `${ETHERNET} 45000060 00004000 40110000 0a000001 0a000002 c000 12b5 004c 0000 ${VXLAN} ${INNER_ETHERNET.replace('0800', '86dd')}`
    expect(explainFault(layersOf(`${inner} ${six('0004', '06')} 000100020000`), 0)).toMatchObject({
      layer: 'inner.tcp',
      available: 4,
      limitedBy: 'inner.ipv6',
    })
  })

  it('says when nothing at all of a header was captured', () => {
    expect(sentences(layersOf(PACKET, { captured: 50 }))).toEqual([
      'inner.ethernet at byte 50 needs 14 bytes, of which 0 were captured: the snap length cut the packet',
    ])
  })

  it('names the IP header of a carrier whose length is to blame, and the one that claims too much', () => {
    const within = (outer: string, inner: string): string =>
      `${ETHERNET} 4500${outer} 00004000 40040000 ac140001 ac140002 4500${inner} 00004000 40110000 0a000001 0a000002`
    // The outer header ends before the inner one's datagram does, which a longer frame holds.
    const cut = `${within('002c', '0030')} c000 0035 001c ${'00'.repeat(22)}`
    expect(explainFault(layersOf(cut), 0)).toMatchObject({
      layer: 'outer.ipv4',
      name: 'LengthBeyondPacket',
      offset: 34,
      needed: 48,
      available: 24,
      limitedBy: 'outer.ipv4',
    })
    const first = `${within('0100', '001c')} c000 0035 0008 0000`
    expect(explainFault(layersOf(first), 0)).toMatchObject({
      layer: 'outer.ipv4',
      name: 'LengthBeyondPacket',
      offset: 14,
      needed: 256,
      available: 48,
      limitedBy: 'frame',
    })
    const short = `${within('002a', '0016')} c000 00000000000000`
    expect(explainFault(layersOf(short), 0)).toMatchObject({
      layer: 'outer.udp',
      name: 'Truncated',
      offset: 54,
      available: 2,
      limitedBy: 'outer.ipv4',
    })
  })

  it('never speaks of a datagram in NVGRE, which has none', () => {
    const nvgre = `${ETHERNET} 4500003e 00004000 402f0000 0a000001 0a000002 20006558 00006407`
    const layers = layersOf(`${nvgre} ${INNER_ETHERNET} ${INNER_IPV4.replace('45000014', '45000064')}`)
    expect(explainFault(layers, 0)).toMatchObject({ layer: 'inner.ipv4', available: 20, limitedBy: 'frame' })
    // As a first fragment's header leaves it, whose datagram was joined in another view.
    layers.outerIp.length = 40
    layers.wireEnd -= 4
    expect(explainFault(layers, 0)).toMatchObject({ layer: 'inner.ipv4', available: 20, limitedBy: 'window' })
  })

  it('refuses an index without a fault', () => {
    const layers = layersOf(PACKET.replace('40010000', '40fd0000'))
    for (const index of [0, -1, 0.5, Number.NaN]) expect(() => explainFault(layers, index)).toThrow(RangeError)
  })
})

describe('explainRefusal', () => {
  it('explains a bare cursor, whose window is all there is to say', () => {
    const cursor = new Cursor().reset(new DataView(new ArrayBuffer(20)), 4, 9)
    vxlan.enter(cursor)
    expect(explainRefusal(cursor, 'vxlan').offset).toBe(4)
    expect(explainRefusal(cursor, 'vxlan', 4)).toEqual({
      layer: 'vxlan',
      fault: Fault.Truncated,
      name: 'Truncated',
      offset: 0,
      needed: 8,
      available: 5,
      limitedBy: 'window',
      sentence: 'vxlan at byte 0 needs 8 bytes, but the window leaves 5 bytes',
    })
  })
})
