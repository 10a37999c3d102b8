/**
 * The document that `vxpcap summarize --json` prints: the types of the contract, no logic. Schema `vxpcap.summary/1`.
 *
 * The comments are the words of the published schema and of docs/document.md too: `npm run docs` puts them there. One sentence or two for
 * a reader who sees that one property alone.
 */

/** Severity of a finding, most severe first; it follows the harm, so that what works as designed is a note at most. */
export type Severity = 'error' | 'warning' | 'note'

/** What a finding is about; empty when it stands for all the subjects that the limit of findings cut. */
export interface Subject {
  /** VNI that the finding is about; absent for one about the underlay, plain traffic or the capture. */
  vni?: number
  /** Outer addresses of the tunnel endpoints that the finding is about; `[from, to]` where direction matters. */
  vteps?: string[]
  /** Inner MAC address that the finding is about. */
  mac?: string
  /** IP address that the finding is about, an inner one unless the finding is about the underlay. */
  ip?: string
  /** UDP or TCP port that the finding is about. */
  port?: number
}

/** A Wireshark display filter for one of several captures. */
export interface FileFilter {
  /** Index of the capture in `capture.files`, from 0. */
  file: number
  /** Display filter that selects at least the packets that the finding names of this file, by the file's own packet numbers. */
  filter: string
}

/** One thing that is true about the traffic or the capture. */
export interface Finding {
  /** Stable code in `UPPER_SNAKE`; `vxpcap findings CODE` explains it. */
  code: string
  /** How severe the finding is. */
  severity: Severity
  /** What is true, in one sentence that a network engineer understands. */
  title: string
  /** What the finding is about; there is one finding for each code and subject. */
  subject: Subject
  /** How often it was seen; what is counted (packets, requests, segments) depends on the code, and `observed` says it. */
  count: number
  /** Numbers of up to ten packets that show it, running over all files from 1. */
  packets: number[]
  /** What was seen, with figures. */
  observed: string
  /** What that implies. */
  inferred: string
  /** What to do about it. */
  remedy: string
  /**
   * Wireshark display filter that selects at least the named packets; with several captures, those of the first one that the finding names
   * packets of. Empty where no packet is meant.
   */
  displayFilter: string
  /** Display filters by capture, for each that the finding names packets of; only with several captures. */
  displayFilters?: FileFilter[]
  /** Codes of the findings about the same subject that explain this one, the likeliest first; absent where none does. */
  because?: string[]
}

/** One capture file. */
export interface FileSummary {
  /** Base name of the capture, or its path as given where two share a base name; `-` for standard input. */
  name: string
  /** File format. */
  format: 'pcap' | 'pcapng'
  /** Size of the file in bytes as stored: compressed if it is. */
  bytes: number
  /** Packet records that were read from the file. */
  packets: number
  /** Number of the file's first packet in the document; for a file without packets, the number that one would have had. */
  firstPacket: number
  /** LINKTYPE names of the file's interfaces, each once, in order of their numbers. */
  linkTypes: string[]
  /** How the file is compressed. */
  compression: 'none' | 'gzip' | 'zstd' | 'lz4'
}

/** Where a packet of interleaved captures is. */
export interface PacketOrigin {
  /** Number of the packet in the document. */
  packet: number
  /** Index of its file in `capture.files`, from 0. */
  file: number
  /** Number of the packet in that file, as Wireshark counts. */
  number: number
}

