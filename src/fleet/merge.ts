/**
 * Points joined to a fleet, one after the other: what is held of each is a small part of its document. The order in which they come, and
 * whether some were joined before, changes nothing; nor does a point that comes again.
 */
import { isoTime } from '../analyzers/tables/time.ts'
import type { Fleet, FleetDirection, FleetPoint, PointDocument } from '../fleet-document.ts'
import { checkGiven, checkHas, checkInteger, checkObject, checkString } from '../option.ts'
import { compareLists, compareText } from '../order.ts'
import type { FilterSummary, LimitSummary } from '../summary.ts'
import { addressOrder } from './addresses.ts'
import { fleetFindings } from './fleet-findings.ts'
import {
  type Brought,
  type DirectionName,
  type HeldDirection,
  type HeldPoint,
  ofFleet,
  ofPoint,
  type Part,
  sightingsOf,
} from './held.ts'
import { JoinedFindings } from './joined-findings.ts'
import { judge } from './judge.ts'
import type { PointVteps } from './points-file.ts'
import { FleetRows } from './rows.ts'
import { coarser, SHORTEST_STEP } from './steps.ts'

/** Steps of all directions at all points; with more, a step takes twice the time. */
export const MOST_FLEET_STEPS = 1_048_576
/** Characters of the reason why a point failed. */
const MOST_REASON = 1_000

/** What a fleet without a point that could be read is restricted to. */
const UNFILTERED: FilterSummary = { vnis: [], vniRanges: [], vteps: [], ips: [], macs: [], from: null, to: null }

/** How points are joined. */
export interface FleetMergeOptions {
  /** VTEPs at points by their names, as `parsePoints` reads them; what a point's document says itself counts before. */
  vteps?: PointVteps
  /** Most counts of points in all tables; 1 048 576 unless told otherwise. */
  mostCounts?: number
  /** Most steps of all directions at all points; 1 048 576 unless told otherwise. */
  mostSteps?: number
}

/** Joins points. */
export class FleetMerge {
  readonly #points = new Map<string, HeldPoint>()
  readonly #directions = new Map<string, HeldDirection>()
  readonly #rows: FleetRows
  readonly #findings = new JoinedFindings()
  readonly #limits = new Map<string, LimitSummary>()
  readonly #vteps: PointVteps
  readonly #mostSteps: number
  #doublings = 0
  #steps = 0
  /** What all are restricted to, and the point that said it. */
  #filter: { filter: FilterSummary; point: string } | null = null

  /** @throws RangeError for an option out of range, TypeError for one of a wrong type. */
  constructor(options: FleetMergeOptions = {}) {
    checkObject('options', options)
    const { vteps = new Map(), mostCounts, mostSteps = MOST_FLEET_STEPS } = options
    checkHas('vteps', vteps, 'get', 'a map of lists of addresses')
    checkInteger('mostCounts', mostCounts, 1)
    checkInteger('mostSteps', mostSteps, 1)
    this.#vteps = vteps
    this.#rows = new FleetRows(mostCounts)
    this.#mostSteps = mostSteps
  }

  /** How many points there are so far, those that failed among them. */
  get count(): number {
    return this.#points.size
  }

  /**
   * Takes a point, or all points of a fleet. A point that is there already changes nothing.
   * @throws RangeError for another point of the same name, for points whose summaries are restricted to different things, and for what is no
   * such document; nothing was taken then.
   */
  add(document: PointDocument | Fleet): void {
    checkGiven('document', document)
    checkObject('document', document)
    if (document.schema === 'vxpcap.point/1') this.#take(ofPoint(document))
    else if (document.schema === 'vxpcap.fleet/1') this.#take(ofFleet(document))
    else {
      const { schema } = document as { schema?: unknown }
      throw new RangeError(`document must be one of vxpcap.point/1 or vxpcap.fleet/1, not ${JSON.stringify(schema)}`)
    }
  }

  /**
   * Takes a point that could not be read. Where it is there already, or comes later, that counts.
   * @param reason - Why, in one sentence.
   */
  fail(name: string, reason: string): void {
    checkGiven('name', name)
    checkString('name', name)
    checkString('reason', reason)
    const point = { name, id: '', files: 0, packets: 0, tunnelPackets: 0, firstTime: null, lastTime: null }
    const counts = { droppedByCapture: null, incompleteDatagrams: 0, complete: false }
    const failed = {
      ...point,
      ...counts,
      findings: { error: 0, warning: 0, note: 0 },
      failed: reason.slice(0, MOST_REASON),
    }
    this.#hold({ point: failed, vteps: null, sample: new Float64Array(0), directions: [] })
  }

