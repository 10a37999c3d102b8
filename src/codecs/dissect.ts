/**
 * The walk: link layer → outer Ethernet and VLANs → IP → UDP → VXLAN, GPE or Geneve → inner Ethernet and VLANs → IP or ARP →
 * TCP, UDP or ICMP. Fills one reusable `Layers` with offsets and lengths; allocates nothing and never throws.
 */
import * as arp from './arp.ts'
import { Cursor } from './cursor.ts'
import * as dot1q from './dot1q.ts'
import * as ethernet from './ethernet.ts'
import { EtherType } from './ethernet.ts'
import { Fault, NONE } from './fault.ts'
import * as geneve from './geneve.ts'
import * as icmp from './icmp.ts'
import * as icmpv6 from './icmpv6.ts'
import * as ipv4 from './ipv4.ts'
import * as ipv6 from './ipv6.ts'
import * as extension from './ipv6-extension.ts'
import { LinkType } from './linktype.ts'
import * as loopback from './loopback.ts'
import { Protocol } from './protocol.ts'
import * as sll from './sll.ts'
import * as sll2 from './sll2.ts'
import * as tcp from './tcp.ts'
import * as udp from './udp.ts'
import * as vxlan from './vxlan.ts'
import * as gpe from './vxlan-gpe.ts'

/** Layers in walking order, as faults name them. */
export const Layer = {
  Link: 0,
  OuterEthernet: 1,
  OuterVlan: 2,
  OuterIpv4: 3,
  OuterIpv6: 4,
  OuterUdp: 5,
  Vxlan: 6,
  Gpe: 7,
  Geneve: 8,
  InnerEthernet: 9,
  InnerVlan: 10,
  InnerArp: 11,
  InnerIpv4: 12,
  InnerIpv6: 13,
  InnerTcp: 14,
  InnerUdp: 15,
  InnerIcmp: 16,
  InnerIcmpv6: 17,
} as const

/** Names of the layers by code, as they stand in summaries. */
export const LAYER_NAMES: readonly string[] = [
  'link',
  'outer.ethernet',
  'outer.vlan',
  'outer.ipv4',
  'outer.ipv6',
  'outer.udp',
  'vxlan',
  'vxlan-gpe',
  'geneve',
  'inner.ethernet',
  'inner.vlan',
  'inner.arp',
  'inner.ipv4',
  'inner.ipv6',
  'inner.tcp',
  'inner.udp',
  'inner.icmp',
  'inner.icmpv6',
]

/** What carries the inner frame. */
export const TunnelKind = { None: 0, Vxlan: 1, Gpe: 2, Geneve: 3 } as const

/** Names of the tunnel kinds by code, as they stand in summaries. */
export const TUNNEL_NAMES = ['none', 'vxlan', 'vxlan-gpe', 'geneve'] as const

/** Most VLAN tags that the walk follows in one frame; a ninth is a `TooDeep` fault. */
export const MAX_TAGS = 8

/** Most faults kept of one packet; the walk itself can find no more. */
const MAX_FAULTS = 4

/** `otherClass` of a record that is no tunnel packet: what `otherValue` numbers. */
export const OtherClass = { LinkType: 0, EtherType: 1, Protocol: 2, Llc: 3 } as const

/** An Ethernet header with its VLAN tags. */
export class FrameLayer {
  /** Offset of the Ethernet header, `NONE` where the link layer has none. */
  at = NONE
  /** How many VLAN tags follow. */
  tagCount = 0
  /** VLAN ids, outermost first; the first `tagCount` count. */
  readonly vlanIds = new Int32Array(MAX_TAGS)
  /** EtherType behind the last tag; below 0x0600 an 802.3 length; `NONE` when not read. */
  etherType = NONE

  reset(): void {
    this.at = NONE
    this.tagCount = 0
    this.etherType = NONE
  }
}

