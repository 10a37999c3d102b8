import { describe, expect, it } from 'vitest'
import * as pppoe from '../../../src/codecs/carriers/pppoe.ts'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('pppoe', {
  codec: pppoe,
  headers: headers.pppoe,
  vectors: [
    {
      what: 'session 7, 136 bytes',
      source: 'field 03-pppoe, packet 1, by tshark',
      hex: '1100 0007 0088',
      header: { version: 1, type: 1, code: 0, sessionId: 7, length: 0x88 },
    },
    {
      what: 'a discovery code',
      source: 'RFC 2516 §4',
      hex: '1109 abcd 1234',
      header: { version: 1, type: 1, code: 9, sessionId: 0xabcd, length: 0x1234 },
    },
  ],
})

describe('pppoe', () => {
  it('leaves padding behind its length, and nothing where that lies beyond the frame', () => {
    const view = viewOf('1100 0007 0002 0021 0000 0000')
    const cursor = new Cursor().reset(view, 0, 12)
    expect([pppoe.enter(cursor), cursor.position, cursor.end, cursor.wireEnd]).toEqual([0, 6, 8, 8])
    cursor.reset(viewOf('1100 0007 0088 0021'), 0, 8, 8)
    expect([pppoe.enter(cursor), cursor.end]).toEqual([0, 8])
  })

  it.each(['2100 0007 0000', '1200 0007 0000'])('refuses another version or type: %s', (hex) => {
    const cursor = new Cursor().reset(viewOf(hex), 0, 6)
    expect([pppoe.enter(cursor), cursor.fault]).toEqual([NONE, Fault.BadVersion])
  })

  it('makes a session header', () => {
    expect(pppoe.header(7, 100)).toEqual({ version: 1, type: 1, code: 0, sessionId: 7, length: 100 })
  })
})
