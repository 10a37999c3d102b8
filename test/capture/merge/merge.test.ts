/** Captures interleaved by time: the order, the numbers, and the bounds. */
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../../../src/capture/errors.ts'
import { MergedCaptures, type MergeInput, MOST_OPEN } from '../../../src/capture/merge/merge.ts'
import { LEAST_MERGE_BYTES } from '../../../src/capture/merge/merge-room.ts'
import { type ByteSource, bytesSource } from '../../../src/capture/source.ts'
import { block, data, epb, fields, idb, join, option, pcapHeader, pcapRecord, random, shb } from '../files.ts'

/** A pcap of packets at these microseconds; the first byte of each says which file, the next two which packet. */
function capture(file: number, times: readonly number[]): Uint8Array {
  const records = times.map((time, index) =>
    pcapRecord(Math.floor(time / 1e6), time % 1e6, [file, index >> 8, index & 255, ...data(9)]),
  )
  return join(pcapHeader(), ...records)
}

interface Seen {
  number: number
  file: number
  index: number
}

/** A source that hands out a few bytes at a time, so that every boundary is met. */
function trickle(bytes: Uint8Array, size: number): ByteSource {
  const whole = bytesSource(bytes)
  return { read: (into) => whole.read(into.subarray(0, size)) }
}

/** Reads everything that is merged; the first byte of each packet is its file, and where it is long the last one as well. */
async function allOf(merged: MergedCaptures): Promise<Seen[]> {
  const seen: Seen[] = []
  await merged.open()
  while (!merged.done) {
    while (merged.step()) {
      const { run } = merged
      const { file, firstNumber } = run
      while (run.next()) {
        const { packet, view } = run
        expect(view.getUint8(packet.at)).toBe(file & 255)
        if (packet.capturedLength > 12) expect(view.getUint8(packet.at + packet.capturedLength - 1)).toBe(file & 255)
        seen.push({ number: packet.number - firstNumber + 1, file, index: view.getUint16(packet.at + 1) })
      }
    }
    await merged.refill()
  }
  await merged.close()
  return seen
}

async function merge(
  captures: readonly Uint8Array[],
  size = Number.POSITIVE_INFINITY,
): Promise<{ seen: Seen[]; merged: MergedCaptures }> {
  const inputs: MergeInput[] = captures.map((bytes) => ({ again: true, open: async () => trickle(bytes, size) }))
  const merged = new MergedCaptures(inputs)
  const seen = await allOf(merged)
  return { seen, merged }
}

/** What merging must give: always the earliest of those at the front, the first file where they are equal. */
function expected(times: readonly (readonly number[])[]): Seen[] {
  const fronts = times.map(() => 0)
  const seen: Seen[] = []
  for (;;) {
    let best = -1
    for (const [file, list] of times.entries()) {
      if (fronts[file]! === list.length) continue
      if (best < 0 || list[fronts[file]!]! < times[best]![fronts[best]!]!) best = file
    }
    if (best < 0) return seen
    seen.push({ number: seen.length + 1, file: best, index: fronts[best]!++ })
  }
}

