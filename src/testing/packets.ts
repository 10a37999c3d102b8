/**
 * Arbitrary whole packets: well-formed ones of every header this package knows, tunnels in tunnels, and mutated ones.
 * A well-formed packet has right lengths, types and checksums, so that a reader must find every layer in it and no fault.
 */

import * as gre from '../codecs/carriers/gre.ts'
import { optionBytes } from '../codecs/core/options.ts'
import { Protocol } from '../codecs/core/protocol.ts'
import * as arp from '../codecs/headers/arp.ts'
import * as authentication from '../codecs/headers/authentication.ts'
import * as geneve from '../codecs/headers/geneve.ts'
import * as icmp from '../codecs/headers/icmp.ts'
import * as icmpv6 from '../codecs/headers/icmpv6.ts'
import * as igmp from '../codecs/headers/igmp.ts'
import * as fragment from '../codecs/headers/ipv6-fragment.ts'
import * as ipv6Options from '../codecs/headers/ipv6-options.ts'
import * as routing from '../codecs/headers/ipv6-routing.ts'
import * as tcp from '../codecs/headers/tcp.ts'
import * as vxlan from '../codecs/headers/vxlan.ts'
import * as gbp from '../codecs/headers/vxlan-gbp.ts'
import * as gpe from '../codecs/headers/vxlan-gpe.ts'
import { EtherType } from '../codecs/link/ethernet.ts'
import { LinkType } from '../codecs/link/linktype.ts'
import * as loopback from '../codecs/link/loopback.ts'
import * as sll from '../codecs/link/sll.ts'
import * as sll2 from '../codecs/link/sll2.ts'
import { checkInteger, checkList, checkObject } from '../option.ts'
import { blocks, bytesOfLength, ipv6Address, joined, mutate, mutation, station, u8, u16, u32, u48 } from './bytes.ts'
import { carried, carriedLink, snapFrame } from './carriers.ts'
import {
  type Composed,
  type Extension,
  encoded,
  frame,
  genevePayload,
  gpePayload,
  greUpper,
  icmpUpper,
  icmpv6Upper,
  igmpUpper,
  ipv4Packet,
  ipv6Packet,
  type Network,
  tcpUpper,
  type Upper,
  udpUpper,
  vxlanPayload,
} from './compose.ts'
import { fc } from './fast-check.ts'
import * as headers from './headers.ts'

/** A packet as a capture records it. */
export interface GeneratedPacket {
  /** The captured bytes. */
  readonly bytes: Uint8Array
  /** Bytes that the wire carried; more than `bytes` where a snap length cut. */
  readonly wireLength: number
  /** LINKTYPE number. */
  readonly linkType: number
}

/** A packet with nothing wrong in it. */
export interface WellFormedPacket extends GeneratedPacket {
  /** The names of its headers, outermost first, as `describePacket` gives them: payload, padding and quotes left out. */
  readonly layers: readonly string[]
}

/** How packets are generated. */
export interface PacketOptions {
  /** Fewest tunnels around the innermost packet, 0 unless given. */
  readonly minTunnels?: number
  /** Most tunnels around the innermost packet, 2 unless given; at most 8. */
  readonly maxTunnels?: number
  /** LINKTYPE numbers to choose from; all that are known unless given. */
  readonly linkTypes?: readonly number[]
}

/** Most tunnels around a packet. */
const MOST_TUNNELS = 8
const LINK_TYPES = /* @__PURE__ */ Object.values(LinkType)
/** Ports that carry no tunnel. */
const PLAIN_PORT = u16.filter((port) => ![vxlan.PORT, vxlan.PORT_LINUX, gpe.PORT, geneve.PORT].includes(port))
const PAYLOAD = fc.uint8Array({ maxLength: 64 })

/**
 * A well-formed packet: every layer is to be found in it, every checksum right or absent, and no fault.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type.
 */
