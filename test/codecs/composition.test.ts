/**
 * The builder against packets that were put together without it: every generated packet is taken apart, its lengths, types
 * and checksums are thrown away, and the builder must find them again. And small promises of encapsulation.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { build, type Part } from '../../src/codecs/build/builder.ts'
import { Decapsulation } from '../../src/codecs/build/decapsulate.ts'
import * as entropy from '../../src/codecs/build/entropy.ts'
import { getBytes } from '../../src/codecs/core/bytes.ts'
import { Cursor } from '../../src/codecs/core/cursor.ts'
import { type DescribedLayer, describePacket } from '../../src/codecs/describe/describe.ts'
import { ECN_DROP, EcnAlarm, ecnAlarm } from '../../src/codecs/headers/ecn.ts'
import * as codecs from '../../src/codecs/index.ts'
import { packet } from '../../src/testing/index.ts'
import { bytesOf, viewOf } from '../support/hex.ts'

const TUNNELS = ['vxlan', 'vxlan-gbp', 'vxlan-gpe', 'geneve']
const ASSIGNED: Record<string, number> = { vxlan: 4789, 'vxlan-gbp': 4789, 'vxlan-gpe': 4790, geneve: 6081 }

/** Layers in the order of the wire; quotes stay in the message that has them. */
function flat(layers: readonly DescribedLayer[]): DescribedLayer[] {
  return layers.flatMap((layer) => [layer, ...flat(layer.layers.filter(({ quoted }) => !quoted))])
}

