/** Labels of endpoints: short, and never two alike. */
import { expect, it } from 'vitest'
import { isGroup, labels } from '../../../src/page/visuals/addresses.ts'

it.each([
  ['IPv4 stays whole', ['10.255.255.255', '192.168.100.200'], ['10.255.255.255', '192.168.100.200']],
  ['short IPv6 stays whole', ['fd00::1', 'fd00::2'], ['fd00::1', 'fd00::2']],
  ['what is shared is left out', ['2001:db8:0:a::1', '2001:db8:0:a::14'], ['…::1', '…::14']],
  ['groups keep their beginning', ['2001:db8:0:a::1', '2001:db8:0:a::14', 'ff05::1'], ['…::1', '…::14', 'ff05::1']],
  ['nothing shared', ['2001:db8:0:a::100', 'fd00:1:2:3::100'], ['2001:d…0:a::100', 'fd00:1:2:3::100']],
  ['one alone', ['2001:db8:aaaa:bbbb::1'], ['2001:d…:bbbb::1']],
])('%s', (_, addresses, names) => {
  expect(labels(addresses).names).toEqual(names)
})

it('are told apart by a longer tail', () => {
  const { names } = labels(['2001:db8:1111:2222:3333:4444:5555:6666', 'fd00:db8:1111:2222:3333:4444:5551:6666'])
  expect(new Set(names).size).toBe(2)
})

it('knows groups', () => {
  expect(['224.0.0.1', '239.255.0.1', 'ff05::1', 'FF02::2'].map(isGroup)).toEqual([true, true, true, true])
  expect(['10.0.0.1', '240.0.0.1', 'fe80::1', 'ff::1'].map(isGroup)).toEqual([false, false, false, false])
})
