/** What tunnels carry, as a capture: frames, lengths, interfaces, comments, joined fragments, and what is left out. */
import { describe, expect, it } from 'vitest'
import { tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import { block, epb, fields, idb, join, option, shb } from '../capture/files.ts'
import { bytes, datagram, ethernet, ipv4, ipv6, number, type Packet, tcp, udp, vxlan } from '../support/packets.ts'
import { decapOf, pcapOf } from './files.ts'

const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex')
const INNER = ethernet(ipv4(tcp({ payload: 200 }), { protocol: 6, id: 9 }))
const ARP = ethernet(new Uint8Array(28), { type: 0x0806 })
const outer = (payload: Uint8Array) => ethernet(ipv4(payload, { from: '10.0.0.1', to: '10.0.0.2' }))

describe('inner frames', () => {
  it('are written as they are, with the time of the outer packet, and a comment that names it', () => {
    const { packets, counts, vnis } = decapOf(
      pcapOf([
        { bytes: ARP, ms: 1 },
        { bytes: vxlan(INNER, { vni: 100 }), ms: 2.5 },
        { bytes: vxlan(ARP, { vni: 7, from: '10.0.0.2', to: '10.0.0.1' }), ms: 3 },
      ]),
    )
    expect(packets.map(({ bytes: data }) => data)).toEqual([hex(INNER), hex(ARP)])
    expect(packets).toMatchObject([
      { nanoseconds: 2_500_000, capturedLength: INNER.length, wireLength: INNER.length, name: 'vni-100-vxlan' },
      { nanoseconds: 3_000_000, name: 'vni-7-vxlan' },
    ])
    expect(packets.map(({ comments }) => comments)).toEqual([
      ['outer packet 2, 10.0.0.1 > 10.0.0.2, VXLAN VNI 100'],
      ['outer packet 3, 10.0.0.2 > 10.0.0.1, VXLAN VNI 7'],
    ])
    expect(counts).toMatchObject({ records: 3, written: 2, fromFragments: 0, incomplete: 0 })
    expect(vnis).toBe(2)
  })

  it('have one interface a VNI, however the VNIs alternate', () => {
    const frames = [1, 2, 1, 3, 2, 1].map((vni) => ({ bytes: vxlan(INNER, { vni }) }))
    const { packets, reader } = decapOf(pcapOf(frames))
    expect(packets.map(({ interfaceId }) => interfaceId)).toEqual([0, 1, 0, 2, 1, 0])
    expect(reader.interfaces.map(({ name, linkType, tsresol }) => [name, linkType, tsresol])).toEqual([
      ['vni-1-vxlan', 1, 9],
      ['vni-2-vxlan', 1, 9],
      ['vni-3-vxlan', 1, 9],
    ])
    expect(reader.interfaces[0]?.description).toBe('VXLAN VNI 1')
  })

  it('carry the cut of a snap length over', () => {
    const whole = vxlan(INNER)
    for (const captured of [whole.length - 1, 120, 51, 50]) {
      const { packets } = decapOf(pcapOf([{ bytes: whole.subarray(0, captured), wireLength: whole.length }]))
      expect(packets).toMatchObject([{ capturedLength: captured - 50, wireLength: INNER.length }])
      expect(packets[0]?.bytes).toBe(hex(INNER.subarray(0, captured - 50)))
    }
    // The VXLAN header itself is cut: there is no VNI to put it under.
    expect(decapOf(pcapOf([{ bytes: whole.subarray(0, 49), wireLength: whole.length }])).packets).toEqual([])
  })

  it('do not take the padding of the outer frame, and keep their own', () => {
    const padded = bytes(vxlan(bytes(ARP, new Uint8Array(18))), new Uint8Array(6))
    const { packets } = decapOf(pcapOf([{ bytes: padded }]))
    expect(packets).toMatchObject([{ capturedLength: ARP.length + 18, wireLength: ARP.length + 18 }])
  })

  it('of other kinds of tunnel have interfaces of their own; IP without Ethernet is raw IP', () => {
    const ip = ipv4(tcp({}), { protocol: 6 })
    const ip6 = ipv6(tcp({}), { from: 'fd00::1', to: 'fd00::2', protocol: 6 })
    const gpe = (flags: number, next: number, inner: Uint8Array) =>
      outer(udp(bytes(flags, 0, 0, next, number(5, 3), 0, inner), 50_000, 4790))
    const geneve = (flags: number, type: number, inner: Uint8Array, options = 0) =>
      outer(
        udp(bytes(options / 4, flags, number(type, 2), number(5, 3), 0, new Uint8Array(options), inner), 50_000, 6081),
      )
    const { packets, counts } = decapOf(
      pcapOf(
        [
          vxlan(INNER, { vni: 5 }),
          gpe(0x0c, 3, INNER),
          gpe(0x0c, 1, ip),
          gpe(0x0c, 2, ip6),
          geneve(0, 0x6558, INNER, 8),
          geneve(0, 0x0800, ip),
          gpe(0x0d, 3, INNER),
          geneve(0x80, 0x6558, INNER),
          gpe(0x0c, 4, INNER),
          geneve(0, 0x8847, INNER),
        ].map((data) => ({ bytes: data })),
      ),
    )
    expect(packets.map(({ name, linkType }) => [name, linkType])).toEqual([
      ['vni-5-vxlan', 1],
      ['vni-5-gpe', 1],
      ['vni-5-gpe-ip', 101],
      ['vni-5-gpe-ip', 101],
      ['vni-5-geneve', 1],
      ['vni-5-geneve-ip', 101],
    ])
    expect(packets.map(({ bytes: data }) => data)).toEqual([INNER, INNER, ip, ip6, INNER, ip].map(hex))
    expect(counts).toMatchObject({ written: 6, control: 2, unsupported: 2 })
  })

  it('of a group policy name it', () => {
    const data = outer(udp(bytes(0x88, 0, number(77, 2), number(5, 3), 0, INNER), 50_000, 4789))
    expect(decapOf(pcapOf([{ bytes: data }])).packets[0]?.comments[0]).toMatch(/VNI 5, group policy 77$/)
  })

  it('of a nested tunnel stay in the inner tunnel', () => {
    const nested = vxlan(vxlan(INNER, { vni: 2 }), { vni: 1 })
    const { packets } = decapOf(pcapOf([{ bytes: nested }]))
    expect(packets).toMatchObject([{ bytes: hex(vxlan(INNER, { vni: 2 })), name: 'vni-1-vxlan' }])
  })

  it('of a further port are found when it is named', () => {
    const capture = pcapOf([{ bytes: vxlan(INNER, { port: 5000 }) }])
    expect(decapOf(capture).packets).toEqual([])
    expect(decapOf(capture, { ports: tunnelPorts([5000]) }).packets).toHaveLength(1)
  })

  it('keep the comments and the direction of their outer packets', () => {
    const opts = join(option(1, 'seen here'), option(2, [0b10_0000_0001, 2, 0, 0]), [0, 0, 0, 0])
    const capture = join(shb(), idb(), epb(vxlan(INNER), { opts }))
    const { packets } = decapOf(capture)
    expect(packets[0]?.comments).toEqual([expect.stringContaining('outer packet 1'), 'seen here'])
    expect(packets[0]?.flags).toBe(1)
  })

  it('of several captures name the capture', () => {
    const capture = pcapOf([{ bytes: vxlan(INNER) }])
    const { packets } = decapOf([capture, capture])
    expect(packets.map(({ comments }) => comments[0]?.split(',')[0])).toEqual([
      'outer packet file0:1',
      'outer packet file1:1',
    ])
  })

  it('without a time, or at one that nanoseconds cannot state, are written all the same', () => {
    const simple = block(3, join(fields(true, [32, vxlan(INNER).length]), vxlan(INNER)))
    const far = idb({ opts: join(option(9, [3]), [0, 0, 0, 0]) })
    const { packets } = decapOf(
      join(shb(), idb(), far, simple, epb(vxlan(INNER), { id: 1, time: 30_000_000_000_123n })),
    )
    expect(packets).toMatchObject([
      { bytes: hex(INNER), seconds: 0, nanoseconds: 0 },
      { bytes: hex(INNER), seconds: 30_000_000_000, nanoseconds: 123_000_000 },
    ])
  })
})

describe('outer fragments', () => {
  const WHOLE = datagram(INNER, { vni: 100 })
  const fragment = (start: number, end: number, options: { id?: number; ms?: number } = {}): Packet => {
    const { id = 5, ms = 0 } = options
    const moreFragments = end < WHOLE.length
    return {
      bytes: ethernet(
        ipv4(WHOLE.slice(start, end), { from: '10.0.0.1', to: '10.0.0.2', id, offset: start, moreFragments }),
      ),
      ms,
    }
  }
  const [A, B] = [(options = {}) => fragment(0, 120, options), (options = {}) => fragment(120, WHOLE.length, options)]

  it('are joined, at the time of the last of them', () => {
    const { packets, counts } = decapOf(pcapOf([A({ ms: 1 }), { bytes: vxlan(ARP, { vni: 1 }), ms: 2 }, B({ ms: 3 })]))
    expect(packets.map(({ bytes: data, nanoseconds }) => [data, nanoseconds])).toEqual([
      [hex(ARP), 2_000_000],
      [hex(INNER), 3_000_000],
    ])
    expect(packets[1]?.comments).toEqual(['outer packets 1 + 3, 10.0.0.1 > 10.0.0.2, VXLAN VNI 100'])
    expect(counts).toMatchObject({ written: 2, fromFragments: 1, incomplete: 0 })
  })

  it('may come in the wrong order', () => {
    const { packets } = decapOf(pcapOf([B(), A()]))
    expect(packets.map(({ bytes: data, comments }) => [data, comments[0]?.split(',')[0]])).toEqual([
      [hex(INNER), 'outer packets 1 + 2'],
    ])
  })

  it('that never become whole are left out, never decoded out of their middle', () => {
    const { packets, counts } = decapOf(pcapOf([A(), B({ id: 6 }), A({ id: 7, ms: 0 }), B({ id: 7, ms: 31_000 })]))
    expect(packets).toEqual([])
    expect(counts).toMatchObject({ written: 0, incomplete: 4 })
  })

  it('of several interfaces are not mixed', () => {
    const capture = join(
      shb(),
      idb(),
      idb(),
      epb(A().bytes, { id: 0 }),
      epb(A().bytes, { id: 1 }),
      epb(B().bytes, { id: 1 }),
      epb(B().bytes, { id: 0 }),
    )
    const { packets } = decapOf(capture)
    expect(packets.map(({ comments }) => comments[0]?.split(',')[0])).toEqual([
      'outer packets 2 + 3',
      'outer packets 1 + 4',
    ])
  })

  it('cut by the snap length give what was captured in one piece', () => {
    const first = A()
    const cut = { ...first, bytes: first.bytes.subarray(0, 100), wireLength: first.bytes.length }
    const { packets } = decapOf(pcapOf([cut, B()]))
    // 34 bytes of outer headers, 16 of UDP and VXLAN.
    expect(packets).toMatchObject([{ capturedLength: 50, wireLength: INNER.length, bytes: hex(INNER.subarray(0, 50)) }])
  })

  it('in eight-byte pieces are joined as well', () => {
    const pieces = Array.from({ length: Math.ceil(WHOLE.length / 8) }, (_, index) =>
      fragment(8 * index, Math.min(WHOLE.length, 8 * index + 8)),
    )
    const { packets } = decapOf(pcapOf(pieces))
    expect(packets.map(({ bytes: data }) => data)).toEqual([hex(INNER)])
    expect(packets[0]?.comments[0]).toMatch(/^outer packets 1 \+ 2 \+ .* \+ 8 \+ \d+ more, /)
  })
})