/** A packet's parts without anything that the others tell. */
function partsOf(view: DataView, layers: readonly DescribedLayer[]): Part[] {
  const parts: Part[] = []
  let ipEnd = view.byteLength
  for (const [index, { name, offset: at, length, layers: inside }] of layers.entries()) {
    const next = layers[index + 1]?.name ?? ''
    // What is not taken apart has no type that the builder knows.
    const opaque = next === 'payload' || next === ''
    const raw = (from: number, to: number): Part => ({ layer: 'payload', bytes: getBytes(view, from, to - from) })
    switch (name) {
      case 'ethernet': {
        const { destination, source, etherType } = codecs.ethernet.decode(view, at)
        parts.push({ layer: 'ethernet', destination, source, ...(next === 'vlan' && { etherType }) })
        break
      }
      case 'vlan': {
        const { etherType, ...tag } = codecs.dot1q.decode(view, at)
        parts.push({ layer: 'dot1q', ...tag, ...(next === 'vlan' && { etherType }) })
        break
      }
      case 'llc':
        parts.push({ layer: 'llc' })
        break
      case 'sll': {
        const { protocol, ...rest } = codecs.sll.decode(view, at)
        parts.push({ layer: 'sll', ...rest })
        break
      }
      case 'sll2': {
        const { protocol, ...rest } = codecs.sll2.decode(view, at)
        parts.push({ layer: 'sll2', ...rest })
        break
      }
      case 'loopback': {
        const { family, littleEndian } = codecs.loopback.decode(view, at)
        // The family of IPv6 is another one on every system.
        parts.push({ layer: 'loopback', littleEndian, ...(next === 'ipv6' && { family }) })
        break
      }
      case 'arp':
        parts.push({ layer: 'arp', ...codecs.arp.decode(view, at) })
        break
      case 'ipv4': {
        const { headerLength, totalLength, checksum, protocol, ...rest } = codecs.ipv4.decode(view, at)
        ipEnd = at + totalLength
        parts.push({ layer: 'ipv4', ...rest, ...(opaque && { protocol }) })
        break
      }
      case 'ipv6': {
        const { payloadLength, nextHeader, ...rest } = codecs.ipv6.decode(view, at)
        ipEnd = at + codecs.ipv6.LENGTH + payloadLength
        parts.push({ layer: 'ipv6', ...rest, ...(opaque && { nextHeader }) })
        break
      }
      case 'ipv6-hop-by-hop':
      case 'ipv6-destination-options': {
        const { headerLength, nextHeader, ...rest } = codecs.ipv6Options.decode(view, at)
        const layer = name === 'ipv6-hop-by-hop' ? 'hopByHop' : 'destinationOptions'
        parts.push({ layer, ...rest, ...(opaque && { nextHeader }) })
        break
      }
      case 'ipv6-routing': {
        const { headerLength, nextHeader, segmentsLeft, ...rest } = codecs.ipv6Routing.decode(view, at)
        parts.push({ layer: 'ipv6Routing', ...rest, ...(opaque && { nextHeader }) })
        break
      }
      case 'ipv6-fragment': {
        const { nextHeader, flags, fragmentOffset, ...rest } = codecs.ipv6Fragment.decode(view, at)
        parts.push({ layer: 'ipv6Fragment', ...rest, ...(opaque && { nextHeader }) })
        break
      }
      case 'authentication': {
        const { nextHeader, headerLength, ...rest } = codecs.authentication.decode(view, at)
        parts.push({ layer: 'authentication', ...rest, ...(opaque && { nextHeader }) })
        break
      }
      case 'udp': {
        const { sourcePort, destinationPort, checksum } = codecs.udp.decode(view, at)
        const isTold = TUNNELS.includes(next) && destinationPort === ASSIGNED[next]
        parts.push({
          layer: 'udp',
          sourcePort,
          ...(!isTold && { destinationPort }),
          ...(checksum === 0 && { checksum }),
        })
        break
      }
      case 'tcp': {
        const { headerLength, checksum, ...rest } = codecs.tcp.decode(view, at)
        parts.push({ layer: 'tcp', ...rest })
        break
      }
      case 'icmp':
      case 'icmpv6': {
        const { checksum, ...rest } = codecs.icmp.decode(view, at)
        parts.push({ layer: name, ...rest })
        if (inside.length > 0) parts.push(raw(at + length, ipEnd))
        break
      }
      case 'neighbor':
        parts.push({
          layer: 'neighbor',
          target: codecs.neighbor.target(view, at),
          options: codecs.neighbor.options(view, at, at + length),
        })
        break
      case 'igmp':
        parts.push(igmpPart(view, at, at + length))
        break
      case 'vxlan':
        parts.push({ layer: 'vxlan', ...codecs.vxlan.decode(view, at) })
        break
      case 'vxlan-gbp':
        parts.push({ layer: 'vxlanGbp', ...codecs.vxlanGbp.decode(view, at) })
        break
      case 'vxlan-gpe': {
        const { nextProtocol, ...rest } = codecs.vxlanGpe.decode(view, at)
        // Without the P bit nothing is said of what follows, and any number may stand there.
        const isSaid = (rest.flags & codecs.vxlanGpe.FLAG_P) !== 0
        parts.push({ layer: 'vxlanGpe', ...rest, ...(!isSaid && { nextProtocol }) })
        break
      }
      case 'geneve': {
        const { optionsLength, protocolType, ...rest } = codecs.geneve.decode(view, at)
        parts.push({ layer: 'geneve', ...rest })
        break
      }
      case 'gre':
      case 'nvgre': {
        const { flags, protocol, checksum, ...rest } = codecs.gre.decode(view, at)
        const { FLAG_CHECKSUM, FLAG_KEY, FLAG_SEQUENCE } = codecs.gre
        const told = FLAG_KEY | FLAG_SEQUENCE | (rest.reserved1 === undefined ? 0 : FLAG_CHECKSUM)
        parts.push({ layer: 'gre', ...rest, ...((flags & ~told) !== 0 && { flags }) })
        break
      }
      case 'mpls': {
        const { bottomOfStack, ...rest } = codecs.mpls.decode(view, at)
        parts.push({ layer: 'mpls', ...rest, ...((bottomOfStack === 1) === (next === 'mpls') && { bottomOfStack }) })
        break
      }
      case 'pseudowire':
        parts.push({ layer: 'pseudowire', ...codecs.pseudowire.decode(view, at) })
        break
      case 'erspan': {
        const isThird = codecs.erspan3.version(view, at) === codecs.erspan3.VERSION
        if (isThird) {
          const { optional, ...rest } = codecs.erspan3.decode(view, at)
          parts.push({ layer: 'erspan3', ...rest })
        } else parts.push({ layer: 'erspan2', ...codecs.erspan2.decode(view, at) })
        break
      }
      case 'ppp': {
        const { protocol, ...rest } = codecs.ppp.decode(view, at)
        parts.push({ layer: 'ppp', ...rest, ...(opaque && { protocol }) })
        break
      }
      case 'pppoe': {
        const { length: bytes, ...rest } = codecs.pppoe.decode(view, at)
        parts.push({ layer: 'pppoe', ...rest })
        break
      }
      case '802.1ah':
        parts.push({ layer: 'itag', ...codecs.itag.decode(view, at) })
        break
      case 'vn-tag': {
        const { etherType, ...rest } = codecs.vntag.decode(view, at)
        parts.push({ layer: 'vntag', ...rest, ...(next === 'vlan' && { etherType }) })
        break
      }
      case 'e-tag': {
        const { etherType, ...rest } = codecs.etag.decode(view, at)
        parts.push({ layer: 'etag', ...rest, ...(next === 'vlan' && { etherType }) })
        break
      }
      case 'cisco-metadata': {
        const { etherType, ...rest } = codecs.ciscoMetadata.decode(view, at)
        parts.push({ layer: 'ciscoMetadata', ...rest, ...(next === 'vlan' && { etherType }) })
        break
      }
      case 'padding':
        parts.push({ layer: 'padding', bytes: getBytes(view, at, length) })
        break
      default:
        // Behind an error there is its quote already.
        if (name !== 'icmp-extensions') parts.push(raw(at, at + length))
    }
  }
  return parts
}

