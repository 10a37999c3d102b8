/**
 * Encapsulation and decapsulation: byte for byte what Linux and Open vSwitch put on the wire, the options one by one, refusals
 * that write nothing, both ways for anything, and no allocation per packet.
 */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arp,
  build,
  destinationOptions,
  dot1q as dot1qPart,
  ethernet as ethernetPart,
  geneve as genevePart,
  hopByHop,
  icmp,
  ipv4 as ipv4Part,
  ipv6Fragment,
  ipv6 as ipv6Part,
  type Part,
  payload,
  tcp,
  udp as udpPart,
  vxlanGbp as vxlanGbpPart,
  vxlanGpe as vxlanGpePart,
  vxlan as vxlanPart,
} from '../../../src/codecs/build/builder.ts'
import { Decapsulation, decapsulate, decapsulateRecord } from '../../../src/codecs/build/decapsulate.ts'
import {
  type Encapsulation,
  type EncapsulationKind,
  type EncapsulationOptions,
  encapsulate,
  prepare,
} from '../../../src/codecs/build/encapsulate.ts'
import * as entropy from '../../../src/codecs/build/entropy.ts'
import * as checksum from '../../../src/codecs/core/checksum.ts'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { NONE } from '../../../src/codecs/core/fault.ts'
import { decapsulatedEcn, ECN_DROP, EcnAlarm, ecnAlarm, encapsulatedEcn } from '../../../src/codecs/headers/ecn.ts'
import * as geneve from '../../../src/codecs/headers/geneve.ts'
import * as ipv4 from '../../../src/codecs/headers/ipv4.ts'
import * as ipv6 from '../../../src/codecs/headers/ipv6.ts'
import * as udp from '../../../src/codecs/headers/udp.ts'
import * as gbp from '../../../src/codecs/headers/vxlan-gbp.ts'
import * as ethernet from '../../../src/codecs/link/ethernet.ts'
import { tunnelPorts } from '../../../src/codecs/walk/dissect.ts'
import { TunnelKind } from '../../../src/codecs/walk/layers.ts'
import { capturedRecords } from '../../support/captured-records.ts'
import { heapGrowth } from '../../support/heap.ts'
import { bytesOf, hexOf } from '../../support/hex.ts'
import { because, LAB, ROOT } from '../../support/shared.ts'

const PORTS = tunnelPorts()
const DIRT = 0xa5

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** One packet of `frame`, and nothing around it. */
function wrap(encapsulation: Encapsulation, frame: Uint8Array): Uint8Array {
  const out = new Uint8Array(encapsulation.headerLength + frame.length + 7).fill(DIRT)
  const end = out.length - 4
  const cursor = new Cursor().reset(viewOf(out), 3, end)
  const written = encapsulate(encapsulation, cursor, viewOf(frame), 0, frame.length)
  expect(written).toBe(encapsulation.headerLength + frame.length)
  expect(cursor.position).toBe(3 + written)
  expect([...out.subarray(0, 3), ...out.subarray(end)]).toEqual(new Array(7).fill(DIRT))
  return out.subarray(3, end)
}

const FRAME = bytesOf('020000000102 020000000101 0800 4500001c00010000400166cf0a0000010a000002 0800f7fd00010001')
const HOSTS = { source: '10.0.10.101', destination: '10.0.10.102' } as const
const HOSTS6 = { source: 'fd00:10::1', destination: 'fd00:10::2' } as const
const MACS = { ethernet: { source: '02:00:00:00:0a:01', destination: '02:00:00:00:0a:02' } } as const

