import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as checksum from '../../../src/codecs/core/checksum.ts'
import { bytesOf, viewOf } from '../../support/hex.ts'

const { Verdict } = checksum

const verdict = (verification: number) => [checksum.verdictOf(verification), checksum.differenceOf(verification)]
const VALID = [Verdict.Valid, 0]

/** RFC 1071 §1 word by word, with the carries brought round at once. */
function slowSum(bytes: Uint8Array, initial = 0): number {
  let total = initial % 0xffff
  let any = initial !== 0
  for (let i = 0; i < bytes.length; i += 2) {
    const word = bytes[i]! * 256 + (bytes[i + 1] ?? 0)
    if (word !== 0) any = true
    total = (total + word) % 0xffff
  }
  return total === 0 && any ? 0xffff : total
}

/** One's-complement difference as a signed number. */
function minus(found: number, wanted: number): number {
  const difference = (((found - wanted) % 0xffff) + 0xffff) % 0xffff
  return difference > 0x7fff ? difference - 0xffff : difference
}

/** kv-mixed-h1, packet 101: outer IPv4, UDP with a checksum, VXLAN, ARP. */
const KERNEL4 =
  '4500004e80b200004011d1220a000a660a000a65c8ae12b5003a9af30800000000000a0002000a10000102000a1000020806000108000604000102000a1000020a0a00020000000000000a0a0001'
/** seed-ovs-h1, packet 10: outer IPv4, UDP without a checksum, VXLAN, Ethernet, IPv4, ICMP echo. */
const OVS4 =
  '45000086000040004011115b0a000a880a000a85ebc412b50072000008000000000000000200c0a8c7010200c0a8c702080045000054876640004001a3edc0a8c702c0a8c7010800a46e31100004b796026b000000009ca80d0000000000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637'
/** kv-offload-on-h1, packet 3: as KERNEL4, with the checksum left to the card. */
const OFFLOAD4 =
  '4500004e3f000000401112d50a000a650a000a66c8ae12b5003a29160800000000006400ffffffffffff02aa000000010806000108000604000102aa00000001c0a84001000000000000c0a84002'
/** kv-offload-on-h1, packet 11: outer UDP as if the inner TCP checksum were filled in, which is left to the card. */
const OFFLOAD_TCP4 =
  '450000663f590000401112640a000a650a000a6688c412b50052c318080000000000640002bb0000000202aa00000001080045000034679a40004006d1d5c0a84001c0a840029ed41389355b3783d2307d2880100040017b00000101080a9695094906891bf2'
/** kv-v6-h1, packet 27: outer IPv6, UDP, VXLAN, Ethernet, IPv6, TCP. */
const KERNEL6 =
  '6000000000661140fd000010000000000000000000000001fd000010000000000000000000000002815d12b50066719408000000001b580002bb0000000202aa0000000186dd600facac00200640fd000090000000000000000000000001fd000090000000000000000000000002a6f61389bfcad0cc46b0b5a98010003f1fb100000101080a42eab9b003d713c6'
/** kv-v6-h1, packet 14: the inner IPv6 packet, an ICMPv6 router solicitation. */
const SOLICITATION =
  '6000000000103afffe8000000000000000bb00fffe000002ff020000000000000000000000000002850079b400000000010102bb00000002'

/** The UDP verification of the IPv4 packet at `at`. */
function udp4(view: DataView, at = 0): number {
  const end = at + view.getUint16(at + 2)
  const pseudo = checksum.pseudoHeaderSum4(view.getInt32(at + 12), view.getInt32(at + 16), 17, end - at - 20)
  return checksum.verifyUdp(view, at + 20, end, pseudo)
}

