import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as gbp from '../../../src/codecs/headers/vxlan-gbp.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws<gbp.Header>('vxlan-gbp', {
  codec: gbp,
  headers: headers.vxlanGbp,
  accessors: ['hasPolicy', 'dontLearn', 'policyApplied'],
  vectors: [
    {
      what: 'policy 291 in VNI 9000',
      source: 'kv-gbp-h1.pcap packet 3, by tshark',
      hex: '88000123 00232800',
      header: { flags: 0x88, policyFlags: 0, policyId: 291, vni: 9000, reserved: 0 },
    },
    {
      what: 'all defined bits',
      source: 'draft-smith-vxlan-group-policy §2.1',
      hex: '8848fffe 0000017f',
      header: {
        flags: gbp.FLAG_G | gbp.FLAG_I,
        policyFlags: gbp.POLICY_FLAG_D | gbp.POLICY_FLAG_A,
        policyId: 0xfffe,
        vni: 1,
        reserved: 0x7f,
      },
    },
  ],
})

describe('vxlan-gbp', () => {
  it.each([
    ['88000000', [true, false, false]],
    ['88400000', [true, true, false]],
    ['88080000', [true, false, true]],
    ['88b70000', [true, false, false]],
    ['08480000', [false, false, false]],
  ])('reads the policy bits of %s; D and A mean nothing without G', (word, expected) => {
    const view = viewOf(`${word} 00000000`)
    expect([gbp.hasPolicy(view, 0), gbp.dontLearn(view, 0), gbp.policyApplied(view, 0)]).toEqual(expected)
  })

  it('refuses a header whose I flag is clear, accepts one whose G flag is', () => {
    const cursor = new Cursor()
    expect(gbp.enter(cursor.reset(viewOf('f7ffffff ffffffff'), 0, 8))).toBe(NONE)
    expect([cursor.fault, cursor.faultAt, cursor.position]).toEqual([Fault.FlagMissing, 0, 0])
    expect(gbp.enter(cursor.reset(viewOf('08000000 00000000'), 0, 8))).toBe(0)
  })

  it('makes a header with a policy', () => {
    expect(gbp.header(5, 6)).toEqual({ flags: 0x88, policyFlags: 0, policyId: 6, vni: 5, reserved: 0 })
    expect(gbp.header(5, 6, gbp.POLICY_FLAG_A).policyFlags).toBe(0x08)
  })
})