/** The capture as a whole; filters do not touch it. */
export interface CaptureSummary {
  /** The files in the order in which they were given; those without a readable file header are left out. */
  files: FileSummary[]
  /**
   * Where each packet is that the document names; only where the captures were merged by time, because numbers then run in merged order.
   * Without it a packet's file is the last one whose `firstPacket` is not above its number.
   */
  origins?: PacketOrigin[]
  /**
   * Packet records in all files: the sum of `vxlanPackets`, `gpePackets`, `genevePackets`, `nvgrePackets`, `otherPackets` and
   * `fragments.others` of `tunnel`.
   */
  packets: number
  /** Bytes that the capture holds: the sum of the captured lengths of all records. */
  capturedBytes: number
  /** Bytes that the wire carried: the sum of the original lengths of all records. */
  wireBytes: number
  /** Time of the earliest packet, which need not be the first one: ISO 8601 UTC with nine decimals; `null` when no packet has a time. */
  firstTime: string | null
  /** Time of the latest packet, ISO 8601 UTC with nine decimals; `null` when no packet has a time. */
  lastTime: string | null
  /** Packets of which the capture holds fewer bytes than the wire carried, as with a snap length. */
  truncatedPackets: number
  /**
   * Records of a frame that the capture already holds, as of one that passes several interfaces or hops. A packet that the network itself
   * delivered twice does not count.
   */
  duplicatePackets: number
  /**
   * Packets that the capture itself lost: the last `if_drop` and `os_drop` of each interface, added up. `null` when one of the files does
   * not tell, as a pcap file never does.
   */
  droppedByCapture: number | null
  /** Packets that the interfaces received, of which the dropped ones are a share: the last `if_recv` of each; `null` when no file tells. */
  receivedByCapture: number | null
  /** `false` when reading was stopped before the end of the input, so that the document describes a part of it. */
  complete: boolean
}

/** Packets in which one layer could not be read, for one reason. */
export interface FaultCount {
  /** Layer that could not be read: `link`, `outer.ipv4`, `vxlan`, `inner.tcp` and so on. */
  layer: string
  /** Stable name of the reason: `Truncated`, `FlagMissing`, `LengthBeyondPacket` and so on. What the snap length cut does not count. */
  fault: string
  /** Packets with this fault in this layer. */
  packets: number
  /** Number of the first packet with it, running over all files from 1. */
  firstPacket: number
}

/** Tunnel packets that came in one kind of carrier. */
export interface CarrierCount {
  /** What tunnels were carried in: `erspan`, `gre`, `ipip`, `mpls`, `pppoe` and so on. */
  carrier: string
  /** Tunnel packets inside that carrier; a packet with several carriers counts under each. */
  packets: number
}

/** Packets of one protocol that were no tunnel packets. */
export interface ProtocolCount {
  /** Protocol as far as it could be read: `ARP`, `TCP`, `LLDP` and so on. */
  protocol: string
  /** Packets of that protocol. */
  packets: number
}

/** Fragments of the outermost IP layer, tunnel traffic or not. */
export interface FragmentCounts {
  /** Records with a first fragment (offset 0). */
  firsts: number
  /** Records with a later fragment; their datagram counts as one packet at its first fragment. */
  others: number
  /** Datagrams of which every fragment came. */
  reassembled: number
  /** Datagrams of which the capture lacks a fragment. */
  incomplete: number
}

/** Every record by what it was; filters do not touch it. */
export interface TunnelSummary {
  /**
   * VXLAN packets: the outermost tunnel counts, with a known or given destination port, a whole header and the I flag set. A datagram in
   * fragments counts once, at its first fragment.
   */
  vxlanPackets: number
  /** VXLAN-GPE packets (destination port 4790) of version 0, counted as `vxlanPackets` are. */
  gpePackets: number
  /** Geneve packets (destination port 6081) of version 0, counted as `vxlanPackets` are. */
  genevePackets: number
  /** NVGRE packets: GRE with a virtual subnet id, which is their VNI (RFC 7637 §3.2). */
  nvgrePackets: number
  /** Every other record: ARP, ICMP, plain traffic and what could not be read; later fragments are not among them. */
  otherPackets: number
  /** What tunnel packets were carried in that is not an overlay itself; a packet counts under each of its carriers. */
  carriers: CarrierCount[]
  /** Fragments of the outermost IP layer. */
  fragments: FragmentCounts
  /** The packets of `otherPackets` by protocol, in order of its name. */
  other: ProtocolCount[]
  /** Packets that could not be read to the end, by layer and reason. */
  faults: FaultCount[]
}