/** An IPv4 or IPv6 header with its options or extension headers. */
export class IpLayer {
  /** Offset of the header, `NONE` when there is none. */
  at = NONE
  /** 4 or 6, 0 when there is none. */
  version = 0
  /** Length of the IP packet in bytes: the length field, or what the frame carries where that is 0 (a super-frame). */
  length = 0
  /** Whether the length field was 0, or a jumbo option gave the length: a super-frame of segmentation offload. */
  lengthUnstated = false
  /** Offset of the payload, behind options and extension headers; `NONE` when the chain could not be followed. */
  payloadAt = NONE
  /** First offset past the payload on the wire. */
  payloadEnd = 0
  /** Upper-layer protocol number. */
  protocol = NONE
  /** Byte offset of this fragment in the datagram, 0 in a whole packet. */
  fragmentOffset = 0
  /** Whether more fragments follow. */
  moreFragments = false
  /** Identification: 16 bits of IPv4, 32 bits of an IPv6 fragment header, else 0. */
  identification = 0

  reset(): void {
    this.at = NONE
    this.version = 0
    this.length = 0
    this.lengthUnstated = false
    this.payloadAt = NONE
    this.payloadEnd = 0
    this.protocol = NONE
    this.fragmentOffset = 0
    this.moreFragments = false
    this.identification = 0
  }

  /** Whether the packet is one fragment of a datagram. */
  get isFragment(): boolean {
    return this.moreFragments || this.fragmentOffset > 0
  }
}

/** One packet taken apart: offsets into `view` (outer) and `innerView` (inner), `NONE` for what is not there. */
export class Layers {
  /** The view of the outer layers. */
  view: DataView = new DataView(new ArrayBuffer(0))
  /** The view of the inner layers; another one than `view` after reassembly. */
  innerView: DataView = this.view
  /** Offset of the record's first byte. */
  at = 0
  /** First offset past the captured bytes. */
  end = 0
  /** First offset past the frame on the wire, without frame check sequence. */
  wireEnd = 0
  /** Interface index of a LINUX_SLL2 record, 0 elsewhere. */
  linkInterface = 0

  readonly outerFrame = new FrameLayer()
  readonly outerIp = new IpLayer()
  /** Offset of the outer transport header (UDP, TCP, ICMP …), `NONE` in later fragments. */
  outerTransport = NONE
  /** Outer UDP ports, `NONE` without UDP. */
  outerSourcePort = NONE
  outerDestinationPort = NONE

  /** One of {@link TunnelKind}. */
  tunnel: number = TunnelKind.None
  /** Offset of the tunnel header. */
  tunnelAt = NONE
  /** VXLAN network identifier. */
  vni = NONE
  /** Bytes behind the tunnel header on the wire, the whole datagram's in a first fragment. */
  innerLength = 0

  readonly innerFrame = new FrameLayer()
  readonly innerIp = new IpLayer()
  /** Offset of an inner ARP packet. */
  innerArp = NONE
  /** Offset of the inner TCP, UDP, ICMP or ICMPv6 header; `NONE` when it is not there or not captured. */
  innerTransport = NONE
  /** Offset of the inner ports (TCP, UDP, SCTP), captured even where the rest of that header is not; `NONE` without. */
  innerPorts = NONE
  /** First captured offset past the inner packet. */
  innerEnd = 0

  /** Faults of this packet, in walking order. */
  faultCount = 0
  readonly faultLayers = new Int32Array(MAX_FAULTS)
  readonly faultCodes = new Int32Array(MAX_FAULTS)

  /** The cursor of the walk. */
  readonly cursor = new Cursor()
  /** Scratch of the IPv6 extension walk. */
  readonly chain = new extension.Chain()

  fault(layer: number, code: number): void {
    if (this.faultCount === MAX_FAULTS) return
    this.faultLayers[this.faultCount] = layer
    this.faultCodes[this.faultCount] = code
    this.faultCount++
  }
}

/** Which UDP destination port carries which tunnel: a table of all 65 536 ports. */
export type TunnelPorts = Uint8Array