describe('merging by time', () => {
  it('gives the earliest packet of all files first, the first file on a tie', async () => {
    const times = [
      [10, 20, 20, 50],
      [5, 20, 30, 50],
      [1, 2],
    ]
    const { seen, merged } = await merge(times.map((list, file) => capture(file, list)))
    expect(seen).toEqual(expected(times))
    for (const { number, file, index } of seen) expect(merged.origins.find(number)).toEqual({ file, number: index + 1 })
  })

  it.each([1, 2, 3, 4])('does so for random captures, however the bytes come: seed %i', async (seed) => {
    const next = random(seed)
    const times = Array.from({ length: 2 + seed }, () => {
      let time = Math.floor(next() * 1000)
      // Now and then backwards.
      return Array.from({ length: Math.floor(next() * 200) }, () => (time += Math.floor(next() * 40) - 4))
    }).map((list) => list.map((time) => Math.max(0, time)))
    const captures = times.map((list, file) => capture(file, list))
    for (const size of [Number.POSITIVE_INFINITY, 1000, 17]) {
      expect((await merge(captures, size)).seen).toEqual(expected(times))
    }
  })

  it('with records that run backwards keeps the order within the file', async () => {
    const times = [
      [100, 50, 60],
      [55, 70],
    ]
    expect((await merge(times.map((list, file) => capture(file, list)))).seen).toEqual(expected(times))
  })

  it('keeps packets without time behind their predecessors', async () => {
    const simple = (file: number, index: number) =>
      block(3, join(fields(true, [32, 4]), [file, index >> 8, index & 255, 0]))
    const at = (file: number, index: number, time: bigint) => epb([file, index >> 8, index & 255], { time })
    const first = join(shb(), idb(), at(0, 0, 10n), simple(0, 1), simple(0, 2), at(0, 3, 40n))
    const second = join(shb(), idb(), at(1, 0, 10n), at(1, 1, 20n), simple(1, 2))
    const { seen } = await merge([first, second])
    expect(seen.map(({ file, index }) => `${file}.${index}`)).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1', '1.2', '0.3'])
  })

  it('counts blocks that take a number without being packets', async () => {
    const custom = block(0xbad, join(fields(true, [32, 32_473]), option(1, 'x')))
    const at = (file: number, index: number, time: bigint) => epb([file, 0, index], { time })
    const first = join(shb(), idb(), at(0, 0, 10n), custom, at(0, 1, 30n), custom)
    const second = join(shb(), idb(), at(1, 0, 20n))
    const { seen, merged } = await merge([first, second])
    expect(seen.map(({ number, file }) => [number, file])).toEqual([
      [1, 0],
      [2, 1],
      [4, 0],
    ])
    expect(merged.origins.find(4)).toEqual({ file: 0, number: 3 })
    expect(merged.origins.count).toBe(5)
  })

  it('leaves out a file without a header, and reads on when one is cut or damaged', async () => {
    const good = capture(0, [1, 2, 3])
    const cut = capture(1, [1, 2, 3]).subarray(0, -4)
    const { seen, merged } = await merge([good, cut, data(100), new Uint8Array(0)])
    expect(seen.filter(({ file }) => file === 0)).toHaveLength(3)
    expect(seen.filter(({ file }) => file === 1)).toHaveLength(2)
    expect(merged.error(0)).toBeNull()
    expect(merged.reader(1).issue?.kind).toBe('cut-short')
    expect(merged.error(2)).toMatchObject({ code: 'not-a-capture' })
    expect(merged.error(3)).toMatchObject({ code: 'empty' })
  })
})

describe('many files', () => {
  /** Files one after the other in time, the last of which overlaps the first. */
  async function rotated(count: number, again: boolean) {
    let open = 0
    let most = 0
    const captures = Array.from({ length: count }, (_, file) => capture(file & 255, [file * 100, file * 100 + 150]))
    const inputs = captures.map((bytes) => ({
      again,
      open: async () => {
        most = Math.max(most, ++open)
        const source = bytesSource(bytes)
        let closed = false
        return {
          read: (into: Uint8Array) => source.read(into),
          close: async () => {
            if (!closed) open--
            closed = true
          },
        }
      },
    }))
    const merged = new MergedCaptures(inputs)
    await merged.open()
    const opened = most
    const times: number[] = []
    while (!merged.done) {
      while (merged.step()) {
        while (merged.run.next()) times.push(merged.run.packet.seconds * 1e6 + merged.run.packet.nanoseconds / 1000)
      }
      await merged.refill()
    }
    return { times, opened, most, open }
  }

  it('are opened only when their time has come', async () => {
    const { times, opened, most, open } = await rotated(MOST_OPEN + 40, true)
    expect(times).toEqual([...times].sort((left, right) => left - right))
    expect(times).toHaveLength(2 * (MOST_OPEN + 40))
    expect(opened).toBe(1)
    expect(most).toBeLessThan(4)
    expect(open).toBe(0)
  })

  it('that cannot be opened again are kept open', async () => {
    const { times, opened } = await rotated(MOST_OPEN + 5, false)
    expect(times).toHaveLength(2 * (MOST_OPEN + 5))
    expect(opened).toBe(MOST_OPEN + 5)
  })

  it('one that has gone when its time comes is damage, not nothing', async () => {
    const bytes = capture(0, [1, 2])
    let opened = 0
    const inputs = Array.from({ length: MOST_OPEN + 1 }, (_, file) => ({
      again: true,
      open: async () => {
        if (file === 3 && ++opened > 1) throw new CaptureError('unreadable', 'does not exist; check the path')
        return bytesSource(bytes)
      },
    }))
    const merged = new MergedCaptures(inputs)
    await merged.open()
    let packets = 0
    while (!merged.done) {
      while (merged.step()) while (merged.run.next()) packets++
      await merged.refill()
    }
    expect(packets).toBe(2 * MOST_OPEN)
    expect(merged.error(3)).toBeNull()
    expect(merged.reader(3).issue).toMatchObject({ kind: 'damaged', detail: expect.stringContaining('does not exist') })
  })
})

