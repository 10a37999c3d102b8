import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as gpe from '../../../src/codecs/headers/vxlan-gpe.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws<gpe.Header>('vxlan-gpe', {
  codec: gpe,
  headers: headers.vxlanGpe,
  accessors: ['payloadProtocol'],
  vectors: [
    {
      what: 'IPv4 without Ethernet',
      source: 'kv-gpe-h1.pcap packet 6; VNI and next protocol as the lab configured them',
      hex: '0c000001 00100100',
      header: { reserved1: 0, version: 0, flags: 12, reserved2: 0, nextProtocol: 1, vni: 4097, reserved3: 0 },
    },
    {
      what: 'Ethernet',
      source: 'ovs-gpe-h1.pcap packet 5; VNI and next protocol as the lab configured them',
      hex: '0c000003 00232900',
      header: { reserved1: 0, version: 0, flags: 12, reserved2: 0, nextProtocol: 3, vni: 9001, reserved3: 0 },
    },
    {
      what: 'everything but the version set',
      source: 'draft-ietf-nvo3-vxlan-gpe-12 §3',
      hex: 'cf123456 fffffe78',
      header: {
        reserved1: 3,
        version: 0,
        flags: gpe.FLAG_I | gpe.FLAG_P | gpe.FLAG_B | gpe.FLAG_O,
        reserved2: 0x1234,
        nextProtocol: 0x56,
        vni: 0xff_fffe,
        reserved3: 0x78,
      },
    },
  ],
})

describe('vxlan-gpe', () => {
  it.each([
    ['a version other than 0', '1c', Fault.BadVersion],
    ['version 3', '3c', Fault.BadVersion],
    ['a version other than 0 before a clear I flag', '20', Fault.BadVersion],
    ['a clear I flag', '07', Fault.FlagMissing],
  ])('refuses %s', (_what, first, fault) => {
    const cursor = new Cursor().reset(viewOf(`${first}000003 00000100`), 0, 8)
    expect(gpe.enter(cursor)).toBe(NONE)
    expect([cursor.fault, cursor.faultAt, cursor.position]).toEqual([fault, 0, 0])
  })

  it('takes Ethernet for the payload when the P flag is clear, whatever byte 3 says', () => {
    expect(gpe.payloadProtocol(viewOf('08000001 00000100'), 0)).toBe(gpe.NextProtocol.Ethernet)
    expect(gpe.payloadProtocol(viewOf('0c000002 00000100'), 0)).toBe(gpe.NextProtocol.Ipv6)
  })

  it('makes a header', () => {
    const header = { reserved1: 0, version: 0, flags: 12, reserved2: 0, vni: 7, reserved3: 0 }
    expect(gpe.header(7)).toEqual({ ...header, nextProtocol: 3 })
    expect(gpe.header(7, gpe.NextProtocol.Nsh)).toEqual({ ...header, nextProtocol: 4 })
  })
})
