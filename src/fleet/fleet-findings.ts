/** Findings of a fleet: what only all points together show, and what each says alone, each code and subject once. */
import { causesOf, isAbout, isCause } from '../findings/explains.ts'
import { rank, state } from '../findings/finding.ts'
import { missingBetweenPoints } from '../findings/fleet/missing-between-points.ts'
import { pointFailed } from '../findings/fleet/point-failed.ts'
import { pointSawNothing } from '../findings/fleet/point-saw-nothing.ts'
import type { FleetDirection, FleetFinding, FleetPoint } from '../fleet-document.ts'
import type { FilterSummary, Finding } from '../summary.ts'
import type { Missed } from './judge.ts'

/** Share of missing packets below which it is a warning. */
const LITTLE = 0.01
/** How many times the share of its own packets that a point's captures lack the share of others may be. */
const LIKELY = 1.5

/**
 * All findings, most severe first.
 * @param filter - What all are restricted to.
 * @param missed - What the captures of each point lack of what it sent itself.
 * @param alone - What each point says.
 */
export function fleetFindings(
  points: readonly FleetPoint[],
  directions: readonly FleetDirection[],
  filter: FilterSummary,
  missed: ReadonlyMap<string, Missed>,
  alone: readonly FleetFinding[],
): FleetFinding[] {
  const byName = new Map(points.map((point) => [point.name, point]))
  const all = [
    ...directions.flatMap((direction) => missingOf(direction, byName, missed)),
    ...failedOf(points),
    ...silentOf(points, filter),
    ...alone,
  ]
  const causes = new Map<string, FleetFinding[]>()
  for (const finding of all)
    if (isCause(finding)) causes.set(finding.code, [...(causes.get(finding.code) ?? []), finding])
  return rank(all.map((finding) => withCause(finding, causes))) as FleetFinding[]
}

function missingOf(
  direction: FleetDirection,
  points: ReadonlyMap<string, FleetPoint>,
  missedAt: ReadonlyMap<string, Missed>,
): FleetFinding[] {
  const { kind: _, vni, from, to, sender, receiver, sent, missing, by, fromTime, toTime } = direction
  if (missing === null || missing <= 0 || sender === null || receiver === null) return []
  const at = points.get(receiver)!
  const dropped = at.droppedByCapture ?? 0
  const { missed, of } = missedAt.get(receiver) ?? { missed: 0, of: 0 }
  const found = state(missingBetweenPoints, {
    subject: { vni, vteps: [from, to] },
    count: missing,
    packets: [],
    facts: {
      vni,
      from,
      to,
      sender,
      receiver,
      sent: sent!,
      isReckoned: by === 'payload',
      fromTime: fromTime ?? '',
      toTime: toTime ?? '',
      dropped,
      missed,
      incomplete: at.incompleteDatagrams,
    },
  })
  // What its captures lack of the one way they are likely to lack of the other.
  const lacking = missed === 0 ? 0 : (LIKELY * missed * sent!) / of
  if (dropped + at.incompleteDatagrams + lacking >= missing) found.severity = 'note'
  else if (missing < LITTLE * sent!) found.severity = 'warning'
  return [{ ...found, points: [sender, receiver].sort(), point: sender }]
}

function failedOf(points: readonly FleetPoint[]): FleetFinding[] {
  const failed = points.filter((point) => point.failed !== null)
  if (failed.length === 0) return []
  const facts = {
    points: failed.map(({ name, failed: reason }) => ({ name, reason: reason! })),
    others: points.length - failed.length,
  }
  return [ofPoints(state(pointFailed, { subject: {}, count: failed.length, packets: [], facts }), failed)]
}

function silentOf(points: readonly FleetPoint[], { from, to, ...lists }: FilterSummary): FleetFinding[] {
  const read = points.filter(({ failed, complete }) => failed === null && complete)
  const silent = read.filter(({ tunnelPackets }) => tunnelPackets === 0)
  const others = points.filter(({ tunnelPackets }) => tunnelPackets > 0).length
  if (silent.length === 0 || others === 0) return []
  const isFiltered = from !== null || to !== null || Object.values(lists).some(({ length }) => length > 0)
  const facts = { points: silent.map(({ name, packets }) => ({ name, packets })), others, isFiltered }
  return [ofPoints(state(pointSawNothing, { subject: {}, count: silent.length, packets: [], facts }), silent)]
}

function ofPoints(finding: Finding, points: readonly FleetPoint[]): FleetFinding {
  const names = points.map(({ name }) => name)
  return { ...finding, points: names, point: names[0]! }
}

/** Adds which of the others explain a finding: above all what the fleet shows, and one point can only infer. */
function withCause(finding: FleetFinding, causes: ReadonlyMap<string, readonly FleetFinding[]>): FleetFinding {
  const found = causesOf(finding.code).filter((code) =>
    causes.get(code)?.some((cause) => isAbout(cause, finding) && sharesPoint(cause, finding)),
  )
  const because = [...new Set([...found, ...(finding.because ?? [])])]
  return because.length === 0 ? finding : { ...finding, because }
}

/** Whether a point shows both. */
function sharesPoint(cause: FleetFinding, symptom: FleetFinding): boolean {
  return cause.points.some((point) => symptom.points.includes(point))
}
