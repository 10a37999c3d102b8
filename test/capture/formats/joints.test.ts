/** A classic capture that is cut inside a record, with another one appended to it; and packets that carry captures. */
import { describe, expect, it } from 'vitest'
import { MOST_JOINTS, MOST_LOOKED_THROUGH, MOST_TRIED } from '../../../src/capture/formats/joints.ts'
import { CaptureReader } from '../../../src/capture/reader.ts'
import { data, epb, feed, idb, join, pcapHeader, pcapRecord, random, readAll, shb } from '../files.ts'

interface Kind {
  le?: boolean
  magic?: number
  snap?: number
  network?: number
}

const MICROSECONDS = 0xa1b2c3d4
const NANOSECONDS = 0xa1b23c4d
const MODIFIED = 0xa1b2cd34
const SECOND = 1_700_000_000
const LAST = 74

/** A capture of packets of these lengths, one a millisecond. */
function capture(kind: Kind, lengths: readonly number[], second = SECOND, seed = 0): Uint8Array {
  const { le = true, magic } = kind
  const extra = magic === MODIFIED ? [2, 0, 0, 0, 0, 8, 4, 0] : []
  const records = lengths.map((length, index) =>
    pcapRecord(second, index * 1000, data(length, seed + index), { le, extra }),
  )
  return join(pcapHeader(kind), ...records)
}

/** Where records of a capture begin, and where it ends. */
function boundaries({ magic }: Kind, lengths: readonly number[]): number[] {
  let at = 24
  return [at, ...lengths.map((length) => (at += (magic === MODIFIED ? 24 : 16) + length))]
}

const bytesOf = (file: Uint8Array): string[] => readAll(file).packets.map(({ bytes }) => bytes)

const JOINTS: [string, Kind, Kind, number[]][] = [
  ['the same kind', {}, {}, [60, 90, 1400]],
  ['a shorter one behind', {}, { snap: 262_144 }, [10]],
  ['one without packets behind', { snap: 262_144 }, {}, []],
  ['big-endian', { le: false }, { le: false, snap: 96 }, [60, 90, 66]],
  ['little-endian, then big-endian', {}, { le: false }, [60, 90]],
  ['big-endian, then little-endian', { le: false, snap: 0 }, { network: 113 }, [60, 90, 300]],
  ['nanoseconds', { magic: NANOSECONDS }, { magic: NANOSECONDS, snap: 0 }, [60, 90, 300]],
  ['microseconds, then nanoseconds', {}, { magic: NANOSECONDS, le: false }, [60]],
  ['modified', { magic: MODIFIED }, { magic: MODIFIED, le: false }, [60, 90]],
]

