/** The document that `vxpcap summarize --json` prints: the types of the contract, no logic. Schema `vxpcap.summary/1`. */

/** Severity of a finding, most severe first. */
export type Severity = 'error' | 'warning' | 'note'

/** What a finding is about; empty when it stands for all the subjects that the limit cut. */
export interface Subject {
  vni?: number
  /** Outer addresses; `[from, to]` where direction matters. */
  vteps?: string[]
  mac?: string
  ip?: string
  port?: number
}

/** One thing that is true about the traffic or the capture. */
export interface Finding {
  /** Stable code, `UPPER_SNAKE`. */
  code: string
  severity: Severity
  /** One sentence that a network engineer understands. */
  title: string
  subject: Subject
  /** How often it was seen. */
  count: number
  /** Up to ten packet numbers. */
  packets: number[]
  /** What was seen, with figures. */
  observed: string
  /** What that implies. */
  inferred: string
  /** What to do. */
  remedy: string
  /** A Wireshark display filter that selects at least the named packets; empty where no packet is meant. */
  displayFilter: string
  /** With several captures: the filter for each that the finding names packets of, which numbers packets as that file does. */
  displayFilters?: { file: number; filter: string }[]
  /** Codes of the findings about the same subject that explain this one, the likeliest first. */
  because?: string[]
}

/** One capture file. */
export interface FileSummary {
  name: string
  format: 'pcap' | 'pcapng'
  /** Bytes of the file as stored, compressed if it is. */
  bytes: number
  packets: number
  /** Number of the file's first packet; where it has none, the number that one would have had. */
  firstPacket: number
  /** Names of the link types of the file's interfaces. */
  linkTypes: string[]
  compression: 'none' | 'gzip' | 'zstd' | 'lz4'
}

/** Where a packet of interleaved captures is. */
export interface PacketOrigin {
  /** Its number in the document. */
  packet: number
  /** Index of its file in `capture.files`. */
  file: number
  /** Its number in that file, as Wireshark counts. */
  number: number
}

/** The capture as a whole; filters do not touch it. */
export interface CaptureSummary {
  files: FileSummary[]
  /**
   * Only where the captures were merged by time: numbers then run in merged order, and this says where each packet is that the
   * document names. Without it a packet's file is the last one whose `firstPacket` is not above its number.
   */
  origins?: PacketOrigin[]
  packets: number
  capturedBytes: number
  wireBytes: number
  /** Earliest packet, ISO 8601 UTC with nine decimals. */
  firstTime: string | null
  lastTime: string | null
  truncatedPackets: number
  duplicatePackets: number
  droppedByCapture: number | null
  /** Last if_recv of each interface, added up: what the drops are a share of; `null` when no file tells. */
  receivedByCapture: number | null
  /** `false` when reading was stopped before the end of the input. */
  complete: boolean
}

/** Packets that could not be read to the end, by layer and reason. */
export interface FaultCount {
  /** `link`, `outer.ipv4`, `vxlan`, `inner.tcp` … */
  layer: string
  fault: string
  packets: number
  firstPacket: number
}

/** Every record by what it was; filters do not touch it. */
export interface TunnelSummary {
  vxlanPackets: number
  gpePackets: number
  genevePackets: number
  /** NVGRE, whose VNI is the virtual subnet id (RFC 7637 §3.2). */
  nvgrePackets: number
  otherPackets: number
  /** What tunnel packets were carried in that is not an overlay itself; a packet counts under each of its carriers. */
  carriers: { carrier: string; packets: number }[]
  fragments: { firsts: number; others: number; reassembled: number; incomplete: number }
  other: { protocol: string; packets: number }[]
  faults: FaultCount[]
}

/** Tunnel header of a row. */
export type TunnelKind = 'vxlan' | 'vxlan-gpe' | 'geneve' | 'nvgre'

/** One tenant. */
export interface VniSummary {
  vni: number
  kind: TunnelKind
  packets: number
  /** Inner frames; at most `outerBytes`, also where fragments of what a first one began are missing. */
  innerBytes: number
  outerBytes: number
  overheadBytes: number
  overheadPercent: number
  vteps: string[]
  macs: number
  flows: number
  broadcastPackets: number
  multicastPackets: number
  replicatedPackets: number
  /** Largest inner IP packet in bytes, super-frames excluded. */
  maxInnerIpLength: number
}

