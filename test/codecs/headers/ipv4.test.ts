import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import { Protocol } from '../../../src/codecs/core/protocol.ts'
import * as ipv4 from '../../../src/codecs/headers/ipv4.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

const noWord = [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, -(2 ** 31) - 1]

codecLaws<ipv4.Header>('ipv4', {
  codec: ipv4,
  headers: headers.ipv4,
  length: (header) => ipv4.LENGTH + header.options.length,
  withoutAccessor: ['ihl', 'fragmentBlocks'],
  reference: (header) => ({ ...header, ihl: header.headerLength / 4, fragmentBlocks: header.fragmentOffset / 8 }),
  accessors: [
    'headerLength',
    'fragmentOffset',
    'dontFragment',
    'moreFragments',
    'isFragment',
    'optionsLength',
    'options',
  ],
  refused: {
    headerLength: [-4, 21, 22, 64, Number.NaN],
    fragmentOffset: [-8, 4, 65536, Number.NaN],
    source: noWord,
    destination: noWord,
    options: [new Uint8Array(1), new Uint8Array(6), new Uint8Array(44)],
  },
  vectors: [
    {
      what: 'the outer header of a VXLAN datagram',
      source: 'fault-healthy-h1.pcap packet 45, by tshark',
      hex: '4500006e 89580000 4011c85c 0a000a65 0a000a66',
      header: {
        version: 4,
        headerLength: 20,
        dscp: 0,
        ecn: 0,
        totalLength: 110,
        identification: 35160,
        flags: 0,
        fragmentOffset: 0,
        timeToLive: 64,
        protocol: Protocol.Udp,
        checksum: 0xc85c,
        source: 0x0a000a65,
        destination: 0x0a000a66,
        options: new Uint8Array(0),
      },
    },
    {
      what: 'an IGMP report with router alert, DSCP 48, DF',
      source: 'kv-mcast-h1.pcap packet 1, by tshark',
      hex: '46c00028 00004000 0102ef94 0a000a65 e0000016 94040000',
      header: {
        version: 4,
        headerLength: 24,
        dscp: 48,
        ecn: 0,
        totalLength: 40,
        identification: 0,
        flags: ipv4.FLAG_DF,
        fragmentOffset: 0,
        timeToLive: 1,
        protocol: Protocol.Igmp,
        checksum: 0xef94,
        source: 0x0a000a65,
        destination: 0xe0000016,
        options: bytesOf('94040000'),
      },
    },
    {
      what: 'the last fragment of an outer datagram',
      source: 'mtu-frag-h1.pcap packet 8, by tshark',
      hex: '45000046 549900b9 4011fc8a 0a000a65 0a000a66',
      header: {
        version: 4,
        headerLength: 20,
        dscp: 0,
        ecn: 0,
        totalLength: 70,
        identification: 21657,
        flags: 0,
        fragmentOffset: 1480,
        timeToLive: 64,
        protocol: Protocol.Udp,
        checksum: 0xfc8a,
        source: 0x0a000a65,
        destination: 0x0a000a66,
        options: new Uint8Array(0),
      },
    },
    {
      what: 'every field at its largest',
      source: 'RFC 791 §3.1',
      hex: '45ffffff ffffffff ffffffff ffffffff ffffffff',
      header: {
        version: 4,
        headerLength: 20,
        dscp: 63,
        ecn: ipv4.Ecn.Ce,
        totalLength: 65535,
        identification: 65535,
        flags: 7,
        fragmentOffset: 65528,
        timeToLive: 255,
        protocol: 255,
        checksum: 65535,
        source: 0xffff_ffff,
        destination: 0xffff_ffff,
        options: new Uint8Array(0),
      },
    },
  ],
})

const HEADER = '45000018 00010000 40110000 0a000001 0a000002'

function entered(hex: string, wireExtra = 0): { cursor: Cursor; at: number } {
  const view = viewOf(hex)
  const cursor = new Cursor().reset(view, 0, view.byteLength, view.byteLength + wireExtra)
  return { cursor, at: ipv4.enter(cursor) }
}