describe('sum', () => {
  it('adds the example of RFC 1071 §3', () => {
    const view = viewOf('0001 f203 f4f5 f6f7')
    expect(checksum.sum(view, 0, 8)).toBe(0xddf2)
    expect(checksum.complement(checksum.sum(view, 0, 8))).toBe(0x220d)
  })

  it('takes an odd last byte as the high half of a word', () => {
    expect(checksum.sum(viewOf('01 02 03'), 0, 3)).toBe(0x0402)
    expect(checksum.sum(viewOf('ff'), 0, 1)).toBe(0xff00)
    expect(checksum.sum(viewOf('ff'), 1, 1)).toBe(0)
  })

  it('equals the word by word sum for any offset, length and start', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ size: 'max', maxLength: 200 }),
        fc.nat({ max: 9 }),
        fc.nat({ max: 0xffff }),
        (bytes, lead, initial) => {
          const buffer = new Uint8Array(lead + bytes.length + 7).fill(0xc3)
          buffer.set(bytes, lead)
          const view = new DataView(buffer.buffer)
          expect(checksum.sum(view, lead, lead + bytes.length, initial)).toBe(slowSum(bytes, initial))
        },
      ),
      { numRuns: 500 },
    )
  })

  it.each([0x7fff, 0x8000, 0x8001, 0x8003, 0x1_0000, 0x8_0001, 0x10_0000, 0x10_0021, 0x30_0003])(
    'does not overflow over %i bytes of 0xff',
    (length) => {
      const bytes = new Uint8Array(length).fill(0xff)
      expect(checksum.sum(new DataView(bytes.buffer), 0, length, 0xffff_ffff)).toBe(length % 2 === 0 ? 0xffff : 0xff00)
    },
  )

  it('equals the word by word sum over a super-frame', () => {
    const bytes = new Uint8Array(150_001)
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 2_654_435_761) >>> 11
    expect(checksum.sum(new DataView(bytes.buffer), 0, bytes.length)).toBe(slowSum(bytes))
  })

  it('goes on from window to window', () => {
    const view = viewOf('0001 f203 f4f5 f6f7 88')
    const first = checksum.sum(view, 0, 2)
    expect(checksum.sum(view, 2, 9, first)).toBe(checksum.sum(view, 0, 9))
  })
})

describe('fold', () => {
  it.each([
    [0, 0],
    [0xffff, 0xffff],
    [0x1_0000, 1],
    [0x1_ffff, 1],
    [0x2_ddf0, 0xddf2],
    [0xffff_ffff, 0xffff],
    [0xffff_0001, 1],
  ])('brings the carries of %i round', (total, folded) => {
    expect(checksum.fold(total)).toBe(folded)
  })
})

describe('computed checksums', () => {
  it('are what the kernel sent, whatever the field holds', () => {
    const ip4 = viewOf(KERNEL4)
    const pseudo4 = checksum.pseudoHeaderSum4(0x0a000a66, 0x0a000a65, 17, 58)
    const ip6 = viewOf(KERNEL6)
    const pseudo6 = checksum.pseudoHeaderSum6(ip6, 8, 24, 17, 102)
    const inner6 = 40 + 8 + 8 + 14
    const tcp6 = checksum.pseudoHeaderSum6(ip6, inner6 + 8, inner6 + 24, 6, 32)
    const icmp6 = viewOf(SOLICITATION)
    const pseudoIcmp6 = checksum.pseudoHeaderSum6(icmp6, 8, 24, 58, 16)
    const icmp4 = viewOf(OVS4)
    const icmpAt = 20 + 8 + 8 + 14 + 20
    for (const junk of [0, 0x1234, 0xffff]) {
      ip4.setUint16(10, junk)
      expect(checksum.ipv4HeaderChecksum(ip4, 0, 20)).toBe(0xd122)
      ip4.setUint16(26, junk)
      expect(checksum.udpChecksum(ip4, 20, 78, pseudo4)).toBe(0x9af3)
      ip6.setUint16(46, 0x7194)
      ip6.setUint16(inner6 + 56, junk)
      expect(checksum.tcpChecksum(ip6, inner6 + 40, inner6 + 72, tcp6)).toBe(0x1fb1)
      ip6.setUint16(inner6 + 56, 0x1fb1)
      ip6.setUint16(46, junk)
      expect(checksum.udpChecksum(ip6, 40, 142, pseudo6)).toBe(0x7194)
      icmp6.setUint16(42, junk)
      expect(checksum.icmpv6Checksum(icmp6, 40, 56, pseudoIcmp6)).toBe(0x79b4)
      icmp4.setUint16(icmpAt + 2, junk)
      expect(checksum.icmpChecksum(icmp4, icmpAt, icmp4.byteLength)).toBe(0xa46e)
    }
  })

  it('cover IPv4 options', () => {
    // kv-mcast-h1, packet 1: IGMP with Router Alert.
    const view = viewOf('00 46c0002800004000010200000a000a65e000001694040000 2200e9fb000000010400 0000ef010101')
    expect(checksum.ipv4HeaderChecksum(view, 1, 24)).toBe(0xef94)
    expect(checksum.icmpChecksum(view, 25, 41)).toBe(0xe9fb)
  })

  it('are 0xffff where UDP computes 0, and 0 where the others do', () => {
    // Pseudo header 0xffff less what the rest adds up to: the sum is 0xffff, its complement 0.
    const view = viewOf('0000 0000 0008 0000')
    expect(checksum.udpChecksum(view, 0, 8, 0xfff7)).toBe(0xffff)
    expect(checksum.icmpv6Checksum(view, 0, 8, 0xfff7)).toBe(0)
  })

  it('cover header and payload of GRE', () => {
    // By tshark: "should be 0xf2e2".
    const view = viewOf('b000 0800 1234 0000 00001001 00000007 45000014')
    expect(checksum.greChecksum(view, 0, 20)).toBe(0xf2e2)
    expect(verdict(checksum.verifyGre(view, 0, 20))).toEqual([Verdict.Wrong, minus(0x1234, 0xf2e2)])
    view.setUint16(4, 0xf2e2)
    expect(verdict(checksum.verifyGre(view, 0, 20))).toEqual(VALID)
    expect(verdict(checksum.verifyGre(viewOf('3000 0800'), 0, 4))).toEqual([Verdict.Absent, 0])
  })
})

