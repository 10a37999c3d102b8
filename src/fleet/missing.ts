/**
 * What left the sender's point and did not reach the receiver's. Every packet of both samples says how many of its direction each point
 * had seen up to it: between the first and the last of them the points are counted against each other packet by packet, whatever their
 * clocks. What was sent before and after them is counted by steps of time, as far as the other point was surely capturing: where steps,
 * clocks and delays leave it open, nothing is missing.
 */
import type { HeldSight } from './held.ts'
import type { Both } from './shared.ts'

/** Bytes of the largest IP packet of any link; what is larger was joined by segmentation offload. */
const LARGEST_PACKET = 9_216
/** Nanoseconds by which a time may be off beyond what the clocks say: records are stamped when they are handled. */
const SLACK = 2_000_000
/** Nanoseconds that packets take where nothing tells, and that clocks may be wrong where packets go one way only. */
const UNKNOWN_DELAY = 100_000_000
const UNKNOWN_ERROR = 1_000_000_000
/** How many times the longest delay of those that both saw the longest of all may be. */
const MOST_DELAYS = 2

/** One of both points, as one direction is counted there. */
export interface End {
  /** `undefined` where it saw nothing of the direction. */
  sight: HeldSight | undefined
  /** First and last time of any of its packets, by its own clock. */
  span: { from: number; to: number }
}

/** A direction between the two points that have its VTEPs. */
export interface Way {
  sender: End
  receiver: End
  /** Packets that both saw, in the order in which the sender did: the sender's first. */
  shared: readonly Both[]
  /** Nanoseconds of a step, and of its number 0 less the base of times. */
  step: number
  origin: number
  /** A time of the receiver by the sender's clock, and back; `null` where nothing puts the clocks together. */
  clock: { toSender(time: number): number; toReceiver(time: number): number; error: number | null } | null
}

/** What was found. */
export interface Account {
  by: 'packets' | 'payload'
  sent: number
  received: number
  missing: number
  /** Packets that the receiver's point saw and the sender's did not, although they passed it. */
  missed: number
  /** Time in common by the sender's clock. */
  from: number
  to: number
}

/** Counts a direction. @returns Why it cannot be counted, otherwise. */
export function account(way: Way): Account | 'no-overlap' | 'no-clock' {
  const { sender, receiver, shared, clock } = way
  if (clock === null) return 'no-clock'
  const from = Math.max(sender.span.from, clock.toSender(receiver.span.from))
  const to = Math.min(sender.span.to, clock.toSender(receiver.span.to))
  if (from >= to) return 'no-overlap'
  const by = measureOf(sender.sight, receiver.sight)
  const counts = shared.length > 0 ? aroundShared(way, by) : withoutShared(way, by)
  const unit = by === 'packets' ? 1 : unitOf(sender.sight, receiver.sight)
  const packets = (amount: number): number => Math.round(amount / unit)
  const missing = Math.min(packets(counts.sent), packets(counts.missing))
  const sent = packets(counts.sent)
  return { by, sent, received: sent - missing, missing, missed: packets(counts.surplus), from, to }
}

/** Whether packets can be counted against each other: not where one of the points shows several as one. */
function measureOf(sender: HeldSight | undefined, receiver: HeldSight | undefined): 'packets' | 'payload' {
  if (sender === undefined || receiver === undefined) return 'packets'
  const isJoined = receiver.largest > sender.largest || Math.max(sender.largest, receiver.largest) > LARGEST_PACKET
  return isJoined ? 'payload' : 'packets'
}

/** Payload bytes of a packet, at the point that shows smaller ones. */
function unitOf(sender: HeldSight | undefined, receiver: HeldSight | undefined): number {
  const sizes = [sender, receiver].flatMap((sight) =>
    sight === undefined || sight.packets === 0 ? [] : [sight.payload / sight.packets],
  )
  return Math.max(1, Math.min(...sizes))
}

/** What was counted. */
interface Counts {
  sent: number
  missing: number
  /** What the receiver has and the sender has not, although it passed it. */
  surplus: number
}

