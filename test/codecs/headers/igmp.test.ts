import { describe, expect, it } from 'vitest'
import { parseIpv4 } from '../../../src/codecs/core/address.ts'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { NONE } from '../../../src/codecs/core/fault.ts'
import * as igmp from '../../../src/codecs/headers/igmp.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

const NO_WORDS = [-0x8000_0001, 0x1_0000_0000, 0.5, Number.NaN]

/** kv-mcast-h1, packet 1: the whole IP payload. */
const JOIN = '2200 e9fb 0000 0001 04 00 0000 ef010101'

codecLaws('igmp', {
  codec: igmp,
  headers: headers.igmp,
  refused: { group: NO_WORDS },
  accessors: ['groupRecords'],
  vectors: [
    {
      what: 'a version 2 report for 239.1.1.1',
      source: 'RFC 2236 §2; checksum by hand: 1600 + ef01 + 0101 = 10602, folded 0603, complement f9fc',
      hex: '16 00 f9fc ef010101',
      header: { type: igmp.Type.MembershipReportV2, maxResponseTime: 0, checksum: 0xf9fc, group: 0xef010101 },
    },
    {
      what: 'the head of a version 3 report',
      source: 'lab kv-mcast-h1, packet 1, by tshark',
      hex: '22 00 e9fb 0000 0001',
      header: { type: igmp.Type.MembershipReportV3, maxResponseTime: 0, checksum: 0xe9fb, group: 1 },
    },
  ],
})

codecLaws<igmp.GroupRecord>('igmp group record', {
  codec: {
    LAYOUT: igmp.RECORD_LAYOUT,
    enter: igmp.enterRecord,
    decode: igmp.decodeRecord,
    encode: igmp.encodeRecord,
  },
  headers: headers.igmpRecord,
  length: ({ sources, auxiliary }) => 8 + 4 * sources.length + auxiliary.length,
  withoutAccessor: ['type', 'auxiliaryWords', 'sourceCount', 'group'],
  reference: ({ type, group, sources, auxiliary }) => ({
    type,
    group,
    sourceCount: sources.length,
    auxiliaryWords: auxiliary.length / 4,
  }),
  refused: {
    group: NO_WORDS,
    sources: [[0, -0x8000_0001], [2 ** 32], [0.5]],
    auxiliary: [new Uint8Array(3), new Uint8Array(1024)],
  },
  vectors: [
    {
      what: 'the join of a VTEP to 239.1.1.1',
      source: 'lab kv-mcast-h1, packet 1, by tshark',
      hex: '04 00 0000 ef010101',
      header: { type: igmp.RecordType.ChangeToExclude, group: 0xef010101, sources: [], auxiliary: new Uint8Array(0) },
    },
    {
      what: 'two sources and a word of auxiliary data',
      source: 'RFC 3376 §4.2',
      hex: '05 01 0002 e8000001 c0000201 c0000202 deadbeef',
      header: {
        type: igmp.RecordType.AllowNewSources,
        group: 0xe8000001,
        sources: [parseIpv4('192.0.2.1'), parseIpv4('192.0.2.2')],
        auxiliary: bytesOf('deadbeef'),
      },
    },
  ],
})

codecLaws<igmp.QueryTail>('igmp version 3 query', {
  codec: {
    LAYOUT: igmp.QUERY_LAYOUT,
    enter: igmp.enterQueryTail,
    decode: igmp.decodeQueryTail,
    encode: igmp.encodeQueryTail,
  },
  headers: headers.igmpQueryTail,
  length: ({ sources }) => 4 + 4 * sources.length,
  withoutAccessor: ['reserved', 'suppress', 'robustness', 'interval', 'sourceCount'],
  reference: ({ sources, ...fixed }) => ({ ...fixed, sourceCount: sources.length }),
  refused: { sources: [[0, -0x8000_0001], [2 ** 32], [0.5]] },
  vectors: [
    {
      what: 'robustness 2, every 125 s',
      source: 'RFC 3376 §4.1',
      hex: '02 7d 0000',
      header: { reserved: 0, suppress: 0, robustness: 2, interval: 125, sources: [] },
    },
    {
      what: 'every bit field, one source',
      source: 'RFC 3376 §4.1',
      hex: 'ad 80 0001 c0000201',
      header: { reserved: 10, suppress: 1, robustness: 5, interval: 0x80, sources: [0xc0000201] },
    },
  ],
})

describe('igmp', () => {
  it('walks the version 3 report of a VTEP', () => {
    const view = viewOf(`00 ${JOIN}`)
    const cursor = new Cursor().reset(view, 1, view.byteLength)
    const at = igmp.enter(cursor)
    expect([igmp.type(view, at), igmp.groupRecords(view, at)]).toEqual([igmp.Type.MembershipReportV3, 1])
    const record = igmp.enterRecord(cursor)
    expect([igmp.recordType(view, record), igmp.recordSources(view, record)]).toEqual([4, 0])
    expect(igmp.recordGroup(view, record)).toBe(0xef010101 | 0)
    expect(igmp.recordLength(view, record)).toBe(8)
    expect(igmp.enterRecord(cursor)).toBe(NONE)
  })

  it('gives the sources of a record', () => {
    const view = viewOf('05 01 0002 e8000001 c0000201 c0000202 deadbeef')
    expect([igmp.recordSource(view, 0, 0), igmp.recordSource(view, 0, 1)]).toEqual([0xc0000201 | 0, 0xc0000202 | 0])
    expect(igmp.recordLength(view, 0)).toBe(20)
  })

  it('takes counts above half their range for what they are', () => {
    expect(igmp.groupRecords(viewOf('2200 0000 0000 ffff'), 0)).toBe(0xffff)
    const view = viewOf(`04 ff 8000 ef010101 ${'00'.repeat(4 * 0x80ff)}`)
    expect(igmp.recordLength(view, 0)).toBe(view.byteLength)
    expect(igmp.decodeRecord(view, 0).sources.length).toBe(0x8000)
    expect(igmp.decodeRecord(view, 0).auxiliary.length).toBe(4 * 0xff)
  })

  it.each([
    [0, 0],
    [100, 100],
    [127, 127],
    [0x80, 128],
    [0x8f, 248],
    [0x90, 256],
    [0xff, 31744],
  ])('reads response time code %i as %i tenths of a second (RFC 3376 §4.1.1)', (code, tenths) => {
    expect(igmp.maxResponseDeciseconds(code)).toBe(tenths)
  })
})

describe('igmp counts of sources', () => {
  const many = Array.from({ length: 65_536 }, () => 0)
  const room = (): Cursor => new Cursor().reset(new DataView(new ArrayBuffer(300_000)), 0, 300_000)

  it('fit 16 bits, or nothing is written', () => {
    const record = { type: 1, group: 0, sources: many, auxiliary: new Uint8Array(0) }
    const tail = { reserved: 0, suppress: 0, robustness: 0, interval: 0, sources: many }
    for (const encode of [
      (cursor: Cursor) => igmp.encodeRecord(cursor, record),
      (cursor: Cursor) => igmp.encodeQueryTail(cursor, tail),
    ]) {
      const cursor = room()
      expect(() => encode(cursor)).toThrow(/sources\.length/)
      expect(cursor.position).toBe(0)
    }
    const cursor = room()
    igmp.encodeRecord(cursor, { ...record, sources: many.slice(1) })
    expect(igmp.recordSources(cursor.view, 0)).toBe(65_535)
  })
})
