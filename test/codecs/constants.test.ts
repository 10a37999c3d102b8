/**
 * Numbers of the registries, copied from the RFCs and IANA's tables by hand: what tests use by name, a wrong number in the
 * source would change on both sides.
 */
import { expect, it } from 'vitest'
import * as codecs from '../../src/codecs/index.ts'

const tables: [name: string, table: object, registry: Record<string, unknown>][] = [
  [
    'EtherType (IANA IEEE 802 Numbers)',
    codecs.ethernet.EtherType,
    {
      IPv4: 0x0800,
      Arp: 0x0806,
      TransparentEthernet: 0x6558,
      ReverseArp: 0x8035,
      Vlan: 0x8100,
      IPv6: 0x86dd,
      SlowProtocols: 0x8809,
      Ppp: 0x880b,
      Mpls: 0x8847,
      MplsMulticast: 0x8848,
      PppoeDiscovery: 0x8863,
      PppoeSession: 0x8864,
      Eapol: 0x888e,
      ServiceVlan: 0x88a8,
      Lldp: 0x88cc,
      MacSecurity: 0x88e5,
      PrecisionTime: 0x88f7,
      BackboneService: 0x88e7,
      CiscoMetadata: 0x8909,
      VnTag: 0x8926,
      PortExtension: 0x893f,
      Nsh: 0x894f,
      LegacyVlan9100: 0x9100,
      LegacyVlan9200: 0x9200,
      LegacyVlan9300: 0x9300,
      Edsa: 0xdada,
    },
  ],
  [
    'Protocol (IANA Assigned Internet Protocol Numbers)',
    codecs.Protocol,
    {
      HopByHop: 0,
      Icmp: 1,
      Igmp: 2,
      Ipv4: 4,
      Tcp: 6,
      Udp: 17,
      Ipv6: 41,
      Routing: 43,
      Fragment: 44,
      Gre: 47,
      Esp: 50,
      Ah: 51,
      IcmpV6: 58,
      NoNextHeader: 59,
      DestinationOptions: 60,
      Vrrp: 112,
      Sctp: 132,
      UdpLite: 136,
      Mpls: 137,
    },
  ],
  [
    'LinkType (tcpdump.org)',
    codecs.LinkType,
    {
      Null: 0,
      Ethernet: 1,
      Ppp: 9,
      RawBsd: 12,
      RawOther: 14,
      PppHdlc: 50,
      PppEther: 51,
      Raw: 101,
      CiscoHdlc: 104,
      Loop: 108,
      LinuxSll: 113,
      Ipv4: 228,
      Ipv6: 229,
      Nflog: 239,
      EthernetMpacket: 274,
      LinuxSll2: 276,
      DsaTagBrcm: 281,
      DsaTagBrcmPrepend: 282,
      DsaTagDsa: 284,
      DsaTagEdsa: 285,
    },
  ],
  [
    'ICMP types (IANA ICMP Parameters)',
    codecs.icmp.Type,
    {
      EchoReply: 0,
      DestinationUnreachable: 3,
      SourceQuench: 4,
      Redirect: 5,
      EchoRequest: 8,
      RouterAdvertisement: 9,
      RouterSolicitation: 10,
      TimeExceeded: 11,
      ParameterProblem: 12,
      TimestampRequest: 13,
      TimestampReply: 14,
      ExtendedEchoRequest: 42,
      ExtendedEchoReply: 43,
    },
  ],
  [
    'ICMP unreachable codes (RFC 792, RFC 1122, RFC 1812)',
    codecs.icmp.UnreachableCode,
    {
      Network: 0,
      Host: 1,
      Protocol: 2,
      Port: 3,
      FragmentationNeeded: 4,
      SourceRouteFailed: 5,
      NetworkUnknown: 6,
      HostUnknown: 7,
      NetworkProhibited: 9,
      HostProhibited: 10,
      Prohibited: 13,
    },
  ],
  ['ICMP time exceeded codes (RFC 792)', codecs.icmp.TimeExceededCode, { InTransit: 0, InReassembly: 1 }],
  [
    'ICMPv6 types (IANA ICMPv6 Parameters)',
    codecs.icmpv6.Type,
    {
      DestinationUnreachable: 1,
      PacketTooBig: 2,
      TimeExceeded: 3,
      ParameterProblem: 4,
      EchoRequest: 128,
      EchoReply: 129,
      ListenerQuery: 130,
      ListenerReport: 131,
      ListenerDone: 132,
      RouterSolicitation: 133,
      RouterAdvertisement: 134,
      NeighborSolicitation: 135,
      NeighborAdvertisement: 136,
      Redirect: 137,
      ListenerReport2: 143,
    },
  ],
  [
    'ICMPv6 unreachable codes (RFC 4443 §3.1)',
    codecs.icmpv6.UnreachableCode,
    { NoRoute: 0, Prohibited: 1, BeyondScope: 2, Address: 3, Port: 4, SourcePolicy: 5, RejectRoute: 6 },
  ],
  ['ICMPv6 time exceeded codes (RFC 4443 §3.3)', codecs.icmpv6.TimeExceededCode, { InTransit: 0, InReassembly: 1 }],
  [
    'neighbour discovery options (RFC 4861 §4.6)',
    codecs.neighbor.OptionType,
    { SourceLinkLayerAddress: 1, TargetLinkLayerAddress: 2, PrefixInformation: 3, RedirectedHeader: 4, Mtu: 5 },
  ],
  [
    'IGMP types (RFC 3376 §4)',
    codecs.igmp.Type,
    {
      MembershipQuery: 0x11,
      MembershipReportV1: 0x12,
      MembershipReportV2: 0x16,
      LeaveGroup: 0x17,
      MembershipReportV3: 0x22,
    },
  ],
  [
    'IGMP records (RFC 3376 §4.2.12)',
    codecs.igmp.RecordType,
    {
      ModeIsInclude: 1,
      ModeIsExclude: 2,
      ChangeToInclude: 3,
      ChangeToExclude: 4,
      AllowNewSources: 5,
      BlockOldSources: 6,
    },
  ],
  [
    'ARP operations (RFC 826, RFC 903)',
    codecs.arp.Operation,
    { Request: 1, Reply: 2, ReverseRequest: 3, ReverseReply: 4 },
  ],
  ['ECN (RFC 3168 §5)', codecs.ipv4.Ecn, { NotEct: 0, Ect1: 1, Ect0: 2, Ce: 3 }],
  [
    'IPv4 options (IANA IP Option Numbers)',
    codecs.ipv4.OptionType,
    {
      EndOfOptions: 0,
      NoOperation: 1,
      RecordRoute: 7,
      Timestamp: 68,
      Security: 130,
      LooseSourceRoute: 131,
      StrictSourceRoute: 137,
      RouterAlert: 148,
    },
  ],
  [
    'TCP options (IANA TCP Option Kind Numbers)',
    codecs.tcp.OptionKind,
    {
      EndOfOptions: 0,
      NoOperation: 1,
      MaximumSegmentSize: 2,
      WindowScale: 3,
      SackPermitted: 4,
      Sack: 5,
      Timestamps: 8,
      Multipath: 30,
      FastOpen: 34,
    },
  ],
  [
    'IPv6 options (IANA Destination Options and Hop-by-Hop Options)',
    codecs.ipv6Options.OptionType,
    { Pad1: 0, PadN: 1, RouterAlert: 5, JumboPayload: 0xc2, HomeAddress: 0xc9 },
  ],
  [
    'IPv6 routing types (IANA IPv6 Routing Types)',
    codecs.ipv6Routing.RoutingType,
    { SourceRoute: 0, HomeAddress: 2, Rpl: 3, SegmentRouting: 4 },
  ],
  [
    'service access points (IANA IEEE 802 Numbers)',
    codecs.llc.Sap,
    { Null: 0, SpanningTree: 0x42, Snap: 0xaa, Ipx: 0xe0, NetBios: 0xf0, IsoNetworkLayer: 0xfe, Global: 0xff },
  ],
  [
    'cooked packet types (LINKTYPE_LINUX_SLL)',
    codecs.sll.PacketType,
    { Host: 0, Broadcast: 1, Multicast: 2, OtherHost: 3, Outgoing: 4 },
  ],
  [
    'devices (Linux if_arp.h)',
    codecs.sll.ArphrdType,
    { Ethernet: 1, Loopback: 772, Gre: 778, Netlink: 824, None: 0xfffe },
  ],
  ['cooked protocols (LINKTYPE_LINUX_SLL)', codecs.sll.Protocol, { Novell8023: 1, Llc: 4 }],
  [
    'VXLAN-GPE next protocols (draft-ietf-nvo3-vxlan-gpe-12 §3.2)',
    codecs.vxlanGpe.NextProtocol,
    { Ipv4: 1, Ipv6: 2, Ethernet: 3, Nsh: 4 },
  ],
  ['verdicts', codecs.checksum.Verdict, { Valid: 0, Absent: 1, Partial: 2, Wrong: 3 }],
  [
    'faults, stable within a major version',
    codecs.Fault,
    {
      None: 0,
      Truncated: 1,
      NotCaptured: 2,
      BadVersion: 3,
      BadHeaderLength: 4,
      LengthBeyondPacket: 5,
      LengthTooSmall: 6,
      FlagMissing: 7,
      TooDeep: 8,
      Unsupported: 9,
      UnknownLinkType: 10,
      NotATunnel: 11,
      OriginalLengthImpossible: 12,
    },
  ],
]

