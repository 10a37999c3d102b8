import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as sll from '../../src/codecs/sll.ts'
import { codecLaws } from '../support/codec-laws.ts'
import { bytesOf, viewOf } from '../support/hex.ts'

const word = fc.nat({ max: 0xffff })
const hex = '0001 0001 0006 02aa00000001 0000 0806'

codecLaws('sll', {
  codec: sll,
  headers: fc.record({
    packetType: word,
    arphrdType: word,
    addressLength: word,
    address: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    protocol: word,
  }),
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
