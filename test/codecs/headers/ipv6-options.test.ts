import { describe, expect, it } from 'vitest'
import { NONE } from '../../../src/codecs/core/fault.ts'
import { Protocol } from '../../../src/codecs/core/protocol.ts'
import * as options from '../../../src/codecs/headers/ipv6-options.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

codecLaws<options.Header>('ipv6-options', {
  codec: options,
  headers: headers.ipv6Options,
  length: (header) => options.LENGTH + header.options.length,
  withoutAccessor: ['extensionBlocks'],
  reference: (header) => ({ nextHeader: header.nextHeader, extensionBlocks: header.headerLength / 8 - 1 }),
  accessors: ['headerLength', 'jumboPayloadLength', 'options'],
  refused: {
    headerLength: [0, -8, 9, 2056, Number.NaN],
    options: [new Uint8Array(0), new Uint8Array(5), new Uint8Array(8), new Uint8Array(2054)],
  },
  vectors: [
    {
      what: 'hop-by-hop with router alert and PadN',
      source: 'kv-v6-h1.pcap packet 1, by tshark',
      hex: '3a00 05020000 0100',
      header: { nextHeader: Protocol.IcmpV6, headerLength: 8, options: bytesOf('050200000100') },
    },
    {
      what: 'two blocks',
      source: 'RFC 8200 §4.3',
      hex: '1101 010c 000000000000000000000000',
      header: { nextHeader: Protocol.Udp, headerLength: 16, options: bytesOf('010c000000000000000000000000') },
    },
    {
      what: 'the longest header',
      source: 'RFC 8200 §4.3',
      hex: `11ff ${'00'.repeat(2046)}`,
      header: { nextHeader: Protocol.Udp, headerLength: options.LENGTH_MAX, options: new Uint8Array(2046) },
    },
  ],
})

describe('ipv6-options', () => {
  it('reads a jumbo payload length', () => {
    expect(options.jumboPayloadLength(viewOf('0600 c204 00011170'), 0)).toBe(70000)
    expect(options.jumboPayloadLength(viewOf('0600 c204 ffffffff'), 0)).toBe(0xffff_ffff)
  })

  it.each([
    ['without the option', '0600 0104 00000000'],
    ['behind the end of the header', '0600 010400000000 c204 00011170'],
    ['of another length', '0600 c203 00011100'],
    ['that does not fit the header', '0600 00000000 c204 00011170'],
    ['in the data of another option', '0600 05 04 c2040001'],
  ])('finds no jumbo payload length %s', (_what, hex) => {
    expect(options.jumboPayloadLength(viewOf(hex), 0)).toBe(NONE)
  })

  it('lists options, padding included, up to a malformed one', () => {
    const view = viewOf('3a01 00 05020000 0100 00 1e020102 0109')
    expect(options.options(view, 0)).toEqual([
      { type: options.OptionType.Pad1, data: bytesOf('') },
      { type: options.OptionType.RouterAlert, data: bytesOf('0000') },
      { type: options.OptionType.PadN, data: bytesOf('') },
      { type: options.OptionType.Pad1, data: bytesOf('') },
      { type: 0x1e, data: bytesOf('0102') },
    ])
    expect(options.findOption(view, 0, 0x1e)).toBe(10)
    expect(options.findOption(viewOf('3a00 000000000001'), 0, 1)).toBe(NONE)
    expect(options.options(viewOf('3a00 000000000001'), 0)).toHaveLength(5)
  })

  it('reads options that end just where the header does, and none that begin there', () => {
    const exact = viewOf('3a00 1e04 01020304 1e00')
    expect(options.options(exact, 0)).toEqual([{ type: 0x1e, data: bytesOf('01020304') }])
    expect(options.findOption(exact, 0, 0x1e)).toBe(2)
    const empty = viewOf('3a00 01020000 1e00')
    expect(options.options(empty, 0).map((option) => option.type)).toEqual([1, 0x1e])
    expect(options.findOption(empty, 0, 0x1e)).toBe(6)
    const over = viewOf('3a00 1e05 01020304 05')
    expect([options.options(over, 0), options.findOption(over, 0, 0x1e)]).toEqual([[], NONE])
  })

  it.each([
    ['nothing', [], '3a00 0104 00000000'],
    ['one byte short', [{ type: 9, data: bytesOf('010203') }], '3a00 0903010203 00'],
    ['two bytes short', [{ type: 9, data: bytesOf('0102') }], '3a00 09020102 0100'],
    ['full', [{ type: 9, data: bytesOf('01020304') }], '3a00 090401020304'],
    ['one over', [{ type: 9, data: bytesOf('0102030405') }], '3a01 09050102030405 0105 0000000000'],
    ['Pad1 only', Array.from({ length: 6 }, () => ({ type: 0, data: bytesOf('') })), '3a00 000000000000'],
    ['Pad1 first', [{ type: 0, data: bytesOf('') }], '3a00 00 0103 000000'],
  ])('fills up a header with %s', (_what, list, hex) => {
    const header = options.header(58, list)
    const bytes = bytesOf(hex)
    expect(header).toEqual({ nextHeader: 58, headerLength: bytes.length, options: bytes.slice(2) })
  })

  it('makes a jumbo header', () => {
    expect(options.jumbo(6, 70000)).toEqual({ nextHeader: 6, headerLength: 8, options: bytesOf('c204 00011170') })
    expect(() => options.jumbo(6, 2 ** 32)).toThrow(RangeError)
  })

  it('refuses options that do not fit', () => {
    expect(() => options.header(58, [{ type: 256, data: new Uint8Array(0) }])).toThrow(RangeError)
    expect(() => options.header(58, [{ type: 9, data: new Uint8Array(256) }])).toThrow(RangeError)
    expect(() => options.header(58, [{ type: 0, data: new Uint8Array(1) }])).toThrow(RangeError)
  })
})

describe('a home address', () => {
  const at = (hex: string): number => options.homeAddress(viewOf(hex), 0)

  it('is 16 bytes behind the type and the length (RFC 6275 §6.3)', () => {
    expect(at(`3a02 0100 c910 ${'00'.repeat(15)}01 0102 0000`)).toBe(6)
    expect(at(`3a02 c910 ${'00'.repeat(15)}01 0104 00000000`)).toBe(4)
  })

  it('is not there without the option, or in one of another length', () => {
    expect(at('3a00 0104 00000000')).toBe(NONE)
    expect(at(`3a02 c911 ${'00'.repeat(17)} 0103 000000`)).toBe(NONE)
    expect(at(`3a02 c90f ${'00'.repeat(15)} 0105 0000000000`)).toBe(NONE)
  })
})
