/** The walk on packets whose lengths, fragments and versions are out of the ordinary; ordinary ones are in test/testing. */
import { describe, expect, it } from 'vitest'
import { FAULT_NAMES, NONE } from '../../../src/codecs/core/fault.ts'
import { LinkType } from '../../../src/codecs/link/linktype.ts'
import { dissect, tunnelPorts } from '../../../src/codecs/walk/dissect.ts'
import { LAYER_NAMES, Layers, TunnelKind } from '../../../src/codecs/walk/layers.ts'
import { bytesOf } from '../../support/hex.ts'

const AT = 6

function walked(hex: string, options: { captured?: number; wire?: number; linkType?: number; ports?: number[] } = {}) {
  const bytes = bytesOf(hex)
  const around = new Uint8Array(AT + bytes.length + 9).fill(0xee)
  around.set(bytes, AT)
  const { captured = bytes.length, wire = bytes.length, linkType = LinkType.Ethernet, ports = [] } = options
  const layers = new Layers()
  dissect(layers, new DataView(around.buffer), AT, captured, wire, linkType, tunnelPorts(ports))
  return layers
}

function faults({ faultCount, faultLayers, faultCodes }: Layers): string[] {
  return Array.from({ length: faultCount }, (_, i) => `${LAYER_NAMES[faultLayers[i]!]} ${FAULT_NAMES[faultCodes[i]!]}`)
}

const ETHERNET = '020000000002 020000000001 0800'
const ETHERNET6 = ETHERNET.replace('0800', '86dd')
const IPV4 = '45000052 00074000 40110000 0a000001 0a000002'
const IPV6 = `60000000 003e 1140 ${'00'.repeat(32)}`
const UDP = 'c000 12b5 003e 0000'
const VXLAN = '08000000 000064 00'
const INNER = '020000000004 020000000003 0800 45000020 00090000 40fd0000 c0a80001 c0a80002 0102030405060708090a0b0c'
const PACKET = ETHERNET + IPV4 + UDP + VXLAN + INNER