/** Tunnel header of a row. */
export type TunnelKind = 'vxlan' | 'vxlan-gpe' | 'geneve' | 'nvgre'

/** One tenant network: a VNI of one tunnel kind. */
export interface VniSummary {
  /** VXLAN Network Identifier, 24 bits; the virtual subnet id for NVGRE. */
  vni: number
  /** Tunnel header that carried it; the same number in two kinds is two rows. */
  kind: TunnelKind
  /** Tunnel datagrams with this VNI in the outermost tunnel header; one in fragments counts once. */
  packets: number
  /**
   * Bytes behind the tunnel header and its options: the inner frames with their Ethernet headers. At most `outerBytes`, also where fragments
   * are missing of what a first one began.
   */
  innerBytes: number
  /** Bytes on the wire: the original lengths of the records, outer headers and later fragments included. */
  outerBytes: number
  /** Bytes that encapsulation added: `outerBytes` less `innerBytes`. */
  overheadBytes: number
  /** `overheadBytes` as a percentage of `outerBytes`, with two decimals. */
  overheadPercent: number
  /** Outer addresses that sent or received in this VNI, ascending; multicast groups are not among them. */
  vteps: string[]
  /** How many inner source MAC addresses the VNI has, counted by VLANs: rows as in `macs`. */
  macs: number
  /** How many flows the VNI has: rows as in `flows`. */
  flows: number
  /** Packets whose inner destination MAC is broadcast. */
  broadcastPackets: number
  /** Packets whose inner destination MAC is multicast, broadcast not included. */
  multicastPackets: number
  /** Packets whose inner frame the same VTEP had sent to another peer within the 100 ms before: head-end replication. */
  replicatedPackets: number
  /** Length of the largest inner IP packet in bytes, super-frames of segmentation offload excluded; 0 when there was none. */
  maxInnerIpLength: number
}

/** Two tunnel endpoints, `a` below `b`, over all their VNIs. */
export interface VtepPairSummary {
  /** Outer address of one end, the lower one (IPv4 before IPv6). */
  a: string
  /** Outer address of the other end; a multicast group is a peer too. */
  b: string
  /** VNIs that the pair carried, ascending. */
  vnis: number[]
  /** Tunnel datagrams from `a` to `b`; one in fragments counts once. */
  packetsAToB: number
  /** Tunnel datagrams from `b` to `a`; one in fragments counts once. */
  packetsBToA: number
  /** Bytes on the wire from `a` to `b`: the original lengths of the records, later fragments included. */
  outerBytesAToB: number
  /** Bytes on the wire from `b` to `a`: the original lengths of the records, later fragments included. */
  outerBytesBToA: number
  /** Outer UDP destination ports of both directions, ascending; empty for NVGRE, which has no ports. */
  destinationPorts: number[]
  /** How many distinct outer UDP source ports `a` used towards `b`: what equal-cost paths are chosen by; 0 for NVGRE. */
  sourcePortsAToB: number
  /** How many distinct outer UDP source ports `b` used towards `a`; 0 for NVGRE. */
  sourcePortsBToA: number
  /** Length of the largest outer IP packet in bytes, super-frames of segmentation offload included. */
  maxOuterIpLength: number
}

