/** Every part that a packet is built of, with all that is needed around it. */
import * as b from '../../src/codecs/build/builder.ts'

const MACS = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' }
const V4 = { source: '10.0.0.1', destination: '10.0.0.2' }
const V6 = { source: 'fd00::1', destination: 'fd00::2' }
const ETHERNET = b.ethernet(MACS)
const IPV4 = b.ipv4({ ...V4, protocol: 253 })
const PAYLOAD = b.payload(new Uint8Array(8))
const FRAME = [ETHERNET, IPV4, PAYLOAD]

/** Puts a part into a packet. */
type Around = (part: b.Part) => readonly b.Part[]

const onEthernet: Around = (part) => [ETHERNET, part, IPV4, PAYLOAD]
const onIpv4: Around = (part) => [ETHERNET, b.ipv4(V4), part, PAYLOAD]
const onIpv6: Around = (part) => [ETHERNET, b.ipv6(V6), part]
const onUdp: Around = (part) => [ETHERNET, b.ipv4(V4), b.udp(), part, ...FRAME]
const onGre: Around = (part) => [ETHERNET, b.ipv4(V4), b.gre({ sequence: 1 }), part, ...FRAME]
const first: Around = (part) => [part, IPV4, PAYLOAD]
const last: Around = (part) => [ETHERNET, IPV4, part]

const RECORD = { type: 1, group: 0xe000_0001, sources: [1], auxiliary: new Uint8Array(4) }
const QUERY = { reserved: 0, suppress: 0, robustness: 2, interval: 125, sources: [1] }
const OPTION = { type: 5, data: new Uint8Array(2) }

export const BUILDER_PARTS: readonly (readonly [b.Part, Around])[] = [
  [b.ethernet(MACS), first],
  [b.dot1q({ vlanId: 1 }), onEthernet],
  [b.llc(), onEthernet],
  [b.arp({ senderHardware: 1, senderProtocol: '10.0.0.1', targetProtocol: '10.0.0.2' }), (part) => [ETHERNET, part]],
  [b.ipv4({ ...V4, protocol: 253, options: [] }), (part) => [ETHERNET, part, PAYLOAD]],
  [b.ipv6({ ...V6, nextHeader: 253 }), (part) => [ETHERNET, part, PAYLOAD]],
  [b.hopByHop({ nextHeader: 59, options: [OPTION] }), onIpv6],
  [b.destinationOptions({ nextHeader: 59, options: [] }), onIpv6],
  [b.ipv6Routing({ routingType: 4, data: new Uint8Array(4), nextHeader: 59 }), onIpv6],
  [b.ipv6Fragment({ nextHeader: 59 }), onIpv6],
  [b.authentication({ nextHeader: 59 }), onIpv6],
  [b.udp({ sourcePort: 1, destinationPort: 2 }), onIpv4],
  [b.tcp({ sourcePort: 1, destinationPort: 2, options: [] }), onIpv4],
  [b.icmp({ type: 8 }), onIpv4],
  [b.icmpv6({ type: 128 }), onIpv6],
  [b.neighbor({ target: 'fd00::1', options: [] }), (part) => [ETHERNET, b.ipv6(V6), b.icmpv6({ type: 135 }), part]],
  [b.igmp({ type: 0x16, group: '224.0.0.1' }), (part) => [ETHERNET, b.ipv4(V4), part]],
  [b.igmp({ type: 0x22, records: [RECORD] }), (part) => [ETHERNET, b.ipv4(V4), part]],
  [b.igmp({ type: 0x11, query: QUERY }), (part) => [ETHERNET, b.ipv4(V4), part]],
  [b.vxlan({ vni: 1 }), onUdp],
  [b.vxlanGbp({ vni: 1 }), onUdp],
  [b.vxlanGpe({ vni: 1 }), onUdp],
  [b.geneve({ vni: 1, options: [] }), onUdp],
  [b.gre(), (part) => [ETHERNET, b.ipv4(V4), part, IPV4, PAYLOAD]],
  [b.mpls({ label: 16 }), onEthernet],
  [b.pseudowire(), (part) => [ETHERNET, b.mpls({ label: 16 }), part, ...FRAME]],
  [b.erspan2({ sessionId: 1 }), onGre],
  [b.erspan3({ sessionId: 1 }), onGre],
  [b.ppp(), (part) => [ETHERNET, b.pppoe({ sessionId: 1 }), part, IPV4, PAYLOAD]],
  [b.pppoe({ sessionId: 1 }), (part) => [ETHERNET, part, b.ppp(), IPV4, PAYLOAD]],
  [b.itag({ serviceId: 1 }), (part) => [ETHERNET, part, ...FRAME]],
  [b.vntag({ source: 1, destination: 2 }), onEthernet],
  [b.etag({ base: 1 }), onEthernet],
  [b.ciscoMetadata({ securityGroup: 1 }), onEthernet],
  [b.sll(), first],
  [b.sll2(), first],
  [b.loopback(), first],
  [PAYLOAD, last],
  [b.padding(4), last],
]
