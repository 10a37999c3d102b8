/** Figures that are sums or differences of what a capture may claim: never negative, never wrapped. */
import { describe, expect, it } from 'vitest'
import { ACK, bytes, datagram, ethernet, ipv4, type Packet, SYN, summaryOf, tcp, vxlan } from '../support/packets.ts'

const VTEPS = { from: '10.0.0.1', to: '10.0.0.2' }

/** A tunnel datagram that holds an inner frame of `size` bytes behind its Ethernet header, without the IP header. */
const payload = (size: number) => datagram(ethernet(ipv4(new Uint8Array(size), { protocol: 253 })))

/** The fragment of `from` to `to` of a datagram, in its frame. */
const fragment = (whole: Uint8Array, from: number, to: number, length?: number) =>
  ethernet(
    ipv4(bytes(whole.slice(from, to)), {
      ...VTEPS,
      id: 7,
      offset: from,
      moreFragments: to < whole.length,
      ...(length !== undefined && { length }),
    }),
  )

describe('lengths that records claim', () => {
  it.each([0x7fff_ffff, 0x8000_0000, 0xffff_ffff])(
    'a later fragment of %d bytes counts as its IP length says',
    (claimed) => {
      const whole = payload(1000)
      const { vnis, vtepPairs, capture } = summaryOf([
        { bytes: fragment(whole, 0, 512) },
        { bytes: fragment(whole, 512, whole.length), wireLength: claimed },
      ])
      const outer = whole.length + 2 * 34
      expect(vnis).toMatchObject([
        { outerBytes: outer, innerBytes: whole.length - 16, overheadBytes: outer - whole.length + 16 },
      ])
      expect(vtepPairs[0]!.outerBytesAToB).toBe(outer)
      expect(capture.wireBytes).toBe(outer)
    },
  )

  it('later fragments before the first one add up beyond 2^31', () => {
    const whole = payload(1000)
    // Without a length of its own nothing speaks against what the record claims, up to 16 MiB.
    const claimed = 16_000_000
    const later = { bytes: fragment(whole, 512, whole.length, 0), wireLength: claimed }
    const { vnis, vtepPairs, capture } = summaryOf([
      ...Array.from({ length: 300 }, () => later),
      { bytes: fragment(whole, 0, 512) },
    ])
    const outer = 300 * claimed + 34 + 512
    expect(capture.wireBytes).toBe(outer)
    expect(vnis[0]!.outerBytes).toBe(outer)
    expect(vtepPairs[0]!.outerBytesAToB).toBe(outer)
  })
})

describe('datagrams of which the rest never came', () => {
  const whole = payload(1400)

  it('have no negative overhead', () => {
    const first = fragment(whole, 0, 1376)
    const { vnis } = summaryOf([{ bytes: first }])
    expect(vnis).toMatchObject([{ outerBytes: 1410, innerBytes: 1410, overheadBytes: 0, overheadPercent: 0 }])
  })

  it('are told as ever where they take less than the others leave', () => {
    const others = Array.from({ length: 9 }, (): Packet => ({ bytes: ethernet(ipv4(whole, VTEPS)) }))
    const { vnis } = summaryOf([{ bytes: fragment(whole, 0, 1376) }, ...others])
    const inner = 10 * (whole.length - 16)
    const outer = 1410 + 9 * (whole.length + 34)
    expect(vnis).toMatchObject([{ innerBytes: inner, outerBytes: outer, overheadBytes: outer - inner }])
  })
})

describe('sequence numbers far below the highest', () => {
  /** Data at a sequence number, of the same flow. */
  const data = (sequence: number, ms: number, size = 100): Packet => ({
    bytes: vxlan(ethernet(ipv4(tcp({ sequence: sequence >>> 0, flags: ACK, payload: size }), { protocol: 6 }))),
    ms,
  })
  const syn: Packet = {
    bytes: vxlan(ethernet(ipv4(tcp({ sequence: 999, flags: SYN }), { protocol: 6 }))),
    ms: 0,
  }

  it.each([2 ** 31 - 1, 2 ** 31])('%d bytes below: of another connection, and no bytes again', (below) => {
    const { flows } = summaryOf([syn, data(1000, 1), data(1100 - below, 500)])
    expect(flows[0]!.tcp).toMatchObject({ retransmittedSegments: 0, retransmittedBytes: 0 })
  })

  it.each([100, 50])('%d bytes below: as many bytes again as the segment has below', (below) => {
    const { flows } = summaryOf([syn, data(1000, 1), data(1100 - below, 500)])
    expect(flows[0]!.tcp).toMatchObject({ retransmittedSegments: 1, retransmittedBytes: Math.min(100, below) })
  })

  it('2^31 + 1 bytes below is above', () => {
    const { flows } = summaryOf([syn, data(1000, 1), data(1100 - 2 ** 31 - 1, 500)])
    expect(flows[0]!.tcp).toMatchObject({ retransmittedSegments: 0, retransmittedBytes: 0 })
  })
})
