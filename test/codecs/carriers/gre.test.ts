import { describe, expect, it } from 'vitest'
import * as gre from '../../../src/codecs/carriers/gre.ts'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws<gre.Header>('gre', {
  codec: gre,
  headers: headers.gre,
  length: (header) =>
    4 +
    (header.checksum === undefined ? 0 : 4) +
    (header.key === undefined ? 0 : 4) +
    (header.sequence === undefined ? 0 : 4),
  accessors: ['headerLength', 'checksum', 'key', 'sequence', 'isNvgre', 'vsid', 'flowId'],
  vectors: [
    {
      what: 'the shortest header, in front of IPv4',
      source: 'RFC 2784 §2.1; by tshark',
      hex: '0000 0800',
      header: { flags: 0, version: 0, protocol: 0x0800 },
    },
    {
      what: 'checksum, key and sequence number',
      source: 'RFC 2890 §2; by tshark',
      hex: 'b000 0800 1234 0000 00001001 00000007',
      header: {
        flags: gre.FLAG_CHECKSUM | gre.FLAG_KEY | gre.FLAG_SEQUENCE,
        version: 0,
        protocol: 0x0800,
        checksum: 0x1234,
        reserved1: 0,
        key: 0x1001,
        sequence: 7,
      },
    },
    {
      what: 'a sequence number alone',
      source: 'RFC 2890 §2',
      hex: '1000 6558 80000001',
      header: { flags: gre.FLAG_SEQUENCE, version: 0, protocol: 0x6558, sequence: 0x8000_0001 },
    },
    {
      what: 'NVGRE, subnet 0x123456, flow 0x78',
      source: 'RFC 7637 §3.2; key by tshark',
      hex: '2000 6558 123456 78',
      header: { flags: gre.FLAG_KEY, version: 0, protocol: 0x6558, key: 0x12345678 },
    },
  ],
})

describe('gre', () => {
  it.each([
    ['the version of PPTP', '3081 880b 00040001 00000001', Fault.BadVersion],
    ['version 7', '0007 0800', Fault.BadVersion],
    ['source routes', '4000 0800 00000000 00000000', Fault.Unsupported],
  ])('refuses %s', (_, hex, fault) => {
    const view = viewOf(hex)
    const cursor = new Cursor().reset(view, 0, view.byteLength)
    expect(gre.enter(cursor)).toBe(NONE)
    expect([cursor.fault, cursor.position]).toEqual([fault, 0])
  })

  it('finds each optional part wherever the flags put it, and says when there is none', () => {
    const all = viewOf('00 b000 0800 1234 0000 80001001 90000007')
    expect([gre.checksum(all, 1), gre.key(all, 1), gre.sequence(all, 1), gre.headerLength(all, 1)]).toEqual([
      0x1234, 0x80001001, 0x90000007, 16,
    ])
    const none = viewOf('00 0000 0800')
    expect([gre.checksum(none, 1), gre.key(none, 1), gre.sequence(none, 1), gre.headerLength(none, 1)]).toEqual([
      NONE,
      NONE,
      NONE,
      4,
    ])
    const last = viewOf('1000 0800 00000009')
    expect([gre.checksum(last, 0), gre.key(last, 0), gre.sequence(last, 0)]).toEqual([NONE, NONE, 9])
  })

  it.each([
    ['2000 6558 fedcba 98', 0xfedcba, 0x98],
    ['2000 0800 fedcba 98', NONE, NONE],
    ['0000 6558', NONE, NONE],
    ['3000 6558 fedcba 98 00000001', NONE, NONE],
    ['a000 6558 00000000 fedcba 98', NONE, NONE],
  ])('reads the NVGRE subnet and flow of %s', (hex, vsid, flowId) => {
    const view = viewOf(hex)
    expect([gre.vsid(view, 0), gre.flowId(view, 0)]).toEqual([vsid, flowId])
    expect(gre.isNvgre(view, 0)).toBe(vsid !== NONE)
  })

  it('makes headers', () => {
    expect(gre.header(0x0800)).toEqual({ flags: 0, version: 0, protocol: 0x0800 })
    expect(gre.header(0x0800, 5)).toEqual({ flags: gre.FLAG_KEY, version: 0, protocol: 0x0800, key: 5 })
    expect(gre.nvgreHeader(gre.VSID_MAX, 255)).toEqual({
      flags: gre.FLAG_KEY,
      version: 0,
      protocol: 0x6558,
      key: 0xffff_ffff,
    })
    expect(() => gre.nvgreHeader(2 ** 24)).toThrow('gre.vsid')
    expect(() => gre.nvgreHeader(0, 256)).toThrow('gre.flowId')
  })

  it.each<[string, Partial<gre.Header>]>([
    ['gre.checksum', { flags: gre.FLAG_CHECKSUM, reserved1: 0 }],
    ['gre.checksum', { checksum: 0 }],
    ['gre.checksum', { flags: gre.FLAG_CHECKSUM, checksum: 0x1_0000, reserved1: 0 }],
    ['gre.reserved1', { flags: gre.FLAG_CHECKSUM, checksum: 0 }],
    ['gre.reserved1', { reserved1: 0 }],
    ['gre.reserved1', { flags: gre.FLAG_CHECKSUM, checksum: 0, reserved1: -1 }],
    ['gre.key', { flags: gre.FLAG_KEY }],
    ['gre.key', { key: 0 }],
    ['gre.key', { flags: gre.FLAG_KEY, key: 2 ** 32 }],
    ['gre.sequence', { flags: gre.FLAG_SEQUENCE }],
    ['gre.sequence', { sequence: 0 }],
    ['gre.sequence', { flags: gre.FLAG_SEQUENCE, sequence: 0.5 }],
  ])('refuses to encode a wrong %s', (name, part) => {
    const bytes = new Uint8Array(24)
    const cursor = new Cursor().reset(new DataView(bytes.buffer), 2, 24)
    const encode = () => gre.encode(cursor, { flags: 0, version: 0, protocol: 0, ...part })
    expect(encode).toThrow(RangeError)
    expect(encode).toThrow(`${name} `)
    expect([cursor.position, ...bytes]).toEqual([2, ...new Uint8Array(24)])
  })
})
