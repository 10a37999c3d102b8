/**
 * Arbitrary headers, one for each codec and named after it: values that fit their fields and that the codec's `enter` accepts.
 * Lengths agree with the header's own options; what a header says of its payload (lengths, checksums, next types) is arbitrary.
 */

import type * as ciscoMetadataCodec from '../codecs/carriers/cisco-metadata.ts'
import * as erspan2Codec from '../codecs/carriers/erspan-ii.ts'
import * as erspan3Codec from '../codecs/carriers/erspan-iii.ts'
import type * as etagCodec from '../codecs/carriers/etag.ts'
import * as greCodec from '../codecs/carriers/gre.ts'
import type * as itagCodec from '../codecs/carriers/itag.ts'
import * as macsecCodec from '../codecs/carriers/macsec.ts'
import type * as mplsCodec from '../codecs/carriers/mpls.ts'
import * as pppoeCodec from '../codecs/carriers/pppoe.ts'
import type * as pseudowireCodec from '../codecs/carriers/pseudowire.ts'
import type * as vntagCodec from '../codecs/carriers/vntag.ts'
import { NONE } from '../codecs/core/fault.ts'
import type * as arpCodec from '../codecs/headers/arp.ts'
import * as authenticationCodec from '../codecs/headers/authentication.ts'
import type * as geneveCodec from '../codecs/headers/geneve.ts'
import type * as icmpCodec from '../codecs/headers/icmp.ts'
import type * as icmpv6Codec from '../codecs/headers/icmpv6.ts'
import type * as igmpCodec from '../codecs/headers/igmp.ts'
import * as ipv4Codec from '../codecs/headers/ipv4.ts'
import type * as ipv6Codec from '../codecs/headers/ipv6.ts'
import type * as fragmentCodec from '../codecs/headers/ipv6-fragment.ts'
import * as optionsCodec from '../codecs/headers/ipv6-options.ts'
import * as routingCodec from '../codecs/headers/ipv6-routing.ts'
import type * as neighborCodec from '../codecs/headers/neighbor.ts'
import * as tcpCodec from '../codecs/headers/tcp.ts'
import type * as udpCodec from '../codecs/headers/udp.ts'
import * as vxlanCodec from '../codecs/headers/vxlan.ts'
import * as gbpCodec from '../codecs/headers/vxlan-gbp.ts'
import * as gpeCodec from '../codecs/headers/vxlan-gpe.ts'
import * as ciscoHdlcCodec from '../codecs/link/cisco-hdlc.ts'
import type * as dot1qCodec from '../codecs/link/dot1q.ts'
import type * as dsaCodec from '../codecs/link/dsa.ts'
import type * as dsaBrcmCodec from '../codecs/link/dsa-brcm.ts'
import type * as ethernetCodec from '../codecs/link/ethernet.ts'
import * as llcCodec from '../codecs/link/llc.ts'
import type * as loopbackCodec from '../codecs/link/loopback.ts'
import type * as mpacketCodec from '../codecs/link/mpacket.ts'
import type * as nflogCodec from '../codecs/link/nflog.ts'
import type * as pppCodec from '../codecs/link/ppp.ts'
import type * as sllCodec from '../codecs/link/sll.ts'
import type * as sll2Codec from '../codecs/link/sll2.ts'
import { bits, blocks, bytesOfLength, ipv6Address, u8, u16, u24, u32, u48 } from './bytes.ts'
import { fc } from './fast-check.ts'

/** Ethernet II and 802.3: any type, lengths among them. */
export const ethernet: fc.Arbitrary<ethernetCodec.Header> = /* @__PURE__ */ fc.record({
  destination: u48,
  source: u48,
  etherType: u16,
})

/** A VLAN tag. */
export const dot1q: fc.Arbitrary<dot1qCodec.Header> = /* @__PURE__ */ fc.record({
  priority: bits(3),
  dropEligible: bits(1),
  vlanId: bits(12),
  etherType: u16,
})

