/** What the walk finds in one packet: reusable records of offsets and lengths. */
import { Cursor } from '../core/cursor.ts'
import { NONE } from '../core/fault.ts'
import * as extension from '../headers/ipv6-extension.ts'
import * as dot1q from '../link/dot1q.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'

/** Layers as faults name them: those of a plain tunnel packet in walking order, then carriers. */
export const Layer = {
  /** Link layer other than Ethernet. */
  Link: 0,
  /** Outer Ethernet header. */
  OuterEthernet: 1,
  /** Outer VLAN tag. */
  OuterVlan: 2,
  /** Outer IPv4 header. */
  OuterIpv4: 3,
  /** Outer IPv6 header, with its extension headers. */
  OuterIpv6: 4,
  /** Outer UDP header. */
  OuterUdp: 5,
  /** VXLAN header, with or without group policy. */
  Vxlan: 6,
  /** VXLAN-GPE header. */
  Gpe: 7,
  /** Geneve header. */
  Geneve: 8,
  /** Inner Ethernet header. */
  InnerEthernet: 9,
  /** Inner VLAN tag. */
  InnerVlan: 10,
  /** Inner ARP packet. */
  InnerArp: 11,
  /** Inner IPv4 header. */
  InnerIpv4: 12,
  /** Inner IPv6 header, with its extension headers. */
  InnerIpv6: 13,
  /** Inner TCP header. */
  InnerTcp: 14,
  /** Inner UDP header. */
  InnerUdp: 15,
  /** Inner ICMP header. */
  InnerIcmp: 16,
  /** Inner ICMPv6 header. */
  InnerIcmpv6: 17,
  /** Provider backbone bridge (802.1ah). */
  Backbone: 18,
  /** Cisco metadata tag. */
  CiscoMetadata: 19,
  /** Tag of a switch chip (DSA). */
  Dsa: 20,
  /** E-TAG (802.1BR). */
  Etag: 21,
  /** ERSPAN, types I to III. */
  Erspan: 22,
  /** GRE, and NVGRE. */
  Gre: 23,
  /** MACsec tag. */
  Macsec: 24,
  /** MPLS label stack. */
  Mpls: 25,
  /** PPPoE, and PPP in it. */
  Pppoe: 26,
  /** VN-Tag. */
  VnTag: 27,
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
  'outer.802.1ah',
  'outer.cisco-metadata',
  'outer.dsa',
  'outer.e-tag',
  'outer.erspan',
  'outer.gre',
  'outer.macsec',
  'outer.mpls',
  'outer.pppoe',
  'outer.vn-tag',
]

/** What carries the inner frame. */
export const TunnelKind = {
  /** No tunnel. */
  None: 0,
  /** VXLAN, with or without group policy (RFC 7348). */
  Vxlan: 1,
  /** VXLAN-GPE. */
  Gpe: 2,
  /** Geneve (RFC 8926). */
  Geneve: 3,
  /** NVGRE (RFC 7637). */
  Nvgre: 4,
} as const

/** Names of the tunnel kinds by code, as they stand in summaries. */
export const TUNNEL_NAMES = ['none', 'vxlan', 'vxlan-gpe', 'geneve', 'nvgre'] as const

/** What a tunnel can be carried in that is not an overlay itself, by bit: bit n of `Layers.carriers` is the nth name. */
export const CARRIER_NAMES = [
  '802.1ah',
  'cisco-metadata',
  'dsa',
  'e-tag',
  'erspan',
  'gre',
  'ipip',
  'macsec',
  'mpls',
  'ppp',
  'pppoe',
  'snap',
  'vn-tag',
] as const

/** Bits of `Layers.carriers`, in the order of {@link CARRIER_NAMES}. */
export const CarrierBit = {
  /** Provider backbone bridge (802.1ah). */
  Backbone: 1 << 0,
  /** Cisco metadata tag. */
  CiscoMetadata: 1 << 1,
  /** Tag of a switch chip (DSA). */
  Dsa: 1 << 2,
  /** E-TAG (802.1BR). */
  Etag: 1 << 3,
  /** ERSPAN, types I to III. */
  Erspan: 1 << 4,
  /** GRE. */
  Gre: 1 << 5,
  /** IP in IP. */
  IpInIp: 1 << 6,
  /** MACsec tag. */
  Macsec: 1 << 7,
  /** MPLS label stack. */
  Mpls: 1 << 8,
  /** PPP. */
  Ppp: 1 << 9,
  /** PPPoE. */
  Pppoe: 1 << 10,
  /** LLC with SNAP. */
  Snap: 1 << 11,
  /** VN-Tag. */
  VnTag: 1 << 12,
} as const

/** Most carriers in one another that the walk follows, each label stack counted once; a further one is a `TooDeep` fault. */
export const MAX_CARRIERS = 16

