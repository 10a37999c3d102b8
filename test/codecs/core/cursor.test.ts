import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'

const VIEW = new DataView(new ArrayBuffer(40))

function state({ position, end, wireEnd, fault, faultAt, needed }: Cursor): number[] {
  return [position, end, wireEnd, fault, faultAt, needed]
}

describe('Cursor', () => {
  it('begins with a window over nothing', () => {
    const cursor = new Cursor()
    expect(state(cursor)).toEqual([0, 0, 0, Fault.None, NONE, 0])
    expect(cursor.view.byteLength).toBe(0)
  })

  it('is pointed at a window, which is all that was on the wire unless told otherwise', () => {
    const cursor = new Cursor()
    expect(state(cursor.reset(VIEW, 3, 20))).toEqual([3, 20, 20, Fault.None, NONE, 0])
    expect(cursor.view).toBe(VIEW)
    cursor.failShort(50)
    expect(state(cursor.reset(VIEW, 1, 10, 30))).toEqual([1, 10, 30, Fault.None, NONE, 0])
  })

  it('steps over what is claimed', () => {
    const cursor = new Cursor().reset(VIEW, 3, 20)
    expect([cursor.claim(5), cursor.claim(2), cursor.position]).toEqual([3, 8, 10])
  })

  it('says where and why it was refused, and stays there', () => {
    const cursor = new Cursor().reset(VIEW, 3, 10, 20)
    expect(cursor.failShort(17)).toBe(NONE)
    expect(state(cursor)).toEqual([3, 10, 20, Fault.NotCaptured, 3, 17])
    expect(cursor.failShort(18)).toBe(NONE)
    expect(state(cursor)).toEqual([3, 10, 20, Fault.Truncated, 3, 18])
    expect(cursor.fail(Fault.BadVersion)).toBe(NONE)
    expect(state(cursor)).toEqual([3, 10, 20, Fault.BadVersion, 3, 0])
  })

  it.each([
    ['less than was captured', 5, [4, 9, 9, true]],
    ['just what was captured', 6, [4, 10, 10, true]],
    ['more than was captured', 9, [4, 10, 13, true]],
    ['just the packet', 16, [4, 10, 20, true]],
    ['more than the packet', 17, [4, 10, 20, false]],
    ['nothing', 0, [4, 4, 4, true]],
  ])('is narrowed to %s', (_what, length, expected) => {
    const cursor = new Cursor().reset(VIEW, 4, 10, 20)
    const fits = cursor.limit(length)
    expect([cursor.position, cursor.end, cursor.wireEnd, fits]).toEqual(expected)
  })
})