const snap = /* @__PURE__ */ fc.record({ organization: u24, protocol: u16 }).map(
  (extension): llcCodec.Header => ({
    dsap: llcCodec.Sap.Snap,
    ssap: llcCodec.Sap.Snap,
    control: llcCodec.CONTROL_UI,
    snap: extension,
  }),
)
const numbered = /* @__PURE__ */ fc
  .record({ dsap: u8, ssap: u8, control: u8, sequence: u8 })
  .filter(({ control }) => (control & 3) !== 3)
const unnumbered = /* @__PURE__ */ fc
  .record({ dsap: u8, ssap: u8, control: u8.map((control) => control | 3) })
  .filter(
    ({ dsap, ssap, control }) =>
      !(dsap === llcCodec.Sap.Snap && ssap === llcCodec.Sap.Snap && control === llcCodec.CONTROL_UI),
  )

/** LLC in its three lengths: unnumbered, numbered, with a SNAP extension. */
export const llc: fc.Arbitrary<llcCodec.Header> = /* @__PURE__ */ fc.oneof(snap, numbered, unnumbered)

/** A Linux cooked header, version 1. */
export const sll: fc.Arbitrary<sllCodec.Header> = /* @__PURE__ */ fc.record({
  packetType: u16,
  arphrdType: u16,
  addressLength: u16,
  address: bytesOfLength(8),
  protocol: u16,
})

/** A Linux cooked header, version 2. */
export const sll2: fc.Arbitrary<sll2Codec.Header> = /* @__PURE__ */ fc.record({
  protocol: u16,
  reserved: u16,
  interfaceIndex: u32,
  arphrdType: u16,
  packetType: u8,
  addressLength: u8,
  address: bytesOfLength(8),
})

/** A BSD loopback header in either byte order, its family a small number. */
export const loopback: fc.Arbitrary<loopbackCodec.Header> = /* @__PURE__ */ fc.oneof(
  fc.record({ family: u16, littleEndian: fc.constant(false) }),
  fc.record({ family: fc.integer({ min: 1, max: 0xffff }), littleEndian: fc.constant(true) }),
)

/** ARP for IPv4 over Ethernet. */
export const arp: fc.Arbitrary<arpCodec.Header> = /* @__PURE__ */ fc.record({
  hardwareType: u16,
  protocolType: u16,
  hardwareLength: fc.constant(6),
  protocolLength: fc.constant(4),
  operation: u16,
  senderHardware: u48,
  senderProtocol: u32,
  targetHardware: u48,
  targetProtocol: u32,
})

/** IPv4 with up to 40 bytes of options, well-formed or not; a total length of 0 among the others. */
export const ipv4: fc.Arbitrary<ipv4Codec.Header> = /* @__PURE__ */ fc
  .record({
    options: blocks(4, 0, 10),
    dscp: bits(6),
    ecn: bits(2),
    payload: fc.oneof(fc.constant(NONE), fc.nat({ max: 0xffff - ipv4Codec.LENGTH_MAX })),
    identification: u16,
    flags: bits(3),
    fragmentBlocks: bits(13),
    timeToLive: u8,
    protocol: u8,
    checksum: u16,
    source: u32,
    destination: u32,
  })
  .map(({ payload, fragmentBlocks, ...rest }) => {
    const headerLength = ipv4Codec.LENGTH + rest.options.length
    const totalLength = payload === NONE ? 0 : headerLength + payload
    return { version: ipv4Codec.VERSION, headerLength, totalLength, fragmentOffset: 8 * fragmentBlocks, ...rest }
  })

/** The fixed header of IPv6. */
export const ipv6: fc.Arbitrary<ipv6Codec.Header> = /* @__PURE__ */ fc.record({
  version: fc.constant(6),
  dscp: bits(6),
  ecn: bits(2),
  flowLabel: bits(20),
  payloadLength: u16,
  nextHeader: u8,
  hopLimit: u8,
  source: ipv6Address,
  destination: ipv6Address,
})

/** IPv6 hop-by-hop or destination options: options of any bytes, up to 40 bytes in all. */
export const ipv6Options: fc.Arbitrary<optionsCodec.Header> = /* @__PURE__ */ fc
  .record({ nextHeader: u8, options: blocks(8, 0, 4, 6) })
  .map((rest) => ({ ...rest, headerLength: optionsCodec.LENGTH + rest.options.length }))

