/**
 * The documents of a fleet: what one capture point says of itself (`vxpcap.point/1`), and what all of them say together
 * (`vxpcap.fleet/1`). Types only; the comments are the words of the published schemas and of docs/document.md too.
 *
 * Points are not added up: they see the same packets. Every figure is what one point counted, beside those of the others.
 */
import type { FilterSummary, Finding, LimitSummary, Summary, TunnelKind } from './summary.ts'

/** Outer TTLs or hop limits of a direction. */
export interface TtlRange {
  /** Smallest outer TTL or hop limit. */
  min: number
  /** Largest outer TTL or hop limit: 64, 128 and 255 are those that no router has reduced. */
  max: number
}

/** What a point saw of one direction: tunnel packets of one VNI from one VTEP to another. */
export interface PointDirection {
  /** Tunnel header that carried them. */
  kind: TunnelKind
  /** VXLAN Network Identifier; the virtual subnet id for NVGRE. */
  vni: number
  /** Outer source address. */
  from: string
  /** Outer destination address. */
  to: string
  /** Tunnel datagrams, each once however many fragments it travelled in, and however often the capture recorded it. */
  packets: number
  /** Their outer IP bytes. */
  bytes: number
  /**
   * Their payload: TCP payload bytes, and bytes of the inner frame of all that is no TCP. Segmentation offload, which makes one packet of
   * several, does not change it.
   */
  payload: number
  /** Length of the largest outer IP packet in bytes. */
  largest: number
  /** Time of the earliest packet, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  firstTime: string | null
  /** Time of the latest packet, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  lastTime: string | null
  /** Outer TTLs or hop limits. */
  ttl: TtlRange
  /** Packets that the capture marks as received by its machine (pcapng flags, Linux cooked capture). */
  inbound: number
  /** Packets that the capture marks as sent by its machine. */
  outbound: number
  /** One in how many kinds of packets, told apart by their digests, is in `sample`: a power of two. */
  sampledOneIn: number
  /**
   * Counts by steps of time, in order: number of the step, packets, and payload bytes. A step begins its number times `stepMs` milliseconds
   * after the epoch, by the point's own clock. Steps without a packet are left out, and so are packets without a time.
   */
  steps: [number, number, number][]
}

/** A packet of a point's sample, which other points have too if it passed them. */
export interface PointSighting {
  /** Digest of VNI and inner frame: 13 hexadecimal digits. The same packet has the same one at every point. */
  key: string
  /** Index of its direction in the point's `directions`. */
  direction: number
  /** Its time by the point's own clock, ISO 8601 UTC with nine decimals. */
  time: string
  /** Packets of its direction that the point saw up to it, itself included. */
  packets: number
  /** Payload bytes of its direction up to it, its own included. */
  payload: number
}

/** What one capture point says of itself. */
export interface PointDocument {
  /** Name and number of the schema that the document follows. */
  schema: 'vxpcap.point/1'
  /** Name of the point: relative path of its folder or capture. */
  name: string
  /** What makes it the same point again: digest of its name and of what was counted, 32 hexadecimal digits. */
  id: string
  /** Addresses of the VTEPs at this point, as it was told (points.json); `null` where nothing was said of the point. */
  vteps: string[] | null
  /** Milliseconds of a step of `directions[].steps`: 100, doubled as often as needed to keep the steps few. */
  stepMs: number
  /** What was seen of each direction, in order of addresses, VNI and kind. */
  directions: PointDirection[]
  /** Tunnel packets of further directions than are told apart, which are in none of them. */
  withoutDirection: number
  /** Packets by which points are put onto one clock and counted against each other, in order of direction and time. */
  sample: PointSighting[]
  /** What `summarize` says of the point's captures. */
  summary: Summary
}

/** Findings of a point by severity. */
export interface FindingCounts {
  /** Errors. */
  error: number
  /** Warnings. */
  warning: number
  /** Notes. */
  note: number
}

/** How a point's clock stands to the fleet's. */
export interface PointClock {
  /** Point whose clock it is held against: the first by name of those that share packets, directly or through others. */
  reference: string
  /** Milliseconds that the point's clock is ahead of that one. */
  offsetMs: number
  /** Milliseconds by which that may be wrong; `null` where packets go one way only, so that their delay is not known. */
  errorMs: number | null
}

