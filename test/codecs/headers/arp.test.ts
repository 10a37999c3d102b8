import { describe, expect, it } from 'vitest'
import { parseIpv4 } from '../../../src/codecs/core/address.ts'
import { Cursor } from '../../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../../src/codecs/core/fault.ts'
import * as arp from '../../../src/codecs/headers/arp.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

const NO_WORDS = [-0x8000_0001, 0x1_0000_0000, 0.5, Number.NaN]

const request: arp.Header = {
  hardwareType: 1,
  protocolType: 0x0800,
  hardwareLength: 6,
  protocolLength: 4,
  operation: 1,
  senderHardware: 0x5254_000a_0085,
  senderProtocol: parseIpv4('10.0.10.133'),
  targetHardware: 0,
  targetProtocol: parseIpv4('10.0.10.136'),
}
const requestHex = '0001 0800 06 04 0001 5254000a0085 0a000a85 000000000000 0a000a88'

codecLaws('arp', {
  codec: arp,
  headers: headers.arp,
  accessors: ['senderHardwareHigh16', 'senderHardwareLow32', 'isGratuitous', 'isProbe'],
  refused: { senderProtocol: NO_WORDS, targetProtocol: NO_WORDS },
  vectors: [
    { what: 'a request', source: 'lab ovs-qinq-h1, packet 1, by tshark', hex: requestHex, header: request },
    {
      what: 'a reply with an address above 128.0.0.0',
      source: 'RFC 826, by hand: the answer to the inner request of lab seed-ovs-h1, packet 5',
      hex: '0001 0800 06 04 0002 0200c0a8c701 c0a8c701 0200c0a8c702 c0a8c702',
      header: {
        ...request,
        operation: 2,
        senderHardware: 0x0200_c0a8_c701,
        senderProtocol: parseIpv4('192.168.199.1'),
        targetHardware: 0x0200_c0a8_c702,
        targetProtocol: parseIpv4('192.168.199.2'),
      },
    },
  ],
})

describe('arp', () => {
  it.each([
    ['InfiniBand hardware', '0020 0800 14 04 0001'],
    ['IPv6 protocol addresses', '0001 86dd 06 10 0001'],
    ['no lengths at all', '0001 0800 00 00 0001'],
  ])('refuses the address lengths of %s, whole or cut', (_, hex) => {
    const view = viewOf(`${hex} ${'00'.repeat(40)}`)
    for (const end of [6, 8, 28, view.byteLength]) {
      const cursor = new Cursor().reset(view, 0, end)
      expect(arp.enter(cursor)).toBe(NONE)
      expect([cursor.fault, cursor.faultAt, cursor.position]).toEqual([Fault.Unsupported, 0, 0])
    }
  })

  it('makes requests and replies', () => {
    const asked = arp.request(0x5254_000a_0085, parseIpv4('10.0.10.133'), parseIpv4('10.0.10.136'))
    expect(asked).toEqual(request)
    expect(arp.reply(asked, 0x5254_000a_0088)).toEqual({
      ...request,
      operation: arp.Operation.Reply,
      senderHardware: 0x5254_000a_0088,
      senderProtocol: parseIpv4('10.0.10.136'),
      targetHardware: 0x5254_000a_0085,
      targetProtocol: parseIpv4('10.0.10.133'),
    })
  })

  it('gives addresses signed on the packet path, and takes them so', () => {
    const view = viewOf(`00 ${'0001 0800 06 04 0001 8000ffffffff c0a8c701 000000000000 ffffffff'}`)
    expect(arp.senderProtocol(view, 1)).toBe(0xc0a8c701 | 0)
    expect(arp.targetProtocol(view, 1)).toBe(-1)
    expect([arp.senderHardwareHigh16(view, 1), arp.senderHardwareLow32(view, 1)]).toEqual([0x8000, -1])
    const bytes = new Uint8Array(28)
    arp.encode(new Cursor().reset(new DataView(bytes.buffer), 0, 28), {
      ...request,
      senderProtocol: 0xc0a8c701 | 0,
    })
    expect(bytes.slice(14, 18)).toEqual(bytesOf('c0a8c701'))
  })

  it.each([
    ['a request for another', '0a000a85', '0a000a88', '0001', false, false],
    ['an announcement', '0a000a85', '0a000a85', '0001', true, false],
    ['an announcing reply', '0a000a85', '0a000a85', '0002', true, false],
    ['a probe', '00000000', '0a000a85', '0001', false, true],
    ['nothing about nobody', '00000000', '00000000', '0002', false, false],
  ])('knows %s', (_, sender, target, operation, gratuitous, probe) => {
    const view = viewOf(`0001 0800 06 04 ${operation} 5254000a0085 ${sender} 000000000000 ${target}`)
    expect(arp.isGratuitous(view, 0)).toBe(gratuitous)
    expect(arp.isProbe(view, 0)).toBe(probe)
  })
})
