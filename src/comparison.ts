/**
 * The document that `vxpcap compare --json` prints: types only. Schema `vxpcap.compare/1`.
 *
 * The comments are the words of the published schema too. Delay is that of RFC 7679, loss of RFC 7680, loss patterns of RFC 3357, delay
 * variation of RFC 5481, reordering of RFC 4737, duplication of RFC 5560; a packet is a tunnel datagram, told by what the tunnel carries.
 */
import type { FileSummary, FilterSummary, Finding, LimitSummary } from './summary.ts'

/** One of the two places where the traffic was captured. */
export type Place = 'near' | 'far'

/** One side: its captures, and what they say alone. */
export interface ComparedSide {
  /** The captures in the order in which they were given; those without a readable file header are left out. */
  files: FileSummary[]
  /** Packet records in all files of the side. */
  packets: number
  /**
   * Tunnel datagrams among them, each once however many fragments it travelled in; those that the filter leaves out do not count. 0 where
   * reading was stopped before they could be counted.
   */
  tunnelPackets: number
  /**
   * Records of a datagram that the side already holds, as of one that passes several interfaces or hops, or that a mirror records twice:
   * not counted as sent or received.
   */
  copies: number
  /** Time of the earliest packet by the side's own clock, ISO 8601 UTC with nine decimals; `null` when none has a time. */
  firstTime: string | null
  /** Time of the latest packet by the side's own clock; `null` when none has a time. */
  lastTime: string | null
  /** Packets that the capture itself lost, as the file says; `null` when one of the files does not tell. */
  droppedByCapture: number | null
  /** Bytes of each inner frame that are compared where a snap length cut packets at either side; `null` where whole frames are. */
  comparedBytes: number | null
  /** `false` when reading was stopped before all was known of the side's captures: after {@link Comparison.window}, nothing was judged. */
  complete: boolean
  /** What the side's captures say alone, as `summarize` finds it, by the side's own packet numbers; empty where that was not asked for. */
  findings: Finding[]
}

/** A clock that was set while captures ran. */
export interface ClockJump {
  /** Time of the first packet behind it, by the near clock as it was before any jump, ISO 8601 UTC. */
  time: string
  /** Milliseconds by which the far clock is further ahead from then on; negative where it is further behind. Either clock may have been set. */
  ms: number
}

/** How the clocks of both sides stand to each other. */
export interface ComparisonClock {
  /**
   * Milliseconds that the far clock is ahead of the near one in the middle of {@link Comparison.window}; `null` where nothing tells.
   * With traffic in both directions half of the difference of both minimum delays: an asymmetry of the path cannot be seen.
   */
  offsetMs: number | null
  /**
   * Milliseconds by which the offset may be wrong either way: half of the sum of both minimum delays. 0 with `sameClock`; `null` where
   * packets go one way only, so that delays are above the smallest one and not absolute.
   */
  errorMs: number | null
  /** Parts per million by which the far clock runs faster than the near one (RFC 2330, skew); 0 where no drift shows. */
  driftPpm: number
  /** Whether both sides were said to have one clock, so that nothing was estimated. */
  sameClock: boolean
  /** Packets that were matched to estimate it. */
  packets: number
  /** When a clock was set, as both directions show; what comes behind is compared all the same. {@link offsetMs} is the one before. */
  jumps: ClockJump[]
  /** Whether a clock runs so unevenly that no delay can be told. */
  uneven: boolean
}

/** The time for which both sides were capturing. */
export interface ComparisonWindow {
  /** Beginning of the overlap by the near clock, ISO 8601 UTC; `null` without one. */
  from: string | null
  /** End of the overlap by the near clock. */
  to: string | null
  /** Milliseconds of it. */
  ms: number
  /** Milliseconds for which a packet was waited for at the other side before it was taken for lost (RFC 7680, the waiting time). */
  waitingMs: number
}

/** One-way delay of the packets that arrived (RFC 7679), by the clock of {@link Comparison.clock}. */
export interface ComparedDelay {
  /** Smallest delay in milliseconds; 0 where the clocks could be put together by this direction alone. */
  min: number
  /** Median in milliseconds. */
  median: number
  /** 99th percentile in milliseconds. */
  p99: number
  /** Largest in milliseconds. */
  max: number
  /** Packet delay variation: the 99th percentile less the smallest delay, in milliseconds (RFC 5481 §4.2, PDV). */
  variation: number
}

