/**
 * How every field of every header is said: name, text and unit, field by field, from packets whose fields all differ. The packets are the
 * builder's; the words were checked by eye against the RFCs' names and numbers.
 */
import { describe, expect, it } from 'vitest'
import * as b from '../../../src/codecs/build/builder.ts'
import { build, type Part } from '../../../src/codecs/build/builder.ts'
import * as gre from '../../../src/codecs/carriers/gre.ts'
import { describePacket } from '../../../src/codecs/describe/describe.ts'
import type { DescribedField } from '../../../src/codecs/describe/describe-field.ts'
import type { DescribedLayer } from '../../../src/codecs/describe/describe-tree.ts'

const FRAME = b.ethernet({ destination: '02:00:00:00:00:02', source: 'fe:54:00:e7:30:fc' })
const IP = b.ipv4({ source: '10.0.0.1', destination: '192.168.255.2' })
/** What ends a packet: an IP header and an Ethernet header in front of what nobody knows. */
const DATA = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 253 })
const ARP_FRAME = b.ethernet({ destination: 1, source: 2 })
const ARP = b.arp({ senderHardware: 2, senderProtocol: 1, targetProtocol: 2 })
const IP6 = b.ipv6({ source: 'fd00::1', destination: 'fd00::2' })

/** A field on one line: `name: text`, its unit in brackets. */
function lineOf({ name, text, unit }: DescribedField): string {
  return `${name}: ${text}${unit === undefined ? '' : ` [${unit}]`}`
}

/** The last layer of that name in a packet, tunnels looked into. */
function layerOf(layers: readonly DescribedLayer[], name: string): DescribedLayer | undefined {
  for (const layer of layers) {
    const found = layer.name === name ? layer : layerOf(layer.layers, name)
    if (found !== undefined) return found
  }
  return undefined
}

/** The fields of one layer of a packet that is built. */
function said(name: string, ...parts: Part[]): string[] {
  const { bytes, linkType } = build(parts)
  const { layers } = describePacket(new DataView(bytes.buffer), 0, bytes.length, bytes.length, linkType)
  return layerOf(layers, name)?.fields.map(lineOf) ?? [`no ${name} in ${layers.map((layer) => layer.name).join(', ')}`]
}

const MORE = b.payload(new Uint8Array(32))

