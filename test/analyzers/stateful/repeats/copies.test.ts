/** What is a copy of a frame, what a replica to another peer, and what its sender repeated. */
import { describe, expect, it } from 'vitest'
import {
  arp,
  bytes,
  datagram,
  echo,
  ethernet,
  ipv4,
  type Packet,
  summaryOf,
  tcp,
  vxlan,
} from '../../../support/packets.ts'

const guest = { mac: '02:00:00:00:00:01', ip: '192.168.0.1' }
const question = (): Uint8Array =>
  ethernet(arp(1, guest, { ip: '192.168.0.9' }), { type: 0x0806, to: 'ff:ff:ff:ff:ff:ff' })
/** An inner frame without any number: IP identification 0, as Open vSwitch and Linux with DF send it. */
const plain = (): Uint8Array => ethernet(ipv4(tcp({ payload: 20 }), { protocol: 6 }))
const numbered = (): Uint8Array => ethernet(ipv4(tcp({ payload: 20 }), { protocol: 6, id: 77 }))

const copiesOf = (...packets: Packet[]): number => summaryOf(packets).capture.duplicatePackets
const replicasOf = (...packets: Packet[]): number => summaryOf(packets).vnis[0]!.replicatedPackets

describe('a copy', () => {
  const frame = vxlan(plain(), { id: 5 })

  it('is the same frame within a second, on another interface or the same', () => {
    expect(copiesOf({ bytes: frame, ms: 0 }, { bytes: frame, ms: 1, interfaceId: 1 })).toBe(1)
    expect(copiesOf({ bytes: frame, ms: 0 }, { bytes: frame, ms: 1 })).toBe(1)
    expect(copiesOf({ bytes: frame, ms: 0 }, { bytes: frame, ms: 1000 })).toBe(1)
    expect(copiesOf({ bytes: frame, ms: 0 }, { bytes: frame, ms: 1001 })).toBe(0)
    expect(copiesOf({ bytes: frame, ms: 1000 }, { bytes: frame, ms: 0 })).toBe(1)
  })

  it('is counted each time', () => {
    expect(copiesOf(...[0, 1, 2, 3].map((ms) => ({ bytes: frame, ms })))).toBe(3)
  })

  it('may have another TTL, other MAC addresses and another outer checksum: a hop further', () => {
    const hop = vxlan(plain(), { id: 5, ttl: 63 })
    hop.set([2, 9, 9, 9, 9, 9], 0)
    // Outer UDP checksum: outer Ethernet 14, IPv4 20, UDP at offset 6.
    hop.set([0x12, 0x34], 14 + 20 + 6)
    expect(copiesOf({ bytes: frame }, { bytes: hop, ms: 1, interfaceId: 1 })).toBe(1)
  })

  it('is not another datagram, VNI, source port or inner frame', () => {
    for (const other of [
      vxlan(plain(), { id: 6 }),
      vxlan(plain(), { id: 5, vni: 101 }),
      vxlan(plain(), { id: 5, sourcePort: 50_001 }),
      vxlan(numbered(), { id: 5 }),
    ]) {
      expect(copiesOf({ bytes: frame }, { bytes: other, ms: 1 })).toBe(0)
    }
  })

  it('may be whole on one side of a router and a first fragment on the other; its datagram is followed all the same', () => {
    const whole = datagram(ethernet(ipv4(tcp({ payload: 600 }), { protocol: 6 })))
    const ends = { from: '10.0.0.1', to: '10.0.0.2', id: 5 }
    const packets = [
      { bytes: ethernet(ipv4(whole, ends)) },
      { bytes: ethernet(ipv4(whole.slice(0, 400), { ...ends, moreFragments: true, ttl: 63 })), ms: 1, interfaceId: 1 },
      { bytes: ethernet(ipv4(whole.slice(400), { ...ends, offset: 400, ttl: 63 })), ms: 1, interfaceId: 1 },
    ]
    const { capture, tunnel } = summaryOf(packets)
    expect(capture.duplicatePackets).toBe(1)
    expect(tunnel.fragments).toMatchObject({ firsts: 1, others: 1, reassembled: 1, incomplete: 0 })
    expect(copiesOf(packets[1]!, { ...packets[0]!, ms: 2 })).toBe(1)
  })

  it('is told by the inner identification where the outer one says nothing', () => {
    const inside = vxlan(numbered())
    expect(copiesOf({ bytes: inside }, { bytes: inside, ms: 1 })).toBe(1)
  })

  it('has a time: without one there is no recent past', () => {
    expect(copiesOf({ bytes: frame, ms: null }, { bytes: frame, ms: null })).toBe(0)
  })

  it('of a frame without tunnel counts too', () => {
    const outside = ethernet(ipv4(echo('request', 1, 1), { protocol: 1, id: 3 }))
    expect(copiesOf({ bytes: outside }, { bytes: outside, ms: 1, interfaceId: 1 })).toBe(1)
  })
})

