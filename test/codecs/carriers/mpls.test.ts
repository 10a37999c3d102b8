import { describe, expect, it } from 'vitest'
import * as mpls from '../../../src/codecs/carriers/mpls.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'

codecLaws('mpls', {
  codec: mpls,
  headers: headers.mpls,
  vectors: [
    {
      what: 'label 100 at the bottom',
      source: 'field 03-mpls1, packet 1, by tshark',
      hex: '0006 4140',
      header: { label: 100, trafficClass: 0, bottomOfStack: 1, timeToLive: 64 },
    },
    {
      what: 'label 100 above another',
      source: 'field 03-mpls-pw, packet 1, by tshark',
      hex: '0006 4040',
      header: { label: 100, trafficClass: 0, bottomOfStack: 0, timeToLive: 64 },
    },
    {
      what: 'every bit of the label, traffic class 5',
      source: 'RFC 3032 §2.1',
      hex: 'ffff fbff',
      header: { label: 0xfffff, trafficClass: 5, bottomOfStack: 1, timeToLive: 255 },
    },
  ],
})

describe('mpls', () => {
  it('makes the last entry of a stack', () => {
    expect(mpls.header(16)).toEqual({ label: 16, trafficClass: 0, bottomOfStack: 1, timeToLive: 64 })
  })

  it('knows the special labels of the registry', () => {
    expect(mpls.Label).toEqual({
      Ipv4ExplicitNull: 0,
      RouterAlert: 1,
      Ipv6ExplicitNull: 2,
      ImplicitNull: 3,
      EntropyIndicator: 7,
      GenericAssociatedChannel: 13,
    })
  })
})