/** A point in the fleet's document. */
export interface FleetPoint {
  /** Name of the point. */
  name: string
  /** What makes it the same point again; empty for one that failed. */
  id: string
  /** VTEPs at this point, in order of addresses; empty where nothing tells. */
  vteps: string[]
  /** How these are known: `stated` in points.json, or `observed` in TTLs, marks and times of packets. */
  ownership: 'stated' | 'observed' | 'unknown'
  /** Captures that were read. */
  files: number
  /** Packet records in them. */
  packets: number
  /** Tunnel packets among them. */
  tunnelPackets: number
  /** Time of the earliest packet by the point's own clock, ISO 8601 UTC with nine decimals; `null` without any. */
  firstTime: string | null
  /** Time of the latest packet by the point's own clock, ISO 8601 UTC with nine decimals; `null` without any. */
  lastTime: string | null
  /** Packets that the captures themselves lost; `null` where they do not tell. */
  droppedByCapture: number | null
  /** Datagrams in outer fragments of which the captures lack a fragment, so that they count in no direction. */
  incompleteDatagrams: number
  /** `false` when reading was stopped before the end of the input. */
  complete: boolean
  /** How the point's clock stands to the others; `null` where no packet tells. */
  clock: PointClock | null
  /** How many findings its own summary has. */
  findings: FindingCounts
  /** Its sample, as in its own document; indexes are those of `directions` of this document. */
  sample: PointSighting[]
  /** Why it could not be read; `null` for one that was. */
  failed: string | null
}

/** What one point counted. */
export interface PointCount {
  /** Name of the point. */
  point: string
  /** Packets that it counted. */
  packets: number
  /** Bytes on the wire. */
  bytes: number
}

/** What one point counted both ways between two VTEPs. */
export interface PointPairCount {
  /** Name of the point. */
  point: string
  /** Tunnel datagrams from `a` to `b`. */
  packetsAToB: number
  /** Tunnel datagrams from `b` to `a`. */
  packetsBToA: number
  /** Bytes on the wire from `a` to `b`. */
  outerBytesAToB: number
  /** Bytes on the wire from `b` to `a`. */
  outerBytesBToA: number
}

/** What one point counted of a flow. */
export interface PointFlowCount {
  /** Name of the point. */
  point: string
  /** Packets from `a` to `b`. */
  packetsAToB: number
  /** Packets from `b` to `a`. */
  packetsBToA: number
  /** Bytes of inner frames from `a` to `b`. */
  innerBytesAToB: number
  /** Bytes of inner frames from `b` to `a`. */
  innerBytesBToA: number
}

/** What one point saw of a MAC address. */
export interface PointMacCount {
  /** Name of the point. */
  point: string
  /** Packets that the MAC sent. */
  packets: number
  /** VTEPs that it was behind there, in order of addresses. */
  vteps: string[]
  /** Inner IP addresses that it was known by there, from ARP and neighbour discovery. */
  ips: string[]
}

/** One tenant network, and what each point counted of it. */
export interface FleetVni {
  /** VXLAN Network Identifier; the virtual subnet id for NVGRE. */
  vni: number
  /** Tunnel header that carried it. */
  kind: TunnelKind
  /** What each point counted, in order of names. */
  points: PointCount[]
}

/** Two VTEPs over all their VNIs, and what each point counted of them. */
export interface FleetPair {
  /** Outer address of one end, the lower one. */
  a: string
  /** Outer address of the other end. */
  b: string
  /** What each point counted, in order of names. */
  points: PointPairCount[]
  /** Packets that left the point of `a` and did not reach that of `b`, of all directions that were judged; `null` where none was. */
  missingAToB: number | null
  /** Packets that left the point of `b` and did not reach that of `a`; `null` where no direction was judged. */
  missingBToA: number | null
}

/** One inner conversation, and what each point counted of it. */
export interface FleetFlow {
  /** VNI that the conversation is in. */
  vni: number
  /** Tunnel header that carried it. */
  kind: TunnelKind
  /** Ids of the inner VLAN tags, outermost first. */
  vlans: number[]
  /** Inner protocol. */
  protocol: string
  /** Inner address of one end, the lower one. */
  a: string
  /** Inner port of `a`; `null` where there are no ports. */
  aPort: number | null
  /** Inner address of the other end. */
  b: string
  /** Inner port of `b`; `null` where there are no ports. */
  bPort: number | null
  /** What each point counted, in order of names. */
  points: PointFlowCount[]
}

/** One inner MAC address, and what each point saw of it. */
export interface FleetMac {
  /** VNI that it sends in. */
  vni: number
  /** Ids of the inner VLAN tags, outermost first. */
  vlans: number[]
  /** Inner source MAC address. */
  mac: string
  /** VTEPs that it was behind at any point, in order of addresses. */
  vteps: string[]
  /** Inner IP addresses that it was known by at any point, in order of addresses. */
  ips: string[]
  /** What each point saw, in order of names. */
  points: PointMacCount[]
}

