import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { namePattern } from '../../../src/capture/files/node-pattern.ts'

const matches = (pattern: string, name: string): boolean => namePattern(pattern)(name)

describe('patterns', () => {
  it.each([
    ['*.pcap', 'a.pcap', true],
    ['*.pcap', 'a.pcapx', false],
    ['*', '.hidden', false],
    ['.*', '.hidden', true],
    ['?', 'é', true],
    ['?', '😀', true],
    ['?', '\udcff', true],
    ['a*\n?', 'a\n\nb', true],
    ['[ab]c', 'bc', true],
    ['[!ab]c', 'bc', false],
    ['[^ab]c', 'cc', true],
    ['[a-c]', 'b', true],
    ['[]]', ']', true],
    ['[]a]', ']', true],
    ['[\\]', '\\', true],
    ['[a', '[a', true],
    ['[z-a]', 'z', false],
    ['a.c', 'abc', false],
    ['(a|b)+{2}$', '(a|b)+{2}$', true],
    ['[[:alpha:]]', 'a', false],
    ['**', 'a', true],
  ])('%j and %j: %j', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected)
  })

  test.prop([fc.string({ unit: fc.constantFrom('a', 'b', '*', '?') }), fc.string({ unit: fc.constantFrom('a', 'b') })])(
    'of stars and question marks say what a table of all prefixes says',
    (pattern, name) => {
      expect(matches(pattern, name)).toBe(byTable(pattern, name))
    },
  )

  // Backtracking takes more than the age of the universe.
  it('of many stars are matched in the time that their length takes', { timeout: 60_000 }, () => {
    for (const stars of [10, 100]) {
      expect(matches(`${'*a'.repeat(stars)}*b`, 'a'.repeat(255))).toBe(false)
      expect(matches(`${'*?[ab]'.repeat(stars)}b`, 'a'.repeat(255))).toBe(false)
      expect(matches('*a'.repeat(stars), 'a'.repeat(255))).toBe(true)
    }
  })
})

/** Which prefixes of the name each prefix of the pattern matches. */
function byTable(pattern: string, name: string): boolean {
  let row = [true, ...Array<boolean>(name.length).fill(false)]
  for (const character of pattern) {
    const next = Array<boolean>(name.length + 1).fill(false)
    for (let at = 0; at <= name.length; at++) {
      if (character === '*') next[at] = row[at]! || (at > 0 && next[at - 1]!)
      else next[at] = at > 0 && row[at - 1]! && (character === '?' || character === name[at - 1])
    }
    row = next
  }
  return row[name.length]!
}