describe('a datagram', () => {
  it('is what the standard asks for: VXLAN over IPv4, by hand', () => {
    const encapsulation = prepare({ vni: 0x123456, ...HOSTS, ...MACS, sourcePort: 50000 })
    expect(encapsulation.headerLength).toBe(50)
    expect(encapsulation.underlayLength).toBe(36)
    expect(hexOf(wrap(encapsulation, FRAME))).toBe(
      hexOf(
        bytesOf(`0200 0000 0a02 0200 0000 0a01 0800
          4500 004e 0000 4000 4011 11d5 0a00 0a65 0a00 0a66
          c350 12b5 003a 0000
          0800 0000 1234 5600`),
      ) + hexOf(FRAME),
    )
  })

  it('is what the standard asks for: group policy behind two VLAN tags over IPv6, by hand', () => {
    const encapsulation = prepare({
      kind: 'vxlan-gbp',
      vni: 0xffffff,
      policy: { id: 0x0123, applied: true, dontLearn: true },
      ...HOSTS6,
      ethernet: { ...MACS.ethernet, tags: [{ vlanId: 100 }, { vlanId: 7, priority: 5, dropEligible: 1 }] },
      sourcePort: 0xc350,
      destinationPort: 8472,
      timeToLive: 9,
      dscp: 46,
      flowLabel: 0xabcde,
      udpChecksum: 'zero',
    })
    expect(hexOf(wrap(encapsulation, FRAME))).toBe(
      hexOf(
        bytesOf(`0200 0000 0a02 0200 0000 0a01 88a8 0064 8100 b007 86dd
          6b8a bcde 003a 1109 fd00 0010 0000 0000 0000 0000 0000 0001 fd00 0010 0000 0000 0000 0000 0000 0002
          c350 2118 003a 0000
          8848 0123 ffff ff00`),
      ) + hexOf(FRAME),
    )
  })

  const kinds: EncapsulationKind[] = ['vxlan', 'vxlan-gbp', 'vxlan-gpe', 'geneve']
  const options: readonly geneve.Option[] = [
    { class: 0x0102, type: 0x80, reserved: 0, data: Uint8Array.from([1, 2, 3, 4]) },
  ]

  function tunnelPart(kind: EncapsulationKind, vni: number): Part {
    switch (kind) {
      case 'vxlan':
        return vxlanPart({ vni })
      case 'vxlan-gbp':
        return vxlanGbpPart({ vni, policyId: 77 })
      case 'vxlan-gpe':
        return vxlanGpePart({ vni })
      case 'geneve':
        return genevePart({ vni, options })
    }
  }

  it('is what the builder makes of the same headers, for any options and frame', () => {
    const arbitrary = fc.record({
      kind: fc.constantFrom(...kinds),
      vni: fc.nat({ max: 0xffffff }),
      six: fc.boolean(),
      framed: fc.boolean(),
      vlanIds: fc.array(fc.nat({ max: 4095 }), { maxLength: 3 }),
      sourcePort: fc.nat({ max: 65535 }),
      destinationPort: fc.integer({ min: 1, max: 65535 }),
      timeToLive: fc.nat({ max: 255 }),
      dscp: fc.nat({ max: 63 }),
      dontFragment: fc.boolean(),
      identification: fc.nat({ max: 65535 }),
      checked: fc.boolean(),
      flowLabel: fc.nat({ max: 0xfffff }),
      tail: fc.uint8Array({ maxLength: 80 }),
    })
    fc.assert(
      fc.property(arbitrary, (given) => {
        const { kind, vni, six, framed, vlanIds, sourcePort, destinationPort, timeToLive, dscp, flowLabel, tail } =
          given
        const frame = Uint8Array.from([...FRAME.subarray(0, 12), 0x88, 0xb5, ...tail])
        const hosts = six ? HOSTS6 : HOSTS
        const encapsulation = prepare({
          kind,
          vni,
          ...hosts,
          ...(framed ? { ethernet: { ...MACS.ethernet, tags: vlanIds.map((vlanId) => ({ vlanId })) } } : {}),
          ...(kind === 'vxlan-gbp' ? { policy: { id: 77 } } : {}),
          ...(kind === 'geneve' ? { options } : {}),
          sourcePort,
          destinationPort,
          timeToLive,
          dscp,
          dontFragment: given.dontFragment,
          identification: given.identification,
          flowLabel,
          udpChecksum: given.checked ? 'compute' : 'zero',
        })
        const tags = vlanIds.map((vlanId, i) =>
          // A third tag is 802.1ad's once more; the builder takes one service tag for granted.
          dot1qPart({ vlanId, ...(i < vlanIds.length - 2 ? { etherType: 0x88a8 } : {}) }),
        )
        const ip = six
          ? ipv6Part({ ...HOSTS6, hopLimit: timeToLive, dscp, flowLabel })
          : ipv4Part({
              ...HOSTS,
              timeToLive,
              dscp,
              flags: given.dontFragment ? ipv4.FLAG_DF : 0,
              identification: given.identification,
            })
        const expected = build([
          ...(framed ? [ethernetPart(MACS.ethernet), ...tags] : []),
          ip,
          udpPart({ sourcePort, destinationPort, ...(given.checked ? {} : { checksum: 0 }) }),
          tunnelPart(kind, vni),
          ethernetPart({ destination: '02:00:00:00:01:02', source: '02:00:00:00:01:01', etherType: 0x88b5 }),
          payload(tail),
        ])
        expect(hexOf(wrap(encapsulation, frame))).toBe(hexOf(expected.bytes))
      }),
    )
  })

  it('comes apart again into what it was made of, for any kind and any bytes', () => {
    const result = new Decapsulation()
    const arbitrary = fc.record({
      kind: fc.constantFrom(...kinds),
      vni: fc.nat({ max: 0xffffff }),
      six: fc.boolean(),
      framed: fc.boolean(),
      frame: fc.uint8Array({ minLength: 14, maxLength: 120, size: 'max' }),
    })
    fc.assert(
      fc.property(arbitrary, ({ kind, vni, six, framed, frame }) => {
        const encapsulation = prepare({ kind, vni, ...(six ? HOSTS6 : HOSTS), ...(framed ? MACS : {}) })
        // Behind a group policy the bytes must be those of a frame: an ARP packet from a station.
        if (kind === 'vxlan-gbp' && frame.length < 22) return
        if (kind === 'vxlan-gbp') frame.set([2, ...frame.subarray(7, 12), 0x08, 0x06, 0, 1, 8, 0, 6, 4], 6)
        const packet = wrap(encapsulation, frame)
        const view = viewOf(packet)
        expect(decapsulate(result, view, 0, packet.length, packet.length, framed ? 1 : 101, PORTS)).toBe(true)
        expect(TunnelKind[kind === 'geneve' ? 'Geneve' : kind === 'vxlan-gpe' ? 'Gpe' : 'Vxlan']).toBe(result.kind)
        expect(result.vni).toBe(vni)
        expect(result.policyId).toBe(kind === 'vxlan-gbp' ? 0 : NONE)
        expect(result.protocol).toBe(ethernet.EtherType.TransparentEthernet)
        expect(result.control).toBe(false)
        expect([result.length, result.capturedLength]).toEqual([frame.length, frame.length])
        expect(hexOf(packet.subarray(result.at, result.at + result.length))).toBe(hexOf(frame))
      }),
    )
  })
})

