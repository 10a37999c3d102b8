import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import { optionBytes } from '../../../src/codecs/core/options.ts'
import * as tcp from '../../../src/codecs/headers/tcp.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

/** The SYN of fault-healthy-h1.pcap, packet 45. */
const SYN = 'df1c1389 eba2ca89 00000000 a002fd5c 0ac10000 02040582 0402 080a19e0ac0a00000000 01 03030a'
/** A duplicate reported: fault-dup-h2.pcap, packet 139. */
const D_SACK = '1389b34e 7950476a 29bb071b b0100043 b8740000 0101 080a72026f93bfda57eb 0101 050a29bad5f529badb6b'
/** Two gaps, no duplicate: fault-corrupt-nocsum-h1.pcap, packet 129. */
const SACK =
  '1389b362 438664d5 b4325d60 d0100049 12550000 0101 080a3a82deb61b4af485 0101 0512b4327338b43278aeb432684cb4326dc2'

const laws = {
  headers: headers.tcp,
  length: (header: tcp.Header) => tcp.LENGTH + header.options.length,
  withoutAccessor: ['dataOffset'],
  reference: (header: tcp.Header) => ({ ...header, dataOffset: header.headerLength / 4 }),
  accessors: ['headerLength'],
  refused: {
    headerLength: [-4, 21, 64, Number.NaN],
    options: [new Uint8Array(1), new Uint8Array(6), new Uint8Array(44)],
  },
}

codecLaws<tcp.Header>('tcp, entered whole', {
  ...laws,
  codec: { ...tcp, enter: tcp.enterWhole },
  vectors: [
    {
      what: 'a SYN with five options',
      source: 'fault-healthy-h1.pcap packet 45, by tshark',
      hex: SYN,
      header: {
        sourcePort: 57116,
        destinationPort: 5001,
        sequence: 3953314441,
        acknowledgment: 0,
        headerLength: 40,
        reserved: 0,
        flags: tcp.FLAG_SYN,
        window: 64860,
        checksum: 0x0ac1,
        urgentPointer: 0,
        options: bytesOf('020405820402080a19e0ac0a000000000103030a'),
      },
    },
    {
      what: 'an acknowledgment with D-SACK',
      source: 'fault-dup-h2.pcap packet 139, by tshark',
      hex: D_SACK,
      header: {
        sourcePort: 5001,
        destinationPort: 45902,
        sequence: 2035304298,
        acknowledgment: 700122907,
        headerLength: 44,
        reserved: 0,
        flags: tcp.FLAG_ACK,
        window: 67,
        checksum: 0xb874,
        urgentPointer: 0,
        options: bytesOf('0101080a72026f93bfda57eb0101050a29bad5f529badb6b'),
      },
    },
    {
      what: 'each flag and reserved bit in its place',
      source: 'RFC 9293 §3.1',
      hex: '00010002 00000003 00000004 5ad1 0005 0006 0007',
      header: {
        sourcePort: 1,
        destinationPort: 2,
        sequence: 3,
        acknowledgment: 4,
        headerLength: 20,
        reserved: 0b1010,
        flags: tcp.FLAG_CWR | tcp.FLAG_ECE | tcp.FLAG_ACK | tcp.FLAG_FIN,
        window: 5,
        checksum: 6,
        urgentPointer: 7,
        options: new Uint8Array(0),
      },
    },
  ],
})

function enteredWith(hex: string, captured: number, wire: number, enter = tcp.enter): { at: number; cursor: Cursor } {
  const view = viewOf(hex)
  const cursor = new Cursor().reset(view, 0, captured, wire)
  return { at: enter(cursor), cursor }
}