describe('ipv4', () => {
  it('accepts of all first bytes those of version 4 with five words or more, and of all lengths those that hold the header', () => {
    const view = new DataView(new ArrayBuffer(100))
    const cursor = new Cursor()
    for (let first = 0; first < 256; first++) {
      for (const total of [0, 19, 20, 21, 59, 60, 61, 99, 100, 101, 0xffff]) {
        view.setUint8(0, first)
        view.setUint16(2, total)
        const length = (first & 15) * 4
        const fault =
          first >> 4 !== 4
            ? Fault.BadVersion
            : length < 20
              ? Fault.BadHeaderLength
              : total > 0 && total < length
                ? Fault.LengthTooSmall
                : Fault.None
        // 90 bytes captured of 100, so that a total length may end in front of the cut, behind it, and behind the packet.
        cursor.reset(view, 0, 90, 100)
        expect(ipv4.enter(cursor), `${first} ${total}`).toBe(fault === Fault.None ? 0 : NONE)
        const wireEnd = fault === Fault.None && total > 0 && total <= 100 ? total : 100
        expect([cursor.fault, cursor.position, cursor.end, cursor.wireEnd], `${first} ${total}`).toEqual(
          fault === Fault.None ? [fault, length, Math.min(90, wireEnd), wireEnd] : [fault, 0, 90, 100],
        )
      }
    }
  })

  it('takes both bytes of the total length', () => {
    const view = viewOf(HEADER.replace('0018', '2014'))
    const cursor = new Cursor().reset(view, 0, 20, 9000)
    expect([ipv4.enter(cursor), cursor.end, cursor.wireEnd]).toEqual([0, 20, 0x2014])
  })

  it('narrows the window to the total length, so that padding falls away', () => {
    const { cursor, at } = entered(`${HEADER} 01020304 0000`)
    expect([at, cursor.position, cursor.end, cursor.wireEnd]).toEqual([0, 20, 24, 24])
  })

  it('keeps the end of what was captured where the snap length cut the payload', () => {
    const { cursor } = entered(`${HEADER} 0102`, 10)
    expect([cursor.position, cursor.end, cursor.wireEnd]).toEqual([20, 22, 24])
  })

  it('leaves the window as it is when the total length exceeds it', () => {
    const { cursor, at } = entered(`${HEADER} 0102`)
    expect([at, cursor.end, cursor.wireEnd]).toEqual([0, 22, 22])
  })

  it('reads to the end of the frame when the total length is 0 (TSO)', () => {
    const { cursor, at } = entered(`${HEADER.replace('0018', '0000')} 01020304 05060708`)
    expect([at, cursor.position, cursor.end, cursor.wireEnd]).toEqual([0, 20, 28, 28])
  })

  it.each([
    ['version 6', HEADER.replace('45', '65'), Fault.BadVersion, 0],
    ['IHL 4', HEADER.replace('45', '44'), Fault.BadHeaderLength, 0],
    ['IHL 0', HEADER.replace('45', '40'), Fault.BadHeaderLength, 0],
    ['a total length less than the header', HEADER.replace('0018', '0013'), Fault.LengthTooSmall, 0],
    ['options beyond the packet', HEADER.replace('45', '46'), Fault.Truncated, 24],
  ])('refuses %s', (_what, hex, fault, needed) => {
    const { cursor, at } = entered(hex)
    expect([at, cursor.fault, cursor.faultAt, cursor.position, cursor.needed]).toEqual([NONE, fault, 0, 0, needed])
    expect([cursor.end, cursor.wireEnd], 'a refusal narrows nothing').toEqual([20, 20])
  })

  it('accepts a total length of just the header', () => {
    const { cursor, at } = entered(`${HEADER.replace('0018', '0014')} 0000`)
    expect([at, cursor.position, cursor.end]).toEqual([0, 20, 20])
  })

  it.each([
    ['4000', true, false, 0, false],
    ['2000', false, true, 0, true],
    ['20b9', false, true, 1480, true],
    ['00b9', false, false, 1480, true],
    ['8000', false, false, 0, false],
    ['1fff', false, false, 65528, true],
  ])('reads flags and offset %s', (word, dont, more, offset, fragment) => {
    const view = viewOf(HEADER.replace('00010000', `0001${word}`))
    expect([
      ipv4.dontFragment(view, 0),
      ipv4.moreFragments(view, 0),
      ipv4.fragmentOffset(view, 0),
      ipv4.isFragment(view, 0),
    ]).toEqual([dont, more, offset, fragment])
  })

  it('keeps addresses signed in accessors, unsigned in decode, and encodes either', () => {
    const view = viewOf('45000014 00000000 40110000 c0a80001 e0000016')
    expect([ipv4.source(view, 0), ipv4.destination(view, 0)]).toEqual([0xc0a80001 | 0, 0xe0000016 | 0])
    const header = ipv4.decode(view, 0)
    expect([header.source, header.destination]).toEqual([0xc0a80001, 0xe0000016])
    const again = new Uint8Array(20)
    ipv4.encode(new Cursor().reset(new DataView(again.buffer), 0, 20), { ...header, source: ipv4.source(view, 0) })
    expect(again).toEqual(new Uint8Array(view.buffer))
  })

  it('lists and finds options up to the end of the list', () => {
    const view = viewOf('48000020 00000000 40110000 0a000001 0a000002 01 94040000 0703ff 00 940401')
    expect(ipv4.options(view, 0)).toEqual([
      { type: ipv4.OptionType.NoOperation, data: bytesOf('') },
      { type: ipv4.OptionType.RouterAlert, data: bytesOf('0000') },
      { type: ipv4.OptionType.RecordRoute, data: bytesOf('ff') },
    ])
    expect(ipv4.findOption(view, 0, ipv4.OptionType.RecordRoute)).toBe(25)
    expect(ipv4.findOption(view, 0, ipv4.OptionType.Timestamp)).toBe(NONE)
    expect(ipv4.optionsLength(view, 0)).toBe(12)
  })

  it('encodes a length that makes no sense as given', () => {
    const bytes = new Uint8Array(20)
    const header = { ...ipv4.header({ source: 1, destination: 2, protocol: 17 }), version: 15, headerLength: 60 }
    ipv4.encode(new Cursor().reset(new DataView(bytes.buffer), 0, 20), header)
    expect(bytes).toEqual(bytesOf('ff000014 00000000 40110000 00000001 00000002'))
  })

  it('makes a header whose lengths follow from its options', () => {
    expect(ipv4.header({ source: 1, destination: 2, protocol: Protocol.Igmp, options: bytesOf('94040000') })).toEqual({
      version: 4,
      headerLength: 24,
      dscp: 0,
      ecn: 0,
      totalLength: 24,
      identification: 0,
      flags: 0,
      fragmentOffset: 0,
      timeToLive: 64,
      protocol: 2,
      checksum: 0,
      source: 1,
      destination: 2,
      options: bytesOf('94040000'),
    })
    expect(ipv4.header({ source: 1, destination: 2, protocol: 17, timeToLive: 9 })).toMatchObject({
      headerLength: 20,
      totalLength: 20,
      timeToLive: 9,
    })
  })
})

