/** The same packets observed on the fast path and on the slow one: what every event says, and what was counted. */
import { Analysis, type AnalysisOptions } from '../../src/analyzers/analysis.ts'
import { Bit, EventLog, type EventSink, STRIDE } from '../../src/analyzers/events/event-log.ts'
import { type FieldName, type Observed, observedIn } from '../../src/analyzers/events/observed.ts'
import { type Recorded, readOn, readOnTheLongWay, together } from './parts.ts'

/** What one way observed. */
export interface Account {
  /** The packets' events, in packet order. */
  readonly events: readonly Observed[]
  /** What the counters keep of all packets. */
  readonly counters: unknown
  /** Packets that took the fast path. */
  readonly fast: number
}

/** Keeps copies of the events that it takes. */
class KeptEvents implements EventSink {
  readonly log: EventLog
  count = 0

  /** @param most - Events that may come. */
  constructor(most: number) {
    this.log = new EventLog(new Int32Array(most * STRIDE))
  }

  take({ i32 }: EventLog, from: number, to: number): void {
    this.log.i32.set(i32.subarray(from * STRIDE, to * STRIDE), this.count * STRIDE)
    this.count += to - from
  }
}

function accountOf(
  records: readonly Recorded[],
  read: (analysis: Analysis, records: readonly Recorded[]) => void,
  options: AnalysisOptions,
): Account {
  const kept = new KeptEvents(records.length)
  const analysis = new Analysis({ ...options, analyzeElsewhere: () => kept })
  read(analysis, records)
  analysis.flush()
  const events = Array.from({ length: kept.count }, (_, event) => observedIn(kept.log, event))
  return { events, counters: analysis.save().counters, fast: analysis.fastPathPackets }
}

/** What the fast path observes of packets, which lets those pass to the slow one that are none of its own. */
export function onTheFastPath(records: readonly Recorded[], options: AnalysisOptions = {}): Account {
  return accountOf(together(records), readOn, options)
}

/** What the slow path observes of packets. It looks up every one in the tables: what is cached could be wrong on both ways. */
export function onTheSlowPath(records: readonly Recorded[], options: AnalysisOptions = {}): Account {
  return accountOf(records, withoutCaches, options)
}

function withoutCaches(analysis: Analysis, records: readonly Recorded[]): void {
  for (const record of records) {
    readOnTheLongWay(analysis, [record])
    analysis.countPaths()
    analysis.resolver.restore(analysis.resolver.save())
  }
}

/** Whether a packet took the fast path. */
export function tookTheFastPath({ Bits }: Observed): boolean {
  return (Bits & Bit.Eligible) !== 0
}

/** The fields of which two ways say different things, with both values; the mark of the fast path is no observation. */
export function disagreements(fast: Observed, slow: Observed): string[] {
  return (Object.keys(slow) as FieldName[])
    .map((name) => ({ name, one: fast[name], other: slow[name] }))
    .map((field) => (field.name === 'Bits' ? { ...field, one: field.one & ~Bit.Eligible } : field))
    .filter(({ one, other }) => !Object.is(one, other))
    .map(({ name, one, other }) => `${name}: fast ${one}, slow ${other}`)
}
