import { describe, expect, it } from 'vitest'
import * as erspan from '../../../src/codecs/carriers/erspan-iii.ts'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('erspan-iii', {
  codec: erspan,
  headers: headers.erspan3,
  length: ({ platform }) => (platform === undefined ? erspan.LENGTH : erspan.LENGTH + erspan.LENGTH_PLATFORM),
  refused: { version: [16, -1, 0.5], optional: [2, -1, 0.5] },
  vectors: [
    {
      what: 'session 100, VLAN 10',
      source: 'field 02-erspan-3, packet 1, by tshark',
      hex: '200a 0064 1234 5678 0000 0000',
      header: {
        version: 2,
        vlan: 10,
        classOfService: 0,
        badShortOversized: 0,
        truncated: 0,
        sessionId: 100,
        timestamp: 0x12345678,
        securityGroup: 0,
        ethernetPayload: 0,
        frameType: 0,
        hardwareId: 0,
        egress: 0,
        granularity: 0,
        optional: 0,
      },
    },
    {
      what: 'every field, with a subheader',
      source: 'draft-foschiano-erspan-03 §4.2',
      hex: '2abc b6aa 90ab cdef 1234 8aad 0c00 0001 fedc ba98',
      header: {
        version: 2,
        vlan: 0xabc,
        classOfService: 5,
        badShortOversized: 2,
        truncated: 1,
        sessionId: 0x2aa,
        timestamp: 0x90abcdef,
        securityGroup: 0x1234,
        ethernetPayload: 1,
        frameType: 2,
        hardwareId: 0x2a,
        egress: 1,
        granularity: 2,
        optional: 1,
        platform: { first: 0x0c000001, second: 0xfedcba98 },
      },
    },
  ],
})

describe('erspan type III', () => {
  it('refuses another version, and a subheader that is not there', () => {
    const cursor = new Cursor().reset(viewOf('100a 0064 1234 5678 0000 0000'), 0, 12)
    expect([erspan.enter(cursor), cursor.fault]).toEqual([NONE, Fault.BadVersion])
    cursor.reset(viewOf('200a 0064 1234 5678 0000 0001'), 0, 12)
    expect([erspan.enter(cursor), cursor.fault, cursor.needed]).toEqual([NONE, Fault.Truncated, 20])
  })

  it('refuses a subheader that the O bit does not announce', () => {
    const cursor = new Cursor().reset(new DataView(new ArrayBuffer(20)), 0, 20)
    const plain = erspan.decode(viewOf('200a 0064 1234 5678 0000 0000'), 0)
    expect(() => erspan.encode(cursor, { ...plain, platform: { first: 0, second: 0 } })).toThrow('absent')
    expect(() => erspan.encode(cursor, { ...plain, optional: 1 })).toThrow('present')
  })
})