/** The TCP side of a flow; what the capture recorded twice counts once. */
export interface TcpSummary {
  /** Maximum segment size in bytes that the SYN of `a` announces, which limits what `b` sends; `null` when it was not seen or has none. */
  mssAToB: number | null
  /** Maximum segment size in bytes that the SYN of `b` announces, which limits what `a` sends; `null` when it was not seen or has none. */
  mssBToA: number | null
  /** Segments of both directions with payload that was sent again. Keep-alives and reordering within a round trip do not count. */
  retransmittedSegments: number
  /** Payload bytes that were sent again, of both directions: below the highest sequence number seen in their direction. */
  retransmittedBytes: number
  /** Milliseconds from the SYN to the last ACK of the handshake; `null` when not all of it was seen, or the SYN was repeated. */
  rttMs: number | null
  /**
   * Last state seen: `syn-sent` (never answered), `established`, `closing` (one side sent FIN), `closed` (both did), `reset`, or
   * `midstream` when no SYN was seen and the connection did not end.
   */
  state: string
}

/** Round trips of echo requests. */
export interface RoundTrips {
  /** Shortest round trip in milliseconds. */
  min: number
  /** Mean round trip in milliseconds. */
  avg: number
  /** Longest round trip in milliseconds. */
  max: number
}

/** The echo side of an ICMP or ICMPv6 flow; what the capture recorded twice counts once. */
export interface EchoSummary {
  /** Echo requests of both directions. */
  requests: number
  /** Echo requests that were answered, matched by direction, identifier and sequence number. */
  replies: number
  /** Time between request and reply; `null` when no answered request has a time. */
  rttMs: RoundTrips | null
}

/** One inner conversation, both directions: a row for each VNI, kind, VLANs, protocol, addresses and ports. */
export interface FlowSummary {
  /** VNI that the conversation is in. */
  vni: number
  /** Tunnel header that carried it. */
  kind: TunnelKind
  /** Ids of the inner VLAN tags, outermost first; priority tags (VID 0) are left out, and it is empty without tags. */
  vlans: number[]
  /** Inner protocol: TCP, UDP, ICMP, ICMPv6, IGMP, ARP, SCTP, LLC, else its number as `IP 47` or `ETH 0x88cc`. */
  protocol: string
  /** Inner address of one end, the lower one: IP, or MAC where the flow has no IP; of ARP the sender's or target's IP address. */
  a: string
  /** Inner port of `a`; `null` where there are no ports, as with ICMP, ARP and later fragments whose first one was not seen. */
  aPort: number | null
  /** Inner address of the other end. */
  b: string
  /** Inner port of `b`; `null` where there are no ports. */
  bPort: number | null
  /** Who opened it, by the SYN, echo request, ARP request or neighbour solicitation; `null` without such evidence. */
  initiator: 'a' | 'b' | null
  /** Outer source addresses of the packets that `a` sent: the VTEPs it is behind, ascending; empty when it sent nothing. */
  vtepsA: string[]
  /** Outer source addresses of the packets that `b` sent: the VTEPs it is behind, ascending; empty when it sent nothing. */
  vtepsB: string[]
  /** Packets from `a` to `b`, every record counted. */
  packetsAToB: number
  /** Packets from `b` to `a`, every record counted. */
  packetsBToA: number
  /** Bytes of inner frames from `a` to `b`, inner Ethernet header included. */
  innerBytesAToB: number
  /** Bytes of inner frames from `b` to `a`, inner Ethernet header included. */
  innerBytesBToA: number
  /** Time of the earliest packet of either direction, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  firstTime: string | null
  /** Time of the latest packet of either direction, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  lastTime: string | null
  /** What TCP tells; absent for other protocols. */
  tcp?: TcpSummary
  /** What echo requests and replies tell; absent where the flow carried none. */
  echo?: EchoSummary
}

