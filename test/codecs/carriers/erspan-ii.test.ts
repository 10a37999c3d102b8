import { describe, expect, it } from 'vitest'
import * as erspan from '../../../src/codecs/carriers/erspan-ii.ts'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('erspan-ii', {
  codec: erspan,
  headers: headers.erspan2,
  refused: { version: [16, -1, 0.5] },
  vectors: [
    {
      what: 'session 100, VLAN 10',
      source: 'field 02-erspan-2, packet 1, by tshark',
      hex: '100a 0064 0000 0000',
      header: {
        version: 1,
        vlan: 10,
        classOfService: 0,
        encapsulation: 0,
        truncated: 0,
        sessionId: 100,
        reserved: 0,
        index: 0,
      },
    },
    {
      what: 'every field',
      source: 'draft-foschiano-erspan-03 §4.1',
      hex: '1abc b6aa 1239 8765',
      header: {
        version: 1,
        vlan: 0xabc,
        classOfService: 5,
        encapsulation: 2,
        truncated: 1,
        sessionId: 0x2aa,
        reserved: 0x123,
        index: 0x98765,
      },
    },
  ],
})

describe('erspan type II', () => {
  it('refuses another version', () => {
    const cursor = new Cursor().reset(viewOf('200a 0064 0000 0000'), 0, 8)
    expect([erspan.enter(cursor), cursor.fault]).toEqual([NONE, Fault.BadVersion])
  })

  it('has its protocol number (IANA IEEE 802 Numbers)', () => {
    expect(erspan.PROTOCOL).toBe(0x88be)
  })

  it('makes a header for a session', () => {
    expect(erspan.header(7)).toMatchObject({ version: 1, sessionId: 7, vlan: 0, truncated: 0 })
  })
})
