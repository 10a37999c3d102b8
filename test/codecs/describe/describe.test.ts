import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DescribedField, type DescribedLayer, describePacket } from '../../../src/codecs/describe/describe.ts'
import * as says from '../../../src/codecs/describe/describe-headers.ts'
import * as codecs from '../../../src/codecs/index.ts'
import { LinkType } from '../../../src/codecs/link/linktype.ts'
import { dissect, tunnelPorts } from '../../../src/codecs/walk/dissect.ts'
import { explainFault } from '../../../src/codecs/walk/explain-fault.ts'
import { Layers } from '../../../src/codecs/walk/layers.ts'
import { described, every, fieldOf, shape } from '../../support/described.ts'
import { recordsOf } from '../../support/parts.ts'
import { because, LAB, ROOT } from '../../support/shared.ts'

it('takes no table of tunnel ports but a whole one', () => {
  const describeWith = (ports: unknown): unknown =>
    describePacket(new DataView(new ArrayBuffer(14)), 0, 14, 14, LinkType.Ethernet, { ports: ports as never })
  expect(() => describeWith([4789])).toThrow(TypeError)
  expect(() => describeWith(new Uint8Array(3))).toThrow(RangeError)
  expect(() => describeWith(tunnelPorts([9]))).not.toThrow()
})

const FIXTURES = join(ROOT, 'fixtures/pcaps')

const ETHERNET = '020000000002 020000000001 '
const IPV4_UDP = '45000046 00004000 40110000 0a000001 0a000002'
/** The SYN of fault-healthy-h1.pcap, packet 45, from its outer Ethernet header on. */
const SYN = `020000000002 020000000001 0800
4500006e 89580000 4011c85c 0a000a65 0a000a66 af8e12b5005a3c29 0800000000006400
02bb00000001 02aa00000001 0800 4500003c 00004000 4006b5fe c0a80a01 c0a80a02
df1c1389 eba2ca89 00000000 a002fd5c 0ac10000 02040582 0402 080a19e0ac0a00000000 01 03030a`

