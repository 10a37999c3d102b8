import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import * as icmpv6 from '../../../src/codecs/headers/icmpv6.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws<icmpv6.Header>('icmpv6', {
  codec: icmpv6,
  headers: headers.icmpv6,
  accessors: [
    'mtu',
    'identifier',
    'sequence',
    'router',
    'solicited',
    'override',
    'isError',
    'hasTarget',
    'quotedLength',
  ],
  vectors: [
    {
      what: 'a neighbour advertisement, solicited and overriding',
      source: 'kv-v6-h1.pcap packet 16, by tshark',
      hex: '88001a2f 60000000',
      header: {
        type: icmpv6.Type.NeighborAdvertisement,
        code: 0,
        checksum: 0x1a2f,
        rest: icmpv6.FLAG_SOLICITED + icmpv6.FLAG_OVERRIDE,
      },
    },
    {
      what: 'a listener report of one record',
      source: 'kv-v6-h1.pcap packet 1, by tshark',
      hex: '8f002236 00000001',
      header: { type: icmpv6.Type.ListenerReport2, code: 0, checksum: 0x2236, rest: 1 },
    },
    {
      what: 'packet too big, MTU 1280',
      source: 'RFC 4443 §3.2',
      hex: '02001234 00000500',
      header: { type: icmpv6.Type.PacketTooBig, code: 0, checksum: 0x1234, rest: 1280 },
    },
  ],
})

const typed = (type: number): DataView => viewOf(`${type.toString(16).padStart(2, '0')}000000 00000000`)

describe('icmpv6', () => {
  it('reads all 32 bits of the MTU', () => {
    expect(icmpv6.mtu(viewOf('02000000 fffffffe'), 0)).toBe(0xffff_fffe)
  })

  it('reads an echo', () => {
    const view = viewOf('80000000 59940102')
    expect([icmpv6.identifier(view, 0), icmpv6.sequence(view, 0)]).toEqual([0x5994, 0x0102])
  })

  it.each([
    ['80', [true, false, false]],
    ['40', [false, true, false]],
    ['20', [false, false, true]],
    ['1f', [false, false, false]],
  ])('reads the flags of an advertisement: %s', (byte, flags) => {
    const view = viewOf(`88000000 ${byte}ffffff`)
    expect([icmpv6.router(view, 0), icmpv6.solicited(view, 0), icmpv6.override(view, 0)]).toEqual(flags)
  })

  it('tells errors, and messages with a target, by type', () => {
    expect([1, 2, 127].map((type) => icmpv6.isError(typed(type), 0))).toEqual([true, true, true])
    expect([128, 136, 255].map((type) => icmpv6.isError(typed(type), 0))).toEqual([false, false, false])
    expect([133, 134, 135, 136, 137].map((type) => icmpv6.hasTarget(typed(type), 0))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ])
  })

  it.each([
    ['01', 128],
    ['03', 128],
    ['02', 0],
    ['04', 0],
    ['80', 0],
  ])('reads the stated length of a quotation of type %s (RFC 4884)', (type, length) => {
    expect(icmpv6.quotedLength(viewOf(`${type}000000 10200578`), 0)).toBe(length)
  })

  it('leads to the quoted packet', () => {
    const cursor = new Cursor().reset(viewOf('02000000 00000500 60000000'), 0, 12)
    expect(icmpv6.quoted(icmpv6.enter(cursor))).toBe(cursor.position)
    expect([icmpv6.TARGET, icmpv6.NEIGHBOR_LENGTH, icmpv6.REST]).toEqual([8, 24, 4])
  })

  it('makes messages', () => {
    expect(icmpv6.echoRequest(0xffff, 2)).toEqual({ type: 128, code: 0, checksum: 0, rest: 0xffff0002 })
    expect(icmpv6.echoReply(1, 0xffff)).toEqual({ type: 129, code: 0, checksum: 0, rest: 0x1ffff })
    expect(icmpv6.packetTooBig(1400)).toEqual({ type: 2, code: 0, checksum: 0, rest: 1400 })
    expect(icmpv6.neighborSolicitation()).toEqual({ type: 135, code: 0, checksum: 0, rest: 0 })
    expect(icmpv6.neighborAdvertisement(icmpv6.FLAG_ROUTER + icmpv6.FLAG_SOLICITED)).toEqual({
      type: 136,
      code: 0,
      checksum: 0,
      rest: 0xc000_0000,
    })
    expect(() => icmpv6.echoRequest(65536, 0)).toThrow(RangeError)
    expect(() => icmpv6.echoReply(0, -1)).toThrow(RangeError)
    expect(() => icmpv6.packetTooBig(2 ** 32)).toThrow(RangeError)
  })
})
