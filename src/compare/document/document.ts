/** Counts of directions into the document. */
import { isoTime, milliseconds } from '../../analyzers/tables/time.ts'
import type {
  ComparedDelay,
  ComparedDirection,
  ComparedSourcePort,
  ComparedStep,
  LossPattern,
} from '../../comparison.ts'
import type { DirectionCounts } from '../account/direction-counts.ts'
import type { Judgement, Verdict } from '../account/judgement.ts'
import { lossBySize, sizeCliff } from '../account/sizes.ts'
import type { Plan } from '../plan/plan.ts'
import type { Directions } from '../reading/directions.ts'

const BILLION = 1_000_000_000
/** Source ports in the document. */
const MOST_PORTS = 64
/** Packets missing in a row at the end from which on nothing is said to arrive any more. */
const DEAD = 5
/** How likely so many may be lost one after the other by chance, by how many others were lost. */
const CHANCE = 1e-4
/** Steps of time in the document. */
const MOST_STEPS = 600

/** What a direction's row is made of. */
export interface Sheet {
  directions: Directions
  plan: Plan
  judgement: Judgement
  /** Milliseconds of a step. */
  stepMs: number
  /** Second that times count from. */
  base: number
}

/** A time by the near clock as the document has it. @param base - Seconds since 1970 that it counts from. */
export function timeText(base: number, nanoseconds: number): string | null {
  if (!Number.isFinite(nanoseconds) || Number.isNaN(base)) return null
  const whole = Math.floor(nanoseconds / BILLION)
  return isoTime(base + whole, Math.round(nanoseconds - whole * BILLION) % BILLION)
}

/** The smallest step of 1, 2 or 5 times a power of ten milliseconds of which so many make the time. */
export function stepFor(nanoseconds: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [power, 2 * power, 5 * power]) if (step * (MOST_STEPS - 1) * 1e6 >= nanoseconds) return step
    if (power > 1e12) return power
  }
}

/** One direction of the document. */
export function directionOf(sheet: Sheet, row: number, counts: DirectionCounts): ComparedDirection {
  const { directions, plan, judgement, stepMs, base } = sheet
  const channel = plan.channels[plan.channelOf[row]!]!
  const { sent, matched, lost, lostBytes, lostTcpBytes, duplicated, reordered, altered, rewritten, notJudged } = counts
  const verdict = judgement.verdict(row)
  const judged = judgedAs(verdict, counts)
  return {
    from: directions.from(row),
    to: directions.to(row),
    vni: directions.vni(row),
    kind: directions.kind(row),
    sentAt: channel.isForth ? 'near' : 'far',
    judged,
    sent,
    received: counts.received,
    matched,
    lost,
    lostBytes,
    lostTcpBytes,
    duplicated,
    reordered,
    reorderingExtent: counts.extent,
    altered,
    rewritten,
    rewrites: [...counts.rewrites.values()],
    congestionMarked: counts.congestionMarked,
    notJudged,
    silentSince: judged === 'yes' ? silentSince(counts, base) : null,
    unsent: counts.unsent,
    resegmented: counts.resegmented,
    delayMs: delayOf(counts),
    lossPattern: patternOf(counts),
    lossBySize: lossBySize(counts),
    sizeCliff: sizeCliff(counts),
    lossBySourcePort: portsOf(counts),
    sourcePorts: [...counts.ports.values()].filter((port) => port.sent > 0).length,
    lossOverTime: stepsOf(counts, stepMs),
    packets: {
      lost: counts.lostList,
      altered: counts.alteredList,
      duplicated: counts.duplicatedList,
      reordered: counts.reorderedList,
    },
  }
}

/** Whether loss was judged: not where nothing was seen to leave, or everything left while the other side was not capturing. */
function judgedAs(verdict: Verdict, { sent, notJudged }: DirectionCounts): Verdict {
  if (verdict !== 'yes') return verdict
  if (sent === 0) return 'not-on-path'
  return notJudged === sent ? 'no-overlap' : 'yes'
}

/** When the first packet left of those at the end, of which not one arrives. */
function silentSince({ silence, matched, altered, lost }: DirectionCounts, base: number): string | null {
  const before = lost - silence.lost
  const isChance = (before / Math.max(1, matched + altered + before)) ** silence.packets > CHANCE
  const isSilent = (silence.packets >= DEAD && !isChance) || (matched === 0 && silence.packets > 0)
  return isSilent ? timeText(base, silence.from) : null
}

function delayOf({ delays }: DirectionCounts): ComparedDelay | null {
  if (delays.count === 0) return null
  const [median, p99] = delays.quantiles(0.5, 0.99) as [number, number]
  return {
    min: milliseconds(delays.least),
    median: milliseconds(median),
    p99: milliseconds(p99),
    max: milliseconds(delays.most),
    variation: milliseconds(p99 - delays.least),
  }
}

/** Runs of lost packets in the order of sending (RFC 3357 §5.4). */
function patternOf({ lostOrders }: DirectionCounts): LossPattern {
  const orders = [...lostOrders].sort((left, right) => left - right)
  let periods = 0
  let run = 0
  let longest = 0
  for (const [index, order] of orders.entries()) {
    if (index > 0 && order === orders[index - 1]! + 1) run++
    else {
      periods++
      run = 1
    }
    if (run > longest) longest = run
  }
  return { periods, longest }
}

function portsOf({ ports }: DirectionCounts): ComparedSourcePort[] {
  return [...ports]
    .map(([port, { sent, lost }]) => ({ port, sent, lost }))
    .filter(({ sent }) => sent > 0)
    .sort((left, right) => right.lost - left.lost || left.port - right.port)
    .slice(0, MOST_PORTS)
}

function stepsOf({ steps }: DirectionCounts, stepMs: number): ComparedStep[] {
  return [...steps]
    .sort(([left], [right]) => left - right)
    .slice(0, MOST_STEPS)
    .map(([step, { sent, lost, arrived, delay, most }]) => ({
      time: msText(step * stepMs),
      sent,
      lost,
      delayMs: arrived === 0 ? null : milliseconds(delay / arrived),
      maxDelayMs: arrived === 0 ? null : milliseconds(most),
    }))
}

function msText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return isoTime(seconds, (ms - seconds * 1000) * 1_000_000) ?? ''
}
