/**
 * How two clocks stand to each other, from packets that were seen by both. A packet from near to far is later by its delay and by what
 * the far clock is ahead, one from far to near earlier by its delay: so that line is right which lies below all points of the one
 * direction and above all of the other. Of the slopes that leave the most room between both convex hulls that one is the drift, and the
 * line in the middle of the room the offset; the room is what asymmetry may hide. (Moon, Skelly and Towsley used the hull of one
 * direction; so is done here where there is no other.)
 */

/** Differences of the clocks' readings of one packet. */
export interface Reading {
  /** When, in nanoseconds of the near clock. */
  time: number
  /** The far clock's reading less the near one's, in nanoseconds. */
  difference: number
}

/** The far clock's reading as a function of the near one's. */
export interface ClockLine {
  /** Time of the near clock for which {@link offset} is. */
  at: number
  /** Nanoseconds that the far clock is ahead there. */
  offset: number
  /** Nanoseconds by which the offset may be wrong; `null` where packets go one way only. */
  error: number | null
  /** How much faster the far clock runs: a part of one. */
  drift: number
}

/** Largest drift that is believed: a quartz has less than a fifth of it. */
const MOST_DRIFT = 1e-3
/** Nanoseconds that drift must make over the whole time to be told from jitter, whatever the jitter. */
const LEAST_DRIFT = 20_000
/** Parts of the time whose smallest delays show the jitter. */
const PARTS = 8

/**
 * Puts two clocks together.
 * @param forth - Packets from near to far.
 * @param back - Packets from far to near.
 * @returns `null` without a packet.
 */
export function clockLine(forth: readonly Reading[], back: readonly Reading[]): ClockLine | null {
  if (forth.length + back.length === 0) return null
  const { at, origin, drift, floor, ceiling } = bounded(forth, back)
  if (back.length === 0) return { at, offset: origin + floor, error: null, drift }
  if (forth.length === 0) return { at, offset: origin + ceiling, error: null, drift }
  return { at, offset: origin + (floor + ceiling) / 2, error: Math.abs(floor - ceiling) / 2, drift }
}

/**
 * Nanoseconds of the shortest round trip between two clocks, below 0 where packets cannot have gone these ways: so it is where forth and
 * back are the wrong way round. `null` unless there are packets of both.
 */
export function roundTrip(forth: readonly Reading[], back: readonly Reading[]): number | null {
  if (forth.length === 0 || back.length === 0) return null
  const { floor, ceiling } = bounded(forth, back)
  return floor - ceiling
}

/** What bounds the clocks' difference in the middle of the time, less that of the first reading: `floor` from above, `ceiling` from below. */
interface Bounds {
  at: number
  origin: number
  drift: number
  floor: number
  ceiling: number
}

function bounded(forth: readonly Reading[], back: readonly Reading[]): Bounds {
  const times = [...forth, ...back].map(({ time }) => time).sort((left, right) => left - right)
  const first = times[0]!
  const span = times.at(-1)! - first
  const at = first + span / 2
  // Small numbers: slopes are looked for to a millionth.
  const origin = (forth[0] ?? back[0])!.difference
  const local = (points: readonly Reading[], sign: number): Reading[] =>
    points.map(({ time, difference }) => ({ time: time - at, difference: sign * (difference - origin) }))
  const below = lowerHull(local(forth, 1))
  const above = lowerHull(local(back, -1))
  const drift = driftOf(below, above, local(forth, 1), local(back, -1), span)
  return { at, origin, drift, floor: lowest(below, drift), ceiling: -lowest(above, -drift) }
}