it.each(tables)('%s', (_name, table, registry) => {
  expect(table).toEqual(registry)
})

it('single numbers', () => {
  const { arp, dot1q, ethernet, geneve, gre, ipv4, ipv6Fragment, llc, loopback, vxlan, vxlanGbp, vxlanGpe } = codecs
  expect([vxlan.PORT, vxlan.PORT_LINUX, vxlanGpe.PORT, geneve.PORT]).toEqual([4789, 8472, 4790, 6081])
  expect([vxlan.FLAG_I, vxlan.VNI_MAX]).toEqual([0x08, 0xff_ffff])
  expect([vxlanGbp.FLAG_G, vxlanGbp.FLAG_I, vxlanGbp.POLICY_FLAG_D, vxlanGbp.POLICY_FLAG_A]).toEqual([0x80, 8, 0x40, 8])
  expect([vxlanGpe.FLAG_I, vxlanGpe.FLAG_P, vxlanGpe.FLAG_B, vxlanGpe.FLAG_O]).toEqual([8, 4, 2, 1])
  expect([geneve.FLAG_O, geneve.FLAG_C, geneve.OPTION_CRITICAL, geneve.PROTOCOL_ETHERNET]).toEqual([2, 1, 0x80, 0x6558])
  expect([geneve.LENGTH_MAX, geneve.OPTION_LENGTH]).toEqual([260, 4])
  expect([gre.FLAG_CHECKSUM, gre.FLAG_ROUTING, gre.FLAG_KEY, gre.FLAG_SEQUENCE]).toEqual([0x1000, 0x800, 0x400, 0x200])
  expect([gre.VSID_MAX, gre.LENGTH_MAX]).toEqual([0xff_ffff, 16])
  expect([ipv4.FLAG_RESERVED, ipv4.FLAG_DF, ipv4.FLAG_MF, ipv6Fragment.FLAG_M]).toEqual([4, 2, 1, 1])
  expect([ethernet.ETHER_TYPE_MIN, ethernet.BROADCAST]).toEqual([0x600, 2 ** 48 - 1])
  expect([dot1q.VLAN_PRIORITY_ONLY, dot1q.VLAN_DEFAULT, dot1q.VLAN_RESERVED]).toEqual([0, 1, 4095])
  expect([arp.HARDWARE_ETHERNET, arp.HARDWARE_LENGTH, arp.PROTOCOL_LENGTH]).toEqual([1, 6, 4])
  expect([llc.CONTROL_UI, llc.ORGANIZATION_ETHERNET]).toEqual([3, 0])
  expect([loopback.FAMILY_IPV4, ...loopback.FAMILIES_IPV6]).toEqual([2, 10, 24, 28, 30])
})
