import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import { Protocol } from '../../../src/codecs/core/protocol.ts'
import * as authentication from '../../../src/codecs/headers/authentication.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

codecLaws<authentication.Header>('authentication', {
  codec: authentication,
  headers: headers.authentication,
  length: (header) => authentication.LENGTH + header.integrityCheckValue.length,
  withoutAccessor: ['payloadLength'],
  reference: ({ nextHeader, headerLength, reserved, securityParametersIndex, sequence }) => ({
    nextHeader,
    payloadLength: headerLength / 4 - 2,
    reserved,
    securityParametersIndex,
    sequence,
  }),
  accessors: ['headerLength'],
  refused: {
    headerLength: [4, 9, 1032, Number.NaN],
    integrityCheckValue: [new Uint8Array(1), new Uint8Array(6), new Uint8Array(1020)],
  },
  vectors: [
    {
      what: 'a check value of 96 bits',
      source: 'RFC 4302 §2; read back by tshark 4.0',
      hex: '3c040000 00000100 0000002a 000102030405060708090a0b',
      header: {
        nextHeader: Protocol.DestinationOptions,
        headerLength: 24,
        reserved: 0,
        securityParametersIndex: 0x100,
        sequence: 42,
        integrityCheckValue: bytesOf('000102030405060708090a0b'),
      },
    },
    {
      what: 'the longest header',
      source: 'RFC 4302 §2.2',
      hex: `06ff0001 00000002 00000003 ${'00'.repeat(1016)}`,
      header: {
        nextHeader: Protocol.Tcp,
        headerLength: authentication.LENGTH_MAX,
        reserved: 1,
        securityParametersIndex: 2,
        sequence: 3,
        integrityCheckValue: new Uint8Array(1016),
      },
    },
  ],
})

describe('authentication', () => {
  it('refuses a length less than the fixed part', () => {
    const cursor = new Cursor().reset(viewOf('3c000000 00000100 0000002a'), 0, 12)
    expect(authentication.enter(cursor)).toBe(NONE)
    expect([cursor.fault, cursor.faultAt, cursor.position]).toEqual([Fault.BadHeaderLength, 0, 0])
  })

  it('encodes a length that makes no sense as given', () => {
    const bytes = new Uint8Array(12)
    const header = { ...authentication.header(6, 1, 2, new Uint8Array(0)), headerLength: 8 }
    authentication.encode(new Cursor().reset(new DataView(bytes.buffer), 0, 12), header)
    expect(bytes).toEqual(bytesOf('06000000 00000001 00000002'))
  })

  it('makes a header whose length follows from its check value', () => {
    const integrityCheckValue = new Uint8Array(12).fill(7)
    expect(authentication.header(6, 1, 2, integrityCheckValue)).toEqual({
      nextHeader: 6,
      headerLength: 24,
      reserved: 0,
      securityParametersIndex: 1,
      sequence: 2,
      integrityCheckValue,
    })
  })
})