/** What one point saw of a direction. */
export interface FleetSight {
  /** Name of the point. */
  point: string
  /** Tunnel datagrams, each once, as in the point's document. */
  packets: number
  /** Their outer IP bytes. */
  bytes: number
  /** Their payload bytes. */
  payload: number
  /** Length of the largest outer IP packet in bytes. */
  largest: number
  /** Time of the earliest packet by the point's own clock, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  firstTime: string | null
  /** Time of the latest packet by the point's own clock, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  lastTime: string | null
  /** Outer TTLs or hop limits. */
  ttl: TtlRange
  /** Packets that the capture marks as received by its machine. */
  inbound: number
  /** Packets that the capture marks as sent by its machine. */
  outbound: number
  /** One in how many kinds of packets is in the point's `sample`. */
  sampledOneIn: number
  /** Counts by steps of the fleet's `stepMs`, by the point's own clock: number of the step, packets, and payload bytes. */
  steps: [number, number, number][]
}

/** One direction: what each point saw of it, and what is missing between the sender's point and the receiver's. */
export interface FleetDirection {
  /** Tunnel header that carried its packets. */
  kind: TunnelKind
  /** VXLAN Network Identifier; the virtual subnet id for NVGRE. */
  vni: number
  /** Outer source address. */
  from: string
  /** Outer destination address. */
  to: string
  /** Every point that saw it, in order of names. */
  points: FleetSight[]
  /** Name of the point that has the VTEP `from`; `null` where none is known to. */
  sender: string | null
  /** Name of the point that has the VTEP `to`; `null` where none is known to. */
  receiver: string | null
  /**
   * `yes`, or why sent and received were not held against each other: `no-owner` where sender or receiver is not known, `same-point` where
   * one point has both, `no-overlap` without a time in which both captured, `no-clock` where no packet puts their clocks together.
   */
  judged: 'yes' | 'no-owner' | 'same-point' | 'no-overlap' | 'no-clock'
  /** What was counted: `packets`; or `payload` where segmentation offload joined packets at one of the points, and packets are reckoned. */
  by: 'packets' | 'payload'
  /** Packets that the sender's point saw in the time that both have in common; `null` where that was not judged. */
  sent: number | null
  /** Packets of them that the receiver's point saw; `null` where that was not judged. */
  received: number | null
  /** Packets that left the sender's point and did not reach the receiver's; 0 where times and order leave it open; `null` where not judged. */
  missing: number | null
  /** Beginning of the time in common by the sender's clock, ISO 8601 UTC with nine decimals; `null` where that was not judged. */
  fromTime: string | null
  /** End of the time in common by the sender's clock, ISO 8601 UTC with nine decimals; `null` where that was not judged. */
  toTime: string | null
}

/** A finding, and the points that show it. */
export interface FleetFinding extends Finding {
  /** Names of the points that show it, in order. */
  points: string[]
  /** The one of them whose words, figures and packet numbers these are: of those with the most severe finding the first by name; empty for none. */
  point: string
}

/** What all capture points say together. */
export interface Fleet {
  /** Name and number of the schema that the document follows. */
  schema: 'vxpcap.fleet/1'
  /** What every point's summary is restricted to. */
  filter: FilterSummary
  /** The points in order of names, those that failed among them. */
  points: FleetPoint[]
  /** Milliseconds of a step of `directions[].points[].steps`: the longest of any point, or longer to keep all steps few. */
  stepMs: number
  /** Largest rows that each point has in each of the tables at most; `null` where all that it listed were taken. */
  rowsByPoint: number | null
  /** How many VNIs were found, by tunnel kind. */
  vnisTotal: number
  /** How many VTEP pairs were found. */
  vtepPairsTotal: number
  /** How many directions were found. */
  directionsTotal: number
  /** How many flows are listed by any point. */
  flowsTotal: number
  /** How many inner source MAC addresses are listed by any point. */
  macsTotal: number
  /** VNIs, in order of VNI and kind. */
  vnis: FleetVni[]
  /** VTEP pairs, in order of their addresses. */
  vtepPairs: FleetPair[]
  /** Directions, in order of addresses, VNI and kind. */
  directions: FleetDirection[]
  /** Flows, in order of VNI, kind, VLANs, protocol, addresses and ports. */
  flows: FleetFlow[]
  /** Inner source MAC addresses, in order of VNI, VLANs and MAC. */
  macs: FleetMac[]
  /** Findings by code and subject, most severe first. */
  findings: FleetFinding[]
  /** Every bounded table; the smallest limit of any point, and the most packets that any point had no row for. */
  limits: LimitSummary[]
}