describe('dissect', () => {
  it('finds each layer of a plain tunnel packet', () => {
    const layers = walked(PACKET)
    expect(faults(layers)).toEqual([])
    expect([layers.at, layers.end, layers.wireEnd]).toEqual([AT, AT + 96, AT + 96])
    expect(layers.lengthImpossible).toBe(false)
    expect([layers.outerFrame.at, layers.outerFrame.etherType, layers.outerFrame.tagCount]).toEqual([AT, 0x0800, 0])
    expect(layers.outerIp).toMatchObject({
      at: AT + 14,
      version: 4,
      length: 82,
      lengthUnstated: false,
      payloadAt: AT + 34,
      payloadEnd: AT + 96,
      protocol: 17,
      fragmentOffset: 0,
      moreFragments: false,
      identification: 7,
      isFragment: false,
    })
    expect([layers.outerTransport, layers.outerSourcePort, layers.outerDestinationPort]).toEqual([
      AT + 34,
      0xc000,
      4789,
    ])
    expect([layers.tunnel, layers.tunnelAt, layers.vni, layers.innerLength]).toEqual([1, AT + 42, 100, 46])
    expect([layers.innerFrame.at, layers.innerIp.at, layers.innerIp.length]).toEqual([AT + 50, AT + 64, 32])
    expect([layers.innerEnd, layers.innerTransport, layers.innerPorts, layers.innerArp]).toEqual([
      AT + 96,
      NONE,
      NONE,
      NONE,
    ])
  })

  it('takes a total length of 0 for the rest of the frame', () => {
    const layers = walked(PACKET.replace('45000052', '45000000').replace('c000 12b5 003e', 'c000 12b5 0000'))
    expect(faults(layers)).toEqual([])
    expect(layers.outerIp).toMatchObject({ length: 82, lengthUnstated: true, payloadEnd: AT + 96 })
    expect([layers.vni, layers.innerLength]).toEqual([100, 46])
  })

  it('does not take a total length of 1 for that', () => {
    expect(faults(walked(PACKET.replace('45000052', '45000001')))).toEqual(['outer.ipv4 LengthTooSmall'])
  })

  it.each([
    ['a UDP length of 0', '0000', 46],
    ['a UDP length below its header', '0007', 46],
    ['a UDP length beyond IP', '0064', 46],
    ['a UDP length that leaves padding', '003a', 42],
  ])('reads %s', (_what, length, innerLength) => {
    const layers = walked(PACKET.replace('c000 12b5 003e', `c000 12b5 ${length}`))
    expect([layers.vni, layers.innerLength]).toEqual([100, innerLength])
  })

  it('goes by the UDP length in a first fragment, and into no later one', () => {
    const first = walked(PACKET.replace('00074000', '00072000').replace('c000 12b5 003e', 'c000 12b5 0100'))
    expect([first.outerIp.moreFragments, first.outerIp.isFragment, first.innerLength]).toEqual([true, true, 240])
    const later = walked(PACKET.replace('00074000', '00070010'))
    expect([later.outerIp.fragmentOffset, later.outerIp.isFragment, later.outerTransport]).toEqual([128, true, NONE])
    expect([later.tunnel, later.outerDestinationPort]).toEqual([TunnelKind.None, NONE])
  })

  it('reads IPv6 with and without a fragment header', () => {
    const plain = walked(ETHERNET6 + IPV6 + UDP + VXLAN + INNER)
    expect(faults(plain)).toEqual([])
    expect(plain.outerIp).toMatchObject({
      version: 6,
      length: 102,
      identification: 0,
      fragmentOffset: 0,
      payloadAt: AT + 54,
    })
    expect([plain.vni, plain.innerIp.version]).toEqual([100, 4])
    const header = IPV6.replace('003e 11', '0046 2c')
    const atomic = walked(`${ETHERNET6}${header} 11000000 00abcdef ${UDP}${VXLAN}${INNER}`)
    expect(atomic.outerIp).toMatchObject({
      identification: 0xabcdef,
      protocol: 17,
      isFragment: false,
      payloadAt: AT + 62,
    })
    expect(atomic.vni).toBe(100)
    const first = walked(`${ETHERNET6}${header} 11000001 00abcdef ${UDP}${VXLAN}${INNER}`)
    expect([first.outerIp.moreFragments, first.outerIp.isFragment, first.vni]).toEqual([true, true, 100])
    const later = walked(`${ETHERNET6}${header} 11000008 00abcdef ${UDP}${VXLAN}${INNER}`)
    expect([later.outerIp.fragmentOffset, later.vni]).toEqual([8, NONE])
  })

  it('reads IPv6 whose length is 0 to the end of the frame, and says why it stops', () => {
    const layers = walked(ETHERNET6 + IPV6.replace('003e', '0000') + UDP + VXLAN + INNER)
    expect(layers.outerIp).toMatchObject({ length: 102, lengthUnstated: true, payloadEnd: AT + 116 })
    expect(layers.vni).toBe(100)
    expect(faults(walked(`${ETHERNET6} 40000000 ${IPV6.slice(9)}`))).toEqual(['outer.ipv6 BadVersion'])
    expect(faults(walked(ETHERNET6 + IPV6.slice(0, 39)))).toEqual(['outer.ipv6 Truncated'])
    expect(faults(walked(`${ETHERNET6}${IPV6.replace('003e 11', '0008 00')} 1101 000000000000`))).toEqual([
      'outer.ipv6 Truncated',
    ])
  })

  it('looks for no transport behind what is no IP', () => {
    // LLDP, and LLDP inside the tunnel.
    const lldp = '020000000004 020000000003 88cc 0207040200000000010403'
    expect(walked(lldp)).toMatchObject({ outerTransport: NONE, tunnel: TunnelKind.None })
    expect(walked(ETHERNET + IPV4 + UDP + VXLAN + lldp)).toMatchObject({ innerTransport: NONE, innerPorts: NONE })
  })

  it('looks for no transport in later inner fragments', () => {
    const later = PACKET.replace('00090000 40fd', '00090001 4011')
    expect(walked(later)).toMatchObject({ innerTransport: NONE, innerPorts: NONE })
    expect(walked(PACKET.replace('00090000 40fd', '00092000 4011')).innerTransport).toBe(AT + 84)
  })

  it('reads a jumbogram by its option', () => {
    const jumbo = `60000000 0000 0040 ${'00'.repeat(32)} 1100c204 00011008 ${UDP}${VXLAN}${INNER}`
    const layers = walked(ETHERNET6 + jumbo, { wire: 14 + 40 + 0x11008 + 20 })
    expect(layers.outerIp).toMatchObject({
      length: 40 + 0x11008,
      lengthUnstated: true,
      payloadEnd: AT + 14 + 40 + 0x11008,
    })
  })

  it.each([1, 4])('finds nothing behind the headers of a jumbogram whose length ends within them: %d', (stated) => {
    const jumbo = `60000000 0000 0040 ${'00'.repeat(32)} 1100c204 0000000${stated} ${UDP}${VXLAN}${INNER}`
    const { outerIp, tunnel } = walked(ETHERNET6 + jumbo)
    expect(outerIp.length).toBe(40 + stated)
    expect([outerIp.payloadAt, outerIp.payloadEnd]).toEqual([AT + 14 + 48, AT + 14 + 48])
    expect(tunnel).toBe(TunnelKind.None)
  })
  it('takes a jumbo length of 0 for none', () => {
    const jumbo = `60000000 0000 0040 ${'00'.repeat(32)} 1100c204 00000000 ${UDP}${VXLAN}${INNER}`
    expect(walked(ETHERNET6 + jumbo).outerIp.length).toBe(bytesOf(jumbo).length)
  })

  it('has no end of an inner packet where there is no tunnel', () => {
    expect(walked(PACKET.replace('12b5', '0035')).innerEnd).toBe(0)
  })

  it('keeps what it read before a fault', () => {
    const layers = walked(PACKET.replace('45000052', '450005dc').replace(VXLAN, VXLAN.replace('08', '00')))
    expect(faults(layers)).toEqual(['outer.ipv4 LengthBeyondPacket', 'vxlan FlagMissing'])
    expect([layers.outerDestinationPort, layers.tunnel]).toEqual([4789, TunnelKind.None])
  })

  it('reads no more than was captured, nor than was on the wire', () => {
    const cut = walked(PACKET, { captured: 60 })
    expect([cut.vni, cut.innerLength, ...faults(cut)]).toEqual([100, 46, 'inner.ethernet NotCaptured'])
    const long = walked(PACKET, { wire: 60 })
    expect([long.end, long.wireEnd]).toEqual([AT + 60, AT + 60])
    expect(faults(long)).toEqual(['outer.ipv4 LengthBeyondPacket', 'inner.ethernet Truncated'])
  })

  it.each([
    ['a further port', [9000], '2328', 1],
    ['Geneve', [], '17c1', 3],
    ['GPE', [], '12b6', 2],
    ['the port of Linux', [], '2118', 1],
    ['a port of nothing', [], '2329', 0],
  ])('knows tunnels by port: %s', (_what, ports, port, kind) => {
    const tunnel = port === '17c1' ? '00006558 000064 00' : VXLAN
    const layers = walked(PACKET.replace('12b5', port).replace(VXLAN, tunnel), { ports })
    expect([layers.tunnel, layers.vni]).toEqual(kind === 0 ? [0, NONE] : [kind, 100])
  })

  it('takes no frame to be longer than a gigabyte, whatever its record says', () => {
    const { length } = bytesOf(PACKET)
    for (const wire of [0x3fff_ffff, 0x4000_0000, 0xffff_ffff]) {
      const { end, wireEnd } = walked(PACKET, { wire })
      expect([end, wireEnd]).toEqual([AT + length, AT + 0x3fff_ffff])
    }
    expect(walked(PACKET, { wire: 0x3fff_fffe }).wireEnd).toBe(AT + 0x3fff_fffe)
  })

  it('refuses ports that are none', () => {
    for (const port of [0, 65536, -1, 1.5, Number.NaN]) expect(() => tunnelPorts([port])).toThrow(RangeError)
    expect(tunnelPorts([1, 65535])[65535]).toBe(TunnelKind.Vxlan)
  })

  it.each([
    ['4', '45000014 00000000 40fd0000 0a000001 0a000002', [4, 0x0800]],
    ['6', `60000000 0000 3b40 ${'00'.repeat(32)}`, [6, 0x86dd]],
  ])('tells raw IP by its version: %s', (_what, hex, expected) => {
    const layers = walked(hex, { linkType: LinkType.Raw })
    expect([layers.outerIp.version, layers.outerFrame.etherType]).toEqual(expected)
  })

  it.each([
    ['c5', ['link BadVersion']],
    ['85', ['link BadVersion']],
    ['', ['link Truncated']],
  ])('refuses raw bytes %j', (hex, expected) => {
    expect(faults(walked(hex, { linkType: LinkType.Raw }))).toEqual(expected)
  })

  it.each([
    ['cooked', LinkType.LinuxSll, '0004 0001 0006 0200000000010000 0800', 16, 0],
    ['cooked 2', LinkType.LinuxSll2, '0800 0000 00000007 0001 00 06 0200000000010000', 20, 7],
    ['loopback', LinkType.Null, '02000000', 4, 0],
    ['loopback in network order', LinkType.Loop, '00000002', 4, 0],
    ['Cisco HDLC', LinkType.CiscoHdlc, '0f00 0800', 4, 0],
    ['Cisco HDLC to all', LinkType.CiscoHdlc, '8f00 0800', 4, 0],
    ['Cisco HDLC on a serial line', LinkType.PppHdlc, '0f00 0800', 4, 0],
    ['nothing', LinkType.Ipv4, '', 0, 0],
  ])('begins with %s', (_what, linkType, link, length, linkInterface) => {
    const layers = walked(link + IPV4 + UDP + VXLAN + INNER, { linkType })
    expect(faults(layers)).toEqual([])
    expect([layers.outerIp.at, layers.outerFrame.at, layers.outerFrame.etherType]).toEqual([AT + length, NONE, 0x0800])
    expect([layers.linkInterface, layers.vni]).toEqual([linkInterface, 100])
    if (length > 0) expect(faults(walked(link.slice(0, -2), { linkType }))).toEqual(['link Truncated'])
  })

  it('does not look into operations frames of GPE', () => {
    const layers = walked(PACKET.replace('12b5', '12b6').replace(VXLAN, '0d000003 000064 00'))
    expect([layers.tunnel, layers.vni, layers.innerFrame.at]).toEqual([2, 100, NONE])
  })

  it('notes ports of SCTP, and of transports whose header was cut', () => {
    const sctp = walked(PACKET.replace('40fd0000', '40840000'))
    expect([sctp.innerPorts, sctp.innerTransport]).toEqual([AT + 84, NONE])
    const tcp = walked(PACKET.replace('40fd0000', '40060000'))
    expect([tcp.innerPorts, tcp.innerTransport, ...faults(tcp)]).toEqual([AT + 84, NONE, 'inner.tcp Truncated'])
    const short = walked(PACKET.replace('40fd0000', '40060000'), { captured: 87 })
    expect([short.innerPorts, ...faults(short)]).toEqual([NONE, 'inner.tcp Truncated'])
  })

  it('finds the transport of every kind inside, and no fault', () => {
    const data = '0102030405060708090a0b0c'
    const inside = (protocol: string, header: string): Layers => {
      const length = (20 + bytesOf(header).length).toString(16).padStart(4, '0')
      const total = (70 + bytesOf(header).length).toString(16).padStart(4, '0')
      const packet = PACKET.replace('45000052', `4500${total}`).replace('12b5 003e', '12b5 0000')
      return walked(
        packet.replace('45000020', `4500${length}`).replace('40fd0000', `40${protocol}0000`).replace(data, header),
      )
    }
    for (const [protocol, header] of [
      ['06', `04000050 00000001 00000002 50100000 00000000`],
      ['11', '04000050 00080000'],
      ['01', '08000000 00010001'],
      ['3a', '80000000 00010001'],
    ] as const) {
      const layers = inside(protocol, header)
      expect([layers.innerTransport, ...faults(layers)], protocol).toEqual([AT + 84])
    }
  })

  it('leaves nothing of one packet in the next', () => {
    const tagged =
      '020000000004 020000000003 8100 0005 0806 0001 0800 06 04 0001 020000000003 c0a80001 000000000000 c0a80002'
    const packets = [
      PACKET,
      ETHERNET + IPV4 + UDP + VXLAN + tagged,
      PACKET.replace('12b5', '0035'),
      `${ETHERNET6}${IPV6}${UDP}${VXLAN}${INNER}`,
      `020000000002 020000000001 8100 0007 0800 ${IPV4}${UDP}`,
      '0102',
    ]
    const picture = (layers: Layers): unknown => {
      const { chain: _chain, cursor: _cursor, view: _view, innerView: _innerView, ...rest } = layers
      const tags = (frame: Layers['outerFrame']): number[] => [...frame.vlanIds.slice(0, frame.tagCount)]
      const plain = JSON.parse(JSON.stringify(rest, (key, value) => (ArrayBuffer.isView(value) ? key : value)))
      return [plain, tags(layers.outerFrame), tags(layers.innerFrame), faults(layers)]
    }
    const used = new Layers()
    const walk = (layers: Layers, hex: string): Layers => {
      const bytes = bytesOf(hex)
      dissect(layers, new DataView(bytes.buffer), 0, bytes.length, bytes.length, LinkType.Ethernet, tunnelPorts())
      return layers
    }
    for (const before of packets) {
      for (const hex of packets) {
        walk(used, before)
        used.lengthImpossible = true
        expect(picture(walk(used, hex))).toEqual(picture(walk(new Layers(), hex)))
      }
    }
  })

  it('reads a bare packet behind Geneve, and a frame behind GPE without the P flag', () => {
    // draft-ietf-nvo3-vxlan-gpe-12 §3.1: without P, the header is that of RFC 7348, whatever the next protocol says.
    const bare = INNER.slice(INNER.indexOf('4500'))
    const geneve = walked(PACKET.replace('12b5', '17c1').replace(VXLAN, '00000800 000064 00').replace(INNER, bare))
    expect([geneve.tunnel, geneve.innerFrame.at, geneve.innerFrame.etherType, geneve.innerIp.at]).toEqual([
      TunnelKind.Geneve,
      NONE,
      0x0800,
      AT + 50,
    ])
    const gpe = walked(PACKET.replace('12b5', '12b6'))
    expect([gpe.tunnel, gpe.innerFrame.at, gpe.innerIp.at]).toEqual([TunnelKind.Gpe, AT + 50, AT + 64])
  })

  it('takes the last node of a source route for the receiver (RFC 791 §3.1, RFC 8200 §4.4)', () => {
    // Loose source route: three bytes, then 10.0.0.9 to be visited; a no-operation in front.
    const route = '4800005e 00074000 40110000 0a000001 0a000002 01 83 0b 04 0a000008 0a000009'
    const layers = walked(`${ETHERNET} ${route} ${UDP}${VXLAN}${INNER}`)
    expect(faults(layers)).toEqual([])
    expect(layers.outerIp).toMatchObject({ isRouted: true, destinationAt: AT + 14 + 28, sourceAt: AT + 14 + 12 })
    expect(walked(PACKET).outerIp).toMatchObject({
      isRouted: false,
      destinationAt: AT + 14 + 16,
    })
    // A routing header of a type that nobody knows hides where the packet goes, as long as it has nodes to visit.
    const routed = (left: string): Layers =>
      walked(`${ETHERNET6} ${IPV6.replace('003e 11', '0046 2b')} 11 00 63 ${left} 00000000 ${UDP}${VXLAN}${INNER}`)
    expect(routed('01').outerIp.isFinalUnknown).toBe(true)
    expect(routed('00').outerIp.isFinalUnknown).toBe(false)
  })

  it('notes an IPv6 length beyond the frame, and goes no further where extension headers end too early', () => {
    expect(faults(walked(ETHERNET6 + IPV6.replace('003e', '003f') + UDP + VXLAN + INNER))).toEqual([
      'outer.ipv6 LengthBeyondPacket',
    ])
    expect(faults(walked(ETHERNET6 + IPV6 + UDP + VXLAN + INNER))).toEqual([])
    const cut = walked(`${ETHERNET6}${IPV6.replace('003e 11', '0008 00')} 1101 000000000000`)
    expect([cut.outerTransport, cut.outerIp.payloadAt]).toEqual([NONE, NONE])
  })

  it('says of a link layer that ends too early, or carries no packet, what it was', () => {
    const link = (hex: string, linkType: number): unknown[] => {
      const layers = walked(hex, { linkType })
      return [layers.outerFrame.etherType, ...faults(layers)]
    }
    // Link control is PPP all the same (RFC 1661 §3.1).
    expect(link('ff03 c021 01010004', LinkType.PppHdlc)).toEqual([0x880b])
    expect(link('ff03 c021 01010004', LinkType.Ppp)).toEqual([0x880b])
    expect(link('11000009 0006 c021 01010004', LinkType.PppEther)).toEqual([0x8864])
    expect(link('55555555555555', LinkType.EthernetMpacket)).toEqual([NONE, 'link Truncated'])
    expect(link(`5555555555555507 ${PACKET}`, LinkType.EthernetMpacket)).toEqual([NONE])
    for (const linkType of [LinkType.DsaTagBrcm, LinkType.DsaTagDsa, LinkType.DsaTagEdsa]) {
      expect(link('0200000000020200000000', linkType)).toEqual([NONE, 'outer.ethernet Truncated'])
    }
    expect(link('000000', LinkType.DsaTagBrcmPrepend)).toEqual([NONE, 'outer.dsa Truncated'])
  })

  it('finds labels alone too short, and looks into SNAP only where a length or Linux says that it is there', () => {
    const labels = walked('020000000002 020000000001 8847 00064140')
    expect(faults(labels)).toEqual(['outer.mpls Truncated'])
    const snap = (link: string, linkType: number, type: string): Layers =>
      walked(`${link} ${type} aaaa03000000 0800 ${IPV4}${UDP}${VXLAN}${INNER}`, { linkType })
    const frame = ETHERNET.slice(0, -4)
    const cooked = '0004 0001 0006 0200000000010000'
    expect(snap(frame, LinkType.Ethernet, '005a').vni).toBe(100)
    expect(snap(frame, LinkType.Ethernet, '0000').vni).toBe(100)
    // No room for the header in one byte, nor in seven.
    for (const length of ['0001', '0007']) {
      const layers = snap(frame, LinkType.Ethernet, length)
      expect([layers.vni, layers.carriers, ...faults(layers)]).toEqual([NONE, 0])
    }
    expect(snap(cooked, LinkType.LinuxSll, '0004').vni).toBe(100)
    // Novell's frames begin without LLC.
    expect(snap(cooked, LinkType.LinuxSll, '0001').vni).toBe(NONE)
    expect(snap(`${cooked} 8100 0005`, LinkType.LinuxSll, '0004').vni).toBe(NONE)
  })
})