function aroundShared(way: Way, by: 'packets' | 'payload'): Counts {
  const { sender, receiver, shared, clock } = way
  const first = shared[0]!
  const last = shared.at(-1)!
  const error = (clock!.error ?? UNKNOWN_ERROR) + SLACK
  const delay = clock!.error === null ? UNKNOWN_DELAY : MOST_DELAYS * delayOf(shared, clock!.toSender)
  // The first itself is counted beside what lies between it and the last.
  const own = by === 'packets' ? 1 : 0
  const between = { sent: last.x[by] - first.x[by] + own, received: last.y[by] - first.y[by] + own }
  const head = {
    sent: first.x[by] - own - through(way, sender, by, clock!.toSender(receiver.span.from) + error),
    received: first.y[by] - own - before(way, receiver, by, clock!.toReceiver(sender.span.from) - error),
  }
  const tail = {
    sent: before(way, sender, by, clock!.toSender(receiver.span.to) - delay - error) - last.x[by],
    received: through(way, receiver, by, clock!.toReceiver(sender.span.to) + delay + error) - last.y[by],
  }
  // At the edges the receiver's count is the most it can be, so that these are never too large.
  const [atHead, atTail] = [head, tail].map((edge) => Math.max(0, edge.sent) - Math.max(0, edge.received))
  const inBetween = between.sent - between.received
  // Of packets that are joined those behind a shared one may have come with those before it.
  const batch = by === 'payload' ? Math.max(sender.sight!.largest, receiver.sight!.largest) : 0
  const slack = 2 * fallOf(shared, by, 1) + batch
  // What the first and the last are put off by falls out of the sum of all three, and of no other.
  const partly = inBetween + Math.max(0, atHead!, atTail!)
  const missing = Math.max(0, inBetween + atHead! + atTail!, partly > slack ? partly : 0)
  return {
    sent: between.sent + Math.max(0, head.sent) + Math.max(0, tail.sent),
    missing,
    surplus: -inBetween > 2 * fallOf(shared, by, -1) + batch ? -inBetween : 0,
  }
}

function withoutShared(way: Way, by: 'packets' | 'payload'): Counts {
  const { sender, receiver, clock } = way
  const error = (clock!.error ?? UNKNOWN_ERROR) + SLACK
  const sent =
    before(way, sender, by, clock!.toSender(receiver.span.to) - UNKNOWN_DELAY - error) -
    through(way, sender, by, clock!.toSender(receiver.span.from) + error)
  const received =
    through(way, receiver, by, clock!.toReceiver(sender.span.to) + UNKNOWN_DELAY + error) -
    before(way, receiver, by, clock!.toReceiver(sender.span.from) - error)
  return { sent: Math.max(0, sent), missing: Math.max(0, sent - Math.max(0, received)), surplus: 0 }
}

/** What was counted in steps that are over by a time, at least. */
function before({ step, origin }: Way, { sight, span }: End, by: 'packets' | 'payload', time: number): number {
  return sum(sight, by, (begins) => Math.min(begins * step + origin + step, span.to) <= time)
}

/** What was counted in steps that have begun by a time, at most. */
function through({ step, origin }: Way, { sight, span }: End, by: 'packets' | 'payload', time: number): number {
  return sum(sight, by, (begins) => Math.max(begins * step + origin, span.from) <= time)
}

function sum(sight: HeldSight | undefined, by: 'packets' | 'payload', isCounted: (step: number) => boolean): number {
  if (sight === undefined) return 0
  const { steps } = sight
  const value = by === 'packets' ? 1 : 2
  let total = 0
  for (let at = 0; at < steps.length; at += 3) if (isCounted(steps[at]!)) total += steps[at + value]!
  return total
}

/** Longest delay of what both saw. */
function delayOf(shared: readonly Both[], toSender: (time: number) => number): number {
  return shared.reduce((most, { x, y }) => Math.max(most, toSender(y.time) - x.time), 0)
}

/**
 * How far packets that overtake each other put both counts off. What the receiver has less of can only grow, if none does: by how much it
 * falls again tells; and what it has more of likewise.
 * @param sign - 1 for less, -1 for more.
 */
function fallOf(shared: readonly Both[], by: 'packets' | 'payload', sign: 1 | -1): number {
  let most = Number.NEGATIVE_INFINITY
  let fall = 0
  for (const { x, y } of shared) {
    const less = sign * (x[by] - y[by])
    most = Math.max(most, less)
    fall = Math.max(fall, most - less)
  }
  return fall
}