function igmpPart(view: DataView, at: number, end: number): Part {
  const { checksum, group, type, ...rest } = codecs.igmp.decode(view, at)
  const cursor = new Cursor().reset(view, at, end)
  codecs.igmp.enter(cursor)
  if (type === codecs.igmp.Type.MembershipReportV3) {
    const records = Array.from({ length: codecs.igmp.groupRecords(view, at) }, () =>
      codecs.igmp.decodeRecord(view, codecs.igmp.enterRecord(cursor)),
    )
    return { layer: 'igmp', type, ...rest, records }
  }
  if (cursor.position === end) return { layer: 'igmp', type, ...rest, group }
  const query = codecs.igmp.decodeQueryTail(view, codecs.igmp.enterQueryTail(cursor))
  return { layer: 'igmp', type, ...rest, group, query }
}

/** Headers that the builder has no parts for: of link types, and in front of what is followed by a trailer. */
const WITHOUT_PART = ['macsec', 'ethertype', 'nflog', 'mpacket', 'dsa', 'dsa-brcm']

describe('the builder', () => {
  it('finds again what was thrown away of packets that it did not build', () => {
    let rebuilt = 0
    fc.assert(
      fc.property(packet({ maxTunnels: 2 }), ({ bytes, linkType }) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
        const layers = flat(describePacket(view, 0, bytes.length, bytes.length, linkType).layers)
        const padding = layers.filter(({ name }) => name === 'padding')
        const frames = layers.filter(({ name }) => name === 'ethernet')
        // It has no parts for these.
        fc.pre(layers.every(({ name, text }) => !WITHOUT_PART.includes(name) && text !== 'ERSPAN'))
        // It pads the innermost frame alone.
        fc.pre(padding.length === 0 || (padding.length === 1 && padding[0]?.depth === frames.at(-1)?.depth))
        const parts = partsOf(view, layers)
        const built = build(parts)
        expect(built.bytes).toEqual(bytes)
        for (const { layer, field, value } of built.filled) {
          const header = built.layers[layer]?.header as Record<string, unknown>
          expect(
            field.split('.').reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], header),
          ).toBe(value)
        }
        rebuilt++
      }),
      { numRuns: 800 },
    )
    expect(rebuilt).toBeGreaterThan(400)
  })
})