describe('the final destination of a source route', () => {
  /** Offset of the last address behind the options, `NONE` without one. */
  const final = (options: string): number => {
    const words = 5 + bytesOf(options).length / 4
    return ipv4.finalDestination(
      viewOf(`4${words.toString(16)}000000 00000000 40110000 0a000001 0a000002 ${options}`),
      0,
    )
  }

  it('is the last address of the route, loose or strict, until the pointer has passed it (RFC 791 §3.1)', () => {
    expect(final('83 0b 04 0a000008 0a000009 00')).toBe(20 + 3 + 4)
    expect(final('01 89 0f 08 0a000007 0a000008 0a000009')).toBe(20 + 4 + 8)
    expect(final('83 0b 08 0a000008 0a000009 00')).toBe(20 + 3 + 4)
    expect(final('83 0b 0c 0a000008 0a000009 00')).toBe(NONE)
    expect(final('83 07 04 0a000009 00')).toBe(20 + 3)
  })

  it('is not there without a route, or in one that names nobody', () => {
    expect(final('94 04 0000')).toBe(NONE)
    expect(final('83 03 04 00')).toBe(NONE)
    // Record route has the same form, and leads nowhere.
    expect(final('07 07 04 0a000009 00')).toBe(NONE)
    expect(final('83 02 0a00')).toBe(NONE)
    expect(final('83 02 00 00 0a000009')).toBe(NONE)
  })
})
