/**
 * Which point a VTEP is at. What was said of points counts; of the others that point has a VTEP which sees its packets before all others
 * that see them, with a TTL that no router reduced. Where two cannot be told apart, as a host and its bridge on one clock, none is taken; and
 * where a point sees both ends of a direction so, and nothing else tells, neither end is.
 */
import type { Passages } from './passage.ts'
import type { FleetView, PointView } from './view.ts'

/** TTLs that senders begin with. */
const UNREDUCED: ReadonlySet<number> = new Set([64, 128, 255])

/** Which VTEPs are where. */
export interface Owners {
  /** Point of each VTEP that is known to have one. */
  byVtep: Map<string, PointView>
  /** VTEPs of each point, by its index. */
  byPoint: Set<string>[]
}

/** What a point saw from a VTEP, of all directions. */
interface From {
  point: PointView
  ttlMax: number
  inbound: number
  outbound: number
}

/** Finds them. */
export function ownersOf(view: FleetView, passages: Passages): Owners {
  const byVtep = new Map<string, PointView>()
  const weak: [vtep: string, point: PointView][] = []
  const stated = new Map<string, PointView[]>()
  for (const point of view.points) {
    for (const vtep of point.held.vteps ?? []) stated.set(vtep, [...(stated.get(vtep) ?? []), point])
  }
  const seen = seenOf(view)
  for (const vtep of new Set([...stated.keys(), ...seen.keys()])) {
    const said = stated.get(vtep)
    if (said !== undefined) {
      const owner = said.length === 1 ? said[0] : nearest(vtep, said, passages)
      if (owner !== undefined) byVtep.set(vtep, owner)
      continue
    }
    const all = seen.get(vtep)!
    const candidates = candidatesOf(vtep, all)
    const owner = candidates.length === 1 ? candidates[0] : nearest(vtep, candidates, passages)
    if (owner === undefined) continue
    const own = all.find(({ point }) => point === owner)!
    const isSure = all.length > 1 || passages.isNearerThanAny(vtep, owner) || own.outbound > own.inbound
    if (isSure) byVtep.set(vtep, owner)
    else weak.push([vtep, owner])
  }
  for (const [vtep, point] of weak) if (isEndOfAll(view, point, vtep)) byVtep.set(vtep, point)
  const byPoint = view.points.map(() => new Set<string>())
  for (const [vtep, point] of byVtep) byPoint[point.index]!.add(vtep)
  for (const point of view.points) for (const vtep of point.held.vteps ?? []) byPoint[point.index]!.add(vtep)
  return { byVtep, byPoint }
}

/** By VTEP what each point saw of its packets. */
function seenOf(view: FleetView): Map<string, From[]> {
  const seen = new Map<string, From[]>()
  for (const { name, sights } of view.directions) {
    const list = seen.get(name.from) ?? []
    seen.set(name.from, list)
    for (const point of view.points) {
      const sight = sights.get(point.name)
      if (sight === undefined) continue
      let from = list.find((each) => each.point === point)
      if (from === undefined) {
        from = { point, ttlMax: 0, inbound: 0, outbound: 0 }
        list.push(from)
      }
      from.ttlMax = Math.max(from.ttlMax, sight.ttl.max)
      from.inbound += sight.inbound
      from.outbound += sight.outbound
    }
  }
  return seen
}

function candidatesOf(vtep: string, all: readonly From[]): PointView[] {
  const possible = all.filter(
    ({ point, inbound, outbound }) => !(inbound > 0 && outbound === 0) && (point.held.vteps?.includes(vtep) ?? true),
  )
  const senders = possible.filter(({ inbound, outbound }) => outbound > 0 && inbound === 0)
  if (senders.length > 0) return senders.map(({ point }) => point)
  const top = all.reduce((most, { ttlMax }) => Math.max(most, ttlMax), 0)
  if (!UNREDUCED.has(top)) return []
  return possible.filter(({ ttlMax }) => ttlMax === top).map(({ point }) => point)
}

/** The one of several points that is nearer to a VTEP than all others. */
function nearest(vtep: string, points: readonly PointView[], passages: Passages): PointView | undefined {
  return points.find((point) => points.every((other) => other === point || passages.nearer(vtep, point, other) > 0))
}

/** Whether a point sees nothing but packets from and to this VTEP, of several others, as it is at a host. */
function isEndOfAll(view: FleetView, { directions }: PointView, vtep: string): boolean {
  const others = new Set<string>()
  for (const direction of directions) {
    const { from, to } = view.directions[direction]!.name
    if (from !== vtep && to !== vtep) return false
    others.add(from === vtep ? to : from)
  }
  return others.size > 1
}
