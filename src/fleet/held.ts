/** What a merge holds of each point: the same whether it came in the point's own document or in that of a fleet. */

import type {
  Fleet,
  FleetFinding,
  FleetPoint,
  FleetSight,
  PointCount,
  PointDocument,
  PointFlowCount,
  PointMacCount,
  PointPairCount,
  PointSighting,
} from '../fleet-document.ts'
import type { FilterSummary, Finding, LimitSummary, Summary, TunnelKind } from '../summary.ts'
import { SHORTEST_STEP } from './steps.ts'
import { partsOfTime } from './times.ts'

/** Numbers of a sighting, as they are held: direction, key, seconds, nanoseconds, packets, payload. */
export const SIGHTING = 6

/** What tells a direction. */
export interface DirectionName {
  kind: TunnelKind
  vni: number
  from: string
  to: string
}

/** What one point saw of one direction, its steps as one list of numbers, three each. */
export interface HeldSight extends Omit<FleetSight, 'point' | 'steps'> {
  steps: Float64Array
}

/** A row of a table without counts, and what one point counted of it. */
export interface HeldRow<Row, Count> {
  row: Row
  count: Count
}

/** Rows of flows and MAC addresses without counts. */
export type FlowName = Pick<
  Summary['flows'][number],
  'vni' | 'kind' | 'vlans' | 'protocol' | 'a' | 'aPort' | 'b' | 'bPort'
>
export type MacName = Pick<Summary['macs'][number], 'vni' | 'vlans' | 'mac'>
export type VniName = Pick<Summary['vnis'][number], 'vni' | 'kind'>
export type PairName = Pick<Summary['vtepPairs'][number], 'a' | 'b'>

/** One point, with everything that it brings. */
export interface Part {
  /** As it stands in the fleet's document, but for what all points together tell. */
  point: Omit<FleetPoint, 'clock' | 'sample' | 'vteps' | 'ownership'>
  /** VTEPs that it was told to have; `null` where nothing was said. */
  vteps: string[] | null
  filter: FilterSummary
  /** How often the shortest step was doubled. */
  doublings: number
  directions: { name: DirectionName; sight: HeldSight }[]
  /** Its sample, {@link SIGHTING} numbers each; directions by their place in the list. */
  sample: Float64Array
  vnis: HeldRow<VniName, PointCount>[]
  vtepPairs: HeldRow<PairName, PointPairCount>[]
  flows: HeldRow<FlowName, PointFlowCount>[]
  macs: HeldRow<MacName, PointMacCount>[]
}

/** A point as it is held. */
export interface HeldPoint extends Pick<Part, 'point' | 'vteps' | 'sample'> {
  /** Its directions, in the order that its sample means. */
  directions: HeldDirection[]
}

/** A direction as it is held. */
export interface HeldDirection {
  name: DirectionName
  /** By the names of points. */
  sights: Map<string, HeldSight>
}

/** What documents bring besides points. */
export interface Brought {
  parts: Part[]
  findings: FleetFinding[]
  limits: readonly LimitSummary[]
  /** Rows of each table that a point has at most; `null` where nothing was left out. */
  rowsByPoint: number | null
}

/** How often the shortest step was doubled. @throws RangeError for what is no step. */
function doublingsOf(stepMs: number): number {
  const doublings = Math.log2(stepMs / SHORTEST_STEP)
  if (Number.isInteger(doublings) && doublings >= 0) return doublings
  throw new RangeError(`stepMs must be ${SHORTEST_STEP} ms doubled some times, not ${stepMs}`)
}