/** What a packet of a capture does not tell, but its maker's configuration does. */
const CONFIGURED: readonly [file: RegExp, options: Partial<EncapsulationOptions>][] = [
  [/^seed-ovs-keyed/, { dscp: 'inherit' }],
  [/^mtu-dfinherit/, { dontFragment: 'inherit' }],
]

/** Datagrams that no encapsulator made in the form in which they were captured. */
const ALTERED: readonly [file: RegExp, datagrams: number, why: string][] = [
  [/^fault-corrupt-h2/, 10, 'bits of the inner frame were flipped on the wire'],
  [/^fault-ecn-h2/, 11, 'the wire marked congestion on the outer header'],
  [
    /^fault-malformed/,
    8,
    'made by hand: too short, reserved bits, wrong checksums; a line of text is no tunnel packet',
  ],
  [/^kv-offload-on/, 36, 'UDP checksums were left to the network card'],
]

interface Comparison {
  same: number
  different: number
  /** Tunnels prepared: the other packets had to fit what the first one of each told. */
  tunnels: number
}

/**
 * Encapsulates anew every inner frame of a capture. Of each tunnel (addresses, ports, VNI, policy), the first packet gives the
 * parameters; of each packet, the source port and the IP identification are taken over, and nothing else.
 */
function compare(path: string, configured: Partial<EncapsulationOptions>): Comparison {
  const result = new Decapsulation()
  const tunnels = new Map<string, Encapsulation>()
  const found = { same: 0, different: 0, tunnels: 0 }
  for (const { bytes, wireLength, linkType } of capturedRecords(path) ?? []) {
    const view = viewOf(bytes)
    if (linkType !== 1 || !decapsulate(result, view, 0, bytes.length, wireLength, linkType, PORTS)) continue
    const { outerIp, outerTransport, outerDestinationPort: destinationPort, tunnelAt } = result.layers
    if (result.capturedLength < result.length || outerIp.isFragment || outerIp.lengthUnstated) continue
    const v4 = outerIp.version === 4
    const addresses = v4
      ? { source: ipv4.source(view, outerIp.at), destination: ipv4.destination(view, outerIp.at) }
      : { source: ipv6.source(view, outerIp.at), destination: ipv6.destination(view, outerIp.at) }
    const macs = { source: ethernet.source(view, 0), destination: ethernet.destination(view, 0) }
    const { kind, vni, policyId } = result
    const key = [...Object.values(macs), ...Object.values(addresses), destinationPort, kind, vni, policyId].join(' ')
    let encapsulation = tunnels.get(key)
    if (encapsulation === undefined) {
      encapsulation = prepare({
        kind: kind === TunnelKind.Vxlan ? (policyId === NONE ? 'vxlan' : 'vxlan-gbp') : KINDS[kind]!,
        vni,
        ...addresses,
        destinationPort,
        ethernet: macs,
        timeToLive: v4 ? ipv4.timeToLive(view, outerIp.at) : ipv6.hopLimit(view, outerIp.at),
        dscp: v4 ? ipv4.dscp(view, outerIp.at) : ipv6.dscp(view, outerIp.at),
        dontFragment: v4 ? ipv4.dontFragment(view, outerIp.at) : true,
        udpChecksum: udp.checksum(view, outerTransport) === 0 ? 'zero' : 'compute',
        ...(policyId === NONE ? {} : { policy: { id: policyId, applied: gbp.policyApplied(view, tunnelAt) } }),
        ...(kind === TunnelKind.Geneve ? { options: geneve.options(view, tunnelAt) } : {}),
        payload: result.protocol === ethernet.EtherType.TransparentEthernet ? 'ethernet' : 'ip',
        ...configured,
      })
      tunnels.set(key, encapsulation)
    }
    encapsulation.sourcePort = udp.sourcePort(view, outerTransport)
    if (v4) encapsulation.identification = ipv4.identification(view, outerIp.at)
    const out = new Uint8Array(wireLength).fill(DIRT)
    try {
      encapsulate(encapsulation, new Cursor().reset(viewOf(out), 0, out.length), view, result.at, result.length)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
    if (out.every((byte, i) => byte === bytes[i])) found.same++
    else found.different++
  }
  found.tunnels = tunnels.size
  return found
}

const KINDS: Readonly<Record<number, EncapsulationKind>> = {
  [TunnelKind.Gpe]: 'vxlan-gpe',
  [TunnelKind.Geneve]: 'geneve',
}

const FIXTURES = join(ROOT, 'fixtures', 'pcaps')
const capturesOf = (folder: string): string[] => readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name))

