import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import * as udp from '../../../src/codecs/headers/udp.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws<udp.Header>('udp', {
  codec: udp,
  headers: headers.udp,
  vectors: [
    {
      what: 'a VXLAN datagram with a checksum',
      source: 'fault-healthy-h1.pcap packet 45, by tshark',
      hex: '9325 12b5 005a 88af',
      header: { sourcePort: 37669, destinationPort: 4789, length: 90, checksum: 0x88af },
    },
    {
      what: 'a Geneve datagram without a checksum',
      source: 'ovs-geneve-h1.pcap packet 5, by tshark',
      hex: '8000 17c1 0042 0000',
      header: { sourcePort: 32768, destinationPort: 6081, length: 66, checksum: 0 },
    },
  ],
})

describe('udp', () => {
  it.each([
    ['0', '0000'],
    ['less than the header', '0003'],
    ['less than the payload', '0009'],
    ['beyond the payload', 'ffff'],
  ])('leaves the window as it is for a length of %s', (_what, length) => {
    const view = viewOf(`0001 0002 ${length} 0000 01020304`)
    const cursor = new Cursor().reset(view, 0, 12, 20)
    expect(udp.enter(cursor)).toBe(0)
    expect([cursor.position, cursor.end, cursor.wireEnd]).toEqual([8, 12, 20])
  })

  it('makes a header whose length counts itself', () => {
    expect(udp.header(49152, 4789, 50)).toEqual({ sourcePort: 49152, destinationPort: 4789, length: 58, checksum: 0 })
  })
})
