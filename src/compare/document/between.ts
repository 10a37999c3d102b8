/** What a direction's counts amount to: facts of findings, for those that are worth one. */

import type { ComparedDirection } from '../../comparison.ts'
import { type AlteredBetween, alteredBetween } from '../../findings/between/altered-between.ts'
import { type DelaySpike, delaySpike } from '../../findings/between/delay-spike.ts'
import { duplicatedBetween } from '../../findings/between/duplicated-between.ts'
import { type LostBetween, lostBetween } from '../../findings/between/lost-between.ts'
import { type PathLoss, pathLoss } from '../../findings/between/path-loss.ts'
import { type ReorderedBetween, reorderedBetween } from '../../findings/between/reordered-between.ts'
import { type Rewritten, rewritten } from '../../findings/between/rewritten.ts'
import { type SizeCliffFact, sizeCliff } from '../../findings/between/size-cliff.ts'
import { type Fact, state } from '../../findings/finding.ts'
import type { Between } from '../../findings/words/compared.ts'
import type { Tunnel } from '../../findings/words/display-filter.ts'
import { ascending } from '../../order.ts'
import type { Finding } from '../../summary.ts'
import type { DirectionCounts } from '../account/direction-counts.ts'
import { badPorts } from '../account/ports.ts'

/** Packets that a finding names. */
const MOST_NAMED = 10
/** Share of lost packets below which it is a warning. */
const LITTLE = 0.01
/** Milliseconds above the smallest delay, and times what is usual, of a spike; and packets of it. */
const SPIKE_MS = 50
const SPIKE_TIMES = 10
const LEAST_SPIKE = 3
/** Milliseconds below 0 of a delay from which on a clock was set. */
const LEAST_SET_MS = 1
/** Reordering that TCP takes for loss (RFC 5681 §3.2), and share of packets from which on it matters. */
const HARMFUL_EXTENT = 3
const HARMFUL_SHARE = 0.01

/** One direction with what is known of it. */
export interface Judged {
  direction: ComparedDirection
  counts: DirectionCounts
  /** Packets that the capture lost where it arrives, and that it did not have although they passed it. */
  dropped: number | null
  missed: number
  /** A time by the near clock as text. */
  textOf: (time: number) => string
}

/** A finding of a direction, and which packets it names at each side. */
export interface Named {
  finding: Finding
  near: number[]
  far: number[]
}

/** Everything that is worth saying of a direction. */
export function betweenFindings(judged: Judged): Named[] {
  const { direction } = judged
  const found: (Named | null)[] = [
    direction.judged === 'yes' ? cliffOf(judged) : null,
    direction.judged === 'yes' ? portsOf(judged) : null,
    direction.judged === 'yes' ? lossOf(judged) : null,
    reorderingOf(judged),
    alterationOf(judged),
    duplicationOf(judged),
    spikeOf(judged),
    rewritingOf(judged),
  ]
  return found.filter((named) => named !== null)
}

function factsOf({ direction, counts, dropped, missed }: Judged): Between {
  const { vni, from, to, kind, sentAt, matched, lost, altered } = direction
  const ports = ascending(counts.destinationPorts)
  const tunnels: Tunnel[] = ports.map((port) => ({ kind, port, vni }))
  return { vni, from, to, tunnels, sentAt, sent: matched + lost + altered, dropped, missed }
}

function subjectOf({ vni, from, to }: Between): Finding['subject'] {
  return { vni, vteps: [from, to] }
}

type Packet = { near: number | null; far: number | null }

/** A finding with the packets that it names: those at the sending side are its own, or, if none is there, the others. */
function named<F extends Between>(
  words: Parameters<typeof state<F>>[0],
  facts: F,
  count: number,
  packets: readonly Packet[],
): Named {
  const listed = packets.slice(0, MOST_NAMED)
  const near = numbersOf(listed, 'near')
  const far = numbersOf(listed, 'far')
  const fact: Fact<F> = { subject: subjectOf(facts), count, packets: facts.sentAt === 'near' ? near : far, facts }
  return { finding: state(words, fact), near, far }
}

function numbersOf(packets: readonly Packet[], side: 'near' | 'far'): number[] {
  return ascending(packets.flatMap((packet) => packet[side] ?? []))
}

/** What the captures' own losses do to a claim of loss. */
function tempered(found: Named, { dropped, missed }: Judged, lost: number): Named {
  const isDoubtful = (dropped ?? 0) >= lost || missed * 2 >= lost
  return isDoubtful ? { ...found, finding: { ...found.finding, severity: 'note' } } : found
}

