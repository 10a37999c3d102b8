/** Searching for an address prefix. */
import { expect, it } from 'vitest'
import { prefixTest } from '../../src/page/prefix.ts'

it.each([
  ['192.168.0.0/16', '192.168.7.1:443\nvxlan', true],
  ['192.168.0.0/16', '192.169.7.1:443', false],
  ['10.0.0.0/9', '10.127.0.1', true],
  ['10.0.0.0/9', '10.128.0.1', false],
  ['0.0.0.0/0', '10.128.0.1', true],
  ['10.0.0.1/32', '10.0.0.1 and 10.0.0.2', true],
  ['10.0.0.1/32', '10.0.0.10', false],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['2001:db8::/32', '[2001:db8:0:a::1]:443', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:db8::/33', '2001:db8:8000::1', false],
  ['::/0', '02:00:00:00:00:01', false],
])('%s in %s: %s', (word, text, is) => {
  expect(prefixTest(word)!(text)).toBe(is)
})

it.each(['tcp', '192.168', '192.168.0.0', '192.168.0.0/33', '1.2.3/8', '2001:db8::/129', '3/4'])(
  '%s is no prefix',
  (word) => {
    expect(prefixTest(word)).toBeNull()
  },
)
