/** One signal and one progress for everything that reads whole captures: what each does with them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { batches, blobSource, expandPaths, fileSource, webStreamSource } from '../src/capture/node.ts'
import { type ByteSource, chunksSource } from '../src/capture/source.ts'
import { followFile, packets, Summarizer, summarizeFiles } from '../src/node.ts'
import { join, pcapHeader, pcapRecord, random } from './capture/files.ts'

const next = random(3)
const noise = () => Uint8Array.from({ length: 300 }, () => next() * 256)
const FILE = join(
  pcapHeader(),
  ...Array.from({ length: 9000 }, (_, i) => pcapRecord(i, 0, noise())),
) as Uint8Array<ArrayBuffer>
const PACKED = new Uint8Array(gzipSync(FILE))
const folder = mkdtempSync(joinPath(tmpdir(), 'vxpcap-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = joinPath(folder, 'a.pcap.gz')
writeFileSync(path, PACKED)

type Progress = (bytesRead: number, bytesTotal: number | null) => void
interface Watch {
  signal: AbortSignal
  onProgress: Progress
}
/** What reads a whole capture from a source. */
const readers: [string, (source: ByteSource, watch: Partial<Watch>) => Promise<Summarizer | null>][] = [
  [
    'Summarizer.read',
    async (source, watch) => {
      const summarizer = new Summarizer()
      await summarizer.read('a', source, watch)
      return summarizer
    },
  ],
  [
    'Summarizer.readMerged',
    async (source, watch) => {
      const summarizer = new Summarizer()
      await summarizer.readMerged([{ name: 'a', again: false, open: async () => source }], watch)
      return summarizer
    },
  ],
  [
    'batches',
    async (source, watch) => {
      for await (const reader of batches(source, watch)) while (reader.next());
      return null
    },
  ],
  [
    'packets',
    async (source, watch) => {
      for await (const batch of packets(source, watch)) while (batch.next());
      return null
    },
  ],
]

describe.each(readers)('%s', (name, read) => {
  it('says how much of a Blob was read, as it is stored, and of how much', async () => {
    const told: [number, number | null][] = []
    await read(blobSource(new Blob([PACKED])), { onProgress: (...progress) => told.push(progress) })
    expect(told.length).toBeGreaterThan(2)
    expect(told.map(([bytes]) => bytes)).toEqual(told.map(([bytes]) => bytes).sort((a, b) => a - b))
    expect(told.at(-1)).toEqual([PACKED.length, name === 'Summarizer.readMerged' ? null : PACKED.length])
  })

  it('does not know how much a stream has', async () => {
    const told: unknown[] = []
    const stream = new Blob([PACKED]).stream() as ReadableStream<Uint8Array>
    await read(webStreamSource(stream), { onProgress: (_, total) => told.push(total) })
    expect(new Set(told)).toEqual(new Set([null]))
  })

  it('does not begin when the signal has come before', async () => {
    const reason = new Error('no')
    let reads = 0
    const source: ByteSource = { read: async () => reads++ }
    await expect(read(source, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(read(source, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    expect(reads).toBe(0)
  })

  it('hears of a signal that others give, however fast a stream hands its bytes over', async () => {
    const abort = new AbortController()
    const records = join(...Array.from({ length: 10 }, (_, i) => pcapRecord(i, 0, noise())))
    let left = 50_000
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(pcapHeader() as Uint8Array),
      pull: (controller) => (left-- > 0 ? controller.enqueue(records as Uint8Array) : controller.close()),
    })
    setTimeout(() => abort.abort(), 100)
    await read(webStreamSource(stream), { signal: abort.signal }).catch(() => null)
    expect(left).toBeGreaterThan(0)
  })

  it('stops in the midst', async () => {
    const abort = new AbortController()
    let bytes = 0
    const reading = read(await fileSource(path), {
      signal: abort.signal,
      onProgress: (read) => {
        bytes = read
        abort.abort()
      },
    })
    if (name.startsWith('Summarizer')) {
      const { capture } = (await reading)!.summary()
      expect(capture.complete).toBe(false)
      expect(capture.packets).toBeGreaterThan(0)
      expect(capture.packets).toBeLessThan(9000)
    } else await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
    expect(bytes).toBeLessThan(PACKED.length)
  })
})

describe.each(readers.filter(([name]) => name !== 'Summarizer.readMerged'))(
  '%s of a source that waits',
  (name, read) => {
    it.each([0, 60_000])('stops after %d bytes, and gives it back', async (there) => {
      const abort = new AbortController()
      let isClosed = false
      async function* waiting(): AsyncGenerator<Uint8Array> {
        yield FILE.subarray(0, there)
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
      const source = chunksSource(waiting())
      const watched: ByteSource = {
        read: (into) => source.read(into),
        close: async () => {
          isClosed = true
        },
      }
      setTimeout(() => abort.abort(), 20)
      const reading = read(watched, { signal: abort.signal })
      if (name === 'Summarizer.read') {
        const { capture, findings } = (await reading)!.summary()
        expect(capture).toMatchObject({ complete: false, packets: there === 0 ? 0 : 189 })
        expect(findings).toEqual([])
      } else await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
      expect(isClosed).toBe(true)
    })
  },
)

describe('what reads by path', () => {
  const signal = AbortSignal.abort()
  it.each<[string, () => Promise<unknown>]>([
    ['summarizeFiles', () => summarizeFiles([path], { signal })],
    ['followFile', () => followFile(path, { signal, onSummary: () => {} })],
    ['expandPaths', () => expandPaths([folder], { signal })],
  ])('%s does not begin when the signal has come before', async (_, act) => {
    await expect(act()).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('followFile says how much it has read', async () => {
    const abort = new AbortController()
    const told: [number, null][] = []
    await followFile(path, {
      signal: abort.signal,
      onProgress: (...progress) => told.push(progress),
      onSummary: () => abort.abort(),
      intervalMs: 0,
    })
    const [bytes, total] = told.at(-1)!
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(PACKED.length)
    expect(total).toBeNull()
  })
})
