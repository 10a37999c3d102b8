/** Whoever watches sees that something goes on, also while a run of records of zeros is counted. No clock: calls are counted. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decompressed } from '../../src/capture/compression/node-compression.ts'
import { ReadingProgress } from '../../src/capture/reading-progress.ts'
import { type ByteSource, bytesSource } from '../../src/capture/source.ts'
import { Summarizer } from '../../src/pipeline.ts'
import { data, join, pcapHeader, pcapRecord } from './files.ts'

const ZEROS = 900_000
const packet = pcapRecord(1, 0, data(60))
const file = join(pcapHeader(), packet, new Uint8Array(16 * ZEROS), packet)

/** What is told while a source is summarized. */
async function watched(source: ByteSource) {
  // A small window: what is tested is not how long it takes to hold so many like frames against each other.
  const summarizer = new Summarizer({ limits: { window: 4 } })
  const all: number[] = []
  await summarizer.read('sparse.pcap', source, (bytes) => {
    all.push(bytes)
    return true
  })
  return { all, packets: summarizer.summary().capture.packets }
}

describe('a run of records of zeros', () => {
  it('goes on from look to look while it is counted', async () => {
    const { all, packets } = await watched(bytesSource(file))
    expect(packets).toBe(ZEROS + 2)
    // Half for looking through it, half for counting it, in steps of 262,144 records.
    const counting = all.filter((bytes) => bytes > file.length / 2 + 600_000)
    expect(new Set(counting).size).toBeGreaterThanOrEqual(3)
    expect(all).toEqual(all.toSorted((left, right) => left - right))
    expect(Math.max(...all)).toBeLessThanOrEqual(file.length)
  })

  it('of a compressed file too, in its stored bytes', async () => {
    const packed = gzipSync(file, { level: 1 })
    const source = decompressed(bytesSource(packed))
    const stored = { compression: 'gzip' as const, bytes: packed.length, bytesRead: 0 }
    // Stored bytes are read ahead of what they unpack to, as from a file.
    const counted: ByteSource = {
      stored,
      async read(into) {
        const length = await source.read(into)
        stored.bytesRead = Math.min(packed.length, stored.bytesRead + Math.ceil(length / 200))
        return length
      },
    }
    const { all, packets } = await watched(counted)
    expect(packets).toBe(ZEROS + 2)
    expect(all).toEqual(all.toSorted((left, right) => left - right))
    expect(Math.max(...all)).toBeLessThanOrEqual(packed.length)
    expect(new Set(all.slice(-4, -1)).size).toBe(3)
  })

  describe.each([2, 20])('among %i merged captures', (count) => {
    const FEWER = 300_000
    const sparse = join(pcapHeader(), packet, new Uint8Array(16 * FEWER), packet)
    const files = [sparse, ...Array.from({ length: count - 1 }, () => join(pcapHeader(), packet))]
    const merged = async (most: number) => {
      const summarizer = new Summarizer({ limits: { window: 4 } })
      const all: number[] = []
      const inputs = files.map((bytes, index) => {
        const whole = bytesSource(bytes)
        const source: ByteSource = { read: (into) => whole.read(into.subarray(0, 65_536)) }
        return { name: `${index}.pcap`, again: false, open: async () => source }
      })
      await summarizer.readMerged(inputs, { onChunk: (bytes) => all.push(bytes) < most })
      return { all, summary: summarizer.summary() }
    }

    it('goes on from look to look', async () => {
      const { all, summary } = await merged(Number.POSITIVE_INFINITY)
      expect(summary.capture).toMatchObject({ packets: FEWER + count + 1, complete: true })
      const looking = all.filter((bytes) => bytes < sparse.length / 2)
      expect(new Set(looking).size).toBeGreaterThanOrEqual(4)
      const counting = all.filter((bytes) => bytes > sparse.length / 2 + 50_000)
      expect(new Set(counting).size).toBeGreaterThanOrEqual(2)
      expect(all).toEqual(all.toSorted((left, right) => left - right))
    })

    it('can be stopped at each look', async () => {
      for (const most of [1, 2, 4]) {
        const { all, summary } = await merged(most)
        expect(all).toHaveLength(most)
        expect(summary.capture.complete).toBe(false)
        expect(summary.capture.packets).toBeLessThan(FEWER)
        expect(summary.findings.filter(({ code }) => code === 'CAPTURE_DAMAGED')).toEqual([])
      }
    })
  })

  it('other captures are as far as they were read', () => {
    const progress = new ReadingProgress()
    for (const bytesRead of [10, 20, 500]) expect(progress.bytes({ bytesRead, bytesUncounted: 0 })).toBe(bytesRead)
    expect(progress.bytes({ bytesRead: 900, bytesUncounted: 0 }, 600)).toBe(600)
  })
})
