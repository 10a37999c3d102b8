/** The fuzzer's properties in the ordinary test run: every named example, and a short run of their own. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutatedCapture } from '../../src/testing/index.ts'
import { bytesOf } from '../support/hex.ts'
import { wildPacket } from './arbitraries.ts'
import { captureExample, examples, packetExample, packetOf } from './examples.ts'
import { Coverage, captureHolds, packetHolds } from './properties.ts'

describe('named examples', () => {
  it.each(examples())('%s', async (_name, example) => {
    expect(example.what).not.toMatch(/^say here/)
    if (example.property === 'packet') packetHolds(packetOf(example))
    else await captureHolds(bytesOf(example.hex), example.chunk)
  })

  it('are written as they are read', () => {
    const packet = { bytes: Uint8Array.of(1, 0xff), wireLength: 7, linkType: 113 }
    const example = JSON.parse(packetExample(packet))
    expect(packetOf(example)).toEqual(packet)
    expect(JSON.parse(captureExample(packet.bytes, 3))).toMatchObject({ property: 'capture', chunk: 3, hex: '01ff' })
  })
})

describe('the fuzzer, for a moment', () => {
  it('holds for packets, and reaches every layer and every fault', () => {
    const coverage = new Coverage()
    fc.assert(
      fc.property(wildPacket, (packet) => packetHolds(packet, coverage)),
      { numRuns: 4000, seed: 7348 },
    )
    expect(coverage.missing()).toEqual([])
    expect(coverage.packets).toBe(4000)
  })

  it('holds for captures', async () => {
    const coverage = new Coverage()
    await fc.assert(
      fc.asyncProperty(mutatedCapture({ packets: wildPacket }), fc.integer({ min: 1, max: 300 }), (bytes, size) =>
        captureHolds(bytes, size, coverage),
      ),
      { numRuns: 60 },
    )
    expect(coverage.captures).toBe(60)
    expect(coverage.unreadable).toBeLessThan(60)
  })

  it('notices what it is there to notice', () => {
    const empty = { bytes: new Uint8Array(0), wireLength: 0, linkType: 1 }
    expect(() => packetHolds(empty)).not.toThrow()
    // A length of the wire that is less than what was captured of it: the rest must not be read.
    expect(() => packetHolds({ bytes: new Uint8Array(60), wireLength: 20, linkType: 1 })).not.toThrow()
    expect(new Coverage().missing().length).toBeGreaterThan(40)
  })
})
