import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { decompressed } from '../../../src/capture/compression/compression.ts'
import { decompressed as nodeDecompressed } from '../../../src/capture/compression/node-compression.ts'
import { CaptureError } from '../../../src/capture/errors.ts'
import { fileSource, streamSource } from '../../../src/capture/files/node-input.ts'
import { blobSource, webStreamSource } from '../../../src/capture/files/web-blob.ts'
import { batches } from '../../../src/capture/reader.ts'
import { type ByteSource, bytesSource, interruptible } from '../../../src/capture/source.ts'
import { Summarizer } from '../../../src/pipeline.ts'
import { COMPRESSORS } from '../../support/compress.ts'
import { copyPacket, data, join, pcapHeader, pcapRecord, type Read, readAll } from '../files.ts'

const folder = mkdtempSync(joinPath(tmpdir(), 'vxpcap-'))
afterAll(() => rmSync(folder, { recursive: true }))

const FILE = join(
  pcapHeader(),
  ...Array.from({ length: 300 }, (_, index) => pcapRecord(index, 0, data(index * 9, index))),
)
const path = joinPath(folder, 'a.pcap')
writeFileSync(path, FILE)

async function read(source: ByteSource): Promise<Read[]> {
  const packets: Read[] = []
  for await (const reader of batches(source, { windowLength: 4096 }))
    while (reader.next()) packets.push(copyPacket(reader))
  return packets
}

async function refusal(act: () => Promise<unknown>): Promise<CaptureError> {
  const error = await act().then(
    () => new Error('was accepted'),
    (reason) => reason,
  )
  if (!(error instanceof CaptureError)) throw error
  expect(error.message).not.toContain('\n')
  return error
}

const expected = readAll(FILE).packets

describe('sources', () => {
  test('a file, with its size', async () => {
    const source = await fileSource(path)
    expect(source.stored.bytes).toBe(FILE.length)
    expect(await read(source)).toEqual(expected)
    expect(await source.read(new Uint8Array(10))).toBe(0)
    await source.close?.()
  })

  test('a Node stream, its chunks of any size', async () => {
    const chunks = Array.from({ length: 50 }, (_, index) =>
      Buffer.from(FILE.subarray(index * 9000, (index + 1) * 9000)),
    )
    expect(await read(streamSource(Readable.from(chunks)))).toEqual(expected)
  })

  test('a stream that is still being written: packets come as they are whole', async () => {
    const stream = new PassThrough()
    const seen: number[] = []
    const reading = (async () => {
      for await (const reader of batches(streamSource(stream))) while (reader.next()) seen.push(reader.packet.number)
    })()
    stream.write(FILE.subarray(0, 24 + 16 + 16 + 9))
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(seen).toEqual([1, 2])
    stream.end(FILE.subarray(24 + 16 + 16 + 9))
    await reading
    expect(seen).toHaveLength(300)
  })

  test('a Blob and a web stream', async () => {
    expect(await read(blobSource(new Blob([FILE as Uint8Array<ArrayBuffer>])))).toEqual(expected)
    const body = new Response(FILE as Uint8Array<ArrayBuffer>).body
    expect(await read(webStreamSource(body as ReadableStream<Uint8Array>))).toEqual(expected)
  })

  describe.each(Object.keys(COMPRESSORS) as (keyof typeof COMPRESSORS)[])('compressed with %s', (compression) => {
    const packed = COMPRESSORS[compression](FILE) as Uint8Array<ArrayBuffer>
    const ways: [string, () => Promise<ByteSource> | ByteSource][] = [
      [
        'a file',
        async () => {
          writeFileSync(`${path}.${compression}`, packed)
          return fileSource(`${path}.${compression}`)
        },
      ],
      ['a Node stream', () => streamSource(Readable.from([packed.subarray(0, 9), packed.subarray(9)]))],
      ['a Blob', () => blobSource(new Blob([packed]))],
      ['a web stream', () => webStreamSource(new Blob([packed]).stream() as ReadableStream<Uint8Array>)],
      ['bytes', () => decompressed(bytesSource(packed))],
      ['a Blob, decompressed twice', () => nodeDecompressed(decompressed(blobSource(new Blob([packed]))))],
      [
        'a Blob that can be interrupted',
        () => interruptible(blobSource(new Blob([packed])), new AbortController().signal),
      ],
    ]
    test.each(ways)('%s is read, and says how it is stored', async (_, open) => {
      const source = await open()
      expect(await read(source)).toEqual(expected)
      expect(source.stored).toMatchObject({ compression, bytes: packed.length, bytesRead: packed.length })
      const summarizer = new Summarizer()
      const progress: number[] = []
      await summarizer.read('a', await open(), (bytes) => progress.push(bytes) > 0)
      expect(summarizer.summary().capture.files[0]).toMatchObject({ compression, bytes: packed.length, packets: 300 })
      expect(progress.at(-1)).toBe(packed.length)
    })
  })

  test('a Blob knows its size before it is read', () => {
    expect(blobSource(new Blob([new Uint8Array(77)])).stored).toMatchObject({ bytes: 77, bytesRead: 0 })
  })

  test('a source is closed when reading stops early', async () => {
    const stream = Readable.from([Buffer.from(FILE), Buffer.from(FILE)])
    for await (const reader of batches(streamSource(stream))) if (reader.next()) break
    expect(stream.destroyed).toBe(true)
  })
})

describe('what cannot be read is refused in one line', () => {
  test('a missing file, a directory, a file as a directory, a loop', async () => {
    const missing = await refusal(() => fileSource(joinPath(folder, 'none.pcap')))
    expect([missing.code, missing.offset]).toEqual(['unreadable', null])
    expect(missing.message).toContain('does not exist')
    expect((await refusal(() => fileSource(folder))).message).toContain('is a directory')
    expect((await refusal(() => fileSource(joinPath(path, 'x')))).message).toContain('does not exist')
    symlinkSync('loop', joinPath(folder, 'loop'))
    expect((await refusal(() => fileSource(joinPath(folder, 'loop')))).message).toContain('symbolic link')
  })

  test('a stream that fails before the file header', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from(FILE.subarray(0, 10))
        throw Object.assign(new Error('broken'), { code: 'EIO' })
      })(),
    )
    const error = await refusal(() => read(streamSource(failing)))
    expect(error.code).toBe('unreadable')
    expect(error.message).toContain('EIO')
  })

  test('a web stream that fails', async () => {
    const failing = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('network'))
      },
    })
    const error = await refusal(() => read(webStreamSource(failing)))
    expect(error.message).toContain('network')
  })

  test.skipIf(process.platform === 'win32')('a pipe has no size and reads to its end', async () => {
    const fifo = joinPath(folder, 'fifo')
    expect(spawnSync('mkfifo', [fifo]).status).toBe(0)
    const [source] = await Promise.all([
      fileSource(fifo),
      (async () => {
        const { open } = await import('node:fs/promises')
        const handle = await open(fifo, 'w')
        await handle.write(FILE.subarray(0, 65))
        await handle.close()
      })(),
    ])
    expect(source.isStream).toBe(true)
    expect((await read(source)).length).toBe(2)
    expect(source.stored).toMatchObject({ compression: 'none', bytes: 65, bytesRead: 65 })
  })
})