describe('what Linux and Open vSwitch put on the wire', () => {
  it.each(capturesOf(FIXTURES))('is made again, byte for byte: %s', (name) => {
    const options = Object.assign({}, ...CONFIGURED.filter(([file]) => file.test(name)).map(([, given]) => given))
    const { same, different, tunnels } = compare(join(FIXTURES, name), options)
    expect(different).toBe(ALTERED.find(([file]) => file.test(name))?.[1] ?? 0)
    // Captures that hold nothing to compare: cooked ones, and those cut by a short snap length.
    if (!/sll|snap-64/.test(name)) expect(same).toBeGreaterThan(tunnels > 2 ? tunnels / 2 : 0)
  })

  it.skipIf(LAB === undefined)(`is made again in all captures of the lab${because(LAB)}`, () => {
    const folder = LAB ?? ''
    const all = { same: 0, tunnels: 0 }
    const unlike: string[] = []
    for (const name of capturesOf(folder)) {
      const options = Object.assign({}, ...CONFIGURED.filter(([file]) => file.test(name)).map(([, given]) => given))
      const { same, different, tunnels } = compare(join(folder, name), options)
      const altered = ALTERED.find(([file]) => file.test(name))?.[1] ?? 0
      if (different !== altered) unlike.push(`${name}: ${different} datagrams differ, not ${altered}`)
      all.same += same
      all.tunnels += tunnels
    }
    expect(unlike).toEqual([])
    expect(all.same).toBeGreaterThan(4_000)
    // Nearly all of them followed from the first packet of their tunnel.
    expect(all.same).toBeGreaterThan(15 * all.tunnels)
  })
})

/** An Ethernet frame around an IPv4 or IPv6 packet with the given traffic class and flags. */
function inner(version: 4 | 6, ecn: number, dscp = 0, flags = 0): Uint8Array {
  const frame = ethernetPart({ destination: '02:00:00:00:01:02', source: '02:00:00:00:01:01' })
  const ip =
    version === 4
      ? ipv4Part({ source: '192.168.0.1', destination: '192.168.0.2', ecn, dscp, flags })
      : ipv6Part({ source: 'fd00::1', destination: 'fd00::2', ecn, dscp })
  return build([frame, ip, udpPart({ sourcePort: 5000, destinationPort: 5001 }), payload('x')]).bytes
}

const ARP = build([
  ethernetPart({ destination: ethernet.BROADCAST, source: '02:00:00:00:01:01' }),
  arp({ senderHardware: '02:00:00:00:01:01', senderProtocol: '10.0.0.1', targetProtocol: '10.0.0.2' }),
]).bytes

