import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import { Protocol } from '../../../src/codecs/core/protocol.ts'
import * as ipv6 from '../../../src/codecs/headers/ipv6.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

codecLaws<ipv6.Header>('ipv6', {
  codec: ipv6,
  headers: headers.ipv6,
  accessors: ['trafficClass'],
  vectors: [
    {
      what: 'the outer header of a VXLAN datagram',
      source: 'kv-v6-h1.pcap packet 1, by tshark',
      hex: '60000000 006a1140 fd000010000000000000000000000001 fd000010000000000000000000000002',
      header: {
        version: 6,
        dscp: 0,
        ecn: 0,
        flowLabel: 0,
        payloadLength: 106,
        nextHeader: Protocol.Udp,
        hopLimit: 64,
        source: bytesOf('fd000010000000000000000000000001'),
        destination: bytesOf('fd000010000000000000000000000002'),
      },
    },
    {
      what: 'DSCP 46, ECN CE, a flow label',
      source: 'RFC 8200 §3, RFC 2474 §3, RFC 3168 §5',
      hex: '6bb12345 00082cff 20010db8000000000000000000000001 ff020000000000000000000000000016',
      header: {
        version: 6,
        dscp: 46,
        ecn: 3,
        flowLabel: 0x12345,
        payloadLength: 8,
        nextHeader: Protocol.Fragment,
        hopLimit: 255,
        source: bytesOf('20010db8000000000000000000000001'),
        destination: bytesOf('ff020000000000000000000000000016'),
      },
    },
  ],
})

const ADDRESSES = '00010203 04050607 08090a0b 0c0d0e0f f0f1f2f3 f4f5f6f7 f8f9fafb fcfdfeff'

describe('ipv6', () => {
  it.each([
    ['narrows the window to the payload length', '0004', 48, [40, 44, 44]],
    ['reads to the end of the frame when it is 0', '0000', 48, [40, 48, 48]],
    ['leaves the window as it is when it exceeds it', '0009', 48, [40, 48, 48]],
    ['keeps the end of what was captured', '0009', 60, [40, 48, 49]],
  ])('%s', (_what, length, wireEnd, expected) => {
    const view = viewOf(`60000000 ${length}1140 ${ADDRESSES} 0102030405060708`)
    const cursor = new Cursor().reset(view, 0, 48, wireEnd)
    expect(ipv6.enter(cursor)).toBe(0)
    expect([cursor.position, cursor.end, cursor.wireEnd]).toEqual(expected)
  })

  it('refuses another version', () => {
    const cursor = new Cursor().reset(viewOf(`40000000 00001140 ${ADDRESSES}`), 0, 40)
    expect(ipv6.enter(cursor)).toBe(NONE)
    expect([cursor.fault, cursor.faultAt, cursor.position]).toEqual([Fault.BadVersion, 0, 0])
  })

  it('reads addresses word by word, signed', () => {
    const view = viewOf(`60000000 00001140 ${ADDRESSES}`)
    expect([0, 1, 2, 3].map((i) => ipv6.sourceWord(view, 0, i))).toEqual([
      0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f,
    ])
    expect([0, 1, 2, 3].map((i) => ipv6.destinationWord(view, 0, i) >>> 0)).toEqual([
      0xf0f1f2f3, 0xf4f5f6f7, 0xf8f9fafb, 0xfcfdfeff,
    ])
    expect(ipv6.destinationWord(view, 0, 0)).toBeLessThan(0)
    expect([view.getUint8(ipv6.SOURCE + 1), view.getUint8(ipv6.DESTINATION)]).toEqual([0x01, 0xf0])
  })

  it('reads the traffic class whole', () => {
    expect(ipv6.trafficClass(viewOf(`6bb00000 00001140 ${ADDRESSES}`), 0)).toBe(0xbb)
  })

  it('makes a header', () => {
    const source = new Uint8Array(16).fill(1)
    const destination = new Uint8Array(16).fill(2)
    expect(ipv6.header({ source, destination, nextHeader: 17, payloadLength: 9, hopLimit: 3 }).hopLimit).toBe(3)
    expect(ipv6.header({ source, destination, nextHeader: 17, payloadLength: 9 })).toEqual({
      version: 6,
      dscp: 0,
      ecn: 0,
      flowLabel: 0,
      payloadLength: 9,
      nextHeader: 17,
      hopLimit: 64,
      source,
      destination,
    })
  })
})