/** Two tunnel endpoints, `a` below `b`. */
export interface VtepPairSummary {
  a: string
  b: string
  vnis: number[]
  packetsAToB: number
  packetsBToA: number
  outerBytesAToB: number
  outerBytesBToA: number
  destinationPorts: number[]
  sourcePortsAToB: number
  sourcePortsBToA: number
  /** Largest outer IP packet in bytes, super-frames included. */
  maxOuterIpLength: number
}

/** The TCP side of a flow. */
export interface TcpSummary {
  mssAToB: number | null
  mssBToA: number | null
  retransmittedSegments: number
  retransmittedBytes: number
  /** SYN to the handshake's last ACK. */
  rttMs: number | null
  state: string
}

/** The echo side of an ICMP flow. */
export interface EchoSummary {
  requests: number
  replies: number
  rttMs: { min: number; avg: number; max: number } | null
}

/** One inner conversation, both directions. */
export interface FlowSummary {
  vni: number
  kind: TunnelKind
  vlans: number[]
  protocol: string
  a: string
  aPort: number | null
  b: string
  bPort: number | null
  initiator: 'a' | 'b' | null
  vtepsA: string[]
  vtepsB: string[]
  packetsAToB: number
  packetsBToA: number
  innerBytesAToB: number
  innerBytesBToA: number
  firstTime: string | null
  lastTime: string | null
  tcp?: TcpSummary
  echo?: EchoSummary
}

/** One inner MAC address and the endpoints it was sent from. */
export interface MacSummary {
  vni: number
  vlans: number[]
  mac: string
  packets: number
  vteps: { vtep: string; packets: number; firstTime: string | null; lastTime: string | null }[]
  ips: string[]
  ipsTotal: number
}

/** Sizes and the path MTU of one VTEP pair. */
export interface PairMtu {
  a: string
  b: string
  /** Bytes from inner IP to outer IP, the larger of both directions; the outer Ethernet header is not part of it. */
  overhead: number
  largestOuterIpLength: number
  pathMtu: number | null
  pathMtuFrom: string | null
  recommendedInnerMtu: number | null
  recommendedMss: number | null
  /** Largest outer IP packet proved to pass and smallest one fragmented or lost; `null` without both, or where ICMP names the MTU. */
  pathMtuBetween: [number, number] | null
}

/** Sizes and MTU of the overlay. */
export interface MtuSummary {
  underlayMtu: number | null
  underlayMtuFrom: 'option' | 'icmp' | 'fragments' | 'largest-answered' | 'largest-seen' | null
  perPair: PairMtu[]
  sizes: { upTo: number | null; packets: number }[]
}

/** Packets and bytes over time. */
export interface TimelineSummary {
  stepMs: number
  /** Start of the first step. */
  start: string | null
  vnis: { vni: number | null; kind: TunnelKind | null; packets: number[]; innerBytes: number[] }[]
}

/** What a bounded table had no room for. */
export interface LimitSummary {
  table: string
  limit: number
  dropped: number
}

/** What the tables, the timeline and the findings are restricted to, as it was asked for; empty lists restrict nothing. */
export interface FilterSummary {
  vnis: number[]
  /** First and last VNI of each range. */
  vniRanges: [number, number][]
  /** Addresses, prefixes and ranges. */
  vteps: string[]
  ips: string[]
  macs: string[]
  /** ISO 8601 UTC. */
  from: string | null
  to: string | null
}

/** The whole document. */
export interface Summary {
  schema: 'vxpcap.summary/1'
  filter: FilterSummary
  capture: CaptureSummary
  tunnel: TunnelSummary
  vnisTotal: number
  vtepPairsTotal: number
  flowsTotal: number
  macsTotal: number
  vnis: VniSummary[]
  vtepPairs: VtepPairSummary[]
  flows: FlowSummary[]
  macs: MacSummary[]
  mtu: MtuSummary
  timeline: TimelineSummary
  findings: Finding[]
  limits: LimitSummary[]
  /** Results of analyzers of one's own, by their names; absent where there are none. */
  extra?: Record<string, unknown>
}