describe('describePacket', () => {
  it('gives each field its place, value, text and unit', () => {
    const { layers, faults, linkType, capturedLength, wireLength } = described(SYN)
    expect(faults).toEqual([])
    expect([linkType, capturedLength, wireLength]).toEqual(['EN10MB', 124, 124])
    expect(shape(layers)).toBe('ethernet ipv4 udp vxlan(ethernet ipv4 tcp)')
    expect(fieldOf(layers, 'ethernet', 'destination')).toEqual({
      name: 'destination',
      offset: 0,
      length: 6,
      bitOffset: 0,
      bits: 48,
      value: 0x0200_0000_0002,
      text: '02:00:00:00:00:02',
    })
    expect(fieldOf(layers, 'ipv4', 'ihl')).toEqual({
      name: 'ihl',
      offset: 14,
      length: 1,
      bitOffset: 4,
      bits: 4,
      value: 5,
      text: '5 (20 bytes)',
      unit: '4-byte words',
    })
    expect(fieldOf(layers, 'ipv4', 'totalLength')).toMatchObject({
      offset: 16,
      value: 110,
      text: '110 bytes',
      unit: 'bytes',
    })
    expect(fieldOf(layers, 'vxlan', 'vni')).toMatchObject({ offset: 46, length: 3, bits: 24, value: 100, text: '100' })
    expect(fieldOf(layers, 'tcp', 'flags')).toMatchObject({ offset: 97, value: 2, text: '0x02 (SYN)' })
    expect(every(layers).map(({ depth }) => depth)).toEqual([0, 0, 0, 0, 1, 1, 1])
    expect(every(layers).map(({ offset, length }) => [offset, length])).toEqual([
      [0, 14],
      [14, 20],
      [34, 8],
      [42, 8],
      [50, 14],
      [64, 20],
      [84, 40],
    ])
  })

  it('takes options apart by their own decoders, each in its place', () => {
    const { layers } = described(SYN)
    const options = fieldOf(layers, 'tcp', 'options')
    expect([options.offset, options.length]).toEqual([104, 20])
    expect(options.fields?.map(({ bitOffset, bits, length }) => [bitOffset, bits / length])).toEqual(
      Array(5).fill([0, 8]),
    )
    expect(options.fields?.map(({ name, offset, length, text }) => [name, offset, length, text])).toEqual([
      ['maximum segment size', 104, 4, '1410 bytes'],
      ['SACK permitted', 108, 2, ''],
      ['timestamps', 110, 10, 'value 434154506, echo 0'],
      ['no operation', 120, 1, ''],
      ['window scale', 121, 3, '10 (window × 1024)'],
    ])
  })

  it('names every field that a layout declares, and takes its value from the same bytes as the reference decoder', () => {
    const seen = new Set<string>()
    for (const file of readdirSync(FIXTURES).filter((name) => /\.pcap(ng)?$/.test(name))) {
      for (const { view, packet } of recordsOf(join(FIXTURES, file))) {
        const { layers } = describePacket(view, 0, packet.capturedLength, packet.wireLength, packet.linkType)
        for (const { name, offset, fields } of every(layers)) {
          const layout = LAYOUTS[name]
          if (layout === undefined) continue
          seen.add(name)
          const reference = layout.reference(new Uint8Array(view.buffer, view.byteOffset + offset, layout.span))
          for (const info of layout.fields) {
            const field = fields.find((one) => one.name === info.name)!
            expect(field, `${name}.${info.name}`).toMatchObject({
              offset: offset + info.offset,
              length: info.length,
              bitOffset: info.bitOffset,
              bits: info.bits,
            })
            const expected = reference[info.name]!
            expect(field.value).toBe(typeof expected === 'number' ? expected : Buffer.from(expected).toString('hex'))
          }
        }
      }
    }
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        'arp',
        'ethernet',
        'geneve',
        'icmp',
        'icmpv6',
        'ipv4',
        'ipv6',
        'tcp',
        'udp',
        'vlan',
        'vxlan',
      ]),
    )
  })

  it('says no field that its layout does not declare', () => {
    const pairs: [Record<string, unknown>, { fields: readonly { name: string }[] }][] = [
      [says.ETHERNET, codecs.ethernet.LAYOUT],
      [says.DOT1Q, codecs.dot1q.LAYOUT],
      [says.ARP, codecs.arp.LAYOUT],
      [says.IPV4_HEADER, codecs.ipv4.LAYOUT],
      [says.IPV6_HEADER, codecs.ipv6.LAYOUT],
      [says.TCP, codecs.tcp.LAYOUT],
      [says.GENEVE, codecs.geneve.LAYOUT],
    ]
    for (const [sayings, { fields }] of pairs) {
      const names = fields.map(({ name }) => name)
      expect(names).toEqual(expect.arrayContaining(Object.keys(sayings)))
    }
  })

  it('follows tunnels into tunnels, with the depth of each layer', () => {
    const nested = `${ETHERNET}0800 45000096 00000000 40110000 0a000001 0a000002 c00012b5 0082 0000 08000000 000001 00
      ${ETHERNET}0800 45000064 00000000 40110000 0a000003 0a000004 c000 17c1 0050 0000 00006558 000002 00
      ${ETHERNET}0800 45000032 00000000 402f0000 0a000005 0a000006 20006558 00000700
      ${ETHERNET}86dd 60000000 00003b40 ${'00'.repeat(32)}`
    const { layers, faults } = described(nested)
    expect(shape(layers)).toBe(
      'ethernet ipv4 udp vxlan(ethernet ipv4 udp geneve(ethernet ipv4 nvgre(ethernet undecoded))) padding',
    )
    expect(every(layers).map(({ depth }) => depth)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 0])
    expect(faults.map(({ layer, name }) => `${layer} ${name}`)).toEqual(['inner3.ipv6 Truncated'])
  })

  it('follows IP in IP', () => {
    const inner = '4500001c 00000000 40110000 0a000003 0a000004 00010002 0008 0000'
    const { layers } = described(`45000030 00000000 40040000 0a000001 0a000002 ${inner}`, LinkType.Raw)
    expect(shape(layers)).toBe('ipv4 ipv4 udp')
    // A carrier is no overlay: nothing in it is a tunnel deeper.
    expect(layers.map(({ depth }) => depth)).toEqual([0, 0, 0])
  })

  it('follows sixteen IP headers within one another, and stops at a nesting that no network has', () => {
    const header = (left: number): string =>
      `4500${(20 * left).toString(16).padStart(4, '0')} 00000000 40040000 0a000001 0a000002`
    const count = 19
    const { layers, faults } = described(
      Array.from({ length: count }, (_, i) => header(count - i)).join(' '),
      LinkType.Raw,
    )
    expect(layers.filter(({ name }) => name === 'ipv4')).toHaveLength(17)
    expect(faults.map(({ name }) => name)).toEqual(['TooDeep'])
  })

  it('shows the packet that an ICMP error quotes as quoted, and takes its missing end for no fault', () => {
    const quote = '450005dc 00004000 40110000 0a000001 0a000002 c00012b5 05c80000'
    const error = `${ETHERNET}0800 45000038 00000000 40010000 0a000003 0a000001 0304 0000 00000578 ${quote}`
    const { layers, faults } = described(error)
    expect(shape(layers)).toBe('ethernet ipv4 icmp(ipv4" udp")')
    expect(faults).toEqual([])
    expect(fieldOf(layers, 'icmp', 'rest', 'nextHopMtu')).toMatchObject({
      offset: 40,
      length: 2,
      value: 1400,
      text: '1400 bytes',
    })
    expect(fieldOf(layers, 'icmp', 'code').text).toBe('4 (fragmentation needed)')
    const unreachable = described(error.replace('0304', '0303')).layers
    expect(fieldOf(unreachable, 'icmp', 'rest').fields).toBeUndefined()
    // A length that cannot be, though, is one wherever it stands.
    const wrong = described(error.replace('450005dc', '44 0005dc'))
    expect(wrong.faults.map(({ layer, name }) => `${layer} ${name}`)).toEqual(['quoted.ipv4 BadHeaderLength'])
  })

  it('describes of a quote just what is quoted', () => {
    const quote = `45000050 00004000 40060000 0a000001 0a000002 00010002 00000003 00000004 f0100005 00000000 ${'01'.repeat(6)}`
    const { layers } = described(
      `4500004a 00000000 40010000 0a000003 0a000001 0300 0000 00000000 ${quote}`,
      LinkType.Raw,
    )
    expect(shape(layers)).toBe('ipv4 icmp(ipv4" tcp")')
    expect(every(layers).at(-1)).toMatchObject({ name: 'tcp', offset: 48, length: 26 })
    // The error was cut by the snap length: no more of the quote is there than was captured.
    const cut = described(
      `4500004a 00000000 40010000 0a000003 0a000001 0300 0000 00000000 ${quote}`,
      LinkType.Raw,
      4,
    ).layers
    expect(every(cut).at(-1)).toMatchObject({ name: 'tcp', length: 22 })
  })

  it('says of a UDP checksum why it cannot be right or wrong, of a length beyond IP that the end is missing', () => {
    const udp = (length: string): DescribedField =>
      fieldOf(
        described(`45000020 00000000 40110000 0a000001 0a000002 00010002 ${length} 1234 aabbccdd`, LinkType.Raw).layers,
        'udp',
        'checksum',
      )
    expect(udp('0064').check).toEqual({ verdict: 'unverified', difference: 0, reason: 'truncated' })
    expect(udp('0000').check?.verdict).toBe('wrong')
    expect(udp('000c').check?.verdict).toBe('wrong')
  })

  it('says where a fragment lies', () => {
    const fragment = (word: string): string | undefined =>
      described(`60000000 0010 2c40 ${'00'.repeat(32)} 1100${word} 00000007 0001 0002 0008 0000`, LinkType.Raw)
        .layers[1]?.text
    expect([fragment('0001'), fragment('0008')]).toEqual(['at 0, more follow', 'at 8, the last'])
  })

  it('gives the quote the length that the error states, and shows what is behind it', () => {
    const quote = `45000028 00004000 40060000 0a000001 0a000002 ${'00'.repeat(8)}`
    const error = `45000044 00000000 40010000 0a000003 0a000001 0b00 0000 00070000 ${quote} 20000000 00000000 00000000`
    const { layers } = described(error, LinkType.Raw)
    expect(shape(layers)).toBe('ipv4 icmp(ipv4" undecoded") icmp-extensions')
    expect(layers.at(-1)).toMatchObject({ offset: 56, length: 12 })
  })

  it('sets padding apart from what IP and UDP carry', () => {
    const { layers } = described(
      `${ETHERNET}0800 4500001f 00000000 40110000 0a000001 0a000002 00010002 0009 0000 aa bbcc ${'00'.repeat(9)}`,
    )
    expect(shape(layers)).toBe('ethernet ipv4 udp payload padding padding')
    expect(layers.slice(3).map(({ offset, length }) => [offset, length])).toEqual([
      [42, 1],
      [43, 2],
      [45, 9],
    ])
  })

  it('follows SNAP behind an 802.3 length', () => {
    const arp = '0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002'
    const { layers } = described(`${ETHERNET} 0024 aaaa03 000000 0806 ${arp} 0000`)
    expect(shape(layers)).toBe('ethernet llc arp padding')
    expect(layers[0]?.fields[2]?.text).toBe('36 bytes (802.3 length)')
    expect(layers[2]?.text).toBe('request: who has 10.0.0.2? tell 10.0.0.1')
  })

  it('lists IPv6 extension headers and their options, and counts checksums to the last segment', () => {
    const { layers, faults } = described(
      `60000000 0040 0040 ${'20010db8000000000000000000000001'} ${'20010db8000000000000000000000002'}
       2b00 050200000100 3a02 0401 00000000 20010db8000000000000000000000003 8000 0000 00010002 ${'00'.repeat(24)}`,
      LinkType.Raw,
    )
    expect(shape(layers)).toBe('ipv6 ipv6-hop-by-hop ipv6-routing icmpv6 payload')
    expect(fieldOf(layers, 'ipv6-hop-by-hop', 'options').fields?.map(({ name, offset }) => [name, offset])).toEqual([
      ['router alert', 42],
      ['PadN', 46],
    ])
    expect(faults).toEqual([])
    const check = fieldOf(layers, 'icmpv6', 'checksum').check!
    expect(check.verdict).toBe('wrong')
    // By hand: addresses …1 and …3 (5b6a twice and 4), length 32, next header 58, 8000 + 1 + 2; the field is 0.
    const total = 2 * (0x2001 + 0x0db8) + 1 + 3 + 32 + 58 + 0x8000 + 1 + 2
    const folded = (total & 0xffff) + (total >>> 16)
    expect(check.difference).toBe(folded > 0x7fff ? folded - 0xffff : folded)
  })

  it('gives verdicts on checksums, and says why there is none', () => {
    const texts = (file: string, number: number, layer: string): string | undefined => {
      const record = recordsOf(join(FIXTURES, file)).find(({ packet }) => packet.number === number)!
      const { packet, view } = record
      const { layers } = describePacket(view, 0, packet.capturedLength, packet.wireLength, packet.linkType)
      return fieldOf(layers, layer, 'checksum').text
    }
    expect(texts('kv-gbp-h1.pcap', 5, 'udp')).toBe('0x7554 (valid)')
    expect(fieldOf(described(SYN.replace('c85c', 'c85f')).layers, 'ipv4', 'checksum')).toMatchObject({
      text: '0xc85f (wrong by 3)',
      check: { verdict: 'wrong', difference: 3 },
    })
    expect(fieldOf(described(SYN.replace('005a3c29', '005a0000')).layers, 'udp', 'checksum').text).toBe(
      '0x0000 (absent)',
    )
    expect(fieldOf(described(SYN, LinkType.Ethernet, 1).layers, 'udp', 'checksum')).toMatchObject({
      text: '0x3c29 (not verified: not captured in full)',
      check: { verdict: 'unverified', difference: 0, reason: 'not captured in full' },
    })
    expect(fieldOf(described(SYN.replace('89580000', '89582000')).layers, 'udp', 'checksum').check?.reason).toBe(
      'fragment',
    )
    expect(fieldOf(described(SYN.replace('4500006e', '4500016e')).layers, 'udp', 'checksum').check?.reason).toBe(
      'truncated',
    )
  })

  it('leaves what cannot be read undecoded', () => {
    const { layers, faults } = described(`${ETHERNET}0800 65ffffff`)
    expect(shape(layers)).toBe('ethernet undecoded')
    expect(faults).toHaveLength(1)
    expect(shape(described('00', 147).layers)).toBe('undecoded')
    expect(described('', LinkType.Raw)).toMatchObject({ layers: [], faults: [{ layer: 'link', name: 'Truncated' }] })
  })

  it('explains each refusal, and names the layer by its depth', () => {
    const explained = (hex: string, linkType: number = LinkType.Ethernet): unknown[] =>
      described(hex, linkType).faults.map(({ layer, name, offset }) => [layer, name, offset])
    expect(explained('90', LinkType.Raw)).toEqual([['link', 'BadVersion', 0]])
    expect(explained('00', 147)).toEqual([['link', 'UnknownLinkType', 0]])
    expect(explained('000000', LinkType.LinuxSll)).toEqual([['link', 'Truncated', 0]])
    expect(explained('000000', LinkType.LinuxSll2)).toEqual([['link', 'Truncated', 0]])
    expect(explained('000000', LinkType.Null)).toEqual([['link', 'Truncated', 0]])
    expect(explained('0000')).toEqual([['outer.ethernet', 'Truncated', 0]])
    const datagram = (port: string, tunnel: string): string =>
      `${ETHERNET}0800 45000024 00000000 40110000 0a000001 0a000002 c000${port} 0010 0000 ${tunnel}`
    expect(explained(datagram('12b5', '00000000 00000100'))).toEqual([['vxlan', 'FlagMissing', 42]])
    expect(explained(datagram('12b6', '3d000003 00000100'))).toEqual([['vxlan-gpe', 'BadVersion', 42]])
    expect(explained(datagram('17c1', '40006558 00000100'))).toEqual([['geneve', 'BadVersion', 42]])
    expect(explained(datagram('17c1', '01006558 00000100'))).toEqual([['geneve', 'Truncated', 42]])
    const upper = (protocol: string, bytes: string): string =>
      `${ETHERNET}0800 450000${(20 + bytes.length / 2).toString(16)} 00000000 40${protocol}0000 0a000001 0a000002 ${bytes}`
    expect(explained(upper('11', '0000'))).toEqual([['outer.udp', 'Truncated', 34]])
    expect(explained(upper('06', '0000'))).toEqual([['outer.tcp', 'Truncated', 34]])
    expect(explained(upper('01', '0000'))).toEqual([['outer.icmp', 'Truncated', 34]])
    expect(explained(upper('3a', '0000'))).toEqual([['outer.icmpv6', 'Truncated', 34]])
    expect(explained(upper('02', '0000'))).toEqual([['outer.igmp', 'Truncated', 34]])
    expect(explained(upper('2f', '40000800'))).toEqual([['outer.gre', 'Unsupported', 34]])
    expect(explained(upper('33', '0000'))).toEqual([['outer.authentication', 'Truncated', 34]])
    expect(explained(`${ETHERNET}8100 0001`)).toEqual([['outer.vlan', 'Truncated', 14]])
    expect(explained(`${ETHERNET}0806 0001`)).toEqual([['outer.arp', 'Truncated', 14]])
    expect(explained(`${ETHERNET}8035 0001`)).toEqual([])
  })

  it('says how much of a payload was captured', () => {
    const udp = `${ETHERNET}0800 45000024 00000000 40110000 0a000001 0a000002 00010002 0010 0000 0102030405060708`
    const payload = (cut: number): string | undefined =>
      described(udp, LinkType.Ethernet, cut).layers.find(({ name }) => name === 'payload')?.text
    expect([payload(0), payload(1), payload(7), payload(8)]).toEqual([
      '8 bytes',
      '8 bytes, 7 captured',
      '8 bytes, 1 captured',
      '8 bytes, 0 captured',
    ])
    // A snap length within the TCP options leaves the payload nothing, not less.
    const tcp = `${ETHERNET}0800 45000034 00000000 40060000 0a000001 0a000002 ${'00'.repeat(12)} 70100000 00000000 ${'01'.repeat(8)} aabbccdd`
    expect(described(tcp, LinkType.Ethernet, 8).layers.at(-1)).toMatchObject({
      text: '4 bytes, 0 captured',
      offset: 62,
    })
  })

  it('names codes, flags and units as people do', () => {
    const texts = (hex: string, linkType: number, layer: string): Record<string, string> =>
      Object.fromEntries(
        (every(described(hex, linkType).layers).find(({ name }) => name === layer)?.fields ?? []).map((field) => [
          field.name,
          field.text,
        ]),
      )
    expect(texts('4669 0018 abcd a005 01ff 0000 0a000001 e0000016 94040000', LinkType.Raw, 'ipv4')).toEqual({
      version: '4',
      ihl: '6 (24 bytes)',
      dscp: '26',
      ecn: '1 (ECT(1))',
      totalLength: '24 bytes',
      identification: '0xabcd',
      flags: '0x5 (reserved, MF)',
      fragmentBlocks: '5 (40 bytes)',
      timeToLive: '1 hop',
      protocol: '255',
      checksum: expect.stringMatching(/^0x0000 \(wrong by -?\d+\)$/),
      source: '10.0.0.1',
      destination: '224.0.0.22',
      options: 'router alert',
    })
    expect(texts('0004 0001 0006 0200000000010000 0003', LinkType.LinuxSll, 'sll')).toEqual({
      packetType: '4 (outgoing)',
      arphrdType: '1 (ethernet)',
      addressLength: '6 bytes',
      address: '0200000000010000',
      protocol: '0x0003',
    })
    expect(texts('1e000000', LinkType.Null, 'loopback')).toEqual({ word: '0x1e000000' })
    const v4 = (protocol: string, bytes: string): string =>
      `450000${(20 + bytes.replace(/ /g, '').length / 2).toString(16)} 00000000 40${protocol}0000 0a000001 0a000002 ${bytes}`
    expect(texts(v4('01', '0501 0000 0a000003'), LinkType.Raw, 'icmp')).toMatchObject({
      type: '5 (redirect)',
      code: '1',
    })
    const echo = described(v4('01', '0800 0000 00070009'), LinkType.Raw).layers
    expect(fieldOf(echo, 'icmp', 'rest').fields).toMatchObject([
      { name: 'identifier', offset: 24, length: 2, value: 7, text: '0x0007' },
      { name: 'sequence', offset: 26, length: 2, value: 9, text: '9' },
    ])
    expect(texts(v4('01', '0b01 0000 00000000'), LinkType.Raw, 'icmp')).toMatchObject({ code: '1 (in reassembly)' })
    expect(texts(v4('02', '1194 0000 00000000'), LinkType.Raw, 'igmp')).toMatchObject({
      type: '0x11 (membership query)',
      maxResponseTime: '148 (32 s)',
    })
    expect(texts(v4('2f', 'b0000800 1234 0000 00000007 00000009'), LinkType.Raw, 'gre')).toMatchObject({
      flags: '0x1600 (checksum, key, sequence)',
      version: '0',
      protocol: '0x0800 (IPv4)',
      checksum: expect.stringMatching(/^0x1234 \(wrong by/),
      reserved1: '0x0000',
      key: '0x00000007',
      sequence: '9',
    })
  })

  it('takes apart the options of IPv6, Geneve and neighbour discovery, and what follows the last', () => {
    const parts = (layers: readonly DescribedLayer[], layer: string): unknown[] =>
      fieldOf(layers, layer, 'options').fields!.map(({ name, offset, length, text }) => [name, offset, length, text])
    const jumbo = described(`60000000 0000 0040 ${'00'.repeat(32)} 3b00 c204 00010000`, LinkType.Raw).layers
    expect(parts(jumbo, 'ipv6-hop-by-hop')).toEqual([['jumbo payload', 42, 6, '65536 bytes']])
    const padded = described(`60000000 0008 3c40 ${'00'.repeat(32)} 3b00 00 0101ff 05ff`, LinkType.Raw).layers
    expect(parts(padded, 'ipv6-destination-options')).toEqual([
      ['Pad1', 42, 1, ''],
      ['PadN', 43, 3, 'ff'],
      ['padding', 46, 2, '2 bytes'],
    ])
    const udp = `45000038 00000000 40110000 0a000001 0a000002 c00017c1 0024 0000`
    const geneve = described(
      `${udp} 05400800 00000100 0102 83 01 aabbccdd 0103 04 00 0104 05 05 00000000`,
      LinkType.Raw,
    ).layers
    expect(parts(geneve, 'geneve')).toEqual([
      ['class 0x0102 type 0x83', 36, 8, 'aabbccdd, critical'],
      ['class 0x0103 type 0x04', 44, 4, ''],
      ['padding', 48, 8, '8 bytes'],
    ])
    const nd = described(
      `60000000 0030 3aff ${'00'.repeat(32)} 8800 0000 a0000000 ${'fe80'.padEnd(32, '0')} 0201 020000000009 0501 000000000578 0100`,
      LinkType.Raw,
    ).layers
    expect(parts(nd, 'neighbor')).toEqual([
      ['target link layer address', 64, 8, '02:00:00:00:00:09'],
      ['MTU', 72, 8, '000000000578'],
      ['padding', 80, 2, '2 bytes'],
    ])
    expect(fieldOf(nd, 'icmpv6', 'rest').fields?.map(({ name, value, bitOffset }) => [name, value, bitOffset])).toEqual(
      [
        ['router', 1, 0],
        ['solicited', 0, 1],
        ['override', 1, 2],
      ],
    )
    const redirect = described('4500001c 00000000 40010000 0a000001 0a000002 05010000 0a000003', LinkType.Raw).layers
    expect(fieldOf(redirect, 'icmp', 'rest', 'gateway')).toMatchObject({
      offset: 24,
      value: 0x0a000003,
      text: '10.0.0.3',
    })
    const sack = `${'00010002 00000003 00000004 8010 0005 0000 0000'} 0101 050a 00000010 00000020`
    const tcp = described(`45000034 00000000 40060000 0a000001 0a000002 ${sack}`, LinkType.Raw).layers
    expect(parts(tcp, 'tcp').slice(2)).toEqual([['SACK', 42, 10, '16–32']])
    const nvgre = described('4500001c 00000000 402f0000 0a000001 0a000002 20006558 00000702', LinkType.Raw).layers
    expect(fieldOf(nvgre, 'nvgre', 'key').text).toBe('0x00000702')
    expect(fieldOf(nvgre, 'nvgre', 'protocol').check).toBeUndefined()
    expect(fieldOf(nvgre, 'nvgre', 'key').fields).toMatchObject([
      { name: 'vsid', offset: 24, length: 3, value: 7 },
      { name: 'flowId', offset: 27, length: 1, value: 2 },
    ])
  })

  it.each([
    ['loopback', LinkType.Null, `02000000 ${IPV4_UDP}`, 'loopback ipv4'],
    ['cooked', LinkType.LinuxSll, `0004 0001 0006 0200000000010000 0800 ${IPV4_UDP}`, 'sll ipv4'],
    ['cooked, with LLC', LinkType.LinuxSll, '0004 0001 0006 0200000000010000 0004 424203 00', 'sll llc payload'],
    ['cooked 2', LinkType.LinuxSll2, `0800 0000 00000002 0001 00 06 0200000000010000 ${IPV4_UDP}`, 'sll2 ipv4'],
    ['raw', LinkType.Raw, IPV4_UDP, 'ipv4'],
    ['IPv4', LinkType.Ipv4, IPV4_UDP, 'ipv4'],
    [
      'IGMPv3',
      LinkType.Raw,
      `46000028 00000000 01020000 0a000001 e0000016 94040000 2200e9fb 00000001 04000000 ef010101`,
      'ipv4 igmp',
    ],
    [
      'AH in IPv4',
      LinkType.Raw,
      `45000030 00000000 40330000 0a000001 0a000002 11020000 00000001 00000002 00000000 00010002 0008 0000`,
      'ipv4 authentication udp',
    ],
  ])('begins with %s', (_what, linkType, hex, expected) => {
    expect(shape(described(hex, linkType).layers)).toBe(expected)
  })
})

