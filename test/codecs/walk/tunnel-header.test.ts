/** Which datagrams at a tunnel's port are the tunnel's: headers with odd bits before true frames, and what other programs send. */
import { describe, expect, it } from 'vitest'
import { EtherType } from '../../../src/codecs/link/ethernet.ts'
import { Fit, frameFit, ipFit, isNoise } from '../../../src/codecs/walk/inner-frame.ts'
import { bareIpType, isGeneve, isGpe, isVxlan } from '../../../src/codecs/walk/tunnel-header.ts'
import { arp, bytes, echo, ethernet, ipv4, ipv6, number, udp } from '../../support/packets.ts'
import { Random } from '../../support/random.ts'

const PING = ipv4(echo('request', 1, 1), { protocol: 1 })
const FRAMES: Record<string, Uint8Array> = {
  IPv4: ethernet(PING),
  IPv6: ethernet(ipv6(udp(new Uint8Array(4), 1, 2), { from: 'fd00::1', to: 'fd00::2', protocol: 17 })),
  ARP: ethernet(arp(1, { mac: '02:00:00:00:00:01', ip: '10.0.0.1' }, { ip: '10.0.0.2' }), { type: 0x0806 }),
  tagged: ethernet(PING, { vlans: [5, 6] }),
  LLDP: ethernet(new Uint8Array(46), { to: '01:80:c2:00:00:0e', type: 0x88cc }),
  STP: ethernet(bytes(0x42, 0x42, 3, new Uint8Array(43)), { to: '01:80:c2:00:00:00', type: 38 }),
  CDP: ethernet(bytes(0xaa, 0xaa, 3, 0, 0, 12, new Uint8Array(94)), { to: '01:00:0c:cc:cc:cc', type: 100 }),
}
const OTHERS: Record<string, Uint8Array> = {
  MPLS: ethernet(new Uint8Array(46), { type: 0x8847 }),
  MACsec: ethernet(new Uint8Array(46), { type: 0x88e5 }),
  FabricPath: ethernet(new Uint8Array(46), { type: 0x8903 }),
}

type Test = (view: DataView, at: number, end: number, wireEnd: number) => boolean

function asks(test: Test, datagram: Uint8Array, captured = datagram.length): boolean {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length)
  return test(view, 0, Math.min(captured, datagram.length), datagram.length)
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('VXLAN', () => {
  const plain = hex('08000000 00000a00')

  it('is believed with a right header, whatever follows', () => {
    expect(asks(isVxlan, plain)).toBe(true)
    expect(asks(isVxlan, bytes(plain, new Uint8Array(60).fill(0xff)))).toBe(true)
    expect(asks(isVxlan, bytes(hex('88480123 00000a00'), OTHERS.MPLS!))).toBe(true)
  })

  it.each(Object.keys(FRAMES))('is known by %s behind it, whatever bits are wrong', (name) => {
    for (const header of [
      '00000000 00000a00',
      'ffffffff 00000aff',
      '08abcdef 00000a00',
      '48000000 00000a01',
      'c818c002 f17fe380',
    ]) {
      expect(asks(isVxlan, bytes(hex(header), FRAMES[name]!)), header).toBe(true)
    }
  })

  it.each(Object.keys(OTHERS))('keeps %s under one field of odd bits, and under group policies', (name) => {
    for (const header of [
      '00000000 00000a00',
      '08abcdef 00000a00',
      '48000000 00000a00',
      '08000000 00000a01',
      'c818c002 f17fe380',
    ]) {
      expect(asks(isVxlan, bytes(hex(header), OTHERS[name]!)), header).toBe(true)
    }
    expect(asks(isVxlan, bytes(hex('f8abcdef 00000a01'), OTHERS[name]!))).toBe(false)
  })

  it('is not what services answer', () => {
    const dns = hex(
      'bcf48180 00010001 00000000 07657861 6d706c65 03636f6d 00000100 01c00c00 01000100 00003c00 045db8d822',
    )
    const rtp = bytes(hex('88080001 000000a0 00001234'), new Uint8Array(160))
    const wireGuard = bytes(hex('04000000 6f776600 ed000000 00000000'), new Uint8Array(96).fill(0x95))
    const syslog = bytes(...[...'<134>1 2026-11-29T20:00:00Z host app - - - started'].map((c) => c.charCodeAt(0)))
    for (const answer of [dns, rtp, wireGuard, syslog]) expect(asks(isVxlan, answer)).toBe(false)
    // A lone 0 to the right of the VNI does not help.
    expect(asks(isVxlan, bytes(hex('1c0306ec 00000100'), new Uint8Array(40)))).toBe(false)
  })

  it('is hardly one of a hundred thousand random datagrams, nor are GPE and Geneve', () => {
    const random = new Random(7)
    let accepted = 0
    for (let round = 0; round < 100_000; round++) {
      const datagram = Uint8Array.from({ length: 64 }, () => random.below(256))
      for (const test of [isVxlan, isGpe, isGeneve]) if (asks(test, datagram)) accepted++
    }
    expect(accepted).toBeLessThanOrEqual(2)
  })

  it('is Geneve at the wrong port', () => {
    expect(asks(isVxlan, bytes(hex('02006558 00000a00 01020301 00000000'), FRAMES.IPv4!))).toBe(true)
  })

  it('is believed where the snap length ends before the frame, unless the header breaks several rules', () => {
    expect(asks(isVxlan, bytes(hex('48000000 00000a00'), FRAMES.IPv4!), 12)).toBe(true)
    expect(asks(isVxlan, bytes(hex('4800ff00 00000aff'), FRAMES.IPv4!), 12)).toBe(false)
  })

  it('carries IP without Ethernet behind a GPE header, where the bytes say so', () => {
    const at = (header: string, inner: Uint8Array): number => {
      const datagram = bytes(hex(header), inner)
      return bareIpType(new DataView(datagram.buffer), 0, datagram.length, datagram.length)
    }
    expect(at('0c000001 00000a00', PING)).toBe(EtherType.IPv4)
    expect(at('0c000002 00000a00', FRAMES.IPv6!.slice(14))).toBe(EtherType.IPv6)
    expect(at('0c000001 00000a00', FRAMES.IPv4!)).toBe(0)
    expect(at('0c000003 00000a00', FRAMES.IPv4!)).toBe(0)
    expect(at('08000000 00000a00', PING)).toBe(0)
  })
})

