/**
 * Fields as data: name, place, value and text, read by a header's own layout. What a field means is said by a table of
 * sayings beside it; where it lies is not.
 */
import { getUint24, getUint48 } from '../core/bytes.ts'
import { differenceOf, VERDICT_NAMES, Verdict, verdictOf } from '../core/checksum.ts'
import type { FieldInfo, Layout } from '../core/layout.ts'

/** What became of verifying a checksum. */
export interface ChecksumCheck {
  /**
   * What became of it: `partial` is the sum of the pseudo header alone, left to an offload; `unverified` where not all that it covers is at
   * hand.
   */
  readonly verdict: 'valid' | 'absent' | 'partial' | 'wrong' | 'unverified'
  /** By how much the field exceeds what it ought to be, in one's-complement arithmetic; 0 unless `wrong`. */
  readonly difference: number
  /** Why it was not verified: `fragment`, `truncated`, `not captured in full` or `not quoted in full`; absent where it was. */
  readonly reason?: string
}

/** One field of a header, or a part of one. */
export interface DescribedField {
  /** Name of the field, as the codec has it. */
  readonly name: string
  /** Bytes from the packet's first byte to the word that holds the field. */
  readonly offset: number
  /** Bytes of that word. */
  readonly length: number
  /** Bits between the word's most significant bit and the field's. */
  readonly bitOffset: number
  /** Width of the field in bits. */
  readonly bits: number
  /** The number on the wire; raw bytes as lower-case hex digits. */
  readonly value: number | string
  /** The value as people write it, with names and units. */
  readonly text: string
  /** What the number counts; absent where it counts nothing. */
  readonly unit?: string
  /** What became of verifying it; only of a checksum. */
  readonly check?: ChecksumCheck
  /** Parts of the field: the options of a list, the meaning of a word; absent without parts. */
  readonly fields?: readonly DescribedField[]
}

/** How one field is said. */
export interface Saying {
  /** The text of a value; the number as it is unless given. For raw bytes the value is 0: read them at `at`. */
  readonly text?: (value: number, view: DataView, at: number) => string
  /** What the number counts. */
  readonly unit?: string
}

/** How the fields of a header are said; what is missing is said as a plain number, or in hex. */
export type Sayings<K extends string> = Readonly<Partial<Record<K, Saying>>>

/**
 * Reads every field of a layout.
 * @param at - First byte of the header, all of whose fixed part must be in the view.
 * @param origin - First byte of the packet, which offsets count from.
 */
export function describeFields<K extends string>(
  layout: Layout<K>,
  sayings: Sayings<K>,
  view: DataView,
  at: number,
  origin: number,
): DescribedField[] {
  return layout.fields.map((info) => describeField(info, sayings[info.name] ?? {}, view, at, origin))
}

function describeField(info: FieldInfo, saying: Saying, view: DataView, at: number, origin: number): DescribedField {
  const { name, offset, length, bitOffset, bits, kind } = info
  const position = at + offset
  const number = kind === 'bytes' ? 0 : readNumber(view, position, info)
  const value = kind === 'bytes' ? hexAt(view, position, length) : number
  const text = saying.text?.(number, view, position) ?? counted(value, saying.unit)
  const field = { name, offset: position - origin, length, bitOffset, bits, value, text }
  return saying.unit === undefined ? field : { ...field, unit: saying.unit }
}

function readNumber(view: DataView, at: number, { length, bitOffset, bits }: FieldInfo): number {
  const word = readWord(view, at, length)
  return Math.floor(word / 2 ** (8 * length - bitOffset - bits)) % 2 ** bits
}

function readWord(view: DataView, at: number, length: number): number {
  switch (length) {
    case 1:
      return view.getUint8(at)
    case 2:
      return view.getUint16(at)
    case 3:
      return getUint24(view, at)
    case 4:
      return view.getUint32(at)
    default:
      return getUint48(view, at)
  }
}

/** A field made by hand: whole bytes at `offset` from the packet's first byte. */
export function wholeField(
  name: string,
  offset: number,
  length: number,
  value: number | string,
  text: string,
  more: { unit?: string; fields?: readonly DescribedField[] } = {},
): DescribedField {
  return { name, offset, length, bitOffset: 0, bits: 8 * length, value, text, ...more }
}

/** A number with its unit, in the singular where it is one. */
export function counted(value: number | string, unit: string | undefined): string {
  if (unit === undefined) return String(value)
  return `${value} ${value === 1 ? unit.replace(/s$/, '') : unit}`
}