/** Packets of one size. */
export interface ComparedSize {
  /**
   * Largest outer IP length of the class in bytes, `null` for what is larger; classes as in `mtu.sizes` of the summary. Super-frames are in
   * none.
   */
  upTo: number | null
  /** Packets that left and whose fate is known. */
  sent: number
  /** Packets of these that did not arrive (RFC 7680). */
  lost: number
}

/** The size from which on nothing arrives. */
export interface SizeCliff {
  /** Largest outer IP length in bytes that arrived. */
  passed: number
  /** Smallest outer IP length in bytes above it that was lost. */
  lost: number
}

/** Packets of one outer source port: one of the equal-cost paths (RFC 7348 §5). */
export interface ComparedSourcePort {
  /** Outer UDP source port where the packet left. */
  port: number
  /** Packets that left and whose fate is known. */
  sent: number
  /** Packets of these that did not arrive (RFC 7680). */
  lost: number
}

/** Packets of one step of time. */
export interface ComparedStep {
  /** Beginning of the step by the near clock, ISO 8601 UTC. */
  time: string
  /** Packets that left and whose fate is known. */
  sent: number
  /** Packets of these that did not arrive (RFC 7680). */
  lost: number
  /** Mean delay in milliseconds of those that arrived (RFC 7679); `null` where none did. */
  delayMs: number | null
  /** Largest delay in milliseconds of those that arrived; `null` where none did. */
  maxDelayMs: number | null
}

/** How losses are spread (RFC 3357). */
export interface LossPattern {
  /** Loss periods: runs of packets that were lost one after the other (RFC 3357 §5.4). */
  periods: number
  /** Packets of the longest one. */
  longest: number
}

/** A packet by its numbers. */
export interface ComparedPacket {
  /** Its number in the near captures, from 1 over all files in the order given; `null` where it is not there. */
  near: number | null
  /** Its number in the far captures. */
  far: number | null
  /** Whether equal packets came so closely one after the other that only their number is sure, and this one stands for one of them. */
  oneOf?: true
}

/** A bit that was changed on the way. */
export interface AlteredBit {
  /** Byte of the inner frame, from 0. */
  offset: number
  /** Bit of that byte, 0 for the least significant one. */
  bit: number
}

/** A packet that arrived with other bytes than it left with. */
export interface AlteredPacket extends ComparedPacket {
  /** The bits, sixteen at most. */
  bits: AlteredBit[]
}

/** A further arrival of a packet that had arrived (RFC 5560). */
export interface DuplicatedPacket extends ComparedPacket {
  /** Number of its first arrival, at the side where the packet arrives. */
  firstArrival: number
}

/** A header field that is another one where the packets arrive. */
export interface Rewrite {
  /** The field. */
  field:
    | 'outer source'
    | 'outer destination'
    | 'outer source port'
    | 'outer destination port'
    | 'vni'
    | 'inner macs'
    | 'inner ttl'
    | 'inner dscp'
    | 'outer dscp'
    | 'inner TCP MSS'
    | 'inner TCP options'
    | 'inner bytes'
  /** What it was where the packets left; `null` where it differs from packet to packet. */
  from: string | null
  /** What it is where they arrive. */
  to: string | null
  /** Packets. */
  packets: number
}

