import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatAddress,
  formatIpv4,
  formatIpv6,
  formatMac,
  isMulticast4,
  isMulticast6,
  parseAddress,
  parseIpv4,
  parseIpv6,
  parseMac,
} from '../../../src/codecs/core/address.ts'
import { bytesOf, hexOf, viewOf } from '../../support/hex.ts'

describe('IPv4 addresses', () => {
  it.each([
    [0, '0.0.0.0'],
    [0x0a000a85, '10.0.10.133'],
    [0xc0a8c701, '192.168.199.1'],
    [0xc0a8c701 | 0, '192.168.199.1'],
    [0xffffffff, '255.255.255.255'],
    [-1, '255.255.255.255'],
  ])('formats %i as %s', (value, text) => {
    expect(formatIpv4(value)).toBe(text)
    expect(parseIpv4(text)).toBe(value >>> 0)
  })

  it('gives back every address', () => {
    fc.assert(fc.property(fc.nat({ max: 2 ** 32 - 1 }), (value) => parseIpv4(formatIpv4(value)) === value))
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '1.2.3.04',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.-4',
    '0x1.2.3.4',
    '1..2.3',
    '::1',
  ])('refuses %j', (text) => {
    expect(() => parseIpv4(text)).toThrow(RangeError)
    expect(() => parseIpv4(text)).toThrow(`'${text}'`)
  })

  it('knows groups by 224.0.0.0/4', () => {
    const groups = ['223.255.255.255', '224.0.0.0', '239.1.1.1', '239.255.255.255', '240.0.0.0', '96.0.0.1']
    expect(groups.map((text) => isMulticast4(parseIpv4(text)))).toEqual([false, true, true, true, false, false])
    expect(groups.map((text) => isMulticast4(parseIpv4(text) | 0))).toEqual([false, true, true, true, false, false])
  })
})

