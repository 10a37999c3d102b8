/**
 * How the fields of each header are said: names of codes and flags, addresses, units. Where the fields lie comes from the
 * codecs' layouts, what the codes are called from the codecs' code tables.
 */

import type * as ciscoMetadata from '../carriers/cisco-metadata.ts'
import type * as erspan2 from '../carriers/erspan-ii.ts'
import type * as erspan3 from '../carriers/erspan-iii.ts'
import type * as etag from '../carriers/etag.ts'
import * as gre from '../carriers/gre.ts'
import type * as itag from '../carriers/itag.ts'
import * as macsec from '../carriers/macsec.ts'
import type * as mpls from '../carriers/mpls.ts'
import type * as pppoe from '../carriers/pppoe.ts'
import type * as pseudowire from '../carriers/pseudowire.ts'
import type * as vntag from '../carriers/vntag.ts'
import { formatIpv4, formatIpv6, formatMac } from '../core/address.ts'
import type { Layout } from '../core/layout.ts'
import { Protocol } from '../core/protocol.ts'
import * as arp from '../headers/arp.ts'
import type * as authentication from '../headers/authentication.ts'
import * as geneve from '../headers/geneve.ts'
import * as icmp from '../headers/icmp.ts'
import * as icmpv6 from '../headers/icmpv6.ts'
import * as igmp from '../headers/igmp.ts'
import * as ipv4 from '../headers/ipv4.ts'
import type * as ipv6 from '../headers/ipv6.ts'
import * as fragment from '../headers/ipv6-fragment.ts'
import type * as ipv6Options from '../headers/ipv6-options.ts'
import * as routing from '../headers/ipv6-routing.ts'
import type * as neighbor from '../headers/neighbor.ts'
import * as tcp from '../headers/tcp.ts'
import type * as udp from '../headers/udp.ts'
import * as vxlan from '../headers/vxlan.ts'
import * as gbp from '../headers/vxlan-gbp.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import type * as ciscoHdlc from '../link/cisco-hdlc.ts'
import type * as dot1q from '../link/dot1q.ts'
import * as dsa from '../link/dsa.ts'
import type * as brcm from '../link/dsa-brcm.ts'
import * as ethernet from '../link/ethernet.ts'
import * as llc from '../link/llc.ts'
import type * as loopback from '../link/loopback.ts'
import type * as mpacket from '../link/mpacket.ts'
import * as nflog from '../link/nflog.ts'
import * as sll from '../link/sll.ts'
import type * as sll2 from '../link/sll2.ts'
import { coded, flagged, hex, nameIn, type Saying, type Sayings } from './describe-field.ts'

/** A codec that declares its header. */
export interface Declared<K extends string> {
  /** The declaration. */
  readonly LAYOUT: Layout<K>
}

/** The fields that a codec's layout declares. */
export type FieldsOf<Codec> = Codec extends Declared<infer K> ? K : never

/** A saying of a number in hex digits. */
function hexOf(digits: number): Saying {
  return { text: (value) => hex(value, digits) }
}

const MAC: Saying = { text: (value) => formatMac(value) }
const IPV4: Saying = { text: (value) => formatIpv4(value) }
const IPV6: Saying = { text: (_value, view, at) => formatIpv6(view, at) }
const PROTOCOL = coded(Protocol)
const BYTES: Saying = { unit: 'bytes' }
const CHECKSUM = hexOf(4)

/** A saying of a length that is counted in blocks. */
function blocksOf(unit: string, size: number, plus = 0): Saying {
  return { unit, text: (value) => `${value} (${(value + plus) * size} bytes)` }
}

/** A saying of an EtherType, which below 0x0600 is a length. */
const ETHER_TYPE: Saying = {
  text: (value, view, at) =>
    ethernet.isLength(value) ? `${value} bytes (802.3 length)` : coded(ethernet.EtherType, 4).text!(value, view, at),
}

/** How the fields of an Ethernet header are said. */
export const ETHERNET: Sayings<FieldsOf<typeof ethernet>> = { destination: MAC, source: MAC, etherType: ETHER_TYPE }

