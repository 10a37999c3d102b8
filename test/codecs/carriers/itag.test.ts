import { expect, it } from 'vitest'
import * as itag from '../../../src/codecs/carriers/itag.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'

codecLaws('itag', {
  codec: itag,
  headers: headers.itag,
  vectors: [
    {
      what: 'service 0x123456',
      source: 'IEEE 802.1Q-2018 §9.7, by tshark',
      hex: '0012 3456',
      header: { priority: 0, dropEligible: 0, useCustomerAddresses: 0, reserved: 0, serviceId: 0x123456 },
    },
    {
      what: 'every field',
      source: 'IEEE 802.1Q-2018 §9.7',
      hex: 'bdfe dcba',
      header: { priority: 5, dropEligible: 1, useCustomerAddresses: 1, reserved: 5, serviceId: 0xfedcba },
    },
  ],
})

it('makes a tag for a service', () => {
  expect(itag.header(7)).toEqual({
    priority: 0,
    dropEligible: 0,
    useCustomerAddresses: 0,
    reserved: 0,
    serviceId: 7,
  })
})