const LAYOUTS: Readonly<
  Record<
    string,
    {
      span: number
      fields: readonly { name: string; offset: number; length: number; bitOffset: number; bits: number }[]
      reference(bytes: Uint8Array): Record<string, number | Uint8Array>
    }
  >
> = {
  arp: codecs.arp.LAYOUT,
  ethernet: codecs.ethernet.LAYOUT,
  geneve: codecs.geneve.LAYOUT,
  icmp: codecs.icmp.LAYOUT,
  icmpv6: codecs.icmpv6.LAYOUT,
  igmp: codecs.igmp.LAYOUT,
  ipv4: codecs.ipv4.LAYOUT,
  ipv6: codecs.ipv6.LAYOUT,
  sll: codecs.sll.LAYOUT,
  sll2: codecs.sll2.LAYOUT,
  tcp: codecs.tcp.LAYOUT,
  udp: codecs.udp.LAYOUT,
  vlan: codecs.dot1q.LAYOUT,
  vxlan: codecs.vxlan.LAYOUT,
  'vxlan-gbp': codecs.vxlanGbp.LAYOUT,
  'vxlan-gpe': codecs.vxlanGpe.LAYOUT,
}

describe(`describePacket on every lab capture${because(LAB)}`, () => {
  it.skipIf(LAB === undefined)(
    'finds the faults that the walk finds, explained alike, and reaches the last byte',
    () => {
      const layers = new Layers()
      const ports = tunnelPorts()
      let packets = 0
      let faults = 0
      for (const file of readdirSync(LAB!).filter((name) => /\.pcap(ng)?$/.test(name))) {
        for (const { view, packet } of recordsOf(join(LAB!, file))) {
          const { capturedLength, linkType } = packet
          const wireLength = packet.wireLength - packet.fcsLength
          dissect(layers, view, 0, capturedLength, wireLength, linkType, ports)
          const found = describePacket(view, 0, capturedLength, wireLength, linkType)
          for (let i = 0; i < layers.faultCount; i++) {
            expect(found.faults, `${file} packet ${packet.number}`).toContainEqual(explainFault(layers, i))
            faults++
          }
          const last = Math.max(...every(found.layers).map(({ offset, length }) => offset + length))
          expect(last, `${file} packet ${packet.number}`).toBe(wireLength)
          packets++
        }
      }
      expect(packets).toBeGreaterThan(5000)
      expect(faults).toBeGreaterThan(10)
    },
  )
})