/** An IPv6 routing header of types 0 to 5, with data of up to 52 bytes. */
export const ipv6Routing: fc.Arbitrary<routingCodec.Header> = /* @__PURE__ */ fc
  .record({ nextHeader: u8, routingType: fc.nat({ max: 5 }), segmentsLeft: u8, data: blocks(8, 0, 6, 4) })
  .map((rest) => ({ ...rest, headerLength: routingCodec.LENGTH + rest.data.length }))

/** An IPv6 fragment header. */
export const ipv6Fragment: fc.Arbitrary<fragmentCodec.Header> = /* @__PURE__ */ fc
  .record({ nextHeader: u8, reserved: u8, fragmentOffset: bits(13), flags: bits(3), identification: u32 })
  .map((header) => ({ ...header, fragmentOffset: 8 * header.fragmentOffset }))

/** An authentication header with a check value of up to 32 bytes. */
export const authentication: fc.Arbitrary<authenticationCodec.Header> = /* @__PURE__ */ fc
  .record({
    nextHeader: u8,
    reserved: u16,
    securityParametersIndex: u32,
    sequence: u32,
    integrityCheckValue: blocks(4, 0, 8),
  })
  .map((rest) => ({ ...rest, headerLength: authenticationCodec.LENGTH + rest.integrityCheckValue.length }))

/** UDP. */
export const udp: fc.Arbitrary<udpCodec.Header> = /* @__PURE__ */ fc.record({
  sourcePort: u16,
  destinationPort: u16,
  length: u16,
  checksum: u16,
})

/** TCP with up to 40 bytes of options, well-formed or not. */
export const tcp: fc.Arbitrary<tcpCodec.Header> = /* @__PURE__ */ fc
  .record({
    sourcePort: u16,
    destinationPort: u16,
    sequence: u32,
    acknowledgment: u32,
    reserved: bits(4),
    flags: u8,
    window: u16,
    checksum: u16,
    urgentPointer: u16,
    options: blocks(4, 0, 10),
  })
  .map((rest) => ({ ...rest, headerLength: tcpCodec.LENGTH + rest.options.length }))

/** ICMP of any type. */
export const icmp: fc.Arbitrary<icmpCodec.Header> = /* @__PURE__ */ fc.record({
  type: u8,
  code: u8,
  checksum: u16,
  rest: u32,
})

/** ICMPv6 of any type. */
export const icmpv6: fc.Arbitrary<icmpv6Codec.Header> = /* @__PURE__ */ fc.record({
  type: u8,
  code: u8,
  checksum: u16,
  rest: u32,
})

/** The target of a neighbour solicitation or advertisement. */
export const neighbor: fc.Arbitrary<neighborCodec.Header> = /* @__PURE__ */ fc.record({ target: ipv6Address })

/** The fixed part of IGMP of any type. */
export const igmp: fc.Arbitrary<igmpCodec.Header> = /* @__PURE__ */ fc.record({
  type: u8,
  maxResponseTime: u8,
  checksum: u16,
  group: u32,
})

/** A group record of an IGMPv3 report. */
export const igmpRecord: fc.Arbitrary<igmpCodec.GroupRecord> = /* @__PURE__ */ fc.record({
  type: u8,
  group: u32,
  sources: fc.array(u32, { maxLength: 5 }),
  auxiliary: blocks(4, 0, 3),
})

/** What an IGMPv3 query adds. */
export const igmpQueryTail: fc.Arbitrary<igmpCodec.QueryTail> = /* @__PURE__ */ fc.record({
  reserved: bits(4),
  suppress: bits(1),
  robustness: bits(3),
  interval: u8,
  sources: fc.array(u32, { maxLength: 5 }),
})

/** VXLAN with the I flag, any reserved bits. */
export const vxlan: fc.Arbitrary<vxlanCodec.Header> = /* @__PURE__ */ fc.record({
  flags: u8.map((flags) => flags | vxlanCodec.FLAG_I),
  reserved1: u24,
  vni: u24,
  reserved2: u8,
})