/** Most labels of one MPLS stack that the walk follows; a further one is a `TooDeep` fault. */
export const MAX_LABELS = 16

/** Most VLAN tags that the walk follows in one frame; a ninth is a `TooDeep` fault. */
export const MAX_TAGS = 8

/** Most faults kept of one packet; the walk itself can find no more. */
const MAX_FAULTS = 4

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

  /** Forgets the header of the packet before. */
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
  /**
   * Offset of the address of who sent the packet, and of whom it is for in the end: those of the header, but for a home address, and
   * for the last node of a source route or segment list that is still under way (RFC 8200 §8.1). `NONE` without a header.
   */
  sourceAt = NONE
  /** Offset of the address of whom the packet is for in the end; see {@link sourceAt}. */
  destinationAt = NONE
  /** Whether one of the two is not the header's. */
  isRouted = false
  /** Whether a routing header hides whom the packet is for: checksums cannot be judged then. */
  isFinalUnknown = false
  /** Identification: 16 bits of IPv4, 32 bits of an IPv6 fragment header, else 0. */
  identification = 0

  /** Forgets the header of the packet before. */
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
    this.sourceAt = NONE
    this.destinationAt = NONE
    this.isRouted = false
    this.isFinalUnknown = false
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
  /** First offset past the captured bytes of a record whose length is yet to be settled by its outermost IP length, else `NONE`. */
  settledFrom = NONE
  /** Whether the record's original length was impossible: `wireEnd` is what its bytes and its IP length say. */
  lengthImpossible = false
  /** Interface index of a LINUX_SLL2 record, 0 elsewhere. */
  linkInterface = 0

  /** Set before the walk: whether it reads through a carrier's first fragment by itself, the rest of which will not come. */
  opensFirsts = false
  /** What carries the tunnel, or the innermost plain packet: bits of {@link CarrierBit}. */
  carriers = 0
  /**
   * Where {@link carriers} has MPLS: twice the label of an Ethernet pseudowire, and one more where that has a control word; `NONE` without.
   */
  pseudowire = NONE
  /** How many carriers were met; at most {@link MAX_CARRIERS}. */
  carrierCount = 0
  /** How many IP headers of carriers lie around {@link outerIp}, and where each begins, how long its packet is, and what bounds it. */
  carrierIps = 0
  /** Which layer each of these headers is: one of {@link Layer}. */
  readonly carrierIpLayers = new Int32Array(MAX_CARRIERS)
  /** Offset of each of these headers. */
  readonly carrierIpsAt = new Int32Array(MAX_CARRIERS)
  /** Length of the IP packet of each of these headers, in bytes. */
  readonly carrierIpLengths = new Int32Array(MAX_CARRIERS)
  /** First offset past what the layers around each of these headers carry. */
  readonly carrierIpBounds = new Int32Array(MAX_CARRIERS)
  /** First offset past what the layers around {@link outerIp} carry. */
  outerBound = 0

  /** The Ethernet header nearest to the tunnel's IP header: behind a carrier that carries frames, the frame that it carries. */
  readonly outerFrame = new FrameLayer()
  /** The tunnel's own IP header, inside all carriers. */
  readonly outerIp = new IpLayer()
  /** Offset of the outer transport header (UDP, TCP, ICMP …), `NONE` in later fragments. */
  outerTransport = NONE
  /** Outer UDP ports, `NONE` without UDP. */
  outerSourcePort = NONE
  /** Outer UDP destination port, `NONE` without UDP. */
  outerDestinationPort = NONE

  /** One of {@link TunnelKind}. */
  tunnel: number = TunnelKind.None
  /** Offset of the tunnel header. */
  tunnelAt = NONE
  /** VXLAN network identifier. */
  vni = NONE
  /** Bytes behind the tunnel header on the wire, the whole datagram's in a first fragment. */
  innerLength = 0

  /** The Ethernet header inside the tunnel. */
  readonly innerFrame = new FrameLayer()
  /** The IP header inside the tunnel. */
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
  /** Layer of each fault: one of {@link Layer}. The first {@link faultCount} count. */
  readonly faultLayers = new Int32Array(MAX_FAULTS)
  /** What is wrong, of each fault: one of `Fault`. */
  readonly faultCodes = new Int32Array(MAX_FAULTS)

  /** The cursor of the walk. */
  readonly cursor = new Cursor()
  /** Scratch of the IPv6 extension walk. */
  readonly chain = new extension.Chain()

  /** Notes a fault; of packets in one another that end too early in the same way, once. */
  fault(layer: number, code: number): void {
    if (this.faultCount === MAX_FAULTS) return
    const last = this.faultCount - 1
    if (last >= 0 && this.faultLayers[last] === layer && this.faultCodes[last] === code) return
    this.faultLayers[this.faultCount] = layer
    this.faultCodes[this.faultCount] = code
    this.faultCount++
  }
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