export function packet(options: PacketOptions = {}): fc.Arbitrary<WellFormedPacket> {
  checkObject('options', options)
  checkInteger('minTunnels', options.minTunnels, 0, MOST_TUNNELS)
  const { minTunnels = 0, maxTunnels = Math.max(2, minTunnels), linkTypes = LINK_TYPES } = options
  checkInteger('maxTunnels', maxTunnels, minTunnels, MOST_TUNNELS)
  checkList('linkTypes', linkTypes, (name, linkType) => checkInteger(name, linkType, 0, 0xffff))
  checkInteger('linkTypes.length', linkTypes.length, 1)
  const cache = cached((key) => linked(Math.floor(key / 16), key % 16))
  return fc
    .tuple(fc.integer({ min: minTunnels, max: maxTunnels }), fc.constantFrom(...linkTypes))
    .chain(([tunnels, linkType]) => cache(16 * linkType + tunnels))
    .map(({ bytes, layers, linkType }) => ({ bytes, layers, linkType, wireLength: bytes.length }))
}

/** A well-formed packet with at least one tunnel; with `maxTunnels` above 1 also tunnels in tunnels. */
export function tunnelPacket(options: PacketOptions = {}): fc.Arbitrary<WellFormedPacket> {
  return packet({ minTunnels: 1, linkTypes: [LinkType.Ethernet], ...options })
}

/**
 * A packet with something wrong: bytes changed, inserted, removed, cut by the sender or by the snap length, or another link
 * type than its own.
 * @param original - What is changed; `packet()` unless given.
 */
export function mutatedPacket(original: fc.Arbitrary<GeneratedPacket> = packet()): fc.Arbitrary<GeneratedPacket> {
  return fc
    .record({
      from: original,
      mutations: fc.array(mutation, { maxLength: 4 }),
      captured: fc.option(fc.nat(), { freq: 3 }),
      longer: fc.option(fc.nat({ max: 3000 }), { freq: 6 }),
      linkType: fc.option(fc.oneof(fc.constantFrom(...LINK_TYPES), u8), { freq: 20 }),
    })
    .map(({ from, mutations, captured, longer, linkType }) => {
      const whole = mutate(from.bytes, mutations)
      const bytes = captured === null || whole.length === 0 ? whole : whole.slice(0, captured % (whole.length + 1))
      return { bytes, wireLength: whole.length + (longer ?? 0), linkType: linkType ?? from.linkType }
    })
}

/** A frame as the link type has it. */
function linked(linkType: number, tunnels: number): fc.Arbitrary<Composed & { linkType: number }> {
  const under = (head: Uint8Array, name: string | null, inside: Composed) => ({
    bytes: joined(head, inside.bytes),
    layers: name === null ? inside.layers : [name, ...inside.layers],
    linkType,
  })
  switch (linkType) {
    case LinkType.LinuxSll:
      return fc.tuple(headers.sll, network(tunnels)).map(([header, inside]) => {
        return under(encoded(sll, { ...header, protocol: inside.etherType }, sll.LENGTH), 'sll', inside)
      })
    case LinkType.LinuxSll2:
      return fc.tuple(headers.sll2, network(tunnels)).map(([header, inside]) => {
        return under(encoded(sll2, { ...header, protocol: inside.etherType }, sll2.LENGTH), 'sll2', inside)
      })
    case LinkType.Null:
    case LinkType.Loop:
      return fc
        .tuple(fc.boolean(), fc.constantFrom(...loopback.FAMILIES_IPV6), ip(tunnels))
        .map(([swapped, family6, inside]) => {
          const family = inside.etherType === EtherType.IPv4 ? loopback.FAMILY_IPV4 : family6
          const header = { family, littleEndian: swapped && linkType === LinkType.Null }
          return under(encoded(loopback, header, loopback.LENGTH), 'loopback', inside)
        })
    case LinkType.Raw:
    case LinkType.RawBsd:
    case LinkType.RawOther:
      return ip(tunnels).map((inside) => under(new Uint8Array(0), null, inside))
    case LinkType.Ipv4:
      return ipv4(tunnels).map((inside) => under(new Uint8Array(0), null, inside))
    case LinkType.Ipv6:
      return ipv6(tunnels).map((inside) => under(new Uint8Array(0), null, inside))
    default: {
      const begun = carriedLink(linkType, ip(tunnels), ethernetFrame(tunnels))
      const frames =
        begun ??
        fc.oneof(
          { weight: 9, arbitrary: ethernetFrame(tunnels) },
          { weight: 5, arbitrary: carriedFrame(tunnels) },
          { weight: 1, arbitrary: snapFrame(ip(tunnels)) },
        )
      return frames.map((inside) => ({ ...inside, linkType }))
    }
  }
}

