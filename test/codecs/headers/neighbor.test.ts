import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { NONE } from '../../../src/codecs/core/fault.ts'
import * as neighbor from '../../../src/codecs/headers/neighbor.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

const TARGET = 'fd000090000000000000000000000002'

codecLaws<neighbor.Header>('neighbor', {
  codec: neighbor,
  headers: headers.neighbor,
  vectors: [
    {
      what: 'who has fd00:90::2',
      source: 'kv-v6-h1.pcap packet 15, by tshark',
      hex: TARGET,
      header: { target: bytesOf(TARGET) },
    },
  ],
})

const { SourceLinkLayerAddress, TargetLinkLayerAddress, Mtu } = neighbor.OptionType

describe('neighbor', () => {
  it('reads the target word by word', () => {
    const view = viewOf(TARGET)
    expect([0, 1, 2, 3].map((i) => neighbor.targetWord(view, 0, i) >>> 0)).toEqual([0xfd000090, 0, 0, 2])
  })

  it('finds the link-layer address of an advertisement (kv-v6-h1.pcap packet 16)', () => {
    const view = viewOf(`ff${TARGET} 0201 02bb00000002`)
    expect(neighbor.linkLayerAddress(view, 1, 25, TargetLinkLayerAddress)).toBe(19)
    expect(neighbor.linkLayerAddress(view, 1, 25, SourceLinkLayerAddress)).toBe(NONE)
    expect(neighbor.options(view, 1, 25)).toEqual([{ type: TargetLinkLayerAddress, data: bytesOf('02bb00000002') }])
  })

  it('reads no option that is not captured whole', () => {
    const view = viewOf(`${TARGET} 0101 02bb00000002 0501 000000000578`)
    for (let end = 16; end < 24; end++) {
      expect(neighbor.linkLayerAddress(view, 0, end, SourceLinkLayerAddress)).toBe(NONE)
      expect(neighbor.options(view, 0, end)).toEqual([])
    }
    expect(neighbor.findOption(view, 0, 31, Mtu)).toBe(NONE)
    expect(neighbor.findOption(view, 0, 32, Mtu)).toBe(24)
    expect(neighbor.options(view, 0, 31)).toHaveLength(1)
  })

  it('takes an address of another length for none', () => {
    const view = viewOf(`${TARGET} 0202 02bb000000020000 0000000000000000`)
    expect(neighbor.findOption(view, 0, 32, TargetLinkLayerAddress)).toBe(16)
    expect(neighbor.linkLayerAddress(view, 0, 32, TargetLinkLayerAddress)).toBe(NONE)
  })

  it('reads a length of a whole byte', () => {
    const view = viewOf(`${TARGET} 04ff ${'00'.repeat(2038)} 0501 000000000578`)
    expect(neighbor.findOption(view, 0, view.byteLength, Mtu)).toBe(16 + 2040)
    expect(neighbor.options(view, 0, view.byteLength).map((option) => option.data.length)).toEqual([2038, 6])
  })

  it('stops at a length of 0', () => {
    const view = viewOf(`${TARGET} 0100 02bb00000002 0201 02bb00000002`)
    expect(neighbor.findOption(view, 0, 32, TargetLinkLayerAddress)).toBe(NONE)
    expect(neighbor.options(view, 0, 32)).toEqual([])
  })

  it('encodes options behind the target, or nothing', () => {
    const bytes = new Uint8Array(24)
    const cursor = new Cursor().reset(new DataView(bytes.buffer), 0, 24)
    neighbor.encode(cursor, { target: bytesOf(TARGET) })
    expect(() => neighbor.encodeOption(cursor, { type: 256, data: new Uint8Array(6) })).toThrow(RangeError)
    expect(() => neighbor.encodeOption(cursor, { type: 1, data: new Uint8Array(5) })).toThrow(RangeError)
    expect(() => neighbor.encodeOption(cursor, { type: 1, data: new Uint8Array(14) })).toThrow(RangeError)
    expect([cursor.position, bytes[16]]).toEqual([16, 0])
    neighbor.encodeOption(cursor, { type: SourceLinkLayerAddress, data: bytesOf('02bb00000002') })
    expect([cursor.position, bytes]).toEqual([24, bytesOf(`${TARGET} 0101 02bb00000002`)])
  })
})