describe('what the builder takes where nothing is given', () => {
  const inner: Part = { layer: 'ipv4', source: '10.0.0.1', destination: '10.0.0.2', protocol: 253 }
  const headerOf = (part: Part): object => build([part, inner]).layers[0]!.header

  it('is an Ethernet device of no address in cooked headers', () => {
    const address = new Uint8Array(8)
    expect(headerOf({ layer: 'sll2' })).toEqual({
      protocol: 0x0800,
      reserved: 0,
      interfaceIndex: 0,
      arphrdType: 1,
      packetType: 0,
      addressLength: 6,
      address,
    })
    expect(headerOf({ layer: 'sll' })).toEqual({
      protocol: 0x0800,
      arphrdType: 1,
      packetType: 0,
      addressLength: 6,
      address,
    })
  })

  it('is what the optional fields of GRE ask for', () => {
    const { FLAG_CHECKSUM, FLAG_KEY, FLAG_SEQUENCE } = codecs.gre
    expect(headerOf({ layer: 'gre' })).toEqual({ flags: 0, version: 0, protocol: 0x0800 })
    expect(headerOf({ layer: 'gre', reserved1: 5 })).toMatchObject({ flags: FLAG_CHECKSUM, reserved1: 5 })
    expect(headerOf({ layer: 'gre', checksum: 7 })).toMatchObject({ flags: FLAG_CHECKSUM, checksum: 7, reserved1: 0 })
    expect(headerOf({ layer: 'gre', key: 1, sequence: 0 })).toMatchObject({ flags: FLAG_KEY | FLAG_SEQUENCE })
  })

  it('is VNI 0 nowhere: one is asked for, and reserved bits are zero', () => {
    const tunnelled = (part: Part): object => build([inner, { layer: 'udp' }, part, inner]).layers[2]!.header
    expect(tunnelled({ layer: 'vxlanGpe', vni: 5 })).toEqual({
      reserved1: 0,
      version: 0,
      flags: 0x0c,
      reserved2: 0,
      nextProtocol: 1,
      vni: 5,
      reserved3: 0,
    })
  })

  it('is SNAP where nothing else is said, and only there', () => {
    const ethernet: Part = { layer: 'ethernet', destination: 1, source: 2 }
    const llcOf = (part: Part, next: Part = inner): object => build([ethernet, part, next]).layers[1]!.header
    expect(llcOf({ layer: 'llc' })).toMatchObject({ dsap: 0xaa, ssap: 0xaa, control: 3, snap: { protocol: 0x0800 } })
    const raw: Part = { layer: 'payload', bytes: Uint8Array.of(1, 2, 3) }
    expect(llcOf({ layer: 'llc', dsap: 0xaa, ssap: 0x42, control: 3 }, raw)).toEqual({
      dsap: 0xaa,
      ssap: 0x42,
      control: 3,
    })
    expect(llcOf({ layer: 'llc', dsap: 0x42, ssap: 0xaa, control: 3 }, raw)).toEqual({
      dsap: 0x42,
      ssap: 0xaa,
      control: 3,
    })
    expect(llcOf({ layer: 'llc', dsap: 0xaa, ssap: 0xaa, control: 0x7f }, raw)).toEqual({
      dsap: 0xaa,
      ssap: 0xaa,
      control: 0x7f,
    })
  })

  it('is no record and no query in IGMP', () => {
    const ip: Part = { layer: 'ipv4', source: '10.0.0.1', destination: '224.0.0.22' }
    const igmpOf = (part: Part): object => build([ip, part]).layers[1]!.header
    const plain = igmpOf({ layer: 'igmp', type: 0x16, group: '239.1.1.1' })
    expect(Object.keys(plain).sort()).toEqual(['checksum', 'group', 'maxResponseTime', 'type'])
    const records = [{ type: 4, group: 0xef010101, sources: [], auxiliary: new Uint8Array(0) }]
    expect(igmpOf({ layer: 'igmp', type: 0x22, records })).toMatchObject({ records, group: 1 })
    const query = { reserved: 0, suppress: 0, robustness: 2, interval: 125, sources: [] }
    expect(igmpOf({ layer: 'igmp', type: 0x11, group: 0, query })).toMatchObject({ query })
  })
})