describe('a frame without any number', () => {
  const frame = vxlan(question())

  it('is never a copy on the same interface: its sender may have repeated it', () => {
    expect(copiesOf({ bytes: frame }, { bytes: frame, ms: 1 })).toBe(0)
    expect(copiesOf({ bytes: vxlan(plain()) }, { bytes: vxlan(plain()), ms: 200 })).toBe(0)
  })

  it('is one on another interface, at once', () => {
    expect(copiesOf({ bytes: frame }, { bytes: frame, ms: 5, interfaceId: 1 })).toBe(1)
    expect(copiesOf({ bytes: frame }, { bytes: frame, ms: 1005, interfaceId: 1 })).toBe(0)
  })

  it('may be padded on one interface and not on the other', () => {
    const bare = ethernet(arp(1, guest, { ip: '192.168.0.9' }), { type: 0x0806, to: 'ff:ff:ff:ff:ff:ff' })
    const padded = bytes(bare, new Uint8Array(18))
    expect(copiesOf({ bytes: bare }, { bytes: padded, ms: 1, interfaceId: 1 })).toBe(1)
  })

  it('is no copy of another question, on any interface', () => {
    const ask = (address: string): Uint8Array =>
      ethernet(arp(1, guest, { ip: address }), { type: 0x0806, to: 'ff:ff:ff:ff:ff:ff' })
    const [first, second] = [ask('192.168.0.9'), ask('192.168.0.8')]
    expect(copiesOf({ bytes: first }, { bytes: second, ms: 1, interfaceId: 1 })).toBe(0)
    expect(copiesOf({ bytes: vxlan(first) }, { bytes: vxlan(second), ms: 1, interfaceId: 1 })).toBe(0)
  })
})

describe('a replica', () => {
  const to = (peer: string, ms: number, id: number): Packet => ({ ms, bytes: vxlan(question(), { to: peer, id }) })

  it('is the same inner frame to another peer within 100 ms', () => {
    expect(replicasOf(to('10.0.0.2', 0, 1), to('10.0.0.3', 1, 2), to('10.0.0.4', 2, 3))).toBe(2)
    expect(replicasOf(to('10.0.0.2', 0, 1), to('10.0.0.3', 100, 2))).toBe(1)
    expect(replicasOf(to('10.0.0.2', 0, 1), to('10.0.0.3', 101, 2))).toBe(0)
  })

  it('is not the same frame to the same peer again', () => {
    expect(replicasOf(to('10.0.0.2', 0, 1), to('10.0.0.2', 50, 2))).toBe(0)
  })

  it('is not a frame of another tenant', () => {
    const other = { ms: 1, bytes: vxlan(question(), { to: '10.0.0.3', id: 2, vni: 200 }) }
    expect(summaryOf([to('10.0.0.2', 0, 1), other]).vnis.map((row) => row.replicatedPackets)).toEqual([0, 0])
  })

  it('that was recorded twice counts once, and each record counts in the volume', () => {
    const second = to('10.0.0.3', 1, 2)
    const { vnis, capture } = summaryOf([to('10.0.0.2', 0, 1), second, { ...second, ms: 1.5, interfaceId: 1 }])
    expect([vnis[0]?.replicatedPackets, capture.duplicatePackets, vnis[0]?.packets]).toEqual([1, 1, 3])
  })
})

describe('the window', () => {
  it('forgets frames that newer ones push out: a later copy is told from none', () => {
    const packets = Array.from({ length: 12 }, (_, index) => ({ ms: index, bytes: vxlan(plain(), { id: index + 1 }) }))
    const again = { ms: 20, bytes: vxlan(plain(), { id: 1 }) }
    const copies = (window: number) => summaryOf([...packets, again], { limits: { window } }).capture.duplicatePackets
    expect(copies(16)).toBe(1)
    expect(copies(8)).toBe(0)
  })
})
