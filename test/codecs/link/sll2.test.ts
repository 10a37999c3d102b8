import { describe, expect, it } from 'vitest'
import * as sll2 from '../../../src/codecs/link/sll2.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

const hex = '0806 0000 00000005 0001 01 06 02aa000000010000'

codecLaws('sll2', {
  codec: sll2,
  headers: headers.sll2,
  accessors: ['source'],
  vectors: [
    {
      what: 'a broadcast ARP request on interface 5',
      source: 'lab kv-sll-any-h1, packet 1, by tshark',
      hex,
      header: {
        protocol: 0x0806,
        reserved: 0,
        interfaceIndex: 5,
        arphrdType: 1,
        packetType: 1,
        addressLength: 6,
        address: bytesOf('02aa000000010000'),
      },
    },
  ],
})

describe('sll2', () => {
  it('gives the MAC address of the sender', () => {
    expect(sll2.source(viewOf(`00 ${hex}`), 1)).toBe(0x02aa_0000_0001)
  })
})
