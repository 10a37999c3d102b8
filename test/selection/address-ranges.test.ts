import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { AddressRanges, parseAddressRange } from '../../src/selection/address-ranges.ts'

describe('addresses, prefixes and ranges', () => {
  const cases: [texts: string[], inside: string[], outside: string[]][] = [
    [['10.0.0.1'], ['10.0.0.1'], ['10.0.0.2', '::10.0.0.1']],
    [['10.0.0.0/8'], ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']],
    [['10.1.2.3/8'], ['10.200.0.0'], ['11.0.0.0']],
    [['10.0.0.1/31'], ['10.0.0.0', '10.0.0.1'], ['10.0.0.2']],
    [['10.0.0.1/32'], ['10.0.0.1'], ['10.0.0.0']],
    [['0.0.0.0/0'], ['0.0.0.0', '255.255.255.255'], ['::']],
    [['10.0.0.9-10.0.1.2'], ['10.0.0.9', '10.0.0.255', '10.0.1.2'], ['10.0.0.8', '10.0.1.3']],
    [['200.0.0.0/6'], ['200.0.0.0', '203.255.255.255'], ['204.0.0.0', '199.255.255.255']],
    [['2001:db8::/32'], ['2001:db8::', '2001:db8:ffff::1'], ['2001:db9::', '2001:db7:ffff::']],
    [['fd00::1/127'], ['fd00::', 'fd00::1'], ['fd00::2']],
    [['fd00::1-fd00::1:0'], ['fd00::1', 'fd00::ffff', 'fd00::1:0'], ['fd00::', 'fd00::1:1']],
    [['::/0'], ['::', 'ffff::'], ['0.0.0.0']],
    [
      ['10.0.0.1', 'fd00::/8', '10.0.0.2'],
      ['10.0.0.1', '10.0.0.2', 'fd12::'],
      ['10.0.0.3', 'fe00::'],
    ],
    [[], [], ['10.0.0.1', '::1']],
  ]

  it.each(cases)('%j', (texts, inside, outside) => {
    const set = new AddressRanges(texts)
    for (const address of inside) expect([address, set.hasText(address)]).toEqual([address, true])
    for (const address of outside) expect([address, set.hasText(address)]).toEqual([address, false])
  })

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    '10.0.0.0/8/8',
    '10.0.0.2-10.0.0.1',
    '1.1.1.1-::1',
    '',
    '-',
    'x',
  ])('refuses %j', (text) => {
    expect(() => parseAddressRange(text)).toThrow(RangeError)
  })

  const ipv4 = fc.ipV4()
  const ipv6 = fc.ipV6().filter((text) => isIPv6(text))
  const pair = fc.oneof(
    fc.tuple(ipv4, fc.integer({ min: 0, max: 32 }), ipv4),
    fc.tuple(ipv6, fc.integer({ min: 0, max: 128 }), ipv6),
  )
  // Node's own list of networks is the oracle.
  test.prop([pair])('agree with net.BlockList about prefixes', ([network, length, address]) => {
    const family = isIPv4(network) ? 'ipv4' : 'ipv6'
    const list = new BlockList()
    list.addSubnet(network, length, family)
    expect(new AddressRanges([`${network}/${length}`]).hasText(address)).toBe(list.check(address, family))
  })
})
