/**
 * The parts that a packet is built of, as plain objects: one interface and one maker per header of this folder, with everything
 * optional that the others or common sense can tell. Addresses may be text.
 */

import type * as ciscoMetadataCodec from '../carriers/cisco-metadata.ts'
import type * as erspan2Codec from '../carriers/erspan-ii.ts'
import type * as erspan3Codec from '../carriers/erspan-iii.ts'
import type * as etagCodec from '../carriers/etag.ts'
import type * as greCodec from '../carriers/gre.ts'
import type * as itagCodec from '../carriers/itag.ts'
import type * as mplsCodec from '../carriers/mpls.ts'
import type * as pppoeCodec from '../carriers/pppoe.ts'
import type * as pseudowireCodec from '../carriers/pseudowire.ts'
import type * as vntagCodec from '../carriers/vntag.ts'
import type { Ipv4Like, Ipv6Like, MacLike } from '../core/address-like.ts'
import type { Option } from '../core/options.ts'
import type * as arpCodec from '../headers/arp.ts'
import type * as authenticationCodec from '../headers/authentication.ts'
import type * as geneveCodec from '../headers/geneve.ts'
import type * as icmpCodec from '../headers/icmp.ts'
import type * as icmpv6Codec from '../headers/icmpv6.ts'
import type * as igmpCodec from '../headers/igmp.ts'
import type * as ipv4Codec from '../headers/ipv4.ts'
import type * as ipv6Codec from '../headers/ipv6.ts'
import type * as fragmentCodec from '../headers/ipv6-fragment.ts'
import type * as optionsCodec from '../headers/ipv6-options.ts'
import type * as routingCodec from '../headers/ipv6-routing.ts'
import type * as tcpCodec from '../headers/tcp.ts'
import type * as udpCodec from '../headers/udp.ts'
import type * as vxlanCodec from '../headers/vxlan.ts'
import type * as gbpCodec from '../headers/vxlan-gbp.ts'
import type * as gpeCodec from '../headers/vxlan-gpe.ts'
import type * as dot1qCodec from '../link/dot1q.ts'
import type * as llcCodec from '../link/llc.ts'
import type * as loopbackCodec from '../link/loopback.ts'
import type * as pppCodec from '../link/ppp.ts'
import type * as sllCodec from '../link/sll.ts'
import type * as sll2Codec from '../link/sll2.ts'
import { checkPadding } from './builder-check.ts'

/** `Header` without some fields, the rest optional. */
type Rest<H, K extends keyof H> = Partial<Omit<H, K>>

/** Ethernet II, or 802.3 in front of LLC. Left out: `etherType` from what follows. */
export interface Ethernet {
  /** Names the part. */
  layer: 'ethernet'
  /** MAC address of the receiver. */
  destination: MacLike
  /** MAC address of the sender. */
  source: MacLike
  /** What follows, 0x0600 to 0xffff; below that the length of an 802.3 frame (IEEE 802.3 §3.2.6). */
  etherType?: number
}

/**
 * A VLAN tag. The identifier of the first of several tags is 0x88a8, of a single or last one 0x8100, unless the type field before says
 * otherwise.
 */
export interface Dot1q extends Rest<dot1qCodec.Header, 'vlanId'> {
  /** Names the part. */
  layer: 'dot1q'
  /** VLAN identifier, 0 to 4 095. */
  vlanId: number
}

/** LLC; without access points, SNAP in front of an EtherType. */
export interface Llc extends Rest<llcCodec.Header, 'snap'> {
  /** Names the part. */
  layer: 'llc'
  /** The SNAP extension; a field that is not given is that of an EtherType (RFC 1042). */
  snap?: Partial<llcCodec.Snap>
}

/** ARP for IPv4 over Ethernet; a request unless `operation` is given. */
export interface Arp
  extends Rest<arpCodec.Header, 'senderHardware' | 'senderProtocol' | 'targetHardware' | 'targetProtocol'> {
  /** Names the part. */
  layer: 'arp'
  /** MAC address of the sender. */
  senderHardware: MacLike
  /** IPv4 address of the sender. */
  senderProtocol: Ipv4Like
  /** MAC address of the target; zero unless given, as in a request. */
  targetHardware?: MacLike
  /** IPv4 address of the target: the one that is asked for. */
  targetProtocol: Ipv4Like
}