describe('IPv6 addresses', () => {
  it.each([
    // RFC 5952 §4.1: no leading zeros.
    ['20010db8000000000000000000000001', '2001:db8::1'],
    // §4.2.1: as short as can be.
    ['20010db8000000000000000000020001', '2001:db8::2:1'],
    // §4.2.2: one group of zeros stays.
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    // §4.2.3: the longest run, else the first.
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    // §4.3: lower case.
    ['20010db8aaaabbbbccccddddeeeeaaaa', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa'],
    // §5: IPv4-mapped.
    ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
    ['000000000000000000000000c0000201', '::c000:201'],
    ['00000000000000000000fffec0000201', '::fffe:c000:201'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['fe800000000000000000000000000000', 'fe80::'],
    ['00010002000300040005000600070000', '1:2:3:4:5:6:7:0'],
    ['00000002000300040005000600070008', '0:2:3:4:5:6:7:8'],
    ['00010000000000000005000600000000', '1::5:6:0:0'],
    ['ffffffffffffffffffffffffffffffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('formats %s as %s', (hex, text) => {
    expect(formatIpv6(bytesOf(hex))).toBe(text)
    expect(formatIpv6(viewOf(`ffffff ${hex} ff`), 3)).toBe(text)
    expect(formatIpv6(bytesOf(`ffffff ${hex} ff`).subarray(3, 19))).toBe(text)
    expect(hexOf(parseIpv6(text))).toBe(hex)
  })

  it.each([
    ['2001:DB8:0:0:8:800:200C:417A', '20010db80000000000080800200c417a'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '20010db8000000000000000000000001'],
    ['::13.1.68.3', '0000000000000000000000000d014403'],
    ['::FFFF:129.144.52.38', '00000000000000000000ffff81903426'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
    ['1:2:3:4:5:6:1.2.3.4', '00010002000300040005000601020304'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::2:3:4:5:6:7:8', '00000002000300040005000600070008'],
  ])('reads %s (RFC 4291 §2.2)', (text, hex) => {
    expect(hexOf(parseIpv6(text))).toBe(hex)
  })

  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '1::2::3',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '::1.2.3',
    '::1.2.3.256',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1.2.3.4',
    '1.2.3.4::',
    ' ::1',
    '::1/64',
    '[::1]',
  ])('refuses %j', (text) => {
    expect(() => parseIpv6(text)).toThrow(RangeError)
    expect(() => parseIpv6(text)).toThrow(`'${text}'`)
  })

  it('gives back every address', () => {
    const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat({ max: 0xffff }))
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = new Uint8Array(groups.flatMap((value) => [value >>> 8, value & 0xff]))
        const text = formatIpv6(bytes)
        expect(parseIpv6(text)).toEqual(bytes)
        // Another implementation of RFC 5952, but for the dotted tail: the URL parser.
        if (!text.includes('.')) expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`)
      }),
    )
  })

  it('refuses other lengths', () => {
    expect(() => formatIpv6(new Uint8Array(15))).toThrow(RangeError)
    expect(() => formatIpv6(new Uint8Array(17))).toThrow(RangeError)
  })

  it('knows groups by ff00::/8', () => {
    const groups = ['ff02::1', 'feff::1', 'fe80::ff', 'ff00::']
    const multicast = groups.map((text) => isMulticast6(new DataView(parseIpv6(text).buffer), 0))
    expect(multicast).toEqual([true, false, false, true])
    expect(isMulticast6(viewOf(`00 ${hexOf(parseIpv6('ff02::1'))}`), 1)).toBe(true)
  })
})

describe('MAC addresses', () => {
  it('formats a number, or two halves of either sign', () => {
    expect(formatMac(0x5254_00e7_30fc)).toBe('52:54:00:e7:30:fc')
    expect(formatMac(0x5254, 0x00e7_30fc)).toBe('52:54:00:e7:30:fc')
    expect(formatMac(0xfe01, -2)).toBe('fe:01:ff:ff:ff:fe')
    expect(formatMac(0xfe01, 0xffff_fffe)).toBe('fe:01:ff:ff:ff:fe')
    expect(formatMac(0xffff_ffff_ffff)).toBe('ff:ff:ff:ff:ff:ff')
    expect(formatMac(0)).toBe('00:00:00:00:00:00')
    expect(formatMac(0, 1)).toBe('00:00:00:00:00:01')
  })

  it('gives back every address', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 1 }), (value) => {
        const text = formatMac(value)
        expect(parseMac(text)).toBe(value)
        expect(parseMac(text.toUpperCase().replaceAll(':', '-'))).toBe(value)
        expect(formatMac(Math.floor(value / 2 ** 32), value | 0)).toBe(text)
      }),
    )
  })

  it.each([
    '',
    '52:54:00:e7:30',
    '52:54:00:e7:30:fc:00',
    '52:54-00:e7:30:fc',
    '525400e730fc',
    '5:54:00:e7:30:fc',
    'g2:54:00:e7:30:fc',
  ])('refuses %j', (text) => {
    expect(() => parseMac(text)).toThrow(RangeError)
    expect(() => parseMac(text)).toThrow(`'${text}'`)
  })
})

describe('addresses of either version', () => {
  it.each(['10.0.10.133', '255.255.255.255', 'fd00::1', '::ffff:10.0.0.1', '::'])('reads and writes %s', (text) => {
    const bytes = parseAddress(text)
    expect(bytes.length).toBe(text.includes(':') ? 16 : 4)
    expect(formatAddress(bytes)).toBe(text)
    const inside = new Uint8Array([9, ...bytes, 9])
    expect(formatAddress(inside.subarray(1, 1 + bytes.length))).toBe(text)
  })

  it('refuses what is neither', () => {
    for (const text of ['', '10.0.10', 'fe80::1%eth0', 'vtep1']) {
      expect(() => parseAddress(text)).toThrow(RangeError)
      expect(() => parseAddress(text)).toThrow(`'${text}'`)
    }
    expect(() => formatAddress(new Uint8Array(5))).toThrow(RangeError)
  })
})