  /** What all points so far say together. */
  fleet(): Fleet {
    const points = [...this.#points.values()].sort((left, right) => compareText(left.point.name, right.point.name))
    const address = addressOrder()
    const directions = [...this.#directions.values()].sort((left, right) => byName(address, left.name, right.name))
    const stepMs = SHORTEST_STEP * 2 ** this.#doublings
    const judged = judge(points, directions, stepMs)
    const places = new Map(directions.map((direction, index) => [direction, index]))
    const rows = this.#rows
    const told = points.map(({ point, directions: own, sample }, index): FleetPoint => {
      const { vteps, ownership, clock } = judged.points[index]!
      const { findings, failed, ...counts } = point
      return {
        ...counts,
        vteps: [...vteps].sort(address),
        ownership,
        clock,
        findings,
        sample: sightingsOf(sample, (at) => places.get(own[at]!)!, isoTime),
        failed,
      }
    })
    const ways = directions.map(({ name, sights }, index): FleetDirection => {
      const seen = [...sights].sort(([left], [right]) => compareText(left, right))
      return {
        ...name,
        points: seen.map(([point, { steps, ...counts }]) => ({ point, ...counts, steps: triples(steps) })),
        ...judged.directions[index]!,
      }
    })
    const missing = missingBetween(ways)
    const { filter = UNFILTERED } = this.#filter ?? {}
    return {
      schema: 'vxpcap.fleet/1',
      filter,
      points: told,
      stepMs,
      rowsByPoint: rows.byPoint,
      vnisTotal: rows.vnis.rows.size,
      vtepPairsTotal: rows.vtepPairs.rows.size,
      directionsTotal: directions.length,
      flowsTotal: rows.flows.rows.size,
      macsTotal: rows.macs.rows.size,
      vnis: [...rows.vnis.rows.values()]
        .map(({ row, points: counts }) => ({ ...row, points: inOrder(counts) }))
        .sort((left, right) => left.vni - right.vni || compareText(left.kind, right.kind)),
      vtepPairs: [...rows.vtepPairs.rows.values()]
        .map(({ row, points: counts }) => ({
          ...row,
          points: inOrder(counts),
          missingAToB: missing.get(`${row.a} ${row.b}`) ?? null,
          missingBToA: missing.get(`${row.b} ${row.a}`) ?? null,
        }))
        .sort((left, right) => address(left.a, right.a) || address(left.b, right.b)),
      directions: ways,
      flows: [...rows.flows.rows.values()]
        .map(({ row, points: counts }) => ({ ...row, points: inOrder(counts) }))
        .sort(
          (left, right) =>
            left.vni - right.vni ||
            compareText(left.kind, right.kind) ||
            compareLists(left.vlans, right.vlans) ||
            compareText(left.protocol, right.protocol) ||
            address(left.a, right.a) ||
            (left.aPort ?? -1) - (right.aPort ?? -1) ||
            address(left.b, right.b) ||
            (left.bPort ?? -1) - (right.bPort ?? -1),
        ),
      macs: [...rows.macs.rows.values()]
        .map(({ row, points: counts }) => {
          const all = inOrder(counts)
          const vteps = [...new Set(all.flatMap((count) => count.vteps))].sort(address)
          const ips = [...new Set(all.flatMap((count) => count.ips))].sort(address)
          return { ...row, vteps, ips, points: all }
        })
        .sort(
          (left, right) =>
            left.vni - right.vni || compareLists(left.vlans, right.vlans) || compareText(left.mac, right.mac),
        ),
      findings: fleetFindings(told, ways, filter, judged.missed, this.#findings.all()),
      limits: [...this.#limits.values()].sort((left, right) => compareText(left.table, right.table)),
    }
  }

  #take({ parts, findings, limits, rowsByPoint }: Brought): void {
    const first = parts.find(({ point }) => point.failed === null)
    const filter = this.#filter ?? (first === undefined ? null : { filter: first.filter, point: first.point.name })
    for (const part of parts) this.#check(part, filter)
    this.#filter = filter
    this.#coarsen(Math.max(0, ...parts.map(({ doublings }) => doublings)))
    if (rowsByPoint !== null) this.#rows.limit(rowsByPoint)
    for (const part of parts) this.#takePart(part)
    this.#findings.add(findings)
    for (const { table, limit, dropped } of limits) {
      const known = this.#limits.get(table) ?? { table, limit, dropped }
      this.#limits.set(table, {
        table,
        limit: Math.min(known.limit, limit),
        dropped: Math.max(known.dropped, dropped),
      })
    }
  }

  #check({ point, filter }: Part, asked: { filter: FilterSummary; point: string } | null): void {
    const { name, id, failed } = point
    if (failed !== null) return
    const known = this.#points.get(name)?.point
    if (known !== undefined && known.failed === null && known.id !== id) {
      throw new RangeError(`two points are called ${JSON.stringify(name)}: ${known.id} and ${id}`)
    }
    if (asked === null || JSON.stringify(asked.filter) === JSON.stringify(filter)) return
    throw new RangeError(
      `the summaries of ${JSON.stringify(asked.point)} and ${JSON.stringify(name)} are restricted to different things`,
    )
  }

