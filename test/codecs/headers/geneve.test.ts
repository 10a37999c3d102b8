import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as geneve from '../../../src/codecs/headers/geneve.ts'
import { blocks } from '../../../src/testing/bytes.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

codecLaws<geneve.Header>('geneve', {
  codec: geneve,
  headers: headers.geneve,
  length: (header) => geneve.LENGTH + header.options.length,
  withoutAccessor: ['optionWords'],
  reference: (header) => ({ ...header, optionWords: header.optionsLength / 4 }),
  accessors: ['optionsLength', 'headerLength', 'control', 'critical', 'options'],
  refused: {
    optionsLength: [-4, 2, 256, Number.NaN],
    options: [new Uint8Array(1), new Uint8Array(6), new Uint8Array(256)],
  },
  vectors: [
    {
      what: 'VNI 4097 with a critical option',
      source: 'ovs-geneve-h1.pcap packet 5, by tshark',
      hex: '02406558 00100100 01028001 deadbeef',
      header: {
        version: 0,
        optionsLength: 8,
        flags: geneve.FLAG_C,
        reserved1: 0,
        protocolType: geneve.PROTOCOL_ETHERNET,
        vni: 4097,
        reserved2: 0,
        options: bytesOf('01028001deadbeef'),
      },
    },
    {
      what: 'no options',
      source: 'ovs-geneve-h1.pcap packet 6, by tshark',
      hex: '00006558 00100100',
      header: {
        version: 0,
        optionsLength: 0,
        flags: 0,
        reserved1: 0,
        protocolType: 0x6558,
        vni: 4097,
        reserved2: 0,
        options: new Uint8Array(0),
      },
    },
    {
      what: 'the longest header',
      source: 'RFC 8926 §3.4',
      hex: `3f000800 00000700 ${'0001021e'}${'ff'.repeat(120)} ${'0001021f'}${'ee'.repeat(124)}`,
      header: {
        version: 0,
        optionsLength: 252,
        flags: 0,
        reserved1: 0,
        protocolType: 0x0800,
        vni: 7,
        reserved2: 0,
        options: bytesOf(`0001021e${'ff'.repeat(120)} 0001021f${'ee'.repeat(124)}`),
      },
    },
    {
      what: 'control and reserved bits',
      source: 'RFC 8926 §3.4',
      hex: '00950800 fffffe81',
      header: {
        version: 0,
        optionsLength: 0,
        flags: geneve.FLAG_O,
        reserved1: 0x15,
        protocolType: 0x0800,
        vni: 0xff_fffe,
        reserved2: 0x81,
        options: new Uint8Array(0),
      },
    },
  ],
})

describe('geneve', () => {
  it.each(['40', '80', 'c0'])('refuses version bits %s', (first) => {
    const cursor = new Cursor().reset(viewOf(`${first}006558 00000100`), 0, 8)
    expect(geneve.enter(cursor)).toBe(NONE)
    expect([cursor.fault, cursor.faultAt, cursor.position]).toEqual([Fault.BadVersion, 0, 0])
  })

  it('refuses options that the packet does not hold', () => {
    const cursor = new Cursor().reset(viewOf('02006558 00000100 00000000'), 0, 12)
    expect(geneve.enter(cursor)).toBe(NONE)
    expect([cursor.fault, cursor.needed]).toEqual([Fault.Truncated, 16])
  })

  it('reads control and critical bits', () => {
    const flags = (second: string): boolean[] => {
      const view = viewOf(`00${second}6558 00000100`)
      return [geneve.control(view, 0), geneve.critical(view, 0)]
    }
    expect([flags('80'), flags('40'), flags('3f')]).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ])
  })

  const list: geneve.Option[] = [
    { class: 0x0102, type: 0x80, reserved: 0, data: bytesOf('deadbeef') },
    { class: 0xffff, type: 1, reserved: 7, data: new Uint8Array(0) },
  ]

  it('lists, finds and writes options', () => {
    const view = viewOf('0300 6558 00000100 01028001deadbeef ffff01e0')
    expect(geneve.options(view, 0)).toEqual(list)
    expect(geneve.optionBytes(list)).toEqual(bytesOf('01028001deadbeef ffff01e0'))
    expect(geneve.findOption(view, 0, 0xffff, 1)).toBe(16)
    expect(geneve.findOption(view, 0, 0x0102, 0x80)).toBe(8)
    expect(geneve.findOption(view, 0, 0x0102, 0)).toBe(NONE)
    expect(geneve.findOption(view, 0, 0x0103, 0x80)).toBe(NONE)
  })

  it('stops at an option that is longer than the list', () => {
    const view = viewOf('03006558 00000100 ffff0100 01028002 deadbeef 00000000')
    expect(geneve.options(view, 0)).toEqual([{ class: 0xffff, type: 1, reserved: 0, data: new Uint8Array(0) }])
    expect(geneve.findOption(view, 0, 0x0102, 0x80)).toBe(NONE)
  })

  it('gives back every list of options it wrote', () => {
    const option = fc.record({
      class: fc.nat({ max: 0xffff }),
      type: fc.nat({ max: 0xff }),
      reserved: fc.nat({ max: 7 }),
      data: fc.oneof(blocks(4, 0, 2), blocks(4, 31, 31)),
    })
    fc.assert(
      fc.property(fc.array(option, { maxLength: 1 }), fc.array(option, { maxLength: 1 }), (first, second) => {
        const options = [...first, ...second].filter((_, i) => i === 0 || second[0]!.data.length < 120)
        const view = new DataView(new ArrayBuffer(geneve.LENGTH_MAX))
        geneve.encode(new Cursor().reset(view, 0, geneve.LENGTH_MAX), geneve.header(9, options))
        expect(geneve.options(view, 0)).toEqual(options)
      }),
    )
  })

  it.each([
    ['class', { class: 65536 }],
    ['type', { type: 256 }],
    ['reserved', { reserved: 8 }],
    ['data', { data: new Uint8Array(3) }],
    ['data', { data: new Uint8Array(128) }],
  ])('refuses an option whose %s does not fit', (name, wrong) => {
    expect(() => geneve.optionBytes([{ ...list[0]!, ...wrong }])).toThrow(new RegExp(`option\\.${name}`))
  })

  it('refuses a list beyond 252 bytes', () => {
    const long = { class: 1, type: 1, reserved: 0, data: new Uint8Array(124) }
    expect(() => geneve.optionBytes([long, long])).toThrow(RangeError)
    expect(geneve.optionBytes([long, { ...long, data: new Uint8Array(120) }])).toHaveLength(252)
  })

  it('encodes a length that makes no sense as given', () => {
    const bytes = new Uint8Array(8)
    const header = { ...geneve.header(5), version: 3, optionsLength: 252 }
    geneve.encode(new Cursor().reset(new DataView(bytes.buffer), 0, 8), header)
    expect(bytes).toEqual(bytesOf('ff006558 00000500'))
  })

  it('makes a header that says whether an option is critical', () => {
    expect(geneve.header(5, list)).toEqual({
      version: 0,
      optionsLength: 12,
      flags: geneve.FLAG_C,
      reserved1: 0,
      protocolType: 0x6558,
      vni: 5,
      reserved2: 0,
      options: bytesOf('01028001deadbeef ffff01e0'),
    })
    expect(geneve.header(5, [list[1]!]).flags).toBe(0)
    expect(geneve.header(5).optionsLength).toBe(0)
  })
})
