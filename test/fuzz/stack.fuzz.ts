/**
 * The fuzzer: wild packets and captures through the whole stack, for FUZZ_SECONDS (30 unless given), from FUZZ_SEED.
 * FUZZ_PATH replays one failure. A failure prints seed and path, and the input as a named example for ./examples.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mutatedCapture, pcapCapture, pcapngCapture } from '../../src/testing/index.ts'
import { wildPacket } from './arbitraries.ts'
import { captureExample, packetExample } from './examples.ts'
import { Coverage, captureHolds, packetHolds } from './properties.ts'

const seconds = Number(process.env.FUZZ_SECONDS ?? 30)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 0x7fff_ffff)
const path = process.env.FUZZ_PATH
if (!(seconds > 0) || !Number.isInteger(seed)) throw new RangeError('FUZZ_SECONDS and FUZZ_SEED must be numbers')

/** Half of the time is for packets, half for captures. */
const parameters = {
  seed,
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: seconds * 500,
  ...(path !== undefined && { path, endOnFailure: true }),
}
const coverage = new Coverage()

console.log(`fuzzing for ${seconds} s with seed ${seed}; again: FUZZ_SEED=${seed} npm run fuzz`)

/** Says how to see a failure again, and how to keep it. */
function told<Input>(failed: fc.RunDetails<Input>, example: () => string, test: string): string {
  return `${fc.defaultReportMessage(failed)}

Again: FUZZ_SEED=${failed.seed} FUZZ_PATH='${failed.counterexamplePath}' npm run fuzz -- -t ${test}
To keep it, save this as test/fuzz/examples/<what-it-shows>.json; npm test replays it from then on:
${example()}`
}

it('packets', () => {
  const details = fc.check(
    fc.property(wildPacket, (packet) => packetHolds(packet, coverage)),
    parameters,
  )
  if (details.failed && details.counterexample !== null) {
    const [packet] = details.counterexample
    throw new Error(
      told(details, () => packetExample(packet), 'packets'),
      { cause: details.errorInstance },
    )
  }
  console.log(`${coverage.packets} packets; ${coverage.layers.size} layers read, ${coverage.faults.size} faults found`)
  if (path === undefined && seconds >= 10) expect(coverage.missing()).toEqual([])
})

it('captures', async () => {
  const captures = fc.oneof(
    { weight: 3, arbitrary: mutatedCapture() },
    {
      weight: 1,
      arbitrary: fc
        .oneof(pcapCapture({ packets: wildPacket }), pcapngCapture({ packets: wildPacket }))
        .map(({ bytes }) => bytes),
    },
  )
  const details = await fc.check(
    fc.asyncProperty(captures, fc.integer({ min: 1, max: 300 }), (bytes, size) => captureHolds(bytes, size, coverage)),
    parameters,
  )
  if (details.failed && details.counterexample !== null) {
    const [bytes, size] = details.counterexample
    throw new Error(
      told(details, () => captureExample(bytes, size), 'captures'),
      { cause: details.errorInstance },
    )
  }
  console.log(`${coverage.captures} captures, ${coverage.unreadable} of them without a readable header`)
})