/** How the fields of a VLAN tag are said. */
export const DOT1Q: Sayings<FieldsOf<typeof dot1q>> = { etherType: ETHER_TYPE }

/** How the fields of an LLC header are said. */
export const LLC: Sayings<FieldsOf<typeof llc>> = {
  dsap: coded(llc.Sap, 2),
  ssap: coded(llc.Sap, 2),
  control: hexOf(2),
}

const DEVICE_PROTOCOL: Saying = {
  text: (value, view, at) => {
    const name = nameIn(sll.Protocol, value)
    return name === undefined ? coded(ethernet.EtherType, 4).text!(value, view, at) : `${hex(value, 4)} (${name})`
  },
}

/** How the fields of a Linux cooked header, version 1 are said. */
export const SLL: Sayings<FieldsOf<typeof sll>> = {
  packetType: coded(sll.PacketType),
  arphrdType: coded(sll.ArphrdType),
  addressLength: BYTES,
  protocol: DEVICE_PROTOCOL,
}

/** How the fields of a Linux cooked header, version 2 are said. */
export const SLL2: Sayings<FieldsOf<typeof sll2>> = {
  protocol: DEVICE_PROTOCOL,
  reserved: hexOf(4),
  arphrdType: coded(sll.ArphrdType),
  packetType: coded(sll.PacketType),
  addressLength: BYTES,
}

/** How the fields of a BSD loopback header are said. */
export const LOOPBACK: Sayings<FieldsOf<typeof loopback>> = { word: hexOf(8) }

/** How the fields of an ARP packet are said. */
export const ARP: Sayings<FieldsOf<typeof arp>> = {
  hardwareType: coded({ Ethernet: arp.HARDWARE_ETHERNET }),
  protocolType: coded(ethernet.EtherType, 4),
  hardwareLength: BYTES,
  protocolLength: BYTES,
  operation: coded(arp.Operation),
  senderHardware: MAC,
  senderProtocol: IPV4,
  targetHardware: MAC,
  targetProtocol: IPV4,
}

/** How the fields of an IPv4 header are said. */
export const IPV4_HEADER: Sayings<FieldsOf<typeof ipv4>> = {
  ihl: blocksOf('4-byte words', 4),
  ecn: coded(ipv4.Ecn),
  totalLength: BYTES,
  identification: hexOf(4),
  flags: flagged({ reserved: ipv4.FLAG_RESERVED, DF: ipv4.FLAG_DF, MF: ipv4.FLAG_MF }, 1),
  fragmentBlocks: blocksOf('8-byte blocks', 8),
  timeToLive: { unit: 'hops' },
  protocol: PROTOCOL,
  checksum: CHECKSUM,
  source: IPV4,
  destination: IPV4,
}

/** How the fields of an IPv6 header are said. */
export const IPV6_HEADER: Sayings<FieldsOf<typeof ipv6>> = {
  ecn: coded(ipv4.Ecn),
  flowLabel: hexOf(5),
  payloadLength: BYTES,
  nextHeader: PROTOCOL,
  hopLimit: { unit: 'hops' },
  source: IPV6,
  destination: IPV6,
}

/** How the fields of an IPv6 options header are said. */
export const OPTIONS_HEADER: Sayings<FieldsOf<typeof ipv6Options>> = {
  nextHeader: PROTOCOL,
  extensionBlocks: blocksOf('8-byte blocks', 8, 1),
}

/** How the fields of an IPv6 routing header are said. */
export const ROUTING: Sayings<FieldsOf<typeof routing>> = {
  nextHeader: PROTOCOL,
  extensionBlocks: blocksOf('8-byte blocks', 8, 1),
  routingType: coded(routing.RoutingType),
}

/** How the fields of an IPv6 fragment header are said. */
export const FRAGMENT: Sayings<FieldsOf<typeof fragment>> = {
  nextHeader: PROTOCOL,
  fragmentBlocks: blocksOf('8-byte blocks', 8),
  flags: flagged({ M: fragment.FLAG_M }, 1),
  identification: hexOf(8),
}

