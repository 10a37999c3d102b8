import { expect, it } from 'vitest'
import * as vntag from '../../../src/codecs/carriers/vntag.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'

codecLaws('vntag', {
  codec: vntag,
  headers: headers.vntag,
  vectors: [
    {
      what: 'interface 2 to 1',
      source: 'field 03-vntag, packet 1, by tshark',
      hex: '0001 0002 0800',
      header: {
        direction: 0,
        pointer: 0,
        destination: 1,
        looped: 0,
        reserved: 0,
        version: 0,
        source: 2,
        etherType: 0x0800,
      },
    },
    {
      what: 'every field',
      source: 'Cisco VN-Tag',
      hex: 'd234 afed 8100',
      header: {
        direction: 1,
        pointer: 1,
        destination: 0x1234,
        looped: 1,
        reserved: 0,
        version: 2,
        source: 0xfed,
        etherType: 0x8100,
      },
    },
  ],
})

it('makes a tag between two interfaces', () => {
  expect(vntag.header(1, 2, 0x0800)).toEqual({
    direction: 0,
    pointer: 0,
    destination: 1,
    looped: 0,
    reserved: 0,
    version: 0,
    source: 2,
    etherType: 0x0800,
  })
})