const TAG = /* @__PURE__ */ fc.record({
  tpid: fc.constantFrom(
    EtherType.Vlan,
    EtherType.ServiceVlan,
    EtherType.LegacyVlan9100,
    EtherType.LegacyVlan9200,
    EtherType.LegacyVlan9300,
  ),
  priority: fc.nat({ max: 7 }),
  dropEligible: fc.nat({ max: 1 }),
  vlanId: fc.nat({ max: 4095 }),
})

function ethernetFrame(tunnels: number): fc.Arbitrary<Composed> {
  return fc
    .tuple(
      fc.record({ destination: u48, source: station }),
      fc.array(TAG, { maxLength: 2 }),
      network(tunnels),
      fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 46 }) }),
    )
    .map(([addresses, tags, inside, padding]) => {
      const { bytes, layers } = frame(addresses, tags, inside)
      return { bytes: joined(bytes, new Uint8Array(padding)), layers }
    })
}

/** A frame around one carrier or two. */
function carriedFrame(tunnels: number): fc.Arbitrary<Composed> {
  const once = carried(ip(tunnels), ethernetFrame(tunnels))
  const framed = fc
    .tuple(fc.record({ destination: u48, source: station }), once)
    .map(([addresses, inside]) => frame(addresses, [], inside))
  const twice = carried(
    once.filter(({ etherType }) => etherType === EtherType.IPv4 || etherType === EtherType.IPv6),
    framed,
  )
  return fc
    .tuple(
      fc.record({ destination: u48, source: station }),
      fc.array(TAG, { maxLength: 2 }),
      fc.oneof({ weight: 3, arbitrary: once }, { weight: 1, arbitrary: twice }),
    )
    .map(([addresses, tags, inside]) => frame(addresses, tags, inside))
}

/** IP, or ARP where no tunnel is asked for. */
function network(tunnels: number): fc.Arbitrary<Network> {
  if (tunnels > 0) return ip(tunnels)
  return fc.oneof(
    { weight: 5, arbitrary: ip(0) },
    {
      weight: 1,
      arbitrary: headers.arp.map((header) => {
        const onEthernet = { ...header, hardwareType: arp.HARDWARE_ETHERNET, protocolType: EtherType.IPv4 }
        return { bytes: encoded(arp, onEthernet, arp.LENGTH), layers: ['arp'], etherType: EtherType.Arp }
      }),
    },
  )
}

function ip(tunnels: number): fc.Arbitrary<Network> {
  return fc.oneof({ weight: 2, arbitrary: ipv4(tunnels) }, { weight: 1, arbitrary: ipv6(tunnels) })
}

function ipv4(tunnels: number): fc.Arbitrary<Network> {
  const options = fc.oneof(
    { weight: 4, arbitrary: fc.constant(new Uint8Array(0)) },
    { weight: 1, arbitrary: blocks(4, 1, 10) },
  )
  return fc
    .tuple(headers.ipv4, options, fc.boolean(), upper(4, tunnels))
    .map(([header, list, dontFragment, inside]) =>
      ipv4Packet({ ...header, options: list, flags: dontFragment ? 0b010 : 0, fragmentOffset: 0 }, inside),
    )
}

function ipv6(tunnels: number): fc.Arbitrary<Network> {
  const chain = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(extension, { maxLength: 4 }) },
  )
  return fc
    .tuple(headers.ipv6, chain, upper(6, tunnels))
    .map(([header, extensions, inside]) => ipv6Packet(header, extensions, inside))
}

