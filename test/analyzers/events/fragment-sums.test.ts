/** Checksums of datagrams in fragments whose first one has all headers: verified without their bytes, where every fragment is there. */
import { describe, expect, it } from 'vitest'
import type { AnalysisOptions } from '../../../src/analyzers/analysis.ts'
import { finish } from '../../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../../src/diagnosis/index.ts'
import {
  analysisOf,
  bytes,
  datagram,
  echo,
  ethernet,
  ip,
  ipv4,
  ipv6,
  number,
  type Packet,
  sealed,
  tcp,
  udp,
} from '../../support/packets.ts'

const INNER = ethernet(ipv4(tcp({ payload: 333 }), { protocol: 6, id: 9 }))
/** A datagram whose outer checksum is right. */
const CHECKED = sealed(datagram(INNER), 17, bytes(ip('10.0.0.1'), ip('10.0.0.2')))
/** One without an outer checksum. */
const UNCHECKED = datagram(INNER)

/** Fragments that begin at the given offsets. */
function fragments(whole: Uint8Array, starts: readonly number[] = [0, 120, 240], id = 50): Packet[] {
  return starts.map((offset, index) => {
    const end = starts[index + 1] ?? whole.length
    const moreFragments = end < whole.length
    const data = whole.slice(offset, end)
    return { ms: index, bytes: ethernet(ipv4(data, { from: '10.0.0.1', to: '10.0.0.2', id, offset, moreFragments })) }
  })
}

/** The same datagram with a bit changed, counted from its end when negative. */
function damaged(whole: Uint8Array, at: number): Uint8Array {
  const copy = whole.slice()
  copy[at < 0 ? whole.length + at : at]! ^= 0x10
  return copy
}

function found(packets: Packet[], options: AnalysisOptions = {}): { code: string; count: number; packets: number[] }[] {
  const analysis = analysisOf(packets, options)
  const { mtu } = finish(analysis, { rows: 0 })
  return diagnose({ analysis, files: [], dropped: null, mtu })
    .filter(({ code }) => /CHECKSUM/.test(code))
    .map(({ code, count, packets }) => ({ code, count, packets: [...packets] }))
}

const OUTER = [{ code: 'OUTER_CHECKSUM_BAD', count: 1, packets: [1] }]
const INSIDE = [{ code: 'INNER_CHECKSUM_BAD', count: 1, packets: [1] }]

describe('the checksums of a datagram in fragments', () => {
  it('are right when nothing was changed, whatever the order', () => {
    for (const whole of [CHECKED, UNCHECKED]) {
      const parts = fragments(whole)
      for (const order of [
        [0, 1, 2],
        [2, 1, 0],
        [1, 0, 2],
      ]) {
        expect(found(order.map((index) => parts[index]!))).toEqual([])
      }
    }
  })

  it.each([-1, -2, 200, 130])('are wrong when a bit was changed at %i', (at) => {
    expect(found(fragments(damaged(CHECKED, at)))).toEqual(OUTER)
    expect(found(fragments(damaged(UNCHECKED, at)))).toEqual(INSIDE)
  })

  it('name the record of the first fragment, wherever it comes', () => {
    const [first, second, third] = fragments(damaged(CHECKED, -1))
    expect(found([third!, second!, first!])).toEqual([{ ...OUTER[0], packets: [3] }])
    expect(found([second!, first!, third!])).toEqual([{ ...OUTER[0], packets: [2] }])
  })

  it('are those of UDP and ICMP as well', () => {
    const payload = new Uint8Array(301).fill(7)
    const inside = sealed(udp(payload, 1, 2), 17, bytes(ip('192.168.0.1'), ip('192.168.0.2')))
    for (const packet of [ipv4(inside, { protocol: 17 }), ipv4(echo('request', 1, 1, 301), { protocol: 1 })]) {
      const whole = datagram(ethernet(packet))
      expect(found(fragments(whole))).toEqual([])
      expect(found(fragments(damaged(whole, -1)))).toEqual(INSIDE)
    }
  })

  it('are verified over IPv6, outside and inside', () => {
    const inner = ethernet(ipv6(tcp({ payload: 333 }), { from: 'fd01::1', to: 'fd01::2', protocol: 6 }))
    const whole = sealed(datagram(inner), 17, bytes(ip('fd00::1'), ip('fd00::2')))
    const parts = (data: Uint8Array): Packet[] =>
      [0, 160, 320].map((start, index) => {
        const end = [160, 320, data.length][index]!
        const header = bytes(17, 0, number(start | (end < data.length ? 1 : 0), 2), number(77, 4))
        const packet = ipv6(bytes(header, data.slice(start, end)), { from: 'fd00::1', to: 'fd00::2', protocol: 44 })
        return { ms: index, bytes: ethernet(packet) }
      })
    expect(found(parts(whole))).toEqual([])
    expect(found(parts(damaged(whole, -1)))).toEqual(OUTER)
  })

  it('say nothing where a fragment is missing, cut, or there twice with other bytes', () => {
    const [first, second, third] = fragments(damaged(CHECKED, -1))
    expect(found([first!, third!])).toEqual([])
    const cut = { ...third!, bytes: third!.bytes.slice(0, -4), wireLength: third!.bytes.length }
    expect(found([first!, second!, cut])).toEqual([])
    const [, other] = fragments(damaged(CHECKED, 200))
    expect(found([first!, second!, other!, third!])).toEqual([])
  })

  it('count a datagram once that two interfaces recorded', () => {
    const parts = fragments(damaged(CHECKED, -1))
    const again = parts.map((packet) => ({ ...packet, ms: packet.ms! + 0.01, interfaceId: 1 }))
    expect(found([...parts, ...again])).toEqual(OUTER)
  })

  it('may be partial: then nobody computed them yet', () => {
    // The pseudo header's sum in place of the inner TCP checksum.
    const sum = (data: Uint8Array): number => {
      let total = 0
      for (let at = 0; at < data.length; at += 2) total += data[at]! * 256 + (data[at + 1] ?? 0)
      while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
      return total
    }
    const pseudo = sum(bytes(ip('192.168.0.1'), ip('192.168.0.2'), number(353, 4), number(6, 4)))
    const whole = UNCHECKED.slice()
    whole.set(number(pseudo, 2), 8 + 8 + 14 + 20 + 16)
    expect(found(fragments(whole)).map(({ code }) => code)).not.toContain('INNER_CHECKSUM_BAD')
  })

  it('are told with 0 in the field as what nobody computed', () => {
    const whole = UNCHECKED.slice()
    whole.set([0, 0], 8 + 8 + 14 + 20 + 16)
    expect(found(fragments(whole))).toEqual(INSIDE)
  })

  it('are left alone where the filter leaves the tunnel out', () => {
    expect(found(fragments(damaged(CHECKED, -1)), { filter: { vnis: [5], vteps: [] } })).toEqual([])
  })
})