/** IPv4. Left out: `headerLength`, `totalLength`, `protocol`, `checksum`. */
export interface Ipv4 extends Rest<ipv4Codec.Header, 'source' | 'destination' | 'options'> {
  /** Names the part. */
  layer: 'ipv4'
  /** Address of the sender. */
  source: Ipv4Like
  /** Address of the receiver. */
  destination: Ipv4Like
  /** Options, as bytes or as a list that is padded to whole words; at most 40 bytes (RFC 791 §3.1). */
  options?: Uint8Array | readonly Option[]
}

/** IPv6. Left out: `payloadLength`, `nextHeader`. */
export interface Ipv6 extends Rest<ipv6Codec.Header, 'source' | 'destination'> {
  /** Names the part. */
  layer: 'ipv6'
  /** Address of the sender. */
  source: Ipv6Like
  /** Address of the receiver, or of the next node of a source route. */
  destination: Ipv6Like
}

/** Hop-by-hop options, padded where they are a list. Left out: `nextHeader`, `headerLength`. */
export interface HopByHop extends Rest<optionsCodec.Header, 'options'> {
  /** Names the part. */
  layer: 'hopByHop'
  /** Options, as bytes or as a list that is padded to a multiple of 8 bytes (RFC 8200 §4.2). */
  options?: Uint8Array | readonly Option[]
}

/** Destination options, padded where they are a list. Left out: `nextHeader`, `headerLength`. */
export interface DestinationOptions extends Rest<optionsCodec.Header, 'options'> {
  /** Names the part. */
  layer: 'destinationOptions'
  /** Options, as bytes or as a list that is padded to a multiple of 8 bytes (RFC 8200 §4.2). */
  options?: Uint8Array | readonly Option[]
}

/** IPv6 routing header. Left out: `nextHeader`, `headerLength`. */
export interface Ipv6Routing extends Rest<routingCodec.Header, 'routingType' | 'data'> {
  /** Names the part. */
  layer: 'ipv6Routing'
  /** Routing type, 0 to 255 (RFC 8200 §4.4). */
  routingType: number
  /** What the type defines, behind the first four bytes of the header. */
  data: Uint8Array
}

/** IPv6 fragment header. Left out: `nextHeader`. */
export interface Ipv6Fragment extends Partial<fragmentCodec.Header> {
  /** Names the part. */
  layer: 'ipv6Fragment'
}

/** Authentication header. Left out: `nextHeader`, `headerLength`. */
export interface Authentication extends Partial<authenticationCodec.Header> {
  /** Names the part. */
  layer: 'authentication'
}

/**
 * UDP. Left out: `length`, `checksum`; in front of a tunnel header also `destinationPort` (the one that IANA assigned) and
 * `sourcePort` (the hash of the inner flow, RFC 7348 §5). `checksum: 0` sends none.
 */
export interface Udp extends Partial<udpCodec.Header> {
  /** Names the part. */
  layer: 'udp'
}

/** TCP. Left out: `headerLength`, `checksum`. */
export interface Tcp extends Rest<tcpCodec.Header, 'sourcePort' | 'destinationPort' | 'options'> {
  /** Names the part. */
  layer: 'tcp'
  /** Port of the sender, 0 to 65 535. */
  sourcePort: number
  /** Port of the receiver, 0 to 65 535. */
  destinationPort: number
  /** Options, as bytes or as a list that is padded to whole words; at most 40 bytes (RFC 9293 §3.1). */
  options?: Uint8Array | readonly Option[]
}

/** ICMP. Left out: `checksum`. */
export interface Icmp extends Rest<icmpCodec.Header, 'type'> {
  /** Names the part. */
  layer: 'icmp'
  /** Message type, 0 to 255 (RFC 792). */
  type: number
}

/** ICMPv6. Left out: `checksum`. */
export interface Icmpv6 extends Rest<icmpv6Codec.Header, 'type'> {
  /** Names the part. */
  layer: 'icmpv6'
  /** Message type, 0 to 255 (RFC 4443 §2.1). */
  type: number
}

/** Target and options of a neighbour solicitation or advertisement, behind ICMPv6. */
export interface Neighbor {
  /** Names the part. */
  layer: 'neighbor'
  /** The address that is asked for or announced (RFC 4861 §4.3, §4.4). */
  target: Ipv6Like
  /** Options, each a multiple of 8 bytes long; none unless given. */
  options?: readonly Option[]
}

