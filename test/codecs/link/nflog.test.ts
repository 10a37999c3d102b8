import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as nflog from '../../../src/codecs/link/nflog.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('nflog', {
  codec: nflog,
  headers: headers.nflog,
  vectors: [
    {
      what: 'IPv4, group 42',
      source: 'field 16-nflog, packet 1, by tshark',
      hex: '0200 002a',
      header: { family: 2, version: 0, resourceId: 42 },
    },
    {
      what: 'every field',
      source: 'tcpdump.org LINKTYPE_NFLOG',
      hex: '0a01 abcd',
      header: { family: 10, version: 1, resourceId: 0xabcd },
    },
  ],
})

describe('nflog', () => {
  function sought(hex: string, family: number, cut = 0): [number, number, number, number] {
    const view = viewOf(hex)
    const cursor = new Cursor().reset(view, 0, view.byteLength - cut, view.byteLength)
    const etherType = nflog.seek(cursor, family)
    return [etherType, cursor.position, cursor.end, cursor.fault]
  }

  it('finds the packet among attributes of either byte order', () => {
    expect(sought('0500 0a00 61 000000 0800 0900 45000000', 2)).toEqual([0x0800, 12, 16, Fault.None])
    expect(sought('0005 000a 61 000000 0008 0009 60000000', 10)).toEqual([0x86dd, 12, 16, Fault.None])
    // Bytes behind the packet are padding.
    expect(sought('0700 0900 450000 00', 2)).toEqual([0x0800, 4, 7, Fault.None])
  })

  it('takes the type of a rule without family from the packet header', () => {
    expect(sought('0800 0100 86dd 0000 0800 0900 60000000', 7)).toEqual([0x86dd, 12, 16, Fault.None])
    expect(sought('0800 0900 60000000', 7)).toEqual([0, 4, 8, Fault.None])
  })

  it('refuses a record without a packet, or cut before it', () => {
    expect(sought('0500 0a00 61 000000', 2)).toEqual([NONE, 8, 8, Fault.Truncated])
    expect(sought('0300 0a00', 2)).toEqual([NONE, 0, 4, Fault.Truncated])
    expect(sought('0500 0a00 61 000000 0800 0900 45000000', 2, 8)).toEqual([NONE, 8, 8, Fault.NotCaptured])
    expect(sought('0500 0a00 61 000000', 2, 2)).toEqual([NONE, 0, 6, Fault.NotCaptured])
  })

  it('needs more than there is where a length leads nowhere', () => {
    const cursor = new Cursor().reset(viewOf('0300 0a00 0000'), 0, 6)
    expect([nflog.seek(cursor, 2), cursor.needed]).toEqual([NONE, 7])
  })

  it('follows no endless list', () => {
    expect(sought('0400 0a00 '.repeat(65), 2)).toEqual([NONE, 256, 260, Fault.Truncated])
  })
})
