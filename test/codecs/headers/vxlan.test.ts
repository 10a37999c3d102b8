import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as vxlan from '../../../src/codecs/headers/vxlan.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('vxlan', {
  codec: vxlan,
  headers: headers.vxlan,
  vectors: [
    {
      what: 'VNI 100 with the I flag',
      source: 'RFC 7348 §5',
      hex: '08 000000 000064 00',
      header: { flags: 8, reserved1: 0, vni: 100, reserved2: 0 },
    },
    {
      what: 'everything set',
      source: 'RFC 7348 §5',
      hex: 'ff 010203 fffffe 04',
      header: { flags: 255, reserved1: 0x010203, vni: 0xff_fffe, reserved2: 4 },
    },
  ],
})

describe('vxlan', () => {
  it('refuses a header whose I flag is clear', () => {
    const cursor = new Cursor().reset(viewOf('f7 ffffff ffffff ff'), 0, 8)
    expect(vxlan.enter(cursor)).toBe(NONE)
    expect([cursor.fault, cursor.faultAt, cursor.position]).toEqual([Fault.FlagMissing, 0, 0])
  })

  it('makes a header for a VNI', () => {
    expect(vxlan.header(5)).toEqual({ flags: 8, reserved1: 0, vni: 5, reserved2: 0 })
  })
})