  #takePart(part: Part): void {
    const { point, sample, doublings } = part
    const vteps = part.vteps ?? this.#vteps.get(point.name) ?? null
    const directions: HeldDirection[] = []
    const held: HeldPoint = { point, vteps: vteps === null ? null : [...vteps], sample, directions }
    if (!this.#hold(held)) return
    for (const { name, sight } of part.directions) {
      const key = JSON.stringify([name.kind, name.vni, name.from, name.to])
      let direction = this.#directions.get(key)
      if (direction === undefined) {
        direction = { name, sights: new Map() }
        this.#directions.set(key, direction)
      }
      const steps = longer(sight.steps, this.#doublings - doublings)
      direction.sights.set(point.name, { ...sight, steps })
      directions.push(direction)
      this.#steps += steps.length / 3
    }
    while (this.#steps > this.#mostSteps && this.#coarsen(this.#doublings + 1));
    this.#rows.add(part)
  }

  /** Holds a point, unless one of that name is there that counts before. @returns Whether it is held. */
  #hold(held: HeldPoint): boolean {
    const { name, failed } = held.point
    const known = this.#points.get(name)
    if (known !== undefined) {
      const { failed: before } = known.point
      if (before === null) return false
      if (failed !== null && compareText(before, failed) <= 0) return false
    }
    this.#points.set(name, held)
    return true
  }

  /** Makes steps longer. @returns Whether they could be. */
  #coarsen(doublings: number): boolean {
    if (doublings <= this.#doublings) return false
    if (doublings > MOST_DOUBLINGS) return false
    const more = doublings - this.#doublings
    this.#doublings = doublings
    this.#steps = 0
    for (const { sights } of this.#directions.values()) {
      for (const sight of sights.values()) {
        sight.steps = longer(sight.steps, more)
        this.#steps += sight.steps.length / 3
      }
    }
    return true
  }
}

/** Doublings of a step that it comes to at most. */
const MOST_DOUBLINGS = 40

function longer(steps: Float64Array, doublings: number): Float64Array {
  return doublings === 0 ? steps : Float64Array.from(coarser(triples(steps), doublings).flat())
}

function triples(steps: Float64Array): [number, number, number][] {
  const list: [number, number, number][] = []
  for (let at = 0; at < steps.length; at += 3) list.push([steps[at]!, steps[at + 1]!, steps[at + 2]!])
  return list
}

function inOrder<Count extends { point: string }>(counts: ReadonlyMap<string, Count>): Count[] {
  return [...counts.values()].sort((left, right) => compareText(left.point, right.point))
}

function byName(address: (left: string, right: string) => number, left: DirectionName, right: DirectionName): number {
  return (
    address(left.from, right.from) ||
    address(left.to, right.to) ||
    left.vni - right.vni ||
    compareText(left.kind, right.kind)
  )
}

/** What is missing of all directions from one VTEP to another that were judged, by both; those of which none was are left out. */
function missingBetween(directions: readonly FleetDirection[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { from, to, missing } of directions) {
    if (missing !== null) sums.set(`${from} ${to}`, (sums.get(`${from} ${to}`) ?? 0) + missing)
  }
  return sums
}
