import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault } from '../../../src/codecs/core/fault.ts'
import * as icmp from '../../../src/codecs/headers/icmp.ts'
import * as ipv4 from '../../../src/codecs/headers/ipv4.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws<icmp.Header>('icmp', {
  codec: icmp,
  headers: headers.icmp,
  accessors: ['identifier', 'sequence', 'nextHopMtu', 'gateway', 'isError', 'quotedLength'],
  vectors: [
    {
      what: 'an echo request',
      source: 'fault-healthy-h1.pcap packet 5, by tshark',
      hex: '0800216e 59940001',
      header: { type: icmp.Type.EchoRequest, code: 0, checksum: 0x216e, rest: 0x59940001 },
    },
    {
      what: 'too big, next hop 1400',
      source: 'mtu-dfset-router-h1.pcap packet 8, by tshark',
      hex: '03041906 00000578',
      header: {
        type: icmp.Type.DestinationUnreachable,
        code: icmp.UnreachableCode.FragmentationNeeded,
        checksum: 0x1906,
        rest: 1400,
      },
    },
    {
      what: 'port unreachable',
      source: 'fault-dport-mismatch-h1.pcap packet 4, by tshark',
      hex: '03032613 00000000',
      header: {
        type: icmp.Type.DestinationUnreachable,
        code: icmp.UnreachableCode.Port,
        checksum: 0x2613,
        rest: 0,
      },
    },
    {
      what: 'TTL expired, length of the quotation not stated',
      source: 'fault-ttl1-h1.pcap packet 4, by tshark',
      hex: '0b000d16 00000000',
      header: {
        type: icmp.Type.TimeExceeded,
        code: icmp.TimeExceededCode.InTransit,
        checksum: 0x0d16,
        rest: 0,
      },
    },
  ],
})

describe('icmp', () => {
  it('reads an echo', () => {
    const view = viewOf('08000000 59940102')
    expect([icmp.identifier(view, 0), icmp.sequence(view, 0)]).toEqual([0x5994, 0x0102])
  })

  it('reads the next-hop MTU from the low half alone (RFC 1191)', () => {
    expect(icmp.nextHopMtu(viewOf('03040000 00110578'), 0)).toBe(1400)
    expect(icmp.nextHopMtu(viewOf('03040000 00000000'), 0)).toBe(0)
  })

  it('reads the gateway of a redirect, signed', () => {
    expect(icmp.gateway(viewOf('05010000 c0a80001'), 0)).toBe(0xc0a80001 | 0)
  })

  it.each([0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 42, 43])('knows whether type %i is an error', (type) => {
    const view = viewOf(`${type.toString(16).padStart(2, '0')}000000 00000000`)
    expect(icmp.isError(view, 0)).toBe([3, 4, 5, 11, 12].includes(type))
  })

  it.each([
    ['03', 128],
    ['0b', 128],
    ['0c', 128],
    ['05', 0],
    ['08', 0],
  ])('reads the stated length of a quotation of type %s (RFC 4884)', (type, length) => {
    expect(icmp.quotedLength(viewOf(`${type}000000 02200578`), 0)).toBe(length)
  })

  it('leads to the quoted datagram, which is cut without being a fault of the capture', () => {
    const view = viewOf('0304 1906 00000578 450005dc f8c64000 40112480 0a000165 0a000266 c83b12b5 05c8c039')
    const cursor = new Cursor().reset(view, 0, view.byteLength)
    const at = icmp.enter(cursor)
    expect(icmp.quoted(at)).toBe(cursor.position)
    const quoted = ipv4.enter(cursor)
    expect([quoted, cursor.position, cursor.end]).toEqual([8, 28, 36])
    expect(ipv4.totalLength(view, quoted)).toBe(1500)
    expect(cursor.fault).toBe(Fault.None)
  })

  it('makes echoes and errors', () => {
    expect(icmp.echoRequest(0xffff, 2)).toEqual({ type: 8, code: 0, checksum: 0, rest: 0xffff0002 })
    expect(icmp.echoReply(1, 0xffff)).toEqual({ type: 0, code: 0, checksum: 0, rest: 0x1ffff })
    expect(icmp.fragmentationNeeded(1400)).toEqual({ type: 3, code: 4, checksum: 0, rest: 1400 })
    expect(() => icmp.echoRequest(65536, 0)).toThrow(RangeError)
    expect(() => icmp.echoReply(0, 65536)).toThrow(RangeError)
    expect(() => icmp.fragmentationNeeded(65536)).toThrow(RangeError)
  })
})
