import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaptureReader } from '../../src/capture/reader.ts'
import { NONE } from '../../src/codecs/core/fault.ts'
import { type DescribedLayer, describePacket } from '../../src/codecs/describe/describe.ts'
import { dissect, tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import { Layers } from '../../src/codecs/walk/layers.ts'
import { type Mutation, mutate, packet, pcapCapture, pcapngCapture, tunnelPacket } from '../../src/testing/index.ts'
import { copyPacket, feed } from '../capture/files.ts'

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

const NO_HEADERS = ['payload', 'padding', 'undecoded', 'fragment', 'icmp-extensions', 'integrity-check-value']

function traffic(layers: readonly DescribedLayer[]): DescribedLayer[] {
  return layers.filter(({ quoted }) => !quoted).flatMap((layer) => [layer, ...traffic(layer.layers)])
}

const IP = ['ipv4', 'ipv6']
const EXTENSIONS = ['ipv6-hop-by-hop', 'ipv6-destination-options', 'ipv6-routing', 'ipv6-fragment', 'authentication']
const KINDS: Record<string, number> = { vxlan: 1, 'vxlan-gbp': 1, 'vxlan-gpe': 2, geneve: 3 }
const LINKS = [
  'ethernet',
  'vlan',
  'sll',
  'sll2',
  'loopback',
  'nflog',
  'mpacket',
  'dsa',
  'dsa-brcm',
  'ethertype',
  'cisco-hdlc',
]
const CARRIERS = [
  ...['mpls', 'pseudowire', 'pppoe', 'ppp', '802.1ah', 'vn-tag', 'e-tag', 'cisco-metadata', 'macsec', 'llc'],
  ...['gre', 'erspan'],
]

/** The walk has gone as far into a packet of these headers as it goes into any. */
function expectWalked(layers: Layers, expected: readonly string[]): void {
  const rest = [...expected]
  const skip = (names: readonly string[]): string | undefined => {
    while (names.includes(rest[0] ?? '')) rest.shift()
    return rest.shift()
  }
  let outer = skip([...LINKS, ...CARRIERS])
  let next: string | undefined
  for (let ends = false; !ends; ) {
    if (outer === undefined || !IP.includes(outer)) break
    next = skip(EXTENSIONS)
    ends = !(IP.includes(next ?? '') || LINKS.includes(next ?? '') || CARRIERS.includes(next ?? ''))
    if (!ends) outer = IP.includes(next ?? '') ? next : skip([...LINKS, ...CARRIERS])
  }
  expect(layers.outerIp.version, 'outer IP').toBe(IP.includes(outer ?? '') ? Number(outer?.at(-1)) : 0)
  if (outer === undefined || !IP.includes(outer)) return
  expect(layers.outerIp.payloadAt).toBeGreaterThan(layers.outerIp.at)
  if (next === 'nvgre') {
    expect(layers.tunnel, 'tunnel').toBe(4)
    return
  }
  const isUdp = next === 'udp'
  expect(layers.outerDestinationPort !== NONE, 'outer UDP').toBe(isUdp)
  const kind = isUdp ? (KINDS[rest[0] ?? ''] ?? 0) : 0
  expect(layers.tunnel, 'tunnel').toBe(kind)
  if (kind === 0) return
  rest.shift()
  expect(layers.innerFrame.at !== NONE, 'inner Ethernet').toBe(rest[0] === 'ethernet')
  const tags = rest.filter((name, index) => name === 'vlan' && rest.slice(1, index).every((one) => one === 'vlan'))
  expect(layers.innerFrame.tagCount, 'inner tags').toBe(rest[0] === 'ethernet' ? tags.length : 0)
  const inner = skip(['ethernet', 'vlan'])
  expect(layers.innerArp !== NONE, 'inner ARP').toBe(inner === 'arp')
  expect(layers.innerIp.version, 'inner IP').toBe(IP.includes(inner ?? '') ? Number(inner?.at(-1)) : 0)
  if (inner === 'arp' || layers.innerIp.version === 0) return
  const upper = skip(EXTENSIONS) ?? ''
  expect(layers.innerTransport !== NONE, upper).toBe(['tcp', 'udp', 'icmp', 'icmpv6'].includes(upper))
  if (['tcp', 'udp'].includes(upper)) expect(layers.innerPorts).toBe(layers.innerTransport)
}

describe('well-formed packets', () => {
  it('are read whole: every header found, no fault, every checksum right or absent', () => {
    const layers = new Layers()
    const ports = tunnelPorts()
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(packet({ maxTunnels: 3 }), ({ bytes, wireLength, linkType, layers: expected }) => {
        const found = describePacket(viewOf(bytes), 0, bytes.length, wireLength, linkType)
        expect(found.faults).toEqual([])
        const all = traffic(found.layers)
        expect(all.map(({ name }) => name).filter((name) => !NO_HEADERS.includes(name))).toEqual(expected)
        for (const { name, fields } of all) {
          seen.set(name, (seen.get(name) ?? 0) + 1)
          for (const { check } of fields) if (check) expect(check.verdict).toMatch(/^(valid|absent)$/)
        }
        dissect(layers, viewOf(bytes), 0, bytes.length, wireLength, linkType, ports)
        expect(layers.faultCount).toBe(0)
        expectWalked(layers, expected)
      }),
      { numRuns: 2500 },
    )
    const names = [
      ...[
        'arp',
        'authentication',
        'ethernet',
        'geneve',
        'gre',
        'icmp',
        'icmpv6',
        'igmp',
        'ipv4',
        'ipv6',
        'ipv6-fragment',
      ],
      ...[
        'ipv6-hop-by-hop',
        'ipv6-destination-options',
        'ipv6-routing',
        'llc',
        'loopback',
        'neighbor',
        'nvgre',
        'padding',
      ],
      ...LINKS,
      ...CARRIERS,
      ...['payload', 'sll', 'sll2', 'tcp', 'udp', 'vlan', 'vxlan', 'vxlan-gbp', 'vxlan-gpe'],
    ]
    expect(names.filter((name) => !seen.has(name))).toEqual([])
  })

  it('have as many tunnels as asked for', () => {
    const TUNNELS = ['vxlan', 'vxlan-gbp', 'vxlan-gpe', 'geneve', 'nvgre']
    fc.assert(
      fc.property(tunnelPacket({ minTunnels: 2, maxTunnels: 3 }), ({ bytes, wireLength, linkType, layers }) => {
        expect(linkType).toBe(1)
        const depth = Math.max(
          ...traffic(describePacket(viewOf(bytes), 0, bytes.length, wireLength, linkType).layers).map(
            (one) => one.depth,
          ),
        )
        expect(depth).toBeGreaterThanOrEqual(2)
        expect(depth).toBeLessThanOrEqual(3)
        expect(layers.filter((name) => TUNNELS.includes(name)).length).toBeLessThanOrEqual(3)
      }),
    )
    expect(() => packet({ minTunnels: 3, maxTunnels: 2 })).toThrow(RangeError)
    expect(() => packet({ maxTunnels: 9 })).toThrow(RangeError)
  })
})

