import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import * as llc from '../../../src/codecs/link/llc.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws<llc.Header>('llc', {
  codec: llc,
  headers: headers.llc,
  length: (header) => 3 + (header.snap ? 5 : 0) + (header.sequence === undefined ? 0 : 1),
  accessors: ['isSnap', 'headerLength', 'etherType'],
  vectors: [
    {
      what: 'SNAP in front of ARP',
      source: 'RFC 1042; field values by tshark',
      hex: 'aa aa 03 000000 0806',
      header: { dsap: 0xaa, ssap: 0xaa, control: 3, snap: { organization: 0, protocol: 0x0806 } },
    },
    {
      what: 'SNAP of Cisco, discovery protocol',
      source: 'IEEE 802-2014 §9.2',
      hex: 'aa aa 03 00000c 2000',
      header: { dsap: 0xaa, ssap: 0xaa, control: 3, snap: { organization: 0x00000c, protocol: 0x2000 } },
    },
    {
      what: 'spanning tree',
      source: 'IEEE 802.1D; field values by tshark',
      hex: '42 42 03',
      header: { dsap: llc.Sap.SpanningTree, ssap: llc.Sap.SpanningTree, control: llc.CONTROL_UI },
    },
    {
      what: 'an information frame, N(S) 5, N(R) 9, poll',
      source: 'IEEE 802.2 §5.2; field values by tshark',
      hex: 'f0 f1 0a 13',
      header: { dsap: 0xf0, ssap: 0xf1, control: 0x0a, sequence: 0x13 },
    },
    {
      what: 'a supervisory frame on the SNAP access points, which is no SNAP',
      source: 'IEEE 802.2 §5.2',
      hex: 'aa aa 01 02',
      header: { dsap: 0xaa, ssap: 0xaa, control: 1, sequence: 2 },
    },
  ],
})

describe('llc', () => {
  it('names the EtherType of a SNAP extension, and nothing else', () => {
    expect(llc.etherType(viewOf('aaaa03 000000 86dd'), 0)).toBe(0x86dd)
    expect(llc.etherType(viewOf('aaaa03 00000c 2000'), 0)).toBe(0)
    expect(llc.etherType(viewOf('424203 000000 0800'), 0)).toBe(0)
    expect(llc.organization(viewOf('aaaa03 00000c 2000'), 0)).toBe(0x00000c)
    expect(llc.protocol(viewOf('aaaa03 00000c 2000'), 0)).toBe(0x2000)
  })

  it('makes a SNAP header', () => {
    expect(llc.snapHeader(0x0800)).toEqual({
      dsap: 0xaa,
      ssap: 0xaa,
      control: 3,
      snap: { organization: 0, protocol: 0x0800 },
    })
  })

  it.each<[string, llc.Header]>([
    ['llc.sequence', { dsap: 0, ssap: 0, control: 0 }],
    ['llc.sequence', { dsap: 0, ssap: 0, control: 3, sequence: 0 }],
    ['llc.sequence', { dsap: 0, ssap: 0, control: 0, sequence: 256 }],
    ['llc.snap', { dsap: 0xaa, ssap: 0xaa, control: 3 }],
    ['llc.snap', { dsap: 0xaa, ssap: 0xab, control: 3, snap: { organization: 0, protocol: 0 } }],
    ['llc.snap.organization', { dsap: 0xaa, ssap: 0xaa, control: 3, snap: { organization: 2 ** 24, protocol: 0 } }],
    ['llc.snap.protocol', { dsap: 0xaa, ssap: 0xaa, control: 3, snap: { organization: 0, protocol: -1 } }],
  ])('refuses to encode a wrong %s', (name, header) => {
    const bytes = new Uint8Array(16)
    const cursor = new Cursor().reset(new DataView(bytes.buffer), 2, 16)
    expect(() => llc.encode(cursor, header)).toThrow(RangeError)
    expect(() => llc.encode(cursor, header)).toThrow(`${name} `)
    expect([cursor.position, ...bytes]).toEqual([2, ...new Uint8Array(16)])
  })
})