/** A compressed file, as far as memory is concerned: it can only be read forwards, and its decompressor holds much. */
function compressed(bytes: Uint8Array, held: number, log: { open: number; most: number; opened: number }): MergeInput {
  return {
    again: true,
    open: async () => {
      log.opened++
      log.most = Math.max(log.most, ++log.open)
      const source = bytesSource(bytes)
      let closed = false
      return {
        held,
        read: (into) => source.read(into.subarray(0, 10_000)),
        close: async () => {
          if (!closed) log.open--
          closed = true
        },
      }
    },
  }
}

/** A file that can be read from anywhere. */
function seekable(bytes: Uint8Array, log: { seeks: number }): MergeInput {
  return {
    again: true,
    open: async () => {
      let position = 0
      return {
        held: 0,
        async read(into) {
          const part = bytes.subarray(position, position + into.length)
          into.set(part)
          position += part.length
          return part.length
        },
        seek(offset) {
          log.seeks++
          position = offset
        },
      }
    },
  }
}

async function seenOf(inputs: readonly MergeInput[], bytes?: number): Promise<Seen[]> {
  const merged = new MergedCaptures(inputs, bytes === undefined ? {} : { bytes })
  const seen = await allOf(merged)
  for (let file = 0; file < inputs.length; file++) {
    expect(merged.error(file)).toBeNull()
    expect(merged.reader(file).issue).toBeNull()
  }
  return seen
}