describe('GPE and Geneve', () => {
  it('are believed with a right header, and known by what they carry', () => {
    expect(asks(isGpe, hex('0c000003 00000a00'))).toBe(true)
    expect(asks(isGpe, bytes(hex('0c000001 00000a00'), PING))).toBe(true)
    expect(asks(isGpe, bytes(hex('cc00ff03 00000a01'), FRAMES.IPv4!))).toBe(true)
    expect(asks(isGpe, bytes(hex('cc00ff01 00000a01'), PING))).toBe(true)
    expect(asks(isGeneve, bytes(hex('00006558 00000a00'), FRAMES.ARP!))).toBe(true)
    expect(asks(isGeneve, bytes(hex('01408864 00000a00 01028300'), PING))).toBe(true)
    expect(asks(isGeneve, bytes(hex('003f0800 00000aff'), PING))).toBe(true)
  })

  it('are not what services answer', () => {
    const wireGuard = bytes(hex('04000000 6f776600 ed000000 00000000'), new Uint8Array(96).fill(0x95))
    const dns = bytes(hex('00408180 00010001 00000000 07657861'), new Uint8Array(20).fill(0x61))
    for (const test of [isGpe, isGeneve]) {
      expect(asks(test, wireGuard)).toBe(false)
      expect(asks(test, dns)).toBe(false)
    }
  })
})