/** IGMP, with the group records of a version 3 report or the rest of a version 3 query. Left out: `checksum`; with records, `group`. */
export interface Igmp extends Rest<igmpCodec.Header, 'type' | 'group'> {
  /** Names the part. */
  layer: 'igmp'
  /** Message type, 0 to 255 (RFC 3376 §4). */
  type: number
  /** Group address; 0.0.0.0 unless given. */
  group?: Ipv4Like
  /** Group records of a version 3 report (RFC 3376 §4.2). */
  records?: readonly igmpCodec.GroupRecord[]
  /** What a version 3 query holds behind the group (RFC 3376 §4.1). */
  query?: igmpCodec.QueryTail
}

/** VXLAN; the I flag unless `flags` is given. */
export interface Vxlan extends Rest<vxlanCodec.Header, 'vni'> {
  /** Names the part. */
  layer: 'vxlan'
  /** Network identifier, 0 to 16 777 215. */
  vni: number
}

/** VXLAN with group policy; the G and I flags unless `flags` is given. */
export interface VxlanGbp extends Rest<gbpCodec.Header, 'vni'> {
  /** Names the part. */
  layer: 'vxlanGbp'
  /** Network identifier, 0 to 16 777 215. */
  vni: number
}

/** VXLAN-GPE; the I and P flags unless `flags` is given. Left out: `nextProtocol`. */
export interface VxlanGpe extends Rest<gpeCodec.Header, 'vni'> {
  /** Names the part. */
  layer: 'vxlanGpe'
  /** Network identifier, 0 to 16 777 215. */
  vni: number
}

/** Geneve. Left out: `optionsLength`, `protocolType`, and the C flag where `flags` is not given. */
export interface Geneve extends Rest<geneveCodec.Header, 'vni' | 'options'> {
  /** Names the part. */
  layer: 'geneve'
  /** Network identifier, 0 to 16 777 215. */
  vni: number
  /** Options, as bytes or as a list; at most 252 bytes (RFC 8926 §3.4). */
  options?: Uint8Array | readonly geneveCodec.Option[]
}

/** GRE. Left out: `protocol`, `flags` as the optional fields require, and `checksum` where `flags` asks for one. */
export interface Gre extends Partial<greCodec.Header> {
  /** Names the part. */
  layer: 'gre'
}

/** A label of an MPLS stack. Left out: `bottomOfStack`, 1 unless another label follows. */
export interface Mpls extends Rest<mplsCodec.Header, 'label'> {
  /** Names the part. */
  layer: 'mpls'
  /** Label value, 0 to 1 048 575 (RFC 3032 §2.1). */
  label: number
}

/** Control word of a pseudowire, behind the last label. Left out: `length`. */
export interface Pseudowire extends Partial<pseudowireCodec.Header> {
  /** Names the part. */
  layer: 'pseudowire'
}

/** ERSPAN type II, behind GRE with a sequence number. */
export interface Erspan2 extends Rest<erspan2Codec.Header, 'sessionId'> {
  /** Names the part. */
  layer: 'erspan2'
  /** Number of the mirror session, 0 to 1 023. */
  sessionId: number
}

/** ERSPAN type III, behind GRE with a sequence number. Left out: `optional`, 1 with a `platform`. */
export interface Erspan3 extends Rest<erspan3Codec.Header, 'sessionId'> {
  /** Names the part. */
  layer: 'erspan3'
  /** Number of the mirror session, 0 to 1 023. */
  sessionId: number
}

/** PPP. Left out: `protocol`. */
export interface Ppp extends Partial<pppCodec.Header> {
  /** Names the part. */
  layer: 'ppp'
}

/** PPPoE in front of PPP. Left out: `length`. */
export interface Pppoe extends Rest<pppoeCodec.Header, 'sessionId'> {
  /** Names the part. */
  layer: 'pppoe'
  /** Number of the session, 0 to 65 535 (RFC 2516 §4). */
  sessionId: number
}

/** Service tag of a provider backbone bridge, in front of the customer's frame. */
export interface Itag extends Rest<itagCodec.Header, 'serviceId'> {
  /** Names the part. */
  layer: 'itag'
  /** Service instance (I-SID), 0 to 16 777 215 (IEEE 802.1ah). */
  serviceId: number
}

/** VN-Tag. Left out: `etherType`. */
export interface Vntag extends Rest<vntagCodec.Header, 'destination' | 'source'> {
  /** Names the part. */
  layer: 'vntag'
  /** Virtual interface of the receiver, 0 to 16 383. */
  destination: number
  /** Virtual interface of the sender, 0 to 4 095. */
  source: number
}