/** `0x` and at least `digits` hex digits. */
export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`
}

/** Lower-case hex digits of bytes in place. */
export function hexAt(view: DataView, at: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++)
    text += view
      .getUint8(at + i)
      .toString(16)
      .padStart(2, '0')
  return text
}

/** Names whose words are not those of the identifier. */
const WRITTEN: Readonly<Record<string, string>> = {
  Ah: 'AH',
  Arp: 'ARP',
  Ce: 'CE',
  Eapol: 'EAPOL',
  Ect0: 'ECT(0)',
  Ect1: 'ECT(1)',
  Esp: 'ESP',
  Gre: 'GRE',
  IPv4: 'IPv4',
  IPv6: 'IPv6',
  Icmp: 'ICMP',
  IcmpV6: 'ICMPv6',
  Igmp: 'IGMP',
  Ipv4: 'IPv4',
  Ipv6: 'IPv6',
  Ipx: 'IPX',
  LegacyVlan9100: 'VLAN tag 0x9100',
  LegacyVlan9200: 'VLAN tag 0x9200',
  LegacyVlan9300: 'VLAN tag 0x9300',
  Llc: 'LLC',
  Lldp: 'LLDP',
  MacSecurity: 'MACsec',
  Mpls: 'MPLS',
  MplsMulticast: 'MPLS multicast',
  Mtu: 'MTU',
  NetBios: 'NetBIOS',
  NotEct: 'Not-ECT',
  Nsh: 'NSH',
  Pad1: 'Pad1',
  PadN: 'PadN',
  PppoeDiscovery: 'PPPoE discovery',
  PppoeSession: 'PPPoE session',
  ReverseArp: 'RARP',
  Rpl: 'RPL',
  Sack: 'SACK',
  SackPermitted: 'SACK permitted',
  Sctp: 'SCTP',
  ServiceVlan: '802.1ad',
  Snap: 'SNAP',
  Tcp: 'TCP',
  Udp: 'UDP',
  UdpLite: 'UDP-Lite',
  Vlan: '802.1Q',
  Vrrp: 'VRRP',
  dsap: 'DSAP',
  dscp: 'DSCP',
  ecn: 'ECN',
  etherType: 'EtherType',
  ihl: 'IHL',
  mtu: 'MTU',
  nextHopMtu: 'next-hop MTU',
  ssap: 'SSAP',
  vlanId: 'VLAN id',
  vni: 'VNI',
  vsid: 'VSID',
}

/** The words of an identifier: `maximum segment size`. */
export function wordsOf(name: string): string {
  return WRITTEN[name] ?? name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
}

/** The name of a code in one of the codecs' code tables, `undefined` for one that is not there. */
export function nameIn(table: Readonly<Record<string, number>>, code: number): string | undefined {
  for (const name of Object.keys(table)) if (table[name] === code) return wordsOf(name)
  return undefined
}

/** A saying that names codes: `17 (UDP)`, or with hex digits `0x0800 (IPv4)`. */
export function coded(table: Readonly<Record<string, number>>, digits = 0): Saying {
  return {
    text: (value) => {
      const number = digits === 0 ? String(value) : hex(value, digits)
      const name = nameIn(table, value)
      return name === undefined ? number : `${number} (${name})`
    },
  }
}

/** A saying that lists the set bits by name: `0x12 (ACK, SYN)`. */
export function flagged(names: Readonly<Record<string, number>>, digits: number): Saying {
  return {
    text: (value) => {
      const set = Object.keys(names).filter((name) => (value & names[name]!) !== 0)
      return set.length === 0 ? hex(value, digits) : `${hex(value, digits)} (${set.join(', ')})`
    },
  }
}

/** Gives a checksum field its verdict; other fields stay as they are. */
export function withCheck(fields: readonly DescribedField[], check: ChecksumCheck): DescribedField[] {
  return fields.map((field) =>
    field.name === 'checksum' ? { ...field, text: `${field.text} (${saidOf(check)})`, check } : field,
  )
}

/** What a verification by checksum.ts says. */
export function checkOf(verification: number): ChecksumCheck {
  const verdict = verdictOf(verification)
  const name = VERDICT_NAMES[verdict] as ChecksumCheck['verdict']
  return { verdict: name, difference: verdict === Verdict.Wrong ? differenceOf(verification) : 0 }
}

/** A checksum that could not be verified. */
export function unverified(reason: string): ChecksumCheck {
  return { verdict: 'unverified', difference: 0, reason }
}

function saidOf({ verdict, difference, reason }: ChecksumCheck): string {
  switch (verdict) {
    case 'wrong':
      return `wrong by ${difference}`
    case 'partial':
      return 'partial: the sum of the pseudo-header alone'
    case 'unverified':
      return `not verified: ${reason}`
    default:
      return verdict
  }
}