/** The slope that leaves the most room, if it is one that jitter does not make; 0 otherwise. */
function driftOf(
  below: readonly Reading[],
  above: readonly Reading[],
  forth: readonly Reading[],
  back: readonly Reading[],
  span: number,
): number {
  const slope = above.length > 0 && below.length > 0 ? widest(below, above) : spanning(below.length > 0 ? below : above)
  const drift = below.length > 0 ? slope : -slope
  const moved = Math.abs(drift) * span
  if (moved < LEAST_DRIFT) return 0
  const jitter = Math.max(jitterOf(forth, drift, span), jitterOf(back, -drift, span))
  const isNeeded = above.length > 0 && below.length > 0 && lowest(below, 0) + lowest(above, 0) < 0
  return isNeeded || moved > 3 * jitter ? drift : 0
}

/** The slope with the most room between two hulls, of all those that an edge has. */
function widest(below: readonly Reading[], above: readonly Reading[]): number {
  let best = 0
  let room = lowest(below, 0) + lowest(above, 0)
  for (const slope of [...slopesOf(below), ...slopesOf(above).map((slope) => -slope)]) {
    const here = lowest(below, slope) + lowest(above, -slope)
    if (here > room) {
      room = here
      best = slope
    }
  }
  return best
}

/** The slope of the edge over the middle of the time: the line below all points with the least space between (Moon et al.). */
function spanning(hull: readonly Reading[]): number {
  for (let i = 1; i < hull.length; i++) {
    if (hull[i]!.time >= 0) return within(slopeOf(hull[i - 1]!, hull[i]!))
  }
  return 0
}

function slopesOf(hull: readonly Reading[]): number[] {
  const slopes: number[] = []
  for (let i = 1; i < hull.length; i++) slopes.push(slopeOf(hull[i - 1]!, hull[i]!))
  return slopes.filter((slope) => Math.abs(slope) <= MOST_DRIFT)
}

function slopeOf(left: Reading, right: Reading): number {
  return (right.difference - left.difference) / (right.time - left.time)
}

function within(slope: number): number {
  return Math.abs(slope) <= MOST_DRIFT ? slope : 0
}

/** The smallest difference above a line through the origin; 0 without points. */
function lowest(points: readonly Reading[], slope: number): number {
  let least = Number.POSITIVE_INFINITY
  for (const { time, difference } of points) least = Math.min(least, difference - slope * time)
  return least === Number.POSITIVE_INFINITY ? 0 : least
}

/** How far apart the smallest delays of parts of the time are. */
function jitterOf(points: readonly Reading[], drift: number, span: number): number {
  const least = new Array<number>(PARTS).fill(Number.POSITIVE_INFINITY)
  for (const { time, difference } of points) {
    const part = Math.min(PARTS - 1, Math.floor(((time + span / 2) / span) * PARTS))
    least[part] = Math.min(least[part]!, difference - drift * time)
  }
  const known = least.filter((value) => value !== Number.POSITIVE_INFINITY)
  return known.length === 0 ? 0 : Math.max(...known) - Math.min(...known)
}

/** The lower convex hull of points, from left to right (Andrew's monotone chain). */
function lowerHull(points: readonly Reading[]): Reading[] {
  const sorted = [...points].sort((left, right) => left.time - right.time || left.difference - right.difference)
  const hull: Reading[] = []
  for (const point of sorted) {
    if (hull.length > 0 && hull.at(-1)!.time === point.time) continue
    while (hull.length >= 2 && slopeOf(hull.at(-2)!, hull.at(-1)!) >= slopeOf(hull.at(-2)!, point)) hull.pop()
    hull.push(point)
  }
  return hull
}

/** The densest stretch of differences: what most pairs agree on, whatever a few say. */
export function densest(
  differences: readonly number[],
  width: number,
): { from: number; to: number; count: number } | null {
  const sorted = [...differences].sort((left, right) => left - right)
  let best: { from: number; to: number; count: number } | null = null
  let first = 0
  for (let last = 0; last < sorted.length; last++) {
    while (sorted[last]! - sorted[first]! > width) first++
    const count = last - first + 1
    const isCloser = best !== null && count === best.count && Math.abs(sorted[first]!) < Math.abs(best.from)
    if (best === null || count > best.count || isCloser) best = { from: sorted[first]!, to: sorted[last]!, count }
  }
  return best
}