/** E-TAG. Left out: `etherType`. */
export interface Etag extends Rest<etagCodec.Header, 'base'> {
  /** Names the part. */
  layer: 'etag'
  /** Base of the channel identifier, 0 to 4 095 (IEEE 802.1BR). */
  base: number
}

/** Cisco metadata. Left out: `etherType`. */
export interface CiscoMetadata extends Rest<ciscoMetadataCodec.Header, 'securityGroup'> {
  /** Names the part. */
  layer: 'ciscoMetadata'
  /** Security group tag, 0 to 65 535. */
  securityGroup: number
}

/** Linux cooked header, version 1. Left out: `protocol`. */
export interface Sll extends Partial<sllCodec.Header> {
  /** Names the part. */
  layer: 'sll'
}

/** Linux cooked header, version 2. Left out: `protocol`. */
export interface Sll2 extends Partial<sll2Codec.Header> {
  /** Names the part. */
  layer: 'sll2'
}

/** BSD loopback. Left out: `family`. */
export interface Loopback extends Partial<loopbackCodec.Header> {
  /** Names the part. */
  layer: 'loopback'
}

/** Bytes as they are. */
export interface Payload {
  /** Names the part. */
  layer: 'payload'
  /** The bytes. */
  bytes: Uint8Array
}

/** Bytes behind the packet that fill up the innermost Ethernet frame: no length field of what that frame carries counts them. */
export interface Padding {
  /** Names the part. */
  layer: 'padding'
  /** The bytes. */
  bytes: Uint8Array
}

/** Headers between the link layer and the tunnel that are no overlay themselves, GRE and IP in IP aside. */
export type Carrier = Mpls | Pseudowire | Erspan2 | Erspan3 | Ppp | Pppoe | Itag | Vntag | Etag | CiscoMetadata

/** One part of a packet. */
export type Part =
  | Ethernet
  | Dot1q
  | Llc
  | Arp
  | Ipv4
  | Ipv6
  | HopByHop
  | DestinationOptions
  | Ipv6Routing
  | Ipv6Fragment
  | Authentication
  | Udp
  | Tcp
  | Icmp
  | Icmpv6
  | Neighbor
  | Igmp
  | Vxlan
  | VxlanGbp
  | VxlanGpe
  | Geneve
  | Gre
  | Carrier
  | Sll
  | Sll2
  | Loopback
  | Payload
  | Padding

/** Names of the parts. */
export type PartName = Part['layer']

/** What a maker takes: the part without its name. */
export type Fields<P extends Part> = Omit<P, 'layer'>