describe('options', () => {
  const outerClass = (options: Partial<EncapsulationOptions>, frame: Uint8Array): number[] => {
    const four = viewOf(wrap(prepare({ vni: 1, ...HOSTS, ...options }), frame))
    const six = viewOf(wrap(prepare({ vni: 1, ...HOSTS6, ...options }), frame))
    expect([ipv4.dscp(four, 0), ipv4.ecn(four, 0)]).toEqual([ipv6.dscp(six, 0), ipv6.ecn(six, 0)])
    return [ipv4.dscp(four, 0), ipv4.ecn(four, 0)]
  }

  it.each([4, 6] as const)('copies the ECN field of an inner IPv%i packet, or clears it (RFC 6040 §4.1)', (version) => {
    for (let ecn = 0; ecn < 4; ecn++) {
      expect(outerClass({}, inner(version, ecn, 10))).toEqual([0, ecn])
      expect(outerClass({ ecn: 'compatibility' }, inner(version, ecn, 10))).toEqual([0, 0])
      expect(outerClass({ dscp: 'inherit' }, inner(version, ecn, 46))).toEqual([46, ecn])
      expect(outerClass({ dscp: 26 }, inner(version, ecn, 46))).toEqual([26, ecn])
    }
    expect(outerClass({ dscp: 'inherit' }, ARP)).toEqual([0, 0])
  })

  it('sets, clears or copies DF', () => {
    const df = (dontFragment: EncapsulationOptions['dontFragment'], frame: Uint8Array): boolean =>
      ipv4.dontFragment(viewOf(wrap(prepare({ vni: 1, ...HOSTS, dontFragment: dontFragment! }), frame)), 0)
    expect(df(true, inner(4, 0))).toBe(true)
    expect(df(false, inner(4, 0, 0, ipv4.FLAG_DF))).toBe(false)
    expect(df('inherit', inner(4, 0, 0, ipv4.FLAG_DF))).toBe(true)
    expect(df('inherit', inner(4, 0))).toBe(false)
    expect(df('inherit', inner(6, 0))).toBe(false)
    expect(df('inherit', ARP)).toBe(false)
    expect(ipv4.dontFragment(viewOf(wrap(prepare({ vni: 1, ...HOSTS }), ARP)), 0)).toBe(true)
  })

  it('counts identifications of datagrams that may be fragmented, and only those (RFC 6864 §4)', () => {
    const ids = (dontFragment: boolean): number[] => {
      const encapsulation = prepare({ vni: 1, ...HOSTS, dontFragment, identification: 0xfffe })
      return [0, 1, 2].map(() => ipv4.identification(viewOf(wrap(encapsulation, FRAME)), 0))
    }
    expect(ids(false)).toEqual([0xfffe, 0xffff, 0])
    expect(ids(true)).toEqual([0xfffe, 0xfffe, 0xfffe])
  })

  it('computes a UDP checksum over IPv6 and none over IPv4, unless told otherwise', () => {
    const verdict = (options: EncapsulationOptions): number => {
      const packet = viewOf(wrap(prepare(options), FRAME))
      const v4 = ipv4.version(packet, 0) === 4
      const at = v4 ? 20 : 40
      const length = packet.byteLength - at
      const pseudo = v4
        ? checksum.pseudoHeaderSum4(ipv4.source(packet, 0), ipv4.destination(packet, 0), 17, length)
        : checksum.pseudoHeaderSum6(packet, ipv6.SOURCE, ipv6.DESTINATION, 17, length)
      return checksum.verdictOf(checksum.verifyUdp(packet, at, packet.byteLength, pseudo))
    }
    const { Absent, Valid } = checksum.Verdict
    expect(verdict({ vni: 1, ...HOSTS })).toBe(Absent)
    expect(verdict({ vni: 1, ...HOSTS, udpChecksum: 'compute' })).toBe(Valid)
    expect(verdict({ vni: 1, ...HOSTS6 })).toBe(Valid)
    expect(verdict({ vni: 1, ...HOSTS6, udpChecksum: 'zero' })).toBe(Absent)
  })

  it('sends a computed checksum of zero as 0xffff (RFC 768)', () => {
    const encapsulation = prepare({ vni: 1, ...HOSTS, udpChecksum: 'compute', sourcePort: 50000 })
    const frame = FRAME.slice()
    const port = wrap(encapsulation, frame)
    // The last word takes up what the sum lacks.
    const lacking = udp.checksum(viewOf(port), 20)
    viewOf(frame).setUint16(frame.length - 2, (viewOf(frame).getUint16(frame.length - 2) + lacking) % 0xffff)
    expect(udp.checksum(viewOf(wrap(encapsulation, frame)), 20)).toBe(0xffff)
  })

  it('wraps IP packets without Ethernet in GPE and Geneve, and says of which version they are', () => {
    const result = new Decapsulation()
    for (const kind of ['vxlan-gpe', 'geneve'] as const) {
      const encapsulation = prepare({ kind, vni: 5, ...HOSTS, payload: 'ip' })
      for (const version of [4, 6] as const) {
        const packet = wrap(encapsulation, inner(version, 2).slice(14))
        expect(decapsulate(result, viewOf(packet), 0, packet.length, packet.length, 101, PORTS)).toBe(true)
        expect(result.protocol).toBe(version === 4 ? 0x0800 : 0x86dd)
        expect(result.layers.innerIp.version).toBe(version)
        expect(result.ecn).toBe(2)
        expect(ipv4.ecn(viewOf(packet), 0)).toBe(2)
      }
      expect(() => wrap(encapsulation, ARP)).toThrow(/IPv4 or IPv6/)
    }
  })

  it.each<[string, Partial<EncapsulationOptions>]>([
    ['vni', { vni: 0x1000000 }],
    ['kind', { kind: 'gre' as EncapsulationKind }],
    ['one IP version', { destination: 'fd00::1' }],
    ["'10.0.0'", { source: '10.0.0' }],
    ['4 or 16 bytes', { source: new Uint8Array(5) }],
    ['sourcePort', { sourcePort: 65536 }],
    ['sourcePort.min', { sourcePort: { min: -1, max: 5 } }],
    ['sourcePort.max', { sourcePort: { min: 1, max: 65536 } }],
    ['sourcePort.min must not be above', { sourcePort: { min: 6, max: 5 } }],
    ['destinationPort', { destinationPort: 0 }],
    ['destinationPort', { destinationPort: 65536 }],
    ['timeToLive', { timeToLive: 256 }],
    ['dscp', { dscp: -1 }],
    ['dscp', { dscp: 64 }],
    ['flowLabel', { flowLabel: 0x100000 }],
    ['identification', { identification: 65536 }],
    ['ecn', { ecn: 'copy' as 'normal' }],
    ['udpChecksum', { udpChecksum: 'none' as 'zero' }],
    ['payload', { payload: 'ip' }],
    ['payload', { kind: 'geneve', payload: 'mpls' as 'ip' }],
    ['policy', { policy: { id: 1 } }],
    ['policyId', { kind: 'vxlan-gbp', policy: { id: 65536 } }],
    ['options', { options: [] }],
    ['not a MAC address', { ethernet: { source: '02:00', destination: 0 } }],
    ['vlanId', { ethernet: { source: 0, destination: 0, tags: [{ vlanId: 4096 }] } }],
    ['etherType', { ethernet: { source: 0, destination: 0, tags: [{ vlanId: 1, protocolId: 65536 }] } }],
  ])('refuses what does not fit: %s', (named, options) => {
    expect(() => prepare({ vni: 1, ...HOSTS, ...options })).toThrow(RangeError)
    expect(() => prepare({ vni: 1, ...HOSTS, ...options })).toThrow(named)
  })
})

