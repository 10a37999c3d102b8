/** Every codec as a namespace, and the ground they share. For one header alone import `vxpcap/codecs/<name>`. */

export * as builder from './build/builder.ts'
export { Decapsulation, decapsulate } from './build/decapsulate.ts'
export {
  Encapsulation,
  type EncapsulationKind,
  type EncapsulationOptions,
  encapsulate,
  type OuterTag,
  prepare,
} from './build/encapsulate.ts'
export * as entropy from './build/entropy.ts'
export * as ciscoMetadata from './carriers/cisco-metadata.ts'
export * as erspan2 from './carriers/erspan-ii.ts'
export * as erspan3 from './carriers/erspan-iii.ts'
export * as etag from './carriers/etag.ts'
export * as gre from './carriers/gre.ts'
export * as itag from './carriers/itag.ts'
export * as macsec from './carriers/macsec.ts'
export * as mpls from './carriers/mpls.ts'
export * as pppoe from './carriers/pppoe.ts'
export * as pseudowire from './carriers/pseudowire.ts'
export * as vntag from './carriers/vntag.ts'
export * as address from './core/address.ts'
export type { IpLike, Ipv4Like, Ipv6Like, MacLike } from './core/address-like.ts'
export * as checksum from './core/checksum.ts'
export { Cursor } from './core/cursor.ts'
export { FAULT_NAMES, Fault, NONE } from './core/fault.ts'
export type { FieldInfo, FieldSpec, Layout } from './core/layout.ts'
export { Protocol, protocolName } from './core/protocol.ts'
export {
  type ChecksumCheck,
  type DescribedField,
  type DescribedLayer,
  type DescribeOptions,
  describePacket,
  type PacketDescription,
} from './describe/describe.ts'
export * as arp from './headers/arp.ts'
export * as authentication from './headers/authentication.ts'
export * as ecn from './headers/ecn.ts'
export * as geneve from './headers/geneve.ts'
export * as icmp from './headers/icmp.ts'
export * as icmpv6 from './headers/icmpv6.ts'
export * as igmp from './headers/igmp.ts'
export * as ipv4 from './headers/ipv4.ts'
export * as ipv6 from './headers/ipv6.ts'
export * as ipv6Extension from './headers/ipv6-extension.ts'
export * as ipv6Fragment from './headers/ipv6-fragment.ts'
export * as ipv6Options from './headers/ipv6-options.ts'
export * as ipv6Routing from './headers/ipv6-routing.ts'
export * as neighbor from './headers/neighbor.ts'
export * as tcp from './headers/tcp.ts'
export * as udp from './headers/udp.ts'
export * as vxlan from './headers/vxlan.ts'
export * as vxlanGbp from './headers/vxlan-gbp.ts'
export * as vxlanGpe from './headers/vxlan-gpe.ts'
export * as ciscoHdlc from './link/cisco-hdlc.ts'
export * as dot1q from './link/dot1q.ts'
export * as dsa from './link/dsa.ts'
export * as dsaBrcm from './link/dsa-brcm.ts'
export * as ethernet from './link/ethernet.ts'
export { isKnownLinkType, LinkType } from './link/linktype.ts'
export { linkTypeName } from './link/linktype-names.ts'
export * as llc from './link/llc.ts'
export * as loopback from './link/loopback.ts'
export * as mpacket from './link/mpacket.ts'
export * as nflog from './link/nflog.ts'
export * as ppp from './link/ppp.ts'
export * as sll from './link/sll.ts'
export * as sll2 from './link/sll2.ts'
export { dissect, type TunnelPorts, tunnelPorts } from './walk/dissect.ts'
export { explainFault, explainRefusal, type FaultExplanation } from './walk/explain-fault.ts'
export * from './walk/layers.ts'
export { type Joined, Reassembler, type ReassemblyCounts } from './walk/reassembly.ts'