/**
 * The known tunnel ports: 4789 and 8472 VXLAN, 4790 GPE, 6081 Geneve.
 * @param furtherVxlan - More VXLAN destination ports, 1 to 65 535.
 * @throws RangeError for a port out of range.
 */
export function tunnelPorts(furtherVxlan: readonly number[] = []): TunnelPorts {
  const ports = new Uint8Array(65536)
  ports[gpe.PORT] = TunnelKind.Gpe
  ports[geneve.PORT] = TunnelKind.Geneve
  for (const port of [vxlan.PORT, vxlan.PORT_LINUX, ...furtherVxlan]) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new RangeError(`a VXLAN port must be an integer from 1 to 65535, not ${port}`)
    }
    ports[port] = TunnelKind.Vxlan
  }
  return ports
}

/**
 * Takes one record apart.
 * @param layers - Filled anew; what the walk did not reach is `NONE`, 0 or false.
 * @param view - The chunk.
 * @param at - Offset of the record's first byte.
 * @param capturedLength - Bytes captured.
 * @param wireLength - Bytes that the wire carried, frame check sequence excluded.
 * @param linkType - LINKTYPE of the interface.
 * @param ports - From {@link tunnelPorts}.
 */
export function dissect(
  layers: Layers,
  view: DataView,
  at: number,
  capturedLength: number,
  wireLength: number,
  linkType: number,
  ports: TunnelPorts,
): void {
  reset(layers, view, at, capturedLength, wireLength)
  const etherType = enterLink(layers, linkType)
  if (etherType === NONE) return
  if (!enterIp(layers, layers.outerIp, etherType, Layer.OuterIpv4, Layer.OuterIpv6)) return
  enterTransport(layers, ports)
}

/** Offset of the inner network header, whether or not it was captured; `NONE` when nothing says where it is. */
export function innerNetworkAt({ innerFrame, innerIp }: Layers): number {
  if (innerFrame.at === NONE) return innerIp.at
  if (innerFrame.etherType === NONE) return NONE
  return innerFrame.at + ethernet.LENGTH + dot1q.LENGTH * innerFrame.tagCount
}

/**
 * Length of the inner IP packet in bytes; what the tunnel carries behind the inner Ethernet header where the snap length cut
 * the inner IP header off; 0 for an inner frame that is not IP.
 */
export function innerIpLength(layers: Layers): number {
  const { innerFrame, innerIp, innerLength, tunnelAt } = layers
  if (innerIp.at !== NONE) return innerIp.length
  if (innerFrame.at === NONE || tunnelAt === NONE) return 0
  if (innerFrame.etherType !== EtherType.IPv4 && innerFrame.etherType !== EtherType.IPv6) return 0
  return Math.max(0, innerLength - ethernet.LENGTH - dot1q.LENGTH * innerFrame.tagCount)
}

function reset(layers: Layers, view: DataView, at: number, capturedLength: number, wireLength: number): void {
  const end = at + Math.min(capturedLength, wireLength)
  layers.view = view
  layers.innerView = view
  layers.at = at
  layers.end = end
  layers.wireEnd = at + wireLength
  layers.linkInterface = 0
  layers.outerFrame.reset()
  layers.outerIp.reset()
  layers.outerTransport = NONE
  layers.outerSourcePort = NONE
  layers.outerDestinationPort = NONE
  layers.tunnel = TunnelKind.None
  layers.tunnelAt = NONE
  layers.vni = NONE
  layers.innerLength = 0
  layers.innerFrame.reset()
  layers.innerIp.reset()
  layers.innerArp = NONE
  layers.innerTransport = NONE
  layers.innerPorts = NONE
  layers.innerEnd = 0
  layers.faultCount = 0
  layers.cursor.reset(view, at, end, layers.wireEnd)
}

