import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as ppp from '../../../src/codecs/link/ppp.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

function lengthOf({ framed, compressed }: ppp.Header): number {
  return (framed ? 2 : 0) + (compressed ? 1 : 2)
}

codecLaws('ppp', {
  codec: ppp,
  headers: headers.ppp,
  length: lengthOf,
  reference: () => ({}),
  withoutAccessor: ['protocol'],
  accessors: ['protocol', 'framed', 'compressed', 'headerLength', 'etherType'],
  refused: { protocol: [0x1_0000, -1, 0.5], framed: [], compressed: [] },
  vectors: [
    {
      what: 'IPv4 behind address and control',
      source: 'field 16-ppp, packet 1, by tshark',
      hex: 'ff03 0021',
      header: { framed: true, protocol: 0x0021, compressed: false },
    },
    {
      what: 'IPv4 as PPPoE has it',
      source: 'field 03-pppoe, packet 1, by tshark',
      hex: '0021',
      header: { framed: false, protocol: 0x0021, compressed: false },
    },
    {
      what: 'IPv6 compressed',
      source: 'RFC 1661 §6.5',
      hex: '57',
      header: { framed: false, protocol: 0x57, compressed: true },
      payload: '60',
    },
  ],
})

describe('ppp', () => {
  it.each([
    [ppp.Protocol.Ipv4, 0x0800],
    [ppp.Protocol.Ipv6, 0x86dd],
    [ppp.Protocol.Mpls, 0x8847],
    [ppp.Protocol.MplsMulticast, 0x8848],
    [ppp.Protocol.LinkControl, 0],
  ])('protocol %i leads on to %i', (protocol, etherType) => {
    const view = new DataView(new ArrayBuffer(2))
    ppp.encode(new Cursor().reset(view, 0, 2), ppp.header(protocol))
    expect(ppp.etherType(view, 0)).toBe(etherType)
  })

  it('refuses a protocol of the wrong form', () => {
    const cursor = new Cursor().reset(new DataView(new ArrayBuffer(4)), 0, 4)
    expect(() => ppp.encode(cursor, { framed: false, protocol: 0x20, compressed: true })).toThrow('odd')
    expect(() => ppp.encode(cursor, { framed: false, protocol: 0x0121, compressed: false })).toThrow('even')
  })

  it('wants the protocol behind the framing', () => {
    const cursor = new Cursor().reset(viewOf('ff03'), 0, 2)
    expect([ppp.enter(cursor), cursor.fault, cursor.needed]).toEqual([NONE, Fault.Truncated, 3])
    cursor.reset(viewOf('ff03 00'), 0, 3)
    expect([ppp.enter(cursor), cursor.fault, cursor.needed]).toEqual([NONE, Fault.Truncated, 4])
  })
})
