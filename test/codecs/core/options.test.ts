import { describe, expect, it } from 'vitest'
import { NONE } from '../../../src/codecs/core/fault.ts'
import { findOption, optionBytes, readOptions } from '../../../src/codecs/core/options.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

describe('option lists of IPv4 and TCP', () => {
  it.each([
    ['an empty list', '', []],
    ['no-operations are listed, the end is not', '01 01 00 02 04 ffff', [1, 1]],
    ['a length of 0 ends the list', '01 08 00 02 04 ffff', [1]],
    ['a length of 1 ends the list', '01 08 01 02 04 ffff', [1]],
    ['a length beyond the end ends the list', '03 03 07 02 05 ffff', [3]],
    ['a type without its length ends the list', '03 03 07 02', [3]],
    ['an option without data', '04 02 08 0a 0102030405060708', [4, 8]],
  ])('reads %s', (_what, hex, types) => {
    const view = viewOf(hex)
    expect(readOptions(view, 0, view.byteLength).map((option) => option.type)).toEqual(types)
    for (const type of [2, 3, 4, 8]) {
      expect(findOption(view, 0, view.byteLength, type) !== NONE, `option ${type}`).toBe(types.includes(type as never))
    }
  })

  it('finds the first of two options of a type', () => {
    expect(findOption(viewOf('ff 01 03 03 07 03 03 08'), 1, 8, 3)).toBe(2)
  })

  it('reads nothing at or behind the end', () => {
    const view = viewOf('01 02 04 05 82')
    for (let end = 0; end < 5; end++) expect(findOption(view, 0, end, 2)).toBe(NONE)
    expect(findOption(view, 0, 5, 2)).toBe(1)
    expect(readOptions(view, 0, 4)).toEqual([{ type: 1, data: bytesOf('') }])
  })

  it('writes a list and fills it up to words', () => {
    const list = [
      { type: 2, data: bytesOf('0582') },
      { type: 1, data: bytesOf('') },
      { type: 3, data: bytesOf('0a') },
      { type: 4, data: bytesOf('') },
    ]
    expect(optionBytes(list)).toEqual(bytesOf('02040582 01 03030a 0402 0000'))
    expect(optionBytes([])).toEqual(bytesOf(''))
    expect(optionBytes(Array.from({ length: 4 }, () => ({ type: 1, data: bytesOf('') })))).toEqual(bytesOf('01010101'))
  })

  it('reads types and lengths of a whole byte', () => {
    const view = viewOf(`94 04 0000 fe c8 ${'00'.repeat(198)} ff 02`)
    expect(readOptions(view, 0, 206).map(({ type, data }) => [type, data.length])).toEqual([
      [148, 2],
      [254, 198],
      [255, 0],
    ])
    expect([148, 254, 255].map((type) => findOption(view, 0, 206, type))).toEqual([0, 4, 204])
  })

  it.each([
    ['a type beyond a byte', [{ type: 256, data: new Uint8Array(0) }]],
    ['more than 40 bytes', [{ type: 254, data: new Uint8Array(39) }]],
    ['data of a no-operation', [{ type: 1, data: new Uint8Array(1) }]],
    ['data of the end', [{ type: 0, data: new Uint8Array(1) }]],
  ])('refuses %s', (_what, list) => {
    expect(() => optionBytes(list)).toThrow(RangeError)
  })
})