describe('captures', () => {
  it.each([
    ['pcap', pcapCapture()],
    ['pcapng', pcapngCapture()],
  ])('of format %s are read back record by record, whole or in pieces', (format, captures) => {
    let records = 0
    fc.assert(
      fc.property(captures, fc.integer({ min: 1, max: 5000 }), ({ bytes, records: expected }, size) => {
        const found: unknown[] = []
        const reader = feed(bytes, {
          size: () => size,
          onPacket: (one) => {
            const { seconds, nanoseconds, wireLength, linkType, interfaceId, bytes } = copyPacket(one)
            found.push({ seconds, nanoseconds, wireLength, linkType, interfaceId, bytes, comments: one.comments() })
          },
        })
        expect(reader.issue).toBeNull()
        expect(reader.format).toBe(format)
        records += found.length
        expect(found).toEqual(expected.map((one) => ({ ...one, bytes: Buffer.from(one.bytes).toString('hex') })))
      }),
      { numRuns: 150 },
    )
    expect(records).toBeGreaterThan(300)
  })

  it('a reader of nothing but a header finds no packet', () => {
    const empty = fc.sample(pcapCapture({ maxRecords: 0 }), 1)[0]!
    const reader = new CaptureReader()
    reader.room().set(empty.bytes)
    reader.advance(empty.bytes.length)
    reader.finish()
    expect(reader.next()).toBe(false)
    expect([reader.done, reader.issue, reader.packets]).toEqual([true, null, 0])
  })
})

describe('mutations', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4)
  it.each<[Mutation, number[]]>([
    [{ kind: 'flip', where: 5, bits: 0x81 }, [1, 0x83, 3, 4]],
    [{ kind: 'set', where: 2, value: 0xff }, [1, 2, 0xff, 4]],
    [{ kind: 'word', where: 1, value: 0x8001 }, [1, 0x80, 1, 4]],
    [{ kind: 'word', where: 3, value: 0x8001 }, [1, 2, 3, 0x80]],
    [{ kind: 'insert', where: 1, bytes: Uint8Array.of(9, 8) }, [1, 9, 8, 2, 3, 4]],
    [{ kind: 'remove', where: 1, count: 2 }, [1, 4]],
    [{ kind: 'remove', where: 3, count: 20 }, [1, 2, 3]],
    [{ kind: 'copy', from: 0, where: 2, count: 2 }, [1, 2, 1, 2]],
    [{ kind: 'cut', where: 6 }, [1, 2]],
  ])('%j', (one, expected) => {
    expect([...mutate(bytes, [one])]).toEqual(expected)
    expect([...bytes]).toEqual([1, 2, 3, 4])
  })

  it('leave nothing of nothing, unless they insert', () => {
    expect([...mutate(new Uint8Array(0), [{ kind: 'flip', where: 3, bits: 1 }])]).toEqual([])
    expect([...mutate(new Uint8Array(0), [{ kind: 'insert', where: 3, bytes }])]).toEqual([1, 2, 3, 4])
  })
})