/** VXLAN with group policy and the I flag; G may be clear. */
export const vxlanGbp: fc.Arbitrary<gbpCodec.Header> = /* @__PURE__ */ fc.record({
  flags: u8.map((flags) => flags | gbpCodec.FLAG_I),
  policyFlags: u8,
  policyId: u16,
  vni: u24,
  reserved: u8,
})

/** VXLAN-GPE, version 0 with the I flag. */
export const vxlanGpe: fc.Arbitrary<gpeCodec.Header> = /* @__PURE__ */ fc.record({
  reserved1: bits(2),
  version: fc.constant(0),
  flags: bits(4).map((flags) => flags | gpeCodec.FLAG_I),
  reserved2: u16,
  nextProtocol: u8,
  vni: u24,
  reserved3: u8,
})

/** Geneve, version 0, with up to 24 bytes of options, well-formed or not. */
export const geneve: fc.Arbitrary<geneveCodec.Header> = /* @__PURE__ */ fc
  .record({
    version: fc.constant(0),
    flags: bits(2),
    reserved1: bits(6),
    protocolType: u16,
    vni: u24,
    reserved2: u8,
    options: blocks(4, 0, 6),
  })
  .map((rest) => ({ ...rest, optionsLength: rest.options.length }))

/** GRE, version 0, with every combination of its optional parts. */
export const gre: fc.Arbitrary<greCodec.Header> = /* @__PURE__ */ fc
  .record({
    flags: bits(13).map((flags) => flags & ~greCodec.FLAG_ROUTING),
    protocol: u16,
    checksum: u16,
    reserved1: u16,
    key: u32,
    sequence: u32,
  })
  .map(({ flags, protocol, checksum, reserved1, key, sequence }) => {
    const header: greCodec.Header = { flags, version: greCodec.VERSION, protocol }
    if (flags & greCodec.FLAG_CHECKSUM) Object.assign(header, { checksum, reserved1 })
    if (flags & greCodec.FLAG_KEY) header.key = key
    if (flags & greCodec.FLAG_SEQUENCE) header.sequence = sequence
    return header
  })

/** An MPLS label stack entry. */
export const mpls: fc.Arbitrary<mplsCodec.Header> = /* @__PURE__ */ fc.record({
  label: bits(20),
  trafficClass: bits(3),
  bottomOfStack: bits(1),
  timeToLive: u8,
})

/** The control word of a pseudowire. */
export const pseudowire: fc.Arbitrary<pseudowireCodec.Header> = /* @__PURE__ */ fc.record({
  nibble: bits(4),
  flags: bits(4),
  fragmentation: bits(2),
  length: bits(6),
  sequence: u16,
})

/** ERSPAN type II. */
export const erspan2: fc.Arbitrary<erspan2Codec.Header> = /* @__PURE__ */ fc.record({
  version: fc.constant(erspan2Codec.VERSION),
  vlan: bits(12),
  classOfService: bits(3),
  encapsulation: bits(2),
  truncated: bits(1),
  sessionId: bits(10),
  reserved: bits(12),
  index: bits(20),
})

/** ERSPAN type III, with and without its platform-specific subheader. */
export const erspan3: fc.Arbitrary<erspan3Codec.Header> = /* @__PURE__ */ fc
  .record({
    version: fc.constant(erspan3Codec.VERSION),
    vlan: bits(12),
    classOfService: bits(3),
    badShortOversized: bits(2),
    truncated: bits(1),
    sessionId: bits(10),
    timestamp: u32,
    securityGroup: u16,
    ethernetPayload: bits(1),
    frameType: bits(5),
    hardwareId: bits(6),
    egress: bits(1),
    granularity: bits(2),
    platform: fc.option(fc.record({ first: u32, second: u32 }), { nil: undefined }),
  })
  .map(({ platform, ...rest }) => ({
    ...rest,
    optional: platform === undefined ? 0 : 1,
    ...(platform !== undefined && { platform }),
  }))