/** Steps over the link layer. @returns The EtherType of what follows, `NONE` when the walk ends here. */
function enterLink(layers: Layers, linkType: number): number {
  const { cursor } = layers
  switch (linkType) {
    case LinkType.Ethernet:
      return enterFrame(layers, layers.outerFrame, Layer.OuterEthernet, Layer.OuterVlan)
    case LinkType.LinuxSll2: {
      const header = sll2.enter(cursor)
      if (header === NONE) return refuse(layers, Layer.Link)
      layers.linkInterface = sll2.interfaceIndex(cursor.view, header)
      return enterTags(layers, layers.outerFrame, sll2.protocol(cursor.view, header), Layer.OuterVlan)
    }
    case LinkType.LinuxSll: {
      const header = sll.enter(cursor)
      if (header === NONE) return refuse(layers, Layer.Link)
      return enterTags(layers, layers.outerFrame, sll.protocol(cursor.view, header), Layer.OuterVlan)
    }
    case LinkType.Raw:
    case LinkType.RawBsd:
    case LinkType.RawOther:
      return enterRaw(layers)
    case LinkType.Ipv4:
      return note(layers.outerFrame, EtherType.IPv4)
    case LinkType.Ipv6:
      return note(layers.outerFrame, EtherType.IPv6)
    case LinkType.Null:
    case LinkType.Loop: {
      const header = loopback.enter(cursor)
      if (header === NONE) return refuse(layers, Layer.Link)
      return note(layers.outerFrame, loopback.etherType(cursor.view, header))
    }
    default:
      layers.fault(Layer.Link, Fault.UnknownLinkType)
      return NONE
  }
}

/** Raw IP: the version nibble says which. */
function enterRaw(layers: Layers): number {
  const { cursor } = layers
  if (cursor.end <= cursor.position) {
    cursor.failShort(1)
    return refuse(layers, Layer.Link)
  }
  const version = cursor.view.getUint8(cursor.position) >> 4
  if (version === 4) return note(layers.outerFrame, EtherType.IPv4)
  if (version === 6) return note(layers.outerFrame, EtherType.IPv6)
  layers.fault(Layer.Link, Fault.BadVersion)
  return NONE
}

function note(frame: FrameLayer, etherType: number): number {
  frame.etherType = etherType
  return etherType
}

function refuse(layers: Layers, layer: number): number {
  layers.fault(layer, layers.cursor.fault)
  return NONE
}

function enterFrame(layers: Layers, frame: FrameLayer, layer: number, tagLayer: number): number {
  const { cursor } = layers
  const at = ethernet.enter(cursor)
  if (at === NONE) return refuse(layers, layer)
  frame.at = at
  return enterTags(layers, frame, ethernet.etherType(cursor.view, at), tagLayer)
}

function enterTags(layers: Layers, frame: FrameLayer, first: number, layer: number): number {
  const { cursor } = layers
  let etherType = first
  while (dot1q.isTag(etherType)) {
    const at = frame.tagCount === MAX_TAGS ? cursor.fail(Fault.TooDeep) : dot1q.enter(cursor)
    if (at === NONE) {
      frame.etherType = etherType
      return refuse(layers, layer)
    }
    frame.vlanIds[frame.tagCount++] = dot1q.vlanId(cursor.view, at)
    etherType = dot1q.etherType(cursor.view, at)
  }
  frame.etherType = etherType
  return etherType
}

/** Steps over an IP header and what belongs to it. @returns Whether the walk can go on into the payload. */
function enterIp(layers: Layers, ip: IpLayer, etherType: number, layer4: number, layer6: number): boolean {
  if (etherType === EtherType.IPv4) return enterIpv4(layers, ip, layer4)
  if (etherType === EtherType.IPv6) return enterIpv6(layers, ip, layer6)
  return false
}

