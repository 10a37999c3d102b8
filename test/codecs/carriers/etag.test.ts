import { expect, it } from 'vitest'
import * as etag from '../../../src/codecs/carriers/etag.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'

codecLaws('etag', {
  codec: etag,
  headers: headers.etag,
  vectors: [
    {
      what: 'port 0x123',
      source: 'IEEE 802.1BR-2012 §7.5, by tshark',
      hex: '0000 0123 0000 0800',
      header: {
        priority: 0,
        dropEligible: 0,
        ingressBase: 0,
        reserved: 0,
        group: 0,
        base: 0x123,
        ingressExtension: 0,
        extension: 0,
        etherType: 0x0800,
      },
    },
    {
      what: 'every field',
      source: 'IEEE 802.1BR-2012 §7.5',
      hex: 'babc 6def 1234 86dd',
      header: {
        priority: 5,
        dropEligible: 1,
        ingressBase: 0xabc,
        reserved: 1,
        group: 2,
        base: 0xdef,
        ingressExtension: 0x12,
        extension: 0x34,
        etherType: 0x86dd,
      },
    },
  ],
})

it('makes a tag for one port', () => {
  expect(etag.header(5, 0x0800)).toEqual({
    priority: 0,
    dropEligible: 0,
    ingressBase: 0,
    reserved: 0,
    group: 0,
    base: 5,
    ingressExtension: 0,
    extension: 0,
    etherType: 0x0800,
  })
})
