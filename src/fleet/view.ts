/** Points and directions as they are judged: times as numbers, samples by direction. */

import type { HeldDirection, HeldPoint } from './held.ts'
import { SIGHTING } from './held.ts'
import { partsOfTime, sinceBase } from './times.ts'

/** A packet of a point's sample. */
export interface Seen {
  key: number
  /** Nanoseconds since the view's base, by the point's own clock. */
  time: number
  /** Packets and payload bytes of its direction up to it. */
  packets: number
  payload: number
}

/** One point. */
export interface PointView {
  index: number
  name: string
  held: HeldPoint
  /** First and last time of any of its packets; `null` where none has a time. */
  span: { from: number; to: number } | null
  /** By index of direction, in order of packets. */
  samples: Map<number, Seen[]>
  /** Indexes of its directions. */
  directions: number[]
}

/** All of a fleet, for judging it. */
export interface FleetView {
  /** Second that times are counted from. */
  base: number
  stepMs: number
  points: PointView[]
  directions: readonly HeldDirection[]
}

/** Makes it. @param points - In order of names. */
export function viewOf(points: readonly HeldPoint[], directions: readonly HeldDirection[], stepMs: number): FleetView {
  const seconds = points.flatMap(({ point }) => (point.firstTime === null ? [] : [partsOfTime(point.firstTime)[0]]))
  const base = seconds.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY)
  const places = new Map(directions.map((direction, index) => [direction, index]))
  return {
    base,
    stepMs,
    directions,
    points: points.map((held, index): PointView => {
      const { name, firstTime, lastTime } = held.point
      const own = held.directions.map((direction) => places.get(direction)!)
      return {
        index,
        name,
        held,
        span:
          firstTime === null || lastTime === null
            ? null
            : { from: sinceBase(firstTime, base), to: sinceBase(lastTime, base) },
        samples: samplesOf(held.sample, own, base),
        directions: own,
      }
    }),
  }
}

function samplesOf(held: Float64Array, own: readonly number[], base: number): Map<number, Seen[]> {
  const samples = new Map<number, Seen[]>()
  for (let at = 0; at < held.length; at += SIGHTING) {
    const [direction, key, seconds, nanoseconds, packets, payload] = held.subarray(at, at + SIGHTING)
    const time = (seconds! - base) * 1_000_000_000 + nanoseconds!
    const seen = { key: key!, time, packets: packets!, payload: payload! }
    const list = samples.get(own[direction!]!)
    if (list === undefined) samples.set(own[direction!]!, [seen])
    else list.push(seen)
  }
  for (const list of samples.values()) list.sort((left, right) => left.packets - right.packets)
  return samples
}
