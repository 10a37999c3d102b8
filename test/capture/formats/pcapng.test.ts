import { describe, expect, test } from 'vitest'
import { MAX_INTERFACES, MAX_OPTION_BYTES, MAX_RECORD_LENGTH, MAX_TEXT } from '../../../src/capture/bounds.ts'
import { NO_TIME } from '../../../src/packet.ts'
import { block, data, END, epb, feed, fields, idb, join, option, readAll, shb } from '../files.ts'

const HEAD = join(shb(), idb())

describe('pcapng', () => {
  for (const le of [true, false]) {
    test(`enhanced packet block, ${le ? 'little' : 'big'}-endian`, () => {
      const file = join(
        shb({ le }),
        idb({ le, link: 276, snap: 96 }),
        epb(data(5), { le, wire: 1500 }),
        epb(data(4, 1), { le, time: 2n ** 64n - 1n }),
      )
      const { packets, reader } = readAll(file)
      const common = { linkType: 276, interfaceId: 0, fcsLength: 0, flags: 0 }
      expect(packets).toEqual([
        {
          ...common,
          number: 1,
          seconds: 1_700_000_000,
          nanoseconds: 123_456_000,
          capturedLength: 5,
          wireLength: 1500,
          bytes: '01080f161d',
        },
        {
          ...common,
          number: 2,
          seconds: 18_446_744_073_709,
          nanoseconds: 551_615_000,
          capturedLength: 4,
          wireLength: 4,
          bytes: '20272e35',
        },
      ])
      expect(reader.format).toBe('pcapng')
      expect(reader.issue).toBeNull()
      expect(reader.interfaces).toMatchObject([{ linkType: 276, snapLength: 96, tsresol: 6, tsoffset: 0, drops: null }])
      expect(reader.sections).toEqual([{ offset: 0, byteOrder: le ? 'little' : 'big', firstInterface: 0 }])
    })

    test(`simple and obsolete packet blocks, ${le ? 'little' : 'big'}-endian`, () => {
      const spb = block(3, join(fields(le, [32, 10]), data(10)), { le })
      const pb = block(
        2,
        join(
          fields(le, [16, 1], [16, 3], [32, 0], [32, 1_500_000], [32, 5], [32, 60]),
          data(8).fill(0, 5),
          option(2, fields(le, [32, 2]), le),
        ),
        { le },
      )
      const file = join(shb({ le }), idb({ le, snap: 6 }), idb({ le, link: 113 }), spb, pb)
      const { packets, reader } = readAll(file)
      expect(packets).toMatchObject([
        {
          number: 1,
          seconds: 0,
          nanoseconds: NO_TIME,
          capturedLength: 6,
          wireLength: 10,
          linkType: 1,
          bytes: '01080f161d24',
        },
        { number: 2, seconds: 1, nanoseconds: 500_000_000, capturedLength: 5, wireLength: 60, linkType: 113, flags: 2 },
      ])
      expect(reader.droppedBetweenPackets).toBe(3)
      expect(reader.issue).toBeNull()
    })

    test(`interface options, ${le ? 'little' : 'big'}-endian`, () => {
      const opts = join(
        option(1, 'first', le),
        option(1, 'second', le),
        option(2, 'eth0', le),
        option(3, 'uplink é', le),
        option(4, [1, 2, 3, 4, 255, 255, 255, 0], le),
        option(9, [0x80 + 10], le),
        option(11, [0, ...new TextEncoder().encode('udp port 4789')], le),
        option(12, 'Linux 6.1', le),
        option(13, [4], le),
        option(14, fields(le, [64, -1_000_000_007]), le),
        option(15, 'virtio', le),
        END,
        // Behind the end marker nothing counts.
        option(2, 'nobody', le),
      )
      const file = join(shb({ le }), idb({ le, opts }), epb(data(1), { le, time: 1_700_000_000n * 1024n + 1n }))
      const { packets, reader } = readAll(file)
      expect(reader.interfaces).toEqual([
        {
          id: 0,
          linkType: 1,
          snapLength: 0,
          tsresol: 0x8a,
          tsoffset: -1_000_000_007,
          fcsLength: 4,
          drops: null,
          received: null,
          name: 'eth0',
          description: 'uplink é',
          filter: 'udp port 4789',
          os: 'Linux 6.1',
          hardware: 'virtio',
          comments: ['first', 'second'],
        },
      ])
      expect(packets).toMatchObject([{ seconds: 699_999_993, nanoseconds: 976_562, fcsLength: 4 }])
    })
  }

  test('sections of either byte order, interfaces numbered through', () => {
    const file = join(
      shb(),
      idb(),
      idb({ link: 113 }),
      epb(data(1), { id: 1 }),
      shb({ le: false, length: 0x7fff }),
      idb({ le: false, link: 101 }),
      epb(data(1), { le: false }),
      shb({ minor: 2 }),
      epb(data(1)),
    )
    const { packets, reader } = readAll(file)
    expect(packets.map(({ number, interfaceId, linkType }) => [number, interfaceId, linkType])).toEqual([
      [1, 1, 113],
      [2, 2, 101],
    ])
    expect(reader.sections.map(({ byteOrder, firstInterface }) => [byteOrder, firstInterface])).toEqual([
      ['little', 0],
      ['big', 2],
      ['little', 3],
    ])
    // The third section has no interface of its own, and those of others are not its.
    expect(reader.issue).toMatchObject({ kind: 'damaged', detail: expect.stringContaining('has 0 interfaces') })
    expect(reader.issue).toMatchObject({ cause: 'blocks', blocks: 1, packets: 1 })
  })

  test('section options', () => {
    const opts = join(option(1, 'note'), option(2, 'x86'), option(3, 'Linux\0junk'), option(4, 'dumpcap'), END)
    expect(readAll(join(shb({ opts }), idb())).reader.sections).toEqual([
      {
        offset: 0,
        byteOrder: 'little',
        firstInterface: 0,
        comments: ['note'],
        hardware: 'x86',
        os: 'Linux',
        application: 'dumpcap',
      },
    ])
  })

  test('packet options: flags, frame check sequence, drop count, comments; no end marker needed', () => {
    const opts = join(
      option(1, 'why'),
      option(2, fields(true, [32, 0x0a01 | (4 << 5)])),
      option(3, [2, 1, 2, 3, 4]),
      option(4, fields(true, [64, 7])),
      option(1, 'because'),
    )
    const comments: string[][] = []
    const file = join(HEAD, epb(data(3)), epb(data(3), { opts }), epb(data(3)))
    const reader = feed(file, { onPacket: (at) => comments.push(at.comments()) })
    expect(comments).toEqual([[], ['why', 'because'], []])
    expect(reader.droppedBetweenPackets).toBe(7)
    expect(reader.droppedByCapture()).toBeNull()
    expect(readAll(file).packets.map(({ flags, fcsLength }) => [flags, fcsLength])).toEqual([
      [0, 0],
      [0x0a81, 4],
      [0, 0],
    ])
  })

  describe('interface statistics', () => {
    const isb = (id: number, opts: Uint8Array) => block(5, join(fields(true, [32, id], [32, 0], [32, 0]), opts))
    const counter = (code: number, value: number | bigint) => option(code, fields(true, [64, value]))
    test('the last value of each counter and interface counts', () => {
      const file = join(
        HEAD,
        idb(),
        idb(),
        isb(0, join(counter(4, 50), counter(5, 1), counter(7, 2))),
        isb(0, join(counter(4, 100), counter(5, 10))),
        isb(2, counter(7, 5)),
        isb(9, counter(7, 1000)),
      )
      const { reader } = readAll(file)
      expect(reader.droppedByCapture()).toBe(17)
      expect(reader.interfaceDrops()).toEqual([
        { interfaceId: 0, dropped: 12 },
        { interfaceId: 1, dropped: null },
        { interfaceId: 2, dropped: 5 },
      ])
      expect(reader.interfaces[0]?.received).toBe(100)
    })
    test('zero is an answer, silence and all ones are none', () => {
      expect(readAll(join(HEAD, isb(0, counter(5, 0)))).reader.droppedByCapture()).toBe(0)
      expect(readAll(join(HEAD, isb(0, counter(4, 9)))).reader.droppedByCapture()).toBeNull()
      expect(readAll(join(HEAD, isb(0, counter(5, -1)))).reader.droppedByCapture()).toBeNull()
    })
    test('sections add up', () => {
      const section = join(HEAD, isb(0, counter(5, 3)))
      expect(readAll(join(section, section)).reader.droppedByCapture()).toBe(6)
    })
  })

  test('name resolution', () => {
    const names = (text: string) => new TextEncoder().encode(text)
    const body = join(
      option(1, join([10, 0, 0, 1], names('vtep-1\0gw\0'))),
      option(2, join(data(16), names('six'))),
      option(7, data(9)),
      option(1, [10, 0]),
      END,
      option(1, join([10, 0, 0, 9], names('late\0'))),
    )
    expect(readAll(join(HEAD, block(4, body))).reader.names).toEqual([
      { address: Uint8Array.of(10, 0, 0, 1), names: ['vtep-1', 'gw'] },
      { address: data(16), names: ['six'] },
    ])
  })

  // Checked one by one with tshark 4.0: which blocks take a frame number there.
  const NUMBERED: [string, number, Uint8Array | number[]][] = [
    ['custom', 0xbad, fields(true, [32, 32473], [32, 7])],
    ['custom without data', 0xbad, fields(true, [32, 32473])],
    ['custom, not to be copied', 0x40000bad, fields(true, [32, 32473], [32, 7])],
    ['custom of Netflix that skips', 0xbad, fields(true, [32, 10949], [32, 2], [32, 1])],
    ['journal', 9, new TextEncoder().encode('__REALTIME_TIMESTAMP=1700000000000000\n')],
    ['sysdig event', 0x204, data(64)],
    ['sysdig event v2', 0x216, data(64)],
    ['sysdig large event v2', 0x221, data(64)],
  ]
  const UNNUMBERED: [string, number, Uint8Array | number[]][] = [
    ['custom of Netflix', 0xbad, fields(true, [32, 10949], [32, 1], [32, 1])],
    ['decryption secrets', 10, data(40)],
    ['sysdig machine', 0x201, data(40)],
    ['sysdig event with flags', 0x208, data(64)],
    ['local use', 0x80000001, data(64)],
    ['unknown', 0x12345, data(3)],
    ['unknown, empty', 0x12346, []],
    ['arinc', 8, data(20)],
  ]
  for (const [list, step] of [
    [NUMBERED, 1],
    [UNNUMBERED, 0],
  ] as const) {
    for (const [name, type, body] of list) {
      test(`${name} block ${step === 1 ? 'takes a number' : 'takes no number'} and is no packet`, () => {
        const { packets, reader } = readAll(join(HEAD, epb(data(1)), block(type, body), epb(data(2))))
        expect(packets.map(({ number }) => number)).toEqual([1, 2 + step])
        expect([reader.packets, reader.nextNumber]).toEqual([2, 3 + step])
      })
    }
  }

  test('numbers run on from an earlier file', () => {
    expect(readAll(join(HEAD, epb(data(1))), { firstNumber: 41 }).packets).toMatchObject([{ number: 41 }])
  })

  test('a block length that is no multiple of four is rounded up, as Wireshark does', () => {
    const odd = epb(data(61), { length: 12 + 20 + 61 })
    expect(readAll(join(HEAD, odd, epb(data(2)))).packets).toHaveLength(2)
    expect(readAll(join(HEAD, block(0x777, data(5), { length: 17 }), epb(data(2)))).packets).toHaveLength(1)
  })

  test('a large unknown block is stepped over without being held', () => {
    const file = join(HEAD, block(0x777, new Uint8Array(3_000_000)), epb(data(2)))
    const { packets, reader } = readAll(file, { windowLength: 4096 })
    expect(packets).toHaveLength(1)
    expect(reader.view.byteLength).toBe(4096)
  })

  test('an interface block larger than what is looked at keeps its first options', () => {
    const opts = join(
      option(2, 'eth0'),
      option(9, [9]),
      ...Array.from({ length: 3 }, () => option(1, 'x'.repeat(40_000))),
    )
    expect(opts.length).toBeGreaterThan(MAX_OPTION_BYTES)
    const { packets, reader } = readAll(join(shb(), idb({ opts }), epb(data(2))), { windowLength: 4096 })
    expect(reader.interfaces).toMatchObject([{ name: 'eth0', tsresol: 9 }])
    expect(packets).toMatchObject([{ seconds: 1_700_000, nanoseconds: 123_456 }])
    expect(reader.view.byteLength).toBeLessThanOrEqual(2 * MAX_OPTION_BYTES)
  })

  test.each([12, 13, 64, 100_000])('%i zeros behind the last block are no blocks', (length) => {
    const before = join(HEAD, epb(data(4)))
    const { packets, reader } = readAll(join(before, new Uint8Array(length)), { windowLength: 4096 })
    expect(packets).toHaveLength(1)
    const detail = `${length} bytes of zeros up to the end`
    expect(reader.issue).toEqual({ kind: 'damaged', offset: before.length, detail, cause: 'zeros' })
  })

  describe('damage ends reading at its record', () => {
    const good = epb(data(4))
    const offset = HEAD.length + good.length
    const cases: [string, Uint8Array, string][] = [
      ['block shorter than a block', fields(true, [32, 0x777], [32, 8], [32, 8]), '8 bytes long'],
      ['zeros', new Uint8Array(64), '0 bytes long'],
      ['lengths differ on a packet', epb(data(4), { trailer: 99 }), '99 behind'],
      ['lengths differ on an unknown block', block(0x777, data(8), { trailer: 99 }), '99 behind'],
      ['lengths differ on an interface', block(1, data(8), { trailer: 99 }), '99 behind'],
      ['contents and lengths', epb(data(4), { id: 1, trailer: 99 }), 'interface 1'],
      ['contents and lengths of a simple packet', block(3, [], { trailer: 99 }), 'less than its fields'],
      ['contents and lengths, too many bytes', epb(data(4), { captured: 65, trailer: 99 }), '65 captured bytes'],
      ['contents, and a length beyond the file', epb(data(4), { id: 1, length: 4000 }), 'interface 1'],
      ['packet block of 4 GiB', epb(data(4), { length: 0xffff_fffc }), '4294967292 bytes'],
      ['packet block over the cap', epb(data(4), { length: MAX_RECORD_LENGTH + 4 }), 'more than the'],
      ['simple packet block of 4 GiB', block(3, data(8), { length: 0xffff_fffc }), '4294967292 bytes'],
      ['section without byte order', block(0x0a0d0d0a, data(16)), 'byte-order magic'],
      ['section of version 2', shb({ major: 2 }), 'version 2.0'],
      [
        'section without fields',
        block(0x0a0d0d0a, fields(true, [32, 0x1a2b3c4d], [16, 1], [16, 0])),
        'section header is',
      ],
    ]
    for (const [name, bytes, detail] of cases) {
      test(name, () => {
        const { packets, reader } = readAll(join(HEAD, good, bytes, good))
        expect(packets).toHaveLength(1)
        expect(reader.issue).toEqual({ kind: 'damaged', offset, detail: expect.stringContaining(detail) })
        expect(reader.done).toBe(true)
        expect(reader.next()).toBe(false)
      })
    }
    test('a simple packet before any interface', () => {
      const { packets, reader } = readAll(join(shb(), block(3, join(fields(true, [32, 4]), data(4)))))
      expect(packets).toEqual([])
      expect(reader.issue).toMatchObject({ kind: 'damaged', offset: 28, cause: 'blocks' })
    })
    test('more interfaces than the bound', () => {
      const one = idb()
      const many = new Uint8Array(one.length * (MAX_INTERFACES + 1))
      for (let at = 0; at < many.length; at += one.length) many.set(one, at)
      const { reader } = readAll(join(shb(), many))
      expect(reader.interfaces).toHaveLength(MAX_INTERFACES)
      expect(reader.issue).toMatchObject({ kind: 'damaged', offset: 28 + one.length * MAX_INTERFACES })
    })
  })

  describe('damage within a block of sound lengths costs that block', () => {
    const good = epb(data(4))
    const offset = HEAD.length + good.length
    const overrun = (code: number): Uint8Array => fields(true, [16, code], [16, 400], [32, 0])
    const cases: [string, Uint8Array, string, packets?: 0][] = [
      ['interface out of range', epb(data(4), { id: 1 }), 'interface 1, but the section has 1 interface'],
      ['interface 4294967295', epb(data(4), { id: 0xffff_ffff }), 'interface 4294967295'],
      ['packet block without fields', block(6, data(8)), 'less than its fields'],
      ['obsolete packet block without fields', block(2, data(8)), 'less than its fields'],
      ['simple packet block without fields', block(3, []), 'less than its fields'],
      ['more data than the block holds', epb(data(60), { captured: 65 }), '65 captured bytes'],
      ['padding missing', epb(data(60), { captured: 61 }), '61 captured bytes'],
      ['simple packet with more than it holds', block(3, join(fields(true, [32, 61]), data(60))), '61 captured bytes'],
      ['captured 4 GiB', epb(data(4), { captured: 0xffff_ffff }), '4294967295 captured bytes'],
      ['option beyond the packet block', epb(data(4), { opts: overrun(2) }), 'an option of 400 bytes'],
      ['interface block without fields', block(1, data(4)), '16 bytes long', 0],
      ['option beyond the interface block', idb({ opts: overrun(9) }), 'an option of 400 bytes', 0],
      ['option beyond the section header', join(shb({ opts: overrun(4) }), idb()), 'an option of 400 bytes', 0],
      ['statistics block without fields', block(5, data(8)), '20 bytes long', 0],
      ['custom block without an enterprise', block(0xbad, []), 'custom block', 0],
      ['name record beyond its block', block(4, overrun(1)), 'a name record of 400 bytes', 0],
    ]
    for (const [name, bytes, wrong, packets = 1] of cases) {
      const detail = `1 block is left out: block 4 at offset ${offset}: `
      test.each([1, 7, 64, 4096])(`${name}, in pieces of %i bytes`, (size) => {
        const { packets: read, reader } = readAll(join(HEAD, good, bytes, good, good), { size: () => size })
        expect(read.map(({ number, bytes }) => [number, bytes])).toEqual(
          [1, 2, 3].map((number) => [number, '01080f16']),
        )
        expect(reader.issue).toEqual({
          ...{ kind: 'damaged', offset, cause: 'blocks', blocks: 1, packets },
          detail: expect.stringMatching(new RegExp(`^${detail}.*${wrong}`)),
        })
        expect(reader.issues).toEqual([reader.issue])
        expect(reader.done).toBe(true)
      })
    }

    test('a run of them: all are counted, the first five are named', () => {
      const bad = epb(data(4), { id: 9 })
      const { packets, reader } = readAll(join(HEAD, ...Array(2000).fill(bad), good, bad), { windowLength: 4096 })
      expect(packets).toHaveLength(1)
      expect(reader.issue).toMatchObject({ blocks: 2001, packets: 2001 })
      expect(reader.issue?.detail).toMatch(/^2001 blocks are left out: block 3 at .*; block 7 at [^;]*; and 1996 more$/)
    })

    test('numbers of blocks count every kind', () => {
      const other = [block(0x777, data(8)), block(5, fields(true, [32, 0], [64, 0])), block(0xbad, data(8))]
      const { reader } = readAll(join(HEAD, good, ...other, good, epb(data(4), { id: 1 })))
      expect(reader.issue?.detail).toMatch(/block 8 at offset/)
    })

    test('beside an end that is not good, both are told', () => {
      const bad = epb(data(4), { id: 1 })
      const cut = readAll(join(HEAD, bad, good, good.subarray(0, 20))).reader
      expect(cut.issue).toMatchObject({ kind: 'cut-short' })
      expect(cut.issues.map(({ kind, cause }) => [kind, cause])).toEqual([
        ['damaged', 'blocks'],
        ['cut-short', undefined],
      ])
      const damaged = readAll(join(HEAD, bad, good, epb(data(4), { trailer: 99 }), good))
      expect(damaged.packets).toHaveLength(1)
      expect(damaged.reader.issues.map(({ offset }) => offset)).toEqual([48, HEAD.length + bad.length + good.length])
    })

    test('a damaged interface keeps its number, and its packets are left out: their time is not known', () => {
      const broken = idb({ link: 113, opts: join(overrun(2)) })
      const file = join(HEAD, broken, idb({ link: 101 }), epb(data(4), { id: 1 }), epb(data(4), { id: 2 }), good)
      const { packets, reader } = readAll(file)
      expect(packets.map(({ interfaceId, linkType }) => [interfaceId, linkType])).toEqual([
        [2, 101],
        [0, 1],
      ])
      expect(reader.interfaces.map(({ id, isDamaged }) => [id, isDamaged])).toEqual([
        [0, undefined],
        [1, true],
        [2, undefined],
      ])
      expect(reader.issue).toMatchObject({ blocks: 2, packets: 1 })
      expect(reader.issue?.detail).toContain('a packet of interface 1, of which the block is damaged')
    })

    test('what a packet says was lost before it counts only where the packet does', () => {
      const drops = option(4, fields(true, [64, 7]))
      const { reader } = readAll(
        join(HEAD, epb(data(4), { opts: join(drops, overrun(2)) }), epb(data(4), { opts: join(drops, END) })),
      )
      expect(reader.droppedBetweenPackets).toBe(7)
    })
  })

  test('texts beyond the budget of a file read as absent', () => {
    const opts = option(3, 'd'.repeat(60_000))
    const count = Math.ceil(MAX_TEXT / 60_000) + 5
    const { reader } = readAll(join(shb(), ...Array.from({ length: count }, () => idb({ opts }))))
    const kept = reader.interfaces.filter((info) => info.description !== undefined)
    expect(reader.interfaces).toHaveLength(count)
    expect(kept).toHaveLength(Math.floor(MAX_TEXT / 60_000))
  })

  test('an unknown block of 4 GiB that the file does not have is cut short, at its own offset', () => {
    const { packets, reader } = readAll(join(HEAD, epb(data(4)), block(0x777, data(100), { length: 0xffff_fffc })))
    expect(packets).toHaveLength(1)
    expect(reader.issue).toMatchObject({ kind: 'cut-short', offset: HEAD.length + epb(data(4)).length })
  })

  test('the first section header refuses what is no pcapng', () => {
    expect(() => feed(block(0x0a0d0d0a, data(16)))).toThrow(
      expect.objectContaining({ code: 'not-a-capture', offset: 8 }),
    )
    expect(() => feed(shb({ major: 2 }))).toThrow(expect.objectContaining({ code: 'unsupported', offset: 12 }))
    expect(() => feed(shb({ minor: 1 }))).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })
})
