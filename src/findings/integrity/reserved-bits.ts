/** RESERVED_BITS: bits that the standard reserves are set, and some receivers drop the packet for it. */
import { hasNextProtocol } from '../../codecs/walk/tunnel-header.ts'
import { amount, type Words } from '../finding.ts'
import { and, fromTo, hexBytes, isDissected, oneOf, type Tunnel, tunnel } from '../words/display-filter.ts'
import { type Program, sendsLike } from '../words/sender.ts'

/** Reserved bits of one VNI in one direction. */
export interface ReservedBits {
  vni: number
  from: string
  to: string
  /** First words of the header and its last byte: the first few different ones. */
  words: [number, number][]
  /** What the receiver sends like. */
  program: Program | null
  tunnels: Tunnel[]
}

const FLAG_G = 0x80
/** First byte of a vendor's group policy variant. */
const VENDOR_POLICY = 0xc8
/** What GPE sets in the first byte: P, B, O. */
const GPE_FLAGS = 0x07

export const reservedBits: Words<ReservedBits> = {
  code: 'RESERVED_BITS',
  severity: 'warning',
  meaning: 'Tunnel headers have bits set that the standard reserves: some receivers drop such packets.',
  advice:
    'Disable the extension that sets the bits, or enable it on the other VTEP too; with Linux 6.14 or later, let the device accept them (reserved_bits).',
  evidence:
    'A VXLAN header has other bits than the I flag and the VNI set (RFC 7348 §5), or a GPE header what its draft reserves; a complete group policy is recognised and does not count. Undamaged packets. Reliable at any capture point.',
  title: ({ facts }) =>
    isGpe(facts)
      ? `${facts.from} sends VXLAN-GPE headers of VNI ${facts.vni} to the VXLAN port, which ${facts.to} may drop`
      : `${facts.from} sets reserved bits in the tunnel header of VNI ${facts.vni}, which ${facts.to} may drop`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} with reserved bits set: ${facts.words.map(([word, last]) => bits(word, last)).join('; ')}.`,
  inferred: ({ facts }) =>
    'A receiver that follows RFC 7348 §5 ignores them. Linux before 6.14 drops the packet silently; Linux from 6.14 on drops and counts it (rx_errors) unless the device is told to let these bits pass; ' +
    `Open vSwitch’s userspace datapath drops it, and strict intrusion detection does not recognise it as VXLAN.${hint(facts.words)}${sendsLike(facts.to, facts.program)}`,
  remedy: ({ facts }) =>
    isGpe(facts)
      ? `Send VXLAN-GPE to its own port, 4790, at both ${facts.from} and ${facts.to} (ip link … type vxlan … gpe dstport 4790), or disable it at ${facts.from}.`
      : `Find out which VXLAN extension ${facts.from} uses, and disable it there or enable it at ${facts.to} as well (ip link … type vxlan … gbp). With Linux 6.14 or later at ${facts.to}, ip link … type vxlan … reserved_bits can let them pass.`,
  displayFilter: ({ facts }) =>
    and(fromTo(facts.from, facts.to), oneOf(...facts.tunnels.map((which) => and(tunnel(which), oddHeader(which))))),
}

function bits(word: number, last: number): string {
  const said = [`flags 0x${hexBytes(word >>> 24, 1)}`]
  if ((word & 0xff_ffff) !== 0) said.push(`first reserved field 0x${hexBytes(word & 0xff_ffff, 3).replaceAll(':', '')}`)
  if (last !== 0) said.push(`last byte 0x${hexBytes(last, 1)}`)
  return said.join(', ')
}

/** Whether every header is one of GPE at a VXLAN port. */
function isGpe({ words, tunnels }: ReservedBits): boolean {
  return tunnels.every(({ kind }) => kind === 'vxlan') && words.every(([word, last]) => hasNextProtocol(word, last))
}

/** What such bits mean elsewhere. */
function hint(words: readonly [number, number][]): string {
  if (words.every(([word, last]) => hasNextProtocol(word, last))) {
    return ' These are VXLAN-GPE headers, with a next protocol and possibly no Ethernet header behind them: their port is 4790, and a plain VXLAN receiver cannot read them.'
  }
  if (words.some(([word, last]) => word >>> 24 === VENDOR_POLICY && (last & 0x7f) === 0)) {
    return ' Flags 0xc8 are those of a vendor’s group policy variant between the switches of one fabric (iVXLAN).'
  }
  if (words.some(([word]) => ((word >>> 24) & FLAG_G) !== 0)) {
    return ' The G flag is set, as for a group policy, but so are other bits.'
  }
  if (words.some(([word]) => ((word >>> 24) & GPE_FLAGS) !== 0)) {
    return ' VXLAN-GPE uses such flags, on port 4790.'
  }
  return ''
}

function oddHeader(which: Tunnel): string {
  if (!isDissected(which)) return '(udp.payload[0:4] != 08:00:00:00 || udp.payload[7:1] != 00)'
  if (which.kind === 'vxlan-gpe') return '(vxlan.flags & 0xc0 || vxlan.reserved_16 != 0 || vxlan.reserved8 != 0)'
  // A complete group policy has the G flag and no other reserved bit; without the flag its fields are reserved.
  const policy = 'vxlan.flag_g == 0 && (vxlan.flag_d == 1 || vxlan.flag_a == 1 || vxlan.gbp != 0)'
  return `(vxlan.flags_reserved != 0 || vxlan.reserved8 != 0 || (${policy}))`
}
