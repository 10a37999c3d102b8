import { describe, expect, it } from 'vitest'
import * as sll from '../../../src/codecs/link/sll.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

const hex = '0001 0001 0006 02aa00000001 0000 0806'

codecLaws('sll', {
  codec: sll,
  headers: headers.sll,
  accessors: ['source'],
  vectors: [
    {
      what: 'a broadcast ARP request',
      source: 'lab kv-sll1-any-h1, packet 1, by tshark',
      hex,
      header: {
        packetType: sll.PacketType.Broadcast,
        arphrdType: sll.ArphrdType.Ethernet,
        addressLength: 6,
        address: bytesOf('02aa000000010000'),
        protocol: 0x0806,
      },
    },
  ],
})

describe('sll', () => {
  it('gives the MAC address of the sender', () => {
    expect(sll.source(viewOf(`00 ${hex}`), 1)).toBe(0x02aa_0000_0001)
  })
})