/** A PPPoE header of the one version and type that there are. */
export const pppoe: fc.Arbitrary<pppoeCodec.Header> = /* @__PURE__ */ fc.record({
  version: fc.constant(pppoeCodec.VERSION),
  type: fc.constant(pppoeCodec.TYPE),
  code: u8,
  sessionId: u16,
  length: u16,
})

/** PPP with and without framing and compression of the protocol. */
export const ppp: fc.Arbitrary<pppCodec.Header> = /* @__PURE__ */ fc
  .record({ framed: fc.boolean(), compressed: fc.boolean(), protocol: u16 })
  .map(({ framed, compressed, protocol }) => ({
    framed,
    compressed,
    protocol: compressed ? (protocol & 0x7f) | 1 : protocol & 0xfeff,
  }))

/** An I-TAG of 802.1ah. */
export const itag: fc.Arbitrary<itagCodec.Header> = /* @__PURE__ */ fc.record({
  priority: bits(3),
  dropEligible: bits(1),
  useCustomerAddresses: bits(1),
  reserved: bits(3),
  serviceId: u24,
})

/** A VN-Tag. */
export const vntag: fc.Arbitrary<vntagCodec.Header> = /* @__PURE__ */ fc.record({
  direction: bits(1),
  pointer: bits(1),
  destination: bits(14),
  looped: bits(1),
  reserved: bits(1),
  version: bits(2),
  source: bits(12),
  etherType: u16,
})

/** An E-TAG. */
export const etag: fc.Arbitrary<etagCodec.Header> = /* @__PURE__ */ fc.record({
  priority: bits(3),
  dropEligible: bits(1),
  ingressBase: bits(12),
  reserved: bits(2),
  group: bits(2),
  base: bits(12),
  ingressExtension: u8,
  extension: u8,
  etherType: u16,
})

/** Cisco HDLC. */
export const ciscoHdlc: fc.Arbitrary<ciscoHdlcCodec.Header> = /* @__PURE__ */ fc.record({
  address: fc.constantFrom(ciscoHdlcCodec.ADDRESS_UNICAST, ciscoHdlcCodec.ADDRESS_BROADCAST),
  control: fc.constant(0),
  etherType: u16,
})

/** Cisco metadata. */
export const ciscoMetadata: fc.Arbitrary<ciscoMetadataCodec.Header> = /* @__PURE__ */ fc.record({
  version: u8,
  length: u8,
  option: u16,
  securityGroup: u16,
  etherType: u16,
})

/** A MACsec tag, with and without a secure channel. */
export const macsec: fc.Arbitrary<macsecCodec.Header> = /* @__PURE__ */ fc
  .record({
    flags: bits(6),
    association: bits(2),
    reserved: bits(2),
    shortLength: bits(6),
    packetNumber: u32,
    channel: fc.record({ system: u48, port: u16 }),
  })
  .map(({ channel, ...rest }) => ((rest.flags & macsecCodec.FLAG_CHANNEL) === 0 ? rest : { ...rest, channel }))

/** A DSA tag of Marvell's switches. */
export const dsa: fc.Arbitrary<dsaCodec.Header> = /* @__PURE__ */ fc.record({
  mode: bits(2),
  tagged: bits(1),
  device: bits(5),
  port: u8,
  priority: bits(3),
  code: bits(1),
  vlanId: bits(12),
  etherType: u16,
})

/** A tag of Broadcom's switches. */
export const dsaBrcm: fc.Arbitrary<dsaBrcmCodec.Header> = /* @__PURE__ */ fc.record({
  opcode: bits(3),
  trafficClass: bits(3),
  enforcement: bits(2),
  reason: u8,
  port: u16,
})

/** The part of an NFLOG record in front of its attributes. */
export const nflog: fc.Arbitrary<nflogCodec.Header> = /* @__PURE__ */ fc.record({
  family: u8,
  version: u8,
  resourceId: u16,
})

/** The preamble of an mPacket. */
export const mpacket: fc.Arbitrary<mpacketCodec.Header> = /* @__PURE__ */ fc.record({
  preamble: u48,
  seventh: u8,
  delimiter: u8,
})
