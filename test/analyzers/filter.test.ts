/** Filters restrict the tables; capture and tunnel always describe the whole input. */
import { describe, expect, it } from 'vitest'
import { bytes, datagram, echo, ethernet, ip, ipv4, ipv6, type Packet, summaryOf, vxlan } from '../support/packets.ts'

const inner = (id: number): Uint8Array => ethernet(ipv4(echo('request', 1, id), { protocol: 1, id }))
const PACKETS: Packet[] = [
  { ms: 0, bytes: vxlan(inner(1), { vni: 10, from: '10.0.0.1', to: '10.0.0.2' }) },
  { ms: 1, bytes: vxlan(inner(2), { vni: 20, from: '10.0.0.2', to: '10.0.0.1' }) },
  { ms: 2, bytes: vxlan(inner(3), { vni: 20, from: '10.0.0.3', to: '10.0.0.2' }) },
  {
    ms: 3,
    bytes: ethernet(ipv6(datagram(inner(4), { vni: 10 }), { from: 'fd00::1', to: 'fd00::2', protocol: 17 })),
  },
  { ms: 4, bytes: ethernet(ipv4(bytes(ip('1.2.3.4')), { protocol: 47 })) },
]

function kept(vnis: number[], vteps: string[]): unknown {
  const { capture, tunnel, vnis: rows, vtepPairs } = summaryOf(PACKETS, { filter: { vnis, vteps } })
  expect([capture.packets, tunnel.vxlanPackets, tunnel.otherPackets]).toEqual([5, 4, 1])
  return [rows.map((row) => [row.vni, row.packets]), vtepPairs.map((row) => row.a)]
}

describe('filter', () => {
  it('keeps everything when it is empty', () => {
    expect(kept([], [])).toEqual([
      [
        [10, 2],
        [20, 2],
      ],
      ['10.0.0.1', '10.0.0.2', 'fd00::1'],
    ])
  })

  it('keeps VNIs', () => {
    expect(kept([10], [])).toEqual([[[10, 2]], ['10.0.0.1', 'fd00::1']])
    expect(kept([10, 99], [])).toEqual([[[10, 2]], ['10.0.0.1', 'fd00::1']])
    expect(kept([99], [])).toEqual([[], []])
  })

  it('keeps what a VTEP sends or receives, of either family, however it is written', () => {
    expect(kept([], ['10.0.0.1'])).toEqual([
      [
        [10, 1],
        [20, 1],
      ],
      ['10.0.0.1'],
    ])
    expect(kept([], ['fd00:0:0::2'])).toEqual([[[10, 1]], ['fd00::1']])
    expect(kept([], ['fd00::2', '10.0.0.3'])).toEqual([
      [
        [10, 1],
        [20, 1],
      ],
      ['10.0.0.2', 'fd00::1'],
    ])
  })

  it('keeps what passes both', () => {
    expect(kept([20], ['10.0.0.1'])).toEqual([[[20, 1]], ['10.0.0.1']])
    expect(kept([10], ['10.0.0.3'])).toEqual([[], []])
  })

  it('refuses what is no address', () => {
    expect(() => summaryOf([], { filter: { vnis: [], vteps: ['10.0.0'] } })).toThrow(RangeError)
  })
})