function enterIpv4(layers: Layers, ip: IpLayer, layer: number): boolean {
  const { cursor } = layers
  const { view, wireEnd: frameEnd } = cursor
  const at = ipv4.enter(cursor)
  if (at === NONE) {
    layers.fault(layer, cursor.fault)
    return false
  }
  const totalLength = ipv4.totalLength(view, at)
  ip.at = at
  ip.version = 4
  ip.lengthUnstated = totalLength === 0
  ip.length = totalLength === 0 ? frameEnd - at : totalLength
  if (at + ip.length > frameEnd) layers.fault(layer, Fault.LengthBeyondPacket)
  ip.payloadAt = cursor.position
  ip.payloadEnd = cursor.wireEnd
  ip.protocol = ipv4.protocol(view, at)
  ip.fragmentOffset = ipv4.fragmentOffset(view, at)
  ip.moreFragments = ipv4.moreFragments(view, at)
  ip.identification = ipv4.identification(view, at)
  return true
}

function enterIpv6(layers: Layers, ip: IpLayer, layer: number): boolean {
  const { cursor, chain } = layers
  const { view, wireEnd: frameEnd } = cursor
  const at = ipv6.enter(cursor)
  if (at === NONE) {
    layers.fault(layer, cursor.fault)
    return false
  }
  const payloadLength = ipv6.payloadLength(view, at)
  ip.at = at
  ip.version = 6
  ip.lengthUnstated = payloadLength === 0
  ip.length = payloadLength === 0 ? frameEnd - at : ipv6.LENGTH + payloadLength
  const whole = extension.walk(cursor, ipv6.nextHeader(view, at), chain)
  if (payloadLength === 0 && chain.jumboLength > 0) {
    ip.length = ipv6.LENGTH + chain.jumboLength
    const end = at + ip.length
    if (end < cursor.wireEnd) cursor.limit(end - cursor.position)
  }
  if (at + ip.length > frameEnd) layers.fault(layer, Fault.LengthBeyondPacket)
  ip.payloadEnd = cursor.wireEnd
  if (chain.fragment !== NONE) {
    ip.fragmentOffset = extension.fragmentOffset(view, chain.fragment)
    ip.moreFragments = extension.moreFragments(view, chain.fragment)
    ip.identification = extension.identification(view, chain.fragment)
  }
  ip.protocol = chain.protocol
  if (!whole) {
    layers.fault(layer, cursor.fault)
    return false
  }
  ip.payloadAt = cursor.position
  return true
}

function enterTransport(layers: Layers, ports: TunnelPorts): void {
  const { cursor, outerIp } = layers
  if (outerIp.fragmentOffset > 0) return
  if (outerIp.protocol !== Protocol.Udp) {
    layers.outerTransport = cursor.position
    return
  }
  const at = udp.enter(cursor)
  if (at === NONE) {
    layers.fault(Layer.OuterUdp, cursor.fault)
    return
  }
  const { view } = cursor
  layers.outerTransport = at
  layers.outerSourcePort = udp.sourcePort(view, at)
  layers.outerDestinationPort = udp.destinationPort(view, at)
  const kind = ports[layers.outerDestinationPort]!
  if (kind !== TunnelKind.None) enterTunnel(layers, at, kind)
}

/** Steps over the tunnel header of a datagram at a known port; what does not qualify stays plain UDP, with a fault. */
function enterTunnel(layers: Layers, udpAt: number, kind: number): void {
  const { cursor, outerIp } = layers
  const stated = udp.length(cursor.view, udpAt)
  const carried = outerIp.payloadEnd - udpAt
  // A first fragment carries less than the datagram has, and its length field is the only one that tells.
  const whole = stated >= udp.LENGTH && (stated <= carried || outerIp.moreFragments)
  const payloadEnd = udpAt + (whole ? stated : carried)
  cursor.wireEnd = payloadEnd
  if (cursor.end > payloadEnd) cursor.end = payloadEnd
  if (kind === TunnelKind.Vxlan) enterVxlan(layers)
  else if (kind === TunnelKind.Gpe) enterGpe(layers)
  else enterGeneve(layers)
}

function openTunnel(layers: Layers, kind: number, at: number, vni: number): void {
  const { cursor } = layers
  layers.tunnel = kind
  layers.tunnelAt = at
  layers.vni = vni
  layers.innerLength = cursor.wireEnd - cursor.position
  layers.innerEnd = cursor.end
}