describe('a capture that is cut, with another one behind', () => {
  describe.each(JOINTS)('%s', (_, kind, otherKind, lengths) => {
    const first = capture(kind, [60, 80, LAST])
    const other = capture(otherKind, lengths, SECOND + 5, 7)
    const whole = bytesOf(first).slice(0, 2)
    const behind = bytesOf(other)
    const at = first.length - LAST - (kind.magic === MODIFIED ? 24 : 16)
    // Where what the record lacks is a file header and whole records, all of it might be what a packet carries.
    const undecided = boundaries(otherKind, lengths)
    const cuts = Array.from({ length: first.length - at - 1 }, (_, index) => index + 1)

    it('goes on with the other one, wherever it is cut', () => {
      for (const cut of cuts.filter((cut) => !undecided.includes(cut))) {
        const { packets, reader } = readAll(join(first.subarray(0, first.length - cut), other))
        expect([cut, packets.map(({ bytes }) => bytes)]).toEqual([cut, [...whole, ...behind]])
        expect(reader.issues).toEqual([
          {
            kind: 'cut-short',
            offset: at,
            detail: `another capture file begins ${first.length - cut - at} byte${first.length - cut - at === 1 ? '' : 's'} into it`,
            cause: 'joint',
            records: 1,
          },
        ])
        expect(reader.issue).toEqual(reader.issues[0])
        expect(reader.appended).toEqual({ files: 1, packetsBefore: 2, offset: first.length - cut })
      }
    })

    it('is read the same in chunks of any size', () => {
      const next = random(3)
      for (const cut of cuts) {
        const file = join(first.subarray(0, first.length - cut), other)
        const { packets, reader } = readAll(file)
        for (const size of [() => 1, () => 16, () => Math.floor(next() ** 3 * 300)]) {
          const again = readAll(file, { size, windowLength: 64 })
          expect(again.packets).toEqual(packets)
          expect(again.reader.issues).toEqual(reader.issues)
        }
      }
    })
  })

  it('is cut itself: three of them, and a cut one at the end', () => {
    const first = capture({}, [60, LAST])
    const second = capture({ le: false }, [61, 50])
    const third = capture({ magic: NANOSECONDS }, [62, 63])
    for (const cut of [1, 2, 3, 4, 11, 30, 57, 60, 77, 80, 89]) {
      for (const other of [1, 5, 30, 49, 53, 65]) {
        const parts = [first.subarray(0, -cut), second.subarray(0, -other), third]
        const { packets, reader } = readAll(join(...parts))
        expect([cut, other, packets.map(({ capturedLength }) => capturedLength)]).toEqual([
          cut,
          other,
          [60, 61, 62, 63],
        ])
        expect(reader.issues).toMatchObject([{ cause: 'joint', records: 2 }])
        expect(reader.issues[0]!.detail).toContain('1 more record is cut like this')
        expect(reader.appended?.files).toBe(2)
        const { reader: cutReader } = readAll(join(...parts).subarray(0, -7))
        expect(cutReader.issues).toMatchObject([{ cause: 'joint', records: 2 }, { kind: 'cut-short' }])
      }
    }
  })

  it('is behind others that are whole', () => {
    const file = join(capture({}, [60]), capture({}, [61, LAST]).subarray(0, -40), capture({ le: false }, [62, 600]))
    const { packets, reader } = readAll(file)
    expect(packets.map(({ capturedLength }) => capturedLength)).toEqual([60, 61, 62, 600])
    expect(reader.appended).toEqual({ files: 2, packetsBefore: 1, offset: 24 + 76 })
    expect(reader.issues).toMatchObject([{ cause: 'joint', records: 1 }])
  })

  it('with pcapng behind ends where that begins', () => {
    const first = capture({}, [60, LAST])
    for (const le of [true, false]) {
      const other = join(shb({ le }), idb({ le }), epb(data(100), { le }), epb(data(300), { le }))
      for (const cut of [4, 5, 23, 40, LAST, LAST + 3, LAST + 15]) {
        const { packets, reader } = readAll(join(first.subarray(0, -cut), other))
        expect([cut, packets.length]).toEqual([cut, 1])
        expect(reader.issues).toMatchObject([
          { kind: 'cut-short', cause: 'joint', offset: 24 + 76 },
          { kind: 'damaged', cause: 'appended', offset: first.length - cut },
        ])
      }
    }
  })

  it('is told where original lengths lie, and where packets are larger than any on Ethernet', () => {
    const odd = join(
      pcapHeader({ snap: 0 }),
      ...[60, 61, 62].map((length) => pcapRecord(SECOND, 1, data(length), { lengths: [length, 0] })),
      pcapRecord(SECOND, 1, data(60_000), { lengths: [60_000, 0] }),
    )
    for (const cut of [1, 3, 17, 100, 59_000]) {
      const { packets, reader } = readAll(join(odd.subarray(0, -cut), capture({}, [40, 41, 42])))
      expect(packets.map(({ capturedLength }) => capturedLength)).toEqual([60, 61, 62, 40, 41, 42])
      expect(reader.issues).toMatchObject([{ cause: 'joint' }])
    }
  })

  it('and more of them than the bound is read as it stands', () => {
    const piece = capture({}, [60, LAST]).subarray(0, -33)
    const file = join(...Array.from({ length: MOST_JOINTS + 10 }, () => piece), capture({}, [60]))
    const { packets, reader } = readAll(file)
    expect(reader.issues[0]).toMatchObject({ cause: 'joint', records: MOST_JOINTS })
    expect(packets.length).toBeGreaterThan(MOST_JOINTS)
  })

  it('in a record larger than the bound is not looked for', () => {
    const large = capture({ snap: 0 }, [60, MOST_LOOKED_THROUGH])
    const { packets, reader } = readAll(join(large.subarray(0, -500), capture({}, [61, 800])))
    expect(packets[1]!.capturedLength).toBe(MOST_LOOKED_THROUGH)
    expect(reader.appended).toBeNull()
    const fitting = capture({ snap: 0 }, [60, MOST_LOOKED_THROUGH - 16])
    expect(bytesOf(join(fitting.subarray(0, -500), capture({}, [61, 800])))).toHaveLength(3)
  })
})

