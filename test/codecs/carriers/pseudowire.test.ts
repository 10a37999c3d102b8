import { expect, it } from 'vitest'
import * as pseudowire from '../../../src/codecs/carriers/pseudowire.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'

codecLaws('pseudowire', {
  codec: pseudowire,
  headers: headers.pseudowire,
  vectors: [
    {
      what: 'nothing but zeros',
      source: 'field 03-mpls-pw, packet 1, by tshark',
      hex: '0000 0000',
      header: { nibble: 0, flags: 0, fragmentation: 0, length: 0, sequence: 0 },
    },
    {
      what: 'every field',
      source: 'RFC 4385 §3',
      hex: '1ab5 abcd',
      header: { nibble: 1, flags: 0xa, fragmentation: 2, length: 0x35, sequence: 0xabcd },
    },
  ],
})

it('makes a control word in front of a frame', () => {
  expect(pseudowire.header(7)).toEqual({ nibble: 0, flags: 0, fragmentation: 0, length: 0, sequence: 7 })
})