describe('tcp.enter', () => {
  it('goes on over options that only the snap length cut, and keeps the wire length of the payload', () => {
    for (let captured = 20; captured <= 40; captured++) {
      const { at, cursor } = enteredWith(SYN, captured, 50)
      expect([at, cursor.position, cursor.end, cursor.wireEnd - cursor.position]).toEqual([0, 40, captured, 10])
    }
  })

  it('leaves a cursor that refuses the next header as not captured', () => {
    const { cursor } = enteredWith(SYN, 30, 60)
    expect(tcp.enter(cursor)).toBe(NONE)
    expect([cursor.fault, cursor.needed]).toEqual([Fault.NotCaptured, 20])
  })

  it.each([
    ['a fixed part that is not on the wire', SYN, 19, 19, Fault.Truncated, 20],
    ['a fixed part that was not captured', SYN, 19, 40, Fault.NotCaptured, 20],
    ['options beyond the packet', SYN, 39, 39, Fault.Truncated, 40],
    ['options beyond the packet, cut as well', SYN, 30, 39, Fault.Truncated, 40],
    ['a data offset of 4', SYN.replace('a002', '4002'), 40, 40, Fault.BadHeaderLength, 0],
    ['a data offset of 0', SYN.replace('a002', '0002'), 40, 40, Fault.BadHeaderLength, 0],
  ])('refuses %s', (_what, hex, captured, wire, fault, needed) => {
    const { at, cursor } = enteredWith(hex, captured, wire)
    expect([at, cursor.fault, cursor.faultAt, cursor.position, cursor.needed]).toEqual([NONE, fault, 0, 0, needed])
  })

  it('refuses cut options when entered whole', () => {
    const { at, cursor } = enteredWith(SYN, 39, 60, tcp.enterWhole)
    expect([at, cursor.fault, cursor.position, cursor.needed]).toEqual([NONE, Fault.NotCaptured, 0, 40])
  })

  it('is total on wild bytes, options included, and reads nothing behind the captured end', () => {
    let options = 0
    const wild = fc.record({
      bytes: fc.uint8Array({ minLength: 20, maxLength: 64, size: 'max' }),
      words: fc.integer({ min: 5, max: 15 }),
      kind: fc.constantFrom(2, 3, 4, 5, 8),
    })
    fc.assert(
      fc.property(wild, ({ bytes, words, kind }) => {
        bytes[12] = words << 4
        if (bytes.length > 21) bytes.set([kind, bytes[21]! % 20], 20)
        const read = (trail: number, dirt: number): unknown => {
          const around = new Uint8Array(bytes.length + trail).fill(dirt)
          around.set(bytes)
          const view = new DataView(around.buffer)
          const end = bytes.length
          if (tcp.enter(new Cursor().reset(view, 0, end, 100)) !== 0) throw new Error('refused')
          const stamps = tcp.timestamps(view, 0, end)
          const sack = tcp.sack(view, 0, end)
          const edges: number[] = []
          if (sack !== NONE) {
            for (let i = 0; i < tcp.sackBlocks(view, sack); i++) {
              edges.push(tcp.sackLeft(view, sack, i), tcp.sackRight(view, sack, i))
            }
          }
          const list = tcp.options(view, 0, end)
          options += list.length
          return [
            tcp.decode(view, 0, end),
            list,
            tcp.maximumSegmentSize(view, 0, end),
            tcp.windowScale(view, 0, end),
            tcp.sackPermitted(view, 0, end),
            stamps === NONE ? [] : [tcp.timestampValue(view, stamps), tcp.timestampEcho(view, stamps)],
            edges,
            tcp.duplicateSack(view, 0, end),
          ]
        }
        expect(read(30, 0xff)).toEqual(read(0, 0))
        expect(read(30, 0x05)).toEqual(read(0, 0))
      }),
      { numRuns: 500 },
    )
    expect(options).toBeGreaterThan(0)
  })
})

