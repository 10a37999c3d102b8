import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import * as ethernet from '../../../src/codecs/link/ethernet.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('ethernet', {
  codec: ethernet,
  headers: headers.ethernet,
  accessors: ['destinationHigh16', 'destinationLow32', 'sourceHigh16', 'sourceLow32', 'isMulticast', 'isBroadcast'],
  vectors: [
    {
      what: 'a broadcast ARP request',
      source: 'lab ovs-qinq-h1, packet 1, by tshark',
      hex: 'ffffffffffff 5254000a0085 0806',
      header: { destination: 0xffff_ffff_ffff, source: 0x5254_000a_0085, etherType: 0x0806 },
    },
    {
      what: 'an 802.3 length',
      source: 'IEEE 802.3-2018 §3.2.6',
      hex: '0180c2000000 020000000001 0026',
      header: { destination: 0x0180_c200_0000, source: 0x0200_0000_0001, etherType: 38 },
    },
  ],
})

describe('ethernet', () => {
  it('gives the addresses in halves that need no number object', () => {
    const view = viewOf('00 fedc80000001 8123ffffffff 0800')
    expect(ethernet.destinationHigh16(view, 1)).toBe(0xfedc)
    expect(ethernet.destinationLow32(view, 1)).toBe(-0x7fff_ffff)
    expect(ethernet.sourceHigh16(view, 1)).toBe(0x8123)
    expect(ethernet.sourceLow32(view, 1)).toBe(-1)
  })

  it.each([
    ['ffffffffffff', true, true],
    ['01005e000016', true, false],
    ['feffffffffff', false, false],
    ['fffffffffffe', true, false],
    ['ffffff00ffff', true, false],
    ['020000000001', false, false],
  ])('tells unicast, multicast and broadcast apart: %s', (destination, multicast, broadcast) => {
    const view = viewOf(`00 ${destination} 020000000001 0800`)
    expect(ethernet.isMulticast(view, 1)).toBe(multicast)
    expect(ethernet.isBroadcast(view, 1)).toBe(broadcast)
  })

  it('tells a length from a type at 0x0600', () => {
    expect([0, 0x05dc, 0x05ff, 0x0600, 0x0800].map(ethernet.isLength)).toEqual([true, true, true, false, false])
  })

  it('has the registered type numbers', () => {
    const { EtherType } = ethernet
    expect([EtherType.IPv4, EtherType.Arp, EtherType.Vlan, EtherType.IPv6, EtherType.ServiceVlan]).toEqual([
      0x0800, 0x0806, 0x8100, 0x86dd, 0x88a8,
    ])
    expect([EtherType.TransparentEthernet, EtherType.Lldp, EtherType.Mpls, EtherType.Nsh]).toEqual([
      0x6558, 0x88cc, 0x8847, 0x894f,
    ])
  })

  it('names the range of an address that it refuses', () => {
    const cursor = new Cursor().reset(new DataView(new ArrayBuffer(14)), 0, 14)
    const header = { destination: 1, source: 2, etherType: 0 }
    for (const name of ['destination', 'source']) {
      expect(() => ethernet.encode(cursor, { ...header, [name]: 2 ** 48 })).toThrow(
        `ethernet.${name} must be an integer from 0 to 281474976710655, not 281474976710656`,
      )
    }
  })

  it('reads addresses in halves that make the whole, the lower one signed', () => {
    for (const address of [0, 1, 0x0200_0000_0001, 0x5254_00e7_30fc, 0xfe54_ffff_fffe, 0x1234_5678_9abc, 2 ** 48 - 1]) {
      const view = new DataView(new ArrayBuffer(14))
      const other = 0xa1b2_c3d4_e5f6
      ethernet.encode(new Cursor().reset(view, 0, 14), { destination: address, source: other, etherType: 0 })
      const halves = [ethernet.destinationHigh16(view, 0), ethernet.destinationLow32(view, 0)]
      expect(halves).toEqual([Math.floor(address / 2 ** 32), address | 0])
      expect([ethernet.sourceHigh16(view, 0), ethernet.sourceLow32(view, 0)]).toEqual([0xa1b2, 0xc3d4_e5f6 | 0])
      ethernet.encode(new Cursor().reset(view, 0, 14), { destination: other, source: address, etherType: 0 })
      expect([ethernet.sourceHigh16(view, 0), ethernet.sourceLow32(view, 0)]).toEqual(halves)
    }
  })
})
