/** However the bytes of a capture arrive, the summary is the same, byte for byte. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ByteSource } from '../src/capture/source.ts'
import { Summarizer } from '../src/pipeline.ts'
import { random } from './capture/files.ts'
import { FIXTURES, fixture } from './support/goldens.ts'

/** A source that hands out as many bytes as `size` says, and counts how often it was asked. */
function pieces(bytes: Uint8Array, size: () => number): ByteSource & { reads: number } {
  let position = 0
  return {
    reads: 0,
    async read(into) {
      this.reads++
      const length = Math.min(into.length, bytes.length - position, Math.max(1, size()))
      into.set(bytes.subarray(position, position + length))
      position += length
      return length
    },
  }
}

async function summaryText(source: ByteSource): Promise<string> {
  const summarizer = new Summarizer({ rows: Number.POSITIVE_INFINITY })
  await summarizer.read('capture', source)
  return JSON.stringify(summarizer.summary(), null, 1)
}

describe.each(FIXTURES)('%s', (name) => {
  const bytes = new Uint8Array(readFileSync(fixture(name)))
  let whole = ''
  beforeAll(async () => {
    whole = await summaryText(pieces(bytes, () => bytes.length))
  })

  it.each([1, 7, 64])('in pieces of %i bytes', async (size) => {
    const source = pieces(bytes, () => size)
    const text = await summaryText(source)
    expect(source.reads).toBeGreaterThanOrEqual(bytes.length / size)
    if (text !== whole) expect(text).toBe(whole)
  })

  it.each([1, 2, 3])('in pieces of random sizes, seed %i', async (seed) => {
    const next = random(seed)
    const text = await summaryText(pieces(bytes, () => Math.floor(next() ** 3 * 3000)))
    if (text !== whole) expect(text).toBe(whole)
  })
})

it('the comparison can fail: one packet less is another summary', async () => {
  const bytes = new Uint8Array(readFileSync(fixture(FIXTURES[0]!)))
  const less = bytes.subarray(0, bytes.length - 40)
  expect(await summaryText(pieces(less, () => 64))).not.toBe(await summaryText(pieces(bytes, () => 64)))
})
