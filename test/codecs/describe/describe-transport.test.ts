/** UDP and TCP in words: verdicts on checksums, lengths, and options of IPv4 and TCP. */
import { describe, expect, it } from 'vitest'
import * as b from '../../../src/codecs/build/builder.ts'
import { described, fieldLines, fieldOf, outline } from '../../support/described.ts'
import { bytesOf } from '../../support/hex.ts'

const IP = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2' })
const IP6 = b.ipv6({ source: 'fd00::1', destination: 'fd00::2' })
const FOUR = b.payload('data')

describe('UDP', () => {
  it('that is empty ends behind its header, and what IP carries behind it is padding', () => {
    // Addresses 1400 + 3, protocol 11, length twice 8, ports 3: the complement of 1427.
    const empty = b.udp({ sourcePort: 1, destinationPort: 2, length: 8, checksum: 0xebd8 })
    const { layers } = described([IP, empty, FOUR])
    expect(outline(layers).slice(1)).toEqual(['20+8 udp: port 1 to 2', '28+4 padding: 4 bytes'])
    expect(fieldOf(layers, 'udp', 'checksum').text).toBe('0xebd8 (valid)')
  })

  it('without a checksum says so, over IPv6 as well', () => {
    for (const ip of [IP, IP6]) {
      const { layers } = described([ip, b.udp({ sourcePort: 1, destinationPort: 2, checksum: 0 }), FOUR])
      expect(fieldOf(layers, 'udp', 'checksum')).toMatchObject({
        text: '0x0000 (absent)',
        check: { verdict: 'absent', difference: 0 },
      })
    }
  })

  it('with a right checksum differs by nothing', () => {
    for (const ip of [IP, IP6]) {
      const { layers } = described([ip, b.udp({ sourcePort: 1, destinationPort: 2 }), FOUR])
      expect(fieldOf(layers, 'udp', 'checksum').check).toEqual({ verdict: 'valid', difference: 0 })
    }
  })
})

describe('TCP', () => {
  const tcp = (options: string): string[] => {
    const header = b.tcp({ sourcePort: 1, destinationPort: 2, options: bytesOf(options) })
    return fieldLines([fieldOf(described([IP, header]).layers, 'tcp', 'options')])
  }

  it('names its flags, if it has any', () => {
    const said = (flags: number): string | undefined =>
      outline(described([IP, b.tcp({ sourcePort: 1, destinationPort: 2, flags })]).layers)[1]
    expect([said(0), said(0x12)]).toEqual(['20+20 tcp: port 1 to 2', '20+20 tcp: port 1 to 2 (SYN, ACK)'])
  })

  it('has its data behind its options', () => {
    const header = b.tcp({ sourcePort: 1, destinationPort: 2, options: bytesOf('01010101') })
    const { layers } = described([IP, header, FOUR])
    expect(outline(layers).slice(1)).toEqual(['20+24 tcp: port 1 to 2 (ACK)', '44+4 payload: 4 bytes'])
    expect(fieldOf(layers, 'tcp', 'checksum').check).toEqual({ verdict: 'valid', difference: 0 })
  })

  it('has all blocks of a selective acknowledgment', () => {
    expect(tcp('0101 0512 00000001 00000002 00000003 00000004')).toEqual([
      '40+20 options: no operation, no operation, SACK',
      '  40+1 no operation: ',
      '  41+1 no operation: ',
      '  42+18 SACK: 1–2, 3–4',
    ])
  })

  it('has options whose length is not theirs in hex', () => {
    expect(tcp('0203ff 0304abcd 080401 02 00')).toEqual([
      '40+12 options: maximum segment size, window scale, timestamps',
      '  40+3 maximum segment size: ff',
      '  43+4 window scale: abcd',
      '  47+4 timestamps: 0102',
      '  51+1 padding: 1 byte',
    ])
  })

  it('shows what cannot be taken apart as it is', () => {
    expect(tcp('ffffffff')).toEqual(['40+4 options: 4 bytes', '  40+4 padding: 4 bytes'])
  })
})

describe('options of IP', () => {
  it('of version 4 have their names and places, and their padding', () => {
    const options = bytesOf('94040000 01 00 0000')
    const { layers } = described([b.ipv4({ source: 1, destination: 2, protocol: 253, options }), FOUR])
    expect(fieldLines([fieldOf(layers, 'ipv4', 'options')])).toEqual([
      '20+8 options: router alert, no operation',
      '  20+4 router alert: 0000',
      '  24+1 no operation: ',
      '  25+3 padding: 3 bytes',
    ])
  })

  it('of version 6 have a jumbo length only where four bytes hold it', () => {
    const said = (options: string): string[] => {
      const { layers } = described([IP6, b.hopByHop({ options: bytesOf(options), nextHeader: 59 })])
      return fieldLines(fieldOf(layers, 'ipv6-hop-by-hop', 'options').fields ?? [])
    }
    expect(said('c204 00010000')).toEqual(['42+6 jumbo payload: 65536 bytes'])
    expect(said('c203 000100 00')).toEqual(['42+5 jumbo payload: 000100', '47+1 Pad1: '])
    expect(said('1e04 00010000')).toEqual(['42+6 option 30: 00010000'])
  })
})
