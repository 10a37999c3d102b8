/** The summary as the page takes it: what must be there, and how it travels. Kept whole by the compiler, which knows every member. */
import { refuseType } from '../option.ts'
import { secondsBetween } from '../report/number.ts'
import type {
  FileSummary,
  Finding,
  FlowSummary,
  LimitSummary,
  MacSummary,
  Subject,
  Summary,
  VniSummary,
  VtepPairSummary,
} from '../summary.ts'
import {
  type Codec,
  choice,
  exactTime,
  figure,
  flag,
  list,
  type Members,
  micros,
  nullable,
  optional,
  pairOf,
  record,
  sparseNull,
  text,
  time,
} from './columns.ts'
import { type Column, fromDigits, toDigits } from './digits.ts'
import { withLaterMembers } from './older.ts'

export const kind = choice('vxlan', 'vxlan-gpe', 'geneve', 'nvgre')
export const counted = nullable(figure)

export const filter: Codec<Summary['filter']> = record({
  vnis: list(figure),
  vniRanges: list(pairOf(figure)),
  vteps: list(text),
  ips: list(text),
  macs: list(text),
  from: nullable(exactTime),
  to: nullable(exactTime),
})

export const files: Codec<FileSummary[]> = list(
  record({
    name: text,
    format: choice('pcap', 'pcapng'),
    bytes: figure,
    packets: figure,
    firstPacket: figure,
    linkTypes: list(text),
    compression: choice('none', 'gzip', 'zstd', 'lz4'),
  }),
)

const capture: Codec<Summary['capture']> = record({
  files,
  origins: optional(list(record({ packet: figure, file: figure, number: figure }))),
  packets: figure,
  capturedBytes: figure,
  wireBytes: figure,
  firstTime: nullable(exactTime),
  lastTime: nullable(exactTime),
  truncatedPackets: figure,
  duplicatePackets: figure,
  droppedByCapture: counted,
  receivedByCapture: counted,
  complete: flag,
})

const tunnel: Codec<Summary['tunnel']> = record({
  vxlanPackets: figure,
  gpePackets: figure,
  genevePackets: figure,
  nvgrePackets: figure,
  otherPackets: figure,
  carriers: list(record({ carrier: text, packets: figure })),
  fragments: record({ firsts: figure, others: figure, reassembled: figure, incomplete: figure }),
  other: list(record({ protocol: text, packets: figure })),
  faults: list(record({ layer: text, fault: text, packets: figure, firstPacket: figure })),
})

const vni: Codec<VniSummary> = record({
  vni: figure,
  kind,
  packets: figure,
  innerBytes: figure,
  outerBytes: figure,
  overheadBytes: figure,
  overheadPercent: figure,
  vteps: list(text),
  macs: figure,
  flows: figure,
  broadcastPackets: figure,
  multicastPackets: figure,
  replicatedPackets: figure,
  maxInnerIpLength: figure,
})

const vtepPair: Codec<VtepPairSummary> = record({
  a: text,
  b: text,
  vnis: list(figure),
  packetsAToB: figure,
  packetsBToA: figure,
  outerBytesAToB: figure,
  outerBytesBToA: figure,
  destinationPorts: list(figure),
  sourcePortsAToB: figure,
  sourcePortsBToA: figure,
  maxOuterIpLength: figure,
})

const plainFlow: Codec<FlowSummary> = record({
  vni: figure,
  kind,
  vlans: list(figure),
  protocol: text,
  a: text,
  aPort: counted,
  b: text,
  bPort: counted,
  initiator: nullable(choice('a', 'b')),
  vtepsA: list(text),
  vtepsB: list(text),
  packetsAToB: figure,
  packetsBToA: figure,
  innerBytesAToB: figure,
  innerBytesBToA: figure,
  firstTime: nullable(time),
  lastTime: nullable(time),
  tcp: optional(
    record({
      mssAToB: counted,
      mssBToA: counted,
      retransmittedSegments: figure,
      retransmittedBytes: figure,
      rttMs: nullable(micros),
      state: text,
    }),
  ),
  echo: optional(
    record({ requests: figure, replies: figure, rttMs: sparseNull(record({ min: micros, avg: micros, max: micros })) }),
  ),
})

/**
 * Flows come largest first and end some time after they began, so that differences are shorter than what they are of: bytes of both
 * directions by how much less they are than those of the flow before, the last time by how long the flow lasted, rounded to milliseconds
 * as a whole: the difference of two cut times may be a millisecond less.
 */