describe('a packet that carries a capture', () => {
  const carried = capture({}, [60, 90], SECOND - 9)
  const file = (payload: Uint8Array, ...rest: Uint8Array[]): Uint8Array =>
    join(pcapHeader(), pcapRecord(SECOND, 1, data(60)), pcapRecord(SECOND, 2, payload), ...rest)
  const next = pcapRecord(SECOND + 60, 3, data(70))
  const payloads: [string, Uint8Array][] = [
    ['all of it', join(data(54), carried)],
    ['its beginning', join(data(54), carried.subarray(0, 80))],
    ['its header at the end', join(data(54), carried.subarray(0, 24))],
    ['a part of its header', join(data(54), carried.subarray(0, 9))],
    ['one byte of it', join(data(54), carried.subarray(0, 1))],
    ['in the other byte order', join(data(54), capture({ le: false, magic: NANOSECONDS }, [300]), data(2))],
    ['as pcapng', join(data(54), shb(), idb(), epb(data(40)))],
    ['many of them', join(data(54), ...Array.from({ length: MOST_TRIED + 4 }, () => carried))],
  ]
  const behind: [string, Uint8Array[], object[]][] = [
    ['other packets', [next, next], []],
    ['the end of the file', [], []],
    ['a record that is cut', [next, next.subarray(0, -5)], [{ kind: 'cut-short' }]],
    ['a record header that is cut', [next.subarray(0, 7)], [{ kind: 'cut-short' }]],
    ['one byte', [next.subarray(0, 1)], [{ kind: 'cut-short' }]],
    ['an appended capture', [capture({ le: false }, [50])], []],
    [
      'an impossible record',
      [pcapRecord(SECOND, 4, data(9), { lengths: [0x7000_0000, 9] }), data(500)],
      [{ kind: 'damaged' }],
    ],
    ['a clock that is set', [pcapRecord(5, 1, data(70)), next], []],
    ['records of zeros', [new Uint8Array(32), next], []],
  ]
  for (const [what, payload] of payloads) {
    it.each(behind)(`${what}, before %s, stays a packet`, (_, rest, issues) => {
      const bytes = file(payload, ...rest)
      const { packets, reader } = readAll(bytes)
      expect(packets[1]).toMatchObject({ bytes: Buffer.from(payload).toString('hex') })
      expect(reader.issues).toHaveLength(issues.length)
      expect(reader.issues).toMatchObject(issues)
      for (const size of [1, 7]) {
        const again = readAll(bytes, { size: () => size })
        expect(again.packets).toEqual(packets)
        expect(again.reader.issues).toEqual(reader.issues)
      }
    })
  }

  it('in the last packet of a file that is cut there is not taken for a capture', () => {
    const bytes = file(join(data(54), carried, data(200)))
    const { packets, reader } = readAll(bytes.subarray(0, -220))
    expect(packets).toHaveLength(1)
    expect(reader.issues).toMatchObject([{ kind: 'cut-short', offset: 24 + 76 }])
    expect(reader.issues[0]!.cause).toBeUndefined()
  })

  it('waits for what follows it, and other packets do not', () => {
    const reader = new CaptureReader()
    const give = (bytes: Uint8Array): boolean => {
      reader.room().set(bytes)
      reader.advance(bytes.length)
      return reader.next()
    }
    expect(give(join(pcapHeader(), pcapRecord(SECOND, 1, data(60))))).toBe(true)
    expect(reader.next()).toBe(false)
    expect(give(pcapRecord(SECOND, 2, join(data(54), carried)))).toBe(false)
    expect(give(next)).toBe(true)
    expect(reader.packet.number).toBe(2)
    expect(reader.next()).toBe(true)
    expect(reader.next()).toBe(false)
    expect(give(pcapRecord(SECOND, 2, join(data(54), carried)))).toBe(false)
    reader.finish()
    expect(reader.next()).toBe(true)
    expect(reader.next()).toBe(false)
    expect([reader.done, reader.issue, reader.packets]).toEqual([true, null, 4])
  })

  it('as many as you like before clocks that are set cost no more than the bound', () => {
    const pair = join(pcapRecord(SECOND, 2, join(data(54), carried, data(20))), pcapRecord(5, 1, data(70)))
    const bytes = join(pcapHeader(), ...Array.from({ length: 2000 }, () => pair))
    const { packets, reader } = readAll(bytes)
    expect(packets).toHaveLength(4000)
    expect(reader.issue).toBeNull()
  })
})

it('every offset and every chunk is survived: file headers in the midst of wild bytes', () => {
  const next = random(11)
  for (let round = 0; round < 150; round++) {
    const parts = Array.from({ length: 12 }, () => {
      const kind: Kind = {
        le: next() < 0.5,
        magic: next() < 0.5 ? MICROSECONDS : NANOSECONDS,
        snap: next() < 0.5 ? 0 : 96,
      }
      const whole = capture(kind, [Math.floor(next() * 90), Math.floor(next() * 90)], Math.floor(next() * 2 ** 32))
      return whole.subarray(Math.floor(next() ** 4 * 30), whole.length - Math.floor(next() ** 2 * 100))
    })
    const bytes = join(pcapHeader({ snap: 0 }), ...parts)
    const { packets, reader } = readAll(bytes)
    const again = feed(bytes, { size: () => 1 + Math.floor(next() * 40), windowLength: 64 })
    expect(again.packets).toBe(packets.length)
    expect(again.issues).toEqual(reader.issues)
  }
})