describe('pseudo headers', () => {
  it('take IPv4 addresses of either sign, and the length in 32 bits', () => {
    const wanted = slowSum(bytesOf('c0a8c701 fffffffe 00 11 0040'))
    expect(checksum.pseudoHeaderSum4(0xc0a8c701, 0xfffffffe, 17, 64)).toBe(wanted)
    expect(checksum.pseudoHeaderSum4(0xc0a8c701 | 0, -2, 17, 64)).toBe(wanted)
    expect(checksum.pseudoHeaderSum4(0, 0, 6, 0x1_2345)).toBe(0x2345 + 1 + 6)
  })

  it('take IPv6 addresses wherever they lie', () => {
    const source = 'fd000010000000000000000000000001'
    const destination = 'ff0200000000000000000000000000fb'
    const view = viewOf(`00 ${destination} 0000 ${source}`)
    const wanted = slowSum(bytesOf(`${source} ${destination} 00012345 000000 3a`))
    expect(checksum.pseudoHeaderSum6(view, 19, 1, 58, 0x1_2345)).toBe(wanted)
  })
})

describe('update', () => {
  it('follows the example of RFC 1624 §4', () => {
    expect(checksum.update(0xdd2f, 0x5555, 0x3285)).toBe(0x0000)
  })

  it('equals computing anew, for a word and for an address', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.nat({ max: 0xffff }),
        fc.nat({ max: 2 ** 32 - 1 }),
        (bytes, word, address) => {
          bytes[0] = 0x45
          const view = new DataView(bytes.buffer)
          const before = checksum.ipv4HeaderChecksum(view, 0, 20)
          const oldWord = view.getUint16(8)
          view.setUint16(8, word)
          const after = checksum.update(before, oldWord, word)
          expect(after).toBe(checksum.ipv4HeaderChecksum(view, 0, 20))
          const oldAddress = view.getUint32(12)
          view.setUint32(12, address)
          expect(checksum.update32(after, oldAddress, address)).toBe(checksum.ipv4HeaderChecksum(view, 0, 20))
          expect(checksum.update32(after, oldAddress | 0, address | 0)).toBe(checksum.ipv4HeaderChecksum(view, 0, 20))
        },
      ),
    )
  })
})