/** An extension header that leaves the packet whole: no segments left, no fragment of many, no jumbo length. */
const extension: fc.Arbitrary<Extension> = /* @__PURE__ */ fc.oneof(
  fc.tuple(fc.constantFrom(Protocol.HopByHop, Protocol.DestinationOptions), PAYLOAD).map(([protocol, data]) => {
    const header = ipv6Options.header(0, [{ type: ipv6Options.OptionType.RouterAlert, data: data.subarray(0, 12) }])
    const name = protocol === Protocol.HopByHop ? 'ipv6-hop-by-hop' : 'ipv6-destination-options'
    return { protocol, name, bytes: encoded(ipv6Options, header, header.headerLength) }
  }),
  headers.ipv6Routing.map((header) => {
    const bytes = encoded(routing, { ...header, segmentsLeft: 0 }, header.headerLength)
    return { protocol: Protocol.Routing, name: 'ipv6-routing', bytes }
  }),
  headers.ipv6Fragment.map((header) => {
    const bytes = encoded(fragment, { ...header, fragmentOffset: 0, flags: 0 }, fragment.LENGTH)
    return { protocol: Protocol.Fragment, name: 'ipv6-fragment', bytes }
  }),
  headers.authentication.map((header) => {
    const bytes = encoded(authentication, header, header.headerLength)
    return { protocol: Protocol.Ah, name: 'authentication', bytes }
  }),
)

/** What IP carries: a tunnel while any are left, else the end of the stack. */
function upper(version: 4 | 6, tunnels: number): fc.Arbitrary<Upper> {
  if (tunnels > 0) return tunnel(tunnels - 1)
  const common: fc.Arbitrary<Upper>[] = [tcpSegment, udpDatagram, otherProtocol]
  return version === 4 ? fc.oneof(...common, icmpMessage, igmpMessage) : fc.oneof(...common, icmpv6Message)
}

const udpDatagram = /* @__PURE__ */ fc
  .record({ sourcePort: u16, destinationPort: PLAIN_PORT, summed: fc.boolean(), payload: PAYLOAD })
  .map(({ sourcePort, destinationPort, summed, payload }) =>
    udpUpper({ sourcePort, destinationPort }, summed, { bytes: payload, layers: [] }),
  )

/** Option lists that a TCP sender writes: those of a SYN, and timestamps with SACK blocks. */
const tcpOptions = /* @__PURE__ */ fc.oneof(
  fc.constant(new Uint8Array(0)),
  fc.tuple(u16, fc.nat({ max: 14 }), u32).map(([size, shift, stamp]) =>
    optionBytes([
      { type: tcp.OptionKind.MaximumSegmentSize, data: Uint8Array.of(size >> 8, size & 0xff) },
      { type: tcp.OptionKind.SackPermitted, data: new Uint8Array(0) },
      { type: tcp.OptionKind.Timestamps, data: words(stamp, 0) },
      { type: tcp.OptionKind.NoOperation, data: new Uint8Array(0) },
      { type: tcp.OptionKind.WindowScale, data: Uint8Array.of(shift) },
    ]),
  ),
  fc.array(u32, { minLength: 2, maxLength: 6 }).map((edges) =>
    optionBytes([
      { type: tcp.OptionKind.Timestamps, data: words(1, 2) },
      { type: tcp.OptionKind.Sack, data: words(...edges.slice(0, edges.length & ~1)) },
    ]),
  ),
)

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value)
  return bytes
}

const tcpSegment = /* @__PURE__ */ fc.tuple(headers.tcp, tcpOptions, PAYLOAD).map(([header, options, payload]) => {
  return tcpUpper({ ...header, options, headerLength: tcp.LENGTH + options.length }, payload)
})

/** A protocol that is carried, not taken apart. */
const otherProtocol = /* @__PURE__ */ fc
  .tuple(fc.constantFrom(Protocol.Esp, Protocol.Sctp, Protocol.Vrrp, Protocol.UdpLite, 253), bytesOfLength(24))
  .map(([protocol, bytes]): Upper => ({ protocol, layers: [], make: () => bytes }))