/** How the fields of an IPv6 authentication header are said. */
export const AUTHENTICATION: Sayings<FieldsOf<typeof authentication>> = {
  nextHeader: PROTOCOL,
  payloadLength: blocksOf('4-byte words', 4, 2),
  reserved: hexOf(4),
  securityParametersIndex: hexOf(8),
}

/** How the fields of a UDP header are said. */
export const UDP: Sayings<FieldsOf<typeof udp>> = { length: BYTES, checksum: CHECKSUM }

/** How the fields of a TCP header are said. */
export const TCP: Sayings<FieldsOf<typeof tcp>> = {
  dataOffset: blocksOf('4-byte words', 4),
  reserved: hexOf(1),
  flags: flagged(
    {
      FIN: tcp.FLAG_FIN,
      SYN: tcp.FLAG_SYN,
      RST: tcp.FLAG_RST,
      PSH: tcp.FLAG_PSH,
      ACK: tcp.FLAG_ACK,
      URG: tcp.FLAG_URG,
      ECE: tcp.FLAG_ECE,
      CWR: tcp.FLAG_CWR,
    },
    2,
  ),
  window: BYTES,
  checksum: CHECKSUM,
}

/** How the fields of an ICMP header are said. */
export const ICMP: Sayings<FieldsOf<typeof icmp>> = {
  type: coded(icmp.Type),
  code: {
    text: (value, view, at) => codeText(value, view.getUint8(at - 1), icmp.Type, icmp),
  },
  checksum: CHECKSUM,
  rest: hexOf(8),
}

/** How the fields of an ICMPv6 header are said. */
export const ICMPV6: Sayings<FieldsOf<typeof icmpv6>> = {
  type: coded(icmpv6.Type),
  code: {
    text: (value, view, at) => codeText(value, view.getUint8(at - 1), icmpv6.Type, icmpv6),
  },
  checksum: CHECKSUM,
  rest: hexOf(8),
}

/** The name of a code depends on the type in front of it. */
function codeText(
  code: number,
  type: number,
  types: { DestinationUnreachable: number; TimeExceeded: number },
  codes: { UnreachableCode: Readonly<Record<string, number>>; TimeExceededCode: Readonly<Record<string, number>> },
): string {
  const table =
    type === types.DestinationUnreachable
      ? codes.UnreachableCode
      : type === types.TimeExceeded
        ? codes.TimeExceededCode
        : {}
  const name = nameIn(table, code)
  return name === undefined ? String(code) : `${code} (${name})`
}

/** How the fields of a neighbour solicitation or advertisement are said. */
export const NEIGHBOR: Sayings<FieldsOf<typeof neighbor>> = { target: IPV6 }

/** How the fields of an IGMP header are said. */
export const IGMP: Sayings<FieldsOf<typeof igmp>> = {
  type: coded(igmp.Type, 2),
  maxResponseTime: {
    text: (value) => `${value} (${igmp.maxResponseDeciseconds(value) / 10} s)`,
  },
  checksum: CHECKSUM,
  group: IPV4,
}

/** How the fields of a VXLAN header are said. */
export const VXLAN: Sayings<FieldsOf<typeof vxlan>> = {
  flags: flagged({ I: vxlan.FLAG_I }, 2),
  reserved1: hexOf(6),
  reserved2: hexOf(2),
}

/** How the fields of a VXLAN header with group policy are said. */
export const VXLAN_GBP: Sayings<FieldsOf<typeof gbp>> = {
  flags: flagged({ G: gbp.FLAG_G, I: gbp.FLAG_I }, 2),
  policyFlags: flagged({ 'do not learn': gbp.POLICY_FLAG_D, 'policy applied': gbp.POLICY_FLAG_A }, 2),
  reserved: hexOf(2),
}

/** How the fields of a VXLAN-GPE header are said. */
export const VXLAN_GPE: Sayings<FieldsOf<typeof gpe>> = {
  flags: flagged({ I: gpe.FLAG_I, P: gpe.FLAG_P, B: gpe.FLAG_B, O: gpe.FLAG_O }, 1),
  reserved2: hexOf(4),
  nextProtocol: coded(gpe.NextProtocol),
  reserved3: hexOf(2),
}