describe('many files whose times overlap', () => {
  const FILES = 60
  const MIB = 1024 * 1024
  const times = Array.from({ length: FILES }, (_, file) => Array.from({ length: 40 }, (_, n) => 1e6 + n * 1000 + file))
  /** Files of packets of these lengths. */
  const filled = (lengthOf: (index: number) => number) =>
    times.map((list, file) =>
      join(
        pcapHeader({ snap: 0 }),
        ...list.map((time, index) => {
          const packet = new Uint8Array(lengthOf(index))
          packet.set([file, index >> 8, index & 255])
          packet[packet.length - 1] = file
          return pcapRecord(Math.floor(time / 1e6), time % 1e6, packet)
        }),
      ),
    )

  it('keep as many decompressors as there is room for, and read the others anew', async () => {
    const log = { open: 0, most: 0, opened: 0 }
    const inputs = filled(() => 40_000).map((bytes) => compressed(bytes, 8 * MIB, log))
    expect(await seenOf(inputs, LEAST_MERGE_BYTES)).toEqual(expected(times))
    expect(log.most * 8 * MIB).toBeLessThan(LEAST_MERGE_BYTES)
    expect(log.opened).toBeGreaterThan(2 * FILES)
    expect(log.open).toBe(0)
  })

  it('keep all decompressors that fit', async () => {
    const log = { open: 0, most: 0, opened: 0 }
    const inputs = filled(() => 9000).map((bytes) => compressed(bytes, MIB / 2, log))
    expect(await seenOf(inputs, LEAST_MERGE_BYTES)).toEqual(expected(times))
    expect(log).toEqual({ open: 0, most: FILES, opened: 2 * FILES })
  })

  it('let large packets go that have to wait, and read them again', async () => {
    const log = { seeks: 0 }
    const inputs = filled((index) => (index === 3 ? 2 * MIB : 100)).map((bytes) => seekable(bytes, log))
    expect(await seenOf(inputs)).toEqual(expected(times))
    expect(log.seeks).toBeGreaterThan(20)
  })

  it('say how many can be merged when reading anew takes too long', async () => {
    const PACKET = 60_000
    /** Packets of zeros without an end, of which nothing but the headers is written. */
    const endless = (file: number): MergeInput => ({
      again: true,
      open: async () => {
        let position = 0
        const put = (into: Uint8Array, part: Uint8Array, at: number) => {
          for (const [index, byte] of part.entries()) {
            const to = at + index - position
            if (to >= 0 && to < into.length) into[to] = byte
          }
        }
        return {
          held: 1024 * MIB,
          async read(into) {
            put(into, pcapHeader(), 0)
            const first = Math.max(0, Math.floor((position - 24) / (16 + PACKET)))
            for (let index = first; 24 + index * (16 + PACKET) < position + into.length; index++) {
              const header = pcapRecord(1000 + index, file, [], { lengths: [PACKET, PACKET] })
              put(into, header, 24 + index * (16 + PACKET))
            }
            position += into.length
            return into.length
          },
        }
      },
    })
    const merged = new MergedCaptures(Array.from({ length: 20 }, (_, file) => endless(file)))
    await merged.open()
    const reading = async () => {
      for (;;) {
        while (merged.step()) while (merged.run.next());
        await merged.refill()
      }
    }
    await expect(reading()).rejects.toThrow(
      '20 captures cannot be merged by time in 537 MB: as they are compressed, about 16 can be read at once',
    )
  })

  it('that describe millions of interfaces are refused', async () => {
    const interfaces = new Uint8Array(65_536 * idb().length)
    for (let at = 0; at < interfaces.length; at += idb().length) interfaces.set(idb(), at)
    const bytes = join(shb(), interfaces, epb([0, 0, 0], { time: 10n }))
    const inputs = Array.from({ length: 9 }, () => ({ again: true, open: async () => bytesSource(bytes) }))
    await expect(seenOf(inputs)).rejects.toThrow(/more than 524288 interfaces.* cannot be merged/)
  })

  it('end with what is wrong when there are no more file handles: that is no damage', async () => {
    const cause = Object.assign(new Error('too many'), { code: 'EMFILE' })
    let opened = 0
    const inputs = Array.from({ length: MOST_OPEN + 1 }, (_, file) => ({
      again: true,
      open: async () => {
        const bytes = capture(file, [1, 2])
        if (++opened > MOST_OPEN + 9) throw new CaptureError('unreadable', 'cannot be opened', null, { cause })
        return bytesSource(bytes)
      },
    }))
    await expect(seenOf(inputs)).rejects.toThrow('cannot be opened')
  })
})

it('takes time by packets and files, not by their product', async () => {
  /** Microseconds of this process for so many files. */
  const costOf = async (files: number): Promise<number> => {
    const inputs = Array.from({ length: files }, (_, file) => {
      const bytes = capture(file & 255, [1e6 + file, 2e6 + file])
      return { again: false, open: async () => bytesSource(bytes) }
    })
    const before = process.cpuUsage()
    const merged = new MergedCaptures(inputs)
    await merged.open()
    let packets = 0
    while (!merged.done) {
      while (merged.step()) while (merged.run.next()) packets++
      await merged.refill()
    }
    expect(packets).toBe(2 * files)
    return process.cpuUsage(before).user
  }
  await costOf(1000)
  const [few, many] = [await costOf(1000), await costOf(8000)]
  // Eight times as many: eight times the work, and not 64 times.
  expect(many / few).toBeLessThan(28)
})