/** The first bytes of a packet, plain or in a tunnel, as errors quote them. */
function quoteOf(original: (tunnels: number) => fc.Arbitrary<Network>): fc.Arbitrary<Uint8Array> {
  const cache = cached(original)
  return fc
    .record({ tunnels: fc.nat({ max: 1 }), length: fc.integer({ min: 28, max: 600 }) })
    .chain(({ tunnels, length }) => cache(tunnels).map(({ bytes }) => bytes.slice(0, length)))
}

/** Makes each arbitrary once, when it is first asked for: they contain one another. */
function cached<T>(make: (key: number) => fc.Arbitrary<T>): (key: number) => fc.Arbitrary<T> {
  const made = new Map<number, fc.Arbitrary<T>>()
  return (key) => {
    const found = made.get(key) ?? make(key)
    made.set(key, found)
    return found
  }
}

const icmpMessage = /* @__PURE__ */ fc.oneof(
  fc
    .tuple(fc.constantFrom(icmp.Type.EchoRequest, icmp.Type.EchoReply), u32, PAYLOAD)
    .map(([type, rest, data]) => icmpUpper({ type, code: 0, checksum: 0, rest }, data)),
  fc.tuple(fc.nat({ max: 13 }), u16, fc.boolean(), quoteOf(ipv4)).map(([code, rest, expired, quote]) => {
    const type = expired ? icmp.Type.TimeExceeded : icmp.Type.DestinationUnreachable
    return icmpUpper({ type, code: expired ? code & 1 : code, checksum: 0, rest }, quote)
  }),
)

const neighborMessage = /* @__PURE__ */ fc.tuple(fc.boolean(), ipv6Address, u48).map(([asks, target, mac]) => {
  const type = asks ? icmpv6.Type.NeighborSolicitation : icmpv6.Type.NeighborAdvertisement
  const option = Uint8Array.of(
    asks ? 1 : 2,
    1,
    ...words(Math.floor(mac / 0x1_0000_0000), mac % 0x1_0000_0000).subarray(2),
  )
  return icmpv6Upper({ type, code: 0, checksum: 0, rest: asks ? 0 : icmpv6.FLAG_SOLICITED }, joined(target, option), [
    'neighbor',
  ])
})

const icmpv6Message = /* @__PURE__ */ fc.oneof(
  neighborMessage,
  fc
    .tuple(fc.constantFrom(icmpv6.Type.EchoRequest, icmpv6.Type.EchoReply), u32, PAYLOAD)
    .map(([type, rest, data]) => icmpv6Upper({ type, code: 0, checksum: 0, rest }, data)),
  fc
    .tuple(u32, quoteOf(ipv6))
    .map(([rest, quote]) => icmpv6Upper({ type: icmpv6.Type.PacketTooBig, code: 0, checksum: 0, rest }, quote)),
)

const igmpMessage = /* @__PURE__ */ fc.oneof(
  fc
    .tuple(fc.constantFrom(igmp.Type.MembershipReportV1, igmp.Type.MembershipReportV2, igmp.Type.LeaveGroup), u8, u32)
    .map(([type, maxResponseTime, group]) =>
      igmpUpper({ type, maxResponseTime, checksum: 0, group }, new Uint8Array(0)),
    ),
  fc.array(headers.igmpRecord, { maxLength: 4 }).map((records) => {
    const parts = records.map((record) =>
      encoded({ encode: igmp.encodeRecord }, record, 8 + 4 * record.sources.length + record.auxiliary.length),
    )
    const header = { type: igmp.Type.MembershipReportV3, maxResponseTime: 0, checksum: 0, group: records.length }
    return igmpUpper(header, joined(...parts))
  }),
  fc.tuple(u8, u32, headers.igmpQueryTail).map(([maxResponseTime, group, tail]) => {
    const bytes = encoded({ encode: igmp.encodeQueryTail }, tail, 4 + 4 * tail.sources.length)
    return igmpUpper({ type: igmp.Type.MembershipQuery, maxResponseTime, checksum: 0, group }, bytes)
  }),
)