/** How the fields of a Geneve header are said. */
export const GENEVE: Sayings<FieldsOf<typeof geneve>> = {
  optionWords: blocksOf('4-byte words', 4),
  flags: flagged({ O: geneve.FLAG_O, C: geneve.FLAG_C }, 1),
  protocolType: coded(ethernet.EtherType, 4),
  reserved2: hexOf(2),
}

/** How the fields of a GRE header are said. */
export const GRE: Sayings<FieldsOf<typeof gre>> = {
  flags: flagged(
    {
      checksum: gre.FLAG_CHECKSUM,
      key: gre.FLAG_KEY,
      sequence: gre.FLAG_SEQUENCE,
    },
    4,
  ),
  protocol: coded(ethernet.EtherType, 4),
}

/** How the fields of an ERSPAN type II header are said. */
export const ERSPAN_II: Sayings<FieldsOf<typeof erspan2>> = { reserved: hexOf(3), index: hexOf(5) }

/** How the fields of an ERSPAN type III header are said. */
export const ERSPAN_III: Sayings<FieldsOf<typeof erspan3>> = {}

/** How the fields of an entry of an MPLS label stack are said. */
export const MPLS: Sayings<FieldsOf<typeof mpls>> = { timeToLive: { unit: 'hops' } }

/** How the fields of the control word of a pseudowire are said. */
export const PSEUDOWIRE: Sayings<FieldsOf<typeof pseudowire>> = { flags: hexOf(1), length: BYTES }

/** How the fields of a PPPoE header are said. */
export const PPPOE: Sayings<FieldsOf<typeof pppoe>> = { code: hexOf(2), sessionId: hexOf(4), length: BYTES }

/** How the fields of a service tag (802.1ah) are said. */
export const ITAG: Sayings<FieldsOf<typeof itag>> = {}

/** How the fields of a VN-Tag are said. */
export const VNTAG: Sayings<FieldsOf<typeof vntag>> = { etherType: ETHER_TYPE }

/** How the fields of an E-TAG are said. */
export const ETAG: Sayings<FieldsOf<typeof etag>> = { etherType: ETHER_TYPE }

/** How the fields of a Cisco HDLC header are said. */
export const CISCO_HDLC: Sayings<FieldsOf<typeof ciscoHdlc>> = {
  address: hexOf(2),
  control: hexOf(2),
  etherType: ETHER_TYPE,
}
/** How the fields of a Cisco metadata tag are said. */
export const CISCO_METADATA: Sayings<FieldsOf<typeof ciscoMetadata>> = { option: hexOf(4), etherType: ETHER_TYPE }

/** How the fields of a MACsec tag are said. */
export const MACSEC: Sayings<FieldsOf<typeof macsec>> = {
  flags: flagged(
    {
      version: macsec.FLAG_VERSION,
      'end station': macsec.FLAG_END_STATION,
      'secure channel': macsec.FLAG_CHANNEL,
      broadcast: macsec.FLAG_BROADCAST,
      encrypted: macsec.FLAG_ENCRYPTED,
      changed: macsec.FLAG_CHANGED,
    },
    2,
  ),
  shortLength: BYTES,
}

/** How the fields of a DSA tag of a Marvell switch are said. */
export const DSA: Sayings<FieldsOf<typeof dsa>> = { mode: coded(dsa.Mode), etherType: ETHER_TYPE }

/** How the fields of a DSA tag of a Broadcom switch are said. */
export const DSA_BRCM: Sayings<FieldsOf<typeof brcm>> = { reason: hexOf(2), port: hexOf(4) }

/** How the fields of a record of netfilter’s log are said. */
export const NFLOG: Sayings<FieldsOf<typeof nflog>> = {
  family: coded({ Ipv4: nflog.FAMILY_IPV4, Ipv6: nflog.FAMILY_IPV6 }),
}

/** How the fields of the preamble of an Ethernet frame that may be preempted are said. */
export const MPACKET: Sayings<FieldsOf<typeof mpacket>> = {
  preamble: hexOf(12),
  seventh: hexOf(2),
  delimiter: hexOf(2),
}
