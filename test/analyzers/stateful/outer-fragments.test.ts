/** Outer datagrams in fragments: counted at the first, their bytes on its rows, whole or not. */
import { describe, expect, it } from 'vitest'
import { datagram, ethernet, ipv4, type Packet, summaryOf, tcp } from '../../support/packets.ts'

const INNER = ethernet(ipv4(tcp({ payload: 200 }), { protocol: 6, id: 9 }))
const WHOLE = datagram(INNER)

/** A fragment of the datagram: bytes from `start` to `end` (the end unless given). */
function fragment(ms: number, start: number, end = WHOLE.length, options: { id?: number; from?: string } = {}): Packet {
  const { id = 50, from = '10.0.0.1' } = options
  const moreFragments = end < WHOLE.length
  return {
    ms,
    bytes: ethernet(ipv4(WHOLE.slice(start, end), { from, to: '10.0.0.2', id, offset: start, moreFragments }), {
      vlans: [],
    }),
  }
}

const fragmentsOf = (packets: Packet[]) => summaryOf(packets).tunnel.fragments

describe('outer fragments', () => {
  it('count as one datagram at the first, with the bytes of all', () => {
    const packets = [fragment(0, 0, 120), fragment(0.1, 120)]
    const summary = summaryOf(packets)
    expect(summary.tunnel).toMatchObject({
      vxlanPackets: 1,
      otherPackets: 0,
      fragments: { firsts: 1, others: 1, reassembled: 1, incomplete: 0 },
    })
    const wire = packets.reduce((sum, { bytes }) => sum + bytes.length, 0)
    expect(summary.vnis).toMatchObject([{ packets: 1, outerBytes: wire, innerBytes: INNER.length }])
    expect(summary.vtepPairs).toMatchObject([
      { packetsAToB: 1, packetsBToA: 0, outerBytesAToB: wire, outerBytesBToA: 0 },
    ])
    expect(summary.flows).toMatchObject([{ protocol: 'TCP', innerBytesAToB: INNER.length }])
  })

  it('may come in any order', () => {
    const packets = [fragment(0, 160), fragment(0.1, 80, 160), fragment(0.2, 0, 80)]
    const summary = summaryOf(packets)
    expect(summary.tunnel.fragments).toEqual({ firsts: 1, others: 2, reassembled: 1, incomplete: 0 })
    expect(summary.vnis[0]?.outerBytes).toBe(packets.reduce((sum, { bytes }) => sum + bytes.length, 0))
  })

  it('may overlap, and the same range twice does not make a datagram whole', () => {
    expect(fragmentsOf([fragment(0, 0, 120), fragment(1, 80)])).toMatchObject({ reassembled: 1, incomplete: 0 })
    expect(fragmentsOf([fragment(0, 0, 80), fragment(2000, 0, 80)])).toMatchObject({ reassembled: 0, incomplete: 1 })
    expect(fragmentsOf([fragment(0, 0, 80), fragment(1, 160)])).toMatchObject({ reassembled: 0, incomplete: 1 })
  })

  it('are told apart by identification and source', () => {
    expect(fragmentsOf([fragment(0, 0, 120), fragment(1, 120, undefined, { id: 51 })])).toMatchObject({ incomplete: 2 })
    expect(fragmentsOf([fragment(0, 0, 120), fragment(1, 120, undefined, { from: '10.0.0.9' })])).toMatchObject({
      reassembled: 0,
      incomplete: 2,
    })
  })

  it('wait 30 seconds for the rest', () => {
    expect(fragmentsOf([fragment(0, 0, 120), fragment(30_000, 120)])).toMatchObject({ reassembled: 1, incomplete: 0 })
    expect(fragmentsOf([fragment(0, 0, 120), fragment(30_001, 120)])).toMatchObject({ reassembled: 0, incomplete: 2 })
  })

  it('with an identification that is used again begin a new datagram', () => {
    const packets = [fragment(0, 0, 120), fragment(1, 120), fragment(5000, 0, 120), fragment(5001, 120)]
    expect(fragmentsOf(packets)).toEqual({ firsts: 2, others: 2, reassembled: 2, incomplete: 0 })
  })

  it('that the capture holds twice are one datagram', () => {
    const packets = [fragment(0, 0, 120), fragment(0.1, 120)]
    const twice = packets.flatMap((packet) => [packet, { ...packet, ms: packet.ms! + 0.01, interfaceId: 1 }])
    expect(fragmentsOf(twice)).toEqual({ firsts: 2, others: 2, reassembled: 1, incomplete: 0 })
  })

  it('without a first one count as fragments and as nothing else', () => {
    const summary = summaryOf([fragment(0, 120)])
    expect(summary.tunnel).toMatchObject({ vxlanPackets: 0, otherPackets: 0, fragments: { others: 1, incomplete: 1 } })
    expect(summary.vnis).toEqual([])
  })
})
