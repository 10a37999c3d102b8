import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import * as dot1q from '../../../src/codecs/link/dot1q.ts'
import * as ethernet from '../../../src/codecs/link/ethernet.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('dot1q', {
  codec: dot1q,
  headers: headers.dot1q,
  vectors: [
    {
      what: 'VLAN 100 in front of another tag',
      source: 'lab ovs-qinq-h1, packet 5, by tshark',
      hex: '0064 8100',
      header: { priority: 0, dropEligible: 0, vlanId: 100, etherType: 0x8100 },
    },
    {
      what: 'every bit of priority 5, VLAN 0xabc, drop eligible',
      source: 'IEEE 802.1Q-2018 §9.6',
      hex: 'babc 0800',
      header: { priority: 5, dropEligible: 1, vlanId: 0xabc, etherType: 0x0800 },
    },
    {
      what: 'priority 7 alone',
      source: 'IEEE 802.1Q-2018 Table 9-2',
      hex: 'e000 86dd',
      header: { priority: 7, dropEligible: 0, vlanId: dot1q.VLAN_PRIORITY_ONLY, etherType: 0x86dd },
    },
  ],
})

describe('dot1q', () => {
  it('walks two stacked tags of the lab', () => {
    // ovs-qinq-h1, packet 5, inner frame: S-TAG 100, C-TAG 10, ARP.
    const view = viewOf('ffffffffffff02aa0000000188a800648100000a08060001')
    const cursor = new Cursor().reset(view, 0, view.byteLength)
    const outer = ethernet.etherType(view, ethernet.enter(cursor))
    expect(dot1q.isTag(outer)).toBe(true)
    const service = dot1q.enter(cursor)
    expect([dot1q.vlanId(view, service), dot1q.isTag(dot1q.etherType(view, service))]).toEqual([100, true])
    const customer = dot1q.enter(cursor)
    expect([dot1q.vlanId(view, customer), dot1q.etherType(view, customer)]).toEqual([10, ethernet.EtherType.Arp])
    expect(cursor.position).toBe(22)
  })

  it.each([0x8100, 0x88a8, 0x9100, 0x9200, 0x9300])('knows tag protocol identifier %i', (etherType) => {
    expect(dot1q.isTag(etherType)).toBe(true)
    expect(dot1q.isTag(etherType - 1)).toBe(false)
    expect(dot1q.isTag(etherType + 1)).toBe(false)
  })

  it('makes a tag', () => {
    expect(dot1q.header(10, 0x0806)).toEqual({ priority: 0, dropEligible: 0, vlanId: 10, etherType: 0x0806 })
  })
})
