import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import * as hdlc from '../../../src/codecs/link/cisco-hdlc.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('cisco-hdlc', {
  codec: hdlc,
  headers: headers.ciscoHdlc,
  withoutAccessor: [],
  vectors: [
    {
      what: 'IPv4 to one',
      source: 'RFC 1547 §4.3.1, by tshark',
      hex: '0f00 0800',
      header: { address: 0x0f, control: 0, etherType: 0x0800 },
    },
    {
      what: 'a keep-alive to all',
      source: 'RFC 1547 §4.3.1, by tshark',
      hex: '8f00 8035',
      header: { address: 0x8f, control: 0, etherType: 0x8035 },
    },
    {
      what: 'every bit',
      source: 'by hand',
      hex: 'a53c 86dd',
      header: { address: 0xa5, control: 0x3c, etherType: 0x86dd },
    },
  ],
})

describe('begins', () => {
  const beginsWith = (hex: string): boolean => {
    const view = viewOf(hex)
    return hdlc.begins(new Cursor().reset(view, 0, view.byteLength))
  }

  it.each(['0f00', '8f00 0800'])('tells %s', (hex) => {
    expect(beginsWith(hex)).toBe(true)
  })

  it.each(['', '0f', 'ff03', '0021', '57', '0f01', '8f03 0800', '2100'])('leaves %s to PPP', (hex) => {
    expect(beginsWith(hex)).toBe(false)
  })

  it('asks for both bytes, wherever in the view they lie', () => {
    const view = viewOf('0000 0f00 00')
    expect(hdlc.begins(new Cursor().reset(view, 2, 4))).toBe(true)
    expect(hdlc.begins(new Cursor().reset(view, 2, 3))).toBe(false)
  })
})