describe('tcp options', () => {
  it('reads those of a SYN', () => {
    const view = viewOf(SYN)
    const stamps = tcp.timestamps(view, 0, 40)
    expect([
      tcp.maximumSegmentSize(view, 0, 40),
      tcp.sackPermitted(view, 0, 40),
      tcp.windowScale(view, 0, 40),
      tcp.timestampValue(view, stamps),
      tcp.timestampEcho(view, stamps),
      tcp.sack(view, 0, 40),
    ]).toEqual([1410, true, 10, 434154506, 0, NONE])
    expect(tcp.options(view, 0, 40).map((option) => option.type)).toEqual([2, 4, 8, 1, 3])
    expect(optionBytes(tcp.options(view, 0, 40))).toEqual(tcp.decode(view, 0).options)
  })

  it('finds none in a header without options, whatever follows', () => {
    const view = viewOf(`${SYN.replace('a002', '5002')}`)
    expect([
      tcp.maximumSegmentSize(view, 0, 40),
      tcp.windowScale(view, 0, 40),
      tcp.sackPermitted(view, 0, 40),
      tcp.timestamps(view, 0, 40),
      tcp.sack(view, 0, 40),
      tcp.duplicateSack(view, 0, 40),
    ]).toEqual([NONE, NONE, false, NONE, NONE, false])
    expect(tcp.decode(view, 0).options).toEqual(new Uint8Array(0))
  })

  it('sees an option once all of it is captured', () => {
    const view = viewOf(SYN)
    const first = (seen: (end: number) => boolean): number => {
      let end = 20
      while (!seen(end)) end++
      return end
    }
    expect(first((end) => tcp.maximumSegmentSize(view, 0, end) !== NONE)).toBe(24)
    expect(first((end) => tcp.sackPermitted(view, 0, end))).toBe(26)
    expect(first((end) => tcp.timestamps(view, 0, end) !== NONE)).toBe(36)
    expect(first((end) => tcp.windowScale(view, 0, end) !== NONE)).toBe(40)
    expect(tcp.decode(view, 0, 26).options).toEqual(bytesOf('020405820402'))
  })

  it('takes an option of the wrong length for none', () => {
    const view = viewOf('00010002 00000003 00000004 8002 0005 0006 0007 02030f 030400 00 040300 0000')
    expect([tcp.maximumSegmentSize(view, 0, 32), tcp.windowScale(view, 0, 32), tcp.sackPermitted(view, 0, 32)]).toEqual(
      [NONE, NONE, false],
    )
  })

  it('reads SACK blocks', () => {
    const view = viewOf(SACK)
    const option = tcp.sack(view, 0, 52)
    expect(tcp.sackBlocks(view, option)).toBe(2)
    expect([0, 1].map((i) => [tcp.sackLeft(view, option, i), tcp.sackRight(view, option, i)])).toEqual([
      [3023205176, 3023206574],
      [3023202380, 3023203778],
    ])
    expect(tcp.duplicateSack(view, 0, 52)).toBe(false)
  })

  it('recognises a duplicate below the acknowledgment, as tshark does', () => {
    const view = viewOf(D_SACK)
    const option = tcp.sack(view, 0, 44)
    expect([tcp.sackLeft(view, option, 0), tcp.sackRight(view, option, 0)]).toEqual([700110325, 700111723])
    expect(tcp.duplicateSack(view, 0, 44)).toBe(true)
  })

  const withBlocks = (acknowledgment: number, ...edges: number[]): DataView => {
    const data = new Uint8Array(4 * edges.length)
    for (const [i, edge] of edges.entries()) new DataView(data.buffer).setUint32(4 * i, edge)
    const options = optionBytes([{ type: tcp.OptionKind.Sack, data }])
    const view = new DataView(new ArrayBuffer(60))
    const header = tcp.header({ sourcePort: 1, destinationPort: 2, acknowledgment, options })
    tcp.encode(new Cursor().reset(view, 0, 60), header)
    return view
  }

  it.each([
    ['the first block within the second (RFC 2883 §4.1.2 form)', 3000, [4500, 5000, 4000, 6000], true],
    ['the first block equal to the second', 3000, [4000, 6000, 4000, 6000], true],
    ['the first block beyond the second', 3000, [4500, 6500, 4000, 6000], false],
    ['the first block before the second', 3000, [3500, 5000, 4000, 6000], false],
    ['a gap just above the acknowledgment', 3000, [3000, 4000], false],
    ['a block that wraps, above the acknowledgment', 0xffff_ff00, [0x10, 0x20], false],
    ['a block that lies below across the wrap', 0x10, [0xffff_ff00, 0xffff_ff80], true],
    ['no block at all', 3000, [], false],
  ])('duplicate or not: %s', (_what, acknowledgment, edges, duplicate) => {
    expect(tcp.duplicateSack(withBlocks(acknowledgment, ...edges), 0, 60)).toBe(duplicate)
  })

  it('names each control bit, from FIN up', () => {
    const { FLAG_FIN, FLAG_SYN, FLAG_RST, FLAG_PSH, FLAG_ACK, FLAG_URG, FLAG_ECE, FLAG_CWR } = tcp
    expect([FLAG_FIN, FLAG_SYN, FLAG_RST, FLAG_PSH, FLAG_ACK, FLAG_URG, FLAG_ECE, FLAG_CWR]).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => 1 << bit),
    )
  })

  it('compares sequence numbers modulo 2^32', () => {
    expect([tcp.isBefore(1, 2), tcp.isBefore(2, 1), tcp.isBefore(5, 5)]).toEqual([true, false, false])
    expect([tcp.isBefore(0xffff_ffff, 0), tcp.isBefore(0, 0xffff_ffff)]).toEqual([true, false])
  })

  it('encodes a length that makes no sense as given', () => {
    const bytes = new Uint8Array(20)
    const header = { ...tcp.header({ sourcePort: 1, destinationPort: 2 }), headerLength: 8 }
    tcp.encode(new Cursor().reset(new DataView(bytes.buffer), 0, 20), header)
    expect(bytes).toEqual(bytesOf('00010002 00000000 00000000 2010ffff 00000000'))
  })

  it('makes a header whose length follows from its options', () => {
    expect(tcp.header({ sourcePort: 1, destinationPort: 2, options: bytesOf('02040582') })).toEqual({
      sourcePort: 1,
      destinationPort: 2,
      sequence: 0,
      acknowledgment: 0,
      headerLength: 24,
      reserved: 0,
      flags: tcp.FLAG_ACK,
      window: 65535,
      checksum: 0,
      urgentPointer: 0,
      options: bytesOf('02040582'),
    })
  })
})
