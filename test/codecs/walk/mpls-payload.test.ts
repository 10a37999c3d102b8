/** What lies below a label stack, which no field says: packets and frames that begin like one another, bytes by hand. */
import { describe, expect, it } from 'vitest'
import { Below, below } from '../../../src/codecs/walk/mpls-payload.ts'
import { bytesOf } from '../../support/hex.ts'

const NAMES = Object.keys(Below)

/** The name of what begins at the first byte. @param captured - Bytes that were captured. */
function what(hex: string, captured?: number): string | undefined {
  const bytes = bytesOf(hex)
  // What was not captured lies in the view all the same, as the next record does.
  const around = Uint8Array.from([0xee, ...bytes, 0xee])
  return NAMES[below(new DataView(around.buffer), 1, 1 + (captured ?? bytes.length), 1 + bytes.length)]
}

describe('below a label stack', () => {
  // From 8.0.69.0: as a frame, these bytes are one of type 0x0800 with a 4 behind it.
  const source = (checksum: string): string => `45000022 00014000 40fd${checksum} 08004500 0a000002 ${'00'.repeat(14)}`

  it('is an IPv4 packet whose checksum is right, or not filled in, even when a frame would fit', () => {
    expect(what(source('e2dc'))).toBe('Ipv4')
    expect(what(source('0000'))).toBe('Ipv4')
    expect(what(source('e2dd'))).toBe('Frame')
  })

  it('is an IPv4 packet as long as not all of its header was captured', () => {
    expect(what(source('e2dd'), 19)).toBe('Ipv4')
    expect(what(source('e2dd'), 20)).toBe('Frame')
  })

  it('is a frame to an address that begins like IPv4, where no IPv4 header has that length', () => {
    // Four words are no header (RFC 791 §3.1); the bytes of a checksum are zero.
    expect(what(`440000000002 020000000000 0800 45000014 00000000 40fd0000 0a000001 0a000002`)).toBe('Frame')
  })

  it('is IPv6 unless a frame fits and the packet does not', () => {
    const frame = '600000000002 020000000001 0800 45000014 00000000 40fd0000 0a000001 0a000002'
    expect(what(frame)).toBe('Frame')
    expect(what(`60000000 0004 fd40 ${'00'.repeat(32)} 01020304`)).toBe('Ipv6')
  })

  it('is a frame to any other address of a type in use, and nothing that can be read otherwise', () => {
    expect(what('a20000000002 020000000001 0800 45000014 00000000 40fd0000 0a000001 0a000002')).toBe('Frame')
    expect(what('a20000000002 020000000001 1234 0102030405060708')).toBe('Unknown')
    expect(what('a20000000002 030000000001 0800 45000014 00000000 40fd0000 0a000001 0a000002')).toBe('Unknown')
    expect(what('a20000000002 020000000001 0800', 13)).toBe('Frame')
  })

  it('is a control word where the bytes behind it fit a frame no worse (RFC 4385 §3)', () => {
    const frame = '020000000002 020000000001 0800 45000014 00000000 40fd0000 0a000001 0a000002'
    expect(what(`00000007 ${frame}`)).toBe('ControlWord')
    expect(what(frame)).toBe('Frame')
    expect(what('00000007')).toBe('ControlWord')
  })

  it('is a channel, which carries no packet, but where it can only be a frame (RFC 5586 §2)', () => {
    expect(what(`10000007 ${'00'.repeat(20)}`)).toBe('Unknown')
    expect(what('120000000002 020000000001 0800 45000014 00000000 40fd0000 0a000001 0a000002')).toBe('Frame')
  })

  it('is nothing where nothing was captured', () => {
    expect(what('')).toBe('Unknown')
    expect(what('45000014', 0)).toBe('Unknown')
  })
})