const flow: Codec<FlowSummary> = {
  check: plainFlow.check,
  pack(flows, to) {
    const sums = flows.map((each) => each.innerBytesAToB + each.innerBytesBToA)
    return [
      plainFlow.pack(
        flows.map((each) => ({ ...each, innerBytesBToA: 0, lastTime: null })),
        to,
      ),
      sums[0] ?? 0,
      toDigits(sums.map((sum, index) => (sums[index - 1] ?? sum) - sum)),
      toDigits(
        flows.map(({ firstTime, lastTime }) => (lastTime === null ? null : lasted(firstTime, lastTime, to.base))),
      ),
    ]
  },
  unpack(packed, count, from) {
    const [columns, largest, steps, lasting] = packed as [unknown, number, Column, Column]
    const less = fromDigits(steps, count) as number[]
    const lasted = fromDigits(lasting, count) as (number | null)[]
    let sum = largest
    return plainFlow.unpack(columns, count, from).map((each, index) => {
      sum -= less[index]!
      const long = lasted[index]!
      const lastTime = long === null ? null : time.read(begun(each.firstTime, from.base) + long - from.base, from)
      return { ...each, innerBytesBToA: sum - each.innerBytesAToB, lastTime }
    })
  },
}

function lasted(firstTime: string | null, lastTime: string, base: number): number {
  if (firstTime === null) return Date.parse(lastTime) - base
  return Math.round(secondsBetween(firstTime, lastTime) * 1000)
}

/** Milliseconds since 1970 at which a flow began, to the millisecond. */
function begun(firstTime: string | null, base: number): number {
  return firstTime === null ? base : Date.parse(firstTime)
}

const mac: Codec<MacSummary> = record({
  vni: figure,
  vlans: list(figure),
  mac: text,
  packets: figure,
  vteps: list(record({ vtep: text, packets: figure, firstTime: nullable(time), lastTime: nullable(time) })),
  ips: list(text),
  ipsTotal: figure,
})

const mtu: Codec<Summary['mtu']> = record({
  underlayMtu: counted,
  underlayMtuFrom: nullable(choice('option', 'icmp', 'fragments', 'largest-answered', 'largest-seen')),
  perPair: list(
    record({
      a: text,
      b: text,
      overhead: figure,
      largestOuterIpLength: figure,
      pathMtu: counted,
      pathMtuFrom: nullable(text),
      recommendedInnerMtu: counted,
      recommendedMss: counted,
      pathMtuBetween: nullable(pairOf(figure)),
    }),
  ),
  sizes: list(record({ upTo: counted, packets: figure })),
})

const timeline: Codec<Summary['timeline']> = record({
  stepMs: figure,
  start: nullable(exactTime),
  vnis: list(record({ vni: counted, kind: nullable(kind), packets: list(figure), innerBytes: list(figure) })),
})

const subject: Codec<Subject> = record({
  vni: optional(figure),
  vteps: optional(list(text)),
  mac: optional(text),
  ip: optional(text),
  port: optional(figure),
})

/** Members of a finding, to which a comparison adds. */
export const FINDING: Members<Finding> = {
  code: text,
  severity: choice('error', 'warning', 'note'),
  title: text,
  subject,
  count: figure,
  packets: list(figure),
  observed: text,
  inferred: text,
  remedy: text,
  displayFilter: text,
  displayFilters: optional(list(record({ file: figure, filter: text }))),
  because: optional(list(text)),
}

export const limits: Codec<LimitSummary[]> = list(record({ table: text, limit: figure, dropped: figure }))

/** A summary without the results of analyzers of one's own, which the page does not show. */
export const DOCUMENT: Codec<Omit<Summary, 'extra'>> = record({
  schema: choice('vxpcap.summary/1'),
  filter,
  capture,
  tunnel,
  vnisTotal: figure,
  vtepPairsTotal: figure,
  flowsTotal: figure,
  macsTotal: figure,
  vnis: list(vni),
  vtepPairs: list(vtepPair),
  flows: list(flow),
  macs: list(mac),
  mtu,
  timeline,
  findings: list(record<Finding>(FINDING)),
  limits,
})

/**
 * Refuses what is no summary: a member is missing, or is not what it must be. Members that are not known are let be.
 * @returns The same; of a document of an earlier version a copy with the members that came later.
 * @throws TypeError that names the member, as `flows[3].vni`.
 */
export function checkedDocument(value: unknown): Summary {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuseType('the document', value, 'an object')
  const document = withLaterMembers(value)
  DOCUMENT.check(document, '')
  return document as Summary
}
