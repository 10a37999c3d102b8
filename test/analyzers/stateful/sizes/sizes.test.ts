/** Sizes: the classes of outer IP packets, the largest by VNI and pair, and super-frames set aside. */
import { describe, expect, it } from 'vitest'
import { ACK, echo, ethernet, ipv4, type Packet, SYN, summaryOf, tcp, vxlan } from '../../../support/packets.ts'

/** Bytes from inner IP to outer IP: Ethernet, VXLAN, UDP, IPv4. */
const OVERHEAD = 50

/** A tunnel packet whose inner IP packet has this length. */
const sized = (length: number, ms = 0): Packet => ({
  ms,
  bytes: vxlan(ethernet(ipv4(echo('request', 1, ms, length - 28), { protocol: 1, id: ms + 1 }))),
})

function classOf(outerIpLength: number): number | null | undefined {
  const { mtu } = summaryOf([sized(outerIpLength - OVERHEAD)])
  return mtu.sizes.find(({ packets }) => packets === 1)?.upTo
}

describe('size classes', () => {
  it.each([
    [128, 128],
    [129, 256],
    [1500, 1500],
    [1501, 1600],
    [9216, 9216],
    [9217, null],
  ])('an outer IP packet of %i bytes is in the class up to %s', (length, upTo) => {
    expect(classOf(length)).toBe(upTo)
  })

  it('hold every tunnel packet once', () => {
    const { mtu } = summaryOf([100, 200, 300, 1450, 8000].map((length, index) => sized(length, index)))
    expect(mtu.sizes.reduce((sum, { packets }) => sum + packets, 0)).toBe(5)
    expect(mtu.sizes.map(({ upTo }) => upTo)).toEqual([
      128,
      256,
      512,
      1024,
      1280,
      1400,
      1450,
      1500,
      1600,
      2048,
      4096,
      9216,
      null,
    ])
  })
})

describe('the largest packet', () => {
  const largest = (packets: Packet[]): [number, number, number] => {
    const { vnis, vtepPairs, mtu } = summaryOf(packets)
    return [vnis[0]!.maxInnerIpLength, mtu.perPair[0]!.largestOuterIpLength, vtepPairs[0]!.maxOuterIpLength]
  }

  it('is known inside and outside', () => {
    expect(largest([sized(1450), sized(90, 1)])).toEqual([1450, 1500, 1500])
  })

  it('is no super-frame: longer than any MTU', () => {
    expect(largest([sized(1450), sized(20_000, 1)])).toEqual([1450, 1500, 20_050])
  })

  it('is no super-frame: more TCP payload than the receiver takes', () => {
    const segment = (ms: number, back: boolean, options: Parameters<typeof tcp>[0]): Packet => {
      const [from, to] = back ? ['192.168.0.2', '192.168.0.1'] : ['192.168.0.1', '192.168.0.2']
      const ports = back ? { from: 80, to: 40_000 } : { from: 40_000, to: 80 }
      const inner = ethernet(ipv4(tcp({ ...options, ...ports }), { from, to, protocol: 6, id: ms + 1 }))
      return { ms, bytes: vxlan(inner, { id: ms + 1 }) }
    }
    const start = [
      segment(0, false, { sequence: 0, flags: SYN, mss: 1410 }),
      segment(1, true, { sequence: 0, flags: SYN | ACK, mss: 1000 }),
    ]
    // b takes 1000 bytes, a takes 1410.
    expect(largest([...start, segment(2, false, { sequence: 1, payload: 1000 })])[0]).toBe(1040)
    expect(largest([...start, segment(2, false, { sequence: 1, payload: 1001 })])[0]).toBe(44)
    expect(largest([...start, segment(2, true, { sequence: 1, payload: 1410 })])[0]).toBe(1450)
  })

  it('is no super-frame: an IP length of 0 reads to the end of the frame', () => {
    const inner = ethernet(ipv4(tcp({ payload: 3000 }), { protocol: 6, length: 0 }))
    expect(largest([sized(100), { ms: 1, bytes: vxlan(inner) }])).toEqual([100, 150, 3090])
  })

  it('is no super-frame: the capture says that the frame is yet to be cut', () => {
    expect(largest([sized(100), { ...sized(3000, 1), flags: 1 << 11 }])).toEqual([100, 150, 3050])
  })
})