describe('a structured header before noise', () => {
  const random = new Random(11)
  const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256))
  const count = (test: Test, header: string, lead: string): number => {
    let accepted = 0
    for (let round = 0; round < 20_000; round++) {
      // No group address as the sender: bytes that a frame could have.
      const frame = noise(46 + random.below(200))
      frame[6]! &= 0xfe
      if (asks(test, bytes(hex(header), hex(lead), frame))) accepted++
    }
    return accepted
  }

  it.each(['49000000 5a172200', '4e000000 5a172200', '41000000 00000000'])(
    'is QUIC whose ids begin with %s',
    (header) => {
      for (const test of [isVxlan, isGpe, isGeneve]) expect(count(test, header, '31')).toBeLessThanOrEqual(4)
    },
  )

  it('is WireGuard at the GPE port', () => {
    expect(count(isGpe, '02000000 99887700', '')).toBeLessThanOrEqual(4)
  })

  it('is DNS without an answer at the Geneve port, from the port of the service', () => {
    const datagram = bytes(hex('0035 17c1 003c 0000'), hex('00408180 00010000 00010000 03617069'), new Uint8Array(36))
    const test = (from: number): boolean => {
      const view = new DataView(bytes(number(from, 2), datagram.slice(2)).buffer)
      return isGeneve(view, 8, datagram.length, datagram.length)
    }
    expect(test(53)).toBe(false)
    expect(test(50_000)).toBe(true)
    expect(test(0)).toBe(true)
  })

  it('is a tunnel before a frame of an unknown type', () => {
    const payloads = [
      new Uint8Array(46),
      Uint8Array.from({ length: 46 }, (_, i) => i),
      Uint8Array.from({ length: 64 }, (_, i) => 3 * i),
      bytes(...[...'heartbeat node-7 sequence 000123 state up peers 3 '].map((c) => c.charCodeAt(0))),
    ]
    for (const payload of payloads) {
      const frame = ethernet(payload, { type: 0x7777 })
      for (const header of ['48000000 00000a00', '08000000 00000a01'])
        expect(asks(isVxlan, bytes(hex(header), frame))).toBe(true)
      expect(asks(isGpe, bytes(hex('88000000 00000a00'), frame))).toBe(true)
      expect(asks(isGpe, bytes(hex('00000000 00000a00'), frame))).toBe(true)
    }
  })
})

describe('noise', () => {
  const said = (data: Uint8Array, wire = data.length): boolean =>
    isNoise(new DataView(data.buffer, data.byteOffset), 0, data.length, wire)

  it('is what has neither equal bytes nor equal steps', () => {
    const random = new Random(5)
    let missed = 0
    for (let round = 0; round < 2000; round++) {
      if (!said(Uint8Array.from({ length: 16 + random.below(100) }, () => random.below(256)))) missed++
    }
    expect(missed).toBeLessThanOrEqual(4)
  })

  it('is no packet, text, padding or pattern', () => {
    expect(said(PING)).toBe(false)
    expect(said(FRAMES.IPv6!)).toBe(false)
    expect(said(Uint8Array.from({ length: 64 }, (_, i) => 0xff - i))).toBe(false)
  })

  it('is not told by the few bytes that a snap length left', () => {
    const few = hex('01 17 3e 94 a0 5b')
    expect([said(few), said(few, 60), said(few.slice(0, 0))]).toEqual([true, false, false])
  })
})

describe('what fits an inner frame', () => {
  it('says how well', () => {
    const said = (frame: Uint8Array, captured = frame.length): Fit =>
      frameFit(new DataView(frame.buffer), 0, captured, frame.length)
    expect(said(FRAMES.IPv4!)).toBe(Fit.Sure)
    expect(said(OTHERS.MPLS!)).toBe(Fit.Likely)
    expect(said(ethernet(new Uint8Array(46), { type: 0x7777 }))).toBe(Fit.Possible)
    expect(said(ethernet(new Uint8Array(46), { type: 0x0800 }))).toBe(Fit.None)
    expect(said(ethernet(PING, { from: '03:00:00:00:00:01' }))).toBe(Fit.None)
    expect(said(ethernet(new Uint8Array(46), { from: '00:00:00:00:00:00', type: 0x88cc }))).toBe(Fit.None)
    expect(said(FRAMES.IPv4!, 8)).toBe(Fit.Possible)
    expect(said(FRAMES.IPv4!.slice(0, 13))).toBe(Fit.None)
    expect(said(ethernet(bytes(0x42, 0x42, 3, new Uint8Array(97)), { type: 38 }))).toBe(Fit.None)
  })

  it('tells IP by version and length', () => {
    const said = (packet: Uint8Array): Fit =>
      ipFit(new DataView(packet.buffer), 0, packet.length, packet.length, EtherType.IPv4)
    expect(said(PING)).toBe(Fit.Sure)
    expect(said(bytes(PING, 0, 0))).toBe(Fit.Likely)
    expect(said(PING.slice(0, 24))).toBe(Fit.Possible)
    expect(said(bytes(0x45, 0, number(12, 2), new Uint8Array(20)))).toBe(Fit.None)
    expect(said(bytes(0x65, PING.slice(1)))).toBe(Fit.None)
  })
})