/** What a point's own document brings. */
export function ofPoint(document: PointDocument): Brought {
  const { name, id, vteps, summary, stepMs } = document
  const { capture, tunnel } = summary
  const count = (severity: Finding['severity']): number =>
    summary.findings.filter((finding) => finding.severity === severity).length
  const part: Part = {
    point: {
      name,
      id,
      files: capture.files.length,
      packets: capture.packets,
      tunnelPackets: tunnel.vxlanPackets + tunnel.gpePackets + tunnel.genevePackets + tunnel.nvgrePackets,
      firstTime: capture.firstTime,
      lastTime: capture.lastTime,
      droppedByCapture: capture.droppedByCapture,
      incompleteDatagrams: tunnel.fragments.incomplete,
      complete: capture.complete,
      findings: { error: count('error'), warning: count('warning'), note: count('note') },
      failed: null,
    },
    vteps,
    filter: summary.filter,
    doublings: doublingsOf(stepMs),
    directions: document.directions.map(({ kind, vni, from, to, steps, ...counts }) => ({
      name: { kind, vni, from, to },
      sight: { ...counts, steps: flat(steps) },
    })),
    sample: sampleOf(document.sample, (direction) => direction),
    vnis: summary.vnis.map(({ vni, kind, packets, outerBytes }) => ({
      row: { vni, kind },
      count: { point: name, packets, bytes: outerBytes },
    })),
    vtepPairs: summary.vtepPairs.map(({ a, b, packetsAToB, packetsBToA, outerBytesAToB, outerBytesBToA }) => ({
      row: { a, b },
      count: { point: name, packetsAToB, packetsBToA, outerBytesAToB, outerBytesBToA },
    })),
    flows: summary.flows.map((flow) => {
      const { vni, kind, vlans, protocol, a, aPort, b, bPort } = flow
      const { packetsAToB, packetsBToA, innerBytesAToB, innerBytesBToA } = flow
      return {
        row: { vni, kind, vlans, protocol, a, aPort, b, bPort },
        count: { point: name, packetsAToB, packetsBToA, innerBytesAToB, innerBytesBToA },
      }
    }),
    macs: summary.macs.map(({ vni, vlans, mac, packets, vteps: behind, ips }) => ({
      row: { vni, vlans, mac },
      count: { point: name, packets, vteps: behind.map(({ vtep }) => vtep), ips },
    })),
  }
  const findings = summary.findings.map((finding) => ({ ...finding, points: [name], point: name }))
  return { parts: [part], findings, limits: summary.limits, rowsByPoint: null }
}

/** What the document of a fleet brings: its points, and what they found. */
export function ofFleet(fleet: Fleet): Brought {
  const doublings = doublingsOf(fleet.stepMs)
  const parts = new Map<string, Part>()
  /** Place of each of the fleet's directions among those of each point. */
  const places = new Map<string, Map<number, number>>()
  for (const { clock: _, sample: __, vteps, ownership, ...point } of fleet.points) {
    parts.set(point.name, {
      point,
      vteps: ownership === 'stated' ? vteps : null,
      filter: fleet.filter,
      doublings,
      directions: [],
      sample: new Float64Array(0),
      vnis: [],
      vtepPairs: [],
      flows: [],
      macs: [],
    })
    places.set(point.name, new Map())
  }
  const partOf = (name: string): Part => {
    const part = parts.get(name)
    if (part === undefined)
      throw new RangeError(`the fleet's document counts for the point ${name} and does not have it`)
    return part
  }
  for (const [index, { kind, vni, from, to, points }] of fleet.directions.entries()) {
    for (const { point, steps, ...counts } of points) {
      const { directions } = partOf(point)
      places.get(point)!.set(index, directions.length)
      directions.push({ name: { kind, vni, from, to }, sight: { ...counts, steps: flat(steps) } })
    }
  }
  for (const { name, sample } of fleet.points) {
    const place = places.get(name)!
    partOf(name).sample = sampleOf(sample, (direction) => place.get(direction))
  }
  for (const { points, ...row } of fleet.vnis) for (const count of points) partOf(count.point).vnis.push({ row, count })
  for (const { points, a, b } of fleet.vtepPairs) {
    for (const count of points) partOf(count.point).vtepPairs.push({ row: { a, b }, count })
  }
  for (const { points, ...row } of fleet.flows)
    for (const count of points) partOf(count.point).flows.push({ row, count })
  for (const { points, vni, vlans, mac } of fleet.macs) {
    for (const count of points) partOf(count.point).macs.push({ row: { vni, vlans, mac }, count })
  }
  return { parts: [...parts.values()], findings: fleet.findings, limits: fleet.limits, rowsByPoint: fleet.rowsByPoint }
}

function flat(steps: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(steps.flat())
}

function sampleOf(sample: readonly PointSighting[], place: (direction: number) => number | undefined): Float64Array {
  const held = new Float64Array(sample.length * SIGHTING)
  for (const [index, { key, direction, time, packets, payload }] of sample.entries()) {
    const at = place(direction)
    const number = Number.parseInt(key, 16)
    if (at === undefined || !Number.isSafeInteger(number)) throw new RangeError(`sample[${index}] is of no direction`)
    held.set([at, number, ...partsOfTime(time), packets, payload], index * SIGHTING)
  }
  return held
}

/** A held sample as documents have it. @param place - Index of a direction in the document. */
export function sightingsOf(
  held: Float64Array,
  place: (direction: number) => number,
  time: (seconds: number, nanoseconds: number) => string | null,
): PointSighting[] {
  const sample: PointSighting[] = []
  for (let at = 0; at < held.length; at += SIGHTING) {
    const [direction, key, seconds, nanoseconds, packets, payload] = held.subarray(at, at + SIGHTING)
    sample.push({
      key: key!.toString(16).padStart(13, '0'),
      direction: place(direction!),
      time: time(seconds!, nanoseconds!) ?? '',
      packets: packets!,
      payload: payload!,
    })
  }
  return sample.sort((left, right) => left.direction - right.direction || left.packets - right.packets)
}
