import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { Ticks } from '../../../src/capture/formats/ticks.ts'

/** The definition, in integers of any size: ⌊ticks · resolution⌋ in nanoseconds, offset added in whole seconds. */
function byDefinition(ticks: bigint, tsresol: number, offset: bigint): [seconds: bigint, nanoseconds: bigint] {
  const perSecond = tsresol < 0x80 ? 10n ** BigInt(tsresol) : 2n ** BigInt(tsresol & 0x7f)
  const nanoseconds = (ticks * 1_000_000_000n) / perSecond
  return [nanoseconds / 1_000_000_000n + offset, nanoseconds % 1_000_000_000n]
}

function convert(ticks: bigint, tsresol: number, offset: bigint): [bigint, bigint] {
  const unsigned = BigInt.asUintN(64, offset)
  const clock = new Ticks(tsresol, Number(BigInt.asIntN(32, unsigned >> 32n)), Number(unsigned & 0xffff_ffffn))
  clock.convert(Number(ticks >> 32n), Number(ticks & 0xffff_ffffn))
  return [BigInt(clock.seconds), BigInt(clock.nanoseconds)]
}

const ticks = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.nat({ max: 63 }).chain((bits) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) })),
  fc.constantFrom(0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 64n - 1n),
)

describe('timestamps', () => {
  test.prop([ticks, fc.nat({ max: 255 }), fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n })], { numRuns: 20_000 })(
    'are exact for every resolution, rounded down to nanoseconds',
    (at, tsresol, offset) => {
      const expected = byDefinition(at, tsresol, offset)
      // Beyond 2^53 seconds (285 million years) no double is exact; nothing but the resolution 10^0 to 10^3 gets there.
      fc.pre(expected[0] <= 2n ** 53n)
      expect(convert(at, tsresol, offset)).toEqual(expected)
    },
  )

  for (let tsresol = 0; tsresol < 256; tsresol++) {
    test(`resolution 0x${tsresol.toString(16)} at the edges`, () => {
      for (const at of [1n, 999_999_999n, 1_700_000_000n, 2n ** 33n - 1n, 1_700_000_000_123_456_789n, 2n ** 64n - 1n]) {
        const expected = byDefinition(at, tsresol, 0n)
        if (expected[0] <= 2n ** 53n) expect(convert(at, tsresol, 0n), String(at)).toEqual(expected)
      }
    })
  }

  test('large ticks and a large negative offset cancel exactly', () => {
    expect(convert(2n ** 63n + 1_700_000_000n, 0, -(2n ** 63n))).toEqual([1_700_000_000n, 0n])
  })

  test('as tshark 4.0 prints them', () => {
    const at = 0x1234567890abcdefn
    expect(convert(at, 9, 0n)).toEqual([1_311_768_467n, 294_899_695n])
    expect(convert(at, 12, 0n)).toEqual([1_311_768n, 467_294_899n])
    expect(convert(at, 0x80 + 10, 0n)).toEqual([1_281_023_893_842_675n, 483_398_437n])
    expect(convert(at, 0x80 + 32, 0n)).toEqual([305_419_896n, 565_121_527n])
    expect(convert(1_700_000_000_000_000n, 6, -1_700_000_010n)).toEqual([-10n, 0n])
  })
})