describe('congestion marks', () => {
  it('have codes of their own', () => {
    expect(ECN_DROP).toBe(-2)
    expect(EcnAlarm).toEqual({ None: 0, Unused: 1, Dangerous: 2 })
    // RFC 6040 §4.2, Figure 4: rows are the inner field, columns the outer one.
    const alarms = [0, 1, 2, 3].map((inner) => [0, 1, 2, 3].map((outer) => ecnAlarm(inner, outer)))
    expect(alarms).toEqual([
      [0, 2, 2, 2],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
      [0, 2, 0, 0],
    ])
  })
})

describe('Decapsulation', () => {
  it('says nothing before it has been filled', () => {
    const { layers, ...rest } = new Decapsulation()
    expect(rest).toEqual({
      kind: 0,
      vni: -1,
      at: -1,
      length: 0,
      capturedLength: 0,
      protocol: -1,
      control: false,
      policyId: -1,
      ecn: -1,
      ecnAlarm: 0,
    })
    expect(layers.faultCount).toBe(0)
  })
})

describe('the hash of a flow behind extension headers', () => {
  const fixed = (next: string): string => `60000000 0040 ${next}40 ${'01'.repeat(16)} ${'02'.repeat(16)}`
  const ports = '1234 5678 00000000'
  const hash = (hex: string): number => entropy.packetHash(viewOf(hex), 0, bytesOf(hex).length)
  const plain = hash(fixed('11') + ports)

  it('is that of the flow itself', () => {
    expect(hash(`${fixed('00')} 1100 000000000000 ${ports}`)).toBe(plain)
    expect(hash(`${fixed('3c')} 1101 ${'00'.repeat(14)} ${ports}`)).toBe(plain)
    expect(hash(`${fixed('2b')} 1102 ${'00'.repeat(22)} ${ports}`)).toBe(plain)
    expect(hash(`${fixed('33')} 1104 ${'00'.repeat(22)} ${ports}`)).toBe(plain)
    expect(hash(`${fixed('33')} 1102 ${'00'.repeat(14)} ${ports}`)).toBe(plain)
    expect(hash(`${fixed('00')} 2b00 000000000000 3c00 000000000000 1100 000000000000 ${ports}`)).toBe(plain)
  })

  it('is that of the ports where just they are there', () => {
    const v4 = '45000018 00000000 40110000 0a000001 0a000002'
    expect(hash(`${v4} 12345678`)).not.toBe(hash(`${v4} 12345679`))
    expect(hash(`${v4} 12345678`)).toBe(hash(`${v4} 12345678 00000000`))
    expect(hash(`${v4} 123456`)).toBe(hash(v4))
  })

  it('leaves out the ports of every fragment, also of one that ends behind its header', () => {
    const first = hash(`${fixed('2c')} 11000001 0000abcd ${ports}`)
    expect(hash(`${fixed('2c')} 11000008 0000abcd 9999 9999 00000000`)).toBe(first)
    expect(hash(`${fixed('2c')} 11000008 0000abcd`)).toBe(first)
    expect(first).not.toBe(plain)
    expect(hash(`${fixed('2c')} 06000008 0000abcd`)).not.toBe(first)
    expect(hash(`${fixed('2c')} 11990001 0000abcd ${ports}`)).toBe(first)
  })
})