/** A tunnel of any kind around `tunnels` more. */
function tunnel(tunnels: number): fc.Arbitrary<Upper> {
  const inFrame = ethernetFrame(tunnels)
  const inIp = ip(tunnels)
  const inUdp = (port: number, payload: fc.Arbitrary<Composed>) =>
    fc
      .tuple(u16, fc.boolean(), payload)
      .map(([sourcePort, summed, inside]) => udpUpper({ sourcePort, destinationPort: port }, summed, inside))
  const vxlanInside = fc.tuple(headers.vxlan, inFrame).map(([header, inside]) => vxlanPayload(asSent(header), inside))
  const gpeInside = fc.oneof(
    fc.tuple(headers.vxlanGpe, inFrame).map(([header, inside]) => {
      return gpePayload(
        { ...gpeAsSent(header), flags: gpe.FLAG_I | gpe.FLAG_P, nextProtocol: gpe.NextProtocol.Ethernet },
        inside,
      )
    }),
    fc.tuple(headers.vxlanGpe, inIp).map(([header, inside]) => {
      const nextProtocol = inside.etherType === EtherType.IPv4 ? gpe.NextProtocol.Ipv4 : gpe.NextProtocol.Ipv6
      return gpePayload({ ...gpeAsSent(header), flags: gpe.FLAG_I | gpe.FLAG_P, nextProtocol }, inside)
    }),
  )
  const geneveInside = fc.oneof(
    fc.tuple(geneveHeader, inFrame).map(([header, inside]) => genevePayload(header, inside)),
    fc
      .tuple(geneveHeader, inIp)
      .map(([header, inside]) => genevePayload({ ...header, protocolType: inside.etherType }, inside)),
  )
  return fc.oneof(
    { weight: 4, arbitrary: inUdp(vxlan.PORT, vxlanInside) },
    { weight: 2, arbitrary: inUdp(vxlan.PORT_LINUX, vxlanInside) },
    { weight: 2, arbitrary: inUdp(gpe.PORT, gpeInside) },
    { weight: 3, arbitrary: inUdp(geneve.PORT, geneveInside) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: gre.VSID_MAX }), u8, inFrame)
        .map(([vsid, flowId, inside]) => greUpper(gre.nvgreHeader(vsid, flowId), inside)),
    },
  )
}

/** A Geneve header with options that are whole, in front of an Ethernet frame. */
const geneveHeader = /* @__PURE__ */ fc
  .tuple(
    headers.geneve,
    fc.array(fc.record({ class: u16, type: u8, reserved: fc.nat({ max: 7 }), data: blocks(4, 0, 3) }), {
      maxLength: 3,
    }),
  )
  .map(([header, list]): geneve.Header => {
    const options = geneve.optionBytes(list)
    const reserved = { reserved1: 0, reserved2: 0 }
    return { ...header, ...reserved, options, optionsLength: options.length, protocolType: geneve.PROTOCOL_ETHERNET }
  })

/** A VXLAN header as senders make it: what is reserved is zero (RFC 7348 §5), group policy aside. */
function asSent(header: vxlan.Header): vxlan.Header {
  const hasPolicy = (header.flags & gbp.FLAG_G) !== 0
  const policy = header.reserved1 & (((gbp.POLICY_FLAG_D | gbp.POLICY_FLAG_A) << 16) | 0xffff)
  return {
    flags: vxlan.FLAG_I | (hasPolicy ? gbp.FLAG_G : 0),
    reserved1: hasPolicy ? policy : 0,
    vni: header.vni,
    reserved2: 0,
  }
}

/** A VXLAN-GPE header as senders make it: what is reserved is zero (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
function gpeAsSent(header: gpe.Header): gpe.Header {
  return { ...header, reserved1: 0, reserved2: 0, reserved3: 0 }
}
