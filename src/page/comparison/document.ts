/** The comparison as the page takes it: what must be there, and how it travels. Kept whole by the compiler, which knows every member. */
import type {
  AlteredPacket,
  ComparedDirection,
  ComparedFinding,
  ComparedPacket,
  ComparedSide,
  ComparedStep,
  Comparison,
  DuplicatedPacket,
  Rewrite,
} from '../../comparison.ts'
import { refuseType } from '../../option.ts'
import type { Finding } from '../../summary.ts'
import {
  type Codec,
  choice,
  exactTime,
  figure,
  flag,
  list,
  type Members,
  millionths,
  nullable,
  optional,
  record,
  sparseNull,
  text,
  time,
  truth,
} from '../columns.ts'
import { counted, FINDING, files, filter, kind, limits } from '../document.ts'

const place = choice('near', 'far')

const side: Codec<ComparedSide> = record({
  files,
  packets: figure,
  tunnelPackets: figure,
  copies: figure,
  firstTime: nullable(exactTime),
  lastTime: nullable(exactTime),
  droppedByCapture: counted,
  comparedBytes: counted,
  complete: flag,
  findings: list(record<Finding>(FINDING)),
})

const PACKET: Members<ComparedPacket> = { near: counted, far: counted, oneOf: optional(truth) }
const packets = list(record<ComparedPacket>(PACKET))

const step: Codec<ComparedStep> = record({
  time,
  sent: figure,
  lost: figure,
  delayMs: nullable(millionths),
  maxDelayMs: nullable(millionths),
})

const direction: Codec<ComparedDirection> = record({
  from: text,
  to: text,
  vni: figure,
  kind,
  sentAt: place,
  judged: choice('yes', 'no-clock', 'not-on-path', 'no-overlap', 'cut-short', 'not-recorded'),
  sent: figure,
  received: figure,
  matched: figure,
  lost: figure,
  lostBytes: figure,
  lostTcpBytes: figure,
  duplicated: figure,
  reordered: figure,
  reorderingExtent: figure,
  altered: figure,
  rewritten: figure,
  rewrites: list(
    record<Rewrite>({
      field: text as Codec<Rewrite['field']>,
      from: nullable(text),
      to: nullable(text),
      packets: figure,
    }),
  ),
  congestionMarked: figure,
  notJudged: figure,
  silentSince: nullable(time),
  unsent: figure,
  resegmented: figure,
  delayMs: sparseNull(
    record({ min: millionths, median: millionths, p99: millionths, max: millionths, variation: millionths }),
  ),
  lossPattern: record({ periods: figure, longest: figure }),
  lossBySize: list(record({ upTo: counted, sent: figure, lost: figure })),
  sizeCliff: sparseNull(record({ passed: figure, lost: figure })),
  lossBySourcePort: list(record({ port: figure, sent: figure, lost: figure })),
  sourcePorts: figure,
  lossOverTime: list(step),
  packets: record({
    lost: packets,
    altered: list(record<AlteredPacket>({ ...PACKET, bits: list(record({ offset: figure, bit: figure })) })),
    duplicated: list(record<DuplicatedPacket>({ ...PACKET, firstArrival: figure })),
    reordered: packets,
  }),
})

/** A comparison. */
export const COMPARISON: Codec<Comparison> = record({
  schema: choice('vxpcap.compare/1'),
  filter,
  near: side,
  far: side,
  clock: record({
    offsetMs: nullable(millionths),
    errorMs: nullable(millionths),
    driftPpm: millionths,
    sameClock: flag,
    packets: figure,
    jumps: list(record({ time: exactTime, ms: millionths })),
    uneven: flag,
  }),
  window: record({ from: nullable(exactTime), to: nullable(exactTime), ms: millionths, waitingMs: millionths }),
  matched: figure,
  stepMs: figure,
  directions: list(direction),
  directionsTotal: figure,
  findings: list(
    record<ComparedFinding>({
      ...FINDING,
      places: list(place),
      side: place,
      otherPackets: list(figure),
      otherFilter: text,
    }),
  ),
  limits,
})

/**
 * Refuses what is no comparison of this version: a member is missing, or is not what it must be. Members that are not known are let be.
 * @returns The same.
 * @throws TypeError that names the member, as `directions[3].vni`.
 */
export function checkedComparison(value: unknown): Comparison {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuseType('the document', value, 'an object')
  COMPARISON.check(value, '')
  return value as Comparison
}

/** Whether a document says of itself that it is of a comparison, of whatever version. */
export function isComparison(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const schema: unknown = (value as { schema?: unknown }).schema
  return typeof schema === 'string' && schema.startsWith('vxpcap.compare/')
}
