import { expect, it } from 'vitest'
import * as metadata from '../../../src/codecs/carriers/cisco-metadata.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'

codecLaws('cisco-metadata', {
  codec: metadata,
  headers: headers.ciscoMetadata,
  vectors: [
    {
      what: 'security group 100',
      source: 'draft-smith-kandula-sxp-05, by tshark',
      hex: '0101 0001 0064 0800',
      header: { version: 1, length: 1, option: 1, securityGroup: 100, etherType: 0x0800 },
    },
    {
      what: 'every field',
      source: 'draft-smith-kandula-sxp-05',
      hex: '0203 1234 abcd 86dd',
      header: { version: 2, length: 3, option: 0x1234, securityGroup: 0xabcd, etherType: 0x86dd },
    },
  ],
})

it('makes metadata for a security group', () => {
  expect(metadata.header(100, 0x0800)).toEqual({
    version: 1,
    length: 1,
    option: 1,
    securityGroup: 100,
    etherType: 0x0800,
  })
})
