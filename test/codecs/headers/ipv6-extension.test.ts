import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import { Protocol } from '../../../src/codecs/core/protocol.ts'
import * as extension from '../../../src/codecs/headers/ipv6-extension.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

/** Hop-by-hop, segment routing, fragment at 0, AH, destination options, UDP; tshark 4.0 reads the same chain. */
const HOP_BY_HOP = '2b00 050200000100'
const ROUTING = '2c02 0401 00000000 20010db8000000000000000000000002'
const FRAGMENT = '3300 0001 12345678'
const AH = '3c04 0000 00000100 0000002a 000102030405060708090a0b'
const DESTINATION = '1100 010400000000'
const UDP = 'c000 12b5 000c 0000 deadbeef'
const WHOLE = HOP_BY_HOP + ROUTING + FRAGMENT + AH + DESTINATION + UDP
const NOTHING = { ...new extension.Chain() }

function walked(
  hex: string,
  nextHeader: number,
  wireExtra = 0,
): { whole: boolean; cursor: Cursor; chain: extension.Chain } {
  const view = viewOf(hex)
  const cursor = new Cursor().reset(view, 0, view.byteLength, view.byteLength + wireExtra)
  const chain = new extension.Chain()
  return { whole: extension.walk(cursor, nextHeader, chain), cursor, chain }
}