describe('refusals write nothing and leave the cursor where it was', () => {
  const tries: [string, (encapsulation: Encapsulation, cursor: Cursor, frame: DataView) => void, string][] = [
    ['a frame shorter than a header', (e, c, f) => encapsulate(e, c, f, 0, 13), 'at least 14'],
    ['a frame beyond its view', (e, c, f) => encapsulate(e, c, f, 1, f.byteLength), 'does not lie'],
    ['a negative offset', (e, c, f) => encapsulate(e, c, f, -1, 20), 'does not lie'],
    ['half a byte', (e, c, f) => encapsulate(e, c, f, 0, 20.5), 'does not lie'],
    [
      'an identification out of range',
      (e, c, f) => {
        e.identification = 70000
        encapsulate(e, c, f, 0, 20)
      },
      'identification',
    ],
    [
      'a source port out of range',
      (e, c, f) => {
        e.sourcePort = -2
        encapsulate(e, c, f, 0, 20)
      },
      'sourcePort',
    ],
    [
      'a datagram that no length can state',
      (e, c) => encapsulate(e, c, new DataView(new ArrayBuffer(65600)), 0, 65500),
      'longer',
    ],
  ]
  it.each(tries)('%s', (_, attempt, named) => {
    const out = new Uint8Array(70_000).fill(DIRT)
    const cursor = new Cursor().reset(viewOf(out), 9, out.length)
    const run = (): void => attempt(prepare({ vni: 1, ...HOSTS }), cursor, viewOf(FRAME))
    expect(run).toThrow(RangeError)
    expect(run).toThrow(named)
    expect(cursor.position).toBe(9)
    expect(out.every((byte) => byte === DIRT)).toBe(true)
  })

  it('a window too small by any number of bytes', () => {
    const encapsulation = prepare({ vni: 1, ...HOSTS })
    const total = encapsulation.headerLength + FRAME.length
    const out = new Uint8Array(total + 1).fill(DIRT)
    for (let room = 0; room < total; room++) {
      const cursor = new Cursor().reset(viewOf(out), 0, room)
      expect(() => encapsulate(encapsulation, cursor, viewOf(FRAME), 0, FRAME.length)).toThrow(RangeError)
      expect(out.every((byte) => byte === DIRT)).toBe(true)
    }
  })

  it('and what just fits is written', () => {
    const four = prepare({ vni: 1, ...HOSTS })
    expect(wrap(four, new Uint8Array(65535 - 36)).length).toBe(65535)
    expect(() => wrap(four, new Uint8Array(65535 - 35))).toThrow('longer')
    const six = prepare({ vni: 1, ...HOSTS6 })
    expect(wrap(six, new Uint8Array(65535 - 16)).length).toBe(65575)
    expect(() => wrap(six, new Uint8Array(65535 - 15))).toThrow('longer')
  })
})

describe('source ports', () => {
  const frameOf = (
    from: string,
    to: string,
    fromPort: number,
    toPort: number,
    more: Partial<ipv4.Header> = {},
  ): Uint8Array =>
    build([
      ethernetPart({ destination: '02:00:00:00:01:02', source: '02:00:00:00:01:01' }),
      from.includes(':')
        ? ipv6Part({ source: from, destination: to })
        : ipv4Part({ source: from, destination: to, flags: more.flags ?? 0, fragmentOffset: more.fragmentOffset ?? 0 }),
      tcp({ sourcePort: fromPort, destinationPort: toPort }),
    ]).bytes

  const portFor = (frame: Uint8Array, sourcePort?: { min: number; max: number }): number =>
    udp.sourcePort(viewOf(wrap(prepare({ vni: 1, ...HOSTS, ...(sourcePort ? { sourcePort } : {}) }), frame)), 20)

  it('lie in the range, whatever the frame holds', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 14, maxLength: 100, size: 'max' }),
        fc.constantFrom(0x0800, 0x86dd, 0x8100, 0x1234),
        fc.nat({ max: 65535 }),
        fc.nat({ max: 65535 }),
        (frame, etherType, a, b) => {
          viewOf(frame).setUint16(12, etherType)
          if (etherType === 0x0800 && frame.length > 14) frame[14] = 0x40 | (frame[14]! & 0x0f)
          if (etherType === 0x86dd && frame.length > 14) frame[14] = 0x60
          const port = portFor(frame)
          expect(port).toBeGreaterThanOrEqual(49152)
          expect(port).toBeLessThanOrEqual(65535)
          const range = { min: Math.min(a, b), max: Math.max(a, b) }
          const other = portFor(frame, range)
          expect(other).toBeGreaterThanOrEqual(range.min)
          expect(other).toBeLessThanOrEqual(range.max)
        },
      ),
    )
  })

  it.each([
    ['10.0.0.1', '10.0.0.2'],
    ['fd00::1', 'fd00::2'],
  ])('are the same for both directions of a flow, and others for other flows: %s', (a, b) => {
    const port = portFor(frameOf(a, b, 1000, 80))
    expect(portFor(frameOf(b, a, 80, 1000))).toBe(port)
    expect(portFor(frameOf(a, b, 80, 1000))).not.toBe(port)
    expect(portFor(frameOf(a, b, 1001, 80))).not.toBe(port)
    const ports = new Set<number>()
    for (let i = 0; i < 1000; i++) ports.add(portFor(frameOf(a, b, 1000 + i, 80)))
    // A thousand balls in 16 384 boxes hit 970 different ones, give or take 8.
    expect(ports.size).toBeGreaterThan(930)
  })

  it('spread evenly over a few paths', () => {
    const counts = new Array<number>(8).fill(0)
    for (let i = 0; i < 4000; i++) {
      const hash = entropy.frameHash(viewOf(frameOf('10.0.0.1', `10.0.${i >> 8}.${i & 0xff}`, 4000 + i, 443)), 0, 54)
      counts[entropy.portOf(hash, 0, 7)]!++
    }
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(120)
  })

  it('do not depend on ports in fragments, so that all pieces take one path', () => {
    const first = frameOf('10.0.0.1', '10.0.0.2', 1000, 80, { flags: ipv4.FLAG_MF })
    const later = frameOf('10.0.0.1', '10.0.0.2', 7, 9, { fragmentOffset: 1480 })
    expect(portFor(first)).toBe(portFor(later))
  })

  it('look behind VLAN tags and IPv6 extension headers, and at MAC addresses where there is no IP', () => {
    const plain = frameOf('10.0.0.1', '10.0.0.2', 1000, 80)
    const tagged = Uint8Array.from([...plain.subarray(0, 12), 0x81, 0, 0, 7, ...plain.subarray(12)])
    expect(portFor(tagged)).toBe(portFor(plain))
    const six = (...between: Part[]): Uint8Array =>
      build([
        ethernetPart(MACS.ethernet),
        ipv6Part({ source: 'fd00::1', destination: 'fd00::2' }),
        ...between,
        tcp({ sourcePort: 1000, destinationPort: 80 }),
      ]).bytes
    expect(portFor(six(hopByHop(), destinationOptions()))).toBe(portFor(six()))
    const piece = portFor(six(ipv6Fragment({ flags: 1 })))
    expect(portFor(six(ipv6Fragment({ fragmentOffset: 1448 })))).toBe(piece)
    expect(piece).not.toBe(portFor(six()))
    const other = ARP.slice()
    other[11] = 9
    expect(portFor(other)).not.toBe(portFor(ARP))
    const back = Uint8Array.from([...ARP.subarray(6, 12), ...ARP.subarray(0, 6), ...ARP.subarray(12)])
    expect(portFor(back)).toBe(portFor(ARP))
  })

  it('give a flow label that is not zero, when it is asked for', () => {
    const encapsulation = prepare({ vni: 1, ...HOSTS6, flowLabel: 'hash' })
    const label = (frame: Uint8Array): number => ipv6.flowLabel(viewOf(wrap(encapsulation, frame)), 0)
    const a = label(frameOf('10.0.0.1', '10.0.0.2', 1000, 80))
    expect(a).toBeGreaterThan(0)
    expect(label(frameOf('10.0.0.2', '10.0.0.1', 80, 1000))).toBe(a)
    expect(label(frameOf('10.0.0.2', '10.0.0.1', 81, 1000))).not.toBe(a)
    expect(entropy.flowLabelOf(0)).toBe(1)
  })
})

