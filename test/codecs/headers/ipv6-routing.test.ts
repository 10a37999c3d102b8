import { describe, expect, it } from 'vitest'
import { NONE } from '../../../src/codecs/core/fault.ts'
import { Protocol } from '../../../src/codecs/core/protocol.ts'
import * as routing from '../../../src/codecs/headers/ipv6-routing.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

const A = '20010db8000000000000000000000001'
const B = '20010db8000000000000000000000002'

codecLaws<routing.Header>('ipv6-routing', {
  codec: routing,
  headers: headers.ipv6Routing,
  length: (header) => routing.LENGTH + header.data.length,
  withoutAccessor: ['extensionBlocks'],
  reference: ({ nextHeader, headerLength, routingType, segmentsLeft }) => ({
    nextHeader,
    extensionBlocks: headerLength / 8 - 1,
    routingType,
    segmentsLeft,
  }),
  accessors: ['headerLength', 'finalDestination'],
  refused: {
    headerLength: [0, -8, 9, 2056, Number.NaN],
    data: [new Uint8Array(0), new Uint8Array(3), new Uint8Array(8), new Uint8Array(2052)],
  },
  vectors: [
    {
      what: 'segment routing with one segment',
      source: 'RFC 8754 §2; read back by tshark 4.0',
      hex: `2c020401 00000000 ${B}`,
      header: {
        nextHeader: Protocol.Fragment,
        headerLength: 24,
        routingType: routing.RoutingType.SegmentRouting,
        segmentsLeft: 1,
        data: bytesOf(`00000000 ${B}`),
      },
    },
    {
      what: 'the longest header',
      source: 'RFC 8200 §4.4',
      hex: `11ff 0607 ${'00'.repeat(2044)}`,
      header: {
        nextHeader: Protocol.Udp,
        headerLength: routing.LENGTH_MAX,
        routingType: 6,
        segmentsLeft: 7,
        data: new Uint8Array(2044),
      },
    },
  ],
})

describe('ipv6-routing', () => {
  it.each([
    ['the last address of a source route', `1104 0002 00000000 ${A}${B}`, 24],
    ['the home address', `1102 0201 00000000 ${B}`, 8],
    ['the first address of segment routing, whose list runs backwards', `1104 0402 01000000 ${B}${A}`, 8],
    ['none when no segment is left', `1104 0400 01000000 ${B}${A}`, NONE],
    ['none when the addresses are compressed', `1102 0301 00000000 ${B}`, NONE],
    ['none in a header too short for one', '1101 0001 00000000 0000000000000000', NONE],
  ])('finds %s', (_what, hex, offset) => {
    expect(routing.finalDestination(viewOf(hex), 0)).toBe(offset)
  })

  it('makes a header whose length follows from its data', () => {
    const data = bytesOf(`00000000 ${A}`)
    expect(routing.header(17, 4, 1, data)).toEqual({
      nextHeader: 17,
      headerLength: 24,
      routingType: 4,
      segmentsLeft: 1,
      data,
    })
  })
})
