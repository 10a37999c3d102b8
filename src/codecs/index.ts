/** Every codec as a namespace, and the ground they share. For one header alone import `vxpcap/codecs/<name>`. */
export * as address from './address.ts'
export type { IpLike, Ipv4Like, Ipv6Like, MacLike } from './address-like.ts'
export * as arp from './arp.ts'
export * as authentication from './authentication.ts'
export * as builder from './builder.ts'
export * as checksum from './checksum.ts'
export * as ciscoHdlc from './cisco-hdlc.ts'
export * as ciscoMetadata from './cisco-metadata.ts'
export { Cursor } from './cursor.ts'
export { Decapsulation, decapsulate } from './decapsulate.ts'
export {
  type ChecksumCheck,
  type DescribedField,
  type DescribedLayer,
  type DescribeOptions,
  describePacket,
  type PacketDescription,
} from './describe.ts'
export { dissect, type TunnelPorts, tunnelPorts } from './dissect.ts'
export * as dot1q from './dot1q.ts'
export * as dsa from './dsa.ts'
export * as dsaBrcm from './dsa-brcm.ts'
export * as ecn from './ecn.ts'
export {
  Encapsulation,
  type EncapsulationKind,
  type EncapsulationOptions,
  encapsulate,
  type OuterTag,
  prepare,
} from './encapsulate.ts'
export * as entropy from './entropy.ts'
export * as erspan2 from './erspan-ii.ts'
export * as erspan3 from './erspan-iii.ts'
export * as etag from './etag.ts'
export * as ethernet from './ethernet.ts'
export { explainFault, explainRefusal, type FaultExplanation } from './explain-fault.ts'
export { FAULT_NAMES, Fault, NONE } from './fault.ts'
export * as geneve from './geneve.ts'
export * as gre from './gre.ts'
export * as icmp from './icmp.ts'
export * as icmpv6 from './icmpv6.ts'
export * as igmp from './igmp.ts'
export * as ipv4 from './ipv4.ts'
export * as ipv6 from './ipv6.ts'
export * as ipv6Extension from './ipv6-extension.ts'
export * as ipv6Fragment from './ipv6-fragment.ts'
export * as ipv6Options from './ipv6-options.ts'
export * as ipv6Routing from './ipv6-routing.ts'
export * as itag from './itag.ts'
export * from './layers.ts'
export type { FieldInfo, FieldSpec, Layout } from './layout.ts'
export { isKnownLinkType, LinkType } from './linktype.ts'
export { linkTypeName } from './linktype-names.ts'
export * as llc from './llc.ts'
export * as loopback from './loopback.ts'
export * as macsec from './macsec.ts'
export * as mpacket from './mpacket.ts'
export * as mpls from './mpls.ts'
export * as neighbor from './neighbor.ts'
export * as nflog from './nflog.ts'
export * as ppp from './ppp.ts'
export * as pppoe from './pppoe.ts'
export { Protocol, protocolName } from './protocol.ts'
export * as pseudowire from './pseudowire.ts'
export { type Joined, Reassembler, type ReassemblyCounts } from './reassembly.ts'
export * as sll from './sll.ts'
export * as sll2 from './sll2.ts'
export * as tcp from './tcp.ts'
export * as udp from './udp.ts'
export * as vntag from './vntag.ts'
export * as vxlan from './vxlan.ts'
export * as vxlanGbp from './vxlan-gbp.ts'
export * as vxlanGpe from './vxlan-gpe.ts'