const CASES: [name: string, parts: Part[], fields: string[]][] = [
  [
    'ethernet',
    [b.ethernet({ destination: '02:00:00:00:00:02', source: 'fe:54:00:e7:30:fc', etherType: 0x88cc }), MORE],
    ['destination: 02:00:00:00:00:02', 'source: fe:54:00:e7:30:fc', 'etherType: 0x88cc (LLDP)'],
  ],
  [
    'ethernet',
    [b.ethernet({ destination: 1, source: 2, etherType: 0x05dc }), MORE],
    ['destination: 00:00:00:00:00:01', 'source: 00:00:00:00:00:02', 'etherType: 1500 bytes (802.3 length)'],
  ],
  [
    'ethernet',
    [b.ethernet({ destination: 1, source: 2, etherType: 0x0600 }), MORE],
    ['destination: 00:00:00:00:00:01', 'source: 00:00:00:00:00:02', 'etherType: 0x0600'],
  ],
  [
    'vlan',
    [
      FRAME,
      b.dot1q({ vlanId: 100, priority: 5, dropEligible: 1, etherType: 0x88a8 }),
      b.dot1q({ vlanId: 7, etherType: 0x1234 }),
      MORE,
    ],
    ['priority: 5', 'dropEligible: 1', 'vlanId: 100', 'etherType: 0x88a8 (802.1ad)'],
  ],
  [
    'llc',
    [FRAME, b.llc({ dsap: 0x42, ssap: 0x43, control: 3 }), MORE],
    ['dsap: 0x42 (spanning tree)', 'ssap: 0x43', 'control: 0x03'],
  ],
  [
    'arp',
    [
      FRAME,
      b.arp({
        operation: 2,
        senderHardware: 'fe:54:00:e7:30:fc',
        senderProtocol: '10.0.0.1',
        targetHardware: '02:00:00:00:00:02',
        targetProtocol: '192.168.255.2',
      }),
    ],
    [
      'hardwareType: 1 (ethernet)',
      'protocolType: 0x0800 (IPv4)',
      'hardwareLength: 6 bytes [bytes]',
      'protocolLength: 4 bytes [bytes]',
      'operation: 2 (reply)',
      'senderHardware: fe:54:00:e7:30:fc',
      'senderProtocol: 10.0.0.1',
      'targetHardware: 02:00:00:00:00:02',
      'targetProtocol: 192.168.255.2',
    ],
  ],
  [
    'sll',
    [b.sll({ packetType: 4, arphrdType: 1, addressLength: 6, address: new Uint8Array(8).fill(1) }), DATA, MORE],
    [
      'packetType: 4 (outgoing)',
      'arphrdType: 1 (ethernet)',
      'addressLength: 6 bytes [bytes]',
      'address: 0101010101010101',
      'protocol: 0x0800 (IPv4)',
    ],
  ],
  [
    'sll',
    [b.sll({ packetType: 0, arphrdType: 772, addressLength: 6, protocol: 4 }), MORE],
    [
      'packetType: 0 (host)',
      'arphrdType: 772 (loopback)',
      'addressLength: 6 bytes [bytes]',
      'address: 0000000000000000',
      'protocol: 0x0004 (LLC)',
    ],
  ],
  [
    'sll2',
    [
      b.sll2({ interfaceIndex: 3, packetType: 1, arphrdType: 1, addressLength: 6, reserved: 0x1234, protocol: 0x0806 }),
      MORE,
    ],
    [
      'protocol: 0x0806 (ARP)',
      'reserved: 0x1234',
      'interfaceIndex: 3',
      'arphrdType: 1 (ethernet)',
      'packetType: 1 (broadcast)',
      'addressLength: 6 bytes [bytes]',
      'address: 0000000000000000',
    ],
  ],
  ['loopback', [b.loopback(), DATA, MORE], ['word: 0x02000000']],
  [
    'ipv4',
    [
      b.ipv4({
        source: '10.0.0.1',
        destination: '192.168.255.2',
        dscp: 46,
        ecn: 3,
        identification: 0xabc,
        flags: 6,
        timeToLive: 63,
        options: new Uint8Array(4).fill(1),
        protocol: 103,
        fragmentOffset: 0,
      }),
      MORE,
    ],
    [
      'version: 4',
      'ihl: 6 (24 bytes) [4-byte words]',
      'dscp: 46',
      'ecn: 3 (CE)',
      'totalLength: 56 bytes [bytes]',
      'identification: 0x0abc',
      'flags: 0x6 (reserved, DF)',
      'fragmentBlocks: 0 (0 bytes) [8-byte blocks]',
      'timeToLive: 63 hops [hops]',
      'protocol: 103',
      'checksum: 0xe339 (valid)',
      'source: 10.0.0.1',
      'destination: 192.168.255.2',
      'options: no operation, no operation, no operation, no operation',
    ],
  ],
  [
    'ipv4',
    [b.ipv4({ source: '10.0.0.1', destination: '192.168.255.2', fragmentOffset: 1480, flags: 1, protocol: 17 }), MORE],
    [
      'version: 4',
      'ihl: 5 (20 bytes) [4-byte words]',
      'dscp: 0',
      'ecn: 0 (Not-ECT)',
      'totalLength: 52 bytes [bytes]',
      'identification: 0x0000',
      'flags: 0x1 (MF)',
      'fragmentBlocks: 185 (1480 bytes) [8-byte blocks]',
      'timeToLive: 64 hops [hops]',
      'protocol: 17 (UDP)',
      'checksum: 0x9054 (valid)',
      'source: 10.0.0.1',
      'destination: 192.168.255.2',
    ],
  ],
  [
    'ipv6',
    [
      b.ipv6({
        source: 'fd00::1',
        destination: 'ff02::2',
        dscp: 10,
        ecn: 2,
        flowLabel: 0xabc,
        hopLimit: 62,
        nextHeader: 89,
      }),
      MORE,
    ],
    [
      'version: 6',
      'dscp: 10',
      'ecn: 2 (ECT(0))',
      'flowLabel: 0x00abc',
      'payloadLength: 32 bytes [bytes]',
      'nextHeader: 89',
      'hopLimit: 62 hops [hops]',
      'source: fd00::1',
      'destination: ff02::2',
    ],
  ],
  [
    'ipv6-hop-by-hop',
    [IP6, b.hopByHop({ options: new Uint8Array(14), nextHeader: 59 })],
    [
      'nextHeader: 59 (no next header)',
      'extensionBlocks: 1 (16 bytes) [8-byte blocks]',
      'options: Pad1, Pad1, Pad1, Pad1, Pad1, Pad1, Pad1, Pad1, Pad1, Pad1, Pad1, Pad1, Pad1, Pad1',
    ],
  ],
  [
    'ipv6-destination-options',
    [IP6, b.destinationOptions({ options: new Uint8Array(6), nextHeader: 58 }), MORE],
    [
      'nextHeader: 58 (ICMPv6)',
      'extensionBlocks: 0 (8 bytes) [8-byte blocks]',
      'options: Pad1, Pad1, Pad1, Pad1, Pad1, Pad1',
    ],
  ],
  [
    'ipv6-routing',
    [IP6, b.ipv6Routing({ routingType: 4, data: new Uint8Array(20), segmentsLeft: 1, nextHeader: 59 })],
    [
      'nextHeader: 59 (no next header)',
      'extensionBlocks: 2 (24 bytes) [8-byte blocks]',
      'routingType: 4 (segment routing)',
      'segmentsLeft: 1',
      'data: 20 bytes',
    ],
  ],
  [
    'ipv6-fragment',
    [IP6, b.ipv6Fragment({ fragmentOffset: 1448, flags: 1, identification: 0xabc, nextHeader: 17 }), MORE],
    [
      'nextHeader: 17 (UDP)',
      'reserved: 0',
      'fragmentBlocks: 181 (1448 bytes) [8-byte blocks]',
      'flags: 0x1 (M)',
      'identification: 0x00000abc',
    ],
  ],
  [
    'authentication',
    [
      IP6,
      b.authentication({
        reserved: 0x12,
        securityParametersIndex: 0xabc,
        sequence: 9,
        integrityCheckValue: new Uint8Array(12),
        nextHeader: 59,
      }),
    ],
    [
      'nextHeader: 59 (no next header)',
      'payloadLength: 4 (24 bytes) [4-byte words]',
      'reserved: 0x0012',
      'securityParametersIndex: 0x00000abc',
      'sequence: 9',
      'integrityCheckValue: 12 bytes',
    ],
  ],
  [
    'udp',
    [IP, b.udp({ sourcePort: 50000, destinationPort: 53, checksum: 0xbeef }), MORE],
    ['sourcePort: 50000', 'destinationPort: 53', 'length: 40 bytes [bytes]', 'checksum: 0xbeef (wrong by 19587)'],
  ],
  [
    'tcp',
    [
      IP,
      b.tcp({
        sourcePort: 40000,
        destinationPort: 80,
        sequence: 4000000000,
        acknowledgment: 7,
        reserved: 5,
        flags: 0xff,
        window: 1000,
        checksum: 0xabc,
        urgentPointer: 3,
        options: new Uint8Array(4).fill(1),
      }),
    ],
    [
      'sourcePort: 40000',
      'destinationPort: 80',
      'sequence: 4000000000',
      'acknowledgment: 7',
      'dataOffset: 6 (24 bytes) [4-byte words]',
      'reserved: 0x5',
      'flags: 0xff (FIN, SYN, RST, PSH, ACK, URG, ECE, CWR)',
      'window: 1000 bytes [bytes]',
      'checksum: 0x0abc (wrong by -3209)',
      'urgentPointer: 3',
      'options: no operation, no operation, no operation, no operation',
    ],
  ],
  [
    'icmp',
    [IP, b.icmp({ type: 3, code: 4, checksum: 0xabc, rest: 1400 })],
    [
      'type: 3 (destination unreachable)',
      'code: 4 (fragmentation needed)',
      'checksum: 0x0abc (wrong by 4920)',
      'rest: 0x00000578',
    ],
  ],
  [
    'icmp',
    [IP, b.icmp({ type: 11, code: 1, rest: 0 })],
    ['type: 11 (time exceeded)', 'code: 1 (in reassembly)', 'checksum: 0xf4fe (valid)', 'rest: 0x00000000'],
  ],
  [
    'icmp',
    [IP, b.icmp({ type: 8, code: 1, rest: 0x00010002 })],
    ['type: 8 (echo request)', 'code: 1', 'checksum: 0xf7fb (valid)', 'rest: 0x00010002'],
  ],
  [
    'icmpv6',
    [IP6, b.icmpv6({ type: 1, code: 4, checksum: 0xabc, rest: 0x123 })],
    ['type: 1 (destination unreachable)', 'code: 4 (port)', 'checksum: 0x0abc (wrong by 1834)', 'rest: 0x00000123'],
  ],
  [
    'icmpv6',
    [IP6, b.icmpv6({ type: 3, code: 1, rest: 0 })],
    ['type: 3 (time exceeded)', 'code: 1 (in reassembly)', 'checksum: 0x02b8 (valid)', 'rest: 0x00000000'],
  ],
  [
    'icmpv6',
    [IP6, b.icmpv6({ type: 128, code: 3, rest: 0x00010002 })],
    ['type: 128 (echo request)', 'code: 3', 'checksum: 0x85b2 (valid)', 'rest: 0x00010002'],
  ],
  ['neighbor', [IP6, b.icmpv6({ type: 135 }), b.neighbor({ target: 'fd00::9' })], ['target: fd00::9']],
  [
    'igmp',
    [IP, b.igmp({ type: 0x16, maxResponseTime: 100, group: '239.1.1.1', checksum: 0xabc })],
    [
      'type: 0x16 (membership report v2)',
      'maxResponseTime: 100 (10 s)',
      'checksum: 0x0abc (wrong by 4387)',
      'group: 239.1.1.1',
    ],
  ],
  [
    'vxlan',
    [IP, b.udp(), b.vxlan({ vni: 4097, flags: 0x18, reserved1: 0xabc, reserved2: 0xd }), ARP_FRAME, ARP],
    ['flags: 0x18 (I)', 'reserved1: 0x000abc', 'vni: 4097', 'reserved2: 0x0d'],
  ],
  [
    'vxlan-gbp',
    [IP, b.udp(), b.vxlanGbp({ vni: 4097, policyId: 300, policyFlags: 0x48, reserved: 0xd }), ARP_FRAME, ARP],
    [
      'flags: 0x88 (G, I)',
      'policyFlags: 0x48 (do not learn, policy applied)',
      'policyId: 300',
      'vni: 4097',
      'reserved: 0x0d',
    ],
  ],
  [
    'vxlan-gpe',
    [IP, b.udp(), b.vxlanGpe({ vni: 4097, flags: 0xf, reserved2: 0, reserved3: 0xd, nextProtocol: 4 }), MORE],
    [
      'reserved1: 0',
      'version: 0',
      'flags: 0xf (I, P, B, O)',
      'reserved2: 0x0000',
      'nextProtocol: 4 (NSH)',
      'vni: 4097',
      'reserved3: 0x0d',
    ],
  ],
  [
    'geneve',
    [
      IP,
      b.udp(),
      b.geneve({ vni: 4097, flags: 3, reserved2: 0xd, options: new Uint8Array(8), protocolType: 0x88b5 }),
      MORE,
    ],
    [
      'version: 0',
      'optionWords: 2 (8 bytes) [4-byte words]',
      'flags: 0x3 (O, C)',
      'reserved1: 0',
      'protocolType: 0x88b5',
      'vni: 4097',
      'reserved2: 0x0d',
      'options: class 0x0000 type 0x00, class 0x0000 type 0x00',
    ],
  ],
  [
    'gre',
    [
      IP,
      b.gre({ flags: gre.FLAG_CHECKSUM | gre.FLAG_KEY | gre.FLAG_SEQUENCE, key: 5, sequence: 6, protocol: 0x0800 }),
      DATA,
    ],
    [
      'flags: 0x1600 (checksum, key, sequence)',
      'version: 0',
      'protocol: 0x0800 (IPv4)',
      'checksum: 0x47f4 (valid)',
      'reserved1: 0x0000',
      'key: 0x00000005',
      'sequence: 6',
    ],
  ],
]

describe('every field', () => {
  it.each(CASES.map(([name, ...rest], i) => [`${name} ${i}`, name, ...rest] as const))(
    'of %s',
    (_, name, parts, fields) => {
      expect(said(name, ...parts)).toEqual(fields)
    },
  )
})