describe('verdicts', () => {
  it('names them all', () => {
    expect(Object.entries(Verdict).map(([name, code]) => [name.toLowerCase(), code])).toEqual(
      checksum.VERDICT_NAMES.map((name, code) => [name, code]),
    )
  })

  it('finds the captures of the lab valid, absent and partial, as they are', () => {
    const kernel = viewOf(KERNEL4)
    expect(verdict(checksum.verifyIpv4Header(kernel, 0, 20))).toEqual(VALID)
    expect(verdict(udp4(kernel))).toEqual(VALID)
    const ovs = viewOf(OVS4)
    expect(verdict(udp4(ovs))).toEqual([Verdict.Absent, 0])
    expect(verdict(checksum.verifyIpv4Header(ovs, 50, 20))).toEqual(VALID)
    expect(verdict(checksum.verifyIcmp(ovs, 70, ovs.byteLength))).toEqual(VALID)
    expect(verdict(udp4(viewOf(OFFLOAD4)))).toEqual([Verdict.Partial, 0])
  })

  it('finds TCP and ICMPv6 over IPv6 valid', () => {
    const view = viewOf(KERNEL6)
    expect(verdict(checksum.verifyUdp(view, 40, 142, checksum.pseudoHeaderSum6(view, 8, 24, 17, 102)))).toEqual(VALID)
    expect(verdict(checksum.verifyTcp(view, 110, 142, checksum.pseudoHeaderSum6(view, 78, 94, 6, 32)))).toEqual(VALID)
    const icmp = viewOf(SOLICITATION)
    const pseudo = checksum.pseudoHeaderSum6(icmp, 8, 24, 58, 16)
    expect(verdict(checksum.verifyIcmpv6(icmp, 40, 56, pseudo))).toEqual(VALID)
    icmp.setUint16(42, pseudo)
    expect(verdict(checksum.verifyIcmpv6(icmp, 40, 56, pseudo))).toEqual([Verdict.Partial, 0])
  })

  it('finds an inner TCP checksum partial, and the outer one right once the inner is filled in', () => {
    const view = viewOf(OFFLOAD_TCP4)
    const tcpAt = 20 + 8 + 8 + 14 + 20
    const inner = checksum.pseudoHeaderSum4(view.getInt32(62), view.getInt32(66), 6, view.byteLength - tcpAt)
    expect(verdict(checksum.verifyTcp(view, tcpAt, view.byteLength, inner))).toEqual([Verdict.Partial, 0])
    expect(checksum.verdictOf(udp4(view))).toBe(Verdict.Wrong)
    view.setUint16(tcpAt + 16, checksum.tcpChecksum(view, tcpAt, view.byteLength, inner))
    expect(verdict(checksum.verifyTcp(view, tcpAt, view.byteLength, inner))).toEqual(VALID)
    expect(verdict(udp4(view))).toEqual(VALID)
  })

  it('says by how much a field is wrong, also behind an odd offset', () => {
    for (const lead of ['', '00', '000000']) {
      const view = viewOf(lead + KERNEL4)
      const at = lead.length / 2
      view.setUint8(at + 8, 0x40 + 3) // TTL, the high half of its word
      expect(verdict(checksum.verifyIpv4Header(view, at, 20))).toEqual([Verdict.Wrong, 0x300])
      view.setUint16(at + 26, 0x9af3 - 5)
      expect(verdict(udp4(view, at))).toEqual([Verdict.Wrong, -5])
    }
  })

  it('says the difference between the field and what it ought to be, for every field and every value', () => {
    const bytes = bytesOf(KERNEL6)
    const view = new DataView(bytes.buffer)
    const pseudo = checksum.pseudoHeaderSum6(view, 8, 24, 17, 102)
    fc.assert(
      fc.property(fc.nat({ max: 0xffff }), (found) => {
        view.setUint16(46, found)
        const wanted =
          found === 0x7194
            ? VALID
            : found === 0
              ? [Verdict.Absent, 0]
              : found === checksum.fold(pseudo)
                ? [Verdict.Partial, 0]
                : [Verdict.Wrong, minus(found, 0x7194)]
        expect(verdict(checksum.verifyUdp(view, 40, 142, pseudo))).toEqual(wanted)
      }),
      { numRuns: 500, examples: [[0x7194], [0], [checksum.fold(pseudo)], [0xffff], [0x7193], [0x7195]] },
    )
  })

  it('takes 0xffff for the zero that UDP must not send', () => {
    const view = viewOf('0000 0000 0008 ffff')
    expect(verdict(checksum.verifyUdp(view, 0, 8, 0xfff7))).toEqual(VALID)
  })

  it('never takes zeros alone for a valid message', () => {
    expect(verdict(checksum.verifyIcmp(viewOf('0000 0000 0000 0000'), 0, 8))).toEqual([Verdict.Wrong, -0xffff])
    expect(verdict(checksum.verifyIcmp(viewOf('0000 ffff 0000 0000'), 0, 8))).toEqual(VALID)
  })

  it('prefers valid over partial where both are true', () => {
    // The rest of the datagram sums to 0xffff less twice the pseudo header: both readings give the field.
    const view = viewOf('0000 0000 0008 1000 dff7')
    expect(verdict(checksum.verifyUdp(view, 0, 10, 0x1000))).toEqual(VALID)
  })
})