describe('a frame in the buffer that is written to', () => {
  it('is wrapped where it lies, or moved when the two overlap', () => {
    const encapsulation = prepare({ vni: 1, ...HOSTS, ...MACS, udpChecksum: 'compute' })
    const frame = Uint8Array.from([...FRAME, 1, 2, 3, 4, 5])
    const expected = wrap(encapsulation, frame)
    const { headerLength } = encapsulation
    for (const at of [headerLength, 0, 1, 2, 3, 5, headerLength - 1, headerLength + 1, headerLength + 3, 60]) {
      const buffer = new Uint8Array(200).fill(DIRT)
      buffer.set(frame, at)
      const cursor = new Cursor().reset(viewOf(buffer), 0, buffer.length)
      // Another view of the same buffer, shifted, on every second try.
      const view = at % 2 === 0 ? viewOf(buffer) : new DataView(buffer.buffer, at)
      const written = encapsulate(encapsulation, cursor, view, at % 2 === 0 ? at : 0, frame.length)
      expect(hexOf(buffer.subarray(0, written)), `frame at ${at}`).toBe(hexOf(expected))
    }
  })
})

/** The fields of RFC 3168 §5, and what RFC 6040 makes of them where a tunnel ends. */
const [NOT, ECT1, ECT0, CE] = [0, 1, 2, 3] as const
const { None, Unused, Dangerous } = EcnAlarm
/** Outer fields in the order of Figure 4. */
const FIGURE_4_OUTER = [NOT, ECT0, ECT1, CE]
/**
 * RFC 6040 §4.2, Figure 4, cell by cell: arriving inner field, then outgoing field and alarm for each outer field; `(!)` is Unused and
 * `(!!!)` Dangerous.
 */
// biome-ignore format: a table
const FIGURE_4: [inner: number, cells: [outgoing: number, alarm: EcnAlarm][]][] = [
  //        outer Not-ECT  ECT(0)            ECT(1)            CE
  [NOT,  [[NOT, None],  [NOT, Dangerous], [NOT, Dangerous], [ECN_DROP, Dangerous]]],
  [ECT0, [[ECT0, None], [ECT0, None],     [ECT1, None],     [CE, None]]],
  [ECT1, [[ECT1, None], [ECT1, Unused],   [ECT1, None],     [CE, None]]],
  [CE,   [[CE, None],   [CE, None],       [CE, Dangerous],  [CE, None]]],
]

