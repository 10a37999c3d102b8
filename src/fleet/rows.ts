/**
 * The tables of a fleet: each row once, with what each point counted of it. When there are too many counts, every point brings only its
 * largest rows, half as many as before: which ones does not depend on the order in which points come.
 */

import type { PointCount, PointFlowCount, PointMacCount, PointPairCount } from '../fleet-document.ts'
import { compareText } from '../order.ts'
import type { FlowName, HeldRow, MacName, PairName, Part, VniName } from './held.ts'

/** Counts of points in all tables together. */
export const MOST_COUNTS = 1_048_576
/** Rows that each point brings of each table once there are too many counts: at most, before it is halved. */
const MOST_ROWS = 1_048_576

/** A row with its counts by point. */
export interface Joined<Row, Count> {
  row: Row
  points: Map<string, Count>
}

/** One table. */
class Table<Row, Count extends { point: string }> {
  readonly rows = new Map<string, Joined<Row, Count>>()
  counts = 0

  /** @param weigh - What makes a row one of the largest of its point. */
  constructor(
    readonly nameOf: (row: Row) => string,
    readonly weigh: (count: Count) => number,
  ) {}

  add(rows: readonly HeldRow<Row, Count>[], most: number): void {
    const ranked = rows.length > most ? this.#ranked(rows).slice(0, most) : rows
    for (const { row, count } of ranked) {
      const name = this.nameOf(row)
      let joined = this.rows.get(name)
      if (joined === undefined) {
        joined = { row, points: new Map() }
        this.rows.set(name, joined)
      }
      if (!joined.points.has(count.point)) this.counts++
      joined.points.set(count.point, count)
    }
  }

  /** Leaves each point its largest rows. */
  prune(most: number): void {
    const byPoint = new Map<string, HeldRow<Row, Count>[]>()
    for (const { row, points } of this.rows.values()) {
      for (const count of points.values()) {
        const list = byPoint.get(count.point)
        if (list === undefined) byPoint.set(count.point, [{ row, count }])
        else list.push({ row, count })
      }
    }
    for (const [point, rows] of byPoint) {
      if (rows.length <= most) continue
      for (const { row } of this.#ranked(rows).slice(most)) {
        const name = this.nameOf(row)
        const { points } = this.rows.get(name)!
        points.delete(point)
        this.counts--
        if (points.size === 0) this.rows.delete(name)
      }
    }
  }

  #ranked(rows: readonly HeldRow<Row, Count>[]): HeldRow<Row, Count>[] {
    return rows
      .map((each) => ({ each, weight: this.weigh(each.count), name: this.nameOf(each.row) }))
      .sort((left, right) => right.weight - left.weight || compareText(left.name, right.name))
      .map(({ each }) => each)
  }
}

/** All tables of a fleet. */
export class FleetRows {
  readonly vnis = new Table<VniName, PointCount>(
    ({ vni, kind }) => `${vni} ${kind}`,
    ({ bytes }) => bytes,
  )
  readonly vtepPairs = new Table<PairName, PointPairCount>(
    ({ a, b }) => `${a} ${b}`,
    ({ outerBytesAToB, outerBytesBToA }) => outerBytesAToB + outerBytesBToA,
  )
  readonly flows = new Table<FlowName, PointFlowCount>(
    ({ vni, kind, vlans, protocol, a, aPort, b, bPort }) =>
      `${vni} ${kind} ${vlans.join(',')} ${protocol} ${a} ${aPort} ${b} ${bPort}`,
    ({ innerBytesAToB, innerBytesBToA }) => innerBytesAToB + innerBytesBToA,
  )
  readonly macs = new Table<MacName, PointMacCount>(
    ({ vni, vlans, mac }) => `${vni} ${vlans.join(',')} ${mac}`,
    ({ packets }) => packets,
  )
  readonly #mostCounts: number
  #most = Number.POSITIVE_INFINITY
  /** Rows of the largest table that any point brought. */
  #largest = 0

  /** @param mostCounts - Counts of points in all tables, {@link MOST_COUNTS} unless told otherwise. */
  constructor(mostCounts = MOST_COUNTS) {
    this.#mostCounts = mostCounts
  }

  /** Rows of each table that each point has at most; `null` where nothing was left out. */
  get byPoint(): number | null {
    return this.#most === Number.POSITIVE_INFINITY ? null : this.#most
  }

  /** Leaves each point no more rows than that. */
  limit(most: number): void {
    if (most >= this.#most) return
    this.#most = most
    if (most < this.#largest) for (const table of this.#tables()) table.prune(most)
  }

  add(part: Pick<Part, 'vnis' | 'vtepPairs' | 'flows' | 'macs'>): void {
    const { vnis, vtepPairs, flows, macs } = part
    this.#largest = Math.max(this.#largest, vnis.length, vtepPairs.length, flows.length, macs.length)
    this.vnis.add(vnis, this.#most)
    this.vtepPairs.add(vtepPairs, this.#most)
    this.flows.add(flows, this.#most)
    this.macs.add(macs, this.#most)
    const count = (): number => this.#tables().reduce((sum, { counts }) => sum + counts, 0)
    while (count() > this.#mostCounts && this.#most > 1) {
      this.limit(this.#most === Number.POSITIVE_INFINITY ? MOST_ROWS : Math.floor(this.#most / 2))
    }
  }

  #tables(): Pick<Table<unknown, { point: string }>, 'counts' | 'prune'>[] {
    return [this.vnis, this.vtepPairs, this.flows, this.macs]
  }
}
