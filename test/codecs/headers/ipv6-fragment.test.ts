import { describe, expect, it } from 'vitest'
import { Protocol } from '../../../src/codecs/core/protocol.ts'
import * as fragment from '../../../src/codecs/headers/ipv6-fragment.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws<fragment.Header>('ipv6-fragment', {
  codec: fragment,
  headers: headers.ipv6Fragment,
  withoutAccessor: ['fragmentBlocks'],
  reference: (header) => ({ ...header, fragmentBlocks: header.fragmentOffset / 8 }),
  accessors: ['fragmentOffset', 'moreFragments'],
  refused: { fragmentOffset: [-8, 4, 65536, Number.NaN] },
  vectors: [
    {
      what: 'a middle fragment at 1448',
      source: 'RFC 8200 §4.5; read back by tshark 4.0',
      hex: '110005a9 cafebabe',
      header: {
        nextHeader: Protocol.Udp,
        reserved: 0,
        fragmentOffset: 1448,
        flags: fragment.FLAG_M,
        identification: 0xcafebabe,
      },
    },
    {
      what: 'the largest offset, reserved bits set',
      source: 'RFC 8200 §4.5',
      hex: '3affffff ffffffff',
      header: { nextHeader: 58, reserved: 255, fragmentOffset: 65528, flags: 7, identification: 0xffff_ffff },
    },
  ],
})

describe('ipv6-fragment', () => {
  it.each([
    ['0001', true, 0],
    ['0006', false, 0],
    ['fff8', false, 65528],
    ['0009', true, 8],
  ])('reads offset and flag of %s', (word, more, offset) => {
    const view = viewOf(`1100${word} 00000000`)
    expect([fragment.moreFragments(view, 0), fragment.fragmentOffset(view, 0)]).toEqual([more, offset])
  })

  it('makes a header', () => {
    const header = { nextHeader: 17, reserved: 0, identification: 3 }
    expect(fragment.header(17, 16, true, 3)).toEqual({ ...header, fragmentOffset: 16, flags: 1 })
    expect(fragment.header(17, 0, false, 3)).toEqual({ ...header, fragmentOffset: 0, flags: 0 })
  })
})