describe('ipv6-extension.walk', () => {
  it('steps over the whole chain', () => {
    const { whole, cursor, chain } = walked(WHOLE, Protocol.HopByHop)
    expect(whole).toBe(true)
    expect({ ...chain }).toEqual({
      protocol: Protocol.Udp,
      hopByHop: 0,
      routing: 8,
      fragment: 32,
      authentication: 40,
      homeAddress: NONE,
      jumboLength: NONE,
      headers: 5,
      length: 72,
    })
    expect([cursor.position, cursor.end, cursor.view.getUint16(cursor.position)]).toEqual([72, 84, 0xc000])
    expect([
      extension.fragmentOffset(cursor.view, chain.fragment),
      extension.moreFragments(cursor.view, chain.fragment),
      extension.identification(cursor.view, chain.fragment),
    ]).toEqual([0, true, 0x12345678])
  })

  it('counts from where the cursor stood, and reads types of a whole byte', () => {
    const cursor = new Cursor().reset(viewOf(`ffffffffff fe00 010400000000 ${UDP}`), 5, 25)
    const chain = new extension.Chain()
    expect(extension.walk(cursor, Protocol.HopByHop, chain)).toBe(true)
    expect({ ...chain }).toEqual({ ...NOTHING, protocol: 254, hopByHop: 5, headers: 1, length: 8 })
    expect(cursor.position).toBe(13)
  })

  it.each([Protocol.Tcp, Protocol.Udp, Protocol.IcmpV6, Protocol.Esp, Protocol.NoNextHeader, 135, 255])(
    'stops at once at protocol %i',
    (protocol) => {
      const { whole, cursor, chain } = walked('0000000000000000', protocol)
      expect([whole, cursor.position]).toEqual([true, 0])
      expect({ ...chain }).toEqual({ ...NOTHING, protocol, headers: 0, length: 0 })
      expect(extension.isExtension(protocol)).toBe(false)
    },
  )

  it('stops at ESP and at no-next-header behind other headers', () => {
    for (const protocol of [Protocol.Esp, Protocol.NoNextHeader]) {
      const type = protocol.toString(16)
      const { whole, cursor, chain } = walked(`${type}00 010400000000 2b00 010400000000`, Protocol.DestinationOptions)
      expect([whole, cursor.position, chain.protocol, chain.headers]).toEqual([true, 8, protocol, 1])
    }
  })

  it('stops behind the fragment header of a later fragment, whatever its bytes look like', () => {
    const { whole, cursor, chain } = walked(`3c00 05a9 cafebabe ${DESTINATION}`, Protocol.Fragment)
    expect([whole, cursor.position, chain.protocol, chain.fragment]).toEqual([true, 8, Protocol.DestinationOptions, 0])
    expect(extension.fragmentOffset(cursor.view, 0)).toBe(1448)
  })

  it('keeps the first of several headers of one kind', () => {
    const ah = (next: string): string => `${next}01 0000 00000001 00000002`
    const { whole, chain } = walked(
      `3301 ${'00'.repeat(14)} ${ah('33')} ${ah('2b')} 2b00 000000000000 2c00 000000000000 2c000000 00000001 00000000 00000002 1100 000000000000`,
      Protocol.HopByHop,
    )
    expect(whole).toBe(true)
    expect([chain.hopByHop, chain.authentication, chain.routing, chain.fragment]).toEqual([0, 16, 40, 56])
  })

  it('fills the result anew', () => {
    const { chain } = walked(WHOLE, Protocol.HopByHop)
    expect(extension.walk(new Cursor().reset(viewOf(UDP), 0, 12), Protocol.Udp, chain)).toBe(true)
    expect({ ...chain }).toEqual({ ...NOTHING, protocol: Protocol.Udp })
  })

  it.each([
    ['packet', 0, Fault.Truncated],
    ['capture', 100, Fault.NotCaptured],
  ])('refuses a chain that the end of the %s cuts, and stands at the header that is cut', (_what, extra, fault) => {
    const starts = [0, 8, 32, 40, 64, 72]
    const types = [Protocol.HopByHop, Protocol.Routing, Protocol.Fragment, Protocol.Ah, Protocol.DestinationOptions]
    const hex = WHOLE.replace(/ /g, '')
    for (let kept = 0; kept < 72; kept++) {
      const { whole, cursor, chain } = walked(hex.slice(0, 2 * kept), Protocol.HopByHop, extra)
      const header = starts.findIndex((start) => start > kept) - 1
      expect([whole, cursor.fault, cursor.faultAt, cursor.position], `${kept} bytes`).toEqual([
        false,
        fault,
        starts[header],
        starts[header],
      ])
      expect([chain.headers, chain.length, chain.protocol]).toEqual([header, starts[header], types[header]])
    }
    expect(walked(hex.slice(0, 144), Protocol.HopByHop, extra).whole).toBe(true)
  })

  it('refuses an authentication header shorter than its fixed part', () => {
    const { whole, cursor } = walked(`3300 010400000000 ${AH.replace('3c04', '3c00')}`, Protocol.DestinationOptions)
    expect([whole, cursor.fault, cursor.faultAt]).toEqual([false, Fault.BadHeaderLength, 8])
  })

  it('counts AH in words of 4 bytes and the others in words of 8', () => {
    const ah = walked(`1102 0000 00000100 0000002a 00010203 ${UDP}`, Protocol.Ah)
    expect([ah.whole, ah.cursor.position]).toEqual([true, 16])
    const destination = walked(`1102 0114 ${'00'.repeat(20)} ${UDP}`, Protocol.DestinationOptions)
    expect([destination.whole, destination.cursor.position]).toEqual([true, 24])
  })

  it('follows sixteen headers and refuses a seventeenth', () => {
    const one = '3c00 010400000000'
    const sixteen = walked(one.repeat(15) + DESTINATION + UDP, Protocol.DestinationOptions)
    expect([sixteen.whole, sixteen.chain.headers, sixteen.chain.protocol]).toEqual([true, 16, Protocol.Udp])
    const more = walked(one.repeat(16) + DESTINATION + UDP, Protocol.DestinationOptions)
    expect([more.whole, more.cursor.fault, more.cursor.faultAt, more.cursor.position]).toEqual([
      false,
      Fault.TooDeep,
      128,
      128,
    ])
  })

  it('keeps the first of several headers of a kind', () => {
    const { chain } = walked(`2c00 0000 00000001 1100 0000 00000002 ${UDP}`, Protocol.Fragment)
    expect([chain.fragment, chain.headers, chain.protocol]).toEqual([0, 2, Protocol.Udp])
  })

  const jumbogram = (stated: number, payload: number, wire: number): ReturnType<typeof walked> => {
    const view = new DataView(new ArrayBuffer(40 + 8 + payload))
    new Uint8Array(view.buffer).set(bytesOf(`0600 c204 ${stated.toString(16).padStart(8, '0')}`), 40)
    const cursor = new Cursor().reset(view, 40, view.byteLength, 40 + wire)
    const chain = new extension.Chain()
    return { whole: extension.walk(cursor, Protocol.HopByHop, chain), cursor, chain }
  }

  it('reads a jumbo payload length and narrows the window to it, counting from behind the fixed header', () => {
    const { whole, cursor, chain } = jumbogram(70000, 70000, 70008)
    expect([whole, chain.protocol, chain.jumboLength]).toEqual([true, Protocol.Tcp, 70000])
    expect([cursor.position, cursor.end, cursor.wireEnd]).toEqual([48, 70040, 70040])
  })

  it.each([
    ['exceeds the packet', 90000, 70008],
    ['is no jumbo length', 65535, 70008],
    ['is 0', 0, 70008],
  ])('leaves the window as it is when the jumbo payload length %s', (_what, stated, wire) => {
    const { whole, cursor, chain } = jumbogram(stated, 70000, wire)
    expect([whole, chain.jumboLength, cursor.end, cursor.wireEnd]).toEqual([true, stated, 70048, 70048])
  })

  it('is total on wild bytes, reads nothing outside its window, and ends', () => {
    const seen = new Set<number>()
    const kinds = [0, 43, 44, 51, 60]
    const byte = fc.oneof(fc.constantFrom(...kinds, 17), fc.nat({ max: 3 }), fc.nat({ max: 255 }))
    const wild = fc.array(byte, { maxLength: 300, size: 'max' }).map((bytes) => Uint8Array.from(bytes))
    fc.assert(
      fc.property(wild, fc.constantFrom(...kinds), fc.nat({ max: 600 }), (bytes, nextHeader, extra) => {
        const walkWith = (trail: number, dirt: number): unknown => {
          const around = new Uint8Array(bytes.length + trail).fill(dirt)
          around.set(bytes)
          const cursor = new Cursor().reset(new DataView(around.buffer), 0, bytes.length, bytes.length + extra)
          const chain = new extension.Chain()
          const whole = extension.walk(cursor, nextHeader, chain)
          seen.add(whole ? Fault.None : cursor.fault)
          expect(cursor.position).toBe(chain.length)
          expect(cursor.position).toBeLessThanOrEqual(bytes.length)
          expect(chain.headers).toBeLessThanOrEqual(extension.MAX_HEADERS)
          expect(whole && chain.fragment === NONE && extension.isExtension(chain.protocol)).toBe(false)
          return [whole, { ...chain }, cursor.fault, cursor.faultAt, cursor.needed, cursor.end, cursor.wireEnd]
        }
        expect(walkWith(20, 0xff)).toEqual(walkWith(0, 0))
        expect(walkWith(20, 0x3c)).toEqual(walkWith(0, 0))
      }),
      { numRuns: 500 },
    )
    expect(
      [Fault.None, Fault.Truncated, Fault.NotCaptured, Fault.BadHeaderLength].filter((fault) => !seen.has(fault)),
    ).toEqual([])
  })
})
