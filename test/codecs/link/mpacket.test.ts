import { describe, expect, it } from 'vitest'
import * as mpacket from '../../../src/codecs/link/mpacket.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { viewOf } from '../../support/hex.ts'

codecLaws('mpacket', {
  codec: mpacket,
  headers: headers.mpacket,
  vectors: [
    {
      what: 'an express frame',
      source: 'IEEE 802.3-2018 §99.3.2',
      hex: '5555 5555 5555 55d5',
      header: { preamble: 0x555555555555, seventh: 0x55, delimiter: mpacket.Delimiter.Express },
    },
    {
      what: 'a continuation',
      source: 'IEEE 802.3-2018 §99.3.3',
      hex: '5555 5555 5555 61e6',
      header: { preamble: 0x555555555555, seventh: 0x61, delimiter: 0xe6 },
    },
  ],
})

describe('mpacket', () => {
  it('begins a frame after some delimiters alone', () => {
    const begins = (tail: string): boolean => mpacket.beginsFrame(viewOf(`555555555555${tail}`), 0)
    expect(['55d5', '55e6', '554c', '557f', '55b3'].map(begins)).toEqual([true, true, true, true, true])
    expect(['5507', '5519', '61e6', '524c', '5555'].map(begins)).toEqual([false, false, false, false, false])
    expect(mpacket.header()).toEqual(mpacket.decode(viewOf('55555555555555d5'), 0))
  })
})