function enterVxlan(layers: Layers): void {
  const { cursor } = layers
  const at = vxlan.enter(cursor)
  if (at === NONE) return layers.fault(Layer.Vxlan, cursor.fault)
  openTunnel(layers, TunnelKind.Vxlan, at, vxlan.vni(cursor.view, at))
  enterInnerFrame(layers)
}

function enterGpe(layers: Layers): void {
  const { cursor } = layers
  const { view } = cursor
  const at = gpe.enter(cursor)
  if (at === NONE) return layers.fault(Layer.Gpe, cursor.fault)
  openTunnel(layers, TunnelKind.Gpe, at, gpe.vni(view, at))
  const flags = gpe.flags(view, at)
  // O=1 marks an operations frame: not tenant data, so not taken apart (draft-ietf-nvo3-vxlan-gpe-12 §3.1).
  if ((flags & gpe.FLAG_O) !== 0) return
  const next = (flags & gpe.FLAG_P) === 0 ? gpe.NextProtocol.Ethernet : gpe.nextProtocol(view, at)
  if (next === gpe.NextProtocol.Ethernet) enterInnerFrame(layers)
  else if (next === gpe.NextProtocol.Ipv4) enterInner(layers, note(layers.innerFrame, EtherType.IPv4))
  else if (next === gpe.NextProtocol.Ipv6) enterInner(layers, note(layers.innerFrame, EtherType.IPv6))
  else if (next === gpe.NextProtocol.Nsh) note(layers.innerFrame, EtherType.Nsh)
}

function enterGeneve(layers: Layers): void {
  const { cursor } = layers
  const { view } = cursor
  const at = geneve.enter(cursor)
  if (at === NONE) return layers.fault(Layer.Geneve, cursor.fault)
  openTunnel(layers, TunnelKind.Geneve, at, geneve.vni(view, at))
  const protocol = geneve.protocolType(view, at)
  if (protocol === EtherType.TransparentEthernet) enterInnerFrame(layers)
  else enterInner(layers, note(layers.innerFrame, protocol))
}

function enterInnerFrame(layers: Layers): void {
  const etherType = enterFrame(layers, layers.innerFrame, Layer.InnerEthernet, Layer.InnerVlan)
  if (etherType !== NONE) enterInner(layers, etherType)
}

function enterInner(layers: Layers, etherType: number): void {
  const { cursor, innerIp } = layers
  if (etherType === EtherType.Arp) {
    layers.innerArp = arp.enter(cursor)
    if (layers.innerArp === NONE) layers.fault(Layer.InnerArp, cursor.fault)
    return
  }
  if (!enterIp(layers, innerIp, etherType, Layer.InnerIpv4, Layer.InnerIpv6)) return
  layers.innerEnd = cursor.end
  if (innerIp.fragmentOffset > 0) return
  switch (innerIp.protocol) {
    case Protocol.Tcp:
      notePorts(layers)
      return enterInnerTransport(layers, tcp.enter(cursor), Layer.InnerTcp)
    case Protocol.Udp:
      notePorts(layers)
      return enterInnerTransport(layers, udp.enter(cursor), Layer.InnerUdp)
    case Protocol.Sctp:
      return notePorts(layers)
    case Protocol.Icmp:
      return enterInnerTransport(layers, icmp.enter(cursor), Layer.InnerIcmp)
    case Protocol.IcmpV6:
      return enterInnerTransport(layers, icmpv6.enter(cursor), Layer.InnerIcmpv6)
  }
}

function notePorts(layers: Layers): void {
  const { cursor } = layers
  if (cursor.end - cursor.position >= 4) layers.innerPorts = cursor.position
}

function enterInnerTransport(layers: Layers, at: number, layer: number): void {
  layers.innerTransport = at
  if (at === NONE) layers.fault(layer, layers.cursor.fault)
}