/** What was seen of an inner MAC address at one tunnel endpoint. */
export interface MacPlace {
  /** Outer source address that the packets came from. */
  vtep: string
  /** Packets with this inner source MAC from there. */
  packets: number
  /** Time of the earliest of them, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  firstTime: string | null
  /** Time of the latest of them, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  lastTime: string | null
}

/** One inner source MAC address, by VNI and VLANs, and the endpoints it was sent from. */
export interface MacSummary {
  /** VNI that the address was seen in. */
  vni: number
  /** Ids of the inner VLAN tags, outermost first; priority tags (VID 0) are left out, and it is empty without tags. */
  vlans: number[]
  /** Inner source MAC address. */
  mac: string
  /** Packets that it sent, every record counted. */
  packets: number
  /** Tunnel endpoints that it was sent from, in order of their addresses; more than one means that it moved, is shared or is there twice. */
  vteps: MacPlace[]
  /** IP addresses that it claimed by ARP or neighbour discovery: the first 16, ascending. */
  ips: string[]
  /** How many IP addresses it claimed, those beyond the first 16 included. */
  ipsTotal: number
}

/** Sizes and the path MTU of one VTEP pair. */
export interface PairMtu {
  /** Outer address of one end, the lower one. */
  a: string
  /** Outer address of the other end. */
  b: string
  /**
   * Bytes from inner IP to outer IP, the larger of both directions: the inner Ethernet header and VLAN tags are part of it, the outer
   * Ethernet header is not. 0 when no inner IP packet was seen.
   */
  overhead: number
  /** Length of the largest outer IP packet in bytes, super-frames of segmentation offload excluded; 0 when there was none. */
  largestOuterIpLength: number
  /**
   * Largest outer IP packet in bytes that the path takes whole, the smaller of both directions: as an ICMP error says, else the largest one
   * proved to pass where a larger one was fragmented or lost. `null` without such evidence, or where less than 1,280 bytes were proved.
   */
  pathMtu: number | null
  /** What `pathMtu` rests on: `icmp`, `fragments` or `largest-answered`; `null` as `pathMtu` is. */
  pathMtuFrom: string | null
  /**
   * MTU in bytes to set inside the overlay: `pathMtu` less `overhead`. `null` without a `pathMtu`, and where it would be below 576, or
   * below 1,280 with inner IPv6.
   */
  recommendedInnerMtu: number | null
  /** TCP MSS in bytes to clamp inner IPv4 to (IPv6: 20 less); `null` as `recommendedInnerMtu` is, and where the pair carries IPv6 only. */
  recommendedMss: number | null
  /**
   * Outer IP lengths in bytes that the path MTU lies between: the largest packet proved to pass, and the smallest one fragmented or lost.
   * `null` without both, or where an ICMP error names the MTU.
   */
  pathMtuBetween: [number, number] | null
}

/** Packets of one class of sizes. */
export interface SizeClass {
  /** Largest outer IP length of the class in bytes; the class begins above the one before. `null` for the last class, which has no end. */
  upTo: number | null
  /** Outer IP packets of tunnel traffic in the class, fragments counted singly. */
  packets: number
}

/** Sizes and MTU of the overlay. */
export interface MtuSummary {
  /** MTU of the underlay in bytes of outer IP, as well as it is known; `null` when no tunnel packet was seen. */
  underlayMtu: number | null
  /**
   * What `underlayMtu` rests on: `option` (the user stated it), `icmp` or `fragments` (the smallest path MTU of any pair),
   * `largest-answered` (a size that passed: the MTU may be larger), or `largest-seen` (a size that proves nothing). `null` as `underlayMtu` is.
   */
  underlayMtuFrom: 'option' | 'icmp' | 'fragments' | 'largest-answered' | 'largest-seen' | null
  /** Sizes and the path MTU by VTEP pair: the pairs of `vtepPairs`, in the same order. */
  perPair: PairMtu[]
  /** Outer IP packets by size, in classes of ascending length. */
  sizes: SizeClass[]
}

/** Packets and bytes of one VNI over time. */
export interface TimelineRow {
  /** VNI of the row; `null` for all VNIs but the 20 largest together. */
  vni: number | null
  /** Tunnel header of the row; `null` where the VNI is. */
  kind: TunnelKind | null
  /** Tunnel packets in each step, the first one at `start`. */
  packets: number[]
  /** Bytes of inner frames in each step, the first one at `start`. */
  innerBytes: number[]
}

/** Packets and bytes over time; packets without a time are left out. */
export interface TimelineSummary {
  /** Length of a step in milliseconds: 1, 2 or 5 times a power of ten, so that there are at most 600 steps. */
  stepMs: number
  /** Time at which the first step starts, ISO 8601 UTC with nine decimals: a multiple of the step since the epoch; `null` when no packet has a time. */
  start: string | null
  /** A row for each of the 20 VNIs with the most inner bytes, in order of VNI and kind, then one for the rest if there is any. */
  vnis: TimelineRow[]
}

/** A bounded table of the analysis: how much it holds, and what it had no room for. */
export interface LimitSummary {
  /** Name of the table: `flows`, `macs`, `addresses` and so on. */
  table: string
  /** Most rows that the table holds; what comes first is kept, and nothing is evicted. */
  limit: number
  /** Packets that found no row; totals of packets and bytes are exact all the same, but counts of rows are then lower bounds. */
  dropped: number
}

/** What the tables, the timeline and the findings are restricted to, as it was asked for; empty lists restrict nothing. */
export interface FilterSummary {
  /** VNIs that were selected singly, ascending. */
  vnis: number[]
  /** Ranges of VNIs that were selected, first and last of each, both included. */
  vniRanges: [number, number][]
  /** Addresses, prefixes and ranges of the tunnel endpoints that were selected. */
  vteps: string[]
  /** Inner IP addresses, prefixes and ranges that were selected. */
  ips: string[]
  /** Inner MAC addresses that were selected. */
  macs: string[]
  /** Earliest time that was selected, itself included, ISO 8601 UTC with nine decimals; `null` without such a bound. */
  from: string | null
  /** Latest time that was selected, itself included, ISO 8601 UTC with nine decimals; `null` without such a bound. */
  to: string | null
}

/** What `vxpcap summarize --json` prints. Fields may be added; none listed here changes meaning without a new schema number. */
export interface Summary {
  /** Name and number of the schema that the document follows. */
  schema: 'vxpcap.summary/1'
  /** What the tables, the timeline and the findings are restricted to. */
  filter: FilterSummary
  /** The whole input; the filter does not touch it. */
  capture: CaptureSummary
  /** Every record of the input by what it was; the filter does not touch it. */
  tunnel: TunnelSummary
  /** How many VNIs were found, by tunnel kind; `vnis` may list fewer. */
  vnisTotal: number
  /** How many VTEP pairs were found; `vtepPairs` may list fewer. */
  vtepPairsTotal: number
  /** How many flows were found; `flows` may list fewer. A lower bound where `limits` says that flows were dropped. */
  flowsTotal: number
  /** How many inner source MAC addresses were found, by VNI and VLANs; `macs` may list fewer. */
  macsTotal: number
  /** The largest VNIs by bytes on the wire, at most `--rows` (option `rows`) of them, in order of VNI and kind. */
  vnis: VniSummary[]
  /** The largest VTEP pairs by bytes on the wire, at most `--rows` (option `rows`) of them, in order of their addresses. */
  vtepPairs: VtepPairSummary[]
  /** The largest flows by inner bytes of both directions, at most `--rows` (option `rows`) of them, largest first. */
  flows: FlowSummary[]
  /** The inner source MAC addresses with the most packets, at most `--rows` (option `rows`) of them, most first. */
  macs: MacSummary[]
  /** Sizes, path MTU and the MTU to set. */
  mtu: MtuSummary
  /** Packets and inner bytes over time by VNI. */
  timeline: TimelineSummary
  /** What is wrong or worth knowing, most severe first, then by count. */
  findings: Finding[]
  /** Every bounded table with what it had no room for, in order of names. */
  limits: LimitSummary[]
  /** Results of analyzers of one's own, by their names; absent where there are none. */
  extra?: Record<string, unknown>
}