/** What lies between one sender and one receiver of tunnel packets, in one VNI. */
export interface ComparedDirection {
  /** Outer source address where the packets leave. */
  from: string
  /** Outer destination address where the packets leave. */
  to: string
  /** VNI where the packets leave. */
  vni: number
  /** Kind of the tunnel. */
  kind: 'vxlan' | 'vxlan-gpe' | 'geneve' | 'nvgre'
  /** The side that the packets pass first. */
  sentAt: Place
  /**
   * Whether loss was judged: `yes`, or why not. `no-clock`: nothing tells how the clocks stand to each other. `not-on-path`: nothing
   * shows that these packets should pass the other side. `no-overlap`: none left while both sides were capturing. `cut-short`: the other
   * side captured too little of most inner frames to tell them. `not-recorded`: the other side does not record this direction, although
   * packets arrive: what comes back answers them, or is missing from its capture in the same VNI.
   */
  judged: 'yes' | 'no-clock' | 'not-on-path' | 'no-overlap' | 'cut-short' | 'not-recorded'
  /** Packets that left: the sum of `matched`, `lost`, `altered` and `notJudged`. */
  sent: number
  /**
   * Records where they arrive: those of `matched`, `altered`, `duplicated` and `unsent` packets, segments of other sizes, and what came
   * while the sending side was not capturing.
   */
  received: number
  /** Packets that left and arrived, rewritten ones included. */
  matched: number
  /** Packets that left and did not arrive (RFC 7680); of a super-frame that arrived in part, one. */
  lost: number
  /** Inner bytes of the lost packets; of a super-frame that arrived in part, those TCP data that did not. */
  lostBytes: number
  /** Bytes of TCP data among them. */
  lostTcpBytes: number
  /** Further arrivals of packets that had arrived (RFC 5560). */
  duplicated: number
  /** Packets that arrived behind one that left later (RFC 4737 §3.3, Type-P-Reordered). */
  reordered: number
  /** Largest number of packets that overtook one of them (RFC 4737 §4.2, reordering extent). */
  reorderingExtent: number
  /** Packets of which at most sixteen bits were changed on the way. */
  altered: number
  /** Packets that arrived with other addresses, VNI, TTL or DSCP; they are among the matched ones. */
  rewritten: number
  /** The fields that were rewritten. */
  rewrites: Rewrite[]
  /**
   * Packets that were marked for congestion on the way: they left without the mark and arrived with it (ECN CE, RFC 3168 §5), in the outer
   * header or the inner one. They are among the matched ones, and not among the rewritten ones for it.
   */
  congestionMarked: number
  /**
   * Packets whose fate is not known: they left while the other side was not capturing, are cut too short to be told, or were not reached
   * when reading was stopped (copies among those count as packets).
   */
  notJudged: number
  /**
   * When that packet left, by the near clock, from which on to the end not one arrived, if these are five at least or all: they are lost, or,
   * where the other capture has nothing of that time either, not judged. `null` where packets arrive to the end.
   */
  silentSince: string | null
  /** Packets that arrived and were not seen to leave, although the capture at the sending side was running: it missed them. */
  unsent: number
  /** Packets that travelled in segments of other sizes on one side, as with segmentation offload; they were matched by byte range. */
  resegmented: number
  /** Delay of those that arrived (RFC 7679); `null` where none did or nothing is known of the clocks. */
  delayMs: ComparedDelay | null
  /** How losses are spread (RFC 3357). */
  lossPattern: LossPattern
  /** Packets by size: outer IP lengths; classes without a packet are left out. */
  lossBySize: ComparedSize[]
  /** The size from which on nothing arrives, where there is one: outer IP lengths. */
  sizeCliff: SizeCliff | null
  /** Packets by outer source port, those with the most losses first, then by port: at most 64. */
  lossBySourcePort: ComparedSourcePort[]
  /** Distinct outer source ports of packets that left. */
  sourcePorts: number
  /** Packets by time: at most 600 steps of {@link Comparison.stepMs}; steps without a packet are left out. */
  lossOverTime: ComparedStep[]
  /** The packets themselves, by number: the first 1000 of each unless told otherwise. */
  packets: {
    /** Those that left and did not arrive. */
    lost: ComparedPacket[]
    /** Those that arrived with other bits. */
    altered: AlteredPacket[]
    /** Further arrivals. */
    duplicated: DuplicatedPacket[]
    /** Those that arrived behind one that left later. */
    reordered: ComparedPacket[]
  }
}

/** A finding of a comparison: as one of `summarize`, with the sides that show it. */
export interface ComparedFinding extends Finding {
  /** Sides whose captures say it: one, or both where they agree or where it takes both to say it. */
  places: Place[]
  /** Side whose packet numbers `packets` has, and whose captures `displayFilter` and `displayFilters` are for. */
  side: Place
  /** Numbers of up to ten packets at the other side that show it too. */
  otherPackets: number[]
  /** Display filter for the captures of the other side; empty where no packet there is meant. */
  otherFilter: string
}

/** The same traffic captured at two places. */
export interface Comparison {
  /** Name and version of the document's format. */
  schema: 'vxpcap.compare/1'
  /** What was selected of both sides; everything where it is empty. */
  filter: FilterSummary
  /** The first side. */
  near: ComparedSide
  /** The other one. */
  far: ComparedSide
  /** How their clocks stand to each other. */
  clock: ComparisonClock
  /** When both were capturing. */
  window: ComparisonWindow
  /** Packets that both sides have. */
  matched: number
  /** Milliseconds of a step of `lossOverTime`: 1, 2 or 5 times a power of ten. */
  stepMs: number
  /** Directions: outer source, destination and VNI, those of the near side first, then by address and VNI. */
  directions: ComparedDirection[]
  /** How many there are in all. */
  directionsTotal: number
  /** What is wrong between the two places, and what either capture says alone; most severe first. */
  findings: ComparedFinding[]
  /** Tables that had no room for everything. */
  limits: LimitSummary[]
}
