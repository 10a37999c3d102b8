import { describe, expect, test } from 'vitest'
import { MAX_RECORD_LENGTH, USUAL_MAX_CAPTURED } from '../../../src/capture/bounds.ts'
import { batches } from '../../../src/capture/reader.ts'
import { bytesSource } from '../../../src/capture/source.ts'
import { data, feed, fields, idb, join, pcapHeader, pcapRecord, readAll, shb } from '../files.ts'

const MAGICS = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d, modified: 0xa1b2cd34 }
/** What the modified format adds: interface index 2, protocol 0x0800, packet type 4, padding. */
const EXTRA = [2, 0, 0, 0, 0, 8, 4, 0]
/** A pcapng file without packets. */
const HEAD = join(shb(), idb())

describe('classic pcap', () => {
  for (const le of [true, false]) {
    for (const [name, magic] of Object.entries(MAGICS)) {
      test(`${name}, ${le ? 'little' : 'big'}-endian`, () => {
        const extra = magic === MAGICS.modified ? EXTRA : []
        const file = join(
          pcapHeader({ le, magic, network: 113, snap: 96 }),
          pcapRecord(1_700_000_000, 123_456, data(5), { le, lengths: [5, 1500], extra }),
          pcapRecord(4_294_967_295, 999_999, data(3, 1), { le, extra }),
        )
        const { packets, reader } = readAll(file)
        const unit = magic === MAGICS.nanoseconds ? 1 : 1000
        const common = { linkType: 113, interfaceId: 0, fcsLength: 0, flags: 0 }
        expect(packets).toEqual([
          {
            ...common,
            number: 1,
            seconds: 1_700_000_000,
            nanoseconds: 123_456 * unit,
            capturedLength: 5,
            wireLength: 1500,
            bytes: '01080f161d',
          },
          {
            ...common,
            number: 2,
            seconds: 4_294_967_295,
            nanoseconds: 999_999 * unit,
            capturedLength: 3,
            wireLength: 3,
            bytes: '20272e',
          },
        ])
        expect(reader.format).toBe('pcap')
        expect(reader.issue).toBeNull()
        expect(reader.packets).toBe(2)
        expect(reader.nextNumber).toBe(3)
        expect(reader.bytesRead).toBe(file.length)
        expect(reader.droppedByCapture()).toBeNull()
        expect(reader.comments()).toEqual([])
        expect(reader.interfaces).toMatchObject([{ linkType: 113, snapLength: 96, tsresol: unit === 1 ? 9 : 6 }])
      })
    }
  }

  test('a fraction of a million and more under the microsecond magic is nanoseconds, and so are those behind it', () => {
    const file = join(
      pcapHeader(),
      pcapRecord(1, 999_999, data(1)),
      pcapRecord(1, 2_000_001, data(1)),
      pcapRecord(1, 7, data(1)),
      pcapRecord(1, 0xffff_ffff, data(1)),
    )
    const { packets, reader } = readAll(file)
    expect(packets.map((packet) => [packet.seconds, packet.nanoseconds])).toEqual([
      [1, 999_999_000],
      [1, 2_000_001],
      [1, 7],
      [5, 294_967_295],
    ])
    expect(reader.damagedTimeAt).toBe(2)
  })

  test('under the nanosecond magic a second or more is carried into the seconds', () => {
    const file = join(pcapHeader({ magic: MAGICS.nanoseconds }), pcapRecord(1, 2_000_000_001, data(1)))
    const { packets, reader } = readAll(file)
    expect(packets.map((packet) => [packet.seconds, packet.nanoseconds])).toEqual([[3, 1]])
    expect(reader.damagedTimeAt).toBe(0)
  })

  describe('appended files', () => {
    const first = join(pcapHeader(), pcapRecord(1, 1, data(5)))

    for (const le of [true, false]) {
      for (const [name, magic] of Object.entries(MAGICS)) {
        test(`${name}, ${le ? 'little' : 'big'}-endian, go on as the next section`, () => {
          const extra = magic === MAGICS.modified ? EXTRA : []
          const second = join(
            pcapHeader({ le, magic, network: 113, snap: 96 }),
            pcapRecord(2, 3, data(3), { le, extra }),
          )
          const { packets, reader } = readAll(join(first, second, first, pcapHeader()))
          expect(reader.appended).toEqual({ files: 3, packetsBefore: 1, offset: first.length })
          const unit = magic === MAGICS.nanoseconds ? 1 : 1000
          expect(packets.map(({ number, seconds, nanoseconds }) => [number, seconds, nanoseconds])).toEqual([
            [1, 1, 1000],
            [2, 2, 3 * unit],
            [3, 1, 1000],
          ])
          expect(packets.map(({ linkType, interfaceId }) => [linkType, interfaceId])).toEqual([
            [1, 0],
            [113, 1],
            [1, 0],
          ])
          expect(reader.interfaces.map(({ linkType }) => linkType)).toEqual([1, 113])
          expect(reader.issue).toBeNull()
        })
      }
    }

    test('more kinds of file header than the bound are damage', () => {
      const kinds = Array.from({ length: 257 }, (_, snap) => pcapHeader({ snap: 1000 + snap }))
      expect(readAll(join(...kinds.slice(0, 256))).reader.issue).toBeNull()
      const { reader } = readAll(join(...kinds))
      expect(reader.interfaces).toHaveLength(256)
      expect(reader.issue).toMatchObject({ kind: 'damaged', offset: 256 * 24, cause: 'appended' })
    })

    test('a packet of the second that a magic stands for is a packet', () => {
      const { packets, reader } = readAll(join(pcapHeader(), pcapRecord(0xa1b2c3d4, 0x00040002, data(20))))
      expect(packets).toHaveLength(1)
      expect(reader.issue).toBeNull()
    })

    test('a header that is not whole cuts the file short', () => {
      const { packets, reader } = readAll(join(first, pcapHeader().slice(0, 20)))
      expect(packets).toHaveLength(1)
      expect(reader.issue).toMatchObject({ kind: 'cut-short', offset: first.length })
    })

    test('pcapng behind classic pcap is damage, and so is classic pcap behind pcapng', () => {
      const { packets, reader } = readAll(join(first, HEAD))
      expect(packets).toHaveLength(1)
      expect(reader.issue).toMatchObject({ kind: 'damaged', offset: first.length, cause: 'appended' })
      for (const le of [true, false]) {
        const appended = readAll(join(HEAD, pcapHeader({ le }), pcapRecord(1, 1, data(300_000), { le })))
        expect(appended.packets).toEqual([])
        expect(appended.reader.issue).toMatchObject({ kind: 'damaged', offset: HEAD.length, cause: 'appended' })
      }
    })
  })

  describe('zeros', () => {
    const records = join(pcapHeader(), pcapRecord(1, 1, data(5)))

    for (const length of [4, 15, 16, 17, 64, 100_000]) {
      test(`${length} bytes of them up to the end are damage and no packets`, () => {
        const { packets, reader } = readAll(join(records, new Uint8Array(length)))
        expect(packets).toHaveLength(1)
        expect(reader.issue).toEqual({
          kind: 'damaged',
          offset: records.length,
          detail: `${length} bytes of zeros up to the end`,
          cause: 'zeros',
        })
      })
    }

    test('with records behind them are packets without bytes, as tshark counts them', () => {
      const { packets, reader } = readAll(join(records, new Uint8Array(32), pcapRecord(2, 1, data(3))))
      expect(packets.map(({ number, seconds, capturedLength }) => [number, seconds, capturedLength])).toEqual([
        [1, 1, 5],
        [2, 0, 0],
        [3, 0, 0],
        [4, 2, 3],
      ])
      expect(reader.issue).toBeNull()
    })

    test('a run of hundreds of thousands rests now and then, so that others have their turn', async () => {
      const zeros = 600_000
      const file = join(records, new Uint8Array(16 * zeros), pcapRecord(2, 1, data(3)))
      let packets = 0
      let longest = 0
      // Reading from memory leaves no time for what else is to be done, a signal for example.
      let hasTurn = false
      setTimeout(() => {
        hasTurn = true
      }, 0)
      for await (const reader of batches(bytesSource(file))) {
        let run = 0
        while (reader.next()) run++
        packets += run
        longest = Math.max(longest, run)
      }
      expect(packets).toBe(zeros + 2)
      expect(hasTurn).toBe(true)
      expect(longest).toBeLessThan(300_000)
    })
  })

  test('the link type is the low 16 bits; FCS length counts 16-bit words when the P bit is set', () => {
    const fcs = readAll(join(pcapHeader({ network: 0x2400_0001 }), pcapRecord(1, 0, data(64))))
    expect(fcs.packets).toMatchObject([{ linkType: 1, fcsLength: 4 }])
    const withoutP = readAll(join(pcapHeader({ network: 0x2020_0114 }), pcapRecord(1, 0, data(64))))
    expect(withoutP.packets).toMatchObject([{ linkType: 276, fcsLength: 0 }])
  })

  test('captured more than the wire carried, or more than the snap length, is delivered as it stands', () => {
    const file = join(pcapHeader({ snap: 4 }), pcapRecord(1, 0, data(60), { lengths: [60, 20] }))
    expect(readAll(file).packets).toMatchObject([{ capturedLength: 60, wireLength: 20 }])
  })

  const swapped = (major: number, minor: number, lengths: [number, number]) =>
    readAll(join(pcapHeader({ major, minor }), pcapRecord(1, 0, data(60), { lengths }))).packets.map((packet) => [
      packet.capturedLength,
      packet.wireLength,
    ])
  test('versions 2.0 to 2.2 and 543.0 hold the original length first', () => {
    for (const [major, minor] of [
      [2, 0],
      [2, 1],
      [2, 2],
      [543, 0],
    ] as const) {
      expect(swapped(major, minor, [100, 60])).toEqual([[60, 100]])
    }
  })
  test('version 2.3 holds them in either order: the smaller one is what was captured', () => {
    expect(swapped(2, 3, [100, 60])).toEqual([[60, 100]])
    expect(swapped(2, 3, [60, 100])).toEqual([[60, 100]])
  })
  test('later versions hold the captured length first', () => {
    expect(swapped(2, 4, [60, 100])).toEqual([[60, 100]])
    expect(swapped(2, 99, [60, 100])).toEqual([[60, 100]])
  })

  describe('captured length', () => {
    const claim = (snap: number, captured: number) =>
      feed(join(pcapHeader({ snap }), pcapRecord(1, 0, data(2)), pcapRecord(1, 0, [], { lengths: [captured, 60] })))
    test('up to 256 KiB is possible whatever the snap length', () => {
      expect(claim(64, USUAL_MAX_CAPTURED).issue).toMatchObject({ kind: 'cut-short', offset: 42 })
      expect(claim(64, USUAL_MAX_CAPTURED + 1).issue).toMatchObject({ kind: 'damaged', offset: 42 })
    })
    test('up to a larger snap length', () => {
      expect(claim(524_288, 524_288).issue).toMatchObject({ kind: 'cut-short' })
      expect(claim(524_288, 524_289).issue).toMatchObject({ kind: 'damaged' })
    })
    test('up to the hard cap when the snap length is 0 or absurd', () => {
      for (const snap of [0, 0x7fff_ffff]) {
        expect(claim(snap, MAX_RECORD_LENGTH - 16).issue).toMatchObject({ kind: 'cut-short' })
        expect(claim(snap, MAX_RECORD_LENGTH - 15).issue).toMatchObject({ kind: 'damaged' })
      }
    })
    test('4 GiB is damage, and the packets before it count', () => {
      const reader = claim(0, 0xffff_ffff)
      expect(reader.packets).toBe(1)
      expect(reader.issue?.detail).toContain('4294967295')
    })
  })

  test('the largest record that can be is read', () => {
    const bytes = new Uint8Array(MAX_RECORD_LENGTH - 16).fill(7, -1)
    let seen = 0
    const reader = feed(join(pcapHeader({ snap: 0 }), pcapRecord(1, 0, bytes), pcapRecord(2, 0, data(1))), {
      onPacket: ({ packet, view }) => {
        if (packet.number === 1 && view.getUint8(packet.at + bytes.length - 1) === bytes[bytes.length - 1]) {
          seen = packet.capturedLength
        }
      },
    })
    expect(seen).toBe(bytes.length)
    expect(reader.packets).toBe(2)
  })

  test('zero-length records and a header without records', () => {
    expect(readAll(join(pcapHeader(), pcapRecord(1, 0, []))).packets).toMatchObject([{ capturedLength: 0, bytes: '' }])
    const { reader, packets } = readAll(pcapHeader())
    expect(packets).toEqual([])
    expect([reader.done, reader.issue]).toEqual([true, null])
  })

  test('version 1 is refused', () => {
    const file = fields(true, [32, 0xa1b2c3d4], [16, 1], [16, 2], [32, 0], [32, 0], [32, 65535], [32, 1])
    expect(() => feed(file)).toThrow(expect.objectContaining({ code: 'unsupported', offset: 4 }))
  })
})
