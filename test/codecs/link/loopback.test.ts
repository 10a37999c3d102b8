import { describe, expect, it } from 'vitest'
import * as loopback from '../../../src/codecs/link/loopback.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

const swapped = (value: number): number =>
  (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0

codecLaws<loopback.Header>('loopback', {
  codec: loopback,
  headers: headers.loopback,
  reference: ({ family, littleEndian }) => ({ word: littleEndian ? swapped(family) : family }),
  refused: { family: [-1, 0.5, 2 ** 32, Number.NaN] },
  accessors: ['family', 'isLittleEndian', 'etherType'],
  vectors: [
    {
      what: 'IPv4 from a little-endian machine',
      source: 'LINKTYPE_NULL; family by tshark',
      hex: '02000000',
      header: { family: loopback.FAMILY_IPV4, littleEndian: true },
    },
    {
      what: 'IPv4 in network order',
      source: 'LINKTYPE_LOOP',
      hex: '00000002',
      header: { family: 2, littleEndian: false },
    },
    {
      what: 'IPv6 of Darwin from a big-endian machine',
      source: 'LINKTYPE_NULL; family by tshark',
      hex: '0000001e',
      header: { family: 30, littleEndian: false },
    },
    {
      what: 'what is no family in either order',
      source: 'the lesser evil: network order',
      hex: '01020304',
      header: { family: 0x01020304, littleEndian: false },
    },
    {
      what: 'nothing',
      source: 'AF_UNSPEC',
      hex: '00000000',
      header: { family: 0, littleEndian: false },
    },
  ],
})

describe('loopback', () => {
  it.each([
    ['02000000', 0x0800],
    ['00000002', 0x0800],
    ['0a000000', 0x86dd],
    ['18000000', 0x86dd],
    ['0000001c', 0x86dd],
    ['1e000000', 0x86dd],
    ['17000000', 0],
    ['07000000', 0],
  ])('names what follows %s', (hex, etherType) => {
    expect(loopback.etherType(viewOf(`ff ${hex} ff`), 1)).toBe(etherType)
  })

  it('has a predicate that agrees with its table', () => {
    for (let family = 0; family < 300; family++) {
      expect(loopback.isIpv6(family)).toBe(loopback.FAMILIES_IPV6.includes(family))
    }
  })
})

describe('the byte order of a family', () => {
  it.each([
    ['00010000', 0x100, true],
    ['01000000', 1, true],
    ['ff000000', 255, true],
    ['00000100', 0x100, false],
    ['00000001', 1, false],
    ['01000001', 0x0100_0001, false],
    ['01000100', 0x0100_0100, false],
    ['00000000', 0, false],
  ])('%s', (hex, family, littleEndian) => {
    expect(loopback.decode(viewOf(`ffffff${hex}ff`), 3)).toEqual({ family, littleEndian })
  })
})