describe('decapsulation', () => {
  const result = new Decapsulation()
  const open = (bytes: Uint8Array, wireLength = bytes.length, linkType = 101): boolean =>
    decapsulate(result, viewOf(bytes), 0, bytes.length, wireLength, linkType, PORTS)

  it('opens a record whose original length cannot be, by what was captured', () => {
    const bytes = wrap(prepare({ vni: 9, ...HOSTS }), inner(4, 1))
    const record = { at: 0, capturedLength: bytes.length, wireLength: 1, fcsLength: 0, linkType: 101 }
    const other = new Decapsulation()
    expect(decapsulateRecord(other, viewOf(bytes), record, PORTS)).toBe(true)
    expect(open(bytes)).toBe(true)
    expect([other.vni, other.at, other.length, other.capturedLength]).toEqual([
      9,
      result.at,
      result.length,
      result.capturedLength,
    ])
    expect(other.layers.lengthImpossible).toBe(true)
  })

  it('finds nothing in what is no tunnel datagram, and leaves nothing of the packet before', () => {
    expect(open(wrap(prepare({ vni: 9, ...HOSTS }), inner(4, 1)))).toBe(true)
    expect(open(inner(4, 0).slice(14))).toBe(false)
    const { layers, ...rest } = result
    expect(rest).toEqual({
      kind: TunnelKind.None,
      vni: NONE,
      at: NONE,
      length: 0,
      capturedLength: 0,
      protocol: NONE,
      control: false,
      policyId: NONE,
      ecn: NONE,
      ecnAlarm: EcnAlarm.None,
    })
    expect(layers.vni).toBe(NONE)
  })

  it('refuses a header without the I flag', () => {
    const packet = wrap(prepare({ vni: 9, ...HOSTS }), FRAME)
    packet[28] = 0
    expect(open(packet)).toBe(false)
    expect(result.layers.faultCount).toBe(1)
  })

  it('tells what the wire carried from what was captured', () => {
    const packet = wrap(prepare({ vni: 9, ...HOSTS }), inner(4, 0))
    expect(open(packet.subarray(0, 60), packet.length)).toBe(true)
    expect([result.at, result.length, result.capturedLength]).toEqual([36, packet.length - 36, 24])
  })

  it('keeps the padding of the inner frame and leaves out that of the outer one', () => {
    const padded = Uint8Array.from([...ARP, ...new Uint8Array(18)])
    const packet = Uint8Array.from([...wrap(prepare({ vni: 9, ...HOSTS, ...MACS }), padded), 0, 0, 0, 0])
    expect(open(packet, packet.length, 1)).toBe(true)
    expect(hexOf(packet.subarray(result.at, result.at + result.length))).toBe(hexOf(padded))
  })

  it("marks a control packet as the tunnel's own", () => {
    for (const kind of ['vxlan-gpe', 'geneve'] as const) {
      const packet = wrap(prepare({ kind, vni: 9, ...HOSTS }), FRAME)
      expect(open(packet)).toBe(true)
      expect(result.control).toBe(false)
      if (kind === 'geneve') packet[29]! |= 0x80
      else packet[28]! |= 0x01
      expect(open(packet)).toBe(true)
      expect(result.control).toBe(true)
    }
  })

  it.each([
    [4, 4],
    [4, 6],
    [6, 4],
    [6, 6],
  ] as const)(
    'gives the congestion field of an inner IPv%i packet in outer IPv%i, as Figure 4 has it',
    (inside, outside) => {
      const hosts = outside === 4 ? HOSTS : HOSTS6
      for (const [field, cells] of FIGURE_4) {
        const found = FIGURE_4_OUTER.map((mark) => {
          const packet = wrap(prepare({ vni: 9, ...hosts }), inner(inside, field))
          // What a router would have set on the way: the low bits of the second byte, or the lowest half of its high nibble.
          packet[1] = outside === 4 ? mark : mark << 4
          expect(open(packet)).toBe(true)
          return [result.ecn, result.ecnAlarm]
        })
        expect(found).toEqual(cells)
      }
    },
  )

  it('gives no congestion field where no IP packet is wrapped', () => {
    expect(open(wrap(prepare({ vni: 9, ...HOSTS }), ARP))).toBe(true)
    expect(result.ecn).toBe(NONE)
  })
})

describe('congestion marks (RFC 6040)', () => {
  it('leave the tunnel as Figure 4 has it', () => {
    for (const [inside, row] of FIGURE_4) {
      const found = FIGURE_4_OUTER.map((outside) => [decapsulatedEcn(inside, outside), ecnAlarm(inside, outside)])
      expect(found).toEqual(row)
    }
  })

  it('enter it copied, or not at all (§4.1)', () => {
    expect([0, 1, 2, 3].map((field) => encapsulatedEcn('normal', field))).toEqual([0, 1, 2, 3])
    expect([0, 1, 2, 3].map((field) => encapsulatedEcn('compatibility', field))).toEqual([0, 0, 0, 0])
  })
})

describe('the heap', () => {
  const frames = [
    inner(4, 1),
    inner(6, 2),
    ARP,
    build([ethernetPart(MACS.ethernet), ipv4Part(HOSTS), icmp({ type: 8 })]).bytes,
  ]
  const views = frames.map(viewOf)
  const cursor = new Cursor()
  const out = new DataView(new ArrayBuffer(400))
  const tunnels = [
    prepare({ vni: 1, ...HOSTS, ...MACS, dontFragment: false, dscp: 'inherit', udpChecksum: 'compute' }),
    prepare({ kind: 'geneve', vni: 2, ...HOSTS6, flowLabel: 'hash' }),
  ]
  const result = new Decapsulation()

  const one = (i: number): void => {
    const view = views[i & 3]!
    const written = encapsulate(tunnels[i & 1]!, cursor.reset(out, 0, 400), view, 0, view.byteLength)
    decapsulate(result, out, 0, written, written, (i & 1) === 0 ? 1 : 101, PORTS)
  }

  it('does not grow with encapsulation and decapsulation; a planted allocation shows', () => {
    expect(heapGrowth(one)).toBeLessThan(4)
    expect(result.kind).not.toBe(TunnelKind.None)
    let sink: unknown = null
    expect(
      heapGrowth((i) => {
        one(i)
        sink = { at: result.at, length: result.length }
      }),
    ).toBeGreaterThan(16)
    expect(sink).not.toBeNull()
  })
})

it('refuses a time to live that no header holds', () => {
  for (const timeToLive of [-1, 256, 1.5]) {
    expect(() => prepare({ vni: 1, ...HOSTS, timeToLive })).toThrow(/^timeToLive must be an integer from 0 to 255/)
  }
  for (const timeToLive of [0, 255]) expect(() => prepare({ vni: 1, ...HOSTS, timeToLive })).not.toThrow()
})