function cliffOf(judged: Judged): Named | null {
  const { direction, counts } = judged
  const cliff = direction.sizeCliff
  if (cliff === null) return null
  const lost = [...counts.sizes].reduce((sum, [size, share]) => (size > cliff.passed ? sum + share.lost : sum), 0)
  const facts: SizeCliffFact = { ...factsOf(judged), ...cliff, overhead: counts.overhead }
  return tempered(named(sizeCliff, facts, lost, counts.largeLost(cliff.lost)), judged, lost)
}

function portsOf(judged: Judged): Named | null {
  const { direction, counts } = judged
  if (direction.sizeCliff !== null) return null
  const bad = badPorts(counts)
  if (bad === null) return null
  const facts: PathLoss = { ...factsOf(judged), ports: bad.ports, others: bad.others, sentFromPorts: bad.sent }
  return tempered(named(pathLoss, facts, bad.lost, []), judged, bad.lost)
}

function lossOf(judged: Judged): Named | null {
  const { direction, counts } = judged
  const { sizeCliff: cliff, lossPattern } = direction
  const large =
    cliff === null
      ? 0
      : [...counts.sizes].reduce((sum, [size, { lost }]) => (size > cliff.passed ? sum + lost : sum), 0)
  const count = direction.lost - large
  if (count <= 0) return null
  const facts: LostBetween = {
    ...factsOf(judged),
    bytes: direction.lostBytes,
    periods: lossPattern.periods,
    longest: lossPattern.longest,
    longestMs: longestMsOf(counts),
    since: counts.silence.lost > 0 ? direction.silentSince : null,
  }
  const found = named(lostBetween, facts, count, direction.packets.lost)
  const isLittle = count < 3 || count < LITTLE * facts.sent
  if (isLittle) found.finding.severity = 'warning'
  return tempered(found, judged, count)
}

/** How long the longest run of lost packets took to be sent (RFC 3357 §5.4). */
function longestMsOf({ lostOrders, lostTimes }: DirectionCounts): number {
  const inOrder = lostOrders.map((_, index) => index).sort((one, other) => lostOrders[one]! - lostOrders[other]!)
  let from = 0
  let longest = 0
  let span = 0
  inOrder.forEach((index, at) => {
    if (at > 0 && lostOrders[index]! !== lostOrders[inOrder[at - 1]!]! + 1) from = at
    if (at - from < longest) return
    longest = at - from
    span = lostTimes[index]! - lostTimes[inOrder[from]!]!
  })
  return span / 1_000_000
}

function reorderingOf(judged: Judged): Named | null {
  const { direction } = judged
  if (direction.reordered === 0) return null
  const facts: ReorderedBetween = { ...factsOf(judged), extent: direction.reorderingExtent }
  const found = named(reorderedBetween, facts, direction.reordered, direction.packets.reordered)
  const isHarmful =
    direction.reordered >= HARMFUL_SHARE * facts.sent && direction.reordered >= 3 && facts.extent >= HARMFUL_EXTENT
  if (!isHarmful) found.finding.severity = 'note'
  return found
}

function alterationOf(judged: Judged): Named | null {
  const { direction } = judged
  const { altered } = direction.packets
  if (direction.altered === 0) return null
  const bits = altered.reduce((sum, packet) => sum + packet.bits.length, 0)
  const facts: AlteredBetween = { ...factsOf(judged), bits, first: altered[0]?.bits[0] ?? null }
  return named(alteredBetween, facts, direction.altered, altered)
}

function duplicationOf(judged: Judged): Named | null {
  const { direction } = judged
  if (direction.duplicated === 0) return null
  return named(duplicatedBetween, factsOf(judged), direction.duplicated, direction.packets.duplicated)
}

function spikeOf(judged: Judged): Named | null {
  const { direction, counts, textOf } = judged
  const { delayMs } = direction
  // Delays below 0 show that a clock was set meanwhile.
  if (delayMs === null || delayMs.min < -LEAST_SET_MS) return null
  const usual = delayMs.median - delayMs.min
  const fromMs = Math.max(SPIKE_MS, SPIKE_TIMES * usual)
  const count = counts.delays.above((delayMs.min + fromMs) * 1e6)
  if (count < LEAST_SPIKE) return null
  const facts: DelaySpike = {
    ...factsOf(judged),
    medianMs: delayMs.median,
    mostMs: delayMs.max,
    fromMs,
    at: textOf(counts.slowestAt),
  }
  return named(delaySpike, facts, count, [])
}

function rewritingOf(judged: Judged): Named | null {
  const { direction } = judged
  if (direction.rewritten === 0) return null
  const facts: Rewritten = { ...factsOf(judged), rewrites: direction.rewrites }
  return named(rewritten, facts, direction.rewritten, [])
}