/** See {@link Ethernet}. */
export const ethernet = (fields: Fields<Ethernet>): Ethernet => ({ layer: 'ethernet', ...fields })
/** See {@link Dot1q}. */
export const dot1q = (fields: Fields<Dot1q>): Dot1q => ({ layer: 'dot1q', ...fields })
/** See {@link Llc}. */
export const llc = (fields: Fields<Llc> = {}): Llc => ({ layer: 'llc', ...fields })
/** See {@link Arp}. */
export const arp = (fields: Fields<Arp>): Arp => ({ layer: 'arp', ...fields })
/** See {@link Ipv4}. */
export const ipv4 = (fields: Fields<Ipv4>): Ipv4 => ({ layer: 'ipv4', ...fields })
/** See {@link Ipv6}. */
export const ipv6 = (fields: Fields<Ipv6>): Ipv6 => ({ layer: 'ipv6', ...fields })
/** See {@link HopByHop}. */
export const hopByHop = (fields: Fields<HopByHop> = {}): HopByHop => ({ layer: 'hopByHop', ...fields })
/** See {@link DestinationOptions}. */
export const destinationOptions = (fields: Fields<DestinationOptions> = {}): DestinationOptions => ({
  layer: 'destinationOptions',
  ...fields,
})
/** See {@link Ipv6Routing}. */
export const ipv6Routing = (fields: Fields<Ipv6Routing>): Ipv6Routing => ({ layer: 'ipv6Routing', ...fields })
/** See {@link Ipv6Fragment}. */
export const ipv6Fragment = (fields: Fields<Ipv6Fragment> = {}): Ipv6Fragment => ({ layer: 'ipv6Fragment', ...fields })
/** See {@link Authentication}. */
export const authentication = (fields: Fields<Authentication> = {}): Authentication => ({
  layer: 'authentication',
  ...fields,
})
/** See {@link Udp}. */
export const udp = (fields: Fields<Udp> = {}): Udp => ({ layer: 'udp', ...fields })
/** See {@link Tcp}. */
export const tcp = (fields: Fields<Tcp>): Tcp => ({ layer: 'tcp', ...fields })
/** See {@link Icmp}. */
export const icmp = (fields: Fields<Icmp>): Icmp => ({ layer: 'icmp', ...fields })
/** See {@link Icmpv6}. */
export const icmpv6 = (fields: Fields<Icmpv6>): Icmpv6 => ({ layer: 'icmpv6', ...fields })
/** See {@link Neighbor}. */
export const neighbor = (fields: Fields<Neighbor>): Neighbor => ({ layer: 'neighbor', ...fields })
/** See {@link Igmp}. */
export const igmp = (fields: Fields<Igmp>): Igmp => ({ layer: 'igmp', ...fields })
/** See {@link Vxlan}. */
export const vxlan = (fields: Fields<Vxlan>): Vxlan => ({ layer: 'vxlan', ...fields })
/** See {@link VxlanGbp}. */
export const vxlanGbp = (fields: Fields<VxlanGbp>): VxlanGbp => ({ layer: 'vxlanGbp', ...fields })
/** See {@link VxlanGpe}. */
export const vxlanGpe = (fields: Fields<VxlanGpe>): VxlanGpe => ({ layer: 'vxlanGpe', ...fields })
/** See {@link Geneve}. */
export const geneve = (fields: Fields<Geneve>): Geneve => ({ layer: 'geneve', ...fields })
/** See {@link Gre}. */
export const gre = (fields: Fields<Gre> = {}): Gre => ({ layer: 'gre', ...fields })
/** See {@link Mpls}. */
export const mpls = (fields: Fields<Mpls>): Mpls => ({ layer: 'mpls', ...fields })
/** See {@link Pseudowire}. */
export const pseudowire = (fields: Fields<Pseudowire> = {}): Pseudowire => ({ layer: 'pseudowire', ...fields })
/** See {@link Erspan2}. */
export const erspan2 = (fields: Fields<Erspan2>): Erspan2 => ({ layer: 'erspan2', ...fields })
/** See {@link Erspan3}. */
export const erspan3 = (fields: Fields<Erspan3>): Erspan3 => ({ layer: 'erspan3', ...fields })
/** See {@link Ppp}. */
export const ppp = (fields: Fields<Ppp> = {}): Ppp => ({ layer: 'ppp', ...fields })
/** See {@link Pppoe}. */
export const pppoe = (fields: Fields<Pppoe>): Pppoe => ({ layer: 'pppoe', ...fields })
/** See {@link Itag}. */
export const itag = (fields: Fields<Itag>): Itag => ({ layer: 'itag', ...fields })
/** See {@link Vntag}. */
export const vntag = (fields: Fields<Vntag>): Vntag => ({ layer: 'vntag', ...fields })
/** See {@link Etag}. */
export const etag = (fields: Fields<Etag>): Etag => ({ layer: 'etag', ...fields })
/** See {@link CiscoMetadata}. */
export const ciscoMetadata = (fields: Fields<CiscoMetadata>): CiscoMetadata => ({ layer: 'ciscoMetadata', ...fields })
/** See {@link Sll}. */
export const sll = (fields: Fields<Sll> = {}): Sll => ({ layer: 'sll', ...fields })
/** See {@link Sll2}. */
export const sll2 = (fields: Fields<Sll2> = {}): Sll2 => ({ layer: 'sll2', ...fields })
/** See {@link Loopback}. */
export const loopback = (fields: Fields<Loopback> = {}): Loopback => ({ layer: 'loopback', ...fields })
/** Bytes as they are. @param bytes - Bytes, or text to be written as UTF-8. */
export const payload = (bytes: Uint8Array | string): Payload => ({ layer: 'payload', bytes: bytesOf(bytes) })
/** See {@link Padding}. @param bytes - Bytes, or how many zeros, 0 to 65 535. */
export const padding = (bytes: Uint8Array | number): Padding => ({ layer: 'padding', bytes: zerosOf(bytes) })

function zerosOf(bytes: Uint8Array | number): Uint8Array {
  if (typeof bytes !== 'number') return bytes
  checkPadding(bytes)
  return new Uint8Array(bytes)
}

function bytesOf(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes
}
