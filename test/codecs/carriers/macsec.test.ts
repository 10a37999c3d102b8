import { describe, expect, it } from 'vitest'
import * as macsec from '../../../src/codecs/carriers/macsec.ts'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('macsec', {
  codec: macsec,
  headers: headers.macsec,
  length: ({ channel }) => (channel === undefined ? macsec.LENGTH : macsec.LENGTH + macsec.LENGTH_CHANNEL),
  refused: { flags: [64, -1, 0.5] },
  vectors: [
    {
      what: 'no channel, packet 5',
      source: 'IEEE 802.1AE-2018 §9.3, by tshark',
      hex: '0000 0000 0005',
      header: { flags: 0, association: 0, reserved: 0, shortLength: 0, packetNumber: 5 },
    },
    {
      what: 'a channel, short and encrypted',
      source: 'IEEE 802.1AE-2018 §9.3',
      hex: '2e2a 80000001 0200 0000 0001 0002',
      header: {
        flags: macsec.FLAG_CHANNEL | macsec.FLAG_ENCRYPTED | macsec.FLAG_CHANGED,
        association: 2,
        reserved: 0,
        shortLength: 42,
        packetNumber: 0x80000001,
        channel: { system: 0x020000000001, port: 2 },
      },
    },
  ],
})

describe('macsec', () => {
  it('is clear when nothing was encrypted or changed', () => {
    const clear = (first: string): boolean => macsec.isClear(viewOf(`${first}00 0000 0001`), 0)
    expect(['00', '03', '40', '10', '80', '08', '04', '0c'].map(clear)).toEqual([
      ...[true, true, true, true],
      ...[false, false, false, false],
    ])
  })

  it('leaves out the check value, and padding behind short data', () => {
    const narrowed = (short: string, bytes: number): number[] => {
      const view = new DataView(new ArrayBuffer(6 + bytes))
      view.setUint8(1, Number.parseInt(short, 16))
      const cursor = new Cursor().reset(view, 0, view.byteLength)
      macsec.limit(cursor, macsec.enter(cursor))
      return [cursor.position, cursor.end]
    }
    expect(narrowed('00', 60)).toEqual([6, 50])
    expect(narrowed('14', 60)).toEqual([6, 26])
    expect(narrowed('2f', 40)).toEqual([6, 30])
    expect(narrowed('00', 9)).toEqual([6, 6])
  })

  it('has one bit for each flag, from the version down (IEEE 802.1AE-2018 §9.5)', () => {
    const { FLAG_VERSION, FLAG_END_STATION, FLAG_CHANNEL, FLAG_BROADCAST, FLAG_ENCRYPTED, FLAG_CHANGED } = macsec
    expect([FLAG_VERSION, FLAG_END_STATION, FLAG_CHANNEL, FLAG_BROADCAST, FLAG_ENCRYPTED, FLAG_CHANGED]).toEqual([
      32, 16, 8, 4, 2, 1,
    ])
  })

  it('makes a tag for data that is not encrypted', () => {
    expect(macsec.header(7)).toEqual({ flags: 0, association: 0, reserved: 0, shortLength: 0, packetNumber: 7 })
  })

  it('refuses a channel that its flag does not announce', () => {
    const cursor = new Cursor().reset(new DataView(new ArrayBuffer(20)), 0, 20)
    const channel = { system: 1, port: 1 }
    expect(() => macsec.encode(cursor, { ...macsec.header(1), channel })).toThrow('absent')
    expect(() => macsec.encode(cursor, { ...macsec.header(1), flags: macsec.FLAG_CHANNEL })).toThrow('present')
  })
})
